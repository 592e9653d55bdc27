"""How far a person is from tipping: by how much an insult must be larger, or longer, so that health does not come back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zonula.ground.errors import UsageError, nearest
from zonula.simulation.prepare import Setup
from zonula.simulation.simulate import ready
from zonula.tipping.crossing import TOLERANCE, Crossing
from zonula.tipping.judge import CRITERIA, ILL, LOW_GRADE, WELL, Criteria, Lives
from zonula.tipping.person import Person, Rest, other_rest
from zonula.tipping.scaling import Insult
from zonula.tipping.trials import BEYOND, LATER, Trials

ALONG = ("size", "length")
BOUND = 8.0  # folds of the scenario's insult, larger and smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far a person is from tipping.

    along       : "size" or "length": what of the insult was changed
    as_it_is    : the verdict on the scenario as it is
    tips        : from which factor on the person is not back in health at the judgement
    ill         : from which factor on the person is ill then, and not merely of low grade
    later       : the verdict just beyond the threshold (5 %), five times as long after; "" where nothing tips
    still_moving: whether a readout was still changing at the judgement of that person
    rest        : the resting state to which that person has come, if it is none of health: by the criteria, at the late judgement as at rest
    shared      : the healthy value and that of *rest*, by readout of the criteria
    units       : of these readouts
    limits      : exposures that grow no more from some factor on
    lost        : factors that could not be simulated
    """

    along: str
    criteria: Criteria
    as_it_is: str
    tips: Crossing
    ill: Crossing
    later: str
    still_moving: bool
    rest: Rest | None
    shared: dict[str, tuple[float, float]]
    units: dict[str, str]
    limits: dict[str, float]
    lost: tuple[float, ...]
    tolerance: float

    @property
    def second_state(self) -> bool:
        """Whether the person has come to rest in a state that is not health and is stable, with nothing of the insult left."""
        return self.rest is not None and self.rest.stable

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        readouts = {name: {"health": a, "there": b, "unit": self.units[name]} for name, (a, b) in self.shared.items()}
        rest = None if self.rest is None else {"stable": self.rest.stable, "slowest_rate_per_day": float(self.rest.rates[0].real),
                                               "readouts": readouts}
        return {"along": self.along, "as_it_is": self.as_it_is, "tips": self.tips.as_dict(), "ill": self.ill.as_dict(),
                "five_times_later": self.later, "still_moving": self.still_moving, "second_state": rest,
                "tolerance": self.tolerance, "lost": list(self.lost),
                "at_the_end_of_their_range_from": self.limits}


def distance(scenario: str | Path | Setup, *, along: str = "size", bound: float = BOUND, tolerance: float = TOLERANCE,
             criteria: Criteria = CRITERIA, insult_until: float | None = None, jobs: int | None = None) -> Distance:
    """Find the smallest factor by which the insult of a scenario must be multiplied so that health does not come back.

    A factor above 1 says how much more the person would have borne; one below 1, how much smaller an insult would have been survived.

    Parameters
    ----------
    along        : ``size`` or ``length``, see :mod:`zonula.tipping.scaling`
    bound        : folds of the scenario's insult up to which is looked
    tolerance    : of the factor, relative
    insult_until : only what begins before this day is the insult [day]; all that ends, where it is not said

    Raises
    ------
    UsageError, SolverError, KernelError
    """
    if along not in ALONG:
        raise UsageError.of("ZN-1446", f"an insult has no {along!r}", fix=nearest(along, ALONG))
    setup = ready(scenario)
    lives = Lives(person=Person.of(setup), criteria=criteria, jobs=jobs)
    insult = Insult.of(setup.problem.plan, setup.problem.model, until=insult_until)
    trials = Trials(lives, lambda factor: insult.scaled_by(factor, length=along == "length"))
    tips, ill = trials.first((LOW_GRADE, ILL), bound, tolerance), trials.first((ILL,), bound, tolerance)
    later, rest, moving = _later(trials, tips)
    shared = {} if rest is None else _beside(lives.person, rest, criteria)
    units = {name: lives.person.model.readout(name).unit_text for name in shared}
    return Distance(along=along, criteria=criteria, as_it_is=trials.verdicts([1.0])[0], tips=tips, ill=ill, later=later, rest=rest,
                    still_moving=moving, shared=shared, units=units, limits=insult.limits() if along == "size" else {},
                    lost=trials.lost, tolerance=tolerance)


def _later(trials: Trials, tips: Crossing) -> tuple[str, Rest | None, bool]:
    """Just beyond the threshold: the verdict long after, where that person rests, and whether a readout still moved when it was judged."""
    if tips.found is None:
        return "", None, False
    lives, factor = trials.lives, [tips.found * BEYOND]
    soon, late = trials.judged(factor, lives), trials.judged(factor, lives.later(LATER))
    arrived = late.verdicts[0] in (LOW_GRADE, ILL) and not late.moving[0]
    rest = other_rest(lives.person, late.end.state[0]) if arrived else None
    if rest is not None and lives.verdict_at(rest.state) == WELL:
        rest = None
    return late.verdicts[0], rest, soon.moving[0]


def _beside(person: Person, rest: Rest, criteria: Criteria) -> dict[str, tuple[float, float]]:
    healthy, there = person.readouts(person.health.state), person.readouts(rest.state)
    return {name: (healthy[name], there[name]) for name in criteria.readouts}
