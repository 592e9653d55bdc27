"""What happens to the person, as events: one for every moment at which something changes.

A dose that is given at once is a jump of its state by a parameter; an infusion is a parameter of a rate that an event sets and another
takes back; exposures, and roads that are closed later, are parameters that events set.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zonula.codegen.names import identifier
from zonula.language.model import Model
from zonula.simulation.equations import Inputs
from zonula.simulation.events import Dose, Setting
from zonula.simulation.problem import Problem, Stretch, stretches


@dataclass(frozen=True, slots=True)
class Amount:
    """A constant of the plan: how much a dose raises a state (or, if *rate*, how fast an infusion does)."""

    name: str
    place: int
    value: float
    rate: bool


@dataclass(frozen=True, slots=True)
class Change:
    """*variable* becomes *value*; or *amount*, or itself plus *amount* if *adds*."""

    variable: str
    unit_text: str
    value: float = 0.0
    amount: Amount | None = None
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """All that changes at one time [day], and the sentences that say so."""

    name: str
    day: float
    changes: tuple[Change, ...]
    sentences: tuple[str, ...]


@dataclass(slots=True)
class Happenings:
    """The plan of a problem as SBML sees it.

    amounts : doses and rates of infusion that differ
    infused : places of states that ever get an infusion
    moved   : identifiers of exposures and roads that ever change
    """

    moments: tuple[Moment, ...] = ()
    amounts: list[Amount] = field(default_factory=list)
    infused: tuple[int, ...] = ()
    moved: frozenset[str] = frozenset()

    def amount(self, model: Model, place: int, value: float, *, rate: bool) -> Amount:
        """The amount of that size, which is made where there is none yet."""
        alike = [a for a in self.amounts if a.place == place and a.rate == rate]
        known = next((a for a in alike if a.value == value), None)
        if known is None:
            known = Amount(f"{'q' if rate else 'd'}_{model.states[place].path.replace('.', '_')}_{len(alike) + 1}", place, value, rate)
            self.amounts.append(known)
        return known


def infusion_name(model: Model, place: int) -> str:
    """The identifier of the present rate of infusion into a state."""
    return f"f_{model.states[place].path.replace('.', '_')}"


def happenings(problem: Problem) -> Happenings:
    """Compare each stretch of time with the one before; what differs is an event at its start."""
    model, pieces, found = problem.model, stretches(problem), Happenings()
    before = Inputs.neutral(model)
    before = Inputs(before.exposures, before.gates, pieces[0].inputs.roads, before.inflow)  # roads closed from the start are so from the start
    moments: list[Moment] = []
    for piece in pieces:
        if changes := _changes(model, found, before, piece):
            moments.append(Moment(f"event_{len(moments) + 1}", piece.start, tuple(changes), _sentences(problem, piece.start)))
        before = piece.inputs
    found.moments = tuple(moments)
    found.infused = tuple(sorted({a.place for a in found.amounts if a.rate}))
    found.moved = frozenset(change.variable for moment in moments for change in moment.changes)
    return found


def _changes(model: Model, found: Happenings, before: Inputs, piece: Stretch) -> list[Change]:
    changes = []
    for place, state in enumerate(model.states):
        if piece.jump[place]:
            amount = found.amount(model, place, float(piece.jump[place]), rate=False)
            changes.append(Change(identifier(state), state.unit_text, amount=amount, adds=True))
        now = float(piece.inputs.inflow[place])
        if now != before.inflow[place]:
            rate = found.amount(model, place, now, rate=True) if now else None
            changes.append(Change(infusion_name(model, place), f"{state.unit_text}/day", amount=rate))
    for exposure, old, new in zip(model.exposures, before.exposures, piece.inputs.exposures, strict=True):
        if new != old:
            changes.append(Change(identifier(exposure), exposure.unit_text, new))
    for road, old, new in zip(model.roads, before.roads, piece.inputs.roads, strict=True):
        if new != old:
            changes.append(Change(identifier(road), "1", new))
    return changes


def _sentences(problem: Problem, day: float) -> tuple[str, ...]:
    """What the plan says of a moment."""
    all_of_it: list[Dose | Setting] = [*problem.plan.doses, *problem.plan.settings]
    said = [happening.sentence for happening in all_of_it if day in (happening.start, happening.end)]
    said += [f"the road {closing.sentence} is closed" for closing in sorted(problem.closed) if closing.start == day]
    return tuple(dict.fromkeys(said))
