"""Run a study, or go on with one: do the shards that are not done, wherever it was left and whatever was damaged."""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from zonula.ground.errors import StorageError, UsageError, nearest
from zonula.ground.limits import MAX_JOBS
from zonula.scale.early import STOPPED, Early, fair_order, read_rule, write_stop
from zonula.scale.local import Job, Lost, in_process, in_processes
from zonula.scale.on_ray import on_ray
from zonula.scale.plan import Plan, read_plan, settle
from zonula.scale.shards import Done, looks, plan_told, set_aside
from zonula.scale.stopping import Halt, Halted, halting
from zonula.scale.store import DISK_FULL, Store, open_store
from zonula.scale.tally import Tally
from zonula.scale.work import Estimating, Interval, Opener, UnfinishedError, Work

PLACES = ("local", "ray")
_SHOWN = 5  # lost shards that an error names
_GO_ON = "give the same command again: it goes on from here"


@dataclass(frozen=True)
class Progress:
    """How far a study has come.

    rate : persons a second in this run; 0 before the first shard
    eta  : seconds to the end at this rate; infinite where it is not known
    """

    done: int
    of: int
    persons: int
    all_persons: int
    rate: float
    eta: float
    failures: Mapping[str, int]
    estimates: Mapping[str, Interval]

    @property
    def share(self) -> float:
        """Of all persons."""
        return self.persons / self.all_persons if self.all_persons else 1.0

    def __str__(self) -> str:
        rest = "" if math.isinf(self.eta) else f", {self.rate:.3g} persons/s, {_spell(self.eta)} left"
        known = "".join(f"; {name} {e.value:.3g} [{e.low:.3g}, {e.high:.3g}]" for name, e in self.estimates.items() if math.isfinite(e.width))
        return f"{self.done} of {self.of} shards, {self.persons} persons{rest}{known}"


@dataclass(frozen=True)
class Outcome:
    """What a run has done.

    computed : shards done by this run; the others were done before, or meanwhile by another
    damaged  : what was found damaged, and has been done anew
    stopped  : the rule by which enough was known, or nothing
    """

    plan: Plan
    done: int
    of: int
    computed: int
    damaged: tuple[str, ...]
    failures: Mapping[str, int]
    seconds: float
    estimates: Mapping[str, Interval] = field(default_factory=dict)
    stopped: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return bool(self.stopped) or self.done == self.of

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"plan": self.plan.hash, "shard_size": self.plan.shard_size, "done": self.done, "of": self.of, "computed": self.computed,
                "damaged": list(self.damaged), "failures": dict(self.failures), "seconds": self.seconds,
                "estimates": {name: e._asdict() for name, e in self.estimates.items()}, "stopped": self.stopped, "finished": self.finished}


class Slice(NamedTuple):
    """One part of a study that several jobs share: number *number* of *of*."""

    number: int = 0
    of: int = 1


def read_slice(text: str) -> Slice:
    """A slice in words like ``3/10``: the fourth of ten.

    Raises
    ------
    UsageError   where it is none
    """
    said = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
    if said is None or int(said[1]) >= int(said[2]):
        raise UsageError.of("ZN-1352", "this is no slice of a study", path="--slice", found=text, fix="write it like 0/10, 1/10, ... 9/10")
    return Slice(int(said[1]), int(said[2]))


def run_study(folder: str | Path, work: Work, opener: Opener, *, jobs: int | None = None, shard_size: int | None = None, on: str = "local",
              progress: Callable[[Progress], None] | None = None, stop_when: str | None = None) -> Outcome:
    """Do what is not done of a study; a finished one is left as it is.

    folder    : a path, or a URL that fsspec knows
    opener    : makes the same work out of the plan in another process
    jobs      : processes; as many as there are processors where it is not said; 1 is this process
    stop_when : a rule for when enough is known, like ``ci(effect) < 0.1``

    Raises
    ------
    UnfinishedError   where it was stopped, the disk is full, or processes died over some shards: the same call goes on
    UsageError        where the folder holds another study
    StorageError      where the folder cannot be read or written
    """
    rule = None if stop_when is None else read_rule(stop_when)
    if rule is not None and not isinstance(work, Estimating):
        raise UsageError.of("ZN-1353", "this work estimates nothing while it runs", path="--stop-when", fix="leave the rule out")
    store = open_store(folder)
    plan = settle(store, work, shard_size, told=partial(plan_told, store), fine=rule is not None)
    order = fair_order(plan.shards)
    early = Early(store, plan, work, rule, order) if isinstance(work, Estimating) and (rule is not None or progress is not None) else None
    store.remove(STOPPED)
    return _Run(store, plan, work, opener, progress=progress, early=early).go(order, jobs=jobs, on=on)


def study_work(folder: str | Path, opener: Opener, part: str = "0/1", *, jobs: int | None = 1, on: str = "local",
               progress: Callable[[Progress], None] | None = None) -> Outcome:
    """Do one slice of a study that was begun: of *n* jobs, each with its own number, every shard is done by one.

    Raises
    ------
    As :func:`run_study`.
    """
    number, of = read_slice(part)
    store = open_store(folder)
    plan = read_plan(store)
    work = opener(plan.as_dict())
    return _Run(store, plan, work, opener, progress=progress, early=None).go(fair_order(plan.shards)[number::of], jobs=jobs, on=on)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Run:
    """One run: what it knows while it goes on."""

    def __init__(self, store: Store, plan: Plan, work: Work, opener: Opener, *, progress: Callable[[Progress], None] | None,
                 early: Early | None) -> None:
        self.store, self.plan, self.work, self.opener, self.progress, self.early = store, plan, work, opener, progress, early
        self.tally = Tally()
        self.damaged: list[str] = []
        self.lost: list[Lost] = []
        self.computed = self.persons_before = 0
        self.of, self.persons_of = plan.shards, plan.persons
        self.stopped = ""
        self.started = time.perf_counter()

    def go(self, order: list[int], *, jobs: int | None, on: str) -> Outcome:
        """Do those shards, in that order."""
        if on not in PLACES:
            raise UsageError.of("ZN-1354", f"nothing runs on {on!r}", path="--on", fix=nearest(on, PLACES))
        if jobs is not None and not 1 <= jobs <= MAX_JOBS:
            raise UsageError.of("ZN-1355", f"{jobs} processes cannot work", path="--jobs", expected=f"1 to {MAX_JOBS}",
                                fix="leave it out: what suits is chosen")
        self.of = len(order)
        self.persons_of = sum(last - first for first, last in map(self.plan.bounds, order))
        try:
            with halting() as halted:
                self._go(order, halted, jobs, on)
        except Halt as halt:
            raise UnfinishedError.of("ZN-7050", f"stopped by {halt}: {len(self.tally.done)} of {self.of} shards are done", file=self.store.url,
                                     fix=_GO_ON) from None
        except StorageError as error:
            if error.problems[0].code != DISK_FULL:
                raise
            raise UnfinishedError.of("ZN-7051", f"the disk is full: {len(self.tally.done)} of {self.of} shards are done", file=self.store.url,
                                     fix=f"free about {self._bytes_left()}, and {_GO_ON}") from error
        finally:
            self.store.sweep()
        return self._outcome()

    def _go(self, order: list[int], halted: Halted, jobs: int | None, on: str) -> None:
        self._look(set(order))
        self.persons_before = self.tally.persons
        todo = deque(shard for shard in order if shard not in self.tally.done)
        enough = self._enough(sorted(self.tally.done, key={shard: place for place, shard in enumerate(order)}.__getitem__))
        self._tell()
        if enough or not todo:
            return
        with closing(self._shards(todo, halted, jobs, on)) as shards:
            for done in shards:
                halted.look()
                if isinstance(done, Lost):
                    self.lost.append(done)
                    continue
                self._take(done, todo)
                if self._enough([done.marker.shard]):
                    return
                self._tell()
        self._tell_of_lost()

    def _look(self, wanted: set[int]) -> None:
        """What is done of it; what is damaged is put away."""
        self.store.sweep()
        for look in looks(self.store, self.plan, deep=self.store.path is not None):  # on the network, sizes must do until all is merged or verified
            if look.shard not in wanted:
                continue
            if look.done is not None:
                self.tally.add(look.done)
            else:
                set_aside(self.store, look)
                self.damaged.append(f"shard {look.shard}: {look.damage}")

    def _shards(self, todo: deque[int], halted: Halted, jobs: int | None, on: str) -> Generator[Done | Lost, None, None]:
        job = Job(self.store.url, self.plan, self.opener)
        if on == "ray":
            return on_ray(job, todo, halted, jobs=jobs)
        several = min(jobs or processors(), len(todo))
        if several == 1 or self.store.url.startswith("memory://"):  # the latter is in no other process
            return in_process(job, self.work, todo, halted)
        return in_processes(job, todo, halted, jobs=several)

    def _take(self, done: Done, todo: deque[int]) -> None:
        self.tally.add(done.marker)
        if done.elsewhere:  # another run is in the same folder: part ways
            rest = list(todo)
            todo.clear()
            todo.extend(rest[place] for place in np.random.default_rng().permutation(len(rest)))
            return
        self.computed += 1
        marker = done.marker
        self.store.append("log.jsonl", json.dumps({"finished": marker.finished, "shard": marker.shard, "persons": marker.persons,
                                                   "seconds": marker.seconds, "host": marker.host, "failures": dict(marker.failures)}))

    def _enough(self, shards: list[int]) -> bool:
        if self.early is None:
            return False
        for shard in shards:
            if self.early.add(shard) and self.early.rule is not None:
                self.stopped = self.early.rule.text
                write_stop(self.store, self.plan, self.stopped, self.early.taken)
                return True
        return False

    def _tell(self) -> None:
        if self.progress is None:
            return
        rate = (self.tally.persons - self.persons_before) / max(1e-9, time.perf_counter() - self.started)
        left = self.persons_of - self.tally.persons
        eta = left / rate if rate else math.inf if left else 0.0
        self.progress(Progress(len(self.tally.done), self.of, self.tally.persons, self.persons_of, rate, eta,
                               dict(self.tally.failures), self.early.estimates() if self.early else {}))

    def _tell_of_lost(self) -> None:
        if not self.lost:
            return
        named = [f"shard {lost.shard} (persons {self.plan.bounds(lost.shard).first} to {self.plan.bounds(lost.shard).last - 1}): {lost.how}"
                 for lost in self.lost[:_SHOWN]]
        more = f"; and {len(self.lost) - _SHOWN} more" if len(self.lost) > _SHOWN else ""
        raise UnfinishedError.of("ZN-7052", f"processes died twice over {len(self.lost)} of {self.of} shards; {len(self.tally.done)} are done",
                                 file=self.store.url, found="; ".join(named) + more,
                                 fix=f"is memory short? Then give fewer --jobs, or smaller shards in a new folder; {_GO_ON}")

    def _bytes_left(self) -> str:
        each = self.tally.bytes / len(self.tally.done) if self.tally.done else 1e6
        return f"{max(1.0, 1.2 * each * (self.of - len(self.tally.done)) / 1e6):.0f} MB"

    def _outcome(self) -> Outcome:
        return Outcome(self.plan, len(self.tally.done), self.of, self.computed, tuple(self.damaged), dict(self.tally.failures),
                       time.perf_counter() - self.started, dict(self.early.estimates()) if self.early else {}, self.stopped)


def _spell(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
