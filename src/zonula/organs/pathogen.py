"""Pathogen: an enteric bacterium that grows in the lumen and damages the wall until immunity clears it."""

from zonula.language import Organ, exposure, gain, hill, loss, parameter, readout, reads, signal, state


class Pathogen(Organ):
    """A bacterial infection of the gut, and the specific immunity against it."""

    # Hears
    resistance = reads("lumen.resistance", "1")
    oxidants = reads("lumen.oxidants", "1")
    claudin2 = reads("junctions.claudin2", "1")
    virulence = exposure("1", "damage that the pathogen does, 1 a usual strain", neutral=1.0, within=(0.0, 5.0))

    # Needs (values and evidence: evidence/pathogen.toml)
    luminal_volume = parameter("mL", "volume of the contents of the colon")
    k_growth = parameter("1/day", "growth of the pathogen")
    capacity = parameter("CFU/mL", "highest density of the pathogen")
    foothold = parameter("CFU/mL", "density below which the pathogen dies out")
    k_resistance = parameter("1/day", "clearance by an intact community")
    k_innate = parameter("1/day", "clearance at the full response of neutrophils")
    k_specific = parameter("1/day", "clearance by full specific immunity")
    k_flush = parameter("1/day", "clearance by the water that claudin-2 lets out")
    k_learning = parameter("1/day", "build-up of specific immunity")
    EC50_learning = parameter("CFU/mL", "density for half of that build-up")
    k_forgetting = parameter("1/day", "waning of specific immunity")
    k_toxin = parameter("1/day", "erosion by toxin and invasion at the highest density")
    EC50_alarm = parameter("CFU/mL", "density at which invaded epithelium calls half as many neutrophils as it can")
    EC50_toxin = parameter("CFU/mL", "density for half of that erosion")

    # Remembers
    load = state("CFU/mL", "pathogen in the lumen", start=0.0, volume=luminal_volume)
    immunity = state("1", "specific immunity to the pathogen", start=0.0, within=(0.0, 1.0))

    # Happens
    antibiotic_killing = signal("1/day", "killing of the pathogen by antibiotics", 0)
    toxin = signal("1/day", "erosion by toxin and invasion", virulence * k_toxin * hill(load, EC50_toxin))
    invasiveness = signal("CFU/mL", "pathogen that can invade, weighted by its virulence", virulence * load)
    alarm = signal("1", "call of invaded epithelium for neutrophils (IL-8), 0 none, 1 full", hill(invasiveness, EC50_alarm))
    growth = gain(load, k_growth * hill(load, foothold) * (1 - load / capacity) * load)
    crowding_out = loss(load, k_resistance * resistance * load)
    innate_killing = loss(load, k_innate * oxidants * load)
    specific_killing = loss(load, k_specific * immunity * load)
    flush = loss(load, k_flush * (claudin2 - 1) * load, source="Tsai2017")
    treatment = loss(load, antibiotic_killing * load)
    learning = gain(immunity, k_learning * hill(load, EC50_learning) * (1 - immunity))
    forgetting = loss(immunity, k_forgetting * immunity)

    # Shows
    pathogen_load = readout("CFU/mL", load, "enteric pathogen in the lumen")
