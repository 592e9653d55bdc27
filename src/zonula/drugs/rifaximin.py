"""Rifaximin: an antibiotic that stays in the gut.  It lowers endotoxin in the blood of people with cirrhosis without clearing the colon."""

from zonula.language import Drug, boosts, hill, leaves, moves, parameter, reads, scales, shifts, signal, state


class Rifaximin(Drug):
    """Rifaximin by mouth: none of it is absorbed here, and nothing beyond the gut is touched."""

    # Hears
    luminal_volume = reads("pathogen.luminal_volume", "mL")

    # Needs (values and evidence: evidence/rifaximin.toml)
    k_emptying = parameter("1/day", "passage from the mouth to the colon")
    k_passage = parameter("1/day", "passage out of the colon")
    EC50 = parameter("mg/mL", "rifaximin in the contents of the colon for half of its effect")
    kill_anaerobes = parameter("1/day", "fastest killing of anaerobes")
    selectivity = parameter("1", "killing of Enterobacteriaceae at full effect, in folds of what their share of that on anaerobes would be")
    crowding = parameter("1", "clearance of pathogens at full effect, in folds of what an intact community does")
    share_lps = parameter("1", "share of the endotoxin that is kept from the blood at full effect")

    # Remembers
    depot = state("mg", "rifaximin in stomach and small bowel", start=0.0)
    colon = state("mg/mL", "rifaximin in the contents of the colon", start=0.0, volume=luminal_volume)

    # Happens
    effect = signal("1", "effect in the colon, of its largest", hill(colon, EC50))
    passage = moves(depot, colon, k_emptying * depot)
    excretion = leaves(colon, luminal_volume * k_passage * colon)
    on_anaerobes = shifts("lumen.antibiotic_killing", by=kill_anaerobes * effect)
    on_enterobacteria = boosts("lumen.enterobacteria_killing", by=selectivity * effect)
    on_pathogens = boosts("pathogen.crowding_out", by=crowding * effect)
    on_lps_between_cells = scales("wall.lps", by=-(share_lps * effect))
    on_lps_through_cells = scales("portal.lps_transcellular", by=-(share_lps * effect))
