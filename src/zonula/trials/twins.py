"""The same persons in two arms: what a treatment does to each, who benefits, and what tells it beforehand.

Both lives of a person share everything but the treatment, errors of measurement, drop-out and adherence included (common random numbers), so that the
effect in one person is seen, which no trial can.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.simulation.equations import Vector
from zonula.trials.endpoints import Endpoint, outcome, times
from zonula.trials.estimate import Estimate, interval, paired
from zonula.trials.lived import Lived, Places

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_BINS = 40
_GROUPS = 40  # of persons, left out in turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """What each person has of one treatment rather than another.

    effect : treated less control, shape (person,), as measured; NaN where one of the lives is not known
    true   : the same without errors and drop-out
    rows   : of the lives in each arm, person by person
    """

    effect: Vector
    true: Vector
    rows: tuple[Places, ...]
    weights: Vector | None


def twins(lived: Lived, asked: Endpoint, arms: Sequence[str], *, strategy: str, signs: Sequence[float] = (1.0, -1.0)) -> Twins:
    """The effect in each person who lived in all of the arms: the sum of endpoints by *signs*; of a time to an event, in days without it."""
    rows = lived.paired(*arms)
    if asked.kind == "time to event":
        found = times(lived, asked, strategy)
        value, true = (np.where(np.isnan(t), np.nan, np.minimum(t, asked.day)) for t in (found.time, found.true_time))
        value = np.where(found.event | (value >= asked.day - 0.5), value, np.nan)  # who was lost has no time that could be compared
        true = np.where(found.true_event, true, np.where(np.isnan(true), np.nan, asked.day))
    else:
        of = outcome(lived, asked, strategy)
        value, true = of.value, of.true
    effect, exact = (np.sum([sign * v[place] for sign, place in zip(signs, rows, strict=True)], axis=0) for v in (value, true))
    return Twins(effect=effect, true=exact, rows=rows, weights=lived.weights_of(rows[0]))


def effect_of(pairs: Twins, *, true: bool = False) -> Estimate:
    """The mean effect, which is a difference: of values, of shares who respond, or of days without an event."""
    return paired(pairs.true if true else pairs.effect, pairs.weights)


def jackknifed(estimator: Callable[[npt.NDArray[np.bool_]], float], persons: Places, groups: int = _GROUPS) -> tuple[float, float, float, float]:
    """A number of all persons with its standard error and interval, by leaving out groups of persons: their lives in all arms together.

    *estimator* is told which lives to take.
    """
    whole = estimator(np.ones(len(persons), dtype=np.bool_))
    distinct, place = np.unique(persons, return_inverse=True)
    groups = min(groups, len(distinct))
    if groups < 2 or math.isnan(whole):
        return whole, math.nan, math.nan, math.nan
    parts = np.array([estimator(place % groups != g) for g in range(groups)])
    se = math.sqrt((groups - 1) / groups * float(((parts - parts.mean()) ** 2).sum()))
    low, high, _ = interval(whole, se, groups - 1)
    return whole, se, low, high


def who_benefits(lived: Lived, asked: Endpoint, pairs: Twins, mcid: float | None) -> dict[str, Any]:
    """How the true effect is spread over persons, whom it helps and harms by what matters, and what measured beforehand tells it.

    *benefit* is the effect turned so that more is better.  Without an *mcid* the shares are of any benefit and any harm.
    """
    benefit = asked.favourable * pairs.true
    known = np.isfinite(benefit)
    benefit, rows = benefit[known], pairs.rows[0][known]
    w = np.ones(len(rows)) if pairs.weights is None else pairs.weights[known]
    if not len(benefit):
        return {"n": 0, "mcid": mcid, "quantiles": {}, "histogram": {"edges": [], "counts": []}, "share_benefit": math.nan, "share_harm": math.nan,
                "predictors": [], "explained": math.nan}
    edges = np.linspace(benefit.min(), max(benefit.max(), benefit.min() + 1e-9), _BINS + 1)
    least = mcid or 0.0
    gains, loses = (benefit >= least, benefit <= -least) if least else (benefit > 0, benefit < 0)
    before = known_before(lived, rows)
    return {"n": len(benefit), "mcid": mcid, "quantiles": {name: weighted_quantile(benefit, q, w) for name, q in QUANTILES.items()},
            "histogram": {"edges": edges.tolist(), "counts": np.histogram(benefit, edges, weights=w)[0].tolist()},
            "share_benefit": float(np.average(gains, weights=w)), "share_harm": float(np.average(loses, weights=w)),
            "predictors": predictors(benefit, before), "explained": explained(benefit, before)}


def weighted_quantile(values: Vector, q: float, weights: Vector) -> float:
    """A quantile by weight; with equal weights that of NumPy."""
    if np.all(weights == weights[0]):
        return float(np.quantile(values, q))
    order = np.argsort(values)
    reached = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    return float(np.interp(q, reached, values[order]))


def known_before(lived: Lived, rows: Places) -> dict[str, Vector]:
    """What is known of persons before the treatment: sex, age, ... and what was measured on the first day, where it differs between them."""
    told = {**{name: column[rows] for name, column in lived.before.items()}, **{name: lived.seen[name][rows, 0] for name in lived.seen}}
    return {name: column for name, column in told.items() if np.isfinite(column).sum() > 2 and np.nanstd(column) > 0}


def predictors(benefit: Vector, before: Mapping[str, Vector]) -> list[dict[str, Any]]:
    """Rank correlations of what was known before with the benefit, the strongest first; intervals by Fisher's z with the variance of Bonett and
    Wright.
    """
    from scipy.stats import rankdata

    found = []
    for name, column in before.items():
        both = np.isfinite(column) & np.isfinite(benefit)
        n = int(both.sum())
        if n < 5 or np.ptp(column[both]) == 0 or np.ptp(benefit[both]) == 0:
            continue
        r = float(np.corrcoef(rankdata(column[both]), rankdata(benefit[both]))[0, 1])
        z, se = math.atanh(max(min(r, 1 - 1e-12), -1 + 1e-12)), math.sqrt((1.0 + r * r / 2.0) / (n - 3.0))
        found.append({"name": name, "correlation": r, "lo": math.tanh(z - 1.959964 * se), "hi": math.tanh(z + 1.959964 * se)})
    return sorted(found, key=lambda one: -abs(one["correlation"]))


def explained(benefit: Vector, before: Mapping[str, Vector], folds: int = 5) -> float:
    """The share of the variance of benefit that all of it together tells, linearly by ranks, of persons who were not used to learn it; not below
    0.
    """
    from scipy.stats import rankdata

    if not before or len(benefit) < 10 * folds or np.ptp(benefit) == 0:
        return math.nan
    x = np.stack([rankdata(np.where(np.isfinite(c), c, np.nanmedian(c))) for c in before.values()], axis=1) / len(benefit)
    x = np.concatenate([np.ones((len(x), 1)), x - x.mean(axis=0)], axis=1)
    fold = np.arange(len(benefit)) % folds
    told = np.empty(len(benefit))
    for k in range(folds):
        told[fold == k] = x[fold == k] @ np.linalg.lstsq(x[fold != k], benefit[fold != k], rcond=1e-10)[0]
    return max(0.0, 1.0 - float(((benefit - told) ** 2).sum() / ((benefit - benefit.mean()) ** 2).sum()))
