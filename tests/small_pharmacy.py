"""A small body with what plans can move, and a small pharmacy for it: what the catalogue says of real drugs, in miniature."""

from zonula.drugs.catalogue import Practice, Substance, registry
from zonula.language import Organ, assemble, covariate, exposure, loss, parameter, reads, state


class Body(Organ):
    """Whose weight doses per kg need."""

    weight = covariate("kg", "body weight")


class Adalimumab(Organ):
    """A depot under the skin that counts milligrams."""

    k = parameter("1/day", "absorption")
    depot = state("mg", "under the skin", start=0.0)
    absorption = loss(depot, k * depot)


class Tocilizumab(Organ):
    """A concentration in a volume."""

    weight = reads("body.weight", "kg")
    volume = parameter("L/kg", "central volume per body weight")
    k = parameter("1/day", "clearance")
    central = state("mg/L", "in plasma", start=0.0, volume=volume * weight)
    clearance = loss(central, k * central)


class Naproxen(Organ):
    """A depot that counts molecules."""

    k = parameter("1/day", "absorption")
    depot = state("umol", "in the gut", start=0.0)
    absorption = loss(depot, k * depot)


class Prednisolone(Organ):
    """Another depot of milligrams."""

    k = parameter("1/day", "absorption")
    depot = state("mg", "in the gut", start=0.0)
    absorption = loss(depot, k * depot)


class Lumen(Organ):
    """Where bacteria are a density, without a volume of their own here."""

    k = parameter("1/day", "washing out")
    bacteria = state("CFU/mL", "bacteria", start=0.0)
    washing_out = loss(bacteria, k * bacteria)


class Lifestyle(Organ):
    """What a person lives on and with."""

    gluten = exposure("1", "gluten, 1 as usual", neutral=1.0, within=(0.0, 3.0))
    fibre = exposure("1", "fibre, 1 as usual", neutral=1.0, within=(0.0, 4.0))
    stress = exposure("1", "stress, 0 none", neutral=0.0, within=(0.0, 3.0))
    k = parameter("1/day", "turnover")
    x = state("1", "a trace of it all", start=1.0)
    change = loss(x, k * (gluten + fibre + stress) * x)


class ZincCarnosine(Organ):
    """A dial of its own."""

    level = exposure("1", "protection by zinc carnosine", neutral=0.0, within=(0.0, 1.0))
    k = parameter("1/day", "turnover")
    x = state("1", "a trace of it", start=1.0)
    change = loss(x, k * level * x)


class Butyrate(Organ):
    """A dial of the same short name, in a unit."""

    level = exposure("mmol/(L*day)", "butyrate", neutral=0.0, within=(0.0, 500.0))
    k = parameter("1/day", "turnover")
    half = parameter("mmol/(L*day)", "level for that turnover")
    x = state("1", "a trace of it", start=1.0)
    change = loss(x, k * level / half * x)


MODEL = assemble(Body, Adalimumab, Tocilizumab, Naproxen, Prednisolone, Lumen, Lifestyle, ZincCarnosine, Butyrate)
VALUES = {"body.weight": 80.0, "tocilizumab.volume": 0.05}  # all others are 1
PHARMACY = registry(
    Substance(name="adalimumab", doc="antibody against TNF", arrives={"sc": "adalimumab.depot"}, familiar=(80.0, "mg"), source="s"),
    Substance(name="tocilizumab", doc="antibody against the receptor of IL-6", arrives={"iv": "tocilizumab.central"}, infusions={"iv": "1 h"},
              familiar=(10.0, "mg/kg"), source="s"),
    Substance(name="infliximab", doc="antibody against TNF", arrives={"iv": "tocilizumab.central"}, infusions={"iv": "2 h"}, source="s"),
    Substance(name="naproxen", doc="inhibitor of cyclo-oxygenase", arrives={"po": "naproxen.depot"}, molar_mass=230.26, familiar=(750.0, "mg"),
              per_day=(1500.0, "mg"), source="s"),
    Substance(name="prednisolone", doc="corticosteroid", aliases=("prednisone",), arrives={"po": "prednisolone.depot", "iv": "prednisolone.depot"},
              source="s"),
    Substance(name="methotrexate", doc="antimetabolite", aliases=("MTX",), arrives={"po": "prednisolone.depot", "sc": "adalimumab.depot"}, source="s"),
    Substance(name="bacteria", doc="an enteric pathogen", arrives={"po": "lumen.bacteria"}, unit="CFU/mL", source="s"),
    Substance(name="secukinumab", doc="an antibody this body lacks", arrives={"sc": "secukinumab.depot"}, source="s"),
    Practice(name="low-gluten diet", doc="little gluten", exposures={"lifestyle.gluten": 0.1}, source="s"),
    Practice(name="Mediterranean diet", doc="fibre and oil", aliases=("anti-inflammatory diet",),
             exposures={"lifestyle.gluten": 0.8, "lifestyle.fibre": 2.0}, source="s"),
    Practice(name="zinc carnosine", doc="a chelate", exposures={"zinc_carnosine.level": 0.8}, usual=(75.0, "mg"), source="s"),
    Practice(name="butyrate", doc="a short-chain fatty acid", exposures={"butyrate.level": 200.0}, usual=(4.0, "g"), ceiling=2.0, source="s"),
    Practice(name="L-glutamine", doc="an amino acid", exposures={"zinc_carnosine.level": 0.5}, usual=(15.0, "g"), source="s"),
    Practice(name="fibre", doc="soluble fibre", exposures={"lifestyle.fibre": 1.5}, usual=(30.0, "g"), ceiling=8.0, source="s"),
    Practice(name="stress reduction", doc="a programme", exposures={"lifestyle.stress": 0.0, "zinc_carnosine.level": 0.1}, source="s"),
    Practice(name="sauna", doc="acts by what this body lacks", exposures={"lifestyle.heat": 1.0}, source="s"),
)
