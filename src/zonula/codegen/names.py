"""From a quantity to an identifier: prefixes that no other name has make clashes impossible."""

from __future__ import annotations

from zonula.language.expression import Name
from zonula.language.quantities import Clock, Exposure, Healthy, Parameter, Quantity, SetPoint, Signal, State, Switch

_PREFIX: tuple[tuple[type[Quantity], str], ...] = (
    (State, "x"), (Parameter, "p"), (SetPoint, "s"), (Exposure, "u"), (Signal, "v"), (Clock, "t"),
)


def identifier(name: Name) -> str:
    """``cytokines.tnf`` becomes ``x_cytokines_tnf``; a derived name stays as it is."""
    if isinstance(name, Healthy):
        return f"h_{name.of.path.replace('.', '_')}"
    if isinstance(name, Switch):
        return name.path.replace(".", "_")
    if isinstance(name, Quantity):
        prefix = next(prefix for kind, prefix in _PREFIX if isinstance(name, kind))
        return f"{prefix}_{name.path.replace('.', '_')}"
    return name.name


def reaction_identifier(path: str) -> str:
    """``cytokines.tnf_release`` becomes ``r_cytokines_tnf_release``."""
    return f"r_{path.replace('.', '_')}"


def latex_name(name: Name) -> str:
    r"""``cytokines.k_tnf`` becomes ``\mathrm{k\,tnf}``: words, so that no formula needs a glossary; a clock is the *t* of d/dt."""
    if isinstance(name, Clock):
        return "t"
    if isinstance(name, Healthy):
        return rf"{latex_name(name.of)}^{{\mathrm{{h}}}}"
    plain = name.name.split(".")[-1] if not isinstance(name, Switch) else name.path
    return rf"\mathrm{{{plain.replace('_', chr(92) + ',').replace('.', chr(92) + ',')}}}"
