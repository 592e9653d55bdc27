"""How much of a readout comes by each road: the same person again, with every combination of roads closed.

Two senses are kept apart, because they can differ wildly: what each road carries had it *never* been open, and what
closing it *from now* on takes away.  The shares are Shapley values: a road's effect, averaged over all orders in which
the roads can be closed.  They add up, but roads overlap, so that closing one alone may do more or less than its share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zonula.simulation.alone import Solver
from zonula.simulation.closings import PAIN, REMAINDER, ROADS, Closing, Question, read_day, read_readout
from zonula.simulation.equations import Vector
from zonula.simulation.outcome import Finished, NoHealthyState
from zonula.simulation.problem import Problem
from zonula.simulation.reference import Progress, solve
from zonula.simulation.result import Result
from zonula.simulation.road_bands import RoadBands, SenseBands
from zonula.simulation.shares import ROUNDING, Closed, Combinations, shapley
from zonula.simulation.words import listed, name_of, number, with_unit

_NOTHING = 5e-4  # of the whole: a share below it is told as nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """What each road carries, in one sense of closing it.

    roads    : names, in their usual order
    outcomes : the readout of each run, by the roads that were closed: over the times, or at the end only; not of runs that failed
    failed   : why the others failed
    """

    roads: tuple[str, ...]
    outcomes: Mapping[Closed, Vector]
    failed: Mapping[Closed, str]

    @property
    def status(self) -> str:
        """``finished``, or ``incomplete`` where a run failed or was not tried."""
        return "finished" if len(self.outcomes) == 2 ** len(self.roads) else "incomplete"

    @property
    def curves(self) -> dict[str, Vector]:
        """The share of each road, and the remainder, over the times; they add up to the readout.  Nothing where a run failed."""
        if self.status != "finished":
            return {}
        return {**shapley(self.outcomes, self.roads), REMAINDER: self.outcomes[frozenset(self.roads)]}

    @property
    def shares(self) -> dict[str, float | None]:
        """The shares and the remainder at the end; None where runs that are needed for it failed."""
        if curves := self.curves:
            return {name: float(curve[-1]) for name, curve in curves.items()}
        return {**dict.fromkeys(self.roads), REMAINDER: self._end(frozenset(self.roads))}

    @property
    def alone(self) -> dict[str, float | None]:
        """The readout at the end with that road alone closed, and with ``all`` closed."""
        return {**{road: self._end(frozenset({road})) for road in self.roads}, "all": self._end(frozenset(self.roads))}

    def _end(self, closed: Closed) -> float | None:
        return float(self.outcomes[closed][-1]) if closed in self.outcomes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """A readout by road.

    question : of which readout, and from which day "from now" is
    unit     : the readout's
    times    : shape (time,) [day], those of ``never``
    never    : had the road been closed from the start, for the whole life of the run
    from_now : were it closed from the question's day on
    bands    : where the shares lie for what is not known of the typical person, if that was asked for
    """

    question: Question
    unit: str
    times: Vector
    never: Sense
    from_now: Sense
    bands: RoadBands | None = None

    @property
    def at_end(self) -> float | None:
        """The readout at the end as it is, with nothing more closed; None where the person could not be simulated to the end."""
        open_ = self.never.outcomes.get(frozenset())
        return None if open_ is None else float(open_[-1])

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Each run that failed: which roads were closed, from which day, and why."""
        if why := self.never.failed.get(frozenset()):
            return [{"closed": [], "from_day": 0.0, "reason": why}]
        senses = ((0.0, self.never), (self.question.day, self.from_now))
        failed = {(tuple(r for r in sense.roads if r in closed), day): why
                  for day, sense in senses for closed, why in sense.failed.items()}
        return [{"closed": list(closed), "from_day": day, "reason": why} for (closed, day), why in failed.items()]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as in ``zonula run --json``."""
        curves = {name: curve.tolist() for name, curve in self.never.curves.items()}
        return {
            "readout": self.question.readout, "unit": self.unit, "from_day": self.question.day, "at_end": self.at_end,
            "never": self.never.shares, "from_now": self.from_now.shares,
            "alone": {"never": self.never.alone, "from_now": self.from_now.alone},
            "status": {"never": self.never.status, "from_now": self.from_now.status}, "failed": self.failures,
            "curve": {"time": self.times.tolist(), **curves} if curves else {},
            **({"bands": self.bands.as_dict()} if self.bands else {}),
        }


class _Runs:
    """The runs that answer a question; each is made once, whichever sense asks for it."""

    def __init__(self, problem: Problem, question: Question, solver: Solver = solve) -> None:
        self.problem, self.question, self.solver = problem, question, solver
        self.combinations = Combinations(problem, question)
        self.done: dict[frozenset[Closing], Vector | str] = {}

    def keep(self, closed: frozenset[Closing], result: Result, times: Vector) -> None:
        """Keep the readout of a run at *times*, or why there is none."""
        outcome = result.outcome
        if not isinstance(outcome, Finished):
            when = "" if isinstance(outcome, NoHealthyState) else f" (stopped at day {outcome.at_day:.4g})"
            self.done[closed] = f"{outcome.reason}{when}"
            return
        y = result.at(self.question.readout, times)
        self.done[closed] = y if np.all(np.isfinite(y)) else f"{self.question.readout} has no finite value"

    def make(self, open_: Result, progress: Progress | None) -> None:
        """Make all runs; in those of "from now" only the end is looked at."""
        _, *needed = self.combinations.needed()
        ends = np.array([0.0, self.problem.until])
        lifelong = set(self.combinations.sense(0.0).values())
        for k, closed in enumerate(needed):
            whole = closed in lifelong
            problem = replace(self.problem, closed=closed, times=self.problem.times if whole else ends)
            result = self.solver(problem, health=open_.health, progress=part(progress, k / len(needed), (k + 1) / len(needed)))
            self.keep(closed, result, open_.times if whole else ends[1:])

    def sense(self, start: float) -> Sense:
        """What the runs say in one sense."""
        said = {roads: self.done[key] for roads, key in self.combinations.sense(start).items() if key in self.done}
        return Sense(roads=self.combinations.roads, outcomes={roads: y for roads, y in said.items() if not isinstance(y, str)},
                     failed={roads: why for roads, why in said.items() if isinstance(why, str)})


def part(progress: Progress | None, start: float, end: float) -> Progress | None:
    """The progress of the work between two shares of the whole."""
    if progress is None:
        return None
    whole = progress
    return lambda share: whole(start + (end - start) * share)


def runs_for(problem: Problem, question: Question) -> int:
    """How many runs a question takes besides the open one."""
    return len(Combinations(problem, question).needed()) - 1


def by_road(problem: Problem, readout: str = PAIN, *, day: float | None = None, result: Result | None = None,
            progress: Progress | None = None, solver: Solver = solve) -> Roads:
    """Share a readout out among the roads that the model has, at most 2 x (2^3 - 1) further runs.

    Parameters
    ----------
    problem  : one person under one plan
    readout  : which quantity to share out
    day      : from which day roads are closed "from now" on; half-way where none is named
    result   : the problem's result, where it is known
    progress : called with the share that is done, in [0, 1]
    solver   : what simulates one person, see ``alone.solver_of``

    Raises
    ------
    UsageError   when the model lacks the readout, or any road
    """
    now = problem.until / 2 if day is None else day
    question = Question(read_readout(readout, problem.model), read_day(now, problem.until, what="the roads are asked for"))
    open_ = result or solver(problem)
    runs = _Runs(problem, question, solver)
    runs.keep(runs.combinations.closed(frozenset(), 0.0), open_, open_.times)
    if isinstance(open_.outcome, Finished):
        runs.make(open_, progress)
    never, from_now = runs.sense(0.0), runs.sense(question.day)
    return Roads(question=question, unit=problem.model.readout(readout).unit_text, times=open_.times, never=never, from_now=from_now)


def sentence(roads: Roads) -> str:
    """The answer in words: what falls to each road, in both senses, what such shares do not say, and how well they are known."""
    if roads.at_end is None:
        return ""
    total = roads.at_end if abs(roads.at_end) > ROUNDING else 0.0
    what = f"{with_unit(total, roads.unit)} of {name_of(roads.question.readout)} at the end"
    if all(share == 0 for sense in (roads.never, roads.from_now) for share in (total, *(_told(sense, total) or {"": 1.0}).values())):
        nothing = f"At the end there is no {name_of(roads.question.readout)} that could come by any road."
        return f"{nothing} {roads.bands.sentence}" if roads.bands else nothing
    these = "this road" if len(roads.never.roads) == 1 else "these roads"
    texts = []
    if shares := _told(roads.never, total):
        names = [f"{number(shares[road])} {'to' if k else 'fall to'} {ROADS[road]}" for k, road in enumerate(roads.never.roads)]
        texts.append(f"Of {what}, {listed(names)}; had {these} never been open, {number(shares[REMAINDER])} would be left.")
    if shares := _told(roads.from_now, total):
        names = [number(shares[road]) for road in roads.never.roads]
        texts.append(f"Closed only from day {roads.question.day:g} on, the shares are {listed(names)}, and {number(shares[REMAINDER])} "
                     "would be left.")
    if any(share < 0 for sense in (roads.never, roads.from_now) for share in _told(sense, total).values()):
        texts.append("A road with a share below 0 keeps it down.")
    if texts and len(roads.never.roads) > 1:
        texts.append("The roads overlap: closing one alone may take away more or less than its share, and shares that add up are a convention.")
    if roads.failures:
        texts.append(f"How {what} come by the roads is not fully known: {len(roads.failures)} of the runs that were needed failed.")
    if roads.bands:
        texts.append(roads.bands.sentence)
        if strange := _outside(roads, roads.bands):
            texts.append(f"What is shown is no ordinary draw: what comes by {listed(strange)} lies outside nine tenths of the draws.")
    return " ".join(texts)


def _outside(roads: Roads, bands: RoadBands) -> list[str]:
    """Roads of which the share of the person shown lies outside nine tenths of the draws, in either sense."""
    least = max(_NOTHING * abs(roads.at_end or 0.0), ROUNDING)

    def outside(sense: Sense, drawn: SenseBands, road: str) -> bool:
        share, band = sense.shares[road], drawn.bands.get(road)
        return share is not None and band is not None and not band.low - least <= share <= band.high + least

    return [ROADS[road] for road in roads.never.roads if outside(roads.never, bands.never, road) or outside(roads.from_now, bands.from_now, road)]


def _told(sense: Sense, total: float) -> dict[str, float]:
    """The shares at the end without what is only rounding; nothing where they are not all known."""
    least = max(_NOTHING * abs(total), ROUNDING)
    known = {name: 0.0 if abs(share) <= least else share for name, share in sense.shares.items() if share is not None}
    return known if len(known) == len(sense.shares) else {}
