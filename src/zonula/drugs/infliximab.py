"""Infliximab: an antibody that takes TNF out of action in blood, joints and gut."""

from zonula.language import Drug, hill, leaves, moves, neutralises, parameter, state


class Infliximab(Drug):
    """Infliximab into a vein."""

    # Needs (values and evidence: evidence/infliximab.toml)
    clearance = parameter("L/day", "clearance")
    volume = parameter("L", "central volume")
    exchange = parameter("L/day", "exchange with tissue")
    volume_tissue = parameter("L", "volume of tissue")
    efficacy = parameter("1", "largest share of TNF that is neutralised")
    EC50_plasma = parameter("mg/L", "infliximab that halves TNF in plasma")
    EC50_joint = parameter("mg/L", "infliximab in plasma that halves TNF in joints")
    EC50_gut = parameter("mg/L", "infliximab in plasma that halves TNF in the gut wall")

    # Remembers
    central = state("mg/L", "infliximab in plasma", start=0.0, volume=volume)
    tissue = state("mg/L", "infliximab in tissue", start=0.0, volume=volume_tissue)

    # Happens
    elimination = leaves(central, clearance * central, source="Ternant2014")
    distribution = moves(central, tissue, exchange * central, source="Xu2008")
    redistribution = moves(tissue, central, exchange * tissue, source="Xu2008")
    in_plasma = neutralises("cytokines.tnf", at="plasma", by=efficacy * hill(central, EC50_plasma))
    in_joints = neutralises("joint_cytokines.tnf", at="joint", by=efficacy * hill(central, EC50_joint))
    in_gut = neutralises("gut_cytokines.tnf_at_cells", at="gut", by=efficacy * hill(central, EC50_gut))
