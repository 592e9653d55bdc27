"""Who is taken into a study: conditions on what is measured on day 0."""

from __future__ import annotations

from zonula.ground.errors import UsageError, nearest
from zonula.language.model import Model
from zonula.population.conditions import Condition, condition
from zonula.population.covariates import COVARIATES


def read_entry(sentence: str, model: Model) -> tuple[str, Condition]:
    """Read "sjc28 >= 6", in the readout's unit, or "age >= 18", in the covariate's.

    Raises
    ------
    UsageError
    """
    name, _, rest = sentence.strip().partition(" ")
    if name not in model.readout_names and name not in COVARIATES:
        raise UsageError.of("ZN-1240", f"there is no readout {name!r}", found=repr(sentence), fix=nearest(name, [*model.readout_names, *COVARIATES]))
    return name, condition(rest)
