"""The treatments of the standard model."""

from zonula.drugs.adalimumab import Adalimumab
from zonula.drugs.antibiotics import Antibiotic
from zonula.drugs.gut_repair import GrowthFactor, MlckInhibitor, MucusSupport, Sealer
from zonula.drugs.methotrexate import Methotrexate
from zonula.drugs.naproxen import Naproxen
from zonula.drugs.prednisolone import Prednisolone
from zonula.drugs.tocilizumab import Tocilizumab
from zonula.language import Drug

TREATMENTS: tuple[type[Drug], ...] = (
    Naproxen, Prednisolone, Adalimumab, Tocilizumab, Methotrexate,
    Sealer, MlckInhibitor, GrowthFactor, MucusSupport, Antibiotic,
)
