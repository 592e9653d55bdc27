"""Whether the intervals of a calibration mean what they say: data are made from a known typical person, and it is looked for.

``python scripts/recovery.py [N] [--members M] [--steps K] [--seed S] [--jobs J] [--json FILE]`` draws N truths (200) from what the evidence does
not know of the blood's answer to endotoxin, lets each receive two doses, takes sixteen numbers with errors (0.2 of their logarithm), calibrates M
typical persons (200) on them as ``zonula.calibration`` does, and counts how often the 90 % intervals hold the truth: of each parameter, of the
numbers that were fitted, and of others that were not.  To reach: 85 to 95 %.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from zonula.calibration.fit import assimilated
from zonula.calibration.space import Space, prior_scores, space_of
from zonula.calibration.targets import Targets
from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm

ORGANS = ("cytokines", "monocytes", "blood")  # whose parameters are looked for
READOUTS = ("tnf", "il6", "il10", "il8")
DOSES = ("lps 2 ng/kg iv bolus at 0 h", "lps 0.5 ng/kg iv bolus at 0 h")
FITTED, FORESEEN = (1.5, 4.0), (2.5, 7.0)  # hours: what is fitted, and what is only foreseen
ERROR = 0.2  # log-SD of each number


def shown(space: Space, scores: Vector, *, jobs: int | None) -> tuple[Vector, Vector]:
    """Logarithms of what typical persons of these scores show, shape (number, member): at the fitted hours, and at the others."""
    rows = space.members(scores, "trial").rows
    hours = sorted((*FITTED, *FORESEEN))
    times = np.array(hours) / 24.0
    found: tuple[list[Vector], list[Vector]] = ([], [])
    for dose in DOSES:
        crowd = Crowd(model=space.model, parameters=rows, until=float(times[-1]), times=times, readouts=READOUTS, rtol=1e-4, thorough=False,
                      arms=(Arm(plan=read_plan([dose], space.model)),))
        values = solve_people(crowd, jobs=jobs).values
        for i, hour in enumerate(hours):
            found[0 if hour in FITTED else 1].extend(np.log(np.maximum(values[:, i, :], 1e-6)).T)
    return np.array(found[0]), np.array(found[1])


def narrowed(space: Space) -> Space:
    """The parameters that are looked for; all others are taken as known."""
    return replace(space, parameters=tuple(path for path in space.parameters if path.split(".")[0] in ORGANS), of_groups=())


def recovery(space: Space, number: int, *, members: int, steps: int, seed: int, jobs: int | None) -> dict[str, Any]:
    """One truth: whether intervals hold it."""
    truth = prior_scores(space, 1, seed, 10_000_000 + number)
    fitted, foreseen = (part[:, 0] for part in shown(space, truth, jobs=jobs))
    if not np.all(np.isfinite(fitted)):
        return {"number": number, "why": "the truth could not be simulated"}
    chance = np.random.Generator(np.random.Philox(key=seed * 1_000_003 + number))
    seen = fitted + ERROR * chance.standard_normal(len(fitted))
    targets = Targets(ids=tuple(map(str, range(len(fitted)))), log=(True,) * len(fitted), observed=seen,
                      covariance=ERROR**2 * np.eye(len(fitted)), left_out={})
    scores = prior_scores(space, members, seed + 1, number * members)
    for step in range(steps):
        scores = assimilated(scores, shown(space, scores, jobs=jobs)[0], targets, inflation=steps, seed=seed + 7919 * number + step)
    after = shown(space, scores, jobs=jobs)
    return {"number": number, "parameters": _holds(scores.T, truth[0]), "fitted": _holds(after[0], fitted), "foreseen": _holds(after[1], foreseen),
            "narrowed": np.std(scores, axis=0).tolist(), "misfit": float(np.nanmean(((after[0] - targets.observed[:, np.newaxis]) / ERROR) ** 2))}


def _holds(drawn: Vector, truth: Vector) -> list[bool]:
    low, high = np.nanquantile(drawn, [0.05, 0.95], axis=1)
    return [bool(yes) for yes in (low <= truth) & (truth <= high)]


def main() -> None:
    """Count, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=200)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    model = standard_model()
    space = narrowed(space_of(model, evidence_of(model), []))
    start = time.monotonic()
    found = [recovery(space, number, members=given.members, steps=given.steps, seed=given.seed, jobs=given.jobs) for number in range(given.count)]
    known = [one for one in found if "why" not in one]
    shares = {what: float(np.mean([yes for one in known for yes in one[what]])) for what in ("parameters", "fitted", "foreseen")}
    narrow = np.mean([one["narrowed"] for one in known], axis=0)
    said = {"truths": len(known), "lost": [one for one in found if "why" in one], "coverage90": shares,
            "misfit": float(np.mean([one["misfit"] for one in known])), "members": given.members, "steps": given.steps,
            "narrowed": dict(sorted(zip(space.names, narrow.tolist(), strict=True), key=lambda item: item[1])), "seconds": time.monotonic() - start}
    if given.json:
        given.json.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    print(f"{len(known)} truths, {len(space.names)} parameters, {2 * len(DOSES) * len(READOUTS)} numbers each, {said['seconds']:.0f} s")
    for what, share in shares.items():
        print(f"90 % intervals hold the truth of {what}: {100 * share:.1f} %")
    print(f"mean squared misfit after calibration: {said['misfit']:.2f} (1 + what the typical persons still differ by)")
    for name, width in list(said["narrowed"].items())[:8]:
        print(f"  {name}: {width:.2f} of its spread is left")


if __name__ == "__main__":
    main()
