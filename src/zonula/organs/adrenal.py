"""Adrenal gland: cortisol rises with cytokines and stress, and restrains cytokine production."""

from zonula.language import Organ, exposure, gain, hill, inhibited_relative, loss, parameter, readout, reads, signal, state


class Adrenal(Organ):
    """The stress axis, as far as inflammation goes."""

    # Hears
    tnf = reads("cytokines.tnf", "pg/mL", at="plasma")
    il6 = reads("cytokines.il6", "pg/mL", at="plasma")
    stress = exposure("1", "psychological stress, 0 none, 1 severe", neutral=0.0, within=(0.0, 3.0))

    # Needs (values and evidence: evidence/adrenal.toml)
    cortisol_at_rest = parameter("nmol/L", "cortisol without cytokines, mean of the day")
    k_cortisol = parameter("1/day", "clearance of cortisol")
    gain_stress = parameter("1", "rise of cortisol under severe stress")
    gain_cytokines = parameter("1", "largest rise of cortisol under cytokines")
    EC50_cytokines = parameter("pg/mL", "TNF-equivalents for half of that rise")
    weight_il6 = parameter("1", "IL-6 in TNF-equivalents")
    IC50_cortisol = parameter("nmol/L", "cortisol that halves cytokine production")
    n_cortisol = parameter("1", "steepness of that restraint")

    # Remembers
    cortisol = state("nmol/L", "cortisol in plasma", start=310.0)

    # Happens
    brake = signal("1", "what cortisol leaves of cytokine production, 1 at rest",
                   inhibited_relative(cortisol, cortisol_at_rest, IC50_cortisol, n_cortisol))
    secretion = gain(
        cortisol,
        k_cortisol * cortisol_at_rest * (1 + gain_stress * stress)
        * (1 + gain_cytokines * hill(tnf + weight_il6 * il6, EC50_cytokines)),
    )
    clearance = loss(cortisol, k_cortisol * cortisol, source="Weitzman1971")

    # Shows
    plasma_cortisol = readout("nmol/L", cortisol, "cortisol in plasma", called="cortisol")
