"""An organ is a class body that reads: hears, needs, remembers, happens, shows.

It is only declared, never instantiated.  What it declares is collected and checked when the class is
written: the order of its parts, the unit of every formula, and that no number stands without a source.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Self, TypeVar

from zonula.ground.errors import ModelError, UnitError
from zonula.language.checks import no_bare_numbers, same_unit, unit_of
from zonula.language.expression import Expr, Number
from zonula.language.processes import Effect, Process, Readout, Transit
from zonula.language.quantities import (
    Clock,
    Exposure,
    Parameter,
    Quantity,
    Read,
    SetPoint,
    Signal,
    State,
    check_identifier,
    snake_case,
)
from zonula.language.units import DAY, ONE, Unit

_PARTS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("hears", (Read, Exposure)), ("needs", (Parameter, Clock)), ("remembers", (State, Transit, SetPoint)),
    ("happens", (Signal, Process, Effect)), ("shows", (Readout,)),
)
_Declared = TypeVar("_Declared")
_DECLARED = (Quantity, Transit, Process, Effect, Readout)


class Organ:
    """Subclass it and declare; everything is checked when the class is written."""

    path: ClassVar[str] = ""
    heard: ClassVar[dict[str, Read]] = {}
    exposures: ClassVar[dict[str, Exposure]] = {}
    parameters: ClassVar[dict[str, Parameter]] = {}
    clocks: ClassVar[dict[str, Clock]] = {}
    setpoints: ClassVar[dict[str, SetPoint]] = {}
    states: ClassVar[dict[str, State]] = {}
    signals: ClassVar[dict[str, Signal]] = {}
    processes: ClassVar[dict[str, Process]] = {}
    effects: ClassVar[dict[str, Effect]] = {}
    readouts: ClassVar[dict[str, Readout]] = {}

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        if not abstract:
            _collect(cls)
            _check(cls)

    def __new__(cls, *_: object) -> Self:
        """Refuse: an organ is a declaration."""
        raise TypeError(f"{cls.__name__} is declared, not made: hand the class itself to assemble()")


class Drug(Organ, abstract=True):
    """A treatment: an organ with effects.  Organs know no drugs; drugs know what they do to organs."""


def _collect(organ: type[Organ]) -> None:
    _check_names(organ)
    organ.path = snake_case(organ.__name__)
    own = _declared(organ)
    _check_order(organ, own)

    def of(kind: type[_Declared]) -> dict[str, _Declared]:
        found = {(x.name if isinstance(x, Quantity) else name): x for name, x in own.items() if isinstance(x, kind)}
        return {name: x for name, x in found.items() if not isinstance(x, Quantity) or x.path == f"{organ.path}.{name}"}

    organ.heard, organ.exposures, organ.parameters = of(Read), of(Exposure), of(Parameter)
    organ.clocks, organ.setpoints, organ.signals = of(Clock), of(SetPoint), of(Signal)
    organ.states, organ.processes = {}, {}
    for name, declared in own.items():
        if isinstance(declared, State) and declared.path == f"{organ.path}.{declared.name}":
            organ.states[declared.name] = declared
        elif isinstance(declared, Process):
            organ.processes[name] = replace(declared, name=name)
        elif isinstance(declared, Transit):
            organ.states |= {step.name: step for step in declared.states}
            organ.processes |= declared.processes(name)
    organ.effects = {name: replace(x, name=name) for name, x in of(Effect).items()}
    organ.readouts = {name: replace(x, name=x.name or name) for name, x in of(Readout).items()}


def _declared(organ: type[Organ]) -> dict[str, Any]:
    """What the class body declares, each thing once: a second name for it is an abbreviation."""
    if any(base not in (Organ, Drug) for base in organ.__bases__):
        raise ModelError.of("ZN-2213", f"{organ.__name__} builds on {organ.__bases__[0].__name__}: organs are not inherited",
                            fix="write the organ out, and give it to assemble(replacing=...)")
    own: dict[str, Any] = {}
    seen: set[int] = set()
    for name, x in vars(organ).items():
        if name.startswith("_") or name in vars(Organ):
            continue
        if isinstance(x, (list, tuple, dict, set)) and any(isinstance(item, _DECLARED) for item in (x.values() if isinstance(x, dict) else x)):
            raise ModelError.of("ZN-2214", f"{organ.__name__}.{name} hides declarations in a {type(x).__name__}",
                                fix="give each a name of its own in the class body")
        abbreviates = id(x) in seen or (isinstance(x, Quantity) and x.name != name)
        if isinstance(x, _DECLARED):
            seen.add(id(x))
        if not (abbreviates and isinstance(x, _DECLARED)):
            own[name] = x
    return own


def _check_names(organ: type[Organ]) -> None:
    for name, declared in vars(organ).items():
        if isinstance(declared, _DECLARED):
            check_identifier(declared.name if isinstance(declared, Quantity) else name)
            if name in vars(Organ):
                raise ModelError.of("ZN-2209", f"{organ.__name__}.{name} has a name that every organ needs for itself",
                                    fix="choose another name")
            for road in declared.roads if isinstance(declared, Read) else ():
                check_identifier(road)


def _check_order(organ: type[Organ], own: dict[str, Any]) -> None:
    latest = 0
    for name, declared in own.items():
        for rank, (part, kinds) in enumerate(_PARTS):
            if isinstance(declared, kinds):
                if rank < latest:
                    raise ModelError.of("ZN-2204", f"{organ.__name__}.{name} belongs to what the organ {part}, "
                                        f"but stands after what it {_PARTS[latest][0]}",
                                        fix="keep the order: hears, needs, remembers, happens, shows")
                latest = rank


def _check(organ: type[Organ]) -> None:
    name = organ.__name__
    if not (organ.__doc__ or "").strip():
        raise ModelError.of("ZN-2205", f"{name} does not say what it is", fix="write a docstring of one sentence")
    if organ.effects and not issubclass(organ, Drug):
        raise ModelError.of("ZN-2206", f"{name} is an organ and has effects of a treatment", fix="make it a Drug")
    for key, signal in organ.signals.items():
        _formula(f"{name}.{key}", signal.value, signal.unit)
    for key, process in organ.processes.items():
        check_identifier(key)
        _check_process(organ, f"{name}.{key}", process)
    for key, out in organ.readouts.items():
        check_identifier(out.name)
        _formula(f"{name}.{key}", out.value, out.unit)
    for key, effect in organ.effects.items():
        if effect.kind == "shifts":  # in the unit of its signal, which is known when the model is assembled
            no_bare_numbers(f"{name}.{key}", effect.by)
        else:
            _formula(f"{name}.{key}", effect.by, ONE)
    for key, point in organ.setpoints.items():
        if point.holds.accumulates:
            raise ModelError.of("ZN-2212", f"{name}.{key} holds {point.holds.name}, which accumulates and has no steady state",
                                fix="hold a state that rests in health")
        _formula(f"{name}.{key}", point.at, point.holds.unit)
    for key, state in organ.states.items():
        if not state.within[0] <= state.start <= state.within[1]:
            raise ModelError.of("ZN-2207", f"{name}.{key} starts at {state.start}, outside its range {state.within}",
                                fix="start inside the range")
        if state.volume is not None:
            no_bare_numbers(f"{name}.{key}", state.volume)
    for key, exposure in organ.exposures.items():
        if not exposure.within[0] <= exposure.neutral <= exposure.within[1]:
            raise ModelError.of("ZN-2210", f"{name}.{key} is neutral at {exposure.neutral}, outside its range {exposure.within}",
                                fix="let the range hold the neutral value")
    for key, clock in organ.clocks.items():
        _check_clock(f"{name}.{key}", clock.neutral)


def _check_clock(where: str, neutral: Expr) -> None:
    if not isinstance(neutral, Number):
        _formula(f"the neutral time of {where}", neutral, DAY)
    elif not math.isfinite(neutral.value):
        raise ModelError.of("ZN-2215", f"{where} stands at {neutral} while health is solved", expected="a time in days",
                            fix="name a moment at which what follows the clock has its mean")


def _formula(where: str, tree: Expr, want: Unit) -> None:
    if not (isinstance(tree, Number) and tree.value == 0):
        same_unit(where, unit_of(tree), want)
    no_bare_numbers(where, tree)


def _check_process(organ: type[Organ], where: str, process: Process) -> None:
    no_bare_numbers(where, process.rate)
    if process.yields is not None:
        no_bare_numbers(where, process.yields)
    own = frozenset(organ.states.values())
    crosses = process.as_amount and process.into is not None and process.out_of is not None
    for end in (process.into, process.out_of):
        allowed = end is None or end in own or (isinstance(end, Read) and (crosses or not process.conserves))
        if not allowed:
            raise ModelError.of("ZN-2208", f"{where} changes {end}, which belongs to another organ",
                                fix="use moves(...) through a state that is read, or signals_to(...)")
    out, into = process.out_of, process.into
    if not process.as_amount and isinstance(out, State) and isinstance(into, State) and str(out.volume) != str(into.volume):
        raise ModelError.of("ZN-2211", f"{where} goes from {out} to {into}, which have different volumes, as a concentration",
                            fix="use moves(...), whose rate is an amount per day")
    made = unit_of(process.rate)
    arriving = made if process.yields is None else made * unit_of(process.yields)
    unit_at: Callable[[State | Read], Unit] = _amount_unit if process.as_amount else lambda end: end.unit
    for end, have in ((process.out_of, made), (process.into, arriving)):
        if end is None or (isinstance(end, Read) and process.as_amount):
            continue  # the volume of another organ's state is known when the model is assembled
        same_unit(where, have, unit_at(end) / DAY)


def _amount_unit(end: State | Read) -> Unit:
    if not isinstance(end, State):
        raise UnitError.of("ZN-2110", f"{end} is no state of this organ", fix="resolve it first")
    return end.unit if end.volume is None else end.unit * unit_of(end.volume)


def amount_unit(end: State) -> Unit:
    """The unit of the amount of a state: its own, times its volume's where it is dissolved."""
    return _amount_unit(end)
