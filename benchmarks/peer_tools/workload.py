"""What every tool simulates: drawn people of the standard model, from health, with naproxen every day, looked at every noon.

Doses are given as each day begins and the state is reported twelve hours later, where all tools mean the same by it (at the very
moment of a dose some show the state before, others after).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from peer_tools.measure import Vector
from zonula.language.model import Model
from zonula.simulation.equations import Inputs
from zonula.simulation.health import Health, usual_sizes
from zonula.simulation.kernel import FINISHED, FOUND, Course, Healths, Kernel, Runs, load_kernel
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.problem import stretches
from zonula.simulation.scenario import read_scenario
from zonula.simulation.simulate import people_of
from zonula.simulation.timetable import timetable

READOUTS = ("crp", "pain_vas", "lactulose_mannitol_ratio", "calprotectin")
SEED, NOON = 1, 0.5
REFERENCE = {False: 1e-11, True: 1e-10}  # relative tolerance of what counts as exact; the second for a first look
_SCENARIO = """schema = "zonula/scenario/1"
name = "benchmark"
title = "Naproxen every day"
about = "What all tools simulate."
[plan]
events = ["naproxen 500 mg po qd from day 0 for {days} days"]
[solve]
until = "{days} d"
every = "1 d"
"""


@dataclass(frozen=True)
class Workload:
    """People and what happens to them.

    fingerprint                           : of the model that they were drawn for
    parameters, state, setpoints, healthy : of each person, shape (person, ...); *state* is the healthy one, from which all start
    jumps                                 : what one dose adds to the state, shape (person, state)
    """

    fingerprint: str
    days: int
    parameters: Vector
    state: Vector
    setpoints: Vector
    healthy: Vector
    jumps: Vector

    @property
    def persons(self) -> int:
        """How many people there are."""
        return len(self.parameters)

    @property
    def sizes(self) -> Vector:
        """How large each state usually is, shape (person, state)."""
        return usual_sizes(self.state)

    @property
    def times(self) -> Vector:
        """When the state is looked at [day]."""
        return np.arange(self.days, dtype=np.float64) + NOON

    def part(self, persons: int, days: int) -> Workload:
        """The first people over the first days."""
        few = {name: getattr(self, name)[:persons] for name in ("parameters", "state", "setpoints", "healthy", "jumps")}
        return Workload(fingerprint=self.fingerprint, days=min(days, self.days), **few)

    def health(self, person: int) -> Health:
        """The healthy state of one person, as the rest of Zonula has it."""
        return Health(state=self.state[person], setpoints=tuple(self.setpoints[person].tolist()), healthy=tuple(self.healthy[person].tolist()),
                      residual=0.0, rates=np.full(1, -1.0 + 0j))


@lru_cache(maxsize=4)
def setup_of(days: int) -> Setup:
    """The scenario over so many days, made ready."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmark.toml"
        path.write_text(_SCENARIO.format(days=days), encoding="utf-8")
        return prepare(read_scenario(str(path)))


def setup_for(work: Workload, person: int, *, days: int | None = None) -> Setup:
    """The scenario of one of the people, over other days if they are given."""
    setup = setup_of(days or work.days)
    return replace(setup, problem=replace(setup.problem, parameters=work.parameters[person]))


def neutral_inputs(model: Model) -> Vector:
    """Exposures, gates and roads, as they are from beginning to end."""
    inputs = Inputs.neutral(model)
    return np.array([*inputs.exposures, *inputs.gates, *inputs.roads])


def draw(persons: int, days: int, rtol: float) -> tuple[Workload, Vector, int]:
    """The first people drawn who have a healthy state; what becomes of them, at the tolerance *rtol*; and how many were left out.

    Returns
    -------
    The people; their exact states, shape (person, time, state); the number of people without health or end among those drawn
    """
    setup = setup_of(days)
    kernel = load_kernel(setup.problem.model, "reproducible")
    drawn = np.ascontiguousarray(people_of(setup, 2 * persons, seed=SEED)[0: persons + 4 + persons // 8])
    health = kernel.health(drawn)
    found = np.flatnonzero(health.status == FOUND)[:persons]
    kept = Workload(fingerprint=setup.problem.model.fingerprint, days=days, parameters=drawn[found], state=health.state[found],
                    setpoints=health.setpoints[found], healthy=health.healthy[found], jumps=_jumps(setup, drawn[found]))
    runs = run_kernel(kernel, kept, rtol)
    if not np.all(runs.status == FINISHED):
        raise SystemExit(f"the reference did not finish for {int(np.sum(runs.status != FINISHED))} people")
    return kept, runs.states, int(found[-1]) + 1 - len(found)


def _jumps(setup: Setup, people: Vector) -> Vector:
    """What a dose adds to each person's state."""
    return np.array([stretches(replace(setup.problem, parameters=row))[0].jump for row in people])


def run_kernel(kernel: Kernel, work: Workload, rtol: float) -> Runs:
    """Zonula's states of all people at all times."""
    setup = setup_of(work.days)
    table = timetable(setup.problem.model, (setup.problem.arm,), float(work.days), work.times)
    people = work.persons
    health = Healths(state=work.state, setpoints=work.setpoints, healthy=work.healthy, residual=np.zeros(people),
                     status=np.full(people, FOUND, dtype=np.int32), worst=np.zeros(people, dtype=np.int32))
    course = Course(table=table, readouts=(), rtol=rtol, cancel=np.zeros(1, dtype=np.int32), done=np.zeros(1, dtype=np.int64), states=True)
    return kernel.run(work.parameters, health, np.zeros(people, dtype=np.int32), course)
