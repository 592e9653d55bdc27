"""The life of one person of a population as a scenario: their parameters, what happened before day 0, and what is done from then on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from zonula.evidence.load import evidence_of
from zonula.ground.errors import InputDataError, UsageError, ZonulaError
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.population.covariates import chance_of
from zonula.population.stored import Person
from zonula.simulation.closings import written
from zonula.simulation.events import Plan
from zonula.simulation.prepare import OF_PERSON, prepare
from zonula.simulation.scenario import read_scenario
from zonula.simulation.schedule import read_plan

YEAR = 365.0
_DAY = re.compile(r"\bday\s+(?P<number>[0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
_AFTER = re.compile(r"\s+(?:adherence|then|for|x)\b", re.IGNORECASE)


def later(sentence: str, days: float, model: Model) -> str:
    """A sentence so many days later, in words; it plans exactly what the sentence plans, later (which doses are left out is another chance).

    Raises
    ------
    UsageError   where that cannot be said
    """
    if not days:
        return sentence
    wanted = _bare(read_plan([sentence], model).shifted(days))
    for moved in _ways_to_say(sentence, days):
        with suppress(ZonulaError):
            if _bare(read_plan([moved], model)) == wanted:
                return moved
    raise UsageError.of("ZN-1297", f"{sentence!r} cannot be told {days:g} days later", fix='write its days out, such as "from day 0 to day 28"')


def _ways_to_say(sentence: str, days: float) -> Iterator[str]:
    """With its days moved, or with a first day where it has none: at the end, or before what may follow."""
    if _DAY.search(sentence):
        yield _DAY.sub(lambda found: f"day {_number(float(found['number']) + days)}", sentence)
        return
    for at in [len(sentence), *(found.start() for found in _AFTER.finditer(sentence))]:
        yield f"{sentence[:at]} from day {_number(days)}{sentence[at:]}"


def _number(day: float) -> str:
    return f"{day:.10g}"


def _bare(plan: Plan) -> tuple[Any, ...]:
    """What a plan does, without its words, every dose included."""
    return (sorted((d.state, d.start, d.duration, d.amount) for d in (*plan.doses, *plan.left_out)),
            [(s.exposure, s.start, s.end, s.value) for s in plan.settings])


def history_of(person: Person) -> float:
    """Days before day 0 that are known of the person."""
    return float(sum(h["days"] for h in person.facts["group"]["histories"]))


def sentences_of(person: Person, events: Sequence[str], model: Model) -> list[str]:
    """What happens in a whole life, from health: the history, what goes on from day 0 on, what this person does, and *events*."""
    group, found, day = person.facts["group"], list[str](), 0.0
    for history in group["histories"]:
        found += [later(sentence, day, model) for sentence in history["events"]]
        day += float(history["days"])
    now = [*group["background"]]
    for i, some in enumerate(group["some"]):
        deviate = normal_deviates(int(person.facts["seed"]), [f"some {i} of {group['name']}"], [int(person.values["number"])])[:, 0]
        now += some["events"] if float(chance_of(deviate)[0]) < float(some["share"]) else []
    return [*found, *(later(sentence, day, model) for sentence in [*now, *events])]


def scenario_of(person: Person, model: Model, *, scenario: str = "", until: float | None = None) -> dict[str, Any]:
    """The table of a scenario that is this person's life; day 0 of the population is the end of the history.

    Parameters
    ----------
    scenario : whose plan is followed from day 0 on; nothing is done where none is named
    until    : days after day 0; those of the scenario, or a year

    Raises
    ------
    UsageError       where the scenario's plan is a table, or cannot be told later
    InputDataError   where the population does not say all of the person, or is of another model
    """
    if person.facts.get("model") != model.fingerprint:
        raise InputDataError.of("ZN-3052", "the population was drawn for another model", found=str(person.facts.get("model"))[:12],
                                expected=model.fingerprint[:12], fix="draw it again with this version")
    events, closed, days = list[str](), list[str](), until
    if scenario:
        source = read_scenario(scenario)
        if source.table.plan.file:
            raise UsageError.of("ZN-1297", f"the plan of {scenario!r} is a table", fix="write its events as sentences")
        setup = prepare(source, model=model)
        events, days = list(source.table.plan.events), setup.problem.until if until is None else until
        closed = [*written(setup.problem.closed)]
        if any(" from " in road for road in closed):
            raise UsageError.of("ZN-1297", f"{scenario!r} closes a road later than from the start", fix="close it from the start, or not at all")
    roads = sorted({*closed, *person.facts["variants"].get(person.values["variant"], [])})
    history = history_of(person)
    total = history + (YEAR if days is None else days)
    values, title = person.values, person.facts["group"]["title"]
    return {
        "schema": "zonula/scenario/1", "name": f"person_{person.id}", "title": f"Person {person.id}: {title}",
        "about": f"From health through {history:g} days of history; day {history:g} here is day 0 of the population (seed {person.facts['seed']}). "
                 f"Lives in the variant {values['variant']!r} of the model. Simulated: this is nobody.",
        "person": _person(values, model), "plan": {"events": sentences_of(person, events, model)}, "model": {"closed_roads": roads},
        "parameters": _parameters(person, model), "solve": {"until": f"{total:.10g} d", "every": "1 d", "rtol": 1e-6},
    }


def _person(values: Mapping[str, Any], model: Model) -> dict[str, Any]:
    said: dict[str, Any] = {"weight": f"{float(values['body.weight'])!r} kg", "sex": "female" if values["female"] else "male",
                            "age": float(values["age"]), "hla_b27": bool(values["hla_b27"])}
    if "body.genetic_risk" in model.parameter_index:
        said["genetic_risk"] = float(values["body.genetic_risk"])
    return said


def _parameters(person: Person, model: Model) -> dict[str, float]:
    evidence = evidence_of(model)
    return {path: value for path, value in person.parameters(model).items() if path not in OF_PERSON and value != evidence[path].value}
