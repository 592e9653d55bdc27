"""The verbs of the language: processes, effects of treatments, and what a clinic would see."""

from __future__ import annotations

from dataclasses import dataclass

from zonula.language.expression import Expr, Scalar, lift, literal
from zonula.language.quantities import Read, State
from zonula.language.units import Unit, unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One arrow of the diagram: a rate, what it fills and what it empties.

    *as_amount*: the rate is an amount per day and is divided by each side's volume, so that nothing is lost
    between spaces; otherwise it is a change of the state's own unit per day.  *yields* converts between kinds.
    *conserves* is false for a declared signal, which makes something without using anything up.
    """

    rate: Expr
    into: State | Read | None = None
    out_of: State | Read | None = None
    as_amount: bool = False
    yields: Expr | None = None
    conserves: bool = True
    source: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Transit:
    """A chain of equal steps that delays: what enters comes out of the last step after *time* on average."""

    states: tuple[State, ...]
    into: State
    time: Expr
    source: str

    def __set_name__(self, owner: type, name: str) -> None:
        for k, step in enumerate(self.states, start=1):
            step.__set_name__(owner, f"{name}_{k}")

    def processes(self, name: str) -> dict[str, Process]:
        """The steps as named processes: ``<name>_1_to_2``, ..., ``<name>_out``."""
        made = {}
        for k, step in enumerate(self.states, start=1):
            last = k == len(self.states)
            key = f"{name}_out" if last else f"{name}_{k}_to_{k + 1}"
            rate = literal(len(self.states), because="the number of steps") / self.time * step
            made[key] = Process(name=key, rate=rate, out_of=step, into=self.into if last else self.states[k], source=self.source)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a treatment does, declared outside the organs: ``kind`` is one of the words below."""

    kind: str
    target: str
    site: str
    by: Expr
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """What a clinic or a laboratory would see."""

    value: Expr
    unit: Unit
    unit_text: str
    doc: str
    name: str = ""


def gain(into: State | Transit, rate: Expr | Scalar, *, source: str = "") -> Process:
    """Something is made: *rate* in the unit of *into* per day."""
    return Process(rate=lift(rate), into=into.states[0] if isinstance(into, Transit) else into, source=source)


def loss(out_of: State, rate: Expr | Scalar, *, source: str = "") -> Process:
    """Something disappears: *rate* in the unit of *out_of* per day."""
    return Process(rate=lift(rate), out_of=out_of, source=source)


def becomes(out_of: State, into: State, rate: Expr | Scalar, *, yields: Expr | None = None, source: str = "") -> Process:
    """One thing turns into another in the same space: *rate* in the unit of *out_of* per day, times *yields* on arrival."""
    return Process(rate=lift(rate), out_of=out_of, into=into, yields=yields, source=source)


def moves(out_of: State | Read, into: State | Read, rate: Expr | Scalar, *, yields: Expr | None = None, source: str = "") -> Process:
    """An amount goes from one space to another: *rate* in amount per day, conserved by construction."""
    return Process(rate=lift(rate), out_of=out_of, into=into, as_amount=True, yields=yields, source=source)


def enters(into: State, rate: Expr | Scalar, *, yields: Expr | None = None, source: str = "") -> Process:
    """An amount per day enters from outside, or from a flux that another organ signals."""
    return Process(rate=lift(rate), into=into, as_amount=True, yields=yields, source=source)


def leaves(out_of: State, rate: Expr | Scalar, *, source: str = "") -> Process:
    """An amount per day leaves the body or the model, such as clearance times concentration."""
    return Process(rate=lift(rate), out_of=out_of, as_amount=True, source=source)


def signals_to(into: State | Read, rate: Expr | Scalar, *, source: str = "") -> Process:
    """*into* rises at *rate* (its unit per day) and nothing is used up: a declared exception from conservation."""
    return Process(rate=lift(rate), into=into, conserves=False, source=source)


def transit(into: State, unit_text: str, doc: str, *, steps: int, time: Expr, source: str = "") -> Transit:
    """Declare a delay before *into*: *steps* equal steps with a total mean time *time*."""
    chain = tuple(State(unit_text, f"{doc}, step {k} of {steps}", start=0.0, within=(0.0, float("inf")), volume=into.volume,
                        accumulates=False) for k in range(1, steps + 1))
    return Transit(chain, into, time, source)


def readout(unit_text: str, value: Expr | Scalar, doc: str, *, called: str = "") -> Readout:
    """Declare an observable; *called* is the identifier users see, where it is not the attribute's name."""
    return Readout(value=lift(value), unit=unit(unit_text), unit_text=unit_text, doc=doc, name=called)


def neutralises(target: str, *, at: str, by: Expr) -> Effect:
    """The fraction *by* of what is read of *target* at a site is out of action."""
    return Effect(kind="neutralises", target=target, site=at, by=by)


def blocks(target: str, *, by: Expr) -> Effect:
    """The process *target* runs at ``(1 - by)`` of its rate."""
    return Effect(kind="blocks", target=target, site="", by=by)


def scales(target: str, *, by: Expr) -> Effect:
    """The signal *target* is ``(1 + by)`` of what it would be."""
    return Effect(kind="scales", target=target, site="", by=by)


def shifts(target: str, *, by: Expr) -> Effect:
    """The signal *target* is higher by *by*, in its own unit."""
    return Effect(kind="shifts", target=target, site="", by=by)


def boosts(target: str, *, by: Expr) -> Effect:
    """The process *target* runs at ``(1 + by)`` of its rate."""
    return Effect(kind="boosts", target=target, site="", by=by)
