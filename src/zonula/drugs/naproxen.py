"""Naproxen: an NSAID.  It relieves pain within hours, and takes prostaglandins from the gut wall too."""

from zonula.language import Drug, blocks, hill, leaves, moves, parameter, scales, signal, smaller, state


class Naproxen(Drug):
    """Naproxen by mouth: unbound concentration and inhibition of cyclooxygenase."""

    # Needs (values and evidence: evidence/naproxen.toml)
    k_absorption = parameter("1/day", "absorption")
    clearance_unbound = parameter("L/day", "unbound clearance over bioavailability")
    volume = parameter("L", "unbound volume of distribution over bioavailability")
    IC50 = parameter("umol/L", "unbound naproxen that halves the synthesis of prostaglandin")
    n_inhibition = parameter("1", "steepness of that inhibition")
    inhibition_maximum = parameter("1", "largest inhibition in the joint")
    gut_exposure = parameter("1", "exposure of the gut wall, 1 where the drug returns with bile")

    # Remembers
    depot = state("umol", "naproxen in the gut", start=0.0)
    central = state("umol/L", "unbound naproxen in plasma", start=0.0, volume=volume)

    # Happens
    inhibition = signal("1", "inhibition of cyclooxygenase, of its largest", hill(central, IC50, n_inhibition))
    absorption = moves(depot, central, k_absorption * depot)
    elimination = leaves(central, clearance_unbound * central, source="Bjornsson2011")
    on_joint = blocks("joint_cytokines.pge2_synthesis", by=inhibition_maximum * inhibition)
    on_gut = scales("epithelium.prostaglandins", by=-smaller(gut_exposure * inhibition, 1))
