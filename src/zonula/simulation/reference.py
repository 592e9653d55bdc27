"""The reference engine: one person, SciPy's LSODA with the exact Jacobian, tight tolerances.

Every change of the plan falls on the border between two solves.  Work is bounded, and whatever stops a
person is reported as a typed outcome with the partial result.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zonula.ground.limits import MAX_STEPS, MAX_STEPS_BETWEEN_CHANGES
from zonula.simulation.equations import Equations, Inputs, Vector
from zonula.simulation.health import Health, NoHealth, solve_health, usual_sizes
from zonula.simulation.outcome import Finished, NoHealthyState, Outcome, Stopped
from zonula.simulation.problem import Problem, Stretch, stretches
from zonula.simulation.result import Result

_RANGE_SLACK = 1e-6  # relative to a state's scale: how far an integrator's error may carry it over its border
_MAX_IDLE = 1000  # steps in a row that do not move time
Progress = Callable[[float], None]


@dataclass
class _Run:
    """The work in progress."""

    problem: Problem
    equations: Equations
    scale: Vector
    borders: tuple[Vector, Vector]
    method: str
    progress: Progress | None
    steps: int = 0
    steps_here: int = 0
    idle: int = 0


class _Halt(Exception):  # noqa: N818 - an inner signal, turned into a typed outcome below
    def __init__(self, reason: str, at: float, state: Vector, inputs: Inputs) -> None:
        super().__init__(reason)
        self.reason, self.at, self.state, self.inputs = reason, at, state, inputs


def solve(problem: Problem, *, method: str = "LSODA", progress: Progress | None = None, health: Health | None = None) -> Result:
    """Simulate one person from health under a plan.

    Parameters
    ----------
    problem  : what to solve
    method   : a stiff method of ``scipy.integrate`` (LSODA, BDF or Radau)
    progress : called with the share of simulated time that is done, in [0, 1]
    health   : the same person's healthy state, where it is known from another run

    Returns
    -------
    Result; its ``outcome`` says whether the end was reached.  A person who cannot be simulated is not an error.
    """
    found = health or solve_health(problem.model, problem.parameters)
    if isinstance(found, NoHealth):
        return Result.empty(problem, NoHealthyState(reason=found.reason, worst=found.worst, residual=found.residual))
    return _solve_from(found, problem, method, progress)


def _solve_from(health: Health, problem: Problem, method: str, progress: Progress | None) -> Result:
    equations = Equations(problem.model, problem.parameters, health.setpoints, health.healthy)
    scale = usual_sizes(health.state)
    low, high = np.array([state.within for state in problem.model.states]).T
    run = _Run(problem, equations, scale, (low - _RANGE_SLACK * scale, high + _RANGE_SLACK * scale), method, progress)
    rows: list[tuple[float, Vector, Inputs]] = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what the solver murmurs is said by the outcome
        outcome = _solve_all(run, health.state, rows)
    return Result.from_rows(problem, outcome, health, rows, equations, steps=run.steps)


def _solve_all(run: _Run, x: Vector, rows: list[tuple[float, Vector, Inputs]]) -> Outcome:
    pieces, healthy = stretches(run.problem), x
    try:
        for k, piece in enumerate(pieces):
            x = x + piece.jump
            rows.append((piece.start, x, piece.inputs))
            x = _solve_piece(run, piece, x, rows)
            if k == len(pieces) - 1:
                rows.append((piece.end, x, piece.inputs))
    except _Halt as halt:
        rows[:] = [row for row in rows if np.all(np.isfinite(row[1]))]
        if np.all(np.isfinite(halt.state)) and (not rows or halt.at > rows[-1][0]):
            rows.append((halt.at, halt.state, halt.inputs))
        while rows and not np.all(np.isfinite(run.equations.observe(*rows[-1][1:], rows[-1][0]))):  # what has no value is not reported
            rows.pop()
        if not rows:  # stopped at once: what was before
            rows.append((pieces[0].start, healthy, Inputs.neutral(run.problem.model)))
        return _stopped(run, halt)
    return Finished()


def _solve_piece(run: _Run, piece: Stretch, x: Vector, rows: list[tuple[float, Vector, Inputs]]) -> Vector:
    from scipy import integrate  # a second of start-up: only when something is solved

    def derivative(t: float, y: Vector) -> Vector:
        return run.equations.derivative(y, piece.inputs, t)

    def jacobian(t: float, y: Vector) -> Any:
        return run.equations.jacobian(y, piece.inputs, t)

    if not np.all(np.isfinite(derivative(piece.start, x))):
        raise _Halt("a rate has no finite value", piece.start, x, piece.inputs)
    rtol = run.problem.rtol
    solver = getattr(integrate, run.method)(derivative, piece.start, x, piece.end, rtol=rtol, atol=1e-3 * rtol * run.scale, jac=jacobian)
    times = run.problem.times
    wanted = times[(times > piece.start) & (times < piece.end)]
    done = run.steps_here = 0
    while solver.status == "running":
        message = solver.step()
        run.steps, run.steps_here = run.steps + 1, run.steps_here + 1
        if solver.status == "failed":
            raise _Halt(f"the solver gave up ({message})", float(solver.t), np.asarray(solver.y), piece.inputs)
        run.idle = run.idle + 1 if solver.t == solver.t_old else 0
        _check(run, float(solver.t), np.asarray(solver.y), piece.inputs)
        last = int(np.searchsorted(wanted, solver.t, side="right"))
        if last > done:
            curve = solver.dense_output()
            rows += [(float(t), curve(float(t)), piece.inputs) for t in wanted[done:last]]  # one by one: no bit depends on the others
            done = last
        if run.progress:
            run.progress(float(solver.t) / run.problem.until)
    return np.array(solver.y)


def _check(run: _Run, t: float, x: Vector, inputs: Inputs) -> None:
    if not np.all(np.isfinite(x)):
        raise _Halt("a state has no finite value", t, x, inputs)
    outside = np.flatnonzero((x < run.borders[0]) | (x > run.borders[1]))
    if len(outside):
        state = run.problem.model.states[outside[0]]
        raise _Halt(f"{state.path} left its range at {x[outside[0]]:.3g} {state.unit_text}", t, x, inputs)
    if run.idle > _MAX_IDLE:
        raise _Halt("the solver's steps have become too small to move forward", t, x, inputs)
    for taken, most in ((run.steps_here, MAX_STEPS_BETWEEN_CHANGES), (run.steps, MAX_STEPS)):
        if taken > most:
            raise _Halt(f"more than {most} steps were needed", t, x, inputs)


def _stopped(run: _Run, halt: _Halt) -> Stopped:
    moving = np.nan_to_num(run.equations.derivative(halt.state, halt.inputs, halt.at), nan=np.inf)
    relative = np.abs(moving) / np.maximum(np.abs(halt.state), run.scale)
    fastest = int(np.argmax(relative))
    return Stopped(reason=halt.reason, at_day=halt.at, fastest=run.problem.model.states[fastest].path, fastest_rate=float(relative[fastest]))
