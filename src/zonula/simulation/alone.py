"""One person by the compiled kernel, in the shape of the reference engine's result.

The kernel computes the states; readouts, signals and rates are then computed from them as the reference engine does.  Who does not reach
the end is asked of the reference engine, which says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from zonula.ground.errors import UsageError, nearest
from zonula.simulation.equations import Equations, Vector
from zonula.simulation.health import Health, NoHealth, solve_health
from zonula.simulation.kept_rates import rates_of
from zonula.simulation.kernel import FINISHED, FOUND, Course, Healths, Kernel, load_kernel
from zonula.simulation.outcome import Finished, NoHealthyState
from zonula.simulation.problem import Problem, stretches
from zonula.simulation.reference import solve
from zonula.simulation.result import Result
from zonula.simulation.timetable import timetable

Progress = Callable[[float], None]


class Solver(Protocol):
    """What simulates one person."""

    def __call__(self, problem: Problem, *, progress: Progress | None = None, health: Health | None = None) -> Result:
        """Simulate one person from health under a plan."""


def solver_of(engine: str) -> Solver:
    """What the name of an engine means for one person: ``kernel`` (compiled) or ``reference`` (SciPy).

    Raises
    ------
    UsageError
    """
    engines: dict[str, Solver] = {"kernel": solve_compiled, "reference": solve}
    if engine not in engines:
        raise UsageError.of("ZN-1216", f"there is no engine {engine!r}", fix=nearest(engine, engines))
    return engines[engine]


def solve_compiled(problem: Problem, *, progress: Progress | None = None, health: Health | None = None) -> Result:
    """Simulate one person from health under a plan, by the compiled kernel.

    Parameters
    ----------
    problem  : what to solve; its tolerance holds for the kernel, too
    progress : called with the share that is done, in [0, 1]: at the end only, as it takes less than a second
    health   : the same person's healthy state, where it is known from another run

    Returns
    -------
    Result; its ``outcome`` says whether the end was reached.

    Raises
    ------
    KernelError   where the kernel cannot be had
    """
    kernel = load_kernel(problem.model)
    found = health or _health(kernel, problem.parameters)
    if isinstance(found, NoHealth):
        return Result.empty(problem, NoHealthyState(reason=found.reason, worst=found.worst, residual=found.residual))
    table = timetable(problem.model, (problem.arm,), problem.until, problem.times)
    course = Course(table=table, readouts=(), rtol=problem.rtol, cancel=np.zeros(1, dtype=np.int32), done=np.zeros(1, dtype=np.int64), states=True)
    runs = kernel.run(problem.parameters[np.newaxis, :], _as_rows(found), np.zeros(1, dtype=np.int32), course)
    if runs.status[0] != FINISHED:
        return solve(problem, progress=progress, health=found)
    equations = Equations(problem.model, problem.parameters, found.setpoints, found.healthy)
    pieces = stretches(problem)  # at a change, what the world does from there on
    places = np.searchsorted([piece.start for piece in pieces], table.output_times, side="right") - 1
    with np.errstate(all="ignore"):
        seen = equations.observe_all(table.output_times, runs.states[0], [pieces[place].inputs for place in places])
    count = len(problem.model.readouts)
    result = Result(problem=problem, outcome=Finished(), health=found, times=table.output_times, states=runs.states[0], readouts=seen[:, :count],
                    traced=seen[:, count:], traced_names=equations.functions.traced, steps=int(runs.steps[0]))
    if progress:
        progress(1.0)
    return result


def _as_rows(health: Health) -> Healths:
    return Healths(state=health.state[np.newaxis, :], setpoints=np.array([health.setpoints]), healthy=np.array([health.healthy]),
                   residual=np.array([health.residual]), status=np.array([FOUND], dtype=np.int32), worst=np.zeros(1, dtype=np.int32))


def _health(kernel: Kernel, parameters: Vector) -> Health | NoHealth:
    """By the kernel, where it finds a stable one; else as the reference engine searches, which also says why there is none."""
    one = kernel.health(parameters[np.newaxis, :])
    if one.status[0] == FOUND:
        state, setpoints, healthy = one.state[0], tuple(one.setpoints[0].tolist()), tuple(one.healthy[0].tolist())
        with np.errstate(all="ignore"):
            rates = rates_of(kernel.model, parameters, state, setpoints, healthy)
        found = Health(state=state, setpoints=setpoints, healthy=healthy, residual=float(one.residual[0]), rates=rates)
        if found.stable:
            return found
    return solve_health(kernel.model, parameters)
