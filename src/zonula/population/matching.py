"""Persons weighted or selected so that they are like a published cohort: as little as possible is changed (exponential tilting).

Weights of all persons that keep the relative entropy least while the means of some features are as published are exponentials of those features;
their coefficients are found by Newton steps on a convex function (Hainmueller 2012: entropy balancing).  Where the numbers cannot be reached
without hanging on a few persons, the coefficients are held back until the effective sample is large enough, and what is missed is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

from zonula.ground.errors import UsageError
from zonula.population.covariates import COVARIATES
from zonula.population.targets import Statement, Targets
from zonula.simulation.equations import Vector

LEAST_SHARE = 0.05  # of persons, that the effective sample is to be at least
LEAST_SELECTED = 0.25  # the same where chances are fitted that others are to be selected by, around each typical person alike
_FREE, _HELD = 1e-7, 1e3  # how strongly coefficients are held back: hardly, and so that nothing moves
_KEPT = 0.995  # of candidates are taken by chances that are not cut at 1
_BISECTIONS, _FEW = 25, 4
Column = Callable[[str], Vector]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One number of a baseline table, before and after.

    alone : how low and how high it could be brought if nothing else were asked, with as large an effective sample as is wanted; None where it is
            reached, or was not aimed at
    """

    statement: Statement
    before: float
    after: float
    misses: bool
    alone: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        s = self.statement
        return {"target": s.label, "published": s.value, "before": self.before, "after": self.after, "reached": not self.misses,
                "alone_between": None if self.alone is None else list(self.alone)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Weights of persons under which they are like a cohort.

    weights      : shape (person,), 1 on average
    coefficients : of the features, in standard deviations of each
    effective    : the number of persons who, unweighted, would tell as much
    """

    targets: Targets
    weights: Vector
    coefficients: Vector
    effective: float
    reached: tuple[Reached, ...]

    @property
    def missed(self) -> tuple[Reached, ...]:
        """Numbers that are not reached."""
        return tuple(r for r in self.reached if r.misses)

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"targets": self.targets.name, "persons": len(self.weights), "effective_persons": self.effective,
                "most_weight": float(np.max(self.weights)), "missed": [r.statement.label for r in self.missed],
                "numbers": [r.as_dict() for r in self.reached]}

    def in_words(self) -> list[str]:
        """What is reached and what is not."""
        lines = [f"{len(self.weights)} persons tell as much as {self.effective:.0f}; the heaviest counts {np.max(self.weights):.1f} times."]
        for r in self.reached:
            s = r.statement
            what = f"{s.label}: published {s.value:g}, before {r.before:.3g}, now {r.after:.3g}"
            out = "; NOT REACHED" if r.misses else ""
            alone = "" if r.alone is None else f", by itself it could be brought between {r.alone[0]:.3g} and {r.alone[1]:.3g}"
            lines.append(what + out + alone)
        return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Tilt:
    """Chances by which candidates are taken, each by who they are and what is measured of them, whoever else there is.

    scales, coefficients : of the features of the statements: how many standard deviations they are from what is published, times these
    cut                  : of the sum over covariates, and over readouts: from there on everybody is taken
    taken                : the share of candidates that was taken of those by whom it was fitted
    """

    statements: tuple[Statement, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    cut: tuple[float, float]
    taken: float = 1.0

    @property
    def by_covariates(self) -> bool:
        """Whether anything is said of who they are."""
        return any(s.of in COVARIATES for s in self.statements)

    @property
    def readouts(self) -> tuple[str, ...]:
        """What is to be measured of them."""
        return tuple(dict.fromkeys(s.of for s in self.statements if s.of not in COVARIATES))

    def chances_by_covariates(self, column: Column) -> Vector:
        """The chance of each to be taken by who they are, shape (person,)."""
        return _chance(self._sum(column, who=True) - self.cut[0])

    def chances_by_readouts(self, column: Column) -> Vector:
        """The chance of each, of those, to be taken by what is measured of them."""
        return _chance(self._sum(column, who=False) - self.cut[1])

    def _sum(self, column: Column, *, who: bool) -> Vector:
        total: Vector = np.zeros(1)
        for s, scale, b in zip(self.statements, self.scales, self.coefficients, strict=True):
            if (s.of in COVARIATES) == who:
                total = total + b * ((s.feature(column(s.of)) - s.goal) / scale)
        return total

    def as_dict(self) -> dict[str, Any]:
        """Plain data, from which :func:`tilt_from` makes it again."""
        return {"statements": [s.as_dict() for s in self.statements], "scales": list(self.scales), "coefficients": list(self.coefficients),
                "cut": list(self.cut), "taken": self.taken}


def tilt_from(data: Mapping[str, Any]) -> Tilt:
    """Make a tilt again of what ``Tilt.as_dict`` gave."""
    return Tilt(statements=tuple(Statement(**s) for s in data["statements"]), scales=tuple(map(float, data["scales"])),
                coefficients=tuple(map(float, data["coefficients"])), cut=(float(data["cut"][0]), float(data["cut"][1])), taken=float(data["taken"]))


def _chance(above: Vector) -> Vector:
    found: Vector = np.exp(np.minimum(0.0, np.where(np.isnan(above), -np.inf, above)))
    return found


def matched(targets: Targets, column: Column, *, least: float = LEAST_SHARE) -> Match:
    """Weigh persons so that they are like a cohort.

    Parameters
    ----------
    column : a covariate or a readout of everybody as measured on day 0, by name, shape (person,)
    least  : share of persons that the effective sample is to be at least

    Raises
    ------
    UsageError   where there are too few persons
    """
    features, scales = _features(targets.statements, column)
    blocks = np.zeros(len(features), dtype=np.int64)
    fit = _Fit(features, blocks, least)
    coefficients = fit.held_back()
    return _told(targets, column, coefficients, fit, scales=scales)


def fitted_tilt(targets: Targets, column: Column, member: npt.NDArray[Any], *, least: float = LEAST_SELECTED) -> tuple[Tilt, Match]:
    """Chances by which candidates are to be taken, so that those who are taken are like a cohort; fitted to persons taken without them.

    Each typical person keeps as many persons as before: what is not known is not weighed by who was recruited into a study.

    Parameters
    ----------
    member : shape (person,), around whom each was drawn
    """
    features, scales = _features(targets.statements, column)
    _, blocks = np.unique(member, return_inverse=True)
    fit = _Fit(features, blocks, least)
    coefficients = fit.held_back()
    who = np.array([s.of in COVARIATES for s in targets.statements])
    sums = [features[:, mine] @ coefficients[mine] for mine in (who, ~who)]
    cut = (float(np.quantile(sums[0], _KEPT)), float(np.quantile(sums[1], _KEPT)))
    coefficients = _polished(coefficients, features, blocks, who=who, cut=cut)
    logs = _log_chances(coefficients, features, who, cut)
    tilt = Tilt(statements=targets.statements, scales=tuple(scales.tolist()), coefficients=tuple(coefficients.tolist()), cut=cut,
                taken=float(np.mean(np.exp(logs))))
    return tilt, _told(targets, column, coefficients, fit, scales=scales, weights=_even(logs, blocks))


def compared(targets: Targets, column: Column, pilot: Match | None = None) -> Match:
    """How near persons come to a cohort as they are, each counting as one.

    Parameters
    ----------
    pilot : by whom they were selected: it says how persons are who are not selected, and how far each number could be brought
    """
    found, size = [], 0
    for i, s in enumerate(targets.statements):
        x = column(s.of)
        size, shown = len(x), s.shown(x, np.ones(len(x)))
        misses = abs(float(np.mean(s.feature(x))) - s.goal) > s.reach
        known = pilot.reached[i] if pilot is not None else None
        found.append(Reached(statement=s, before=shown if known is None else known.before, after=shown, misses=misses,
                             alone=known.alone if known is not None and misses else None))
    return Match(targets=targets, weights=np.ones(size), coefficients=np.zeros(len(found)), effective=float(size), reached=tuple(found))


def _features(statements: Sequence[Statement], column: Column) -> tuple[Vector, Vector]:
    """How far each person is from what is published, in standard deviations, shape (person, statement); and these."""
    raw = np.stack([s.feature(column(s.of)) - s.goal for s in statements], axis=1)
    if len(raw) < _FEW * len(statements):
        raise UsageError.of("ZN-1293", f"{len(raw)} persons cannot be matched to {len(statements)} numbers",
                            expected=f"{_FEW * len(statements)} at least", fix="draw more persons")
    spread = np.std(raw, axis=0)
    scales = np.where(spread > 0, spread, 1.0)  # what is the same in everybody cannot be moved
    return raw / scales, scales


def _even(logs: Vector, blocks: npt.NDArray[np.int64]) -> Vector:
    """Weights, of which the logarithms are given, by which each block counts as many persons as it has."""
    sizes = np.bincount(blocks)
    top = np.full(len(sizes), -np.inf)
    np.maximum.at(top, blocks, logs)
    w = np.exp(logs - top[blocks])
    weights: Vector = w * (sizes / np.bincount(blocks, weights=w))[blocks]
    return weights


def _log_chances(coefficients: Vector, features: Vector, who: npt.NDArray[np.bool_], cut: tuple[float, float]) -> Vector:
    logs: Vector = (np.minimum(0.0, features[:, who] @ coefficients[who] - cut[0])
                    + np.minimum(0.0, features[:, ~who] @ coefficients[~who] - cut[1]))
    return logs


def _polished(coefficients: Vector, features: Vector, blocks: npt.NDArray[np.int64], *, who: npt.NDArray[np.bool_],
              cut: tuple[float, float]) -> Vector:
    """Coefficients that make up for chances being cut at 1: the means are as they would be without."""
    aim = _even(features @ coefficients, blocks) @ features / len(features)

    def off(b: Vector) -> Vector:
        away: Vector = _even(_log_chances(b, features, who, cut), blocks) @ features / len(features) - aim
        return away

    found = optimize.least_squares(off, coefficients, xtol=1e-10, max_nfev=50)
    return np.asarray(found.x) if np.linalg.norm(found.fun) < np.linalg.norm(off(coefficients)) else coefficients


class _Fit:
    """The convex function whose least point has the coefficients: the mean over blocks of the logarithm of the mean weight."""

    def __init__(self, features: Vector, blocks: npt.NDArray[np.int64], least: float) -> None:
        self.features, self.blocks, self.least = features, blocks, least
        self.sizes = np.bincount(blocks).astype(np.float64)

    def weights(self, b: Vector) -> Vector:
        """Shape (person,), 1 on average within each block."""
        return _even(self.features @ b, self.blocks)

    def effective(self, b: Vector) -> float:
        """The number of persons who would tell as much."""
        w = self.weights(b)
        return float(w.sum() ** 2 / (w @ w))

    def _value(self, b: Vector, held: float) -> float:
        up = self.features @ b
        top = np.full(len(self.sizes), -np.inf)
        np.maximum.at(top, self.blocks, up)
        means = np.bincount(self.blocks, weights=np.exp(up - top[self.blocks])) / self.sizes
        return float((self.sizes / self.sizes.sum()) @ (np.log(means) + top) + 0.5 * held * (b @ b))

    def _slope(self, b: Vector, held: float) -> Vector:
        slope: Vector = self.weights(b) @ self.features / len(self.features) + held * b
        return slope

    def _curve(self, b: Vector, held: float) -> Vector:
        w = self.weights(b)
        weighted = self.features * w[:, np.newaxis]
        means = np.zeros((len(self.sizes), len(b)))
        np.add.at(means, self.blocks, weighted)
        means /= self.sizes[:, np.newaxis]
        curve: Vector = (weighted.T @ self.features - (means * self.sizes[:, np.newaxis]).T @ means) / len(self.features) + held * np.eye(len(b))
        return curve

    def least_at(self, held: float, start: Vector) -> Vector:
        """The coefficients, held back so strongly."""
        found = optimize.minimize(self._value, start, args=(held,), jac=self._slope, hess=self._curve, method="trust-exact",
                                  options={"gtol": 1e-9, "maxiter": 200})
        return np.asarray(found.x)

    def held_back(self) -> Vector:
        """The coefficients, held back no more than the effective sample asks for."""
        wanted = self.least * len(self.features)
        start = np.zeros(self.features.shape[1])
        free = self.least_at(_FREE, start)
        if self.effective(free) >= wanted:
            return free
        low, high, best = np.log(_FREE), np.log(_HELD), start
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            b = self.least_at(float(np.exp(middle)), best)
            if self.effective(b) >= wanted:
                high, best = middle, b
            else:
                low = middle
        return best

    def furthest(self, j: int, sign: float) -> Vector:
        """Weights by which one feature is brought as low (-1) or high (1) as the effective sample allows."""
        wanted, low, high = self.least * len(self.features), 0.0, 60.0
        b = np.zeros(self.features.shape[1])
        for _ in range(_BISECTIONS):
            b[j] = sign * 0.5 * (low + high)
            low, high = (abs(b[j]), high) if self.effective(b) >= wanted else (low, abs(b[j]))
        b[j] = sign * low
        return self.weights(b)


def _told(targets: Targets, column: Column, coefficients: Vector, fit: _Fit, *, scales: Vector, weights: Vector | None = None) -> Match:
    weights = fit.weights(coefficients) if weights is None else weights
    even = np.ones(len(weights))
    found = []
    for j, s in enumerate(targets.statements):
        x = column(s.of)
        away = abs(float(weights @ fit.features[:, j]) / len(weights)) * float(scales[j])
        misses = away > s.reach
        alone = None
        if misses:
            ends = sorted(s.shown(x, fit.furthest(j, sign)) for sign in (-1.0, 1.0))
            alone = (ends[0], ends[1])
        found.append(Reached(statement=s, before=s.shown(x, even), after=s.shown(x, weights), misses=misses, alone=alone))
    return Match(targets=targets, weights=weights, coefficients=coefficients, effective=float(weights.sum() ** 2 / (weights @ weights)),
                 reached=tuple(found))
