"""Doses in words: ``adalimumab 40 mg sc q2w x 13``, ``prednisolone 15 mg po qd for 28 days then 10 mg qd for 28 days then stop``."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from zonula.drugs.arrival import landing
from zonula.drugs.catalogue import Registry, Substance
from zonula.ground.errors import UsageError, ZonulaError, nearest
from zonula.ground.limits import MAX_DOSES
from zonula.language.model import Model
from zonula.language.units import Unit, unit
from zonula.simulation.events import Dose, duration, tidy
from zonula.simulation.sentences import Timing, Words, numeric, timing

_FIX = 'write it like "lps 2 ng/kg iv bolus at day 1" or "lps 2 ng/kg iv infusion over 4 h at day 1"'
_FIX_AGAIN = 'say how often and how long: "... every 24 h x 5", "... bid for 14 days", "... q2w until week 26"'
_SHORTEST = 1.0 / 86_400.0  # an infusion over less than a second is a bolus
_ALMOST = 1e-9  # of an interval: "qd for 28 d" is 28 doses, however 28 was rounded


@dataclass(frozen=True, slots=True)
class Draws:
    """Chance: the same for the same seed, sentence and number of the dose, on any machine."""

    seed: int
    sentence: str

    def taken(self, number: int, share: float) -> bool:
        """Whether dose *number* is taken by someone who takes that share of all doses; who takes more takes these too."""
        if share >= 1:
            return True
        digest = hashlib.sha256(f"{self.seed}:{number}:{self.sentence}".encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") < share * 2.0**64


@dataclass(slots=True)
class Regimen:
    """What one sentence gives, as it is being read."""

    doses: list[Dose] = field(default_factory=list)
    left_out: list[Dose] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What is given in one part of a sentence (parts are joined by ``then``), and over how long."""

    amount: float
    unit: Unit
    unit_text: str
    per_weight: bool
    route: str
    infused: bool
    over: float


def read_doses(sentence: str, words: list[str], substance: Substance, model: Model, *, share: float, seed: int) -> Regimen:
    """Read a sentence about doses.

    Parameters
    ----------
    sentence  : all of it, for messages and the table
    words     : what follows the name, without the adherence
    substance : what is given
    share     : the share of doses that are taken, by chance

    Raises
    ------
    UsageError
    """
    parts = _parts(words)
    reader = Words(parts[0], _FIX)
    said = _first(reader, substance, model)
    draws, made = Draws(seed, f"{substance.name} {' '.join(words).lower()}"), Regimen()
    last, goes_on = 0.0, None
    for k, part in enumerate(parts):
        if k:
            if [word.lower() for word in part] == ["stop"]:
                if k < len(parts) - 1:
                    raise UsageError.of("ZN-1324", "something follows after 'then stop'", fix="end the sentence there; write another one")
                break
            reader = Words(part, _FIX)
            said = _next(reader, substance, model, said)
        said, time = _timed(reader, said)
        starts, goes_on = _starts(time, last=last, goes_on=goes_on, first=k == 0)
        last = starts[-1]
        if not math.isfinite(last + said.over):
            raise UsageError.of("ZN-1328", "a dose falls beyond all time", fix="correct the interval, or give fewer doses")
        if len(made.doses) + len(made.left_out) + len(starts) > MAX_DOSES:
            raise _too_many(len(made.doses) + len(made.left_out) + len(starts))
        _give(made, starts, said, substance, sentence, draws=draws, share=share)
        made.remarks += [r for r in _unfamiliar(substance, said, sentence) if r not in made.remarks]
    if made.left_out:
        total = len(made.doses) + len(made.left_out)
        made.remarks.append(f"{len(made.left_out)} of {total} doses of {substance.name} are left out by chance ({sentence!r}, seed {seed})")
    return made


def _parts(words: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word.lower() == "then":
            parts.append([])
        else:
            parts[-1].append(word)
    if len(parts) > 1 and not all(parts[1:]):
        raise UsageError.of("ZN-1324", "nothing follows after 'then'", fix='write "... then 10 mg qd for 28 days" or "... then stop"')
    return parts


def _first(reader: Words, substance: Substance, model: Model) -> _Part:
    amount = _amount(reader)
    text = reader.next("the unit of the dose")
    written, per_weight = dose_unit(substance, text)
    route = "" if "" in substance.arrives else reader.next("the route").lower()
    if route not in substance.arrives:
        raise UsageError.of("ZN-1307", f"{substance.name} cannot be given by {route!r}", fix=nearest(route, substance.arrives))
    infused, over = _form(reader, substance, route)
    said = _Part(amount=amount, unit=written, unit_text=text, per_weight=per_weight, route=route, infused=infused, over=over)
    _check_arrival(said, substance, model)
    return said


def _next(reader: Words, substance: Substance, model: Model, before: _Part) -> _Part:
    """A later part: what it does not say is as before."""
    said = before
    if numeric(reader.peek()) is not None:
        amount, text = _amount(reader), reader.next("the unit of the dose")
        written, per_weight = dose_unit(substance, text)
        said = replace(said, amount=amount, unit=written, unit_text=text, per_weight=per_weight)
    if reader.peek() in substance.arrives and reader.peek() != before.route:
        route = reader.next("the route").lower()
        infused, over = _form(reader, substance, route)
        said = replace(said, route=route, infused=infused, over=over)
    elif reader.peek() in substance.arrives or reader.peek() in ("bolus", "infusion"):
        if reader.peek() == before.route:
            reader.next("the route")
        if reader.peek() in ("bolus", "infusion"):
            infused, over = _form(reader, substance, before.route)
            said = replace(said, infused=infused, over=over)
    _check_arrival(said, substance, model)
    return said


def _amount(reader: Words) -> float:
    amount = reader.number("the amount")
    if amount < 0:
        raise UsageError.of("ZN-1306", f"the dose {amount:g} is negative", expected="0 or more", fix="leave the dose out, or correct its sign")
    return amount


def dose_unit(substance: Substance, text: str) -> tuple[Unit, bool]:
    """The unit of a dose, and whether it is per kg of body weight.

    Raises
    ------
    UsageError   when it is no unit that the substance is dosed in
    """
    per_weight = text.endswith("/kg")
    written = unit(substance.in_kind(text.removesuffix("/kg")))
    if not substance.unit:  # whatever can arrive
        return written, per_weight
    wanted = unit(substance.in_kind(substance.unit))
    if written.same_dimension(wanted):
        return written, per_weight
    if substance.molar_mass and any((written * unit(text)).same_dimension(wanted) for text in ("g/mol", "mol/g")):
        return written, per_weight
    raise UsageError.of("ZN-1309", f"{text!r} is no dose of {substance.name}", expected=f"{substance.unit} or alike, or that per kg of body weight",
                        fix=f"write it like 2 {substance.unit}, or 2 {substance.unit}/kg")


def _form(reader: Words, substance: Substance, route: str) -> tuple[bool, float]:
    """Whether it is infused, and over how long where that goes without saying."""
    usual = duration(substance.infusions[route]) if route in substance.infusions else 0.0
    if reader.peek() in ("bolus", "infusion"):
        return reader.next("bolus or infusion").lower() == "infusion", usual
    if route == "iv" and not usual:
        form = reader.next("bolus or infusion").lower()
        raise UsageError.of("ZN-1308", f"{form!r} should be bolus or infusion", fix=_FIX)
    return usual > 0 or "over" in map(str.lower, reader.words[reader.at:]), usual


def _check_arrival(said: _Part, substance: Substance, model: Model) -> None:
    path, places = substance.arrives[said.route], model.state_index
    if path not in places:
        raise UsageError.of("ZN-1320", f"{substance.name} arrives in {path}, which the model in use does not have",
                            fix="take the sentence out, or use a model with that part")
    state, volume = model.states[places[path]], model.volumes[places[path]]
    if landing(state, volume, said.unit, substance.molar_mass) is None:
        raise UsageError.of("ZN-1326", f"{said.unit_text!r} cannot arrive in {path}, which is in {state.unit_text}",
                            expected=f"{state.unit_text}" + ("" if volume is None else ", or an amount of it"), fix="give the dose in such a unit")
    if said.per_weight and "body.weight" not in model.parameter_index:
        raise UsageError.of("ZN-1326", "a dose per kg cannot be given: the model in use has no body weight", fix="give the dose without /kg")


def _timed(reader: Words, said: _Part) -> tuple[_Part, Timing]:
    allowed = {"at", "every", "x", "for", "until", *(("over",) if said.infused else ())}
    time = timing(reader, allowed, "at, over (infusions), every, daily, q2w, x, for, until or then")
    lengths = [v for v in (*(time.at or ()), time.over, time.every, time.span, time.until) if v is not None]
    if min(lengths) < 0 or (time.times is not None and time.times < 1) or time.span == 0:
        raise UsageError.of("ZN-1311", "times and durations must not be negative, and a dose is given at least once", fix=_FIX)
    if said.infused:
        said = replace(said, over=said.over if time.over is None else time.over)
        if said.over < _SHORTEST:
            raise UsageError.of("ZN-1312", "an infusion needs a duration, of a second at least", fix='say how long: "... infusion over 4 h at day 1"')
    if (time.every > 0) == (time.times is None and time.span is None and time.until is None):
        raise UsageError.of("ZN-1313", "a repeated dose needs both an interval and a number (or an end)", fix=_FIX_AGAIN)
    return said, time


def _starts(time: Timing, *, last: float, goes_on: float | None, first: bool) -> tuple[list[float], float | None]:
    """The days of the doses of one part, and the day from which the next goes on (None: an interval of its own after the last)."""
    if time.at is not None and len(time.at) > 1:
        if time.every:
            raise UsageError.of("ZN-1325", "several times and an interval in one part of a sentence",
                                fix='join them by then: "... at week 0, 2, 6 then q8w x 3"')
        return [_after(time.at[0], last, goes_on, first=first), *time.at[1:]], None
    if time.at is None and not first and goes_on is None and not time.every:
        raise UsageError.of("ZN-1324", "what follows after 'then' does not say when", fix='say when it goes on, or how often: "... then q8w x 3"')
    due = 0.0 if first else goes_on if goes_on is not None else tidy(last + time.every)
    start = due if time.at is None else _after(time.at[0], last, goes_on, first=first)
    if not time.every:
        return [start], None
    count = _count(time, start)
    return [tidy(start + k * time.every) for k in range(count)], tidy(start + count * time.every) if time.times else _end(time, start)


def _after(start: float, last: float, goes_on: float | None, *, first: bool) -> float:
    if not first and (start <= last if goes_on is None else start < goes_on):
        raise UsageError.of("ZN-1324", f"the part after 'then' begins at day {start:g}, before the part before it has ended",
                            fix="let it begin later, or write two sentences")
    return start


def _end(time: Timing, start: float) -> float:
    return tidy(start + time.span) if time.span is not None else time.until or 0.0


def _count(time: Timing, start: float) -> int:
    if time.times is not None:
        count: float = time.times
    else:
        count = (_end(time, start) - start) / time.every - _ALMOST
        if count <= 0:
            raise UsageError.of("ZN-1311", "times and durations must not be negative, and a dose is given at least once", fix=_FIX)
    if count > MAX_DOSES:
        raise _too_many(count)
    return math.ceil(count)


def _too_many(count: float) -> ZonulaError:
    return UsageError.of("ZN-1302", f"{count:g} doses", expected=f"at most {MAX_DOSES}", fix="shorten the plan")


def _give(made: Regimen, starts: list[float], said: _Part, substance: Substance, sentence: str, *, draws: Draws, share: float) -> None:
    state, over = substance.arrives[said.route], said.over if said.infused else 0.0
    number = len(made.doses) + len(made.left_out)
    for k, start in enumerate(starts, start=number):
        dose = Dose(substance=substance.name, route=said.route, state=state, amount=said.amount, unit=said.unit, per_weight=said.per_weight,
                    start=tidy(start), duration=over, sentence=sentence, unit_text=said.unit_text, molar_mass=substance.molar_mass)
        (made.doses if draws.taken(k, share) else made.left_out).append(dose)


def _grams(amount: float, written: Unit, substance: Substance) -> float:
    """An amount in the dimension that the substance is dosed in, at scale 1."""
    wanted = unit(substance.in_kind(substance.unit))
    if written.same_dimension(wanted):
        return amount * float(written.scale)
    mole = (written * unit("g/mol")).same_dimension(wanted)
    return amount * float(written.scale) * (substance.molar_mass if mole else 1 / substance.molar_mass)


def _unfamiliar(substance: Substance, said: _Part, sentence: str) -> list[str]:
    if substance.familiar is None:
        return []
    most, text = substance.familiar
    limit, per_weight = dose_unit(substance, text)
    if said.per_weight == per_weight and _grams(said.amount, said.unit, substance) > _grams(most, limit, substance):
        return [f"{sentence!r} is more than people were given ({most:g} {text}): the model was never compared with such a dose"]
    return []


def daily_remarks(doses: Iterable[Dose], known: Registry) -> list[str]:
    """What is unusual in the doses of 24 hours together (*doses* in order of time), said once for each substance."""
    remarks: dict[str, str] = {}
    recent: defaultdict[str, deque[tuple[float, float]]] = defaultdict(deque)
    total: defaultdict[str, float] = defaultdict(float)
    for dose in doses:
        name = dose.substance
        substance = known.substances.get(name)
        if substance is None or substance.per_day is None or name in remarks:
            continue
        most, text = substance.per_day
        limit, per_weight = dose_unit(substance, text)
        if dose.per_weight != per_weight:
            continue
        recent[name].append((dose.start, _grams(dose.amount, dose.unit, substance)))
        total[name] += recent[name][-1][1]
        while len(recent[name]) > 1 and recent[name][0][0] <= dose.start - 1 + _ALMOST:
            total[name] -= recent[name].popleft()[1]
        if total[name] > _grams(most, limit, substance) * (1 + _ALMOST):
            remarks[name] = (f"by day {dose.start:g} the doses of {name} within 24 hours are more than people were given "
                             f"({most:g} {text} a day): the model was never compared with so much")
    return list(remarks.values())
