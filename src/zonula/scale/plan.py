"""The plan of a study: what is computed, for how many persons, and how they are cut into shards.  It is written once and never changed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from zonula.ground.errors import StorageError, UsageError
from zonula.ground.provenance import canonical, digest
from zonula.scale.store import Store
from zonula.scale.work import Layout, Suited, Work

SCHEMA = "zonula/study/1"
PLAN = "plan.json"
_MOST_PERSONS = 2_000  # in a shard: a minute or two of work, some ten megabytes
_FEWEST_SHARDS = 64  # of a small study: enough for a running estimate, and that a loss is small
_FEW_SHARDS = 8  # of a study so small that its shards are smaller than suits them
_OURS = {"plan.json", "plan.json.damaged", "shards", "hist", "done", "merged", "log.jsonl", "stopped.json"}
_SHOWN = 5  # differences that an error names


class Bounds(NamedTuple):
    """The persons of a shard: from *first* to the one before *last*."""

    first: int
    last: int


class Told(NamedTuple):
    """What a shard tells of its plan."""

    hash: str
    shard_size: int


@dataclass(frozen=True)
class Plan:
    """All that decides what each shard holds."""

    identity: Mapping[str, Any]
    persons: int
    unit: int
    tables: Mapping[str, Layout]
    shard_size: int

    @cached_property  # every marker is compared with it
    def hash(self) -> str:
        """Of all that decides the results: the size of shards does not."""
        return digest(canonical(self._deciding()))

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return math.ceil(self.persons / self.shard_size)

    def bounds(self, shard: int) -> Bounds:
        """Which persons a shard holds."""
        return Bounds(shard * self.shard_size, min(self.persons, (shard + 1) * self.shard_size))

    def _deciding(self) -> dict[str, Any]:
        tables = {name: {"by": list(layout.by), "summed": layout.summed} for name, layout in self.tables.items()}
        return {"schema": SCHEMA, "identity": self.identity, "persons": self.persons, "unit": self.unit, "tables": tables}

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        return self._deciding() | {"shard_size": self.shard_size, "hash": self.hash}


def plan_of(work: Work, shard_size: int | None = None, *, fine: bool = False) -> Plan:
    """The plan for some work; how it is cut is chosen where it is not said: *fine* where it may end after any shard.

    Raises
    ------
    UsageError   where shards cannot have that size
    """
    unit = max(1, work.unit)
    if shard_size is not None and (shard_size < 1 or shard_size % unit):
        raise UsageError.of("ZN-1342", "shards cannot have this size", path="--shard-size", found=str(shard_size),
                            expected=f"a multiple of {unit}, above 0", fix=f"say {max(1, round(shard_size / unit)) * unit}")
    size = shard_size or unit * max(1, min(_MOST_PERSONS // unit, math.ceil(work.persons / _shards_for(work, fine=fine) / unit)))
    plain = json.loads(_written(dict(work.identity)))  # as it will be read back
    return Plan(plain, work.persons, unit, dict(sorted(work.tables.items())), size)


def _shards_for(work: Work, *, fine: bool) -> int:
    """How many shards suit: few enough that each is worth its while, and of a small study enough for some processors."""
    suits = work.suits if isinstance(work, Suited) and not fine else 1
    return max(1, min(_FEWEST_SHARDS, max(work.persons // suits, min(_FEW_SHARDS, work.persons // max(1, suits // 2)))))


def read_plan(store: Store) -> Plan:
    """The plan of the study in a folder.

    Raises
    ------
    StorageError   where there is none, or it is damaged
    """
    try:
        data = store.get(PLAN)
    except FileNotFoundError as error:
        raise StorageError.of("ZN-7020", "there is no study in this folder", file=store.url,
                              fix="name the folder that a trial was written to") from error
    if (plan := _parsed(data)) is None:
        raise StorageError.of("ZN-7021", "the plan of the study is damaged", file=f"{store.url}/{PLAN}",
                              fix="give the command that began the study again: it mends the plan and keeps what is whole")
    return plan


def _parsed(data: bytes) -> Plan | None:
    """The plan in those bytes, or nothing where they are not what was written."""
    try:
        said = json.loads(data)
        tables = {name: Layout(tuple(layout["by"]), layout["summed"]) for name, layout in said["tables"].items()}
        plan = Plan(said["identity"], said["persons"], said["unit"], tables, said["shard_size"])
        return plan if plan.as_dict() == said and plan.shard_size > 0 else None
    except (ValueError, KeyError, TypeError, AttributeError):  # whatever a damaged file may hold
        return None


def settle(store: Store, work: Work, shard_size: int | None = None, *, told: Callable[[], Told | None] = lambda: None, fine: bool = False) -> Plan:
    """The plan of the folder for that work: the one that is there, or a new one.

    told : what shards that are there tell of their plan; asked where it is itself damaged or lost

    Raises
    ------
    UsageError     where the folder holds other work, or shards of another size
    StorageError   where it holds something else altogether
    """
    wanted = plan_of(work, shard_size, fine=fine)
    data = _bytes_of(store)
    if data is not None and (there := _parsed(data)) is not None:
        _refuse_another(store, there, wanted, asked=shard_size)
        return there
    if (known := told()) is not None:
        if known.hash != wanted.hash:
            raise UsageError.of("ZN-1357", "the folder holds shards of another study, whose plan was lost", file=store.url,
                                fix="name another folder, or ask for the study that was there: then its plan is written again")
        wanted = replace(wanted, shard_size=known.shard_size)
    elif data is None and (strange := sorted(set(store.names()) - _OURS)):
        raise StorageError.of("ZN-7022", "the folder holds something that is not a study", file=store.url, found=", ".join(strange[:_SHOWN]),
                              fix="name another folder, or an empty one")
    if data is not None:
        store.set_aside(PLAN)
    store.create(PLAN, (_written(wanted.as_dict()) + "\n").encode())
    there = read_plan(store)  # another run may have been the first
    _refuse_another(store, there, wanted, asked=shard_size)
    return there


def _written(data: Mapping[str, Any]) -> str:
    """Plain data for people to read: in the order in which it was said, which decides nothing."""
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)


def _bytes_of(store: Store) -> bytes | None:
    try:
        return store.get(PLAN)
    except FileNotFoundError:
        return None


def _refuse_another(store: Store, there: Plan, wanted: Plan, *, asked: int | None) -> None:
    if there.hash != wanted.hash:
        old, new = dict(_leaves(there.as_dict())), dict(_leaves(wanted.as_dict()))
        differing = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name) and name not in ("hash", "shard_size")]
        more = f" and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
        raise UsageError.of("ZN-1343", "the folder holds another study", file=f"{store.url}/{PLAN}",
                            found="; ".join(f"{name} = {_short(old.get(name))}" for name in differing[:_SHOWN]) + more,
                            expected="; ".join(f"{name} = {_short(new.get(name))}" for name in differing[:_SHOWN]) + more,
                            fix="name another folder, or ask for the study that is there")
    if asked is not None and there.shard_size != asked:
        raise UsageError.of("ZN-1344", "the study was begun with shards of another size", file=store.url, path="--shard-size", found=str(asked),
                            expected=str(there.shard_size), fix="leave the size out, or name another folder")


def _leaves(data: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value in nested data, by its path."""
    if isinstance(data, Mapping) and data:
        for key, value in data.items():
            yield from _leaves(value, f"{name}.{key}" if name else str(key))
    else:
        yield name, data


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if value is not None else "nothing"
    return text if len(text) <= 60 else text[:57] + "..."
