"""Supplements that people take for gut and joints, each with a dial from 0 (none) to 1 (the dose of its trials).

None is larger here than its blinded trials allow, and where small trials promise the impossible the effect is shrunk on purpose
(the notes say so).  What sets in over weeks has a state.  Butyrate, fibre and glutamine are dials of the diet.
"""

from zonula.language import Drug, blocks, exposure, gain, healthy, larger, loss, parameter, reads, scales, state


class Supplements(Drug):
    """Omega-3, vitamin D, zinc carnosine, lactobacilli, curcumin and collagen."""

    # Hears
    omega3 = exposure("1", "marine omega-3, 1 as in trials (2.7 g of EPA and DHA a day)", neutral=0.0, within=(0.0, 1.5))
    vitamin_d_tablets = exposure("1", "vitamin D on top of the diet, 1 as in trials (2000 IU a day)", neutral=0.0, within=(0.0, 1.0))
    zinc_carnosine = exposure("1", "zinc carnosine, 1 as in trials (75 mg a day)", neutral=0.0, within=(0.0, 1.0))
    lactobacilli = exposure("1", "lactobacilli and other probiotics, 1 as in trials", neutral=0.0, within=(0.0, 1.0))
    curcumin = exposure("1", "curcumin, 1 as in trials (1 g a day)", neutral=0.0, within=(0.0, 1.0))
    collagen = exposure("1", "collagen by mouth, 1 as in trials", neutral=0.0, within=(0.0, 1.0))
    openings = reads("wall.small_products", "1/cm")

    # Needs (values and evidence: evidence/supplements.toml)
    k_omega3 = parameter("1/day", "exchange of the fatty acids of cells")
    omega3_on_pge2 = parameter("1", "share of the synthesis of prostaglandin E2 that omega-3 takes away")
    omega3_on_cytokines = parameter("1", "share of cytokine production that omega-3 takes away")
    k_vitamin_d = parameter("1/day", "rise and fall of vitamin D in blood")
    vitamin_d_on_priming = parameter("1", "share of the loss of tolerance that vitamin D prevents")
    vitamin_d_on_cytokines = parameter("1", "share of cytokine production that vitamin D takes away")
    zinc_on_injury = parameter("1", "share of the injury by NSAIDs that zinc carnosine prevents")
    lactobacilli_on_entry = parameter("1", "share of what leaks above health that lactobacilli keep out")
    lactobacilli_on_t_cells = parameter("1", "share of the release of gut-primed T cells that lactobacilli prevent")
    curcumin_on_cytokines = parameter("1", "share of cytokine production that curcumin takes away")
    collagen_on_pain = parameter("1", "share of pain that collagen takes away")

    # Remembers
    omega3_in_cells = state("1", "omega-3 in the membranes of cells, 1 under the dose of trials", start=0.0, within=(0.0, 1.5))
    vitamin_d_in_blood = state("1", "rise of vitamin D in blood, 1 under the dose of trials", start=0.0, within=(0.0, 1.0))

    # Happens
    leaked = larger(openings - healthy(openings), 0) / larger(openings, healthy(openings))
    omega3_uptake = gain(omega3_in_cells, k_omega3 * omega3)
    omega3_loss = loss(omega3_in_cells, k_omega3 * omega3_in_cells)
    vitamin_d_uptake = gain(vitamin_d_in_blood, k_vitamin_d * vitamin_d_tablets)
    vitamin_d_loss = loss(vitamin_d_in_blood, k_vitamin_d * vitamin_d_in_blood)
    on_pge2 = blocks("joint_cytokines.pge2_synthesis", by=omega3_on_pge2 * omega3_in_cells)
    omega3_effect = scales("cytokines.production", by=-(omega3_on_cytokines * omega3_in_cells))
    on_priming = blocks("tolerance.priming", by=vitamin_d_on_priming * vitamin_d_in_blood)
    vitamin_d_effect = scales("cytokines.production", by=-(vitamin_d_on_cytokines * vitamin_d_in_blood))
    on_injury = scales("epithelium.nsaid_harm", by=-(zinc_on_injury * zinc_carnosine))
    on_entry = scales("wall.lps", by=-(lactobacilli_on_entry * lactobacilli * leaked))
    on_t_cells = scales("tolerance.release", by=-(lactobacilli_on_t_cells * lactobacilli))
    curcumin_effect = scales("cytokines.production", by=-(curcumin_on_cytokines * curcumin))
    on_pain = scales("pain.intensity", by=-(collagen_on_pain * collagen))
