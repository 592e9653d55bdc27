"""Claims from files: each checked as an experiment is, with every statement about a number that the file has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zonula.claims.schema import SCHEMA, ClaimTable, StatementTable
from zonula.experiments.read import Experiment, made_ready, read_groups_of
from zonula.experiments.schema import ExperimentTable, RowTable
from zonula.ground.errors import InputDataError, Problem, UsageError, ZonulaError, nearest, raise_all
from zonula.ground.files import packaged, read_text
from zonula.language.model import Model
from zonula.population.conditions import Condition, condition
from zonula.population.groups import Group, shipped_groups
from zonula.simulation.closed_tables import check_sizes, line_of, parse_toml, read_closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement made ready: of which number what is asked."""

    said: StatementTable
    number: str
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim made ready to be tried; *experiment* is what is simulated for it."""

    table: ClaimTable
    file: str
    text: str
    experiment: Experiment
    statements: tuple[Statement, ...]
    controls: tuple[Statement, ...]

    @property
    def id(self) -> str:
        """Its name."""
        return self.table.id


def shipped_claims(model: Model) -> list[Claim]:
    """The thirteen claims of the story, in their order."""
    return read_claims([packaged("claims", "thirteen")], model)


def read_claims(folders: Sequence[Path], model: Model) -> list[Claim]:
    """All claims (``*.toml``) of some folders, by their numbers.

    Raises
    ------
    UsageError       with every problem of every file
    InputDataError   where a folder has no claim
    """
    known = dict(shipped_groups()) | read_groups_of(folders)
    problems: list[Problem] = []
    found: list[Claim] = []
    for folder in folders:
        files = sorted(folder.glob("*.toml")) if folder.is_dir() else [folder]
        if not files:
            raise InputDataError.of("ZN-3013", "there is no claim in this folder", file=str(folder), fix="put files like claim.toml into it")
        for file in files:
            try:
                found.append(_read(file, model, known))
            except UsageError as error:
                problems += error.problems
    problems += _twice(found)
    raise_all(UsageError, problems)
    return sorted(found, key=lambda claim: (claim.table.number, claim.id))


def _twice(found: Iterable[Claim]) -> Iterator[Problem]:
    seen: dict[str | int, str] = {}
    for claim in found:
        for name in (claim.id, claim.table.number):
            if name in seen:
                yield Problem(code="ZN-1284", message=f"two claims are called {name!r}", file=claim.file, found=f"also in {seen[name]}",
                              fix="give every claim a name and a number of its own")
            seen[name] = claim.file


def _read(file: Path, model: Model, known: Mapping[str, Group]) -> Claim:
    text = read_text(file)
    raw = parse_toml(text, str(file))
    check_sizes(raw, str(file))
    table = read_closed(ClaimTable, raw, text, str(file))
    problems: list[Problem] = []

    def complain(why: str, fix: str, *loc: str | int) -> None:
        problems.append(Problem(code="ZN-1285", message=why, file=str(file), line=line_of(text, loc), path=".".join(map(str, loc)), fix=fix))

    if table.schema_ != SCHEMA:
        complain(f"unknown schema {table.schema_!r}", f'write schema = "{SCHEMA}"', "schema")
    numbers = [row.id for row in table.rows]
    for i, one in enumerate(table.combined):
        for name in (*one.sum, *([one.over] if one.over else [])):
            if name not in numbers:
                complain(f"there is no number {name!r} above", nearest(name, numbers), "combined", i, "over" if name == one.over else "sum")
        if one.id in numbers:
            complain(f"two numbers are called {one.id!r}", "rename one of them", "combined", i, "id")
        numbers.append(one.id)
    made: dict[str, tuple[Statement, ...]] = {}
    for key, said in (("statements", table.statements), ("controls", table.controls)):
        ready = []
        for i, statement in enumerate(said):
            try:
                ready.append(_statement(statement, numbers))
            except ZonulaError as error:
                complain(error.problems[0].message, error.problems[0].fix, key, i, "says")
        made[key] = tuple(ready)
    experiment: Experiment | None = None
    try:
        experiment = made_ready(_experiment(table), text, str(file), model, known)
    except UsageError as error:
        problems += error.problems
    if experiment is None or problems:
        raise UsageError(*problems)
    return Claim(table=table, file=str(file), text=text, experiment=experiment, statements=made["statements"], controls=made["controls"])


def _experiment(table: ClaimTable) -> ExperimentTable:
    """What is simulated: true numbers of people, without errors of measurement and laboratories."""
    rows = [RowTable(**row.model_dump(by_alias=True), observed=1, noise="none", scale=False) for row in table.rows]
    return ExperimentTable(id=table.id, title=table.sentence, domain="claim", source=[], people=table.people, arms=table.arms, rows=rows)


def _statement(said: StatementTable, numbers: Sequence[str]) -> Statement:
    name, _, rest = said.says.strip().partition(" ")
    if name not in numbers:
        raise UsageError.of("ZN-1285", f"there is no number {name!r}", fix=nearest(name, numbers))
    return Statement(said=said, number=name, condition=condition(rest))
