"""Portal blood and the liver: what of the gut's products reaches the body.

Endotoxin of the gut is counted as the LAL assay sees it up to here; how much of it acts like reference endotoxin is decided
where it enters the plasma.
"""

from zonula.language import Organ, exposure, healthy, in_part, parameter, readout, reads, signal


class Portal(Organ):
    """The way from the gut wall through the liver."""

    # Hears
    lps_between_cells = reads("wall.lps", "pg{LAL}/day", road="gut_to_blood")
    antigen_between_cells = reads("wall.antigen", "mg/day", road="gut_to_blood")
    debris_of_wall = reads("mucosa.debris", "pg{LAL}/day", road="gut_to_blood")
    bacteria = reads("mucosa.bacteria", "CFU")
    affected = reads("segments.affected", "1")
    k_egress = reads("mucosa.k_egress", "1/day")
    fat = reads("diet.fat", "1")
    alcohol = reads("diet.alcohol", "1")
    food_protein = reads("diet.food_protein", "1")
    liver_function = exposure("1", "function of the liver, 1 normal", neutral=1.0, within=(0.0, 1.0))

    # Needs (values and evidence: evidence/portal.toml)
    lps_through_cells = parameter("pg{LAL}/day", "endotoxin that passes through cells, above all with fat")
    gain_alcohol = parameter("1", "rise of that uptake in an alcohol binge")
    extraction_at_rest = parameter("1", "share of portal endotoxin that a healthy liver takes out")
    half_extraction = parameter("pg{LAL}/mL", "portal endotoxin at which extraction is halved")
    portal_flow = parameter("mL/day", "portal flow of plasma")
    loss_alcohol = parameter("1", "loss of extraction in an alcohol binge")
    capture = parameter("1", "share of live bacteria that nodes and liver hold back")
    loss_capture_alcohol = parameter("1", "loss of that capture in an alcohol binge, relative to the loss of extraction")
    antigen_through_cells = parameter("mg/day", "intact food protein that passes through cells")

    # Happens
    lps_of_gut = in_part(lps_between_cells, healthy(lps_between_cells), affected)
    debris_of_gut = in_part(debris_of_wall, healthy(debris_of_wall), affected)
    antigen_of_gut = in_part(antigen_between_cells, healthy(antigen_between_cells), affected)
    bacteria_of_gut = in_part(bacteria, healthy(bacteria), affected)
    lps_transcellular = signal("pg{LAL}/day", "endotoxin that passes through cells", lps_through_cells * fat * (1 + gain_alcohol * alcohol))
    lps_inflow = signal("pg{LAL}/day", "endotoxin in portal blood", lps_transcellular + lps_of_gut)
    extraction = signal("1", "share of endotoxin that the liver takes out",
                        extraction_at_rest * liver_function * (1 - loss_alcohol * alcohol) / (1 + lps_inflow / portal_flow / half_extraction))
    lps_passed = signal("pg{LAL}/day", "endotoxin that passes the liver", (1 - extraction) * lps_inflow)
    products_inflow = signal("pg{LAL}/day", "endotoxin and debris of bacteria that leave the gut", lps_inflow + debris_of_gut)
    debris = signal("1", "bacterial debris that leaves the gut, in folds of health", products_inflow / healthy(products_inflow))
    antigen_inflow = signal("mg/day", "intact food protein in blood", antigen_through_cells * food_protein + antigen_of_gut)
    antigen = signal("1", "intact food protein in blood, in folds of health", antigen_inflow / healthy(antigen_inflow))
    live_bacteria = signal("CFU/day", "live bacteria that pass nodes and liver",
                           (1 - capture * liver_function * (1 - loss_alcohol * loss_capture_alcohol * alcohol)) * k_egress * bacteria_of_gut)

    # Shows
    portal_lps = readout("pg{LAL}/mL", lps_inflow / portal_flow, "endotoxin in portal plasma, by the LAL assay")
    bacteria_past_liver = readout("CFU/day", live_bacteria, "live bacteria that reach the general circulation")
