"""Cytokines of the blood: TNF, IL-6, IL-8, IL-10 and IL-17.

Activated monocytes release them; TNF drives IL-6 and IL-8, IL-6 drives IL-10, and IL-10 shuts TNF, IL-6 and
IL-8 down.  Each has a floor that other tissues keep up without endotoxin.  An inflamed gut wall and inflamed joints add to them
(a declared exception from conservation: how much of a tissue's cytokine reaches the blood is a parameter, not a balance).  Tissue that makes
less than in health takes at most a part of the floor away, and nothing where nothing is left.
"""

from zonula.language import Organ, gain, healthy, hill, inhibited_by, larger, loss, parameter, readout, reads, signal, smaller, state


class Cytokines(Organ):
    """Messengers between cells, measured in plasma."""

    # Hears
    activated = reads("monocytes.activated", "au")
    cortisol_brake = reads("adrenal.brake", "1")
    free_tnf = reads("cytokines.tnf", "pg/mL", at="plasma")
    plasma_volume = reads("body.plasma_volume", "mL")
    gut_tnf = reads("gut_cytokines.tnf_spill", "pg/day")
    gut_il6 = reads("gut_cytokines.il6_spill", "pg/day")
    gut_il17 = reads("gut_cytokines.il17_spill", "pg/day")
    nodes = reads("mesenteric_nodes.response", "1")
    viral_damage = reads("virus.damage", "1")
    joint_tnf = reads("joint_cytokines.tnf_outflow", "pg/day", road="joint_to_blood")
    joint_il6 = reads("joint_cytokines.il6_outflow", "pg/day", road="joint_to_blood")
    joint_il17 = reads("joint_cytokines.il17_outflow", "pg/day", road="joint_to_blood")

    # Needs (values and evidence: evidence/cytokines.toml)
    tnf_floor = parameter("pg/mL", "TNF that tissues keep up without endotoxin")
    k_tnf_release = parameter("pg/(mL*day*au)", "release of TNF by activated monocytes")
    k_tnf = parameter("1/day", "clearance of TNF")
    IC50_il10_on_tnf = parameter("pg/mL", "IL-10 that halves the release of TNF")
    n_il10_on_tnf = parameter("1", "steepness of that inhibition")
    k_tnf_nodes = parameter("pg/(mL*day)", "release of TNF by nodes that hold live bacteria")
    il6_floor = parameter("pg/mL", "IL-6 that tissues keep up without endotoxin")
    k_il6_release = parameter("pg/(mL*day*au)", "release of IL-6 by activated monocytes")
    k_il6_by_tnf = parameter("pg/(mL*day*au)", "further release of IL-6 under TNF")
    EC50_tnf_on_il6 = parameter("pg/mL", "TNF for half of that further release")
    IC50_il10_on_il6 = parameter("pg/mL", "IL-10 that halves the release of IL-6")
    k_il6_nodes = parameter("pg/(mL*day)", "release of IL-6 by nodes that hold live bacteria")
    k_il6_virus = parameter("pg/(mL*day)", "release of IL-6 at full viral damage of the gut")
    k_il6 = parameter("1/day", "clearance of IL-6")
    il8_floor = parameter("pg/mL", "IL-8 that tissues keep up without endotoxin")
    k_il8_release = parameter("pg/(mL*day*au)", "largest release of IL-8 by activated monocytes under TNF")
    EC50_tnf_on_il8 = parameter("pg/mL", "TNF for half of that release")
    IC50_il10_on_il8 = parameter("pg/mL", "IL-10 that halves the release of IL-8")
    k_il8 = parameter("1/day", "clearance of IL-8")
    il10_floor = parameter("pg/mL", "IL-10 that tissues keep up without endotoxin")
    k_il10_release = parameter("pg/(mL*day*au)", "release of IL-10 by activated monocytes")
    k_il10_by_il6 = parameter("pg/(mL*day*au)", "further release of IL-10 under IL-6")
    EC50_il6_on_il10 = parameter("pg/mL", "IL-6 for half of that further release")
    k_il10 = parameter("1/day", "clearance of IL-10")
    il17_floor = parameter("pg/mL", "IL-17A in the plasma of a healthy person")
    k_il17 = parameter("1/day", "clearance of IL-17A")

    # Remembers
    tnf = state("pg/mL", "tumour necrosis factor in plasma", start=2.0)
    il6 = state("pg/mL", "interleukin-6 in plasma", start=1.8)
    il8 = state("pg/mL", "interleukin-8 (CXCL8) in plasma", start=3.0)
    il10 = state("pg/mL", "interleukin-10 in plasma", start=2.0)
    il17 = state("pg/mL", "interleukin-17A in plasma", start=0.3)

    # Happens
    production = signal("1", "cytokine production of cells everywhere, 1 without treatment", 1)
    tnf_release = gain(tnf, production * k_tnf_release * inhibited_by(il10, IC50_il10_on_tnf, n_il10_on_tnf) * activated, source="Windoloski2024")
    tnf_elsewhere = gain(tnf, k_tnf * tnf_floor)
    tnf_from_gut = gain(tnf, larger(gut_tnf / plasma_volume, -(k_tnf * smaller(tnf, tnf_floor) / 2)))
    tnf_from_nodes = gain(tnf, production * k_tnf_nodes * nodes)
    tnf_from_joints = gain(tnf, larger((joint_tnf - healthy(joint_tnf)) / plasma_volume, -(k_tnf * smaller(tnf, tnf_floor) / 2)))
    tnf_clearance = loss(tnf, k_tnf * tnf, source="Windoloski2024")
    il6_release = gain(
        il6,
        production * cortisol_brake * (k_il6_release + k_il6_by_tnf * hill(free_tnf, EC50_tnf_on_il6, 1.5))
        * inhibited_by(il10, IC50_il10_on_il6, 2) * activated,
        source="Windoloski2024",
    )
    il6_elsewhere = gain(il6, k_il6 * il6_floor)
    il6_from_gut = gain(il6, larger(gut_il6 / plasma_volume, -(k_il6 * smaller(il6, il6_floor) / 2)))
    il6_from_nodes = gain(il6, production * k_il6_nodes * nodes)
    il6_from_virus = gain(il6, production * k_il6_virus * viral_damage)
    il6_from_joints = gain(il6, larger((joint_il6 - healthy(joint_il6)) / plasma_volume, -(k_il6 * smaller(il6, il6_floor) / 2)))
    il6_clearance = loss(il6, k_il6 * il6, source="Windoloski2024")
    il8_release = gain(
        il8,
        production * k_il8_release * hill(free_tnf, EC50_tnf_on_il8) * inhibited_by(il10, IC50_il10_on_il8, 2) * activated,
        source="Windoloski2024",
    )
    il8_elsewhere = gain(il8, k_il8 * il8_floor)
    il8_clearance = loss(il8, k_il8 * il8, source="Windoloski2024")
    il10_release = gain(il10, (k_il10_release + k_il10_by_il6 * hill(il6, EC50_il6_on_il10, 2)) * activated, source="Windoloski2024")
    il10_elsewhere = gain(il10, k_il10 * il10_floor)
    il10_clearance = loss(il10, k_il10 * il10, source="Windoloski2024")
    il17_elsewhere = gain(il17, k_il17 * il17_floor)
    il17_from_gut = gain(il17, larger(gut_il17 / plasma_volume, -(k_il17 * smaller(il17, il17_floor) / 2)))
    il17_from_joints = gain(il17, larger((joint_il17 - healthy(joint_il17)) / plasma_volume, -(k_il17 * smaller(il17, il17_floor) / 2)))
    il17_clearance = loss(il17, k_il17 * il17)

    # Shows
    plasma_tnf = readout("pg/mL", tnf, "TNF in plasma", called="tnf")
    plasma_il6 = readout("pg/mL", il6, "IL-6 in plasma", called="il6")
    plasma_il8 = readout("pg/mL", il8, "IL-8 in plasma", called="il8")
    plasma_il10 = readout("pg/mL", il10, "IL-10 in plasma", called="il10")
    plasma_il17 = readout("pg/mL", il17, "IL-17A in plasma", called="il17")
