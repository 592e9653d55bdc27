"""Leukocytes: how many neutrophils and monocytes a blood count finds."""

from zonula.language import Organ, gain, healthy, hill, loss, parameter, readout, reads, rectified, signal, state


class Leukocytes(Organ):
    """White cells in circulation."""

    # Hears
    tnf = reads("cytokines.tnf", "pg/mL", at="plasma")
    il6 = reads("cytokines.il6", "pg/mL", at="plasma")

    # Needs (values and evidence: evidence/leukocytes.toml)
    neutrophils_at_rest = parameter("10^9*cell/L", "neutrophils of a healthy person")
    k_neutrophils = parameter("1/day", "exchange of neutrophils between blood and its stores")
    gain_neutrophils = parameter("1", "largest rise of the supply of neutrophils")
    EC50_neutrophils = parameter("pg/mL", "TNF and IL-6 above health for half of that rise")
    monocytes_at_rest = parameter("10^9*cell/L", "monocytes of a healthy person")
    k_monocytes = parameter("1/day", "exchange of monocytes between blood and its stores")
    k_margination = parameter("1/day", "largest departure of monocytes from the stream")
    EC50_margination = parameter("pg/mL", "TNF above health for half of that departure")
    smoothing = parameter("pg/mL", "width over which a rise above health sets in")

    # Remembers
    neutrophil_count = state("10^9*cell/L", "neutrophils in blood", start=4.0)
    monocyte_count = state("10^9*cell/L", "monocytes in blood", start=0.54)

    # Happens
    tnf_excess = signal("pg/mL", "TNF above health", rectified(tnf - healthy(tnf), smoothing))
    il6_excess = signal("pg/mL", "IL-6 above health", rectified(il6 - healthy(il6), smoothing))
    neutrophil_supply = gain(
        neutrophil_count,
        k_neutrophils * neutrophils_at_rest * (1 + gain_neutrophils * hill(tnf_excess + il6_excess, EC50_neutrophils)),
        source="Haimovich2014",
    )
    neutrophil_departure = loss(neutrophil_count, k_neutrophils * neutrophil_count)
    monocyte_supply = gain(monocyte_count, k_monocytes * monocytes_at_rest)
    monocyte_departure = loss(monocyte_count, k_monocytes * monocyte_count)
    monocyte_margination = loss(monocyte_count, k_margination * hill(tnf_excess, EC50_margination, 2) * monocyte_count,
                                source="Haimovich2014")

    # Shows
    neutrophils = readout("10^9*cell/L", neutrophil_count, "neutrophils in blood")
    monocytes = readout("10^9*cell/L", monocyte_count, "monocytes in blood")
