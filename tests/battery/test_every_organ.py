"""One battery for every organ: it stays in its range, its slopes are exact, nothing is lost, and every number has evidence."""

import math
import re
import sys

import numpy as np
import pytest
from tests.battery.persons import IN_BATTERY, evidence, random_person

from zonula.codegen.names import reaction_identifier
from zonula.evidence.load import GRADES, STATUSES
from zonula.ground.files import packaged
from zonula.language.checks import unit_of
from zonula.language.expression import depth, evaluate
from zonula.organs.standard import standard_model

MODEL = standard_model()
every_organ = pytest.mark.parametrize("organ", IN_BATTERY, ids=lambda organ: organ.path)
SEEDS = range(60)


def _rows(organ):
    return [i for i, state in enumerate(MODEL.states) if state.path.startswith(f"{organ.path}.")]


@every_organ
def test_every_state_points_inward_on_the_faces_of_its_range(organ):
    for seed in SEEDS:
        for i in _rows(organ):
            state = MODEL.states[i]
            for face, inward in ((state.within[0], 1), (state.within[1], -1)):
                if math.isfinite(face):
                    person = random_person(seed, extreme=bool(seed % 2))
                    person.x[i] = face
                    assert inward * person.functions.derivative(*person.arguments())[i] >= 0, (state.path, face, seed)


@every_organ
def test_no_knock_out_makes_a_state_negative(organ):
    for seed in SEEDS:
        for i in _rows(organ):
            person = random_person(seed, extreme=bool(seed % 2))
            person.x[i] = MODEL.states[i].within[0]
            person.g = np.random.default_rng(seed).integers(0, 2, len(person.g)).astype(float).tolist()
            assert person.functions.derivative(*person.arguments())[i] >= 0, (MODEL.states[i].path, seed)


@every_organ
def test_slopes_are_exact(organ):
    for seed in SEEDS:
        person = random_person(seed)
        exact = person.jacobian()
        gross = np.abs(exact) @ np.abs(person.x) + 1e-300
        for j in range(len(person.x)):
            x, step = person.x[j], 1e-5 * person.x[j]
            person.x[j] = x + step
            up = np.array(person.functions.derivative(*person.arguments()))
            person.x[j] = x - step
            down = np.array(person.functions.derivative(*person.arguments()))
            person.x[j] = x
            difference = (up - down) / (2 * step)
            for i in _rows(organ):
                slack = 1e-6 * abs(exact[i, j]) + 1e-8 * gross[i] / x
                assert abs(difference[i] - exact[i, j]) <= slack, (MODEL.states[i].path, MODEL.states[j].path, seed)


@every_organ
def test_what_leaves_one_state_arrives_in_the_other(organ):
    for seed in range(10):
        person = random_person(seed)
        values = dict(zip(MODEL.parameters, person.p, strict=True))
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
    assert sum(len(r.terms) == 2 for r in MODEL.reactions) >= 2


@every_organ
def test_every_rate_is_finite_wherever_the_body_can_be(organ):
    identifiers = {reaction_identifier(r.path) for r in MODEL.reactions if r.path.startswith(f"{organ.path}.")}
    identifiers |= {f"v_{organ.path}_{name}" for name in organ.signals}
    for seed in SEEDS:
        for corner in ("inside", "lowest", "highest"):
            person = random_person(seed)
            if corner != "inside":
                ends = [(s.within[0], min(s.within[1], 1e9)) for s in MODEL.states]
                person.x = [low if corner == "lowest" else high for low, high in ends]
            shown = person.shown()
            assert all(math.isfinite(shown[name]) for name in identifiers), (corner, seed)
            jacobian = person.jacobian()[_rows(organ)]
            assert np.all(np.isfinite(jacobian)), (corner, seed)


@every_organ
def test_every_organ_says_what_everything_means(organ):
    module = sys.modules[organ.__module__]
    assert (module.__doc__ or "").strip().endswith((".", "*"))
    assert (organ.__doc__ or "").strip()
    declared = [*organ.states.values(), *organ.parameters.values(), *organ.signals.values(), *organ.exposures.values(),
                *organ.setpoints.values(), *organ.readouts.values()]
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
