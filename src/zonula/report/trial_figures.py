"""Figures of a trial: curves by arm, what was asked with its two kinds of doubt, subgroups, and how large it would have to be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zonula.language.units import pretty
from zonula.report.ranges import RANGES
from zonula.report.style import HEALTHY, MODEL, RIBBON
from zonula.report.trial_courses import Course, Courses
from zonula.report.trial_tables import in_words, interval_words, p_words

INK, SOFT, WIDTH = "#1d2329", "#5a6066", 9.6  # inches
# by hue, by lightness, and by the mark: none needs colour to be told apart; what others are compared with is gray
_SHADES = ((MODEL, "o", "-"), ("#c0560b", "s", "-"), ("#3f6b4c", "^", "-"), ("#5b4a8a", "D", "-"), ("#8a1c3b", "v", "-"), ("#7a5a10", "P", "-"))
_GRAY = (HEALTHY, "o", (0, (4, 2)))
_HALF = "#5a9bc4"  # the half of what is not known
_MOST_PANELS, _MOST_TICKS, _LINES = 7, 9, 2
_ROW, _HEAD, _FOOT = 0.30, 0.42, 0.62  # inches of a line of a figure of intervals, of what stands above, and below


@dataclass(frozen=True, slots=True)
class Hand:
    """How an arm is drawn: its title, color, mark and line."""

    title: str
    color: str
    mark: str
    line: Any


def hands(arms: Mapping[str, Mapping[str, Any]]) -> dict[str, Hand]:
    """How each arm is drawn, by name."""
    made, free = {}, iter(_SHADES * (1 + len(arms) // len(_SHADES)))
    for name, arm in arms.items():
        shade = _GRAY if arm.get("comparator") else next(free)
        made[name] = Hand(str(arm.get("title") or name.replace("_", " ")), *shade)
    return made


def draw_courses(courses: Courses, said: Mapping[str, Any], measures: Sequence[str], units: Mapping[str, str], pyplot: Any) -> Any:
    """Draw each measure by arm, the first of them large; the canvas."""
    shown, drawn = list(measures)[:_MOST_PANELS], hands(said["arms"])
    rows = math.ceil((len(shown) - 1) / 2)
    height = 3.9 + 2.35 * rows
    canvas = pyplot.figure(figsize=(WIDTH, height))
    high = 3.0 / height
    first = canvas.add_axes((0.065, 1 - 0.35 / height - high, 0.685, high))
    _panel(first, courses.of[shown[0]], shown[0], units, drawn)
    _name_ends(first, courses.of[shown[0]], drawn, RANGES[shown[0]].factor if shown[0] in RANGES else 1.0)
    for k, name in enumerate(shown[1:]):
        row, column = divmod(k, 2)
        bottom = (0.5 + 2.35 * (rows - 1 - row)) / height
        _panel(canvas.add_axes((0.065 + 0.49 * column, bottom, 0.435, 1.5 / height)), courses.of[name], name, units, drawn)
    return canvas


def _panel(axis: Any, arms: Mapping[str, Course], name: str, units: Mapping[str, str], drawn: Mapping[str, Hand]) -> None:
    """A measure over time: means as measured with 95 % intervals, and dotted the same persons without error."""
    known = RANGES.get(name)
    factor = known.factor if known else 1.0
    for arm, course in arms.items():
        hand, weeks = drawn[arm], course.days / 7.0
        axis.fill_between(weeks, factor * (course.mean - course.half), factor * (course.mean + course.half), color=hand.color, alpha=0.09, lw=0)
        axis.plot(weeks, factor * course.mean, color=hand.color, ls=hand.line, lw=1.7, marker=hand.mark, ms=4.2, mec="white", mew=0.6, zorder=3)
        axis.plot(weeks, factor * course.true, color=hand.color, ls=":", lw=1.1, zorder=2)
    low, high = axis.get_ylim()
    axis.set_ylim(max(low, 0.0) if low < 0 < high or low < 0.35 * high else low, high)
    if known and not known.low_is_bad and known.limits[0] * factor > axis.get_ylim()[0]:
        axis.axhspan(axis.get_ylim()[0], min(known.limits[0] * factor, axis.get_ylim()[1]), color="#e8f2f0", zorder=0, lw=0)
    label = known.label if known else name.replace("_", " ")
    unit = known.shown if known and known.shown is not None else pretty(units.get(name, ""))
    axis.set_title(f"{label[0].upper()}{label[1:]}" + (f"  [{unit}]" if unit else ""))
    axis.set_xlabel("weeks since randomisation")
    axis.margins(x=0.02)


def _name_ends(axis: Any, arms: Mapping[str, Course], drawn: Mapping[str, Hand], factor: float) -> None:
    """Names of arms beside the ends of their curves, moved apart where they meet."""
    low, high = axis.get_ylim()
    ends = {}
    for arm, course in arms.items():
        seen = np.flatnonzero(np.isfinite(course.mean))
        if len(seen):
            ends[arm] = (factor * float(course.mean[seen[-1]]) - low) / (high - low)
    names = sorted(ends, key=lambda arm: ends[arm])
    for arm, place in zip(names, apart([ends[arm] for arm in names], 0.085), strict=True):
        hand = drawn[arm]
        axis.plot([1.004, 1.022, 1.03], [ends[arm], place, place], color=hand.color, lw=1.2, clip_on=False, transform=axis.transAxes)
        axis.plot([1.042], [place], hand.mark, color=hand.color, ms=5, clip_on=False, transform=axis.transAxes)
        axis.text(1.056, place, fitted(hand.title, 26), transform=axis.transAxes, va="center", fontsize=8.5, fontweight="bold", color=hand.color)


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Rising places, moved so that none is nearer than *gap* to its neighbor, as little as may be."""
    moved = list(places)
    for _ in range(200):
        for k in range(len(moved) - 1):
            if (lack := gap - (moved[k + 1] - moved[k])) > 0:
                moved[k] -= lack / 2
                moved[k + 1] += lack / 2
    lowest = min(0.0, min(moved, default=0.0))
    return [place - lowest for place in moved]


def fitted(text: str, most: int) -> str:
    """Text that fits, in two lines where it must."""
    import textwrap

    lines = textwrap.wrap(text, most)
    return "\n".join(lines[:_LINES]) + ("…" if len(lines) > _LINES else "")


def draw_estimands(results: Mapping[str, Any], pyplot: Any) -> Any | None:
    """Draw every estimand with what a trial of this size would say, and what is not known of the model; the canvas, or None."""
    known = [e for e in results["estimands"] if _has(e.get("randomised"))]
    known.sort(key=lambda e: e["id"] != results.get("primary"))
    groups: dict[tuple[str, float], list[Mapping[str, Any]]] = {}
    for e in known:
        unit = pretty(str(e.get("unit") or ""))
        groups.setdefault((f"{e['measure']}, {unit}" if unit else e["measure"], float(e.get("null") or 0)), []).append(e)
    if not groups:
        return None
    heights = [_HEAD + 0.92 * len(several) + _FOOT for several in groups.values()]
    canvas = pyplot.figure(figsize=(WIDTH, sum(heights)))
    top = sum(heights)
    for ((what, null), several), height in zip(groups.items(), heights, strict=True):
        axis = canvas.add_axes((0.335, (top - height + _FOOT) / sum(heights), 0.64, (height - _HEAD - _FOOT) / sum(heights)))
        _estimands(axis, several, what, null, str(results.get("primary")))
        top -= height
    return canvas


def _estimands(axis: Any, several: Sequence[Mapping[str, Any]], what: str, null: float, primary: str) -> None:
    for k, e in enumerate(several):
        y = -float(k)
        _whisker(axis, y + 0.24, e["randomised"], MODEL, "o")
        if _has(e.get("twins")):
            _whisker(axis, y, e["twins"], "#3f6b4c", "D")
        _unknown(axis, y - 0.24, e.get("unknown") or {})
        axis.text(-0.015, y + 0.03, fitted(("★ " if e["id"] == primary else "") + str(e["title"]), 44), transform=axis.get_yaxis_transform(),
                  ha="right", va="center", fontsize=9, fontweight="bold" if e["id"] == primary else "normal", color=INK)
        if k:
            axis.axhline(y + 0.5, color="#eceef0", lw=0.8)
    axis.axvline(null, color=INK, lw=1.0)
    axis.set_ylim(-len(several) + 0.45, 0.55)
    axis.set_yticks([])
    axis.grid(visible=False, axis="y")
    axis.spines["left"].set_visible(False)
    axis.set_title(f"{what[0].upper()}{what[1:]}")
    if any(str(e.get("measure")).endswith("ratio") for e in several):
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.xaxis.set_minor_formatter(lambda value, _: f"{value:g}" if str(f"{value:.0e}")[0] in "25" else "")
    else:
        _sides(axis, several, null)


def _sides(axis: Any, several: Sequence[Mapping[str, Any]], null: float) -> None:
    """Which side is in favor of the first arm, below the axis."""
    senses = {bool(e["lower_is_better"]) for e in several if e.get("lower_is_better") is not None}
    if len(senses) != 1 or any(e["measure"] == "interaction" for e in several):
        return
    low, high = axis.get_xlim()
    room = 0.42 * (high - low)
    axis.set_xlim(min(low, null - room), max(high, null + room))
    better, worse = ("left", "right") if senses.pop() else ("right", "left")
    place = (null - axis.get_xlim()[0]) / (axis.get_xlim()[1] - axis.get_xlim()[0])
    for side, words in ((better, "better with the first"), (worse, "better with the second")):
        text = f"◂ {words}" if side == "left" else f"{words} ▸"
        axis.text(place + (-0.012 if side == "left" else 0.012), -0.4, text, transform=below(axis), fontsize=8, color=SOFT, va="center",
                  ha="right" if side == "left" else "left")


def below(axis: Any) -> Any:
    """Across: shares of the axis; up: inches from its lower end."""
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    figure = axis.figure
    down = ScaledTranslation(0, axis.get_position().y0 * figure.get_size_inches()[1], figure.dpi_scale_trans)
    return blended_transform_factory(axis.transAxes, figure.dpi_scale_trans + down)


def _has(one: Mapping[str, Any] | None) -> bool:
    return one is not None and one.get("value") is not None


def _whisker(axis: Any, y: float, one: Mapping[str, Any], color: str, mark: str) -> None:
    if one.get("lo") is not None and one.get("hi") is not None:
        axis.plot([one["lo"], one["hi"]], [y, y], color=color, lw=2.0, solid_capstyle="butt", zorder=3)
    axis.plot([one["value"]], [y], mark, color=color, ms=6.5, mec="white", mew=0.8, zorder=4)


def _unknown(axis: Any, y: float, one: Mapping[str, Any]) -> None:
    """A box of half and a line of nine tenths of typical persons."""
    if one.get("p05") is None:
        return
    axis.plot([one["p05"], one["p95"]], [y, y], color=RIBBON, lw=5.0, solid_capstyle="butt", zorder=2)
    axis.plot([one["p25"], one["p75"]], [y, y], color=_HALF, lw=9.0, solid_capstyle="butt", zorder=2.5)
    low, high = axis.dataLim.intervalx
    if one["p95"] - one["p05"] < 1e-3 * (high - low):  # all alike: a mark, as there is no width
        axis.plot([one["median"]], [y], "|", color=_HALF, ms=11, mew=3.0, zorder=2.5)
        return
    axis.plot([one["median"]] * 2, [y - 0.1, y + 0.1], color="white", lw=2.2, zorder=3)


def draw_subgroups(results: Mapping[str, Any], pyplot: Any) -> Any | None:
    """Draw the primary comparison by subgroup, with its numbers beside; the canvas, or None."""
    lines = _forest(results)
    if not lines:
        return None
    height = _HEAD + _ROW * len(lines) + 0.65
    canvas = pyplot.figure(figsize=(WIDTH, height))
    axis = canvas.add_axes((0.31, 0.65 / height, 0.42, 1 - (_HEAD + 0.65) / height))
    null = next((float(e.get("null") or 0) for e in results["estimands"] if e["id"] == lines[0]["estimand"]), 0.0)
    widest, reach = max((line["n"] for line in lines if line.get("n")), default=1), _reach(lines, null)
    for k, line in enumerate(lines):
        strong = line["kind"] != "level"
        axis.text(-0.73 if strong else -0.69, -k, fitted(line["name"], 46), transform=axis.get_yaxis_transform(), va="center", fontsize=9,
                  fontweight="bold" if strong else "normal", color=INK)
        axis.text(1.34, -k, line["words"], transform=axis.get_yaxis_transform(), va="center", ha="right", fontsize=8.5, color=INK)
        axis.text(1.36, -k, line["p"], transform=axis.get_yaxis_transform(), va="center", ha="left", fontsize=8.5, color=SOFT)
        if line.get("value") is None:
            continue
        axis.plot([line["lo"], line["hi"]], [-k, -k], color=MODEL, lw=1.5, solid_capstyle="butt", zorder=3)
        axis.plot([line["value"]], [-k], "D" if line["kind"] == "all" else "s", color=MODEL, zorder=4, mec="white", mew=0.6,
                  ms=8 if line["kind"] == "all" else 3.5 + 4.5 * math.sqrt((line["n"] or 1) / widest))
        _cut(axis, -k, line, reach)
        if line["kind"] == "all":
            axis.axvline(line["value"], color=RIBBON, lw=1.0, ls="--", zorder=1)
    axis.axvline(null, color=INK, lw=1.0)
    axis.set_xlim(*reach)
    axis.set_ylim(-len(lines) + 0.4, 0.7)
    axis.set_yticks([])
    axis.grid(visible=False, axis="y")
    axis.spines["left"].set_visible(False)
    mine = [e for e in results["estimands"] if e["id"] == lines[0]["estimand"]]
    unit = pretty(str(mine[0].get("unit") or "")) if mine else ""
    axis.set_xlabel(f"{mine[0]['measure']}" + (f"  [{unit}]" if unit else "") if mine else "")
    for place, words, side in ((1.34, "estimate (95 % interval)", "right"), (1.36, "p of a difference", "left")):
        axis.text(place, 1.0, words, transform=axis.get_yaxis_transform(), va="center", ha=side, fontsize=8, color=SOFT)
    return canvas


def _reach(lines: Sequence[Mapping[str, Any]], null: float) -> tuple[float, float]:
    """From where to where a forest plot goes: all of it, unless a few wide intervals would press the others together."""
    ends = [end for line in lines if line.get("value") is not None for end in (line["lo"], line["hi"]) if end is not None]
    usual = sorted(abs(end - null) for end in ends)
    most = 1.6 * usual[(2 * len(usual)) // 3] if usual else 1.0
    low, high = max(min(ends, default=null), null - most), min(max(ends, default=null), null + most)
    margin = 0.06 * max(high - low, 1e-9)
    return min(low, null) - margin, max(high, null) + margin


def _cut(axis: Any, y: float, line: Mapping[str, Any], reach: tuple[float, float]) -> None:
    """Arrows where an interval goes beyond the axis."""
    for beyond, end, mark in ((line["lo"] < reach[0], reach[0], "<"), (line["hi"] > reach[1], reach[1], ">")):
        if beyond:
            axis.plot([end], [y], mark, color=MODEL, ms=6, clip_on=False, zorder=5)


def _forest(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lines of the forest plot: all, then each subgroup with its levels."""
    groups = [group for group in results.get("subgroups") or () if group.get("levels")]
    if not groups:
        return []
    estimand = groups[0]["estimand"]
    mine = next((e for e in results["estimands"] if e["id"] == estimand), None)
    lines: list[dict[str, Any]] = []
    if mine is not None and _has(mine.get("randomised")):
        lines.append({**mine["randomised"], "kind": "all", "name": f"All: {mine['title']}", "n": None, "estimand": estimand,
                      "words": interval_words(mine["randomised"]), "p": ""})
    for group in groups:
        lines.append({"kind": "group", "name": group["title"], "value": None, "words": "", "p": p_words(group.get("interaction_p")),
                      "estimand": estimand})
        lines += [{**level, "kind": "level", "name": f"{in_words(level['name'])}  (n = {level['n']})", "words": interval_words(level), "p": "",
                   "estimand": estimand} for level in group["levels"]]
    return lines


def draw_power(power: Mapping[str, Any], persons: int, pyplot: Any) -> Any | None:
    """Draw the power against the size of the trial; the canvas, or None."""
    curve = [point for point in power.get("curve") or () if point.get("power") is not None]
    if not curve:
        return None
    canvas, axis = pyplot.subplots(figsize=(WIDTH, 3.7))
    canvas.subplots_adjust(left=0.075, right=0.74, top=0.9, bottom=0.15)
    n = np.array([point["n"] for point in curve], dtype=np.float64)
    ends: dict[str, tuple[float, str]] = {}
    for key, color, style, mark, words in (("power", MODEL, "-", "o", "the middle of what is known"),
                                           ("assurance", "#c0560b", "-", "s", "over all that is not known"),
                                           ("formula", HEALTHY, (0, (4, 2)), "", "by the textbook's formula")):
        y = np.array([np.nan if point.get(key) is None else 100 * point[key] for point in curve], dtype=np.float64)
        if not np.isfinite(y).any():
            continue
        axis.plot(n, y, color=color, ls=style, marker=mark, ms=4.5, lw=1.7, mec="white", mew=0.6)
        ends[words] = (float(y[np.isfinite(y)][-1]), color)
        if key == "power" and all(point.get("lo") is not None for point in curve):
            axis.fill_between(n, [100 * point["lo"] for point in curve], [100 * point["hi"] for point in curve], color=color, alpha=0.13, lw=0)
    wanted = 100 * float(power.get("wanted") or 0.9)
    axis.axhline(wanted, color=INK, lw=0.9, ls=":")
    axis.text(0.008, wanted + 1.5, f"wanted: {wanted:g} %", transform=axis.get_yaxis_transform(), fontsize=8, color=SOFT)
    if n[0] <= persons <= n[-1]:
        axis.axvline(persons, color=HEALTHY, lw=0.9, ls=":")
        axis.text(persons, 3, f" here: {persons}", fontsize=8, color=SOFT)
    if n[-1] > 8 * n[0]:
        axis.set_xscale("log")
        ticks = n if len(n) <= _MOST_TICKS else n[::2]
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.xaxis.set_minor_locator(pyplot.NullLocator())
    axis.set_ylim(0, 104)
    axis.set_ylabel("chance of a significant result  [%]")
    axis.set_xlabel("persons randomised in all arms that are compared")
    axis.set_title("How large such a trial would have to be")
    names = sorted(ends, key=lambda words: ends[words][0])
    for words, place in zip(names, apart([ends[words][0] / 104 for words in names], 0.085), strict=True):
        axis.text(1.03, place, fitted(words, 28), transform=axis.transAxes, va="center", fontsize=8.5, fontweight="bold", color=ends[words][1])
        axis.plot([1.004, 1.022], [ends[words][0] / 104, place], color=ends[words][1], lw=1.1, clip_on=False, transform=axis.transAxes)
    return canvas
