"""Fills an SBML model with ours: constants, species, reactions, rules and events, each with its unit, its meaning and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zonula.codegen.names import identifier, reaction_identifier
from zonula.evidence.load import Evidence
from zonula.exchange.parts import Parts
from zonula.exchange.sbml_math import DEFINITIONS, Math, define, functions_in, without_value
from zonula.exchange.sbml_plan import Amount, Happenings, happenings, infusion_name
from zonula.exchange.sbml_units import PLAIN, Units
from zonula.exchange.sbml_words import cite, name_and_notes, of_humans, term, words_of
from zonula.exchange.shape import Arrow, Flow, Shape, Space, shape_of
from zonula.ground.errors import UsageError
from zonula.ground.provenance import version_of
from zonula.language.checks import unit_of
from zonula.language.expression import Expr, Name, evaluate, multiply, names
from zonula.language.model import path_of
from zonula.language.quantities import Parameter, State
from zonula.language.units import Unit, unit
from zonula.simulation.health import Health
from zonula.simulation.problem import Problem

_NOTICE = "Research software: not a medical device, and no medical advice."


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a problem beside its numbers.

    evidence : of the parameters, by path; where there is none, only their meaning is told
    changed  : paths of parameters that were set for this person
    """

    title: str
    text: str = ""
    fingerprint: str = ""
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()


class Writer:
    """Fills one SBML model."""

    def __init__(self, model: Any, problem: Problem, health: Health, about: About) -> None:
        self.out, self.problem, self.health, self.about = model, problem, health, about
        self.model = problem.model
        self.shape: Shape = shape_of(self.model)
        self.plan: Happenings = happenings(self.problem)
        self.units = Units(model)
        self.math, self.parts = Math(self.units), Parts(DEFINITIONS)
        self.values: dict[Name, float] = dict(zip(self.model.parameters, self.problem.parameters.tolist(), strict=True))

    def write(self) -> None:
        """Write all of it, in an order in which nothing is used before it stands there."""
        self._head()
        trees = [*(tree for _, tree in self.model.signals), *(tree for _, tree in self.model.readouts), *(r.rate for r in self.model.reactions),
                 *(t.factor for r in self.model.reactions for t in r.terms)]
        if fault := without_value(trees, self.values):
            raise UsageError.of("ZN-1501", f"{path_of(fault[1])} is 0, and {fault[0]} has no value for it in SBML", path="parameters",
                                fix="write a very small number instead")
        define(self.out, functions_in(trees))
        self._constants()
        self._spaces()
        self._states()
        self._rates_of_substances()
        for signal, tree in self.model.signals:
            self._rule(identifier(signal), signal.unit, self._apart(tree, signal.path), signal.path, signal.doc)
        self._processes()
        for readout, tree in self.model.readouts:
            self._rule(f"y_{readout.name}", readout.unit, self._apart(tree, f"readout.{readout.name}"), readout.name, readout.doc)
        self._events()

    # --- the head -----------------------------------------------------------------------------------------

    def _head(self) -> None:
        out, about = self.out, self.about
        out.setId("zonula")
        for group in (self.model.states, self.model.parameters, self.model.setpoints, self.model.exposures):
            for quantity in group:
                self.units(quantity.unit_text)
        for state, kept in zip(self.model.states, self.shape.kept, strict=True):
            top = state.unit_text.partition("/")[0]
            if kept.substance is not None and unit(top) == kept.substance:
                self.units(top)  # amounts are named as concentrations name them
        out.setTimeUnits(self.units.time())
        out.setSubstanceUnits(PLAIN)
        out.setExtentUnits(PLAIN)
        out.setVolumeUnits(self.units("L"))
        out.setAreaUnits(self.units("cm^2"))
        out.setLengthUnits(self.units("cm"))
        stable = "" if self.health.stable else "This person's healthy state is not stable: small deviations grow."
        said = [f"Plan: {sentence}" for sentence in self.problem.plan.sentences]
        shut = [f"Shut off: {path}" for path in sorted(self.problem.shut)]
        closed = [f"Closed road: {closing.sentence}" for closing in sorted(self.problem.closed)]
        name_and_notes(out, about.title, about.text, *said, *shut, *closed, stable,
                       f"Written by zonula {version_of('zonula')}; model {self.model.fingerprint[:16]}, scenario {about.fingerprint[:16] or '-'}.",
                       "Time is in days. The state at time 0 is the person's healthy state; what happens at day 0 is an event.", _NOTICE)
        of_humans(out)

    # --- what stays ---------------------------------------------------------------------------------------

    def _constants(self) -> None:
        for parameter in self.model.parameters:
            self._evidence(parameter)
        for setpoint, value in zip(self.model.setpoints, self.health.setpoints, strict=True):
            self._parameter(identifier(setpoint), setpoint.unit_text, value, setpoint.path, setpoint.doc,
                            f"A set-point, solved so that {setpoint.holds.path} rests at its healthy value.")
        for healthy, value in zip(self.model.healthy, self.health.healthy, strict=True):
            self._parameter(identifier(healthy), healthy.of.unit_text, value, path_of(healthy), f"This person's healthy value: {healthy.of.doc}")
        for exposure in self.model.exposures:
            moved = identifier(exposure) in self.plan.moved
            self._parameter(identifier(exposure), exposure.unit_text, exposure.neutral, exposure.path, f"An exposure: {exposure.doc}",
                            constant=not moved)
        for gate, reaction in zip(self.model.gates, self.model.reactions, strict=True):
            self._parameter(identifier(gate), "1", 0.0 if reaction.path in self.problem.shut else 1.0, gate.path, gate.doc)
        early = {f"road.{closing.road}" for closing in self.problem.closed if closing.start <= 0}
        for road in self.model.roads:
            self._parameter(identifier(road), "1", 0.0 if road.path in early else 1.0, road.path,
                            f"{road.doc}; closed, its readers see the healthy value", constant=identifier(road) not in self.plan.moved)
        for amount in self.plan.amounts:
            self._amount(amount)

    def _evidence(self, parameter: Parameter) -> None:
        value, changed = self.values[parameter], parameter.path in self.about.changed
        known = self.about.evidence.get(parameter.path)
        lines = [parameter.doc] if known is None else words_of(known, value, changed=changed)
        made = self._parameter(identifier(parameter), parameter.unit_text, value, parameter.path, *lines,
                               word="constant" if parameter.unit_text.startswith("1/") and parameter.unit_text.endswith("day") else "parameter")
        if known is not None and not changed:
            cite(made, known.source)

    def _amount(self, amount: Amount) -> None:
        state = self.model.states[amount.place]
        unit_text = f"{state.unit_text}/day" if amount.rate else state.unit_text
        what = f"rate at which an infusion raises {state.path}" if amount.rate else f"by how much a dose raises {state.path}"
        self._parameter(amount.name, unit_text, amount.value, what, what.capitalize())

    def _parameter(self, given: str, unit_text: str, value: float, name: str, *lines: str, constant: bool = True, word: str = "parameter") -> Any:
        made = self.out.createParameter()
        made.setId(given)
        made.setValue(value)
        made.setUnits(self.units(unit_text))
        made.setConstant(constant)
        term(made, word)
        name_and_notes(made, name, *lines)
        return made

    # --- where and what ------------------------------------------------------------------------------------

    def _spaces(self) -> None:
        for space in self.shape.spaces:
            made = self.out.createCompartment()
            made.setId(space.name)
            made.setSpatialDimensions(3)
            made.setSize(1.0 if space.size is None else float(evaluate(space.size, self.values)))
            made.setUnits(self._space_unit(space))
            made.setConstant(True)
            term(made, "space")
            name_and_notes(made, space.organ.replace("_", " "), space.meaning)
            if space.size is not None:
                start = self.out.createInitialAssignment()
                start.setSymbol(space.name)
                start.setMath(self.math(space.size))

    def _space_unit(self, space: Space) -> str:
        return self.units(space.unit_text) if space.size is None else self.units.of(space.unit)

    def _states(self) -> None:
        for state, kept, value in zip(self.model.states, self.shape.kept, self.health.state.tolist(), strict=True):
            low, high = state.within
            said = (state.doc, f"Range: {low:g} to {high:g} {state.unit_text}." if high < float("inf") else "",
                    "It accumulates and has no healthy value: it begins at its start." if state.accumulates else "")
            if kept.space is None or kept.substance is None:
                self._parameter(identifier(state), state.unit_text, value, state.path, *said, constant=False)
                continue
            made = self.out.createSpecies()
            made.setId(identifier(state))
            made.setCompartment(kept.space.name)
            made.setHasOnlySubstanceUnits(kept.amount)
            made.setBoundaryCondition(False)
            made.setConstant(False)
            (made.setInitialAmount if kept.amount else made.setInitialConcentration)(value)
            made.setSubstanceUnits(self.units.of(kept.substance))
            made.setConversionFactor(self._one(kept.substance))
            term(made, "mass")
            name_and_notes(made, state.path, *said)

    def _one(self, whole: Unit) -> str:
        """The parameter that is one unit of a substance: reactions count in these."""
        return "one_" + self.units.of(whole).removeprefix("unit_")

    def _rates_of_substances(self) -> None:
        for whole in dict.fromkeys(kept.substance for kept in self.shape.kept if kept.substance is not None):
            made = self.out.createParameter()
            made.setId(self._one(whole))
            made.setValue(1.0)
            made.setUnits(self.units.of(whole))
            made.setConstant(True)
            term(made, "parameter")
            name_and_notes(made, self._one(whole).replace("_", " "),
                           "SBML counts all reactions in one unit of extent, here a plain number; this makes it an amount.")

    def _apart(self, tree: Expr, owner: str) -> Expr:
        """A formula in which no function of ours is called twice; its parts are written first."""
        before = len(self.parts.made)
        whole = self.parts(tree, owner)
        for part, call in self.parts.made[before:]:
            self._rule(identifier(part), part.unit, call, part.path, part.doc)
        return whole

    # --- what happens ----------------------------------------------------------------------------------------

    def _rule(self, given: str, whole: Unit, tree: Expr, name: str, *lines: str) -> Any:
        made = self.out.createParameter()
        made.setId(given)
        made.setUnits(self.units.of(whole))
        made.setConstant(False)
        term(made, "parameter")
        name_and_notes(made, name, *lines)
        rule = self.out.createAssignmentRule()
        rule.setVariable(given)
        rule.setMath(self.math(tree, made.getUnits()))
        return made

    def _processes(self) -> None:
        added: dict[int, list[Any]] = {kept.place: [] for kept in self.shape.kept if kept.space is None}
        for arrow in self.shape.arrows:
            if arrow.shown:
                self._shown(arrow, added)
            for flow in arrow.flows:
                self._flow(flow, arrow)
        for place in self.plan.infused:
            self._infusion(place, added)
        for place, parts in added.items():
            state = self.model.states[place]
            rule = self.out.createRateRule()
            rule.setVariable(identifier(state))
            rule.setMath(_sum(self.math, parts) if parts else self.math.number(0.0, self.units(f"{state.unit_text}/day")))

    def _shown(self, arrow: Arrow, added: dict[int, list[Any]]) -> None:
        """A process that changes an index: a rate with a name."""
        process, given = arrow.process, reaction_identifier(arrow.process.path)
        made = self._rule(given, unit_of(process.rate), self._apart(process.rate, process.path), process.path, _doing(self.model.states, arrow))
        if process.source:
            cite(made, [process.source])
        for t in process.terms:
            if t.state in added:
                share = self.math(multiply(Name(given), t.factor))
                added[t.state].append(share if t.sign > 0 else self.math.join("-", share))

    def _flow(self, flow: Flow, arrow: Arrow) -> None:
        """A process that makes, moves or removes a substance: a reaction."""
        law = self._apart(flow.law, arrow.process.path)
        made = self._reaction(flow.name, flow.out, flow.into)
        name_and_notes(made, arrow.process.path, _doing(self.model.states, arrow), "" if arrow.process.conserves else
                       "A signal: something is made and nothing is used up.")
        term(made, _kind(flow, self.shape))
        if arrow.process.source:
            cite(made, [arrow.process.source])
        inside = {identifier(n) for n in names(law) if isinstance(n, State) and self.shape.kept[self.model.state_index[n.path]].space}
        for name in sorted(inside - {identifier(self.model.states[p]) for p in (*flow.out, *flow.into)}):
            modifier = made.createModifier()
            modifier.setSpecies(name)
            term(modifier, "modifier")
        self._law(made, self.math(law), flow.space, flow.substance)

    def _reaction(self, given: str, out: tuple[int, ...], into: tuple[int, ...]) -> Any:
        made = self.out.createReaction()
        made.setId(given)
        made.setReversible(False)
        for places, create, word in ((out, made.createReactant, "reactant"), (into, made.createProduct, "product")):
            for place in places:
                end = create()
                end.setSpecies(identifier(self.model.states[place]))
                end.setStoichiometry(1.0)
                end.setConstant(True)
                term(end, word)
        return made

    def _law(self, made: Any, rate: Any, space: Space | None, whole: Unit) -> None:
        law = made.createKineticLaw()
        term(law, "law")
        amount = rate if space is None else self.math.join("*", rate, self.math.name(space.name))
        law.setMath(self.math.join("/", amount, self.math.name(self._one(whole))))

    def _infusion(self, place: int, added: dict[int, list[Any]]) -> None:
        state, kept, given = self.model.states[place], self.shape.kept[place], infusion_name(self.model, place)
        self._parameter(given, f"{state.unit_text}/day", 0.0, f"infusion into {state.path}", "What is infused now; events set it.", constant=False)
        if kept.space is None or kept.substance is None:
            added[place].append(self.math.name(given))
            return
        made = self._reaction(f"infusion_{state.path.replace('.', '_')}", (), (place,))
        name_and_notes(made, f"infusion into {state.path}")
        term(made, "process")
        self._law(made, self.math.name(given), None if kept.amount else kept.space, kept.substance)

    def _events(self) -> None:
        for moment in self.plan.moments:
            made = self.out.createEvent()
            made.setId(moment.name)
            made.setUseValuesFromTriggerTime(True)
            term(made, "event")
            name_and_notes(made, f"day {moment.day:g}", *moment.sentences)
            trigger = made.createTrigger()
            trigger.setInitialValue(False)  # so that what happens at day 0 happens
            trigger.setPersistent(True)
            trigger.setMath(self.math.join(">=", self.math.time(), self.math.number(moment.day, self.units.time())))
            for change in moment.changes:
                assignment = made.createEventAssignment()
                assignment.setVariable(change.variable)
                value = self.math.number(change.value, self.units(change.unit_text)) if change.amount is None else self.math.name(change.amount.name)
                assignment.setMath(self.math.join("+", self.math.name(change.variable), value) if change.adds else value)


def _sum(math: Math, parts: list[Any]) -> Any:
    whole = parts[0]
    for part in parts[1:]:
        whole = math.join("+", whole, part)
    return whole


def _doing(states: tuple[State, ...], arrow: Arrow) -> str:
    """What a process does, in words."""
    out = [states[t.state].path for t in arrow.process.terms if t.sign < 0]
    into = [states[t.state].path for t in arrow.process.terms if t.sign > 0]
    if out and into:
        return f"From {', '.join(out)} to {', '.join(into)}."
    return f"Lowers {', '.join(out)}." if out else f"Raises {', '.join(into)}."


def _kind(flow: Flow, shape: Shape) -> str:
    """Which sort of process of the ontology a reaction is."""
    if not flow.out or not flow.into:
        return "degradation" if flow.out else "production"
    return "conversion" if shape.kept[flow.out[0]].space == shape.kept[flow.into[0]].space else "translocation"
