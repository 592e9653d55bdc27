"""How fast and how exact the reference engine is, beside what a user would write with SciPy alone.

``python benchmarks/reference.py`` prints, for the bolus scenario over eight days: error (largest difference from a Radau run at
1e-11, relative to each state's largest value), steps, and time as a ratio to the peer, which is ``scipy.integrate.solve_ivp`` with
method BDF on the same right-hand side with differences for the Jacobian, at rtol 1e-8, measured in the same process.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from zonula.simulation.equations import Equations
from zonula.simulation.health import Health, solve_health
from zonula.simulation.prepare import prepare
from zonula.simulation.problem import Problem, stretches
from zonula.simulation.reference import solve
from zonula.simulation.scenario import read_scenario

REPEATS = 5


def best_of(work: Any) -> tuple[float, Any]:
    """The shortest of several timings [s], and what *work* returned."""
    seconds, out = [], None
    for _ in range(REPEATS):
        start = time.perf_counter()
        out = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), out


def peer(problem: Problem) -> np.ndarray[Any, Any]:
    """The same person with ``solve_ivp`` alone: BDF, Jacobian by differences."""
    health = solve_health(problem.model, problem.parameters)
    if not isinstance(health, Health):
        raise TypeError("the benchmark's person has no healthy state")
    equations = Equations(problem.model, problem.parameters, health.setpoints, health.healthy)
    x, parts = health.state, []
    for piece in stretches(problem):
        x = x + piece.jump
        wanted = problem.times[(problem.times >= piece.start) & (problem.times < piece.end)]
        found = solve_ivp(lambda _, y, piece=piece: equations.derivative(y, piece.inputs), (piece.start, piece.end), x, method="BDF",
                          t_eval=np.append(wanted, piece.end), rtol=1e-8, atol=1e-11 * np.where(health.state != 0, health.state, 1.0))
        parts.append(found.y[:, :-1])
        x = found.y[:, -1]
    return np.concatenate([*parts, x[:, None]], axis=1).T


def main() -> None:
    """Measure and print."""
    problem = prepare(read_scenario("lps_bolus")).problem
    exact = solve(replace(problem, rtol=1e-11), method="Radau").states
    size = np.abs(exact).max(axis=0)
    peer_seconds, peer_states = best_of(lambda: peer(problem))
    rows = [("solve_ivp BDF, differences (peer)", 1e-8, 0, float(np.max(np.abs(peer_states - exact) / size)), peer_seconds)]
    for method in ("LSODA", "BDF", "Radau"):
        for rtol in (1e-4, 1e-6, 1e-8, 1e-10):
            seconds, result = best_of(lambda method=method, rtol=rtol: solve(replace(problem, rtol=rtol), method=method))
            rows.append((f"reference, {method}", rtol, result.steps, float(np.max(np.abs(result.states - exact) / size)), seconds))
    print(f"{'engine':36s} {'rtol':>7s} {'steps':>6s} {'error':>8s} {'ms':>7s} {'time / peer':>12s}")
    for name, rtol, steps, error, seconds in rows:
        print(f"{name:36s} {rtol:7.0e} {steps or '':>6} {error:8.1e} {1e3 * seconds:7.0f} {seconds / peer_seconds:12.2f}")


if __name__ == "__main__":
    main()
