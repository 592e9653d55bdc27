"""Mutants of the biology: who is said to have noticed, the tests that are asked with one in the model, and that a broken-off run goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.population.sampling import Members
from zonula.simulation.draws import Drawn
from zonula.simulation.equations import parameter_vector

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))

import biology_judges as judges
import biology_mutants as study
import biology_mutations as mutations
from biology_mutations import Mutant, sampled, written

ROOT = study.ROOT
EVIDENCE = evidence_of(standard_model())


# --- who notices ---------------------------------------------------------------------------------------

def test_the_model_as_it_is_has_a_plausible_health():
    assert judges.health(standard_model(), EVIDENCE) == {"noticed": False}


@pytest.mark.slow
def test_a_person_without_health_or_with_what_no_healthy_person_shows_is_noticed():
    with written(Mutant("drop process", "joint_structure.swelling_change")) as model:
        assert judges.health(model, EVIDENCE)["by"] == "health is not stable"
    ill = EVIDENCE | {"liver.crp_without_il6": replace(EVIDENCE["liver.crp_without_il6"], value=15.0)}
    found = judges.health(standard_model(), ill)
    assert (found["noticed"], found["by"]) == (True, "implausible crp")


def test_members_of_a_mutant_are_the_same_people_by_the_same_chances():
    model, numbers = standard_model(), (0, 1, 2, 5)
    typical = parameter_vector(model, {path: known.value for path, known in EVIDENCE.items()})
    everybody = Drawn(model=model, evidence=EVIDENCE, typical=typical, count=6, spread="uncertainty", seed=7)[0:6]
    members = Members(rows=everybody[list(numbers)], numbers=numbers)
    column = model.parameter_index["cytokines.k_tnf"]
    halved = judges.members_of(mutations.named("halve cytokines.k_tnf"), members, EVIDENCE, model, 7)
    assert halved.numbers == numbers
    assert halved.rows[:, column] == pytest.approx(0.5 * members.rows[:, column], rel=1e-12)
    assert np.array_equal(np.delete(halved.rows, column, axis=1), np.delete(members.rows, column, axis=1))
    structural = judges.members_of(Mutant("drop process", "blood.clearance"), members, EVIDENCE, model, 7)
    assert np.array_equal(structural.rows, members.rows)


@pytest.mark.parametrize(("after", "least", "noticed"), [(["a", "b", "c"], 2, True), (["a", "b", "c"], 3, False), (["b", "c"], 1, True), (["b"], 1, False)])
def test_the_studies_notice_by_how_many_more_rows_are_missed(after, least, noticed):
    found = judges.compared(["a"], after, least)
    assert found["noticed"] is noticed
    assert found["lost"] == [row for row in after if row != "a"]
    assert found["gained"] == ([] if "a" in after else ["a"])


def claims_of(outcomes):
    """A board on which these statements come out so."""
    said = [SimpleNamespace(statement=SimpleNamespace(said=SimpleNamespace(says=says)), outcome=outcome) for says, outcome in outcomes.items()]
    return SimpleNamespace(judgements=[SimpleNamespace(claim=SimpleNamespace(id="one"), statements=said[1:], controls=said[:1])])


def test_statements_of_claims_are_told_apart_from_controls(monkeypatch):
    asked = []
    monkeypatch.setattr(judges, "run_claims", lambda claims, *_, variants: asked.append((len(claims), list(variants))) or claims_of(
        {"a >= 1": "fails", "b >= 1": "holds"}))
    found = judges.tried(standard_model(), EVIDENCE, None, 3, 0)
    assert asked == [(13, ["standard"])]
    assert found == {"one: control a >= 1": "fails", "one: b >= 1": "holds"}


@pytest.mark.parametrize(("after", "least", "noticed", "by"), [
    ({"a": "fails", "b": "open"}, 1, True, "a"), ({"a": "fails", "b": "open"}, 2, False, "a"), ({"a": "holds", "b": "open"}, 1, False, ""),
    ({"b": "open"}, 1, True, "a"),  # what is not told any more has come out otherwise
])
def test_claims_notice_by_how_many_statements_come_out_otherwise(monkeypatch, after, least, noticed, by):
    monkeypatch.setattr(judges, "prior_members", lambda model, *_, **__: Members(
        rows=parameter_vector(model, {path: known.value for path, known in EVIDENCE.items()})[np.newaxis], numbers=(0,)))
    monkeypatch.setattr(judges, "tried", lambda *_: after)
    known = {"statements": {"0": {"a": "holds", "b": "open"}}, "least turned": least}
    found = judges.claims(mutations.named("halve cytokines.k_tnf"), known, 1, 3, 0)
    assert (found["noticed"], found["by"]) == (noticed, by)
    assert found["why"].startswith(f"{int(bool(by))} statements come out otherwise; {least} ")


def test_beyond_chance_is_one_more_than_seeds_differ_by():
    assert judges.least_of([40, 44, 38]) == 7
    assert judges.least_of([40, 40]) == 1


def place(folder):
    return study.Place(out=folder, own=folder, members=2, persons=2, seed=0)


YES, NO, BROKEN = study.Answer(noticed=True, by="a test", why="it says"), study.Answer(more={"ran": 3}), study.Answer(error="no answer after 9 s")


@pytest.mark.parametrize(("answers", "noticed_by", "asked"), [
    ((YES, YES), "health", 1), ((NO, YES), "battery", 2), ((NO, NO), "nobody", 2), ((NO, BROKEN), "error", 2), ((BROKEN, NO), "error", 2),
    ((BROKEN, YES), "battery", 2)])
def test_the_first_who_notices_is_named_and_what_broke_is_not_counted_as_noticed(answers, noticed_by, asked, tmp_path):
    heard = []

    def judge(answer):
        return lambda mutant, _: heard.append(mutant.name) or answer

    mutant = sampled(1, 0)[0]
    row = study.judged(mutant, place(tmp_path), dict(zip(("health", "battery"), map(judge, answers), strict=True)))
    assert row["noticed_by"] == noticed_by
    assert len(heard) == asked == len(row["seconds"])
    assert row["by"] == ("a test" if noticed_by in ("health", "battery") else "")
    assert bool(row["errors"]) == (BROKEN in answers)


@pytest.mark.parametrize(("found", "code", "noticed", "error"), [
    ({"noticed": {"test": "t", "why": "w"}, "crashes": [], "ran": 2}, 2, True, False),
    ({"noticed": {}, "crashes": [], "ran": 9}, 0, False, False),
    ({"noticed": {}, "crashes": [{"test": "t", "why": "Timeout"}], "ran": 9}, 1, False, True),
    ({"noticed": {}, "crashes": [{"test": "t", "why": "ValueError"}], "ran": 9}, 0, False, True),
    ({"noticed": {}, "crashes": [], "ran": 9}, 3, False, True),
    ({"noticed": {}, "crashes": [], "ran": 0}, 0, False, True),
    ({}, -11, False, True)])
def test_tests_have_noticed_only_where_one_of_them_failed(found, code, noticed, error):
    answer = study.heard(found, code, "last words")
    assert (answer.noticed, bool(answer.error)) == (noticed, error)


@pytest.mark.slow
def test_who_does_not_answer_has_noticed_nothing(tmp_path, monkeypatch):
    nobody = Mutant("drop process", "of.nobody")
    assert "KeyError" in study.ask("health", place(tmp_path), nobody).error
    monkeypatch.setitem(study.SECONDS, "health", 0.01)
    late = study.ask("health", place(tmp_path), sampled(1, 0)[0])
    assert (late.noticed, late.error) == (False, "health: no answer after 0.01 s")


def test_the_tests_that_are_asked_are_there():
    files = study.tests_for(None)
    assert all((ROOT / file).is_file() for file in (*files, *study.BLIND))
    for test in study.BLIND_TESTS:
        file, name = test.split("::")
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), test
    assert len(files) == len(set(files))


def test_a_mutant_of_a_treatment_is_shown_to_the_tests_that_give_it():
    body, drug = study.tests_for(Mutant("halve", "cytokines.k_tnf")), study.tests_for(Mutant("halve", "naproxen.clearance"))
    assert body[:2] == ["tests/battery/test_directions.py", "tests/validation/test_whole_body.py"]
    assert not set(study.OF_TREATMENTS) & set(body)
    assert drug[:3] == list(study.OF_TREATMENTS)
    assert "tests/validation/test_whole_body.py" in drug
    assert study.OF_EQUATIONS not in (*body, *drug)
    assert study.tests_for(Mutant("drop process", "naproxen.absorption"))[0] == study.OF_EQUATIONS == study.tests_for(Mutant("drop process", "liver.crp_basal"))[-1]
    assert "tests/validation/test_whole_body.py" not in study.tests_for(Mutant("halve", "etanercept.clearance"))


# --- pytest with a mutant in it ------------------------------------------------------------------------

TESTS = """
from pathlib import Path
import pytest
from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model

def test_crashes():
    raise ValueError("this is no failed test")

def test_holds():
    assert len(standard_model().states) > 100

@pytest.mark.timeout(0.05, method="signal")
def test_takes_too_long():
    while True:
        pass

def test_notices():
    assert evidence_of(standard_model())["cytokines.k_tnf"].value == {usual}, "another value"

def test_is_not_asked():
    Path({mark!r}).touch()
"""


def under_a_mutant(folder, name, text):
    (folder / "test_small.py").write_text(text, "utf-8")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("src", "scripts")), "ZONULA_MUTANT": name,
           "ZONULA_MUTANT_ANSWER": str(folder / "answer.json")}
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "biology_plugin", "-p", "no:cacheprovider", "-p", "no:randomly", "test_small.py"],
                          cwd=folder, env=env, capture_output=True, text=True, timeout=100)
    return json.loads((folder / "answer.json").read_text("utf-8")), done


@pytest.mark.slow
def test_the_first_test_that_fails_notices_and_crashes_do_not(tmp_path):
    mark, usual = tmp_path / "asked", EVIDENCE["cytokines.k_tnf"].value
    said, _ = under_a_mutant(tmp_path, "halve cytokines.k_tnf", TESTS.replace("{usual}", repr(usual)).replace("{mark!r}", repr(str(mark))))
    assert said["noticed"]["test"].endswith("test_notices")
    assert "another value" in said["noticed"]["why"]
    assert [crash["test"].split("::")[1] for crash in said["crashes"]] == ["test_crashes", "test_takes_too_long"]
    assert not mark.exists()


@pytest.mark.slow
def test_without_a_mutant_tests_see_the_model_as_it_is(tmp_path):
    usual = standard_model().fingerprint
    text = f"from zonula.organs.standard import standard_model\n\ndef test_usual():\n    assert standard_model().fingerprint == {usual!r}\n"
    said, done = under_a_mutant(tmp_path, "", text)
    assert (said["noticed"], said["crashes"], said["ran"], done.returncode) == ({}, [], 1, 0)
    said, _ = under_a_mutant(tmp_path, "drop process cytokines.tnf_release", text)
    assert said["noticed"]


@pytest.mark.slow
def test_who_held_the_model_before_the_mutant_was_there_stops_the_run(tmp_path):
    (tmp_path / "early.py").write_text("import sys\nimport biology_mutations\nstandard_model = biology_mutations.standard_model\n", "utf-8")
    said, done = under_a_mutant(tmp_path, "halve cytokines.k_tnf", "import early\n\ndef test_fails():\n    assert not early\n")
    assert (said["noticed"], said["ran"]) == ({}, 0)
    assert "early.standard_model" in done.stderr + done.stdout
    assert study.heard(said, done.returncode, "").error


# --- the run -------------------------------------------------------------------------------------------

def test_a_broken_off_run_goes_on_and_asks_nobody_twice(tmp_path):
    file, asked = tmp_path / "mutants.jsonl", []

    def judge(mutant, _):
        asked.append(mutant.name)
        return YES if mutant.kind == "halve" else NO

    mutants = sampled(12, 5)
    study.run(mutants[:5], file, place(tmp_path), seed=5, judges={"health": judge})
    file.write_text(file.read_text("utf-8") + '{"mutant": "cut sho', "utf-8")
    study.run(mutants, file, place(tmp_path), seed=5, judges={"health": judge})
    rows = study.results(file)
    assert [row["mutant"] for row in rows] == [m.name for m in mutants] == asked
    assert [row["number"] for row in rows] == list(range(12))
    assert {row["seed"] for row in rows} == {5}
    assert [row["noticed_by"] for row in rows] == ["health" if m.kind == "halve" else "nobody" for m in mutants]
    assert "cut sho" not in file.read_text("utf-8")
    assert not list(tmp_path.glob("mutant-*"))


def test_nobody_is_begun_with_after_the_time_or_with_other_sources(tmp_path):
    file = tmp_path / "mutants.jsonl"
    study.run(sampled(3, 0), file, place(tmp_path), seed=0, minutes=0, judges={"health": lambda *_: NO})
    assert study.results(file) == []
    with pytest.raises(SystemExit, match="sources have changed"):
        study.run(sampled(3, 0), file, place(tmp_path), seed=0, judges={"health": lambda *_: NO}, unchanged=lambda: False)


def test_a_folder_of_other_sources_is_refused(tmp_path):
    (tmp_path / "head.json").write_text(json.dumps({"settings": {"sources": "others"}}), "utf-8")
    with pytest.raises(SystemExit, match="other sources"):
        study.begin(place(tmp_path), {"sources": "ours"})
    study.begin(place(tmp_path), {"sources": "others"})


def test_a_model_that_does_not_pass_its_own_tests_has_no_mutants(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "battery", lambda *_: YES)
    with pytest.raises(SystemExit, match="does not pass"):
        study.begin(place(tmp_path), {"sources": "ours"})
    assert not (tmp_path / "head.json").exists()


def test_the_table_counts_by_kind_and_names_what_nothing_tests():
    def row(number, noticed_by, errors=(), **more):
        mutant = sampled(12, 0)[number]
        return {"mutant": mutant.name, "kind": mutant.kind, "told": "in words", "noticed_by": noticed_by, "errors": list(errors), "more": more}

    said = study.table([row(0, "health"), row(6, "nobody", validation={"lost": ["a", "b"], "gained": []}), row(1, "battery"), row(2, "error", ["it broke"]), row(3, "validation")])
    lines = {line[:14].strip(): line[14:].split() for line in said.split("\n\n")[0].splitlines()[1:]}
    assert lines["drop process"][:6] == ["1", "0", "0", "0", "1", "0"]  # health, battery, validation, claims, nobody, error
    assert lines["drop process"][6] == "50%"
    assert lines["flip effect"] == ["0", "0", "0", "0", "0", "1", "none", "judged"]
    assert lines["all"][:6] == ["1", "1", "1", "0", "1", "1"]
    assert lines["all"][6:] == ["75%", "(19%", "to", "99%)"]  # of four: the error is no answer
    assert f"{sampled(12, 0)[6].name}: in words (2 rows of studies lost, 0 gained)" in said.split("nothing tests this")[1]
    assert "[it broke]" in said.split("Errors of the machinery")[1]


def test_shares_have_exact_intervals():
    assert study.share(10, 10) == pytest.approx((1.0, 0.6915, 1.0), abs=1e-4)
