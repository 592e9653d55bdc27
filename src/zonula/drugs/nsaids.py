"""Ibuprofen, diclofenac and celecoxib: what they take from pain, and what they take from the gut wall.

Pain follows COX-2 in the joint, harm to the gut follows COX-1 in its wall (Warner 1999).  Concentrations are of total drug in
plasma, as in the tests of whole blood that the inhibitory concentrations come from.
"""

from zonula.language import Drug, blocks, gain, hill, leaves, loss, moves, parameter, scales, signal, smaller, state


class Ibuprofen(Drug):
    """Ibuprofen by mouth: as strong on COX-1 as on COX-2, and gone within hours."""

    # Needs (values and evidence: evidence/ibuprofen.toml)
    k_absorption = parameter("1/day", "absorption")
    clearance = parameter("L/day", "clearance over bioavailability")
    volume = parameter("L", "volume of distribution over bioavailability")
    IC50_cox2 = parameter("mg/L", "ibuprofen in plasma that halves COX-2")
    IC50_cox1 = parameter("mg/L", "ibuprofen in plasma that halves COX-1")
    inhibition_maximum = parameter("1", "largest inhibition of prostaglandin in the joint")
    gut_exposure = parameter("1", "exposure of the gut wall, 1 where the drug returns with bile")

    # Remembers
    depot = state("mg", "ibuprofen in the gut", start=0.0)
    central = state("mg/L", "ibuprofen in plasma", start=0.0, volume=volume)

    # Happens
    cox2 = signal("1", "inhibition of COX-2", hill(central, IC50_cox2))
    cox1 = signal("1", "inhibition of COX-1", hill(central, IC50_cox1))
    absorption = moves(depot, central, k_absorption * depot, source="Lotsch2001")
    elimination = leaves(central, clearance * central, source="Lotsch2001")
    on_joint = blocks("joint_cytokines.pge2_synthesis", by=inhibition_maximum * cox2)
    on_gut = scales("epithelium.prostaglandins", by=-smaller(gut_exposure * cox1, 1))


class Diclofenac(Drug):
    """Diclofenac by mouth: strong on COX-2 and on COX-1.  It leaves plasma within hours and stays longer in joints and gut."""

    # Needs (values and evidence: evidence/diclofenac.toml)
    k_absorption = parameter("1/day", "absorption")
    clearance = parameter("L/day", "clearance over bioavailability")
    volume = parameter("L", "volume of distribution over bioavailability")
    k_tissue = parameter("1/day", "exchange between plasma and synovial fluid or gut wall")
    IC50_cox2 = parameter("mg/L", "diclofenac that halves COX-2")
    IC50_cox1 = parameter("mg/L", "diclofenac that halves COX-1")
    inhibition_maximum = parameter("1", "largest inhibition of prostaglandin in the joint")
    gut_exposure = parameter("1", "exposure of the gut wall, 1 where the drug returns with bile")

    # Remembers
    depot = state("mg", "diclofenac in the gut", start=0.0)
    central = state("mg/L", "diclofenac in plasma", start=0.0, volume=volume)
    tissue = state("mg/L", "diclofenac in synovial fluid and gut wall, as the plasma with which it would be at rest", start=0.0)

    # Happens
    cox2 = signal("1", "inhibition of COX-2", hill(tissue, IC50_cox2))
    cox1 = signal("1", "inhibition of COX-1", hill(tissue, IC50_cox1))
    absorption = moves(depot, central, k_absorption * depot)
    elimination = leaves(central, clearance * central, source="Brunner2005")
    arrival = gain(tissue, k_tissue * central)
    departure = loss(tissue, k_tissue * tissue)
    on_joint = blocks("joint_cytokines.pge2_synthesis", by=inhibition_maximum * cox2)
    on_gut = scales("epithelium.prostaglandins", by=-smaller(gut_exposure * cox1, 1))


class Celecoxib(Drug):
    """Celecoxib by mouth: it spares COX-1, and with it nearly the gut wall."""

    # Needs (values and evidence: evidence/celecoxib.toml)
    k_absorption = parameter("1/day", "absorption")
    clearance = parameter("L/day", "clearance over bioavailability")
    volume = parameter("L", "volume of distribution over bioavailability")
    IC50_cox2 = parameter("mg/L", "celecoxib in plasma that halves COX-2")
    IC50_cox1 = parameter("mg/L", "celecoxib in plasma that halves COX-1")
    inhibition_maximum = parameter("1", "largest inhibition of prostaglandin in the joint")

    # Remembers
    depot = state("mg", "celecoxib in the gut", start=0.0)
    central = state("mg/L", "celecoxib in plasma", start=0.0, volume=volume)

    # Happens
    cox2 = signal("1", "inhibition of COX-2", hill(central, IC50_cox2))
    cox1 = signal("1", "inhibition of COX-1", hill(central, IC50_cox1))
    absorption = moves(depot, central, k_absorption * depot)
    elimination = leaves(central, clearance * central, source="CelebrexLabel")
    on_joint = blocks("joint_cytokines.pge2_synthesis", by=inhibition_maximum * cox2)
    on_gut = scales("epithelium.prostaglandins", by=-cox1)
