"""Work in parallel, results in order: threads for what lets others run meanwhile, and nothing left behind when it is broken off."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from zonula.ground.limits import MAX_SECONDS_TO_STOP

_A = TypeVar("_A")
_B = TypeVar("_B")
_TICK = 0.1  # seconds between two looks at progress and cancellation


class Steps(NamedTuple, Generic[_A, _B]):
    """What is done for each place: *first* and *second* in some thread, *between* in the caller's (for what holds all others up anyway).

    stop : called when nothing more is wanted, so that steps in progress end soon
    tick : called again and again while waiting; what it raises ends everything
    """

    first: Callable[[int], _A]
    between: Callable[[int, _A], _A]
    second: Callable[[int, _A], _B]
    stop: Callable[[], None]
    tick: Callable[[], None]


class _Done(NamedTuple):
    place: int
    last: bool
    result: Any
    error: BaseException | None


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(count: int, steps: Steps[_A, _B], *, jobs: int) -> Iterator[_B]:
    """Results of the places 0, 1, ... in order; at most twice as many as there are threads are under way or waiting.

    Whatever ends it (an error, an interrupt, a caller who wants no more), the threads are told to stop, and waited for shortly.
    """
    todo: queue.SimpleQueue[tuple[Callable[[], object], int, bool] | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[_Done] = queue.SimpleQueue()
    over = threading.Event()
    threads = [threading.Thread(target=_work, args=(todo, done, over), name=f"zonula-{k}", daemon=True) for k in range(min(jobs, count))]
    ready: dict[int, _B] = {}
    sent = 0
    try:
        for thread in threads:
            thread.start()
        for wanted in range(count):
            while wanted not in ready:
                while sent < min(count, wanted + 2 * jobs):
                    todo.put((_call(steps.first, sent), sent, False))
                    sent += 1
                steps.tick()
                _look(todo, done, ready, steps)
            yield ready.pop(wanted)
        steps.tick()
    finally:
        over.set()
        steps.stop()
        for _ in threads:
            todo.put(None)
        deadline = time.monotonic() + MAX_SECONDS_TO_STOP
        for thread in threads:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))


def _look(todo: queue.SimpleQueue[tuple[Callable[[], object], int, bool] | None], done: queue.SimpleQueue[_Done], ready: dict[int, _B],
          steps: Steps[_A, _B]) -> None:
    try:
        found = done.get(timeout=_TICK)
    except queue.Empty:
        return
    if found.error:
        raise found.error
    if found.last:
        ready[found.place] = found.result
    else:
        half = steps.between(found.place, found.result)
        todo.put((_call(steps.second, found.place, half), found.place, True))


def _call(step: Callable[..., object], *given: Any) -> Callable[[], object]:
    return lambda: step(*given)


def _work(todo: queue.SimpleQueue[tuple[Callable[[], object], int, bool] | None], done: queue.SimpleQueue[_Done], over: threading.Event) -> None:
    while (task := todo.get()) is not None:
        if over.is_set():
            continue
        step, place, last = task
        try:
            done.put(_Done(place, last, step(), None))
        except BaseException as error:  # noqa: BLE001 - it is raised where the results are wanted
            done.put(_Done(place, last, None, error))
