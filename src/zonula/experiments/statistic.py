"""From the numbers of persons to the number of a study."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zonula.experiments.read import Row
from zonula.simulation.equations import Vector

FEWEST = 3  # persons of a member who came; fewer say nothing about it


def statistic(row: Row, numbers: Vector, others: Vector | None = None) -> Vector:
    """The row's statistic over the last axis.

    Parameters
    ----------
    numbers : shape (..., person), in the row's unit
    others  : the same of the other measure of a correlation

    Returns
    -------
    Shape (...): NaN where it does not exist.
    """
    name = row.said.statistic
    if name == "proportion":
        return _share(row, numbers)
    if others is not None:
        return _related(name, numbers, others) * row.factor
    with np.errstate(invalid="ignore", divide="ignore"):
        return _SIMPLE[name](numbers) * (row.factor if name == "log standard deviation" else 1.0)


def _share(row: Row, numbers: Vector) -> Vector:
    yes = row.counts.holds(numbers) if row.counts is not None else numbers > 0.5
    share: Vector = np.mean(yes, axis=-1) * row.factor
    return share


def _related(name: str, numbers: Vector, others: Vector) -> Vector:
    if name == "rank correlation":
        from scipy.stats import rankdata

        numbers, others = (rankdata(x, axis=-1) for x in (numbers, others))  # equal ones share a rank: a sample has persons twice
    a, b = (x - np.mean(x, axis=-1, keepdims=True) for x in (numbers, others))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.sum(a * b, axis=-1) / np.sqrt(np.sum(a * a, axis=-1) * np.sum(b * b, axis=-1))
    found: Vector = r * r if name == "explained variance" else r
    return found


def _geometric(x: Vector) -> Vector:
    mean: Vector = np.exp(np.mean(np.log(np.where(x > 0, x, np.nan)), axis=-1))
    return mean


_SIMPLE: dict[str, Callable[[Vector], Vector]] = {
    "mean": lambda x: np.mean(x, axis=-1), "median": lambda x: np.median(x, axis=-1), "geometric mean": _geometric,
    "standard deviation": lambda x: np.std(x, axis=-1, ddof=1),
    "log standard deviation": lambda x: np.std(np.log(np.where(x > 0, x, np.nan)), axis=-1, ddof=1),
}


def contrast(how: str, ours: Vector, theirs: Vector, *, spread: Vector | None = None) -> Vector:
    """Our statistic against that of others: a ratio, a difference and their like.

    Parameters
    ----------
    spread : the pooled standard deviation of persons, of a standardized mean difference
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        if how == "difference":
            return ours - theirs
        if how == "smd":
            return (ours - theirs) / (np.nan if spread is None else spread)
        if how == "odds ratio":
            a, b = (np.clip(x, 0.005, 0.995) for x in (ours, theirs))  # of a small sample none has no odds
            return (a / (1 - a)) / (b / (1 - b))
        if how == "number needed to treat":
            return 1.0 / np.clip(ours - theirs, 0.005, None)
        ratio = ours / theirs
        return 100.0 * (ratio - 1.0) if how == "percent difference" else ratio
