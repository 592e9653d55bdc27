"""Tocilizumab: an antibody against the receptor of IL-6.  CRP falls whatever the joint does."""

from zonula.language import Drug, blocks, boosts, hill, leaves, moves, neutralises, parameter, signal, state


class Tocilizumab(Drug):
    """Tocilizumab into a vein, with elimination by its target."""

    # Needs (values and evidence: evidence/tocilizumab.toml)
    clearance = parameter("L/day", "linear clearance")
    volume = parameter("L", "central volume")
    exchange = parameter("L/day", "exchange with tissue")
    volume_tissue = parameter("L", "volume of tissue")
    elimination_maximum = parameter("mg/day", "largest elimination by the receptor")
    half_elimination = parameter("mg/L", "tocilizumab for half of that elimination")
    EC50_plasma = parameter("mg/L", "tocilizumab that occupies half of the receptors in blood")
    EC50_tissue = parameter("mg/L", "tocilizumab in plasma that occupies half of the receptors in tissue")
    share_clearance = parameter("1", "share of the clearance of IL-6 that its receptor does")
    gain_margination = parameter("1", "faster departure of neutrophils from the blood at full occupancy")

    # Remembers
    central = state("mg/L", "tocilizumab in plasma", start=0.0, volume=volume)
    tissue = state("mg/L", "tocilizumab in tissue", start=0.0, volume=volume_tissue)

    # Happens
    occupancy = signal("1", "share of receptors in blood that are occupied", hill(central, EC50_plasma))
    occupancy_tissue = signal("1", "share of receptors in tissue that are occupied", hill(central, EC50_tissue))
    elimination = leaves(central, clearance * central, source="Frey2010")
    elimination_by_target = leaves(central, elimination_maximum * central / (half_elimination + central), source="Frey2010")
    distribution = moves(central, tissue, exchange * central)
    redistribution = moves(tissue, central, exchange * tissue)
    in_plasma = neutralises("cytokines.il6", at="plasma", by=occupancy)
    in_joints = neutralises("joint_cytokines.il6", at="joint", by=occupancy_tissue)
    in_gut = neutralises("gut_cytokines.il6_at_cells", at="gut", by=occupancy_tissue)
    on_clearance = blocks("cytokines.il6_clearance", by=share_clearance * occupancy)
    on_neutrophils = boosts("leukocytes.neutrophil_departure", by=gain_margination * occupancy)
