"""Work that takes longer than an answer may: one after the other, each with a share that is done, a result that is kept a while, and an end."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, Queue
from typing import Any

from zonula.ground.errors import BrokenOffError, ZonulaError

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
Work = Callable[[Callable[[float], None], threading.Event], dict[str, Any]]


@dataclass(slots=True, eq=False)
class Job:
    """One piece of work."""

    id: str
    work: Work
    state: str = WAITING
    done: float = 0.0
    result: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
    cancel: threading.Event = field(default_factory=threading.Event)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (DONE, FAILED, CANCELLED)

    def as_dict(self) -> dict[str, Any]:
        """What is known of it, without its result."""
        return {"id": self.id, "state": self.state, "done": round(self.done, 4), **({"error": self.problem} if self.problem else {})}


class Queued:
    """A queue of bounded length, a worker that begins with the first job, and the last results.

    most    : jobs that may wait
    kept    : jobs that are remembered once they are over
    seconds : after which a job is broken off
    """

    def __init__(self, *, most: int = 16, kept: int = 32, seconds: float = 60.0) -> None:
        self.most, self.kept, self.seconds = most, kept, seconds
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.queue: Queue[Job] = Queue()
        self.lock = threading.Lock()
        self.worker: threading.Thread | None = None
        self.closed = threading.Event()

    def add(self, work: Work) -> Job | None:
        """Take a piece of work; None where too much is waiting."""
        with self.lock:
            if self.closed.is_set() or sum(not job.over for job in self.jobs.values()) >= self.most:
                return None
            for name in [name for name, job in self.jobs.items() if job.over][: max(0, len(self.jobs) - self.kept)]:
                del self.jobs[name]
            job = Job(secrets.token_hex(8), work)
            self.jobs[job.id] = job
            self.queue.put(job)
            if self.worker is None:
                self.worker = threading.Thread(target=self._work, name="explorer-jobs", daemon=True)
                self.worker.start()
        return job

    def get(self, name: str) -> Job | None:
        """The job of that name, where it is still remembered."""
        return self.jobs.get(name)

    def stop(self, job: Job) -> None:
        """Break a job off and forget it; one that waits never begins."""
        with self.lock:
            self.jobs.pop(job.id, None)
        job.cancel.set()
        if job.state == WAITING:
            job.state = CANCELLED

    def close(self) -> None:
        """End all work."""
        self.closed.set()
        for job in list(self.jobs.values()):
            self.stop(job)

    def _work(self) -> None:
        while not self.closed.is_set():
            try:
                job = self.queue.get(timeout=0.5)
            except Empty:
                continue
            if not job.over:
                self._run(job)

    def _run(self, job: Job) -> None:
        job.state, until = RUNNING, time.monotonic() + self.seconds
        timer = threading.Timer(self.seconds, job.cancel.set)
        timer.daemon = True
        timer.start()

        def tell(share: float) -> None:
            job.done = share

        try:
            job.result = job.work(tell, job.cancel)
            job.done, job.state = 1.0, DONE
        except BrokenOffError:
            late = time.monotonic() >= until
            job.problem = {"message": f"it took longer than {self.seconds:g} s", "fix": "ask for fewer people"} if late else None
            job.state = FAILED if late else CANCELLED
        except ZonulaError as error:
            job.problem, job.state = error.problems[0].as_dict(), FAILED
        except Exception as error:  # noqa: BLE001 - whatever it is, the next job must have its turn
            job.problem, job.state = {"message": f"a bug in zonula: {type(error).__name__}", "fix": "please report it"}, FAILED
        finally:
            timer.cancel()
