"""Units of measure with kinds: exact arithmetic, nothing is ever converted silently.

A unit is an exact scale times a product of base dimensions.  A *kind* in braces makes an own
dimension of what a balance alone could not tell apart: ``pg{LPS}/mL`` (bioactive endotoxin) cannot
be added to ``pg{LAL}/mL`` (what the LAL assay sees), nor to ``pg/mL`` of a cytokine.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from zonula.ground.errors import UnitError, nearest

KINDS = {"LPS": "endotoxin by its effect", "LAL": "endotoxin by the LAL assay"}
BASES: tuple[str, ...] = ("g", "mol", "m", "day", "K", "cell", "CFU", "IU", "U", "S", "point", "au", *(f"g{{{k}}}" for k in KINDS))
_PREFIX = {"": 0, "G": 9, "M": 6, "k": 3, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_PREFIXED = ("g", "mol", "m", "cell", "CFU", "IU", "U", "S", "Ohm", "L", *(f"g{{{k}}}" for k in KINDS))
_NAMED: dict[str, tuple[Fraction, dict[str, int]]] = {
    "L": (Fraction(1, 1000), {"m": 3}), "week": (Fraction(7), {"day": 1}), "year": (Fraction(1461, 4), {"day": 1}),
    "h": (Fraction(1, 24), {"day": 1}), "min": (Fraction(1, 1440), {"day": 1}), "s": (Fraction(1, 86400), {"day": 1}),
    "Ohm": (Fraction(1), {"S": -1}),
}
_SPELT = {"d": "day", "days": "day", "hours": "h", "hour": "h", "weeks": "week", "w": "week", "years": "year", "y": "year",
          "minutes": "min", "kilogram": "kg"}
_ATOM = re.compile(r"(?P<name>[A-Za-z]+(?:\{[A-Za-z]+\})?)(?:\^(?P<power>-?\d{1,2}))?$", re.ASCII)
_LONGEST, _LARGEST = 100, Fraction(10) ** 100  # a unit from outside must not keep the machine busy
_TEN = re.compile(r"(?:1|10\^(?P<power>-?\d{1,2}))$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unit:
    """An exact scale times powers of the base dimensions, in the order of ``BASES``."""

    scale: Fraction
    powers: tuple[Fraction, ...]

    def __mul__(self, other: Unit) -> Unit:
        return Unit(self.scale * other.scale, tuple((a + b if a else b) if b else a for a, b in zip(self.powers, other.powers, strict=True)))

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(self.scale / other.scale, tuple(a - b if b else a for a, b in zip(self.powers, other.powers, strict=True)))

    def __pow__(self, n: Fraction | int) -> Unit:
        n = Fraction(n)
        return Unit(_exact_power(self.scale, n), tuple(a * n if a else a for a in self.powers))

    def same_dimension(self, other: Unit) -> bool:
        """Whether the two differ by a factor only."""
        return self.powers == other.powers

    def factor_to(self, other: Unit) -> Fraction:
        """The exact factor that takes a number in this unit to *other*.

        Raises
        ------
        UnitError   when the two measure different things.
        """
        if not self.same_dimension(other):
            raise UnitError.of("ZN-2101", f"[{self}] cannot be converted to [{other}]: they measure different things",
                               fix="give the value in a unit of the same kind")
        return self.scale / other.scale

    def __str__(self) -> str:
        parts = [b if p == 1 else f"{b}^{p}" for b, p in zip(BASES, self.powers, strict=True) if p]
        number = [] if self.scale == 1 and parts else [f"{float(self.scale):g}"]
        return " ".join(number + parts)


def _exact_power(scale: Fraction, n: Fraction) -> Fraction:
    whole = scale**n.numerator
    if n.denominator == 1:
        return Fraction(whole)
    top, bottom = (_root(part, n.denominator) for part in (whole.numerator, whole.denominator))
    if Fraction(top, bottom) ** n.denominator != whole:
        raise UnitError.of("ZN-2102", f"the power {n} of a unit with scale {scale} is not exact",
                           fix="write the law in ratio form, (x/K)^n")
    return Fraction(top, bottom)


def _root(x: int, n: int) -> int:
    """The largest integer whose *n*-th power is at most *x*."""
    low, high = 1, 1 << (x.bit_length() // n + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**n <= x else (low, middle - 1)
    return low


ONE = Unit(Fraction(1), (Fraction(0),) * len(BASES))
DAY = Unit(Fraction(1), tuple(Fraction(int(b == "day")) for b in BASES))


@lru_cache(maxsize=4096)
def unit(text: str) -> Unit:
    """Read a unit such as ``"pg{LPS}/(mL*day)"`` or ``"10^9*cell/L"``.

    Raises
    ------
    UnitError   with a suggestion, for anything that is not known.
    """
    top, *below = _without_space(text).split("/")
    whole = _product(top, text)
    for part in below:
        whole = whole / _product(part.removeprefix("(").removesuffix(")"), text)
    if not 1 / _LARGEST <= whole.scale <= _LARGEST:
        raise UnitError.of("ZN-2103", f"{text!r} is not a unit: its scale is out of all proportion", fix="write it like mg/L or 1/day")
    return whole


def _without_space(text: str) -> str:
    if len(text) > _LONGEST:
        raise UnitError.of("ZN-2103", f"{text[:20]!r}... is too long for a unit", fix="write it like mg/L, 1/day or pg/(mL*day)")
    plain = re.sub(r"\s+", "", text.replace("µ", "u").replace("μ", "u").replace("·", "*"))
    if not plain or plain.count("(") != plain.count(")"):
        raise UnitError.of("ZN-2103", f"{text!r} is not a unit", fix="write it like mg/L, 1/day or pg/(mL*day)")
    return plain


def _product(text: str, whole: str) -> Unit:
    total = ONE
    for factor in text.split("*"):
        total = total * _atom(factor, whole)
    return total


def _atom(text: str, whole: str) -> Unit:
    if ten := _TEN.match(text):
        return Unit(Fraction(10) ** int(ten["power"] or 0), ONE.powers)
    match = _ATOM.match(text)
    if match is None:
        raise UnitError.of("ZN-2103", f"{text!r} in {whole!r} is not a unit", fix="write it like mg/L, 1/day or pg/(mL*day)")
    name, power = _SPELT.get(match["name"], match["name"]), Fraction(match["power"] or 1)
    for prefix, exponent in _PREFIX.items():
        rest = name[len(prefix):] if name.startswith(prefix) else ""
        if rest in BASES or rest in _NAMED:
            if prefix and rest not in _PREFIXED:
                continue
            scale, dims = _NAMED.get(rest, (Fraction(1), {rest: 1}))
            powers = tuple(Fraction(dims.get(b, 0)) for b in BASES)
            return Unit(scale * Fraction(10) ** exponent, powers) ** power
    raise UnitError.of("ZN-2104", f"unknown unit {name!r} in {whole!r}", fix=nearest(name, [*BASES, *_NAMED, "mL", "pg", "ng", "mg"]))


_MEASURE = re.compile(r"\s*(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?P<unit>\S.*)?$", re.ASCII)


def measure(text: str) -> tuple[float, Unit]:
    """Read ``"75 kg"`` or ``"12 mg/L"`` into a finite number and a unit (``ONE`` where none is given).

    Raises
    ------
    UnitError   when there is no number, when it is not finite, or when the unit is unknown.
    """
    match = _MEASURE.match(text)
    if match is None or not math.isfinite(float(match["number"])):
        raise UnitError.of("ZN-2105", f"{text!r} is not a finite number with a unit", fix='write it like "75 kg"')
    return float(match["number"]), unit(match["unit"]) if match["unit"] else ONE


def pretty(text: str) -> str:
    """A unit as a person writes it: ``10^9*cell/L`` becomes ``10⁹ cells/L``; the kind in braces is not shown."""
    raised = re.sub(r"\^(-?\d+)", lambda m: m[1].translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")), text)
    plain = re.sub(r"\{[A-Za-z]+\}", "", raised).replace("*", " ").replace("cell/", "cells/")
    plain = re.sub(r"\bu(?=[gmL])", "µ", plain)
    return {"1": "", "K": "°C", "point": "points"}.get(plain, plain)
