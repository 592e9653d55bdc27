"""What is seen of people at visits: true values with what being treated does to what they report, swings, errors of measurement, and who still comes.

Each swing and error belongs to a person, a measure and a day, whatever the arm: lives of one person differ only by what was done.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from zonula.ground.randomness import normal_deviates
from zonula.population.covariates import chance_of
from zonula.population.noise import Noise, errors_at_entry, noise_of
from zonula.population.swing import Swing, paths, sizes, swing_of
from zonula.simulation.equations import Vector
from zonula.simulation.kernel import Ints
from zonula.trials.read import Protocol
from zonula.trials.schema import ContextTable

YEAR = 365.25
Numbers = npt.NDArray[np.int64]
Yes = npt.NDArray[np.bool_]


class Chances:
    """The chances of some persons, each drawn once.

    numbers : by which they were drawn, and by which the errors of day 0 go
    slots   : shape (person,), their places in the trial, rising
    members : shape (person,), of their typical persons, who differ in how far and how fast disease swings
    """

    def __init__(self, protocol: Protocol, seed: int, numbers: Sequence[int], slots: Numbers, members: Ints) -> None:
        self.protocol, self.seed, self.numbers, self.slots, self.members = protocol, seed, numbers, slots, members
        exact = set(protocol.measures if protocol.table.measures.noise == "none" else protocol.table.measures.exact)
        self.laws = {name: Noise() if name in exact else noise_of(name) for name in protocol.measures}
        self.swings: dict[str, Swing | None] = {name: None if name in exact else swing_of(name) for name in protocol.measures}
        self._paths: dict[str, Vector] = {}
        self._sizes = sizes(members, seed)

    def _of(self, name: str) -> Vector:
        """A number of each person; places lie close together, and those between are drawn with them, which is quicker."""
        if not len(self.slots):
            return np.zeros(0)
        first, last = int(self.slots[0]), int(self.slots[-1])
        if last - first > 4 * len(self.slots):
            return normal_deviates(self.seed, [name], self.slots.tolist())[:, 0]
        drawn: Vector = normal_deviates(self.seed, [name], range(first, last + 1))[self.slots - first, 0]
        return drawn

    def errors(self, measure: str, day: float) -> Vector:
        """The errors of a measure at a visit, in standard deviations; those of day 0 are the errors by which people were taken."""
        law = self.laws[measure]
        if not (law.relative or law.absolute):
            return np.zeros(len(self.slots))
        return errors_at_entry(measure, self.numbers, self.seed) if day == 0 else self._of(f"error of {measure} on day {day:g} of the trial")

    def swung(self, measure: str, course: Vector, visit: int, person: Numbers) -> Vector:
        """What is there of a measure at a visit in each life, shape (life,), disease waxing and waning about its course."""
        law = self.swings[measure]
        if law is None:
            return course
        if measure not in self._paths:
            self._paths[measure] = paths(measure, law.shared, self.protocol.days, self.numbers, self.members, study="the trial", seed=self.seed)
        return law.swung(course, self._paths[measure][person, visit], self._sizes[person])

    def context(self, arm: str, measure: str, day: float) -> Vector | None:
        """What being treated adds to a measure by a day; None where it adds nothing."""
        said = self.protocol.arms[arm].said.context.get(measure)
        if said is None or day == 0:
            return None
        law = said if isinstance(said, ContextTable) else ContextTable(change=said)
        there = 1.0 - np.exp(-day / float(law.onset_days)) if law.onset_days else 1.0
        own = float(law.sd) * self._of(f"what being treated does to {measure}") if law.sd else 0.0
        return there * (float(law.change) + own) + np.zeros(len(self.slots))

    def lost_on(self) -> Vector:
        """The day on which each person is lost, whatever happens; NaN where that is after the last visit."""
        rate = float(self.protocol.table.dropout.per_year)
        if not rate:
            return np.full(len(self.slots), np.nan)
        day = -np.log1p(-chance_of(self._of("day on which a person is lost"))) * YEAR / rate
        return np.where(day < self.protocol.last_day, day, np.nan)

    def leaves(self, rule: str, day: float, share: float) -> Yes:
        """Who leaves at a visit, if that befalls them which a rule asks for."""
        return chance_of(self._of(f"leaving by {rule} on day {day:g}")) < share

    def chosen(self, share: float) -> Yes:
        """Of whom it is told by which roads it came."""
        return chance_of(self._of("roads are told")) < share


def reported(true: Vector, context: Vector | None) -> Vector:
    """True values with what being treated adds; what is at least 0 stays so."""
    return true if context is None else np.maximum(true + context, np.minimum(true, 0.0))


def seen(law: Noise, values: Vector, errors: Vector) -> Vector:
    """Values as measured, as they stand in the tables (single precision): rules act on the very numbers that are kept."""
    return law.spoil(values, errors).astype(np.float32).astype(np.float64)
