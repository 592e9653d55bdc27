"""Blood: the bioactive endotoxin in plasma, and its way to the cells that sense it.

"Bioactive" means: with the effect of the same mass of reference endotoxin given into a vein.  What the LAL
assay sees is another quantity, of another kind, and is not shown here.
"""

from zonula.language import Organ, gain, loss, parameter, readout, reads, setpoint, state


class Blood(Organ):
    """Plasma with its bioactive endotoxin."""

    # Hears
    weight = reads("body.weight", "kg")
    plasma_per_weight = reads("body.plasma_per_weight", "L/kg")

    # Needs (values and evidence: evidence/blood.toml)
    endotoxin_in_health = parameter("pg{LPS}/mL", "bioactive endotoxin in the plasma of a healthy person")
    k_clearance = parameter("1/day", "clearance of endotoxin from plasma")
    k_equilibration = parameter("1/day", "equilibration of endotoxin between plasma and the sensing cells")
    plasma_volume = plasma_per_weight * weight

    # Remembers
    endotoxin = state("pg{LPS}/mL", "bioactive endotoxin in plasma", start=0.1, volume=plasma_volume)
    endotoxin_at_cells = state("pg{LPS}/mL", "bioactive endotoxin at the sensing cells", start=0.1)
    entry = setpoint("pg{LPS}/(mL*day)", "endotoxin that a healthy gut lets into plasma",
                     holds=endotoxin, at=endotoxin_in_health)

    # Happens
    leak = gain(endotoxin, entry)
    clearance = loss(endotoxin, k_clearance * endotoxin, source="Windoloski2024")
    arrival_at_cells = gain(endotoxin_at_cells, k_equilibration * endotoxin, source="Held2019")
    departure_from_cells = loss(endotoxin_at_cells, k_equilibration * endotoxin_at_cells, source="Held2019")

    # Shows
    plasma_endotoxin = readout("pg{LPS}/mL", endotoxin, "bioactive endotoxin in plasma", called="endotoxin")
