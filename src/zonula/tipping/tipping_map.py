"""The map: insults of many sizes and lengths, and what becomes of the same person after each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError
from zonula.simulation.equations import Vector
from zonula.simulation.prepare import Setup
from zonula.simulation.simulate import ready
from zonula.tipping.judge import CRITERIA, Criteria, Lives
from zonula.tipping.person import Person
from zonula.tipping.scaling import Insult

MOST = 10_000  # squares of a map: a hundred by a hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class TippingMap:
    """What becomes of a person, by size and length of the insult.

    sizes, lengths : in folds of the scenario's insult, rising
    verdicts       : shape (length, size), words
    values         : shape (length, size, readout of the criteria)
    moving         : shape (length, size), whether a readout was still changing
    """

    criteria: Criteria
    sizes: Vector
    lengths: Vector
    verdicts: npt.NDArray[np.str_]
    values: Vector
    moving: npt.NDArray[np.bool_]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        values = [[[float(v) if np.isfinite(v) else None for v in square] for square in row] for row in self.values]
        return {"sizes": self.sizes.tolist(), "lengths": self.lengths.tolist(), "verdicts": self.verdicts.tolist(), "moving": self.moving.tolist(),
                "readouts": list(self.criteria.readouts), "values": values}


def tipping_map(scenario: str | Path | Setup, *, sizes: npt.ArrayLike, lengths: npt.ArrayLike, criteria: Criteria = CRITERIA,
                insult_until: float | None = None, jobs: int | None = None) -> TippingMap:
    """Lead the scenario's person through every size and length of its insult.

    Raises
    ------
    UsageError, SolverError, KernelError
    """
    across, along = squares_of(sizes, lengths)
    setup = ready(scenario)
    insult = Insult.of(setup.problem.plan, setup.problem.model, until=insult_until)
    squares = [(float(size), float(length)) for length in along for size in across]
    judged = Lives(person=Person.of(setup), criteria=criteria, jobs=jobs).judged([insult.plan(*square) for square in squares], [
        insult.end(length) for _, length in squares])
    shape = (len(along), len(across))
    return TippingMap(criteria=criteria, sizes=across, lengths=along, verdicts=np.array(judged.verdicts).reshape(shape),
                      values=judged.values.reshape(*shape, -1), moving=np.array(judged.moving).reshape(shape))


def squares_of(sizes: npt.ArrayLike, lengths: npt.ArrayLike) -> tuple[Vector, Vector]:
    """Sizes and lengths of a map, rising, each once.

    Raises
    ------
    UsageError   where there are none, too many, or such as no insult can have
    """
    across, along = (np.unique(np.asarray(given, dtype=np.float64)) for given in (sizes, lengths))
    fits = len(across) and len(along) and len(across) * len(along) <= MOST
    if not (fits and across[0] >= 0 and along[0] > 0 and np.isfinite(across[-1] + along[-1])):
        raise UsageError.of("ZN-1447", f"no map can be drawn of {len(across)} sizes and {len(along)} lengths",
                            expected=f"at most {MOST} squares; sizes of 0 or more, lengths above 0", fix="ask for 13x13, from 0.25 to 4")
    return across, along
