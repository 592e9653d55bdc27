"""Where along one factor something first happens: a scan, and then bisection, many values at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zonula.ground.errors import UsageError
from zonula.simulation.equations import Vector

_POINTS = 24  # values that are tried at once
TOLERANCE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Where a condition first holds as a factor rises.

    below, above : the largest factor before it that is known not to do it, and the smallest at which it holds; *above* is None where it holds
                   nowhere up to the bound, *below* is None where it holds from the least known factor on
    bound        : the largest factor of which it is known whether it holds; 0 where it is known of none
    again        : factors above it at which it does not hold: then there is no single threshold
    tried        : every factor of which it is known whether it holds there, with the answer
    """

    below: float | None
    above: float | None
    bound: float
    again: tuple[float, ...]
    tried: tuple[tuple[float, bool], ...]

    @property
    def found(self) -> float | None:
        """The smallest factor that was seen to do it."""
        return self.above

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"found": self.above, "just_below": self.below, "bound": self.bound, "not_again_at": list(self.again), "tried": len(self.tried)}


def scan_of(bound: float, *, points: int = _POINTS) -> Vector:
    """Factors to try first: 0, even ratios from 1/bound to *bound*, and 1."""
    if not (np.isfinite(bound) and bound > 1):
        raise UsageError.of("ZN-1444", f"a bound of {bound:g} leaves nothing to look for", expected="more than 1, such as 8", fix="name a larger one")
    return np.unique(np.concatenate([[0.0, 1.0], np.round(np.geomspace(1 / bound, bound, points), 6)]))


def first_crossing(holds: Callable[[Vector], Sequence[bool | None]], bound: float, *, tolerance: float = TOLERANCE,
                   points: int = _POINTS) -> Crossing:
    """Find the smallest factor in [0, *bound*] at which *holds*, to a relative *tolerance* (of 1/bound, below that).

    A scan comes first, so that a condition that comes and goes is noticed if it does so over more than a step of the scan; what happens within one
    step is not seen.

    Parameters
    ----------
    holds : asked of many factors at once; None where nobody can say (such a factor is taken for neither)

    Raises
    ------
    UsageError
    """
    if not 1e-6 <= tolerance <= 0.5:
        raise UsageError.of("ZN-1445", f"a tolerance of {tolerance:g} is out of range", expected="0.000001 to 0.5", fix="the usual one is 0.01")
    factors = scan_of(bound, points=points)
    known = _known(factors, holds)
    last = max(known, default=0.0)
    if not any(known.values()):
        return Crossing(below=last if known else None, above=None, bound=last, again=(), tried=tuple(sorted(known.items())))
    above = min(factor for factor, held in known.items() if held)
    again = tuple(factor for factor, held in sorted(known.items()) if factor > above and not held)
    while (below := max((factor for factor in known if factor < above), default=None)) is not None:
        if above - below <= tolerance * max(above, 1 / bound):  # what holds for the least factor would be followed down for ever
            break
        found = _known(np.linspace(below, above, points + 2)[1:-1], holds)
        if not found:
            break
        known |= found
        above = min(factor for factor, held in known.items() if held)
    return Crossing(below=below, above=above, bound=last, again=again, tried=tuple(sorted(known.items())))


def _known(factors: Vector, holds: Callable[[Vector], Sequence[bool | None]]) -> dict[float, bool]:
    return {factor: held for factor, held in zip(factors.tolist(), holds(factors), strict=True) if held is not None}
