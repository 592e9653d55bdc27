"""One battery for every organ and treatment: it stays in its range, its slopes are exact, nothing is lost, and every number has evidence."""

import math
import re
import sys
from functools import lru_cache

import numpy as np
import pytest
from tests.battery.persons import IN_BATTERY, evidence, living, random_person

from zonula.codegen.names import identifier, reaction_identifier
from zonula.evidence.load import GRADES, STATUSES
from zonula.ground.files import packaged
from zonula.language import Drug
from zonula.language.checks import unit_of
from zonula.language.expression import depth, evaluate, names
from zonula.language.quantities import Healthy, Read
from zonula.organs.standard import standard_model

MODEL = standard_model()
every_organ = pytest.mark.parametrize("organ", IN_BATTERY, ids=lambda organ: organ.path)
SEEDS = range(30)
CORNERS = ("inside", "lowest", "highest")
_TINY = 1e-30  # a complex step: no difference is taken, so nothing is lost to rounding


def _rows(organ):
    return [i for i, state in enumerate(MODEL.states) if state.path.startswith(f"{organ.path}.")]


def _own(organ):
    """Identifiers of the organ's signals and rates."""
    rates = {reaction_identifier(r.path) for r in MODEL.reactions if r.path.startswith(f"{organ.path}.")}
    return rates | {identifier(signal) for signal in organ.signals.values()}


def test_the_persons_of_the_battery_differ_widely_and_have_their_own_health():
    drawn = [living(seed) for seed in SEEDS]
    assert sum(share == 1.0 for _, _, share in drawn) >= 0.5 * len(drawn)
    assert all(share > 0 for _, _, share in drawn)
    assert all(health.residual <= 1e-10 for _, health, _ in drawn)


@every_organ
def test_every_state_points_inward_on_the_faces_of_its_range(organ):
    for seed in SEEDS:
        person = random_person(seed, extreme=bool(seed % 4 < 2))
        for i in _rows(organ):
            state, before = MODEL.states[i], person.x[i]
            for face, inward in ((state.within[0], 1), (state.within[1], -1)):
                if math.isfinite(face):
                    person.x[i] = face
                    assert inward * person.functions.derivative(*person.arguments())[i] >= 0, (state.path, face, seed)
            person.x[i] = before


@every_organ
def test_no_knock_out_makes_a_state_negative(organ):
    for seed in SEEDS:
        person = random_person(seed, extreme=bool(seed % 4 < 2))
        person.g = np.random.default_rng(seed).integers(0, 2, len(person.g)).astype(float).tolist()
        for i in _rows(organ):
            before, person.x[i] = person.x[i], MODEL.states[i].within[0]
            assert person.functions.derivative(*person.arguments())[i] >= 0, (MODEL.states[i].path, seed)
            person.x[i] = before


def _gross(person):
    """What flows into and out of each state together, per day: rounding errs by a part of this."""
    shown, values, gross = person.shown(), dict(zip(MODEL.parameters, person.p, strict=True)), np.zeros(len(MODEL.states))
    for reaction in MODEL.reactions:
        for term in reaction.terms:
            gross[term.state] += abs(shown[reaction_identifier(reaction.path)] * float(evaluate(term.factor, values)))
    return gross


@lru_cache(maxsize=len(SEEDS))
def _wrong_slopes(seed):
    """Entries of the Jacobian that differ from the complex step through the rates, as (row, column), and how many were compared."""
    person = random_person(seed, arrays=True)
    exact = person.jacobian()
    many = np.array(person.x)[:, None] + 1j * _TINY * np.eye(len(person.x))
    x, p, s, h, u, g, r = person.arguments()
    with np.errstate(all="ignore"):
        changes = person.functions.derivative(list(many), p, s, h, u, g, r)
    measured = np.array([np.broadcast_to(np.imag(change), len(x)) for change in changes]) / _TINY
    slack = 1e-7 * np.abs(exact) + 1e-9 * _gross(person)[:, None] / np.abs(np.array(x))  # near saturation, 1 - H loses digits
    return set(map(tuple, np.argwhere(~(np.abs(measured - exact) <= slack)))), np.count_nonzero(measured)


@every_organ
def test_slopes_are_exact(organ):
    for seed in SEEDS:
        wrong, compared = _wrong_slopes(seed)
        assert compared > 3 * len(MODEL.states)
        assert not [(MODEL.states[i].path, MODEL.states[j].path, seed) for i, j in wrong if i in _rows(organ)]


@every_organ
def test_what_leaves_one_state_arrives_in_the_other(organ):
    for seed in range(10):
        values = dict(zip(MODEL.parameters, living(seed)[0], strict=True))
        for reaction in MODEL.reactions:
            name = reaction.path.split(".")[1]
            if reaction.path != f"{organ.path}.{name}" or not reaction.conserves or len(reaction.terms) < 2:
                continue
            assert organ.processes[name].yields is None, "a yield between kinds needs a test of its own"
            shares = []
            for term in reaction.terms:
                volume, state = MODEL.volumes[term.state], MODEL.states[term.state]
                space = 1.0 if volume is None else float(evaluate(volume, values)) * float(unit_of(volume).scale)
                shares.append(term.sign * float(evaluate(term.factor, values)) * space * float(state.unit.scale))
            assert abs(sum(shares)) <= 1e-14 * max(map(abs, shares)), reaction.path


def test_the_standard_model_has_processes_to_conserve():
    assert sum(len(r.terms) == 2 and r.conserves for r in MODEL.reactions) >= 10


@lru_cache(maxsize=3 * len(SEEDS))
def _seen(seed, corner):
    """All signals, rates and slopes of a random person whose states are inside their ranges, or all at one end."""
    person = random_person(seed, arrays=True)
    if corner != "inside":
        ends = [(s.within[0], min(s.within[1], 1e9)) for s in MODEL.states]
        person.x = [low if corner == "lowest" else high for low, high in ends]
    with np.errstate(all="ignore"):
        return {name: float(value) for name, value in person.shown().items()}, person.jacobian()


@every_organ
def test_every_rate_is_finite_wherever_the_body_can_be(organ):
    for seed in SEEDS:
        for corner in CORNERS:
            shown, jacobian = _seen(seed, corner)
            assert not {name for name in _own(organ) if not math.isfinite(shown[name])}, (corner, seed)
            assert np.all(np.isfinite(jacobian[_rows(organ)])), (corner, seed)


@every_organ
def test_every_reading_is_finite_wherever_the_body_can_be(organ):
    for seed in SEEDS:
        for corner in CORNERS:
            shown, _ = _seen(seed, corner)
            odd = {r.name for r in organ.readouts.values() if not math.isfinite(shown[r.name])}
            if shown["v_wall_mannitol_permeability"] == 0:  # a wall without leak whose pores are too small: nothing is recovered
                odd -= {"lactulose_mannitol_ratio"}
            assert not odd, (corner, seed)


@every_organ
def test_every_organ_says_what_everything_means(organ):
    module = sys.modules[organ.__module__]
    assert (module.__doc__ or "").strip().endswith((".", "*"))
    assert (organ.__doc__ or "").strip()
    declared = [*organ.states.values(), *organ.parameters.values(), *organ.signals.values(), *organ.exposures.values(),
                *organ.setpoints.values(), *organ.readouts.values()]
    assert declared or organ.effects
    for quantity in declared:
        assert len(quantity.doc.split()) >= 1, quantity.name
        assert quantity.doc == quantity.doc.strip(), quantity.name
    docs = [quantity.doc for quantity in organ.parameters.values()]
    assert len(set(docs)) == len(docs) or organ.path == "cytokines", "two parameters with one meaning"


@every_organ
def test_every_process_is_named_by_what_it_does(organ):
    for name, process in organ.processes.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        assert process.into is not None or process.out_of is not None
        assert depth(process.rate) < 30, name


@every_organ
def test_every_parameter_has_evidence_and_no_evidence_is_left_over(organ):
    known = {path.split(".")[1]: e for path, e in evidence().items() if path.startswith(f"{organ.path}.")}
    assert known.keys() == organ.parameters.keys()
    assert packaged("evidence", f"{organ.path}.toml").is_file() == bool(organ.parameters)
    for entry in known.values():
        assert entry.status in STATUSES
        assert entry.grade in GRADES
        low, high = entry.uncertainty.range90(entry.value)
        assert low <= entry.value <= high
        assert math.isfinite(entry.value)
        assert entry.source or entry.note


every_treatment = pytest.mark.parametrize("treatment", [organ for organ in IN_BATTERY if issubclass(organ, Drug)], ids=lambda organ: organ.path)


def _value_of(name, person, shown):
    """The present value of whatever a treatment's formula names."""
    known = {q.path: q for group in (MODEL.states, MODEL.parameters, MODEL.exposures, [s for s, _ in MODEL.signals]) for q in group}
    if isinstance(name, Healthy):
        of = name.of.of if isinstance(name.of, Read) else name.of.path
        return next(value for h, value in zip(MODEL.healthy, person.h, strict=True) if h.of.path == of)
    path = name.of if isinstance(name, Read) and name.path not in known else name.path
    for quantities, numbers in ((MODEL.states, person.x), (MODEL.parameters, person.p), (MODEL.exposures, person.u)):
        for quantity, number in zip(quantities, numbers, strict=True):
            if quantity.path == path:
                return number
    return shown[identifier(known[path])]


@every_treatment
def test_no_treatment_takes_away_more_than_there_is(treatment):
    """Blocking and neutralising take a share from 0 to 1; a signal is scaled down to nothing at most."""
    for seed in SEEDS:
        person = random_person(seed)
        shown = person.shown()
        for effect in treatment.effects.values():
            by = float(evaluate(effect.by, {name: _value_of(name, person, shown) for name in names(effect.by)}))
            low, high = {"blocks": (0, 1), "neutralises": (0, 1), "scales": (-1, np.inf), "boosts": (-1, np.inf)}.get(effect.kind, (-np.inf, np.inf))
            assert low <= by <= high, (effect.name, by, seed)


@every_treatment
def test_a_treatment_that_is_not_given_changes_nothing(treatment):
    """Health is without drugs: with nothing of it in the body and its dials at neutral, a treatment's signals do nothing to the others."""
    quiet = {s.path: 0.0 for s in treatment.states.values()} | {e.path: e.neutral for e in treatment.exposures.values()}
    for seed in range(6):
        person, without = random_person(seed), random_person(seed)
        person.set(**{path.replace(".", "__"): value for path, value in quiet.items()})
        without.set(**{path.replace(".", "__"): value for path, value in quiet.items()})
        for k, parameter in enumerate(MODEL.parameters):
            if parameter.path.startswith(f"{treatment.path}."):
                without.p[k] *= 3.0
        rows = [i for i in range(len(MODEL.states)) if i not in _rows(treatment)]
        ours, theirs = (np.array(one.functions.derivative(*one.arguments()))[rows] for one in (person, without))
        assert np.array_equal(ours, theirs), treatment.path
