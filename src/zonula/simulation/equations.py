"""The equations of one person: a model's generated functions with that person's numbers in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.codegen import stored
from zonula.codegen.python import Functions
from zonula.language.expression import Name, evaluate
from zonula.language.model import Model

Vector = npt.NDArray[np.float64]
_MANY = 64  # moments from which it pays to look at all of them together


@lru_cache(maxsize=8)
def functions_of(model: Model) -> Functions:
    """The generated functions of *model* for one person (made once)."""
    return stored.functions(model)


@lru_cache(maxsize=8)
def _functions_of_moments(model: Model) -> Functions:
    """The same for many moments at once, given as arrays."""
    return stored.functions(model, arrays=True)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the world does between two changes of the schedule.

    exposures, gates, roads : one number each, in the order of the model
    inflow                  : what infusions add to each state, in its unit per day
    """

    exposures: tuple[float, ...]
    gates: tuple[float, ...]
    roads: tuple[float, ...]
    inflow: Vector

    @classmethod
    def neutral(cls, model: Model) -> Inputs:
        """Nothing happens: exposures neutral, gates and roads open, no infusion."""
        return cls(tuple(e.neutral for e in model.exposures), (1.0,) * len(model.gates), (1.0,) * len(model.roads),
                   np.zeros(len(model.states)))


class Equations:
    """d(state)/d(day), its Jacobian and the readouts for one person.

    A formula without a value (a division by zero, an overflow) gives NaN, which a solver's step refuses.  *day* is the time since the
    beginning of the run, which clocks show; where none is given they stand still, as while health is solved.
    """

    def __init__(self, model: Model, parameters: Vector, setpoints: Sequence[float], healthy: Sequence[float]) -> None:
        self.model, self.functions = model, functions_of(model)
        self._p, self._s, self._h = parameters.tolist(), list(setpoints), list(healthy)
        known: dict[Name, float] = dict(zip(model.parameters, self._p, strict=True))
        self._still = tuple(float(evaluate(neutral, known)) for _, neutral in model.clocks)
        self._shape = (len(model.states), len(model.states))
        rows, columns = zip(*self.functions.pattern, strict=True)
        self._places = (np.array(rows), np.array(columns))
        self.calls = {"derivative": 0, "jacobian": 0}

    def _given(self, x: Vector, inputs: Inputs, day: float | None) -> tuple[Sequence[float], ...]:
        """The arguments of the generated functions."""
        outside = (inputs.exposures, inputs.gates, inputs.roads)
        clocks = (self._still if day is None else (day,) * len(self._still),) if self.model.has_time else ()
        return (x.tolist(), self._p, self._s, self._h, *outside, *clocks)

    def derivative(self, x: Vector, inputs: Inputs, day: float | None = None) -> Vector:
        """d(state)/d(day), shape (state,), each in the state's unit per day."""
        self.calls["derivative"] += 1
        try:
            values = self.functions.derivative(*self._given(x, inputs, day))
        except (ArithmeticError, ValueError):
            return np.full(len(x), np.nan)
        return np.asarray(values) + inputs.inflow

    def jacobian(self, x: Vector, inputs: Inputs, day: float | None = None) -> npt.NDArray[np.float64]:
        """d(derivative)/d(state), shape (state, state), exact."""
        self.calls["jacobian"] += 1
        matrix = np.zeros(self._shape)
        try:
            matrix[self._places] = self.functions.jacobian(*self._given(x, inputs, day))
        except (ArithmeticError, ValueError):
            matrix[:] = np.nan
        return matrix

    def observe(self, x: Vector, inputs: Inputs, day: float | None = None) -> list[float]:
        """Readouts, then the signals and process rates that ``functions.traced`` names, at one moment."""
        try:
            return self.functions.readouts(*self._given(x, inputs, day))
        except (ArithmeticError, ValueError):
            return [float("nan")] * (len(self.model.readouts) + len(self.functions.traced))

    def observe_all(self, times: Vector, states: Vector, inputs: Sequence[Inputs]) -> npt.NDArray[np.float64]:
        """The same at many moments at once, shape (time, readout and traced); *states* has shape (time, state)."""
        seen = self._together(times, states, inputs) if len(times) >= _MANY else np.full((len(times), 1), np.nan)
        rows = np.flatnonzero(~np.all(np.isfinite(seen), axis=1))
        if len(rows) < len(times):
            for k in rows.tolist():  # what has no value anywhere in a moment is said of the whole moment, as of one
                seen[k] = self.observe(states[k], inputs[k], float(times[k]))
            return seen
        return np.array([self.observe(x, given, float(t)) for t, x, given in zip(times, states, inputs, strict=True)])

    def _together(self, times: Vector, states: Vector, inputs: Sequence[Inputs]) -> npt.NDArray[np.float64]:
        """One value of each formula for all moments, as an array; NaN everywhere where a formula of constants has none."""
        outside = [_over_moments([getattr(given, part) for given in inputs]) for part in ("exposures", "gates", "roads")]
        clocks = ([times] * len(self._still),) if self.model.has_time else ()
        out = np.empty((len(self.model.readouts) + len(self.functions.traced), len(times)))
        try:
            with np.errstate(all="ignore"):
                columns = list(np.ascontiguousarray(states.T))
                values = _functions_of_moments(self.model).readouts(columns, self._p, self._s, self._h, *outside, *clocks)
        except (ArithmeticError, ValueError):
            return np.full(out.T.shape, np.nan)
        for k, value in enumerate(values):
            out[k] = value
        return np.ascontiguousarray(out.T)


def _over_moments(rows: Sequence[tuple[float, ...]]) -> list[Any]:
    """For each column of *rows* its values, or the one that it always has."""
    table = np.array(rows)
    same = np.all(table == table[:1], axis=0)
    return [float(table[0, j]) if same[j] else table[:, j].copy() for j in range(table.shape[1])]


def parameter_vector(model: Model, values: Mapping[str, float]) -> Vector:
    """The parameters of *model* from values by path, in the model's order."""
    return np.array([values[q.path] for q in model.parameters])
