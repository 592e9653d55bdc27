"""Crowds that are broken off: soon at an end, with no thread and no program left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from tests.crowds import Endless, crowd, zonula_threads
from tests.helpers import refused
from tests.small_crowd import dose, many, values

from zonula.ground.errors import BrokenOffError
from zonula.simulation import ensemble
from zonula.simulation.ensemble import solve_people, stream_people
from zonula.simulation.events import Plan
from zonula.simulation.timetable import Arm

ROOT = Path(__file__).resolve().parents[3]
OFTEN = Arm(plan=Plan(doses=tuple(dose(5.0, float(quarter) / 4.0) for quarter in range(120_000))))
SLOW = {"times": np.array([0.0, 30_000.0]), "until": 30_000.0, "rtol": 1e-10, "arms": (OFTEN,)}  # 64 people take some twenty seconds


@pytest.mark.alone
def test_what_is_cancelled_ends_soon_and_leaves_no_threads():
    cancel, at = threading.Event(), []

    class Begun(Endless):
        def __getitem__(self, which):
            if not which.start:
                threading.Timer(0.4, lambda: at.append(time.monotonic()) or cancel.set()).start()
            return super().__getitem__(which)

    with refused("ZN-9002", f"of {Endless.shape[0]} people", kind=BrokenOffError):
        for _ in stream_people(crowd(Begun(), **SLOW), cancel=cancel, jobs=2, chunk=64):
            pass
    assert time.monotonic() - at[0] < 1.0
    assert zonula_threads() == []


def test_the_reference_solver_is_not_asked_about_the_next_person_once_it_is_cancelled(monkeypatch):
    cancel, asked, real = threading.Event(), [], ensemble.solve_health

    def counted(*given):
        asked.append(1)
        if len(asked) == 3:
            cancel.set()
        return real(*given)

    monkeypatch.setattr(ensemble, "solve_health", counted)
    with refused("ZN-9002"):
        solve_people(crowd(np.tile(values(fuse__spontaneous=0.3), (20, 1))), cancel=cancel, chunk=20)
    assert len(asked) == 3


@pytest.mark.alone
def test_the_work_that_is_broken_off_would_have_taken_long():
    started = time.monotonic()
    solve_people(crowd(many()[:4], **SLOW), jobs=1, chunk=4)
    assert 16 * (time.monotonic() - started) > 6.0, "64 people, as below"


@pytest.mark.alone
def test_who_stops_asking_ends_the_work():
    class One(Endless):
        """The first chunk is quickly done."""

        def __getitem__(self, which):
            return super().__getitem__(which) if which.start else np.tile(values(fuse__spontaneous=0.3), (64, 1))

    stream = stream_people(crowd(One(), **SLOW), jobs=2, chunk=64)
    next(stream)
    assert len(zonula_threads()) == 2
    time.sleep(0.3)
    started = time.monotonic()
    stream.close()
    assert time.monotonic() - started < 2.0
    assert zonula_threads() == []


def test_an_error_in_a_thread_is_raised_where_the_results_are_wanted():
    class Wrong(Endless):
        def __getitem__(self, which):
            if which.start >= 16:
                raise LookupError("nobody there")
            return super().__getitem__(which)

    with pytest.raises(LookupError, match="nobody there"):
        list(stream_people(crowd(Wrong()), jobs=2, chunk=8))
    assert zonula_threads() == []


@pytest.mark.alone
def test_an_interrupt_ends_a_program_within_two_seconds():
    text = ("import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background work may have it ignored
            "from zonula.simulation.ensemble import stream_people\nfrom zonula.simulation.kernel import load_kernel\n"
            "from tests.unit.simulation.test_broken_off import SLOW, Endless, crowd\n"
            "load_kernel(crowd().model)\nprint('ready', flush=True)\nfor _ in stream_people(crowd(Endless(), **SLOW), jobs=2, chunk=64): pass\n")
    where = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=where) as program:
        try:
            assert program.stdout.readline().strip() == b"ready"
            time.sleep(0.7)
            assert program.poll() is None
            started = time.monotonic()
            program.send_signal(signal.SIGINT)
            said = program.communicate(timeout=20)[1]
            assert time.monotonic() - started < 2.0
        finally:
            program.kill()  # one that does not hear would go on without an end
    assert b"KeyboardInterrupt" in said
    assert program.returncode != 0
