"""A claim from the file to the board, on the standard model: true numbers of people, in each variant."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.running import zonula
from tests.small_claims import CLAIM, read_claim, write_claim

from zonula.claims.run import run_claims
from zonula.evidence.load import evidence_of
from zonula.experiments.predict import Settings
from zonula.ground.errors import UsageError
from zonula.organs.standard import standard_model
from zonula.population.sampling import prior_members
from zonula.population.variants import shipped_variants

SETTINGS = Settings(persons=3, seed=1, rtol=1e-3, jobs=2)


@pytest.fixture(scope="module")
def people():
    model = standard_model()
    return prior_members(model, evidence_of(model), 6, seed=1)


@pytest.fixture(scope="module")
def board(people, tmp_path_factory):
    claim = read_claim(tmp_path_factory.mktemp("claim"))
    known = shipped_variants()
    model = standard_model()
    return run_claims([claim], model, evidence_of(model), people, SETTINGS, variants={name: (known[name], 2.0) for name in ("standard", "no_tolerance")})


def test_endotoxin_raises_tnf_in_every_draw_and_variant(board):
    (judged,) = board.judgements
    assert judged.verdict == "supported"
    assert board.weights == {"standard": 0.5, "no_tolerance": 0.5}
    assert [o.share for o in judged.statements] == [1.0]
    assert [o.share for o in judged.controls] == [0.0]


def test_numbers_that_are_made_of_others_are_made_draw_by_draw(board):
    shown = {n.id: n.draws["standard"] for n in board.judgements[0].numbers}
    assert shown["rise"] == pytest.approx(shown["tnf_after"] - shown["tnf_without"], rel=1e-12)
    assert shown["relative"] == pytest.approx(shown["rise"] / shown["tnf_without"], rel=1e-12)
    assert shown["folds"] == pytest.approx(shown["tnf_after"] / shown["tnf_without"], rel=1e-12)
    assert len(set(shown["rise"].tolist())) == 6, "draws differ"


def test_numbers_have_no_errors_of_measurement(people, board, tmp_path):
    model = standard_model()
    again = run_claims([read_claim(tmp_path)], model, evidence_of(model), people, replace(SETTINGS, jobs=1), variants={"standard": (shipped_variants()["standard"], 1.0)})
    for one, two in zip(board.judgements[0].numbers, again.judgements[0].numbers, strict=True):
        assert np.array_equal(one.draws["standard"], two.draws["standard"]), "neither threads nor other variants make a difference"
    assert [row.said.scale for row in again.judgements[0].claim.experiment.rows] == [False] * 3


def test_people_of_whom_there_are_none_leave_the_claim_open(people, tmp_path):
    text = CLAIM.replace('is = "healthy_men"', 'is = "healthy_men"\nentry = ["crp >= 500"]')
    model = standard_model()
    found = run_claims([read_claim(tmp_path, text)], model, evidence_of(model), people, replace(SETTINGS, rounds=1),
                       variants={"standard": (shipped_variants()["standard"], 1.0)})
    (judged,) = found.judgements
    assert judged.verdict == "cannot tell"
    assert "nobody" in judged.numbers[0].reasons["standard"]


def test_variants_without_any_weight_are_refused(people, tmp_path):
    model = standard_model()
    with pytest.raises(UsageError, match="weights"):
        run_claims([read_claim(tmp_path)], model, evidence_of(model), people, SETTINGS, variants={"standard": (shipped_variants()["standard"], 0.0)})


def test_the_command_prints_the_contract_and_writes_a_board(tmp_path):
    write_claim(tmp_path)
    run = zonula("claims", "run", "--folder", str(tmp_path), "--population", "evidence", "--members", "6", "--persons", "3", "--seed", "1",
                 "--variant", "standard", "--out", str(tmp_path / "out"), "--json")
    assert run.code == 0, run.err
    said = json.loads(run.out)
    (claim,) = said["claims"]
    assert {"id", "verdict", "rule", "numbers", "negative_control", "evidence_strength"} <= set(claim)
    assert claim["verdict"] == "supported"
    assert claim["negative_control"]["failed"] is True
    page = (tmp_path / "out" / "claims.html").read_text("utf-8")
    assert "Endotoxin in the blood raises TNF" in page
    assert "<script" not in page
    assert json.loads((tmp_path / "out" / "claims.json").read_text("utf-8"))["claims"] == said["claims"]


def test_what_is_asked_for_must_exist(tmp_path):
    assert "no claim is called" in zonula("claims", "run", "--only", "vicious_cycle", "--out", str(tmp_path / "x")).err
    assert "no variant 'standart'" in zonula("claims", "run", "--only", "1", "--variant", "standart", "--out", str(tmp_path / "x")).err
    shown = zonula("claims", "show", "6")
    assert shown.code == 0
    assert "Controls, which must fail" in shown.out
