"""Exposures, diets, supplements and habits in words: ``stress 1 from day 3``, ``low-gluten diet from day 0 to 180 adherence 80%``."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

from zonula.drugs.catalogue import Practice
from zonula.ground.errors import Problem, UsageError, nearest
from zonula.language.quantities import Exposure
from zonula.language.units import DAY, Unit, unit
from zonula.simulation.events import Setting, tidy
from zonula.simulation.sentences import Timing, Words, numeric, timing

_FIX = 'write it like "stress 1 from day 3 to day 10"'
_FIX_PRACTICE = 'write it like "low-gluten diet from day 0 to day 180 adherence 80%", or with a dose: "zinc carnosine 37.5 mg bid for 14 days"'
_SPAN = frozenset({"at", "until", "for"})
_SLACK = 1e-9  # relative: a daily dose that is the usual one but for rounding is the usual one


def read_exposure(sentence: str, words: list[str], exposure: Exposure, *, share: float) -> Setting:
    """Read what follows the name of an exposure: its level, and from when to when.

    Raises
    ------
    UsageError
    """
    reader = Words(words, _FIX)
    value = reader.number("the level")
    low, high = exposure.within
    if not low <= value <= high:
        raise UsageError.of("ZN-1314", f"{exposure.name} of {value:g} is out of range", expected=f"{low:g} to {high:g}", fix=_FIX)
    start, end = _span(timing(reader, _SPAN, "from, to or for"), _FIX)
    if share < 1:
        value = exposure.neutral + share * (value - exposure.neutral)
    return Setting(exposure=exposure.path, value=value, start=start, end=end, sentence=sentence, what=exposure.path, unit_text=exposure.unit_text)


def read_practice(sentence: str, words: list[str], practice: Practice, exposures: Mapping[str, Exposure], *, share: float
                  ) -> tuple[list[Setting], list[str]]:
    """Read what follows the name of a practice: its dose if it has one, from when to when; and what is unusual in it.

    Raises
    ------
    UsageError
    """
    missing = [path for path in practice.exposures if path not in exposures]
    if missing:
        raise UsageError.of("ZN-1320", f"{practice.name} acts by {' and '.join(missing)}, which the model in use does not have",
                            fix=f"take the sentence out ({nearest(missing[0], exposures)})")
    reader = Words(words, _FIX_PRACTICE)
    strength, time, remarks = _strength(reader, practice, sentence)
    if time.times is not None:  # "daily x 28" lasts as long as 28 intervals
        time.span = time.times * time.every
    start, end = _span(time, _FIX_PRACTICE)
    settings = []
    for path, full in practice.exposures.items():
        exposure = exposures[path]
        wanted = exposure.neutral + share * strength * (full - exposure.neutral)
        value = min(max(wanted, exposure.within[0]), exposure.within[1])
        if value != wanted:
            remarks.append(f"{sentence!r} would bring {path} to {wanted:g}, which is out of range: {value:g} is simulated")
        settings.append(Setting(exposure=path, value=value, start=start, end=end, sentence=sentence, what=practice.name,
                                unit_text=exposure.unit_text))
    return settings, remarks


def _strength(reader: Words, practice: Practice, sentence: str) -> tuple[float, Timing, list[str]]:
    """The daily dose relative to the usual one (1 where nothing is dosed), the times, and remarks."""
    dosed = practice.usual is not None and numeric(reader.peek()) is not None
    if not dosed or practice.usual is None:
        return 1.0, timing(reader, _SPAN, "from, to or for" if practice.usual is None else "a dose, from, to or for"), []
    amount = reader.number("the amount")
    if amount < 0:
        raise UsageError.of("ZN-1306", f"the dose {amount:g} is negative", expected="0 or more", fix="leave the dose out, or correct its sign")
    usual, usual_unit = practice.usual[0], unit(practice.usual[1])
    text = reader.next("the unit of the dose")
    written, daily = unit(text), _daily(practice, text, usual_unit)
    if reader.peek() == "po":
        reader.next("the route")
    time = timing(reader, _SPAN if daily else _SPAN | {"every", "x"}, "daily, bid, every, from, to, for or x")
    if not daily and time.every <= 0:
        raise UsageError.of("ZN-1327", f"how often {practice.name} is taken is not said",
                            fix=f'write it like "{practice.name} {amount:g} {text} daily"')
    a_day = amount * float(written.scale) if daily else amount * float(written.scale) / time.every
    ratio = a_day / (usual * float(usual_unit.scale))
    if ratio <= practice.ceiling * (1 + _SLACK):
        return ratio, time, []
    remark = (f"{sentence!r} is {ratio:.3g} times the usual dose ({usual:g} {practice.usual[1]} a day), more than trials have seen: "
              f"no more than {practice.ceiling:g} times its effect is simulated")
    return practice.ceiling, time, [remark]


def _daily(practice: Practice, text: str, usual: Unit) -> bool:
    """Whether a unit is per day (``g/d``) rather than of a single dose."""
    written = unit(text)
    if written.same_dimension(usual):
        return False
    if written.same_dimension(usual / DAY):
        return True
    shown = practice.usual[1] if practice.usual else ""
    raise UsageError.of("ZN-1309", f"{text!r} is no dose of {practice.name}", expected=f"something like {shown}, or {shown}/day",
                        fix=f"write it like 2 {shown}")


def _span(time: Timing, fix: str) -> tuple[float, float]:
    start = 0.0
    if time.at is not None:
        start, *more = time.at
        if more:
            raise UsageError.of("ZN-1325", "an exposure begins once", fix="write another sentence for another time")
    end = math.inf if time.until is None else time.until
    if time.span is not None:
        end = start + time.span
    start, end = tidy(start), tidy(end)
    if not 0 <= start < end:
        raise UsageError.of("ZN-1315", "an exposure ends after it begins, and not before day 0", fix=fix)
    return start, end


def is_level(words: list[str]) -> bool:
    """Whether a plain number follows, without a unit: the level of an exposure, and no dose."""
    return bool(words) and numeric(words[0]) is not None and (len(words) == 1 or words[1].lower() in ("at", "from", "to", "until", "for", ","))


# --- several at once ------------------------------------------------------------------------------------

def setting_overlaps(settings: Iterable[Setting], place: str) -> list[Problem]:
    """Problems of the same exposure, or the same practice, that is said twice of one time (*settings* in order of start)."""
    problems, told = [], set()
    latest: dict[tuple[str, str], Setting] = {}
    for setting in settings:
        key = (setting.exposure, setting.what)
        before = latest.get(key)
        if before is not None and setting.start < before.end and (before.sentence, setting.sentence, setting.start) not in told:
            told.add((before.sentence, setting.sentence, setting.start))
            what = setting.what or setting.exposure
            problems.append(Problem(code="ZN-1316", path=place, found=repr(setting.sentence), fix="end the first before the second begins",
                                    message=f"{what} is set from day {setting.start:g} while {before.sentence!r} still holds"))
        if before is None or setting.end > before.end:
            latest[key] = setting
    return problems


def combined(settings: Iterable[Setting], exposures: Mapping[str, Exposure]) -> tuple[list[Setting], list[str]]:
    """The same settings without overlaps: where several act on one exposure at once, one piece says what they make of it together.

    What scales (neutral 1) is multiplied.  What adds (neutral 0) makes good what the other leaves, ``1 - (1 - a)(1 - b)``, as
    long as all are between 0 and 1.  Anything else adds its distance from neutral.
    """
    groups: defaultdict[str, list[Setting]] = defaultdict(list)
    for setting in settings:
        groups[setting.exposure].append(setting)
    pieces, remarks = [], []
    for path, group in groups.items():
        group.sort(key=lambda s: s.start)
        if all(a.end <= b.start for a, b in pairwise(group)):
            pieces += group
            continue
        for piece, wanted in _pieces(group, exposures[path]):
            pieces.append(piece)
            if piece.value != wanted:
                remarks.append(f"together, {piece.what} would bring {path} to {wanted:g}, which is out of range: {piece.value:g} is simulated")
    pieces.sort(key=lambda setting: (setting.start, setting.exposure))
    return pieces, list(dict.fromkeys(remarks))


def _pieces(group: list[Setting], exposure: Exposure) -> Iterable[tuple[Setting, float]]:
    """From border to border, what those make that hold there; *group* in order of start."""
    borders = sorted({t for s in group for t in (s.start, s.end)})
    active: list[Setting] = []
    waiting = 0
    for start, end in pairwise(borders):
        active = [s for s in active if s.end > start]
        while waiting < len(group) and group[waiting].start <= start:
            active.append(group[waiting])
            waiting += 1
        if len(active) == 1:
            yield replace(active[0], start=start, end=end), active[0].value
        elif active:
            value = together([s.value for s in active], exposure.neutral)
            inside = min(max(value, exposure.within[0]), exposure.within[1])
            yield replace(active[0], value=inside, start=start, end=end, what=" + ".join(s.what for s in active),
                          sentence=" + ".join(s.sentence for s in active)), value


def together(values: list[float], neutral: float) -> float:
    """What several values of one exposure make at once."""
    if neutral == 1:
        return math.prod(values)
    if neutral == 0 and all(0 <= value <= 1 for value in values):
        return 1 - math.prod(1 - value for value in values)
    return neutral + sum(value - neutral for value in values)
