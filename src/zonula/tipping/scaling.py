"""An insult that is larger or smaller, longer or shorter: how a plan is scaled.

*Size* s: a dose is s times as large; an exposure is s times as far from neutral, within its range.  *Length* d: counted from the insult's
first moment, everything begins d times as late and an exposure lasts d times as long; a course of equal doses keeps its intervals and has
d times as many doses (at least one).  A single dose stays one dose, and an infusion takes as long as it did.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from zonula.ground.errors import UsageError
from zonula.ground.limits import MAX_DOSES
from zonula.language.model import Model
from zonula.language.quantities import Exposure
from zonula.simulation.events import Dose, Plan, Setting, tidy
from zonula.simulation.practices import combined

_Happening = TypeVar("_Happening", Dose, Setting)


@dataclass(frozen=True, slots=True)
class Insult:
    """What of a plan is scaled, and what stays as it is.

    scaled, kept : two parts of the plan; what never ends is a circumstance, and is kept
    exposures    : of the model, by path
    """

    scaled: Plan
    kept: Plan
    exposures: Mapping[str, Exposure]

    @classmethod
    def of(cls, plan: Plan, model: Model, *, until: float | None = None, what: str = "insult", place: str = "plan.events") -> Insult:
        """The insult (or *what* it is) of a plan: all that ends, or of it what begins before the day *until*.

        Raises
        ------
        UsageError   where there is none
        """
        last = math.inf if until is None else until
        doses, settings = _parted(plan.doses, last), _parted(plan.settings, last)
        if not doses[0] and not settings[0]:
            within = "" if until is None else f" and begins before day {last:g}"
            raise UsageError.of("ZN-1441", f"the plan has no {what}: nothing in it ends{within}", path=place,
                                fix='say what begins and ends, such as "stress 1 from day 0 to day 14", or name a later day')
        scaled, kept = (Plan(doses=tuple(doses[k]), settings=tuple(settings[k])) for k in (0, 1))
        return cls(scaled, kept, {e.path: e for e in model.exposures})

    @property
    def begin(self) -> float:
        """Its first moment [day]."""
        return min(*[dose.start for dose in self.scaled.doses], *[setting.start for setting in self.scaled.settings], math.inf)

    def end(self, length: float = 1.0) -> float:
        """When the last of it is over [day]."""
        plan = self.plan(1.0, length, alone=True)
        return max(*[dose.end for dose in plan.doses], *[setting.end for setting in plan.settings], self.begin)

    def plan(self, size: float, length: float = 1.0, *, alone: bool = False) -> Plan:
        """The whole plan, or the insult *alone*, with an insult of this size and length, in folds of what the scenario says.

        Raises
        ------
        UsageError
        """
        doses = [replace(dose, amount=dose.amount * size) for dose in _lengthened(self.scaled.doses, self.begin, length)]
        settings = [self._setting(setting, size, length) for setting in self.scaled.settings]
        kept = Plan() if alone else self.kept
        settings, remarks = combined([*settings, *kept.settings], self.exposures)
        doses = sorted([*doses, *kept.doses], key=lambda dose: (dose.start, dose.substance))
        if len(doses) > MAX_DOSES:
            raise UsageError.of("ZN-1442", f"an insult {length:g} times as long has {len(doses)} doses", expected=f"at most {MAX_DOSES}",
                                fix="ask for shorter ones")
        return Plan(doses=tuple(doses), settings=tuple(settings), remarks=tuple(remarks))

    def scaled_by(self, factor: float, *, length: bool) -> tuple[Plan, float]:
        """The whole plan with an insult so many times as long, or else as large, and the day on which that is over; what lasts no time is nothing.

        Raises
        ------
        UsageError
        """
        if length and factor:
            return self.plan(1.0, factor), self.end(factor)
        return self.plan(factor), self.end()

    def limits(self) -> dict[str, float]:
        """By exposure, the size from which on it is at the end of its range and grows no more."""
        found: dict[str, float] = {}
        for setting in self.scaled.settings:
            exposure = self.exposures[setting.exposure]
            away = setting.value - exposure.neutral
            if away:
                border = exposure.within[1] if away > 0 else exposure.within[0]
                found[setting.exposure] = min(found.get(setting.exposure, math.inf), (border - exposure.neutral) / away)
        return {path: size for path, size in found.items() if math.isfinite(size)}

    def _setting(self, setting: Setting, size: float, length: float) -> Setting:
        exposure = self.exposures[setting.exposure]
        wanted = exposure.neutral + size * (setting.value - exposure.neutral)
        value = min(max(wanted, exposure.within[0]), exposure.within[1])
        start, end = (tidy(self.begin + length * (t - self.begin)) for t in (setting.start, setting.end))
        return replace(setting, value=value, start=start, end=max(end, start))


def has_insult(plan: Plan) -> bool:
    """Whether anything of a plan ends."""
    return bool(plan.doses) or any(math.isfinite(setting.end) for setting in plan.settings)


def _parted(happenings: Iterable[_Happening], last: float) -> tuple[list[_Happening], list[_Happening]]:
    parts: tuple[list[_Happening], list[_Happening]] = ([], [])
    for happening in happenings:
        parts[0 if happening.start < last and math.isfinite(happening.end) else 1].append(happening)
    return parts


def _lengthened(doses: Iterable[Dose], begin: float, length: float) -> list[Dose]:
    """Courses that begin later and have more doses, or fewer; a course is what one sentence gives in equal doses."""
    courses: defaultdict[tuple[str, str, float], list[Dose]] = defaultdict(list)
    for dose in doses:
        courses[dose.sentence, dose.state, dose.amount].append(dose)
    made = []
    for course in courses.values():
        first = tidy(begin + length * (course[0].start - begin))
        count, offsets = len(course), [dose.start - course[0].start for dose in course]
        period = offsets[-1] + (offsets[-1] - offsets[-2] if count > 1 else 0.0)
        for k in range(max(1, round(count * length)) if count > 1 else 1):
            turn, place = divmod(k, count)
            made.append(replace(course[place], start=tidy(first + turn * period + offsets[place])))
    return made
