"""Clinic: the scores and tests by which rheumatologists follow a patient."""

from zonula.language import Organ, larger, literal, ln, parameter, ratio_power, readout, reads, signal, smaller, sqrt


class Clinic(Organ):
    """What a visit to the clinic would find."""

    # Hears
    swelling = reads("joint_structure.swelling", "1")
    cartilage = reads("joint_structure.cartilage", "1")
    pain = reads("pain.felt", "1")
    unreported = reads("pain.context", "1")
    context_maximum = reads("pain.context_maximum", "1")
    mood = reads("mood.phq9", "point")
    sickness = reads("brain.sickness", "1")
    brain_inflammation = reads("brain.inflammation", "1")
    crp = reads("liver.crp", "mg/L")

    # Needs (values and evidence: evidence/clinic.toml)
    joints = parameter("1", "joints that are counted")
    tender_swelling = parameter("1", "part of swelling in tender joints")
    tender_pain = parameter("1", "part of pain in tender joints")
    global_pain = parameter("1", "part of pain in the global assessment of health")
    global_mood = parameter("1/point", "part of mood in the global assessment of health")
    mood_at_rest = parameter("point", "PHQ-9 that leaves the global assessment alone")
    crp_unit = parameter("mg/L", "unit of CRP in the score")
    das_tender = parameter("1", "weight of tender joints in DAS28-CRP")
    das_swollen = parameter("1", "weight of swollen joints in DAS28-CRP")
    das_crp = parameter("1", "weight of CRP in DAS28-CRP")
    das_global = parameter("1", "weight of the global assessment (0 to 100) in DAS28-CRP")
    das_constant = parameter("1", "constant of DAS28-CRP")
    esr_scale = parameter("mm", "sedimentation in the first hour at a CRP of 0")
    n_esr = parameter("1", "exponent of sedimentation on CRP")
    haq_pain = parameter("1", "part of pain in disability")
    haq_damage = parameter("1", "part of lost cartilage in disability")
    haq_swelling = parameter("1", "part of swelling in disability")
    haq_maximum = parameter("1", "largest disability score")
    fatigue_scale = parameter("1", "range of the fatigue score")
    fatigue_pain = parameter("1", "part of pain in fatigue")
    fatigue_mood = parameter("1/point", "part of mood in fatigue")
    fatigue_brain = parameter("1", "part of inflammation of the brain in fatigue")

    # Happens
    joint_swelling = larger(swelling, 0)
    reported = pain * larger(1 - context_maximum * unreported, 0)
    swollen = signal("1", "swollen joints of 28", joints * joint_swelling)
    tender = signal("1", "tender joints of 28", joints * smaller(tender_swelling * joint_swelling + tender_pain * reported, 1))
    assessment = signal("1", "global assessment of health, 0 best, 1 worst",
                        larger(smaller(global_pain * reported + global_mood * (mood - mood_at_rest), 1), 0))
    hundred = literal(100, because="the scale of the global assessment")
    das = signal("1", "disease activity (DAS28-CRP)",
                 das_tender * sqrt(tender) + das_swollen * sqrt(swollen) + das_crp * ln(crp / crp_unit + 1)
                 + das_global * hundred * assessment + das_constant)
    disability = smaller(haq_pain * reported + haq_damage * (1 - cartilage) + haq_swelling * swelling, haq_maximum)
    tiredness = larger(smaller(fatigue_brain * brain_inflammation + fatigue_pain * reported + fatigue_mood * (mood - mood_at_rest) + sickness, 1), 0)

    # Shows
    sjc28 = readout("1", swollen, "swollen joints, of 28")
    tjc28 = readout("1", tender, "tender joints, of 28")
    das28_crp = readout("1", das, "disease activity score DAS28-CRP")
    patient_global = readout("1", hundred * assessment, "global assessment by the patient, 0 best, 100 worst")
    esr = readout("mm", esr_scale * ratio_power(crp / crp_unit + 1, literal(1, because="CRP in its own unit"), n_esr),
                  "erythrocyte sedimentation in the first hour")
    haq = readout("1", disability, "disability (HAQ, 0 to 3)")
    fatigue = readout("1", fatigue_scale * tiredness, "fatigue, 0 to 100")
