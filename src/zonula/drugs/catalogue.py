"""What a plan may name: substances that are given in doses, and practices that change how a person lives.

A plan is read against a registry of these.  Which state a dose arrives in and which exposures a practice
moves is said here; how much of a dose is absorbed is a parameter of the organ that absorbs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from zonula.drugs.arrival import landing
from zonula.drugs.entry import Entry, Practice, Substance
from zonula.drugs.practices import PRACTICES
from zonula.drugs.substances import SUBSTANCES
from zonula.ground.errors import ModelError
from zonula.language.model import Model
from zonula.language.units import DAY, Unit, unit

__all__ = ["CATALOGUE", "Entry", "Practice", "Registry", "Substance", "plain", "registry", "unfit"]


@dataclass(frozen=True, slots=True)
class Registry:
    """All that a plan may name: entries by their plain names and aliases."""

    names: Mapping[str, Entry]

    @property
    def substances(self) -> dict[str, Substance]:
        """What is given in doses, by name."""
        return {entry.name: entry for entry in self.names.values() if isinstance(entry, Substance)}

    @property
    def practices(self) -> dict[str, Practice]:
        """Diets, supplements and habits, by name."""
        return {entry.name: entry for entry in self.names.values() if isinstance(entry, Practice)}


def plain(name: str) -> str:
    """A name as it is compared: ``Low-gluten  diet`` and ``low gluten diet`` are one."""
    return " ".join(re.sub(r"[-_]", " ", name.casefold()).split())


def registry(*entries: Entry) -> Registry:
    """A registry of *entries*; refuses two of one name, and what could never be given.

    Raises
    ------
    ModelError
    """
    names: dict[str, Entry] = {}
    for entry in entries:
        _check(entry)
        for name in dict.fromkeys(map(plain, (entry.name, *entry.aliases))):
            if name in names:
                raise ModelError.of("ZN-2391", f"{name!r} is the name of two things: {names[name].doc}; {entry.doc}", fix="rename one of them")
            names[name] = entry
    return Registry(names)


def _check(entry: Entry) -> None:
    if any(re.match(r"[a-z]", plain(name)) is None for name in (entry.name, *entry.aliases)):
        raise ModelError.of("ZN-2392", f"{entry.name!r} or one of its aliases cannot be told from a number", fix="begin names with a letter")
    if not (entry.arrives if isinstance(entry, Substance) else entry.exposures):
        raise ModelError.of("ZN-2393", f"{entry.name!r} arrives nowhere", fix="name the states or exposures that it moves")
    if isinstance(entry, Practice):
        if entry.ceiling <= 0 or (entry.usual is not None and entry.usual[0] <= 0):
            raise ModelError.of("ZN-2394", f"the usual dose and the ceiling of {entry.name!r} must be above 0", fix="correct them")
        if entry.usual is not None:
            unit(entry.usual[1])
        return
    unit(entry.in_kind(entry.unit))
    for known in (entry.familiar, entry.per_day):
        if known is not None:
            unit(entry.in_kind(known[1].removesuffix("/kg")))
    if any(unit(text.split()[-1]).powers != DAY.powers for text in entry.infusions.values()) or not set(entry.infusions) <= set(entry.arrives):
        raise ModelError.of("ZN-2395", f"an infusion of {entry.name!r} is no duration, or goes nowhere", fix='write it like {"iv": "1 h"}')


def unfit(known: Registry, model: Model) -> list[str]:
    """What of a registry the model cannot take: states and exposures it lacks, values out of range, units that do not arrive."""
    exposures = {e.path: e for e in model.exposures}
    found = []
    for entry in _entries(known):
        if isinstance(entry, Substance):
            found += [f"{entry.name} by {route or 'any way'}: {fault}" for route, path in entry.arrives.items()
                      if (fault := _no_landing(entry, path, model, unit(entry.in_kind(entry.unit))))]
            continue
        for path, value in entry.exposures.items():
            if path not in exposures:
                found.append(f"{entry.name}: the model has no exposure {path}")
            elif not exposures[path].within[0] <= value <= exposures[path].within[1]:
                found.append(f"{entry.name}: {path} of {value:g} is out of its range")
    return found


def _entries(known: Registry) -> list[Entry]:
    return [*known.substances.values(), *known.practices.values()]


def _no_landing(substance: Substance, path: str, model: Model, given: Unit) -> str:
    if path not in model.state_index:
        return f"the model has no state {path}"
    place = model.state_index[path]
    if landing(model.states[place], model.volumes[place], given, substance.molar_mass) is None:
        return f"a dose in {substance.unit} cannot arrive in {path} [{model.states[place].unit_text}]"
    return ""


CATALOGUE = registry(*SUBSTANCES, *PRACTICES)
