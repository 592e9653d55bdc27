"""Many people at once, by the compiled kernel: in chunks, in threads, in order, with flat memory.

A person's result depends on nothing but that person: not on the others, the size of chunks or the number of threads, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Event
from typing import Protocol

import numpy as np

from zonula.codegen.compiler import cpu_class
from zonula.ground.errors import BrokenOffError, UsageError, nearest
from zonula.ground.limits import MAX_JOBS, MAX_RESULT_BYTES, MAX_STEPS, MAX_STEPS_BETWEEN_CHANGES
from zonula.ground.provenance import version_of
from zonula.language.model import Model
from zonula.simulation import kernel
from zonula.simulation.equations import Vector
from zonula.simulation.health import NoHealth, solve_health, usual_sizes, why_no_health
from zonula.simulation.kernel import Course, Healths, Ints, Kernel, Runs, load_kernel
from zonula.simulation.outcome import Finished, NoHealthyState, Outcome, Stopped
from zonula.simulation.people import Moment, People
from zonula.simulation.problem import Problem, check_bounds
from zonula.simulation.timetable import Arm, timetable, units_of_ways
from zonula.simulation.workers import Steps, in_order, processors

_CHUNK_BYTES = 16_000_000  # of a chunk's curves: what lies about in memory does not grow with the crowd
_MOST_IN_CHUNK = 256  # people: enough to keep every lane busy, few enough to stop soon
_MOST_ALONE = 1024  # where one thread works: who takes the longest holds up the lanes of the fewest others
Progress = Callable[[float], None]


class Rows(Protocol):
    """Parameters of people, shape (person, parameter): an array, or what makes its rows when they are asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many people and parameters."""

    def __getitem__(self, which: slice, /) -> Vector: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Many people, each under one of a few plans, from health.

    parameters : shape (person, parameter), in the model's order and units
    until      : the end [day]
    times      : shape (time,), days at which to report, rising
    arms       : what is done to people; person i is in the arm ``arm_of[i]``, everybody in the first where that is not said
    readouts   : names of what to report; all where none are named
    build      : of the kernel: ``fast``, or ``reproducible`` (the same bytes on any machine)
    thorough   : whether the reference solver, too, is asked about people for whom the kernel finds no healthy state, or none that is stable;
                 it takes seconds for each, and seldom knows better
    method     : ``rodas5p``, or ``tsit5``: explicit, for tight tolerances (1e-6 and below) with doses on most days
    begins     : where people are at the first day who have a history: the ``end`` of other people's results, person by person
    keeps_end  : whether where people are at the last time is kept, so that others may begin there
    since      : the first day: later than 0 where lives go on that were led up to that day; plans and times are in the same days
    """

    model: Model
    parameters: Rows
    until: float
    times: Vector
    arms: tuple[Arm, ...] = (Arm(),)
    arm_of: Ints | None = None
    readouts: tuple[str, ...] | None = None
    rtol: float = 1e-5
    build: str = "fast"
    thorough: bool = True
    method: str = "rodas5p"
    begins: Moment | None = None
    keeps_end: bool = False
    since: float = 0.0

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of what is reported."""
        return self.model.readout_names if self.readouts is None else self.readouts

    def problem(self, parameters: Vector, arm: Arm) -> Problem:
        """What is to be solved for one person of the crowd."""
        return Problem(model=self.model, parameters=parameters, plan=arm.plan, until=self.until, times=np.asarray(self.times, dtype=np.float64),
                       shut=arm.shut, closed=arm.closed, rtol=self.rtol)

    def __len__(self) -> int:
        return self.parameters.shape[0]


def solve_people(crowd: Crowd, *, jobs: int | None = None, chunk: int | None = None, progress: Progress | None = None,
                 cancel: Event | None = None) -> People:
    """Simulate a crowd.

    Parameters
    ----------
    jobs     : threads; one for each processor where it is not said
    chunk    : people who are worked on together; chosen to suit where it is not said.  Results depend neither on it nor on *jobs*
    progress : called with the share of people who are done, in [0, 1]
    cancel   : ends the work within two seconds once it is set

    Returns
    -------
    People; a person who cannot be simulated is not an error: see ``outcomes``.

    Raises
    ------
    UsageError     when the crowd makes no sense, or its curves would not fit into memory
    KernelError    when the kernel cannot be built
    BrokenOffError when *cancel* was set
    """
    check_crowd(crowd)
    whole = (len(crowd), len(crowd.times), len(crowd.shown))
    if 8 * np.prod([float(size) for size in whole]) > MAX_RESULT_BYTES:
        raise UsageError.of("ZN-1211", f"{whole[0]} people at {whole[1]} times with {whole[2]} readouts do not fit into memory together",
                            expected=f"at most {MAX_RESULT_BYTES:.0e} bytes",
                            fix="name the readouts that are wanted, report less often, or take chunk by chunk from stream_people")
    values, health = np.full(whole, np.nan), np.full((len(crowd), len(crowd.model.states)), np.nan)
    steady = np.zeros(len(crowd), dtype=np.bool_)
    ends: list[Moment] = []
    outcomes: list[Outcome] = []
    steps = np.zeros(len(crowd), dtype=np.int64)
    second: list[int] = []
    chunk = _alone(crowd) if chunk is None and jobs == 1 else chunk
    for part in stream_people(crowd, jobs=jobs, chunk=chunk, progress=progress, cancel=cancel):
        here = slice(part.first, part.first + len(part))
        values[here], health[here], steps[here], steady[here] = part.values, part.health, part.steps, part.steady
        outcomes += part.outcomes
        second += part.second_opinions
        ends += [part.end] if part.end is not None else []
    end = Moment.together(ends) if ends else None
    return replace(part, first=0, values=values, health=health, steady=steady, steps=steps, outcomes=tuple(outcomes), second_opinions=tuple(second),
                   end=end)


def stream_people(crowd: Crowd, *, jobs: int | None = None, chunk: int | None = None, progress: Progress | None = None,
                  cancel: Event | None = None) -> Iterator[People]:
    """Simulate a crowd and give it out in order, chunk by chunk; only a few chunks are in memory at any time.

    Arguments and errors are those of :func:`solve_people`.  Who stops asking ends the work.
    """
    check_crowd(crowd)
    jobs = processors() if jobs is None else jobs
    for name, number in (("threads", jobs), ("people in a chunk", 1 if chunk is None else min(chunk, MAX_JOBS))):
        if not 1 <= number <= MAX_JOBS:
            raise UsageError.of("ZN-1212", f"{number} {name} cannot work", expected=f"1 to {MAX_JOBS}", fix="leave it out: what suits is chosen")
    loaded = load_kernel(crowd.model, crowd.build)
    chunk = _chunk(crowd, loaded.lanes, jobs) if chunk is None else chunk
    work = _Work(crowd, loaded, chunk)
    told = -1.0

    def tick() -> None:
        nonlocal told
        if cancel is not None and cancel.is_set():
            raise BrokenOffError.of("ZN-9002", f"the simulation was broken off after {work.done[0]} of {len(crowd)} people",
                                  fix="run it again: nobody's result depends on it")
        if progress and (share := min(float(work.done[0]) / len(crowd), 1.0)) > told:
            told = share
            progress(share)

    def between(_: int, half: _Half) -> _Half:
        return work.second_opinions(half, tick)

    steps = Steps(first=work.healths, between=between, second=work.runs, stop=work.stop, tick=tick)
    return in_order(-(-len(crowd) // chunk), steps, jobs=jobs)


def check_crowd(crowd: Crowd) -> None:
    """Refuse what makes no sense.

    Raises
    ------
    UsageError
    """
    check_bounds(crowd.until, crowd.until, crowd.rtol)
    if not 0 <= crowd.since < crowd.until or (crowd.since and crowd.begins is None):
        raise UsageError.of("ZN-1226", f"lives cannot go on from day {crowd.since:g}", expected=f"a day before the end, day {crowd.until:g}, "
                            "and where everybody is on it (begins)", fix="take the end of a simulation of the same people up to that day")
    if crowd.method not in kernel.METHODS:
        raise UsageError.of("ZN-1224", f"there is no method {crowd.method!r}", fix=nearest(crowd.method, kernel.METHODS))
    shape, names = crowd.parameters.shape, crowd.model.readout_names
    if len(shape) != 2 or shape[1] != len(crowd.model.parameters) or not shape[0]:
        raise UsageError.of("ZN-1213", f"parameters of shape {tuple(shape)} describe no people of this model",
                            expected=f"one row a person, with {len(crowd.model.parameters)} parameters each", fix="give them in the model's order")
    for name in crowd.shown:
        if name not in names:
            raise UsageError.of("ZN-1214", f"there is no readout {name!r}", fix=nearest(name, names))
    if crowd.begins is not None and len(crowd.begins) != shape[0]:
        raise UsageError.of("ZN-1225", f"{len(crowd.begins)} people have a history, and {shape[0]} are to be simulated",
                            fix="take the end of a simulation of the same people")
    arm_of = crowd.arm_of
    if arm_of is not None and (np.shape(arm_of) != (shape[0],) or np.min(arm_of) < 0 or np.max(arm_of) >= len(crowd.arms)):
        raise UsageError.of("ZN-1215", "arm_of does not put each person into an arm", expected=f"{shape[0]} numbers from 0 to {len(crowd.arms) - 1}",
                            fix="give the number of each person's arm")


def _chunk(crowd: Crowd, lanes: int, jobs: int) -> int:
    """How many people suit: a few chunks for each thread, whole vectors, and curves of bounded size."""
    packs = -(-len(crowd) // (4 * jobs * lanes))
    return max(lanes, min(packs * lanes, _MOST_IN_CHUNK, _CHUNK_BYTES // _space(crowd)))


def _alone(crowd: Crowd) -> int:
    """How many people suit one thread whose results are wanted all at once: as few chunks as there can be, as lanes are empty at the end of each."""
    chunks = -(-len(crowd) // max(1, min(_MOST_ALONE, _CHUNK_BYTES // _space(crowd))))
    return -(-len(crowd) // chunks)


def _space(crowd: Crowd) -> int:
    """The bytes of a person."""
    return 8 * (len(crowd.times) * len(crowd.shown) + 2 * len(crowd.model.parameters) + 4 * len(crowd.model.states))


class _Half:
    """A chunk between its steps: everybody's parameters and health, and who has none and why."""

    def __init__(self, parameters: Vector, health: Healths, start: Vector | None = None) -> None:
        self.parameters, self.health, self.start = parameters, health, start
        self.lost: dict[int, NoHealthyState | Stopped] = {}
        self.steady = health.status == kernel.FOUND
        self.asked = np.flatnonzero(~self.steady if start is None else np.zeros(len(parameters), dtype=np.bool_))  # else they were asked before


class _Work:
    """What is done for a chunk, step by step."""

    def __init__(self, crowd: Crowd, loaded: Kernel, chunk: int) -> None:
        self.crowd, self.kernel, self.chunk = crowd, loaded, chunk
        self.cancelled, self.done = np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int64)
        names = crowd.model.readout_names
        self.course = Course(table=timetable(crowd.model, crowd.arms, crowd.until, crowd.times, crowd.since), rtol=crowd.rtol,
                             readouts=tuple(names.index(name) for name in crowd.shown), cancel=self.cancelled, done=self.done, method=crowd.method,
                             states=crowd.keeps_end)
        self.facts: dict[str, str | float] = {
            "zonula": version_of("zonula"), "model": crowd.model.fingerprint, "rtol": crowd.rtol,
            "engine": f"kernel, {crowd.build} build for {cpu_class()}, {loaded.lanes} lanes, {crowd.method}"}

    def stop(self) -> None:
        """Let steps in progress end soon."""
        self.cancelled[0] = 1

    def people(self, place: int) -> slice:
        return slice(place * self.chunk, min((place + 1) * self.chunk, len(self.crowd)))

    def healths(self, place: int) -> _Half:
        here = self.people(place)
        parameters = np.ascontiguousarray(self.crowd.parameters[here], dtype=np.float64)
        if self.crowd.begins is None:
            return _Half(parameters, self.kernel.health(parameters))
        begins = self.crowd.begins.rows(here)
        half = _Half(parameters, begins.health, begins.state)
        half.lost = {int(i): Stopped(reason="what came before the first day was not lived through", at_day=self.crowd.since, fastest="",
                                     fastest_rate=float("nan"))
                     for i in np.flatnonzero(~np.all(np.isfinite(begins.state), axis=1))}
        return half

    def second_opinions(self, half: _Half, tick: Callable[[], None]) -> _Half:
        """Ask the reference solver about those for whom the kernel found no health, or none that is stable; *tick* is called for each."""
        health, model = half.health, self.crowd.model
        for i in half.asked:
            tick()
            if not self.crowd.thorough and health.status[i] == kernel.UNSTABLE:
                continue
            found = solve_health(model, half.parameters[i]) if self.crowd.thorough else why_no_health(
                model, half.parameters[i], worst=int(health.worst[i]), residual=float(health.residual[i]))
            if isinstance(found, NoHealth):
                half.lost[int(i)] = NoHealthyState(reason=found.reason, worst=found.worst, residual=found.residual)
                health.state[i] = np.nan
            else:
                health.state[i], health.setpoints[i], health.healthy[i] = found.state, found.setpoints, found.healthy
                half.steady[i] = found.stable
        return half

    def runs(self, place: int, half: _Half) -> People:
        here, crowd = self.people(place), self.crowd
        count = here.stop - here.start
        arm_of = np.zeros(count, dtype=np.int32) if crowd.arm_of is None else np.asarray(crowd.arm_of)[here].astype(np.int32)
        runs = self.kernel.run(half.parameters, half.health, arm_of, self.course, start=half.start)
        end = Moment(half.health, runs.states[:, -1]) if crowd.keeps_end else None
        outcomes = tuple(half.lost[i] if i in half.lost else Finished() if runs.status[i] == kernel.FINISHED
                         else self._stopped(i, half, int(arm_of[i]), runs) for i in range(count))
        return People(model=crowd.model, first=here.start, times=self.course.table.output_times, readouts=crowd.shown, values=runs.values,
                      outcomes=outcomes, health=half.health.state, steady=half.steady, steps=runs.steps, facts=self.facts,
                      end=end, second_opinions=tuple(here.start + int(i) for i in half.asked) if crowd.thorough else ())

    def _stopped(self, i: int, half: _Half, arm: int, runs: Runs) -> Stopped:
        """Why a person did not reach the end; the same life is led once more, alone and up to there, to see the last state."""
        at, worst, states = float(runs.reached[i]), int(runs.worst[i]), self.crowd.model.states
        if runs.status[i] == kernel.CANCELLED:
            return Stopped(reason="broken off", at_day=at, fastest="", fastest_rate=float("nan"))
        x, relative = self._last_look(i, half, arm, at)
        reasons = {
            kernel.NOT_FINITE: f"a {'rate' if at in self.course.table.segment_start else 'state'} has no finite value",  # at once, or later
            kernel.LEFT_RANGE: f"{states[worst].path} left its range at {x[worst]:.3g} {states[worst].unit_text}",
            kernel.STEP_TOO_SMALL: "the solver's steps have become too small to move forward",
            kernel.TOO_MANY_STEPS: f"more than {MAX_STEPS if runs.steps[i] + runs.refused[i] >= MAX_STEPS else MAX_STEPS_BETWEEN_CHANGES} "
                                   "steps were needed",
        }
        if runs.status[i] == kernel.NOT_FINITE:
            relative[worst] = np.inf
        fastest = int(np.argmax(relative))
        return Stopped(reason=reasons[int(runs.status[i])], at_day=at, fastest=states[fastest].path, fastest_rate=float(relative[fastest]))

    def _last_look(self, i: int, half: _Half, arm: int, at: float) -> tuple[Vector, Vector]:
        """The state of a person at the last time that was reached, and how fast each part of it was changing, relative to its size."""
        row, table = slice(i, i + 1), self.course.table
        times = np.unique([max(self.crowd.since, np.nextafter(at, 0.0)), at])  # within a piece, the end of the last step itself is never passed
        own = replace(self.course, table=replace(table, output_times=times), states=True, readouts=(), done=np.zeros(1, dtype=np.int64))
        health = Healths(**{name: getattr(half.health, name)[row] for name in Healths.__slots__})
        start = health.state if half.start is None else half.start[row]
        seen = self.kernel.run(half.parameters[row], health, np.array([arm], dtype=np.int32), own, start=start).states[0]
        known = seen[np.all(np.isfinite(seen), axis=1)]
        x = known[-1] if len(known) else start[0]
        piece = table.piece(arm, at)
        slope = self.kernel.slopes((half.parameters[i], health.setpoints[0], health.healthy[0]), table.inputs[table.segment_inputs[piece]], x, at)
        flows = slice(table.flow_ptr[piece], table.flow_ptr[piece + 1])
        units = units_of_ways(self.crowd.model, table.ways, half.parameters[row])[0]
        np.add.at(slope, table.flow_state[flows], table.flow_rate[flows] * units[table.flow_way[flows]])
        size = np.maximum(np.abs(x), usual_sizes(health.state[0]))
        return x, np.abs(np.nan_to_num(slope, nan=np.inf)) / size
