"""Zonula itself, measured as the others are: in a process of its own, on one core."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from peer_tools.measure import Vector
from peer_tools.tool import Tool, cpu_seconds
from peer_tools.workload import READOUTS, run_kernel, setup_of
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.kernel import load_kernel


class Zonula(Tool):
    """The compiled kernel by its usual door, one thread; its time includes finding everybody's healthy state."""

    name, module, distribution = "zonula", "zonula", "zonula"

    def prepare(self) -> None:
        setup = setup_of(self.work.days)
        self.kernel = load_kernel(setup.problem.model)
        self.note = f"{self.kernel.lanes} lanes"
        self.crowd = Crowd(model=setup.problem.model, parameters=self.work.parameters, until=float(self.work.days), times=self.work.times,
                           arms=(setup.problem.arm,), readouts=READOUTS)
        self.known: dict[float, Vector] = {}
        self.steps: dict[float, float] = {}

    def run(self, rtol: float) -> tuple[float, Vector]:
        begin = cpu_seconds()
        people = solve_people(replace(self.crowd, rtol=rtol), jobs=1)
        seconds = cpu_seconds() - begin
        self.steps[rtol] = float(np.mean(people.steps))
        if rtol not in self.known:  # the states are the same bits in every run
            self.known[rtol] = run_kernel(self.kernel, self.work, rtol).states
        return seconds, self.known[rtol]
