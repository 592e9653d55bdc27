"""Experiments from files: every name, unit, time and sentence is checked, all mistakes are told at once, each with its place."""

import json

import pytest
from tests.helpers import refused
from tests.small_studies import read_text_of, study, text_of

from zonula.experiments.measure import LOOKS, needed
from zonula.experiments.read import read_experiments, shipped_experiments
from zonula.experiments.schema import json_schema
from zonula.ground.errors import InputDataError, UsageError
from zonula.organs.standard import standard_model

FIRST = 12  # the line of the first row
MODEL = standard_model()


def complaints(text):
    with pytest.raises(UsageError) as caught:
        read_text_of(text)
    assert all(p.file.endswith("a_study.toml") and p.fix for p in caught.value.problems)
    return caught.value.problems


# --- what is wrong ----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("row", "code", "offset", "word"), [
    ('measure = "pain_vaz"', "ZN-1238", 4, "did you mean 'pain_vas'"),
    ('with = "pain_vaz"\nstatistic = "correlation"', "ZN-1238", 5, "no measure 'pain_vaz'"),
    ('arm = "three"', "ZN-1238", 4, "no arm 'three'"),
    ('at = "2 h to 1 h"\ntake = "mean"', "ZN-1231", 5, "stretch of time"),
    ('at = "soon"', "ZN-1301", 5, "soon"),
    ('at = "0 h to 2 h"', "ZN-1238", 0, "many values"),
    ('take = "highest"', "ZN-1238", 0, "single moment"),
    ('statistic = "proportion"', "ZN-1238", 0, "need a condition"),
    ('counts = ">= 2"', "ZN-1238", 5, "nothing here asks"),
    ('statistic = "proportion"\ncounts = "2"', "ZN-1232", 6, "no condition"),
    ('statistic = "correlation"', "ZN-1238", 0, "a correlation is with another measure"),
    ('with = "crp"', "ZN-1238", 5, "a correlation is with another measure"),
    ('judged = "direction"\nobserved = 0.5', "ZN-1238", 5, "1, 0 or -1"),
    ('spread = "12"', "ZN-1233", 5, "no spread"),
    ('unit = "kg"', "ZN-1239", 5, "pain_vas is in mm, not in kg"),
    ('unit = "furlong"', "ZN-1239", 5, "not in furlong"),
    ('unit = "mm"\nown = "ratio"', "ZN-1239", 5, "has no unit mm"),
    ('noise = "pain_vaz"', "ZN-1238", 5, "did you mean 'pain_vas'"),
    ('at = "0 h to 2 h"\ntake = "mean"\nevery = "0 h"', "ZN-1231", 7, "looked at every"),
    ('at = "0 h to 200 d"\ntake = "mean"\nevery = "1e-9 s"', "ZN-1231", 7, "10000 looks"),
    ('measure = "acr20"', "ZN-1238", 0, "a proportion is counted"),
    ('at = "0 h to 9 d"\ntake = "first time"\ncounts = ">= 2"\nstatistic = "proportion"', "ZN-1238", 6, "not of times"),
    ('against = { arm = "three" }', "ZN-1238", 5, "no arm 'three'"),
    ('against = { arm = "two", row = "ROW-0" }', "ZN-1238", 5, "with an arm or with a row"),
    ('against = { as = "ratio" }', "ZN-1238", 5, "with an arm or with a row"),
    ('against = { row = "ROW-7" }', "ZN-1238", 5, "no row of this file"),
    ('against = { row = "ROW-0" }', "ZN-1238", 5, "stands by itself"),
    ('against = { arm = "two", as = "odds ratio" }', "ZN-1238", 0, "is of proportions"),
    ('against = { arm = "two", as = "smd" }\nunit = "%"', "ZN-1239", 6, "not in percent"),
    ('against = { arm = "two", as = "rato" }', "ZN-1108", 5, "'as'"),
    ("observed = true", "ZN-1108", 4, "observed"),
    ("n = 0", "ZN-1108", 5, "greater than or equal to 1"),
    ('statistics = "mean"', "ZN-1104", 5, "did you mean 'statistic'"),
    ("nothing = -0.1", "ZN-1108", 5, "nothing"),
])
def test_a_mistake_in_a_row_is_said_with_its_line(row, code, offset, word):
    text = text_of("note = 'the first'", row) if "ROW" not in row or "ROW-7" in row else text_of(row)
    key = row.splitlines()[-1].split(" =")[0]
    problem = next(p for p in complaints(text) if p.code == code and word in f"{p.message} {p.fix} {p.expected}")
    lines = text.splitlines()
    assert problem.path.startswith("rows.")
    if offset:
        named = problem.path.split(".")[2]
        assert lines[problem.line - 1].startswith(named), (problem, key)
        assert problem.line > text[: text.rindex("[[rows]]")].count("\n")
    else:  # what is missing belongs into its row
        assert problem.line - 1 >= text[: text.rindex("[[rows]]")].count("\n")


@pytest.mark.parametrize(("people", "word", "line"), [
    ('entry = ["pain_vaz >= 3"]', "no readout 'pain_vaz'", 9), ("days = 3", "both its days and its sentences", 9),
    ('background = ["nothing at all"]', "nothing", 9), ('days = 3\nbefore = ["stress 1 from day"]', "stress 1 from day", 10),
    ('some = [{ share = 0.3, events = ["stress"] }]', "stress", 9),
    ('[people.everybody.parameters."joint.kk"]\ntimes = 2', "no parameter 'joint.kk'", 9),
    ('[people.everybody.parameters."blood.k_clearance"]\nnote = "x"', "either times or value", 9),
    ('[people.everybody.parameters."sugar_test.collection_edta"]\nvalue = 0.2\nuncertainty = { law = "lognormal", low = 0.3, high = 0.4 }', "not in order", 9),
])
def test_a_mistake_in_people_is_said_with_its_line(people, word, line):
    problem = next(p for p in complaints(text_of("note = ''", people=people)) if word in f"{p.message} {p.found}")
    assert problem.line == line
    assert problem.path.startswith("people.everybody")


@pytest.mark.parametrize(("more", "word"), [
    ('[arms.three]\npeople = "nobody"', "no people 'nobody'"), ('[arms.three]\nevents = ["aspirine 3"]', "aspirin"),
    ('[arms.three]\nwithout = ["joint.x"]', "no process 'joint.x'"), ('[arms.three]\nclosed_roads = ["nowhere"]', "nowhere"),
    ("[scales]\ncrp = 0.3", "no row measures 'crp'")])
def test_a_mistake_in_an_arm_or_a_scale_is_said_with_its_place(more, word):
    problem = next(p for p in complaints(text_of("note = ''", more=more)) if word in f"{p.message} {p.found} {p.fix}")
    assert problem.line == 13


def test_all_mistakes_are_told_at_once():
    text = text_of('measure = "pain_vaz"\nspread = "odd"', 'arm = "three"\nunit = "kg"\nat = "soon"', people='entry = ["x >= 3"]')
    found = complaints(text)
    assert [p.path for p in found] == ["people.everybody.entry", "rows.0.measure", "rows.0.spread", "rows.1.arm", "rows.1.at", "rows.1.unit"]
    assert len({p.line for p in found}) == 6


def test_mistakes_of_all_files_are_told_together(tmp_path):
    for name, row in (("one", 'arm = "x"'), ("two", 'at = "soon"')):
        (tmp_path / f"{name}.toml").write_text(text_of(f'id = "{name}"\n{row}').replace("a_study", name), "utf-8")
    with pytest.raises(UsageError) as caught:
        read_experiments([tmp_path], MODEL)
    assert {p.file.rpartition("/")[2] for p in caught.value.problems} == {"one.toml", "two.toml"}


def test_a_name_that_stands_twice_is_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(text_of("note = ''").replace("a_study", name), "utf-8")
    with refused("ZN-1237", "'ROW-0' stands twice", "one.toml"):
        read_experiments([tmp_path], MODEL)
    with refused("ZN-1237", "'ROW-0' stands twice"):
        study("note = ''", 'id = "ROW-0"')


def test_a_ratio_to_a_row_of_nothing_is_refused():
    with refused("ZN-1238", "of 'ROW-0' 0 was observed"):
        study("observed = 0", 'against = { row = "ROW-0" }')


def test_an_unknown_group_a_schema_and_no_toml_are_refused():
    with refused("ZN-1238", "no group 'healthi'", "did you mean 'healthy'"):
        read_text_of(text_of("note = ''").replace('"healthy"', '"healthi"'))
    with refused("ZN-1238", "unknown schema"):
        read_text_of(text_of("note = ''").replace("experiment/1", "experiment/2"))
    with refused("ZN-1102", "not TOML"):
        read_text_of("x = [")


def test_an_empty_folder_and_a_file_that_is_not_there_are_refused(tmp_path):
    with refused("ZN-3009", str(tmp_path), kind=InputDataError):
        read_experiments([tmp_path], MODEL)
    with refused("ZN-1001", "nowhere.toml"):
        read_experiments([tmp_path / "nowhere.toml"], MODEL)


def test_groups_of_a_folder_may_be_used_and_are_checked_against_the_model(tmp_path):
    (tmp_path / "groups").mkdir()
    own = tmp_path / "groups" / "mine.toml"
    own.write_text('schema = "zonula/group/1"\nname = "mine"\ntitle = "m"\nlike = "healthy"\n[parameters."joint.kk"]\ntimes = 2\n', "utf-8")
    (tmp_path / "a.toml").write_text(text_of("note = ''").replace('"healthy"', '"mine"'), "utf-8")
    with pytest.raises(UsageError) as caught:
        read_experiments([tmp_path], MODEL)
    assert [(p.code, p.file, p.line) for p in caught.value.problems] == [("ZN-1234", str(own), 5)]
    own.write_text(own.read_text("utf-8").replace("joint.kk", "sugar_test.collection_edta"), "utf-8")
    people = read_experiments([tmp_path], MODEL)[0].people["everybody"]
    assert (people.name, people.covariates.female) == ("mine", 0.5)


# --- what is read -----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("row", "factor"), [
    ('measure = "edta_recovery"\nunit = "%"', 100.0), ('measure = "edta_recovery"', 1.0), ('unit = "cm"', 0.1), ('unit = "mm"', 1.0),
    ('measure = "crp"\nunit = "ug/L"', 1000.0), ('unit = "%"\nown = "ratio"', 100.0), ('own = "ratio"', 1.0), ('unit = "%"\nown = "percent change"', 1.0),
    ('own = "change"\nunit = "cm"', 0.1), ('unit = "%"\nstatistic = "proportion"\ncounts = ">= 2"', 100.0),
    ('measure = "acr20"\nunit = "%"\nstatistic = "proportion"', 100.0), ('unit = "%"\nstatistic = "correlation"\nwith = "crp"', 100.0),
    ('at = "0 h to 9 h"\ntake = "time of highest"\nunit = "h"', 24.0), ('at = "0 h to 9 h"\ntake = "first time"\ncounts = ">= 2"\nunit = "d"', 1.0),
    ('at = "0 h to 9 h"\ntake = "first time"\nown = "percent change"\ncounts = ">= 2"\nunit = "h"', 24.0),
    ('at = "0 h to 9 h"\ntake = "time of highest"\nagainst = { arm = "two", as = "ratio" }', 1.0),
    ('unit = "%"\nagainst = { arm = "two", as = "ratio" }', 100.0), ('unit = "%"\nagainst = { arm = "two", as = "percent difference" }', 1.0),
    ('unit = "cm"\nagainst = { arm = "two", as = "difference" }', 0.1), ('unit = "points"\ntimes = -398', 1.0),
    ('judged = "direction"\nown = "change"', 1.0)])
def test_a_unit_becomes_a_factor(row, factor):
    assert study(row).rows[0].factor == pytest.approx(factor, rel=1e-12)


def test_how_many_people_there_are_is_said_by_the_row_else_the_arm_else_the_people():
    more = "n = 20\n"
    rows = study("n = 7", "note = ''", 'arm = "two"', people="n = 33", more=more).rows
    assert [row.n for row in rows] == [7, 33, 20]
    assert study("note = ''").rows[0].n is None


def test_an_arm_need_not_be_named_where_there_is_one_and_not_given_where_nothing_is_done():
    text = text_of('arm = ""').replace("[arms.two]", "")
    assert read_text_of(text).rows[0].arm == "one"
    none = read_text_of(text.replace("[arms.one]", "")).rows[0]
    assert none.arm == "none"
    with refused("ZN-1238", "say which arm"):
        study('arm = ""')


def test_what_is_particular_of_a_study_is_laid_upon_its_group():
    people = study("note = ''", people="""days = 3
before = ["stress 1 from day 0 to day 3"]
entry = ["crp <= 5"]
[people.everybody.parameters."sugar_test.collection_edta"]
value = 0.2""").people["everybody"]
    assert [(h.days, h.events) for h in people.histories] == [(3.0, ("stress 1 from day 0 to day 3",))]
    assert people.entry == ("crp <= 5",)
    assert people.parameters["sugar_test.collection_edta"].value == 0.2


def test_windows_are_looked_at_as_closely_as_is_said():
    window = 'at = "1 d to 3 d"\ntake = "mean"'
    assert len(needed(study(window).rows)[1]) == LOOKS + 1  # and day 0
    assert needed(study(window + '\nevery = "12 h"').rows)[1].tolist() == [0, 1, 1.5, 2, 2.5, 3]
    baseline = study('own = "change"\nunit = "mm"\nbaseline = "1 d to 2 d"\nat = "9 d"')
    assert len(needed(baseline.rows)[1]) == LOOKS + 2
    assert needed(study('with = "crp"\nstatistic = "correlation"', 'measure = "acr20"\nstatistic = "proportion"').rows)[0] == (
        "pain_vas", "crp", "sjc28", "tjc28", "patient_global", "haq")


def test_the_schema_is_plain_data_and_names_every_key():
    schema = json.loads(json.dumps(json_schema()))
    assert {"schema", "id", "rows", "people"} <= set(schema["properties"])
    assert {"against", "with", "own"} <= set(schema["$defs"]["RowTable"]["properties"])
    assert schema["additionalProperties"] is False


def test_every_shipped_experiment_is_read():
    assert len(shipped_experiments(MODEL)) > 100
