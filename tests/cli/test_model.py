"""``zonula model``: what the model is made of, for people and for programs."""

import math
import re

import pytest
from tests.running import zonula

from zonula.evidence.load import GRADES, STATUSES
from zonula.language.units import unit
from zonula.organs.standard import standard_model

EVERYTHING = zonula("model", "list", "--json").json
KINDS = ("states", "processes", "parameters", "readouts", "signals", "exposures", "substances", "presets", "setpoints")
PATHS = [item["path"] for kind in ("states", "processes", "parameters", "readouts", "signals", "setpoints", "exposures", "substances")
         for item in EVERYTHING[kind]]


def test_the_list_is_one_document_with_what_others_rely_on():
    said = zonula("model", "list", "--json")
    assert said.code == 0
    assert said.out.count("\n") == 1
    assert set(said.json) >= set(KINDS)
    model = standard_model()
    assert [s["path"] for s in EVERYTHING["states"]] == [s.path for s in model.states]
    assert [p["path"] for p in EVERYTHING["processes"]] == [r.path for r in model.reactions]
    assert [p["path"] for p in EVERYTHING["parameters"]] == [p.path for p in model.parameters]
    assert EVERYTHING["model"]["fingerprint"] == model.fingerprint


def test_every_parameter_has_value_unit_status_grade_source_and_both_spreads():
    for p in EVERYTHING["parameters"]:
        assert set(p) >= {"path", "unit", "value", "status", "grade", "source", "uncertainty", "variability", "meaning"}, p
        unit(p["unit"])
        assert math.isfinite(p["value"])
        assert p["status"] in STATUSES
        assert p["grade"] in GRADES
        assert isinstance(p["source"], list)
        assert p["source"] or p["status"] in ("assumed", "calibrated"), f"{p['path']} is {p['status']} by nobody"
        for spread in (p["uncertainty"], p["variability"]):
            assert set(spread) >= {"law", "low", "high"}
            assert spread["low"] <= spread["high"]
        assert p["uncertainty"]["low"] <= p["value"] <= p["uncertainty"]["high"]


def test_every_process_changes_a_state_by_a_rate():
    states = {s["path"] for s in EVERYTHING["states"]}
    for p in EVERYTHING["processes"]:
        assert p["rate"]
        assert p["changes"], p["path"]
        assert all(c["state"] in states and c["sign"] in (1, -1) for c in p["changes"])
    assert {c["state"] for p in EVERYTHING["processes"] for c in p["changes"]} == states


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_one_kind_alone_is_a_part_of_the_whole(kind):
    assert zonula("model", "list", kind, "--json").json == {kind: EVERYTHING[kind]}
    text = zonula("model", "list", kind).out
    assert text.startswith(f"{kind} ({len(EVERYTHING[kind])})")
    assert all(item["path"] in text for item in EVERYTHING[kind])
    assert len(text.splitlines()) <= len(EVERYTHING[kind]) + 2


def test_the_text_of_the_whole_list_names_everything():
    text = zonula("model", "list").out
    assert all(path in text for path in PATHS)
    assert "lps_bolus" in text


@pytest.mark.parametrize("path", PATHS)
def test_everything_that_is_listed_can_be_shown_and_cited(path):
    said = zonula("model", "show", path)
    assert said.code == 0
    assert said.out.startswith(f"{path}   (")
    assert "None" not in said.out
    shown = zonula("model", "show", path, "--json").json
    assert shown["path"] == path
    cited = zonula("model", "cite", path, "--json")
    assert cited.code == 0
    keys = re.findall(r"^@\w+\{([^,]+),", cited.json["bibtex"], flags=re.MULTILINE)
    assert sorted(keys) == sorted(cited.json["sources"])
    source = shown.get("source") or []
    wanted = {re.split(r"[ ,]", s)[0] for s in (source if isinstance(source, list) else [source])}
    assert set(cited.json["sources"]) == wanted


def test_a_parameter_is_shown_with_all_that_is_known_of_it():
    text = zonula("model", "show", "liver.k_crp").out
    for word in ("clearance of CRP", "1/day", "90 % range", "status", "grade", "Vigushin", "liver.crp_clearance"):
        assert word in text
    shown = zonula("model", "show", "liver.k_crp", "--json").json
    assert shown["value"] == next(p["value"] for p in EVERYTHING["parameters"] if p["path"] == "liver.k_crp")
    assert "liver.crp_clearance" in shown["used_by"]


def test_every_parameter_is_used_somewhere():
    for p in EVERYTHING["parameters"]:
        assert zonula("model", "show", p["path"], "--json").json["used_by"], p["path"]


def test_a_state_is_shown_with_its_processes_and_its_equation():
    shown = zonula("model", "show", "liver.crp", "--json").json
    assert "liver.crp_clearance empties it" in shown["equation"]
    assert any("fills it" in line for line in shown["equation"])
    assert "\\frac" in shown["latex"] or "\\dot" in shown["latex"]


def test_the_whole_bibliography_is_cited_once_each():
    text = zonula("model", "cite").out
    keys = re.findall(r"^@\w+\{([^,]+),", text, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)) > 20
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize(("arguments", "code", "fix"), [
    (("show", "cytokines.k_tmf"), "ZN-1113", "did you mean 'cytokines.k_tnf'"), (("cite", "liver.k_crb"), "ZN-1113", "did you mean 'liver.k_crp'"),
    (("show", "k_tnf"), "ZN-1113", "cytokines.k_tnf"), (("show", "CRP"), "ZN-1113", "crp"), (("list", "parametres"), "ZN-1112", "did you mean 'parameters'"),
    (("show", ""), "ZN-1113", ""), (("show", "../../etc/passwd"), "ZN-1113", "")])
def test_unknown_names_give_suggestions(arguments, code, fix):
    said = zonula("model", *arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith(f"error[{code}]")
    assert fix in said.err
    assert "fix: " in said.err
