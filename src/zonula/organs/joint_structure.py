"""Structure of the joint: swelling that comes fast and goes slowly, and cartilage that does not come back."""

from zonula.language import Organ, exposure, gain, loss, parameter, quickly_up_slowly_down, readout, reads, rectified, signal, state


class JointStructure(Organ):
    """Effusion and cartilage."""

    # Hears
    macrophages = reads("joint.macrophages", "1")
    il6 = reads("joint_cytokines.il6_signal", "1")
    pge2 = reads("joint_cytokines.pge2_signal", "1")
    mmp3 = reads("joint_cytokines.mmp3_signal", "1")
    ageing = exposure("1", "wear of cartilage with age, 1 as usual, 0 none", neutral=1.0, within=(0.0, 5.0))

    # Needs (values and evidence: evidence/joint_structure.toml)
    weight_macrophages = parameter("1", "swelling under many macrophages")
    many_macrophages = parameter("1", "macrophages above health, in folds of it, that count as many")
    weight_il6 = parameter("1", "swelling at full IL-6 signal")
    weight_pge2 = parameter("1", "swelling at full signal of prostaglandin E2")
    k_onset = parameter("1/day", "onset of swelling")
    k_resolution = parameter("1/day", "resolution of swelling")
    k_ageing = parameter("1/day", "loss of cartilage with age")
    k_degradation = parameter("1/day", "loss of cartilage at full effect of MMP-3")
    smoothing = parameter("1", "width over which a difference from health sets in")

    # Remembers
    swelling = state("1", "swelling of joints, 0 none, 1 full", start=0.0, within=(0.0, 1.0))
    cartilage = state("1", "cartilage that is left", start=1.0, within=(0.0, 1.0), accumulates=True)

    # Happens
    exudation = rectified(weight_macrophages * (macrophages - 1) / many_macrophages + weight_il6 * il6 + weight_pge2 * pge2, smoothing)
    swelling_target = signal("1", "where swelling tends", exudation / (1 + exudation))
    swelling_change = gain(swelling, quickly_up_slowly_down(swelling, swelling_target, k_onset, k_resolution, smoothing))
    wear = loss(cartilage, ageing * k_ageing * cartilage)
    degradation = loss(cartilage, k_degradation * rectified(mmp3, smoothing) * cartilage)

    # Shows
    joint_swelling = readout("1", swelling, "swelling of joints, from 0 to 1", called="swelling")
    cartilage_left = readout("1", cartilage, "cartilage that is left", called="cartilage")
