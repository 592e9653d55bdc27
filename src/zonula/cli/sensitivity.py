"""What ``zonula sensitivity`` does: say what it takes, vary parameters, say which matter."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from zonula.cli.runs import progress_bar
from zonula.ground.errors import UsageError, nearest
from zonula.sensitivity.inquiry import Inquiry, ask
from zonula.sensitivity.screening import Screening, check_trajectories, screened
from zonula.sensitivity.screening import runs_needed as runs_of_screening
from zonula.sensitivity.variances import Variances, attributed, check_samples
from zonula.sensitivity.variances import runs_needed as runs_of_sobol
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.scenario import read_scenario

METHODS = {"morris": "screening", "sobol": "variances"}


def execute(scenario: str, *, settings: Iterable[str] = (), plan: Iterable[str] = (), flags: Mapping[str, str] | None = None,
            readouts: str = "pain_vas,crp", at: str = "end", method: str = "morris", spread: str = "uncertainty", parameters: str | None = None,
            top: int = 20, trajectories: int = 10, samples: int = 256, seed: int | None = None, jobs: int | None = None, out: str | None = None,
            as_json: bool = False, force: bool = False, quiet: bool = False) -> int:
    """Find out which parameters matter; returns the exit code."""
    started = time.perf_counter()
    if method not in METHODS:
        raise UsageError.of("ZN-1431", f"there is no method {method!r}", fix=nearest(method, METHODS))
    check_trajectories(trajectories)
    check_samples(samples)
    flags = dict(flags or {}) | ({} if seed is None else {"--seed": f"plan.seed={seed}"})
    setup = prepare(read_scenario(scenario, settings, plan=plan, flags=flags))
    named = None if parameters is None else _split(parameters)
    inquiry = ask(setup, _split(readouts), at=at, spread=spread, parameters=named, jobs=jobs)
    folder = _place(setup, out, force=force)
    silent = quiet or as_json
    more: dict[str, Any] = {}
    found: Screening | Variances
    if method == "morris" or named is None:
        found = _screened(inquiry, trajectories, silent=silent)
        if method == "sobol":
            chosen = found.top(top)
            more["screening"] = found.as_dict(top)
            if chosen:
                found = _attributed(ask(setup, inquiry.readouts, at=at, spread=spread, parameters=chosen, jobs=jobs), samples, silent=silent)
    else:
        found = _attributed(inquiry, samples, silent=silent)
    if folder is not None:
        from zonula.report.sensitivity import write_sensitivity

        write_sensitivity(found, folder, top=top, force=force, seconds=time.perf_counter() - started, more=more)
    _tell(found, folder, top=top, as_json=as_json, more=more)
    return 0


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _place(setup: Setup, out: str | None, *, force: bool) -> Path | None:
    """Where the results will lie, if they are wanted in a folder; refused before the work where something is in the way."""
    if out is None:
        return None
    from zonula.report.folder import place_for

    return place_for(setup, Path(out), force=force)


def _screened(inquiry: Inquiry, trajectories: int, *, silent: bool) -> Screening:
    count = len(inquiry.paths)
    _cost(f"{trajectories} {inquiry.who}, and from each a step of {_parameters(count)}: {runs_of_screening(count, trajectories)} runs", silent=silent)
    with progress_bar(quiet=silent) as progress:
        return screened(inquiry, trajectories=trajectories, seed=inquiry.setup.seed, progress=progress)


def _attributed(inquiry: Inquiry, samples: int, *, silent: bool) -> Variances:
    count = len(inquiry.paths)
    _cost(f"{samples} groups for {_parameters(count)}: {runs_of_sobol(count, samples)} runs", silent=silent)
    with progress_bar(quiet=silent) as progress:
        return attributed(inquiry, samples=samples, seed=inquiry.setup.seed, progress=progress)


def _parameters(count: int) -> str:
    return "1 parameter" if count == 1 else f"{count} parameters"


def _cost(text: str, *, silent: bool) -> None:
    if not silent:
        sys.stderr.write(f"{text}\n")


def _tell(found: Screening | Variances, folder: Path | None, *, top: int, as_json: bool, more: dict[str, Any]) -> None:
    if as_json:
        said = found.as_dict(top) | more | ({"folder": str(folder)} if folder is not None else {})
        sys.stdout.write(json.dumps(said, ensure_ascii=False, allow_nan=False) + "\n")
        return
    from zonula.report.sensitivity import lines

    wrote = [f"Wrote {folder}/"] if folder is not None else []
    sys.stdout.write("\n".join([*lines(found, top), *wrote, "Research software: not medical advice."]) + "\n")
