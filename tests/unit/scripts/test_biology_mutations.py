"""Mutants of the biology: which there are and are drawn, and what is really changed by one."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
from tests.helpers import Numbers

from zonula.codegen.names import reaction_identifier
from zonula.drugs.standard import TREATMENTS
from zonula.evidence.load import evidence_of
from zonula.language import assemble
from zonula.language.expression import Name, evaluate, names
from zonula.language.model import plain_text
from zonula.language.quantities import Covariate
from zonula.organs.standard import ORGANS, standard_model

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))

import biology_mutations as mutations
from biology_mutations import KINDS, Mutant, evidence_with, flipped, sampled, terms, universe, written

EVIDENCE = evidence_of(standard_model())


# --- which mutants -------------------------------------------------------------------------------------

def test_any_beginning_of_a_sample_is_the_smaller_sample_and_of_every_kind_as_much():
    many = sampled(120, 3)
    assert many[:50] == sampled(50, 3)
    assert many != sampled(120, 4)
    assert len(set(many)) == 120
    assert [m.kind for m in many[:12]] == [*KINDS, *KINDS]
    assert {kind: sum(m.kind == kind for m in many) for kind in KINDS} == dict.fromkeys(KINDS, 20)


def test_who_asks_for_more_than_there_are_gets_all_once():
    everything = [m for kind in universe().values() for m in kind]
    assert len(sampled(10**6, 0)) == len(everything) == len({m.name for m in everything})
    assert set(sampled(10**6, 0)) == set(everything)


def test_a_mutant_is_found_by_its_name_and_told_in_words():
    for mutant in sampled(60, 1):
        assert mutations.named(mutant.name) == mutant
        assert len(mutations.told(mutant).split()) > 3
    with pytest.raises(KeyError):
        mutations.named("drop process of.nobody")


def test_every_process_is_left_out_and_turned_round():
    paths = [r.path for r in standard_model().reactions]
    assert [m.target for m in universe()["drop process"]] == [m.target for m in universe()["flip process"]] == paths


def test_constants_are_of_the_biology_and_stay_possible():
    for kind, factor in (("halve", 0.5), ("double", 2.0)):
        for mutant in universe()[kind]:
            known = EVIDENCE[mutant.target]
            assert not isinstance(known.parameter, Covariate)
            assert known.value != 0
            if "logitnormal" in (known.uncertainty.name, known.variability.name):
                assert 0 < factor * known.value < 1
    assert len(universe()["double"]) < len(universe()["halve"]) < len(EVIDENCE)


def test_what_is_exchanged_is_of_one_organ_and_unit_and_really_differs():
    for mutant in universe()["swap"]:
        one, two = EVIDENCE[mutant.target], EVIDENCE[mutant.other]
        assert mutant.target.split(".")[0] == mutant.other.split(".")[0]
        assert one.parameter.unit == two.parameter.unit
        assert max(abs(one.value), abs(two.value)) >= 2 * min(abs(one.value), abs(two.value)) - 1e-12


A, B, C, D, X = (Name(letter) for letter in "abcdx")
VALUES = {A: 2.0, B: 3.0, C: 5.0, D: 7.0, X: 11.0}


def test_the_terms_of_a_formula_are_those_that_name_something_outside_denominators():
    formula = 1 + A * X - B / (C + D)
    assert [str(mutations._term_at(formula, way)) for way in terms(formula)] == ["(b / (c + d))", "(a * x)"]
    assert [str(mutations._term_at(A - B, way)) for way in terms(A - B)] == ["a", "b"]
    assert list(terms(A * B)) == []


@pytest.mark.parametrize(("formula", "expected"), [
    (1 + A * X, [1 - 22]), (1 - A, [1 + 2]), (A - B, [-2 - 3, 2 + 3]), (A + B + C, [-2 + 3 + 5, 2 - 3 + 5, 2 + 3 - 5]),
    (D * (A - B) / C, [7 * (-2 - 3) / 5, 7 * (2 + 3) / 5])])
def test_a_flipped_term_has_the_other_sign_and_nothing_else_has(formula, expected):
    found = [float(evaluate(flipped(formula, way), VALUES)) for way in terms(formula)]
    assert sorted(found) == pytest.approx(sorted(expected))


# --- what is changed -----------------------------------------------------------------------------------

def persons_of(model):
    """The usual person out of health, in numbers."""
    p = [EVIDENCE[q.path].value for q in model.parameters]
    x = [1.3 * s.start + 0.01 if 1.3 * s.start + 0.01 < s.within[1] else 0.6 * s.within[1] for s in model.states]
    return Numbers(model, x, p, s=[1.0] * len(model.setpoints), h=[1.0] * len(model.healthy))


@pytest.fixture(scope="module")
def usual():
    person = persons_of(standard_model())
    return person.shown(), person.derivative()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "factor"), [("flip process", -1.0), ("drop process", 0.0)])
@pytest.mark.parametrize("path", ["cytokines.tnf_release", "adalimumab.absorption", "blood.clearance"])
def test_a_process_has_its_new_rate_and_moves_its_states_by_it_and_no_others(kind, factor, path, usual):
    shown, moved = usual
    with written(Mutant(kind, path)) as model:
        person = persons_of(model)
    rate, now = reaction_identifier(path), person.shown()
    assert shown[rate] != 0
    assert now[rate] == pytest.approx(factor * shown[rate], rel=1e-14)
    assert {name for name in shown if now[name] != shown[name] and not (math.isnan(now[name]) and math.isnan(shown[name]))} == {rate}
    reaction = next(r for r in standard_model().reactions if r.path == path)
    touched = {standard_model().states[t.state].path for t in reaction.terms}
    values = dict(zip(standard_model().parameters, person.p, strict=True))
    for state, change in person.derivative().items():
        if state not in touched:
            assert change == moved[state], state
    for term in reaction.terms:
        state = standard_model().states[term.state].path
        by = (factor - 1) * shown[rate] * term.sign * float(evaluate(term.factor, values))
        assert person.derivative()[state] - moved[state] == pytest.approx(by, rel=1e-6, abs=1e-9 * abs(moved[state]))


@pytest.mark.parametrize("kind", ["drop process", "flip process", "flip effect"])
def test_a_mutant_changes_one_formula_of_the_model_and_leaves_the_organs_as_they_were(kind):
    usual, before = standard_model(), assemble(*ORGANS, *TREATMENTS).fingerprint
    for mutant in [m for m in sampled(10**6, 2) if m.kind == kind][:5]:
        with written(mutant) as model:
            pass
        ours, theirs = ({**{s.path: plain_text(t) for s, t in m.signals}, **{r.path: plain_text(r.rate) for r in m.reactions}} for m in (usual, model))
        changed = [path for path in ours if ours[path] != theirs[path]]
        assert len(changed) >= 1, mutant.name
        if kind != "flip effect" or mutant.way:
            assert changed == [mutant.target], mutant.name
        assert model.parameters == usual.parameters
        assert model.states == usual.states
    assert before == usual.fingerprint == assemble(*ORGANS, *TREATMENTS).fingerprint


def test_a_treatment_that_does_the_contrary_says_so_where_it_is_declared():
    mutant = next(m for m in universe()["flip effect"] if not m.way and m.organ == "tocilizumab")
    effects = next(t for t in TREATMENTS if t.path == "tocilizumab").effects
    usual = effects[mutant.target.split(".")[1]]
    values = dict.fromkeys(names(usual.by), 0.37)
    with written(mutant):
        now = effects[mutant.target.split(".")[1]]
        assert float(evaluate(now.by, values)) == -float(evaluate(usual.by, values)) != 0
        assert (now.target, now.kind) == (usual.target, usual.kind)
    assert effects[mutant.target.split(".")[1]] is usual


@pytest.mark.parametrize("name", ["halve cytokines.k_tnf", "double cytokines.k_tnf", "swap cytokines.k_tnf and cytokines.k_il10"])
def test_constants_change_and_the_equations_do_not(name):
    mutant = mutations.named(name)
    with written(mutant) as model:
        assert model is standard_model()
    now = evidence_with(mutant, EVIDENCE)
    changed = {path for path in EVIDENCE if now[path] != EVIDENCE[path]}
    if mutant.kind == "swap":
        assert changed == {"cytokines.k_tnf", "cytokines.k_il10"}
        assert now["cytokines.k_tnf"].value == EVIDENCE["cytokines.k_il10"].value
        assert now["cytokines.k_il10"].uncertainty == EVIDENCE["cytokines.k_tnf"].uncertainty
        assert now["cytokines.k_tnf"].parameter.path == "cytokines.k_tnf"
    else:
        assert changed == {"cytokines.k_tnf"}
        assert now["cytokines.k_tnf"].value / EVIDENCE["cytokines.k_tnf"].value == {"halve": 0.5, "double": 2.0}[mutant.kind]
