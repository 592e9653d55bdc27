"""Shards in processes of this machine, which outlives any of them: whose process dies is tried once more, and then told by name."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from zonula.ground.errors import UsageError, ZonulaError
from zonula.scale.plan import Plan
from zonula.scale.shards import Done, do_shard
from zonula.scale.stopping import Halted
from zonula.scale.store import open_store
from zonula.scale.work import Opener, Work

_TICK = 0.2  # seconds between two looks at who wants an end
_DEATHS = 2  # of a process over one shard, until it is given up
_PATIENCE = 5.0  # seconds for a killed process to be gone
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # one each: the processes are many


class Lost(NamedTuple):
    """A shard over which processes died, and how the last one did."""

    shard: int
    how: str


class Job(NamedTuple):
    """All that a process must be told; the rest is in the folder."""

    url: str
    plan: Plan
    opener: Opener


def in_process(job: Job, work: Work, todo: deque[int], halted: Halted) -> Generator[Done | Lost, None, None]:
    """One shard after another, here."""
    store = open_store(job.url)
    while todo:
        halted.look()
        yield do_shard(store, job.plan, work, todo.popleft())


@dataclass
class _Worker:
    process: Any
    pipe: Connection
    shard: int | None = None
    ready: bool = False


@dataclass
class _Pool:
    job: Job
    todo: deque[int]
    workers: list[_Worker] = field(default_factory=list)
    deaths: dict[int, int] = field(default_factory=dict)
    stillborn: int = 0

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")  # nothing of this process, with its threads and locks, is in the new one
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self.job), name="zonula-shards", daemon=True)
        with _one_thread_each():
            process.start()
        theirs.close()  # so that the end of the process is the end of the pipe
        self.workers.append(_Worker(process, ours))

    def give(self, worker: _Worker) -> None:
        """The next shard; without any, the process ends."""
        worker.shard = self.todo.popleft() if self.todo else None
        try:
            worker.pipe.send(worker.shard)
        except OSError:
            return  # it has died: its end is heard of next
        if worker.shard is None:
            self.workers.remove(worker)
            worker.process.join(_PATIENCE)
            worker.pipe.close()

    def bury(self, worker: _Worker) -> Lost | None:
        """Put another in the place of a process that died; what it had in hand is tried once more."""
        worker.process.join(_PATIENCE)
        self.workers.remove(worker)
        worker.pipe.close()
        how = _how_it_ended(worker.process.exitcode)
        if not worker.ready:
            self.stillborn += 1
            if self.stillborn >= _DEATHS:
                raise UsageError.of("ZN-1350", "worker processes end before they begin", path="--jobs", found=how,
                                    fix='in a script, put what runs under `if __name__ == "__main__":`; or give jobs=1; or is memory short?')
        lost = None
        if (shard := worker.shard) is not None:
            self.deaths[shard] = self.deaths.get(shard, 0) + 1
            if self.deaths[shard] < _DEATHS:
                self.todo.appendleft(shard)
            else:
                lost = Lost(shard, how)
        if self.todo:
            self.start()
        return lost

    def close(self) -> None:
        for worker in self.workers:
            worker.process.kill()  # whatever it writes is whole or not there
        for worker in self.workers:
            worker.process.join(_PATIENCE)
            worker.pipe.close()


def in_processes(job: Job, todo: deque[int], halted: Halted, *, jobs: int) -> Generator[Done | Lost, None, None]:
    """Shards as they become ready, in any order; ended early, nothing keeps running."""
    pool = _Pool(job, todo)
    try:
        for _ in range(min(jobs, len(todo))):
            pool.start()
        while pool.workers:
            halted.look()
            by_end = {end: worker for worker in pool.workers for end in (worker.pipe, worker.process.sentinel)}
            for worker in {id(by_end[end]): by_end[end] for end in wait(list(by_end), timeout=_TICK)}.values():
                yield from _heard(pool, worker)
    finally:
        pool.close()


def _heard(pool: _Pool, worker: _Worker) -> Iterator[Done | Lost]:
    """What a process has said, or that it is no more."""
    said = None
    try:
        if worker.pipe.poll():
            said = worker.pipe.recv()
        elif worker.process.is_alive():
            return
    except (EOFError, OSError):
        worker.process.kill()  # its end of the pipe is gone
    if said is None:
        if (lost := pool.bury(worker)) is not None:
            yield lost
    elif isinstance(said, BaseException):
        raise said
    else:
        worker.ready, worker.shard = True, None
        pool.give(worker)
        if isinstance(said, Done):
            yield said


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Libraries of linear algebra read this when they are loaded."""
    unset = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))
    try:
        yield
    finally:
        for name in unset:
            del os.environ[name]


def _serve(pipe: Connection, job: Job) -> None:
    """What a process does: shards by number, until it is told to end or the one who asks is gone."""
    for name in ("SIGINT", "SIGUSR1"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)  # these go to the whole group; the one who asks decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        store, work = open_store(job.url), job.opener(job.plan.as_dict())
        pipe.send("ready")
        while (shard := pipe.recv()) is not None:
            pipe.send(do_shard(store, job.plan, work, shard))
    except EOFError:
        return  # the one who asks is gone
    except BrokenPipeError:
        return
    except Exception as error:  # noqa: BLE001 - it is raised where the results are wanted
        pipe.send(_portable(error))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _portable(error: Exception) -> Exception:
    """An error that can go through a pipe: our own as they are, those of others as their text."""
    if isinstance(error, ZonulaError):
        return error
    return RuntimeError("".join(traceback.format_exception(error)))
