"""From what arms showed to the prediction of each row: members as unlike as they are, errors of measurement, and studies of their size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zonula.experiments.measure import Curves, numbers_of
from zonula.experiments.read import COMPOSITES, Experiment, Row
from zonula.experiments.statistic import FEWEST, contrast, statistic
from zonula.ground.randomness import key_of
from zonula.population.cohort import Cohort
from zonula.population.noise import domain_of, noise_of
from zonula.population.sampling import Members
from zonula.simulation.equations import Vector

SAMPLES = 40  # studies that are drawn for each member
_MOST_SAMPLED = 300  # people of a drawn study; of larger ones the error is scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What is predicted for a row.

    observed : the number to compare with, after a comparison with another row
    draws    : shape (draw,): studies as they may come out
    typical  : shape (member,): what each member's people would show if there were very many; of it and sampling the draws are made
    whole    : shape (member,): what the persons of each member show; NaN where it does not exist
    unsure   : how unsure that is because these persons are few: a standard deviation, of logarithms if so
    log      : whether errors are on the scale of logarithms
    error    : the standard error of what was seen, for a fit: of sampling and of the model, on that scale
    reason   : why there is no prediction, where there is none
    people   : how many persons came, of how many
    """

    experiment: Experiment
    row: Row
    observed: float
    draws: Vector = field(default_factory=lambda: np.empty(0))
    typical: Vector = field(default_factory=lambda: np.empty(0))
    whole: Vector = field(default_factory=lambda: np.empty(0))
    unsure: float = 0.0
    log: bool = False
    error: float = 0.0
    reason: str = ""
    people: tuple[int, int] = (0, 0)

    def quantile(self, *shares: float) -> list[float]:
        """Quantiles of the draws; NaN where there are none."""
        if not len(self.draws):
            return [float("nan")] * len(shares)
        return [float(q) for q in np.quantile(self.draws, shares, method="inverted_cdf" if self.row.said.judged == "direction" else "linear")]


@dataclass(frozen=True, slots=True)
class Shown:
    """People of an arm, what they showed, and how many reached the end."""

    people: Cohort
    curves: Curves
    finished: int


class _Triple(NamedTuple):
    """A statistic as it may come out, member by member.

    whole   : shape (member,), of all persons of the member
    sampled : shape (member, sample), of studies of the right size
    unsure  : shape (member, sample), of as many as the member has, drawn anew (the same ones in every arm): how unsure ``whole`` is
    """

    whole: Vector
    sampled: Vector
    unsure: Vector


class _Numbers(NamedTuple):
    """A statistic and the standard deviation of persons alike.

    size : by how much errors of a larger study are smaller than of those drawn
    few  : shape (member,): by how much they are larger than samples of a member's few persons show
    """

    of: _Triple
    spread: _Triple
    size: float
    few: Vector


class Judge:
    """The rows of one experiment, from what its arms showed."""

    def __init__(self, experiment: Experiment, arms: Mapping[str, Shown | str], members: Members, *, seed: int, scales: bool = True) -> None:
        self.experiment, self.arms, self.members, self.seed, self.scales = experiment, arms, members, seed, scales
        self.domain = domain_of(experiment.table.domain)

    def prediction(self, row: Row) -> Prediction:
        """What is predicted for a row, or why nothing is."""
        against = row.said.against
        names = [row.arm, *([against.arm] if against and against.arm else [])]
        if missing := [arm for name in names if isinstance(arm := self.arms[name], str)]:
            return Prediction(experiment=self.experiment, row=row, observed=row.observed, reason=missing[0])
        came = [arm for name in names if isinstance(arm := self.arms[name], Shown)]
        people = sum(arm.finished for arm in came), sum(len(arm.people) for arm in came)
        ours, observed = self._numbers(row, row.arm, row.n), row.observed
        triple, log, size, few = ours.of, self._logarithmic(row, ours.of), ours.size, ours.few
        error = self._seen_error(row, log=log)
        if against is not None and against.row:
            other = self.experiment.row(against.row)
            theirs = self._numbers(other, other.arm, other.n)
            triple = _against(against.as_, triple, theirs.of)
            if row.said.judged != "direction":
                observed = float(contrast(against.as_, np.array(row.observed), np.array(other.observed)))
            log = against.as_ == "ratio" and observed > 0 and _positive(triple)
            error = self._error_of_two(row, other, log=log)
        elif against is not None:
            theirs = self._numbers(row, against.arm, row.said.n or self._n(against.arm) or row.n)
            spread = _Triple(*(np.sqrt((a * a + b * b) / 2) for a, b in zip(ours.spread, theirs.spread, strict=True)))
            factor = 1.0 if against.as_ in ("difference", "percent difference") else row.factor
            triple = _Triple(*(factor * part for part in _against(against.as_, triple, theirs.of, spread)))
            log = against.as_ in ("ratio", "odds ratio", "number needed to treat") and observed > 0 and _positive(triple)
            error = self._seen_error(row, log=log) if row.spread is None or row.spread.kind != "count" else None  # a count is of one arm
        if against is not None:
            size, few = float(np.hypot(size, theirs.size)) / 2**0.5, np.hypot(few, theirs.few) / 2**0.5
        return self._drawn(row, triple, log=log, observed=observed, error=error, size=size, few=few, people=people)

    def _n(self, name: str) -> int | None:
        """How many people an arm has."""
        arm = self.experiment.arms[name]
        return arm.n or self.experiment.table.people[arm.people].n

    def _error_of_two(self, row: Row, other: Row, *, log: bool) -> float | None:
        """The standard error of the ratio (of its logarithm, if so) or the difference of two observed numbers."""
        ratio = row.said.against is not None and row.said.against.as_ == "ratio"
        errors = [self._seen_error(r, log=False) for r in (row, other)]
        if errors[0] is None or errors[1] is None:
            return None
        if not ratio:
            return float(np.hypot(errors[0], errors[1]))
        relative = float(np.hypot(errors[0] / abs(row.observed or 1.0), errors[1] / abs(other.observed or 1.0)))
        return relative if log else relative * abs(row.observed / other.observed)

    def _seen_error(self, row: Row, *, log: bool) -> float | None:
        """The standard error of what was seen, where the study tells."""
        if row.spread is None:
            return None
        observed = row.observed / row.factor if row.spread.kind == "count" else row.observed
        error = row.spread.error(observed, row.n, median=row.said.statistic == "median", logarithmic=log)
        return error * row.factor if error is not None and row.spread.kind == "count" else error

    def _logarithmic(self, row: Row, parts: _Triple) -> bool:
        """Whether errors multiply: of levels and ratios that cannot be negative; never of shares, changes and correlations."""
        linear = row.said.own in ("change", "percent change") or row.said.statistic in ("proportion", "correlation", "rank correlation",
                                                                                       "explained variance", "log standard deviation")
        linear |= row.said.measure in COMPOSITES or bool(noise_of(row.said.measure).absolute and row.said.own is None)
        linear |= row.said.take in ("time of highest", "first time", "last time") or row.observed <= 0
        return not linear and _positive(parts)

    def _numbers(self, row: Row, name: str, size: int | None) -> _Numbers:
        arm = self.arms[name]
        if isinstance(arm, str):  # pragma: no cover - asked before
            raise TypeError(arm)
        wanted = size or self.domain.n
        n = min(wanted, _MOST_SAMPLED)
        own = self._persons(row, arm, row.said.measure)
        other = self._persons(row, arm, row.said.with_) if row.said.with_ else None
        count = len(self.members)
        few = np.ones(count)
        of, spread = (_Triple(np.full(count, np.nan), *(np.full((count, SAMPLES), np.nan) for _ in range(2))) for _ in range(2))
        came = np.isfinite(own) if other is None else np.isfinite(own) & np.isfinite(other)
        for m in range(count):
            mine = np.flatnonzero((arm.people.member == m) & came)
            if len(mine) < FEWEST:
                continue
            sample, again = (_chance(self.seed, f"{what} of {self.experiment.id} {m}") for what in (f"sample {name} {n}", "resampling"))
            picks = (np.arange(len(mine))[np.newaxis, :], sample.integers(0, len(mine), (SAMPLES, n)),
                     again.integers(0, len(mine), (SAMPLES, len(mine))))
            few[m] = (len(mine) / (len(mine) - 1)) ** 0.5
            for k, pick in enumerate(picks):
                x = own[mine][pick]
                of[k][m] = np.squeeze(statistic(row, x, other[mine][pick] if other is not None else None))
                spread[k][m] = np.squeeze(np.std(x, axis=-1, ddof=1)) if x.shape[-1] > 1 else np.nan
        return _Numbers(of, spread, (n / wanted) ** 0.5, few)

    def _persons(self, row: Row, arm: Shown, measure: str) -> Vector:
        """What the row measures of each person of an arm; the laboratory's scale is one for all rows of the study, within a member."""
        scale = np.ones(len(self.members))
        width = scale_width(self.experiment, row, measure)
        if width and self.scales:
            scale = np.exp(width * _chance(self.seed, f"scale of {measure} in {self.experiment.id}").standard_normal(len(scale)))
        return numbers_of(row, arm.curves, study=self.experiment.id, seed=self.seed, scale=scale[arm.people.member], measure=measure)

    def _drawn(self, row: Row, triple: _Triple, *, log: bool, observed: float, error: float | None, size: float, few: Vector,
               people: tuple[int, int]) -> Prediction:
        """Draws of the study: members as unlike as they really are, and the error of sampling on top."""
        first = triple.whole
        blank = Prediction(experiment=self.experiment, row=row, observed=observed, log=log, people=people, whole=first)
        whole, sampled, unsure = (np.log(part) if log else part for part in triple)
        known = np.isfinite(whole) & np.all(np.isfinite(sampled), axis=1)
        if known.sum() < FEWEST:
            return replace(blank, reason=f"the number exists for {known.sum()} of {len(whole)} members only")
        whole, sampled, unsure = whole[known], sampled[known], unsure[known] * few[known, np.newaxis]
        typical = _unlike(whole, unsure)
        blank = replace(blank, typical=np.exp(typical) if log else typical, unsure=_unsure(unsure))
        if row.said.judged == "direction":
            return replace(blank, draws=_directions(row, np.exp(typical) if log else typical))
        if row.said.statistic == "proportion" and row.said.against is None:
            return replace(blank, draws=self._counted(row, typical, error or 0.0), error=self._of_share(row, observed, error))
        deviation = (sampled - np.mean(sampled, axis=1, keepdims=True)) * (size * few[known, np.newaxis])
        seen = float(np.sqrt(np.mean(deviation * deviation)))
        sampling = max(seen, error or 0.0)  # the study itself may be less sure than people of the model are unlike
        model = self.domain.model * (np.ones(len(typical)) if log else np.abs(typical - float(row.said.plus)))  # of the predicted, not the observed
        rest = _chance(self.seed, f"rest of {self.experiment.id} {row.id}").standard_normal(deviation.shape)
        draws = (typical[:, np.newaxis] + deviation + rest * np.sqrt(sampling**2 - seen**2 + model**2)[:, np.newaxis]).ravel()
        fitted = self.domain.model * (1.0 if log else abs(observed - float(row.said.plus)))  # a fit needs one error for all members
        return replace(blank, draws=np.exp(draws) if log else draws, error=float(np.hypot(sampling, fitted)))

    def _counted(self, row: Row, typical: Vector, error: float) -> Vector:
        """Shares that studies of n people find where these are the true ones; of n that says as much as the study's own error."""
        chance = _chance(self.seed, f"count of {self.experiment.id} {row.id}")
        true = np.clip(np.repeat(typical / row.factor, SAMPLES), 0.0, 1.0)
        true = np.clip(true + self.domain.model * np.sqrt(true * (1.0 - true)) * chance.standard_normal(len(true)), 0.0, 1.0)
        n = row.n or self.domain.n
        if error > 0:
            middle = min(max(row.observed / row.factor, 0.5 / n), 1 - 0.5 / n)
            n = min(n, max(1, round(middle * (1 - middle) / max(error / row.factor, 1e-6) ** 2)))
        return chance.binomial(n, true) / n * row.factor

    def _of_share(self, row: Row, observed: float, error: float | None) -> float:
        """The standard error of an observed share, the model's own included."""
        n = row.n or self.domain.n
        middle = min(max(observed / row.factor, 0.5 / n), 1 - 0.5 / n)
        width = (middle * (1 - middle)) ** 0.5
        return row.factor * float(np.hypot(max(width / n**0.5, (error or 0.0) / row.factor), self.domain.model * width))


def _positive(parts: _Triple) -> bool:
    """Whether all that is known of them is above 0."""
    return all(bool(np.all(part[np.isfinite(part)] > 0)) for part in parts)


def scale_width(experiment: Experiment, row: Row, measure: str) -> float:
    """How unknown the laboratory's scale of a row is: a log-SD."""
    law = noise_of(row.said.noise if row.said.noise not in ("", "none") else measure)
    return float(experiment.table.scales.get(measure, law.scale)) if row.said.scale is not False else 0.0


def _against(how: str, ours: _Triple, theirs: _Triple, spread: _Triple | None = None) -> _Triple:
    """One statistic against another, member by member and study by study."""
    return _Triple(*(contrast(how, a, b, spread=None if spread is None else spread[i]) for i, (a, b) in enumerate(zip(ours, theirs, strict=True))))


def _chance(seed: int, name: str) -> np.random.Generator:
    """A stream of chance of that name."""
    return np.random.Generator(np.random.Philox(key=key_of(seed, name)[0]))


def _unlike(whole: Vector, unsure: Vector) -> Vector:
    """Members drawn together as far as they differ only because each has few persons."""
    middle, seen, chance = float(np.mean(whole)), float(np.var(whole, ddof=1)), _unsure(unsure) ** 2
    return middle + (whole - middle) * np.sqrt(max(0.0, 1.0 - chance / seen)) if seen > 0 else whole


def _unsure(unsure: Vector) -> float:
    """How unsure the number of a member is because its persons are few."""
    told = unsure[np.all(np.isfinite(unsure), axis=1)]
    return float(np.sqrt(np.mean(np.var(told, axis=1)))) if len(told) else 0.0


def _directions(row: Row, effect: Vector) -> npt.NDArray[np.float64]:
    """1 more, 0 no difference, -1 less, of each member."""
    against = row.said.against
    ratio = (against.as_ if against else row.said.own or "") in ("ratio", "odds ratio")
    change = effect / row.factor - 1.0 if ratio else effect
    return np.where(np.abs(change) <= float(row.said.nothing), 0.0, np.sign(change))

