"""What can be said before all is done: shards in an order of which every beginning is a fair sample, and rules for when enough is known."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from zonula.ground.errors import UsageError, nearest
from zonula.ground.provenance import canonical, digest
from zonula.scale.counts import added_counts
from zonula.scale.plan import Plan
from zonula.scale.shards import counts_name, read_counts
from zonula.scale.store import Store
from zonula.scale.work import Counts, Estimating, Interval

STOPPED = "stopped.json"
_CONDITION = re.compile(r"\s*(ci|se|n)\s*\(([^()]+)\)\s*(<=|>=|<|>)\s*([0-9.eE+-]+)\s*")
_WIDTH_OF_SE = 2 * 1.959963984540054  # standard errors that a 95 % interval is wide
_LONGEST = 1000  # characters of a rule
_FIX = "write it like 'ci(effect) < 0.1', with ci (width of the 95 % interval), se or n; join several by and"


def fair_order(shards: int) -> list[int]:
    """All shards, spread evenly from the first on: the numbers with their bits turned round (van der Corput 1935)."""
    bits = max(1, (shards - 1).bit_length())
    return sorted(range(shards), key=lambda k: int(f"{k:0{bits}b}"[::-1], 2))


class Condition(NamedTuple):
    """One comparison of a rule."""

    what: str
    name: str
    sign: str
    limit: float

    def holds(self, estimates: Mapping[str, Interval]) -> bool:
        """Whether it is so by now.

        Raises
        ------
        UsageError   where nothing of that name is estimated
        """
        if self.name not in estimates:
            raise UsageError.of("ZN-1348", f"nothing called {self.name!r} is estimated while the study runs", path="--stop-when",
                                fix=nearest(self.name, estimates))
        known = estimates[self.name]
        value = {"ci": known.width, "se": known.width / _WIDTH_OF_SE, "n": float(known.n)}[self.what]
        return {"<": value < self.limit, "<=": value <= self.limit, ">": value > self.limit, ">=": value >= self.limit}[self.sign]


@dataclass(frozen=True)
class Rule:
    """When enough is known: where all conditions hold."""

    text: str
    conditions: tuple[Condition, ...]

    def holds(self, estimates: Mapping[str, Interval]) -> bool:
        """Whether enough is known by now."""
        held = [condition.holds(estimates) for condition in self.conditions]  # each of them, so that a wrong name is told at once
        return all(held)


def read_rule(text: str) -> Rule:
    """A rule in words like ``ci(effect) < 0.1 and n(effect) >= 500``.

    Raises
    ------
    UsageError   where it is none
    """
    conditions = []
    for part in re.split(r"\band\b", text[:_LONGEST]) if len(text) <= _LONGEST else [text]:
        said = _CONDITION.fullmatch(part) if len(part) <= _LONGEST else None
        limit = _number(said[4]) if said else math.nan
        if said is None or not math.isfinite(limit):
            raise UsageError.of("ZN-1349", "this is no rule for when enough is known", path="--stop-when", found=part.strip()[:80], fix=_FIX)
        conditions.append(Condition(said[1], said[2].strip(), said[3], limit))
    return Rule(" ".join(text.split()), tuple(conditions))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


@dataclass
class Early:
    """The running estimate: of the first shards of the fair order, without a gap, so that it does not hang on who was faster."""

    store: Store
    plan: Plan
    work: Estimating
    rule: Rule | None
    order: Sequence[int]
    taken: int = 0
    counts: Counts = field(default_factory=dict)
    _there: set[int] = field(default_factory=set)

    def add(self, shard: int) -> bool:
        """Take in a shard that is done; says whether enough is known."""
        self._there.add(shard)
        while self.taken < len(self.order) and (following := self.order[self.taken]) in self._there:
            self._there.discard(following)
            name = counts_name(following)
            self.counts = added_counts(self.counts, read_counts(self.store.get(name)))
            self.taken += 1
            if self.rule is not None and self.rule.holds(self.estimates()):
                return True
        return False

    def estimates(self) -> Mapping[str, Interval]:
        """What is known by now."""
        return self.work.estimates(self.counts) if self.taken else {}


def write_stop(store: Store, plan: Plan, rule: str, taken: int) -> None:
    """Note that the study ends with the first shards of the fair order."""
    said = {"plan": plan.hash, "when": rule, "shard_size": plan.shard_size, "shards": taken}
    store.put(STOPPED, (canonical(said | {"check": digest(canonical(said))}) + "\n").encode())


class Chosen(NamedTuple):
    """The shards that make up the study, and why they are not all, where they are not."""

    shards: Sequence[int]
    stopped: str = ""


def chosen(store: Store, plan: Plan) -> Chosen:
    """The shards that the study is of: all, or those at which enough was known."""
    try:
        said = json.loads(store.many([STOPPED])[STOPPED])
        check = said.pop("check")
        if check == digest(canonical(said)) and (said["plan"], said["shard_size"]) == (plan.hash, plan.shard_size):
            return Chosen(sorted(fair_order(plan.shards)[:said["shards"]]), said["when"])
    except (ValueError, KeyError, TypeError, AttributeError):  # there is none, or it is damaged: then the study is of all
        pass
    return Chosen(range(plan.shards))
