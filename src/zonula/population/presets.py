"""Groups by the names that people look for."""

from __future__ import annotations

from collections.abc import Mapping

from zonula.ground.errors import UsageError, nearest
from zonula.population.groups import Group, shipped_groups

ALIASES = {"ra_early": "early_ra", "ra_established": "established_ra", "ra_methotrexate": "ra_on_methotrexate", "ra_risk": "rheumatoid_risk",
           "ibd": "crohn", "spa": "axial_spa", "celiac": "coeliac", "nsaid_users": "long_term_nsaid_users", "adults": "healthy"}


def group_named(name: str, more: Mapping[str, Group] | None = None) -> Group:
    """A group that ships, by its name or another that it goes by; or one of *more*.

    Raises
    ------
    UsageError   with the known names
    """
    known = {**shipped_groups(), **(more or {})}
    found = known.get(name) or known.get(ALIASES.get(name, ""))
    if found is None:
        raise UsageError.of("ZN-1295", f"there is no group of people {name!r}", fix=nearest(name, [*known, *ALIASES]))
    return found


def aliases_of(name: str) -> list[str]:
    """Other names that a group goes by."""
    return [alias for alias, real in ALIASES.items() if real == name]
