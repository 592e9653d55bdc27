"""The standard model: which organs, in which order."""

from functools import lru_cache

from zonula.language import Model, Organ, assemble
from zonula.organs.adrenal import Adrenal
from zonula.organs.blood import Blood
from zonula.organs.body import Body
from zonula.organs.brain import Brain
from zonula.organs.cytokines import Cytokines
from zonula.organs.leukocytes import Leukocytes
from zonula.organs.liver import Liver
from zonula.organs.monocytes import Monocytes

ORGANS: tuple[type[Organ], ...] = (Body, Blood, Monocytes, Cytokines, Adrenal, Liver, Leukocytes, Brain)


@lru_cache(maxsize=1)
def standard_model() -> Model:
    """Assemble the standard model."""
    return assemble(*ORGANS)
