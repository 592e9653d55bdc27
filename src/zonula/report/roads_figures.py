"""The figure of a readout by road: stacked over time, and two bars for the two senses of closing a road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zonula.language.units import pretty
from zonula.report.style import HEALTHY
from zonula.simulation.closings import REMAINDER, ROADS
from zonula.simulation.roads import Roads, Sense
from zonula.simulation.words import name_of, number

# far apart for every kind of colour blindness, and in grey; each with the ink that is read on it
_COLOURS = {REMAINDER: ("#d0ccc4", "#1d2329"), "systemic": ("#0b5c8a", "#ffffff"), "products": ("#ecb95c", "#1d2329"),
            "primed": ("#a0522d", "#ffffff")}
_MEANING = {**ROADS, REMAINDER: "by none of these roads"}
_INK, _SOFT = "#1d2329", "#5a6066"
_WIDTH, _AREA, _BARS, _LEFT, _RIGHT = 12.4, 2.9, 2.1, 0.62, 3.05  # inches
_LETTER = 0.075  # inches that a letter of the bars' numbers takes
_LINE = 0.2  # inches between two labels beside the area


def road_title(roads: Roads) -> str:
    """``Pain by road``."""
    title = f"{name_of(roads.question.readout)} by road"
    return title[0].upper() + title[1:]


def road_caption(roads: Roads) -> str:
    """What the figure shows, and what it does not say."""
    day = f"{roads.question.day:g}"
    return (f"How much of the {name_of(roads.question.readout)} comes by each road from the gut. Above: over time, had a road never been open; "
            f"the black line is the whole. Below: at the end, had the roads never been open, and were they closed from day {day} on. Shares add up "
            "by convention (Shapley values); because roads overlap, closing one alone may take away more or less, as the table says.")


def draw_roads(roads: Roads, pyplot: Any) -> Any:
    """Draw a readout by road; the canvas."""
    height = 0.4 + _AREA + 0.95 + _BARS + 0.5
    canvas = pyplot.figure(figsize=(_WIDTH, height))
    inner = 1 - (_LEFT + _RIGHT) / _WIDTH
    above = canvas.add_axes((_LEFT / _WIDTH, (0.5 + _BARS + 0.95) / height, inner, _AREA / height))
    below = canvas.add_axes((_LEFT / _WIDTH, 0.5 / height, inner, _BARS / height))
    unit = pretty(roads.unit)
    what = road_title(roads).removesuffix(" by road") + (f"  [{unit}]" if unit else "")
    above.set_title(f"{what} over time, by road")
    _area(above, roads)
    below.set_title(f"{what} at the end, by road")
    _bars(below, roads)
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
    places = _apart([(middles[name] - low) / (high - low) for name in names], 1.9 * _LINE / _AREA)
    for name, place in zip(names, places, strict=True):
        shade = _COLOURS[name][0]
        true = (middles[name] - low) / (high - low)
        axis.plot([1.004, 1.018, 1.026], [true, place, place], color=shade, lw=1.6, clip_on=False, transform=axis.transAxes)
        axis.text(1.032, place + 0.3 * _LINE / _AREA, f"{name}  {number(_clean(ends[name]))}", transform=axis.transAxes, va="center", fontsize=9,
                  fontweight="bold", color=_INK)
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


def _clean(value: float) -> float:
    return 0.0 if abs(value) < 1e-6 else value


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
        share = shares[name] if abs(shares[name]) > 1e-6 * whole else 0.0
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


def _fitting(name: str, share: float, room: float) -> str:
    """The name and the number of a piece of a bar, as far as there is room [inches] for them."""
    texts = (f"{name} {number(share)}", number(share))
    return next((text for text in texts if len(text) * _LETTER + 0.1 < room), "")


def _refuse(axis: Any) -> None:
    axis.set_axis_off()
    axis.text(0.0, 0.5, "A run that is needed for this failed; see the notes.", transform=axis.transAxes, color=_INK)
