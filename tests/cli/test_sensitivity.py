"""``zonula sensitivity``: its options, what it prints, and that mistakes are told before the work."""

import json
import re

import pytest
from tests.running import ROOT, zonula

SHORT = ("lps_bolus", "--until", "1.5d", "--readouts", "tnf", "--at", "highest")
FEW = ("--parameters", "cytokines.k_tnf, cytokines.k_tnf_release,pain.gain_pge2", "--trajectories", "4")


def test_a_screening_tells_its_cost_the_order_and_what_is_guessed(tmp_path):
    said = zonula("sensitivity", *SHORT, *FEW, "-o", tmp_path / "out")
    assert said.code == 0, said.err
    assert "from each a step of 3 parameters: 16 runs" in said.err
    first, *_ = said.out.splitlines()
    assert first.startswith("TNF at its highest over 1.5 days")
    assert "cytokines.k_tnf " in said.out
    assert "pain.gain_pge2" not in said.out  # TNF does not hear of it
    assert "none is only assumed" in said.out
    assert "4 typical persons were taken of" in said.out
    assert (tmp_path / "out" / "figures" / "tnf.svg").is_file()


def test_json_is_one_document_that_is_also_in_the_folder(tmp_path):
    said = zonula("sensitivity", *SHORT, *FEW, "--json", "-o", tmp_path / "out")
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    data = said.json
    assert (data["schema"], data["method"], data["runs"], data["parameters"]) == ("zonula/sensitivity/1", "morris", 16, 3)
    told = data["readouts"]["tnf"]["parameters"]
    assert [one["path"] for one in told][-1] == "pain.gain_pge2"
    assert told[-1]["mu_star"] == 0
    assert {"status", "grade", "meaning", "unit", "mu", "mu_star", "half_width", "sigma", "share", "steps"} <= told[0].keys()
    stored = json.loads((tmp_path / "out" / "sensitivity.json").read_text("utf-8"))
    assert stored == {key: value for key, value in data.items() if key != "folder"}
    assert zonula("sensitivity", *SHORT, *FEW, "--json", "--jobs", "1").json == stored
    assert zonula("sensitivity", *SHORT, *FEW, "--json", "--seed", "5").json["readouts"] != stored["readouts"]


def test_sobol_takes_the_top_of_a_screening_or_those_that_are_named():
    chosen = zonula("sensitivity", *SHORT, "--method", "sobol", "--samples", "16", "--parameters", "cytokines.k_tnf,cytokines.k_tnf_release", "--json")
    assert chosen.code == 0, chosen.out
    assert chosen.json["runs"] == 16 * 4
    assert "screening" not in chosen.json
    assert {"first", "total"} <= chosen.json["readouts"]["tnf"]["parameters"][0].keys()


@pytest.mark.slow
def test_sobol_screens_first_where_nothing_is_named():
    said = zonula("sensitivity", *SHORT, "--method", "sobol", "--samples", "16", "--trajectories", "2", "--top", "3", "--json")
    assert said.code == 0, said.out
    assert said.json["method"] == "sobol"
    screening = said.json["screening"]
    assert {one["path"] for one in said.json["readouts"]["tnf"]["parameters"]} == {
        one["path"] for one in screening["readouts"]["tnf"]["parameters"][:3]}
    assert screening["parameters"] > 500
    assert screening["runs"] == 2 * (screening["parameters"] + 1)


@pytest.mark.parametrize(("arguments", "code", "word"), [
    (("--method", "moris"), "ZN-1431", "morris"), (("--spread", "both"), "ZN-1262", "uncertainty"), (("--at", "endd"), "ZN-1264", "end"),
    (("--readouts", "tnff"), "ZN-1214", "tnf"), (("--parameters", "cytokines.k_tnff"), "ZN-1265", "cytokines.k_tnf"),
    (("--trajectories", "0"), "ZN-1268", "10"), (("--samples", "100"), "ZN-1270", "256"), (("--readouts", ","), "ZN-1263", "pain_vas"),
    (("--set", "cytokines.k_tnf=40", "--parameters", "cytokines.k_tnf"), "ZN-1266", "the scenario says")])
def test_mistakes_are_told_with_what_was_meant(arguments, code, word):
    said = zonula("sensitivity", "lps_bolus", *arguments)
    assert said.code == 2
    assert code in said.err
    assert word in said.err
    assert not said.out


def test_a_folder_with_something_in_it_is_kept(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    said = zonula("sensitivity", *SHORT, *FEW, "-o", tmp_path)
    assert said.code == 7
    assert "ZN-7003" in said.err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.slow
def test_the_python_of_the_page_runs():
    text = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "sensitivity.md").read_text("utf-8"), re.DOTALL)
    names = {}
    exec(compile(text[1], "sensitivity.md", "exec"), names)
    assert names["found"].effects["tnf"][0].mu_star > 0
    assert {i.path for i in names["shares"].indices["tnf"]} == set(names["found"].top(3))


def test_the_help_tells_every_option_and_shows_examples():
    text = zonula("sensitivity", "--help").out
    for option in ("--readouts", "--at", "--method", "--spread", "--parameters", "--top", "--trajectories", "--samples", "--jobs", "--seed", "--json"):
        assert option in text
    assert "zonula sensitivity lps_bolus" in text
