"""The functions a formula may use: how to compute each, in NumPy and for plain numbers.

Written once here; ``language.expression`` tells how each is differentiated, printed and measured.
All are total on real numbers: what has no value is NaN or infinite, never an exception.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_NEAR = 1e-4  # below this, mean_decay is its own power series to the last bit


def piecewise(value: Array, condition: Array, otherwise: Array) -> Array:
    """*value* where *condition* holds (is not 0), else *otherwise*."""
    return np.where(condition, value, otherwise)


def ratio_power(x: Array, half: Array, n: Array) -> Array:
    """``(x/half)^n`` for x > 0, else 0."""
    above = np.greater(np.real(x), 0)
    return np.where(above, np.power(np.where(above, x, 1.0) / half, n), 0.0)


def ratio_power_slope(x: Array, half: Array, n: Array) -> Array:
    """d/dx of :func:`ratio_power`; at x = 0 the slope from the right where it is finite, else 0."""
    above = np.greater(x, 0)
    slope = n * np.power(np.where(above, x, 1.0) / half, n - 1.0) / half
    return np.where(above, slope, np.where(np.equal(x, 0) & np.equal(n, 1), 1.0 / half, 0.0))


def ratio_power_log(x: Array, half: Array, n: Array) -> Array:
    """d/dn of :func:`ratio_power`."""
    above = np.greater(x, 0)
    ratio = np.where(above, x, 1.0) / half
    return np.where(above, np.power(ratio, n) * np.log(ratio), 0.0)


def hill(x: Array, half: Array, n: Array) -> Array:
    """``(x/half)^n / (1 + (x/half)^n)`` for x > 0, else 0; 1 where the power is too large for a number."""
    power = ratio_power(x, half, n)
    return np.where(np.isinf(power), 1.0, power / (1.0 + power))


def hill_slope(x: Array, half: Array, n: Array) -> Array:
    """d/dx of :func:`hill`, with the same rule at 0 as :func:`ratio_power_slope`."""
    below = 1.0 + ratio_power(x, half, n)
    return ratio_power_slope(x, half, n) / (below * below)


def hill_log(x: Array, half: Array, n: Array) -> Array:
    """d/dn of :func:`hill`."""
    below = 1.0 + ratio_power(x, half, n)
    return ratio_power_log(x, half, n) / (below * below)


def rectified(x: Array, width: Array) -> Array:
    """``x^2/(x + width)`` for x > 0, else 0: once differentiable, and exactly 0 where x <= 0."""
    above = np.greater(np.real(x), 0)
    safe = np.where(above, x, 1.0)
    return np.where(above, safe * safe / (safe + width), 0.0)


def rectified_slope(x: Array, width: Array) -> Array:
    """d/dx of :func:`rectified`."""
    above = np.greater(x, 0)
    safe = np.where(above, x, 1.0)
    total = safe + width
    return np.where(above, safe * (safe + 2.0 * width) / (total * total), 0.0)


def rectified_by_width(x: Array, width: Array) -> Array:
    """d/dwidth of :func:`rectified`."""
    above = np.greater(x, 0)
    ratio = np.where(above, x, 1.0) / (np.where(above, x, 1.0) + width)
    return np.where(above, -(ratio * ratio), 0.0)


def mean_decay(x: Array) -> Array:
    """``(1 - exp(-x)) / x``, 1 at x = 0: what is left on average of something that decays, over a time of x time constants."""
    near = np.less(np.abs(x), _NEAR)
    safe = np.where(near, 1.0, x)
    return np.where(near, 1.0 - x * (0.5 - x * (1.0 / 6.0 - x / 24.0)), -np.expm1(-safe) / safe)


def mean_decay_slope(x: Array) -> Array:
    """d/dx of :func:`mean_decay`."""
    near = np.less(np.abs(x), _NEAR)
    safe = np.where(near, 1.0, x)
    return np.where(near, -0.5 + x * (1.0 / 3.0 - x * (1.0 / 8.0 - x / 30.0)), (np.exp(-safe) + np.expm1(-safe) / safe) / safe)


# --- the same for plain numbers: one person, without the cost of arrays of length one ------------------

def _ratio_power(x: float, half: float, n: float) -> float:
    return math.pow(x / half, n) if x > 0 else 0.0


def _ratio_power_slope(x: float, half: float, n: float) -> float:
    if x > 0:
        return n * math.pow(x / half, n - 1.0) / half
    return 1.0 / half if x == 0 and n == 1 else 0.0


def _ratio_power_log(x: float, half: float, n: float) -> float:
    return math.pow(x / half, n) * math.log(x / half) if x > 0 else 0.0


def _hill(x: float, half: float, n: float) -> float:
    if x > 0:
        try:
            power = math.pow(x / half, n)
        except OverflowError:
            return 1.0
        return power / (1.0 + power)
    return 0.0


def _hill_slope(x: float, half: float, n: float) -> float:
    below = 1.0 + _ratio_power(x, half, n)
    return _ratio_power_slope(x, half, n) / (below * below)


def _hill_log(x: float, half: float, n: float) -> float:
    below = 1.0 + _ratio_power(x, half, n)
    return _ratio_power_log(x, half, n) / (below * below)


def _rectified(x: float, width: float) -> float:
    return x * x / (x + width) if x > 0 else 0.0


def _rectified_slope(x: float, width: float) -> float:
    return x * (x + 2.0 * width) / ((x + width) * (x + width)) if x > 0 else 0.0


def _rectified_by_width(x: float, width: float) -> float:
    return -((x / (x + width)) * (x / (x + width))) if x > 0 else 0.0


def _mean_decay(x: float) -> float:
    return 1.0 - x * (0.5 - x * (1.0 / 6.0 - x / 24.0)) if abs(x) < _NEAR else -math.expm1(-x) / x


def _mean_decay_slope(x: float) -> float:
    return (-0.5 + x * (1.0 / 3.0 - x * (1.0 / 8.0 - x / 30.0)) if abs(x) < _NEAR else (math.exp(-x) + math.expm1(-x) / x) / x)


ARRAYS: dict[str, Callable[..., Array]] = {
    "power": np.power, "exp": np.exp, "log": np.log, "log10": np.log10, "sqrt": np.sqrt, "tanh": np.tanh, "sin": np.sin,
    "cos": np.cos, "absolute": np.abs, "minimum": np.minimum, "maximum": np.maximum, "piecewise": piecewise,
    "logical_and": lambda a, b: 1.0 * np.logical_and(a, b), "logical_or": lambda a, b: 1.0 * np.logical_or(a, b),
    "logical_not": lambda a: 1.0 * np.logical_not(a),  # numbers, not truths: True + True would be True
    "hill": hill, "hill_slope": hill_slope, "hill_log": hill_log,
    "ratio_power": ratio_power, "ratio_power_slope": ratio_power_slope, "ratio_power_log": ratio_power_log,
    "rectified": rectified, "rectified_slope": rectified_slope, "rectified_by_width": rectified_by_width,
    "mean_decay": mean_decay, "mean_decay_slope": mean_decay_slope,
}
NUMBERS: dict[str, Callable[..., float]] = {
    "power": math.pow, "exp": math.exp, "log": math.log, "log10": math.log10, "sqrt": math.sqrt, "tanh": math.tanh,
    "sin": math.sin, "cos": math.cos, "absolute": abs,
    "minimum": lambda a, b: a if a < b or a != a else b, "maximum": lambda a, b: a if a > b or a != a else b,  # NaN stays NaN
    "piecewise": lambda value, condition, otherwise: value if condition else otherwise,
    "logical_and": lambda a, b: float(bool(a) and bool(b)), "logical_or": lambda a, b: float(bool(a) or bool(b)),
    "logical_not": lambda a: float(not a),
    "hill": _hill, "hill_slope": _hill_slope, "hill_log": _hill_log,
    "ratio_power": _ratio_power, "ratio_power_slope": _ratio_power_slope, "ratio_power_log": _ratio_power_log,
    "rectified": _rectified, "rectified_slope": _rectified_slope, "rectified_by_width": _rectified_by_width,
    "mean_decay": _mean_decay, "mean_decay_slope": _mean_decay_slope,
}
