"""How much of a trial's time is the kernel's: a shard as it is run, and the same lives by the kernel alone.

    python benchmarks/trial.py [PROTOCOL] [--persons 192] [--members 40] [--seed 1] [--population calibrated]

Prints JSON: seconds of a processor (which other work on the machine does not lengthen) that the kernel alone takes, and the trial; their ratio,
and the same of the recruiting, and of the lives in the arms, apart.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from zonula.organs.standard import standard_model
from zonula.population import lived
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.people import People
from zonula.trials import live, roads
from zonula.trials import work as works
from zonula.trials.plan import plan_trial, work_of
from zonula.trials.read import read_protocol


class Watch:
    """Keeps the crowds that are simulated, so that the kernel can do the same again without the trial."""

    def __init__(self) -> None:
        self.crowds: list[Crowd] = []

    def __call__(self, crowd: Crowd, **more: Any) -> People:
        self.crowds.append(crowd)
        return solve_people(crowd, **more)


class Clock:
    """A function that is timed."""

    def __init__(self, what: Callable[..., Any]) -> None:
        self.what, self.seconds = what, 0.0

    def __call__(self, *given: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return self.what(*given, **named)
        finally:
            self.seconds += time.process_time() - start


def main() -> None:
    """Measure."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("protocol", nargs="?", default="repair_and_anti_tnf")
    for name, usual in (("--persons", 192), ("--members", 40), ("--seed", 1)):
        reader.add_argument(name, type=int, default=usual)
    reader.add_argument("--population", default="calibrated")
    said = reader.parse_args()
    model = standard_model()
    plan = plan_trial(read_protocol(said.protocol, model), n=said.persons, seed=said.seed, members=said.members, population=said.population)
    work = work_of(plan.as_dict())
    work.run(0, 1)  # so that the kernel is compiled, and files are read
    begun, ended, recruiting = Watch(), Watch(), Clock(works.recruit)
    works.recruit = recruiting  # type: ignore[assignment]
    lived.solve_people, live.solve_people, roads.solve_people = begun, ended, ended  # type: ignore[attr-defined]
    start = time.process_time()
    part = work.run(0, said.persons)
    trial = time.process_time() - start
    lived.solve_people = live.solve_people = roads.solve_people = solve_people  # type: ignore[attr-defined]
    seconds = {}
    for name, watch in (("recruiting", begun), ("arms", ended)):
        start = time.process_time()
        for crowd in watch.crowds:
            solve_people(crowd, jobs=1)
        seconds[name] = time.process_time() - start
    kernel = sum(seconds.values())
    lives = part.tables["lives"].num_rows
    print(json.dumps({
        "protocol": said.protocol, "places": said.persons, "lives": lives, "failures": sum(part.failures.values()),
        "kernel_seconds": round(kernel, 3), "kernel_seconds_by_part": {name: round(s, 3) for name, s in seconds.items()},
        "trial_seconds": round(trial, 3), "ratio": round(trial / kernel, 4), "overhead_percent": round(100 * (trial / kernel - 1), 1),
        "recruiting_ratio": round(recruiting.seconds / seconds["recruiting"], 4),
        "arms_ratio": round((trial - recruiting.seconds) / seconds["arms"], 4),
        "milliseconds_a_life": round(1000 * trial / max(lives, 1), 2)}, indent=1))


if __name__ == "__main__":
    main()
