"""Times to an event: Kaplan-Meier, restricted mean, log-rank and Cox's hazard ratio of two arms, with weights of persons where there are.

Everything is told from counts at each day of an event, in each arm.  Ties, of which visits make many, are by Efron's method.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.simulation.equations import Vector
from zonula.trials.estimate import LEVEL, Estimate, interval, none_of, ratio
from zonula.trials.lived import Mask

_STEPS = 50  # of Newton's method
_CLOSE = 1e-12
_SETTLED, _LEAST = 1e-6, 1e-6  # of the last step, and of the information of a ratio that can be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Who is still without the event (Kaplan and Meier 1958), with Greenwood's interval on the scale of log(-log).

    days    : from 0, then each day of an event
    free    : share that is without it from that day on
    at_risk : persons (their weights) just before
    """

    days: Vector
    free: Vector
    low: Vector
    high: Vector
    at_risk: Vector
    events: int
    n: int

    def at(self, day: float) -> float:
        """The share that is without the event on a day."""
        return float(self.free[np.searchsorted(self.days, day, side="right") - 1])


def kaplan_meier(time: Vector, event: Mask, weights: Vector | None = None) -> Curve:
    """The curve of one arm; lives of unknown time are left out."""
    from scipy.stats import norm

    known = np.isfinite(time)
    days, risk, died = _counts(time[known], event[known], None if weights is None else weights[known])
    with np.errstate(divide="ignore", invalid="ignore"):
        free = np.cumprod(1.0 - died / risk)
        greenwood = np.cumsum(np.where(risk > died, died / (risk * (risk - died)), np.inf))
        spread = np.sqrt(greenwood) / np.abs(np.log(free))
        z = float(norm.ppf(0.5 + LEVEL / 2))
        low, high = (np.where((free > 0) & (free < 1), free ** np.exp(sign * z * spread), free) for sign in (1.0, -1.0))
    return Curve(days=np.concatenate([[0.0], days]), free=np.concatenate([[1.0], free]), low=np.concatenate([[1.0], low]),
                 high=np.concatenate([[1.0], high]), at_risk=np.concatenate([risk[:1] if len(risk) else [float(known.sum())], risk]),
                 events=int(event[known].sum()), n=int(known.sum()))


def _counts(time: Vector, event: Mask, weights: Vector | None) -> tuple[Vector, ...]:
    """Days of events, and on each the weight at risk and of events; weights are scaled so that they sum to the effective number of persons."""
    w: Vector = np.ones(len(time)) if weights is None else weights * (weights.sum() / (weights ** 2).sum())
    days = np.unique(time[event])
    at = np.searchsorted(days, time, side="right")  # at risk on the first `at` days
    risk = np.cumsum(np.bincount(at, w, len(days) + 1)[::-1])[::-1][1:]
    died = np.bincount(np.searchsorted(days, time[event]), w[event], len(days))
    return days, risk.astype(np.float64), died.astype(np.float64)


def restricted_mean(curve: Curve, until: float) -> tuple[float, float]:
    """The mean time without the event up to a day, and its standard error: the area under the curve."""
    inside = curve.days <= until
    days, free = curve.days[inside], curve.free[inside]
    width = np.diff(np.append(days, until))
    area = width * free
    left = np.cumsum(area[::-1])[::-1]  # area from each day on
    risk, died = curve.at_risk[inside][1:], -np.diff(free) / np.where(free[:-1] > 0, free[:-1], 1.0) * curve.at_risk[inside][1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(risk > died, left[1:] ** 2 * died / (risk * (risk - died)), 0.0)
    return float(area.sum()), math.sqrt(float(parts.sum()))


def difference_in_restricted_means(time: Vector, event: Mask, treated: Mask, until: float, *, weights: Vector | None = None) -> Estimate:
    """By how many days longer the treated are without the event, up to a day."""
    curves = [kaplan_meier(time[arm], event[arm], None if weights is None else weights[arm]) for arm in (treated, ~treated)]
    (a, sa), (b, sb) = (restricted_mean(curve, until) for curve in curves)
    low, high, p = interval(a - b, se := math.hypot(sa, sb))
    return Estimate(effect=a - b, low=low, high=high, se=se, p=p, n=(curves[0].n, curves[1].n), measure="difference", method="restricted mean",
                    means=(a, b))


@dataclass(frozen=True, slots=True)
class _Table:
    """At each day of an event, in arms 0 (control) and 1 (treated): at risk and events, by weight; and the number of events, for ties."""

    risk: Vector
    died: Vector
    ties: npt.NDArray[np.int64]


def _table(time: Vector, event: Mask, treated: Mask, weights: Vector | None) -> _Table:
    w = np.ones(len(time)) if weights is None else weights
    days = np.unique(time[event])
    at, arm = np.searchsorted(days, time, side="right"), treated.astype(np.int64)
    risk, died = np.zeros((2, len(days))), np.zeros((2, len(days)))
    for which in (0, 1):
        here = arm == which
        risk[which] = np.cumsum(np.bincount(at[here], w[here], len(days) + 1)[::-1])[::-1][1:]
        died[which] = np.bincount(np.searchsorted(days, time[here & event]), w[here & event], len(days))
    return _Table(risk, died, np.bincount(np.searchsorted(days, time[event]), minlength=len(days)))


def log_rank(time: Vector, event: Mask, treated: Mask, *, strata: Sequence[object] | None = None) -> float:
    """The p-value of the log-rank test, stratified where there are strata."""
    from scipy.stats import chi2

    score = variance = 0.0
    for here in _groups(time, strata):
        table = _table(time[here], event[here], treated[here], None)
        n, d = table.risk.sum(axis=0), table.died.sum(axis=0)
        score += float((table.died[1] - d * table.risk[1] / n).sum())
        many = n > 1
        variance += float((d * (n - d) * table.risk[0] * table.risk[1])[many] @ (1.0 / (n ** 2 * np.maximum(n - 1, 1)))[many])
    return float(chi2.sf(score ** 2 / variance, 1)) if variance > 0 else 1.0


def _groups(time: Vector, strata: Sequence[object] | None) -> list[Mask]:
    known = np.isfinite(time)
    if strata is None:
        return [known]
    names = np.asarray(strata).astype(str)
    return [known & (names == name) for name in np.unique(names[known])]


def hazard_ratio(time: Vector, event: Mask, treated: Mask, *, strata: Sequence[object] | None = None, weights: Vector | None = None) -> Estimate:
    """Cox's hazard ratio of the treated to the others; with weights its error is robust (Lin and Wei 1989)."""
    groups = _groups(time, strata)
    tables = [_table(time[g], event[g], treated[g], None if weights is None else weights[g]) for g in groups]
    known = np.isfinite(time)
    n, named = (int((treated & known).sum()), int((~treated & known).sum())), ("hazard ratio", "Cox")
    if not min(n) or not min(sum(float(t.died[arm].sum()) for t in tables) for arm in (0, 1)):
        return none_of(*named, n, 1.0)  # nobody in an arm had the event: no finite ratio
    log = 0.0
    for _ in range(_STEPS):
        score, information = (float(sum(part)) for part in zip(*(_score(t, log) for t in tables), strict=True))
        step = score / information if information > 0 else math.nan
        log += max(min(step, 1.0), -1.0)
        if not abs(step) > _CLOSE:
            break
    if not abs(step) < _SETTLED or not information > _LEAST:  # one arm had all its events before the other had any: the ratio grows without end
        return none_of(*named, n, 1.0)
    se = 1.0 / math.sqrt(information)
    if weights is not None:
        se = math.sqrt(sum(_sandwich(time[g], event[g], treated[g], weights[g], log) for g in groups)) / information
    return ratio(log, se, n, named)


def _score(table: _Table, log: float) -> tuple[float, float]:
    """Slope and curvature of Efron's partial likelihood, arms coded +1/2 and -1/2."""
    away = np.repeat(np.arange(len(table.ties)), table.ties)
    first = np.cumsum(table.ties) - table.ties
    share = (np.arange(len(away)) - first[away]) / table.ties[away]  # of the events of that day that are counted off already
    mean = (table.died.sum(axis=0) / table.ties)[away]
    high, low = ((table.risk[arm][away] - share * table.died[arm][away]) * math.exp(half * log) for arm, half in ((1, 0.5), (0, -0.5)))
    p = high / (high + low)
    score = 0.5 * float(table.died[1].sum() - table.died[0].sum()) - float((mean * (p - 0.5)).sum())
    return score, float((mean * p * (1.0 - p)).sum())


def _sandwich(time: Vector, event: Mask, treated: Mask, weights: Vector, log: float) -> float:
    """The sum of squares of weighted score residuals (by Breslow's method for ties)."""
    table = _table(time, event, treated, weights)
    days = np.unique(time[event])
    high, low = table.risk[1] * math.exp(0.5 * log), table.risk[0] * math.exp(-0.5 * log)
    middle, hazard = 0.5 * (high - low) / (high + low), table.died.sum(axis=0) / (high + low)
    code = np.where(treated, 0.5, -0.5)
    at = np.searchsorted(days, time, side="right")
    sums = [np.concatenate([[0.0], np.cumsum(part)]) for part in (hazard, hazard * middle)]
    ran = np.exp(code * log) * (code * sums[0][at] - sums[1][at])
    own = np.where(event, code - middle[np.minimum(np.searchsorted(days, time), max(len(days) - 1, 0))], 0.0)
    return float((weights ** 2 * (own - ran) ** 2).sum())


def told(curve: Curve, most: int = 200) -> dict[str, Any]:
    """A curve as plain data, thinned to so many steps."""
    keep = np.unique(np.linspace(0, len(curve.days) - 1, min(most, len(curve.days))).round().astype(np.int64))
    return {"day": curve.days[keep].tolist(), "free": curve.free[keep].tolist(), "lo": curve.low[keep].tolist(), "hi": curve.high[keep].tolist(),
            "at_risk": [[float(d), float(n)] for d, n in zip(curve.days[keep], curve.at_risk[keep], strict=True)], "events": curve.events,
            "n": curve.n}
