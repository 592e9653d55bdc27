"""How well the calibration foresees studies that it was not fitted to: docs/results/held_out.json.

``python scripts/held_out.py [FOLDS] [--members M] [--persons P] [--steps K] [--typical N] [--around Q] [--seed S] [--jobs J] [--out FOLDER]``
deals the studies that ship into FOLDS parts (2), those of one publication together and each domain evenly, calibrates M typical persons (320)
on all parts but one as ``zonula calibrate`` does, and lets N of them (64), with Q persons around each (6), foresee the one that is left, until
every row has been foreseen by people who never saw it.  Beside it stand the same rows before any calibration.  Each calibration is kept in
FOLDER and goes on where it was broken off.

Held out is the calibration alone: whoever built the model and chose its numbers had seen most of these studies.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from docs_results import lines_of

from zonula.calibration.fit import Fit, Plan, fit
from zonula.evidence.load import evidence_of
from zonula.experiments.predict import Settings
from zonula.experiments.read import Experiment, shipped_experiments
from zonula.experiments.validate import Validation, validate
from zonula.language.model import Model
from zonula.organs.standard import standard_model
from zonula.population.sampling import prior_members

KEPT = Path(__file__).resolve().parent.parent / "docs" / "results" / "held_out.json"
SCHEMA = "zonula/held_out/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many parts, and with whom the left-out one is foreseen."""

    folds: int = 2
    typical: int = 64
    around: int = 6


def publication(experiment: Experiment) -> str:
    """What tells the publication of an experiment: its first source's address, or its words."""
    source = experiment.table.source[0]
    return source.doi or source.text


def dealt(experiments: Sequence[Experiment], folds: int, seed: int) -> list[list[Experiment]]:
    """The experiments in parts: publications stay whole, in an order of chance, each to the part that has fewest rows of its domain."""
    together: dict[str, list[Experiment]] = {}
    for experiment in experiments:
        together.setdefault(publication(experiment), []).append(experiment)
    by_chance = sorted(together, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())
    parts: list[list[Experiment]] = [[] for _ in range(folds)]

    def rows(part: int, domain: str = "") -> int:
        return sum(len(e.rows) for e in parts[part] if not domain or e.table.domain == domain)

    for name in by_chance:
        domain = together[name][0].table.domain
        parts[min(range(folds), key=lambda part: (rows(part, domain), rows(part)))] += together[name]
    return parts


def held_out(experiments: Sequence[Experiment], model: Model, plan: Plan, sizes: Sizes, *, out: Path,
             tell: Callable[[str], object]) -> tuple[Validation, Validation, list[Fit]]:
    """Every row foreseen by people who were calibrated without its study; the same before any calibration; and the calibrations."""
    evidence = evidence_of(model)
    settings = Settings(persons=sizes.around, seed=plan.seed, jobs=plan.jobs)
    before = validate(experiments, model, evidence, prior_members(model, evidence, sizes.typical, seed=plan.seed, jobs=plan.jobs), settings)
    widths = {v.id: v.width for v in before.verdicts}
    tell(f"before any calibration: {before.totals()['coverage90']:.1%} of {len(before.verdicts)} rows inside")
    fits, seen = [], []
    for number, part in enumerate(dealt(experiments, sizes.folds, plan.seed)):
        left = {e.id for e in part}
        fits.append(fit([e for e in experiments if e.id not in left], model, evidence, plan, out / f"without_{number}"))
        people = fits[-1].population().members(model, evidence, sizes.typical)
        seen.append(validate(part, model, evidence, people, settings, prior=widths))
        tell(f"part {number}, {len(part)} studies: {seen[-1].totals()['coverage90']:.1%} of {len(seen[-1].verdicts)} rows inside")
    order = {v.id: place for place, v in enumerate(before.verdicts)}
    verdicts = sorted((v for found in seen for v in found.verdicts), key=lambda v: order[v.id])
    return replace(seen[0], verdicts=tuple(verdicts), prior=widths), before, fits


def told(found: Validation, before: Validation, fits: Sequence[Fit], plan: Plan) -> dict[str, Any]:
    """What is kept: totals, by domain, and of each row whether it was foreseen, and with what score beside that before any calibration."""
    earlier = {v.id: v for v in before.verdicts}
    return {
        "schema": SCHEMA,
        "population": {"model": found.facts["model"], "members": plan.members, "persons": plan.persons, "steps": plan.steps, "seed": plan.seed,
                       "typical": found.facts["members"], "around": found.settings.persons, "calibrations": [one.fingerprint for one in fits]},
        "totals": found.totals(), "before": before.totals(), "domains": {name: found.totals(name) for name in found.domains()},
        "rows": [{key: v.as_dict()[key] for key in ("id", "observed", "predicted", "p05", "p95", "inside90", "inside50", "verdict", "score")}
                 | {"before": earlier[v.id].as_dict()["score"], "before90": earlier[v.id].inside90} for v in found.verdicts],
    }


def main() -> int:
    """Calibrate, foresee, and keep what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folds", nargs="?", type=int, default=2)
    for name, default in (("members", 320), ("persons", 4), ("steps", 4), ("typical", 64), ("around", 6), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--out", type=Path, default=Path("held_out"))
    said = parser.parse_args()
    if said.folds < 2:
        parser.error("at least 2 parts: something must be left to be fitted")
    model = standard_model()
    plan = Plan(members=said.members, persons=said.persons, steps=said.steps, seed=said.seed, jobs=said.jobs)
    sizes = Sizes(folds=said.folds, typical=said.typical, around=said.around)
    found, before, fits = held_out(shipped_experiments(model), model, plan, sizes, out=said.out,
                                   tell=lambda words: print(words, file=sys.stderr, flush=True))
    KEPT.write_text(lines_of(told(found, before, fits, plan)), "utf-8")
    after, first = found.totals(), before.totals()
    print(f"{after['coverage90']:.1%} of {after['n']} rows inside their 90 % interval (before any calibration {first['coverage90']:.1%}), "
          f"median interval score {after['median_interval_score']:.2f} ({first['median_interval_score']:.2f}), "
          f"intervals {after['mean_width_ratio_to_prior']:.2f} times as wide; kept in {KEPT.relative_to(KEPT.parents[2])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
