"""How large a trial must be: trials of many sizes made of the persons of this run, each judged as a trial would be.

conditional   Every trial draws its persons from all that were simulated: what a trial would find if the average over typical persons (members) were
true.
assurance     Each trial lives in the world of one member drawn at random: its effect is that of all plus what the member differs by, chance taken out
              (``unknown.py``).  It is the chance that a trial succeeds given all that is not known, and need not reach 1 however large the trial.
formula       The closed formula of textbooks beside it, with the effect and the spread of all persons.

A trial counts as having found the effect where it is significant on both sides and has the sign of the effect of all persons.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.ground.randomness import key_of
from zonula.simulation.equations import Vector
from zonula.trials.estimate import wilson

TRIALS = 1000  # of each size
_CHUNK = 4_000_000  # persons drawn at a time
_MULTIPLES = (0.125, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)  # of the size by the formula, where no sizes are named
_LEAST, _MOST = 8, 1_000_000  # persons


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The persons of one arm: values (0 or 1 of a response; days of a time), what was before, and whether the event came."""

    value: Vector
    baseline: Vector | None = None
    event: npt.NDArray[np.bool_] | None = None
    weights: Vector | None = None

    @property
    def seen(self) -> float:
        """The share of persons of whom the value is known."""
        return float(np.average(np.isfinite(self.value), weights=self.weights)) if len(self.value) else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """The curve, and the persons needed (both arms together) by each way; None where no size that was looked at is enough."""

    alpha: float
    wanted: float
    curve: tuple[dict[str, float], ...]
    needed: int | None
    needed_assurance: int | None
    needed_formula: int | None
    effect: float
    kind: str = field(default="difference")

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"alpha": self.alpha, "wanted": self.wanted, "curve": [dict(one) for one in self.curve], "needed": self.needed,
                "needed_assurance": self.needed_assurance, "needed_formula": self.needed_formula, "effect": self.effect, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class _Law:
    """What the closed formula needs: the effect on its scale, and of each arm the variance times persons (signs squared included)."""

    kind: str
    effect: float
    spread: tuple[float, ...]

    def power(self, sizes: Sequence[float], alpha: float) -> float:
        """By the normal law."""
        from scipy.special import ndtr, ndtri

        if not (math.isfinite(self.effect) and min(sizes) > 0):
            return math.nan
        se = math.sqrt(sum(spread / size for spread, size in zip(self.spread, sizes, strict=True)))
        if se == 0:
            return float(self.effect != 0)
        return float(ndtr(abs(self.effect) / se - ndtri(1.0 - alpha / 2)))


@dataclass(frozen=True, slots=True)
class _Arms:
    """The arms of a comparison: their persons, the sign with which each counts, and its share of all persons."""

    samples: tuple[Sample, ...]
    signs: tuple[float, ...]
    shares: tuple[float, ...]

    def sizes(self, n: int) -> tuple[int, ...]:
        """Persons in each arm, of so many together."""
        return tuple(max(round(n * share), 2) for share in self.shares)

    def seen(self, sizes: Sequence[float], kind: str) -> tuple[float, ...]:
        """Persons of whom the value is known; a time is known of all, if only up to a day."""
        return tuple(size * (1.0 if kind == "hazard ratio" else sample.seen) for size, sample in zip(sizes, self.samples, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """Of which trials power is asked.

    sizes  : persons in all arms of the comparison together; around that of the formula where none are named
    shares : of persons in each arm, equal where they are not said
    trials : of each size
    """

    sizes: Sequence[int] = ()
    shares: Sequence[float] = ()
    alpha: float = 0.05
    wanted: float = 0.9
    seed: int = 0
    trials: int = TRIALS


def power(samples: Sequence[Sample], *, kind: str, deviations: Vector, sizing: Sizing, signs: Sequence[float] = (1.0, -1.0)) -> Power:
    """The power of trials of some sizes.

    Parameters
    ----------
    samples    : the persons of each arm, the treated first
    kind       : difference, risk difference, interaction (of differences) or hazard ratio (of two arms)
    deviations : of each member's effect from the mean, chance taken out; of a hazard ratio of its logarithm
    signs      : with which the mean of each arm counts
    """
    alpha, wanted, trials = sizing.alpha, sizing.wanted, sizing.trials
    arms = _Arms(tuple(samples), tuple(signs), tuple(sizing.shares) or (1.0 / len(samples),) * len(samples))
    law = _law(arms, kind)
    formula = _size_by(law, arms, alpha, wanted)
    chance = np.random.Generator(np.random.Philox(key=key_of(sizing.seed, f"power by {kind}")[0]))
    deviations = deviations[np.isfinite(deviations)] if np.isfinite(deviations).any() else np.zeros(1)
    sign, curve = math.copysign(1.0, law.effect) if law.effect else 1.0, []
    for n in sorted({int(n) for n in sizing.sizes}) or _grid(formula):
        each = arms.sizes(n)
        z, shift = _DRAW[kind](arms, each, trials, chance)
        least = _critical(alpha, sum(arms.seen(each, kind)) - len(each) - 1 if kind in ("difference", "interaction") else math.inf)
        world = chance.choice(deviations, trials) * shift
        found, assured = (float(np.mean(sign * zs >= least)) for zs in (z, z + world))
        low, high = wilson(found, trials)
        curve.append({"n": float(n), "power": found, "lo": low, "hi": high, "assurance": assured, "formula": law.power(arms.seen(each, kind), alpha)})
    found_n, assured_n = (_needed([(c["n"], c[which]) for c in curve], wanted) for which in ("power", "assurance"))
    return Power(alpha=alpha, wanted=wanted, curve=tuple(curve), needed=found_n, needed_assurance=assured_n, needed_formula=formula,
                 effect=law.effect, kind=kind)


def sees(samples: Sequence[Sample], *, kind: str, persons: int, sizing: Sizing, signs: Sequence[float] = (1.0, -1.0)) -> dict[str, Any]:
    """What so many persons would show with the wanted power, by the closed formula: the least effect; None where it cannot be said.

    Of times it hangs on how many have the event at all: that share, and the persons whom a hazard ratio of one half would take.
    """
    from scipy.special import ndtri

    arms = _Arms(tuple(samples), tuple(signs), tuple(sizing.shares) or (1.0 / len(samples),) * len(samples))
    z = float(ndtri(1 - sizing.alpha / 2) + ndtri(sizing.wanted))
    said: dict[str, Any] = {"persons": persons, "least": None}
    if kind == "hazard ratio":
        rates = [float(np.average(s.event, weights=s.weights)) if s.event is not None and len(s.event) else 0.0 for s in arms.samples]
        share = sum(rate * part for rate, part in zip(rates, arms.shares, strict=True)) / sum(arms.shares)
        each = share * math.prod(arms.shares) / sum(arms.shares) ** 2  # events of a person, times how the arms divide them: Schoenfeld
        said |= {"event_share": share, "for_half": math.ceil((z / math.log(2)) ** 2 / each) if each else None}
        return said | ({"least": math.exp(-z / math.sqrt(each * persons))} if each and persons else {})
    spread = _law(arms, kind).spread
    sizes = arms.seen([max(persons * share, 1e-9) for share in arms.shares], kind)
    error = math.sqrt(sum(v / size for v, size in zip(spread, sizes, strict=True))) if min(sizes) > 0 else math.nan
    return said | ({"least": z * error} if math.isfinite(error) and error > 0 else {})


def _critical(alpha: float, df: float) -> float:
    from scipy.stats import norm, t

    return float(norm.isf(alpha / 2) if math.isinf(df) else t.isf(alpha / 2, df))


def _grid(formula: int | None) -> list[int]:
    middle = min(max(formula or 200, _LEAST), _MOST)
    return sorted({max(_LEAST, 2 * round(middle * m / 2)) for m in _MULTIPLES})


def _needed(curve: Sequence[tuple[float, float]], wanted: float) -> int | None:
    """The size from which on the power is enough: between two sizes by a line of probits over the root of persons."""
    from scipy.special import ndtri

    enough = [place for place, (_, p) in enumerate(curve) if p >= wanted and all(later >= wanted - 0.02 for _, later in curve[place:])]
    if not enough:
        return None
    (n, p), place = curve[enough[0]], enough[0]
    if place == 0 or p == wanted:
        return math.ceil(n)
    before, q = curve[place - 1]
    a, b, c = (float(ndtri(min(max(x, 1e-4), 1 - 1e-4))) for x in (q, p, wanted))
    root = math.sqrt(before) + (math.sqrt(n) - math.sqrt(before)) * ((c - a) / (b - a) if b > a else 1.0)
    return math.ceil(root ** 2 - 1e-9)


def _size_by(law: _Law, arms: _Arms, alpha: float, wanted: float) -> int | None:
    """Persons by the closed formula: (z + z')^2 times the variance, over the effect squared, and as many more as are not seen."""
    from scipy.special import ndtri

    seen = arms.seen(arms.shares, law.kind)
    if not law.effect or not math.isfinite(law.effect) or not min(seen) > 0:
        return None
    variance = sum(spread / share for spread, share in zip(law.spread, seen, strict=True))
    n = variance * (float(ndtri(1 - alpha / 2) + ndtri(wanted)) / law.effect) ** 2
    return math.ceil(n) if n <= 1e12 else None


def _law(arms: _Arms, kind: str) -> _Law:
    if kind == "hazard ratio":
        return _law_of_times(*arms.samples)
    known = [np.isfinite(s.value) & (np.isfinite(s.baseline) if s.baseline is not None else True) for s in arms.samples]
    if min(k.sum() for k in known) < 3:
        return _Law(kind, math.nan, (math.nan,) * len(known))
    values = [s.value[k] for s, k in zip(arms.samples, known, strict=True)]
    weights = [None if s.weights is None else s.weights[k] for s, k in zip(arms.samples, known, strict=True)]
    means = np.array([np.average(y, weights=w) for y, w in zip(values, weights, strict=True)])
    signs = np.asarray(arms.signs)
    if kind == "risk difference":
        return _Law(kind, float(signs @ means), tuple((signs ** 2 * means * (1 - means)).tolist()))
    before = [np.zeros(len(y)) if s.baseline is None else s.baseline[k] for s, k, y in zip(arms.samples, known, values, strict=True)]
    spread = np.array([np.cov(x, y, aweights=w) for x, y, w in zip(before, values, weights, strict=True)])
    wide = float(spread[:, 0, 0].sum())
    slope = float(spread[:, 0, 1].sum()) / wide if wide > 0 else 0.0
    moved = slope * float(signs @ [np.average(x, weights=w) for x, w in zip(before, weights, strict=True)])
    left = spread[:, 1, 1] - 2 * slope * spread[:, 0, 1] + slope ** 2 * spread[:, 0, 0]
    return _Law(kind, float(signs @ means) - moved, tuple((signs ** 2 * left).tolist()))


def _law_of_times(treated: Sample, control: Sample) -> _Law:
    """Schoenfeld (1981): the variance of the log hazard ratio is that of the events of both arms."""
    from zonula.trials.survival import hazard_ratio

    events = [np.zeros(0, dtype=np.bool_) if s.event is None else s.event for s in (treated, control)]
    time, arm = np.concatenate([treated.value, control.value]), np.repeat([True, False], [len(treated.value), len(control.value)])
    weights = None if treated.weights is None or control.weights is None else np.concatenate([treated.weights, control.weights])
    effect = hazard_ratio(time, np.concatenate(events), arm, weights=weights).effect
    rates = [float(np.average(e, weights=s.weights)) if len(e) else 0.0 for e, s in zip(events, (treated, control), strict=True)]
    if not min(rates) > 0 or not effect > 0:
        return _Law("hazard ratio", math.nan, (math.nan, math.nan))
    return _Law("hazard ratio", math.log(effect), (1 / rates[0], 1 / rates[1]))


def _picked(sample: Sample, size: int, trials: int, chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """Persons by place, drawn with replacement by their weights, shape (trial, size)."""
    if sample.weights is None:
        return chance.integers(0, len(sample.value), (trials, size))
    reached = np.cumsum(sample.weights / sample.weights.sum())
    return np.minimum(np.searchsorted(reached, chance.random((trials, size)), side="right"), len(reached) - 1)


def _differences(arms: _Arms, each: tuple[int, ...], trials: int, chance: np.random.Generator) -> tuple[Vector, Vector]:
    """Student's t of the analysis of covariance of each trial, and by how much it grows with the effect (one over the standard error)."""
    step = max(1, _CHUNK // sum(each))
    parts = []
    for first in range(0, trials, step):
        many = min(step, trials - first)
        sums = [_sums(sample, _picked(sample, size, many, chance)) for sample, size in zip(arms.samples, each, strict=True)]
        parts.append(_t_of(np.stack(sums), np.asarray(arms.signs)))
    return np.concatenate([t for t, _ in parts]), np.concatenate([shift for _, shift in parts])


def _sums(sample: Sample, picked: npt.NDArray[np.int64]) -> Vector:
    """Of each trial: persons seen, their means of value and baseline, and the sums of squares and products about them; shape (6, trial)."""
    x = np.zeros(len(sample.value)) if sample.baseline is None else sample.baseline
    known = np.isfinite(sample.value) & np.isfinite(x)
    y, x = np.where(known, sample.value, 0.0), np.where(known, x, 0.0)
    y, x = (np.where(known, v - v[known].mean(), 0.0) if known.any() else v for v in (y, x))  # about a middle, so that nothing cancels
    offset = (np.where(known, sample.value, 0.0)[known].mean(),
              0.0 if sample.baseline is None else sample.baseline[known].mean()) if known.any() else (0, 0)
    n = known[picked].sum(axis=1)
    ys, xs = y[picked], x[picked]
    with np.errstate(divide="ignore", invalid="ignore"):
        my, mx = ys.sum(axis=1) / n, xs.sum(axis=1) / n
    return np.stack([n, my + offset[0], mx + offset[1], np.einsum("ij,ij->i", ys, ys) - n * my ** 2, np.einsum("ij,ij->i", xs, ys) - n * mx * my,
                     np.einsum("ij,ij->i", xs, xs) - n * mx ** 2])


def _t_of(sums: npt.NDArray[np.float64], signs: Vector) -> tuple[Vector, Vector]:
    syy, sxy, sxx = sums[:, 3:].sum(axis=0)
    df = sums[:, 0].sum(axis=0) - len(signs) - 1.0
    flat = sxx <= 1e-12  # a baseline that is the same in all
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(flat, 0.0, sxy / np.where(flat, 1.0, sxx))
        away = signs @ sums[:, 2]
        effect = signs @ sums[:, 1] - slope * away
        left = np.maximum(syy - slope * sxy, 0.0) / df
        se = np.sqrt(left * (signs ** 2 @ (1.0 / sums[:, 0]) + np.where(flat, 0.0, away ** 2 / np.where(flat, 1.0, sxx))))
        shift = np.where((df > 0) & (se > 0), 1.0 / se, 0.0)
        same = (df > 0) & (se == 0) & (effect != 0)
    return np.where(same, np.copysign(np.inf, effect), np.nan_to_num(effect * shift)), shift


def _shares(arms: _Arms, each: tuple[int, ...], trials: int, chance: np.random.Generator) -> tuple[Vector, Vector]:
    """The z of the test of shares (pooled where there are two); drawing persons with replacement is drawing their number from a binomial law."""
    n, p = [], []
    for sample, size in zip(arms.samples, each, strict=True):
        known = np.isfinite(sample.value)
        share = float(np.average(sample.value[known], weights=None if sample.weights is None else sample.weights[known])) if known.any() else 0.0
        n.append(np.maximum(chance.binomial(size, sample.seen, trials), 1))
        p.append(chance.binomial(n[-1], min(max(share, 0.0), 1.0)) / n[-1])
    sizes, shares, signs = np.array(n), np.array(p), np.asarray(arms.signs)
    even = (sizes * shares).sum(axis=0) / sizes.sum(axis=0) if len(signs) == 2 else shares
    se = np.sqrt(signs ** 2 @ (even * (1 - even) / sizes))
    shift = np.divide(1.0, se, out=np.zeros_like(se), where=se > 0)
    return (signs @ shares) * shift, shift


def _times(arms: _Arms, each: tuple[int, ...], trials: int, chance: np.random.Generator) -> tuple[Vector, Vector]:
    """The z of the log-rank test, and by how much it grows with the log hazard ratio (the root of its variance)."""
    samples = [(s.value, np.zeros(len(s.value), dtype=np.bool_) if s.event is None else s.event, s.weights) for s in arms.samples]
    days = np.unique(np.concatenate([time[event & np.isfinite(time)] for time, event, _ in samples]))
    risk, died = [], []
    for (time, event, weights), size in zip(samples, each, strict=True):
        known = np.isfinite(time)
        place = np.where(event, np.searchsorted(days, time), len(days) + np.searchsorted(days, time, side="right"))[known]
        cells = np.bincount(place, None if weights is None else weights[known], 2 * len(days) + 1)
        drawn = chance.multinomial(size, cells / cells.sum(), trials)
        died.append(drawn[:, :len(days)])
        lost = drawn[:, len(days):]  # lost after so many days of events
        gone = np.cumsum(died[-1], axis=1) - died[-1] + np.cumsum(lost, axis=1)[:, :len(days)]
        risk.append(size - gone)
    n, d = risk[0] + risk[1], died[0] + died[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.nansum(died[0] - d * risk[0] / n, axis=1)
        variance = np.nansum(np.where(n > 1, d * (n - d) * risk[0] * risk[1] / (n.astype(float) ** 2 * (n - 1)), 0.0), axis=1)
    root = np.sqrt(variance)
    return np.divide(score, root, out=np.zeros_like(root), where=root > 0), root


_DRAW = {"difference": _differences, "interaction": _differences, "risk difference": _shares, "hazard ratio": _times}
