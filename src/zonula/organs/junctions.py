"""Tight junctions: the pore of claudin-2, and the leak that MLCK opens when cytokines tell it to.

The leak has a slow part, which follows the wall's own cytokines within days, and a fast part, which follows TNF in plasma
within hours.  Zonulin is kept as a marker and a small influence; commercial assays of it are unreliable.
"""

from zonula.language import Organ, exposure, gain, healthy, hill, larger, loss, parameter, readout, reads, rectified, signal, state


class Junctions(Organ):
    """What holds epithelial cells together, and what loosens it."""

    # Hears
    tnf = reads("gut_cytokines.tnf_signal_above", "1", road="mucosa_to_barrier")
    il1 = reads("gut_cytokines.il1_signal", "1", road="mucosa_to_barrier")
    il6 = reads("gut_cytokines.il6_signal", "1", road="mucosa_to_barrier")
    il22 = reads("gut_cytokines.il22_signal", "1", road="mucosa_to_barrier")
    products = reads("mucosa.product_signal", "1", road="mucosa_to_barrier")
    plasma_tnf = reads("cytokines.tnf", "pg/mL", at="plasma", road="blood_to_gut")
    butyrate_fuel = reads("epithelium.butyrate_fuel", "1")
    resources = reads("epithelium.resources", "1")
    nsaid_injury = reads("epithelium.nsaid_injury", "1")
    viral_damage = reads("virus.damage", "1")
    gluten_t_cells = reads("coeliac.t_cells", "1")
    atrophy = reads("coeliac.atrophy", "1")
    memory = reads("gut_lymphocytes.memory", "1", road="mucosa_to_barrier")
    facultatives = reads("lumen.facultatives", "CFU/mL")
    facultatives_at_rest = reads("lumen.enterobacteria_at_rest", "CFU/mL")
    antigen_in_lumen = reads("wall.antigen_in_lumen", "mg")
    food_protein = reads("diet.food_protein", "1")
    gluten = reads("diet.gluten", "1")
    alcohol = reads("diet.alcohol", "1")
    stress = reads("adrenal.stress", "1")
    opening_irritant = exposure("1", "opening of junctions by an irritant of any kind, in folds of the healthy leak", neutral=0.0,
                                within=(0.0, 10.0))

    # Needs (values and evidence: evidence/junctions.toml)
    k_leak = parameter("1/day", "remodelling of junctions")
    gain_tnf = parameter("1", "opening at full TNF signal")
    gain_il1 = parameter("1", "opening at full IL-1 signal")
    gain_products = parameter("1", "opening at full signal of bacterial products")
    gain_zonulin = parameter("1", "opening per fold of zonulin")
    gain_nsaid = parameter("1", "opening without prostaglandins")
    gain_alcohol = parameter("1", "opening in an alcohol binge")
    gain_stress = parameter("1", "opening under severe stress")
    gain_memory = parameter("1", "opening that lasts with full memory of T cells in the tissue")
    gain_virus = parameter("1", "opening at full viral damage")
    gain_gluten = parameter("1", "opening at full response to gluten")
    gain_atrophy = parameter("1", "opening where villi are lost")
    share_butyrate = parameter("1", "share of tightness that butyrate supports")
    share_resources = parameter("1", "share of tightness that nutrients support")
    leak_floor = parameter("1", "tightest that junctions can be, in folds of the healthy leak")
    k_fast = parameter("1/day", "fast opening and closing of junctions by MLCK")
    gain_fast = parameter("1", "fast opening at the highest TNF in plasma")
    EC50_fast = parameter("pg/mL", "TNF in plasma above health for half of that opening")
    k_claudin2 = parameter("1/day", "turnover of claudin-2")
    gain_claudin2_il6 = parameter("1", "rise of claudin-2 at full IL-6 signal")
    gain_claudin2_tnf = parameter("1", "rise of claudin-2 at full TNF signal")
    gain_claudin2_il22 = parameter("1", "rise of claudin-2 at full IL-22 signal")
    zonulin_at_rest = parameter("1", "zonulin in health")
    k_zonulin = parameter("1/day", "turnover of zonulin")
    gain_zonulin_gluten = parameter("1", "rise of zonulin with gluten")
    EC50_gluten = parameter("mg", "food protein in the lumen for half of that rise")
    gain_zonulin_bacteria = parameter("1", "rise of zonulin with Enterobacteriaceae")
    EC50_bacteria = parameter("CFU/mL", "Enterobacteriaceae for half of that rise")
    smoothing = parameter("pg/mL", "width over which TNF above health sets in")

    # Remembers
    leak_slow = state("1", "leak of the junctions, slow part, 1 in health", start=1.0)
    leak_fast = state("1", "leak of the junctions, fast part", start=0.0)
    claudin2 = state("1", "claudin-2, in folds of health", start=1.0)
    zonulin = state("1", "zonulin, in folds of health", start=1.0)

    # Happens
    mlck_opening = signal("1", "opening that cytokines bring about through MLCK",
                          gain_tnf * tnf + gain_il1 * il1 + gain_products * products)
    zonulin_opening = signal("1", "opening that zonulin brings about", gain_zonulin * (zonulin / zonulin_at_rest - 1))
    direct_opening = signal("1", "opening by irritants, alcohol, stress and lack of prostaglandins",
                            opening_irritant + gain_nsaid * nsaid_injury + gain_alcohol * alcohol + gain_stress * stress)
    lasting_opening = signal("1", "opening that lasts after inflammation, or that infection and gluten bring",
                             gain_memory * memory + gain_virus * viral_damage + gain_gluten * gluten_t_cells + gain_atrophy * atrophy)
    support = ((1 - share_butyrate) + share_butyrate * butyrate_fuel) * ((1 - share_resources) + share_resources * resources)
    leak_target = signal("1", "where the slow leak tends", (1 + mlck_opening + zonulin_opening + direct_opening + lasting_opening) / support)
    opening = gain(leak_slow, k_leak * larger(leak_target, leak_floor))
    closing = loss(leak_slow, k_leak * leak_slow)
    fast_opening = gain(leak_fast, k_fast * gain_fast * hill(rectified(plasma_tnf - healthy(plasma_tnf), smoothing), EC50_fast))
    fast_closing = loss(leak_fast, k_fast * leak_fast)
    claudin2_synthesis = gain(claudin2, k_claudin2 * larger(
        1 + gain_claudin2_il6 * il6 + gain_claudin2_tnf * tnf + gain_claudin2_il22 * il22, 0))
    claudin2_loss = loss(claudin2, k_claudin2 * claudin2)
    gluten_rise = hill(antigen_in_lumen * food_protein * gluten, EC50_gluten) - hill(antigen_in_lumen, EC50_gluten)
    bacterial_rise = hill(facultatives, EC50_bacteria) - hill(facultatives_at_rest, EC50_bacteria)
    zonulin_release = gain(zonulin, k_zonulin * zonulin_at_rest
                           * larger(1 + gain_zonulin_gluten * gluten_rise + gain_zonulin_bacteria * bacterial_rise, 0))
    zonulin_loss = loss(zonulin, k_zonulin * zonulin)

    # Shows
    zonulin_marker = readout("1", zonulin, "zonulin in folds of health (an unreliable marker: commercial assays do not measure it)",
                             called="zonulin")
