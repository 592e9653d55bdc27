"""How exact, how fast, and how the two are compared: what ``peers.py`` does to numbers, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
FLOOR = 1e-3  # of a state's usual size: smaller values are not asked to be right to as many digits
YEAR = 365.0  # days


@dataclass
class Row:
    """One tool at one tolerance.

    seconds : processor time of the best round
    daily   : errors, shape (person, day), each the worst over all states
    ratio   : how many times as fast Zonula is at the same error, where that is known; *ours_at* says how
    """

    tool: str
    rtol: float
    persons: int
    days: int
    seconds: float = math.inf
    daily: Vector = field(default_factory=lambda: np.full((0, 0), np.nan))
    ratio: float | None = None
    ours_at: str = ""
    failed: str = ""

    def over(self, persons: int, days: int) -> float:
        """The error that was reached by the first people over the first days: each one's worst day, median over people."""
        part = self.daily[:persons, :days]
        return float(np.median(part.max(axis=1))) if part.size else math.nan

    @property
    def achieved_error(self) -> float:
        """The median over people."""
        return self.over(self.persons, self.days)

    @property
    def worst_error(self) -> float:
        """The 95th percentile over people."""
        return float(np.quantile(self.daily.max(axis=1), 0.95)) if self.daily.size else math.nan

    @property
    def speed(self) -> float:
        """Person-years per second of processor time."""
        return self.persons * self.days / YEAR / self.seconds

    def plain(self) -> dict[str, Any]:
        """What is printed as JSON."""
        shown: dict[str, Any] = {"tool": self.tool, "rtol": self.rtol, "achieved_error": _number(self.achieved_error),
                                 "person_years_per_second": _number(self.speed), "persons": self.persons, "days": self.days,
                                 "error_95": _number(self.worst_error), "ratio": self.ratio, "ours_at": self.ours_at}
        return shown | ({"failed": self.failed} if self.failed else {})


def _number(value: float) -> float | None:
    return float(f"{value:.4g}") if math.isfinite(value) and value > 0 else None


def errors(states: Vector, exact: Vector, sizes: Vector) -> Vector:
    """The worst relative error over all states, shape (person, time); infinite where a state is not finite.

    states, exact : shape (person, time, state)
    sizes         : shape (person, state), how large each state usually is
    """
    apart = np.abs(states - exact) / (FLOOR * sizes[:, np.newaxis, :] + np.abs(exact))
    worst: Vector = np.max(np.where(np.isfinite(states), apart, np.inf), axis=2, initial=0.0)
    return worst


def speed_at(error: float, curve: Sequence[tuple[float, float]]) -> tuple[float | None, str]:
    """The speed that a work-precision curve has where its error is *error*, and how that was found.

    Between two of its points a straight line in logarithms; where all of them are more exact than that the fastest; where none is
    exact enough there is no answer.

    curve : (achieved error, speed) of each run
    """
    points = sorted(point for point in curve if all(math.isfinite(value) and value > 0 for value in point))
    if not points or not math.isfinite(error) or error <= 0:
        return None, "no runs to compare with"
    if error < points[0][0]:
        return None, "more exact than all of ours"
    if error >= points[-1][0]:
        return points[-1][1], "less exact than all of ours: our nearest"
    above = next(k for k, point in enumerate(points) if point[0] > error)
    (left, slow), (right, fast) = points[above - 1], points[above]
    share = (math.log(error) - math.log(left)) / (math.log(right) - math.log(left))
    return math.exp(math.log(slow) + share * (math.log(fast) - math.log(slow))), "between two of ours"


def compare(rows: Sequence[Row], ours: str) -> None:
    """Fill in how many times as fast *ours* is as each other tool, where its error for the same people over the same days is the same."""
    mine = [row for row in rows if row.tool == ours and not row.failed]
    for row in rows:
        if row.tool != ours and not row.failed:
            speed, row.ours_at = speed_at(row.achieved_error, [(one.over(row.persons, row.days), one.speed) for one in mine])
            row.ratio = None if speed is None else float(f"{speed / row.speed:.3g}")


def summary(rows: Sequence[Row]) -> dict[str, tuple[float, float]]:
    """For each tool that was compared the least and the largest ratio."""
    found: dict[str, list[float]] = {}
    for row in rows:
        if row.ratio is not None:
            found.setdefault(row.tool, []).append(row.ratio)
    return {tool: (min(ratios), max(ratios)) for tool, ratios in found.items()}
