"""What ``zonula validate`` does: simulate studies in people with a virtual population, say what agrees, write the page."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zonula.calibration.posterior import Posterior
from zonula.calibration.shipped import CALIBRATED, posterior_named, see_enough
from zonula.cli.runs import progress_bar
from zonula.evidence.load import Evidence, evidence_of
from zonula.experiments.not_modelled import not_modelled
from zonula.experiments.predict import Settings
from zonula.experiments.read import Experiment, read_experiments, read_groups_of, shipped_experiments
from zonula.experiments.schema import json_schema
from zonula.experiments.select import selected
from zonula.experiments.validate import Validation, validate
from zonula.ground.provenance import digest
from zonula.language.model import Model
from zonula.organs.standard import standard_model
from zonula.population.groups import shipped_groups
from zonula.population.noise import noise_fingerprint
from zonula.population.sampling import Members, prior_members
from zonula.population.swing import swings_fingerprint
from zonula.simulation.words import number

MOST_MISSES = 20


def execute(folders: Sequence[str], *, only: Iterable[str] = (), members: int = 40, persons: int = 12, seed: int = 0, jobs: int | None = None,
            out: str | None = None, as_json: bool = False, force: bool = False, report: bool = True, quiet: bool = False,
            population: str = CALIBRATED) -> int:
    """Validate the model against the studies of some folders (those that ship where none is named); returns the exit code."""
    from zonula.report.folder import place_named
    from zonula.report.validation import as_json as plain
    from zonula.report.validation import write_validation

    started = time.perf_counter()
    model = standard_model()
    everything = read_experiments([Path(folder) for folder in folders], model) if folders else shipped_experiments(model)
    missing = not_modelled({row.id: row for e in everything for row in e.rows}) if not folders else {}
    experiments, asked = selected(everything, only)
    evidence = evidence_of(model)
    posterior = posterior_named(population)
    people = people_of(model, evidence, posterior, members, seed=seed, jobs=jobs)
    fingerprint = _fingerprint(model, experiments, asked, (members, persons, seed, people.fingerprint))
    folder = place_named("validation", fingerprint, Path(out) if out else None, force=force)
    settings = Settings(persons=persons, seed=seed, jobs=jobs)
    with progress_bar(quiet=quiet or as_json) as progress:
        before = None
        if posterior is not None:  # beside what was thought before, in the same words
            first = prior_members(model, evidence, members, seed=seed, jobs=jobs)
            before = validate(experiments, model, evidence, first, settings, progress=progress)
        found = validate(experiments, model, evidence, people, settings, not_modelled=missing, progress=progress,
                         prior={v.id: v.width for v in before.verdicts if math.isfinite(v.width)} if before is not None else None)
    found, before = _only(found, asked), None if before is None else _only(before, asked)
    seconds = time.perf_counter() - started
    written = write_validation(found, folder, before=before, fingerprint=fingerprint, force=force, report=report, seconds=seconds)
    if as_json:
        _print(plain(found, before) | {"folder": str(written)})
    elif not quiet:
        _say(found, written, before=before, report=report, seconds=seconds)
    return 0


def _only(found: Validation, asked: Collection[str]) -> Validation:
    """Without the rows that others are compared with, but nobody asked for."""
    return replace(found, verdicts=tuple(v for v in found.verdicts if v.id in asked))


def people_of(model: Model, evidence: Mapping[str, Evidence], posterior: Posterior | None, members: int, *, seed: int, jobs: int | None) -> Members:
    """The typical persons with whom studies are simulated: of a calibration, or, where there is none, of what the evidence does not know.

    Raises
    ------
    UsageError   where a calibration has fewer than are asked for
    """
    if posterior is None:
        return prior_members(model, evidence, members, seed=seed, jobs=jobs)
    see_enough(posterior, members, path="--members", fix=f"ask for {len(posterior)} at most, or calibrate with more")
    return posterior.members(model, evidence, members)


def print_schema() -> int:
    """Print the JSON Schema of an experiment's file; returns the exit code."""
    sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    return 0


def print_groups(folders: Sequence[str], *, as_json: bool) -> int:
    """Print the groups that can be named: those that ship, and those that the folders bring; returns the exit code."""
    own = read_groups_of([Path(folder) for folder in folders])
    known = shipped_groups() | own
    if as_json:
        _print({"groups": [{"name": name, "title": group.title, "about": group.about, "ships": name in shipped_groups()}
                           for name, group in sorted(known.items())]})
        return 0
    width = max(map(len, known))
    sys.stdout.writelines(f"{name:{width}}  {group.title}\n" for name, group in sorted(known.items()))
    return 0


def _fingerprint(model: Model, experiments: Sequence[Experiment], asked: Iterable[str], sizes: tuple[int | str, ...]) -> str:
    """Of all that decides the result: the model, the studies with their people, which rows, and how many persons by which chances."""
    return digest(model.fingerprint, *(e.text for e in experiments), *(repr(sorted(e.people.items())) for e in experiments), *sorted(asked),
                  noise_fingerprint(), swings_fingerprint(), repr(sizes))


def _say(found: Validation, folder: Path, *, before: Validation | None, report: bool, seconds: float) -> None:
    from zonula.report.validation_tables import population_words, validation_lines

    first = folder / "validation.html" if report else folder / "validation.csv"
    lines = [*validation_lines(found, most=MOST_MISSES), "", population_words(found), *_compared(before, found), "",
             f"Wrote {folder}/ in {seconds:.1f} s; open {first}", "Research software: not medical advice."]
    sys.stdout.write("\n".join(lines) + "\n")


def _compared(before: Validation | None, after: Validation) -> list[str]:
    """What a calibration changed, in one line."""
    from zonula.report.validation_tables import percent

    if before is None:
        return []
    both = after.totals(), before.totals()
    if not all(t["numbers"] for t in both):
        return ["Beside what was thought before: no number was predicted that could be compared."]
    inside, scores = (" against ".join(each) for each in ([percent(t["coverage90_numbers"]) for t in both],
                                                          [_known(t["median_interval_score"]) for t in both]))
    said = f"Beside what was thought before: {inside} of the numbers are inside their 90 % interval, intervals are "
    return [f"{said}{_known(both[0]['mean_width_ratio_to_prior'])} times as wide, the median interval score is {scores}."]


def _known(value: float | None) -> str:
    return "unknown" if value is None else number(value)


def _print(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
