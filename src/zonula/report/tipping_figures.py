"""Figures of tipping: the map of insults, a control turned there and back, and what each circle carries over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zonula.language.model import Model
from zonula.language.units import pretty
from zonula.report.style import BARS, DATA, HEALTHY, MODEL
from zonula.simulation.words import name_of
from zonula.tipping.hysteresis import Followed, Hysteresis
from zonula.tipping.judge import ILL, LOST, LOW_GRADE, WELL
from zonula.tipping.loops import Loops
from zonula.tipping.study import Study
from zonula.tipping.tipping_map import TippingMap

# by lightness as well as by hue, and each with a letter
_SHADES = {WELL: ("#dcebe7", ""), LOW_GRADE: ("#ecb95c", "l"), ILL: ("#8a1c3b", "i"), LOST: ("#b9b4ad", "?")}
_INK = "#1d2329"
_MAP_SAYS = ("The same person after insults of every size and length, in folds of the scenario's own (the cross). "
             "A dot: still changing when judged.")
_HYSTERESIS_SAYS = ("Lines: resting states; whole ones hold by themselves, broken ones do not. Marks: a slow sweep, there and back; hollow ones had "
                    "not come to rest. A star: a fold.")
_CIRCLES_SAY = ("What each arrow returns of what goes round, day by day. At 0 it carries nothing, at 1 the circle just feeds itself, below 0 it "
                "steadies.")


def figures_of(found: Study) -> dict[str, tuple[str, Any]]:
    """How each figure of a study is drawn, by file name: (caption, function of pyplot)."""
    made: dict[str, tuple[str, Any]] = {}
    model = found.setup.problem.model
    if (drawn := found.map) is not None:
        made["01_map"] = _MAP_SAYS, lambda pyplot: draw_map(drawn, pyplot)
    if (turned := found.hysteresis) is not None:
        made["02_hysteresis"] = _HYSTERESIS_SAYS, lambda pyplot: draw_hysteresis(turned, model, pyplot)
    if found.course:
        made["03_circles"] = _CIRCLES_SAY, lambda pyplot: draw_circles(found.course, pyplot)
    return made


def draw_map(found: TippingMap, pyplot: Any) -> Any:
    """Draw a map; the canvas."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    canvas, axis = pyplot.subplots(figsize=(7.4, 5.4))
    canvas.subplots_adjust(left=0.1, right=0.97, top=0.92, bottom=0.2)
    kinds = list(_SHADES)
    codes = np.array([[kinds.index(str(verdict)) for verdict in row] for row in found.verdicts])
    axis.pcolormesh(_borders(found.sizes), _borders(found.lengths), codes, cmap=ListedColormap([shade for shade, _ in _SHADES.values()]),
                    vmin=-0.5, vmax=len(kinds) - 0.5, edgecolors="white", linewidth=0.6)
    for j, length in enumerate(found.lengths):
        for i, size in enumerate(found.sizes):
            if (letter := _SHADES[str(found.verdicts[j, i])][1]) and not np.allclose((size, length), 1):  # there stands the cross
                axis.text(size, length, letter, ha="center", va="center", fontsize=7, color="white" if letter == "i" else _INK)
            if found.moving[j, i]:
                axis.plot([size], [length], ".", ms=3, color=_INK)
    for shade, size, width in (("white", 15, 4.6), (_INK, 13, 2.2)):  # seen on dark squares, too
        axis.plot([1], [1], "+", ms=size, mew=width, color=shade)
    axis.set_xscale("log")
    axis.set_yscale("log")
    for one, values in ((axis.xaxis, found.sizes), (axis.yaxis, found.lengths)):
        ticks = [tick for tick in (0.125, 0.25, 0.5, 1, 2, 4, 8, 16) if values[0] * 0.99 <= tick <= values[-1] * 1.01]
        one.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
        one.set_minor_locator(pyplot.NullLocator())
    axis.grid(visible=False)
    axis.set_title("What becomes of this person")
    axis.set_xlabel("size of the insult, times the scenario's")
    axis.set_ylabel("length of the insult, times the scenario's")
    shown = [kind for kind in kinds if kind in found.verdicts]
    labels = [f"{_SHADES[kind][1]}: {kind}" if _SHADES[kind][1] else kind for kind in shown]
    canvas.legend(handles=[Patch(color=_SHADES[kind][0]) for kind in shown], labels=labels, loc="lower center", ncols=4)
    return canvas


def draw_hysteresis(found: Hysteresis, model: Model, pyplot: Any) -> Any:
    """Draw each readout along the control; the canvas."""
    names = found.readouts
    canvas, axes = pyplot.subplots(1, len(names), figsize=(5.6 * len(names), 4.2), squeeze=False)
    canvas.subplots_adjust(left=0.07, right=0.98, top=0.9, bottom=0.24, wspace=0.22)
    for j, (axis, name) in enumerate(zip(axes.flat, names, strict=True)):
        _along(axis, found, j)
        unit = pretty(model.readout(name).unit_text)
        title = name_of(name)
        axis.set_title(title[0].upper() + title[1:] + (f"  [{unit}]" if unit else ""))
        control = pretty(found.control.unit_text)
        axis.set_xlabel(found.control.path + (f"  [{control}]" if control else ""))
        if found.control.logarithmic:
            axis.set_xscale("log")
        axis.axvline(found.control.own, color=HEALTHY, lw=0.8, ls=":")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    canvas.legend(unique.values(), unique.keys(), loc="lower center", ncols=5)
    return canvas


def _along(axis: Any, found: Hysteresis, j: int) -> None:
    for one in found.followed:
        _branch(axis, one, j)
    for leg, mark, shade, name in ((found.there, ">", MODEL, "swept there"), (found.back, "<", DATA, "swept back")):
        for rests in (True, False):
            here = leg.rests == rests
            if np.any(here):
                axis.plot(leg.controls[here], leg.values[here, j], mark, ms=5, color=shade, mfc=shade if rests else "white", zorder=3,
                          label=name if rests else f"{name}, not at rest")


def _branch(axis: Any, one: Followed, j: int) -> None:
    """A branch in pieces that are alike stable; neighbors share a point."""
    controls, values, stable = one.branch.controls, one.values[:, j], one.branch.stable
    start = 0
    for k in range(1, len(controls) + 1):
        if k == len(controls) or stable[k] != stable[start]:
            piece = slice(start, min(k + 1, len(controls)))
            axis.plot(controls[piece], values[piece], color=_INK, lw=1.3, ls="-" if stable[start] else (0, (4, 3)),
                      label="rests, and holds" if stable[start] else "rests, does not hold")
            start = k
    for k in one.branch.folds:
        axis.plot([controls[k]], [values[k]], "*", ms=11, color=_INK, zorder=4, label="fold")


def draw_circles(course: Sequence[Loops], pyplot: Any) -> Any:
    """Draw what each circle carries over time; the canvas."""
    canvas, axis = pyplot.subplots(figsize=(9.2, 3.9))
    canvas.subplots_adjust(left=0.08, right=0.97, top=0.9, bottom=0.28)
    days = [float(one.day or 0.0) for one in course]
    names = list(dict.fromkeys(circle.arrow for one in course for circle in one.circles))
    for k, name in enumerate(names):
        gains = [next((circle.gain for circle in one.circles if circle.arrow == name), 0.0) for one in course]
        axis.plot(days, gains, "o-", ms=3.2, lw=1.5, color=BARS[k % len(BARS)], label=name)
    axis.axhline(0, color=HEALTHY, lw=0.8)
    if max((circle.gain for one in course for circle in one.circles), default=0.0) > 0.7:
        axis.axhline(1, color=_INK, lw=0.8, ls="--")
    axis.set_title("What each circle returns of itself")
    axis.set_xlabel("day")
    axis.set_ylabel("gain")
    canvas.legend(loc="lower center", ncols=5)
    return canvas


def _borders(values: Any) -> Any:
    """Borders of squares around values on a logarithmic scale."""
    if len(values) == 1:
        return np.array([values[0] / 1.2, values[0] * 1.2])
    logs = np.log(np.maximum(values, 1e-3))
    middle = (logs[1:] + logs[:-1]) / 2
    return np.exp(np.concatenate([[2 * logs[0] - middle[0]], middle, [2 * logs[-1] - middle[-1]]]))
