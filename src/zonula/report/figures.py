"""Figures of a run: the response beside the data, and the whole course."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zonula.report.course import chosen, draw_course
from zonula.report.frame import settle
from zonula.report.panels import clock, mark_doses, panel
from zonula.report.pictures import save_figure
from zonula.report.roads_figures import draw_roads, road_caption, road_title
from zonula.report.style import DATA, PEOPLE, house_style
from zonula.simulation.forecast import Forecast
from zonula.simulation.observations import Observations
from zonula.simulation.ribbon import Ribbon
from zonula.simulation.words import number

RESPONSE_FIGURE, ROADS_FIGURE = "01_response", "03_roads"
_CYTOKINES = ("tnf", "il6", "il8", "il10")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that was drawn: its file name without ending, its title, and what it shows in words."""

    name: str
    title: str
    caption: str


def draw_figures(run: Forecast, folder: Path) -> list[Figure]:
    """Draw all figures of a run as SVG and PNG into *folder*; none where nothing was computed."""
    if not len(run.result.times):
        return []
    made = []
    with house_style() as pyplot, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a label in a script that the font lacks is drawn as boxes; the page shows it
        for figure, canvas in filter(None, (_response(run, pyplot), _course(run, pyplot), _by_road(run, pyplot))):
            save_figure(canvas, folder, figure.name)
            made.append(figure)
    return made


def _by_road(run: Forecast, pyplot: Any) -> tuple[Figure, Any] | None:
    """A readout by road, where that was asked for and there is something to show."""
    if run.roads is None or "finished" not in (run.roads.never.status, run.roads.from_now.status):
        return None
    return Figure(ROADS_FIGURE, road_title(run.roads), road_caption(run.roads)), draw_roads(run.roads, pyplot)


def _response(run: Forecast, pyplot: Any) -> tuple[Figure, Any] | None:
    """The first hours after endotoxin, or as long as there are measurements, with these."""
    result, data = run.result, run.setup.observations
    doses = [d for d in result.problem.plan.doses if d.start < result.times[-1] and (data or d.substance == "lps")]
    if not doses and not data:
        return None
    first = doses[0].start if doses else 0.0
    zero = data[0].zero if data and data[0].zero < result.times[-1] else first
    names = list(dict.fromkeys(o.readout for o in data)) or [name for name in _CYTOKINES if name in result.problem.model.readout_names]
    last = max([float(o.days.max()) for o in data], default=zero + 0.4)
    last = last if last > zero else zero + 0.4
    scale, unit = clock(last - zero)
    margin = 1 / 24 if unit == "hours" else 0.05 * (last - zero)
    window = (zero - margin / 2, min(float(result.times[-1]), last + margin))
    since = ("day 0" if not doses else "the start of the infusion" if doses[0].duration else "the first dose" if len(doses) > 1 else "the dose")
    canvas = _beside_data(run, names, pyplot, window=window, zero=zero, scale=scale, label=f"{unit} after {since}")
    who = " and the ".join(dict.fromkeys(o.label for o in data))
    caption = (f"The first {unit} after {since}: the model (line) against the {who}." if who else f"The first {unit} after {since}.")
    return Figure(RESPONSE_FIGURE, "The response, hour by hour" if unit == "hours" else "Beside the data", caption + " Dashed: the healthy value."
                  + ribbon_words(run.ribbon)
                  + (" Single people above the frame are cut off." if any(o.subject for o in data) else "")), canvas


def _beside_data(run: Forecast, names: list[str], pyplot: Any, *, window: tuple[float, float], zero: float, scale: float, label: str) -> Any:
    """A panel for each of *names*, with the measurements of it."""
    result, data = run.result, run.setup.observations
    lines = 1 if len(names) <= 2 else 2
    columns = -(-len(names) // lines)
    canvas, axes = pyplot.subplots(lines, columns, figsize=(max(3.9 * columns, 6.0), 2.65 * lines + 0.5), squeeze=False)
    _lay_out(canvas, below=0.35)
    for axis, name in zip(axes.flat, names, strict=False):
        mine = [o for o in data if o.readout == name]
        panel(axis, result, name, window, zero=zero, scale=scale, label=label, ribbon=run.ribbon)
        for o in mine:
            _points(axis, o, scale)
        axis.set_ylim(0, max(axis.get_ylim()[1], *(1.08 * _top(o) for o in mine), 1e-9))
        mark_doses(axis, result, zero, scale, window)
        settle(axis)
    for axis in axes.flat[len(names):]:
        axis.set_visible(False)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    canvas.legend(unique.values(), unique.keys(), loc="lower center", ncols=5, columnspacing=1.1, handlelength=1.6)
    return canvas


def _lay_out(canvas: Any, *, below: float) -> None:
    """Margins in inches, the same for every figure: measuring each text would take longer than drawing it."""
    width, height = canvas.get_size_inches()
    canvas.subplots_adjust(left=0.55 / width, right=1 - 0.12 / width, top=1 - 0.3 / height, bottom=(0.5 + below) / height, wspace=0.22, hspace=0.48)


def _points(axis: Any, o: Observations, scale: float) -> None:
    hours, label = scale * (o.days - o.zero), _as_written(o.label)
    if o.subject:
        subjects = np.array(o.subject)
        for k, who in enumerate(dict.fromkeys(o.subject)):
            axis.plot(hours[subjects == who], o.values[subjects == who], color=PEOPLE, lw=0.7, zorder=1.5, label=label if k == 0 else None)
    else:
        axis.errorbar(hours, o.values, yerr=o.sd, fmt="o", ms=4.5, color=DATA, ecolor=DATA, elinewidth=0.9, capsize=2, zorder=4,
                      label=f"{label} (SD)" if o.sd is not None else label)


def ribbon_words(ribbon: Ribbon | None) -> str:
    """What a ribbon means, behind a caption; empty where there is none."""
    if ribbon is None:
        return ""
    after = ("guesses included and not calibrated" if ribbon.variants == 0 else
             f"after calibration on studies in people, guesses included, in {ribbon.variants} variants of the model where the science is disputed")
    return (f" The ribbons hold 90 % and half of {ribbon.finished} draws of all that is not known of the typical person, {after}; "
            "what rises above four times the curve is cut off.")


def _as_written(label: str) -> str:
    """A label that is no formula to the drawing library, nor hidden by it."""
    return label.replace("$", r"\$").lstrip("_") or " "


def _top(o: Observations) -> float:
    """How high a panel must reach to show the measurements: means with their deviation, all but the highest of single values."""
    if o.subject:
        return float(np.quantile(o.values, 0.985))
    return float(np.max(o.values if o.sd is None else o.values + o.sd))


def _course(run: Forecast, pyplot: Any) -> tuple[Figure, Any]:
    """What was done, and every readout that moved, over the whole time."""
    until, unit = float(run.result.times[-1]), clock(float(run.result.times[-1]))
    moved = any(run.result.moved(name) for _, name in chosen(run.result))
    said = "What was done, and the readouts that moved" if moved else "Nothing moved: readouts"
    return Figure("02_course", "The whole course", f"{said}, over {number(until * unit[0])} {unit[1]}. Shaded: the normal range. "
                  f"Dashed: the healthy value of this person.{ribbon_words(run.ribbon)}"), draw_course(run.result, pyplot, ribbon=run.ribbon)


def figure_files(figures: Sequence[Figure]) -> list[str]:
    """Names of the files of *figures*."""
    return [f"figures/{figure.name}.{ending}" for figure in figures for ending in ("svg", "png")]
