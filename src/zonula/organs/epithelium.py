"""Epithelium: one layer of cells that is renewed within days, eroded by injury, and mended if nutrients allow.

Erosions are counted as a fraction of the surface.  Restitution closes small ones within an hour; those larger than a few
percent need new cells.  Deep lesions, such as those of NSAIDs, heal over days.
"""

from zonula.language import (
    Organ,
    exposure,
    gain,
    in_part,
    larger,
    literal,
    loss,
    parameter,
    readout,
    reads,
    rectified,
    saturating,
    setpoint,
    signal,
    smaller,
    state,
)


class Epithelium(Organ):
    """The lining of the gut, its wounds and their repair."""

    # Hears
    tnf = reads("gut_cytokines.tnf_signal", "1", road="mucosa_to_barrier")
    tnf_above = reads("gut_cytokines.tnf_signal_above", "1", road="mucosa_to_barrier")
    ifn = reads("gut_cytokines.ifn_signal", "1", road="mucosa_to_barrier")
    il22 = reads("gut_cytokines.il22_signal", "1", road="mucosa_to_barrier")
    tnf_here = reads("gut_cytokines.tnf_signal", "1")
    ifn_here = reads("gut_cytokines.ifn_signal", "1")
    products = reads("mucosa.product_signal", "1")
    neutrophil_excess = reads("mucosa.neutrophil_excess", "1")
    toxin = reads("pathogen.toxin", "1/day")
    viral_damage = reads("virus.damage", "1")
    butyrate_fold = reads("lumen.butyrate_fold", "1")
    affected = reads("segments.affected", "1")
    nutrition = reads("diet.nutrition", "1")
    glutamine_eaten = reads("diet.glutamine", "1")
    zinc = reads("diet.zinc", "1")
    vitamin_d = reads("diet.vitamin_d", "1")
    alcohol = reads("diet.alcohol", "1")
    erosive_irritant = exposure("1/day", "erosion by an irritant of any kind", neutral=0.0, within=(0.0, 10.0))
    repair_factor = exposure("1", "speed of restitution, 1 normal", neutral=1.0, within=(0.0, 3.0))

    # Needs (values and evidence: evidence/epithelium.toml)
    k_turnover = parameter("1/day", "renewal of epithelial cells")
    gain_apoptosis = parameter("1", "rise of cell death at full TNF signal")
    gain_hyperplasia = parameter("1", "rise of production when cells are missing")
    gain_il22 = parameter("1", "rise of production at full IL-22 signal")
    k_glutamine = parameter("1/day", "turnover of glutamine in the wall")
    share_absorbed = parameter("1", "share of the nutrient supply that depends on absorbing cells")
    gain_consumption = parameter("1", "further consumption of glutamine in full inflammation")
    half_glutamine = parameter("1", "glutamine for half of what it can do for repair")
    half_zinc = parameter("1", "zinc for half of what it can do for repair")
    half_vitamin_d = parameter("1", "vitamin D for half of what it can do for repair")
    cap_nutrient = parameter("1", "repair with a nutrient in excess")
    share_butyrate = parameter("1", "share of the energy for repair that butyrate brings")
    half_butyrate = parameter("1", "butyrate for half of what it can do for the wall")
    cap_butyrate = parameter("1", "what butyrate in excess can do")
    erosion_at_rest = parameter("1", "eroded fraction of a healthy wall")
    k_restitution = parameter("1/day", "closure of small erosions")
    half_erosion = parameter("1", "eroded fraction at which closure is half as fast")
    gain_brake_tnf = parameter("1", "slowing of restitution at full TNF")
    gain_brake_ifn = parameter("1", "slowing of restitution at full interferon")
    k_neutrophils = parameter("1/day", "erosion by neutrophils that cross the wall, per fold of health")
    k_alcohol = parameter("1/day", "erosion in an alcohol binge")
    k_nsaid = parameter("1/day", "erosion without prostaglandins")
    k_nsaid_deep = parameter("1/day", "deep lesions without prostaglandins")
    share_prostaglandin = parameter("1", "share of restitution that prostaglandins support")
    k_adaptation = parameter("1/day", "adaptation of the wall to the lack of prostaglandins")
    k_unlearning = parameter("1/day", "loss of that adaptation")
    adaptation_maximum = parameter("1", "share of the injury that full adaptation takes away")
    gain_virus = parameter("1", "rise of cell death at full viral damage")
    k_deep_healing = parameter("1/day", "healing of deep lesions")
    smoothing = parameter("1", "width over which a difference from health sets in")

    # Remembers
    cells = state("1", "epithelial cells, 1 in health", start=1.0)
    glutamine = state("1", "glutamine of the wall, 1 in health", start=1.0)
    erosion = state("1", "eroded fraction of the wall", start=0.001, within=(0.0, 1.0))
    deep_lesions = state("1", "fraction of the wall with deep lesions", start=0.0, within=(0.0, 1.0))
    adaptation = state("1", "adaptation to the lack of prostaglandins", start=0.0, within=(0.0, 1.0))
    gaps_per_cell = setpoint("1", "eroded fraction that each shed cell leaves", holds=erosion, at=erosion_at_rest)

    # Happens
    inflammation = signal("1", "inflammation of the wall, 0 in health, 1 full",
                          rectified((tnf_here + products + ifn_here) / literal(3, because="the mean of three"), smoothing))
    butyrate_fuel = signal("1", "what butyrate does for the wall, 1 in health", smaller(saturating(butyrate_fold, half_butyrate), cap_butyrate))
    resources = signal("1", "what nutrients allow of repair, 1 in health",
                       smaller(saturating(glutamine, half_glutamine), cap_nutrient) * smaller(saturating(zinc, half_zinc), cap_nutrient)
                       * smaller(saturating(vitamin_d, half_vitamin_d), cap_nutrient) * ((1 - share_butyrate) + share_butyrate * butyrate_fuel))
    prostaglandins = signal("1", "prostaglandins that protect the wall, 1 in health", 1)
    nsaid_harm = signal("1", "lack of protective prostaglandins, 0 in health", 1 - prostaglandins)
    nsaid_injury = signal("1", "injury by the lack of prostaglandins, after adaptation", nsaid_harm * (1 - adaptation_maximum * adaptation))
    proliferation_drive = signal("1", "drive of cell production, 1 in health", larger(1 + gain_hyperplasia * (1 - cells) + gain_il22 * il22, 0))
    death = signal("1", "death of cells, 1 in health", 1 + gain_apoptosis * tnf_above + gain_virus * viral_damage)
    brake = signal("1", "slowing of restitution by inflammation, 1 in health", 1 + rectified(gain_brake_tnf * tnf + gain_brake_ifn * ifn, smoothing))
    glutamine_supply = gain(glutamine, k_glutamine * (nutrition * ((1 - share_absorbed) + share_absorbed * cells) + glutamine_eaten))
    glutamine_use = loss(glutamine, k_glutamine * glutamine * (1 + gain_consumption * inflammation))
    proliferation = gain(cells, k_turnover * resources * proliferation_drive)
    shedding = loss(cells, k_turnover * cells * death)
    shedding_gaps = gain(erosion, (1 - erosion) * gaps_per_cell * k_turnover * cells * death)
    neutrophil_erosion = gain(erosion, (1 - erosion) * k_neutrophils * neutrophil_excess)
    irritant_erosion = gain(erosion, (1 - erosion) * erosive_irritant)
    alcohol_erosion = gain(erosion, (1 - erosion) * k_alcohol * alcohol)
    toxin_erosion = gain(erosion, (1 - erosion) * toxin)
    nsaid_erosion = gain(erosion, (1 - erosion) * k_nsaid * nsaid_injury)
    restitution = loss(
        erosion,
        k_restitution * resources * repair_factor * (1 - share_prostaglandin * nsaid_injury) / brake * erosion / (1 + erosion / half_erosion),
        source="Schellekens2017",
    )
    adapting = gain(adaptation, k_adaptation * nsaid_harm * (1 - adaptation))
    unlearning = loss(adaptation, k_unlearning * adaptation)
    deep_injury = gain(deep_lesions, (1 - deep_lesions) * k_nsaid_deep * nsaid_injury)
    deep_healing = loss(deep_lesions, k_deep_healing * resources * deep_lesions)

    # Shows
    eroded_fraction = readout("1", in_part(erosion, erosion_at_rest, affected) + deep_lesions, "eroded fraction of the gut wall")
