"""Panels of figures: one readout over time, its normal band, its doses."""

from __future__ import annotations

from typing import Any

import numpy as np

from zonula.language.units import pretty
from zonula.report.ranges import RANGES, label_of
from zonula.report.style import BAND, DOSE, HEALTHY, MODEL, RIBBON
from zonula.simulation.result import Result
from zonula.simulation.ribbon import Ribbon

_TALLEST = 4.0  # times the curve: a ribbon that is higher is cut off, or the curve would be a line at the bottom
_FLAT = 0.02  # a curve that moves less than that share of itself is drawn flat, not as magnified rounding
_CLOCKS = ((3.0, 24.0, "hours"), (42.0, 1.0, "days"), (210.0, 1 / 7, "weeks"), (4 * 365.25, 12 / 365.25, "months"), (np.inf, 1 / 365.25, "years"))


def clock(days: float) -> tuple[float, str]:
    """The unit of time for a horizon: how many there are in a day, and what they are called."""
    return next((per_day, name) for most, per_day, name in _CLOCKS if days <= most)


def panel(axis: Any, result: Result, name: str, window: tuple[float, float], *, zero: float, scale: float, label: str,
          ribbon: Ribbon | None = None) -> None:
    """Draw a readout within *window* [day] on an axis that counts from *zero*, in units of which a day has *scale*."""
    keep = (result.times >= window[0]) & (result.times <= window[1])
    keep = keep if keep.any() else np.full(len(keep), fill_value=True)
    y = np.where(np.abs(result.readout(name)) < 1e-9, 0.0, result.readout(name))
    axis.axhline(y[0], color=HEALTHY, lw=0.9, ls=(0, (4, 3)), zorder=1)
    axis.plot(scale * (result.times[keep] - zero), y[keep], color=MODEL, lw=1.8, zorder=3, label="model")
    shown, title = pretty(result.problem.model.readout(name).unit_text), label_of(name)
    axis.set_title((title[0].upper() + title[1:]) + (f"  [{shown}]" if shown else ""))
    axis.set_xlabel(label)
    axis.set_xlim(scale * (window[0] - zero), scale * (window[1] - zero))
    there = y[keep & np.isfinite(y)]  # a value that could not be computed is a gap in the curve
    ends = (float(there.min()), float(there.max())) if len(there) else (0.0, 1.0)
    if ribbon is not None:
        low, high = _shade_ribbon(axis, ribbon, result, name, keep, zero=zero, scale=scale)
        ends = min(ends[0], low), max(ends[1], min(high, _TALLEST * max(abs(ends[1]), 1e-9)))
    axis.set_ylim(*(_frame(name, *ends) if len(there) else (0.0, 1.0)))


def _shade_ribbon(axis: Any, ribbon: Ribbon, result: Result, name: str, keep: Any, *, zero: float, scale: float) -> tuple[float, float]:
    """Draw where nine tenths and where half of the draws lie; returns its lowest and highest value within the frame."""
    place = result.problem.model.readout_names.index(name)
    low, lower, upper, high = (edge[keep, place] for edge in ribbon.at(result.times))
    when = scale * (result.times[keep] - zero)
    axis.fill_between(when, low, high, color=RIBBON, alpha=0.35, lw=0, zorder=2, label="90 % of draws")
    axis.fill_between(when, lower, upper, color=RIBBON, alpha=0.75, lw=0, zorder=2, label="half of them")
    return float(low.min()), float(high.max())


def _frame(name: str, low: float, high: float) -> tuple[float, float]:
    """From 0, except where little is lost of something whole."""
    known = RANGES.get(name)
    if known is not None and known.low_is_bad and low > 0.5 * high:
        low = min(low, known.limits[0])
        return low - 0.15 * (high - low), high + 0.08 * (high - low)
    if high - low < _FLAT * max(abs(high), 1e-9):
        return 0.0, high + low if high + low > 0 else 1.0
    return min(0.0, 1.05 * low), 1.05 * high


def shade_normal(axis: Any, name: str) -> None:
    """The normal range as a band, as far as it is in the frame."""
    if name in RANGES:
        (low, high), (bottom, top) = RANGES[name].normal, axis.get_ylim()
        axis.axhspan(max(low, bottom), min(high, top), color=BAND, lw=0, zorder=0) if max(low, bottom) < min(high, top) else None


def mark_doses(axis: Any, result: Result, zero: float, scale: float, window: tuple[float, float]) -> None:
    """A triangle below each dose, a line under each infusion."""
    for dose in result.problem.plan.doses:
        if window[0] <= dose.start <= window[1]:
            start, end = scale * (dose.start - zero), scale * (dose.end - zero)
            axis.plot([start, max(end, start)], [0, 0], color=DOSE, lw=4, solid_capstyle="butt", clip_on=False, zorder=5,
                      transform=axis.get_xaxis_transform())
            axis.plot([start], [0], marker="^", color=DOSE, ms=6, clip_on=False, zorder=6, transform=axis.get_xaxis_transform())
