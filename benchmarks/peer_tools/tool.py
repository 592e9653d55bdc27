"""What every tool must be able to do, and the door behind which each works: a process of its own, so that none can spoil another."""

from __future__ import annotations

import multiprocessing
import os
import time
from abc import ABC, abstractmethod
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from multiprocessing.connection import Connection
from typing import Any, ClassVar

from peer_tools.measure import Vector
from peer_tools.workload import Workload, setup_of

ATOL_SHARE = 1e-3  # of rtol times a state's usual size, as in Zonula: for every tool that lets it be said
_ONE = "1"


class NothingFits(Exception):  # noqa: N818 - an outcome of a tool, which is reported
    """The tool did not do what it was asked for."""


class Tool(ABC):
    """A program that simulates people.

    name, module, distribution : what it is called here, what Python imports, and the package whose version is told
    """

    name: ClassVar[str]
    module: ClassVar[str]
    distribution: ClassVar[str]

    def __init__(self, work: Workload) -> None:
        self.work = work
        self.note = ""

    @abstractmethod
    def prepare(self) -> None:
        """Compile, load, set up: all that is not done again for each person."""

    @abstractmethod
    def run(self, rtol: float) -> tuple[float, Vector]:
        """Simulate everybody; returns the processor time of the simulation alone [s] and the states, shape (person, day, state)."""


def cpu_seconds() -> float:
    """Processor time of this process, all threads together."""
    return time.process_time()


def missing(kind: type[Tool]) -> str:
    """Why a tool cannot be asked, or nothing."""
    return "" if find_spec(kind.module) else f"the package {kind.distribution} is not installed"


def version_of(kind: type[Tool]) -> str:
    """The version that is installed."""
    try:
        return version(kind.distribution)
    except PackageNotFoundError:
        return ""


class Door:
    """A tool in its own process: asked, and waited for."""

    def __init__(self, kind: type[Tool], work: Workload, patience: float) -> None:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
            os.environ[name] = _ONE
        self.patience = patience
        context = multiprocessing.get_context("spawn")
        self._end, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, kind, work), daemon=False)
        self._process.start()
        far.close()
        self.seconds, self.note = self._answer()

    def run(self, rtol: float) -> tuple[float, Vector]:
        """See ``Tool.run``.

        Raises
        ------
        NothingFits   with the tool's own words
        """
        self._end.send(rtol)
        seconds, states = self._answer()
        return seconds, states

    def _answer(self) -> Any:
        try:
            if not self._end.poll(self.patience):
                self.close()
                raise NothingFits(f"no answer within {self.patience:.0f} s")
            word, said = self._end.recv()
        except (EOFError, ConnectionError) as error:
            self._process.join(5)
            raise NothingFits(f"its process ended (exit code {self._process.exitcode})") from error
        if word == "failed":
            raise NothingFits(said)
        return said

    def close(self) -> None:
        """End the tool's process."""
        self._process.terminate()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()


def _serve(end: Connection, kind: type[Tool], work: Workload) -> None:
    """The other side of the door."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core, whatever threads it may start
    tool = kind(work)
    try:
        begin = time.perf_counter()
        if setup_of(work.days).problem.model.fingerprint != work.fingerprint:
            raise NothingFits("the model has changed since people were drawn: the sources were edited meanwhile")
        tool.prepare()
        end.send(("done", (time.perf_counter() - begin, tool.note)))
    except Exception as error:  # noqa: BLE001 - another program may fail in any way, and that is a finding
        end.send(("failed", _words(error)))
        return
    while True:
        try:
            rtol = end.recv()
        except EOFError:
            return
        try:
            end.send(("done", tool.run(rtol)))
        except Exception as error:  # noqa: BLE001 - as above
            end.send(("failed", _words(error)))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
