"""Mood: depressive symptoms that follow inflammation of the brain, pain and stress over weeks."""

from zonula.language import Organ, gain, healthy, larger, loss, parameter, readout, reads, rectified, signal, smaller, state


class Mood(Organ):
    """The score of the questionnaire PHQ-9, from 0 to 27."""

    # Hears
    brain_inflammation = reads("brain.inflammation", "1")
    pain = reads("pain.felt", "1")
    stress = reads("adrenal.stress", "1")

    # Needs (values and evidence: evidence/mood.toml)
    phq9_at_rest = parameter("point", "PHQ-9 of a healthy person")
    k_mood = parameter("1/day", "change of mood")
    gain_inflammation = parameter("point", "rise at full inflammation of the brain")
    gain_pain = parameter("point", "rise at the worst pain")
    gain_stress = parameter("point", "rise under severe stress")
    maximum = parameter("point", "highest score of the questionnaire")
    smoothing = parameter("1", "width over which a difference from health sets in")

    # Remembers
    phq9 = state("point", "depressive symptoms (PHQ-9)", start=3.0, within=(0.0, 27.0))

    # Happens
    burden = signal("point", "where the score tends", phq9_at_rest + gain_inflammation * brain_inflammation
                    + gain_pain * rectified(pain - healthy(pain), smoothing) + gain_stress * stress)
    decline = gain(phq9, k_mood * smaller(larger(burden, 0), maximum))
    recovery = loss(phq9, k_mood * phq9)

    # Shows
    phq9_score = readout("point", phq9, "depressive symptoms (PHQ-9, 0 to 27)", called="phq9")
