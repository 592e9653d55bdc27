"""Coeliac disease: T cells that answer to gluten, the villi they destroy, and the antibody by which it is found.

It is switched on by an exposure, because a person is not born with it: health is the time before tolerance to gluten was lost.
"""

from zonula.language import Organ, exposure, gain, hill, loss, parameter, quickly_up_slowly_down, readout, reads, signal, state


class Coeliac(Organ):
    """The response to gluten of a person who has lost tolerance to it."""

    # Hears
    gluten = reads("diet.gluten", "1")
    gluten_intolerance = exposure("1", "coeliac disease, 0 none, 1 full", neutral=0.0, within=(0.0, 1.0))

    # Needs (values and evidence: evidence/coeliac.toml)
    usual_gluten = parameter("g/day", "gluten of the usual diet")
    EC50_gluten = parameter("g/day", "gluten for half of the response")
    k_t_cells = parameter("1/day", "rise and fall of gluten-specific T cells")
    k_atrophy = parameter("1/day", "loss of villi")
    k_regrowth = parameter("1/day", "regrowth of villi")
    atrophy_maximum = parameter("1", "share of villus height that is lost at full response")
    k_antibody = parameter("1/day", "rise and fall of antibody against transglutaminase")
    antibody_at_rest = parameter("U/mL", "antibody against transglutaminase in health")
    antibody_maximum = parameter("U/mL", "rise of that antibody at full response")
    villi_in_health = parameter("1", "villus height over crypt depth in health")
    smoothing = parameter("1", "width over which the loss of villi turns into regrowth")

    # Remembers
    t_cells = state("1", "gluten-specific T cells, 1 at full response", start=0.0, within=(0.0, 1.0))
    atrophy = state("1", "share of villus height that is lost", start=0.0, within=(0.0, 1.0))
    antibody = state("U/mL", "antibody against transglutaminase", start=2.0)

    # Happens
    drive = signal("1", "gluten that T cells see, 0 none, 1 full", gluten_intolerance * hill(gluten * usual_gluten, EC50_gluten))
    t_cell_rise = gain(t_cells, k_t_cells * drive)
    t_cell_fall = loss(t_cells, k_t_cells * t_cells)
    villus_change = gain(atrophy, quickly_up_slowly_down(atrophy, atrophy_maximum * t_cells, k_atrophy, k_regrowth, smoothing))
    antibody_rise = gain(antibody, k_antibody * (antibody_at_rest + antibody_maximum * t_cells))
    antibody_fall = loss(antibody, k_antibody * antibody)

    # Shows
    villi = readout("1", villi_in_health * (1 - atrophy), "villus height over crypt depth")
    transglutaminase_antibody = readout("U/mL", antibody, "antibody against transglutaminase")
