"""Small tables for the terminal and the report: the numbers first, each with its unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from zonula.language.units import pretty
from zonula.report.ranges import label_of
from zonula.simulation.closings import REMAINDER
from zonula.simulation.misfit import Misfit
from zonula.simulation.result import Result
from zonula.simulation.road_bands import WHOLE, Band
from zonula.simulation.roads import Roads
from zonula.simulation.words import name_of, number

HEADLINE = ("tnf", "il6", "il8", "il10", "crp", "lbp", "cortisol", "neutrophils", "temperature_rise", "symptom_score")
_BODY = ("pain_vas", "das28_crp", "sjc28", "cartilage", "phq9", "fatigue", "autoantibody", "lactulose_mannitol_ratio", "calprotectin",
         "mucus_thickness", "plasma_lps")  # told before the others where they move
NUMBERS_HEAD = ("", "unit", "healthy", "highest", "on day", "at the end")

_TOO_SMALL = 1e-4  # of the whole: a smaller share is shown as 0
_ROAD_ROWS = {REMAINDER: "none of them; all closed"}


def rows(result: Result) -> list[tuple[str, str, str, str, str, str]]:
    """For each readout: name, unit, healthy, highest (or lowest), day of that, value at the end; empty without a result."""
    if not len(result.times):
        return []
    known = result.problem.model.readout_names
    names = [*(name for name in _BODY if name in known and result.moved(name)), *(name for name in HEADLINE if name in known)]
    out = []
    for name in names:
        y = result.readout(name)
        value, day = result.peak(name)
        moved, low = result.moved(name), y[0] - y.min() > y.max() - y[0]
        if low:
            value, day = float(y.min()), float(result.times[np.argmin(y)])
        unit = pretty(result.problem.model.readout(name).unit_text)
        out.append((label_of(name), unit, number(_shown(y[0])), number(_shown(value)) + (" (lowest)" if low else "") if moved else "–",
                    (f"{day:.2f}" if day < 100 else f"{day:.0f}") if moved else "–", number(_shown(y[-1]))))
    return out


def _shown(value: float) -> float:
    """Values below what any assay sees are shown as 0; nothing is shown below 0."""
    return 0.0 if value < 1e-4 else float(value)


def headline(result: Result) -> list[str]:
    """The table of readouts as lines of text."""
    table = rows(result)
    if not table:
        return []
    return aligned([NUMBERS_HEAD, *table])


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


def road_head(roads: Roads) -> tuple[str, ...]:
    """The heads of the columns of :func:`road_rows`."""
    day, unit = f"{roads.question.day:g}", pretty(roads.unit)
    told = name_of(roads.question.readout) + (f" [{unit}]" if unit else "")
    drawn = ("90 % of draws",) if roads.bands else ()
    return (f"{told} by road", "share (never open)", *drawn, f"share (closed from day {day})", *drawn, "left without it (never open)",
            f"left without it (closed from day {day})")


def road_rows(roads: Roads) -> list[tuple[str, ...]]:
    """For each road: its share in both senses, where that lies over draws, and what is left where it alone is closed; then the rest and the sum."""
    senses = (roads.never, roads.from_now)
    bands = (roads.bands.never, roads.bands.from_now) if roads.bands else (None, None)
    names = [*roads.never.roads, REMAINDER]
    columns = []
    for sense, drawn in zip(senses, bands, strict=True):
        columns.append([*(_known(sense.shares[name], _TOO_SMALL * abs(roads.at_end or 0.0)) for name in names), _known(roads.at_end)])
        if drawn is not None:
            columns.append([_reach(drawn.bands, name) for name in (*names, WHOLE)])
    columns += [[*(_known(sense.alone[name]) for name in (*roads.never.roads, "all")), ""] for sense in senses]
    return list(zip([*(_ROAD_ROWS.get(name, name) for name in names), "together"], *columns, strict=True))


def road_lines(roads: Roads) -> list[str]:
    """The table of roads as lines of text."""
    return aligned([road_head(roads), *road_rows(roads)])


def _known(value: float | None, least: float = 0.0) -> str:
    return "unknown" if value is None else number(0.0 if abs(value) < max(least, 1e-6) else value)


def _reach(bands: Mapping[str, Band], name: str) -> str:
    """From where to where nine tenths of the draws reach; what is next to nothing beside the whole is told as nothing."""
    if not bands:
        return "unknown"
    least = 10 * _TOO_SMALL * max(abs(bands[WHOLE].low), abs(bands[WHOLE].high))  # draws are solved less exactly
    return " to ".join(dict.fromkeys(_known(edge, least) for edge in (bands[name].low, bands[name].high)))


def aligned(table: list[tuple[str, ...]]) -> list[str]:
    """Columns of text: the first left, the others right."""
    widths = [max(len(row[j]) for row in table) for j in range(len(table[0]))]
    return ["  ".join(cell.ljust(w) if j == 0 else cell.rjust(w) for j, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip()
            for row in table]
