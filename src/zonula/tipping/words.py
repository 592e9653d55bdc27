"""What was found, in plain words; where there is no second state, this is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zonula.simulation.words import name_of, number, with_unit
from zonula.tipping.comeback import Comeback
from zonula.tipping.crossing import Crossing
from zonula.tipping.distance import Distance
from zonula.tipping.hysteresis import Hysteresis
from zonula.tipping.judge import LOST, LOW_GRADE, WELL, Criteria
from zonula.tipping.loops import Loops

_WHAT = {"size": "as large", "length": "as long"}
_BY = {"dose": "times the dose", "duration": "times the duration"}
_LASTS = {WELL: "; it lasts", LOW_GRADE: "; later the person is of low grade again", LOST: "; whether it lasts could not be simulated"}
_NAMED = 4  # factors that are told one by one


def distance_words(found: Distance) -> str:
    """How far this person is from tipping."""
    bound, how = number(found.tips.bound), _WHAT[found.along]
    at = found.tips.found
    rest = f"{_saturated(found.limits, found.tips)}{_lost(found.lost)}"
    if not found.tips.tried:
        return f"It is not known whether this person tips.{rest}"
    if at is None:
        return f"No tipping within the bounds: up to {bound} times {how}, the insult is followed by health {_time(found.criteria)} later.{rest}"
    if at == 0:
        return f"This person is not in health at the end even without the insult: no {found.along} of it is the cause.{_lost(found.lost)}"
    if at > 1:
        said = f"This person tips at {number(at)} times the insult's {found.along}."
    elif found.as_it_is == WELL:
        said = f"This person is back in health after the insult as it is, but not after one {number(at)} times {how}."
    elif not found.tips.below:
        said = f"This person tips however small the insult is: the least that was tried, {number(at)} times {how}, is enough."
    else:
        said = f"This person tips: an insult {number(found.tips.below)} times {how} would have been survived, one {number(at)} times {how} is not."
    parts = [said]
    if found.tips.again:
        parts.append(f"It is no single threshold: at {_several(found.tips.again)} times, health returns again.")
    if found.ill.found is not None and found.ill.found > at * (1 + 2 * found.tolerance):
        parts.append(f"Beyond it the illness is of low grade at first; it is full from {number(found.ill.found)} times on.")
    elif found.ill.found is None:
        parts.append("What follows is of low grade; nothing within the bounds brings the full illness.")
    return " ".join([*parts, _lasting(found)]) + rest


def _lasting(found: Distance) -> str:
    if found.second_state:
        shown = ", ".join(f"{name_of(name)} {with_unit(there, found.units[name])} instead of {number(healthy)}"
                          for name, (healthy, there) in found.shared.items())
        return f"Beyond the threshold the person comes to rest in a second state, which holds by itself: {shown}."
    if found.later == WELL:
        return "There is no second state: five times as long after, health has returned. What looked like tipping is slow healing."
    if found.later == LOST:
        return "Whether this is a second state is not known: the person could not be simulated for so long."
    return ("No second state was found there, though health has not returned five times as long after: something still moves, or what only adds "
            "up has left its traces.")


def hysteresis_words(found: Hysteresis) -> str:
    """Whether turning the control there and back leaves the person elsewhere."""
    control = found.control
    way = f"{control.path} from {number(control.first)} to {with_unit(control.last, control.unit_text)} and back"
    gaps = _gaps(found)
    if not found.second_state:
        if found.unsettled:
            return f"No second state was seen within these bounds, {way}.{gaps}"
        return f"No second state within these bounds: {way} leads through the same states there and back, and no other stable one was found.{gaps}"
    parts = []
    if found.swept_range is not None:
        low, high = found.swept_range
        parts.append(f"Hysteresis: {way} does not lead through the same states; they differ from {number(low)} to {number(high)}.")
        if low <= control.own <= high:
            parts.append("Back at its own value, the person does not come back to health.")
    else:
        parts.append(f"Two stable states exist along {control.path}, but a slow sweep of {way} stays in one of them: only a blow leads to the other.")
    if found.folds:
        parts.append(f"A stable state ends (a fold) at {' and at '.join(with_unit(fold, control.unit_text) for fold in found.folds)}.")
    return " ".join(parts) + gaps


def _gaps(found: Hysteresis) -> str:
    """What a sweep, or the resting states that were followed, do not tell."""
    parts = []
    if found.unsettled:
        of = 2 * len(found.there.controls)
        parts.append(f" {found.unsettled} of {of} holds ended before the person had come to rest or could not be simulated, and say nothing.")
    if broken := sum(not one.whole for one in found.followed):
        parts.append(f" {broken} of {len(found.followed)} branches of resting states could not be followed to the end of the range.")
    return "".join(parts)


def comeback_words(found: Comeback) -> str:
    """What brings the person back."""
    said = " + ".join(found.treatment)
    if found.untreated == WELL:
        return f"No treatment is needed: without {said!r} the person is back in health at that time."
    if not found.needed.tried:
        return f"It is not known whether {said!r} brings health back.{_lost(found.lost)}"
    rest = f"{_saturated(found.limits, found.needed)}{_lost(found.lost)}"
    if found.needed.found is None:
        return f"None up to {number(found.needed.bound)} {_BY[found.by]}: {said!r} does not bring health back.{rest}"
    last = _LASTS.get(found.later, f"; later the person is {found.later} again")
    again = f" It is no single threshold: at {_several(found.needed.again)} it does not." if found.needed.again else ""
    if not found.needed.below:
        least = f"{number(found.needed.found)} {_BY[found.by]}"
        keeps = " (a course keeps at least one dose)" if found.by == "duration" else ""
        return f"Even the least that was tried, {least}{keeps} of {said!r}, brings health back{last}.{again}{rest}"
    return f"{number(found.needed.found)} {_BY[found.by]} of {said!r} brings health back{last}.{again}{rest}"


def loops_words(found: Loops) -> str:
    """Which circle carries most at a moment."""
    when = "In health" if found.day is None else f"On day {number(found.day)}"
    told = [f"{circle.arrow} {circle.gain:+.2g}" for circle in sorted(found.circles, key=lambda c: -abs(c.gain)) if abs(circle.gain) >= 5e-4]
    return f"{when}: {', '.join(told)}." if told else f"{when}: no circle returns as much as a thousandth."


def _time(criteria: Criteria) -> str:
    return "a year" if criteria.after == 365 else f"{number(criteria.after)} days"


def _several(factors: Sequence[float]) -> str:
    more = len(factors) - _NAMED
    return ", ".join(number(factor) for factor in factors[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _saturated(limits: Mapping[str, float], crossing: Crossing) -> str:
    """What had ceased to grow before the factor that is told was reached."""
    reached = crossing.bound if crossing.found is None else crossing.found
    ended = [f"{path} from {number(factor)} times on" for path, factor in sorted(limits.items(), key=lambda pair: pair[1]) if factor < reached]
    return f" Not all of it grows so far; at the end of their range: {', '.join(ended)}." if ended else ""


def _lost(lost: tuple[float, ...]) -> str:
    return f" {len(lost)} of the factors that were tried could not be simulated." if lost else ""
