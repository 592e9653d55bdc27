"""Plans in words: doses, infusions and exposures in time.

    lps 2 ng/kg iv bolus at day 1
    lps 2 ng/kg iv bolus at day 1 every 24 h x 5
    lps 2 ng/kg iv infusion over 4 h at day 1
    stress 1 from day 3 to day 10

A sentence is read word by word against a closed grammar; nothing in it is ever executed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zonula.drugs.catalogue import CATALOGUE, Substance
from zonula.ground.errors import Problem, UsageError, ZonulaError, nearest, raise_all
from zonula.ground.limits import MAX_DOSES
from zonula.language.quantities import Exposure
from zonula.language.units import DAY, Unit, measure, unit

_FIX_DOSE = 'write it like "lps 2 ng/kg iv bolus at day 1" or "lps 2 ng/kg iv infusion over 4 h at day 1"'
_SHORTEST = 1.0 / 86_400.0  # an infusion over less than a second is a bolus
_FIX_EXPOSURE = 'write it like "stress 1 from day 3 to day 10"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One administration: *amount* in *unit* (per kg of body weight if *per_weight*), at *start*, over *duration* days (0: bolus)."""

    substance: str
    route: str
    state: str
    amount: float
    unit: Unit
    per_weight: bool
    start: float
    duration: float
    sentence: str

    @property
    def end(self) -> float:
        """When the last of it is in [day]."""
        return _tidy(self.start + self.duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An exposure that has *value* from *start* to *end* [day]."""

    exposure: str
    value: float
    start: float
    end: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens to the person, in order of time, with remarks about what is unusual."""

    doses: tuple[Dose, ...] = ()
    settings: tuple[Setting, ...] = ()
    remarks: tuple[str, ...] = ()


def _tidy(day: float) -> float:
    """A moment to ten microseconds: 0.1 + 0.2 and 0.3 are the same moment."""
    return round(day, 10)


def duration(text: str | float) -> float:
    """Days from ``"36 h"``, ``"8d"``, ``"2 y"`` or a plain number of days.

    Raises
    ------
    UsageError   when it is no duration, or not finite.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        if not math.isfinite(text):
            raise UsageError.of("ZN-1301", f"{text} is not a finite number of days", fix='write it like "8 d" or "36 h"')
        return float(text)
    try:
        number, written = measure(str(text))
    except ZonulaError as error:
        raise UsageError.of("ZN-1301", f"{text!r} is not a duration", fix='write it like "8 d", "36 h" or "2 y"') from error
    if written.powers == DAY.powers:
        return float(number * written.scale)
    if written == unit("1"):
        return number
    raise UsageError.of("ZN-1301", f"{text!r} is not a duration", fix='write it like "8 d", "36 h" or "2 y"')


def read_plan(sentences: Iterable[str], exposures: Mapping[str, Exposure], *, place: str = "plan.events") -> Plan:
    """Read a plan.

    Parameters
    ----------
    sentences : one event each
    exposures : what the model can be exposed to, by short name

    Raises
    ------
    UsageError   with every sentence that cannot be read, or that overlaps another.
    """
    problems: list[Problem] = []
    doses: list[Dose] = []
    settings: list[Setting] = []
    remarks: list[str] = []
    for i, sentence in enumerate(sentences):
        try:
            words = sentence.split()
            if words and words[0].lower() in exposures:
                settings.append(_setting(sentence, words, exposures[words[0].lower()]))
            else:
                new, remark = _doses(sentence, words, exposures)
                doses += new
                remarks += remark
        except ZonulaError as error:
            problems += [_placed(problem, f"{place}[{i}]", sentence) for problem in error.problems]
    raise_all(UsageError, problems)
    if len(doses) > MAX_DOSES:
        raise UsageError.of("ZN-1302", f"{len(doses)} doses", path=place, expected=f"at most {MAX_DOSES}", fix="shorten the plan")
    doses.sort(key=lambda dose: (dose.start, dose.substance))
    settings.sort(key=lambda setting: (setting.start, setting.exposure))
    raise_all(UsageError, [*_dose_overlaps(doses, place), *_setting_overlaps(settings, place)])
    return Plan(tuple(doses), tuple(settings), tuple(remarks))


def _placed(problem: Problem, path: str, sentence: str) -> Problem:
    return Problem(code=problem.code, message=problem.message, path=path, found=problem.found or repr(sentence),
                   expected=problem.expected, fix=problem.fix)


class _Words:
    """A sentence being read from left to right."""

    def __init__(self, words: list[str], fix: str) -> None:
        self.words, self.at, self.fix = words, 0, fix

    def done(self) -> bool:
        return self.at >= len(self.words)

    def next(self, wanted: str) -> str:
        if self.done():
            raise UsageError.of("ZN-1303", f"the sentence ends where {wanted} should stand", fix=self.fix)
        self.at += 1
        return self.words[self.at - 1]

    def number(self, wanted: str) -> float:
        word = self.next(wanted)
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or "_" in word or not word.isascii():
            raise UsageError.of("ZN-1304", f"{word!r} should be {wanted}, a finite number", fix=self.fix)
        return value

    def count(self, wanted: str) -> int:
        value = self.number(wanted)
        if not value.is_integer():
            raise UsageError.of("ZN-1304", f"{value:g} should be {wanted}, a whole number", fix=self.fix)
        return int(value)

    def once(self, said: set[str], what: str, word: str) -> None:
        if what in said:
            raise UsageError.of("ZN-1317", f"{word!r} says again what the sentence has said before",
                                fix="say it once; write another sentence for another time")
        said.add(what)

    def moment(self) -> float:
        """``day 1``, ``36 h``, ``1.5``: days from the start."""
        word = self.next("a time")
        if word == "day":
            return self.number("a day")
        return self._with_unit(word)

    def span(self) -> float:
        return self._with_unit(self.next("a duration"))

    def _with_unit(self, word: str) -> float:
        if re.fullmatch(r"[-+.\deE]+", word) and not self.done() and re.fullmatch(r"[a-z]+", self.words[self.at]):
            try:
                value = duration(f"{word} {self.words[self.at]}")
            except ZonulaError:
                return duration(word)
            self.at += 1
            return value
        return duration(word)


def _doses(sentence: str, words: list[str], exposures: Iterable[str]) -> tuple[list[Dose], list[str]]:
    reader = _Words(words, _FIX_DOSE)
    name = reader.next("the name of a substance").lower()
    substance = CATALOGUE.get(name)
    if substance is None:
        raise UsageError.of("ZN-1305", f"unknown substance or exposure {name!r}", fix=nearest(name, [*CATALOGUE, *exposures]))
    amount = reader.number("the amount")
    if amount < 0:
        raise UsageError.of("ZN-1306", f"the dose {amount:g} is negative", expected="0 or more", fix="leave the dose out, or correct its sign")
    written, per_weight = _dose_unit(substance, reader.next("the unit of the dose"))
    route = reader.next("the route").lower()
    if route not in substance.arrives:
        raise UsageError.of("ZN-1307", f"{name} cannot be given by {route!r}", fix=nearest(route, substance.arrives))
    form = reader.next("bolus or infusion").lower()
    if form not in ("bolus", "infusion"):
        raise UsageError.of("ZN-1308", f"{form!r} should be bolus or infusion", fix=_FIX_DOSE)
    start, over, every, times = _timing(reader, form)
    remarks = _unfamiliar(substance, amount, written, sentence, per_weight=per_weight)
    return [Dose(substance=name, route=route, state=substance.arrives[route], amount=amount, unit=written, per_weight=per_weight,
                 start=_tidy(start + k * every), duration=over, sentence=sentence) for k in range(times)], remarks


def _dose_unit(substance: Substance, text: str) -> tuple[Unit, bool]:
    per_weight = text.endswith("/kg")
    plain = text.removesuffix("/kg")
    kind = f"g{{{substance.kind}}}" if substance.kind else "g"
    written = unit(re.sub(r"g$", kind, plain))
    if not written.same_dimension(unit(kind)):
        raise UsageError.of("ZN-1309", f"{text!r} is no dose of {substance.name}", expected="a mass, or a mass per kg of body weight",
                            fix="write it like 2 ng/kg")
    return written, per_weight


def _timing(reader: _Words, form: str) -> tuple[float, float, float, int]:
    start, over, every, times = 0.0, 0.0, 0.0, 1
    said: set[str] = set()
    while not reader.done():
        word = reader.next("a time").lower()
        reader.once(said, {"from": "at", "daily": "every"}.get(word, word), word)
        if word in ("at", "from"):
            start = reader.moment()
        elif word == "over" and form == "infusion":
            over = reader.span()
        elif word == "daily":
            every = 1.0
        elif word == "every":
            every = reader.span()
        elif word == "x":
            times = reader.count("how many times")
        else:
            raise UsageError.of("ZN-1310", f"unexpected {word!r}", expected="at, over (infusions), every, daily or x", fix=_FIX_DOSE)
    if start < 0 or over < 0 or every < 0 or times < 1:
        raise UsageError.of("ZN-1311", "times and durations must not be negative, and a dose is given at least once", fix=_FIX_DOSE)
    if form == "infusion" and over < _SHORTEST:
        raise UsageError.of("ZN-1312", "an infusion needs a duration, of a second at least", fix='say how long: "... infusion over 4 h at day 1"')
    if (every > 0) != ("x" in said):
        raise UsageError.of("ZN-1313", "a repeated dose needs both an interval and a number", fix='write it like "... every 24 h x 5"')
    if times > MAX_DOSES:
        raise UsageError.of("ZN-1302", f"{times:g} doses", expected=f"at most {MAX_DOSES}", fix="shorten the plan")
    return start, over, every, times


def _unfamiliar(substance: Substance, amount: float, written: Unit, sentence: str, *, per_weight: bool) -> list[str]:
    most, text = substance.familiar
    limit, limit_per_weight = _dose_unit(substance, text)
    if per_weight == limit_per_weight and amount * float(written.scale) > most * float(limit.scale):
        return [f"{sentence!r} is more than people were given ({most:g} {text}): the model was never compared with such a dose"]
    return []


def _setting(sentence: str, words: list[str], exposure: Exposure) -> Setting:
    reader = _Words(words[1:], _FIX_EXPOSURE)
    value = reader.number("the level")
    low, high = exposure.within
    if not low <= value <= high:
        raise UsageError.of("ZN-1314", f"{exposure.name} of {value:g} is out of range", expected=f"{low:g} to {high:g}", fix=_FIX_EXPOSURE)
    start, end = 0.0, math.inf
    said: set[str] = set()
    while not reader.done():
        word = reader.next("from or to").lower()
        reader.once(said, {"at": "from", "until": "to"}.get(word, word), word)
        if word not in ("from", "at", "to", "until"):
            raise UsageError.of("ZN-1310", f"unexpected {word!r}", expected="from or to", fix=_FIX_EXPOSURE)
        if word in ("from", "at"):
            start = reader.moment()
        else:
            end = reader.moment()
    if not 0 <= start < end:
        raise UsageError.of("ZN-1315", "an exposure ends after it begins, and not before day 0", fix=_FIX_EXPOSURE)
    return Setting(exposure=exposure.path, value=value, start=_tidy(start), end=_tidy(end), sentence=sentence)


def _dose_overlaps(doses: list[Dose], place: str) -> list[Problem]:
    problems = []
    running: dict[str, Dose] = {}
    given: set[tuple[str, float]] = set()
    for dose in doses:
        if dose.duration:
            before = running.get(dose.state)
            if before is not None and dose.start < before.end * (1 - 1e-12):
                problems.append(_overlap(place, f"the infusion of {dose.substance} at day {dose.start:g} begins before the one at "
                                                f"day {before.start:g} has ended (day {before.end:g})", dose.sentence,
                                         "let one end before the next begins, or give the sum of both rates"))
            running[dose.state] = dose
        elif (dose.state, dose.start) in given:
            problems.append(_overlap(place, f"{dose.substance} is given twice at day {dose.start:g}", dose.sentence, "give the sum once"))
        else:
            given.add((dose.state, dose.start))
    return problems


def _setting_overlaps(settings: list[Setting], place: str) -> list[Problem]:
    problems = []
    latest: dict[str, Setting] = {}
    for setting in settings:
        before = latest.get(setting.exposure)
        if before is not None and setting.start < before.end:
            problems.append(_overlap(place, f"{setting.exposure} is set from day {setting.start:g} while {before.sentence!r} still holds",
                                     setting.sentence, "end the first before the second begins"))
        latest[setting.exposure] = setting
    return problems


def _overlap(place: str, message: str, sentence: str, fix: str) -> Problem:
    return Problem(code="ZN-1316", message=message, path=place, found=repr(sentence), fix=fix)
