"""Structural variants: models beside the standard one where the science is disputed, carried along instead of chosen among."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from zonula.ground.errors import UsageError, nearest
from zonula.ground.files import packaged, read_text
from zonula.language.model import Model
from zonula.population.sampling import Members
from zonula.simulation.closings import Closing, earliest
from zonula.simulation.equations import Vector
from zonula.simulation.timetable import Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A model beside the standard one.

    closed     : roads that are closed for the whole life
    parameters : what is something else for everybody, in the model's units
    """

    name: str
    title: str
    about: str = ""
    closed: tuple[str, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)

    def rows(self, rows: Vector, model: Model) -> Vector:
        """Parameters of people in this variant, shape (person, parameter)."""
        out = rows.copy()
        for path, value in self.parameters.items():
            out[:, model.parameter_index[path]] = value
        return out

    def members(self, members: Members, model: Model) -> Members:
        """The same typical persons in this variant."""
        if not self.parameters:
            return members
        return replace(members, rows=self.rows(members.rows, model), name=f"{members.name}, {self.name}")

    def arm(self, arm: Arm) -> Arm:
        """What is done to people, in this variant."""
        return replace(arm, closed=earliest({*arm.closed, *map(Closing, self.closed)})) if self.closed else arm


STANDARD = Variant(name="standard", title="The standard model")


@lru_cache(maxsize=1)
def shipped_variants() -> dict[str, Variant]:
    """The variants that ship with zonula, the standard model first."""
    said = tomllib.loads(read_text(packaged("population", "variants.toml")))
    return {name: Variant(name=name, title=v["title"], about=v["about"], closed=tuple(v.get("closed", ())),
                          parameters={path: float(value) for path, value in v.get("parameters", {}).items()}) for name, v in said.items()}


def variant_named(name: str) -> Variant:
    """A variant that ships.

    Raises
    ------
    UsageError
    """
    known = shipped_variants()
    if name not in known:
        raise UsageError.of("ZN-1283", f"there is no variant {name!r} of the model", fix=nearest(name, known))
    return known[name]
