"""When what happens: plans cut into pieces of time between which nothing changes, person by person or for many at once.

What a dose does to a state is split in two: an amount in the state's own unit that is the same for everybody, and what one unit
of it is in this body (the weight for doses per kg, the space in which it is dissolved).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zonula.drugs.arrival import landing
from zonula.ground.errors import UsageError
from zonula.language.checks import unit_of
from zonula.language.expression import Expr, Name, evaluate
from zonula.language.model import Model
from zonula.simulation.closings import Closing
from zonula.simulation.events import Dose, Plan, Setting

Vector = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What is done to people who are treated alike.

    shut   : paths of processes whose gate is shut from the start
    closed : roads that are closed, each from its day on
    """

    plan: Plan = field(default_factory=Plan)
    shut: frozenset[str] = field(default_factory=frozenset)
    closed: frozenset[Closing] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Way:
    """How doses land in a body: in which space they are dissolved, if in any, and whether they are given per kg."""

    volume: Expr | None
    per_weight: bool


class Rise(NamedTuple):
    """A state rises by *amount* times what one unit of *way* is in a person: at once, or per day."""

    state: int
    way: int
    amount: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of time without changes: *jumps* at *start* [day], then exposures, gates, roads and *flows* hold until *end*."""

    start: float
    end: float
    jumps: tuple[Rise, ...]
    flows: tuple[Rise, ...]
    exposures: tuple[float, ...]
    gates: tuple[float, ...]
    roads: tuple[float, ...]


def pieces(model: Model, arm: Arm, until: float, ways: dict[Way, int], since: float = 0.0) -> list[Piece]:
    """A plan as pieces of time between which something changes; every change falls exactly on a border.

    Parameters
    ----------
    ways  : the ways of landing that are known, by their place; new ones are added
    since : where the first piece begins [day]; what holds or flows there goes on, and what was given before is not given again

    Raises
    ------
    UsageError   where a dose cannot arrive in its state
    """
    neutral = {e.path: e.neutral for e in model.exposures}
    doses = [dose for dose in arm.plan.doses if dose.amount]  # a dose of nothing is no dose, to the last bit
    settings = [s for s in arm.plan.settings if s.value != neutral[s.exposure]]
    happenings: list[Dose | Setting] = [*doses, *settings]
    changes = {since, until, *(closing.start for closing in arm.closed), *(t for h in happenings for t in (h.start, h.end))}
    rises = _rises(model, doses, ways)
    jumps, flows, dials = _jumps(doses, rises), _Holding(doses), _Holding(settings)
    gates = tuple(0.0 if r.path in arm.shut else 1.0 for r in model.reactions) if arm.shut else (1.0,) * len(model.reactions)
    plain = tuple(neutral.values())
    found = []
    for start, end in pairwise(sorted(t for t in changes if since <= t <= until)):
        flowing = tuple(Rise(rises[k].state, rises[k].way, rises[k].amount / (doses[k].end - doses[k].start))
                        for k in flows.at(start) if doses[k].duration)
        held = dials.at(start)
        exposures = tuple((neutral | {settings[k].exposure: settings[k].value for k in held}).values()) if held else plain
        found.append(Piece(start, end, tuple(jumps.get(start, ())), flowing, exposures, gates, _roads(model, arm, start)))
    return found


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


def _jumps(doses: Sequence[Dose], rises: Sequence[Rise]) -> dict[float, list[Rise]]:
    """By moment, which states rise at once, and by how much."""
    jumps: dict[float, list[Rise]] = {}
    for dose, rise in zip(doses, rises, strict=True):
        if dose.duration == 0:
            jumps.setdefault(dose.start, []).append(rise)
    return jumps


def _roads(model: Model, arm: Arm, at: float) -> tuple[float, ...]:
    closed = {f"road.{closing.road}" for closing in arm.closed if closing.start <= at}
    if not closed:
        return (1.0,) * len(model.roads)
    return tuple(0.0 if r.path in closed else 1.0 for r in model.roads)


def _rises(model: Model, doses: Sequence[Dose], ways: dict[Way, int]) -> list[Rise]:
    """Which state each dose adds to, by which way, and how much in the state's unit."""
    places = model.state_index
    known: dict[tuple[str, int, bool, float], tuple[int, int, float]] = {}
    rises = []
    for dose in doses:
        key = (dose.state, id(dose.unit), dose.per_weight, dose.molar_mass)  # doses of one sentence share a unit, which takes long to compare
        if key not in known:
            place = places[dose.state]
            state, volume = model.states[place], model.volumes[place]
            found = landing(state, volume, dose.unit, dose.molar_mass)
            if found is None:
                raise UsageError.of("ZN-1205", f"a dose in {dose.unit} cannot arrive in {dose.state}", path="plan.events",
                                    expected=state.unit_text, fix="give the dose in a unit that arrives there")
            space = volume if found.dissolved else None
            scale = dose.unit.scale / state.unit.scale / (unit_of(space).scale if space is not None else 1)  # exact, until here
            known[key] = (place, ways.setdefault(Way(space, dose.per_weight), len(ways)), found.factor * float(scale))
        place, way, factor = known[key]
        rises.append(Rise(place, way, float(dose.amount * factor)))
    return rises


def units_of_ways(model: Model, ways: Iterable[Way], parameters: Vector) -> Vector:
    """What one unit of each way of landing is in each person's body.

    Parameters
    ----------
    parameters : shape (person, parameter)

    Returns
    -------
    Shape (person, way)
    """
    values: dict[Name, Vector] = {name: parameters[:, i] for i, name in enumerate(model.parameters)}
    columns = []
    for way in ways:
        weight = parameters[:, model.parameter_index["body.weight"]] if way.per_weight else np.ones(len(parameters))
        with np.errstate(all="ignore"):  # in a body without any space there is no finite value, and the person will not be carried far
            columns.append(weight / evaluate(way.volume, values) if way.volume is not None else weight)
    return np.ascontiguousarray(np.array(columns, dtype=np.float64).reshape(len(columns), len(parameters)).T)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Several arms as flat arrays, in the words of the kernel (``codegen/kernel/people.h``).

    arms         : how many
    segment_ptr  : shape (arm + 1,), where each arm's pieces begin; ``jump_ptr``, ``flow_ptr`` likewise of the pieces
    inputs       : shape (row, input): exposures, gates, roads; each row once
    ways         : how doses land, see :func:`units_of_ways`
    output_times : shape (time,) [day], the same for all arms
    """

    arms: int
    segment_ptr: Integers
    segment_start: Vector
    segment_end: Vector
    segment_inputs: npt.NDArray[np.int32]
    inputs: Vector
    jump_ptr: Integers
    jump_state: npt.NDArray[np.int32]
    jump_way: npt.NDArray[np.int32]
    jump_amount: Vector
    flow_ptr: Integers
    flow_state: npt.NDArray[np.int32]
    flow_way: npt.NDArray[np.int32]
    flow_rate: Vector
    ways: tuple[Way, ...]
    output_times: Vector

    def piece(self, arm: int, at: float) -> int:
        """The place of the piece of time in which the day *at* lies, of those that meet there the later."""
        first, last = self.segment_ptr[arm], self.segment_ptr[arm + 1]
        return int(first + np.searchsorted(self.segment_start[first:last], at, side="right") - 1)


def timetable(model: Model, arms: Sequence[Arm], until: float, times: Vector, since: float = 0.0) -> Timetable:
    """Lay out the plans of all *arms* from the day *since* until the day *until*, to be reported at *times*.

    Raises
    ------
    UsageError   where there is no arm, a dose cannot arrive in its state, or times do not rise within the simulation
    """
    times = np.ascontiguousarray(times, dtype=np.float64)
    if not arms:
        raise UsageError.of("ZN-1206", "there is no arm: nothing is said of what is done to people", fix="give one arm at least: Arm()")
    if not len(times) or not np.all(np.isfinite(times)) or np.any(np.diff(times) <= 0) or times[0] < since or times[-1] > until:
        raise UsageError.of("ZN-1207", f"times to report must rise, from day {since:g} on, to the end of the simulation at most",
                            expected=f"days within {since:g} and {until:g}", fix="sort them, and leave out what is beyond")
    ways: dict[Way, int] = {}
    plans = [pieces(model, arm, until, ways, since) for arm in arms]
    every = [piece for plan in plans for piece in plan]
    rows: dict[tuple[float, ...], int] = {}
    which = [rows.setdefault((*p.exposures, *p.gates, *p.roads), len(rows)) for p in every]
    jumps, flows = [r for p in every for r in p.jumps], [r for p in every for r in p.flows]
    return Timetable(
        arms=len(arms), segment_ptr=_starts(map(len, plans)), segment_start=_floats(p.start for p in every),
        segment_end=_floats(p.end for p in every), segment_inputs=_small(which),
        inputs=np.array(list(rows), dtype=np.float64).reshape(len(rows), -1),
        jump_ptr=_starts(len(p.jumps) for p in every), jump_state=_small(r.state for r in jumps), jump_way=_small(r.way for r in jumps),
        jump_amount=_floats(r.amount for r in jumps),
        flow_ptr=_starts(len(p.flows) for p in every), flow_state=_small(r.state for r in flows), flow_way=_small(r.way for r in flows),
        flow_rate=_floats(r.amount for r in flows), ways=tuple(ways), output_times=times)


def _starts(lengths: Iterable[int]) -> Integers:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _floats(values: Iterable[float]) -> Vector:
    return np.fromiter(values, dtype=np.float64)


def _small(values: Iterable[int]) -> npt.NDArray[np.int32]:
    return np.fromiter(values, dtype=np.int32)
