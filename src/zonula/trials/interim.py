"""Looks before the end: boundaries by a spending function (Lan and DeMets 1983), conditional power, and when a trial would stop.

Both sides are tested, each with half of alpha.  The probabilities of crossing are those of a Brownian motion with drift on the information scale
(Armitage, McPherson and Rowe 1969), integrated from look to look by Gauss and Legendre's rule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from zonula.ground.errors import UsageError, nearest
from zonula.simulation.equations import Vector

SPENDING = ("obrien-fleming", "pocock")
_NODES = 200  # of the integration at each look
_NOTHING = 1e-14  # alpha so small that it is not spent: no bound
_FARTHEST = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """When is looked, and from which |z| on the trial stops.

    looks  : shares of the information, the last is 1
    bounds : of |z|; infinite where no alpha is spent
    spent  : two-sided alpha spent up to each look
    """

    looks: tuple[float, ...]
    bounds: tuple[float, ...]
    spent: tuple[float, ...]
    alpha: float
    spending: str


def spent_at(share: float, alpha: float, spending: str) -> float:
    """The two-sided alpha that may be spent up to a share of the information.

    Raises
    ------
    UsageError
    """
    from scipy.stats import norm

    if spending == "obrien-fleming":
        return float(4.0 * norm.sf(norm.isf(alpha / 4.0) / math.sqrt(share)))
    if spending == "pocock":
        return alpha * math.log(1.0 + (math.e - 1.0) * share)
    raise UsageError.of("ZN-1485", f"alpha cannot be spent by {spending!r}", fix=nearest(spending, SPENDING))


def design(looks: Sequence[float], *, alpha: float = 0.05, spending: str = "obrien-fleming") -> Design:
    """The bounds of looks at these shares of the information; the last look, at 1, is added where it is missing.

    Raises
    ------
    UsageError
    """
    from scipy.optimize import brentq

    whole = tuple(float(t) for t in looks) + (() if looks and looks[-1] == 1.0 else (1.0,))
    if any(not 0.0 < t <= 1.0 for t in whole) or any(b <= a for a, b in pairwise(whole)):
        raise UsageError.of("ZN-1486", "looks must rise, above 0 and up to 1", found=", ".join(f"{t:g}" for t in looks),
                            fix="write looks = [0.5, 1.0]")
    spent = tuple(spent_at(t, alpha, spending) for t in whole)
    bounds: list[float] = []
    walk = _Walk(0.0)
    for place, t in enumerate(whole):
        left = spent[place] - (spent[place - 1] if place else 0.0)
        far = _FARTHEST
        bound = math.inf if left < _NOTHING else float(brentq(lambda c, t=t, left=left: sum(walk.crossing(t, c)) - left, 0.1, far, xtol=1e-12))
        bounds.append(bound)
        walk.pass_look(t, bound)
    return Design(looks=whole, bounds=tuple(bounds), spent=spent, alpha=alpha, spending=spending)


@lru_cache(maxsize=1)
def _rule() -> tuple[Vector, Vector]:
    return np.polynomial.legendre.leggauss(_NODES)


class _Walk:
    """A Brownian motion with drift that has not stopped yet: where it is, and with which density."""

    def __init__(self, drift: float) -> None:
        self.drift, self.t = drift, 0.0
        self.at, self.weight = np.zeros(1), np.ones(1)  # places, and the probability of each (a quadrature's weight times the density)

    def crossing(self, t: float, bound: float) -> tuple[float, float]:
        """The probabilities of being above and below the bound of |z| at a later look."""
        from scipy.special import ndtr

        step = t - self.t
        middle, edge, spread = self.at + self.drift * step, bound * math.sqrt(t), math.sqrt(step)
        return float(self.weight @ ndtr((middle - edge) / spread)), float(self.weight @ ndtr((-edge - middle) / spread))

    def pass_look(self, t: float, bound: float) -> None:
        """Go on to a look at which nothing stopped."""
        step, root = t - self.t, math.sqrt(t)
        edge = bound * root if math.isfinite(bound) else _FARTHEST * root + abs(self.drift) * t
        nodes, weights = _rule()
        at: Vector = edge * nodes
        away = (at[:, np.newaxis] - self.at - self.drift * step) / math.sqrt(step)
        density = np.exp(-0.5 * away ** 2) @ self.weight / math.sqrt(2.0 * math.pi * step)
        self.at, self.weight, self.t = at, edge * weights * density, t


def stopping(of: Design, drift: float) -> tuple[Vector, Vector]:
    """The probabilities of stopping at each look above and below, for a drift (the z expected at the end)."""
    walk, above, below = _Walk(drift), [], []
    for t, bound in zip(of.looks, of.bounds, strict=True):
        up, down = walk.crossing(t, bound) if math.isfinite(bound) else (0.0, 0.0)
        above.append(up)
        below.append(down)
        walk.pass_look(t, bound)
    return np.array(above), np.array(below)


def expected_share(of: Design, drift: float) -> float:
    """The mean share of all persons that a trial with these looks needs."""
    stops = np.sum(stopping(of, drift), axis=0)
    return float(np.asarray(of.looks)[:-1] @ stops[:-1] + (1.0 - stops[:-1].sum()))


def drift_for(power: float, of: Design) -> float:
    """The drift with which a trial of this design has a power."""
    from scipy.optimize import brentq

    return float(brentq(lambda drift: stopping(of, drift)[0].sum() - power, 0.0, 20.0, xtol=1e-10))


def conditional_power(z: float, share: float, bound: float, drift: float | None = None) -> float:
    """The chance to pass the last bound from a z at a look: with the drift seen so far, or with another (that of the plan)."""
    from scipy.stats import norm

    if share >= 1.0:
        return float(z >= bound)
    seen = z / math.sqrt(share) if drift is None else drift
    return float(norm.sf((bound - z * math.sqrt(share) - seen * (1.0 - share)) / math.sqrt(1.0 - share)))
