"""Virus: an enteric virus, such as norovirus, that infects the epithelium for days and leaves immunity.

It opens junctions and makes cells die, raises interferon in the wall, and hardly reaches the blood: it is not invasive.
"""

from zonula.language import Organ, gain, hill, loss, parameter, readout, signal, state


class Virus(Organ):
    """A viral infection of the gut, and the immunity against it."""

    # Needs (values and evidence: evidence/virus.toml)
    luminal_volume = parameter("mL", "volume in which the virus is counted")
    k_growth = parameter("1/day", "growth of the virus")
    capacity = parameter("IU/mL", "highest load of the virus")
    foothold = parameter("IU/mL", "load below which the virus dies out")
    k_washout = parameter("1/day", "washout of the virus without immunity")
    k_clearance = parameter("1/day", "clearance of the virus by immunity")
    k_learning = parameter("1/day", "build-up of immunity")
    k_forgetting = parameter("1/day", "waning of immunity")
    EC50_damage = parameter("IU/mL", "load for half of the damage")

    # Remembers
    load = state("IU/mL", "virus in the gut", start=0.0, volume=luminal_volume)
    immunity = state("1", "immunity to the virus", start=0.0, within=(0.0, 1.0))

    # Happens
    damage = signal("1", "damage by the virus, 0 none, 1 full", hill(load, EC50_damage))
    growth = gain(load, k_growth * hill(load, foothold) * (1 - load / capacity) * load)
    washout = loss(load, k_washout * load)
    clearance = loss(load, k_clearance * immunity * load)
    learning = gain(immunity, k_learning * damage * (1 - immunity))
    forgetting = loss(immunity, k_forgetting * immunity)

    # Shows
    virus_load = readout("IU/mL", load, "enteric virus in the gut")
