"""Cytokines of the gut wall, what its cells make of them, and what spills into the blood."""

from zonula.language import (
    Organ,
    gain,
    healthy,
    hill,
    hill_above,
    inhibited_relative,
    larger,
    loss,
    parameter,
    readout,
    reads,
    rectified,
    signal,
    smaller,
    state,
)


class GutCytokines(Organ):
    """Messengers in the lamina propria."""

    # Hears
    tnf_at_receptors = reads("gut_cytokines.tnf_at_cells", "pg/mL", at="gut")
    il6_at_receptors = reads("gut_cytokines.il6_at_cells", "pg/mL", at="gut")
    plasma_tnf = reads("cytokines.tnf", "pg/mL", at="plasma", road="blood_to_gut")
    plasma_il6 = reads("cytokines.il6", "pg/mL", at="plasma", road="blood_to_gut")
    plasma_il17 = reads("cytokines.il17", "pg/mL", road="blood_to_gut")
    cortisol_brake = reads("adrenal.brake", "1", road="cortisol")
    production = reads("cytokines.production", "1")
    viral_damage = reads("virus.damage", "1")
    gluten_t_cells = reads("coeliac.t_cells", "1")
    sensed = reads("mucosa.sensing", "1", road="products_to_mucosa")
    products_above = reads("mucosa.product_signal_above", "1")
    inflammatory = reads("mucosa.inflammatory", "10^9*cell")
    resident = reads("mucosa.resident", "10^9*cell")
    neutrophils = reads("mucosa.neutrophils", "10^9*cell")
    th1 = reads("gut_lymphocytes.th1", "10^9*cell")
    th17 = reads("gut_lymphocytes.th17", "10^9*cell")
    treg = reads("gut_lymphocytes.treg", "10^9*cell")
    affected = reads("segments.affected", "1")
    volume = reads("mucosa.volume", "mL")

    # Needs (values and evidence: evidence/gut_cytokines.toml)
    tnf_at_rest = parameter("pg/mL", "TNF of a healthy wall")
    il1_at_rest = parameter("pg/mL", "IL-1 of a healthy wall")
    il6_at_rest = parameter("pg/mL", "IL-6 of a healthy wall")
    ifn_at_rest = parameter("pg/mL", "interferon gamma of a healthy wall")
    il22_at_rest = parameter("pg/mL", "IL-17 and IL-22 of a healthy wall")
    il10_at_rest = parameter("pg/mL", "IL-10 of a healthy wall")
    k_tnf = parameter("1/day", "removal of TNF")
    k_il1 = parameter("1/day", "removal of IL-1")
    k_il6 = parameter("1/day", "removal of IL-6")
    k_ifn = parameter("1/day", "removal of interferon gamma")
    k_il22 = parameter("1/day", "removal of IL-17 and IL-22")
    k_il10 = parameter("1/day", "removal of IL-10")
    k_tnf_release = parameter("pg/(mL*day*10^9*cell)", "TNF that fully stimulated macrophages release")
    floor_tnf = parameter("1", "smallest share of healthy TNF that does not come from stimulated macrophages")
    share_tnf_resident = parameter("1", "share of that TNF which resident macrophages make")
    gain_stimulation = parameter("1", "rise of the output of a macrophage at full microbial signal")
    IC50_il10 = parameter("pg/mL", "IL-10 that halves the output of macrophages")
    share_il1_macrophages = parameter("1", "share of healthy IL-1 from inflammatory macrophages")
    share_il1_neutrophils = parameter("1", "share of healthy IL-1 from neutrophils")
    share_il6_macrophages = parameter("1", "share of healthy IL-6 from inflammatory macrophages")
    gain_il6_tnf = parameter("1", "rise of stromal IL-6 at full TNF signal")
    gain_il6_il1 = parameter("1", "rise of stromal IL-6 at full IL-1 signal")
    gain_ifn = parameter("1", "rise of interferon per Th1 cell at full microbial signal")
    gain_ifn_virus = parameter("1", "rise of interferon at full viral damage, in folds of health")
    gain_ifn_gluten = parameter("1", "rise of interferon at full response to gluten, in folds of health")
    gain_il22 = parameter("1", "rise of IL-17 and IL-22 per Th17 cell at full microbial signal")
    share_il10_resident = parameter("1", "share of healthy IL-10 from resident macrophages")
    share_il10_treg = parameter("1", "share of healthy IL-10 from regulatory T cells")
    cap_il10 = parameter("1", "largest rise of the IL-10 of inflammatory macrophages, by number and by stimulation")
    share_il10_stimulated = parameter("1", "share of that IL-10 which follows stimulation")
    EC50_tnf = parameter("pg/mL", "TNF for half of its effect on the wall")
    n_tnf = parameter("1", "steepness of that effect")
    gain_priming = parameter("1", "priming of the effect of TNF by interferon")
    EC50_il1 = parameter("pg/mL", "IL-1 for half of its effect on the wall")
    EC50_il6 = parameter("pg/mL", "IL-6 for half of its effect on the wall")
    EC50_ifn = parameter("pg/mL", "interferon for half of its effect on the wall")
    EC50_il22 = parameter("pg/mL", "IL-17 and IL-22 for half of their effect on the wall")
    signal_floor = parameter("1", "how far the TNF signal can fall below health")
    partition_tnf = parameter("1", "TNF above health in the wall, relative to plasma")
    partition_il6 = parameter("1", "IL-6 above health in the wall, relative to plasma")
    partition_il17 = parameter("1", "IL-17 above health in the wall, relative to plasma")
    spill_tnf = parameter("1", "share of the wall's excess TNF that reaches the blood")
    spill_il6 = parameter("1", "share of the wall's excess IL-6 that reaches the blood")
    spill_il17 = parameter("1", "share of the wall's excess IL-17 and IL-22 that reaches the blood as IL-17")
    smoothing = parameter("pg/mL", "width over which a rise of plasma cytokines sets in")
    smoothing_signal = parameter("1", "width over which a signal above health sets in")

    # Remembers
    tnf = state("pg/mL", "TNF of the gut wall", start=20.0)
    il1 = state("pg/mL", "IL-1 of the gut wall", start=20.0)
    il6 = state("pg/mL", "IL-6 of the gut wall", start=20.0)
    ifn = state("pg/mL", "interferon gamma of the gut wall", start=20.0)
    il22 = state("pg/mL", "IL-17 and IL-22 of the gut wall", start=30.0)
    il10 = state("pg/mL", "IL-10 of the gut wall", start=50.0)

    # Happens
    tone = signal("1", "what cortisol and treatment leave of cytokine production in the wall, 1 in health",
                  production * cortisol_brake / healthy(cortisol_brake))
    tnf_at_cells = signal("pg/mL", "TNF as primed cells of the wall see it",
                          (tnf + partition_tnf * rectified(plasma_tnf - healthy(plasma_tnf), smoothing))
                          * (1 + gain_priming * hill(ifn, EC50_ifn)))
    il6_at_cells = signal("pg/mL", "IL-6 as cells of the wall see it",
                          il6 + partition_il6 * rectified(plasma_il6 - healthy(plasma_il6), smoothing))
    tnf_signal = signal("1", "effect of TNF, 0 in health, 1 full",
                        larger(hill_above(tnf_at_receptors, EC50_tnf, healthy(tnf_at_cells), n_tnf), -signal_floor))
    tnf_signal_above = signal("1", "effect of TNF above health", rectified(tnf_signal, smoothing_signal))
    il1_signal = signal("1", "effect of IL-1, 0 in health, 1 full", hill_above(il1, EC50_il1, healthy(il1)))
    il6_signal = signal("1", "effect of IL-6, 0 in health, 1 full", hill_above(il6_at_receptors, EC50_il6, healthy(il6_at_cells)))
    ifn_signal = signal("1", "effect of interferon, 0 in health, 1 full", hill_above(ifn, EC50_ifn, healthy(ifn)))
    il22_signal = signal("1", "effect of IL-17 and IL-22, 0 in health, 1 full",
                         hill_above(il22 + partition_il17 * (plasma_il17 - healthy(plasma_il17)), EC50_il22, healthy(il22)))
    il10_brake = signal("1", "what IL-10 leaves of the output of macrophages, 1 in health", inhibited_relative(il10, healthy(il10), IC50_il10))
    il10_brake_in_health = 1 / (1 + healthy(il10) / IC50_il10)
    by_macrophages = signal("pg/mL", "TNF that stimulated macrophages would keep up in health, by their capacity",
                            k_tnf_release * healthy(inflammatory) * healthy(sensed) * il10_brake_in_health / k_tnf)
    from_others = signal("pg/mL", "healthy TNF that does not come from stimulated macrophages",
                         larger(tnf_at_rest - by_macrophages, floor_tnf * tnf_at_rest))
    efficiency = signal("1", "share of that capacity which is used", (tnf_at_rest - from_others) / by_macrophages)
    macrophages_fold = inflammatory / healthy(inflammatory)
    output = (1 + gain_stimulation * products_above) * macrophages_fold * il10_brake
    tnf_from_macrophages = gain(
        tnf, tone * efficiency * k_tnf_release * inflammatory * sensed * il10_brake * il10_brake_in_health)
    tnf_elsewhere = gain(tnf, tone * k_tnf * from_others * (
        share_tnf_resident * resident / healthy(resident) + (1 - share_tnf_resident) * th1 / healthy(th1)))
    tnf_removal = loss(tnf, k_tnf * tnf, source="Lo2016")
    il1_release = gain(il1, k_il1 * tone * il1_at_rest * (
        share_il1_macrophages * output + share_il1_neutrophils * neutrophils / healthy(neutrophils)
        + larger(1 - share_il1_macrophages - share_il1_neutrophils, 0)))
    il1_removal = loss(il1, k_il1 * il1)
    il6_release = gain(il6, k_il6 * tone * il6_at_rest * (
        share_il6_macrophages * output
        + (1 - share_il6_macrophages) * (1 + gain_il6_tnf * tnf_signal_above + gain_il6_il1 * rectified(il1_signal, smoothing_signal))))
    il6_removal = loss(il6, k_il6 * il6, source="Lo2016")
    ifn_release = gain(ifn, k_ifn * tone * ifn_at_rest * (
        th1 / healthy(th1) * (1 + gain_ifn * products_above) + gain_ifn_virus * viral_damage + gain_ifn_gluten * gluten_t_cells))
    ifn_removal = loss(ifn, k_ifn * ifn, source="Lo2016")
    il22_release = gain(il22, k_il22 * il22_at_rest * th17 / healthy(th17) * (1 + gain_il22 * products_above))
    il22_removal = loss(il22, k_il22 * il22)
    stimulated = (1 - share_il10_stimulated) + share_il10_stimulated * smaller(sensed / healthy(sensed), cap_il10)
    il10_release = gain(il10, k_il10 * il10_at_rest * (
        share_il10_resident * resident / healthy(resident) + share_il10_treg * treg / healthy(treg)
        + larger(1 - share_il10_resident - share_il10_treg, 0) * smaller(macrophages_fold, cap_il10) * stimulated))
    il10_removal = loss(il10, k_il10 * il10, source="Lo2016")
    tnf_spill = signal("pg/day", "TNF that spills into the blood", spill_tnf * k_tnf * affected * (tnf - healthy(tnf)) * volume)
    il6_spill = signal("pg/day", "IL-6 that spills into the blood", spill_il6 * k_il6 * affected * (il6 - healthy(il6)) * volume)
    il17_spill = signal("pg/day", "IL-17 that spills into the blood", spill_il17 * k_il22 * affected * (il22 - healthy(il22)) * volume)

    # Shows
    gut_tnf = readout("pg/mL", tnf, "TNF of the gut wall")
