"""Ways to run zonula from a test: as a library, and through the door of the command line in this process."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from zonula.cli.door import guarded
from zonula.cli.main import app
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.problem import Problem
from zonula.simulation.reference import solve
from zonula.simulation.result import Result
from zonula.simulation.scenario import read_scenario

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ("tnf", "il6", "il8", "il10", "crp", "lbp", "cortisol", "neutrophils", "symptom_score")
PRESETS = ("healthy_year", "lps_bolus", "lps_infusion", "lps_tolerance")


def setup(plan: Sequence[str] = (), *settings: str, until: float = 3.0, every: str = "1 h", without: tuple[str, ...] = ()) -> Setup:
    """A person of 70 kg under *plan*, made ready."""
    events = "plan.events=" + json.dumps(list(plan))
    return prepare(read_scenario("healthy_year", ["person.weight=70", f"solve.until={until!r}", f"solve.every={every}", events, *settings]),
                   without=without)


def run(plan: Sequence[str] = (), *settings: str, **more: Any) -> Result:
    """The result of :func:`setup`, which must have finished."""
    result = solve(setup(plan, *settings, **more).problem)
    assert result.outcome.status == "finished", result.outcome
    return result


@lru_cache(maxsize=8)
def preset(name: str) -> Result:
    """The result of a preset."""
    return solve(preset_problem(name))


def preset_problem(name: str) -> Problem:
    return prepare(read_scenario(name)).problem


def common(a: Result, b: Result) -> tuple[np.ndarray, np.ndarray]:
    """Places of the times that two results share."""
    _, i, j = np.intersect1d(a.times, b.times, return_indices=True)
    assert len(i) > 10
    return i, j


def largest_error(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference of two tables (time, quantity), each column relative to its maximum in *b* (at least a millionth of a unit)."""
    assert a.shape == b.shape
    assert a.size
    assert np.all(np.isfinite(a))
    return float(np.max(np.abs(a - b) / np.maximum(np.max(np.abs(b), axis=0), 1e-6)))


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))


def zonula(*arguments: str | Path) -> Said:
    """Run a command through the door, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = guarded(app, [str(a) for a in arguments])
    return Said(code, out.getvalue(), err.getvalue())


def shell(*arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment}
    return subprocess.run([sys.executable, "-m", "zonula", *map(str, arguments)], cwd=folder, env=env, capture_output=True, text=True,
                          timeout=100, check=False)


def manifest(folder: Path) -> Any:
    """The manifest of a run's folder."""
    return json.loads((folder / "manifest.json").read_text("utf-8"))
