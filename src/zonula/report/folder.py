"""The folder of a run: everything that came out, and everything that is needed to have it again.

It is written beside its place and renamed into it: a folder that is there is whole.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from zonula.evidence.bibliography import bibtex
from zonula.ground.errors import StorageError
from zonula.ground.files import under, write_atomically, write_text
from zonula.ground.provenance import environment
from zonula.report.anatomy import anatomy_svg
from zonula.report.figures import Figure, draw_figures
from zonula.report.moments import pictures_of
from zonula.report.page import report_page
from zonula.report.plan import plan_csv
from zonula.report.series import write_series
from zonula.report.style import drawing
from zonula.simulation.forecast import NOT_MEDICAL, Forecast
from zonula.simulation.prepare import Setup

_ENGINES = {"reference": "reference (LSODA, exact Jacobian)", "kernel": "kernel (Rodas5P, compiled from the model)"}
MARK = "manifest.json"  # the file by which a folder is known to be one of ours, and whole
_README = """What is in this folder

report.html      the report: one file, opens without a network (not with --no-report)
summary.md       what happened, in a paragraph
summary.json     the same in numbers, with everything that `zonula run --json` prints
series.parquet   the curves: time in days, one row per time and quantity, with unit
figures/         the figures of the report, as SVG and PNG, and the body as SVG (not with --no-report)
plan.csv         the plan written out, dose by dose, with the doses that were left out by chance
citations.bib    the sources of exactly what was used
data/            the measurements that were brought along, if any
scenario.toml    the scenario with every default; `zonula run scenario.toml` repeats this run
manifest.json    versions, settings, hashes, timings

{notice}
"""


def place_for(setup: Setup, out: Path | None, *, force: bool) -> Path:
    """Where the results will lie; refused at once where something else is in the way.

    Without *out*: ``runs/<date>_<name>_<hash>``, with a number added where such a run is there already.
    """
    return place_named(re.sub(r"[^A-Za-z0-9_-]+", "_", setup.name).strip("_")[:60] or "scenario", setup.fingerprint, out, force=force)


def place_named(name: str, fingerprint: str, out: Path | None, *, force: bool) -> Path:
    """The same for anything that has a name and a fingerprint."""
    if out is None:
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        first = Path("runs") / f"{today}_{name}_{fingerprint[:4]}"
        out, k = first, 1
        while out.exists():
            k += 1
            out = first.with_name(f"{first.name}_{k}")
        return out
    if not out.name or out.name == "..":
        out = out.resolve()
    try:
        _refuse_taken(out, force=force)
    except (OSError, ValueError) as error:
        raise StorageError.of("ZN-7006", "there can be no such folder", file=str(out), found=str(getattr(error, "strerror", None) or error),
                              fix="choose another name") from error
    return out


def _refuse_taken(out: Path, *, force: bool) -> None:
    if out.exists() and not out.is_dir():
        raise StorageError.of("ZN-7002", "there is a file of that name", file=str(out), fix="name a folder")
    if out.is_dir() and any(out.iterdir()):
        if not force:
            raise StorageError.of("ZN-7003", "the folder is not empty", file=str(out),
                                  fix="name another folder, or give --force to replace the run in it")
        if not (out / MARK).is_file():
            raise StorageError.of("ZN-7004", "the folder holds something that is not a run, and will not be replaced", file=str(out),
                                  fix="name another folder")


def load_libraries(*, report: bool) -> None:
    """Load what writing a folder needs, for a thread that has nothing else to do; what fails is said where it is used."""
    with suppress(Exception):
        importlib.import_module("pyarrow.parquet")
        if report:
            drawing()
            importlib.import_module("matplotlib.backends.backend_svg")
            importlib.import_module("jinja2")


def write_folder(run: Forecast, folder: Path, *, force: bool, report: bool, seconds: float) -> Path:
    """Write everything of a run into *folder* and return it.

    Raises
    ------
    StorageError   when the disk refuses; nothing half-written is left
    """
    with whole(folder, force=force) as part:
        figures = []
        if report:
            (part / "figures").mkdir()
            figures = draw_figures(run, part / "figures")
        _write_all(run, part, figures, report=report, seconds=seconds)
    return folder


@contextmanager
def whole(folder: Path, *, force: bool) -> Iterator[Path]:
    """A folder to fill, beside *folder*, which it becomes when it is whole.

    Raises
    ------
    StorageError   when the disk refuses; nothing half-written is left
    """
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        part.mkdir(parents=True, exist_ok=False)
        yield part
        if force and folder.is_dir():
            shutil.rmtree(folder)
        elif folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise StorageError.of("ZN-7005", "the results cannot be written", file=str(folder), found=str(error.strerror or error),
                              fix="check the place, its permissions and the space on the disk") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_all(run: Forecast, part: Path, figures: list[Figure], *, report: bool, seconds: float) -> None:
    write_text(part / "scenario.toml", scenario_toml(run.setup))
    for file, name in _copies(run.setup).items():
        (part / "data").mkdir(exist_ok=True)
        shutil.copyfile(under(run.setup.source.folder, file), part / "data" / name)
    write_text(part / "summary.json", readable(run.as_dict()) + "\n")
    write_text(part / "summary.md", f"# {run.setup.name}\n\n{run.summary}\n\n{NOT_MEDICAL}\n")
    write_text(part / "plan.csv", plan_csv(run.setup.problem.plan))
    write_text(part / "citations.bib", bibtex(run.sources))
    write_text(part / "README.txt", _README.format(notice=NOT_MEDICAL))
    write_atomically(part / "series.parquet", lambda path: write_series(run, path))
    if report:
        svgs = {figure.name: (part / "figures" / f"{figure.name}.svg").read_text("utf-8") for figure in figures}
        pictures = pictures_of(run.result)
        anatomy = anatomy_svg(pictures) if pictures else ""
        if anatomy:
            write_text(part / "figures" / "00_anatomy.svg", anatomy)
        write_text(part / "report.html", report_page(run, figures, svgs, anatomy=anatomy))
    write_text(part / MARK, json.dumps(_manifest(run, part, seconds), ensure_ascii=False, indent=1) + "\n")


def readable(data: Any) -> str:
    """JSON to read: an entry a line, but a list of numbers or words in one, however long."""
    return _readable(data, 0, {})


def _readable(data: Any, depth: int, known: dict[int, str]) -> str:
    """*known* are lists that were written, by identity: all readouts share their times."""
    if isinstance(data, dict) and data:
        lines = [f"{json.dumps(str(key), ensure_ascii=False)}: {_readable(value, depth + 1, known)}" for key, value in data.items()]
    elif isinstance(data, list) and data and isinstance(data[0], (dict, list)):
        lines = [_readable(value, depth + 1, known) for value in data]
    else:
        if id(data) not in known:
            known[id(data)] = json.dumps(data, ensure_ascii=False, allow_nan=False)
        return known[id(data)]
    ends, margin = ("{}" if isinstance(data, dict) else "[]"), "\n" + " " * (depth + 1)
    return ends[0] + margin + ("," + margin).join(lines) + margin[:-1] + ends[1]


def _copies(setup: Setup) -> dict[str, str]:
    """The files of measurements that were brought along, and the names of their copies: no two alike."""
    names: dict[str, str] = {}
    for file in dict.fromkeys(c.file for c in setup.source.table.compare if not c.file.startswith("study:")):
        name = Path(file).name
        names[file] = name if name not in names.values() else f"{len(names)}_{name}"
    return names


def _manifest(run: Forecast, part: Path, seconds: float) -> dict[str, Any]:
    return {
        "schema": "zonula/manifest/1", "scenario": run.setup.name,
        "fingerprint": run.setup.fingerprint, "model": run.setup.problem.model.fingerprint, "seed": run.seed, "draws": run.draws,
        "engine": _ENGINES[run.engine], "population": run.setup.population, "rtol": run.setup.problem.rtol, "steps": run.result.steps,
        "outcome": run.result.outcome.as_dict(), "remarks": list(run.remarks),
        "changed": {path: {"value": v, "unit": u} for path, (v, u) in run.setup.changed.items()},
        **stamp(part, seconds),
    }


def stamp(part: Path, seconds: float) -> dict[str, Any]:
    """What every manifest says: the command, when, how long, with what, and the hashes of all files."""
    files = sorted(p for p in part.rglob("*") if p.is_file())
    return {
        "command": ["zonula", *sys.argv[1:]],
        "written": datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds"), "seconds": round(seconds, 2),
        "environment": environment(),
        "sha256": {p.relative_to(part).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
        "notice": NOT_MEDICAL,
    }


def scenario_toml(setup: Setup) -> str:
    """The scenario with every default written out, as TOML that gives the same run again."""
    import tomlkit

    resolved = setup.resolved()
    for compare in resolved["compare"]:
        if not compare["file"].startswith("study:"):
            compare["file"] = f"data/{_copies(setup)[compare['file']]}"  # the copy that lies beside this scenario
    return tomlkit.dumps({key: value for key, value in resolved.items() if value not in ([], {})})
