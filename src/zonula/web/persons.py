"""Whom the page shows: parameters, a history as happenings, and which of the calibrated persons have the same illness."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.calibration.shipped import shipped_posterior, typical_people
from zonula.evidence.load import evidence_of
from zonula.ground.errors import ModelError
from zonula.language.model import Model
from zonula.population.conditions import condition
from zonula.simulation.closings import Closing
from zonula.simulation.draws import Typical
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector, parameter_vector
from zonula.simulation.events import Dose, Plan
from zonula.simulation.prepare import OF_PERSON
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm
from zonula.web.tables import Json, Landings, table

HORIZON = 365.0  # days beyond today that are shown where nothing else is said
DRAWS = 64  # of the calibrated persons, for the ribbon of each person
RTOL = 1e-4  # as in the ribbons of the command line
_FEW = 16  # draws: of fewer there is no ribbon
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of the page.

    times : by how many times a number of the body differs from the usual
    sets  : numbers of the body that are said outright
    plan  : the history, ready to be simulated
    said  : the history in words
    entry : conditions on readouts today, as ``{"crp": ">= 5"}``
    """

    name: str
    title: str
    short: str
    about: str
    now: float
    horizon: float
    times: Mapping[str, float]
    sets: Mapping[str, float]
    plan: Plan
    said: tuple[str, ...]
    entry: Mapping[str, str]

    def values(self, base: Vector, model: Model) -> Vector:
        """The parameters of this person, where the typical one has *base*; the same for rows of draws, shape (draw, parameter)."""
        out = base.copy()
        for path, factor in self.times.items():
            out[..., model.parameter_index[path]] *= factor
        for path, value in self.sets.items():
            out[..., model.parameter_index[path]] = value
        return out


def persons(model: Model, landings: Landings) -> list[Person]:
    """All persons of ``persons.toml``.

    Raises
    ------
    ModelError, UsageError
    """
    said = table("persons")
    return [_person(name, {**said.get(entry.get("like", ""), {}), **entry}, model, landings) for name, entry in said.items()]


def _person(name: str, entry: Json, model: Model, landings: Landings) -> Person:
    unknown = [path for path in entry.get("times", {}) if path not in model.parameter_index]
    unknown += [word for word in entry.get("entry", {}) if word not in model.readout_names]
    if unknown:
        raise ModelError.of("ZN-2603", f"the person {name!r} names {unknown[0]!r}, which the model does not have", file="web/persons.toml",
                            fix="correct the name")
    history = tuple(entry.get("history", ()))
    plan = read_plan(history, model)
    steady = [_steady(landings, given) for given in entry.get("steady", ())]
    return Person(name=name, title=entry["title"], short=entry["short"], about=entry["about"], now=float(entry["now"]),
                  horizon=float(entry.get("horizon", HORIZON)), times=entry.get("times", {}),
                  sets={f"body.{what}": float(value) for what, value in entry.get("person", {}).items()},
                  plan=replace(plan, doses=(*plan.doses, *(dose for dose, _ in steady))), said=(*history, *(words for _, words in steady)),
                  entry=entry.get("entry", {}))


def _steady(landings: Landings, given: list[Any]) -> tuple[Dose, str]:
    """Doses of a long time as one that is spread evenly over it, and the sentence of a plan that it stands for."""
    what, dose, unit, a_day, start, end = given
    one = landings.single(f"{what} {dose:g} {unit} po at day {start:g}")
    often = {1: "qd", 2: "bid", 3: "tid", 4: "qid"}[int(a_day)]
    return replace(one, amount=one.amount * a_day * (end - start), duration=end - start), \
        f"{what} {dose:g} {unit} po {often} from day {start:g} for {end - start:g} days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Calibrated typical persons that some ribbon of the page is of.

    rows  : shape (row, parameter)
    of    : by person, the rows that have the illness
    tried : by person, how many were looked at for that
    """

    people: Typical
    rows: Vector
    of: Mapping[str, list[int]]
    tried: Mapping[str, int]


def typical(model: Model) -> Vector:
    """The parameters of the typical person of the evidence."""
    return parameter_vector(model, {path: e.value for path, e in evidence_of(model).items()})


def pool(model: Model, everybody: list[Person], *, draws: int = DRAWS) -> Pool:
    """Choose for each person, in the order of the calibrated population, those who have the illness today.

    Raises
    ------
    ModelError   where too few have it
    """
    posterior = shipped_posterior()
    people = typical_people(model, posterior, len(posterior))
    rows = people.rows.copy()
    base = typical(model)
    for path in OF_PERSON:
        rows[:, model.parameter_index[path]] = base[model.parameter_index[path]]
    rows = rows.astype(np.float32).astype(np.float64)  # as the page will read them
    kept = {person.name: _ill(person, rows, people, model) for person in everybody}
    for name, who in kept.items():
        if len(who) < _FEW:
            raise ModelError.of("ZN-2604", f"of {len(rows)} calibrated persons {len(who)} can be {name!r}", file="web/persons.toml",
                                expected=f"{_FEW} at least", fix="look at the entry of that person")
    first = {name: who[:draws] for name, who in kept.items()}
    used = sorted({int(row) for who in first.values() for row in who})
    place = {row: k for k, row in enumerate(used)}
    chosen = Typical(rows=people.rows[used], variant=tuple(people.variant[row] for row in used), closed=tuple(people.closed[row] for row in used),
                     name=people.name)
    return Pool(people=chosen, rows=rows[used], of={name: [place[int(row)] for row in who] for name, who in first.items()},
                tried={name: int(who[-1]) + 1 for name, who in first.items()})


def _ill(person: Person, rows: Vector, people: Typical, model: Model) -> Numbers:
    """Who of these comes to today, and has the illness."""
    kinds = list(dict.fromkeys(people.closed))
    arms = tuple(Arm(plan=person.plan, closed=frozenset(map(Closing, kind))) for kind in kinds)
    names = tuple(person.entry) or ("pain_vas",)
    crowd = Crowd(model=model, parameters=person.values(rows, model), until=person.now, times=np.array([person.now]), arms=arms,
                  arm_of=np.array([kinds.index(kind) for kind in people.closed], dtype=np.int32), readouts=names, rtol=RTOL, thorough=False,
                  build="reproducible")
    found = solve_people(crowd)
    fits = found.finished & found.steady
    for name, asked in person.entry.items():
        fits &= condition(asked).holds(found.readout(name)[:, -1])
    return np.flatnonzero(fits)


def as_json(person: Person, model: Model, landings: Landings, chosen: Pool) -> Json:
    """A person as the page reads it."""
    base = typical(model)
    own = person.values(base, model)
    found = solve_people(Crowd(model=model, parameters=own[np.newaxis, :], until=person.now, times=np.array([person.now]),
                               arms=(Arm(plan=person.plan),), rtol=RTOL, build="reproducible"))
    return {
        "id": person.name, "title": person.title, "short": person.short, "about": person.about, "now": person.now, "horizon": person.horizon,
        "parameters": {path: float(own[model.parameter_index[path]]) for path in (*person.times, *person.sets)},
        "times": {path: float(factor) for path, factor in person.times.items()},
        "person": {path.removeprefix("body."): value for path, value in person.sets.items()},
        "happenings": happenings(person.plan, model, landings), "sentences": list(person.said),
        "entry": [{"readout": name, "sign": (c := condition(asked)).sign, "number": c.number} for name, asked in person.entry.items()],
        "draws": chosen.of[person.name], "draws_of": chosen.tried[person.name],
        "at_now": {name: float(value) for name, value in zip(found.readouts, found.values[0, -1], strict=True)},
    }


def happenings(plan: Plan, model: Model, landings: Landings) -> Json:
    """A plan as doses and settings in the model's places."""
    places = {e.path: i for i, e in enumerate(model.exposures)}
    doses = []
    for dose in plan.doses:
        rise = landings.of(dose)
        doses.append({"state": rise.state, "way": rise.way, "amount": rise.amount, "start": dose.start, "duration": dose.duration})
    return {"doses": doses, "settings": [{"exposure": places[s.exposure], "value": s.value, "start": s.start,
                                          "end": None if math.isinf(s.end) else s.end} for s in plan.settings]}
