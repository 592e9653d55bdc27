"""What came out of a crowd: everybody's curves with names and units, how each ended, and the health each started from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError, nearest
from zonula.language.model import Model
from zonula.simulation.equations import Vector
from zonula.simulation.kernel import Healths
from zonula.simulation.outcome import Finished, Outcome

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, slots=True)
class Moment:
    """Where people are: the health that each has, and each one's state at a moment, shape (person, state), NaN where it was not reached."""

    health: Healths
    state: Vector

    def __len__(self) -> int:
        return len(self.state)

    def rows(self, which: slice | npt.NDArray[Any]) -> Moment:
        """The same of some of them."""
        return Moment(Healths(**{name: getattr(self.health, name)[which] for name in Healths.__slots__}), self.state[which])

    @classmethod
    def together(cls, parts: Sequence[Moment]) -> Moment:
        """Several groups of people as one."""
        health = Healths(**{name: np.concatenate([getattr(part.health, name) for part in parts]) for name in Healths.__slots__})
        return cls(health, np.concatenate([part.state for part in parts]))


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Results of several people who are reported at the same times.

    first           : the number of the first of them in the crowd
    times           : shape (time,) [day]; values at the moment of a dose are those just after it
    readouts        : names, in the order of ``values``
    values          : shape (person, time, readout), each in its own unit; NaN where a person did not come
    outcomes        : how each ended
    health          : shape (person, state), healthy states, each in its unit; NaN for those who have none
    steady          : shape (person,): whether the healthy state holds by itself; False where the least disturbance would grow
    steps           : shape (person,), steps of the solver
    second_opinions : numbers (in the crowd) of those whose health was asked of the reference solver, the kernel having found none that is stable
    facts           : what made these results: model, engine, tolerance
    end             : where everybody is at the last time, if that was to be kept
    """

    model: Model
    first: int
    times: Vector
    readouts: tuple[str, ...]
    values: Vector
    outcomes: tuple[Outcome, ...]
    health: Vector
    steady: npt.NDArray[np.bool_]
    steps: npt.NDArray[np.int64]
    second_opinions: tuple[int, ...]
    facts: Mapping[str, str | float]
    end: Moment | None = None

    def __len__(self) -> int:
        return len(self.outcomes)

    @property
    def finished(self) -> npt.NDArray[np.bool_]:
        """Shape (person,): who reached the end."""
        return np.array([isinstance(outcome, Finished) for outcome in self.outcomes], dtype=np.bool_)

    def readout(self, name: str) -> Vector:
        """One readout of everybody, shape (person, time).

        Raises
        ------
        UsageError   with the known names
        """
        if name not in self.readouts:
            raise UsageError.of("ZN-1210", f"no readout {name!r} was asked for", fix=nearest(name, self.readouts))
        column: Vector = self.values[:, :, self.readouts.index(name)]
        return column

    def dataset(self) -> xarray.Dataset:
        """Everything as a labelled ``xarray.Dataset`` over person and time [day], with units as attributes.

        ``steady`` says whose health holds by itself, ``status`` and ``reason`` how each person ended, ``at_day`` the last day that was
        reached (NaN where none was).
        """
        import xarray

        told = [outcome.as_dict() for outcome in self.outcomes]
        data: dict[str, Any] = {}
        for j, name in enumerate(self.readouts):
            readout = self.model.readout(name)
            data[name] = (("person", "time"), self.values[:, :, j], {"units": readout.unit_text, "long_name": readout.doc})
        coordinates = {
            "person": ("person", np.arange(self.first, self.first + len(self))), "time": ("time", self.times, {"units": "day"}),
            "steady": ("person", self.steady),
            "status": ("person", np.array([outcome.status for outcome in self.outcomes], dtype=str)),
            "reason": ("person", np.array([said.get("reason", "") for said in told], dtype=str)),
            "at_day": ("person", [self._last_day(outcome, said) for outcome, said in zip(self.outcomes, told, strict=True)], {"units": "day"}),
        }
        return xarray.Dataset(data, coords=coordinates, attrs=dict(self.facts))

    def _last_day(self, outcome: Outcome, said: Mapping[str, Any]) -> float:
        return float(self.times[-1]) if isinstance(outcome, Finished) else float(said.get("at_day", np.nan))
