"""Liver: the acute-phase proteins CRP and LBP, made under IL-6."""

from zonula.language import Organ, gain, healthy, hill, hill_above, loss, parameter, readout, reads, rectified, signal, state, transit


class Liver(Organ):
    """Where inflammation in the blood becomes visible to the clinic."""

    # Hears
    il6 = reads("cytokines.il6", "pg/mL", at="plasma")

    # Needs (values and evidence: evidence/liver.toml)
    crp_without_il6 = parameter("mg/L", "CRP that needs no IL-6")
    synthesis_maximum = parameter("mg/(L*day)", "largest output of CRP")
    EC50_il6 = parameter("pg/mL", "IL-6 for half of the largest output of CRP")
    n_il6 = parameter("1", "steepness of that output")
    secretion_time = parameter("day", "mean time from the signal of IL-6 to CRP in plasma")
    k_crp = parameter("1/day", "clearance of CRP")
    lbp_at_rest = parameter("mg/L", "LPS-binding protein of a healthy person")
    gain_lbp = parameter("1", "largest rise of the output of LBP")
    EC50_il6_on_lbp = parameter("pg/mL", "IL-6 for half of that rise")
    k_lbp = parameter("1/day", "turnover of LBP")
    smoothing = parameter("1", "width over which the response of LBP sets in")

    # Remembers
    crp = state("mg/L", "C-reactive protein in plasma", start=1.4)
    crp_forming = transit(crp, "mg/L", "CRP on its way into plasma", steps=2, time=secretion_time)
    lbp = state("mg/L", "LPS-binding protein in plasma", start=7.2)

    # Happens
    lbp_drive = signal("1", "IL-6 above health, as the output of LBP sees it",
                       rectified(hill_above(il6, EC50_il6_on_lbp, healthy(il6)), smoothing))
    crp_basal = gain(crp_forming, k_crp * crp_without_il6, source="Li2018")
    crp_synthesis = gain(crp_forming, synthesis_maximum * hill(il6, EC50_il6, n_il6))
    crp_clearance = loss(crp, k_crp * crp, source="Vigushin1993")
    lbp_synthesis = gain(lbp, k_lbp * lbp_at_rest * (1 + gain_lbp * lbp_drive), source="Hudgins2003")
    lbp_clearance = loss(lbp, k_lbp * lbp)

    # Shows
    plasma_crp = readout("mg/L", crp, "C-reactive protein in plasma", called="crp")
    plasma_lbp = readout("mg/L", lbp, "LPS-binding protein in plasma", called="lbp")
