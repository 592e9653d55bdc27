"""Lumen of the colon: commensal microbes and the butyrate they make.

Neutrophils that cross an inflamed wall bring oxidants, which starve strict anaerobes and feed Enterobacteriaceae.
Cells of the community are counted as colony-forming units.
"""

from zonula.language import Organ, gain, larger, loss, parameter, readout, reads, rectified, saturating, signal, state


class Lumen(Organ):
    """The community inside the colon."""

    # Hears
    fibre = reads("diet.fibre", "1")
    butyrate_eaten = reads("diet.butyrate", "mmol/(L*day)")
    probiotics = reads("diet.probiotics", "1/day")
    neutrophil_excess = reads("mucosa.neutrophil_excess", "1", road="mucosa_to_lumen")
    pathogen = reads("pathogen.load", "CFU/mL")

    # Needs (values and evidence: evidence/lumen.toml)
    anaerobes_at_rest = parameter("CFU/mL", "anaerobes that make no butyrate, in health")
    producers_at_rest = parameter("CFU/mL", "butyrate producers in health")
    enterobacteria_at_rest = parameter("CFU/mL", "Enterobacteriaceae in health")
    k_anaerobes = parameter("1/day", "net growth of anaerobes towards their niche")
    k_producers = parameter("1/day", "net growth of butyrate producers towards their niche")
    k_enterobacteria = parameter("1/day", "net growth of Enterobacteriaceae towards their niche")
    EC50_oxidants = parameter("1", "excess of neutrophils, in folds of health, for half of the oxidants")
    loss_anaerobes = parameter("1", "share of the niche of anaerobes that oxidants take")
    loss_producers = parameter("1", "share of the niche of butyrate producers that oxidants take")
    gain_enterobacteria = parameter("1", "growth of the niche of Enterobacteriaceae under oxidants")
    gain_vacancy = parameter("1", "growth of that niche when butyrate producers are gone")
    half_fibre = parameter("1", "fibre for half of what it can do for butyrate producers")
    refractory_share = parameter("1", "share of a community that neither antibiotics nor hunger reach")
    susceptibility = parameter("1", "killing of Enterobacteriaceae by antibiotics, relative to anaerobes")
    butyrate_at_rest = parameter("mmol/L", "butyrate of the colon in health")
    k_butyrate = parameter("1/day", "uptake of butyrate")
    smoothing = parameter("1", "width over which a difference from health sets in")

    # Remembers
    anaerobes = state("CFU/mL", "anaerobes that make no butyrate", start=7.5e10)
    butyrate_producers = state("CFU/mL", "butyrate producers", start=1.5e10)
    enterobacteria = state("CFU/mL", "Enterobacteriaceae", start=1.3e7)
    butyrate = state("mmol/L", "butyrate", start=15.0)

    # Happens
    oxidants = signal("1", "oxidants of neutrophils, from 0 to 1", neutrophil_excess / (neutrophil_excess + EC50_oxidants))
    antibiotic_killing = signal("1/day", "killing of commensals by antibiotics", 0)
    fibre_effect = signal("1", "what fibre does for butyrate producers, 1 in health", saturating(fibre, half_fibre))
    producers_fold = butyrate_producers / producers_at_rest
    anaerobes_fold = anaerobes / anaerobes_at_rest
    gram_negative = signal("1", "Enterobacteriaceae and pathogens, in folds of health", (enterobacteria + pathogen) / enterobacteria_at_rest)
    facultatives = signal("CFU/mL", "Enterobacteriaceae and pathogens", enterobacteria + pathogen)
    community = signal("1", "anaerobes that make no butyrate, in folds of health", anaerobes_fold)
    resistance = signal("1", "colonisation resistance, 1 in health", (producers_fold + anaerobes_fold) / 2)
    butyrate_fold = signal("1", "butyrate in folds of health", butyrate / butyrate_at_rest)
    niche_enterobacteria = signal("CFU/mL", "room for Enterobacteriaceae",
                                  enterobacteria_at_rest * (1 + gain_enterobacteria * oxidants)
                                  * (1 + gain_vacancy * rectified(1 - producers_fold, smoothing)))
    anaerobe_growth = gain(anaerobes, k_anaerobes * anaerobes * (1 - anaerobes_fold / larger(1 - loss_anaerobes * oxidants, refractory_share)))
    anaerobe_killing = loss(anaerobes, antibiotic_killing * anaerobes_at_rest * rectified(anaerobes_fold - refractory_share, smoothing))
    producer_growth = gain(
        butyrate_producers,
        k_producers * butyrate_producers
        * (1 - producers_fold / larger(fibre_effect * (1 - loss_producers * oxidants), refractory_share)))
    producer_killing = loss(butyrate_producers,
                            antibiotic_killing * producers_at_rest * rectified(producers_fold - refractory_share, smoothing))
    producer_supply = gain(butyrate_producers, probiotics * producers_at_rest)
    enterobacteria_growth = gain(enterobacteria, k_enterobacteria * enterobacteria * (1 - enterobacteria / niche_enterobacteria))
    enterobacteria_killing = loss(enterobacteria, susceptibility * antibiotic_killing * enterobacteria)
    butyrate_production = gain(butyrate, k_butyrate * butyrate_at_rest * producers_fold * fibre_effect)
    butyrate_supply = gain(butyrate, butyrate_eaten)
    butyrate_uptake = loss(butyrate, k_butyrate * butyrate)

    # Shows
    luminal_butyrate = readout("mmol/L", butyrate, "butyrate in the colon", called="butyrate")
    producers = readout("1", producers_fold, "butyrate producers, in folds of health", called="butyrate_producers")
    enterobacteria_count = readout("1", gram_negative, "Enterobacteriaceae and pathogens in the colon, in folds of health",
                                   called="enterobacteria")
