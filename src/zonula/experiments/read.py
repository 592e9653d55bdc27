"""Experiments from files: each read against the schema, and every name, unit, time and sentence in it checked before anything is run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zonula.experiments.schema import SCHEMA, ArmTable, ExperimentTable, PeopleTable, RowTable
from zonula.experiments.words import SeenSpread, Window, seen_spread, window
from zonula.ground.errors import InputDataError, Problem, UsageError, ZonulaError, nearest, raise_all
from zonula.ground.files import packaged, read_text
from zonula.language.model import Model
from zonula.language.units import DAY, ONE, unit
from zonula.population.check import faults_of, law_faults
from zonula.population.conditions import Condition, condition
from zonula.population.entry import read_entry
from zonula.population.groups import Group, History, half_a_history, read_groups, shipped_groups
from zonula.population.noise import known_noises
from zonula.simulation.closed_tables import check_sizes, line_of, parse_toml, read_closed
from zonula.simulation.closings import Closing, read_closings
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm

COMPOSITES = ("acr20", "acr50", "acr70")
GROUPS = "groups"  # the folder, within a folder of experiments, of groups of their own
_MOST_FILES = 5000
_MOST_LOOKS = 10_000  # at one window


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyArm:
    """An arm made ready: whose it is, and what is done."""

    name: str
    people: str
    arm: Arm
    n: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One observed number made ready; *said* is how it stands in the file."""

    id: str
    said: RowTable
    arm: str
    at: Window
    every: float
    baseline: Window
    counts: Condition | None
    spread: SeenSpread | None
    factor: float
    n: int | None

    @property
    def observed(self) -> float:
        """The number that was seen, in the unit of the file."""
        return float(self.said.observed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A study made ready to be simulated."""

    table: ExperimentTable
    file: str
    text: str
    people: Mapping[str, Group]
    arms: Mapping[str, StudyArm]
    rows: tuple[Row, ...]

    @property
    def id(self) -> str:
        """Its name."""
        return self.table.id

    def row(self, name: str) -> Row:
        """The row of that id."""
        return next(row for row in self.rows if row.id == name)


def shipped_experiments(model: Model) -> list[Experiment]:
    """The experiments that ship with zonula."""
    return read_experiments([packaged("experiments", "human")], model)


def read_experiments(folders: Sequence[Path], model: Model) -> list[Experiment]:
    """All experiments (``*.toml``) of some folders, and the groups in their folders ``groups``.

    Raises
    ------
    UsageError       with every problem of every file
    InputDataError   where a folder has no experiment
    """
    files: list[Path] = []
    for folder in folders:
        here = sorted(folder.glob("*.toml")) if folder.is_dir() else [folder]
        if not here:
            raise InputDataError.of("ZN-3009", "there is no experiment in this folder", file=str(folder),
                                    fix="put files like study.toml into it (`zonula validate --schema` says how they look)")
        files += here
    if len(files) > _MOST_FILES:
        raise UsageError.of("ZN-1236", f"{len(files)} experiments are too many at once", expected=f"at most {_MOST_FILES}", fix="name fewer folders")
    own = read_groups_of(folders)
    known = dict(shipped_groups()) | own
    problems: list[Problem] = [p for name, group in own.items() if name not in shipped_groups() for p in faults_of(group, model)]
    found: list[Experiment] = []
    for file in files:
        try:
            found.append(_read(file, model, known))
        except UsageError as error:
            problems += error.problems
    problems += list(_twice(found))
    raise_all(UsageError, problems)
    return found


def read_groups_of(folders: Sequence[Path]) -> dict[str, Group]:
    """The groups that folders of experiments bring along; they may be like those that ship.

    Raises
    ------
    UsageError
    """
    own = [folder / GROUPS for folder in folders if (folder / GROUPS).is_dir()]
    return read_groups([packaged("population", "groups"), *own]) if own else {}


def _twice(found: Iterable[Experiment]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for experiment in found:
        for name in (experiment.id, *(row.id for row in experiment.rows)):
            if name in seen:
                yield Problem(code="ZN-1237", message=f"{name!r} stands twice", file=experiment.file, found=f"also in {seen[name]}",
                              fix="give every experiment and every row a name of its own")
            seen[name] = experiment.file


def _read(file: Path, model: Model, known: Mapping[str, Group]) -> Experiment:
    text = read_text(file)
    raw = parse_toml(text, str(file))
    check_sizes(raw, str(file))
    return made_ready(read_closed(ExperimentTable, raw, text, str(file)), text, str(file), model, known)


def made_ready(table: ExperimentTable, text: str, file: str, model: Model, known: Mapping[str, Group]) -> Experiment:
    """Check every name, unit, time and sentence of an experiment, and make it ready to be simulated.

    Parameters
    ----------
    text, file : where it stands, so that mistakes are told with their lines
    known      : groups by name

    Raises
    ------
    UsageError   with every problem found
    """
    reading = _Reading(table, text, file, model)
    if table.schema_ != SCHEMA:
        reading.complain(f"unknown schema {table.schema_!r}", f'write schema = "{SCHEMA}"', "schema")
    people = {name: reading.group(name, said, known) for name, said in table.people.items()}
    arms = {name: reading.arm(name, said) for name, said in table.arms.items()}
    if not arms and len(people) == 1:
        arms = {"none": StudyArm(name="none", people=next(iter(people)), arm=Arm(), n=None)}
    rows = tuple(reading.row(i, said, arms) for i, said in enumerate(table.rows))
    reading.relations(rows, arms)
    reading.scales()
    raise_all(UsageError, reading.problems)
    return Experiment(table=table, file=file, text=text, people={name: group for name, group in people.items() if group is not None},
                      arms=arms, rows=rows)


def _every(said: RowTable, at: Window) -> float:
    """How many days lie between two looks at a window; 0 where the row does not say."""
    if not said.every:
        return 0.0
    every = window(said.every)
    longest = max(at.end - at.start, window(said.baseline).end)
    if not every.moment or not every.end * _MOST_LOOKS >= longest or not every.end > 0:
        raise UsageError.of("ZN-1231", f"a window cannot be looked at every {said.every!r}", expected=f"at most {_MOST_LOOKS} looks",
                            fix='write it like every = "1 h"')
    return every.end


def _compared(said: RowTable) -> bool:
    """Whether what is reported is a mere number by comparison with other people."""
    return said.against is not None and said.against.row == "" and said.against.as_ != "difference"


def _pure(said: RowTable) -> bool:
    """Whether what is reported is a mere number, whatever the unit of the readout."""
    free = said.statistic in ("proportion", "correlation", "rank correlation", "explained variance", "log standard deviation")
    return free or _compared(said) or said.own == "ratio" or said.judged == "direction"


class _Reading:
    """Goes on after a mistake, so that all mistakes of a file can be told at once."""

    def __init__(self, table: ExperimentTable, text: str, file: str, model: Model) -> None:
        self.table, self.text, self.file, self.model = table, text, file, model
        self.problems: list[Problem] = []

    def complain(self, why: str, fix: str, *loc: str | int) -> None:
        self.problems.append(Problem(code="ZN-1238", message=why, file=self.file, line=line_of(self.text, loc), path=".".join(map(str, loc)),
                                     fix=fix))

    def attempt(self, make: Callable[[], Any], otherwise: Any, *loc: str | int) -> Any:
        """What *make* makes; *otherwise* where it refuses, which is remembered with its place."""
        try:
            return make()
        except ZonulaError as error:
            self.problems += [replace(p, file=self.file, line=line_of(self.text, loc), path=".".join(map(str, loc))) for p in error.problems]
            return otherwise

    def group(self, name: str, said: PeopleTable, known: Mapping[str, Group]) -> Group | None:
        """The people of the study: their group, with what is particular of them laid upon it."""
        if said.is_ not in known:
            self.complain(f"there is no group {said.is_!r}", nearest(said.is_, known), "people", name, "is")
            return None
        if half_a_history(said):
            self.complain("a history needs both its days and its sentences", "give both days and before, or neither", "people", name, "days")
        for path, change in said.parameters.items():
            if path not in self.model.parameter_index:
                self.complain(f"there is no parameter {path!r}", nearest(path, self.model.parameter_index), "people", name, "parameters", path)
            if (change.times is None) == (change.value is None):
                self.complain(f"{path}: give either times or value", "take one of them out, or give one", "people", name, "parameters", path)
            else:
                self.attempt(lambda path=path, change=change: law_faults(path, change, said.is_), None,  # type: ignore[misc]
                             "people", name, "parameters", path)
        for key, sentences in (("before", said.before), ("background", said.background), *(("some", some.events) for some in said.some)):
            self.attempt(lambda sentences=sentences: read_plan(sentences, self.model), None, "people", name, key)  # type: ignore[misc]
        for sentence in said.entry:
            self.attempt(lambda sentence=sentence: read_entry(sentence, self.model), None, "people", name, "entry")  # type: ignore[misc]
        base = known[said.is_]
        histories = (*base.histories, History(days=float(said.days), events=tuple(said.before))) if said.days else base.histories
        return replace(base, parameters={**base.parameters, **said.parameters}, histories=histories, entry=(*base.entry, *said.entry),
                       background=(*base.background, *said.background), some=(*base.some, *said.some))

    def arm(self, name: str, said: ArmTable) -> StudyArm:
        """An arm: whose, and what is done; what goes on in the background is added when it is simulated."""
        people = said.people
        if people == "everybody" and "everybody" not in self.table.people and len(self.table.people) == 1:
            people = next(iter(self.table.people))
        if people not in self.table.people:
            self.complain(f"there are no people {people!r}", nearest(people, self.table.people), "arms", name, "people")
        plan = self.attempt(lambda: read_plan(said.events, self.model), Arm().plan, "arms", name, "events")
        closed: frozenset[Closing] = self.attempt(lambda: read_closings(said.closed_roads, self.model, None), frozenset(),
                                                  "arms", name, "closed_roads")
        processes = [r.path for r in self.model.reactions]
        for process in said.without:
            if process not in processes:
                self.complain(f"there is no process {process!r}", nearest(process, processes), "arms", name, "without")
        return StudyArm(name=name, people=people, arm=Arm(plan=plan, shut=frozenset(said.without), closed=closed), n=said.n)

    def row(self, place: int, said: RowTable, arms: Mapping[str, StudyArm]) -> Row:
        """A row with its words read; what cannot be read is remembered."""
        here: tuple[str, int] = ("rows", place)
        for key, measure in (("measure", said.measure), ("with", said.with_)):
            if measure and measure not in (*self.model.readout_names, *COMPOSITES):
                self.complain(f"there is no measure {measure!r}", nearest(measure, [*self.model.readout_names, *COMPOSITES]), *here, key)
        arm = said.arm or (next(iter(arms)) if len(arms) == 1 else "")
        if arm not in arms:
            self.complain(f"there is no arm {arm!r}" if arm else "say which arm it is of", nearest(arm, arms), *here, "arm")
        at = self.attempt(lambda: window(said.at), Window(0.0, 0.0), *here, "at")
        self._sense(said, at, here)
        n = said.n or (arms[arm].n or self.table.people[arms[arm].people].n if arm in arms and arms[arm].people in self.table.people else None)
        return Row(id=said.id, said=said, arm=arm, at=at, baseline=self.attempt(lambda: window(said.baseline), at, *here, "baseline"),
                   every=self.attempt(lambda: _every(said, at), 0.0, *here, "every"),
                   counts=self.attempt(lambda: condition(said.counts) if said.counts else None, None, *here, "counts"),
                   spread=self.attempt(lambda: seen_spread(said.spread), None, *here, "spread"),
                   factor=self.attempt(lambda: self._factor(said), 1.0, *here, "unit"), n=n)

    def _sense(self, said: RowTable, at: Window, here: tuple[str, int]) -> None:
        asked = said.take in ("first time", "last time") or (said.statistic == "proportion" and said.measure not in COMPOSITES)
        if asked and not said.counts:
            self.complain("a proportion, and a first or last time, need a condition", 'add counts = ">= 2"', *here, "counts")
        if said.counts and not asked:
            self.complain("nothing here asks for a condition", "take counts out, or ask for a proportion", *here, "counts")
        if said.take != "value" and at.moment:
            self.complain(f"the {said.take} of a single moment is no question", 'write at = "0 h to 12 h"', *here, "at")
        if said.take == "value" and not at.moment:
            self.complain("a window has many values", 'say which: take = "mean", "highest", "lowest"', *here, "take")
        if ("correlation" in said.statistic or said.statistic == "explained variance") != bool(said.with_):
            self.complain("a correlation is with another measure, and nothing else is", 'add or take out with = "crp"', *here, "with")
        if said.measure in COMPOSITES and said.statistic != "proportion":
            self.complain(f"of {said.measure} a proportion is counted", 'write statistic = "proportion"', *here, "statistic")
        if said.statistic == "proportion" and "time" in said.take:
            self.complain("a proportion is of values, not of times", "ask for the highest or lowest of the window with counts", *here, "take")
        if said.noise not in ("", "none", *known_noises()):
            self.complain(f"there is no law of error {said.noise!r}", nearest(said.noise, ["none", *known_noises()]), *here, "noise")
        if said.judged == "direction" and said.observed not in (-1, 0, 1):
            self.complain("a direction is 1, 0 or -1", "write 1 for more, 0 for no difference, -1 for less", *here, "observed")

    def _factor(self, said: RowTable) -> float:
        """By what the number that the model gives is multiplied to be in the unit of the row."""
        timed = said.take in ("time of highest", "first time", "last time") and not _compared(said)
        if (said.own == "percent change" and not timed) or (said.against is not None and said.against.as_ == "percent difference"):
            return 1.0  # these are percent already
        bare = said.unit in ("", "1", "%")
        hundred = 100.0 if said.unit == "%" else 1.0
        if said.unit == "%" and said.against is not None and said.against.as_ in ("smd", "odds ratio", "number needed to treat"):
            raise UsageError.of("ZN-1239", f"a {said.against.as_} is not in percent", fix="leave the unit out")
        if timed and said.statistic != "proportion":
            return float(DAY.factor_to(unit(said.unit)))
        if said.measure not in self.model.readout_names or _pure(said):
            if not bare:
                raise UsageError.of("ZN-1239", f"a {said.own or said.statistic} has no unit {said.unit}", fix='leave the unit out, or write "%"')
            return hundred
        own = self.model.readout(said.measure)
        if said.times != 1:  # the file itself says how to come to its unit
            return 1.0
        try:
            return hundred * float(own.unit.factor_to(ONE if bare else unit(said.unit)))
        except ZonulaError as error:
            raise UsageError.of("ZN-1239", f"{said.measure} is in {own.unit_text}, not in {said.unit}", fix=(
                f"write the observed number in a unit of that kind, or say with `times` what one {own.unit_text} is in the study")) from error

    def scales(self) -> None:
        """Check that scales of the laboratory are of measures that some row asks for."""
        asked = {measure for said in self.table.rows for measure in (said.measure, said.with_) if measure}
        for name in self.table.scales:
            if name not in asked:
                self.complain(f"no row measures {name!r}, of which a scale is given", nearest(name, asked), "scales", name)

    def relations(self, rows: Sequence[Row], arms: Mapping[str, StudyArm]) -> None:
        """Check what rows say of other rows and arms."""
        names = {row.id: row for row in rows}
        for i, row in enumerate(rows):
            against = row.said.against
            if against is None:
                continue
            if bool(against.arm) == bool(against.row):
                self.complain("a comparison is with an arm or with a row", "give one of them", "rows", i, "against")
            elif against.arm and against.arm not in arms:
                self.complain(f"there is no arm {against.arm!r}", nearest(against.arm, arms), "rows", i, "against")
            elif against.row and (against.row not in names or names[against.row].said.against is not None):
                self.complain(f"{against.row!r} is no row of this file that stands by itself", nearest(against.row, names), "rows", i, "against")
            elif against.row and against.as_ not in ("ratio", "difference"):
                self.complain("two rows are compared by ratio or difference", 'write as = "ratio"', "rows", i, "against")
            elif against.row and against.as_ == "ratio" and names[against.row].observed == 0:
                self.complain(f"of {against.row!r} 0 was observed, to which there is no ratio", 'write as = "difference"', "rows", i, "against")
            if against.as_ in ("odds ratio", "number needed to treat") and row.said.statistic != "proportion":
                self.complain(f"{against.as_} is of proportions", 'write statistic = "proportion"', "rows", i, "statistic")
