"""By which road from the gut it came, in some persons: the same lives once more for every combination of roads that had never been open.

A life is led again from health, through the person's history and the trial, with the treatment as it was in the end (rules do not decide anew).
Shares are Shapley values, see ``simulation.shares``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.population.recruit import Recruits
from zonula.population.variants import STANDARD
from zonula.simulation.closings import REMAINDER, ROADS, Closing, earliest, known_roads
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.people import Moment
from zonula.simulation.schedule import read_plan
from zonula.simulation.shares import Closed, shapley, subsets
from zonula.simulation.timetable import Arm
from zonula.trials.live import Leading, Lives, RowsOf, arms_of_lives
from zonula.trials.measured import Chances
from zonula.trials.read import WEEK
from zonula.trials.treatments import Treatments

_SHORT = 0.01  # day, in which nothing happens
Ints = npt.NDArray[np.int64]


def roads_told(people: Recruits, lives: Lives, treatments: Treatments, leading: Leading) -> dict[str, Any]:
    """The columns of the table of roads, in the order of person, arm, day and readout; without rows where the protocol does not ask."""
    protocol = treatments.protocol
    said = protocol.table.roads
    columns: dict[str, Any] = {"person": np.zeros(0, dtype=np.int64), "arm": np.zeros(0, dtype=np.int64), "day": np.zeros(0),
                               "readout": np.zeros(0, dtype=object), **{name: np.zeros(0) for name in (*ROADS, REMAINDER)}}
    if said is None or not len(people):
        return columns
    chosen = Chances(protocol, leading.seed, people.cohort.number, people.slot, people.cohort.member).chosen(float(said.share))
    which = np.flatnonzero(chosen[lives.person])
    if not len(which):
        return columns
    again = _Again(people, lives, treatments, leading, which)
    roads = known_roads(treatments.model)
    outcomes = {closed: again.led(closed) for closed in subsets(roads)}
    shares = {**shapley(outcomes, roads), REMAINDER: outcomes[frozenset(roads)]}
    names, days = sorted(said.of), again.days
    order = [said.of.index(name) for name in names]
    count = len(which) * len(days) * len(names)
    each = len(days) * len(names)
    nothing = np.full(count, np.nan)
    return {"person": np.repeat(people.slot[lives.person[which]], each), "arm": np.repeat(lives.arm[which], each),
            "day": np.tile(np.repeat(days, len(names)), len(which)), "readout": np.tile(np.array(names, dtype=object), len(which) * len(days)),
            **{name: shares[name][:, :, order].ravel() if name in shares else nothing for name in (*ROADS, REMAINDER)}}


class _Again:
    """Lives of some persons that are led again."""

    def __init__(self, people: Recruits, lives: Lives, treatments: Treatments, leading: Leading, which: Ints) -> None:
        self.people, self.lives, self.treatments, self.leading, self.which = people, lives, treatments, leading, which
        self.model, self.protocol = treatments.model, treatments.protocol
        said = self.protocol.table.roads
        self.names = tuple(said.of) if said is not None else ()
        self.days = np.unique([WEEK * float(week) for week in said.weeks]) if said is not None else np.zeros(0)
        self.persons, self.of = np.unique(lives.person[which], return_inverse=True)
        self.before = [read_plan(list(history.events), self.model) for history in self.protocol.group.histories]
        self.variant = treatments.variants_of(people.cohort.member)[self.persons].astype(np.int32)

    def led(self, closed: Closed) -> Vector:
        """What is shown with these roads closed for life, shape (life, day, readout)."""
        shown, moment = self._history(closed)
        out = np.full((len(self.which), len(self.days), len(self.names)), np.nan)
        first = int(self.days[0] == 0)
        if first:
            out[:, 0] = shown[self.of]
        if len(self.days) > first:
            until = self.protocol.last_day
            arms, arm_of = arms_of_lives(self.lives, self.treatments, 0.0, until, self.which)
            times = np.where(self.days[first:] == until, until, np.nextafter(self.days[first:], 0.0))
            crowd = Crowd(model=self.model, parameters=RowsOf(self.people.cohort.rows, self.lives.person[self.which]), until=until, times=times,
                          arms=tuple(_closing(arm, closed) for arm in arms), arm_of=arm_of, readouts=self.names, rtol=self.leading.rtol,
                          build=self.leading.build, thorough=False, begins=moment.rows(self.of))
            out[:, first:] = solve_people(crowd, jobs=self.leading.jobs).values
        return out

    def _history(self, closed: Closed) -> tuple[Vector, Moment]:
        """Where these persons are on day 0, and what they show there, had these roads never been open."""
        variants = self.treatments.variants or (STANDARD,)
        rows = self.people.cohort.rows[self.persons]
        crowd = Crowd(model=self.model, parameters=rows, until=_SHORT, times=np.array([0.0]), readouts=self.names, rtol=self.leading.rtol,
                      build=self.leading.build, thorough=False, keeps_end=True, arm_of=self.variant,
                      arms=tuple(_closing(variant.arm(Arm()), closed) for variant in variants))
        found = solve_people(crowd, jobs=self.leading.jobs)
        for history, plan in zip(self.protocol.group.histories, self.before, strict=True):
            arms = tuple(_closing(variant.arm(Arm(plan=plan)), closed) for variant in variants)
            found = solve_people(replace(crowd, until=history.days, times=np.array([history.days]), arms=arms, begins=found.end),
                                 jobs=self.leading.jobs)
        return found.values[:, 0], found.end or self.people.cohort.moment.rows(self.persons)


def _closing(arm: Arm, roads: Closed) -> Arm:
    return replace(arm, closed=earliest({*arm.closed, *map(Closing, roads)}))
