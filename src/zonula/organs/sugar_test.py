"""The sugar test: lactulose and mannitol are drunk, absorbed through the wall, and collected in urine.

The probes are states that a plan can dose (``lactulose 5 g po at day 30``).  The daily curves of recovery are the solution of the
same linear equations with the wall held as it is at that moment.
"""

from zonula.language import Organ, becomes, healthy, in_part, loss, parameter, readout, reads, recovered, signal, state


class SugarTest(Organ):
    """Probes of permeability on their way from the mouth to the urine."""

    # Hears
    lactulose_of_wall = reads("wall.lactulose_permeability", "cm/day")
    mannitol_of_wall = reads("wall.mannitol_permeability", "cm/day")
    edta_of_wall = reads("wall.edta_permeability", "cm/day")
    affected = reads("segments.affected", "1")
    exchange = reads("wall.exchange", "1/cm")

    # Needs (values and evidence: evidence/sugar_test.toml)
    k_emptying = parameter("1/day", "emptying of the stomach of a drink")
    k_transit = parameter("1/day", "passage out of the small bowel")
    k_excretion = parameter("1/day", "excretion of a probe by the kidneys")
    collection = parameter("day", "how long urine is collected")
    collection_edta = parameter("day", "how long urine is collected for chromium EDTA")

    # Remembers
    lactulose_stomach = state("g", "lactulose in the stomach", start=0.0)
    lactulose_bowel = state("g", "lactulose in the small bowel", start=0.0)
    lactulose_body = state("g", "lactulose in the body", start=0.0)
    lactulose_urine = state("g", "lactulose in the urine, from the beginning", start=0.0, accumulates=True)
    mannitol_stomach = state("g", "mannitol in the stomach", start=0.0)
    mannitol_bowel = state("g", "mannitol in the small bowel", start=0.0)
    mannitol_body = state("g", "mannitol in the body", start=0.0)
    mannitol_urine = state("g", "mannitol in the urine, from the beginning", start=0.0, accumulates=True)

    # Happens
    lactulose_permeability = signal("cm/day", "permeability of the whole gut to lactulose",
                                    in_part(lactulose_of_wall, healthy(lactulose_of_wall), affected))
    mannitol_permeability = signal("cm/day", "permeability of the whole gut to mannitol",
                                   in_part(mannitol_of_wall, healthy(mannitol_of_wall), affected))
    edta_permeability = signal("cm/day", "permeability of the whole gut to chromium EDTA",
                               in_part(edta_of_wall, healthy(edta_of_wall), affected))
    lactulose_per_surface = recovered(collection, k_emptying, k_transit + lactulose_permeability * exchange, k_excretion, lactulose_permeability)
    mannitol_per_surface = recovered(collection, k_emptying, k_transit + mannitol_permeability * exchange, k_excretion, mannitol_permeability)
    lactulose_share = signal("1", "lactulose that a test at this moment would recover", exchange * lactulose_per_surface)
    mannitol_share = signal("1", "mannitol that a test at this moment would recover", exchange * mannitol_per_surface)
    edta_share = signal("1", "chromium EDTA that a test at this moment would recover", recovered(
        collection_edta, k_emptying, k_transit + edta_permeability * exchange, k_excretion, edta_permeability * exchange))
    lactulose_emptying = becomes(lactulose_stomach, lactulose_bowel, k_emptying * lactulose_stomach)
    lactulose_passage = loss(lactulose_bowel, k_transit * lactulose_bowel)
    lactulose_absorption = becomes(lactulose_bowel, lactulose_body, lactulose_permeability * exchange * lactulose_bowel)
    lactulose_excretion = becomes(lactulose_body, lactulose_urine, k_excretion * lactulose_body)
    mannitol_emptying = becomes(mannitol_stomach, mannitol_bowel, k_emptying * mannitol_stomach)
    mannitol_passage = loss(mannitol_bowel, k_transit * mannitol_bowel)
    mannitol_absorption = becomes(mannitol_bowel, mannitol_body, mannitol_permeability * exchange * mannitol_bowel)
    mannitol_excretion = becomes(mannitol_body, mannitol_urine, k_excretion * mannitol_body)

    # Shows
    lactulose_mannitol_ratio = readout("1", lactulose_per_surface / mannitol_per_surface, "lactulose/mannitol ratio of recoveries in urine")
    lactulose_recovery = readout("1", lactulose_share, "share of lactulose recovered in urine")
    mannitol_recovery = readout("1", mannitol_share, "share of mannitol recovered in urine")
    edta_recovery = readout("1", edta_share, "share of chromium EDTA recovered in urine")
    lactulose_collected = readout("g", lactulose_urine, "lactulose in the urine since the beginning")
    mannitol_collected = readout("g", mannitol_urine, "mannitol in the urine since the beginning")
