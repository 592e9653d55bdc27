"""Estimates of a randomised comparison: standard models, by statsmodels where it has them.

Arms are coded +1/2 and -1/2, so that relabelling them turns the sign of an effect and changes nothing else.  Weights are those of persons (of a
population matched to a cohort): estimates are weighted, and their errors robust (sandwich) or by the effective number of persons (Kish).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.simulation.equations import Vector
from zonula.trials.library import statsmodels_or_refuse

LEVEL = 0.95
_NAN = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An effect with its interval.

    effect, low, high : on the scale of *measure*; of a ratio on its own scale, *se* being that of its logarithm
    n                 : persons in each arm, treated first
    means             : of each arm, treated first: adjusted means, or shares of who responded
    null              : the effect of nothing
    """

    effect: float
    low: float
    high: float
    se: float
    p: float
    n: tuple[int, ...]
    measure: str
    method: str
    df: float = math.inf
    means: tuple[float, ...] = ()
    null: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"value": self.effect, "lo": self.low, "hi": self.high, "p": self.p, "se": self.se}


def none_of(measure: str, method: str, n: tuple[int, ...], null: float = 0.0) -> Estimate:
    """An estimate that does not exist."""
    return Estimate(effect=_NAN, low=_NAN, high=_NAN, se=_NAN, p=_NAN, n=n, measure=measure, method=method, null=null)


def interval(effect: float, se: float, df: float = math.inf, level: float = LEVEL) -> tuple[float, float, float]:
    """Low, high and the p-value against 0 of a number that is Student-t about its estimate."""
    from scipy.stats import norm, t

    law = norm if math.isinf(df) else t(df)
    half = float(law.ppf(0.5 + level / 2)) * se
    p = float(2.0 * law.sf(abs(effect) / se)) if se > 0 else (1.0 if effect == 0 else 0.0)
    return effect - half, effect + half, p


def coded(treated: npt.NDArray[np.bool_]) -> Vector:
    """+1/2 and -1/2."""
    return np.where(treated, 0.5, -0.5)


def effective(weights: Vector | None, count: int) -> float:
    """How many persons of the same weight would tell as much (Kish)."""
    return float(count) if weights is None or not count else float(weights.sum() ** 2 / (weights ** 2).sum())


def ancova(value: Vector, treated: npt.NDArray[np.bool_], baseline: Vector | None = None, *, strata: Sequence[object] | None = None,
           weights: Vector | None = None) -> Estimate:
    """The difference of means, adjusted for the baseline and strata: ordinary least squares; with weights by them, and errors HC1."""
    known = np.isfinite(value) & (np.isfinite(baseline) if baseline is not None else True)
    columns = [np.ones(len(value)), coded(treated)] + ([baseline] if baseline is not None else []) + dummies(strata, known)
    method = "ANCOVA" if baseline is not None else "difference of means"
    return _linear(value, columns, known=known, weights=weights, groups=(treated, ~treated), named=("difference", method))


def interaction(value: Vector, first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], baseline: Vector | None = None, *,
                weights: Vector | None = None) -> Estimate:
    """What two treatments do together beyond the sum of each: both - first - second + neither, of a factorial trial."""
    known = np.isfinite(value) & (np.isfinite(baseline) if baseline is not None else True)
    a, b = coded(first), coded(second)
    columns = [np.ones(len(value)), a * b, a, b] + ([baseline] if baseline is not None else [])
    groups = (first & second, first & ~second, second & ~first, ~first & ~second)
    named = ("interaction", "factorial ANCOVA" if baseline is not None else "factorial")
    return _linear(value, columns, known=known, weights=weights, groups=groups, named=named)


def _linear(value: Vector, columns: Sequence[Vector], *, known: npt.NDArray[np.bool_], weights: Vector | None,
            groups: Sequence[npt.NDArray[np.bool_]], named: tuple[str, str]) -> Estimate:
    """The coefficient of the second column of a linear model, with the adjusted means of groups."""
    n = tuple(int((group & known).sum()) for group in groups)
    x = np.stack([column[known] for column in columns], axis=1)
    x = x[:, [place < 2 or bool(np.ptp(x[:, place]) > 0) for place in range(x.shape[1])]]  # what is the same in all adjusts nothing
    if min(n) < 2 or len(x) <= x.shape[1]:
        return none_of(*named, n)
    w = np.ones(len(x)) if weights is None else weights[known]
    params, cov = _least_squares(value[known], x, w, robust=weights is not None)
    effect, se, df = float(params[1]), math.sqrt(float(cov[1, 1])), float(len(x) - x.shape[1])
    low, high, p = interval(effect, se, df)
    even = np.average(x, axis=0, weights=w)
    means = tuple(float(_standing(x, group[known], even) @ params) for group in groups)
    return Estimate(effect=effect, low=low, high=high, se=se, p=p, n=n, measure=named[0], method=named[1], df=df, means=means)


def _least_squares(y: Vector, x: npt.NDArray[np.float64], w: Vector, *, robust: bool) -> tuple[Vector, npt.NDArray[np.float64]]:
    """Coefficients and their covariance, by orthogonal triangles: as ordinary least squares have it, or robust (HC1)."""
    root = np.sqrt(w)
    q, r = np.linalg.qr(x * root[:, np.newaxis])
    back = np.linalg.inv(r)
    params = back @ (q.T @ (y * root))
    left = (y - x @ params) * root
    df = len(y) - x.shape[1]
    if not robust:
        return params, back @ back.T * float(left @ left) / df
    lean = back @ (q * left[:, np.newaxis]).T
    return params, lean @ lean.T * len(y) / df


def _standing(x: Vector, group: npt.NDArray[np.bool_], even: Vector) -> Vector:
    """The row of the model of a group: its own arms, and everybody's covariates."""
    own = x[group][0]
    coded_arms = np.isin(np.abs(x), (0.25, 0.5, 1.0)).all(axis=0)
    return np.where(coded_arms, own, even)


def dummies(strata: Sequence[object] | None, known: npt.NDArray[np.bool_]) -> list[Vector]:
    """A column for each stratum but the first, of those that are met."""
    if strata is None:
        return []
    names = np.asarray(strata).astype(str)
    return [(names == name).astype(np.float64) for name in np.unique(names[known])[1:]]


def wilson(share: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of Wilson (1927) of a share of *n* persons."""
    from scipy.stats import norm

    if n <= 0:
        return _NAN, _NAN
    z = float(norm.ppf(0.5 + level / 2))
    middle, half = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (0.0 if share == 0 else (middle - half) / (1 + z * z / n)), (1.0 if share == 1 else (middle + half) / (1 + z * z / n))
    return max(low, 0.0), min(high, 1.0)


def difference_in_proportions(response: Vector, treated: npt.NDArray[np.bool_], *, strata: Sequence[object] | None = None,
                              weights: Vector | None = None) -> Estimate:
    """The difference of shares of who responded.

    Without strata the interval is Newcombe's hybrid score interval (1998, method 10), the test that of the pooled shares.  With strata it is the
    difference of Mantel and Haenszel with the variance of Greenland and Robins (1985), and the test that of Cochran, Mantel and Haenszel.
    """
    known = np.isfinite(response)
    if strata is not None and weights is None and len(set(np.asarray(strata)[known].tolist())) > 1:
        return _stratified(response[known], treated[known], np.asarray(strata)[known].astype(str))
    n, shares, sizes = [], [], []
    for arm in (treated & known, ~treated & known):
        own = None if weights is None else weights[arm]
        n.append(int(arm.sum()))
        sizes.append(effective(own, n[-1]))
        shares.append(float(np.average(response[arm], weights=own)) if n[-1] else _NAN)
    if not min(n):
        return none_of("risk difference", "Newcombe", tuple(n))
    return newcombe((shares[0], shares[1]), (sizes[0], sizes[1]), (n[0], n[1]))


def newcombe(shares: tuple[float, float], sizes: tuple[float, float], n: tuple[int, int]) -> Estimate:
    """The difference of two shares with Newcombe's interval; *sizes* may be effective numbers of persons."""
    (p1, p2), (n1, n2) = shares, sizes
    (l1, u1), (l2, u2) = wilson(p1, n1), wilson(p2, n2)
    effect = p1 - p2
    even = (p1 * n1 + p2 * n2) / (n1 + n2)
    pooled = math.sqrt(even * (1 - even) * (1 / n1 + 1 / n2))
    se = math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return Estimate(effect=effect, low=effect - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), high=effect + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
                    se=se, p=interval(effect, pooled)[2], n=n, measure="risk difference", method="Newcombe", means=shares)


def _stratified(response: Vector, treated: npt.NDArray[np.bool_], strata: npt.NDArray[Any]) -> Estimate:
    tables = []
    for name in np.unique(strata):
        here = strata == name
        a, b = response[here & treated], response[here & ~treated]
        if len(a) and len(b):
            tables.append([[a.sum(), len(a) - a.sum()], [b.sum(), len(b) - b.sum()]])
    n, shares = (int(treated.sum()), int((~treated).sum())), tuple(float(np.mean(response[arm])) if arm.any() else _NAN for arm in (treated,
                                                                                                                                    ~treated))
    named = ("risk difference", "Mantel-Haenszel")
    if not tables:
        return none_of(*named, n)
    counts = np.asarray(tables, dtype=np.float64)
    sizes = counts.sum(axis=2)
    p = counts[:, :, 0] / sizes
    weight = sizes[:, 0] * sizes[:, 1] / sizes.sum(axis=1)
    effect = float((weight * (p[:, 0] - p[:, 1])).sum() / weight.sum())
    variance = p[:, 0] * (1 - p[:, 0]) / sizes[:, 0] + p[:, 1] * (1 - p[:, 1]) / sizes[:, 1]
    se = float(np.sqrt((weight ** 2 * variance).sum()) / weight.sum())
    low, high, _ = interval(effect, se)
    if counts[:, :, 0].sum() in (0, counts.sum()):
        return Estimate(effect=effect, low=low, high=high, se=se, p=1.0, n=n, measure=named[0], method=named[1], means=shares)
    table = statsmodels_or_refuse("stats.contingency_tables").StratifiedTable([one for one in counts if one.sum() > 1 and one.sum(axis=0).all()])
    return Estimate(effect=effect, low=low, high=high, se=se, p=float(table.test_null_odds(correction=False).pvalue), n=n, measure=named[0],
                    method="Cochran-Mantel-Haenszel", means=shares)


def odds_ratio(response: Vector, treated: npt.NDArray[np.bool_], covariates: Sequence[Vector] = (), *, weights: Vector | None = None) -> Estimate:
    """The odds ratio by logistic regression, adjusted for covariates; with weights its errors are robust (HC0)."""
    known = np.isfinite(response) & np.all([np.isfinite(c) for c in covariates] or [np.ones(len(response), dtype=np.bool_)], axis=0)
    n = (int((treated & known).sum()), int((~treated & known).sum()))
    named = ("odds ratio", "logistic regression")
    answers = [response[arm & known] for arm in (treated, ~treated)]
    if not min(n) or any(a.min() == a.max() for a in answers):
        return none_of(*named, n, 1.0)  # none or all of an arm: no odds
    if not covariates:
        return _odds_of_shares(response[known], treated[known], None if weights is None else weights[known], n)
    x = np.stack([np.ones(int(known.sum())), coded(treated)[known], *((c[known] - c[known].mean()) / (c[known].std() or 1.0) for c in covariates)],
                 axis=1)
    models, families = (statsmodels_or_refuse(part) for part in ("genmod.generalized_linear_model", "genmod.families"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it does not converge, no number is told
        model = models.GLM(response[known], x, family=families.Binomial(), **({} if weights is None else {"var_weights": weights[known]}))
        fitted = model.fit() if weights is None else model.fit(cov_type="HC0")
    if not fitted.converged or not np.isfinite(fitted.bse[1]):
        return none_of(*named, n, 1.0)
    return ratio(float(fitted.params[1]), float(fitted.bse[1]), n, named, tuple(float(np.average(a)) for a in answers))


def _odds_of_shares(response: Vector, treated: npt.NDArray[np.bool_], weights: Vector | None, n: tuple[int, int]) -> Estimate:
    """The same of two arms alone, where logistic regression has a closed form (Woolf 1955)."""
    w = np.ones(len(response)) if weights is None else weights
    shares, variance = [], 0.0
    for arm in (treated, ~treated):
        share = float(np.average(response[arm], weights=w[arm]))
        wide = float(w[arm].sum()) * share * (1.0 - share)
        variance += 1.0 / wide if weights is None else float((w[arm] ** 2 * (response[arm] - share) ** 2).sum()) / wide ** 2
        shares.append(share)
    log = math.log(shares[0] / (1.0 - shares[0])) - math.log(shares[1] / (1.0 - shares[1]))
    return ratio(log, math.sqrt(variance), n, ("odds ratio", "logistic regression"), tuple(shares))


def ratio(log: float, se: float, n: tuple[int, ...], named: tuple[str, str], means: tuple[float, ...] = ()) -> Estimate:
    """An estimate of a ratio from its logarithm."""
    low, high, p = interval(log, se)
    return Estimate(effect=math.exp(log), low=math.exp(low), high=math.exp(high), se=se, p=p, n=n, measure=named[0], method=named[1], means=means,
                    null=1.0)


def paired(difference: Vector, weights: Vector | None = None) -> Estimate:
    """The mean difference of the same persons in two arms, by Student's t; all zero is zero exactly."""
    known = np.isfinite(difference)
    d, w = difference[known], None if weights is None else weights[known]
    size = effective(w, len(d))
    if size < 2:
        return none_of("difference", "twins", (len(d),))
    mean = float(np.average(d, weights=w))
    se = math.sqrt(float(np.average((d - mean) ** 2, weights=w)) / (size - 1.0))
    low, high, p = interval(mean, se, size - 1.0)
    return Estimate(effect=mean, low=low, high=high, se=se, p=p, n=(len(d),), measure="difference", method="twins", df=size - 1.0)


def combined(estimates: Sequence[Estimate]) -> Estimate:
    """Rubin's rules over imputations: of a ratio on its logarithm."""
    from zonula.trials.missing import pooled

    first = estimates[0]
    if len(estimates) == 1 or any(math.isnan(e.effect) for e in estimates):
        return first
    log = first.null == 1.0
    effects = np.array([math.log(e.effect) if log else e.effect for e in estimates])
    effect, se, df = pooled(effects, np.array([e.se for e in estimates]), first.df)
    low, high, p = interval(effect, se, df)
    means = tuple(float(m) for m in np.mean([e.means for e in estimates], axis=0)) if first.means else ()
    turned = (math.exp(effect), math.exp(low), math.exp(high)) if log else (effect, low, high)
    return replace(first, effect=turned[0], low=turned[1], high=turned[2], se=se, p=p, df=df, means=means, method=f"{first.method}, imputed")
