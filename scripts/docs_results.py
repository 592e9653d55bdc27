"""The results that pages are written from: kept small, without dates and folders, in docs/results/."""

from __future__ import annotations

import json
import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "results"
NAMES = ("validation", "claims", "learned", "influence", "mutants", "held_out")
DIGITS = 4  # that are kept of a number
_ROW = ("id", "experiment", "domain", "measure", "at", "statistic", "judged", "unit", "against", "observed", "predicted", "p05", "p25", "p75", "p95",
        "inside90", "inside50", "verdict", "reason", "n", "people", "quality")
_LEFT = 0.9  # of a spread: a number of which more is left is one of which nothing was learned
_ON_A_LINE = 8  # entries of a table
Json = dict[str, Any]


class PagesError(Exception):
    """Pages cannot be written, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What is there of results; None where a command has not been run yet.

    misses : by row, why it is missed, as a person wrote it
    """

    validation: Json | None = None
    claims: Json | None = None
    learned: Json | None = None
    influence: Json | None = None
    mutants: Json | None = None
    held_out: Json | None = None
    misses: Mapping[str, str] = field(default_factory=dict)


def stored(folder: Path = FOLDER) -> Results:
    """Results as they are kept in a folder.

    Raises
    ------
    PagesError   where a file cannot be read
    """
    found: Json = {}
    for name in NAMES:
        file = folder / f"{name}.json"
        try:
            found[name] = json.loads(file.read_text("utf-8")) if file.exists() else None
        except ValueError as error:
            raise PagesError(f"{file} is no JSON: {error}") from error
    return Results(**found, misses=explanations(folder / "misses.toml"))


def explanations(file: Path) -> dict[str, str]:
    """Why rows are missed, by row.

    Raises
    ------
    PagesError   where the file cannot be read, or holds something else
    """
    if not file.exists():
        return {}
    try:
        said = tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise PagesError(f"{file} is no TOML: {error}") from error
    for row, why in said.items():
        if not isinstance(why, str) or not why.strip():
            raise PagesError(f"{file}: {row} says nothing; write one or two sentences")
    return said


# --- from what commands wrote ------------------------------------------------------------------------------

def collect(files: Iterable[Path], folder: Path = FOLDER) -> list[str]:
    """Keep what commands wrote: each file is told by what is in it; returns the names of what was kept.

    Raises
    ------
    PagesError   where a file is none of these
    """
    kept = []
    for file in files:
        name, said = _told(file)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(lines_of(said), "utf-8")
        kept.append(name)
    return kept


def _told(file: Path) -> tuple[str, Json]:
    text = file.read_text("utf-8")
    if file.suffix == ".jsonl":
        head = file.parent / "head.json"
        return "mutants", mutants([json.loads(line) for line in text.splitlines() if line.strip()],
                                  json.loads(head.read_text("utf-8")) if head.exists() else {})
    try:
        said = json.loads(text)
    except ValueError as error:
        raise PagesError(f"{file} is no JSON: {error}") from error
    if said.get("schema") == "zonula/validation/1":
        return "validation", validation(said)
    if said.get("schema") == "zonula/claims/1":
        return "claims", claims(said)
    if "learned" in said and "misfit" in said:
        return "learned", learned(said)
    raise PagesError(f"{file} is none of: zonula validate --json, zonula claims run --json, learned.json of zonula calibrate, mutants.jsonl")


def validation(said: Json) -> Json:
    """What is kept of ``zonula validate --json``: every row, without its draws; of sources, one a study."""
    return {"schema": "zonula/docs/validation/1", "population": _facts(said["population"]), "totals": said["totals"], "before": said.get("before"),
            "domains": said["domains"],
            "groups": {name: {key: g[key] for key in ("title", "drawn", "taken")} for name, g in said["groups"].items()},
            "not_modelled": {row: {key: what[key] for key in ("domain", "reason")} for row, what in said["not_modelled"].items()},
            "sources": {row["experiment"]: row["source"] for row in said["rows"]},
            "rows": [{key: row[key] for key in _ROW} for row in said["rows"]]}


def claims(said: Json) -> Json:
    """What is kept of ``zonula claims run --json``: verdicts, statements with their shares, and of numbers the quantiles."""
    kept = []
    for claim in said["claims"]:
        one = {key: claim[key] for key in ("id", "number", "sentence", "context", "may_say", "verdict", "reason", "evidence_strength")}
        one["note"] = claim["evidence"].get("note", "")
        one["certain"] = claim["rule"]["certain"]
        one["statements"] = claim["rule"]["statements"]
        one["controls"] = claim["negative_control"]["statements"]
        one["would_tell_most"] = claim.get("would_tell_most", [])
        one["numbers"] = {name: {"unit": n["unit"], "variants": {variant: {"known": v["known"], "draws": v["draws"], "quantiles": v["quantiles"]}
                                                                for variant, v in n["variants"].items()}} for name, n in claim["numbers"].items()}
        kept.append(one)
    rule = said["claims"][0]["rule"]["words"] if said["claims"] else ""
    return {"schema": "zonula/docs/claims/1", "population": _facts(said["population"]), "variants": said["variants"], "rule": rule, "claims": kept}


def learned(said: Json) -> Json:
    """What is kept of a calibration's ``learned.json``: what was learned of which number, and of how many nothing."""
    told = [one for one in said["learned"] if one["left"] < _LEFT]
    nothing = Counter(one["status"] for one in said["learned"] if one["left"] >= _LEFT)
    return {"schema": "zonula/docs/learned/1", "population": said["hash"], "rows": said["rows"], "left_out": said["left_out"],
            "misfit": said["misfit"], "in_words": said["in_words"], "variants": said.get("variants", {}), "numbers": len(said["learned"]),
            "nothing": dict(sorted(nothing.items())), "learned": told}


def mutants(rows: list[Json], head: Json) -> Json:
    """What is kept of mutants of the biology: who noticed how many of each kind, and by name those that nobody noticed."""
    settings = head.get("settings", {})
    kinds: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = kinds.setdefault(row["kind"], {})
        counts[row["noticed_by"]] = counts.get(row["noticed_by"], 0) + 1
    return {"schema": "zonula/docs/mutants/1",
            "population": {key: settings[key] for key in ("sources", "seed", "members", "persons") if key in settings},
            "least": head.get("least"), "kinds": kinds,
            "survivors": [{"mutant": row["mutant"], "told": row["told"]} for row in rows if row["noticed_by"] == "nobody"],
            "errors": [{"mutant": row["mutant"], "why": "; ".join(row["errors"])} for row in rows if row["noticed_by"] == "error"]}


def _facts(population: Json) -> Json:
    """Of which model and whose people; a version that is not known says nothing."""
    return {key: value for key, value in population.items() if not (key == "zonula" and value == "not installed")}


def lines_of(said: Json) -> str:
    """JSON in which every entry of a long list or table is a line, so that a change of one row is a change of one line."""
    parts = []
    for key, value in said.items():
        name = json.dumps(key)
        if isinstance(value, list) and value:
            parts.append(f" {name}: [\n" + ",\n".join(f"  {_dump(one)}" for one in value) + "\n ]")
        elif isinstance(value, dict) and len(value) > _ON_A_LINE:
            parts.append(f" {name}: {{\n" + ",\n".join(f"  {json.dumps(k)}: {_dump(v)}" for k, v in value.items()) + "\n }")
        else:
            parts.append(f" {name}: {_dump(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _dump(value: Any) -> str:
    return json.dumps(_short(value), ensure_ascii=False, allow_nan=False)


def _short(value: Any) -> Any:
    """The same with numbers of few digits."""
    if isinstance(value, float) and not value.is_integer():
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, list):
        return [_short(one) for one in value]
    return {key: _short(one) for key, one in value.items()} if isinstance(value, dict) else value
