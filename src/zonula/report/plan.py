"""The plan written out, dose by dose: for the terminal, for programs, and as a file beside the results."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from zonula.report.tables import aligned
from zonula.simulation.events import Plan
from zonula.simulation.schedule import Row, expanded

HEAD = ("day", "until", "what", "route", "amount", "unit", "into", "given", "sentence")


def plan_rows(plan: Plan) -> list[dict[str, Any]]:
    """The plan as plain data, in order of time; ``until`` is null where something goes on to the end."""
    return [dict(zip(HEAD, (row.time, row.until if math.isfinite(row.until) else None, *row[2:]), strict=True)) for row in expanded(plan)]


def plan_csv(plan: Plan) -> str:
    """The plan as CSV, exact to the last digit; empty cells where something goes on to the end or has no route."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows((repr(row.time), repr(row.until) if math.isfinite(row.until) else "", row.what, row.route, repr(row.amount), *row[5:])
                     for row in expanded(plan))
    return text.getvalue()


def plan_lines(plan: Plan) -> list[str]:
    """The plan as lines of text; nothing where nothing is done."""
    rows = expanded(plan)
    return [] if not rows else ["", "the plan, dose by dose", *aligned([(" ", *HEAD[:-1]), *map(_shown, rows)])]


def _shown(row: Row) -> tuple[str, ...]:
    until = "" if row.until == row.time else f"{row.until:.10g}" if math.isfinite(row.until) else "the end"
    return ("  ", f"{row.time:.10g}", until, row.what, row.route, f"{row.amount:.6g}", row.unit if row.unit != "1" else "", row.into, row.given)
