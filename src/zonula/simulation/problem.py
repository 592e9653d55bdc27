"""What is to be solved: a model, a person's parameters, a plan, and the times to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from zonula.ground.errors import UsageError
from zonula.ground.limits import MAX_HORIZON_DAYS, MAX_OUTPUT_TIMES, MAX_RTOL, MIN_OUTPUT_STEP_DAYS, MIN_RTOL
from zonula.language.model import Model
from zonula.simulation.closings import Closing
from zonula.simulation.equations import Inputs, Vector
from zonula.simulation.events import Dose, Plan
from zonula.simulation.timetable import Arm, Rise, Way, pieces, units_of_ways

_CLOSE_LOOK_DAYS = 0.5  # after each dose: the response of cytokines is over within half a day
_CLOSE_STEP_DAYS = 5.0 / 1440.0  # every five minutes
_MOST_LOOKS, _MOST_LOOKS_TOGETHER = 20, 40  # doses that are looked at closely, into one state and in all: below 20 000 times together
_LONG_INFUSION_DAYS = 1.0  # beyond, its beginning and its end are looked at closely, not all between


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One person under one plan.

    parameters : shape (parameter,), in the model's order and units
    shut       : paths of processes whose gate is shut from the start of the simulation (not while health is solved)
    closed     : roads that are closed, each from its day on (not while health is solved)
    times      : shape (time,), days at which to report, rising, the first 0
    """

    model: Model
    parameters: Vector
    plan: Plan
    until: float
    times: Vector
    shut: frozenset[str] = field(default_factory=frozenset)
    closed: frozenset[Closing] = field(default_factory=frozenset)
    rtol: float = 1e-8

    @property
    def arm(self) -> Arm:
        """What is done to the person."""
        return Arm(plan=self.plan, shut=self.shut, closed=self.closed)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of time without changes: *jump* is added to the state at *start*, then *inputs* hold until *end* [day]."""

    start: float
    end: float
    jump: Vector
    inputs: Inputs


def check_bounds(until: float, every: float, rtol: float) -> None:
    """Refuse horizons, steps and tolerances that make no sense.

    Raises
    ------
    UsageError
    """
    if not MIN_OUTPUT_STEP_DAYS <= until <= MAX_HORIZON_DAYS:
        raise UsageError.of("ZN-1201", f"the horizon of {until:g} days is out of range", path="solve.until",
                            expected=f"at least a second and at most {MAX_HORIZON_DAYS:g} days", fix='write it like until = "8 d"')
    if every < MIN_OUTPUT_STEP_DAYS or until / every > MAX_OUTPUT_TIMES:
        raise UsageError.of("ZN-1202", f"an output every {every:g} days over {until:g} days is out of range", path="solve.every",
                            expected=f"at least a second, and at most {MAX_OUTPUT_TIMES} times", fix='write it like every = "1 h"')
    if not MIN_RTOL <= rtol <= MAX_RTOL:
        raise UsageError.of("ZN-1203", f"the tolerance {rtol:g} is out of range", path="solve.rtol",
                            expected=f"{MIN_RTOL:g} to {MAX_RTOL:g}", fix="the usual value is 1e-8")


def output_times(plan: Plan, until: float, every: float, closed: Iterable[Closing] = ()) -> Vector:
    """Days to report: a regular grid, a close look after each dose, and every moment at which something changes."""
    closings = [closing.start for closing in closed]
    count = int(np.floor(until / every * (1 + 1e-12)))
    moments = [every * np.arange(count + 1)]
    looks = _close_looks([dose for dose in plan.doses if dose.start < until])
    for first, last in [(first, last) for first, last in looks if first < until]:
        steps = int(np.floor((min(until, last) - first) / _CLOSE_STEP_DAYS * (1 + 1e-12)))
        moments.append(first + _CLOSE_STEP_DAYS * np.arange(steps + 1))
    changes = np.array([0.0, until, *closings, *(t for d in plan.doses for t in (d.start, d.end)),
                        *(t for s in plan.settings for t in (s.start, s.end))])
    together = np.concatenate([*moments, changes])
    times: Vector = _snapped(together[(together >= 0) & (together <= until)], changes)
    if len(times) > MAX_OUTPUT_TIMES:
        raise UsageError.of("ZN-1202", f"{len(times)} output times", path="solve.every", expected=f"at most {MAX_OUTPUT_TIMES}",
                            fix="report less often, or give fewer doses")
    return times


def _close_looks(doses: Iterable[Dose]) -> Iterator[tuple[float, float]]:
    """From when to when the curves are looked at closely: around the first doses into each state, and not more than is readable.

    Later doses of a long regimen are reported as they are given, and on the regular grid.
    """
    looks: Counter[str] = Counter()
    for dose in doses:
        if looks[dose.state] < _MOST_LOOKS and looks.total() < _MOST_LOOKS_TOGETHER:
            looks[dose.state] += 1
            if dose.duration <= _LONG_INFUSION_DAYS:
                yield dose.start, dose.end + _CLOSE_LOOK_DAYS
            else:
                yield dose.start, dose.start + _CLOSE_LOOK_DAYS
                yield dose.end, dose.end + _CLOSE_LOOK_DAYS


def _snapped(times: Vector, changes: Vector) -> Vector:
    """Sorted times without near-twins: what lies within a millisecond of a change is that change."""
    changes = np.unique(changes)
    after = np.searchsorted(changes, times).clip(1, len(changes) - 1)
    nearest = np.where(times - changes[after - 1] <= changes[after] - times, changes[after - 1], changes[after])
    close = np.abs(times - nearest) < 1e-8
    return np.unique(np.where(close, nearest, np.round(times, 10)))


def stretches(problem: Problem) -> list[Stretch]:
    """The plan as pieces of time between which something changes, with what doses do in this person."""
    ways: dict[Way, int] = {}
    found = pieces(problem.model, problem.arm, problem.until, ways)
    units = units_of_ways(problem.model, ways, problem.parameters[np.newaxis, :])[0]
    return [Stretch(p.start, p.end, _summed(problem.model, p.jumps, units),
                    Inputs(p.exposures, p.gates, p.roads, _summed(problem.model, p.flows, units))) for p in found]


def _summed(model: Model, rises: Iterable[Rise], units: Vector) -> Vector:
    total = np.zeros(len(model.states))
    for rise in rises:
        total[rise.state] += rise.amount * units[rise.way]
    return total
