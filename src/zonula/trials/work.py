"""A trial as work that can be cut into shards: who, in which arms, seen when; each shard a function of the plan and its places alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.evidence.load import Evidence
from zonula.language.model import Model
from zonula.population.correlations import shipped_correlations
from zonula.population.matching import Tilt
from zonula.population.recruit import Recruiting, Search
from zonula.population.sampling import Members
from zonula.population.variants import Variant
from zonula.scale.counts import mean_of, moments
from zonula.scale.work import Interval, Layout, Part
from zonula.simulation.equations import Vector
from zonula.trials.endpoints import Endpoint
from zonula.trials.live import Leading, Lives, lead_trial
from zonula.trials.read import Protocol
from zonula.trials.roads import roads_told
from zonula.trials.tables import LAYOUTS, tables_of
from zonula.trials.treatments import Treatments

FINE = 1e-6  # to which the running estimate is exact, in the unit of the endpoint
TOGETHER = 384  # persons who are looked for together
EFFECT = "effect"  # the name of the running estimate, of the primary estimand


@dataclass(frozen=True, kw_only=True)
class TrialWork:
    """A trial, made ready in this process.

    persons  : how many places
    identity : all that determines what becomes of each of them
    """

    protocol: Protocol
    model: Model
    evidence: Mapping[str, Evidence]
    members: Members
    variants: tuple[Variant, ...]
    leading: Leading
    persons: int
    identity: Mapping[str, Any]
    tilt: Tilt | None = None

    @property
    def unit(self) -> int:
        """People of a site are randomised together."""
        return self.protocol.table.randomisation.site

    @property
    def suits(self) -> int:
        """How many persons it takes to keep vectors busy while they are looked for; fewer cost nearly as much."""
        return TOGETHER

    @property
    def tables(self) -> Mapping[str, Layout]:
        """The tables of every shard."""
        return LAYOUTS

    @cached_property
    def treatments(self) -> Treatments:
        """Plans, kept from shard to shard."""
        return Treatments(self.protocol, self.model, self.variants, self.leading.seed)

    @property
    def recruiting(self) -> Recruiting:
        """How people are found."""
        return Recruiting(seed=self.leading.seed, rtol=self.leading.rtol, jobs=self.leading.jobs, variants=self.variants, tilt=self.tilt,
                          readouts=self.protocol.measures, correlations=shipped_correlations())

    @cached_property
    def search(self) -> Search:
        """Where people are looked for, kept from shard to shard with what is known of typical persons."""
        return Search(self.model, self.evidence, self.protocol.group, self.members, self.recruiting)

    def run(self, first: int, last: int) -> Part:
        """The persons of the places from *first* to the one before *last*, in all arms."""
        people = self.search.fill(np.arange(first, last, dtype=np.int64))
        lives = lead_trial(people, self.treatments, self.leading)
        roads = roads_told(people, lives, self.treatments, self.leading)
        failures = Counter(str(why) for why in lives.failed[lives.failed != ""].tolist())
        return Part(tables=tables_of(self.protocol, people, lives, self.treatments, roads), counts=self._counts(lives), failures=dict(failures))

    def estimates(self, counts: Mapping[str, npt.NDArray[np.int64]]) -> Mapping[str, Interval]:
        """The effect of the primary estimand in the same persons, so far."""
        return {EFFECT: mean_of(counts[EFFECT], FINE)} if EFFECT in counts else {}

    def _counts(self, lives: Lives) -> dict[str, npt.NDArray[np.int64]]:
        own = np.bincount(lives.arm[lives.own], minlength=len(self.protocol.lived_arms)).astype(np.int64)
        counts = {"randomised": own, "lives": np.array([len(lives), int((lives.failed != "").sum())], dtype=np.int64)}
        effect = twin_effects(self.protocol, lives)
        return counts if effect is None else counts | {EFFECT: moments(effect, FINE)}


def twin_effects(protocol: Protocol, lives: Lives) -> Vector | None:
    """What the primary estimand compares, in each person: true values of the endpoint in one arm less those in the other.

    None where it is a time to an event, of which persons have no difference while some are without it.
    """
    table = protocol.table
    estimand = next(e for e in table.estimands if e.id == table.primary)
    said = next(e for e in table.endpoints if e.id == estimand.endpoint)
    if said.kind == "time to event":
        return None
    asked = Endpoint(id=said.id, kind=said.kind, day=protocol.endpoint_day(said), measure=said.measure, criterion=said.criterion)
    visit = int(np.argmin(np.abs(protocol.days - asked.day)))
    before, now = ({name: lives.true[name][:, k] for name in asked.measures} for k in (0, visit))
    value = _value(asked, before, now)
    arms: dict[str, Vector] = {name: np.full(int(lives.person.max(initial=-1)) + 1, np.nan) for name in (*estimand.contrast, *estimand.interaction)}
    for name, column in arms.items():
        mine = lives.arm == protocol.lived_arms.index(name)
        column[lives.person[mine]] = value[mine]
    if estimand.interaction:
        first, second, both, neither = (arms[name] for name in estimand.interaction)
        together: Vector = both - first - second + neither
        return together
    treated, control = (arms[name] for name in estimand.contrast)
    effect: Vector = treated - control
    return effect


def _value(asked: Endpoint, before: Mapping[str, Vector], now: Mapping[str, Vector]) -> Vector:
    """The endpoint of each life, without errors."""
    if asked.kind == "response":
        return asked.asked.met(before, now)
    is_now, was = now[asked.measure], before[asked.measure]
    if asked.kind == "value":
        return is_now
    if asked.kind == "change":
        return is_now - was
    return np.where(was == 0, np.nan, 100.0 * (is_now - was) / np.where(was == 0, 1.0, was))
