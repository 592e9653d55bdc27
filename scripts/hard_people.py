"""Whether people whom nobody could be break the kernel: drawn twice as widely as the evidence says, insulted, and on naproxen every day.

``python scripts/hard_people.py [--persons N] [--days D] [--wide X] [--jobs J] [--seed S] [--json FILE]`` draws N people (100 000) by the
evidence's uncertainty and variability together, each with standard deviations X times (2) as large on its own scale, and lets them live D
days (90) through an infection, antibiotics, irritants and poor food, with naproxen twice a day.  All readouts are taken every day, and
chunk by chunk, so that memory stays flat.

The rule: every life comes to an end (work is bounded for each person), whoever is said to have finished has a finite value of every
readout on every day, and of those who have a healthy state 99.9 % finish.  The others are counted by their reasons; who has no healthy
state was told so before anything was simulated, and is counted apart.  Exit code 1 where the rule is broken.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from insults import COMBINED

from zonula.evidence.laws import Law
from zonula.evidence.load import Evidence, evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.draws import Drawn
from zonula.simulation.ensemble import Crowd, stream_people
from zonula.simulation.equations import parameter_vector
from zonula.simulation.kernel import UNSTABLE, load_kernel
from zonula.simulation.outcome import Finished, NoHealthyState, Outcome
from zonula.simulation.people import People
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm

FINISH = 0.999  # of those who have a healthy state
_KEPT = 5  # numbers of people kept as examples of a reason
_NUMBER = re.compile(r"-?\b\d[\d.]*(e[-+]?\d+)?\b")


@dataclass
class Count:
    """What became of people."""

    people: int = 0
    finished: int = 0
    without_health: int = 0
    unstable: int = 0
    finished_unstable: int = 0
    unflagged: list[int] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)
    most_steps: int = 0
    steps: int = 0
    longest_wait: float = 0.0
    memory: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    def ended(self, person: int, outcome: Outcome) -> None:
        """Count one person."""
        self.people += 1
        if isinstance(outcome, Finished):
            self.finished += 1
            return
        self.without_health += isinstance(outcome, NoHealthyState)
        who = "no healthy state" if isinstance(outcome, NoHealthyState) else "stopped"
        reason = f"{who}: {_NUMBER.sub('#', outcome.reason)}"
        self.reasons[reason] += 1
        if len(kept := self.examples.setdefault(reason, [])) < _KEPT:
            kept.append(person)

    @property
    def share(self) -> float:
        """Of those who have a healthy state, how many finished."""
        started = self.people - self.without_health
        return self.finished / started if started else 0.0

    @property
    def ok(self) -> bool:
        """Whether the rule holds."""
        return not self.unflagged and self.share >= FINISH

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "people": self.people, "finished": self.finished, "without a healthy state": self.without_health,
            "stopped": self.people - self.finished - self.without_health, "finished of all": self.finished / max(self.people, 1),
            "finished of those with a healthy state": self.share, "health not stable": self.unstable,
            "finished of those whose health is not stable": self.finished_unstable, "unflagged NaN": self.unflagged[:_KEPT],
            "reasons": dict(self.reasons.most_common()), "examples": self.examples, "most steps of anyone": self.most_steps,
            "mean steps": self.steps / max(self.people, 1), "longest wait for a chunk [s]": self.longest_wait, "peak memory [MB]": self.memory,
            "seconds": self.seconds, "ok": self.ok,
        }


def widened(evidence: Mapping[str, Evidence], factor: float) -> dict[str, Evidence]:
    """The same evidence with all spreads *factor* times as wide, each on the scale of its law."""
    def wide(law: Law) -> Law:
        return Law(law.name, factor * law.below, factor * law.above)

    return {path: replace(e, uncertainty=wide(e.uncertainty), variability=wide(e.variability)) for path, e in evidence.items()}


def hard_crowd(count: int, days: float, factor: float, seed: int) -> Crowd:
    """The people, and what happens to them."""
    model = standard_model()
    evidence = evidence_of(model)
    people = Drawn(model=model, evidence=widened(evidence, factor), typical=parameter_vector(model, {p: e.value for p, e in evidence.items()}),
                   count=count, spread="both", seed=seed)
    plan = read_plan((*COMBINED, f"naproxen 500 mg po bid from day 0 for {days:g} days"), model)
    return Crowd(model=model, parameters=people, until=days, times=np.arange(0.0, days + 0.5), arms=(Arm(plan=plan),), thorough=False)


def peak_memory() -> float:
    """The most memory that this process has held so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024.0 if sys.platform != "darwin" else 1024.0**2)


def look_at(count: Count, part: People, unstable: np.ndarray[Any, Any]) -> None:
    """Count the people of a chunk."""
    for i, outcome in enumerate(part.outcomes):
        count.ended(part.first + i, outcome)
    finished = part.finished
    lost = finished & ~np.all(np.isfinite(part.values), axis=(1, 2))
    count.unflagged += [part.first + int(i) for i in np.flatnonzero(lost)]
    count.unstable += int(np.sum(unstable))
    count.finished_unstable += int(np.sum(unstable & finished))
    count.most_steps, count.steps = max(count.most_steps, int(part.steps.max())), count.steps + int(part.steps.sum())


def study(crowd: Crowd, jobs: int | None = None) -> Count:
    """Let everybody live, and count."""
    count, kernel = Count(), load_kernel(crowd.model, crowd.build)
    started = before = time.perf_counter()
    for part in stream_people(crowd, jobs=jobs):
        now = time.perf_counter()
        count.longest_wait = max(count.longest_wait, now - before)
        look_at(count, part, kernel.health(crowd.parameters[part.first: part.first + len(part)]).status == UNSTABLE)
        if "10 %" not in count.memory and count.people >= 0.1 * len(crowd):
            count.memory["10 %"] = peak_memory()
        before = time.perf_counter()
    count.memory["100 %"] = peak_memory()
    count.seconds = time.perf_counter() - started
    return count


def main() -> None:
    """Read the command line, do the study, print and keep it."""
    parser = argparse.ArgumentParser(description="Do people whom nobody could be break the kernel?")
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--days", type=float, default=90.0)
    parser.add_argument("--wide", type=float, default=2.0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = study(hard_crowd(given.persons, given.days, given.wide, given.seed), given.jobs).as_dict()
    for name, value in found.items():
        if name in ("reasons", "examples"):
            continue
        print(f"{name:46s} {value:.6g}" if isinstance(value, float) else f"{name:46s} {value}")
    for reason, number in found["reasons"].items():
        print(f"{number:8d}  {reason}  (such as {found['examples'][reason]})")
    if given.json:
        given.json.write_text(json.dumps(vars(given) | found | {"json": None}, indent=1) + "\n", "utf-8")
    raise SystemExit(not found["ok"])


if __name__ == "__main__":
    main()
