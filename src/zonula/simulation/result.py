"""What came out of a simulation: curves with names and units, how it ended, and the health it started from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from zonula.simulation.equations import Equations, Inputs, Vector
from zonula.simulation.health import Health
from zonula.simulation.outcome import Outcome
from zonula.simulation.problem import Problem

if TYPE_CHECKING:
    import xarray


_STEADY = 0.01  # a readout that never differs by more than 1 % from its first value has not moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One person's result.

    times    : shape (time,) [day]; values at the moment of a dose are those just after it
    states   : shape (time, state), in each state's unit
    readouts : shape (time, readout), in each readout's unit
    traced   : shape (time, signal or process rate), as named in ``traced_names``
    health   : the healthy state, or None where there is none
    """

    problem: Problem
    outcome: Outcome
    health: Health | None
    times: Vector
    states: npt.NDArray[np.float64]
    readouts: npt.NDArray[np.float64]
    traced: npt.NDArray[np.float64]
    traced_names: tuple[str, ...]
    steps: int

    @classmethod
    def empty(cls, problem: Problem, outcome: Outcome) -> Result:
        """The result of a person who could not be started."""
        nothing = np.empty((0, 0))
        return cls(problem=problem, outcome=outcome, health=None, times=np.empty(0),
                   states=np.empty((0, len(problem.model.states))), readouts=np.empty((0, len(problem.model.readouts))),
                   traced=nothing, traced_names=(), steps=0)

    @classmethod
    def from_rows(cls, problem: Problem, outcome: Outcome, health: Health, rows: list[tuple[float, Vector, Inputs]],
                  equations: Equations, *, steps: int) -> Result:
        """Gather (time, state, inputs) into arrays and compute the readouts from them."""
        seen = np.array([equations.observe(x, inputs, t) for t, x, inputs in rows])
        count = len(problem.model.readouts)
        return cls(problem=problem, outcome=outcome, health=health, times=np.array([t for t, _, _ in rows]),
                   states=np.array([x for _, x, _ in rows]), readouts=seen[:, :count], traced=seen[:, count:],
                   traced_names=equations.functions.traced, steps=steps)

    def readout(self, name: str) -> Vector:
        """One readout over time.

        Raises
        ------
        KeyError   with the known names
        """
        names = self.problem.model.readout_names
        if name not in names:
            raise KeyError(f"no readout {name!r}; known: {', '.join(names)}")
        column: Vector = self.readouts[:, names.index(name)]
        return column

    def state(self, path: str) -> Vector:
        """One state over time, by its path."""
        column: Vector = self.states[:, self.problem.model.state_index[path]]
        return column

    def at(self, name: str, days: Vector) -> Vector:
        """A readout at other times than those reported, linearly between them."""
        return np.interp(days, self.times, self.readout(name))

    def moved(self, name: str) -> bool:
        """Whether a readout ever differs from its first value by more than 1 % of it, or of a tenth of its unit."""
        y = self.readout(name)
        return bool(np.max(np.abs(y - y[0])) > _STEADY * max(abs(float(y[0])), 0.1))

    def peak(self, name: str) -> tuple[float, float]:
        """The highest value of a readout and its day (the top of a parabola through the highest three points)."""
        y = self.readout(name)
        k = int(np.argmax(y))
        steps = np.diff(self.times[k - 1: k + 2]) if 0 < k < len(y) - 1 else np.array([1.0, 0.0])
        if steps.max() > 1.5 * steps.min() or self._kinked(k):  # at an end or beside a change: no parabola goes through a jump
            return float(y[k]), float(self.times[k])
        t = self.times[k - 1: k + 2] - self.times[k]
        a, b, c = np.polyfit(t, y[k - 1: k + 2], 2)
        if a >= 0:
            return float(y[k]), float(self.times[k])
        top = float(np.clip(-b / (2 * a), t[0], t[2]))
        return float(c + b * top + a * top * top), float(self.times[k] + top)

    def _kinked(self, k: int) -> bool:
        """Whether something changes between the neighbors of the k-th time."""
        plan, (low, high) = self.problem.plan, self.times[[k - 1, k + 1]]
        changes = [t for d in plan.doses for t in (d.start, d.end)] + [t for s in plan.settings for t in (s.start, s.end)]
        return any(low < t < high for t in changes)

    def dataset(self) -> xarray.Dataset:
        """Readouts and states as a labelled ``xarray.Dataset`` over time [day], with units as attributes."""
        import xarray

        model = self.problem.model
        shown = {r.name: ("time", self.readouts[:, j], {"units": r.unit_text, "long_name": r.doc}) for j, (r, _) in enumerate(model.readouts)}
        kept = {s.path: ("time", self.states[:, j], {"units": s.unit_text, "long_name": s.doc}) for j, s in enumerate(model.states)}
        data: dict[str, Any] = {**kept, **shown}
        out = xarray.Dataset(data, coords={"time": ("time", self.times, {"units": "day"})})
        out.attrs.update(self.outcome.as_dict())
        return out
