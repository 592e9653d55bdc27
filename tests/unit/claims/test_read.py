"""Claims from files: every mistake is told with its place, before anything is run."""

import re

import pytest
from tests.small_claims import CLAIM, read_claim, write_claim

from zonula.claims.read import read_claims, shipped_claims
from zonula.experiments.not_modelled import not_modelled
from zonula.experiments.read import shipped_experiments
from zonula.ground.errors import InputDataError, UsageError
from zonula.organs.standard import standard_model


def test_a_claim_is_read_with_what_is_simulated_for_it(tmp_path):
    claim = read_claim(tmp_path)
    assert [row.id for row in claim.experiment.rows] == ["tnf_after", "tnf_without", "folds"]
    assert {row.said.noise for row in claim.experiment.rows} == {"none"}
    assert [(s.number, s.condition.sign, s.condition.number) for s in claim.statements] == [("rise", ">=", 5.0)]
    assert claim.statements[0].said.needed


@pytest.mark.parametrize(("old", "new", "word", "place"), [
    ('says   = "rise >= 5"', 'says   = "rize >= 5"', "no number 'rize'", "statements.0.says"),
    ('says   = "rise >= 5"', 'says   = "rise = 5"', "is no condition", "statements.0.says"),
    ('says = "tnf_without >= 5"', 'says = "nothing > 1"', "no number 'nothing'", "controls.0.says"),
    ("sum  = { tnf_after = 1, tnf_without = -1 }", "sum  = { relative = 1 }", "no number 'relative' above", "combined.0.sum"),
    ('over = "tnf_without"', 'over = "later"', "no number 'later' above", "combined.1.over"),
    ('id   = "relative"', 'id   = "folds"', "two numbers are called 'folds'", "combined.1.id"),
    ('measure = "tnf"\nat      = "90 min"\nunit    = "pg/mL"\n\n[[rows]]\nid      = "tnf_without"',
     'measure = "tnv"\nat      = "90 min"\nunit    = "pg/mL"\n\n[[rows]]\nid      = "tnf_without"', "no measure 'tnv'", "rows.0.measure"),
    ('is = "healthy_men"', 'is = "healthy_man"', "no group 'healthy_man'", "people.everybody.is"),
    ('schema   = "zonula/claim/1"', 'schema   = "zonula/claim/9"', "unknown schema", "schema"),
    ('strength = "high"', 'strength = "sure"', "strength", "evidence.strength"),
    ("[[controls]]", "[[control]]", "control", "control"),
])
def test_a_mistake_is_told_with_its_place(tmp_path, old, new, word, place):
    assert old in CLAIM
    text = CLAIM.replace(old, new, 1)
    with pytest.raises(UsageError) as error:
        read_claim(tmp_path, text)
    problem = next(p for p in error.value.problems if word in f"{p.message} {p.found} {p.path}")
    assert problem.path.startswith(place)
    assert problem.fix
    if problem.line:
        assert re.search(rf"{place.split('.')[-1]}|{place.split('.')[0]}", text.splitlines()[problem.line - 1])


def test_two_claims_cannot_share_a_name_or_a_number(tmp_path):
    write_claim(tmp_path, name="a")
    write_claim(tmp_path, CLAIM.replace('"endotoxin_rises"', '"other"'), name="b")
    with pytest.raises(UsageError, match="two claims are called 1"):
        read_claims([tmp_path], standard_model())


def test_a_folder_without_claims_is_refused(tmp_path):
    with pytest.raises(InputDataError, match="no claim"):
        read_claims([tmp_path], standard_model())


def test_the_thirteen_ship_each_with_a_control_and_evidence_that_exists():
    claims = shipped_claims(standard_model())
    assert [c.table.number for c in claims] == list(range(1, 14))
    rows = {row.id: row for e in shipped_experiments(standard_model()) for row in e.rows}
    known = {*rows, *not_modelled(rows)}
    for claim in claims:
        assert claim.controls, claim.id
        assert any(s.said.needed for s in claim.statements), claim.id
        assert claim.table.evidence.against or claim.table.evidence.for_, claim.id
        assert not (unknown := set(claim.table.evidence.rows) - known), (claim.id, unknown)
