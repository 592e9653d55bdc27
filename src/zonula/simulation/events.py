"""What can happen to a person: doses and exposures in time, and the plan that holds them."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
