"""A scenario: who the person is, what is done, for how long, and with which data to compare.

The file is TOML, read against a closed schema.  What is wrong in it is reported all at once, each with
its line, what was found and what to write instead.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from zonula.ground.errors import Problem, UsageError, ZonulaError, nearest
from zonula.ground.files import folder_of_presets, read_text
from zonula.ground.limits import MAX_FILE_BYTES
from zonula.simulation.closed_tables import CLOSED, check_sizes, line_of, parse_toml, read_closed
from zonula.simulation.closings import PAIN

SCHEMA = "zonula/scenario/1"
PLAN_FILE = "--plan-file"  # the option by which a table of events may lie anywhere
_LATER = {"labs": "laboratory values as input", "history": "a history before the start", "rules": "rules that depend on the course",
          "uncertainty": "draws of uncertain parameters"}


class _Table(BaseModel):
    model_config = CLOSED


class PersonTable(_Table):
    """The person; what nothing in the model reads is kept as a description."""

    weight: str | float | int | None = None
    sex: Literal["female", "male"] | None = None
    age: float | int | None = Field(default=None, ge=0, le=120)
    hla_b27: bool | None = None
    genetic_risk: float | int | None = Field(default=None, ge=0, le=1000)
    note: str = ""


class PlanTable(_Table):
    """What is done to the person: one sentence an event, and a table of more; *seed* is of the chance by which doses are left out."""

    events: list[str] = []
    file: str = ""
    seed: int = Field(default=0, ge=0)


class ModelTable(_Table):
    """Changes of the model: processes shut off, roads closed, each from the start or "from day 180"."""

    without: list[str] = []
    closed_roads: list[str] = []


class SolveTable(_Table):
    """How long, how often to report, how exactly."""

    until: str | float | int = "8 d"
    every: str | float | int | None = None
    rtol: float = 1e-8


class RoadsTable(_Table):
    """Ask how much of a readout comes by each road from the gut."""

    readout: str = PAIN
    from_: str | float | int | None = Field(default=None, alias="from")


class TimeColumn(_Table):
    """The column of times, its unit, and the moment of the plan that is its zero."""

    column: str
    unit: str
    zero: str = "day 0"


class ValueColumn(_Table):
    """The column of values and its unit."""

    column: str
    unit: str


class CompareTable(_Table):
    """Measurements to lay over the curves: a CSV file beside the scenario, or ``study:<folder>/<file>``."""

    label: str
    file: str
    where: dict[str, str] = {}
    quantity: str
    names: dict[str, str]
    time: TimeColumn
    value: ValueColumn
    sd: str = ""
    subject: str = ""
    source: list[str] = []


class ScenarioTable(_Table):
    """The whole file."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    name: str = "scenario"
    title: str = ""
    about: str = ""
    person: PersonTable = PersonTable()
    plan: PlanTable = PlanTable()
    model: ModelTable = ModelTable()
    parameters: dict[str, Any] = {}
    solve: SolveTable = SolveTable()
    roads: RoadsTable | None = None
    compare: list[CompareTable] = []


@dataclass(frozen=True, slots=True)
class ScenarioSource:
    """A scenario as written: its table, its text for line numbers, where it lies, and where each set value came from."""

    table: ScenarioTable
    raw: dict[str, Any]
    text: str
    file: str
    folder: Path
    origins: dict[str, str]


def presets() -> dict[str, Path]:
    """The scenarios that ship with zonula, by name."""
    return {path.stem: path for path in sorted(folder_of_presets().glob("*.toml"))}


def read_scenario(which: str, settings: Iterable[str] = (), *, plan: Iterable[str] = (), closed: Iterable[str] = (),
                  roads: bool = False, flags: Mapping[str, str] | None = None) -> ScenarioSource:
    """Read a scenario from a file, a preset or (``-``) standard input.

    Parameters
    ----------
    which    : path of a TOML file, name of a preset, or ``-``
    settings : ``path=value`` laid over what the file says
    plan     : sentences added to its events
    closed   : roads added to those that it closes
    roads    : ask for the roads, whether or not it does
    flags    : options of the command line, such as ``{"--until": "solve.until=3d"}``; ``settings`` have the last word

    Raises
    ------
    UsageError   with every problem of the file
    """
    known = presets()
    path = Path(which)
    if which in known and not path.is_file():
        path = known[which]
    elif which != "-" and ((path.suffix != ".toml" and not _is_there(path)) or "\0" in which):
        raise UsageError.of("ZN-1101", f"there is no scenario {which!r}", fix=f"{nearest(which, known)} (or name a .toml file)")
    text = _standard_input() if which == "-" else read_text(path)
    raw = parse_toml(text, str(path))
    origins: dict[str, str] = {}
    for origin, setting in [*(flags or {}).items(), *(("--set", s) for s in settings)]:
        _lay_over(raw, setting, origin, origins)
    if roads and "roads" not in raw:
        raw["roads"], origins["roads.readout"] = {}, "--roads"
    _add(raw, "plan.events", plan, "--plan", origins)
    _add(raw, "model.closed_roads", closed, "--close-road", origins)
    check_sizes(raw, str(path))
    return ScenarioSource(_validate(raw, text, str(path), origins), raw, text, str(path), path.resolve().parent, origins)


def _standard_input() -> str:
    data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise UsageError.of("ZN-1115", "standard input is too long", expected=f"at most {MAX_FILE_BYTES} bytes",
                            fix="check that this is what you meant")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError.of("ZN-1116", "standard input is not UTF-8 text", found=f"byte {error.start} cannot be decoded",
                            fix="send it as UTF-8") from error


def _add(raw: dict[str, Any], path: str, sentences: Iterable[str], origin: str, origins: dict[str, str]) -> None:
    """Add sentences to those of the file at ``table.key``."""
    table_name, _, key = path.partition(".")
    for sentence in sentences:
        table = raw.setdefault(table_name, {})
        there = table.setdefault(key, []) if isinstance(table, dict) else None
        if not isinstance(there, list):
            return  # what stands in their place is wrong, and is refused with the rest of the file
        origins[f"{path}[{len(there)}]"] = origin
        there.append(sentence)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name that is longer than any file's
        return False


def _lay_over(raw: dict[str, Any], setting: str, origin: str, origins: dict[str, str]) -> None:
    path, sign, value = setting.partition("=")
    keys = path.strip().split(".")
    if not sign or not all(keys):
        raise UsageError.of("ZN-1103", f"{origin} {setting!r} is not path=value", fix="write it like --set solve.until=3d")
    if keys[0] not in ScenarioTable.model_fields and keys[0] != "schema":
        keys = ["parameters", ".".join(keys)]
    elif keys[0] == "parameters":
        keys = ["parameters", ".".join(keys[1:])]
    place = raw
    for key in keys[:-1]:
        place = place.setdefault(key, {})
        if not isinstance(place, dict):
            raise UsageError.of("ZN-1103", f"{origin} {setting!r}: {key!r} has no parts", fix="name a field of a table")
    place[keys[-1]] = _toml_value(value.strip())
    origins[".".join(keys)] = origin


def _toml_value(text: str) -> Any:
    """A number, list or quoted text as TOML has it; anything else is plain text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, KeyError, RecursionError):
        return text


def _validate(raw: dict[str, Any], text: str, file: str, origins: Mapping[str, str]) -> ScenarioTable:
    table = read_closed(ScenarioTable, raw, text, file, origins=origins, later=_LATER)
    if table.schema_ != SCHEMA:
        raise UsageError.of("ZN-1105", f"unknown schema {table.schema_!r}", file=origins.get("schema", file),
                            line=0 if "schema" in origins else line_of(text, ("schema",)),
                            expected=SCHEMA, fix=f'write schema = "{SCHEMA}"')
    return table


def flat_parameters(table: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """``{"cytokines": {"k_tnf": 1}}`` and ``{"cytokines.k_tnf": 1}`` alike as ``{"cytokines.k_tnf": 1}``."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, dict):
            flat |= flat_parameters(value, path)
        else:
            flat[path] = value
    return flat


def in_file(source: ScenarioSource, error: ZonulaError, *loc: int | str) -> list[Problem]:
    """The problems of *error*, placed at a key of the scenario."""
    path = ".".join(map(str, loc))
    place: dict[str, Any] = {"path": path}
    flat = path.replace("[", ".").replace("]", "")
    known = source.origins.get(flat)
    place |= {"file": known} if known else {"file": source.file, "line": line_of(source.text, loc)}
    placed = []
    for p in error.problems:
        origin = source.origins.get(p.path)
        here = {"file": origin} if origin else place
        placed.append(p if p.file else Problem(code=p.code, message=p.message, found=p.found, expected=p.expected, fix=p.fix,
                                               **{**here, "path": p.path or path}))
    return placed
