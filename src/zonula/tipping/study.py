"""Everything about a person's tipping at once, as ``zonula tipping`` tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zonula.ground.errors import UsageError
from zonula.simulation.alone import solve_compiled
from zonula.simulation.equations import Vector
from zonula.simulation.prepare import Setup
from zonula.simulation.result import Result
from zonula.simulation.simulate import ready
from zonula.tipping.comeback import BY, Comeback, comeback, course_of
from zonula.tipping.control import Control
from zonula.tipping.distance import ALONG, BOUND, Distance, distance
from zonula.tipping.hysteresis import Hysteresis, hysteresis
from zonula.tipping.judge import CRITERIA, Criteria
from zonula.tipping.loops import Loops, loops, loops_over_time
from zonula.tipping.person import Person
from zonula.tipping.scaling import Insult, has_insult
from zonula.tipping.tipping_map import TippingMap, squares_of, tipping_map
from zonula.tipping.words import comeback_words, distance_words, hysteresis_words, loops_words

_DAYS = 20  # days of a life on which the circles are looked at
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a person.

    low, high   : of the map, in folds of the scenario's insult; the distance is looked for up to the larger of *high* and 1/*low*
    squares     : sizes and lengths of the map; (0, 0): none
    control     : of the hysteresis; "": none
    treatment   : sentences; none: the way back is not asked for
    insult_until: only what begins before this day is the insult
    """

    low: float = 1 / BOUND
    high: float = BOUND
    squares: tuple[int, int] = (13, 13)
    control: str = ""
    treatment: tuple[str, ...] = ()
    insult_until: float | None = None
    criteria: Criteria = CRITERIA
    jobs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What was found; what was not asked for is empty."""

    setup: Setup
    asked: Asked
    distances: tuple[Distance, ...]
    map: TippingMap | None
    hysteresis: Hysteresis | None
    comebacks: tuple[Comeback, ...]
    health: Loops
    course: tuple[Loops, ...]

    @property
    def words(self) -> dict[str, str]:
        """What was found, in sentences, by what it is about."""
        said = {f"the {found.along} of the insult": distance_words(found) for found in self.distances}
        if self.hysteresis is not None:
            said["hysteresis"] = hysteresis_words(self.hysteresis)
        said |= {f"the way back, by {found.by}": comeback_words(found) for found in self.comebacks}
        strongest = max(self.course, key=lambda day: max((circle.gain for circle in day.circles), default=0.0), default=None)
        told = [self.health, *([] if strongest is None else [strongest]), *(day for day in self.course[-1:] if day is not strongest)]
        return said | {"circles": "What each arrow returns (0: nothing; 1: it just feeds itself). " + " ".join(loops_words(one) for one in told)}

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"schema": "zonula/tipping/1", "scenario": self.setup.name, "fingerprint": self.setup.fingerprint,
                "criteria": self.asked.criteria.as_dict(), "words": self.words, "distance": [found.as_dict() for found in self.distances],
                "map": None if self.map is None else self.map.as_dict(), "hysteresis": None if self.hysteresis is None else self.hysteresis.as_dict(),
                "comeback": [found.as_dict() for found in self.comebacks], "loops_in_health": self.health.as_dict(),
                "loops_over_time": [day.as_dict() for day in self.course]}


def study(scenario: str | Path | Setup, asked: Asked | None = None, *, progress: Progress | None = None) -> Study:
    """Ask everything of a scenario's person.

    Raises
    ------
    UsageError, SolverError, KernelError
    """
    setup, asked = ready(scenario), asked or Asked()
    if not 0 < asked.low < 1 < asked.high:
        raise UsageError.of("ZN-1461", f"insults from {asked.low:g} to {asked.high:g} times are no range about the scenario's own",
                            expected="from less than 1 to more than 1", fix="write it like 0.25..4")
    tell = progress or _silent
    _refuse_early(setup, asked)
    distances: tuple[Distance, ...] = ()
    drawn = None
    if _about_insult(setup, asked):
        bound = max(asked.high, 1 / asked.low)
        distances = tuple(distance(setup, along=along, bound=bound, criteria=asked.criteria, insult_until=asked.insult_until, jobs=asked.jobs)
                          for along in ALONG)
        tell(0.3)
        drawn = _map(setup, asked)
    tell(0.4)
    turned = hysteresis(setup, asked.control, readouts=asked.criteria.readouts) if asked.control else None
    tell(0.8)
    backs = tuple(comeback(setup, asked.treatment, by=by, criteria=asked.criteria, jobs=asked.jobs) for by in BY) if asked.treatment else ()
    tell(0.9)
    life = solve_compiled(setup.problem)
    made = Study(setup=setup, asked=asked, distances=distances, map=drawn, hysteresis=turned, comebacks=backs, health=loops(setup),
                 course=loops_over_time(life, _days(life)))
    tell(1.0)
    return made


def _about_insult(setup: Setup, asked: Asked) -> bool:
    """Whether it is asked what an insult does; a control may be turned of a person to whom nothing happens."""
    return not asked.control or asked.insult_until is not None or has_insult(setup.problem.plan)


def _refuse_early(setup: Setup, asked: Asked) -> None:
    """What is wrong in a question is told before the work, not after half of it."""
    if _about_insult(setup, asked):
        Insult.of(setup.problem.plan, setup.problem.model, until=asked.insult_until)
        if all(asked.squares):
            squares_of(*_sides(asked))
    if asked.control:
        Control.read(asked.control, Person.of(setup))
    if asked.treatment:
        course_of(setup, asked.treatment)


def _silent(_: float) -> None:
    """Tell nobody."""


def _map(setup: Setup, asked: Asked) -> TippingMap | None:
    if not all(asked.squares):
        return None
    sizes, lengths = _sides(asked)
    return tipping_map(setup, sizes=sizes, lengths=lengths, criteria=asked.criteria, insult_until=asked.insult_until, jobs=asked.jobs)


def _sides(asked: Asked) -> tuple[Vector, Vector]:
    """Sizes and lengths of the map, in even ratios."""
    sizes, lengths = (np.geomspace(asked.low, asked.high, count) if count > 1 else np.array([1.0]) for count in asked.squares)
    return sizes, lengths


def _days(life: Result) -> Sequence[float]:
    """Days that were simulated on which to look: closer together at the beginning, where more happens."""
    return (float(life.times[-1]) * np.linspace(0, 1, _DAYS) ** 2).tolist() if len(life.times) else []
