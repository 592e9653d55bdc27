"""Joint: the cells of the synovium, and the bacterial products and bacteria that reach them.

Cells are counted in folds of health.  Three roads from the gut end here: inflammation of the blood recruits macrophages
("systemic"), endotoxin, debris and bacteria provoke them ("products"), gut-primed T cells help them ("primed").
"""

from zonula.language import Organ, gain, healthy, hill, hill_above, larger, loss, parameter, readout, reads, rectified, signal, state


class Joint(Organ):
    """The synovium and what comes into it."""

    # Hears
    plasma_tnf = reads("cytokines.tnf", "pg/mL", at="plasma", road="systemic")
    plasma_il6 = reads("cytokines.il6", "pg/mL", at="plasma", road="systemic")
    plasma_lps = reads("blood.endotoxin", "pg{LPS}/mL", road="products")
    plasma_debris = reads("portal.debris", "1", road="products")
    carriers = reads("mesenteric_nodes.carriers", "1", road="products")
    live_bacteria = reads("portal.live_bacteria", "CFU/day", road="products")
    primed_t_cells = reads("tolerance.primed_t_cells", "1", road="primed")
    tolerance_loss = reads("tolerance.tolerance_loss", "1")
    autoantibody = reads("tolerance.autoantibody", "U/mL")
    neutrophil_count = reads("leukocytes.neutrophil_count", "10^9*cell/L")
    cortisol_brake = reads("adrenal.brake", "1")
    production = reads("cytokines.production", "1")
    swelling = reads("joint_structure.swelling", "1")
    tnf = reads("joint_cytokines.tnf_signal", "1")
    il1 = reads("joint_cytokines.il1_signal", "1")
    il6 = reads("joint_cytokines.il6_signal", "1")
    il17 = reads("joint_cytokines.il17_signal", "1")
    hla_b27 = reads("body.hla_b27", "1")

    # Needs (values and evidence: evidence/joint.toml)
    k_transfer = parameter("1/day", "passage of endotoxin from plasma into the joint")
    gain_permeability = parameter("1", "rise of that passage in a swollen joint")
    k_lps = parameter("1/day", "clearance of endotoxin from the joint")
    debris_at_rest = parameter("pg{LPS}/mL", "persistent bacterial debris in a healthy joint, as endotoxin")
    k_debris = parameter("1/day", "clearance of debris")
    gain_carriers = parameter("1", "antigen that phagocytes bring when all carry it, in folds of healthy debris")
    b27_persistence = parameter("1", "longer persistence of antigen of pathogens inside phagocytes with HLA-B27")
    b27_persistence_debris = parameter("1", "longer persistence of free debris with HLA-B27")
    lps_per_kill = parameter("pg{LPS}/CFU", "endotoxin set free by a killed bacterium")
    share_debris = parameter("1", "debris that stays, relative to the endotoxin set free")
    seeding = parameter("1/mL", "bacteria of the blood that settle in joints")
    k_growth = parameter("1/day", "growth of bacteria in the joint")
    foothold = parameter("CFU/mL", "bacteria below which they die out in the joint")
    capacity = parameter("CFU/mL", "most bacteria that a joint can hold")
    k_killing = parameter("1/day", "killing of bacteria at low numbers")
    half_killing = parameter("CFU/mL", "bacteria at which killing per bacterium is half")
    gain_phagocytes = parameter("1", "killing by each further fold of macrophages")
    neutrophils_least = parameter("1", "killing that remains without neutrophils in the blood")
    EC50_lps = parameter("pg{LPS}/mL", "endotoxin in the joint for half of its effect")
    weight_debris = parameter("1", "effect of debris, relative to endotoxin")
    k_macrophages = parameter("1/day", "turnover of synovial macrophages")
    gain_lps = parameter("1", "rise of macrophages at full effect of endotoxin")
    gain_complexes = parameter("1", "rise of macrophages under immune complexes")
    EC50_antibody = parameter("U/mL", "autoantibody above health for half of that rise")
    gain_il17 = parameter("1", "rise of macrophages at full IL-17 signal")
    gain_tnf = parameter("1", "rise of macrophages at full TNF signal")
    gain_il6 = parameter("1", "rise of macrophages at full IL-6 signal")
    gain_systemic = parameter("1", "rise of macrophages under inflammation of the blood")
    scale_tnf = parameter("pg/mL", "TNF of plasma above health that counts as much as one unit of systemic drive")
    scale_il6 = parameter("pg/mL", "IL-6 of plasma above health that counts as much as one unit of systemic drive")
    k_fibroblasts = parameter("1/day", "turnover of fibroblast-like synoviocytes")
    growth_tnf = parameter("1", "growth of fibroblasts at full TNF signal")
    growth_il17 = parameter("1", "growth of fibroblasts at full IL-17 signal")
    growth_il1 = parameter("1", "growth of fibroblasts at full IL-1 signal")
    growth_il6 = parameter("1", "growth of fibroblasts at full IL-6 signal")
    k_t_cells = parameter("1/day", "turnover of synovial T cells")
    share_gut = parameter("1", "share of synovial T cells that come from the gut")
    b27_homing = parameter("1", "rise of that share with HLA-B27")
    gain_adhesion = parameter("1", "recruitment of T cells at full TNF signal")
    gain_expansion = parameter("1", "expansion of T cells that recognise their antigen")
    share_il6 = parameter("1", "share of that expansion which needs IL-6")
    EC50_tolerance = parameter("1", "loss of tolerance for half of the recognition of own antigen")
    recognition_bacterial = parameter("1", "strength of the recognition of bacterial antigen: the susceptibility to reactive arthritis")
    b27_recognition = parameter("1", "rise of that strength with HLA-B27")
    EC50_debris = parameter("pg{LPS}/mL", "debris for half of the recognition of bacterial antigen")
    cap_primed = parameter("1", "largest part that gut-primed T cells play in that recognition")
    half_contact = parameter("1", "synovial T cells, in folds of health, for half of their contact with macrophages")
    smoothing = parameter("1", "width over which a systemic drive sets in")

    # Remembers
    lps = state("pg{LPS}/mL", "endotoxin in the joint", start=0.008)
    debris = state("pg{LPS}/mL", "persistent bacterial debris in the joint, as endotoxin", start=0.1)
    antigen = state("pg{LPS}/mL", "antigen of invading pathogens inside phagocytes of the joint, as endotoxin", start=0.0)
    bacteria = state("CFU/mL", "live bacteria in the joint", start=1e-4)
    macrophages = state("1", "synovial macrophages, in folds of health", start=1.0)
    fibroblasts = state("1", "fibroblast-like synoviocytes, in folds of health", start=1.0)
    t_cells = state("1", "synovial T cells, in folds of health", start=1.0)

    # Happens
    antibiotic_killing = signal("1/day", "killing of bacteria in the joint by antibiotics", 0)
    wet = 1 + gain_permeability * swelling
    phagocytes = larger(1 + gain_phagocytes * (macrophages - 1), 0) * larger(neutrophil_count / healthy(neutrophil_count), neutrophils_least)
    killed = signal("CFU/(mL*day)", "bacteria killed by phagocytes of the joint", k_killing * phagocytes * bacteria / (1 + bacteria / half_killing))
    set_free = lps_per_kill * (killed + antibiotic_killing * bacteria)
    lps_signal = signal("1", "effect of bacterial products, 0 in health, 1 full",
                        hill_above(lps + weight_debris * debris, EC50_lps, healthy(lps) + weight_debris * healthy(debris)))
    t_cell_contact = signal("1", "contact of T cells with macrophages, 0 in health, 1 full", hill_above(t_cells, half_contact, healthy(t_cells)))
    complexes = hill(autoantibody - healthy(autoantibody), EC50_antibody, 2)
    systemic_drive = rectified((plasma_tnf - healthy(plasma_tnf)) / scale_tnf + (plasma_il6 - healthy(plasma_il6)) / scale_il6, smoothing)
    provocation = signal("1", "drive of synovial macrophages above health, in folds of it",
                         gain_lps * lps_signal + gain_complexes * complexes + gain_il17 * il17 + gain_tnf * tnf + gain_il6 * il6
                         + gain_systemic * systemic_drive / (1 + systemic_drive))
    growth_drive = signal("1", "growth of fibroblasts above health, in folds of it",
                          growth_tnf * tnf + growth_il17 * il17 + growth_il1 * il1 + growth_il6 * il6)
    bacterial_antigen = hill_above(debris + antigen, EC50_debris, healthy(debris))
    help_of_primed = cap_primed * primed_t_cells / (primed_t_cells + cap_primed)
    recognition = hill(tolerance_loss, EC50_tolerance, 2) \
        + recognition_bacterial * (1 + b27_recognition * hla_b27) * bacterial_antigen * help_of_primed
    expansion = signal("1", "expansion of T cells that recognise their antigen, in folds of health",
                       gain_expansion * recognition * ((1 - share_il6) + share_il6 * il6))
    homing = 1 + share_gut * (1 + b27_homing * hla_b27) * (primed_t_cells - 1)
    lps_entry = gain(lps, k_transfer * wet * plasma_lps)
    lps_release = gain(lps, set_free)
    lps_clearance = loss(lps, k_lps * lps)
    debris_entry = gain(debris, k_debris * debris_at_rest * plasma_debris * wet)
    antigen_entry = gain(antigen, k_debris * debris_at_rest * gain_carriers * carriers * wet)
    antigen_clearance = loss(antigen, k_debris * antigen / (1 + b27_persistence * hla_b27))
    debris_release = gain(debris, share_debris * set_free)
    debris_clearance = loss(debris, k_debris * debris / (1 + b27_persistence_debris * hla_b27))
    bacterial_seeding = gain(bacteria, seeding * live_bacteria)
    bacterial_growth = gain(bacteria, k_growth * hill(bacteria, foothold) * (1 - bacteria / capacity) * bacteria)
    bacterial_killing = loss(bacteria, killed)
    bacterial_treatment = loss(bacteria, antibiotic_killing * bacteria)
    macrophage_recruitment = gain(macrophages, k_macrophages * larger(1 + provocation * production * cortisol_brake / healthy(cortisol_brake), 0))
    macrophage_departure = loss(macrophages, k_macrophages * macrophages)
    fibroblast_growth = gain(fibroblasts, k_fibroblasts * larger(1 + growth_drive, 0))
    fibroblast_loss = loss(fibroblasts, k_fibroblasts * fibroblasts)
    t_cell_recruitment = gain(t_cells, k_t_cells * larger(homing, 0) * larger(1 + gain_adhesion * tnf, 0) * larger(1 + expansion, 0))
    t_cell_departure = loss(t_cells, k_t_cells * t_cells)

    # Shows
    synovial_macrophages = readout("1", macrophages, "synovial macrophages, in folds of health")
    joint_bacteria = readout("CFU/mL", bacteria, "live bacteria in the joint")
