"""Figures of a run: the response beside the data, and the whole course."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from zonula.ground.files import write_atomically
from zonula.language.units import pretty
from zonula.report.style import DATA, DOSE, HEALTHY, MODEL, PEOPLE, house_style
from zonula.simulation.forecast import Forecast
from zonula.simulation.observations import Observations
from zonula.simulation.result import Result
from zonula.simulation.words import name_of, number

_COURSE = ("tnf", "il6", "il10", "cortisol", "crp", "lbp", "neutrophils", "monocytes", "temperature_rise", "symptom_score",
           "endotoxin_tolerance", "endotoxin")
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
        for figure, canvas in filter(None, (_response(run, pyplot), _course(run, pyplot))):
            for ending in ("svg", "png"):
                write_atomically(folder / f"{figure.name}.{ending}", partial(_save, canvas, ending))
            made.append(figure)
    return made


def _save(canvas: Any, ending: str, path: Path) -> None:
    """Write a figure without a date or the name of a program in it: the same figure gives the same bytes."""
    canvas.savefig(path, format=ending, metadata={"Date": None} if ending == "svg" else {"Software": None})


def _response(run: Forecast, pyplot: Any) -> tuple[Figure, Any] | None:
    """The first hours after the dose, with the measurements."""
    result, data = run.result, run.setup.observations
    doses = [d for d in result.problem.plan.doses if d.start < result.times[-1]]
    if not doses:
        return None
    zero = data[0].zero if data else doses[0].start
    names = list(dict.fromkeys(o.readout for o in data)) or list(_CYTOKINES)
    zero = zero if zero < result.times[-1] else doses[0].start
    last = max([float(o.days.max()) for o in data], default=zero + 0.4)
    last = last if last > zero else zero + 0.4
    window = (zero - 0.5 / 24, min(float(result.times[-1]), last + 1.0 / 24))
    since = "the start of the infusion" if doses[0].duration else ("the first dose" if len(doses) > 1 else "the dose")
    lines = 1 if len(names) <= 2 else 2
    columns = -(-len(names) // lines)
    canvas, axes = pyplot.subplots(lines, columns, figsize=(max(3.9 * columns, 6.0), 2.65 * lines + 0.5), squeeze=False)
    _lay_out(canvas, below=0.35)
    for axis, name in zip(axes.flat, names, strict=False):
        mine = [o for o in data if o.readout == name]
        _panel(axis, result, name, window, zero=zero, scale=24.0, label=f"hours after {since}")
        for o in mine:
            _points(axis, o, 24.0)
        axis.set_ylim(0, max(axis.get_ylim()[1], *(1.08 * _top(o) for o in mine), 1e-9))
        _mark_doses(axis, result, zero, 24.0, window)
    for axis in axes.flat[len(names):]:
        axis.set_visible(False)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    canvas.legend(unique.values(), unique.keys(), loc="lower center", ncols=4)
    who = " and the ".join(dict.fromkeys(o.label for o in data))
    caption = (f"The first hours after {since}: the model (line) against the {who}." if who else f"The first hours after {since}.")
    return Figure("01_response", "The response, hour by hour", caption + " Dashed: the healthy value."
                  + (" Single people above the frame are cut off." if any(o.subject for o in data) else "")), canvas


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


def _as_written(label: str) -> str:
    """A label that is no formula to the drawing library, nor hidden by it."""
    return label.replace("$", r"\$").lstrip("_") or " "


def _top(o: Observations) -> float:
    """How high a panel must reach to show the measurements: means with their deviation, all but the highest of single values."""
    if o.subject:
        return float(np.quantile(o.values, 0.985))
    return float(np.max(o.values if o.sd is None else o.values + o.sd))


def _course(run: Forecast, pyplot: Any) -> tuple[Figure, Any]:
    """Every readout over the whole time."""
    result = run.result
    names = [name for name in _COURSE if name in result.problem.model.readout_names]
    columns = 4
    lines = -(-len(names) // columns)
    canvas, axes = pyplot.subplots(lines, columns, figsize=(12.4, 2.35 * lines), squeeze=False)
    _lay_out(canvas, below=0.0)
    window = (float(result.times[0]), float(result.times[-1]))
    for axis, name in zip(axes.flat, names, strict=False):
        _panel(axis, result, name, window, zero=0.0, scale=1.0, label="days")
        _mark_doses(axis, result, 0.0, 1.0, window)
    for axis in axes.flat[len(names):]:
        axis.set_visible(False)
    return Figure("02_course", "The whole course", f"Every readout over {number(window[1])} days. Dashed: the healthy value."
                  + (" Red: doses." if result.problem.plan.doses else "")), canvas


def _panel(axis: Any, result: Result, name: str, window: tuple[float, float], *, zero: float, scale: float, label: str) -> None:
    readout = result.problem.model.readout(name)
    keep = (result.times >= window[0]) & (result.times <= window[1])
    keep = keep if keep.any() else np.full(len(keep), fill_value=True)
    y = np.where(np.abs(result.readout(name)) < 1e-9, 0.0, result.readout(name))
    axis.axhline(y[0], color=HEALTHY, lw=0.9, ls=(0, (4, 3)), zorder=1)
    axis.plot(scale * (result.times[keep] - zero), y[keep], color=MODEL, lw=1.8, zorder=3, label="model")
    shown = pretty(readout.unit_text)
    title = name_of(name)
    axis.set_title((title[0].upper() + title[1:]) + (f"  [{shown}]" if shown else ""))
    axis.set_xlabel(label)
    axis.set_xlim(scale * (window[0] - zero), scale * (window[1] - zero))
    low, high = float(y[keep].min()), float(y[keep].max())
    if high - low < 0.02 * max(abs(high), 1e-9):  # a flat curve is drawn flat, not as magnified rounding
        middle = (high + low) / 2
        axis.set_ylim(0, 2 * middle if middle > 0 else 1)
    else:
        axis.set_ylim(0, 1.05 * high)


def _mark_doses(axis: Any, result: Result, zero: float, scale: float, window: tuple[float, float]) -> None:
    for dose in result.problem.plan.doses:
        if window[0] <= dose.start <= window[1]:
            start, end = scale * (dose.start - zero), scale * (dose.end - zero)
            axis.plot([start, max(end, start)], [0, 0], color=DOSE, lw=4, solid_capstyle="butt", clip_on=False, zorder=5,
                      transform=axis.get_xaxis_transform())
            axis.plot([start], [0], marker="^", color=DOSE, ms=6, clip_on=False, zorder=6, transform=axis.get_xaxis_transform())


def figure_files(figures: Sequence[Figure]) -> list[str]:
    """Names of the files of *figures*."""
    return [f"figures/{figure.name}.{ending}" for figure in figures for ending in ("svg", "png")]
