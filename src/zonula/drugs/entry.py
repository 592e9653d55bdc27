"""The two kinds of entries of the catalogue: substances, which are given in doses, and practices, which move exposures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """Something that is given in doses.

    unit       : the unit doses are usually written in ("mg", "CFU/mL", "IU"); any unit of the same dimension is read
    kind       : kind of the amount in units of mass ("LPS"), or "" for plain mass
    arrives    : for each way of giving it ("iv", "po"), the state that receives it
    infusions  : for those ways that are slow by themselves, over how long ("1 h"); a sentence may say otherwise
    molar_mass : g/mol, where the state counts molecules and the dose is a mass (or the other way round); 0: no conversion
    familiar   : the largest single dose that people were given, as number and unit; more is simulated, with a remark
    per_day    : the same for all doses of 24 hours together
    """

    name: str
    doc: str
    arrives: Mapping[str, str]
    source: str
    aliases: tuple[str, ...] = ()
    unit: str = "mg"
    kind: str = ""
    infusions: Mapping[str, str] = field(default_factory=dict)
    molar_mass: float = 0.0
    familiar: tuple[float, str] | None = None
    per_day: tuple[float, str] | None = None

    def in_kind(self, text: str) -> str:
        """The text of a unit with the kind of this substance in it: ``ng`` becomes ``ng{LPS}``."""
        return re.sub(r"g$", f"g{{{self.kind}}}", text) if self.kind else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A diet, a supplement or a habit: it moves exposures from neutral, as far as it is kept to.

    exposures : the value of each exposure (by path) at full adherence, and at the usual dose where there is one
    usual     : the dose of a day that trials gave, as number and unit ((75, "mg")); None where nothing is dosed
    ceiling   : up to how many times the usual dose more does more; beyond, trials have not looked
    """

    name: str
    doc: str
    exposures: Mapping[str, float]
    source: str
    aliases: tuple[str, ...] = ()
    usual: tuple[float, str] | None = None
    ceiling: float = 1.0


Entry = Substance | Practice
