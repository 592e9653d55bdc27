"""Adalimumab: an antibody that takes TNF out of action in blood, joints and gut."""

from zonula.language import Drug, hill, leaves, moves, neutralises, parameter, state


class Adalimumab(Drug):
    """Adalimumab under the skin."""

    # Needs (values and evidence: evidence/adalimumab.toml)
    k_absorption = parameter("1/day", "absorption from under the skin")
    clearance = parameter("L/day", "clearance over bioavailability")
    volume = parameter("L", "volume of distribution over bioavailability")
    efficacy = parameter("1", "largest share of TNF that is neutralised")
    EC50_plasma = parameter("mg/L", "adalimumab that halves TNF in plasma")
    EC50_joint = parameter("mg/L", "adalimumab in plasma that halves TNF in joints")
    EC50_gut = parameter("mg/L", "adalimumab in plasma that halves TNF in the gut wall")

    # Remembers
    depot = state("mg", "adalimumab under the skin", start=0.0)
    central = state("mg/L", "adalimumab in plasma", start=0.0, volume=volume)

    # Happens
    absorption = moves(depot, central, k_absorption * depot, source="Ternant2015")
    elimination = leaves(central, clearance * central, source="Ternant2015")
    in_plasma = neutralises("cytokines.tnf", at="plasma", by=efficacy * hill(central, EC50_plasma))
    in_joints = neutralises("joint_cytokines.tnf", at="joint", by=efficacy * hill(central, EC50_joint))
    in_gut = neutralises("gut_cytokines.tnf_at_cells", at="gut", by=efficacy * hill(central, EC50_gut))
