"""The way back: how much of a treatment, or for how long, brings a person back to health who stays ill without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zonula.ground.errors import UsageError, nearest
from zonula.simulation.events import Plan
from zonula.simulation.practices import combined
from zonula.simulation.prepare import Setup
from zonula.simulation.schedule import read_plan
from zonula.simulation.simulate import ready
from zonula.tipping.crossing import TOLERANCE, Crossing
from zonula.tipping.judge import CRITERIA, WELL, Criteria, Lives
from zonula.tipping.person import Person
from zonula.tipping.scaling import Insult
from zonula.tipping.trials import BEYOND, LATER, Trials

BY = ("dose", "duration")
BOUND = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comeback:
    """What brings a person back.

    by        : "dose" or "duration": what of the treatment was changed
    untreated : the verdict without the treatment, at the time at which it is judged with it
    as_it_is  : the verdict with the treatment as it was said
    needed    : the smallest factor that brings health back, a year after the end of treatment
    later     : the verdict with that factor (5 % more), five times as long after: whether it lasts
    limits    : exposures that grow no more from some factor on
    lost      : factors that could not be simulated
    """

    treatment: tuple[str, ...]
    by: str
    criteria: Criteria
    untreated: str
    as_it_is: str
    needed: Crossing
    later: str
    limits: dict[str, float]
    lost: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"treatment": list(self.treatment), "by": self.by, "untreated": self.untreated, "as_it_is": self.as_it_is,
                "needed": self.needed.as_dict(), "five_times_later": self.later, "at_the_end_of_their_range_from": self.limits,
                "lost": list(self.lost)}


def comeback(scenario: str | Path | Setup, treatment: Sequence[str], *, by: str = "dose", bound: float = BOUND,
             tolerance: float = TOLERANCE, criteria: Criteria = CRITERIA, jobs: int | None = None) -> Comeback:
    """Find the smallest factor of a treatment's dose, or of its duration, that brings the scenario's person back to health for good.

    Dose and duration are scaled as an insult's size and length are, see :mod:`zonula.tipping.scaling`; the scenario's own plan stays as it is.
    People are judged after the end of the treatment, so that what merely holds an illness down does not count.

    Parameters
    ----------
    treatment : sentences of a plan, such as ``adalimumab 40 mg sc q2w x 12 from day 425``

    Raises
    ------
    UsageError, SolverError, KernelError
    """
    if by not in BY:
        raise UsageError.of("ZN-1455", f"a treatment has no {by!r} to change", fix=nearest(by, BY))
    setup = ready(scenario)
    course = course_of(setup, treatment)
    lives = Lives(person=Person.of(setup), criteria=criteria, jobs=jobs)
    trials = Trials(lives, lambda factor: _treated(setup.problem.plan, course, factor, by))
    needed = trials.first((WELL,), bound, tolerance)
    later = "" if needed.found is None else trials.judged([needed.found * BEYOND], lives.later(LATER)).verdicts[0]
    untreated, as_it_is = trials.verdicts([0.0, 1.0])
    return Comeback(treatment=tuple(treatment), by=by, criteria=criteria, untreated=untreated, as_it_is=as_it_is, needed=needed, later=later,
                    limits=course.limits() if by == "dose" else {}, lost=trials.lost)


def course_of(setup: Setup, treatment: Sequence[str]) -> Insult:
    """A treatment that can be scaled.

    Raises
    ------
    UsageError   where its sentences cannot be read, or it never ends
    """
    model = setup.problem.model
    return Insult.of(read_plan(treatment, model, seed=setup.seed, place="--treatment"), model, what="treatment", place="--treatment")


def _treated(before: Plan, course: Insult, factor: float, by: str) -> tuple[Plan, float]:
    """The scenario's plan with so much of the treatment, and the day on which that is over."""
    treatment, end = course.scaled_by(factor, length=by == "duration")
    doses = sorted([*before.doses, *treatment.doses], key=lambda dose: (dose.start, dose.substance))
    settings, _ = combined([*before.settings, *treatment.settings], course.exposures)
    return Plan(doses=tuple(doses), settings=tuple(settings)), end
