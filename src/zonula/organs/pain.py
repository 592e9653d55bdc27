"""Pain: nociceptors sensitised by prostaglandin and cytokines, amplified by the spinal cord, the brain and mood.

What is felt and what is reported differ by the context of a treatment (placebo), which is kept apart: it changes neither the
tissue nor the memory of pain.
"""

from zonula.language import (
    Organ,
    exposure,
    gain,
    healthy,
    hill,
    larger,
    literal,
    loss,
    parameter,
    quickly_up_slowly_down,
    ratio_power,
    readout,
    reads,
    rectified,
    signal,
    state,
)


class Pain(Organ):
    """Peripheral and central sensitisation, and the pain that results."""

    # Hears
    pge2 = reads("joint_cytokines.pge2_signal", "1")
    tnf = reads("joint_cytokines.tnf_signal", "1")
    il6 = reads("joint_cytokines.il6_signal", "1")
    il17 = reads("joint_cytokines.il17_signal", "1")
    il1 = reads("joint_cytokines.il1_signal", "1")
    bacteria = reads("joint.bacteria", "CFU/mL")
    cartilage = reads("joint_structure.cartilage", "1")
    sickness = reads("brain.sickness", "1")
    brain_inflammation = reads("brain.inflammation", "1", road="systemic")
    mood = reads("mood.phq9", "point")
    treatment_context = exposure("1", "context of being treated, 0 none, 1 as in the placebo arm of a trial", neutral=0.0, within=(0.0, 2.0))

    # Needs (values and evidence: evidence/pain.toml)
    k_pge2 = parameter("1/day", "onset and fading of sensitisation by prostaglandin")
    weight_tnf = parameter("1", "share of TNF in sensitisation by cytokines")
    weight_il6 = parameter("1", "share of IL-6 in sensitisation by cytokines")
    weight_il17 = parameter("1", "share of IL-17 in sensitisation by cytokines")
    weight_il1 = parameter("1", "share of IL-1 in sensitisation by cytokines")
    n_cytokines = parameter("1", "compression of sensitisation by cytokines")
    k_onset = parameter("1/day", "onset of sensitisation by cytokines")
    k_fading = parameter("1/day", "fading of sensitisation by cytokines")
    background = parameter("1", "nociception of everyday aches")
    gain_pge2 = parameter("1", "nociception at full sensitisation by prostaglandin")
    gain_cytokines = parameter("1", "nociception at full sensitisation by cytokines")
    gain_damage = parameter("1", "nociception without cartilage")
    gain_bacteria = parameter("1", "nociception by live bacteria in the joint")
    EC50_bacteria = parameter("CFU/mL", "bacteria in the joint for half of that")
    k_central_onset = parameter("1/day", "onset of central sensitisation")
    k_central_fading = parameter("1/day", "fading of central sensitisation")
    EC50_central = parameter("1", "nociception for half of the drive of central sensitisation")
    weight_brain = parameter("1", "part of inflammation of the brain in that drive")
    gain_central = parameter("1", "amplification at full central sensitisation")
    gain_sickness = parameter("1", "amplification at full sickness")
    gain_mood = parameter("1/point", "amplification by low mood, per point above health")
    weight_sickness = parameter("1", "aches of sickness itself")
    scale_length = parameter("mm", "length of the visual analogue scale")
    context_maximum = parameter("1", "share of pain that goes unreported in the context of a treatment")
    k_context = parameter("1/day", "onset and fading of the effect of context")
    smoothing = parameter("1", "width over which a difference from health sets in")
    smoothing_mood = parameter("point", "width over which low mood sets in")

    # Remembers
    fast_sensitisation = state("1", "sensitisation by prostaglandin", start=0.0)
    slow_sensitisation = state("1", "sensitisation by cytokines", start=0.0)
    central_sensitisation = state("1", "central sensitisation", start=0.02, within=(0.0, 1.0))
    context = state("1", "effect of the context of a treatment", start=0.0, within=(0.0, 2.0))

    # Happens
    cytokine_drive = signal("1", "drive of sensitisation by cytokines", ratio_power(
        weight_tnf * tnf + weight_il6 * il6 + weight_il17 * il17 + weight_il1 * il1, literal(1, because="full effect of all cytokines"), n_cytokines))
    nociception = signal("1", "signals from nociceptors", background + gain_pge2 * fast_sensitisation + gain_cytokines * slow_sensitisation
                         + gain_damage * (1 - cartilage) + gain_bacteria * hill(bacteria, EC50_bacteria))
    central_gain = signal("1", "amplification by central sensitisation, 0 in health",
                          gain_central * rectified(central_sensitisation - healthy(central_sensitisation), smoothing))
    central_onset_rate = signal("1/day", "speed of the onset of central sensitisation", k_central_onset)
    mood_excess = rectified(mood - healthy(mood), smoothing_mood)
    intensity = signal("1", "intensity of pain, without an upper end",
                       nociception * (1 + central_gain) * (1 + gain_sickness * sickness) * (1 + gain_mood * mood_excess)
                       + weight_sickness * sickness)
    felt = signal("1", "pain that is felt, from 0 to 1", intensity / (1 + intensity))
    fast_onset = gain(fast_sensitisation, k_pge2 * rectified(pge2, smoothing), source="Bjornsson2011")
    fast_fading = loss(fast_sensitisation, k_pge2 * fast_sensitisation)
    slow_change = gain(slow_sensitisation, quickly_up_slowly_down(slow_sensitisation, cytokine_drive, k_onset, k_fading, smoothing))
    central_onset = gain(central_sensitisation, central_onset_rate * (hill(nociception, EC50_central) + weight_brain * brain_inflammation)
                         * (1 - central_sensitisation))
    central_fading = loss(central_sensitisation, k_central_fading * central_sensitisation)
    context_onset = gain(context, k_context * treatment_context)
    context_fading = loss(context, k_context * context)

    # Shows
    pain_vas = readout("mm", scale_length * felt * larger(1 - context_maximum * context, 0),
                       "pain that is reported on a visual analogue scale of 100 mm")
    pain_felt = readout("mm", scale_length * felt, "pain without the effect of the context of a treatment")
