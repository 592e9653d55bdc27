"""Measurements to lay over the curves: read from CSV, checked, and brought to the readouts' units."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zonula.evidence.bibliography import bibliography, key_of
from zonula.ground.errors import InputDataError, Problem, UsageError, ZonulaError, nearest, raise_all
from zonula.ground.files import packaged, read_text, under
from zonula.language.model import Model
from zonula.language.units import DAY, Unit, unit
from zonula.simulation.equations import Vector
from zonula.simulation.scenario import CompareTable
from zonula.simulation.schedule import duration

_MOST_SHOWN = 20  # problems of one file; more would hide the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """Measurements of one readout.

    days    : shape (point,), days of the simulation
    values  : shape (point,), in the readout's unit
    sd      : shape (point,) of standard deviations between people, or None where values are single people's
    subject : who each value belongs to, or () where values are means
    """

    label: str
    readout: str
    days: Vector
    values: Vector
    sd: Vector | None
    subject: tuple[str, ...]
    zero: float
    source: tuple[str, ...]


def read_observations(table: CompareTable, model: Model, folder: Path) -> list[Observations]:
    """Read the measurements that a scenario names, one :class:`Observations` for each readout.

    Raises
    ------
    UsageError       when the scenario's description does not fit the model
    InputDataError   with every cell that cannot be used
    """
    _check_names(table, model)
    if "\0" in table.file:
        raise UsageError.of("ZN-1401", f"{table.file!r} is no file", path="compare.file", fix="name a CSV file beside the scenario")
    path = packaged("studies", *_inside(table.file.removeprefix("study:"))) if table.file.startswith("study:") else under(folder, table.file)
    rows = _rows(path, table)
    to_days = float(_unit(table.time.unit, path, "time").factor_to(DAY))
    zero = _zero(table.time.zero)
    out, cells = [], _Cells(path)
    for written, readout in table.names.items():
        mine = [(line, row) for line, row in rows if row[table.quantity] == written]
        if not mine:
            raise InputDataError.of("ZN-3005", f"no row of {path.name} has {table.quantity} = {written!r}", file=str(path),
                                    fix=nearest(written, {row[table.quantity] for _, row in rows}))
        factor = float(_unit(table.value.unit, path, "value").factor_to(model.readout(readout).unit))
        sd = np.array([cells.number(row, table.sd, line, factor=factor, least=0.0) for line, row in mine]) if table.sd else None
        out.append(Observations(
            label=table.label, readout=readout, zero=zero, sd=sd, source=tuple(table.source),
            days=zero + np.array([cells.number(row, table.time.column, line, factor=to_days) for line, row in mine]),
            values=np.array([cells.number(row, table.value.column, line, factor=factor) for line, row in mine]),
            subject=tuple(row[table.subject] for _, row in mine) if table.subject else (),
        ))
    cells.finish()
    return out


def _inside(text: str) -> tuple[str, ...]:
    parts = tuple(text.split("/"))
    if len(parts) != 2 or any(part in ("", ".", "..") or "\\" in part for part in parts):
        raise UsageError.of("ZN-1401", f"{text!r} is no study and file", path="compare.file", fix='write it like "study:<folder>/<file>.csv"')
    return parts


def _check_names(table: CompareTable, model: Model) -> None:
    problems = [Problem(code="ZN-1402", message=f"there is no readout {name!r}", path="compare.names", fix=nearest(name, model.readout_names))
                for name in table.names.values() if name not in model.readout_names]
    problems += [Problem(code="ZN-1406", message=f"{source!r} is not in the bibliography", path="compare.source",
                         fix=f"{nearest(key_of(source), bibliography())} (data of your own: say in the label where they come from)")
                 for source in table.source if key_of(source) not in bibliography()]
    for name in table.names.values():
        if name in model.readout_names:
            want = model.readout(name)
            try:
                unit(table.value.unit).factor_to(want.unit)
            except ZonulaError as error:
                problems.append(Problem(code="ZN-1403", message=error.problems[0].message, path="compare.value.unit",
                                        found=table.value.unit, fix=f"{name} is in {want.unit_text}"))
    raise_all(UsageError, problems)


def _unit(text: str, path: Path, which: str) -> Unit:
    try:
        return unit(text)
    except ZonulaError as error:
        raise UsageError.of("ZN-1404", error.problems[0].message, path=f"compare.{which}.unit", file=path.name,
                            fix=error.problems[0].fix) from error


def _zero(text: str) -> float:
    return duration(f"{text.removeprefix('day').strip()} day" if text.startswith("day") else text)


def _rows(path: Path, table: CompareTable) -> list[tuple[int, Mapping[str, str]]]:
    text = read_text(path, kind=InputDataError)
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        header = reader.fieldnames or []
        wanted = [table.quantity, table.time.column, table.value.column, *table.where, *([table.sd] if table.sd else []),
                  *([table.subject] if table.subject else [])]
        raise_all(InputDataError, [Problem(code="ZN-3001", message=f"there is no column {name!r}", file=str(path), line=1,
                                           fix=nearest(name, header)) for name in wanted if name not in header])
        raise_all(InputDataError, [Problem(code="ZN-3001", message=f"there are two columns {name!r}", file=str(path), line=1,
                                           fix="rename one of them") for name in dict.fromkeys(wanted) if list(header).count(name) > 1])
        rows = [(line, row) for line, row in _whole(reader, path) if all(row.get(key) == value for key, value in table.where.items())]
    except csv.Error as error:
        raise InputDataError.of("ZN-3002", f"this is not CSV: {error}", file=str(path), line=reader.line_num,
                                fix="separate cells by commas and put text that holds commas in quotes") from error
    if not rows:
        raise InputDataError.of("ZN-3003", f"no row fits {table.where}", file=str(path), fix="check the values under compare.where")
    return rows


def _whole(reader: csv.DictReader[str], path: Path) -> list[tuple[int, Mapping[str, str]]]:
    rows: list[tuple[int, Mapping[str, str]]] = [(reader.line_num, row) for row in reader]
    ragged = [line for line, row in rows if None in row or None in row.values()]
    raise_all(InputDataError, [Problem(code="ZN-3007", message="this row has more or fewer cells than there are columns", file=str(path), line=line,
                                       fix="separate cells by commas; use a decimal point; put text that holds commas in quotes")
                               for line in ragged[:_MOST_SHOWN]])
    return rows


class _Cells:
    """Numbers of a table; what is no number is remembered, so that all such cells can be told at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def number(self, row: Mapping[str, str], column: str, line: int, *, factor: float, least: float = -math.inf) -> float:
        """The cell times *factor*; NaN, and a problem, where it is no finite number of at least *least*."""
        text = (row[column] or "").strip()
        try:
            value = factor * float(text)
        except ValueError:
            value = math.nan
        if value < least:
            self._wrong("ZN-3008", f"column {column!r} holds a number below {least:g}", line, text, "correct the number, or take the row out")
        elif not math.isfinite(value) or "_" in text:
            self._wrong("ZN-3004", f"column {column!r} does not hold a finite number", line, text,
                        "write a number with a decimal point, or take the row out")
        return value

    def _wrong(self, code: str, message: str, line: int, text: str, fix: str) -> None:
        if len(self.problems) < _MOST_SHOWN:
            self.problems.append(Problem(code=code, message=message, file=str(self.path), line=line, found=repr(text), fix=fix))

    def finish(self) -> None:
        """Tell what was wrong, if anything was."""
        raise_all(InputDataError, self.problems)
