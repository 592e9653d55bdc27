"""Wall: what passes the epithelium, by which way, according to its size.

Three ways are kept apart.  The pore of small solutes excludes all that is larger than a sugar; the leak of the junctions lets
through what is smaller than its opening and slows the rest (Renkin); eroded holes let everything through, bacteria too.  Small
erosions are sealed by what is left of their junctions and by mucus, large ones are not.
Fluxes are areas times permeabilities times concentrations; a permeability is a diffusivity (Stokes-Einstein) times the open
area per length of each way.
"""

from zonula.language import Expr, Organ, exp, hill, hindrance, parameter, readout, reads, rectified, signal, smaller


def _open(radius: Expr, holes: Expr, *ways: tuple[Expr, Expr]) -> Expr:
    """Open area per length that a solute of this radius finds in holes and in ways of given areas per length and radii."""
    for area, width in ways:
        holes = area * hindrance(radius / width) + holes
    return holes


class Wall(Organ):
    """The fluxes through the gut wall."""

    # Hears
    leak_slow = reads("junctions.leak_slow", "1")
    leak_fast = reads("junctions.leak_fast", "1")
    claudin2 = reads("junctions.claudin2", "1")
    erosion = reads("epithelium.erosion", "1")
    deep_lesions = reads("epithelium.deep_lesions", "1")
    erosion_at_rest = reads("epithelium.erosion_at_rest", "1")
    cells = reads("epithelium.cells", "1")
    cover = reads("mucus.cover", "1")
    iga = reads("mucus.iga", "1")
    community = reads("lumen.community", "1")
    gram_negative = reads("lumen.gram_negative", "1")
    facultatives = reads("lumen.facultatives", "CFU/mL")
    invasiveness = reads("pathogen.invasiveness", "CFU/mL")
    atrophy = reads("coeliac.atrophy", "1")
    food_protein = reads("diet.food_protein", "1")

    # Needs (values and evidence: evidence/wall.toml)
    area_small_bowel = parameter("cm^2", "surface of the small bowel, villi included")
    area_colon = parameter("cm^2", "surface of the colon")
    length = parameter("cm", "length of the way through an eroded hole")
    diffusion_scale = parameter("cm^2*nm/day", "diffusivity times radius of a solute (Stokes-Einstein at body temperature)")
    radius_pore = parameter("nm", "radius of the pore that small solutes use")
    radius_leak = parameter("nm", "radius of the leak of the junctions")
    radius_wide = parameter("nm", "radius of the openings that TNF in plasma makes within hours")
    share_wide = parameter("1", "open area of these openings, per fold of the fast leak, relative to the healthy leak")
    share_narrow = parameter("1", "rise of the ordinary leak, per fold of the fast leak")
    conductance_pore = parameter("1/cm", "open area per length of the pores")
    conductance_leak = parameter("1/cm", "open area per length of the healthy leak")
    patency = parameter("1", "share of an erosion that is open to diffusion")
    half_patency = parameter("1", "eroded fraction that is open at which erosions are half as patent as large ones")
    share_open = parameter("1", "share of the healthy erosions that is open")
    radius_lactulose = parameter("nm", "radius of lactulose")
    radius_mannitol = parameter("nm", "radius of mannitol")
    radius_edta = parameter("nm", "radius of chromium EDTA")
    radius_peg1500 = parameter("nm", "radius of polyethylene glycol 1500")
    radius_peg4000 = parameter("nm", "radius of polyethylene glycol 4000")
    radius_protein = parameter("nm", "radius of an intact food protein (ovalbumin)")
    radius_peptide = parameter("nm", "radius of small bacterial products and long peptides")
    radius_lps = parameter("nm", "radius of endotoxin in solution")
    lps_in_lumen = parameter("pg{LAL}/mL", "free endotoxin in the colon, as the LAL assay sees it")
    share_lps_enterobacteria = parameter("1", "share of that endotoxin which Enterobacteriaceae make in health")
    cap_lps = parameter("1", "largest rise of the endotoxin of Enterobacteriaceae")
    mucus_on_lps = parameter("1", "how strongly healthy mucus keeps endotoxin off, as an exponent")
    mucus_on_bacteria = parameter("1", "how strongly healthy mucus keeps bacteria off, as an exponent")
    antigen_in_lumen = parameter("mg", "intact immunogenic protein in the small bowel, mean of the day")
    volume_small_bowel = parameter("mL", "free water in the small bowel")
    sampling = parameter("CFU/day", "live bacteria that M cells and dendritic cells take up in health")
    cap_sampling = parameter("1", "largest rise of that uptake")
    entry_speed = parameter("cm/day", "speed of bacteria through an open gap")
    patency_bacteria = parameter("1", "share of an erosion that is open to bacteria")
    invasion = parameter("mL/day", "active invasion by a pathogen, per density in the lumen")
    conductance_rest = parameter("S/cm^2", "electrical conductance of what does not change")
    conductance_per_leak = parameter("S/cm^2", "electrical conductance of the healthy leak")
    conductance_per_claudin2 = parameter("S/cm^2", "electrical conductance of the healthy claudin-2 pores")
    conductance_per_erosion = parameter("S/cm^2", "electrical conductance of a wholly eroded wall")
    smoothing = parameter("1", "width over which erosions beyond health set in")

    # Happens
    leak = signal("1", "leak of the junctions, 1 in health", leak_slow + share_narrow * leak_fast)
    wide = signal("1", "wide openings of the junctions, 0 in health", share_wide * leak_fast)
    area = signal("cm^2", "surface of the small bowel with the villi that are left", area_small_bowel * cells * (1 - atrophy))
    open_area = signal("1", "eroded fraction that is open", rectified(erosion - (1 - share_open) * erosion_at_rest, smoothing) + deep_lesions)
    patent_area = signal("1", "eroded fraction that is open, weighted by how patent it is", open_area * hill(open_area, half_patency))
    holes = signal("1/cm", "open area per length of the eroded holes", patency * patent_area / length)

    leaks = conductance_leak * leak
    wides = conductance_leak * wide
    lps_supply = signal("pg{LAL}/mL", "free endotoxin in the colon",
                        lps_in_lumen * ((1 - share_lps_enterobacteria) * community + share_lps_enterobacteria * smaller(gram_negative, cap_lps)))
    lps = signal("pg{LAL}/day", "endotoxin that passes between cells and through holes",
                 _open(radius_lps, holes, (leaks, radius_leak), (wides, radius_wide))
                 * diffusion_scale / radius_lps * area_colon * lps_supply * exp(-(mucus_on_lps * cover)))
    antigen = signal("mg/day", "intact food protein that passes between cells and through holes",
                     _open(radius_protein, holes, (leaks, radius_leak), (wides, radius_wide))
                     * diffusion_scale / radius_protein * area * antigen_in_lumen * food_protein / volume_small_bowel)
    small_products = signal("1/cm", "open area per length that small bacterial products find",
                            _open(radius_peptide, holes, (leaks, radius_leak), (wides, radius_wide)))
    contact = facultatives * exp(-(mucus_on_bacteria * cover)) * 2 / (1 + iga)
    sampled = signal("CFU/day", "live bacteria that the wall takes up by itself", sampling * smaller(gram_negative, cap_sampling))
    swept = signal("CFU/day", "live bacteria that pass through holes", entry_speed * patency_bacteria * patent_area * area_colon * contact)
    invaded = signal("CFU/day", "pathogens that invade the wall", invasion * invasiveness)
    bacteria = signal("CFU/day", "live bacteria that enter the wall", sampled + swept + invaded)
    lactulose_permeability = signal("cm/day", "permeability of the wall to lactulose", diffusion_scale / radius_lactulose * _open(
        radius_lactulose, holes, (conductance_pore, radius_pore), (leaks, radius_leak), (wides, radius_wide)))
    mannitol_permeability = signal("cm/day", "permeability of the wall to mannitol", diffusion_scale / radius_mannitol * _open(
        radius_mannitol, holes, (conductance_pore, radius_pore), (leaks, radius_leak), (wides, radius_wide)))
    edta_permeability = signal("cm/day", "permeability of the wall to chromium EDTA", diffusion_scale / radius_edta * _open(
        radius_edta, holes, (conductance_pore, radius_pore), (leaks, radius_leak), (wides, radius_wide)))
    exchange = signal("1/cm", "surface of the small bowel per volume of its contents", area / volume_small_bowel)

    # Shows
    ter = readout("Ohm*cm^2", 1 / (conductance_rest + conductance_per_leak * leak + conductance_per_claudin2 * claudin2
                                   + conductance_per_erosion * (erosion + deep_lesions)), "transepithelial electrical resistance")
    peg1500_permeability = readout(
        "cm/day", diffusion_scale / radius_peg1500 * _open(radius_peg1500, holes, (leaks, radius_leak), (wides, radius_wide)),
        "permeability of the wall to PEG 1500")
    peg4000_permeability = readout(
        "cm/day", diffusion_scale / radius_peg4000 * _open(radius_peg4000, holes, (leaks, radius_leak), (wides, radius_wide)),
        "permeability of the wall to PEG 4000")
    translocation = readout("CFU/day", bacteria, "live bacteria that enter the gut wall")
    antigen_flux = readout("mg/day", antigen, "intact food protein that passes between cells of the gut wall")
