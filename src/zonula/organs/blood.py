"""Blood: the bioactive endotoxin in plasma, and its way to the cells that sense it.

"Bioactive" means: with the effect of the same mass of reference endotoxin given into a vein.  What the LAL assay sees is
another quantity, of another kind; only a small share of it is bioactive.
"""

from zonula.language import Organ, enters, gain, loss, parameter, readout, reads, state


class Blood(Organ):
    """Plasma with its bioactive endotoxin."""

    # Hears
    weight = reads("body.weight", "kg")
    plasma_per_weight = reads("body.plasma_per_weight", "mL/kg")
    lps_from_gut = reads("portal.lps_passed", "pg{LAL}/day")

    # Needs (values and evidence: evidence/blood.toml)
    bioactivity = parameter("pg{LPS}/pg{LAL}", "bioactive endotoxin per endotoxin that the LAL assay sees")
    k_clearance = parameter("1/day", "clearance of endotoxin from plasma")
    k_equilibration = parameter("1/day", "equilibration of endotoxin between plasma and the sensing cells")
    plasma_volume = plasma_per_weight * weight

    # Remembers
    endotoxin = state("pg{LPS}/mL", "bioactive endotoxin in plasma", start=0.1, volume=plasma_volume)
    endotoxin_at_cells = state("pg{LPS}/mL", "bioactive endotoxin at the sensing cells", start=0.1)

    # Happens
    arrival_from_gut = enters(endotoxin, lps_from_gut, yields=bioactivity)
    clearance = loss(endotoxin, k_clearance * endotoxin, source="Windoloski2024")
    arrival_at_cells = gain(endotoxin_at_cells, k_equilibration * endotoxin, source="Held2019")
    departure_from_cells = loss(endotoxin_at_cells, k_equilibration * endotoxin_at_cells, source="Held2019")

    # Shows
    plasma_endotoxin = readout("pg{LPS}/mL", endotoxin, "bioactive endotoxin in plasma", called="endotoxin")
    plasma_lps = readout("pg{LAL}/mL", endotoxin / bioactivity, "endotoxin in plasma, by the LAL assay")
