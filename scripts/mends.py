"""What a before/after section is made of: a mend's words, its table, and its figure; and how they are drawn and written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.evidence.bibliography import bibliography
from zonula.report.style import DATA, HEALTHY, MODEL, house_style
from zonula.simulation.result import Result

Vector = npt.NDArray[np.float64]
AFTER, BEFORE, PEOPLE, OTHER = "after", "before", "people", "other"
STYLES: dict[str, dict[str, Any]] = {
    AFTER: {"color": MODEL, "lw": 1.8, "zorder": 3}, BEFORE: {"color": HEALTHY, "lw": 1.5, "ls": "--", "zorder": 2},
    PEOPLE: {"color": DATA, "marker": "o", "ms": 5, "ls": "none", "zorder": 4}, OTHER: {"color": "#5b4a8a", "lw": 1.5, "ls": "-.", "zorder": 2},
}
COLORS = {AFTER: MODEL, BEFORE: "#b6bbc0", PEOPLE: DATA, OTHER: "#5b4a8a"}
PEOPLE_BAND = "#f7e9dd"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One curve, or the dots of people."""

    kind: str
    x: Sequence[float] | Vector
    y: Sequence[float] | Vector
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One set of axes with lines, or with groups of bars (*bars*: kind -> one height for each of *groups*)."""

    title: str
    x: str = ""
    y: str = ""
    lines: tuple[Line, ...] = ()
    groups: tuple[str, ...] = ()
    bars: Mapping[str, Sequence[float]] = field(default_factory=dict)
    band: tuple[float, float, str] | None = None
    log: str = ""
    bottom: float | None = None
    legend: str = "best"


@dataclass(frozen=True, kw_only=True)
class Mend:
    """One section of the page.

    sources : keys of the bibliography, or (text, address) of what is not in it
    rows    : quantity, what people show, before, after
    wrong   : what is still wrong
    """

    name: str
    title: str
    mechanism: str
    sources: tuple[str | tuple[str, str], ...]
    rows: tuple[tuple[str, str, str, str], ...]
    wrong: str
    panels: tuple[Panel, ...]


def told(x: float) -> str:
    """A number in three digits, without exponents where it can be helped."""
    return f"{x:.3g}" if not 1000 <= abs(x) < 1e6 else f"{round(x, -int(np.floor(np.log10(abs(x)))) + 2):.0f}"


def times(x: float) -> str:
    """A fold."""
    return f"×{told(x)}"


def percent(x: float) -> str:
    """A share."""
    return f"{100 * x:.0f} %" if x == 0 or x >= 0.095 else f"{100 * x:.2g} %"


def at(result: Result, name: str, day: float) -> float:
    """A readout on a day."""
    return float(result.at(name, np.array([float(day)]))[0])


def course(kind: str, result: Result, name: str, label: str = "") -> Line:
    """A readout over time."""
    return Line(kind=kind, x=result.times, y=result.readout(name), label=label)


def pair(title: str, unit: str, name: str, results: tuple[Result, Result], band: tuple[float, float, str] | None = None) -> Panel:
    """A readout before and after."""
    before, after = results
    lines = (course(BEFORE, before, name, "before"), course(AFTER, after, name, "after"))
    return Panel(title=title, x="day", y=unit, bottom=0.0, band=band, lines=lines)


def draw(mend: Mend, folder: Path) -> Path:
    """The figure of a mend, as SVG."""
    path = folder / f"{mend.name}.svg"
    with house_style() as pyplot:
        width = {1: 5.2, 2: 7.1, 3: 9.6}[len(mend.panels)]
        figure, axes = pyplot.subplots(1, len(mend.panels), figsize=(width, 2.9), squeeze=False, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
        for axis, panel in zip(axes[0], mend.panels, strict=True):
            _bars(axis, panel) if panel.bars else _lines(axis, panel)
            axis.set_title(panel.title)
            axis.set_xlabel(panel.x)
            axis.set_ylabel(panel.y)
            if panel.bottom is not None:
                axis.set_ylim(bottom=panel.bottom)
            if axis.get_legend_handles_labels()[0]:
                axis.legend(loc=panel.legend, fontsize=7.5)
        figure.savefig(path, format="svg", metadata={"Date": None})
    return path


def _lines(axis: Any, panel: Panel) -> None:
    if panel.band:
        axis.axhspan(panel.band[0], panel.band[1], fc=PEOPLE_BAND, ec=DATA, lw=0.5, zorder=0, label=panel.band[2])
    for line in panel.lines:
        axis.plot(line.x, line.y, label=line.label or None, **STYLES[line.kind])
    if "x" in panel.log:
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter("{x:g}")
    if "y" in panel.log:
        axis.set_yscale("log")


def _bars(axis: Any, panel: Panel) -> None:
    width = 0.8 / len(panel.bars)
    places = np.arange(len(panel.groups))
    for k, (kind, heights) in enumerate(panel.bars.items()):
        color = COLORS.get(kind.split(", ")[-1], COLORS[OTHER])
        axis.bar(places + (k - (len(panel.bars) - 1) / 2) * width, heights, width * 0.94, color=color, label=kind, zorder=2)
    axis.set_xticks(places, panel.groups)
    axis.grid(visible=False, axis="x")
    if "y" in panel.log:
        axis.set_yscale("log")


def source(entry: str | tuple[str, str]) -> str:
    """A source as a link."""
    if not isinstance(entry, str):
        return f"[{entry[0]}]({entry[1]})" if entry[1] else entry[0]
    known = bibliography()[entry]
    name = re.sub(r"(?<=[a-z])(?=\d{4})", " ", entry)
    return f"[{name}]({known.link})"


def section(mend: Mend, number: int) -> str:
    """The section of a mend, in Markdown."""
    lines = [f"## {number}. {mend.title}", "", mend.mechanism, "", f"Sources: {'; '.join(map(source, mend.sources))}.", "",
             "| | people | before | after |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in mend.rows]
    lines += ["", f"![{mend.title}](mends/{mend.name}.svg)", "", f"Still wrong: {mend.wrong}", ""]
    return "\n".join(lines)
