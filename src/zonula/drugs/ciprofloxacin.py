"""Ciprofloxacin: an antibiotic that is absorbed.  What is not absorbed goes on to the colon, where it kills Enterobacteriaceae."""

from zonula.language import Drug, boosts, hill, leaves, moves, parameter, reads, shifts, signal, state


class Ciprofloxacin(Drug):
    """Ciprofloxacin by mouth: it kills pathogens in gut and wall, Enterobacteriaceae, few anaerobes, and bacteria in joints."""

    # Hears
    luminal_volume = reads("pathogen.luminal_volume", "mL")
    enterobacteria = reads("lumen.enterobacteria", "CFU/mL")

    # Needs (values and evidence: evidence/ciprofloxacin.toml)
    k_absorption = parameter("1/day", "departure from stomach and small bowel")
    share_absorbed = parameter("1", "share that is absorbed")
    clearance = parameter("L/day", "clearance")
    volume = parameter("L", "volume of distribution")
    k_passage = parameter("1/day", "passage out of the colon")
    EC50_colon = parameter("mg/mL", "ciprofloxacin in the contents of the colon for half of its effect")
    kill_pathogens = parameter("1/day", "fastest killing of pathogens in gut and wall")
    kill_anaerobes = parameter("1/day", "fastest killing of anaerobes")
    selectivity = parameter("1", "killing of Enterobacteriaceae at full effect, in folds of what their share of that on anaerobes would be")
    refractory = parameter("CFU/mL", "Enterobacteriaceae of which half escape killing, because they are resistant or at rest")
    EC50_plasma = parameter("mg/L", "ciprofloxacin in plasma for half of its effect in joints")
    kill_in_joints = parameter("1/day", "fastest killing of bacteria in joints")

    # Remembers
    depot = state("mg", "ciprofloxacin in stomach and small bowel", start=0.0)
    central = state("mg/L", "ciprofloxacin in plasma", start=0.0, volume=volume)
    colon = state("mg/mL", "ciprofloxacin in the contents of the colon", start=0.0, volume=luminal_volume)

    # Happens
    effect = signal("1", "effect in the colon, of its largest", hill(colon, EC50_colon))
    absorption = moves(depot, central, share_absorbed * k_absorption * depot, source="CiproLabel")
    passage = moves(depot, colon, (1 - share_absorbed) * k_absorption * depot)
    elimination = leaves(central, clearance * central, source="Brumfitt1984")
    excretion = leaves(colon, luminal_volume * k_passage * colon)
    on_anaerobes = shifts("lumen.antibiotic_killing", by=kill_anaerobes * effect)
    on_enterobacteria = boosts("lumen.enterobacteria_killing", by=selectivity * effect * hill(enterobacteria, refractory))
    on_pathogens = shifts("pathogen.antibiotic_killing", by=kill_pathogens * effect)
    on_joints = shifts("joint.antibiotic_killing", by=kill_in_joints * hill(central, EC50_plasma))
