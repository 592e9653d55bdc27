"""The figure of the whole course: what was done as labelled bars, and below it every readout that moved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from zonula.language.units import pretty
from zonula.report.frame import settle
from zonula.report.panels import clock, mark_doses, panel, shade_normal
from zonula.report.style import BARS
from zonula.simulation.events import Dose, Plan, Setting
from zonula.simulation.result import Result
from zonula.simulation.ribbon import Ribbon
from zonula.simulation.words import number

# what is drawn first, by group; then, where there is room, what is of interest in trials of endotoxin
GROUPS: dict[str, tuple[str, ...]] = {
    "gut wall": ("lactulose_mannitol_ratio", "calprotectin", "mucus_thickness"),
    "blood": ("plasma_lps", "il6", "crp", "tnf"),
    "immunity": ("autoantibody", "gut_th17"),
    "joint": ("sjc28", "cartilage", "das28_crp"),
    "person": ("pain_vas", "phq9", "fatigue"),
}
_ALSO: dict[str, tuple[str, ...]] = {
    "blood": ("il10", "cortisol", "lbp", "neutrophils", "monocytes", "endotoxin"),
    "person": ("temperature_rise", "symptom_score"),
    "immunity": ("endotoxin_tolerance",),
}
_ENOUGH = 12  # panels; further readouts are drawn up to that number
_STILL_SHOWN = 6  # panels where nothing moves
_COLUMNS, _WIDTH, _LEFT, _RIGHT, _SPACE = 3, 12.4, 0.55, 0.12, 0.55  # inches
_PANEL, _BETWEEN, _TOP, _LOW = 1.55, 0.78, 0.34, 0.48
_ROW, _NAMES = 0.24, 1.75  # of the bars of what was done
_LETTER = 0.072  # inches that a letter of a label takes
_THIN = 6  # rows of bars that are repeated in the panels
_FEW = 12  # doses that are each marked below the curves


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that was done: from *start* to *end* [day], with a *label*, in the row of *name*."""

    name: str
    label: str
    start: float
    end: float


def bars_of(plan: Plan, until: float) -> list[Bar]:
    """What was done before *until*, doses of one course merged into one bar."""
    doses: dict[tuple[str, float, str], list[Dose]] = {}
    for dose in plan.doses:
        if dose.start < until:
            doses.setdefault((dose.substance, dose.amount, dose.unit_text), []).append(dose)
    bars = [_course_bar(course, until) for group in doses.values() for course in _courses(group)]
    settings: dict[tuple[str, float, float, float], Setting] = {}
    for s in plan.settings:
        if s.start < until:
            settings.setdefault((s.what or s.exposure, s.start, s.end, s.value if _bare(s) else 0.0), s)
    bars += [Bar(_plain(s.what or s.exposure), f"{number(s.value)} {pretty(s.unit_text)}".strip() if _bare(s) else "", s.start, min(s.end, until))
             for s in settings.values()]
    return sorted(bars, key=lambda bar: (min(b.start for b in bars if b.name == bar.name), bar.name, bar.start))


def _bare(setting: Setting) -> bool:
    """Whether an exposure was set by its own name and level, and not by the name of a practice (a diet, a stress programme)."""
    return setting.what in ("", setting.exposure)


def _plain(name: str) -> str:
    return name.rsplit(".", 1)[-1].replace("_", " ")


def _courses(doses: list[Dose]) -> list[list[Dose]]:
    """Doses of one kind, parted where the pause is far longer than the usual one."""
    ordered = sorted(doses, key=lambda dose: dose.start)
    pauses = sorted(b.start - a.start for a, b in pairwise(ordered))
    usual = pauses[len(pauses) // 2] if pauses else 0.0
    courses = [ordered[:1]]
    for before, dose in pairwise(ordered):
        if dose.start - before.start > 2.5 * usual:
            courses.append([])
        courses[-1].append(dose)
    return courses


def _course_bar(course: list[Dose], until: float) -> Bar:
    first, last = course[0], course[-1]
    pause = (last.start - first.start) / (len(course) - 1) if len(course) > 1 else 0.0
    times = f" × {len(course)}" if len(course) > 1 else ""
    unit = first.unit_text + ("/kg" if first.per_weight and not first.unit_text.endswith("/kg") else "")
    return Bar(_plain(first.substance), f"{number(first.amount)} {unit}".strip() + times, first.start, min(max(last.end, last.start + pause), until))


def chosen(result: Result) -> list[tuple[str, str]]:
    """The readouts that are drawn, each with its group: those that moved; where none did, the first of each."""
    known = result.problem.model.readout_names
    main = [(group, name) for group, names in GROUPS.items() for name in names if name in known]
    more = [(group, name) for group, names in _ALSO.items() for name in names if name in known]
    moved = [pair for pair in main if result.moved(pair[1])]
    moved += [pair for pair in more if result.moved(pair[1])][:max(_ENOUGH - len(moved), 0)]
    order = list(GROUPS)
    return sorted(moved or (main + more)[:_STILL_SHOWN], key=lambda pair: order.index(pair[0]))


def draw_course(result: Result, pyplot: Any, *, ribbon: Ribbon | None = None) -> Any:
    """Draw the whole course; the canvas."""
    picked, window = chosen(result), (float(result.times[0]), float(result.times[-1]))
    scale, unit = clock(window[1])
    bars = bars_of(result.problem.plan, window[1])
    names = list(dict.fromkeys(bar.name for bar in bars))
    strip = _ROW * len(names) + 0.62 if bars else 0.0
    lines = math.ceil(len(picked) / _COLUMNS)
    height = _TOP + strip + lines * _PANEL + (lines - 1) * _BETWEEN + _LOW
    canvas = pyplot.figure(figsize=(_WIDTH, height))
    if bars:
        left = _NAMES / _WIDTH
        axis = canvas.add_axes((left, 1 - (0.3 + _ROW * len(names)) / height, 1 - left - _RIGHT / _WIDTH, _ROW * len(names) / height))
        _strip(axis, bars, names, window, scale)
        axis.set_title(f"What was done  [{unit}]", y=1.0)
    wide = (_WIDTH - _LEFT - _RIGHT - (_COLUMNS - 1) * _SPACE) / _COLUMNS
    for k, (group, name) in enumerate(picked):
        line, column = divmod(k, _COLUMNS)
        bottom = height - _TOP - strip - _PANEL - line * (_PANEL + _BETWEEN)
        axis = canvas.add_axes(((_LEFT + column * (wide + _SPACE)) / _WIDTH, bottom / height, wide / _WIDTH, _PANEL / height))
        panel(axis, result, name, window, zero=0.0, scale=scale, label=unit, ribbon=ribbon)
        axis.text(1, 1.03, group, transform=axis.transAxes, ha="right", va="bottom", fontsize=8, color="#5a6066", style="italic")
        _thin_bars(axis, bars, names, scale)
        shade_normal(axis, name)
        if len(result.problem.plan.doses) <= _FEW:
            mark_doses(axis, result, 0.0, scale, window)
        settle(axis)
    return canvas


def _strip(axis: Any, bars: Sequence[Bar], names: Sequence[str], window: tuple[float, float], scale: float) -> None:
    """What was done, a row for each, labels beside or in the bars as there is room."""
    axis.set_xlim(scale * window[0], scale * window[1])
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.set_yticks(range(len(names)), [name if len(name) <= 24 else name[:23] + "…" for name in names])
    axis.tick_params(length=0, axis="y")
    axis.grid(visible=False, axis="y")
    per_inch = scale * (window[1] - window[0]) / (_WIDTH - _NAMES - _RIGHT)
    carried = ""  # labels that found no room, told with the next bar of their row
    for k, bar in enumerate(bars):
        row, start, end = names.index(bar.name), scale * bar.start, scale * bar.end
        end = max(end, start + 0.05 * per_inch)
        axis.barh(row, end - start, left=start, height=0.72, color=BARS[row % len(BARS)], lw=0, zorder=3)
        last = k + 1 == len(bars) or bars[k + 1].name != bar.name
        room = (scale * window[1] if last else scale * bars[k + 1].start) - end
        said = f"{carried} → {bar.label}" if carried else bar.label
        needed = (len(said) + 1) * _LETTER * per_inch
        carried = ""
        if end - start > needed:
            axis.text(start + 0.05 * per_inch, row, said, va="center", fontsize=8, color="white", zorder=4)
        elif room > needed:
            axis.text(end + 0.05 * per_inch, row, said, va="center", fontsize=8, zorder=4)
        elif not last:
            carried = said
        elif start - scale * window[0] > needed:
            axis.text(start - 0.05 * per_inch, row, said, va="center", ha="right", fontsize=8, zorder=4)


def _thin_bars(axis: Any, bars: Sequence[Bar], names: Sequence[str], scale: float) -> None:
    """The same bars, thin, above the curve of a panel: to see under what it was when."""
    from matplotlib.collections import LineCollection

    low, high = axis.get_ylim()
    rows = min(len(names), _THIN)
    axis.set_ylim(low, high + 0.034 * rows * (high - low))
    drawn = [(row, bar) for row, name in enumerate(names[:_THIN]) for bar in bars if bar.name == name and bar.end > bar.start]
    axis.add_artist(LineCollection([((scale * bar.start, 0.985 - 0.03 * row), (scale * bar.end, 0.985 - 0.03 * row)) for row, bar in drawn],
                                   colors=[BARS[row % len(BARS)] for row, _ in drawn], linewidths=2.2, capstyle="butt", zorder=2, alpha=0.85,
                                   transform=axis.get_xaxis_transform()))  # together: each for itself takes as long as the curves
