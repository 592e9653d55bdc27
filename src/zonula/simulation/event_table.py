"""Plans as a table: one row a dose or a change of exposure, in the columns that users of NONMEM and mrgsolve know.

    # time: d, amt: mg
    ID,TIME,EVID,CMT,AMT,DUR,II,ADDL,ADH,PAR,VALUE
    1,0,1,adalimumab_sc,40,,14,12,0.9,,
    1,30,2,,,,,,,stress,1

Every row becomes a sentence, and is read as such: the same plan in words is the same plan.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from zonula.drugs.catalogue import CATALOGUE, Registry, plain
from zonula.ground.errors import Problem, UsageError, nearest, raise_all
from zonula.ground.files import read_text
from zonula.ground.limits import MAX_DOSES
from zonula.language.model import Model
from zonula.simulation.events import tidy
from zonula.simulation.schedule import TableLine
from zonula.simulation.sentences import numeric

_COLUMNS = ("ID", "TIME", "EVID", "CMT", "AMT", "UNIT", "RATE", "DUR", "II", "ADDL", "SS", "ADH", "PAR", "VALUE")
_TIMES = {"d": 1.0, "day": 1.0, "days": 1.0, "h": 1 / 24, "hour": 1 / 24, "hours": 1 / 24, "week": 7.0, "weeks": 7.0, "w": 7.0}
_AT_FAULT = {"ZN-1306": "AMT", "ZN-1309": "UNIT", "ZN-2103": "UNIT", "ZN-2104": "UNIT", "ZN-1326": "UNIT", "ZN-1320": "CMT", "ZN-1311": "TIME",
             "ZN-1312": "DUR", "ZN-1302": "ADDL", "ZN-1313": "II", "ZN-1316": "TIME", "ZN-1323": "ADH"}
_SET_AT_FAULT = {"ZN-1314": "VALUE", "ZN-1315": "TIME", "ZN-1316": "TIME", "ZN-1322": "PAR"}
_MOST_SHOWN = 20  # problems of one file; more would hide the first
_FIX_HEADER = "begin with a line like TIME,EVID,CMT,AMT,II,ADDL"
_WHOLE = 1e-9  # relative: how far a product of rate and duration may be from the amount


@dataclass(frozen=True, slots=True)
class EventTable:
    """A table that was read: its lines as sentences, and what of it was passed over."""

    lines: tuple[TableLine, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Setting:
    """A row that changes an exposure from *time* [day] on."""

    path: str
    time: float
    value: float
    row: _Row


def place_of_table(name: str, folder: Path, *, anywhere: bool) -> Path:
    """The file that a scenario in *folder* names; *anywhere*: it was named on the command line instead.

    Raises
    ------
    UsageError   when it lies outside the scenario's folder
    """
    if "\0" in name or not name.strip():
        raise UsageError.of("ZN-1330", f"{name!r} is no file", fix="name a CSV file beside the scenario")
    if anywhere:
        return Path(name)
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise UsageError.of("ZN-1330", "the table of events lies outside the scenario's folder", found=name,
                            fix="put it beside the scenario, or name it with --plan-file")
    return path


def read_event_table(path: Path, model: Model, *, registry: Registry = CATALOGUE) -> EventTable:
    """Read a table of events; nothing in it is executed.

    Raises
    ------
    UsageError   with every cell that cannot be used: file, line and column
    """
    sheet = _Sheet(path, read_text(path))
    lines: list[TableLine] = []
    settings: list[_Setting] = []
    observations = 0
    for row in sheet.rows():
        kind = row.whole("EVID", 0, 4)
        if kind == 0:
            observations += 1
        elif kind is None and row.good:
            row.missing("EVID")
        elif kind == 1:
            lines += _dose(row, registry, model)
        elif kind == 2:
            settings += _change(row, model)
        elif kind in (3, 4):
            row.wrong("ZN-1334", "a reset (EVID 3 or 4) is not simulated: with the drugs, all that the body remembers would be gone",
                      "take the row out; simulate the time after it as a scenario of its own", "EVID")
        sheet.full()
    lines += _lasting(settings)
    sheet.finish()
    remarks = [f"rows of {path.name} with EVID 0 (observations) are passed over: {observations}"] if observations else []
    if sheet.unknown:
        remarks.append(f"columns of {path.name} that nothing reads: {', '.join(sheet.unknown)}")
    return EventTable(tuple(lines), tuple(remarks))


class _Sheet:
    """The file: its header, its rows, and what is wrong in it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.to_days, self.amount_unit = 1.0, ""
        self.people: dict[str, int] = {}
        self.text, self.skipped = self._without_comments(text)
        self.reader = csv.reader(io.StringIO(self.text, newline=""), strict=True)
        header = [cell.strip() for cell in self._next() or []]
        self.columns = {name.upper(): j for j, name in enumerate(header)}
        self.unknown = [name for name in header if name.upper() not in _COLUMNS]
        self.width = len(header)
        line = self.skipped + 1
        raise_all(UsageError, [Problem(code="ZN-1331", message=f"there are two columns {name!r}", file=str(path), line=line, path=f"column {name}",
                                       fix="rename one of them")
                               for name, count in Counter(name.upper() for name in header).items() if count > 1])
        raise_all(UsageError, [Problem(code="ZN-1331", message=f"there is no column {name!r}", file=str(path), line=line, path=f"column {name}",
                                       found=", ".join(header)[:80], fix=_FIX_HEADER) for name in ("TIME", "EVID") if name not in self.columns])

    def _without_comments(self, text: str) -> tuple[str, int]:
        """The table below the comments at its head, which may say the units: ``# time: h, amt: mg``."""
        skipped = 0
        while text.startswith("#"):
            line, _, text = text.partition("\n")
            skipped += 1
            for key, value in re.findall(r"\b(time|amt)\s*:\s*([^\s,;]+)", line, re.IGNORECASE):
                if key.lower() == "amt":
                    self.amount_unit = value
                elif value.lower() in _TIMES:
                    self.to_days = _TIMES[value.lower()]
                else:
                    raise UsageError.of("ZN-1332", f"{value!r} is no unit of time here", file=str(self.path), line=skipped,
                                        path="column TIME", fix=nearest(value, ("d", "h", "week")))
        return text, skipped

    def _next(self) -> list[str] | None:
        try:
            return next(self.reader, None)
        except csv.Error as error:
            raise UsageError.of("ZN-1333", f"this is not CSV: {error}", file=str(self.path), line=self.skipped + self.reader.line_num,
                                fix="separate cells by commas and put text that holds commas in quotes") from error

    def rows(self) -> list[_Row]:
        """All rows that are whole, empty lines left out."""
        found: list[_Row] = []
        while (cells := self._next()) is not None:
            line = self.skipped + self.reader.line_num
            if not cells:
                continue
            if len(cells) != self.width:
                self.wrong("ZN-1337", "this row has more or fewer cells than there are columns",
                           "separate cells by commas; use a decimal point", line=line, found=",".join(cells))
                self.full()
                continue
            row = _Row(self, line, {name: cells[j].strip() for name, j in self.columns.items()})
            self.people.setdefault(row.text("ID"), line)
            if len(self.people) > 1:
                row.wrong("ZN-1334", "the table holds several persons, and one is simulated", "keep the rows of one person", "ID")
                self.finish()
            found.append(row)
            if len(found) > MAX_DOSES:
                row.wrong("ZN-1338", f"the table has more than {MAX_DOSES} rows", "use II and ADDL for doses that repeat", "")
                self.finish()
        return found

    def wrong(self, code: str, message: str, fix: str, *, line: int, column: str = "", found: str = "") -> None:
        """Remember what is wrong, to tell it with the rest."""
        self.problems.append(Problem(code=code, message=message, file=str(self.path), line=line, path=f"column {column}" if column else "",
                                     found=repr(found[:80]) if found else "", fix=fix))

    def full(self) -> None:
        """Tell what was wrong, if there is as much of it as anyone reads."""
        if len(self.problems) >= _MOST_SHOWN:
            self.finish()

    def finish(self) -> None:
        """Tell what was wrong, if anything was."""
        raise_all(UsageError, self.problems[:_MOST_SHOWN])


class _Row:
    """One row, cell by cell; what cannot be used is remembered with line and column."""

    def __init__(self, sheet: _Sheet, line: int, cells: Mapping[str, str]) -> None:
        self.sheet, self.line, self.cells = sheet, line, cells
        self.good = True

    def text(self, column: str) -> str:
        """The cell; "" where it is empty, a point, or not there."""
        value = self.cells.get(column, "")
        return "" if value == "." else value

    def number(self, column: str, least: float = 0.0) -> float | None:
        """The cell as a finite number of at least *least*; None where it is empty."""
        text = self.text(column)
        if not text:
            return None
        value = numeric(text)
        if value is None or value < least:
            self.wrong("ZN-1335", "this is no finite number" if value is None else f"this is below {least:g}",
                       "write a number with a decimal point, or leave the cell empty", column)
            return None
        return value

    def whole(self, column: str, least: int, most: int) -> int | None:
        """The cell as a whole number in a range; None where it is empty or wrong."""
        value = self.number(column, least)
        if value is not None and (not value.is_integer() or value > most):
            self.wrong("ZN-1335", f"this should be a whole number from {least} to {most}", "correct it", column)
            return None
        return None if value is None else int(value)

    def needed(self, column: str, least: float = 0.0) -> float:
        """The cell as a number; 0, and a problem, where it is empty."""
        value = self.number(column, least)
        if value is None and self.good:
            self.missing(column)
        return value or 0.0

    def missing(self, column: str) -> None:
        """Tell that a cell should hold something."""
        self.wrong("ZN-1339", f"the cell of {column} is empty", f"give {column} in this row", column)

    def wrong(self, code: str, message: str, fix: str, column: str) -> None:
        """Remember what is wrong with a cell."""
        self.good = False
        self.sheet.wrong(code, message, fix, line=self.line, column=column, found=self.text(column))


def _dose(row: _Row, registry: Registry, model: Model) -> list[TableLine]:
    """A dose, with its repetitions, as a sentence."""
    to_days = row.sheet.to_days
    time, amount = tidy(to_days * row.needed("TIME")), row.needed("AMT")
    name, route, usual = _compartment(row, registry, model)
    unit = row.text("UNIT") or row.sheet.amount_unit or usual
    if name and not unit:
        row.wrong("ZN-1339", "the unit of the amount is not said", "add a column UNIT, or a first line like # amt: mg", "UNIT")
    elif len(unit.split()) > 1:
        row.wrong("ZN-1335", "this is no unit", "write it without spaces, like mg or ng/kg", "UNIT")
    more, interval, share = row.whole("ADDL", 0, MAX_DOSES), row.number("II"), row.number("ADH")
    if row.text("SS") not in ("", "0"):
        row.wrong("ZN-1334", "a steady state (SS) is not searched for: a whole body under a drug may have none",
                  "give the doses that lead to it, with II and ADDL", "SS")
    if share is not None and share > 1:
        row.wrong("ZN-1335", "this is no share between 0 and 1", "write 0.8 for 80 %", "ADH")
    if more and not interval:
        row.wrong("ZN-1339", "additional doses (ADDL) need an interval (II)", "give II in this row", "II")
    over = _over(row, amount)
    if not row.good:
        return []
    words = [name, f"{amount!r}", unit, route, f"infusion over {over!r} d" if over else "bolus", f"at day {time!r}"]
    words += [f"every {to_days * (interval or 0.0)!r} d x {more + 1}"] if more else []
    words += [f"adherence {share!r}"] if share is not None and share < 1 else []
    return [TableLine(" ".join(filter(None, words)), str(row.sheet.path), row.line, _AT_FAULT)]


def _compartment(row: _Row, registry: Registry, model: Model) -> tuple[str, str, str]:
    """What CMT names: a substance with its route, or a state; and the unit in which it is usually dosed, if there is one."""
    text = row.text("CMT")
    if not text:
        row.missing("CMT")
        return "", "", ""
    ways = {plain(f"{s.name} {route}"): (s.name, route, s.unit) for s in registry.substances.values() for route in s.arrives if route}
    if plain(text) in ways:
        return ways[plain(text)]
    place = model.state_index.get(text)
    if place is not None:
        return text, "", model.states[place].unit_text if model.volumes[place] is None else ""
    names = [f"{s.name}_{route}" for s in registry.substances.values() for route in s.arrives if route]
    row.wrong("ZN-1336", "there is neither such a substance with its route nor such a state", nearest(text, [*names, *model.state_index]), "CMT")
    return "", "", ""


def _over(row: _Row, amount: float) -> float:
    """The days over which a dose is infused; 0 for a bolus."""
    rate, length = row.number("RATE", -2.0) or 0.0, row.number("DUR") or 0.0
    if rate < 0:
        row.wrong("ZN-1334", "rates and durations that a model estimates (RATE -1, -2) are not simulated", "give RATE above 0, or DUR", "RATE")
        return 0.0
    if rate and length and abs(rate * length - amount) > _WHOLE * amount:
        row.wrong("ZN-1339", "RATE times DUR is not AMT", "give one of RATE and DUR", "RATE")
    days = row.sheet.to_days * (length or (amount / rate if rate else 0.0))
    if not math.isfinite(days):
        row.wrong("ZN-1335", "the infusion would never end", "give a higher rate", "RATE")
    return days


def _change(row: _Row, model: Model) -> list[_Setting]:
    """A new value of an exposure, from now until the next one."""
    time, value = tidy(row.sheet.to_days * row.needed("TIME")), row.needed("VALUE", -math.inf)
    text = row.text("PAR")
    found = [e for e in model.exposures if e.path == text] or [e for e in model.exposures if plain(e.name) == plain(text)]
    if not text:
        row.missing("PAR")
    elif text in model.parameter_index:
        row.wrong("ZN-1334", "a parameter of the person is the same at all times; exposures change in time",
                  "set it under [parameters] of the scenario", "PAR")
    elif len(found) != 1:
        row.wrong("ZN-1336", "there is no such exposure" if not found else f"this may be any of {', '.join(e.path for e in found)}",
                  nearest(text, [e.path for e in found or model.exposures]), "PAR")
    return [_Setting(found[0].path, time, value, row)] if row.good else []


def _lasting(settings: list[_Setting]) -> list[TableLine]:
    """Changes of exposures as sentences: each holds until the next of the same exposure."""
    groups: defaultdict[str, list[_Setting]] = defaultdict(list)
    for setting in sorted(settings, key=lambda s: s.time):
        groups[setting.path].append(setting)
    lines = []
    for path, group in groups.items():
        for setting, after in zip_longest(group, group[1:]):
            if after is not None and after.time == setting.time:
                after.row.wrong("ZN-1339", f"{path} is set twice at this time", "take one of the rows out", "TIME")
                continue
            end = "" if after is None else f" to day {after.time!r}"
            lines.append(TableLine(f"{path} {setting.value!r} from day {setting.time!r}{end}", str(setting.row.sheet.path), setting.row.line,
                                   _SET_AT_FAULT))
    return lines
