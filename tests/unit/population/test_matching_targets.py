"""Baseline tables as files: TOML and CSV that say the same, tables that ship, and what is wrong told with its place."""

import pytest
from tests.helpers import refused

from zonula.organs.standard import standard_model
from zonula.population.groups import shipped_groups
from zonula.population.targets import read_targets, shipped_targets

MODEL = standard_model()
TOML = """
schema = "zonula/targets/1"
[[target]]
of = "age"
unit = "year"
mean = 50
sd = 10
[[target]]
of = "crp"
quantiles = { "0.5" = 12, "0.25" = 6 }
[[target]]
of = "das28_crp"
share = 0.9
where = ">= 5.1"
tolerance = 0.05
[[target]]
of = "female"
share = 0.7
"""
CSV = """of,statistic,value,tolerance
age,mean,50,
age,sd,10,
crp,median,12,
crp,q25,6,
das28_crp,share >= 5.1,0.9,0.05
female,share,0.7,
"""


def written(tmp_path, text, name="own.toml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_toml_and_csv_say_the_same(tmp_path):
    one, two = read_targets(written(tmp_path, TOML), MODEL), read_targets(written(tmp_path, CSV, "own.csv"), MODEL)
    assert sorted(s.label for s in one.statements) == sorted(s.label for s in two.statements)
    assert {repr(s) for s in one.statements} == {repr(s) for s in two.statements}
    sd = next(s for s in one.statements if s.kind == "sd")
    assert (sd.value, sd.beside, sd.goal, sd.tolerance) == (10.0, 50.0, 100.0, 0.5)
    assert one.names == ("age", "crp", "das28_crp", "female")


def test_tables_that_ship_name_groups_and_sources():
    assert "hit_hard" in shipped_targets()
    for name in shipped_targets():
        found = read_targets(name, MODEL)
        assert found.name == name
        assert found.like in shipped_groups()
        assert len(found.statements) > 5
        assert "source" in shipped_targets()[name].read_text("utf-8")


@pytest.mark.parametrize(("old", "new", "words"), [
    ('of = "crp"', 'of = "crpp"', ("no covariate or readout 'crpp'", "own.toml:9", "crp")),
    ('unit = "year"', 'unit = "month"', ("is given in month", "year", "own.toml:5")),
    ("mean = 50\n", "", ("SD of age needs its mean",)),
    ("share = 0.9\n", "", ("nothing is said of das28_crp", "no share is said")),
    ('">= 5.1"', '"about 5"', ("is no condition",)),
    ('"0.5" = 12', '"1.5" = 12', ("between 0 and 1",)), ('"0.5" = 12', '"half" = 12', ("between 0 and 1",)), ('"0.5" = 12', '"0.5" = 2', ("fall",)),
    ("zonula/targets/1", "zonula/targets/9", ("unknown schema",))])
def test_what_is_wrong_is_told_with_its_place(tmp_path, old, new, words):
    assert old in TOML
    with refused("ZN-1292", *words):
        read_targets(written(tmp_path, TOML.replace(old, new, 1)), MODEL)


def test_several_mistakes_are_told_at_once(tmp_path):
    with refused("ZN-1292", "'crpp'", "'ages'"):
        read_targets(written(tmp_path, TOML.replace('"crp"', '"crpp"').replace('"age"', '"ages"')), MODEL)


@pytest.mark.parametrize(("text", "words"), [
    ("of,statistic\nage,mean", ("columns", "value")), ("of,statistic,value\nage,mode,3\nage,mean,x", ("own.csv:2", "own.csv:3")),
    ("of,statistic,value,colour\nage,mean,3,red", ("colour",)), ("", ("no baseline table",))])
def test_a_csv_that_is_none_is_refused(tmp_path, text, words):
    with refused("ZN-1292", *words):
        read_targets(written(tmp_path, text, "own.csv"), MODEL)


def test_an_unknown_name_says_what_is_near():
    with refused("ZN-1292", "hit_hard"):
        read_targets("hit_hart", MODEL)
