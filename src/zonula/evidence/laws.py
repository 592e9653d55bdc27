"""Laws of spread: how well a number is known, or how much people differ.

Each is described by its median (the parameter's value) and either a coefficient of variation or a 90 % range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Z90 = 1.6448536269514722  # standard normal quantile of 0.95: a 90 % range lies between -Z90 and +Z90
_LOG2_E = 1.4426950408889634
_LN2 = (0.6931471803691238, 1.9082149292705877e-10)  # ln 2 in two parts, of which the first times any power is exact
_SERIES = tuple(1.0 / math.factorial(n) for n in range(14, 1, -1))  # of (e^r - 1 - r) / r^2, for |r| < 0.35


@dataclass(frozen=True, slots=True)
class Law:
    """A law about a median, with the standard deviations below and above it on its own scale.

    ``lognormal`` works on ln x, ``logitnormal`` on ln(x/(1-x)), ``normal`` on x; ``fixed`` has no spread.  The two
    deviations differ where a source gives a lopsided range (a split normal law on that scale).
    """

    name: str
    below: float = 0.0
    above: float = 0.0

    def range90(self, median: float) -> tuple[float, float]:
        """The central 90 % range, in the unit of *median*."""
        return self.quantile(median, -Z90), self.quantile(median, Z90)

    def quantile(self, median: float, z: float) -> float:
        """The value at *z* standard normal deviations from the *median*."""
        shift = z * (self.below if z < 0 else self.above)
        return _from_scale(self.name, _to_scale(self.name, median) + shift) if shift else median


def _to_scale(name: str, x: float) -> float:
    if name == "lognormal":
        return math.log(x)
    return math.log(x / (1.0 - x)) if name == "logitnormal" else x


def _from_scale(name: str, y: float) -> float:
    if name == "lognormal":
        return math.exp(y)
    return 1.0 / (1.0 + math.exp(-y)) if name == "logitnormal" else y


def quantiles(laws: Sequence[Law], medians: Numbers, z: Numbers, which: npt.NDArray[np.intp] | None = None) -> Numbers:
    """``Law.quantile`` of many people at once, within 1e-15, and with the same bits on any machine.

    Parameters
    ----------
    medians : shape (person, law), or (law,) where it is the same for all
    z       : shape (person, law), standard normal deviations from the median
    which   : shape (person,), row of *medians* that is each person's, where many have the same
    """
    shift = z * np.where(z < 0, [law.below for law in laws], [law.above for law in laws])
    out = np.broadcast_to(medians if which is None else medians[which], shift.shape).copy()
    for name in {law.name for law in laws}:
        columns = np.array([law.name == name for law in laws])
        moved, middle = shift[:, columns], medians[..., columns]
        scaled = _all_to_scale(name, middle)
        scaled = scaled if which is None else scaled[which]
        out[:, columns] = np.where(moved != 0, _all_from_scale(name, scaled + moved), out[:, columns])
    return out


def _all_to_scale(name: str, x: Numbers) -> Numbers:
    """``_to_scale`` of each number; logarithms one by one, as NumPy's own differ from one processor to another."""
    if name not in ("lognormal", "logitnormal"):
        return x
    plain = (x if name == "lognormal" else x / (1.0 - x)).ravel()
    return np.fromiter(map(math.log, plain.tolist()), dtype=np.float64, count=plain.size).reshape(x.shape)


def _all_from_scale(name: str, y: Numbers) -> Numbers:
    if name == "lognormal":
        return exponential(y)
    return 1.0 / (1.0 + exponential(-y)) if name == "logitnormal" else y


def exponential(y: Numbers) -> Numbers:
    """e^y of each number within 2 in its last digits, by sums and products alone: NumPy's own differs from one processor to another."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        near = np.clip(y, -800.0, 800.0)  # beyond, all is 0 or infinite
        power = np.rint(near * _LOG2_E)
        r = (near - power * _LN2[0]) - power * _LN2[1]
        series = np.full_like(r, _SERIES[0])
        for coefficient in _SERIES[1:]:
            series *= r
            series += coefficient
        found: Numbers = np.where(np.isnan(y), y, np.ldexp(1.0 + (r + r * r * series), power.astype(np.int32)))
    return found


NAMES = ("lognormal", "logitnormal", "normal", "fixed")


def law_from(name: str, median: float, *, cv: float | None = None, low: float | None = None, high: float | None = None) -> Law:
    """Make a law from what an evidence table gives.

    Raises
    ------
    ValueError   with a sentence, when the numbers do not describe a spread about *median*.
    """
    if name not in NAMES:
        raise ValueError(f"unknown law {name!r}; known: {', '.join(NAMES)}")
    if name == "fixed":
        if cv is not None or low is not None or high is not None:
            raise ValueError("a fixed value has no cv and no range")
        return Law("fixed")
    inside = {"lognormal": median > 0, "logitnormal": 0 < median < 1, "normal": True}[name]
    if not inside:
        raise ValueError(f"the value {median:g} is outside the support of the {name} law")
    if cv is not None:
        if name != "lognormal" or low is not None or high is not None or not 0 < cv < 5:
            raise ValueError("cv is for the lognormal law alone, between 0 and 5, without low and high")
        sigma = math.sqrt(math.log1p(cv * cv))
        return Law(name, sigma, sigma)
    if low is None or high is None:
        raise ValueError("give cv, or both low and high")
    if not -math.inf < low < median < high < math.inf or not (name == "normal" or low > 0) or (name == "logitnormal" and high >= 1):
        raise ValueError(f"low {low:g}, value {median:g} and high {high:g} are not in order inside the law's support")
    middle = _to_scale(name, median)
    return Law(name, (middle - _to_scale(name, low)) / Z90, (_to_scale(name, high) - middle) / Z90)
