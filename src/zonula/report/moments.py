"""The moments of a run that are drawn: health, the worst, the end; and which readouts moved most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

import numpy as np

from zonula.report.anatomy import BodyPicture
from zonula.report.ranges import RANGES, Values
from zonula.simulation.result import Result
from zonula.simulation.words import moment, number

_LONG = 30.0  # days; in longer runs a moment is a day, not hours after a dose
_STILL = 0.25  # of a level, added over all readouts: less is not a change worth a picture
_RANK = 0.06  # levels by which each earlier readout of a ranked list is preferred
_AS_BAD = 0.97  # an end this near to the worst is the worst


def pictures_of(result: Result) -> list[BodyPicture]:
    """Health, the worst and the end; fewer where they are the same, none without a result."""
    if not len(result.times):
        return []
    names = [f.name for f in fields(BodyPicture) if f.name in RANGES and f.name in result.problem.model.readout_names]
    off = np.sum([_degrees(result, name) for name in names], axis=0) if names else np.zeros(len(result.times))
    last, worst = len(off) - 1, int(np.argmax(off))
    end = f"day {number(round(float(result.times[-1]), 2))}"

    def picture(title: str, when: str, k: int) -> BodyPicture:
        return BodyPicture(title=title, day=when, **{name: float(y) for name in names if np.isfinite(y := result.readout(name)[k])})

    first = picture("Healthy", "before anything is done", 0)
    if off[worst] - off[0] < _STILL:
        return [picture("Healthy", f"from day 0 to {end}", 0)]
    if off[last] - off[0] > _AS_BAD * (off[worst] - off[0]):
        return [first, picture("At the end, the worst", end, last)]
    return [first, picture("At its worst", when_of(result, float(result.times[worst])), worst), picture("At the end", end, last)]


def when_of(result: Result, day: float) -> str:
    """A moment in words: hours after a dose in a short run, a day in a long one."""
    if result.times[-1] <= _LONG:
        return moment(result, day)
    return f"on day {day:.0f}" + (f" (year {day / 365.25:.1f})" if day > 730 else "")


def most_moved(result: Result, names: Iterable[str], count: int) -> list[str]:
    """Of *names*, those that went furthest off their own first value (the earlier ones a little preferred), in the order given."""
    known = [name for name in names if name in result.problem.model.readout_names]
    moved = {name: float(np.max(np.abs((off := _degrees(result, name)) - off[0]))) for name in known if result.moved(name)}
    chosen = sorted(moved, key=lambda name: _RANK * known.index(name) - moved[name])[:count]
    return [name for name in known if name in chosen] or known[:count]


def _degrees(result: Result, name: str) -> Values:
    """How far off normal a readout is at each time, in levels."""
    y = result.readout(name)
    return np.where(np.isfinite(y), RANGES[name].degrees(y), 0.0)
