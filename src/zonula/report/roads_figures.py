"""The figure of a readout by road: stacked over time, two bars for the two senses of closing a road, and how well each share is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zonula.language.units import pretty
from zonula.report.style import HEALTHY
from zonula.simulation.closings import REMAINDER, ROADS
from zonula.simulation.road_bands import WHOLE, Band, RoadBands
from zonula.simulation.roads import Roads, Sense
from zonula.simulation.words import name_of, number

# far apart for every kind of colour blindness, and in grey; each with the ink that is read on it
_COLOURS = {REMAINDER: ("#d0ccc4", "#1d2329"), "systemic": ("#0b5c8a", "#ffffff"), "products": ("#ecb95c", "#1d2329"),
            "primed": ("#a0522d", "#ffffff")}
_MEANING = {**ROADS, REMAINDER: "by none of these roads"}
_INK, _SOFT = "#1d2329", "#5a6066"
_WIDTH, _AREA, _BARS, _LEFT, _RIGHT = 12.4, 2.9, 2.1, 0.62, 3.05  # inches
_TOO_SMALL = 1e-4  # of the whole: smaller pieces are left out
_ROW, _HEAD = 0.46, 0.62  # inches of a row of what is known of a share, and of what stands above the rows
_SENSES = 0.17  # of a row: how far the two senses lie above and below its middle
_LETTER = 0.075  # inches that a letter of the bars' numbers takes
_LINE = 0.2  # inches between two labels beside the area


def road_title(roads: Roads) -> str:
    """``Pain by road``."""
    title = f"{name_of(roads.question.readout)} by road"
    return title[0].upper() + title[1:]


def road_caption(roads: Roads) -> str:
    """What the figure shows, and what it does not say."""
    day = f"{roads.question.day:g}"
    said = (f"How much of the {name_of(roads.question.readout)} comes by each road from the gut. Above: over time, had a road never been open; "
            f"the black line is the whole. Below: at the end, had the roads never been open, and were they closed from day {day} on. Shares add up "
            "by convention (Shapley values); because roads overlap, closing one alone may take away more or less, as the table says.")
    if roads.bands is None:
        return said
    return (f"{said} At the bottom: the same shares in {roads.bands.draws} draws of what is not known of the typical person. Lines hold 90 % of "
            f"them, boxes half, white marks are medians; of each pair, the upper is had the roads never been open, the lower (pale) were they closed "
            f"from day {day} on. Diamonds are the person above.")


def draw_roads(roads: Roads, pyplot: Any) -> Any:
    """Draw a readout by road; the canvas."""
    known = _HEAD + 0.45 + _ROW * (len(roads.never.roads) + 2) if roads.bands else 0.0
    height = 0.4 + _AREA + 0.95 + _BARS + 0.5 + known
    canvas = pyplot.figure(figsize=(_WIDTH, height))
    inner = 1 - (_LEFT + _RIGHT) / _WIDTH
    above = canvas.add_axes((_LEFT / _WIDTH, (0.5 + _BARS + 0.95 + known) / height, inner, _AREA / height))
    below = canvas.add_axes((_LEFT / _WIDTH, (0.5 + known) / height, inner, _BARS / height))
    unit = pretty(roads.unit)
    what = road_title(roads).removesuffix(" by road") + (f"  [{unit}]" if unit else "")
    above.set_title(f"{what} over time, by road")
    _area(above, roads)
    below.set_title(f"{what} at the end, by road")
    _bars(below, roads)
    if roads.bands:
        lowest = canvas.add_axes((_LEFT / _WIDTH, 0.5 / height, inner, (known - _HEAD - 0.45) / height))
        lowest.set_title(f"{what} at the end, by road, in {roads.bands.draws} draws of what is not known")
        _known(lowest, roads, roads.bands)
    return canvas


def _order(names: Sequence[str]) -> list[str]:
    return [name for name in _COLOURS if name in names]


def _area(axis: Any, roads: Roads) -> None:
    """Shares over time, on top of each other: those that add above 0, those that take away below."""
    times, curves = roads.times, roads.never.curves
    if not curves:
        _refuse(axis)
        return
    total = roads.never.outcomes[frozenset()]
    noise = 1e-6 * max(float(np.max(np.abs(total))), 1e-6)
    up, down = np.zeros_like(times), np.zeros_like(times)
    middles = {}
    for name in _order(list(curves)):
        curve = np.where(np.abs(curves[name]) < noise, 0.0, curves[name])
        rise, fall = np.maximum(curve, 0.0), np.minimum(curve, 0.0)
        for base, part in ((up, rise), (down, fall)):
            if np.any(part):
                axis.fill_between(times, base, base + part, color=_COLOURS[name][0], lw=0.6, ec="white", label=name)
        middles[name] = float(up[-1] + rise[-1] / 2 if curve[-1] >= 0 else down[-1] + fall[-1] / 2)
        up, down = up + rise, down + fall
    axis.plot(times, total, color=_INK, lw=1.3, label="whole")
    axis.set_xlim(times[0], times[-1])
    axis.set_xlabel("days")
    low, high = min(float(down.min()), 0.0), max(float(up.max()), float(total.max()))
    axis.set_ylim(1.08 * low, 1.08 * high if high > noise else 1.0)
    day = roads.question.day
    axis.axvline(day, color=HEALTHY, lw=0.9, ls=(0, (4, 3)))
    side = -1 if day > 0.8 * times[-1] else 1
    axis.annotate(f"day {day:g}", (day, 1.0), xycoords=axis.get_xaxis_transform(), xytext=(4 * side, -10), textcoords="offset points",
                  ha="left" if side > 0 else "right", fontsize=8, color=_SOFT)
    _label(axis, middles, {name: float(curve[-1]) for name, curve in curves.items()})


def _label(axis: Any, middles: Mapping[str, float], ends: Mapping[str, float]) -> None:
    """Names beside the area, each at its band, moved apart where bands are narrow."""
    low, high = axis.get_ylim()
    names = sorted(middles, key=lambda name: middles[name])
    whole = sum(map(abs, ends.values()))
    places = _apart([(middles[name] - low) / (high - low) for name in names], 1.9 * _LINE / _AREA)
    for name, place in zip(names, places, strict=True):
        shade = _COLOURS[name][0]
        true = (middles[name] - low) / (high - low)
        axis.plot([1.004, 1.018, 1.026], [true, place, place], color=shade, lw=1.6, clip_on=False, transform=axis.transAxes)
        axis.text(1.032, place + 0.3 * _LINE / _AREA, f"{name}  {number(_clean(ends[name], whole))}", transform=axis.transAxes, va="center",
                  fontsize=9, fontweight="bold", color=_INK)
        axis.text(1.032, place - 0.5 * _LINE / _AREA, _MEANING[name], transform=axis.transAxes, va="center", fontsize=8, color=_SOFT)


def _apart(places: Sequence[float], gap: float) -> list[float]:
    """Rising places, at least *gap* apart and as near to where they were as one pass up and one down allow."""
    out = list(places)
    for i in range(1, len(out)):
        out[i] = max(out[i], out[i - 1] + gap)
    over = max(out[-1] - (1 - gap / 2), 0.0)
    if over:
        out[-1] -= over
        for i in range(len(out) - 2, -1, -1):
            out[i] = min(out[i], out[i + 1] - gap)
    return out


def _clean(value: float, whole: float) -> float:
    """A share as it is told: next to nothing beside the whole is nothing."""
    return 0.0 if abs(value) <= max(_TOO_SMALL * whole, 1e-6) else value


def _bars(axis: Any, roads: Roads) -> None:
    """Two bars, one for each sense, of the same length: the whole at the end."""
    senses: list[tuple[str, Sense]] = [("had the roads never been open", roads.never),
                                       (f"were they closed from day {roads.question.day:g} on", roads.from_now)]
    whole = abs(roads.at_end or 0.0) or 1.0
    scale = (_WIDTH - _LEFT - _RIGHT) / (1.06 * whole)  # inches per unit, or a little less where something lies below 0
    left, right = 0.0, whole
    for place, (said, sense) in zip((1.25, 0.0), senses, strict=True):
        axis.text(0, place + 0.36, said, fontsize=8.5, color=_SOFT, va="bottom")
        shares = {name: share for name, share in sense.shares.items() if share is not None}
        if len(shares) < len(sense.shares):
            axis.text(0, place, "a run that is needed for it failed", va="center", fontsize=9, color=_INK)
        else:
            lowest, highest = _bar(axis, place, shares, scale, whole)
            left, right = min(left, lowest), max(right, highest)
    axis.set_ylim(-0.6, 1.95)
    axis.set_xlim(1.06 * left, 1.06 * right)
    axis.set_yticks([])
    axis.grid(visible=False, axis="y")
    axis.spines["left"].set_visible(False)
    axis.set_xlabel(pretty(roads.unit))


def _bar(axis: Any, place: float, shares: Mapping[str, float], scale: float, whole: float) -> tuple[float, float]:
    """One bar with its numbers; how far it goes below and above 0."""
    right, left, taken = 0.0, 0.0, -np.inf
    for name in _order(list(shares)):
        share = _clean(shares[name], whole)
        start = right if share >= 0 else left
        shade, ink = _COLOURS[name]
        if share:
            axis.barh(place, share, left=start, height=0.62, color=shade, edgecolor="white", linewidth=1.2)
            middle = start + share / 2
            if said := _fitting(name, share, abs(share) * scale):
                axis.text(middle, place, said, ha="center", va="center", fontsize=9, color=ink)
            else:  # below the bar, each to the right of the one before
                half = (len(number(share)) * _LETTER + 0.1) / 2 / scale
                taken = max(middle, taken + half) + half
                axis.text(taken - half, place - 0.34, number(share), ha="center", va="top", fontsize=8.5, color=_INK)
        right, left = (right + share, left) if share >= 0 else (right, left + share)
    return left, right


def _known(axis: Any, roads: Roads, bands: RoadBands) -> None:
    """For each road, the rest and the whole: where the draws lie in both senses, beside the person."""
    names = [*(road for road in ROADS if road in roads.never.roads), REMAINDER, WHOLE]
    senses = ((roads.never, bands.never, 1.0, "never open"), (roads.from_now, bands.from_now, 0.45, f"closed from day {roads.question.day:g} on"))
    for row, name in enumerate(reversed(names)):
        shade = _COLOURS.get(name, (_INK, ""))[0]
        shown = senses[:1] if name == WHOLE else senses  # nothing is closed in either sense
        for (sense, drawn, strength, said), place in zip(shown, (row,) if name == WHOLE else (row + _SENSES, row - _SENSES), strict=True):
            if name in drawn.bands:
                _band(axis, place, drawn.bands[name], shade, strength)
            share = roads.at_end if name == WHOLE else sense.shares[name]
            if share is not None:
                axis.plot([share], [place], marker="D", ms=3.8, mfc=_INK, mec="white", mew=0.7, ls="", zorder=5)
            if name == names[0] and name in drawn.bands:
                end = max(drawn.bands[name].high, share or 0.0)
                axis.annotate(said, (end, place), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8, color=_SOFT)
        at = (row + 0.5) / len(names)
        axis.text(1.032, at + 0.16 / len(names), name, transform=axis.transAxes, va="center", fontsize=9, fontweight="bold", color=_INK)
        axis.text(1.032, at - 0.22 / len(names), _counts(name, bands), transform=axis.transAxes, va="center", fontsize=8, color=_SOFT)
    if not all(drawn.bands for _, drawn, *_ in senses):
        axis.text(0.5, 0.5, "too few draws reached the end", transform=axis.transAxes, ha="center", va="center", fontsize=9, color=_INK)
    axis.axvline(0.0, color="#b6bbc0", lw=0.8, zorder=0)
    left, right = min(0.0, axis.dataLim.x0), max(axis.dataLim.x1, _TOO_SMALL)
    axis.set_xlim(left - 0.012 * (right - left), right + 0.04 * (right - left))
    axis.set_ylim(-0.5, len(names) - 0.5)
    axis.set_yticks([])
    axis.grid(visible=False, axis="y")
    axis.spines["left"].set_visible(False)
    axis.set_xlabel(pretty(roads.unit))


def _band(axis: Any, place: float, band: Band, shade: str, strength: float) -> None:
    """A line for nine tenths of the draws, a box for half of them, and a mark for their median."""
    axis.plot([band.low, band.high], [place, place], color=_SOFT, lw=1.1, solid_capstyle="butt", zorder=2)
    axis.barh(place, band.upper - band.lower, left=band.lower, height=0.24, color="white", zorder=3)  # the line does not show through
    axis.barh(place, band.upper - band.lower, left=band.lower, height=0.24, color=shade, alpha=strength, zorder=3)
    axis.barh(place, band.upper - band.lower, left=band.lower, height=0.24, facecolor="none", edgecolor=_SOFT, linewidth=0.5, zorder=3)
    axis.plot([band.median, band.median], [place - 0.12, place + 0.12], color=_INK, lw=2.6, solid_capstyle="butt", zorder=4)
    axis.plot([band.median, band.median], [place - 0.12, place + 0.12], color="white", lw=1.4, solid_capstyle="butt", zorder=4)


def _counts(name: str, bands: RoadBands) -> str:
    """In how many draws a road is the largest, in both senses."""
    if name not in ROADS:
        return _MEANING.get(name, "all together")
    said = [f"{drawn.largest[name]} of {drawn.finished}" if drawn.bands else "unknown" for drawn in (bands.never, bands.from_now)]
    return f"largest in {said[0]} draws, later {said[1]}"


def _fitting(name: str, share: float, room: float) -> str:
    """The name and the number of a piece of a bar, as far as there is room [inches] for them."""
    texts = (f"{name} {number(share)}", number(share))
    return next((text for text in texts if len(text) * _LETTER + 0.1 < room), "")


def _refuse(axis: Any) -> None:
    axis.set_axis_off()
    axis.text(0.0, 0.5, "A run that is needed for this failed; see the notes.", transform=axis.transAxes, color=_INK)
