"""How far a study has come, by its markers alone."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zonula.scale.counts import added_counts
from zonula.scale.early import chosen
from zonula.scale.plan import Plan, read_plan
from zonula.scale.shards import counts_name, looks, read_counts, whole
from zonula.scale.store import open_store
from zonula.scale.tally import Tally
from zonula.scale.work import Counts

MOST_FAILURES = 0.001  # share of persons who could not be simulated above which a study says so


@dataclass(frozen=True)
class Status:
    """What is done of a study, what is damaged, how fast it goes.

    rate    : persons a second over the last shards, by all who work on it; 0 where nobody does
    seconds : of work, of all processes together
    """

    folder: str
    hash: str
    persons: int
    shard_size: int
    done: int
    of: int
    damaged: tuple[str, ...]
    persons_done: int
    failures: Mapping[str, int]
    rows: Mapping[str, int]
    bytes: int
    rate: float
    eta: float
    seconds: float
    stopped: str

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.done >= self.of

    @property
    def failure_share(self) -> float:
        """Failures for each person done."""
        return sum(self.failures.values()) / self.persons_done if self.persons_done else 0.0

    @property
    def too_many_failures(self) -> bool:
        """Whether more failed than a study may bear without a word."""
        return self.failure_share > MOST_FAILURES

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        plain = asdict(self) | {"damaged": list(self.damaged), "eta": self.eta if math.isfinite(self.eta) else None}
        return plain | {"finished": self.finished, "failure_share": self.failure_share, "too_many_failures": self.too_many_failures}


def study_plan(folder: str | Path) -> Plan:
    """The plan of the study in a folder.

    Raises
    ------
    StorageError   where there is none, or it is damaged
    """
    return read_plan(open_store(folder))


def study_status(folder: str | Path) -> Status:
    """How far the study in a folder has come; files are looked at by their size, not read.

    Raises
    ------
    StorageError   where there is no study
    """
    store = open_store(folder)
    plan = read_plan(store)
    meant = chosen(store, plan)
    wanted, tally, damaged = set(meant.shards), Tally(), []
    for look in looks(store, plan):
        if look.damage:
            damaged.append(f"shard {look.shard}: {look.damage}")
        elif look.marker is not None and look.shard in wanted:
            tally.add(look.marker)
    left = sum(plan.bounds(shard).last - plan.bounds(shard).first for shard in wanted - tally.done)
    rate = tally.rate(time.time())
    return Status(store.url, plan.hash, plan.persons, plan.shard_size, len(tally.done), len(wanted), tuple(damaged), tally.persons, tally.failures,
                  {name: sums.rows for name, sums in sorted(tally.rows.items())}, tally.bytes, rate,
                  0.0 if not left else left / rate if rate else math.inf, tally.seconds, meant.stopped)


def study_counts(folder: str | Path) -> Counts:
    """The counts of all shards that are done and belong to the study, added.

    Raises
    ------
    StorageError   where there is no study, or counts are damaged
    """
    store = open_store(folder)
    plan = read_plan(store)
    wanted = set(chosen(store, plan).shards)
    total: Counts = {}
    for look in looks(store, plan):
        if look.done is not None and look.shard in wanted:
            total = added_counts(total, read_counts(whole(store, look.done, counts_name(look.shard))))
    return total
