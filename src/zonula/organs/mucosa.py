"""Mucosa: what has come through the wall, and the innate cells that sense and clear it.

Endotoxin, live bacteria, small bacterial products and food antigen add up to one microbial drive.  Monocytes from the blood
become inflammatory macrophages; in a calm wall these mature into resident ones, in an inflamed wall they do not.
"""

from zonula.language import (
    Organ,
    becomes,
    enters,
    gain,
    healthy,
    in_part,
    literal,
    loss,
    parameter,
    ratio_power,
    readout,
    reads,
    rectified,
    signal,
    smaller,
    state,
)


class Mucosa(Organ):
    """The lamina propria and its innate immune cells."""

    # Hears
    lps_in = reads("wall.lps", "pg{LAL}/day", road="wall_to_mucosa")
    bacteria_in = reads("wall.bacteria", "CFU/day", road="wall_to_mucosa")
    antigen_in = reads("wall.antigen", "mg/day", road="wall_to_mucosa")
    small_in = reads("wall.small_products", "1/cm", road="wall_to_mucosa")
    threshold = reads("segments.threshold", "1")
    affected = reads("segments.affected", "1")
    sensed = reads("mucosa.stimulus", "1", road="products_to_mucosa")
    memory = reads("gut_lymphocytes.memory", "1")
    tnf_above = reads("gut_cytokines.tnf_signal_above", "1")
    il1 = reads("gut_cytokines.il1_signal", "1")
    ifn = reads("gut_cytokines.ifn_signal", "1")
    il22 = reads("gut_cytokines.il22_signal", "1")
    il10 = reads("gut_cytokines.il10", "pg/mL")
    tone = reads("gut_cytokines.tone", "1")
    alarm = reads("pathogen.alarm", "1")
    antibiotic_killing = reads("pathogen.antibiotic_killing", "1/day")

    # Needs (values and evidence: evidence/mucosa.toml)
    volume = parameter("mL", "interstitial volume of the lamina propria")
    k_drainage = parameter("1/day", "drainage and uptake of endotoxin")
    k_growth = parameter("1/day", "growth of bacteria in tissue")
    capacity = parameter("CFU", "most bacteria that tissue can hold")
    k_egress = parameter("1/day", "departure of live bacteria to portal blood and lymph")
    kill_resident = parameter("1/(10^9*cell*day)", "killing of bacteria by resident macrophages")
    kill_inflammatory = parameter("1/(10^9*cell*day)", "killing of bacteria by inflammatory macrophages")
    kill_neutrophils = parameter("1/(10^9*cell*day)", "killing of bacteria by neutrophils")
    half_killing = parameter("CFU", "bacteria at which killing per bacterium is half")
    lps_per_bacterium = parameter("pg{LAL}/CFU", "endotoxin of a bacterium")
    weight_live = parameter("1", "signal of a live bacterium, relative to its endotoxin")
    weight_antigen = parameter("pg{LAL}/mg", "signal of food antigen in a tolerant person, as endotoxin")
    k_antigen = parameter("1/day", "clearance of food antigen")
    weight_small = parameter("pg{LAL}/mL", "signal of small bacterial products in health, as endotoxin")
    EC50_products = parameter("pg{LAL}/mL", "microbial drive for half of the response: the person's susceptibility")
    n_products = parameter("1", "steepness of that response")
    gain_memory = parameter("1", "sharpening of that response by full memory of T cells")
    monocyte_influx = parameter("10^9*cell/day", "monocytes that enter a healthy wall")
    gain_recruitment = parameter("1", "largest rise of the influx of monocytes")
    k_maturation = parameter("1/day", "maturation of inflammatory into resident macrophages")
    gain_arrest = parameter("1", "arrest of maturation in full inflammation")
    quality_floor = parameter("1", "share of maturation that needs no IL-10")
    cap_il10 = parameter("1", "IL-10, in folds of health, beyond which it supports no more")
    k_inflammatory = parameter("1/day", "death of inflammatory macrophages")
    k_resident = parameter("1/day", "death of resident macrophages")
    gain_disappearance = parameter("1", "further loss of resident macrophages at full microbial signal")
    neutrophil_influx = parameter("10^9*cell/day", "neutrophils that enter a healthy wall")
    gain_neutrophils = parameter("1", "largest rise of the influx of neutrophils")
    gain_alarm = parameter("1", "call for neutrophils of wholly invaded epithelium, as a share of the largest")
    k_neutrophils = parameter("1/day", "death of neutrophils in tissue")
    calprotectin_at_rest = parameter("ug/g", "calprotectin in the stool of a healthy person")
    smoothing = parameter("1", "width over which a difference from health sets in")

    # Remembers
    lps = state("pg{LAL}/mL", "endotoxin in the lamina propria", start=0.35, volume=volume)
    bacteria = state("CFU", "live bacteria in the lamina propria", start=1500.0)
    inflammatory = state("10^9*cell", "inflammatory macrophages", start=0.3)
    resident = state("10^9*cell", "resident macrophages", start=3.75)
    neutrophils = state("10^9*cell", "neutrophils of the mucosa", start=0.6)

    # Happens
    mean_of_three = literal(3, because="the mean of three")
    drive = signal("pg{LAL}/mL", "microbial drive, as endotoxin",
                   lps + weight_live * lps_per_bacterium * bacteria / volume + weight_antigen * antigen_in / volume / k_antigen
                   + weight_small * small_in / healthy(small_in))
    stimulus = signal("1", "microbial drive as mononuclear cells take it, 1 where they answer by half",
                      ratio_power(drive, EC50_products * threshold / (1 + gain_memory * memory), n_products))
    sensing = signal("1", "response of mononuclear cells to the microbial drive", stimulus / (1 + stimulus))
    product_signal = signal("1", "microbial signal, 0 in health, 1 full", (sensed - healthy(stimulus)) / (1 + sensed))
    product_signal_above = signal("1", "microbial signal above health", rectified(product_signal, smoothing))
    neutrophil_excess = signal("1", "neutrophils above health, in folds of it", rectified(neutrophils / healthy(neutrophils) - 1, smoothing))
    kill_rate = signal("1/day", "killing of bacteria by phagocytes",
                       (kill_resident * resident + kill_inflammatory * inflammatory + kill_neutrophils * neutrophils)
                       / (1 + bacteria / half_killing))
    debris = signal("pg{LAL}/day", "debris of bacteria killed in the wall, as endotoxin", kill_rate * bacteria * lps_per_bacterium)
    calm = (1 - quality_floor) * smaller(il10 / healthy(il10), cap_il10) + quality_floor
    permission = signal("1", "what inflammation allows of maturation, 1 in health",
                        calm / (calm + gain_arrest * rectified((product_signal + ifn) / 2, smoothing)))
    recruitment = signal("1", "call for monocytes", rectified((product_signal + il1 + tnf_above) / mean_of_three, smoothing))
    neutrophil_call = signal("1", "call for neutrophils", rectified((il1 + il22 + product_signal) / mean_of_three, smoothing) + gain_alarm * alarm)
    lps_entry = enters(lps, lps_in)
    lps_drainage = loss(lps, k_drainage * lps)
    bacterial_entry = gain(bacteria, bacteria_in)
    bacterial_growth = gain(bacteria, k_growth * bacteria * (1 - bacteria / capacity))
    bacterial_killing = loss(bacteria, kill_rate * bacteria)
    bacterial_egress = loss(bacteria, k_egress * bacteria)
    bacterial_treatment = loss(bacteria, antibiotic_killing * bacteria)
    monocyte_entry = gain(inflammatory, monocyte_influx * (1 + gain_recruitment * recruitment * tone))
    maturation = becomes(inflammatory, resident, k_maturation * permission * inflammatory, source="Bain2013")
    inflammatory_death = loss(inflammatory, k_inflammatory * inflammatory)
    resident_death = loss(resident, k_resident * (1 + gain_disappearance * product_signal_above) * resident)
    neutrophil_entry = gain(neutrophils, neutrophil_influx * (1 + gain_neutrophils * neutrophil_call * tone))
    neutrophil_death = loss(neutrophils, k_neutrophils * neutrophils)

    # Shows
    calprotectin = readout("ug/g", calprotectin_at_rest * in_part(neutrophils, healthy(neutrophils), affected) / healthy(neutrophils),
                           "calprotectin in stool")
    tissue_bacteria = readout("CFU", bacteria, "live bacteria in the gut wall")
