"""What is to be solved: a model, a person's parameters, a plan, and the times to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from zonula.drugs.arrival import landing
from zonula.ground.errors import UsageError
from zonula.ground.limits import MAX_HORIZON_DAYS, MAX_OUTPUT_TIMES, MAX_RTOL, MIN_OUTPUT_STEP_DAYS, MIN_RTOL
from zonula.language.checks import unit_of
from zonula.language.expression import Name, evaluate
from zonula.language.model import Model
from zonula.language.units import Unit
from zonula.simulation.closings import Closing
from zonula.simulation.equations import Inputs, Vector
from zonula.simulation.events import Dose, Plan, Setting

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
    """The plan as pieces of time between which something changes; every change falls exactly on a border."""
    neutral = {e.path: e.neutral for e in problem.model.exposures}
    doses = [dose for dose in problem.plan.doses if dose.amount]  # a dose of nothing is no dose, to the last bit
    settings = [s for s in problem.plan.settings if s.value != neutral[s.exposure]]
    changes = {0.0, problem.until, *(closing.start for closing in problem.closed)}
    happenings: list[Dose | Setting] = [*doses, *settings]
    changes.update(t for happening in happenings for t in (happening.start, happening.end))
    borders = sorted(t for t in changes if 0 <= t <= problem.until)
    rises = _rises(problem, doses)
    jumps, flows, dials = _jumps(doses, rises), _Holding(doses), _Holding(settings)
    gates = tuple(0.0 if r.path in problem.shut else 1.0 for r in problem.model.reactions)
    pieces = []
    for start, end in pairwise(borders):
        jump, inflow = np.zeros(len(problem.model.states)), np.zeros(len(problem.model.states))
        for place, rise in jumps.get(start, ()):
            jump[place] += rise
        for k in flows.at(start):
            if doses[k].duration:
                inflow[rises[k][0]] += rises[k][1] / (doses[k].end - doses[k].start)
        exposures = neutral | {settings[k].exposure: settings[k].value for k in dials.at(start)}
        pieces.append(Stretch(start, end, jump, Inputs(tuple(exposures.values()), gates, _roads(problem, start), inflow)))
    return pieces


class _Holding:
    """Which of several happenings hold, asked at ever later moments; each is looked at once."""

    def __init__(self, happenings: Sequence[Dose | Setting]) -> None:
        self.waiting = sorted(((h.start, k, h.end) for k, h in enumerate(happenings)), reverse=True)
        self.now: list[tuple[int, float]] = []

    def at(self, moment: float) -> list[int]:
        """Their numbers, in order."""
        while self.waiting and self.waiting[-1][0] <= moment:
            _, k, end = self.waiting.pop()
            self.now.append((k, end))
        self.now = [(k, end) for k, end in self.now if moment < end]
        return sorted(k for k, _ in self.now)


def _jumps(doses: Sequence[Dose], rises: Sequence[tuple[int, float]]) -> dict[float, list[tuple[int, float]]]:
    """By moment, which states rise at once, and by how much."""
    jumps: dict[float, list[tuple[int, float]]] = {}
    for dose, rise in zip(doses, rises, strict=True):
        if dose.duration == 0:
            jumps.setdefault(dose.start, []).append(rise)
    return jumps


def _roads(problem: Problem, at: float) -> tuple[float, ...]:
    closed = {f"road.{closing.road}" for closing in problem.closed if closing.start <= at}
    return tuple(0.0 if r.path in closed else 1.0 for r in problem.model.roads)


def _rises(problem: Problem, doses: Sequence[Dose]) -> list[tuple[int, float]]:
    """Which state each dose adds to, and how much, in the state's unit."""
    model, places = problem.model, problem.model.state_index
    values: dict[Name, float] = dict(zip(model.parameters, problem.parameters, strict=True))
    ways: dict[tuple[str, Unit, bool, float], tuple[float, float, float]] = {}
    rises = []
    for dose in doses:
        place = places[dose.state]
        way = (dose.state, dose.unit, dose.per_weight, dose.molar_mass)
        if way not in ways:
            state, volume = model.states[place], model.volumes[place]
            found = landing(state, volume, dose.unit, dose.molar_mass)
            if found is None:
                raise UsageError.of("ZN-1205", f"a dose in {dose.unit} cannot arrive in {dose.state}", path="plan.events",
                                    expected=state.unit_text, fix="give the dose in a unit that arrives there")
            space = float(evaluate(volume, values)) * float(unit_of(volume).scale) if volume is not None and found.dissolved else 1.0
            weight = problem.parameters[model.parameter_index["body.weight"]] if dose.per_weight else 1.0
            ways[way] = (found.factor, weight, space * float(state.unit.scale))
        factor, weight, whole = ways[way]
        rises.append((place, float(dose.amount * factor * float(dose.unit.scale) * weight / whole)))
    return rises
