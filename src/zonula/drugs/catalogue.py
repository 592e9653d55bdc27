"""The substances that a schedule may name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """Something that can be given.

    kind     : kind of the amount in units of mass ("LPS"), or "" for plain mass
    arrives  : for each route of administration, the state that receives it
    familiar : the largest dose that people were given, as text; more is simulated, with a warning
    """

    name: str
    doc: str
    kind: str
    arrives: dict[str, str]
    familiar: tuple[float, str]
    source: str


LPS = Substance(
    name="lps", doc="reference endotoxin (E. coli lipopolysaccharide), as given to volunteers", kind="LPS",
    arrives={"iv": "blood.endotoxin"}, familiar=(4.0, "ng/kg"), source="Suffredini1999",
)
CATALOGUE: dict[str, Substance] = {substance.name: substance for substance in (LPS,)}
