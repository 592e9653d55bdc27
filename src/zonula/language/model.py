"""The model: flat, frozen, ordered.  Everything downstream reads this and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from zonula.ground.provenance import digest
from zonula.language.expression import Expr, Name, Number, substitute, to_text
from zonula.language.organ import Organ
from zonula.language.processes import Readout
from zonula.language.quantities import Clock, Exposure, Healthy, Parameter, Quantity, SetPoint, Signal, State, Switch


@dataclass(frozen=True, slots=True)
class Term:
    """A process that changes a state: by ``sign * rate * factor`` per day."""

    state: int
    sign: int
    factor: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A process with its names resolved: its rate already holds its gate and the effects of treatments."""

    path: str
    rate: Expr
    gate: Switch
    terms: tuple[Term, ...]
    source: str
    conserves: bool

    @property
    def ungated(self) -> Expr:
        """The rate as the organ's author wrote it, with its gate open."""
        return substitute(self.rate, {self.gate: Number(1.0)})


@dataclass(frozen=True, kw_only=True)
class Model:
    """States, parameters and named processes of a body.

    ``signals`` are in an order in which each uses only earlier ones; ``reads`` holds effective reads (with road
    and neutralisation) as signals of their own; ``readouts`` are keyed by the identifier that users see; ``clocks`` come with the time
    at which each stands while health is solved, a formula of parameters or a number of days.
    """

    organs: tuple[type[Organ], ...]
    states: tuple[State, ...]
    parameters: tuple[Parameter, ...]
    setpoints: tuple[SetPoint, ...]
    exposures: tuple[Exposure, ...]
    healthy: tuple[Healthy, ...]
    gates: tuple[Switch, ...]
    roads: tuple[Switch, ...]
    signals: tuple[tuple[Signal, Expr], ...]
    reactions: tuple[Reaction, ...]
    readouts: tuple[tuple[Readout, Expr], ...]
    held: tuple[tuple[int, Expr], ...]
    volumes: tuple[Expr | None, ...]
    clocks: tuple[tuple[Clock, Expr], ...] = ()

    @cached_property
    def state_index(self) -> dict[str, int]:
        """Path of a state to its place."""
        return {state.path: i for i, state in enumerate(self.states)}

    @property
    def has_time(self) -> bool:
        """Whether any formula names the time itself; without, a run depends on nothing but its state and what happens to it."""
        return bool(self.clocks)

    @cached_property
    def parameter_index(self) -> dict[str, int]:
        """Path of a parameter to its place."""
        return {parameter.path: i for i, parameter in enumerate(self.parameters)}

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def readout(self, name: str) -> Readout:
        """The readout of that identifier; ``KeyError`` where there is none."""
        return next(r for r, _ in self.readouts if r.name == name) if name in self.readout_names else _missing(name)

    @cached_property
    def readout_names(self) -> tuple[str, ...]:
        """Identifiers of the readouts, in order."""
        return tuple(r.name for r, _ in self.readouts)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that the model says (not of how its source files are laid out)."""
        return digest(*self._lines())

    def _lines(self) -> Iterator[str]:
        for group in (self.states, self.parameters, self.setpoints, self.exposures):
            yield from (f"{type(q).__name__} {q.path} [{q.unit}]" for q in group)
        yield from (f"within {s.path} {s.within} {s.accumulates} {s.start}" for s in self.states)
        yield from (f"within {e.path} {e.within} {e.neutral}" for e in self.exposures)
        yield from (f"clock {c.path} [{c.unit}] neutral {plain_text(tree)}" for c, tree in self.clocks)
        yield from (f"volume {i} = {plain_text(tree)}" for i, tree in enumerate(self.volumes) if tree is not None)
        yield from (f"signal {s.path} = {plain_text(tree)}" for s, tree in self.signals)
        for r in self.reactions:
            yield f"process {r.path} = {plain_text(r.rate)}" + ("" if r.conserves else " (a signal)")
            yield from (f"  {t.sign} {self.states[t.state].path} x {plain_text(t.factor)}" for t in r.terms)
        yield from (f"readout {r.name} = {plain_text(tree)}" for r, tree in self.readouts)
        yield from (f"held {self.states[i].path} = {plain_text(tree)}" for i, tree in self.held)


def plain_text(tree: Expr) -> str:
    """A formula with every name by its full path."""
    return to_text(tree, path_of)


def path_of(name: Name) -> str:
    """The full path of a quantity, switch or healthy value."""
    if isinstance(name, Healthy):
        return f"healthy({name.of.path})"
    return name.path if isinstance(name, (Quantity, Switch)) else name.name


def _missing(name: str) -> Readout:
    raise KeyError(name)
