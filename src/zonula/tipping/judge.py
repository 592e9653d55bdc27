"""What became of a person: back in health, ill, or something between, by stated criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np

from zonula.ground.errors import UsageError, nearest
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.events import Plan
from zonula.simulation.people import Moment
from zonula.simulation.timetable import Arm
from zonula.tipping.person import Person

WELL, LOW_GRADE, ILL, LOST = "well", "low grade", "ill", "not simulated"
_BEFORE = 30.0  # days before the judgement at which it is asked whether anything still moves
_MOVES = 0.05  # a readout that changes by more than this share in these days still moves
RTOL = 1e-5


@dataclass(frozen=True, slots=True)
class Limit:
    """A readout is as in health below *well*, and as in illness from *ill* on; in its unit, or (*folds*) in folds of the person's health."""

    readout: str
    well: float
    ill: float
    folds: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"readout": self.readout, "well_below": self.well, "ill_from": self.ill, "in": "folds of health" if self.folds else "its unit"}


@dataclass(frozen=True, slots=True)
class Criteria:
    """Well: every readout below its limit.  Ill: at least one at its limit of illness.  Low grade: all that lies between.

    after : days after the end of what was done at which people are judged
    """

    limits: tuple[Limit, ...]
    after: float = 365.0

    @property
    def readouts(self) -> tuple[str, ...]:
        """What is looked at."""
        return tuple(limit.readout for limit in self.limits)

    def verdict(self, values: Vector, health: Vector) -> str:
        """The verdict of one person's readouts, whose healthy values are known."""
        if not np.all(np.isfinite(values)):
            return LOST
        scaled = [value / rest if limit.folds else value for limit, value, rest in zip(self.limits, values, health, strict=True)]
        if any(value >= limit.ill for limit, value in zip(self.limits, scaled, strict=True)):
            return ILL
        return WELL if all(value < limit.well for limit, value in zip(self.limits, scaled, strict=True)) else LOW_GRADE

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"days_after": self.after, "limits": [limit.as_dict() for limit in self.limits]}


CRITERIA = Criteria((  # 50 ug/g: the usual upper limit of normal; 250 ug/g: the usual limit of active inflammation
    Limit("calprotectin", 50.0, 250.0), Limit("lactulose_mannitol_ratio", 1.5, 3.0, folds=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of several people.

    verdicts : one each
    values   : shape (person, readout), when they were judged
    moving   : shape (person,), whether a readout still changed by more than a twentieth a month
    end      : where everybody was at the end of the simulation; that is later than the judgement for those whose plan was over sooner
    """

    verdicts: tuple[str, ...]
    values: Vector
    moving: tuple[bool, ...]
    end: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """One person, who is led through many plans at once and judged after each.

    person : who it is, and what holds whatever the plan: shut processes, closed roads
    """

    person: Person
    criteria: Criteria = field(default=CRITERIA)
    jobs: int | None = None
    rtol: float = RTOL

    def __post_init__(self) -> None:
        names = self.person.model.readout_names
        for name in self.criteria.readouts:
            if name not in names:
                raise UsageError.of("ZN-1443", f"people are to be judged by {name!r}, which this model does not have", fix=nearest(name, names))

    def later(self, times: float) -> Lives:
        """The same, judged so many times as late."""
        return replace(self, criteria=replace(self.criteria, after=self.criteria.after * times))

    @property
    def healthy(self) -> Vector:
        """The readouts of the criteria in health."""
        return self._readouts(self.person.health.state)

    def verdict_at(self, state: Vector) -> str:
        """The verdict on a state in which the person would stay."""
        return self.criteria.verdict(self._readouts(state), self.healthy)

    def _readouts(self, state: Vector) -> Vector:
        seen = self.person.readouts(state)
        return np.array([seen[name] for name in self.criteria.readouts])

    def judged(self, plans: Sequence[Plan], ends: Sequence[float]) -> Judged:
        """Live through *plans*, of which each is over at the day in *ends*, and be judged so many days after as the criteria say.

        Raises
        ------
        UsageError, KernelError
        """
        problem = self.person.problem
        at = np.array([end + self.criteria.after for end in ends])
        before = np.maximum(at - min(_BEFORE, self.criteria.after / 2), 0.0)
        times = np.unique(np.concatenate([[0.0], before, at]))
        arms = tuple(Arm(plan=plan, shut=problem.shut, closed=problem.closed) for plan in plans)
        people = solve_people(Crowd(
            model=problem.model, parameters=np.tile(problem.parameters, (len(plans), 1)), until=float(times[-1]), times=times, arms=arms,
            arm_of=np.arange(len(plans), dtype=np.int32), readouts=self.criteria.readouts, rtol=self.rtol, keeps_end=True), jobs=self.jobs)
        who = np.arange(len(plans))
        now, then = (people.values[who, np.searchsorted(times, moment)] for moment in (at, before))
        healthy = self.healthy
        verdicts = tuple(self.criteria.verdict(now[i], healthy) for i in who)
        moved = np.abs(now - then) > _MOVES * np.abs(now)
        return Judged(verdicts=verdicts, values=now, moving=tuple(bool(np.any(row)) for row in moved), end=cast("Moment", people.end))
