"""Pages from results: what is kept of a command's output, what a page says, and when it refuses."""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))

import docs_claims
import docs_credibility
import docs_limits
import docs_validation
import influence
import write_docs
from docs_results import PagesError, Results, claims, collect, explanations, learned, mutants, stored, validation
from tests.small_claims import read_claim
from tests.small_validation import two_studies

from zonula.claims.run import run_claims
from zonula.evidence.load import evidence_of
from zonula.experiments.predict import Settings
from zonula.experiments.read import read_experiments
from zonula.experiments.validate import validate
from zonula.organs.standard import standard_model
from zonula.population.sampling import prior_members
from zonula.population.variants import shipped_variants
from zonula.report.claims import as_json as claims_as_json
from zonula.report.validation import as_json as validation_as_json

MODEL = standard_model().fingerprint
FACTS = {"zonula": "not installed", "model": MODEL, "members": 3, "persons": 2, "from": "calibration 0123456789ab", "fingerprint": "f" * 64,
         "seed": 0, "rtol": 1e-4}


def row(name: str, experiment: str, numbers: tuple[float, float, float, float], **more: Any) -> dict[str, Any]:
    observed, predicted, low, high = numbers
    inside = low <= observed <= high
    return {"id": name, "experiment": experiment, "domain": "endotoxemia", "measure": "tnf", "at": "2 h", "statistic": "mean", "judged": "number",
            "unit": "pg/mL", "against": "", "observed": observed, "predicted": predicted, "p05": low, "p25": low, "p75": high, "p95": high,
            "inside90": inside, "inside50": inside, "verdict": "inside 50 %" if inside else "predicted too low", "reason": "", "n": 6, "log": True,
            "score": 1.0, "people": {"finished": 6, "of": 6}, "source": f"Source of {experiment}", "quality": "", "draws": [1.0, 2.0], **more}


def totals(n: int, inside: float) -> dict[str, Any]:
    return {"n": n, "coverage90": inside, "coverage50": inside, "numbers": n, "coverage90_numbers": inside, "coverage50_numbers": inside,
            "mean_width_ratio_to_prior": 0.9, "median_interval_score": 2.0, "not_predicted": 0, "not_modelled": None}


VALIDATION: dict[str, Any] = {
    "schema": "zonula/validation/1", "status": "finished", "population": FACTS, "totals": totals(3, 2 / 3), "before": totals(3, 1 / 3),
    "domains": {"endotoxemia": totals(2, 0.5), "trial": totals(1, 1.0)},
    "groups": {"healthy": {"title": "Healthy adults", "drawn": 1200, "taken": 300}},
    "not_modelled": {"X-9": {"domain": "trial", "quantity": "q", "source": "s", "reason": "It has no spine."}}, "notice": "n", "folder": "/somewhere",
    "rows": [row("ENDO-001", "fijen2000_leukocytes", (5665.0, 385.30312, 81.6, 1675.0), quality="an infusion of unsaid length"),
             row("ENDO-002", "fijen2000_leukocytes", (100.0, 90.0, 10.0, 250.0)),
             row("GONE-1", "a_study_that_left", (2.0, 2.5, 1.0, 4.0), domain="trial")]}
LEARNED: dict[str, Any] = {
    "folder": "/somewhere", "population": "/somewhere/posterior.npz", "hash": "0123456789abcdef", "rows": 2, "left_out": {"GONE-1": "a bound"},
    "misfit": [3.0, 1.0], "in_words": ["Of 3 uncertain numbers ..."], "variants": {"standard": {"weight": 0.75}, "no_tolerance": {"weight": 0.25}},
    "learned": [{"name": "a.b", "left": 0.4, "moved": 1.0, "status": "assumed", "low": 1.0, "middle": 2.0, "high": 3.0},
                {"name": "a.c", "left": 0.95, "moved": 0.0, "status": "assumed", "low": 1.0, "middle": 2.0, "high": 3.0},
                {"name": "a.d", "left": 0.99, "moved": 0.0, "status": "group", "low": None, "middle": None, "high": None}]}


def statement(says: str, share: float, by: dict[str, float | None], outcome: str, *, needed: bool = False) -> dict[str, Any]:
    return {"says": says, "why": "a convention", "needed": needed, "outcome": outcome, "share": share, "by_variant": by, "depends_on_structure": True}


def a_number(*quantiles: float) -> dict[str, Any]:
    return {"unit": "mm", "note": "", "variants": {"standard": {"known": 3, "draws": 3, "quantiles": list(quantiles), "reason": ""}}}


CLAIMS: dict[str, Any] = {
    "schema": "zonula/claims/1", "status": "finished", "variants": {"standard": 0.75, "no_tolerance": 0.25}, "population": FACTS, "notice": "n",
    "claims": [{"id": "both_needed", "number": 7, "sentence": "Both must be addressed.", "context": "A prediction.", "may_say": "Its conditions.",
                "verdict": "not supported", "reason": "a needed statement fails: x >= 10",
                "rule": {"certain": 0.9, "words": "supported: every statement holds", "statements": [
                    statement("x >= 10", 0.05, {"standard": 0.0, "no_tolerance": 0.2}, "fails", needed=True)]},
                "negative_control": {"failed": True, "statements": [statement("y >= 10", 0.0, {"standard": 0.0, "no_tolerance": None}, "fails")]},
                "numbers": {"early_neither_end": a_number(30, 35, 40, 45, 50), "early_added_to_gut_end": a_number(1, 2, 3.456, 4, 5)},
                "evidence_strength": "low", "evidence": {"note": "No trial."}, "would_tell_most": [{"row": "ENDO-001", "share_of_variance": 0.2}]}]}
HELD_OUT: dict[str, Any] = {
    "schema": "zonula/held_out/1", "totals": totals(3, 2 / 3), "before": totals(3, 1 / 3), "domains": {},
    "population": {"model": MODEL, "members": 30, "persons": 3, "steps": 2, "seed": 0, "typical": 12, "around": 3, "calibrations": ["a", "b"]},
    "rows": [{"id": name, "inside90": now, "before90": then, "score": score, "before": earlier} for name, now, then, score, earlier in (
        ("ENDO-001", True, False, 1.0, 3.0), ("ENDO-002", False, True, 4.0, 3.0), ("ENDO-003", True, True, 2.0, 2.0), ("ENDO-004", True, True, None, 2.0))]}
MUTANTS = [{"number": i, "mutant": f"halve a.{i}", "kind": "halve", "told": f"a.{i} is half", "noticed_by": who, "by": "", "why": "", "errors": errors}
           for i, (who, errors) in enumerate([("health", []), ("battery", []), ("battery", []), ("nobody", []), ("error", ["battery: no answer"])])]


def everything(**changes: Any) -> Results:
    known: dict[str, Any] = {"validation": validation(VALIDATION), "claims": claims(CLAIMS), "learned": learned(LEARNED),
                             "mutants": mutants(MUTANTS, {"settings": {"sources": "abc", "seed": 0}, "least": 5}),
                             "misses": {"ENDO-001": "Activation saturates."}}
    return Results(**{**known, **changes})


# --- what is kept ------------------------------------------------------------------------------------------

def test_each_file_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    files = {"a.json": json.dumps(VALIDATION), "b.json": json.dumps(CLAIMS), "c.json": json.dumps(LEARNED),
             "mutants.jsonl": "\n".join(map(json.dumps, MUTANTS)), "head.json": json.dumps({"settings": {"sources": "abc"}, "least": 5})}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    kept = tmp_path / "kept"
    assert collect([tmp_path / name for name in files if name != "head.json"], kept) == ["validation", "claims", "learned", "mutants"]
    found = stored(kept)
    assert found.validation is not None
    assert found.validation["rows"][0]["predicted"] == 385.3  # few digits
    assert found.mutants is not None
    assert found.mutants["population"] == {"sources": "abc"}
    assert found.influence is None
    whole = "".join(path.read_text("utf-8") for path in kept.iterdir())
    assert "/somewhere" not in whole
    assert 'draws": [1' not in whole
    assert "not installed" not in whole


@pytest.mark.parametrize("text", ["{}", "no JSON", '{"schema": "zonula/run/1"}'])
def test_a_file_that_is_no_such_result_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, "utf-8")
    with pytest.raises(PagesError, match=r"x\.json"):
        collect([tmp_path / "x.json"], tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_of_a_calibration_what_was_learned_is_kept_and_the_rest_is_counted() -> None:
    kept = learned(LEARNED)
    assert [one["name"] for one in kept["learned"]] == ["a.b"]
    assert kept["nothing"] == {"assumed": 1, "group": 1}


def test_what_the_commands_really_say_can_be_kept_and_shown(tmp_path: Path) -> None:
    model = standard_model()
    evidence, settings = evidence_of(model), Settings(persons=3, rtol=1e-3)
    people = prior_members(model, evidence, 4, seed=0)
    board = run_claims([read_claim(tmp_path)], model, evidence, people, settings, variants={"standard": (shipped_variants()["standard"], 1.0)})
    found = validate(read_experiments([two_studies(tmp_path / "studies")], model), model, evidence, people, settings)
    said = {"a.json": validation_as_json(found, before=found), "b.json": claims_as_json(board, {})}
    for name, one in said.items():
        (tmp_path / name).write_text(json.dumps(one), "utf-8")
    assert collect([tmp_path / name for name in said], tmp_path / "kept") == ["validation", "claims"]
    results = replace(stored(tmp_path / "kept"), misses=dict.fromkeys(["TWO-1", "TWO-2", "TWO-3", "TWO-5"], "Nobody has so much."))
    assert "| TWO-3 | " in docs_validation.page(results)
    assert "| rise ≥ 5 (needed) | **holds** | 100 % | 100 % |" in docs_claims.page(results)
    assert "supported: 1 (1)" in docs_credibility.page(results)


# --- validation --------------------------------------------------------------------------------------------

def test_a_miss_without_an_explanation_is_named_and_no_page_is_written() -> None:
    with pytest.raises(PagesError, match=r"1 misses have no explanation.*ENDO-001"):
        docs_validation.page(everything(misses={}))


def test_a_row_that_is_no_miss_any_more_is_told() -> None:
    results = everything(misses={"ENDO-001": "a", "ENDO-002": "b"})
    assert docs_validation.no_longer(results) == ["ENDO-002"]
    docs_validation.page(results)


def test_what_was_held_out_is_told_beside_what_was_thought_before():
    page = docs_validation.page(everything(held_out=HELD_OUT))
    assert "| never seen by their calibration | 3 | 67 % |" in page
    assert "| the same rows, before any calibration | 3 | 33 % |" in page
    assert "1 have a better score than before any calibration, 1 a worse one and 1 the same." in page
    assert "came ENDO-001; out went ENDO-002." in page
    assert "another one now" not in page
    other = docs_validation.page(everything(held_out={**HELD_OUT, "population": {**HELD_OUT["population"], "model": "0" * 64}}))
    assert "another one now" in other
    assert "held_out.py` gives it" in docs_validation.page(everything())


def test_the_page_shows_every_row_every_miss_and_what_was_fitted() -> None:
    page = docs_validation.page(everything())
    assert "| ENDO-001 f | Source of fijen2000_leukocytes | TNF, 2 h, mean | 5 665 pg/mL | 385 pg/mL | 81.6 to 1 675 | **predicted too low** |" in page
    assert "| GONE-1 | Source of a_study_that_left | tnf, mean at 2 h |" in page  # no longer among the studies, nor fitted
    assert "- **ENDO-001** (predicted too low): Activation saturates. *The number itself: an infusion of unsaid length.*" in page
    assert "| all rows, calibrated | 3 | 67 % |" in page
    assert "| all rows, before calibration | 3 | 33 % |" in page
    assert "| rows that were fitted | 2 | 50 % | 50 % |" in page
    assert "X-9: It has no spine." in page
    assert "in sample" in page
    assert "the model is another one now" not in page


def test_a_result_of_another_model_says_so_and_another_calibration_fits_nothing() -> None:
    other = deepcopy(VALIDATION)
    other["population"] = {**FACTS, "model": "0" * 64, "from": "calibration ffffffffffff"}
    page = docs_validation.page(everything(validation=validation(other)))
    assert "the model is another one now" in page
    assert "rows that were fitted" not in page


def test_an_explanation_has_to_say_something(tmp_path: Path) -> None:
    (tmp_path / "misses.toml").write_text('ENDO-001 = " "\n', "utf-8")
    with pytest.raises(PagesError, match="ENDO-001 says nothing"):
        explanations(tmp_path / "misses.toml")


# --- claims ------------------------------------------------------------------------------------------------

def test_the_board_and_each_claim() -> None:
    page = docs_claims.page(everything())
    assert "| 7 | Both must be addressed. | **not supported** | low | a needed statement fails: x ≥ 10 |" in page
    assert "| x ≥ 10 (needed) | fails | 5 % | 0 % | 20 % |" in page
    assert "| control, must fail: y ≥ 10 | fails | 0 % | 0 % | – |" in page
    assert "| early arthritis | at the end of treatment | 40 (30 to 50) | – | – | – | 3.46 (1 to 5) | – | – |" in page
    assert "Variant *standard*, weight 0.75" in page
    assert "Variant *no tolerance*" not in page  # nothing is known of it


# --- credibility -------------------------------------------------------------------------------------------

def test_the_credibility_page_is_filled_from_results() -> None:
    page = docs_credibility.page(everything())
    assert "Of 4 that were judged to the end **3 were noticed: 75 % (95 % interval 19 % to 99 %)**" in page
    assert "| halve | 1 | 2 | 1 | 75 % (19 % to 99 %) |" in page
    assert "- `halve a.3`: a.3 is half" in page
    assert "1 more are errors of the machinery" in page
    assert "67 % inside the 90 % interval" in page
    assert "1 misses" in page
    assert "standard 0.75, no tolerance 0.25" in page
    assert "not supported: 1 (7)" in page
    assert "No result is kept yet" not in page


def test_a_number_that_is_quoted_must_stand_where_it_is_quoted_from() -> None:
    assert docs_credibility.quoted("LIMITS.md", r"# (\w+)") == "# Limits"
    with pytest.raises(PagesError, match="does not say so"):
        docs_credibility.quoted("LIMITS.md", "99.999999 %")


# --- influence and limits ----------------------------------------------------------------------------------

def screened(**effects: tuple[float, float]) -> dict[str, Any]:
    matter = [{"path": path.replace("__", "."), "mu_star": mu, "half_width": half, "mu": mu, "steps": 9} for path, (mu, half) in effects.items()]
    names = influence.LEAST
    readouts = {name: {"unit": "mm", "largest": 10.0, "matter": matter if name == "pain_vas" else []} for name in names}
    return {"population": {"model": MODEL, "evidence": "other", "trajectories": 9, "seed": 0}, "rule": {"share_of_largest": 0.1, "least": names},
            "scenarios": [{"scenario": "s", "title": "an illness", "when": "at the end", "parameters": 636, "readouts": readouts}]}


def test_guessed_numbers_that_matter_are_named_the_strongest_first() -> None:
    evidence = evidence_of(standard_model())
    measured = next(path for path, known in evidence.items() if known.status == "measured" and known.grade != "E")
    wanted = "`pathogen.k_growth` | Growth of the pathogen: 6 per day is taken; the evidence leaves 3 to 12 open. | 8 ± 2 |"
    said = screened(**{measured.replace(".", "__"): (10.0, 1.0), "joint__debris_at_rest": (3.0, 1.0), "pathogen__k_growth": (8.0, 2.0),
                       "joint__weight_debris": (2.0, 2.5)})
    text = docs_limits.guessed_numbers(said)
    assert "3 matter" in text
    assert "2 of these are guessed" in text
    assert text.index(wanted) < text.index("`joint.debris_at_rest`")
    assert measured not in text
    assert "joint.weight_debris" not in text  # cannot be told from chance
    assert "Guessed, of those that matter: an illness 2 of 3." in text
    assert "The evidence is another one now" in text
    said["population"]["evidence"] = docs_limits.fingerprint_of(evidence)
    assert "The evidence is another one now" not in docs_limits.guessed_numbers(said)


def test_the_section_takes_the_place_of_the_old_one_and_of_nothing_else() -> None:
    results = Results(influence=screened(pathogen__k_growth=(8.0, 2.0)))
    once = docs_limits.limits("# Limits\n\nWords.\n", results)
    assert once.startswith("# Limits\n\nWords.\n\n<!--")
    assert docs_limits.limits(once, results) == once
    later = docs_limits.limits(f"{once}\n## More\n", Results())
    assert later.endswith("\n## More\n")
    assert "Not known yet" in later
    assert "pathogen" not in later


def test_what_is_kept_of_a_screening_is_what_passes_both_lines() -> None:
    effect = influence.Effect
    effects = tuple(effect(path=path, mu=-mu, mu_star=mu, half_width=0.1, sigma=0.0, share=0.1, steps=6)
                    for path, mu in (("a.a", 12.0), ("a.b", 1.3), ("a.c", 1.1), ("a.d", float("nan"))))
    kept = influence._readout("pain_vas", effects, "mm")
    assert kept["largest"] == 12.0
    assert [one["path"] for one in kept["matter"]] == ["a.a", "a.b"]  # a tenth of 12 is more than 1.1
    few = influence._readout("calprotectin", effects, "ug/g")
    assert [one["path"] for one in few["matter"]] == ["a.a"]  # less than 10 ug/g is not noticed


# --- the command -------------------------------------------------------------------------------------------

def test_pages_can_be_written_before_there_is_any_result() -> None:
    written = write_docs.pages(Results())
    assert {file.name for file in written} == {"model.md", "validation.md", "claims.md", "credibility.md", "LIMITS.md"}
    for name in ("validation.md", "claims.md", "credibility.md"):
        assert "No result is kept yet" in next(text for file, text in written.items() if file.name == name)


def test_a_page_that_is_not_what_the_results_give_is_named_with_the_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                                                         capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\nb\n", "utf-8")
    monkeypatch.setattr(write_docs, "ROOT", tmp_path)
    monkeypatch.setattr(write_docs, "stored", Results)
    monkeypatch.setattr(write_docs, "pages", lambda _: {page: "a\nc\n"})
    assert write_docs.main(["--check"]) == 1
    assert "page.md is not what the results give, from line 2 on" in capsys.readouterr().out
    assert page.read_text("utf-8") == "a\nb\n"
    assert write_docs.main([]) == 0
    assert write_docs.main(["--check"]) == 0


@pytest.mark.parametrize(("mutant", "known"), [
    ("halve joint_cytokines.k_il17", True), ("double joint_cytokines.k_il17", True),  # 7.2, thought to be 2.4 to 24
    ("halve liver.no_such_number", False), ("flip effect pain.nociception at 1", False),
])
def test_what_the_evidence_leaves_open_no_test_can_tell(mutant: str, known: bool) -> None:  # noqa: FBT001 - of a table
    assert docs_credibility.left_open(mutant) is known


def test_twice_a_number_that_is_well_known_is_not_left_open() -> None:
    sure = next(path for path, e in evidence_of(standard_model()).items()
                if e.value > 0 and e.uncertainty.name == "lognormal" and e.uncertainty.quantile(e.value, 1.645) < 1.9 * e.value)
    assert not docs_credibility.left_open(f"double {sure}")
