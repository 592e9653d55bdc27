"""How a model is told to programs that know species, compartments and reactions.

What weighs or counts something is a species in the compartment of its organ; an organ whose concentrations have no volume in the model
gets one of a milliliter or a liter, so that a concentration stays a concentration.  What is a score, an index or a thickness is a
parameter with a rate rule.  A process that makes, moves or removes a substance is a reaction; one that changes an index is a parameter
of its own name, which the rate rule of the index adds up.
"""

from __future__ import annotations

from dataclasses import dataclass

from zonula.codegen.names import reaction_identifier
from zonula.exchange.sbml_units import substance
from zonula.language.checks import unit_of
from zonula.language.expression import Call, Expr, is_number, multiply
from zonula.language.model import Model, Reaction, plain_text
from zonula.language.units import Unit, unit


@dataclass(frozen=True, slots=True)
class Space:
    """A compartment: of *size* in the model, or of one *unit_text* where the model has no volume there (or keeps *amounts*)."""

    name: str
    organ: str
    unit_text: str
    size: Expr | None
    amounts: bool

    @property
    def meaning(self) -> str:
        """What it is, in words."""
        if self.size is not None:
            return f"{self.organ.replace('_', ' ')}: a volume of {plain_text(self.size)}"
        return f"{self.organ.replace('_', ' ')}: " + ("where amounts are kept; its size has no meaning" if self.amounts else
                                                      f"a reference volume of 1 {self.unit_text}, so that concentrations stay concentrations")

    @property
    def unit(self) -> Unit:
        """Of its size."""
        return unit(self.unit_text) if self.size is None else unit_of(self.size)


@dataclass(frozen=True, slots=True)
class Kept:
    """A state: a species in a space (an amount there, or a concentration), or a plain number without one."""

    place: int
    space: Space | None
    amount: bool
    substance: Unit | None


@dataclass(frozen=True, slots=True)
class Flow:
    """A reaction: *law* times the size of *space*, in *substance* per day, from *out* into *into* (places of states)."""

    name: str
    law: Expr
    space: Space | None
    substance: Unit
    out: tuple[int, ...]
    into: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A process as SBML sees it: reactions, or a named rate (*shown*) with what it adds to plain numbers."""

    process: Reaction
    flows: tuple[Flow, ...]
    shown: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A model in the words of SBML; ``kept`` is in the order of the states."""

    model: Model
    spaces: tuple[Space, ...]
    kept: tuple[Kept, ...]
    arrows: tuple[Arrow, ...]


def shape_of(model: Model) -> Shape:
    """Decide for every state and process what it is in SBML."""
    spaces: dict[str, Space] = {}
    kept = tuple(_kept(model, place, spaces) for place in range(len(model.states)))
    return Shape(model, tuple(spaces.values()), kept, tuple(_arrow(model, kept, reaction) for reaction in model.reactions))


def _kept(model: Model, place: int, spaces: dict[str, Space]) -> Kept:
    state, volume, organ = model.states[place], model.volumes[place], model.states[place].path.split(".")[0]
    if volume is not None:
        whole = state.unit * unit_of(volume)
        return Kept(place, _space(spaces, organ, "", volume), amount=False, substance=whole) if substance(whole) else _plain(place)
    top, _, below = state.unit_text.partition("/")
    if below in ("mL", "L") and substance(unit(top)):
        return Kept(place, _space(spaces, organ, below, None), amount=False, substance=unit(top))
    if not below and substance(state.unit):
        return Kept(place, _space(spaces, organ, "L", None, amounts=True), amount=True, substance=state.unit)
    return _plain(place)


def _plain(place: int) -> Kept:
    return Kept(place, None, amount=False, substance=None)


def _space(spaces: dict[str, Space], organ: str, unit_text: str, size: Expr | None, *, amounts: bool = False) -> Space:
    """The space of that organ and size; the first of an organ has its name, a further one a number."""
    key = f"{organ} {unit_text} {amounts} {'' if size is None else plain_text(size)}"
    if key not in spaces:
        before = sum(space.organ == organ for space in spaces.values())
        spaces[key] = Space(f"c_{organ}" + (f"_{before + 1}" if before else ""), organ, unit_text, size, amounts)
    return spaces[key]


def _arrow(model: Model, kept: tuple[Kept, ...], reaction: Reaction) -> Arrow:
    """Terms with one law share a reaction: what leaves one species arrives in the other."""
    shown = any(kept[term.state].space is None for term in reaction.terms)
    groups: dict[str, list[tuple[int, int, Expr, Space | None]]] = {}
    for term in reaction.terms:
        here = kept[term.state]
        if here.space is not None:
            law, space = _amount(model, here, reaction.rate, term.factor)
            key = f"{plain_text(law)} {space.name if space else ''} {here.substance}"
            groups.setdefault(key, []).append((term.state, term.sign, law, space))
    flows = []
    for k, group in enumerate(groups.values()):
        name = reaction_identifier(reaction.path) + ("" if not k and not shown else f"_of_{model.states[group[0][0]].name}")
        _, _, law, space = group[0]
        whole = kept[group[0][0]].substance
        if whole is not None:
            flows.append(Flow(name, law, space, whole, tuple(p for p, sign, *_ in group if sign < 0), tuple(p for p, sign, *_ in group if sign > 0)))
    return Arrow(reaction, tuple(flows), shown)


def _amount(model: Model, here: Kept, rate: Expr, factor: Expr) -> tuple[Expr, Space | None]:
    """What a term moves in amount per day: a formula, and the space whose size it is to be multiplied by."""
    volume = model.volumes[here.place]
    if volume is not None and isinstance(factor, Call) and factor.function == "/" and plain_text(factor.args[1]) == plain_text(volume):
        return multiply(rate, factor.args[0]), None  # an amount is divided by the volume: without both, it is the amount
    law = rate if is_number(factor, 1) else multiply(rate, factor)
    return law, None if here.amount else here.space
