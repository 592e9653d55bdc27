"""What nobody saw: multiple imputation where values are missing at random, and Rubin's rules.

By arm and measure, visit after visit, a missing value is drawn from a linear regression on the baselines, on the visit before and on the measures of
the same visit that are already known, with the uncertainty of its coefficients (Rubin 1987; the sequential method for monotone patterns).  That
values
are missing *at random* is an assumption that a trial cannot check.  A simulated one can: the truth stands beside the estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from zonula.ground.randomness import key_of
from zonula.simulation.equations import Vector
from zonula.trials.endpoints import Endpoint, outcome
from zonula.trials.lived import Lived, Mask, Places

IMPUTATIONS = 20
_FEWEST = 3  # seen values more than coefficients, or nothing is regressed
_RIDGE = 1e-8  # of the mean diagonal: two measures that are the same must not break a regression


def imputed(lived: Lived, asked: Endpoint, rows: Places, *, strategy: str, seed: int, count: int = IMPUTATIONS) -> Vector:
    """The endpoint of the lives in *rows*, *count* times with what is missing drawn, shape (count, life).

    What the strategy says of other lives is untouched: only outcomes that it calls missing are imputed.
    """
    first = outcome(lived, asked, strategy)
    whole = np.repeat(first.value[rows][np.newaxis], count, axis=0)
    gaps = first.missing[rows]
    if not gaps.any():
        return whole
    last = lived.visit(asked.day)
    for arm in np.unique(lived.arm[rows]):
        here = np.flatnonzero(lived.arm[rows] == arm)
        chance = np.random.Generator(np.random.Philox(key=key_of(seed, f"imputation of {asked.id} in {lived.arms[arm]}")[0]))
        filled = _filled(_known(lived, asked, rows[here], last, strategy), chance, count)
        now = {name: filled[:, :, place, last] for place, name in enumerate(asked.measures)}
        before = {name: filled[:, :, place, 0] for place, name in enumerate(asked.measures)}
        drawn = np.stack([_number(asked, {k: v[j] for k, v in before.items()}, {k: v[j] for k, v in now.items()}) for j in range(count)])
        whole[:, here] = np.where(gaps[here], drawn, whole[:, here])
    return whole


def _known(lived: Lived, asked: Endpoint, rows: Places, last: int, strategy: str) -> npt.NDArray[np.float64]:
    """What is known of the measures, shape (life, measure, visit): nothing after a rescue where it must not count."""
    known = np.stack([lived.seen[name][rows, :last + 1] for name in asked.measures], axis=1)
    if strategy == "hypothetical":
        with np.errstate(invalid="ignore"):
            known[np.broadcast_to((lived.days[:last + 1] > lived.rescue_day[rows][:, np.newaxis])[:, np.newaxis], known.shape)] = np.nan
    return known


def _filled(known: npt.NDArray[np.float64], chance: np.random.Generator, count: int) -> npt.NDArray[np.float64]:
    """Each gap drawn *count* times, shape (draw, life, measure, visit)."""
    draws = np.repeat(known[np.newaxis], count, axis=0)
    _, measures, visits = known.shape
    for visit in range(visits):
        for place in range(measures):
            gap = np.isnan(known[:, place, visit])
            if gap.any():
                before = [(m, 0) for m in range(measures) if visit] + [(m, visit - 1) for m in range(measures) if visit > 1]
                use = before + [(m, visit) for m in range(place)]
                draws[:, gap, place, visit] = _drawn(known, draws, use, to=(place, visit), gap=gap, chance=chance)
    return draws


def _drawn(known: npt.NDArray[np.float64], draws: npt.NDArray[np.float64], use: Sequence[tuple[int, int]], *, to: tuple[int, int], gap: Mask,
           chance: np.random.Generator) -> Vector:
    """Draws of one measure on one visit for those who lack it, shape (draw, life)."""
    y = known[:, to[0], to[1]]
    x = np.stack([np.ones(len(y)), *(known[:, m, v] for m, v in use)], axis=1)
    fit = np.isfinite(y) & np.isfinite(x).all(axis=1)
    if fit.sum() < x.shape[1] + _FEWEST:
        use, x, fit = (), np.ones((len(y), 1)), np.isfinite(y)
        if fit.sum() < _FEWEST:
            return np.full((len(draws), int(gap.sum())), np.nan)
    center, scale = x[fit].mean(axis=0), x[fit].std(axis=0)
    center[0], scale = 0.0, np.where(scale == 0, 1.0, scale)
    gram = (xs := (x[fit] - center) / scale).T @ xs
    gram += _RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
    best = np.linalg.solve(gram, xs.T @ y[fit])
    left = y[fit] - xs @ best
    half = np.linalg.inv(np.linalg.cholesky(gram)).T  # half half' is the inverse
    found = np.empty((len(draws), int(gap.sum())))
    low = y[fit].min() if y[fit].min() >= 0 else -np.inf
    for j, one in enumerate(draws):
        spread = np.sqrt(left @ left / chance.chisquare(fit.sum() - len(gram)))
        own = best + spread * (half @ chance.standard_normal(len(gram)))
        seen = np.stack([np.ones(int(gap.sum())), *(one[gap, m, v] for m, v in use)], axis=1)
        found[j] = np.maximum((seen - center) / scale @ own + spread * chance.standard_normal(int(gap.sum())), min(low, 0.0))
    return found


def _number(asked: Endpoint, before: dict[str, Vector], now: dict[str, Vector]) -> Vector:
    if asked.kind == "response":
        return asked.asked.met(before, now)
    is_now, was = now[asked.measure], before[asked.measure]
    if asked.kind == "value":
        return is_now
    change = is_now - was
    return change if asked.kind == "change" else np.where(was == 0, np.nan, 100.0 * change / np.where(was == 0, 1.0, was))


def pooled(effects: Vector, errors: Vector, df: float = np.inf) -> tuple[float, float, float]:
    """Rubin's rules: the mean effect, its standard error and its degrees of freedom (Barnard and Rubin 1999) from those of each imputation."""
    count = len(effects)
    within, between = float(np.mean(errors ** 2)), float(np.var(effects, ddof=1)) if count > 1 else 0.0
    total = within + (1.0 + 1.0 / count) * between
    if between == 0 or total == 0:
        return float(np.mean(effects)), float(np.sqrt(total)), df
    share = (1.0 + 1.0 / count) * between / total
    old = (count - 1) / share ** 2
    if np.isinf(df):
        return float(np.mean(effects)), float(np.sqrt(total)), old
    seen = (df + 1.0) / (df + 3.0) * df * (1.0 - share)
    return float(np.mean(effects)), float(np.sqrt(total)), old * seen / (old + seen)


def without_rescue(lived: Lived, asked_arms: Sequence[str], ending: str) -> Lived:
    """The study as it would have been without rescue: each life in an arm that was lived without rescue too is replaced by that one."""
    person, arm = lived.person.copy(), lived.arm.copy()
    keep = np.ones(len(person), dtype=np.bool_)
    randomised = lived.randomised.copy()
    for name in asked_arms:
        if name + ending not in lived.arms:
            continue
        old, new = lived.arm_place(name), lived.arm_place(name + ending)
        olds, news = np.flatnonzero(lived.arm == old), np.flatnonzero(lived.arm == new)
        _, a, b = np.intersect1d(person[olds], person[news], assume_unique=True, return_indices=True)
        randomised[news[b]] = lived.randomised[olds[a]]
        keep[olds[a]] = False
        arm[news[b]] = old
    rows = np.flatnonzero(keep)
    rows = rows[np.lexsort((arm[rows], person[rows]))]
    return _rows_of(replace(lived, arm=arm, randomised=randomised), rows)


def _rows_of(lived: Lived, rows: Places) -> Lived:
    return replace(
        lived, person=lived.person[rows], arm=lived.arm[rows], randomised=lived.randomised[rows], member=lived.member[rows],
        variant=lived.variant[rows],
        stratum=lived.stratum[rows], finished=lived.finished[rows], dropout_day=lived.dropout_day[rows], dropout_reason=lived.dropout_reason[rows],
        rescue_day=lived.rescue_day[rows], status=lived.status[rows], seen={k: v[rows] for k, v in lived.seen.items()},
        true={k: v[rows] for k, v in lived.true.items()}, before={k: v[rows] for k, v in lived.before.items()},
        harms={k: v[rows] for k, v in lived.harms.items()}, weights=lived.weights_of(rows))
