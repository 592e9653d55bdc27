"""Prednisolone: a glucocorticoid that restrains cytokine production everywhere, and the adrenal gland too."""

from zonula.language import Drug, blocks, gain, hill, leaves, loss, moves, parameter, scales, signal, state


class Prednisolone(Drug):
    """Prednisolone by mouth, with an effect that lags behind its concentration."""

    # Needs (values and evidence: evidence/prednisolone.toml)
    k_absorption = parameter("1/day", "absorption")
    clearance = parameter("L/day", "clearance")
    volume = parameter("L", "volume of distribution")
    k_effect = parameter("1/day", "delay of the effect on genes")
    IC50 = parameter("mg/L", "prednisolone that halves its largest effect")
    inhibition_maximum = parameter("1", "largest inhibition of cytokine production")
    IC50_adrenal = parameter("mg/L", "prednisolone that halves the secretion of cortisol")
    share_gut = parameter("1", "share of the effect that acts in the gut wall")
    share_pge2 = parameter("1", "share of the effect that acts on prostaglandin")
    share_fibroblasts = parameter("1", "share of the effect that acts on fibroblasts of the joint")
    share_t_cells = parameter("1", "share of the effect that acts on T cells of the joint")

    # Remembers
    depot = state("mg", "prednisolone in the gut", start=0.0)
    central = state("mg/L", "prednisolone in plasma", start=0.0, volume=volume)
    effect_site = state("mg/L", "prednisolone where it acts", start=0.0)

    # Happens
    inhibition = signal("1", "inhibition of cytokine production", inhibition_maximum * hill(effect_site, IC50))
    absorption = moves(depot, central, k_absorption * depot)
    elimination = leaves(central, clearance * central)
    arrival = gain(effect_site, k_effect * central)
    departure = loss(effect_site, k_effect * effect_site)
    on_monocytes = blocks("monocytes.activation", by=inhibition)
    on_tnf = blocks("cytokines.tnf_release", by=inhibition)
    on_il6 = blocks("cytokines.il6_release", by=inhibition)
    on_il8 = blocks("cytokines.il8_release", by=inhibition)
    on_gut = scales("gut_cytokines.tone", by=-(share_gut * inhibition))
    on_joint_tnf = blocks("joint_cytokines.tnf_release", by=inhibition)
    on_joint_il1 = blocks("joint_cytokines.il1_release", by=inhibition)
    on_joint_il6 = blocks("joint_cytokines.il6_release", by=inhibition)
    on_pge2 = blocks("joint_cytokines.pge2_synthesis", by=share_pge2 * inhibition)
    on_macrophages = scales("joint.provocation", by=-inhibition)
    on_fibroblasts = scales("joint.growth_drive", by=-(share_fibroblasts * inhibition))
    on_t_cells = scales("joint.expansion", by=-(share_t_cells * inhibition))
    on_adrenal = blocks("adrenal.secretion", by=hill(central, IC50_adrenal))
