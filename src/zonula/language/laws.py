"""Laws that recur in physiology, each with its formula and range.

All are written in ratio form, so that exponents may be any number (also a parameter) and a change of
unit changes nothing; all are 0, and have slope 0 or the one-sided slope, where their cause is absent.
"""

from __future__ import annotations

import math

from zonula.language.expression import Expr, Scalar, call, lift, literal


def hill(x: Expr, half: Expr, n: Expr | Scalar = 1) -> Expr:
    """Saturation ``(x/half)^n / (1 + (x/half)^n)`` in [0, 1): 0 for x <= 0, one half at *half* (Hill 1910)."""
    return call("hill", x, half, n)


def hill_above(x: Expr, half: Expr, baseline: Expr, n: Expr | Scalar = 1) -> Expr:
    """Hill's law that is 0 at *baseline* and tends to 1: ``(H(x) - H(baseline)) / (1 - H(baseline))``.

    It is written as ``(X - B) / (1 + X)`` of the powers of the ratios, which is the same, but loses nothing where *baseline* is far above
    *half*; and for whole powers by ``x - baseline`` itself, so that at the baseline nothing is nothing, however a compiler rounds.
    """
    ratio, at_baseline = larger(lift(0), x / half), baseline / half
    apart = larger(-at_baseline, (x - baseline) / half)
    if n == 1:
        return apart / (1 + ratio)
    if n == 2:
        return apart * (ratio + at_baseline) / (1 + ratio * ratio)
    power = ratio_power(x, half, n)
    return (power - ratio_power(baseline, half, n)) / (1 + power)


def inhibited_by(x: Expr, half: Expr, n: Expr | Scalar = 1) -> Expr:
    """What is left under an inhibitor: ``1 - H(x)``, 1 without it, one half at *half*."""
    return 1 - hill(x, half, n)


def inhibited_relative(x: Expr, reference: Expr, half: Expr, n: Expr | Scalar = 1) -> Expr:
    """Inhibition scaled to 1 at *reference*: ``(1 + (reference/half)^n) / (1 + (x/half)^n)``."""
    return (1 + ratio_power(reference, half, n)) / (1 + ratio_power(x, half, n))


def ratio_power(x: Expr, scale: Expr, n: Expr | Scalar) -> Expr:
    """``(x/scale)^n`` for x > 0, else 0."""
    return call("ratio_power", x, scale, n)


def saturating(x: Expr, half: Expr) -> Expr:
    """Michaelis-Menten scaled to 1 at x = 1: ``x (1 + half) / (x + half)``, for dimensionless x."""
    return x * (1 + half) / (x + half)


def in_part(x: Expr, in_health: Expr, share: Expr) -> Expr:
    """Mean of a whole of which a *share* is at *x* and the rest as *in_health*."""
    return x - (1 - share) * (x - in_health)


def rectified(x: Expr, width: Expr) -> Expr:
    """``x^2/(x + width)`` above 0, else 0: a max(0, x) that is once differentiable and shifts no healthy state."""
    return call("rectified", x, width)


def fast_on_slow_off(level: Expr, drive: Expr, k_on: Expr, k_off: Expr) -> Expr:
    """Net change of a memory in [0, 1] that is written fast and fades slowly: ``k_on drive (1 - level) - k_off level``."""
    return k_on * drive * (1 - level) - k_off * level


def split(flux: Expr, share: Expr) -> tuple[Expr, Expr]:
    """One flux in two parts that add up to it exactly in algebra: ``share flux`` and ``flux - share flux``."""
    first = share * flux
    return first, flux - first


def smaller(a: Expr, b: Expr | Scalar) -> Expr:
    """The smaller of the two."""
    return call("min", a, lift(b))


def larger(a: Expr, b: Expr | Scalar) -> Expr:
    """The larger of the two."""
    return call("max", a, lift(b))


def exp(x: Expr) -> Expr:
    """The exponential of a plain number."""
    return call("exp", x)


def ln(x: Expr) -> Expr:
    """The natural logarithm of a plain number."""
    return call("ln", x)


def sin(x: Expr) -> Expr:
    """The sine of a plain number, in radians."""
    return call("sin", x)


def cos(x: Expr) -> Expr:
    """The cosine of a plain number, in radians."""
    return call("cos", x)


def rhythm(time: Expr, period: Expr, peak: Expr) -> Expr:
    """A wave of the time: ``cos(2 pi (time - peak) / period)``, 1 at *peak*, 0 a quarter of a *period* before and after, 0 on average."""
    return cos(literal(2 * math.pi, because="a full turn, in radians") * (time - peak) / period)


def tanh(x: Expr) -> Expr:
    """The hyperbolic tangent of a plain number: a smooth switch from -1 to 1."""
    return call("tanh", x)


def sqrt(x: Expr) -> Expr:
    """The square root."""
    return call("sqrt", x)


def mean_decay(x: Expr) -> Expr:
    """``(1 - exp(-x)) / x``, 1 at x = 0: the mean of exp(-t) for t from 0 to x."""
    return call("mean_decay", x)


def hindrance(ratio: Expr) -> Expr:
    """How much of a pore a solute can use, by its radius relative to the pore's: 1 for a point, 0 where it does not fit (Renkin 1954)."""
    r = smaller(ratio, 1)
    linear, cubic, quintic = (literal(x, because="coefficient of Renkin 1954") for x in (2.104, 2.09, 0.95))
    return (1 - r) ** 2 * (1 - linear * r + cubic * r**3 - quintic * r**5)


def quickly_up_slowly_down(level: Expr, target: Expr, k_up: Expr, k_down: Expr, width: Expr) -> Expr:
    """Net change of a level that follows its target at *k_up* when it is below and at *k_down* when it is above, smoothly over *width*."""
    return k_down * (target - level) + (k_up - k_down) * rectified(target - level, width)


def recovered(time: Expr, first: Expr, second: Expr, third: Expr, absorbed: Expr) -> Expr:
    """Share of a dose that has left a chain of three spaces after *time*: ``first absorbed third`` over all ways of leaving.

    The chain is emptied at rates *first*, *second* and *third*; of what leaves the second, ``absorbed/second`` goes on.
    It is the solution of the linear equations by divided differences of ``exp(-k time)``, without poles where rates are equal,
    except for *first* = *third*; *second* may be as large as it likes.
    """
    def decayed(k: Expr) -> Expr:
        return exp(-(k * time))

    def slope(a: Expr, b: Expr) -> Expr:  # (exp(-a t) - exp(-b t)) / (a - b)
        return -(time * decayed(a) * mean_decay((b - a) * time))

    start = -(time * mean_decay(first * time))  # the slope between the rates 0 and *first*
    ends = (slope(first, second) - slope(third, second)) / (first - third)
    beginnings = (slope(first, second) - start) / second
    return -(first * absorbed * third * (ends - beginnings) / third)
