"""Lymphocytes of the gut wall: Th1, Th17 and regulatory T cells, and the memory that stays in the tissue."""

from zonula.language import Organ, gain, healthy, inhibited_relative, loss, parameter, readout, reads, rectified, saturating, signal, smaller, state


class GutLymphocytes(Organ):
    """T cells of the lamina propria."""

    # Hears
    products_above = reads("mucosa.product_signal_above", "1")
    ifn = reads("gut_cytokines.ifn_signal", "1")
    il6 = reads("gut_cytokines.il6_signal", "1")
    tone = reads("gut_cytokines.tone", "1")
    butyrate_fold = reads("lumen.butyrate_fold", "1")
    vitamin_d = reads("diet.vitamin_d", "1")

    # Needs (values and evidence: evidence/gut_lymphocytes.toml)
    th1_at_rest = parameter("10^9*cell", "Th1 cells in health")
    th17_at_rest = parameter("10^9*cell", "Th17 cells in health")
    treg_at_rest = parameter("10^9*cell", "regulatory T cells in health")
    k_th1 = parameter("1/day", "turnover of Th1 cells")
    k_th17 = parameter("1/day", "turnover of Th17 cells")
    k_treg = parameter("1/day", "turnover of regulatory T cells")
    gain_th1 = parameter("1", "largest expansion of Th1 cells")
    gain_th17 = parameter("1", "largest expansion of Th17 cells")
    share_cytokine = parameter("1", "share of that expansion which needs interferon or IL-6")
    half_suppression = parameter("10^9*cell", "regulatory T cells that halve expansion")
    gain_treg = parameter("1", "rise of regulatory T cells at full microbial signal")
    gain_block = parameter("1", "block of their induction at full IL-6 signal")
    share_butyrate = parameter("1", "share of their induction that butyrate supports")
    half_butyrate = parameter("1", "butyrate for half of what it can do for them")
    cap_butyrate = parameter("1", "what butyrate in excess can do")
    share_vitamin_d = parameter("1", "share of their induction that vitamin D supports")
    k_memory = parameter("1/day", "build-up of resident memory, per fold of excess Th1 cells")
    threshold_memory = parameter("1", "Th1 cells, in folds of health, above which memory builds up")
    k_forgetting = parameter("1/day", "loss of resident memory")
    smoothing = parameter("1", "width over which a difference from health sets in")

    # Remembers
    th1 = state("10^9*cell", "Th1 cells", start=1.0)
    th17 = state("10^9*cell", "Th17 cells", start=1.0)
    treg = state("10^9*cell", "regulatory T cells", start=1.0)
    memory = state("1", "tissue-resident memory", start=0.0, within=(0.0, 1.0))

    # Happens
    activation = signal("1", "activation of T cells", products_above)
    restraint = signal("1", "what regulatory T cells leave of expansion, 1 in health", inhibited_relative(treg, healthy(treg), half_suppression))
    il6_above = rectified(il6, smoothing)
    induction = ((1 - share_butyrate) + share_butyrate * smaller(saturating(butyrate_fold, half_butyrate), cap_butyrate)) \
        * ((1 - share_vitamin_d) + share_vitamin_d * vitamin_d) * (1 + gain_treg * products_above) / (1 + gain_block * il6_above)
    th1_share = (1 - share_cytokine) + share_cytokine * rectified(ifn, smoothing)
    th17_share = (1 - share_cytokine) + share_cytokine * il6_above
    th1_expansion = gain(th1, k_th1 * th1_at_rest * (1 + gain_th1 * activation * th1_share * tone) * restraint)
    th1_loss = loss(th1, k_th1 * th1, source="Islam2021code")
    th17_expansion = gain(th17, k_th17 * th17_at_rest * (1 + gain_th17 * activation * th17_share * tone) * restraint)
    th17_loss = loss(th17, k_th17 * th17, source="Islam2021code")
    treg_induction = gain(treg, k_treg * treg_at_rest * induction)
    treg_loss = loss(treg, k_treg * treg, source="Islam2021code")
    learning = gain(memory, k_memory * (1 - memory) * rectified(th1 / th1_at_rest - threshold_memory, smoothing))
    forgetting = loss(memory, k_forgetting * memory)

    # Shows
    gut_th17 = readout("1", th17 / th17_at_rest, "Th17 cells of the gut wall, in folds of health")
    gut_memory = readout("1", memory, "tissue-resident memory of the gut wall, from 0 to 1")
