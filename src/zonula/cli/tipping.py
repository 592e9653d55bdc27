"""What ``zonula tipping`` does: ask how near a person is to tipping, and say it."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from zonula.cli.runs import progress_bar
from zonula.ground.errors import UsageError
from zonula.report.folder import place_named
from zonula.simulation.events import duration
from zonula.simulation.prepare import prepare
from zonula.simulation.scenario import read_scenario
from zonula.simulation.sentences import numeric
from zonula.tipping.distance import BOUND
from zonula.tipping.study import Asked, Study, study

_MAP = re.compile(r"(\d{1,3})(?:x(\d{1,3}))?", re.ASCII)


def execute(scenario: str, *, settings: Iterable[str] = (), plan: Iterable[str] = (), flags: Mapping[str, str] | None = None,
            insult_scale: str | None = None, insult_until: str | None = None, squares: str = "13x13", hysteresis: str | None = None,
            treatment: Iterable[str] = (), jobs: int | None = None, out: str | None = None, as_json: bool = False, force: bool = False,
            quiet: bool = False) -> int:
    """Study how a scenario's person tips; returns the exit code."""
    started = time.perf_counter()
    low, high = (1 / BOUND, BOUND) if insult_scale is None else _range(insult_scale)
    asked = Asked(low=low, high=high, squares=_squares(squares), control=hysteresis or "", treatment=tuple(treatment), jobs=jobs,
                  insult_until=None if insult_until is None else duration(insult_until.removeprefix("day ")))
    setup = prepare(read_scenario(scenario, settings, plan=plan, flags=dict(flags or {})))
    folder = place_named(re.sub(r"[^A-Za-z0-9_-]+", "_", setup.name)[:60] + "_tipping", setup.fingerprint, Path(out) if out else None, force=force)
    with progress_bar(quiet=quiet or as_json) as progress:
        found = study(setup, asked, progress=progress)
    from zonula.report.tipping import write_tipping

    seconds = time.perf_counter() - started
    written = write_tipping(found, folder, force=force, seconds=seconds)
    if as_json:
        sys.stdout.write(json.dumps(found.as_dict() | {"folder": str(written)}, ensure_ascii=False, allow_nan=False) + "\n")
    elif not quiet:
        _say(found, written, seconds)
    return 0


def _say(found: Study, folder: Path, seconds: float) -> None:
    from zonula.report.tipping import lines

    said = [*lines(found), "", f"Wrote {folder}/ in {seconds:.1f} s; open {folder / 'tipping.html'}", "Research software: not medical advice."]
    sys.stdout.write("\n".join(said) + "\n")


def _range(text: str) -> tuple[float, float]:
    low, dots, high = text.partition("..")
    first, last = numeric(low.strip()), numeric(high.strip())
    if not dots or first is None or last is None:
        raise UsageError.of("ZN-1456", f"{text!r} is no range of factors", path="--insult-scale", fix="write it like --insult-scale 0.25..4")
    return first, last


def _squares(text: str) -> tuple[int, int]:
    found = _MAP.fullmatch(text.strip())
    if not found:
        raise UsageError.of("ZN-1457", f"{text!r} is no size of a map", path="--map", fix="write it like --map 13x13, or --map 0 for none")
    return int(found[1]), int(found[2] or found[1])
