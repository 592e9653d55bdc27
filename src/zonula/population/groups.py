"""Groups of people by name: read from files, and laid upon the groups that they are like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from zonula.ground.errors import Problem, UsageError, ZonulaError, nearest, raise_all
from zonula.ground.files import packaged, read_text
from zonula.population.schema import SCHEMA, Addition, Change, CovariatesTable, GroupTable, PeopleSaid, Source
from zonula.simulation.closed_tables import check_sizes, line_of, parse_toml, read_closed

_MOST_LAYERS = 8  # groups upon groups; more are a mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened before day 0, in so many days; several follow one another."""

    days: float
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who share something: from the general group down to the particular one, all laid together.

    histories  : one after the other, the earliest first
    background : sentences of what goes on from day 0 on
    some       : what goes on in a share of them
    entry      : conditions on day 0
    file       : where its particular part stands
    """

    name: str
    title: str
    about: str
    covariates: CovariatesTable
    parameters: Mapping[str, Change] = field(default_factory=dict)
    histories: tuple[History, ...] = ()
    background: tuple[str, ...] = ()
    some: tuple[Addition, ...] = ()
    entry: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    file: str = ""


def read_groups(folders: Iterable[Path]) -> dict[str, Group]:
    """All groups of some folders (``*.toml``), by name; a group may be like one of any of them.

    Raises
    ------
    UsageError   with every problem found
    """
    tables: dict[str, tuple[GroupTable, str, str]] = {}
    problems: list[Problem] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        text = read_text(path)
        try:
            raw = parse_toml(text, str(path))
            check_sizes(raw, str(path))
            table = read_closed(GroupTable, raw, text, str(path))
        except ZonulaError as error:
            problems += error.problems
            continue
        problems += [_wrong(text, path, why, fix, key) for why, fix, key in _faults(table, path, tables)]
        tables[table.name] = (table, text, str(path))
    raise_all(UsageError, problems)
    return {name: _laid(name, tables) for name in tables}


def half_a_history(table: PeopleSaid) -> bool:
    """Whether the days or the sentences of what happened before day 0 are missing; days in which nothing happens say so: ``before = []``."""
    return bool(table.days) != ("before" in table.model_fields_set) or (bool(table.before) and not table.days)


def _faults(table: GroupTable, path: Path, known: Mapping[str, object]) -> list[tuple[str, str, str]]:
    found = []
    if table.schema_ != SCHEMA:
        found.append((f"unknown schema {table.schema_!r}", f'write schema = "{SCHEMA}"', "schema"))
    if table.name in known:
        found.append((f"there are two groups {table.name!r}", "rename one of them", "name"))
    if table.name != path.stem:
        found.append((f"the group {table.name!r} stands in a file of another name", f"name the file {table.name}.toml", "name"))
    if half_a_history(table):
        found.append(("a history needs both its days and its sentences", "give both, or neither; write before = [] where nothing happens", "days"))
    found += [(f"{name}: give either times or value", "take one of them out, or give one", f"parameters.{name}")
              for name, change in table.parameters.items() if (change.times is None) == (change.value is None)]
    return found


def _wrong(text: str, path: Path, why: str, fix: str, key: str) -> Problem:
    return Problem(code="ZN-1234", message=why, file=str(path), line=line_of(text, tuple(key.split("."))), path=key, fix=fix)


def _laid(name: str, tables: Mapping[str, tuple[GroupTable, str, str]]) -> Group:
    layers: list[GroupTable] = []
    following = name
    while following:
        if following not in tables or len(layers) >= _MOST_LAYERS:
            _, text, file = tables[layers[-1].name] if layers else tables[name]
            why = f"there is no group {following!r}" if following not in tables else f"{name!r} is like itself, by way of others"
            raise UsageError.of("ZN-1235", why, file=file, line=line_of(text, ("like",)), path="like",
                                fix=nearest(following, tables) if following not in tables else "end the circle")
        layers.append(tables[following][0])
        following = layers[-1].like
    layers.reverse()
    covariates = CovariatesTable(**{key: value for table in layers for key, value in table.covariates if value is not None})
    return Group(name=name, title=layers[-1].title, about=layers[-1].about, covariates=covariates,
                 parameters={path: change for table in layers for path, change in table.parameters.items()},
                 histories=tuple(History(days=float(t.days), events=tuple(t.before)) for t in layers if t.days),
                 background=tuple(s for t in layers for s in t.background), some=tuple(s for t in layers for s in t.some),
                 entry=tuple(s for t in layers for s in t.entry), sources=tuple(s for t in layers for s in t.source),
                 file=tables[name][2])


@lru_cache(maxsize=1)
def shipped_groups() -> dict[str, Group]:
    """The groups that ship with zonula."""
    return read_groups([packaged("population", "groups")])
