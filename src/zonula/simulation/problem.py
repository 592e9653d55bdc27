"""What is to be solved: a model, a person's parameters, a plan, and the times to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from zonula.ground.errors import UsageError
from zonula.ground.limits import MAX_HORIZON_DAYS, MAX_OUTPUT_TIMES, MAX_RTOL, MIN_OUTPUT_STEP_DAYS, MIN_RTOL
from zonula.language.checks import unit_of
from zonula.language.expression import Name, evaluate
from zonula.language.model import Model
from zonula.simulation.equations import Inputs, Vector
from zonula.simulation.schedule import Dose, Plan

_CLOSE_LOOK_DAYS = 0.5  # after each dose: the response of cytokines is over within half a day
_CLOSE_STEP_DAYS = 5.0 / 1440.0  # every five minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One person under one plan.

    parameters : shape (parameter,), in the model's order and units
    shut       : paths of processes whose gate is shut from the start of the simulation (not while health is solved)
    closed     : names of roads that are closed
    times      : shape (time,), days at which to report, rising, the first 0
    """

    model: Model
    parameters: Vector
    plan: Plan
    until: float
    times: Vector
    shut: frozenset[str] = field(default_factory=frozenset)
    closed: frozenset[str] = field(default_factory=frozenset)
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


def output_times(plan: Plan, until: float, every: float) -> Vector:
    """Days to report: a regular grid, a close look after each dose, and every moment at which something changes."""
    count = int(np.floor(until / every * (1 + 1e-12)))
    moments = [every * np.arange(count + 1), np.array([0.0, until])]
    for dose in plan.doses:
        if dose.start < until:
            stop = min(until, dose.end + _CLOSE_LOOK_DAYS)
            steps = int(np.floor((stop - dose.start) / _CLOSE_STEP_DAYS * (1 + 1e-12)))
            moments += [dose.start + _CLOSE_STEP_DAYS * np.arange(steps + 1), np.array([dose.end])]
    moments.append(np.array([t for s in plan.settings for t in (s.start, s.end)]))
    together = np.concatenate(moments)
    changes = np.array([0.0, until, *(t for d in plan.doses for t in (d.start, d.end)), *(t for s in plan.settings for t in (s.start, s.end))])
    times: Vector = _snapped(together[(together >= 0) & (together <= until)], changes)
    if len(times) > MAX_OUTPUT_TIMES:
        raise UsageError.of("ZN-1202", f"{len(times)} output times", path="solve.every", expected=f"at most {MAX_OUTPUT_TIMES}",
                            fix="report less often, or give fewer doses")
    return times


def _snapped(times: Vector, changes: Vector) -> Vector:
    """Sorted times without near-twins: what lies within a millisecond of a change is that change."""
    nearest = changes[np.argmin(np.abs(times[:, None] - changes[None, :]), axis=1)] if len(times) * len(changes) < 1e7 else times
    close = np.abs(times - nearest) < 1e-8
    return np.unique(np.where(close, nearest, np.round(times, 10)))


def stretches(problem: Problem) -> list[Stretch]:
    """The plan as pieces of time between which something changes; every change falls exactly on a border."""
    changes = {0.0, problem.until}
    for dose in problem.plan.doses:
        if dose.amount:  # a dose of nothing is no dose, to the last bit
            changes |= {dose.start, dose.end}
    for setting in problem.plan.settings:
        changes |= {setting.start, setting.end}
    borders = sorted(t for t in changes if 0 <= t <= problem.until)
    pieces = []
    for start, end in pairwise(borders):
        pieces.append(Stretch(start, end, _jump(problem, start), _inputs(problem, start)))
    return pieces


def _jump(problem: Problem, at: float) -> Vector:
    jump = np.zeros(len(problem.model.states))
    for dose in problem.plan.doses:
        if dose.start == at and dose.duration == 0:
            place, rise = _rise(problem, dose)
            jump[place] += rise
    return jump


def _inputs(problem: Problem, at: float) -> Inputs:
    model, inflow = problem.model, np.zeros(len(problem.model.states))
    for dose in problem.plan.doses:
        if dose.duration and dose.start <= at < dose.end:
            place, rise = _rise(problem, dose)
            inflow[place] += rise / (dose.end - dose.start)
    exposures = {e.path: e.neutral for e in model.exposures}
    for setting in problem.plan.settings:
        if setting.start <= at < setting.end:
            exposures[setting.exposure] = setting.value
    gates = tuple(0.0 if r.path in problem.shut else 1.0 for r in model.reactions)
    roads = tuple(0.0 if r.path.removeprefix("road.") in problem.closed else 1.0 for r in model.roads)
    return Inputs(tuple(exposures.values()), gates, roads, inflow)


def _rise(problem: Problem, dose: Dose) -> tuple[int, float]:
    """What a dose adds to its state, in the state's unit."""
    model = problem.model
    place = model.state_index[dose.state]
    state, volume = model.states[place], model.volumes[place]
    values: dict[Name, float] = dict(zip(model.parameters, problem.parameters, strict=True))
    space = 1.0
    if volume is not None:
        space = float(evaluate(volume, values)) * float(unit_of(volume).scale)
    weight = problem.parameters[model.parameter_index["body.weight"]] if dose.per_weight else 1.0
    return place, float(dose.amount * float(dose.unit.scale) * weight / (space * float(state.unit.scale)))
