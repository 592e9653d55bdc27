"""Whether a study is whole, what it holds as one hash, and whether the same comes out again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from zonula.ground.provenance import canonical, digest
from zonula.scale.content import Adding, RowSums, ordered
from zonula.scale.counts import added_counts
from zonula.scale.early import chosen
from zonula.scale.plan import Plan, read_plan
from zonula.scale.shards import Look, Marker, counts_name, looks, pieces, read_counts, table_name
from zonula.scale.store import Store, open_store
from zonula.scale.work import Counts, Opener

_MOST_SHOWN = 20  # damaged shards by name


class Again(NamedTuple):
    """A shard that was done again: whether the same came out, and in which tables not."""

    shard: int
    same: bool
    differs: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """What was found.

    content : of all that is done: equal for any number of processes, size of shards, executor, order and interruption
    missing : shards that are not done
    """

    content: str
    tables: Mapping[str, RowSums]
    finished: bool
    damaged: tuple[str, ...]
    missing: int
    again: tuple[Again, ...] = ()

    @property
    def good(self) -> bool:
        """Whether all is there, whole, and comes out the same again."""
        return self.finished and not self.damaged and all(a.same for a in self.again)

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"content": self.content, "good": self.good, "finished": self.finished, "missing": self.missing, "damaged": list(self.damaged),
                "tables": {name: {"rows": sums.rows, "content": sums.content} for name, sums in sorted(self.tables.items())},
                "again": [{"shard": a.shard, "same": a.same, "differs": list(a.differs)} for a in self.again]}


@dataclass
class Whole:
    """The content of shards, added as they are read: no more than one file is held."""

    plan: Plan
    tables: dict[str, RowSums] = field(default_factory=dict)
    summed: dict[str, Adding] = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def add(self, files: Mapping[str, bytes], marker: Marker) -> None:
        """Take in the files of a shard."""
        for name, layout in self.plan.tables.items():
            data = files[table_name(name, marker.shard)]
            if layout.summed:
                adding = self.summed.setdefault(name, Adding(layout))
                for some in pieces(data):
                    adding.add(some)
            else:
                sums = self.tables.setdefault(name, RowSums())
                for some in pieces(data):
                    sums.add(some)
        self.counts = added_counts(self.counts, read_counts(files[counts_name(marker.shard)]))
        for reason, n in marker.failures.items():
            self.failures[reason] = self.failures.get(reason, 0) + n

    def sums(self) -> dict[str, RowSums]:
        """The content by table."""
        found = dict(self.tables)
        for name, adding in self.summed.items():
            found[name] = RowSums()
            found[name].add(adding.total())
        return dict(sorted(found.items()))

    def content(self) -> str:
        """One hash of everything."""
        counts = {name: [list(array.shape), hashlib.sha256(array.astype("<i8").tobytes()).hexdigest()] for name, array in sorted(self.counts.items())}
        return digest(canonical({"tables": {name: sums.as_dict() for name, sums in self.sums().items()}, "counts": counts,
                                 "failures": dict(sorted(self.failures.items()))}))


def study_verify(folder: str | Path, opener: Opener | None = None, *, again: int = 0, seed: int = 0,
                 progress: Callable[[float], None] | None = None) -> Verified:
    """Read every file, compare it with its marker, and hash what the rows say; nothing is changed.

    again : how many shards, drawn by *seed*, are done once more by the work that *opener* makes, and compared

    Raises
    ------
    StorageError   where there is no study
    """
    store = open_store(folder)
    plan = read_plan(store)
    wanted = set(chosen(store, plan).shards)
    found, damaged, done = Whole(plan), list[str](), list[Marker]()
    for look in looks(store, plan):
        if look.shard not in wanted:
            continue
        files = {} if look.damage or look.marker is None else _files(store, look.marker)
        if (wrong := look.damage or _wrong(plan, look, files)):
            damaged.append(f"shard {look.shard}: {wrong}")
        elif look.marker is not None:
            found.add(files, look.marker)
            done.append(look.marker)
        if progress is not None:
            progress((len(done) + len(damaged)) / len(wanted))
    missing = len(wanted) - len(done) - len(damaged)
    compared = tuple(_again(store, plan, opener, marker) for marker in _drawn(done, again, seed)) if opener is not None else ()
    return Verified(found.content(), found.sums(), not damaged and not missing, tuple(damaged), missing, compared)


def _files(store: Store, marker: Marker) -> Mapping[str, bytes]:
    return store.many(marker.files)


def _wrong(plan: Plan, look: Look, files: Mapping[str, bytes]) -> str:
    """What is wrong with the files of a shard, by what its marker says of them."""
    if look.marker is None:
        return look.damage
    bad = [name for name, (_, sha) in look.marker.files.items() if name not in files or hashlib.sha256(files[name]).hexdigest() != sha]
    expected = {counts_name(look.shard), *(table_name(table, look.shard) for table in plan.tables)}
    bad += sorted(expected - set(look.marker.files))
    return f"missing or damaged: {', '.join(bad)}" if bad else ""


def _drawn(done: list[Marker], count: int, seed: int) -> list[Marker]:
    places = np.random.default_rng(seed).permutation(len(done))[:count]
    return [done[place] for place in sorted(places)]


def _again(store: Store, plan: Plan, opener: Opener, marker: Marker) -> Again:
    """Do a shard once more, and compare the rows, the counts and the failures."""
    part = opener(plan.as_dict()).run(*marker.bounds)
    differs = []
    for name, layout in plan.tables.items():
        sums = RowSums()
        sums.add(ordered(part.tables[name], layout))
        if sums.as_dict() != marker.rows[name].as_dict():
            differs.append(name)
    kept = read_counts(store.get(counts_name(marker.shard)))
    if kept.keys() != part.counts.keys() or not all(np.array_equal(kept[name], part.counts[name]) for name in kept):
        differs.append("counts")
    if {reason: int(n) for reason, n in part.failures.items()} != marker.failures:
        differs.append("failures")
    return Again(marker.shard, not differs, tuple(differs))
