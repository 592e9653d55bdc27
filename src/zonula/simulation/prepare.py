"""From a scenario to a problem: names become places in the model, texts become numbers in its units."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from zonula.drugs.catalogue import CATALOGUE, Registry
from zonula.evidence.load import Evidence, evidence_of
from zonula.ground.errors import Problem as Complaint
from zonula.ground.errors import UsageError, ZonulaError, nearest, raise_all
from zonula.ground.provenance import canonical, digest
from zonula.language.model import Model
from zonula.language.quantities import Parameter
from zonula.language.units import measure, unit
from zonula.organs.standard import standard_model
from zonula.simulation.closings import Closing, Question, read_closings, read_day, read_readout, written
from zonula.simulation.draws import Typical
from zonula.simulation.equations import parameter_vector
from zonula.simulation.event_table import EventTable, place_of_table, read_event_table
from zonula.simulation.observations import Observations, read_observations
from zonula.simulation.problem import Problem, check_bounds, output_times
from zonula.simulation.scenario import PLAN_FILE, ScenarioSource, flat_parameters, in_file
from zonula.simulation.schedule import Plan, duration, read_plan

_WEIGHT = (2.0, 400.0)  # kg: a newborn, and more than the heaviest trial participants
_DEFAULT_STEPS = ((30.0, 1.0 / 24.0), (math.inf, 1.0))  # report every hour up to a month, every day beyond
EVIDENCE = "evidence"
_MOST_SHOWN = 20  # problems of one table; more would hide the first
_GENES = ("hla_b27", "genetic_risk")
_EXAMPLES = {"weight": 'weight = "75 kg"', "hla_b27": "hla_b27 = true", "genetic_risk": "genetic_risk = 10"}
OF_PERSON = {"body.weight", *(f"body.{name}" for name in _GENES)}  # said under [person], not under [parameters]
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A scenario made ready: the problem, the data to compare with, and all that determined them.

    changed  : parameters that differ from the evidence, by path, as (value, unit)
    remarks  : what the user should know before trusting the result
    question : of which readout the roads are asked, if they are
    typical  : from whom draws are taken; drawn by the evidence where nobody is named
    """

    source: ScenarioSource
    problem: Problem
    observations: tuple[Observations, ...]
    evidence: Mapping[str, Evidence]
    changed: Mapping[str, tuple[float, str]]
    every: float
    remarks: tuple[str, ...]
    question: Question | None = None
    typical: Typical | None = None

    @property
    def population(self) -> str:
        """From whom draws are taken: ``evidence``, or a calibration with its hash."""
        return EVIDENCE if self.typical is None else self.typical.name

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.source.table.name

    @property
    def seed(self) -> int:
        """The seed of the chance by which doses are left out and draws are made."""
        return self.source.table.plan.seed

    def resolved(self) -> dict[str, Any]:
        """The scenario with every default written out, as plain data that gives the same run again."""
        table, problem = self.source.table, self.problem
        asked = {} if self.question is None else {"roads": {"readout": self.question.readout, "from": f"{self.question.day!r} d"}}
        person = {"weight": f"{_value(problem, 'body.weight')!r} kg",
                  **table.person.model_dump(exclude={"weight"}, exclude_none=True, exclude_defaults=True)}
        return {
            "schema": table.schema_, "name": table.name, "title": table.title, "about": table.about, "person": person,
            "plan": {"events": list(problem.plan.sentences)} | ({"seed": self.seed} if problem.plan.drawn or self.seed else {}),
            "model": {"without": sorted(problem.shut), "closed_roads": written(problem.closed)},
            "parameters": {path: value for path, (value, _) in sorted(self.changed.items()) if path not in OF_PERSON},
            "solve": {"until": f"{problem.until!r} d", "every": f"{self.every!r} d", "rtol": problem.rtol},
            "compare": [c.model_dump(exclude_defaults=True) for c in table.compare],
            **asked,
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that determines the result: the scenario, the model, the numbers, the data."""
        numbers = canonical({path: float(v) for path, v in zip((q.path for q in self.problem.model.parameters),
                                                               self.problem.parameters, strict=True)})
        data = [canonical({"label": o.label, "readout": o.readout, "days": o.days.tolist(), "values": o.values.tolist()})
                for o in self.observations]
        said = self.resolved()
        for compare in said["compare"]:
            del compare["file"]  # the data themselves count, not where they lie
        return digest(canonical(said), self.problem.model.fingerprint, numbers, *data, *([self.population] if self.typical else []))


def prepare(source: ScenarioSource, *, without: tuple[str, ...] = (), model: Model | None = None, registry: Registry = CATALOGUE) -> Setup:
    """Make a scenario ready to be solved.

    Parameters
    ----------
    source   : the scenario as read
    without  : further processes whose gate is shut, by path
    model    : another model than the standard one
    registry : what its plan can name

    Raises
    ------
    UsageError, InputDataError   with every problem found
    """
    model = model or standard_model()
    evidence, table, reading = evidence_of(model), source.table, _Reading(source)
    changed: dict[str, tuple[float, str]] = reading.attempt(lambda: _changed(source, evidence), dict, "parameters")
    weight: float | None = reading.attempt(lambda: _weight(table.person.weight), _nothing, "person", "weight")
    if weight is not None:
        changed["body.weight"] = (weight, "kg")
    changed |= {f"body.{name}": (float(value), "1") for name in _GENES if (value := getattr(table.person, name)) is not None}
    events = reading.attempt(lambda: _event_table(source, model, registry), EventTable, "plan", "file")
    plan = reading.attempt(lambda: read_plan(table.plan.events, model, registry=registry, seed=table.plan.seed, lines=events.lines), Plan,
                           "plan", "events")
    plan = replace(plan, remarks=(*events.remarks, *plan.remarks))
    horizon: float | None = reading.attempt(lambda: duration(table.solve.until), _nothing, "solve", "until")
    until = 1.0 if horizon is None else horizon
    every = reading.attempt(lambda: _every(table.solve.every, until), lambda: 1.0, "solve", "every")
    reading.attempt(lambda: check_bounds(until, every, table.solve.rtol), _nothing, "solve", "until")
    processes = [r.path for r in model.reactions]
    shut: frozenset[str] = reading.attempt(lambda: _known(set(table.model.without), processes), frozenset, "model", "without")
    shut |= _known(set(without), processes, path="--without")
    closed: frozenset[Closing] = reading.attempt(lambda: read_closings(table.model.closed_roads, model, horizon), frozenset, "model",
                                                 "closed_roads")
    question = _question(reading, model, horizon)
    observations: list[Observations] = []
    for i, compare in enumerate(table.compare):
        observations += reading.attempt(partial(read_observations, compare, model, source.folder), list, "compare", i, "file")
    reading.finish()
    times = reading.attempt(lambda: output_times(plan, until, every, closed), lambda: np.empty(0), "solve", "every")
    reading.finish()
    values = {path: e.value for path, e in evidence.items()} | {path: value for path, (value, _) in changed.items()}
    problem = Problem(model=model, parameters=parameter_vector(model, values), plan=plan, until=until, times=times, shut=shut,
                      closed=closed, rtol=table.solve.rtol)
    return Setup(source=source, problem=problem, observations=tuple(observations), evidence=evidence, changed=changed, every=every,
                 remarks=_remarks(source, plan, until), question=question)


def _event_table(source: ScenarioSource, model: Model, registry: Registry) -> EventTable:
    name, named = source.table.plan.file, source.origins.get("plan.file") == PLAN_FILE
    if not name and not named:
        return EventTable()
    path = place_of_table(name, source.folder, anywhere=named)
    return read_event_table(path, model, registry=registry)


def _nothing() -> None:
    """What a key that cannot be read stands for, where there is no better guess."""


class _Reading:
    """Goes on after a mistake in the scenario, so that all mistakes can be told at once."""

    def __init__(self, source: ScenarioSource) -> None:
        self.source = source
        self.complaints: list[Complaint] = []

    def attempt(self, make: Callable[[], _Made], otherwise: Callable[[], _Made], *loc: int | str) -> _Made:
        """What *make* makes of the key at *loc*; what *otherwise* makes where that key is wrong.  Wrong data are raised at once."""
        try:
            return make()
        except ZonulaError as error:
            if error.exit_code != UsageError.exit_code:
                raise
            self.complaints.extend(in_file(self.source, error, *loc))
        return otherwise()

    def finish(self) -> None:
        """Tell all mistakes so far, if there are any."""
        raise_all(UsageError, self.complaints)


def _value(problem: Problem, path: str) -> float:
    return float(problem.parameters[problem.model.parameter_index[path]])


def _known(wanted: set[str], known: list[str], *, path: str = "") -> frozenset[str]:
    raise_all(UsageError, [Complaint(code="ZN-1405", message=f"there is no process {name!r}", path=path, fix=nearest(name, known))
                           for name in sorted(wanted - set(known))])
    return frozenset(wanted)


def _question(reading: _Reading, model: Model, until: float | None) -> Question | None:
    """Of which readout the roads are asked, and from which day: half-way where none is named; None where they are not asked."""
    asked = reading.source.table.roads
    if asked is None:
        return None
    readout = reading.attempt(lambda: read_readout(asked.readout, model), str, "roads", "readout")
    said = asked.from_
    if said is None:
        return Question(readout, round((until or 0.0) / 2, 10))
    return Question(readout, reading.attempt(lambda: read_day(said, until, what="the roads are asked for"), float, "roads", "from"))


def _every(given: str | float | None, until: float) -> float:
    if given is not None:
        return duration(given)
    return next(step for limit, step in _DEFAULT_STEPS if until <= limit)


def _weight(given: str | float | None) -> float | None:
    if given is None:
        return None
    value = float(given) if isinstance(given, (int, float)) else _in_unit_of(given, "kg")
    if not _WEIGHT[0] <= value <= _WEIGHT[1]:
        raise UsageError.of("ZN-1204", f"a body weight of {value:g} kg is out of range", expected=f"{_WEIGHT[0]:g} to {_WEIGHT[1]:g} kg",
                            fix='write it like weight = "75 kg"')
    return value


def _in_unit_of(text: str, unit_text: str) -> float:
    number, written = measure(text)
    return number * float(written.factor_to(unit(unit_text)))


def _changed(source: ScenarioSource, evidence: Mapping[str, Evidence]) -> dict[str, tuple[float, str]]:
    complaints: list[Complaint] = []
    out: dict[str, tuple[float, str]] = {}
    for path, given in flat_parameters(source.table.parameters).items():
        known = evidence.get(path)
        try:
            if path in OF_PERSON:
                name = path.removeprefix("body.")
                raise UsageError.of("ZN-1109", f"the {name.replace('_', ' ')} is the person's, not a parameter",
                                    fix=f"write {_EXAMPLES[name]} under [person]")
            if known is None:
                raise UsageError.of("ZN-1109", f"there is no parameter {path!r}", fix=nearest(path, evidence))
            out[path] = (_parameter(known.parameter, given, known.value), known.parameter.unit_text)
        except ZonulaError as error:
            complaints += in_file(source, error, "parameters", path)
        if len(complaints) >= _MOST_SHOWN:
            break
    raise_all(UsageError, complaints)
    return out


def _parameter(parameter: Parameter, given: Any, usual: float) -> float:
    if isinstance(given, str):
        value = _in_unit_of(given, parameter.unit_text)
    elif isinstance(given, (int, float)) and not isinstance(given, bool):
        value = float(given)
    else:
        raise UsageError.of("ZN-1110", f"{parameter.path} cannot be {given!r}", expected=f"a number in {parameter.unit_text}",
                            fix=f'write a number, or a number with a unit: "{usual:g} {parameter.unit_text}"')
    if not math.isfinite(value) or value < 0:
        raise UsageError.of("ZN-1111", f"{parameter.path} cannot be {value:g}", expected="a finite number, 0 or more",
                            fix=f"its usual value is {usual:g} {parameter.unit_text}")
    return value


def _remarks(source: ScenarioSource, plan: Plan, until: float) -> tuple[str, ...]:
    remarks = list(plan.remarks)
    person = source.table.person
    unread = [name for name, value in (("age", person.age), ("sex", person.sex)) if value is not None]
    if unread:
        remarks.append(f"{' and '.join(unread)} of the person: kept in the report, but nothing in the model depends on it yet")
    late = {dose.sentence for dose in plan.doses if dose.start >= until} | {s.sentence for s in plan.settings if s.start >= until}
    remarks += [f"{sentence!r} falls in part or wholly after the end of the simulation (day {until:g}) and is cut there" for sentence in sorted(late)]
    return tuple(remarks)
