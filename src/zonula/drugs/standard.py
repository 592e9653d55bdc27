"""The treatments of the standard model."""

from zonula.drugs.adalimumab import Adalimumab
from zonula.drugs.antibiotics import Antibiotic
from zonula.drugs.ciprofloxacin import Ciprofloxacin
from zonula.drugs.etanercept import Etanercept
from zonula.drugs.gut_repair import GrowthFactor, MlckInhibitor, MucusSupport, Sealer
from zonula.drugs.habits import Habits
from zonula.drugs.infliximab import Infliximab
from zonula.drugs.larazotide import Larazotide
from zonula.drugs.methotrexate import Methotrexate
from zonula.drugs.naproxen import Naproxen
from zonula.drugs.nsaids import Celecoxib, Diclofenac, Ibuprofen
from zonula.drugs.prednisolone import Prednisolone
from zonula.drugs.rifaximin import Rifaximin
from zonula.drugs.supplements import Supplements
from zonula.drugs.tocilizumab import Tocilizumab
from zonula.language import Drug

TREATMENTS: tuple[type[Drug], ...] = (
    Naproxen, Ibuprofen, Diclofenac, Celecoxib, Prednisolone,  # for pain and inflammation
    Adalimumab, Infliximab, Etanercept, Tocilizumab, Methotrexate,  # for arthritis
    Antibiotic, Ciprofloxacin, Rifaximin,  # against bacteria
    Sealer, Larazotide, MlckInhibitor, GrowthFactor, MucusSupport,  # for the gut wall
    Supplements, Habits,  # what people do by themselves
)
