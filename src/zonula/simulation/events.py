"""What can happen to a person: doses and exposures in time, and the plan that holds them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from zonula.ground.errors import UsageError, ZonulaError
from zonula.language.units import DAY, Unit, measure, unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One administration: *amount* in *unit* (per kg of body weight if *per_weight*), at *start*, over *duration* days (0: bolus).

    unit_text  : the unit as it was written
    molar_mass : g/mol, where the state that receives it counts molecules and the dose is a mass (0: no conversion)
    """

    substance: str
    route: str
    state: str
    amount: float
    unit: Unit
    per_weight: bool
    start: float
    duration: float
    sentence: str
    unit_text: str = ""
    molar_mass: float = 0.0

    @property
    def end(self) -> float:
        """When the last of it is in [day]."""
        return tidy(self.start + self.duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An exposure that has *value* from *start* to *end* [day]; *what* was said to be done, *unit_text* the exposure's unit."""

    exposure: str
    value: float
    start: float
    end: float
    sentence: str
    what: str = ""
    unit_text: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens to the person, in order of time, with remarks about what is unusual.

    left_out  : doses that are in the plan and were not taken
    sentences : what was read; reading it again gives the same plan
    drawn     : whether chance (and so the seed) had a say
    """

    doses: tuple[Dose, ...] = ()
    settings: tuple[Setting, ...] = ()
    remarks: tuple[str, ...] = ()
    left_out: tuple[Dose, ...] = ()
    sentences: tuple[str, ...] = ()
    drawn: bool = False

    def shifted(self, days: float) -> Plan:
        """The same so many days later."""
        def later(doses: tuple[Dose, ...]) -> tuple[Dose, ...]:
            return tuple(replace(dose, start=tidy(dose.start + days)) for dose in doses)

        settings = tuple(replace(s, start=tidy(s.start + days), end=tidy(s.end + days)) for s in self.settings)
        return replace(self, doses=later(self.doses), left_out=later(self.left_out), settings=settings)

    def until(self, day: float) -> Plan:
        """What of it happens before a day: infusions that flow then, and what holds then, end on it."""
        def cut(doses: tuple[Dose, ...]) -> tuple[Dose, ...]:
            return tuple(_shortened(dose, dose.start, min(dose.end, day)) for dose in doses if dose.start < day)

        settings = tuple(replace(s, end=min(s.end, day)) for s in self.settings if s.start < day)
        return replace(self, doses=cut(self.doses), left_out=cut(self.left_out), settings=settings)

    def since(self, day: float) -> Plan:
        """What of it happens from a day on: of infusions that flow then, and of what holds then, the rest."""
        def cut(doses: tuple[Dose, ...]) -> tuple[Dose, ...]:
            return tuple(_shortened(dose, max(dose.start, day), dose.end) for dose in doses if dose.start >= day or dose.end > day)

        settings = tuple(replace(s, start=max(s.start, day)) for s in self.settings if s.end > day)
        return replace(self, doses=cut(self.doses), left_out=cut(self.left_out), settings=settings)

    def joined(self, other: Plan) -> Plan:
        """Both together.

        Raises
        ------
        UsageError   where an exposure is set, or an infusion flows into a state, twice at a time, or a state is given two doses at a moment
        """
        doses = tuple(sorted((*self.doses, *other.doses), key=lambda dose: (dose.start, dose.substance)))
        settings = tuple(sorted((*self.settings, *other.settings), key=lambda setting: (setting.start, setting.exposure)))
        for name, spans in _spans(doses, settings).items():
            for a, b in pairwise(sorted(spans)):
                if b[0] < a[1] or (b[0] == a[0] == a[1] == b[1]):
                    raise UsageError.of("ZN-1316", f"{name} is given or set twice on day {b[0]:g}", found=f"{a[2]!r} and {b[2]!r}",
                                        fix="end the first before the second begins, or say both in one plan")
        left_out = tuple(sorted((*self.left_out, *other.left_out), key=lambda dose: (dose.start, dose.substance)))
        return Plan(doses=doses, settings=settings, left_out=left_out, remarks=tuple(dict.fromkeys((*self.remarks, *other.remarks))),
                    sentences=(*self.sentences, *other.sentences), drawn=self.drawn or other.drawn)


def _shortened(dose: Dose, start: float, end: float) -> Dose:
    """The part of an infusion from *start* to *end*, at its rate."""
    if dose.duration == 0 or (start == dose.start and end == dose.end):
        return dose
    return replace(dose, start=start, duration=end - start, amount=dose.amount * ((end - start) / (dose.end - dose.start)))


def _spans(doses: Iterable[Dose], settings: Iterable[Setting]) -> dict[str, list[tuple[float, float, str]]]:
    """From when to when each exposure is set, and doses arrive in each state: at once and over time apart."""
    found: dict[str, list[tuple[float, float, str]]] = {}
    for dose in doses:
        found.setdefault(f"{dose.state} over time" if dose.duration else dose.state, []).append((dose.start, dose.end, dose.sentence))
    for setting in settings:
        found.setdefault(setting.exposure, []).append((setting.start, setting.end, setting.sentence))
    return found


def tidy(day: float) -> float:
    """A moment to ten microseconds: 0.1 + 0.2 and 0.3 are the same moment."""
    return round(day, 10)


def duration(text: str | float) -> float:
    """Days from ``"36 h"``, ``"8d"``, ``"2 y"`` or a plain number of days.

    Raises
    ------
    UsageError   when it is no duration, or not finite.
    """
    return timed(text)[0]


def timed(text: str | float) -> tuple[float, bool]:
    """Days, and whether their unit was said.

    Raises
    ------
    UsageError   when it is no duration, or not finite.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        if not math.isfinite(text):
            raise UsageError.of("ZN-1301", f"{text} is not a finite number of days", fix='write it like "8 d" or "36 h"')
        return float(text), False
    try:
        number, written = measure(str(text))
        days = float(number * written.scale)
    except (ZonulaError, OverflowError) as error:
        raise UsageError.of("ZN-1301", f"{text!r} is not a duration", fix='write it like "8 d", "36 h" or "2 y"') from error
    if written.powers == DAY.powers and math.isfinite(days):
        return days, True
    if written == unit("1"):
        return number, False
    raise UsageError.of("ZN-1301", f"{text!r} is not a duration", fix='write it like "8 d", "36 h" or "2 y"')
