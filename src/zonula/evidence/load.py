"""Read the evidence of a model; refuse gaps, orphans, unknown keys, unknown sources and units that do not fit."""

from __future__ import annotations

import math
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zonula.evidence.bibliography import Reference, bibliography, key_of
from zonula.evidence.laws import Law, law_from
from zonula.ground.errors import EvidenceError, Problem, ZonulaError, nearest, raise_all
from zonula.ground.files import packaged, read_text
from zonula.language.model import Model
from zonula.language.quantities import Parameter
from zonula.language.units import ONE, unit

STATUSES = {"measured": "in people or their cells", "derived": "from measurements, by a stated step",
            "calibrated": "fitted to data, by a named calibration", "assumed": "by judgement"}
GRADES = {"A": "human in vivo", "B": "human, indirect or ex vivo", "C": "human cells", "D": "animal", "E": "opinion"}
_REQUIRED = ("value", "uncertainty", "variability", "status", "grade", "source")
_KEYS = {*_REQUIRED, "note", "calibration"}
_SPREAD_KEYS = {"law", "cv", "low", "high", "status"}
_Convert = Callable[[float], float]
_CONVERSIONS: dict[str, _Convert] = {"half-life": lambda x: math.log(2.0) / x, "mean time": lambda x: 1.0 / x}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of one parameter; numbers are in the unit that the organ declares."""

    parameter: Parameter
    value: float
    uncertainty: Law
    variability: Law
    status: str
    grade: str
    source: tuple[str, ...]
    note: str
    calibration: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``; ranges are central 90 % ranges."""
        return {
            "path": self.parameter.path, "meaning": self.parameter.doc, "unit": self.parameter.unit_text, "value": self.value,
            "status": self.status, "grade": self.grade, "source": list(self.source), "note": self.note,
            "uncertainty": _spread(self.uncertainty, self.value), "variability": _spread(self.variability, self.value),
            **({"calibration": self.calibration} if self.calibration else {}),
        }


def _spread(law: Law, value: float) -> dict[str, Any]:
    low, high = law.range90(value)
    return {"law": law.name, "low": low, "high": high}


@lru_cache(maxsize=8)
def evidence_of(model: Model) -> dict[str, Evidence]:
    """The evidence of every parameter of *model* that ships with zonula, by path, in the model's order."""
    return load_evidence(model, packaged("evidence"), bibliography())


def load_evidence(model: Model, folder: Path, sources: Mapping[str, Reference]) -> dict[str, Evidence]:
    """Read ``<organ>.toml`` for every organ of *model* from *folder*.

    Raises
    ------
    EvidenceError   with every problem found, not only the first.
    """
    problems: list[Problem] = []
    found: dict[str, Evidence] = {}
    for organ in model.organs:
        if organ.parameters:
            tables, text = _tables(folder / f"{organ.path}.toml")
            for name in sorted(tables.keys() - organ.parameters.keys()):
                problems.append(_problem("ZN-2403", f"evidence for {organ.path}.{name}, which the organ does not need", organ.path,
                                         text, name, fix=nearest(name, organ.parameters)))
            for name, parameter in organ.parameters.items():
                try:
                    found[parameter.path] = _read(parameter, tables, sources)
                except _Wrong as wrong:
                    problems.append(_problem(wrong.code, f"{parameter.path}: {wrong.message}", organ.path, text, name, fix=wrong.fix))
        for name, process in organ.processes.items():
            if process.source and key_of(process.source) not in sources:
                problems.append(Problem(code="ZN-2404", message=f"{organ.path}.{name} cites unknown {process.source!r}",
                                        file=f"organs/{organ.path}.py", fix=nearest(process.source, sources)))
    raise_all(EvidenceError, problems)
    return found


@dataclass
class _Wrong(Exception):  # noqa: N818 - an inner signal, turned into a Problem above
    code: str
    message: str
    fix: str


def _tables(path: Path) -> tuple[dict[str, Any], str]:
    text = read_text(path, kind=EvidenceError)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise EvidenceError.of("ZN-2405", f"not TOML: {error}", file=path.name, fix="correct the line that is named") from error


def _problem(code: str, message: str, organ: str, text: str, table: str, *, fix: str) -> Problem:
    match = re.search(rf"^\[{re.escape(table)}\]", text, re.MULTILINE)
    line = text.count("\n", 0, match.start()) + 1 if match else 0
    return Problem(code=code, message=message, file=f"evidence/{organ}.toml", line=line, fix=fix)


def _read(parameter: Parameter, tables: Mapping[str, Any], sources: Mapping[str, Reference]) -> Evidence:
    table = tables.get(parameter.name)
    if not isinstance(table, dict):
        raise _Wrong("ZN-2406", "no evidence", f"add a table [{parameter.name}] with value, spreads, status, grade and source")
    if missing := [key for key in _REQUIRED if key not in table]:
        raise _Wrong("ZN-2407", f"{missing[0]!r} is missing", f"every parameter needs {', '.join(_REQUIRED)}")
    if unknown := sorted(table.keys() - _KEYS):
        raise _Wrong("ZN-2408", f"unknown key {unknown[0]!r}", nearest(unknown[0], _KEYS))
    value, convert = _value(parameter, table["value"])
    status, note = _status(table, sources)
    uncertainty = _law(table["uncertainty"], "uncertainty", value, convert)
    variability = _law(table["variability"], "variability", value, convert)
    return Evidence(parameter=parameter, value=value, uncertainty=uncertainty, variability=variability, status=status,
                    grade=table["grade"], source=tuple(table["source"]), note=note, calibration=table.get("calibration", ""))


def _value(parameter: Parameter, given: Any) -> tuple[float, _Convert]:
    """The value in the organ's unit, and the function that took it there."""
    if isinstance(given, dict):
        if given.keys() - {"value", "unit", "as"} or not {"value", "unit"} <= given.keys():
            raise _Wrong("ZN-2409", f"a value is a number or {{ value, unit, as }}, not {given}", "see another table of this file")
        kind = str(given.get("as", ""))
        if kind and kind not in _CONVERSIONS:
            raise _Wrong("ZN-2410", f"unknown conversion {kind!r}", nearest(kind, _CONVERSIONS))
        try:
            written = unit(str(given["unit"]))
            target = ONE / parameter.unit if kind else parameter.unit
            factor = float(written.factor_to(target))
        except ZonulaError as error:
            raise _Wrong("ZN-2411", error.problems[0].message, f"the organ declares [{parameter.unit_text}]") from error
        turn = _CONVERSIONS.get(kind, float)
        number = _number(given["value"]) * factor
        if kind and not number > 0:
            raise _Wrong("ZN-2412", f"a {kind} of {given['value']} has no rate", "write a number above 0")
        return _number(turn(number)), lambda x: turn(x * factor)
    return _number(given), float


def _number(x: Any) -> float:
    if isinstance(x, bool) or not isinstance(x, (int, float)) or not abs(x) <= sys.float_info.max:
        raise _Wrong("ZN-2412", f"the value {x!r} is not a finite number", "write a number")
    return float(x)


def _law(given: Any, which: str, value: float, convert: _Convert) -> Law:
    if not isinstance(given, dict) or given.keys() - _SPREAD_KEYS or "law" not in given:
        raise _Wrong("ZN-2413", f"{which} is a table of law with cv or low and high, not {given}", "see another table of this file")
    if (status := str(given.get("status", "assumed"))) not in STATUSES:
        raise _Wrong("ZN-2415", f"{which} has unknown status {status!r}", nearest(status, STATUSES))
    cv, low, high = (_number(given[key]) if key in given else None for key in ("cv", "low", "high"))
    try:
        if low is not None and high is not None:
            if not low < high:
                raise ValueError(f"low {low:g} is not below high {high:g}")
            low, high = sorted((convert(low), convert(high)))  # a half-life turns the order round
        return law_from(str(given["law"]), value, cv=cv, low=low, high=high)
    except (ValueError, ZeroDivisionError) as error:
        raise _Wrong("ZN-2414", f"{which}: {error}", "correct the spread or the value") from error


def _status(table: Mapping[str, Any], sources: Mapping[str, Reference]) -> tuple[str, str]:
    status, grade, note, cited = str(table["status"]), str(table["grade"]), str(table.get("note", "")), table["source"]
    if status not in STATUSES:
        raise _Wrong("ZN-2415", f"unknown status {status!r}", nearest(status, STATUSES))
    if grade not in GRADES:
        raise _Wrong("ZN-2416", f"unknown grade {grade!r}", nearest(grade, GRADES))
    if not isinstance(cited, list):
        raise _Wrong("ZN-2417", "source is a list of keys", 'write source = ["Key2020"] or source = []')
    for source in cited:
        if key_of(str(source)) not in sources:
            raise _Wrong("ZN-2418", f"unknown source {source!r}", nearest(str(source), sources))
    if status != "assumed" and not cited:
        raise _Wrong("ZN-2419", f"{status}, but by whom?", "name the source, or say assumed")
    if status == "assumed" and not note:
        raise _Wrong("ZN-2420", "assumed, but why?", "add a note with the reasoning")
    if (status == "calibrated") != bool(table.get("calibration")):
        raise _Wrong("ZN-2421", "a calibrated value, and no other, names its calibration", 'add calibration = "..." or correct status')
    return status, note
