"""Join organs into one model: names are resolved once, and whatever does not fit is refused by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from zonula.ground.errors import AssemblyError, nearest
from zonula.language.checks import same_unit, unit_of
from zonula.language.expression import Expr, Name, Number, add, divide, multiply, names, substitute
from zonula.language.model import Model, Reaction, Term, path_of
from zonula.language.organ import Organ, amount_unit
from zonula.language.processes import Process
from zonula.language.quantities import Clock, Exposure, Healthy, Parameter, Quantity, Read, SetPoint, Signal, State, Switch
from zonula.language.units import DAY


def assemble(*organs: type[Organ], replacing: Mapping[str, type[Organ]] | None = None) -> Model:
    """Join *organs* into a model.

    Parameters
    ----------
    organs    : the organs and drugs, in the order in which their states are to stand
    replacing : other organs for some of them, by path; they must offer what the others read

    Raises
    ------
    AssemblyError   for a name that no organ has, for a loop of signals, for a parameter nobody uses, ...
    UnitError       for a quantity that is read in another unit than it is kept in
    """
    instead = dict(replacing or {})
    if unknown := instead.keys() - {organ.path for organ in organs}:
        raise AssemblyError.of("ZN-2301", f"there is no organ {min(unknown)!r} to replace",
                               fix=nearest(min(unknown), [o.path for o in organs]))
    return _Assembly(tuple(instead.get(organ.path, organ) for organ in organs)).model()


@dataclass
class _Assembly:
    """The work in progress: tables of names while trees are resolved."""

    organs: tuple[type[Organ], ...]
    known: dict[str, Quantity] = field(default_factory=dict)
    healthy: dict[str, Healthy] = field(default_factory=dict)
    roads: dict[str, Switch] = field(default_factory=dict)
    seen: dict[Name, Expr] = field(default_factory=dict)
    effective: list[Signal] = field(default_factory=list)

    def model(self) -> Model:
        self._collect()
        self._check_effects()
        for read in self._all("heard"):
            self._resolve_read(read)
        signals = self._ordered({s: self._affected(s) for s in self._all("signals")} | {s: self._resolved(s.value) for s in self.effective})
        reactions = tuple(self._reaction(organ, process) for organ in self.organs for process in organ.processes.values())
        states = tuple(self._all("states"))
        model = Model(
            organs=self.organs, states=states, parameters=tuple(self._all("parameters")),
            setpoints=tuple(self._all("setpoints")), exposures=tuple(self._all("exposures")),
            gates=tuple(r.gate for r in reactions), roads=tuple(self.roads[name] for name in sorted(self.roads)),
            signals=signals, reactions=reactions,
            readouts=tuple((r, self._resolved(r.value)) for o in self.organs for r in o.readouts.values()),
            held=tuple((states.index(p.holds), self._resolved(p.at)) for p in self._all("setpoints")),
            volumes=tuple(None if s.volume is None else self._resolved(s.volume) for s in states),
            clocks=tuple((c, self._resolved(c.neutral)) for c in self._all("clocks")),
            healthy=tuple(self.healthy[path] for path in sorted(self.healthy)),
        )
        _check_whole(model)
        return model

    def _all(self, kind: str) -> Iterator[Any]:
        for organ in self.organs:
            yield from getattr(organ, kind).values()

    def _collect(self) -> None:
        paths = [organ.path for organ in self.organs]
        if twice := next((p for p in paths if paths.count(p) > 1), None):
            raise AssemblyError.of("ZN-2302", f"two organs are called {twice!r}", fix="give each organ a name of its own")
        for kind in ("states", "signals", "parameters", "exposures", "clocks", "setpoints"):
            self.known |= {q.path: q for q in self._all(kind)}
        printed: dict[str, str] = {}
        for path in (*self.known, *(q.path for q in self._all("heard")), *(f"{o.path}.{name}" for o in self.organs for name in o.processes)):
            if (other := printed.setdefault(path.replace(".", "_"), path)) != path:
                raise AssemblyError.of("ZN-2311", f"{other} and {path} would be one name in printed equations", fix="rename one of them")

    def _target(self, read: Read) -> Quantity:
        found = self.known.get(read.of)
        if found is None:
            raise AssemblyError.of("ZN-2303", f"{read.path} reads {read.of!r}, which no organ has",
                                   fix=nearest(read.of, self.known))
        same_unit(f"{read.path}, which reads {read.of},", read.unit, found.unit)
        return found

    def _resolve_read(self, read: Read) -> None:
        target = self._target(read)
        left: Expr = target
        for drug in self.organs:
            for effect in drug.effects.values():
                if effect.kind == "neutralises" and (effect.target, effect.site) == (read.of, read.site):
                    left = multiply(left, 1 - effect.by)
        if read.roads:
            road: Expr = Number(1.0)
            for name in read.roads:
                road = multiply(road, self.roads.setdefault(name, Switch(f"road.{name}", f"road {name}: 1 open, 0 closed")))
            left = road * left + (1 - road) * self._healthy_of(target)
        if left is target:
            self.seen[read] = target
            return
        shown = Signal(read.unit_text, f"{target.doc}, as {read.path.split('.')[0]} sees it", left)
        shown.name, shown.path = read.name, read.path
        self.effective.append(shown)
        self.seen[read] = shown

    def _healthy_of(self, target: Quantity) -> Expr:
        if isinstance(target, Exposure):
            return Number(target.neutral)
        if isinstance(target, Clock):
            return self._resolved(target.neutral)
        if isinstance(target, (Parameter, SetPoint)):
            return target  # the same in health and after
        return self.healthy.setdefault(target.path, Healthy(target))

    def _affected(self, signal: Signal) -> Expr:
        """A signal's formula with what treatments do to it."""
        tree = self._resolved(signal.value)
        for effect in (e for drug in self.organs for e in drug.effects.values() if e.target == signal.path):
            by = self._resolved(effect.by)
            if effect.kind == "scales":
                tree = multiply(tree, 1 + by)
            if effect.kind == "shifts":
                same_unit(f"the shift of {signal.path}", unit_of(effect.by), signal.unit)
                tree = add(tree, by)
        return tree

    def _resolved(self, tree: Expr) -> Expr:
        instead = dict(self.seen)
        for name in names(tree):
            if isinstance(name, Healthy):
                of = self._target(name.of) if isinstance(name.of, Read) else name.of
                instead[name] = self._healthy_of(of)
        return substitute(tree, instead)

    def _ordered(self, trees: dict[Signal, Expr]) -> tuple[tuple[Signal, Expr], ...]:
        ordered: dict[Signal, Expr] = {}

        def place(signal: Signal, above: tuple[Signal, ...]) -> None:
            if signal in above:
                loop = " -> ".join(s.path for s in (*above[above.index(signal):], signal))
                raise AssemblyError.of("ZN-2304", f"signals define each other in a loop: {loop}",
                                       fix="break the loop with a state, which takes time")
            if signal not in ordered:
                for used in names(trees[signal]):  # while health is solved, healthy(x) is x: it orders like x
                    inner = used.of if isinstance(used, Healthy) else used
                    if isinstance(inner, Signal):
                        place(inner, (*above, signal))
                ordered[signal] = trees[signal]

        for signal in trees:
            place(signal, ())
        return tuple(ordered.items())

    def _check_effects(self) -> None:
        sites = {(read.of, read.site) for read in self._all("heard") if isinstance(read, Read) and read.site}
        processes = [f"{o.path}.{name}" for o in self.organs for name in o.processes]
        signals = [signal.path for signal in self._all("signals")]
        for drug in self.organs:
            for name, effect in drug.effects.items():
                where = f"{drug.path}.{name} {effect.kind}"
                if effect.kind == "neutralises" and (effect.target, effect.site) not in sites:
                    raise AssemblyError.of("ZN-2305", f"{where} {effect.target!r} at {effect.site!r}, which nobody reads there",
                                           fix=nearest(f"{effect.target} at {effect.site}", [f"{a} at {b}" for a, b in sites]))
                targets = {"blocks": processes, "boosts": processes, "scales": signals, "shifts": signals}.get(effect.kind)
                if targets is not None and effect.target not in targets:
                    raise AssemblyError.of("ZN-2306", f"{where} {effect.target!r}, which no organ {'does' if targets is processes else 'says'}",
                                           fix=nearest(effect.target, targets))

    def _reaction(self, organ: type[Organ], process: Process) -> Reaction:
        path = f"{organ.path}.{process.name}"
        gate = Switch(f"gate.{path}", f"gate of {path}: 1 as in life, 0 shut")
        rate = multiply(gate, self._resolved(process.rate))
        for effect in (e for drug in self.organs for e in drug.effects.values() if e.target == path):
            by = self._resolved(effect.by)
            rate = multiply(rate, 1 - by if effect.kind == "blocks" else 1 + by)
        terms = tuple(self._term(path, process, end, sign) for end, sign in ((process.out_of, -1), (process.into, 1)) if end is not None)
        return Reaction(path=path, rate=rate, gate=gate, terms=terms, source=process.source, conserves=process.conserves)

    def _term(self, path: str, process: Process, end: State | Read, sign: int) -> Term:
        at = self._target(end) if isinstance(end, Read) else end
        if not isinstance(at, State):
            raise AssemblyError.of("ZN-2307", f"{path} changes {at.path}, which is no state", fix="move what is remembered")
        factor: Expr = Number(1.0)
        made = unit_of(process.rate)
        if process.yields is not None and sign > 0:
            factor, made = self._resolved(process.yields), made * unit_of(process.yields)
        if process.as_amount:
            same_unit(f"{path} at {at.path}", made, amount_unit(at) / DAY)
            factor = factor if at.volume is None else divide(factor, self._resolved(at.volume))
        return Term(next(i for i, s in enumerate(self._all("states")) if s is at), sign, factor)


def _check_whole(model: Model) -> None:
    held = [place for place, _ in model.held]
    twice = next((place for place in held if held.count(place) > 1), None)
    if twice is not None:
        raise AssemblyError.of("ZN-2313", f"two set-points hold {model.states[twice].path}", fix="hold each state by one set-point")
    seen: set[str] = set()
    for readout in model.readout_names:
        if readout in seen:
            raise AssemblyError.of("ZN-2308", f"two organs show {readout!r}", fix="name one of the readouts otherwise")
        seen.add(readout)
    trees = [tree for group in (model.signals, model.readouts, model.held, model.clocks) for _, tree in group]
    trees += [r.rate for r in model.reactions] + [t.factor for r in model.reactions for t in r.terms]
    trees += [v for v in model.volumes if v is not None]
    used = dict.fromkeys((*_all_names(trees), *(h.of for h in model.healthy)))
    own = {*model.states, *model.parameters, *model.setpoints, *model.exposures, *model.healthy, *model.gates, *model.roads,
           *(name for group in (model.signals, model.clocks) for name, _ in group)}
    for name in used:
        if name not in own:
            raise AssemblyError.of("ZN-2312", f"a formula uses {path_of(name)}, which is not of this model",
                                   fix="hear it with reads(...), under a name of the organ's own")
    for quantity in (*model.parameters, *model.setpoints, *model.exposures, *(clock for clock, _ in model.clocks)):
        if quantity not in used:
            raise AssemblyError.of("ZN-2309", f"nothing uses {quantity.path}", fix="use it, or take it out of its organ")
    for clock, neutral in model.clocks:
        if any(name not in model.parameters for name in names(neutral)):
            raise AssemblyError.of("ZN-2314", f"the neutral time of {clock.path} is not made of parameters only",
                                   fix="while health is solved, a clock stands still: name a number of days, or a formula of parameters")
    for state, volume in zip(model.states, model.volumes, strict=True):
        if volume is not None and any(name not in model.parameters for name in names(volume)):
            raise AssemblyError.of("ZN-2310", f"the volume of {state.path} is not made of parameters only",
                                   fix="volumes are constant in time; describe a changing space by states of amounts")


def _all_names(trees: Iterable[Expr]) -> Iterator[Name]:
    for tree in trees:
        yield from names(tree)


def total(trees: Iterable[Expr]) -> Expr:
    """The sum of *trees*, 0 where there is none."""
    whole: Expr = Number(0.0)
    for tree in trees:
        whole = add(whole, tree)
    return whole
