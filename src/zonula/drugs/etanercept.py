"""Etanercept: a receptor that takes TNF out of action in blood and joints, but is of no use in an inflamed gut."""

from zonula.language import Drug, hill, leaves, moves, neutralises, parameter, state


class Etanercept(Drug):
    """Etanercept under the skin.  In Crohn's disease it was no better than placebo, so that it does nothing in the gut here."""

    # Needs (values and evidence: evidence/etanercept.toml)
    k_absorption = parameter("1/day", "absorption from under the skin")
    clearance = parameter("L/day", "clearance over bioavailability")
    volume = parameter("L", "volume of distribution over bioavailability")
    efficacy = parameter("1", "largest share of TNF that is neutralised")
    EC50_plasma = parameter("mg/L", "etanercept that halves TNF in plasma")
    EC50_joint = parameter("mg/L", "etanercept in plasma that halves TNF in joints")

    # Remembers
    depot = state("mg", "etanercept under the skin", start=0.0)
    central = state("mg/L", "etanercept in plasma", start=0.0, volume=volume)

    # Happens
    absorption = moves(depot, central, k_absorption * depot, source="KorthBradley2000")
    elimination = leaves(central, clearance * central, source="KorthBradley2000")
    in_plasma = neutralises("cytokines.tnf", at="plasma", by=efficacy * hill(central, EC50_plasma))
    in_joints = neutralises("joint_cytokines.tnf", at="joint", by=efficacy * hill(central, EC50_joint))
