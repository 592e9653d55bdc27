"""What treatments do that nobody wants: how many met each harm, in each arm, and by how much arms differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from zonula.simulation.equations import Vector
from zonula.trials.estimate import Estimate, difference_in_proportions, effective, wilson
from zonula.trials.lived import Lived, Places


def share_told(events: Vector, weights: Vector | None = None) -> dict[str, Any]:
    """A share of persons with Wilson's interval, as plain data; NaN is left out."""
    known = np.isfinite(events)
    w = None if weights is None else weights[known]
    n = int(known.sum())
    share = float(np.average(events[known], weights=w)) if n else math.nan
    low, high = wilson(share, effective(w, n))
    return {"value": share, "lo": low, "hi": high, "n": n, "events": int(events[known].sum())}


def met(lived: Lived, harm: str, rows: Places) -> Vector:
    """1 where the harm was met, 0 where it was not, NaN where the life ended before its time without it."""
    day = lived.harms[harm][rows]
    return np.where(np.isfinite(day), 1.0, np.where(lived.finished[rows], 0.0, np.nan))


def risk_difference(lived: Lived, harm: str, treated: str, control: str) -> Estimate:
    """By how much more of the treated met a harm, of those whom chance put there."""
    rows = lived.of_arms(treated, control)
    return difference_in_proportions(met(lived, harm, rows), lived.arm[rows] == lived.arm_place(treated), weights=lived.weights_of(rows))


def harm_told(lived: Lived, harm: str, arms: Sequence[str], title: str = "") -> dict[str, Any]:
    """One harm in all arms: shares, the median day of those who met it, differences of every two arms, the same in the same persons, and persons per
    harm.
    """
    told: dict[str, Any] = {"id": harm, "title": title or harm, "arms": {}, "differences": []}
    for arm in arms:
        rows = lived.of_arms(arm)
        days = lived.harms[harm][rows]
        told["arms"][arm] = {**share_told(met(lived, harm, rows), lived.weights_of(rows)),
                             "median_day": float(np.nanmedian(days)) if np.isfinite(days).any() else math.nan}
    for control, treated in combinations(arms, 2):
        found = risk_difference(lived, harm, treated, control)
        rows, others = lived.paired(treated, control)
        both = met(lived, harm, rows) - met(lived, harm, others)
        same = float(np.average(both, weights=lived.weights_of(rows))) if len(rows) else math.nan
        told["differences"].append({"arms": [treated, control], **found.as_dict(), "twins": same,
                                    "persons_per_harm": 1.0 / found.effect if found.effect else math.nan})
    return told
