"""Protocols from files: each read against the schema, and every name, time, sentence and question in it checked before anything is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from zonula.ground.errors import Problem, UsageError, ZonulaError, nearest, raise_all
from zonula.ground.files import packaged, read_text
from zonula.language.model import Model
from zonula.population.check import law_faults
from zonula.population.conditions import Condition
from zonula.population.covariates import COVARIATES
from zonula.population.entry import read_entry
from zonula.population.groups import Group, History, half_a_history, shipped_groups
from zonula.simulation.closed_tables import check_sizes, line_of, parse_toml, read_closed
from zonula.simulation.closings import known_roads, read_closings
from zonula.simulation.equations import Vector
from zonula.simulation.events import Plan
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm
from zonula.trials.adherence import adherence_of
from zonula.trials.checks import faults_of_questions, faults_of_times
from zonula.trials.criteria import Criterion, criterion
from zonula.trials.endpoints import WITHOUT_RESCUE
from zonula.trials.schema import SCHEMA, ArmTable, EndpointTable, LeavingTable, PeopleTable, ProtocolTable, RuleTable

WEEK = 7.0
_LAST_DAY = 3650.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialArm:
    """An arm made ready: *arm* is what is done to people besides what goes on in the background."""

    name: str
    said: ArmTable
    arm: Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule made ready: on which days it looks, of which arms, and what is done from then on."""

    said: RuleTable
    asked: Criterion
    arms: tuple[str, ...]
    days: tuple[float, ...]
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A rule of drop-out made ready."""

    said: LeavingTable
    asked: Criterion
    arms: tuple[str, ...]
    days: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A virtual trial made ready.

    group    : who is asked, with what the protocol says laid upon the group that it names
    arms     : by name, in the order of the file
    days     : of the visits, from 0
    measures : what is measured, whoever asks for it
    strata, subgroups : conditions on day 0, each a name and what is asked of it
    harms    : by id
    """

    table: ProtocolTable
    file: str
    text: str
    group: Group
    arms: Mapping[str, TrialArm]
    days: Vector
    measures: tuple[str, ...]
    strata: tuple[tuple[str, Condition], ...]
    subgroups: tuple[tuple[str, Condition], ...]
    rules: tuple[Rule, ...]
    leaving: tuple[Leaving, ...]
    harms: Mapping[str, Criterion]

    @property
    def id(self) -> str:
        """Its name."""
        return self.table.id

    @property
    def last_day(self) -> float:
        """The day of the last visit."""
        return float(self.days[-1])

    @property
    def without_rescue(self) -> tuple[str, ...]:
        """Arms that are lived once more without rescue, because an estimand asks what would have been."""
        asked = {e.endpoint: e for e in self.table.estimands if e.strategy == "hypothetical"}
        if not asked:
            return ()
        rescued = {arm for rule in self.rules if rule.said.rescue and rule.days for arm in rule.arms}
        wanted = {arm for e in self.table.estimands if e.strategy == "hypothetical" for arm in (*e.contrast, *e.interaction)}
        return tuple(name for name in self.arms if name in rescued & wanted)

    @property
    def lived_arms(self) -> tuple[str, ...]:
        """All arms in which people live, in the order of tables."""
        return tuple(sorted([*self.arms, *(name + WITHOUT_RESCUE for name in self.without_rescue)]))

    @property
    def by_name(self) -> tuple[str, ...]:
        """Arms by their names: the order in which chance looks at them, so that nobody's arm depends on the order of the file."""
        return tuple(sorted(self.arms))

    @property
    def cuts(self) -> tuple[float, ...]:
        """Days at which what is done may change by what is seen; lives are led from one to the next."""
        days = {day for rule in self.rules for day in rule.days}
        dropout = self.table.dropout
        if dropout.stops and (dropout.per_year or self.leaving):
            days |= {float(day) for day in self.days[1:-1]}
        return tuple(sorted(days))

    def endpoint_day(self, endpoint: EndpointTable) -> float:
        """The day on which an endpoint is asked."""
        return day_of(endpoint)


def day_of(endpoint: EndpointTable) -> float:
    """The day that an endpoint names; that of week 0 where it names none."""
    return float(endpoint.day) if endpoint.day is not None else WEEK * float(endpoint.week or 0)


@lru_cache(maxsize=1)
def shipped_protocols() -> dict[str, Path]:
    """The protocols that ship with zonula, by id."""
    return {path.stem: path for path in sorted(packaged("trials", "protocols").glob("*.toml"))}


def read_protocol(name: str | Path, model: Model) -> Protocol:
    """A protocol that ships, by its id; or one of a file.

    Raises
    ------
    UsageError   with every problem found
    """
    path = shipped_protocols().get(str(name), Path(name))
    if not path.is_file():
        raise UsageError.of("ZN-1471", f"there is no protocol {str(name)!r}", fix=f"{nearest(str(name), shipped_protocols())}; or name a file")
    return protocol_from(read_text(path), str(path), model)


def protocol_from(text: str, file: str, model: Model) -> Protocol:
    """A protocol from its text.

    Raises
    ------
    UsageError   with every problem found
    """
    raw = parse_toml(text, file)
    check_sizes(raw, file)
    return made_ready(read_closed(ProtocolTable, raw, text, file), text, file, model)


def made_ready(table: ProtocolTable, text: str, file: str, model: Model) -> Protocol:
    """Check everything that a protocol says, and make it ready.

    Raises
    ------
    UsageError   with every problem found
    """
    reading = _Reading(table, text, file, model)
    if table.schema_ != SCHEMA:
        reading.complain(f"unknown schema {table.schema_!r}", f'write schema = "{SCHEMA}"', "schema")
    days = reading.days()
    group = reading.group()
    arms = {name: reading.arm(name, said) for name, said in table.arms.items()}
    rules = tuple(reading.rule(i, said, days) for i, said in enumerate(table.rules))
    leaving = tuple(Leaving(said=said, asked=reading.asked(said.when, "dropout", "rules", i, "when"), arms=tuple(said.arms or table.arms),
                            days=_within(days, said)) for i, said in enumerate(table.dropout.rules))
    harms = {said.id: reading.asked(said.when, "harms", i, "when") for i, said in enumerate(table.harms)}
    strata = tuple(reading.condition(said, "randomisation", "strata") for said in table.randomisation.strata)
    subgroups = tuple(reading.condition(said.by, "subgroups", i, "by") for i, said in enumerate(table.subgroups))
    measures = reading.measures([*(r.asked for r in rules), *(one.asked for one in leaving), *harms.values()], [*strata, *subgroups])
    reading.problems += [reading.placed(fault) for fault in (*faults_of_questions(table), *faults_of_times(table, days))]
    reading.roads()
    raise_all(UsageError, reading.problems)
    return Protocol(table=table, file=file, text=text, group=group, arms=arms, days=days, measures=measures, strata=strata, subgroups=subgroups,
                    rules=rules, leaving=leaving, harms=harms)


def _within(days: Vector, said: RuleTable | LeavingTable) -> tuple[float, ...]:
    """Days of the visits at which a rule looks: after day 0, and not the last, after which nothing is seen."""
    first, last = WEEK * float(said.from_week), WEEK * float(said.to_week) if said.to_week is not None else np.inf
    return tuple(float(day) for day in days[1:-1] if first - 1e-9 <= day <= last + 1e-9)


def bare_condition(text: str) -> str:
    """A condition in full: "hla_b27" is "hla_b27 >= 1", "not smoker" is "smoker < 1"."""
    words = text.split()
    if len(words) == 1 and words[0] in COVARIATES:
        return f"{words[0]} >= 1"
    return f"{words[1]} < 1" if len(words) == 2 and words[0] == "not" else text


class _Reading:
    """Goes on after a mistake, so that all mistakes of a file can be told at once."""

    def __init__(self, table: ProtocolTable, text: str, file: str, model: Model) -> None:
        self.table, self.text, self.file, self.model = table, text, file, model
        self.problems: list[Problem] = []

    def complain(self, why: str, fix: str, *loc: str | int) -> None:
        self.problems.append(self.placed((why, fix, loc)))

    def placed(self, fault: tuple[str, str, tuple[str | int, ...]]) -> Problem:
        """A fault with the place where it stands."""
        why, fix, loc = fault
        return Problem(code="ZN-1472", message=why, file=self.file, line=line_of(self.text, loc), path=".".join(map(str, loc)), fix=fix)

    def attempt(self, make: Callable[[], Any], otherwise: Any, *loc: str | int) -> Any:
        """What *make* makes; *otherwise* where it refuses, which is remembered with its place."""
        try:
            return make()
        except ZonulaError as error:
            self.problems += [replace(p, file=self.file, line=line_of(self.text, loc), path=".".join(map(str, loc))) for p in error.problems]
            return otherwise

    def asked(self, text: str, *loc: str | int) -> Criterion:
        """A criterion of which all measures exist."""
        read: Criterion = self.attempt(lambda: criterion(text), Criterion(text=text, measures=()), *loc)
        for name in read.measures:
            self.measure(name, *loc)
        return read

    def measure(self, name: str, *loc: str | int) -> None:
        if name not in self.model.readout_names:
            self.complain(f"there is no readout {name!r}", nearest(name, self.model.readout_names), *loc)

    def condition(self, text: str, *loc: str | int) -> tuple[str, Condition]:
        read: tuple[str, Condition] = self.attempt(lambda: read_entry(bare_condition(text), self.model), ("", Condition(">=", 0.0)), *loc)
        return read

    def days(self) -> Vector:
        """The days of visits, with day 0."""
        said = self.table.visits
        if bool(said.weeks) == bool(said.days):
            self.complain("say when people come, in weeks or in days", "write weeks = [0, 4, 12], or days = [...]", "visits")
        key, given = ("days", [float(day) for day in said.days]) if said.days else ("weeks", [WEEK * float(week) for week in said.weeks])
        if any(b <= a for a, b in pairwise(given)) or any(not 0 <= day <= _LAST_DAY for day in given):
            self.complain(f"visits must rise, from day 0 on, to day {_LAST_DAY:g} at most", "sort them", "visits", key)
        days = np.unique([0.0, *given])
        if len(days) < 2:
            self.complain("there is no visit after day 0", "add one", "visits", key)
            days = np.array([0.0, WEEK])
        return days

    def group(self) -> Group:
        """Who is asked: the group that is named, with what is said here laid upon it."""
        said: PeopleTable = self.table.people
        known = shipped_groups()
        if said.group not in known:
            self.complain(f"there is no group {said.group!r}", nearest(said.group, known), "people", "group")
        base = known.get(said.group, next(iter(known.values())))
        if half_a_history(said):
            self.complain("a history needs both its days and its sentences", "give both days and before, or neither", "people", "days")
        for path, change in said.parameters.items():
            if path not in self.model.parameter_index:
                self.complain(f"there is no parameter {path!r}", nearest(path, self.model.parameter_index), "people", "parameters", path)
            elif (change.times is None) == (change.value is None):
                self.complain(f"{path}: give either times or value", "take one of them out, or give one", "people", "parameters", path)
            else:
                self.attempt(lambda path=path, change=change: law_faults(path, change, said.group), None,  # type: ignore[misc]
                             "people", "parameters", path)
        for key, sentences in (("before", said.before), ("background", said.background), *(("some", some.events) for some in said.some)):
            self.attempt(lambda sentences=sentences: read_plan(sentences, self.model), None, "people", key)  # type: ignore[misc]
        entry = [bare_condition(sentence) for sentence in (*said.entry, *said.eligibility)]
        for sentence in entry:
            self.attempt(lambda sentence=sentence: read_entry(sentence, self.model), None, "people", "eligibility")  # type: ignore[misc]
        histories = (*base.histories, History(days=float(said.days), events=tuple(said.before))) if said.days else base.histories
        return replace(base, parameters={**base.parameters, **said.parameters}, histories=histories, entry=(*base.entry, *entry),
                       background=(*base.background, *said.background), some=(*base.some, *said.some))

    def arm(self, name: str, said: ArmTable) -> TrialArm:
        """An arm; what goes on in the background is added for each person."""
        here = ("arms", name)
        plan = self.attempt(lambda: read_plan(said.events, self.model, place=f"arms.{name}.events"), Plan(), *here, "events")
        closed = self.attempt(lambda: read_closings(said.closed_roads, self.model, None), frozenset(), *here, "closed_roads")
        processes = [r.path for r in self.model.reactions]
        for process in said.without:
            if process not in processes:
                self.complain(f"there is no process {process!r}", nearest(process, processes), *here, "without")
        for measure in said.context:
            self.measure(measure, *here, "context", measure)
        if isinstance(said.adherence, (int, float)) and not 0 < said.adherence <= 1:
            self.complain(f"an adherence of {said.adherence:g} is no share", "write a number above 0 and at most 1", *here, "adherence")
        else:
            self.attempt(lambda: adherence_of(said.adherence), None, *here, "adherence")
        return TrialArm(name=name, said=said, arm=Arm(plan=plan, shut=frozenset(said.without), closed=closed))

    def rule(self, place: int, said: RuleTable, days: Vector) -> Rule:
        """A rule; an arm that it names must exist."""
        here: tuple[str | int, ...] = ("rules", place)
        plan = self.attempt(lambda: read_plan(said.events, self.model, place=f"rules[{place}].events"), Plan(), *here, "events")
        if not said.stop and not said.events:
            self.complain(f"the rule {said.id!r} does nothing", "write stop = true, or say what is done in events", *here, "events")
        asked = self.asked(said.when, *here, "when")
        return Rule(said=said, asked=asked, arms=tuple(said.arms or self.table.arms), days=_within(days, said), plan=plan)

    def measures(self, asked: list[Criterion], conditions: list[tuple[str, Condition]]) -> tuple[str, ...]:
        """Everything that anybody asks for, in the order in which it is named."""
        table = self.table
        for name in table.measures.of:
            self.measure(name, "measures", "of")
        names = [*table.measures.of]
        for i, endpoint in enumerate(table.endpoints):
            if endpoint.measure:
                self.measure(endpoint.measure, "endpoints", i, "measure")
                names.append(endpoint.measure)
            if endpoint.criterion:
                names += self.asked(endpoint.criterion, "endpoints", i, "criterion").measures
        names += [name for one in asked for name in one.measures]
        names += [name for name, _ in conditions if name and name not in COVARIATES]
        names += [name for arm in table.arms.values() for name in arm.context]
        for name in table.measures.exact:
            if name not in names:
                self.complain(f"{name!r} is exact, and nobody measures it", nearest(name, names), "measures", "exact")
        return tuple(name for name in dict.fromkeys(names) if name in self.model.readout_names)

    def roads(self) -> None:
        """Check of what it is told by which road it came."""
        said = self.table.roads
        if said is None:
            return
        if not known_roads(self.model):
            self.complain("the model has no roads", "take [roads] out", "roads")
        for name in said.of:
            self.measure(name, "roads", "of")
