"""From curves to one number a person: what a row measures, with the errors of measurement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from zonula.experiments.read import COMPOSITES, Row
from zonula.experiments.words import Window
from zonula.ground.randomness import key_of
from zonula.population.noise import Noise, errors_at_entry, noise_of
from zonula.population.swing import swung
from zonula.simulation.equations import Vector

LOOKS = 101  # at a window, where the row does not say how closely
CORE = ("sjc28", "tjc28", "pain_vas", "patient_global", "haq", "crp")  # of the core set of improvement in rheumatoid arthritis
_JOINTS = 28.0
_FLOOR = {"sjc28": 0.5, "tjc28": 0.5, "pain_vas": 1.0, "patient_global": 1.0, "haq": 0.05, "crp": 0.1, "physician": 1.0}  # less cannot be improved


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """What a cohort showed in one arm.

    numbers : by which the chances of each person's visits are drawn
    values  : shape (person, time, readout), NaN where a person did not come
    """

    numbers: tuple[int, ...]
    times: Vector
    readouts: tuple[str, ...]
    values: npt.NDArray[np.float64]

    def at(self, name: str, window: Window) -> tuple[Vector, Vector]:
        """Times (time,) and values (person, time) of a readout within a window, ends included."""
        inside = (self.times >= window.start - 1e-9) & (self.times <= window.end + 1e-9)
        return self.times[inside], self.values[:, inside, self.readouts.index(name)]


def needed(rows: Iterable[Row]) -> tuple[tuple[str, ...], Vector]:
    """The readouts and the times [day] that rows of one arm ask for."""
    names: list[str] = []
    times: list[Vector] = [np.array([0.0])]
    for row in rows:
        for measure in (row.said.measure, row.said.with_):
            names += CORE if measure in COMPOSITES else [measure] if measure else []
        for span in (row.baseline, row.at):
            looks = 1 if span.moment else max(2, round((span.end - span.start) / row.every) + 1) if row.every else LOOKS
            times.append(np.linspace(span.start, span.end, looks))
    return tuple(dict.fromkeys(names)), np.unique(np.round(np.concatenate(times), 9))


def numbers_of(row: Row, curves: Curves, *, study: str, seed: int, scale: Vector, measure: str = "") -> Vector:
    """What the row measures of each person, shape (person,), in the row's unit; NaN of who did not come.

    Parameters
    ----------
    scale   : shape (person,): what the laboratory's scale is for each, 1 where it is known
    measure : another than the row's own (of a correlation)
    """
    measure = measure or row.said.measure
    curves = _with_swings(row, measure, curves, study=study, seed=seed)
    chance = _Chance(seed, f"{study} {row.arm}", curves.numbers)
    if measure in COMPOSITES:
        return _responds(measure, row, curves, chance)
    said, factor = row.said, _factor(row, measure)
    noise = _law(row, measure)
    taken = _taken(row, measure, curves, scale)
    if said.take in ("time of highest", "first time", "last time"):
        return taken * row.factor
    seen = chance.spoilt(taken, noise, measure, row.at, said.take)
    number = seen * scale * factor * float(said.times) + float(said.plus)
    if said.own is None:
        return number
    before = chance.spoilt(_of_window(said.take, *curves.at(measure, row.baseline)), noise, measure, row.baseline)
    own = _own(said.own, number, before * scale * factor * float(said.times) + float(said.plus))
    return own * row.factor if said.own == "ratio" and said.statistic != "proportion" else own


def _with_swings(row: Row, measure: str, curves: Curves, *, study: str, seed: int) -> Curves:
    """What was there of what the row measures: the courses of persons, with their disease waxing and waning about them."""
    if row.said.noise == "none":
        return curves
    values = curves.values.copy()
    for name in CORE if measure in COMPOSITES else (measure,):
        place = curves.readouts.index(name)
        values[:, :, place] = swung(name, values[:, :, place], curves.times, curves.numbers, study=study, seed=seed)
    return replace(curves, values=values)


def _factor(row: Row, measure: str) -> float:
    """The factor of the row's unit; of the other measure of a correlation it does not matter, and a ratio is brought to percent afterwards."""
    bare = row.said.own in ("ratio", "percent change") or row.said.statistic == "proportion"
    return row.factor if measure == row.said.measure and not bare else 1.0


def _law(row: Row, measure: str) -> Noise:
    return Noise() if row.said.noise == "none" else noise_of(row.said.noise or measure)


def _own(how: str, number: Vector, before: Vector) -> Vector:
    if how == "change":
        return number - before
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(before != 0, number / np.where(before == 0, 1.0, before), np.nan)
    return ratio if how == "ratio" else 100.0 * (ratio - 1.0)


def _taken(row: Row, measure: str, curves: Curves, scale: Vector) -> Vector:
    times, values = curves.at(measure, row.at)
    take = row.said.take
    if take in ("value", "mean", "highest", "lowest"):
        return _of_window(take, times, values)
    known = np.all(np.isfinite(values), axis=1)
    if take == "time of highest":
        return np.where(known, times[np.argmax(np.where(np.isfinite(values), values, -np.inf), axis=1)], np.nan)
    said = row.said
    shown = values * scale[:, np.newaxis] * float(said.times) + float(said.plus)
    if said.own is not None:
        before = _mean(*curves.at(measure, row.baseline)) * scale * float(said.times) + float(said.plus)
        shown = _own(said.own, shown, before[:, np.newaxis])
    holds = np.zeros(values.shape, dtype=np.bool_) if row.counts is None else row.counts.holds(shown)
    if take == "first time":
        return np.where(known, np.where(holds.any(axis=1), times[np.argmax(holds, axis=1)], np.inf), np.nan)
    last = times[values.shape[1] - 1 - np.argmax(holds[:, ::-1], axis=1)]
    return np.where(known, np.where(holds.any(axis=1), last, times[0]), np.nan)


def _of_window(take: str, times: Vector, values: Vector) -> Vector:
    """The mean of a window, or the highest or lowest value of it."""
    if take in ("highest", "lowest"):
        most: Vector = np.max(values, axis=1) if take == "highest" else np.min(values, axis=1)
        return most
    return _mean(times, values)


def _mean(times: Vector, values: Vector) -> Vector:
    """The mean over time."""
    if len(times) == 1:
        return values[:, 0]
    mean: Vector = np.trapezoid(values, times, axis=1) / (times[-1] - times[0])
    return mean


class _Chance:
    """Errors of measurement: one chance for each study, arm, measure and occasion, whoever asks.

    On day 0 the errors are those by which persons were taken into the study: who was taken on a bad day is better on the next.
    """

    def __init__(self, seed: int, where: str, numbers: Sequence[int]) -> None:
        self.seed, self.where, self.numbers = seed, where, numbers

    def spoilt(self, true: Vector, noise: Noise, measure: str, window: Window, what: str = "value") -> Vector:
        """The true numbers with an error each."""
        if window.end == 0.0:
            return noise.spoil(true, errors_at_entry(measure, self.numbers, self.seed))
        name = f"error of {self.where} {measure} {window.start:g} {window.end:g} {what}"
        return noise.spoil(true, np.random.Generator(np.random.Philox(key=key_of(self.seed, name)[0])).standard_normal(len(true)))


def _responds(which: str, row: Row, curves: Curves, chance: _Chance) -> Vector:
    """Whether each person responds: tender and swollen joints, and three of five others, better by 20, 50 or 70 %.

    The physician's assessment, which the model does not have, is taken as the mean of the share of swollen joints and the patient's own.
    """
    share = {"acr20": 0.2, "acr50": 0.5, "acr70": 0.7}[which]

    def seen(window: Window) -> dict[str, Vector]:
        law = {name: Noise() if row.said.noise == "none" else noise_of(name) for name in CORE}
        return {name: chance.spoilt(_mean(*curves.at(name, window)), law[name], name, window) for name in CORE}

    return core_improved(seen(row.baseline), seen(row.at), share)


def core_improved(before: Mapping[str, Vector], now: Mapping[str, Vector], share: float) -> Vector:
    """Whether the core set is better by *share*: 1 or 0, NaN of who did not come.  Both must have every measure of ``CORE``."""
    was, is_now = ({**seen, "physician": 50.0 * (seen["sjc28"] / _JOINTS) + 0.5 * seen["patient_global"]} for seen in (before, now))
    better = {name: (was[name] >= _FLOOR[name]) & (is_now[name] <= (1.0 - share) * was[name]) for name in (*CORE, "physician")}
    others: Sequence[str] = ("pain_vas", "patient_global", "physician", "haq", "crp")
    responds = better["sjc28"] & better["tjc28"] & (np.sum([better[name] for name in others], axis=0) >= 3)
    came = np.all([np.isfinite(seen[name]) for seen in (was, is_now) for name in CORE], axis=0)
    return np.where(came, responds.astype(np.float64), np.nan)
