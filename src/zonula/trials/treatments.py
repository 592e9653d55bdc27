"""What is done to each person: the plan of the arm as they follow it, what goes on in the background, and what rules have changed since.

People who are treated alike share a plan, which is made when the first of them needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError, ZonulaError, raise_all
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.population.covariates import chance_of
from zonula.population.groups import Group
from zonula.population.variants import STANDARD, Variant
from zonula.simulation.events import Dose, Plan, Setting
from zonula.simulation.practices import combined, setting_overlaps
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm
from zonula.trials.adherence import adherence_of, share_taken, taken
from zonula.trials.endpoints import WITHOUT_RESCUE
from zonula.trials.read import Protocol

_MOST_KEPT = 200_000  # plans; people who follow the same one share it
Ints = npt.NDArray[np.int64]


class Treatment(NamedTuple):
    """What determines what is done to somebody.

    arm      : its place among those of the protocol, by name
    some     : which of the things that only some people of the group do, as bits
    variant  : of the model, its place
    place    : of adherence
    switches : rules that have acted, each with its day; -1 is that the treatment has ended with the person's leaving
    """

    arm: int
    some: int
    variant: int
    place: int
    switches: tuple[tuple[int, float], ...] = ()


class Treatments:
    """Plans by what determines them."""

    def __init__(self, protocol: Protocol, model: Model, variants: Sequence[Variant], seed: int) -> None:
        self.protocol, self.model, self.seed = protocol, model, seed
        self.members = tuple(variants)
        unlike = {variant.closed: variant for variant in (*self.members, *(() if self.members else (STANDARD,)))}
        self.variants = tuple(unlike.values())  # in what differs between them here: which roads there are
        self.exposures = {e.path: e for e in model.exposures}
        self.arms = tuple(protocol.arms[name] for name in protocol.by_name)
        self.adherence = tuple(adherence_of(arm.said.adherence) for arm in self.arms)
        self.plan = lru_cache(maxsize=_MOST_KEPT)(self._plan)
        self.background = lru_cache(maxsize=None)(self._background)
        self.own = lru_cache(maxsize=None)(self._own)
        self.arm = lru_cache(maxsize=_MOST_KEPT)(self._arm)
        self.taken = lru_cache(maxsize=None)(self._taken)

    def variants_of(self, member: npt.NDArray[Any]) -> Ints:
        """The place of the variant of each person, by the place of the member."""
        if not self.members:
            return np.zeros(len(member), dtype=np.int64)
        closed = [variant.closed for variant in self.variants]
        places: Ints = np.array([closed.index(variant.closed) for variant in self.members], dtype=np.int64)[member]
        return places

    def _arm(self, treatment: Treatment, since: float, until: float) -> Arm:
        """What is done to somebody in a stretch of time."""
        arm: Arm = replace(self.arms[treatment.arm].arm, plan=_during(self.plan(treatment), since, until))
        lived: Arm = self.variants[treatment.variant].arm(arm)
        return lived

    def _taken(self, arm: int, place: int) -> float:
        """Which share of the arm's planned doses somebody takes."""
        return share_taken(self.own(arm, -1, place), self.protocol.last_day, float(self.adherence[arm].shares[place]))

    def _background(self, some: int) -> Plan:
        group = self.protocol.group
        extra = [sentence for i, one in enumerate(group.some) if some >> i & 1 for sentence in one.events]
        return read_plan([*group.background, *extra], self.model)

    def _own(self, arm: int, rule: int, place: int) -> Plan:
        """The plan of an arm, or of a rule in it, as somebody of that place follows it."""
        plan = self.arms[arm].arm.plan if rule < 0 else self.protocol.rules[rule].plan
        return taken(plan, float(self.adherence[arm].shares[place]), place, self.seed, self.exposures)

    def _plan(self, treatment: Treatment) -> Plan:
        background = self.background(treatment.some)
        if not treatment.switches:
            return self.together(background, self.own(treatment.arm, -1, treatment.place))
        before = self.plan(treatment._replace(switches=treatment.switches[:-1]))
        rule, day = treatment.switches[-1]
        if rule < 0 or self.protocol.rules[rule].said.stop:
            before = self.together(before.until(day), background.since(day))
        return before if rule < 0 else self.together(before, self.own(treatment.arm, rule, treatment.place).shifted(day))

    def together(self, one: Plan, other: Plan) -> Plan:
        """Two plans at once: practices that act on one exposure make of it together what they make in one plan."""
        settings = sorted((*one.settings, *other.settings), key=lambda setting: (setting.start, setting.exposure))
        raise_all(UsageError, setting_overlaps(settings, "events"))
        joined = replace(one, settings=()).joined(replace(other, settings=()))
        return replace(joined, settings=tuple(combined(settings, self.exposures)[0]))


def _during(plan: Plan, since: float, until: float) -> Plan:
    """What of a plan matters in a stretch of time, untouched."""
    def matters(one: Dose | Setting) -> bool:
        return one.start < until and (one.end > since or one.start >= since)

    return Plan(doses=tuple(filter(matters, plan.doses)), settings=tuple(filter(matters, plan.settings)))


def some_of(group: Group, seed: int, numbers: Sequence[int]) -> Ints:
    """Which of the things that only some people do each of them does, as bits: as in every study of the group."""
    found = np.zeros(len(numbers), dtype=np.int64)
    for i, some in enumerate(group.some):
        deviates = normal_deviates(seed, [f"some {i} of {group.name}"], numbers)[:, 0]
        found += (chance_of(deviates) < float(some.share)).astype(np.int64) << i
    return found


def check_treatments(protocol: Protocol, model: Model) -> None:
    """Refuse arms and rules that cannot go together with each other, or with what goes on in the group.

    Raises
    ------
    UsageError   with every problem, each with its arm or rule
    """
    plans = Treatments(protocol, model, (STANDARD,), 0)
    problems = []
    everything = (1 << len(protocol.group.some)) - 1
    for i, arm in enumerate(protocol.by_name):
        ways = [Treatment(i, everything, 0, 0)]
        ways += [Treatment(i, everything, 0, 0, ((k, day),)) for k, rule in enumerate(protocol.rules) if arm in rule.arms and not rule.said.after
                 for day in rule.days]
        for way in ways:
            try:
                plans.plan(way)
            except ZonulaError as error:
                rule = f" with the rule {protocol.rules[way.switches[0][0]].said.id!r} on day {way.switches[0][1]:g}" if way.switches else ""
                problems += [replace(p, file=protocol.file, path=f"arms.{arm}.events", message=f"in the arm {arm!r}{rule}: {p.message}")
                             for p in error.problems]
                break
    raise_all(UsageError, problems)


def bare_arm(name: str) -> str:
    """The arm whose treatment is that of a lived arm: the same without " without rescue"."""
    return name.removesuffix(WITHOUT_RESCUE)
