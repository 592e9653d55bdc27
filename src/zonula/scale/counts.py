"""Numbers that can be added in any order with the same sum to the last bit: histograms, and exact sums of rounded values."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zonula.scale.work import Counts, Interval

Whole = npt.NDArray[np.int64]
_HALF = 32  # bits: a square is added in two halves, so that 2^31 of them fit
_MOST = 2**31
_FEWEST = 30  # values for an interval: below, its width says little
_Z95 = 1.959963984540054  # standard deviations to either side that hold 95 % of a normal distribution


def added_counts(counts: Counts, more: Counts) -> dict[str, Whole]:
    """Both together.

    Raises
    ------
    ValueError   where a name stands for arrays of different shapes
    """
    total = {name: np.array(array, dtype=np.int64) for name, array in counts.items()}
    for name, array in more.items():
        if name not in total:
            total[name] = np.array(array, dtype=np.int64)
        elif total[name].shape == array.shape:
            total[name] += array
        else:
            raise ValueError(f"the counts {name} have the shapes {total[name].shape} and {array.shape}")
    return total


class Scale(NamedTuple):
    """Bins of the same width between two numbers."""

    low: float
    high: float
    bins: int = 512

    @property
    def width(self) -> float:
        """Of one bin."""
        return (self.high - self.low) / self.bins


def histogram(values: npt.ArrayLike, scale: Scale) -> Whole:
    """How many values lie below the scale, in each bin, above it, and are no numbers: bins + 3 counts."""
    numbers = np.asarray(values, dtype=np.float64).ravel()
    known = numbers[~np.isnan(numbers)]
    place = np.clip(np.floor((known - scale.low) / scale.width), -1, scale.bins).astype(np.int64) + 1
    counts = np.bincount(place, minlength=scale.bins + 2).astype(np.int64)
    return np.append(counts, len(numbers) - len(known))


def quantile(counts: Whole, scale: Scale, share: float) -> float:
    """The value below which that share lies, less than a bin from that of the values themselves; NaN without any, infinite beyond the scale."""
    within = counts[:-1]
    total = int(within.sum())
    if total == 0:
        return math.nan
    rank = min(total - 1, max(0, math.ceil(share * total) - 1))
    place = int(np.searchsorted(np.cumsum(within), rank, side="right"))
    if place == 0:
        return -math.inf
    if place == scale.bins + 1:
        return math.inf
    before = int(within[:place].sum())
    return scale.low + scale.width * (place - 1 + (rank - before + 0.5) / int(within[place]))


def moments(values: npt.ArrayLike, unit: float = 1e-6) -> Whole:
    """Number, sum and sum of squares of the values in whole units; what is no number is left out.

    Raises
    ------
    ValueError   where a value has 2^31 units or more
    """
    numbers = np.asarray(values, dtype=np.float64).ravel()
    units = np.rint(numbers[~np.isnan(numbers)] / unit)
    if len(units) and not float(np.abs(units).max()) < _MOST:
        raise ValueError(f"{np.abs(units).max() * unit} is too large for units of {unit}")
    whole = units.astype(np.int64)
    squares = whole * whole
    return np.array([len(whole), whole.sum(), (squares >> _HALF).sum(), (squares & (2**_HALF - 1)).sum()], dtype=np.int64)


def mean_of(counts: Whole, unit: float = 1e-6) -> Interval:
    """The mean of the values with its 95 % interval, which is infinite where they are too few to tell."""
    n, total, high, low = (int(count) for count in counts)
    if n == 0:
        return Interval(math.nan, -math.inf, math.inf, 0)
    mean = total / n * unit
    if n < _FEWEST:
        return Interval(mean, -math.inf, math.inf, n)
    squares = (high << _HALF) + low
    spread = (n * squares - total * total) / (n * (n - 1))  # exact whole numbers, divided once
    half = _Z95 * math.sqrt(spread / n) * unit
    return Interval(mean, mean - half, mean + half, n)
