"""Larazotide: a peptide that keeps zonulin from opening junctions.  More is not better: the higher doses of trials did less."""

from zonula.language import Drug, gain, hill, loss, parameter, scales, signal, state


class Larazotide(Drug):
    """Larazotide by mouth: it acts from within the gut and is not absorbed."""

    # Needs (values and evidence: evidence/larazotide.toml)
    k_passage = parameter("1/day", "passage through the small bowel")
    k_effect = parameter("1/day", "onset and fading of the effect on junctions")
    half_intake = parameter("mg/day", "intake for half of the rise of the effect")
    lost_intake = parameter("mg/day", "intake beyond which half of the loss at high doses has come")
    n_intake = parameter("1", "steepness of the rise")
    n_loss = parameter("1", "steepness of the loss")
    remainder = parameter("1", "share of the effect that high doses keep")
    share_zonulin = parameter("1", "share of the opening by zonulin that is prevented at the best dose")
    share_gluten = parameter("1", "share of the gluten that T cells no longer see at the best dose")
    share_inflammation = parameter("1", "share of the opening by cytokines that is prevented at the best dose")

    # Remembers
    depot = state("mg", "larazotide in the small bowel", start=0.0)
    intake = state("mg/day", "larazotide that passes, as junctions remember it", start=0.0)

    # Happens
    effect = signal("1", "effect on junctions, of its largest",
                    hill(intake, half_intake, n_intake) * (1 - (1 - remainder) * hill(intake, lost_intake, n_loss)))
    passage = loss(depot, k_passage * depot)
    build_up = gain(intake, k_effect * k_passage * depot)
    fading = loss(intake, k_effect * intake)
    on_zonulin = scales("junctions.zonulin_opening", by=-(share_zonulin * effect))
    on_gluten = scales("coeliac.drive", by=-(share_gluten * effect))
    on_inflammation = scales("junctions.mlck_opening", by=-(share_inflammation * effect))
