"""How well the shares of roads are known: the same sharing out for the typical person as it may be, draw by draw.

Whether it can be told by which road a readout comes is judged by a rule that is fixed beforehand, for each sense of closing a road, from
the draws that reached the end with every combination of roads closed:

- A road *brings* something where its share is at least a tenth of the whole.  (Where roads also hold the readout down, the whole is the
  sum of all pieces without their signs.)  Draws in which no road brings anything are of people who have nothing to tell apart.
- *little*: in nine tenths of the draws no road brings anything.
- *identifiable*: of the draws in which a road brings something, sixteen at least, the same road is the largest in nine tenths, and no
  road's share reaches in their middle nine tenths from below a tenth to above half of the whole.
- *not identifiable*: anything else.
- *unknown*: fewer than sixteen draws reached the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.simulation.closings import REMAINDER, ROADS, Question, earliest
from zonula.simulation.ensemble import Crowd, Rows, stream_people
from zonula.simulation.equations import Vector
from zonula.simulation.kernel import Ints
from zonula.simulation.outcome import Finished, NoHealthyState
from zonula.simulation.people import People
from zonula.simulation.prepare import Setup
from zonula.simulation.reference import Progress
from zonula.simulation.ribbon import ENOUGH, HIGH, LOW, LOWER, RTOL, UPPER, drawn_lives
from zonula.simulation.shares import ROUNDING, Closed, Combinations, shapley
from zonula.simulation.words import listed, name_of

ROAD_DRAWS = 32  # each is lived up to fifteen times
WHOLE = "whole"
IDENTIFIABLE, NOT_IDENTIFIABLE, LITTLE, UNKNOWN = "identifiable", "not identifiable", "little", "unknown"
_BRINGS, _HALF = 0.1, 0.5  # of the whole
_TIE = 1e-3  # of the highest readout: of what is nearer, the solver does not know which is larger


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Where a share lies at the end over the draws, in the readout's unit: nine tenths from *low* to *high*, half from *lower* to *upper*."""

    low: float
    lower: float
    median: float
    upper: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SenseBands:
    """The shares over the draws, in one sense of closing a road.

    roads    : names, in their usual order
    bands    : of each road, the remainder and the whole; none where too few draws reached the end
    largest  : in how many draws each road is the largest, and brings something
    ranges   : of each road, the middle nine tenths of its share of the whole, among the draws in which a road brings something
    draws    : how many were made
    finished : how many reached the end with every combination of roads closed; the others have no part
    bringing : in how many of these a road brings something
    failures : why the others did not reach it, with how many
    """

    roads: tuple[str, ...]
    bands: Mapping[str, Band]
    largest: Mapping[str, int]
    ranges: Mapping[str, tuple[float, float]]
    draws: int
    finished: int
    bringing: int
    failures: tuple[tuple[str, int], ...]

    @property
    def verdict(self) -> str:
        """Whether it can be told by which road the readout comes, by the rule of this module."""
        if self.finished < ENOUGH:
            return UNKNOWN
        if _nearly_all(self.finished - self.bringing, self.finished):
            return LITTLE
        same = _nearly_all(max(self.largest.values()), self.bringing)
        return IDENTIFIABLE if same and self.bringing >= ENOUGH and not self.wide else NOT_IDENTIFIABLE

    @property
    def leader(self) -> str | None:
        """The road it comes by most, where that can be told."""
        return max(self.roads, key=self.largest.__getitem__) if self.verdict == IDENTIFIABLE else None

    @property
    def wide(self) -> tuple[str, ...]:
        """Roads that may carry next to nothing as well as more than half."""
        return tuple(road for road, (low, high) in self.ranges.items() if low < _BRINGS and high > _HALF)

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        shares = {name: {"p05": b.low, "p25": b.lower, "median": b.median, "p75": b.upper, "p95": b.high} for name, b in self.bands.items()}
        for road, count in self.largest.items():
            shares[road]["largest"] = count / self.finished
        return {"verdict": self.verdict, "largest_road": self.leader, "shares": shares, "finished": self.finished, "bringing": self.bringing,
                "failed": [{"reason": reason, "draws": count} for reason, count in self.failures]}

    @property
    def others(self) -> str:
        """In how many draws no road is the largest, and why, in brackets; empty where in all one is."""
        nobody, level = self.finished - self.bringing, self.bringing - sum(self.largest.values())
        said = [f"in {nobody} none brings a tenth of the whole"] * bool(nobody) + [f"in {level} none is larger than the others"] * bool(level)
        return f" ({', '.join(said)})" if said else ""

    def told(self, what: str) -> str:
        """The verdict in words, as the end of a sentence, about *what*."""
        verdict, finished = self.verdict, self.finished
        if verdict == UNKNOWN:
            return f"only {finished} draws reached the end, too few to tell"
        if verdict == LITTLE:
            return (f"hardly any {what} comes by {'these roads' if len(self.roads) > 1 else 'this road'}: "
                    f"in {finished - self.bringing} of {finished} draws none brings a tenth of the whole")
        if self.leader:
            return f"the largest road is {ROADS[self.leader]}, in {self.largest[self.leader]} of {finished} draws{self.others}"
        counts = listed([f"{ROADS[road]} in {count}" for road, count in self.largest.items()])
        wide = [f"{ROADS[road]} from {100 * self.ranges[road][0]:.0f} % to {100 * self.ranges[road][1]:.0f} %" for road in self.wide]
        reach = f"; of the whole may come by {listed(wide)}" if wide else ""
        few = f"; {self.bringing} draws are too few to tell" if self.bringing < ENOUGH else ""
        return f"which road the {what} comes by, cannot be told: the largest is {counts} of {finished} draws{self.others}{reach}{few}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadBands:
    """The shares over the draws, in both senses of closing a road, see ``roads.Roads``."""

    question: Question
    never: SenseBands
    from_now: SenseBands

    @property
    def draws(self) -> int:
        """How many were made."""
        return self.never.draws

    @property
    def sentence(self) -> str:
        """Whether the road can be told, in words."""
        what, day = name_of(self.question.readout), f"{self.question.day:g}"
        never, from_now = self.never.told(what), self.from_now.told(what)
        start = f"Of what is not known of the typical person, {self.draws} draws were made"
        if never == from_now:
            return f"{start}. In both senses, {never}."
        if self.never.verdict == self.from_now.verdict == NOT_IDENTIFIABLE:
            counts = listed([str(count) for count in self.from_now.largest.values()])
            return (f"{start}. Never open, {never}. Nor can it be told with roads closed only from day {day} on: "
                    f"the largest in {counts} of {self.from_now.finished} draws{self.from_now.others}.")
        return f"{start}. Never open, {never}. Closed only from day {day} on, {from_now}."

    @property
    def remark(self) -> str:
        """What to know of draws that did not come to the end; empty where all did."""
        senses = {"": self.never} if self.never.failures == self.from_now.failures else {
            " (never open)": self.never, f" (closed from day {self.question.day:g})": self.from_now}
        said = [f"the roads' bands{name} are of {sense.finished} draws ("
                + "; ".join(f"{count} of {sense.draws} draws: {reason}" for reason, count in sense.failures) + ")"
                for name, sense in senses.items() if sense.failures]
        return "; ".join(said)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as in ``zonula run --json`` under ``roads``."""
        return {"draws": self.draws, "never": self.never.as_dict(), "from_now": self.from_now.as_dict()}


class _Repeated:
    """The parameters of *people*, each *times* times in a row, made when they are asked for."""

    def __init__(self, people: Rows, times: int) -> None:
        self.people, self.times = people, times
        self.shape = (people.shape[0] * times, people.shape[1])

    def __getitem__(self, which: slice) -> Vector:
        here = np.arange(self.shape[0])[which]
        if not len(here):
            return self.people[0:0]
        first = int(here[0]) // self.times
        rows: Vector = self.people[first:int(here[-1]) // self.times + 1][here // self.times - first]
        return rows


def road_bands(setup: Setup, question: Question, *, draws: int = ROAD_DRAWS, jobs: int | None = None, progress: Progress | None = None,
               cancel: Event | None = None) -> RoadBands:
    """Share a readout out among the roads in *draws* draws of what is not known of the typical person.

    The draws are the first of those that the ribbon is of, and what the scenario itself says of its person holds in all of them.
    All combinations of closed roads are lived by the same draw.

    Raises
    ------
    KernelError      where the kernel cannot be had
    BrokenOffError   when *cancel* was set
    """
    problem = setup.problem
    people, arms, arm_of = drawn_lives(setup, draws)
    asked = Combinations(problem, question)
    runs = asked.needed()
    count, each = people.shape[0], len(runs)
    kinds = np.zeros(count, dtype=np.int32) if arm_of is None else arm_of
    places: Ints = (kinds[:, np.newaxis] * each + np.arange(each)).ravel().astype(np.int32)
    crowd = Crowd(model=problem.model, parameters=_Repeated(people, each), until=problem.until, times=np.array([0.0, problem.until]), arm_of=places,
                  arms=tuple(replace(arm, closed=earliest({*closed, *arm.closed})) for arm in arms for closed in runs),
                  readouts=(question.readout,), rtol=RTOL, thorough=False)
    ends, why = list[float](), list[str]()
    for some in stream_people(crowd, jobs=jobs, progress=progress, cancel=cancel):
        ends += some.values[:, -1, 0].tolist()
        why += _reasons(some, question.readout)
    never, from_now = ({roads: runs.index(closed) for roads, closed in asked.sense(start).items()} for start in (0.0, question.day))
    table = np.array(ends).reshape(count, each), np.array(why, dtype=object).reshape(count, each)
    return RoadBands(question=question, never=_sense(asked.roads, never, *table), from_now=_sense(asked.roads, from_now, *table))


def _reasons(found: People, readout: str) -> Iterator[str]:
    """Why a life gives no number; empty where it does."""
    for outcome, end in zip(found.outcomes, found.values[:, -1, 0], strict=True):
        if isinstance(outcome, Finished):
            yield "" if np.isfinite(end) else f"{readout} has no finite value"
        else:
            yield "no healthy state" if isinstance(outcome, NoHealthyState) else outcome.reason


def _sense(roads: tuple[str, ...], places: Mapping[Closed, int], ends: Vector, why: npt.NDArray[np.object_]) -> SenseBands:
    """What the draws say in one sense; *places* are the columns of *ends* and *why* by the roads that are closed."""
    failed = [_failure(places, reasons) for reasons in why]
    whole = [not text for text in failed]
    failures = tuple(sorted(Counter(filter(None, failed)).items()))
    finished = sum(whole)
    if finished < min(ENOUGH, len(ends)):
        return SenseBands(roads=roads, bands={}, largest={}, ranges={}, draws=len(ends), finished=finished, bringing=0, failures=failures)
    outcomes = {closed: ends[whole, place] for closed, place in places.items()}
    pieces = {**shapley(outcomes, roads), REMAINDER: outcomes[frozenset(roads)]}
    size = np.sum(np.abs(list(pieces.values())), axis=0)
    size = np.where(size > ROUNDING, size, np.inf)
    parts = np.array([pieces[road] / size for road in roads])
    brings = np.max(parts, axis=0) >= _BRINGS
    tie = _TIE * np.max(np.abs(list(outcomes.values())), axis=0) / size
    largest = {road: int(np.sum(brings & np.all(parts[k] > np.delete(parts, k, axis=0) + tie, axis=0))) for k, road in enumerate(roads)}
    ranges = {road: (float(low), float(high)) for road, low, high in
              zip(roads, *np.quantile(parts[:, brings], (LOW, HIGH), axis=1), strict=True)} if np.any(brings) else {}
    bands = {name: _band(values) for name, values in {**pieces, WHOLE: outcomes[frozenset()]}.items()}
    return SenseBands(roads=roads, bands=bands, largest=largest, ranges=ranges, draws=len(ends), finished=finished, bringing=int(np.sum(brings)),
                      failures=failures)


def _failure(places: Mapping[Closed, int], reasons: npt.NDArray[np.object_]) -> str:
    """Why a draw has no shares: what came first, with what was closed then; empty where it has them."""
    for closed, place in places.items():
        if reasons[place]:
            return f"{reasons[place]}" + (f", with {listed(sorted(closed, key=list(ROADS).index))} closed" if closed else "")
    return ""


def _nearly_all(count: int, of: int) -> bool:
    """Whether that is nine tenths at least, in whole numbers, so that no rounding decides."""
    return 10 * count >= 9 * of


def _band(values: Vector) -> Band:
    low, lower, median, upper, high = (float(edge) for edge in np.quantile(values, (LOW, LOWER, 0.5, UPPER, HIGH)))
    return Band(low=low, lower=lower, median=median, upper=upper, high=high)
