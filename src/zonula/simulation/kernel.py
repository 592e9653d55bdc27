"""The door to the compiled kernel: a library is loaded, checked against its model, and called with arrays of a fixed layout.

The structure of a job is that of ``codegen/kernel/job.h``.  Calls let other threads run.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.codegen.compiler import BUILDS, library
from zonula.ground.errors import KernelError
from zonula.ground.limits import MAX_STEPS, MAX_STEPS_BETWEEN_CHANGES
from zonula.language.model import Model
from zonula.simulation.health import usual_sizes
from zonula.simulation.timetable import Timetable, Vector, units_of_ways

FINISHED, TOO_MANY_STEPS, STEP_TOO_SMALL, NOT_FINITE, LEFT_RANGE, CANCELLED, NOT_RUN = range(7)  # as in job.h
METHODS = ("rodas5p", "tsit5")  # as in job.h
FOUND, NOT_FOUND, UNSTABLE = range(3)  # of health, as in health.h
_ATOL_SHARE = 1e-3  # of rtol times the size of a state, as in the reference engine
_FIRST_STEP = 1e-3  # day: 86 s, less than what follows a bolus; the next ones are chosen by the error
_ALIGNED = 64  # bytes: the widest vector
_REBUILD = 'empty the cache of kernels (ZONULA_CACHE), or use the engine "reference"'
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


class _Job(ctypes.Structure):
    """The words of ``Job`` in job.h, one by one."""

    _fields_ = (
        ("persons", ctypes.c_int64), ("parameters", ctypes.c_void_p), ("start", ctypes.c_void_p), ("setpoints", ctypes.c_void_p),
        ("healthy", ctypes.c_void_p), ("scale", ctypes.c_void_p), ("skip", ctypes.c_void_p),
        ("schedule_of", ctypes.c_void_p), ("schedules", ctypes.c_int32), ("segment_ptr", ctypes.c_void_p),
        ("segment_start", ctypes.c_void_p), ("segment_end", ctypes.c_void_p), ("segment_inputs", ctypes.c_void_p),
        ("inputs", ctypes.c_void_p), ("jump_ptr", ctypes.c_void_p), ("jump_state", ctypes.c_void_p), ("jump_way", ctypes.c_void_p),
        ("jump_amount", ctypes.c_void_p), ("flow_ptr", ctypes.c_void_p), ("flow_state", ctypes.c_void_p), ("flow_way", ctypes.c_void_p),
        ("flow_rate", ctypes.c_void_p), ("ways_count", ctypes.c_int32), ("ways", ctypes.c_void_p),
        ("output_ptr", ctypes.c_void_p), ("output_time", ctypes.c_void_p), ("output_most", ctypes.c_int64),
        ("chosen_count", ctypes.c_int32), ("chosen", ctypes.c_void_p), ("out", ctypes.c_void_p), ("states", ctypes.c_void_p),
        ("rtol", ctypes.c_double), ("atol_share", ctypes.c_double), ("first_step", ctypes.c_double), ("largest_step", ctypes.c_double),
        ("most_steps", ctypes.c_int64), ("most_steps_here", ctypes.c_int64),
        ("status", ctypes.c_void_p), ("worst", ctypes.c_void_p), ("reached", ctypes.c_void_p), ("steps", ctypes.c_void_p),
        ("rejected", ctypes.c_void_p), ("cancel", ctypes.c_void_p), ("done", ctypes.c_void_p), ("method", ctypes.c_int32),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Healths:
    """Healthy states of several people; rows of those who have none are NaN.

    state, setpoints, healthy : shape (person, state / set-point / healthy value), as in ``health.Health``
    residual                  : shape (person,), largest relative rate of change that is left
    status, worst             : shape (person,), FOUND and its like; which unknown stayed furthest from rest
    """

    state: Vector
    setpoints: Vector
    healthy: Vector
    residual: Vector
    status: Ints
    worst: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What became of several people, person by person; what was not reached is NaN.

    values         : shape (person, time, readout)
    states         : shape (person, time, state); without any, where they were not asked for
    status, worst  : shape (person,), FINISHED and its like; the state to blame, or -1
    reached        : shape (person,), the last time that was reached [day]
    steps, refused : shape (person,), steps taken and attempts that were refused
    """

    values: Vector
    states: Vector
    status: Ints
    worst: Ints
    reached: Vector
    steps: Longs
    refused: Longs


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What all people of a call share: the timetable, which readouts to report, how exactly to compute.

    cancel, done : one number each: set to 1 to stop; grows with each person whose end is known
    method       : of METHODS
    """

    table: Timetable
    readouts: tuple[int, ...]
    rtol: float
    cancel: Ints
    done: Longs
    states: bool = False
    method: str = "rodas5p"


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A model's loaded library.  Any number of threads may use it at once."""

    model: Model
    lanes: int
    _library: Any
    _workspace: int

    def health(self, parameters: Vector) -> Healths:
        """Solve the healthy states of the people whose *parameters*, shape (person, parameter), are given."""
        model, people = self.model, len(parameters)
        given = _checked(parameters, (people, len(model.parameters)))
        out = Healths(state=_nothing(people, len(model.states)), setpoints=_nothing(people, len(model.setpoints)),
                      healthy=_nothing(people, len(model.healthy)), residual=_nothing(people),
                      status=np.full(people, NOT_FOUND, dtype=np.int32), worst=np.zeros(people, dtype=np.int32))
        filled: tuple[npt.NDArray[Any], ...] = (out.state, out.setpoints, out.healthy, out.residual, out.status, out.worst)
        space = self._space()
        self._library.zn_health(ctypes.c_int64(people), _at(given), None, *(_at(array) for array in filled), _at(space))
        for array in filled[:3]:
            array[out.status == NOT_FOUND] = np.nan
        return out

    def run(self, parameters: Vector, health: Healths, arm_of: Ints, course: Course, *, start: Vector | None = None) -> Runs:
        """Carry people from health through their arms' timetables; who has no healthy state is left out (NOT_RUN).

        Parameters
        ----------
        parameters : shape (person, parameter)
        arm_of     : shape (person,), the place of each person's arm in the timetable
        start      : shape (person, state), where people begin who do not begin in health; NaN: left out
        """
        people, times = len(parameters), len(course.table.output_times)
        out = Runs(values=_nothing(people, times, len(course.readouts)),
                   states=_nothing(people, times if course.states else 0, len(self.model.states)),
                   status=np.full(people, NOT_RUN, dtype=np.int32), worst=np.full(people, -1, dtype=np.int32), reached=_nothing(people),
                   steps=np.zeros(people, dtype=np.int64), refused=np.zeros(people, dtype=np.int64))
        arrays = {**self._of_people(parameters, health, arm_of, course.table, start), **arrays_of(course),
                  "cancel": course.cancel, "done": course.done, **_of_runs(out),
                  "output_ptr": times * np.arange(course.table.arms + 1, dtype=np.int64),
                  "output_time": np.tile(course.table.output_times, course.table.arms)}
        numbers = {"persons": people, "schedules": course.table.arms, "ways_count": len(course.table.ways), "output_most": times,
                   "chosen_count": len(course.readouts), **numbers_of(course)}
        job = _Job(**numbers, **{name: array.ctypes.data for name, array in arrays.items()})
        space = self._space()
        self._library.zn_run(ctypes.byref(job), _at(space))
        return out

    def slopes(self, person: tuple[Vector, Vector, Vector], inputs: Vector, x: Vector, t: float) -> Vector:
        """d(state)/d(day) of one person (parameters, set-points, healthy values) under a row of inputs, without infusions."""
        given = [np.ascontiguousarray(part, dtype=np.float64) for part in (*person, inputs, x)]
        out = np.empty(len(self.model.states))
        self._library.zn_rhs(*map(_at, given), ctypes.c_double(t), _at(out))
        return out

    def _of_people(self, parameters: Vector, health: Healths, arm_of: Ints, table: Timetable,
                   start: Vector | None = None) -> dict[str, npt.NDArray[Any]]:
        people, model = len(parameters), self.model
        rest = _checked(health.state, (people, len(model.states)))
        begin = rest if start is None else _checked(start, rest.shape)
        skip = ~np.all(np.isfinite(rest) & np.isfinite(begin), axis=1)
        rest, begin = (np.where(skip[:, np.newaxis], 0.0, state) for state in (rest, begin))
        return {"parameters": _checked(parameters, (people, len(model.parameters))), "start": begin, "skip": skip.astype(np.uint8),
                "setpoints": _checked(health.setpoints, (people, len(model.setpoints))),
                "healthy": _checked(health.healthy, (people, len(model.healthy))), "scale": usual_sizes(rest),
                "schedule_of": np.ascontiguousarray(arm_of, dtype=np.int32), "ways": units_of_ways(model, table.ways, parameters)}

    def _space(self) -> npt.NDArray[np.uint8]:
        """Scratch memory for one call, at an address that vectors like."""
        whole = np.empty(self._workspace + _ALIGNED, dtype=np.uint8)
        shift = -whole.ctypes.data % _ALIGNED
        return whole[shift: shift + self._workspace]


def numbers_of(course: Course) -> dict[str, float | int]:
    """How exactly all people of a call are computed, in the words of a job."""
    return {"rtol": course.rtol, "atol_share": _ATOL_SHARE, "first_step": _FIRST_STEP, "largest_step": float(course.table.segment_end[-1]),
            "most_steps": MAX_STEPS, "most_steps_here": MAX_STEPS_BETWEEN_CHANGES, "method": METHODS.index(course.method)}


def arrays_of(course: Course) -> dict[str, npt.NDArray[Any]]:
    """What happens when to all people of a call, and what is reported, in the words of a job."""
    shared = ("segment_ptr", "segment_start", "segment_end", "segment_inputs", "inputs", "jump_ptr", "jump_state", "jump_way", "jump_amount",
              "flow_ptr", "flow_state", "flow_way", "flow_rate")
    return {**{name: getattr(course.table, name) for name in shared}, "chosen": np.array(course.readouts, dtype=np.int32)}


def _of_runs(out: Runs) -> dict[str, npt.NDArray[Any]]:
    return {"out": out.values, "status": out.status, "worst": out.worst, "reached": out.reached, "steps": out.steps, "rejected": out.refused,
            **({"states": out.states} if out.states.size else {})}


def _nothing(*shape: int) -> Vector:
    return np.full(shape, np.nan)


def _checked(array: Vector, shape: tuple[int, ...]) -> Vector:
    """Numbers as the kernel reads them; never of another shape than it believes."""
    if array.shape != shape:
        raise KernelError.of("ZN-6103", f"the kernel is given an array of shape {array.shape}", expected=str(shape),
                             fix="give one row a person, in the order of the model")
    return np.ascontiguousarray(array, dtype=np.float64)


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


@lru_cache(maxsize=8)
def load_kernel(model: Model, build: str = "fast", *, cpu: str | None = None) -> Kernel:
    """The kernel of *model*, compiled where it must be.

    Parameters
    ----------
    build : ``fast``, or ``reproducible``: the same bytes of every result on any machine
    cpu   : a class of processor that this machine runs; its own where none is named

    Raises
    ------
    KernelError   where it cannot be built, or not be loaded
    """
    return opened(library(model, build, cpu=cpu), model, build)


_RETURNS = {"zn_run": ctypes.c_int, "zn_health": ctypes.c_int, "zn_workspace": ctypes.c_int64, "zn_model": ctypes.c_char_p, "zn_sizes": None,
            "zn_rhs": None}
_PLACES = {"states": 0, "parameters": 1, "setpoints": 2, "healthy": 3, "inputs": 4, "readouts": 7, "reproducible": 9, "bytes of a job": 10}


def opened(path: Path, model: Model, build: str) -> Kernel:
    """Load a library, and check that it is of this very model and build.

    Raises
    ------
    KernelError
    """
    try:
        loaded = ctypes.CDLL(str(path))
        for name, kind in _RETURNS.items():
            getattr(loaded, name).restype = kind
    except (OSError, AttributeError) as error:
        raise KernelError.of("ZN-6101", "the compiled kernel cannot be loaded", file=str(path), found=str(error)[:300], fix=_REBUILD) from error
    inputs = len(model.exposures) + len(model.gates) + len(model.roads)
    sizes = (len(model.states), len(model.parameters), len(model.setpoints), len(model.healthy), inputs, len(model.readouts),
             BUILDS.index(build), ctypes.sizeof(_Job))
    seen = np.zeros(16, dtype=np.int64)
    loaded.zn_sizes(_at(seen))
    expected = dict(zip(_PLACES, sizes, strict=True))
    wrong = [f"{name}: {seen[place]}" for name, place in _PLACES.items() if seen[place] != expected[name]]
    if loaded.zn_model() != model.fingerprint.encode("ascii"):
        wrong.insert(0, "another model")
    if wrong:
        raise KernelError.of("ZN-6102", "the compiled kernel is not of this model", file=str(path), found=", ".join(wrong),
                             expected=", ".join(f"{name}: {size}" for name, size in expected.items()), fix=_REBUILD)
    return Kernel(model, int(seen[8]), loaded, int(loaded.zn_workspace()))
