"""Plans in words: doses, infusions, diets and exposures in time.

    lps 2 ng/kg iv bolus at day 1
    lps 2 ng/kg iv infusion over 4 h at day 1
    adalimumab 40 mg sc q2w x 13 from day 10 adherence 90%
    prednisolone 15 mg po qd for 28 days then 10 mg qd for 28 days then stop
    low-gluten diet from day 0 to day 180 adherence 80%
    stress 1 from day 3 to day 10

A sentence is read word by word against a closed grammar; nothing in it is ever executed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from zonula.drugs.catalogue import CATALOGUE, Practice, Registry, Substance, plain
from zonula.ground.errors import Problem, UsageError, ZonulaError, nearest, raise_all
from zonula.ground.limits import MAX_DOSES
from zonula.language.model import Model
from zonula.language.quantities import Exposure
from zonula.simulation.events import Dose, Plan, Setting, duration
from zonula.simulation.practices import combined, is_level, read_exposure, read_practice, setting_overlaps
from zonula.simulation.regimens import daily_remarks, read_doses
from zonula.simulation.sentences import PHRASES, adherence_of, numeric, words_of

__all__ = ["Dose", "Plan", "Row", "Setting", "TableLine", "duration", "expanded", "read_plan"]
_MOST_SHOWN = 20  # problems of one plan; more would hide the first


@dataclass(frozen=True, slots=True)
class TableLine:
    """A sentence that stands for a line of a table; *columns* says in which column the fault is, by the code of the error."""

    sentence: str
    file: str
    line: int
    columns: Mapping[str, str]


class Row(NamedTuple):
    """One line of a plan written out: a dose, or an exposure that holds for some time.

    time, until : days
    given       : "given", "left out" (by chance, see adherence) or "holds"
    """

    time: float
    until: float
    what: str
    route: str
    amount: float
    unit: str
    into: str
    given: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Names:
    """What can be named: entries of the registry, exposures and states of the model, by plain names."""

    registry: Registry
    model: Model
    exposures: Mapping[str, Exposure]
    by_path: Mapping[str, Exposure]
    short: Mapping[str, tuple[Exposure, ...]]
    states: Mapping[str, int]
    longest: int

    def find(self, words: list[str]) -> tuple[Substance | Practice | Exposure, int]:
        """What the first words of a sentence name, and how many they are: the longest name wins."""
        for k in range(min(self.longest, len(words)), 0, -1):
            name = plain(" ".join(words[:k]))
            entry, exposure = self.registry.names.get(name), self._exposure(name, words[k:])
            if entry is not None and not (exposure is not None and is_level(words[k:])):
                return entry, k
            if exposure is not None:
                return exposure, k
            if name in self.states:
                return self._state(self.states[name]), k
        if not words:
            raise UsageError.of("ZN-1303", "the sentence ends where the name of a substance should stand",
                                fix='write it like "lps 2 ng/kg iv bolus at day 1"')
        name = _as_name(words)
        names = {e.name for e in self.registry.names.values()} | {e.name for e in self.by_path.values()}
        raise UsageError.of("ZN-1305", f"unknown substance, practice or exposure {name!r}", fix=nearest(name, names))

    def _exposure(self, name: str, after: list[str]) -> Exposure | None:
        if name in self.exposures:
            return self.exposures[name]
        found = self.short.get(name, ())
        if len(found) > 1 and (name not in self.registry.names or is_level(after)):
            paths = [exposure.path for exposure in found]
            raise UsageError.of("ZN-1322", f"{name!r} may be any of {', '.join(paths)}", fix=f"write the whole name: {paths[0]}")
        return found[0] if len(found) == 1 else None

    def _state(self, place: int) -> Substance:
        """A state as something that is given: straight into it, in its own unit or as an amount."""
        state = self.model.states[place]
        return Substance(name=state.path, doc=state.doc, arrives={"": state.path}, unit="", source="")


def _names(model: Model, registry: Registry) -> _Names:
    short: dict[str, tuple[Exposure, ...]] = {}
    for exposure in model.exposures:
        short[plain(exposure.name)] = (*short.get(plain(exposure.name), ()), exposure)
    exposures = {plain(exposure.path): exposure for exposure in model.exposures}
    states = {plain(state.path): place for place, state in enumerate(model.states)}
    longest = max((1 + name.count(" ") for name in (*registry.names, *short, *exposures, *states)), default=1)
    return _Names(registry, model, exposures, {e.path: e for e in model.exposures}, short, states, longest)


def _as_name(words: list[str]) -> str:
    """The words before the first number or phrase: what was meant as a name."""
    k = next((k for k, word in enumerate(words) if numeric(word) is not None or word.lower() in PHRASES or word == ","), len(words))
    return " ".join(words[:max(1, min(k, 5))])[:60]


def read_plan(sentences: Iterable[str], model: Model, *, registry: Registry = CATALOGUE, seed: int = 0, lines: Iterable[TableLine] = (),
              place: str = "plan.events") -> Plan:
    """Read a plan.

    Parameters
    ----------
    sentences : one event each
    model     : what there is to be moved: its states and exposures
    registry  : what can be named
    seed      : of the chance by which doses are left out, where a sentence says how well it is kept to
    lines     : further sentences, which stand for lines of a table

    Raises
    ------
    UsageError   with every sentence that cannot be read, or that overlaps another.
    """
    reading = _Reading(_names(model, registry), seed)
    said = [*((sentence, _At(f"{place}[{i}]", None)) for i, sentence in enumerate(sentences)), *((t.sentence, _At(place, t)) for t in lines)]
    problems: list[Problem] = []
    for sentence, at in said:
        try:
            reading.read(sentence)
        except ZonulaError as error:
            problems += [at.placed(problem, sentence) for problem in error.problems]
        if len(problems) >= _MOST_SHOWN or reading.count > MAX_DOSES:
            break
    raise_all(UsageError, problems)
    if reading.count > MAX_DOSES:
        raise UsageError.of("ZN-1302", f"{reading.count} doses", path=place, expected=f"at most {MAX_DOSES}", fix="shorten the plan")
    return _made(reading, model, said, place)


@dataclass(frozen=True, slots=True)
class _At:
    """Where a sentence stands: in the scenario, or in a line of a table."""

    path: str
    line: TableLine | None

    def placed(self, problem: Problem, sentence: str) -> Problem:
        """The problem, at this place."""
        found = problem.found or repr(sentence)
        if self.line is None:
            return replace(problem, path=self.path, found=found)
        column = self.line.columns.get(problem.code, "")
        return replace(problem, file=self.line.file, line=self.line.line, path=f"column {column}" if column else "", found=found)


class _Reading:
    """What has been read so far."""

    def __init__(self, names: _Names, seed: int) -> None:
        self.names, self.seed, self.drawn = names, seed, False
        self.doses: list[Dose] = []
        self.left_out: list[Dose] = []
        self.settings: list[Setting] = []
        self.remarks: list[str] = []

    @property
    def count(self) -> int:
        """How many doses there are, left out or not."""
        return len(self.doses) + len(self.left_out)

    def read(self, sentence: str) -> None:
        """Add what a sentence says."""
        words, share = adherence_of(words_of(sentence))
        entry, k = self.names.find(words)
        if isinstance(entry, Exposure):
            self.settings.append(read_exposure(sentence, words[k:], entry, share=share))
        elif isinstance(entry, Practice):
            settings, remarks = read_practice(sentence, words[k:], entry, self.names.by_path, share=share)
            self.settings += settings
            self.remarks += remarks
        else:
            regimen = read_doses(sentence, words[k:], entry, self.names.model, share=share, seed=self.seed)
            self.doses += regimen.doses
            self.left_out += regimen.left_out
            self.remarks += regimen.remarks
            self.drawn |= share < 1


def _made(reading: _Reading, model: Model, said: list[tuple[str, _At]], place: str) -> Plan:
    """All of it in order of time, once it is sure that nothing is said twice of one time."""
    def order(dose: Dose) -> tuple[float, str]:
        return dose.start, dose.substance

    taken = sorted(reading.doses, key=order)
    settings = sorted(reading.settings, key=lambda setting: (setting.start, setting.exposure))
    tables = {repr(sentence): (at, sentence) for sentence, at in said if at.line is not None}
    overlaps = [*_dose_overlaps(sorted([*taken, *reading.left_out], key=order), place), *setting_overlaps(settings, place)]
    raise_all(UsageError, [tables[p.found][0].placed(p, tables[p.found][1]) if p.found in tables else p for p in overlaps[:_MOST_SHOWN]])
    settings, more = combined(settings, {e.path: e for e in model.exposures})
    return Plan(doses=tuple(taken), settings=tuple(settings), remarks=(*reading.remarks, *daily_remarks(taken, reading.names.registry), *more),
                left_out=tuple(sorted(reading.left_out, key=order)), sentences=tuple(sentence for sentence, _ in said), drawn=reading.drawn)


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


def _overlap(place: str, message: str, sentence: str, fix: str) -> Problem:
    return Problem(code="ZN-1316", message=message, path=place, found=repr(sentence), fix=fix)


def expanded(plan: Plan) -> list[Row]:
    """A plan written out, dose by dose and exposure by exposure, in order of time; what was left out by chance stands in it, too."""
    rows = [Row(d.start, d.end, d.substance, d.route, d.amount, d.unit_text or str(d.unit), d.state, given, d.sentence)
            for doses, given in ((plan.doses, "given"), (plan.left_out, "left out")) for d in doses]
    rows += [Row(s.start, s.end, s.what or s.exposure, "", s.value, s.unit_text, s.exposure, "holds", s.sentence) for s in plan.settings]
    return sorted(rows, key=lambda row: (row.time, row.what))
