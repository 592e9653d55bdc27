"""``zonula population``: a file of people, the story of one of them, lists, and mistakes that are told before the work."""

import json

import numpy as np
import pytest
from tests.running import zonula

from zonula.population.stored import read_population

TABLE = """
schema = "zonula/targets/1"
name = "older"
[[target]]
of = "age"
mean = 43
sd = 11
[[target]]
of = "female"
share = 0.6
"""


def test_the_groups_and_tables_are_listed():
    said = zonula("population", "--list")
    assert said.code == 0
    assert "early_ra " in said.out
    assert "(ra_early)" in said.out
    assert "hit_hard" in said.out
    data = zonula("population", "--list", "--json").json
    assert {"crohn", "coeliac", "axial_spa", "healthy"} <= {g["name"] for g in data["groups"]}
    assert next(t for t in data["tables"] if t["name"] == "hit_hard")["like"] == "early_ra"


@pytest.mark.slow
def test_people_are_drawn_into_a_file_and_one_of_them_has_a_story(tmp_path):
    path = tmp_path / "pop.parquet"
    said = zonula("population", "8", "--like", "ra_early", "--members", "2", "--seed", "3", "-o", path)
    assert said.code == 0, said.err
    assert "8 persons around 2 typical ones" in said.out
    found = read_population(path)
    assert len(found) == 8
    assert (found.column("sjc28") >= 2).all()
    told = zonula("population", "person", path, "5", "--days", "20", "-o", tmp_path / "story", "--json", "--no-report")
    assert told.code == 0, told.err
    assert told.json["scenario"] == "person_5"
    at = told.json["readouts"]["crp"]
    person = found.person(5).values
    assert np.interp(550.0, at["time"], at["median"]) == pytest.approx(person["crp_true"], rel=0.03, abs=0.02)
    treated = zonula("population", "person", path, "5", "--scenario", "ra_adalimumab", "--days", "20", "-o", tmp_path / "treated", "--json", "--no-report")
    assert treated.code == 0, treated.err
    assert "from day" in (tmp_path / "treated" / "scenario.toml").read_text("utf-8")
    again = zonula("run", tmp_path / "story" / "scenario.toml", "--json", "--draws", "0", "-o", tmp_path / "again", "--no-report")
    assert again.json["readouts"]["crp"]["median"] == at["median"]


@pytest.mark.slow
def test_they_are_matched_and_the_numbers_told(tmp_path):
    table = tmp_path / "older.toml"
    table.write_text(TABLE, "utf-8")
    out = tmp_path / "pop.parquet"
    data = zonula("population", "80", "--members", "2", "--match", table, "-o", out, "--json", "--no-parameters").json
    assert data["status"] == "finished"
    assert data["match"]["missed"] == []
    assert 1 < data["effective_persons"] < 80
    found = read_population(out)
    assert np.average(found.column("age"), weights=found.weights) == pytest.approx(43, abs=0.01)
    impossible = tmp_path / "none.toml"
    impossible.write_text(TABLE.replace("mean = 43", "mean = 130"), "utf-8")
    said = zonula("population", "80", "--members", "2", "--match", impossible, "-o", out, "--force", "--no-parameters")
    assert said.code == 0
    assert "age mean: published 130" in said.out
    assert "NOT REACHED, by itself it could be brought between" in said.out


@pytest.mark.parametrize(("arguments", "code", "word"), [
    ((), "ZN-1298", "how many"), (("many",), "ZN-1298", "many"), (("-1",), "ZN-1000", ""), (("10", "20"), "ZN-1298", "10 20"), (("0",), "ZN-1296", "0"),
    (("10", "--like", "ra_eerly"), "ZN-1295", "ra_early"), (("10", "--match", "hit_hart"), "ZN-1292", "hit_hard"),
    (("10", "--match-by", "luck"), "ZN-1296", "selection"), (("person", "x.parquet"), "ZN-1298", "person FILE ID"),
    (("person", "nothing.parquet", "3"), "ZN-3050", "nothing.parquet"), (("10", "-o", "no/such/place.parquet"), "ZN-7040", "folder")])
def test_mistakes_are_told_before_the_work(arguments, code, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = zonula("population", *arguments, "--json")
    assert said.code in {2, 3, 7}
    data = json.loads(said.out)
    assert data["errors"][0]["code"] == code
    assert word in json.dumps(data)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_replaced_unasked(tmp_path):
    (tmp_path / "pop.parquet").write_text("mine", "utf-8")
    said = zonula("population", "5", "-o", tmp_path / "pop.parquet")
    assert (said.code, "--force" in said.err) == (7, True)
    assert (tmp_path / "pop.parquet").read_text("utf-8") == "mine"
    assert zonula("population", "5", "-o", tmp_path).code == 7


def test_the_help_shows_examples():
    said = zonula("population", "--help").out
    for word in ("--like", "--match", "--match-by", "--members", "--seed", "--list", "zonula population person pop.parquet 17"):
        assert word in said
