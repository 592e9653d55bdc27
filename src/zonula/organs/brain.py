"""Brain: sickness, fever and inflammation of the brain while cytokines in the blood are above the person's healthy values."""

from zonula.language import Organ, gain, healthy, hill, loss, parameter, readout, reads, rectified, signal, state


class Brain(Organ):
    """What the person feels of inflammation in the blood."""

    # Hears
    tnf = reads("cytokines.tnf", "pg/mL", at="plasma", road="systemic")
    il6 = reads("cytokines.il6", "pg/mL", at="plasma", road="systemic")

    # Needs (values and evidence: evidence/brain.toml)
    weight_il6 = parameter("1", "IL-6 in TNF-equivalents")
    sickness_maximum = parameter("1", "sickness under the strongest drive")
    EC50_sickness = parameter("pg/mL", "TNF-equivalents above health for half of that sickness")
    n_sickness = parameter("1", "steepness of sickness")
    k_sickness = parameter("1/day", "onset and fading of sickness")
    score_maximum = parameter("point", "range of the symptom score")
    fever_maximum = parameter("K", "rise of body temperature under the strongest drive")
    EC50_fever = parameter("pg/mL", "TNF-equivalents above health for half of that rise")
    n_fever = parameter("1", "steepness of fever")
    k_fever = parameter("1/day", "onset and fading of fever")
    k_inflammation = parameter("1/day", "onset and fading of inflammation of the brain")
    weight_tnf_brain = parameter("1", "TNF in IL-6-equivalents, as the brain sees them")
    EC50_inflammation = parameter("pg/mL", "IL-6-equivalents above health for half of the inflammation of the brain")
    n_inflammation = parameter("1", "steepness of that inflammation")
    smoothing = parameter("pg/mL", "width over which a rise above health sets in")

    # Remembers
    sickness = state("1", "sickness", start=0.0, within=(0.0, 1.0))
    inflammation = state("1", "inflammation of the brain", start=0.0, within=(0.0, 1.0))
    fever = state("K", "rise of body temperature", start=0.0)

    # Happens
    tnf_excess = rectified(tnf - healthy(tnf), smoothing)
    il6_excess = rectified(il6 - healthy(il6), smoothing)
    drive = signal("pg/mL", "TNF-equivalents above health", tnf_excess + weight_il6 * il6_excess)
    drive_inflammation = signal("pg/mL", "IL-6-equivalents above health", il6_excess + weight_tnf_brain * tnf_excess)
    sickness_onset = gain(sickness, k_sickness * sickness_maximum * hill(drive, EC50_sickness, n_sickness))
    sickness_fading = loss(sickness, k_sickness * sickness)
    inflammation_onset = gain(inflammation, k_inflammation * hill(drive_inflammation, EC50_inflammation, n_inflammation))
    inflammation_fading = loss(inflammation, k_inflammation * inflammation)
    fever_onset = gain(fever, k_fever * fever_maximum * hill(drive, EC50_fever, n_fever))
    fever_fading = loss(fever, k_fever * fever)

    # Shows
    symptom_score = readout("point", score_maximum * sickness, "symptoms of sickness (sum score)")
    temperature_rise = readout("K", fever, "rise of body temperature above normal")
