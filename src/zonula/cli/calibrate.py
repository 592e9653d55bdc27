"""What ``zonula calibrate`` does: narrow what is not known of the typical person by studies in people, and say what they cannot tell."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from zonula.calibration.fit import ROUNDS, Fit, Plan, fit
from zonula.calibration.learned import in_words, learned
from zonula.calibration.posterior import write_posterior
from zonula.calibration.roads_told import RoadsTold, roads_told
from zonula.calibration.variants import Comparison, compare_variants
from zonula.cli.runs import progress_bar
from zonula.evidence.load import evidence_of
from zonula.experiments.predict import Settings
from zonula.experiments.read import Experiment, read_experiments, shipped_experiments
from zonula.experiments.select import selected
from zonula.ground.files import write_text
from zonula.organs.standard import standard_model
from zonula.population.variants import shipped_variants

_SHOWN = 15  # numbers of which most was learned


def execute(folders: Sequence[str], *, out: str, only: Iterable[str] = (), plan: Plan, compared: int = 48, as_json: bool = False,
            quiet: bool = False) -> int:
    """Calibrate on the studies of some folders (those that ship where none is named), or go on with it; returns the exit code."""
    started = time.perf_counter()
    model = standard_model()
    experiments, _ = selected(read_experiments([Path(folder) for folder in folders], model) if folders else shipped_experiments(model), only)
    folder = Path(out)
    with progress_bar(quiet=quiet or as_json) as progress:
        found = fit(experiments, model, evidence_of(model), plan, folder, progress=progress)
        variants = _variants(found, experiments, plan, compared, progress)
    posterior = found.population(dict(zip(variants.names, variants.weights, strict=True)) if variants else None)
    write_posterior(posterior, folder / "posterior.npz")
    told = roads_told(posterior, jobs=plan.jobs) if variants else []
    said = {"folder": str(folder), "population": str(folder / "posterior.npz"), "hash": posterior.hash, "rows": len(found.targets.ids),
            "left_out": dict(found.targets.left_out), "misfit": list(found.misfit), "in_words": in_words(learned(found)),
            "variants": variants.as_dict() if variants else {}, "roads": [one.as_dict() for one in told],
            "learned": [one.as_dict() for one in learned(found)]}
    write_text(folder / "learned.json", json.dumps(said, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    if as_json:
        sys.stdout.write(json.dumps(said, ensure_ascii=False, allow_nan=False) + "\n")
    elif not quiet:
        _say(found, variants, told, folder, time.perf_counter() - started)
    return 0


def _variants(found: Fit, experiments: Sequence[Experiment], plan: Plan, compared: int, progress: Callable[..., None] | None) -> Comparison | None:
    """Variants of the model compared on the same rows, by the first *compared* members; None where there are none."""
    if compared < 1:
        return None
    space = found.space
    settings = Settings(persons=plan.persons, seed=plan.seed, rtol=plan.rtol, jobs=plan.jobs, rounds=ROUNDS)
    return compare_variants(experiments, space.model, space.evidence, space.members(found.posterior[:compared], "calibrated"), settings,
                            variants=shipped_variants(), progress=progress)


def _say(found: Fit, variants: Comparison | None, told: Sequence[RoadsTold], folder: Path, seconds: float) -> None:
    known = learned(found)
    misfit = ", ".join(f"{m:.2f}" for m in found.misfit)
    fitted = f"{len(found.targets.ids)} rows were fitted, {len(found.targets.left_out)} were not (see learned.json)."
    lines = [f"{fitted} Mean squared misfit in standard errors: {misfit}", "", *in_words(known), "", "Most was learned of:"]
    width = max([len(one.name) for one in known[:_SHOWN]], default=0)
    lines += [f"  {one.name:<{width}}  {100 * one.left:3.0f} % of the spread is left, moved by {one.moved:+.1f} SD" for one in known[:_SHOWN]]
    lines += ["", *variants.in_words()] if variants else []
    lines += ["", "By which road pain comes:", *(one.words for one in told)] if told else []
    lines += ["", f"{folder / 'posterior.npz'} is the calibrated population: zonula validate --population {folder / 'posterior.npz'}",
              f"{seconds:.0f} s. In sample: rows that were fitted say nothing of how well others are foreseen. Not medical advice."]
    sys.stdout.write("\n".join(lines) + "\n")
