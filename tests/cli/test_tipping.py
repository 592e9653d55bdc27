"""``zonula tipping``: its folder, its one JSON document, plain words, and mistakes that are told before the work."""

import json

import pytest
from tests.running import zonula

ASKED = ("combined_insult_susceptible", "--insult-scale", "0.25..4", "--map", "3x2")


@pytest.mark.slow
def test_json_is_one_document_that_is_also_in_the_folder(tmp_path):
    said = zonula("tipping", *ASKED, "--json", "-o", tmp_path / "out")
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    data = said.json
    assert data["schema"] == "zonula/tipping/1"
    assert [found["along"] for found in data["distance"]] == ["size", "length"]
    assert (len(data["map"]["sizes"]), len(data["map"]["lengths"])) == (3, 2)
    assert data["map"]["sizes"] == pytest.approx([0.25, 1.0, 4.0])
    assert "would have been survived" in data["words"]["the size of the insult"]
    stored = json.loads((tmp_path / "out" / "tipping.json").read_text("utf-8"))
    assert stored == {key: value for key, value in data.items() if key != "folder"}
    page = (tmp_path / "out" / "tipping.html").read_text("utf-8")
    assert "would have been survived" in page
    assert "no evidence" in page
    assert {path.name for path in (tmp_path / "out" / "figures").iterdir()} == {"01_map.svg", "01_map.png", "03_circles.svg", "03_circles.png"}
    again = zonula("tipping", *ASKED, "-o", tmp_path / "out")
    assert again.code == 7


@pytest.mark.slow
def test_a_control_can_be_turned_without_any_insult(tmp_path):
    said = zonula("tipping", "healthy_year", "--hysteresis", "adrenal.stress=0..0.2", "-o", tmp_path / "out")
    assert said.code == 0, said.err
    assert "No second state within these bounds" in said.out
    assert "insult" not in said.out


@pytest.mark.parametrize(("arguments", "code", "word"), [
    (("--insult-scale", "2"), "ZN-1456", "0.25..4"), (("--insult-scale", "2..4"), "ZN-1461", "less than 1"), (("--map", "a"), "ZN-1457", "13x13"), (("--map", "999x999"), "ZN-1447", "10000"),
    (("--hysteresis", "epithelium.erosive"), "ZN-1451", "erosive_irritant"), (("--insult-until", "0"), "ZN-1441", "before day 0"),
    (("--treatment", "gluten 0 from day 3"), "ZN-1441", "no treatment"), (("--treatment", "adalimumb 40 mg sc from day 3"), "ZN-1305", "adalimumab"), (("--set", "plan.events=[]"), "ZN-1441", "no insult")])
def test_mistakes_are_told_before_the_work(arguments, code, word, tmp_path):
    said = zonula("tipping", "combined_insult_susceptible", *arguments, "-o", tmp_path / "out")
    assert said.code == 2
    assert code in said.err
    assert word in said.err
    assert not (tmp_path / "out").exists()
