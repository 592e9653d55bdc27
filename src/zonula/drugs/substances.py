"""What is given in doses, and where each dose arrives.

``familiar`` and ``per_day`` are the most that trials or labels give (from memory where a source does not say); more is simulated,
with a remark.
"""

from __future__ import annotations

from zonula.drugs.entry import Substance

NSAIDS = (
    Substance(name="naproxen", doc="NSAID: relieves pain, harms the gut wall", arrives={"po": "naproxen.depot"}, molar_mass=230.26,
              familiar=(750.0, "mg"), per_day=(1500.0, "mg"), source="Bjornsson2011"),
    Substance(name="ibuprofen", doc="NSAID: relieves pain, harms the gut wall", arrives={"po": "ibuprofen.depot"},
              familiar=(800.0, "mg"), per_day=(2400.0, "mg"), source="Lotsch2001"),
    Substance(name="diclofenac", doc="NSAID: relieves pain, harms the gut wall", arrives={"po": "diclofenac.depot"},
              familiar=(100.0, "mg"), per_day=(200.0, "mg"), source="Brunner2005"),
    Substance(name="celecoxib", doc="inhibitor of COX-2: relieves pain, nearly spares the gut wall at first", arrives={"po": "celecoxib.depot"},
              familiar=(400.0, "mg"), per_day=(800.0, "mg"), source="CelebrexLabel"),
)
FOR_ARTHRITIS = (
    Substance(name="prednisolone", doc="glucocorticoid", aliases=("prednisone",), arrives={"po": "prednisolone.depot", "iv": "prednisolone.central"},
              infusions={"iv": "30 min"}, familiar=(100.0, "mg"), per_day=(100.0, "mg"), source="AlHabet1980"),
    Substance(name="methotrexate", doc="antimetabolite, once a week", aliases=("MTX",),
              arrives={"po": "methotrexate.depot", "sc": "methotrexate.depot"},
              familiar=(25.0, "mg"), per_day=(25.0, "mg"), source="nlmixr2lib"),
    Substance(name="adalimumab", doc="antibody against TNF", arrives={"sc": "adalimumab.depot"}, familiar=(160.0, "mg"), source="Ternant2015"),
    Substance(name="infliximab", doc="antibody against TNF", arrives={"iv": "infliximab.central"}, infusions={"iv": "2 h"},
              familiar=(20.0, "mg/kg"), source="Xu2008"),
    Substance(name="etanercept", doc="receptor that binds TNF; does nothing in the gut", arrives={"sc": "etanercept.depot"},
              familiar=(50.0, "mg"), source="KorthBradley2000"),
    Substance(name="tocilizumab", doc="antibody against the receptor of IL-6", arrives={"iv": "tocilizumab.central"}, infusions={"iv": "1 h"},
              familiar=(10.0, "mg/kg"), source="Frey2010"),
)
AGAINST_BACTERIA = (
    Substance(name="ciprofloxacin", doc="antibiotic that is absorbed", arrives={"po": "ciprofloxacin.depot"}, familiar=(750.0, "mg"),
              per_day=(1500.0, "mg"), source="Brumfitt1984"),
    Substance(name="rifaximin", doc="antibiotic that stays in the gut", arrives={"po": "rifaximin.depot"}, familiar=(600.0, "mg"),
              per_day=(1650.0, "mg"), source="Descombe1994"),
)
FOR_THE_GUT = (
    Substance(name="larazotide", doc="peptide that keeps zonulin from opening junctions", arrives={"po": "larazotide.depot"},
              familiar=(12.0, "mg"), per_day=(24.0, "mg"), source="Leffler2015"),
)
TESTS_AND_INSULTS = (
    Substance(name="lps", doc="reference endotoxin (E. coli lipopolysaccharide), as given to volunteers", unit="ng", kind="LPS",
              arrives={"iv": "blood.endotoxin"}, familiar=(4.0, "ng/kg"), source="Suffredini1999"),
    Substance(name="bacteria", doc="an enteric pathogen, swallowed", aliases=("salmonella", "campylobacter"), unit="CFU",
              arrives={"po": "pathogen.load"}, familiar=(1e9, "CFU"), source="Sender2016"),
    Substance(name="virus", doc="an enteric virus, swallowed", aliases=("norovirus",), unit="IU", arrives={"po": "virus.load"},
              familiar=(1e6, "IU"), source="Troeger2009"),
    Substance(name="lactulose", doc="probe of the sugar test: passes where the wall leaks", unit="g", arrives={"po": "sugar_test.lactulose_stomach"},
              familiar=(10.0, "g"), source="ODwyer1988"),
    Substance(name="mannitol", doc="probe of the sugar test: passes a healthy wall", unit="g", arrives={"po": "sugar_test.mannitol_stomach"},
              familiar=(5.0, "g"), source="ODwyer1988"),
)
SUBSTANCES = (*NSAIDS, *FOR_ARTHRITIS, *AGAINST_BACTERIA, *FOR_THE_GUT, *TESTS_AND_INSULTS)
