"""Mucus: the layer that keeps bacteria off the wall, and the IgA that holds them in it."""

from zonula.language import Organ, gain, larger, loss, parameter, readout, reads, rectified, signal, smaller, state


class Mucus(Organ):
    """Inner mucus and the plasma cells that make secretory IgA."""

    # Hears
    cells = reads("epithelium.cells", "1")
    butyrate_fold = reads("lumen.butyrate_fold", "1")
    tnf = reads("gut_cytokines.tnf_signal", "1", road="mucosa_to_barrier")
    ifn = reads("gut_cytokines.ifn_signal", "1", road="mucosa_to_barrier")
    il22 = reads("gut_cytokines.il22_signal", "1", road="mucosa_to_barrier")
    products = reads("mucosa.product_signal", "1")

    # Needs (values and evidence: evidence/mucus.toml)
    thickness_at_rest = parameter("um", "inner mucus in health")
    k_mucus = parameter("1/day", "renewal of mucus")
    share_butyrate = parameter("1", "share of secretion that butyrate supports")
    cap_butyrate = parameter("1", "butyrate, in folds of health, beyond which it supports no more")
    gain_il22 = parameter("1", "rise of secretion at full IL-22")
    gain_depletion = parameter("1", "depletion of goblet cells at full TNF and interferon")
    iga_at_rest = parameter("1", "plasma cells of the gut in health")
    k_iga = parameter("1/day", "turnover of these plasma cells")
    gain_iga = parameter("1", "rise of plasma cells at full microbial signal")
    smoothing = parameter("1", "width over which a difference from health sets in")

    # Remembers
    thickness = state("um", "inner mucus", start=200.0)
    iga = state("1", "plasma cells that make IgA, in folds of health", start=1.0)

    # Happens
    support = (1 - share_butyrate) + share_butyrate * smaller(butyrate_fold, cap_butyrate)
    depletion = 1 + gain_depletion * rectified((tnf + ifn) / 2, smoothing)
    cover = signal("1", "mucus in folds of health", thickness / thickness_at_rest)
    secretion = gain(thickness, k_mucus * thickness_at_rest * cells * support * larger(1 + gain_il22 * il22, 0) / depletion)
    shedding = loss(thickness, k_mucus * thickness, source="Johansson2014")
    iga_response = gain(iga, k_iga * iga_at_rest * larger(1 + gain_iga * products, 0))
    iga_turnover = loss(iga, k_iga * iga)

    # Shows
    mucus_thickness = readout("um", thickness, "inner mucus of the colon")
