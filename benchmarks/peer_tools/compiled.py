"""Tools that are given our right-hand side as machine code: made from the same formulas by the same C compiler, for one person."""

from __future__ import annotations

import ctypes
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from peer_tools.formulas import c_text, formulas_of
from peer_tools.measure import Vector
from peer_tools.tool import ATOL_SHARE, NothingFits, Tool, cpu_seconds
from peer_tools.workload import Workload, neutral_inputs, setup_of
from zonula.codegen.compiler import built, kernel_sources


def scalar_library(work: Workload) -> tuple[Any, Any]:
    """The formulas, and their compiled form."""
    model = setup_of(work.days).problem.model
    formulas = formulas_of(model)
    text = c_text(formulas, len(model.states))
    path = built(lambda: kernel_sources() | {"ensemble.c": text}, name="peers", facts=(text, *sorted(kernel_sources().values())))
    return formulas, ctypes.CDLL(str(path))


def pointer(array: Vector) -> ctypes.c_void_p:
    """Where an array's numbers are."""
    return ctypes.c_void_p(array.ctypes.data)


def constants_of(work: Workload, formulas: Any, library: Any) -> Vector:
    """What is fixed for each person, shape (person, constant)."""
    out = np.zeros((work.persons, len(formulas.constants)))
    inputs = neutral_inputs(setup_of(work.days).problem.model)
    for person, row in enumerate(out):
        given = [np.ascontiguousarray(part[person]) for part in (work.parameters, work.setpoints, work.healthy)]
        library.peer_constants(*map(pointer, given), pointer(inputs), pointer(row))
    return out


class Sundae(Tool):
    """CVODE by scikit-sundae: BDF, our compiled rates and exact sparse Jacobian, called through Python; started anew at each dose."""

    name, module, distribution = "scikit-sundae", "sksundae", "scikit-sundae"
    linear_solver: ClassVar[str] = "sparse"

    def prepare(self) -> None:
        formulas, library = scalar_library(self.work)
        self.library, self.constants = library, constants_of(self.work, formulas, library)
        self.places = np.array(formulas.columns)
        for name in ("peer_rhs", "peer_slopes"):
            getattr(library, name).restype = None

    def _solver(self, person: int, rtol: float) -> Any:
        from sksundae.cvode import CVODE

        states = self.work.state.shape[1]
        rhs, slopes, q = self.library.peer_rhs, self.library.peer_slopes, pointer(self.constants[person])
        rhs.argtypes = (ctypes.c_double, *[ctypes.c_void_p] * 3)
        slopes.argtypes = (ctypes.c_void_p,) * 3
        entries = np.zeros(len(self.places))
        at, rows, columns = entries.ctypes.data, *self.places.T
        sparse = self.linear_solver == "sparse"

        def derivative(t: float, y: Vector, yp: Vector) -> None:
            rhs(t, y.ctypes.data, yp.ctypes.data, q)

        def jacobian(_t: float, y: Vector, _yp: Vector, J: Vector) -> None:  # noqa: N803 - named by the tool
            if sparse:
                slopes(y.ctypes.data, J.ctypes.data, q)
            else:
                slopes(y.ctypes.data, at, q)
                J[rows, columns] = entries

        pattern = np.zeros((states, states))
        pattern[rows, columns] = 1.0
        more = {"linsolver": "sparse", "sparsity": pattern} if sparse else {}
        warnings.filterwarnings("ignore", "Custom sparse Jacobian")  # it says that ours is taken, as it should be
        return CVODE(derivative, jacfn=jacobian, rtol=rtol, atol=rtol * ATOL_SHARE * self.work.sizes[person], max_num_steps=1_000_000, **more)

    def run(self, rtol: float) -> tuple[float, Vector]:
        work = self.work
        out, seconds = np.full((work.persons, work.days, work.state.shape[1]), np.nan), 0.0
        for person in range(work.persons):
            solver, x = self._solver(person, rtol), work.state[person].copy()
            begin = cpu_seconds()
            for day in range(work.days):
                x += work.jumps[person]
                found = solver.solve(np.array([day, day + 0.5, day + 1.0]), x)
                if not found.success:
                    raise NothingFits(f"day {day}: {found.message}")
                out[person, day], x = found.y[1], np.array(found.y[2])
            seconds += cpu_seconds() - begin
        return seconds, out


class SundaeDense(Sundae):
    """The same with a dense Jacobian."""

    name: ClassVar[str] = "scikit-sundae-dense"
    linear_solver: ClassVar[str] = "dense"


class Lsoda(Tool):
    """LSODA by numbalsoda: nothing but machine code, our compiled rates in states of size 1; started anew at each dose."""

    name, module, distribution = "numbalsoda", "numbalsoda", "numbalsoda"

    def prepare(self) -> None:
        formulas, library = scalar_library(self.work)
        self.constants = np.hstack([constants_of(self.work, formulas, library), self.work.sizes])
        self.address = ctypes.cast(library.peer_rhs_scaled, ctypes.c_void_p).value
        self.library, self.lead = library, _lead()
        one = np.empty((1, self.work.state.shape[1]))
        self._person(0, 1e-3, one)

    def _person(self, person: int, rtol: float, out: Vector) -> bool:
        sizes, q = self.work.sizes[person], np.ascontiguousarray(self.constants[person])
        return bool(self.lead(self.address, self.work.state[person] / sizes, self.work.jumps[person] / sizes, q, rtol, rtol * ATOL_SHARE, out))

    def run(self, rtol: float) -> tuple[float, Vector]:
        work = self.work
        out, seconds = np.full((work.persons, work.days, work.state.shape[1]), np.nan), 0.0
        for person in range(work.persons):
            begin = cpu_seconds()
            done = self._person(person, rtol, out[person])
            seconds += cpu_seconds() - begin
            if not done:
                raise NothingFits(f"person {person}: it gave up")
        return seconds, out * work.sizes[:, np.newaxis, :]


def _lead() -> Callable[..., bool]:
    """One person's days in machine code."""
    from numba import njit
    from numbalsoda import lsoda

    @njit
    def lead(address, start, jump, q, rtol, atol, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0917
        x, times = start.copy(), np.array([0.0, 0.5, 1.0])
        for day in range(out.shape[0]):
            x += jump
            found, success = lsoda(address, x, times, q, rtol, atol)
            if not success:
                return False
            out[day] = found[1]
            x = found[2].copy()
        return True

    made: Callable[..., bool] = lead
    return made
