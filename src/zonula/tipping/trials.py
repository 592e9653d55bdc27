"""Verdicts on one person by the factor by which something of a plan is multiplied."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from zonula.simulation.equations import Vector
from zonula.simulation.events import Plan
from zonula.tipping.crossing import Crossing, first_crossing
from zonula.tipping.judge import LOST, Judged, Lives

LATER = 5.0  # so many times as late a person is looked at again, just beyond a threshold
BEYOND = 1.05  # how far beyond: at the threshold itself nothing is ever decided


class Trials:
    """Verdicts by factor; none is asked for twice.

    scaled : the plan for a factor, and the day on which what is multiplied is over
    """

    def __init__(self, lives: Lives, scaled: Callable[[float], tuple[Plan, float]]) -> None:
        self.lives, self.scaled = lives, scaled
        self._known: dict[float, str] = {}

    def verdicts(self, factors: Vector | Sequence[float]) -> list[str]:
        """One for each factor."""
        asked = [float(factor) for factor in factors]
        if wanted := [factor for factor in asked if factor not in self._known]:
            self._known |= dict(zip(wanted, self.judged(wanted, self.lives).verdicts, strict=True))
        return [self._known[factor] for factor in asked]

    def judged(self, factors: Sequence[float], lives: Lives) -> Judged:
        """What becomes of *lives* with each factor."""
        both = [self.scaled(factor) for factor in factors]
        return lives.judged([plan for plan, _ in both], [end for _, end in both])

    def first(self, verdicts: Container[str], bound: float, tolerance: float) -> Crossing:
        """The smallest factor with one of *verdicts*; one that cannot be simulated has none."""
        return first_crossing(lambda factors: [None if v == LOST else v in verdicts for v in self.verdicts(factors)], bound, tolerance=tolerance)

    @property
    def lost(self) -> tuple[float, ...]:
        """Factors that were tried and could not be simulated."""
        return tuple(sorted(factor for factor, verdict in self._known.items() if verdict == LOST))
