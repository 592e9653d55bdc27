"""Published baseline tables as files: what a cohort's persons were like on average, how they differed, and which shares of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from zonula.ground.errors import Problem, UsageError, nearest, raise_all
from zonula.ground.files import packaged, read_text
from zonula.ground.provenance import canonical, digest
from zonula.language.model import Model
from zonula.population.conditions import condition
from zonula.population.covariates import COVARIATES
from zonula.population.schema import Number, Source
from zonula.simulation.closed_tables import CLOSED, check_sizes, line_of, parse_toml, read_closed
from zonula.simulation.equations import Vector

SCHEMA = "zonula/targets/1"
_OF_SD, _OF_SHARE = 0.05, 0.01  # how near is near enough: means and SDs, in standard deviations; shares
_COLUMNS = ("of", "statistic", "value", "unit", "tolerance", "source")


class _Table(BaseModel):
    model_config = CLOSED


class TargetTable(_Table):
    """What is known of one covariate or readout on day 0, as it is measured, in its unit.

    mean, sd  : an SD needs its mean
    quantiles : value by probability, such as { "0.25" = 6 }
    share     : of persons of whom ``where`` holds, such as ">= 5.1"; of a yes or no without it
    tolerance : how near is near enough; of a quantile, as a share
    """

    of: str
    unit: str = ""
    mean: Number | None = None
    sd: Number | None = Field(default=None, gt=0)
    quantiles: dict[str, Number] = Field(default_factory=dict)
    share: Number | None = Field(default=None, ge=0, le=1)
    where: str = ""
    tolerance: Number | None = Field(default=None, gt=0)
    source: list[Source] = Field(default_factory=list)
    note: str = ""


class TargetsTable(_Table):
    """The whole file.

    like : the group of people who are meant
    n    : persons of the cohort
    """

    schema_: str = Field(default=SCHEMA, alias="schema")
    name: str = Field(default="targets", pattern=r"^[a-z][a-z0-9_]{1,60}$")
    title: str = ""
    about: str = ""
    like: str = ""
    n: int = Field(default=0, ge=0)
    source: list[Source] = Field(default_factory=list)
    target: list[TargetTable] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One number of a baseline table.

    kind      : mean, sd (about the published mean, *beside*), quantile (of the probability *beside*), share (of whom ``where`` holds)
    tolerance : in the unit of *value*; of a quantile, as a share
    """

    of: str
    kind: str
    value: float
    beside: float = 0.0
    where: str = ""
    tolerance: float

    @property
    def label(self) -> str:
        """How it is called."""
        kind = {"quantile": f"quantile {self.beside:g}", "share": f"share {self.where}".strip()}.get(self.kind, self.kind)
        return f"{self.of} {kind}"

    @property
    def goal(self) -> float:
        """What the mean of its feature is to be."""
        return {"sd": self.value**2, "quantile": self.beside}.get(self.kind, self.value)

    @property
    def reach(self) -> float:
        """The tolerance, of the mean of its feature."""
        return 2.0 * self.value * self.tolerance if self.kind == "sd" else self.tolerance

    def feature(self, x: Vector) -> Vector:
        """A number a person, whose mean says what the statement says."""
        if self.kind == "mean":
            return x
        if self.kind == "sd":
            return (x - self.beside) ** 2
        found: Vector = ((x <= self.value) if self.kind == "quantile" else condition(self.where).holds(x) if self.where else x > 0).astype(np.float64)
        return found

    def shown(self, x: Vector, weights: Vector) -> float:
        """The statistic itself, of weighted persons."""
        if self.kind == "quantile":
            order = np.argsort(x, kind="stable")
            held = np.cumsum(weights[order])
            return float(x[order[min(int(np.searchsorted(held, self.beside * held[-1])), len(x) - 1)]])
        if self.kind == "sd":
            mean = np.average(x, weights=weights)
            return float(np.sqrt(np.average((x - mean) ** 2, weights=weights)))
        return float(np.average(self.feature(x), weights=weights))

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"of": self.of, "kind": self.kind, "value": self.value, "beside": self.beside, "where": self.where, "tolerance": self.tolerance}


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """A baseline table, ready for use."""

    name: str
    title: str
    like: str
    statements: tuple[Statement, ...]
    file: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Covariates and readouts of which it speaks."""
        return tuple(dict.fromkeys(s.of for s in self.statements))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its numbers."""
        return digest(canonical({"statements": [s.as_dict() for s in self.statements]}))


def shipped_targets() -> dict[str, Path]:
    """Baseline tables that ship with zonula, by name."""
    return {path.stem: path for path in sorted(packaged("population", "targets").glob("*.toml"))}


def read_targets(which: str | Path, model: Model) -> Targets:
    """Read a baseline table: one that ships, by name, or a file, TOML or CSV (columns of, statistic, value, unit, tolerance, source).

    Raises
    ------
    UsageError   with every problem found
    """
    path = Path(which)
    if not path.suffix:
        if str(which) not in shipped_targets():
            raise UsageError.of("ZN-1292", f"there is no baseline table {str(which)!r}",
                                fix=f"{nearest(str(which), shipped_targets())} (or name a .toml or .csv file)")
        path = shipped_targets()[str(which)]
    text = read_text(path)
    if path.suffix == ".csv":
        raw = _from_csv(text, path)
        table, text = read_closed(TargetsTable, raw, "", str(path)), ""
    else:
        raw = parse_toml(text, str(path))
        check_sizes(raw, str(path))
        table = read_closed(TargetsTable, raw, text, str(path))
    problems = [Problem(code="ZN-1292", message=why, file=str(path), line=line_of(text, loc) if text else 0, path=_written(loc), found=found, fix=fix)
                for why, fix, found, loc in _faults(table, model)]
    raise_all(UsageError, problems)
    statements = tuple(s for target in table.target for s in _statements(target))
    return Targets(name=table.name, title=table.title, like=table.like, statements=statements, file=str(path))


def _written(loc: tuple[str | int, ...]) -> str:
    return ".".join(map(str, loc))


def _faults(table: TargetsTable, model: Model) -> list[tuple[str, str, str, tuple[str | int, ...]]]:
    """What is wrong: why, what to do, what was found, and where."""
    found: list[tuple[str, str, str, tuple[str | int, ...]]] = []
    if table.schema_ != SCHEMA:
        found.append((f"unknown schema {table.schema_!r}", f'write schema = "{SCHEMA}"', table.schema_, ("schema",)))
    for i, t in enumerate(table.target):
        loc: tuple[str | int, ...] = ("target", i)
        known = [*COVARIATES, *model.readout_names]
        if t.of not in known:
            found.append((f"there is no covariate or readout {t.of!r}", nearest(t.of, known), t.of, (*loc, "of")))
            continue
        unit = COVARIATES[t.of] if t.of in COVARIATES else model.readout(t.of).unit_text
        if t.unit and t.unit != unit:
            found.append((f"{t.of} is given in {t.unit}, and is {unit or 'a number'} in the model",
                          f"convert the numbers to {unit or 'plain numbers'}", t.unit, (*loc, "unit")))
        if t.sd is not None and t.mean is None:
            found.append((f"the SD of {t.of} needs its mean", "give both, or take the SD out", f"sd = {t.sd}", (*loc, "sd")))
        if t.mean is None and not t.quantiles and t.share is None:
            found.append((f"nothing is said of {t.of}", "give mean, quantiles or share", "", loc))
        if t.where and t.share is None:
            found.append((f"where {t.of} {t.where}: no share is said", "give the share too", t.where, (*loc, "where")))
        found += _odd_quantiles(t, loc)
        if t.where:
            try:
                condition(t.where)
            except UsageError as error:
                found.append((error.problems[0].message, error.problems[0].fix, t.where, (*loc, "where")))
    return found


def _odd_quantiles(t: TargetTable, loc: tuple[str | int, ...]) -> list[tuple[str, str, str, tuple[str | int, ...]]]:
    """Probabilities that are none, and quantiles that fall."""
    try:
        at = sorted((float(p), float(value)) for p, value in t.quantiles.items())
    except ValueError:
        at = [(0.0, 0.0)]
    if any(not 0 < p < 1 for p, _ in at):
        return [(f"quantiles of {t.of} need probabilities between 0 and 1", 'write them like { "0.25" = 6, "0.5" = 12 }', str(list(t.quantiles)),
                 (*loc, "quantiles"))]
    if any(b[1] < a[1] for a, b in pairwise(at)):
        return [(f"quantiles of {t.of} fall", "put them in order", str(t.quantiles), (*loc, "quantiles"))]
    return []


def _statements(t: TargetTable) -> list[Statement]:
    near = None if t.tolerance is None else float(t.tolerance)
    spread = float(t.sd) if t.sd is not None else abs(float(t.mean or 0.0)) or 1.0
    found = []
    if t.mean is not None:
        found.append(Statement(of=t.of, kind="mean", value=float(t.mean), tolerance=near or _OF_SD * spread))
    if t.sd is not None:
        found.append(Statement(of=t.of, kind="sd", value=float(t.sd), beside=float(t.mean or 0.0), tolerance=near or _OF_SD * spread))
    found += [Statement(of=t.of, kind="quantile", value=float(value), beside=float(p), tolerance=near or _OF_SHARE)
              for p, value in t.quantiles.items()]
    if t.share is not None:
        found.append(Statement(of=t.of, kind="share", value=float(t.share), where=t.where, tolerance=near or _OF_SHARE))
    return found


def _from_csv(text: str, path: Path) -> dict[str, Any]:
    """The table of a CSV file: one statistic a row: mean, sd, share, ``share >= 5.1``, median, or q and a percentage, such as q25."""
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = list(rows[0]) if rows else []
    if not {"of", "statistic", "value"} <= set(columns) or set(columns) - set(_COLUMNS):
        raise UsageError.of("ZN-1292", "this is no baseline table", file=str(path), found=", ".join(map(str, columns))[:200],
                            expected=f"columns {', '.join(_COLUMNS)}, of which the first three are needed", fix="name the columns in the first row")
    problems, targets = [], list[dict[str, Any]]()
    for line, row in enumerate(rows, 2):
        try:
            _lay(targets, {key: (value or "").strip() for key, value in row.items()})
        except ValueError as error:
            problems.append(Problem(code="ZN-1292", message=str(error), file=str(path), line=line, found=str(dict(row))[:200],
                                    fix="write statistics as mean, sd, share, share >= 5.1, median or q25, and values as numbers"))
    raise_all(UsageError, problems)
    return {"target": targets}


def _lay(targets: list[dict[str, Any]], row: Mapping[str, str]) -> None:
    """Add one row of a CSV file to the tables of its covariates and readouts.

    Raises
    ------
    ValueError
    """
    said, value = row["statistic"], float(row["value"])
    more: dict[str, Any] = {key: row[key] for key in ("unit",) if row.get(key)}
    more |= {"tolerance": float(row["tolerance"])} if row.get("tolerance") else {}
    more |= {"source": [{"text": row["source"], "seen": "nothing", "doi_seen": False}]} if row.get("source") else {}
    beside = next((t for t in targets if t["of"] == row["of"] and said in {"mean", "sd"} and said not in t and ("mean" in t or "sd" in t)), None)
    if said in {"mean", "sd"}:
        if beside is not None:
            beside[said] = value
        else:
            targets.append({"of": row["of"], said: value, **more})
    elif said == "median" or (said[:1] == "q" and 0 < float(said[1:]) < 100):
        targets.append({"of": row["of"], "quantiles": {"0.5" if said == "median" else f"{float(said[1:]) / 100:g}": value}, **more})
    elif said.partition(" ")[0] == "share":
        targets.append({"of": row["of"], "share": value, "where": said.partition(" ")[2], **more})
    else:
        raise ValueError(f"there is no statistic {said!r}")
