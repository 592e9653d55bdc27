"""How an amount that is given becomes a rise of the state that receives it."""

from __future__ import annotations

from dataclasses import dataclass

from zonula.language.checks import unit_of
from zonula.language.expression import Expr
from zonula.language.quantities import State
from zonula.language.units import Unit, unit


@dataclass(frozen=True, slots=True)
class Landing:
    """What is done to an amount on arrival: times *factor* (of the molar mass), and divided by the state's volume if *dissolved*."""

    factor: float
    dissolved: bool


def landing(state: State, volume: Expr | None, given: Unit, molar_mass: float) -> Landing | None:
    """How a dose in the unit *given* arrives in *state*; None where it cannot.

    An amount is dissolved in the state's volume, where it has one; a dose in the state's own unit raises it as it is.

    Parameters
    ----------
    volume     : the space that the state is dissolved in, if any
    molar_mass : g/mol, or 0 where masses and molecules cannot be converted
    """
    whole = state.unit if volume is None else state.unit * unit_of(volume)
    ways = [(given, 1.0)]
    if molar_mass:
        ways += [(given * unit("mol/g"), 1.0 / molar_mass), (given * unit("g/mol"), molar_mass)]
    for written, factor in ways:
        if written.same_dimension(whole):
            return Landing(factor, dissolved=volume is not None)
    return Landing(1.0, dissolved=False) if given.same_dimension(state.unit) else None
