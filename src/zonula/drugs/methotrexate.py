"""Methotrexate: weekly, and slow, because its polyglutamates build up over weeks."""

from zonula.language import Drug, gain, hill, loss, parameter, scales, signal, state


class Methotrexate(Drug):
    """Methotrexate by mouth or under the skin."""

    # Needs (values and evidence: evidence/methotrexate.toml)
    k_absorption = parameter("1/day", "absorption")
    usual_intake = parameter("mg/day", "intake that makes one unit of polyglutamates: 15 mg a week")
    k_polyglutamates = parameter("1/day", "build-up and loss of polyglutamates")
    EC50 = parameter("1", "polyglutamates for half of the largest effect")
    inhibition_maximum = parameter("1", "largest effect")
    share_gut_cytokines = parameter("1", "share of the effect that acts on cytokines of the gut")
    share_gut_t_cells = parameter("1", "share of the effect that acts on T cells of the gut")
    share_fibroblasts = parameter("1", "share of the effect that acts on fibroblasts of the joint")

    # Remembers
    depot = state("mg", "methotrexate that is not yet absorbed", start=0.0)
    polyglutamates = state("1", "polyglutamates in cells, 1 under 15 mg a week", start=0.0)

    # Happens
    inhibition = signal("1", "effect of methotrexate", inhibition_maximum * hill(polyglutamates, EC50))
    absorption = loss(depot, k_absorption * depot)
    build_up = gain(polyglutamates, k_polyglutamates * k_absorption * depot / usual_intake)
    fading = loss(polyglutamates, k_polyglutamates * polyglutamates)
    on_gut_cytokines = scales("gut_cytokines.tone", by=-(share_gut_cytokines * inhibition))
    on_gut_t_cells = scales("gut_lymphocytes.activation", by=-(share_gut_t_cells * inhibition))
    on_primed_t_cells = scales("tolerance.release", by=-inhibition)
    on_macrophages = scales("joint.provocation", by=-inhibition)
    on_fibroblasts = scales("joint.growth_drive", by=-(share_fibroblasts * inhibition))
    on_t_cells = scales("joint.expansion", by=-inhibition)
