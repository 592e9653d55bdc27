"""Conditions on numbers, as files write them: ">= 2"."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError
from zonula.simulation.equations import Vector

_COMPARISONS: dict[str, Callable[[Vector, float], npt.NDArray[np.bool_]]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_CONDITION = re.compile(r"\s*(?P<sign>>=|<=|>|<)\s*(?P<number>[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of a number, such as "at least 2"."""

    sign: str
    number: float

    def holds(self, values: Vector) -> npt.NDArray[np.bool_]:
        """Of which of the *values* it holds; of NaN never."""
        with np.errstate(invalid="ignore"):
            return _COMPARISONS[self.sign](values, self.number)


def condition(text: str) -> Condition:
    """Read ">= 2".

    Raises
    ------
    UsageError
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise UsageError.of("ZN-1232", f"{text!r} is no condition", fix='write it like ">= 2", with >=, <=, > or <')
    return Condition(match["sign"], float(match["number"]))
