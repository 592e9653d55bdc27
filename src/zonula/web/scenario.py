"""What is set on the page, as a crowd that can be simulated: the person, what is pulled, the bars on the timeline, the roads that are cut.

The page builds the same by itself; that both agree is tested.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from zonula.ground.errors import UsageError, nearest
from zonula.language.model import Model
from zonula.simulation.closings import Closing
from zonula.simulation.ensemble import Crowd
from zonula.simulation.equations import Vector
from zonula.simulation.events import Dose, Plan, Setting, tidy
from zonula.simulation.practices import combined
from zonula.simulation.timetable import Arm
from zonula.web.persons import RTOL, Person, persons, typical
from zonula.web.sliders import sliders
from zonula.web.tables import Json, Landings
from zonula.web.treatments import treatments

MOST_BARS, MOST_DAYS, MOST_DOSES = 40, 3650.0, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A treatment on the timeline, in days from today.

    dose      : in the treatment's unit, or its strength where it is a practice
    every     : days between doses
    adherence : the share that is taken
    """

    treatment: str
    start: float
    end: float
    dose: float | None = None
    every: float | None = None
    adherence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All that is set on the page.

    sliders : places from 0 to 1, by name
    closed  : roads that are closed for the whole life
    horizon : days beyond today
    """

    person: str
    sliders: Mapping[str, float] = field(default_factory=dict)
    bars: tuple[Bar, ...] = ()
    closed: tuple[str, ...] = ()
    horizon: float = 365.0

    def as_dict(self) -> Json:
        """Plain data."""
        bars = [{name: getattr(bar, name) for name in Bar.__slots__} for bar in self.bars]
        return {"person": self.person, "sliders": dict(self.sliders), "bars": bars, "closed": list(self.closed), "horizon": self.horizon}


class Page:
    """All that can be set, for one model."""

    def __init__(self, model: Model) -> None:
        self.model, self.landings = model, Landings(model)
        self.persons = {person.name: person for person in persons(model, self.landings)}
        self.treatments: dict[str, Json] = {t["id"]: t for t in treatments(model, self.landings)["treatments"]}
        self.sliders: dict[str, Json] = {s["id"]: s for s in sliders(model)["sliders"]}
        for person in self.persons.values():  # in this order: ways of doses are numbered as the page has them
            for dose in person.plan.doses:
                self.landings.of(dose)
        self.roads = [road.path.removeprefix("road.") for road in model.roads]

    def crowd(self, scenario: Scenario, *, every: float = 5.0, readouts: tuple[str, ...] | None = None) -> Crowd:
        """The one person of a scenario, ready to be simulated.

        Raises
        ------
        UsageError   where the scenario names what there is not, or makes no sense
        """
        person = self._named("person", scenario.person, self.persons)
        if not 1 <= scenario.horizon <= MOST_DAYS:
            raise UsageError.of("ZN-1801", f"a horizon of {scenario.horizon:g} days", path="horizon", expected=f"1 to {MOST_DAYS:g}", fix="show less")
        for road in scenario.closed:
            self._named("closed", road, dict.fromkeys(self.roads, person))
        until = person.now + scenario.horizon
        times = np.unique([*np.arange(0.0, until, every), person.now, until])
        return Crowd(model=self.model, parameters=self.parameters(scenario)[np.newaxis, :], until=until, times=times, rtol=RTOL, build="reproducible",
                     arms=(Arm(plan=self.plan(scenario, person), closed=frozenset(map(Closing, scenario.closed))),), readouts=readouts)

    def _named(self, path: str, name: str, known: Mapping[str, Any]) -> Any:
        if name not in known:
            raise UsageError.of("ZN-1802", f"the page has no {path.rstrip('s')} {name!r}", path=path, fix=nearest(name, known))
        return known[name]

    def parameters(self, scenario: Scenario) -> Vector:
        """The parameters of the scenario's person, as far as sliders move them."""
        person, index = self.persons[scenario.person], self.model.parameter_index
        own = person.values(typical(self.model), self.model)
        for name, place in scenario.sliders.items():
            for moved in self._named("sliders", name, self.sliders)["parameters"]:
                k = index[moved["path"]]
                own[k] = own[k] * moved["times"] ** place if "times" in moved else moved["from"] * (moved["to"] / moved["from"]) ** place
        return own

    def plan(self, scenario: Scenario, person: Person) -> Plan:
        """History, sliders and bars as one plan."""
        if len(scenario.bars) > MOST_BARS:
            raise UsageError.of("ZN-1803", f"{len(scenario.bars)} bars", path="bars", expected=f"at most {MOST_BARS}", fix="take some away")
        doses, settings = list(person.plan.doses), list(person.plan.settings)
        for name, place in scenario.sliders.items():
            if not 0 <= place <= 1:
                raise UsageError.of("ZN-1804", f"the slider {name!r} at {place:g}", path=f"sliders.{name}", expected="0 to 1", fix="keep it within")
            settings += self._pulled(self._named("sliders", name, self.sliders), place, person.now)
        for bar in scenario.bars:
            given = self._named("bars", bar.treatment, self.treatments)
            if not (0 <= bar.start < bar.end <= MOST_DAYS and 0 <= bar.adherence <= 1 and (bar.dose is None or 0 <= bar.dose <= 1e6)):
                raise UsageError.of("ZN-1805", f"the bar of {bar.treatment} makes no sense", path="bars", found=str(bar),
                                    expected="a start from 0 on, an end after it, and shares from 0 to 1", fix="correct it")
            if given["kind"] == "dose":
                doses += self._given(bar, given, person.now)
            else:
                settings += self._practised(bar, given, person.now)
        settings, _ = combined(settings, {e.path: e for e in self.model.exposures})
        return Plan(doses=tuple(sorted(doses, key=lambda dose: dose.start)), settings=tuple(settings))

    def _pulled(self, slider: Json, place: float, now: float) -> list[Setting]:
        found = []
        for moved in slider["moves"] if place else ():
            exposure = self.model.exposures[moved["exposure"]]
            value = exposure.neutral + place ** moved["bend"] * (moved["to"] - exposure.neutral)
            found.append(Setting(exposure=exposure.path, value=value, start=now, end=math.inf, sentence=slider["id"]))
        return found

    def _practised(self, bar: Bar, given: Json, now: float) -> list[Setting]:
        strength = given["strength"]["usual"] if bar.dose is None else min(bar.dose, given["strength"]["max"])
        found = []
        for moved in given["moves"]:
            exposure = self.model.exposures[moved["exposure"]]
            low, high = exposure.within
            value = min(max(exposure.neutral + bar.adherence * strength * (moved["full"] - exposure.neutral), low), high)
            found.append(Setting(exposure=exposure.path, value=value, start=tidy(now + bar.start), end=tidy(now + bar.end), sentence=bar.treatment))
        return found

    def _given(self, bar: Bar, given: Json, now: float) -> list[Dose]:
        one = self.landings.single(f"{given['name']} 1 {given['unit']} {given['route']} at day 0")
        amount = (given["dose"]["usual"] if bar.dose is None else bar.dose) * bar.adherence
        start, end = tidy(now + bar.start), tidy(now + bar.end)
        if given["steady"]:
            return [replace(one, amount=amount * given["a_day"] * (end - start), start=start, duration=tidy(end - start))]
        every = given["every"]["usual"] if bar.every is None else bar.every
        if not every > 0 or (end - start) / every > MOST_DOSES:
            raise UsageError.of("ZN-1806", f"doses of {bar.treatment} every {every:g} days", path="bars", expected=f"at most {MOST_DOSES} doses",
                                fix="give them less often")
        return [replace(one, amount=amount, start=day, duration=given["duration"]) for day in _days(start, end, every, given["first"] or [0.0])]


def _days(start: float, end: float, every: float, first: list[float]) -> list[float]:
    """When doses are given: the first ones as they come, then at equal distances, before the end."""
    days = [tidy(start + day) for day in first]
    k = 1
    while (following := tidy(start + first[-1] + k * every)) < end:
        days.append(following)
        k += 1
    return [day for day in days if day < end]


@lru_cache(maxsize=2)
def page_of(model: Model) -> Page:
    """All that can be set on the page of a model, made once."""
    return Page(model)
