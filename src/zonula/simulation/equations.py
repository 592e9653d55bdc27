"""The equations of one person: a model's generated functions with that person's numbers in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from zonula.codegen.python import Functions, generate
from zonula.language.model import Model

Vector = npt.NDArray[np.float64]


@lru_cache(maxsize=8)
def functions_of(model: Model) -> Functions:
    """The generated functions of *model* for one person (made once)."""
    return generate(model)


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

    A formula without a value (a division by zero, an overflow) gives NaN, which a solver's step refuses.
    """

    def __init__(self, model: Model, parameters: Vector, setpoints: Sequence[float], healthy: Sequence[float]) -> None:
        self.model, self.functions = model, functions_of(model)
        self._p, self._s, self._h = parameters.tolist(), list(setpoints), list(healthy)
        self._shape = (len(model.states), len(model.states))
        rows, columns = zip(*self.functions.pattern, strict=True)
        self._places = (np.array(rows), np.array(columns))
        self.calls = {"derivative": 0, "jacobian": 0}

    def derivative(self, x: Vector, inputs: Inputs) -> Vector:
        """d(state)/d(day), shape (state,), each in the state's unit per day."""
        self.calls["derivative"] += 1
        try:
            values = self.functions.derivative(x.tolist(), self._p, self._s, self._h, inputs.exposures, inputs.gates, inputs.roads)
        except (ArithmeticError, ValueError):
            return np.full(len(x), np.nan)
        return np.asarray(values) + inputs.inflow

    def jacobian(self, x: Vector, inputs: Inputs) -> npt.NDArray[np.float64]:
        """d(derivative)/d(state), shape (state, state), exact."""
        self.calls["jacobian"] += 1
        matrix = np.zeros(self._shape)
        try:
            matrix[self._places] = self.functions.jacobian(x.tolist(), self._p, self._s, self._h, inputs.exposures, inputs.gates,
                                                           inputs.roads)
        except (ArithmeticError, ValueError):
            matrix[:] = np.nan
        return matrix

    def observe(self, x: Vector, inputs: Inputs) -> list[float]:
        """Readouts, then the signals and process rates that ``functions.traced`` names, at one moment."""
        try:
            return self.functions.readouts(x.tolist(), self._p, self._s, self._h, inputs.exposures, inputs.gates, inputs.roads)
        except (ArithmeticError, ValueError):
            return [float("nan")] * (len(self.model.readouts) + len(self.functions.traced))


def parameter_vector(model: Model, values: Mapping[str, float]) -> Vector:
    """The parameters of *model* from values by path, in the model's order."""
    return np.array([values[q.path] for q in model.parameters])
