"""Monocytes: blood cells that sense endotoxin, are primed by TNF, and grow tolerant.

The activated pool is on the scale of Windoloski et al. 2024 (28 200 units at most); IL-10, cortisol and
tolerance restrain its activation.
"""

from zonula.language import Organ, gain, hill, inhibited_relative, loss, parameter, readout, reads, state


class Monocytes(Organ):
    """The endotoxin-sensing cells of the blood and their tolerance."""

    # Hears
    endotoxin = reads("blood.endotoxin_at_cells", "pg{LPS}/mL", at="plasma")
    tnf = reads("cytokines.tnf", "pg/mL", at="plasma")
    tnf_floor = reads("cytokines.tnf_floor", "pg/mL")
    il10 = reads("cytokines.il10", "pg/mL")
    il10_floor = reads("cytokines.il10_floor", "pg/mL")
    cortisol_brake = reads("adrenal.brake", "1")
    production = reads("cytokines.production", "1")

    # Needs (values and evidence: evidence/monocytes.toml)
    capacity = parameter("au", "largest activation, a scale")
    EC50_endotoxin = parameter("pg{LPS}/mL", "endotoxin for half of the largest activation")
    k_activation = parameter("1/day", "activation by endotoxin alone")
    k_priming = parameter("1/day", "further activation when TNF primes the cells")
    EC50_tnf = parameter("pg/mL", "TNF above its floor for half of the priming")
    n_tnf = parameter("1", "steepness of the priming by TNF")
    IC50_il10 = parameter("pg/mL", "IL-10 that halves activation")
    k_deactivation = parameter("1/day", "return of activated cells to rest")
    k_tolerance = parameter("1/day", "onset of endotoxin tolerance under full activation")
    EC50_tolerance = parameter("au", "activation for half of that onset")
    k_recovery = parameter("1/day", "loss of endotoxin tolerance")

    # Remembers
    activated = state("au", "activated monocytes", start=1.5)
    tolerance = state("1", "endotoxin tolerance", start=0.02, within=(0.0, 1.0))

    # Happens
    activation = gain(
        activated,
        capacity * hill(endotoxin, EC50_endotoxin) * (k_activation + k_priming * hill(tnf - tnf_floor, EC50_tnf, n_tnf))
        * inhibited_relative(il10, il10_floor, IC50_il10) * (1 - tolerance) * cortisol_brake * production,
        source="Windoloski2024",
    )
    deactivation = loss(activated, k_deactivation * activated, source="Windoloski2024")
    tolerance_onset = gain(tolerance, k_tolerance * hill(activated, EC50_tolerance, 1.5) * (1 - tolerance), source="Draisma2009")
    tolerance_recovery = loss(tolerance, k_recovery * tolerance, source="Rittig2015")

    # Shows
    activated_monocytes = readout("au", activated, "activated monocytes (scale of the model)")
    endotoxin_tolerance = readout("1", tolerance, "endotoxin tolerance, from 0 (none) to 1 (complete)")
