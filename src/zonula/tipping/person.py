"""One person as the equations see them: health, the right-hand side at any state, and the resting state nearby."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import SolverError
from zonula.language.model import Model
from zonula.simulation.equations import Equations, Inputs, Vector
from zonula.simulation.health import Health, NoHealth, solve_health, usual_sizes
from zonula.simulation.prepare import Setup
from zonula.simulation.problem import Problem
from zonula.simulation.simulate import ready

_NEWTON_STEPS = 40
_SAME = 1e-3  # states that differ by less, relative to their size in health, are the same
_RESTS = 1e-8  # largest rate of change that counts as rest, relative to the gross flow through each state


@dataclass(frozen=True, slots=True)
class Person:
    """A person's numbers, and the health that set-points and ``healthy(x)`` come from."""

    problem: Problem
    health: Health

    @classmethod
    def of(cls, scenario: str | Path | Setup | Problem) -> Person:
        """Who a scenario, or a problem, is about.

        Raises
        ------
        SolverError   where that person has no healthy state
        """
        problem = scenario if isinstance(scenario, Problem) else ready(scenario).problem
        health = solve_health(problem.model, problem.parameters)
        if isinstance(health, NoHealth):
            raise SolverError.of("ZN-4021", f"this person has no healthy state: {health.reason}", path="parameters",
                                 fix="change the parameters that make it so")
        return cls(problem, health)

    @property
    def model(self) -> Model:
        """Of which all is said."""
        return self.problem.model

    @property
    def resting(self) -> list[int]:
        """Places of the states that can rest: all but those that only add up."""
        return [i for i, state in enumerate(self.model.states) if not state.accumulates]

    @property
    def neutral(self) -> Inputs:
        """What the world does when nothing happens; what is shut or closed for this person stays so."""
        gates = tuple(0.0 if r.path in self.problem.shut else 1.0 for r in self.model.reactions)
        closed = {f"road.{closing.road}" for closing in self.problem.closed}
        roads = tuple(0.0 if road.path in closed else 1.0 for road in self.model.roads)
        return Inputs(tuple(e.neutral for e in self.model.exposures), gates, roads, np.zeros(len(self.model.states)))

    def equations(self, parameters: Vector | None = None) -> Equations:
        """The right-hand side, with other *parameters* if they have changed after health; set-points and healthy values stay."""
        return Equations(self.model, self.problem.parameters if parameters is None else parameters, self.health.setpoints, self.health.healthy)

    def readouts(self, state: Vector, inputs: Inputs | None = None) -> dict[str, float]:
        """All readouts at a state, by name."""
        values = self.equations().observe(state, self.neutral if inputs is None else inputs)
        return dict(zip(self.model.readout_names, values, strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A resting state: the whole state (what adds up is as it was), and the eigenvalues of the motion near it [1/day], slowest first."""

    state: Vector
    rates: npt.NDArray[np.complex128]

    @property
    def stable(self) -> bool:
        """Whether every small deviation dies away."""
        return bool(np.all(self.rates.real < 0))


def eigenvalues(matrix: Vector) -> npt.NDArray[np.complex128]:
    """Eigenvalues, slowest or fastest growing first."""
    rates = np.linalg.eigvals(matrix).astype(np.complex128)
    out: npt.NDArray[np.complex128] = rates[np.argsort(-rates.real)]
    return out


def rest_near(person: Person, state: Vector, inputs: Inputs | None = None, parameters: Vector | None = None) -> Rest | None:
    """The resting state that Newton's method finds from *state*; None where it finds none within the states' ranges."""
    equations, inputs, here = person.equations(parameters), person.neutral if inputs is None else inputs, person.resting
    low, high = (np.array([person.model.states[i].within[k] for i in here]) for k in (0, 1))
    x, size = state.copy(), usual_sizes(person.health.state)
    with np.errstate(all="ignore"):
        for _ in range(_NEWTON_STEPS):
            flow, slopes = equations.derivative(x, inputs)[here], equations.jacobian(x, inputs)[np.ix_(here, here)]
            if not (np.all(np.isfinite(flow)) and np.all(np.isfinite(slopes))):
                return None
            try:
                step = np.linalg.solve(slopes, flow)
            except np.linalg.LinAlgError:
                return None
            at: Vector = x[here]
            x[here] = np.clip(at - _damped(np.asarray(step, dtype=np.float64), at, size[here]), low, high)
            if np.max(np.abs(step) / np.maximum(np.abs(x[here]), size[here])) < 1e-11:
                break
        flow, slopes = equations.derivative(x, inputs)[here], equations.jacobian(x, inputs)[np.ix_(here, here)]
        gross = np.abs(slopes) @ np.maximum(np.abs(x[here]), 1e-9 * size[here])
    if not np.all(np.abs(flow) <= _RESTS * np.maximum(gross, 1e-300)):
        return None
    return Rest(state=x, rates=eigenvalues(slopes))


def other_rest(person: Person, state: Vector) -> Rest | None:
    """The resting state near *state* when nothing happens any more; None where there is none, or where it is health.

    What only adds up (such as lost cartilage) is as it has become, in that health, too: a person who bears the traces of an illness is not ill.
    """
    rest = rest_near(person, state) if np.all(np.isfinite(state)) else None
    if rest is None:
        return None
    size, here, marked = usual_sizes(person.health.state), person.resting, state.copy()
    marked[here] = person.health.state[here]
    health = rest_near(person, marked)
    healthy = person.health.state if health is None else health.state
    return rest if np.max(np.abs(rest.state - healthy)[here] / size[here]) > _SAME else None


def _damped(step: Vector, x: Vector, size: Vector) -> Vector:
    """A step that moves nothing by more than its own size at once."""
    largest = float(np.max(np.abs(step) / np.maximum(np.abs(x), size)))
    return step if largest <= 1 else step / largest
