"""Tables in TOML that are read against a closed schema: what is wrong is told all at once, each with its line, what was found and the fix."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from zonula.ground.errors import Problem, UsageError, nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MAX_DEPTH = 20  # tables within tables; a scenario has four
_MOST_SHOWN = 20  # problems of one file; more would hide the first
_Read = TypeVar("_Read", bound=BaseModel)


CLOSED = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)  # all keys known, values of the very type, never changed


def read_closed(kind: type[_Read], raw: dict[str, Any], text: str, file: str, *, origins: Mapping[str, str] | None = None,
                later: Mapping[str, str] | None = None) -> _Read:
    """Read *raw*, parsed from *text*, as a table of the given *kind*.

    Parameters
    ----------
    origins : where values came from that are not in the file, by path
    later   : keys that are refused with a word of their own, and what they would be

    Raises
    ------
    UsageError   with every problem of the table
    """
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        problems: dict[str, Problem] = {}
        for p in (_problem(kind, e, text, file, origins=origins or {}, later=later or {}) for e in error.errors()[:_MOST_SHOWN]):
            before = problems.get(p.path)  # a value of several allowed types is complained of once for each
            problems[p.path] = p if before is None else replace(before, message=f"{before.message} or {p.message.partition(' should be ')[2]}")
        raise UsageError(*problems.values()) from error


def check_sizes(raw: dict[str, Any], file: str) -> None:
    """Refuse what no scenario needs and what would break a reader: deep nesting, integers beyond 64 bits."""
    level: list[Any] = [raw]
    for _ in range(_MAX_DEPTH):
        level = [part for table in level for part in (table.values() if isinstance(table, dict) else table)]
        if any(isinstance(part, int) and abs(part) >= 2**63 for part in level):
            raise UsageError.of("ZN-1114", "a whole number is beyond all bounds", file=file, expected="at most 64 bits", fix="correct the number")
        level = [part for part in level if isinstance(part, (dict, list))]
    if level:
        raise UsageError.of("ZN-1114", f"tables or lists are nested more than {_MAX_DEPTH} deep", file=file, fix="see the examples")


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """The tables of a text.

    Raises
    ------
    UsageError   with the line where it is not TOML
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        match = re.search(r"at line (\d+)", str(error))
        what = "brackets are nested too deep" if isinstance(error, RecursionError) else str(error)
        raise UsageError.of("ZN-1102", f"this is not TOML: {what}", file=file, line=int(match[1]) if match else 0,
                            fix="texts stand in quotes, tables in [brackets]; see the examples") from error


def _problem(kind: type[BaseModel], error: ErrorDetails, text: str, file: str, *, origins: Mapping[str, str], later: Mapping[str, str]) -> Problem:
    loc = tuple(part for part in error["loc"] if not (isinstance(part, str) and part in ("str", "float", "int")))
    path = ".".join(map(str, loc))
    place: dict[str, Any] = {"path": path}
    place |= {"file": origins[path]} if path in origins else {"file": file, "line": line_of(text, loc)}
    last = str(loc[-1]) if loc else ""
    if error["type"] == "extra_forbidden":
        if last in later:
            return Problem(code="ZN-1106", message=f"{later[last]} cannot be simulated yet", fix=f"take [{path}] out", **place)
        return Problem(code="ZN-1104", message=f"unknown key {last!r}", fix=nearest(last, known_keys(kind, loc[:-1])), **place)
    if error["type"] == "missing":
        return Problem(code="ZN-1107", message=f"{last!r} is missing", fix="see the examples for what belongs here", **place)
    return Problem(code="ZN-1108", message=f"{last!r}: {error['msg'].lower()}", found=repr(error["input"])[:80],
                   fix="correct the value; see the examples", **place)


def known_keys(root: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys of the table at *loc* below *root*; none where there is no such table."""
    table: type[BaseModel] | None = root
    named = False  # whether what follows is a name that the file itself gives to a table
    for part in loc:
        if isinstance(part, int) or named:
            named = False
            continue
        field = next((f for name, f in table.model_fields.items() if part in (name, f.alias)), None) if table is not None else None
        if field is None:
            return []
        kinds = list(_kinds(field.annotation))
        table = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        named = any(get_origin(kind) is dict for kind in kinds)
    return [field.alias or name for name, field in table.model_fields.items()] if table is not None else []


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


def line_of(text: str, loc: tuple[int | str, ...]) -> int:
    """The line (from 1) of a key in TOML text, or of the table that should hold it; 0 where neither is found."""
    *tables, key = [part for part in loc if isinstance(part, str)] or [""]
    place = next((i for i, part in enumerate(loc) if isinstance(part, int)), len(loc))
    items, index = ".".join(str(part) for part in loc[:place]), loc[place] if place < len(loc) else -1
    here, seen, fallback = "", -1, 0  # seen: which item of the list we are in, -1 where there is no such list
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.strip()
        if plain.startswith("[") and "]" in plain:
            here = plain.lstrip("[").partition("]")[0].strip().replace('"', "")
            seen += 1 if here == items and plain.startswith("[[") and place < len(loc) else 0
            if seen in (-1, index) and here == ".".join([*tables, key]):
                return number
            if seen in (-1, index) and here == ".".join(tables):
                fallback = number
        elif here == ".".join(tables) and seen in (-1, index) and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
            return number
    return fallback or (line_of(text, loc[:-1]) if len(loc) > 1 else 0)  # an inline table stands where its own key does
