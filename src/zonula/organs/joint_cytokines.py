"""Cytokines of the joint, with prostaglandin E2 and the enzyme that degrades cartilage."""

from zonula.language import Organ, gain, healthy, hill_above, loss, parameter, readout, reads, signal, state


class JointCytokines(Organ):
    """Messengers in synovial fluid, and what cells make of them."""

    # Hears
    tnf_here = reads("joint_cytokines.tnf", "pg/mL", at="joint")
    il6_here = reads("joint_cytokines.il6", "pg/mL", at="joint")
    macrophages = reads("joint.macrophages", "1")
    fibroblasts = reads("joint.fibroblasts", "1")
    t_cells = reads("joint.t_cells", "1")
    lps = reads("joint.lps_signal", "1")
    contact = reads("joint.t_cell_contact", "1")
    swelling = reads("joint_structure.swelling", "1")

    # Needs (values and evidence: evidence/joint_cytokines.toml)
    tnf_at_rest = parameter("pg/mL", "TNF of a healthy joint")
    il1_at_rest = parameter("pg/mL", "IL-1 of a healthy joint")
    il17_at_rest = parameter("pg/mL", "IL-17 of a healthy joint")
    il6_at_rest = parameter("pg/mL", "IL-6 of a healthy joint")
    pge2_at_rest = parameter("pg/mL", "prostaglandin E2 of a healthy joint")
    mmp3_at_rest = parameter("ug/mL", "MMP-3 of a healthy joint")
    k_tnf = parameter("1/day", "removal of TNF")
    k_il1 = parameter("1/day", "removal of IL-1")
    k_il17 = parameter("1/day", "removal of IL-17")
    k_il6 = parameter("1/day", "removal of IL-6")
    k_pge2 = parameter("1/day", "removal of prostaglandin E2")
    k_mmp3 = parameter("1/day", "removal of MMP-3")
    gain_tnf_contact = parameter("1", "rise of TNF at full contact with T cells")
    gain_lps = parameter("1", "rise of TNF, IL-1 and IL-6 per cell at full effect of endotoxin")
    gain_il1_tnf = parameter("1", "rise of IL-1 at full TNF signal")
    gain_il17 = parameter("1", "rise of IL-17 per T cell at full IL-1 and IL-6 signal")
    share_il6_macrophages = parameter("1", "share of healthy IL-6 that macrophages make")
    gain_il6_tnf = parameter("1", "rise of IL-6 at full TNF signal")
    gain_il6_il1 = parameter("1", "rise of IL-6 at full IL-1 signal")
    gain_il6_il17 = parameter("1", "rise of IL-6 at full IL-17 signal")
    share_pge2_macrophages = parameter("1", "share of healthy prostaglandin E2 that macrophages make")
    gain_pge2 = parameter("1", "rise of prostaglandin E2 at full IL-1 and TNF signal")
    gain_mmp3_il1 = parameter("1", "rise of MMP-3 at full IL-1 signal")
    gain_mmp3_tnf = parameter("1", "rise of MMP-3 at full TNF signal")
    EC50_tnf = parameter("pg/mL", "TNF for half of its effect")
    EC50_il1 = parameter("pg/mL", "IL-1 for half of its effect")
    EC50_il17 = parameter("pg/mL", "IL-17 for half of its effect")
    EC50_il6 = parameter("pg/mL", "IL-6 for half of its effect")
    EC50_pge2 = parameter("pg/mL", "prostaglandin E2 for half of its effect")
    EC50_mmp3 = parameter("ug/mL", "MMP-3 for half of its effect")
    fluid_at_rest = parameter("mL", "fluid and interstitium of all joints in health")
    fluid_gain = parameter("mL", "fluid that full swelling adds")
    k_lymph = parameter("1/day", "drainage of joints into the blood")

    # Remembers
    tnf = state("pg/mL", "TNF in the joint", start=2.0)
    il1 = state("pg/mL", "IL-1 in the joint", start=1.0)
    il17 = state("pg/mL", "IL-17 in the joint", start=1.0)
    il6 = state("pg/mL", "IL-6 in the joint", start=40.0)
    pge2 = state("pg/mL", "prostaglandin E2 in the joint", start=300.0)
    mmp3 = state("ug/mL", "MMP-3 in the joint", start=0.05)

    # Happens
    tnf_signal = signal("1", "effect of TNF, 0 in health, 1 full", hill_above(tnf_here, EC50_tnf, healthy(tnf_here), 2))
    il1_signal = signal("1", "effect of IL-1, 0 in health, 1 full", hill_above(il1, EC50_il1, healthy(il1)))
    il17_signal = signal("1", "effect of IL-17, 0 in health, 1 full", hill_above(il17, EC50_il17, healthy(il17)))
    il6_signal = signal("1", "effect of IL-6, 0 in health, 1 full", hill_above(il6_here, EC50_il6, healthy(il6_here)))
    pge2_signal = signal("1", "effect of prostaglandin E2, 0 in health, 1 full", hill_above(pge2, EC50_pge2, healthy(pge2)))
    mmp3_signal = signal("1", "effect of MMP-3, 0 in health, 1 full", hill_above(mmp3, EC50_mmp3, healthy(mmp3)))
    provoked = 1 + gain_lps * lps
    tnf_release = gain(tnf, k_tnf * tnf_at_rest * macrophages * (1 + gain_tnf_contact * contact) * provoked)
    tnf_removal = loss(tnf, k_tnf * tnf)
    il1_release = gain(il1, k_il1 * il1_at_rest * macrophages * (1 + gain_il1_tnf * tnf_signal) * provoked)
    il1_removal = loss(il1, k_il1 * il1)
    il17_release = gain(il17, k_il17 * il17_at_rest * t_cells * (1 + gain_il17 * (il1_signal + il6_signal) / 2))
    il17_removal = loss(il17, k_il17 * il17)
    il6_release = gain(
        il6, k_il6 * il6_at_rest * (share_il6_macrophages * macrophages + (1 - share_il6_macrophages) * fibroblasts)
        * (1 + gain_il6_tnf * tnf_signal + gain_il6_il1 * il1_signal + gain_il6_il17 * il17_signal) * provoked)
    il6_removal = loss(il6, k_il6 * il6)
    pge2_synthesis = gain(
        pge2, k_pge2 * pge2_at_rest * (share_pge2_macrophages * macrophages + (1 - share_pge2_macrophages) * fibroblasts)
        * (1 + gain_pge2 * (il1_signal + tnf_signal) / 2))
    pge2_removal = loss(pge2, k_pge2 * pge2)
    mmp3_release = gain(mmp3, k_mmp3 * mmp3_at_rest * fibroblasts * (1 + gain_mmp3_il1 * il1_signal + gain_mmp3_tnf * tnf_signal))
    mmp3_removal = loss(mmp3, k_mmp3 * mmp3)
    lymph = k_lymph * (fluid_at_rest + fluid_gain * swelling)
    tnf_outflow = signal("pg/day", "TNF that drains from joints into the blood", lymph * tnf)
    il6_outflow = signal("pg/day", "IL-6 that drains from joints into the blood", lymph * il6)
    il17_outflow = signal("pg/day", "IL-17 that drains from joints into the blood", lymph * il17)

    # Shows
    joint_tnf = readout("pg/mL", tnf, "TNF in the joint")
    joint_il6 = readout("pg/mL", il6, "IL-6 in the joint")
    joint_pge2 = readout("pg/mL", pge2, "prostaglandin E2 in the joint")
