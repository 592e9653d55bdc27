"""Small tables for the terminal and the report: the numbers first, each with its unit."""

from __future__ import annotations

from collections.abc import Iterable

from zonula.language.units import pretty
from zonula.simulation.misfit import Misfit
from zonula.simulation.result import Result
from zonula.simulation.words import name_of, number

HEADLINE = ("tnf", "il6", "il8", "il10", "crp", "lbp", "cortisol", "neutrophils", "temperature_rise", "symptom_score")


def rows(result: Result, names: Iterable[str] = HEADLINE) -> list[tuple[str, str, str, str, str, str]]:
    """For each readout: name, unit, healthy, highest, day of that, value at the end; empty without a result."""
    if not len(result.times):
        return []
    out = []
    for name in names:
        y = result.readout(name)
        value, day = result.peak(name)
        moved = result.moved(name)
        unit = pretty(result.problem.model.readout(name).unit_text)
        out.append((name_of(name), unit, number(_shown(y[0])), number(_shown(value)) if moved else "–",
                    f"{day:.2f}" if moved else "–", number(_shown(y[-1]))))
    return out


def _shown(value: float) -> float:
    """Values below what any assay sees are shown as 0; nothing is shown below 0."""
    return 0.0 if value < 1e-4 else float(value)


def headline(result: Result) -> list[str]:
    """The table of readouts as lines of text."""
    table = rows(result)
    if not table:
        return []
    return aligned([("", "unit", "healthy", "highest", "on day", "at the end"), *table])


def misfit_rows(misfits: Iterable[Misfit]) -> list[tuple[str, ...]]:
    """For each comparison: whom, what, peaks, ratio, hours, typical factor, share inside, verdict."""
    return [(m.label, name_of(m.readout), number(m.peak_model), number(m.peak_data), _ratio(m.peak_ratio, 2), f"{m.hour_model:.1f}",
             f"{m.hour_data:.1f}", _ratio(m.typical_factor, 1), f"{100 * m.inside:.0f} %", m.verdict) for m in misfits]


def _ratio(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


MISFIT_HEAD = ("compared with", "", "peak: model", "people", "ratio", "hour: model", "people", "typical factor", "inside", "peak within 35 %")


def misfit_lines(misfits: Iterable[Misfit]) -> list[str]:
    """The table of misfits as lines of text."""
    return aligned([MISFIT_HEAD, *misfit_rows(misfits)])


def aligned(table: list[tuple[str, ...]]) -> list[str]:
    """Columns of text: the first left, the others right."""
    widths = [max(len(row[j]) for row in table) for j in range(len(table[0]))]
    return ["  ".join(cell.ljust(w) if j == 0 else cell.rjust(w) for j, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip()
            for row in table]
