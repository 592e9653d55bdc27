"""Adalimumab: an antibody that takes TNF out of action in blood, joints and gut.

Some people make antibodies against it, which clear it; most never do.
"""

from zonula.language import Drug, gain, hill, leaves, loss, moves, neutralises, parameter, state


class Adalimumab(Drug):
    """Adalimumab under the skin."""

    # Needs (values and evidence: evidence/adalimumab.toml)
    k_absorption = parameter("1/day", "absorption from under the skin")
    clearance = parameter("L/day", "clearance over bioavailability")
    volume = parameter("L", "volume of distribution over bioavailability")
    k_immunity = parameter("1/day", "growth of antibodies against adalimumab while it is in plasma")
    k_forgetting = parameter("1/day", "fading of antibodies against adalimumab")
    precursors = parameter("1", "what these antibodies grow from, of the most that there can be")
    EC50_immunity = parameter("mg/L", "adalimumab in plasma at which they grow half as fast")
    gain_clearance = parameter("1", "rise of clearance when they are at their most")
    efficacy = parameter("1", "largest share of TNF that is neutralised")
    EC50_plasma = parameter("mg/L", "adalimumab that halves TNF in plasma")
    EC50_joint = parameter("mg/L", "adalimumab in plasma that halves TNF in joints")
    EC50_gut = parameter("mg/L", "adalimumab in plasma that halves TNF in the gut wall")

    # Remembers
    depot = state("mg", "adalimumab under the skin", start=0.0)
    central = state("mg/L", "adalimumab in plasma", start=0.0, volume=volume)
    antibodies = state("1", "antibodies against adalimumab, 1 at their most", start=0.0, within=(0.0, 1.0))

    # Happens
    absorption = moves(depot, central, k_absorption * depot, source="Ternant2015")
    elimination = leaves(central, clearance * (1 + gain_clearance * antibodies) * central, source="Ternant2015")
    immunity = gain(antibodies, k_immunity * hill(central, EC50_immunity) * (precursors + antibodies) * (1 - antibodies), source="Bartelds2011")
    forgetting = loss(antibodies, k_forgetting * antibodies)
    in_plasma = neutralises("cytokines.tnf", at="plasma", by=efficacy * hill(central, EC50_plasma))
    in_joints = neutralises("joint_cytokines.tnf", at="joint", by=efficacy * hill(central, EC50_joint))
    in_gut = neutralises("gut_cytokines.tnf_at_cells", at="gut", by=efficacy * hill(central, EC50_gut))
