"""Our units in the words of SBML.

SBML knows no kinds.  Masses of endotoxin become grams, whatever is counted (cells, CFU, international units, units of a kit) becomes
items, scores and arbitrary units become plain numbers; the name of each definition keeps what was meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from zonula.language.units import BASES, DAY, ONE, Unit, unit

PLAIN = "dimensionless"
_SECONDS = 86400.0  # of a day
_BASES: dict[str, tuple[str, float]] = {  # as SBML calls them, and how many of those each is
    "g": ("gram", 1.0), "mol": ("mole", 1.0), "m": ("metre", 1.0), "day": ("second", _SECONDS), "K": ("kelvin", 1.0), "cell": ("item", 1.0),
    "CFU": ("item", 1.0), "IU": ("item", 1.0), "U": ("item", 1.0), "S": ("siemens", 1.0), "point": (PLAIN, 1.0), "au": (PLAIN, 1.0),
    "g{LPS}": ("gram", 1.0), "g{LAL}": ("gram", 1.0),
}
_NAMED = {"L": ("litre", 1.0), "week": ("second", 7 * _SECONDS), "year": ("second", 365.25 * _SECONDS), "h": ("second", 3600.0),
          "min": ("second", 60.0), "s": ("second", 1.0), "Ohm": ("ohm", 1.0)}
_PREFIX = {"": 0, "G": 9, "M": 6, "k": 3, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_SUBSTANCES = ("g", "mol", "cell", "CFU", "IU", "U", "g{LPS}", "g{LAL}")
_TEN = re.compile(r"(?:1|10\^(-?\d+))$")
_LOST = {"LPS": "endotoxin by its effect", "LAL": "endotoxin by the LAL assay", "CFU": "colony-forming units", "cell": "cells",
         "IU": "international units", "U": "units of an assay", "point": "points of a score", "au": "arbitrary units"}


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of a definition: ``(multiplier * 10^scale * kind)^exponent``."""

    kind: str
    exponent: int
    scale: int = 0
    multiplier: float = 1.0


def parts_of(text: str) -> tuple[Part, ...]:
    """A unit as it is written (``"pg/(mL*day)"``), factor by factor."""
    top, *below = re.sub(r"\s+", "", text).split("/")
    parts: list[Part] = []
    for group, sign in ((top, 1), *((part.removeprefix("(").removesuffix(")"), -1) for part in below)):
        ten, factors = 0, []
        for factor in group.split("*"):
            if match := _TEN.match(factor):
                ten += int(match[1] or 0)
            else:
                factors.append(factor)
        found = [_part(factor, sign) for factor in factors]
        if ten:  # 10^9*cell is an item with a scale of 9
            first = found.pop(0) if found and abs(found[0].exponent) == 1 else Part(PLAIN, sign)
            found.insert(0, Part(first.kind, first.exponent, first.scale + (ten if first.exponent == sign else -ten), first.multiplier))
        parts += found
    return tuple(parts)


def _part(text: str, sign: int) -> Part:
    name, _, power = text.partition("^")
    exponent = sign * int(power or 1)
    for prefix, scale in _PREFIX.items():
        rest = name[len(prefix):] if name.startswith(prefix) else ""
        if rest in _NAMED or rest in _BASES:
            kind, multiplier = (_NAMED | _BASES)[rest]
            return Part(kind, exponent, scale, multiplier)
    raise ValueError(f"{text!r} is not a unit of ours")


def parts_of_unit(whole: Unit) -> tuple[Part, ...]:
    """A unit that nobody wrote down: powers of the bases, and its scale."""
    parts = [] if whole.scale == 1 else [Part(PLAIN, 1, 0, float(whole.scale))]
    for base, power in zip(BASES, whole.powers, strict=True):
        if power.denominator != 1:
            raise ValueError(f"[{whole}] has a broken power")
        if power:
            kind, multiplier = _BASES[base]
            parts.append(Part(kind, int(power), 0, multiplier))
    return tuple(parts)


def substance(whole: Unit) -> bool:
    """Whether this counts or weighs something that is there: an amount, as SBML understands it."""
    powers = {base: power for base, power in zip(BASES, whole.powers, strict=True) if power}
    return len(powers) == 1 and set(powers.values()) == {1} and next(iter(powers)) in _SUBSTANCES


def identifier_of(text: str) -> str:
    """``pg{LAL}/(mL*day)`` becomes ``unit_pg_LAL_per_mL_day``."""
    plain = re.sub(r"10\^(-?\d+)", r"1e\1", re.sub(r"\s+", "", text))
    plain = re.sub(r"[{*]", "_", plain.replace("/", "_per_").replace("^", ""))
    return "unit_" + re.sub(r"[^A-Za-z0-9_]", "", plain.replace("-", "m"))


@dataclass(slots=True)
class Units:
    """The units that a model uses, each defined once."""

    model: Any
    _by_text: dict[str, str] = field(default_factory=dict)
    _by_unit: dict[Unit, str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """The identifier of a unit, which is defined where it is not yet."""
        whole = unit(text)
        if whole == ONE:
            return PLAIN
        if text not in self._by_text:
            self._by_text[text] = self._define(identifier_of(text), text, parts_of(text))
            self._by_unit.setdefault(whole, self._by_text[text])
        return self._by_text[text]

    def of(self, whole: Unit) -> str:
        """The same for a unit that was computed."""
        if whole == ONE:
            return PLAIN
        if whole not in self._by_unit:
            self._by_unit[whole] = self._define(f"unit_{len(self._by_unit) + 1}", str(whole), parts_of_unit(whole))
        return self._by_unit[whole]

    def time(self) -> str:
        """The unit of time of the whole model."""
        return self.of(DAY) if DAY in self._by_unit else self("day")

    def _define(self, name: str, text: str, parts: tuple[Part, ...]) -> str:
        made = self.model.createUnitDefinition()
        made.setId(name)
        made.setName(text)
        for part in parts:
            piece = made.createUnit()
            piece.setKind(_kind(part.kind))
            piece.setExponent(part.exponent)
            piece.setScale(part.scale)
            piece.setMultiplier(part.multiplier)
        if lost := [meaning for word, meaning in _LOST.items() if re.search(rf"\b{word}\b", text)]:
            made.setNotes(f'<p xmlns="http://www.w3.org/1999/xhtml">{text}: {", ".join(lost)}; SBML has no unit of this kind.</p>')
        return name


def _kind(name: str) -> int:
    import libsbml

    return int(libsbml.UnitKind_forName(name))
