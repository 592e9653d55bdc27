"""Which further study would tell most of something: how much of its spread among calibrated people a number of known error would take away.

Linear: if a number were observed whose error is *e*, a quantity that is correlated with it by *r* over people in whom it spreads by *s* keeps
1 - r^2 s^2 / (s^2 + e^2) of its variance.  Correlations that may be chance among so few people count as none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zonula.calibration.posterior import Posterior
from zonula.simulation.equations import Vector

_SIGNIFICANT = 3.0  # standard errors of a correlation


@dataclass(frozen=True, slots=True)
class Telling:
    """A number of a study, were it done again: the share of the variance of a quantity that it would take away."""

    row: str
    share: float


def most_telling(quantity: Vector, posterior: Posterior, most: int = 3) -> list[Telling]:
    """The rows that would tell most of a quantity, the best first; none where nothing would tell anything.

    Parameters
    ----------
    quantity : shape (member,), of the first members of the population; NaN where it does not exist
    """
    known = np.isfinite(quantity)
    if known.sum() < 10 or np.ptp(quantity[known]) == 0:
        return []
    found = []
    for row, values, error in zip(posterior.facts["rows"], posterior.shown[:, : len(quantity)], posterior.errors, strict=True):
        both = known & np.isfinite(values)
        if both.sum() < 10 or np.ptp(values[both]) == 0:
            continue
        r = float(np.corrcoef(quantity[both], values[both])[0, 1])
        if abs(r) > _SIGNIFICANT / np.sqrt(both.sum()):
            spread = float(np.var(values[both]))
            found.append(Telling(str(row), r * r * spread / (spread + float(error) ** 2)))
    return sorted(found, key=lambda one: -one.share)[:most]
