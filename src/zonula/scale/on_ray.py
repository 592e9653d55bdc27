"""Shards on a cluster, by Ray: it is told only which shard of which plan, and keeps nothing; the folder must be one that all machines see."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache
from typing import Any

from zonula.ground.errors import UsageError
from zonula.scale.library import library_or_refuse
from zonula.scale.local import Job, Lost
from zonula.scale.plan import Plan
from zonula.scale.shards import Done, do_shard
from zonula.scale.stopping import Halted
from zonula.scale.store import Store, open_store
from zonula.scale.work import Work

_TICK = 0.5  # seconds between two looks at who wants an end
_AHEAD = 2  # tasks that wait for each processor, so that none is idle
_RETRIES = 3  # by Ray itself, where a machine is lost
_DEATHS = 2  # after which a shard is given up


def on_ray(job: Job, todo: deque[int], halted: Halted, *, jobs: int | None) -> Generator[Done | Lost, None, None]:
    """Shards as they become ready, in any order.

    jobs : tasks at the same time; as many as the cluster has processors where it is not said

    Raises
    ------
    UsageError   where Ray is not installed, or the study is kept where other machines cannot see it
    """
    ray = library_or_refuse("ray", "clusters")
    if job.url.startswith("memory://"):
        raise UsageError.of("ZN-1351", "other machines cannot see this place", path="-o", found=job.url, fix="name a shared folder, or a URL like s3://bucket/study")
    begun = _connect(ray, jobs)
    try:
        yield from _tasks(ray, job, todo, halted, jobs)
    finally:
        if begun:
            ray.shutdown()


def _connect(ray: Any, jobs: int | None) -> bool:
    """Join the cluster that RAY_ADDRESS names, or begin one of this machine; says whether it was we who began."""
    if ray.is_initialized():
        return False
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent home
    if address := os.environ.get("RAY_ADDRESS"):
        ray.init(address=address, log_to_driver=False, configure_logging=False)
    else:
        ray.init(num_cpus=jobs, include_dashboard=False, log_to_driver=False, configure_logging=False)
    return True


def _tasks(ray: Any, job: Job, todo: deque[int], halted: Halted, jobs: int | None) -> Iterator[Done | Lost]:
    task = ray.remote(num_cpus=1, max_retries=_RETRIES)(_task)
    under_way: dict[Any, int] = {}
    deaths: dict[int, int] = {}
    try:
        while todo or under_way:
            halted.look()
            most = jobs or _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
            while todo and len(under_way) < most:
                shard = todo.popleft()
                under_way[task.remote(job.url, job.plan, job.opener, shard)] = shard
            ready, _ = ray.wait(list(under_way), num_returns=1, timeout=_TICK)
            for future in ready:
                shard = under_way.pop(future)
                try:
                    yield ray.get(future)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause if isinstance(error.cause, Exception) else error from error
                except ray.exceptions.RayError as error:  # its process or its machine was lost, again and again
                    deaths[shard] = deaths.get(shard, 0) + 1
                    if deaths[shard] < _DEATHS:
                        todo.appendleft(shard)
                    else:
                        yield Lost(shard, str(error).splitlines()[0])
    finally:
        for future in under_way:
            ray.cancel(future, force=True)


def _task(url: str, plan: Plan, opener: Callable[..., Work], shard: int) -> Done:
    store, work = _opened(url, _Same(plan, opener))
    return do_shard(store, plan, work, shard)


class _Same:
    """A plan and its opener, compared by what they say: a process opens the same work once."""

    def __init__(self, plan: Plan, opener: Callable[..., Work]) -> None:
        self.plan, self.opener = plan, opener
        self._key = (plan.hash, plan.shard_size, opener.__module__, opener.__qualname__)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key


@lru_cache(maxsize=2)
def _opened(url: str, same: _Same) -> tuple[Store, Work]:
    return open_store(url), same.opener(same.plan.as_dict())
