"""``zonula trial``: from a protocol to the page, twice, cut short, in parts, and what is said of mistakes."""

import json
import re
import shutil

import pyarrow.parquet as pq
import pytest
from tests.running import ROOT, zonula
from tests.short_trial import FEW, TEXT, N, protocol

import zonula as zn
from zonula.report.trial_study import trial
from zonula.trials.read import read_protocol, shipped_protocols

KEYS = {"schema", "status", "simulated", "folder", "content", "computed_shards", "written", "study", "results", "seconds"}
SHIPPED = {"repair_and_anti_tnf", "sealer_before_arthritis", "nsaid_with_protection", "supplements_honest", "treat_to_target"}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    home = tmp_path_factory.mktemp("trial")
    said = zonula("trial", protocol(home), *FEW, "-o", home / "study", "--json")
    assert said.code == 0, said.err + said.out
    return home, said


def test_json_is_one_document_and_the_folder_holds_everything(done):
    home, said = done
    assert said.out.count("\n") == 1
    data = said.json
    assert set(data) == KEYS
    assert (data["status"], data["simulated"], data["computed_shards"]) == ("finished", True, 4)
    assert data["results"]["n"] == N
    study = home / "study"
    assert {p.name for p in study.iterdir()} >= {"plan.json", "shards", "done", "merged", "adam", "results.json", "report.html", "README.txt", "made.json"}
    assert json.loads((study / "results.json").read_text("utf-8")) == data["results"]
    assert {p.name for p in (study / "adam").iterdir()} >= {"adsl.parquet", "adlb.parquet", "adqs.parquet", "adtte.parquet", "define.json"}
    assert pq.read_table(study / "adam" / "adsl.parquet").num_rows == 2 * N
    page = (study / "report.html").read_text("utf-8")
    assert "Endotoxin against nothing &lt;b&gt;" in page
    assert "<script" not in page


def test_arms_stand_in_the_order_of_the_file(done):
    home, said = done
    order = ["nothing", "dose"]  # not that of letters
    plan = json.loads((home / "study" / "plan.json").read_text("utf-8"))
    assert list(plan["identity"]["protocol"]["arms"]) == order
    results = said.json["results"]
    assert list(results["arms"]) == list(results["flow"]["arms"]) == list(results["harms"][0]["arms"]) == list(results["responders"][0]["arms"]) == order
    adsl = pq.read_table(home / "study" / "adam" / "adsl.parquet").to_pylist()
    assert {(row["USUBJID"][-2:], row["ARM"]) for row in adsl} == {("01", "nothing"), ("02", "Endotoxin")}
    words = re.sub(r"<[^>]+>", " ", (home / "study" / "report.html").read_text("utf-8"))
    assert words.index("[arms.nothing]") < words.index("[arms.dose]")
    turned = TEXT.replace("[arms.nothing]\ncomparator = true\n", "").replace("[visits]", "[arms.nothing]\ncomparator = true\n\n[visits]")
    again = zonula("trial", protocol(home, turned, "turned"), *FEW, "-o", home / "study", "--json")  # the same study, and it keeps its order
    assert (again.json["computed_shards"], again.json["written"]) == (0, False)


COHORT = """of,statistic,value
age,mean,50
age,sd,13
female,share,0.8
crp,median,1.0
"""


def test_people_are_chosen_to_be_like_a_published_cohort_and_the_page_says_how_near_they_are(tmp_path):
    (tmp_path / "cohort.csv").write_text(COHORT, "utf-8")
    many = ("--n", "96", "--members", "4", "--seed", "3", "--jobs", "1")
    file = protocol(tmp_path, TEXT.replace('group = "healthy"', 'group = "healthy"\nmatch = "cohort.csv"'), "matched")
    said = zonula("trial", file, *many, "-o", tmp_path / "like", "--json")
    assert said.code == 0, said.err
    other = zonula("trial", protocol(tmp_path), *many, "-o", tmp_path / "unlike", "--json", "--no-report").json
    assert other["results"]["match"] is None
    match = said.json["results"]["match"]
    rows = {row["target"]: row for row in match["numbers"]}
    assert list(rows) == ["age mean", "age sd", "female share", "crp quantile 0.5"]
    lives = pq.read_table(tmp_path / "like" / "merged" / "lives.parquet").to_pylist()
    mine = [life for life in lives if life["randomised"]]
    age = sum(life["age"] for life in mine) / len(mine)
    assert rows["age mean"]["now"] == pytest.approx(age)
    assert abs(age - 50) < abs(rows["age mean"]["before"] - 50)
    again = zonula("trial", file, *many[:-4], "--seed", "4", "--jobs", "1", "-o", tmp_path / "again", "--json", "--no-report").json
    both = list(zip(match["numbers"], again["results"]["match"]["numbers"], strict=True))
    missed = [row["target"] for pair in both for row in pair if row["status"] not in ("reached", "by chance")]
    assert len(missed) <= 1, missed  # "by chance" is 95 %: of eight numbers one may be missed
    for one, two in both:
        away, before = ((one[when] + two[when]) / 2 - one["published"] for when in ("now", "before"))
        assert abs(away) < 0.5 * abs(before), one["target"]
    assert match["persons"] == match["effective_persons"] == len(mine) == 96
    assert 24 < match["pilot_effective"] < match["pilot_persons"]
    assert other["results"]["flow"]["screened"] < said.json["results"]["flow"]["screened"]
    page = (tmp_path / "like" / "report.html").read_text("utf-8")
    assert "Whom they are like" in page
    assert f"{match['pilot_effective']:.0f} (effective sample size)" in page
    assert zonula("study", "verify", tmp_path / "like", "--again", "1", "--json").json["again"][0]["same"]


def test_the_protocol_says_how_many_where_nobody_else_does(tmp_path):
    file = protocol(tmp_path, TEXT.replace("[size]\n", "[size]\nn = 8\n"))
    few = ("--members", "2", "--jobs", "1", "--no-report", "--json", "--begin")
    zonula("trial", file, *few, "-o", tmp_path / "said")
    zonula("trial", file, *few, "--n", "12", "-o", tmp_path / "asked")
    zonula("trial", protocol(tmp_path, name="short"), *few, "-o", tmp_path / "unsaid")
    persons = [json.loads((tmp_path / name / "plan.json").read_text("utf-8"))["persons"] for name in ("said", "asked", "unsaid")]
    assert persons == [8, 12, 400]


def test_what_is_plain_is_found(done):
    rise, share = done[1].json["results"]["estimands"]
    assert rise["unit"] == "mg/L"
    assert rise["twins"]["lo"] > 5
    assert 0.5 < share["truth"] <= 1.0
    assert done[1].json["results"]["harms"][0]["arms"]["nothing"]["events"] == 0


def test_a_finished_study_is_left_as_it_is(done):
    home, said = done
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (home / "study").rglob("*") if p.is_file() and p.name != "log.jsonl"}
    again = zonula("trial", home / "short.toml", *FEW, "-o", home / "study", "--json")
    assert (again.code, again.json["computed_shards"], again.json["written"]) == (0, 0, False)
    assert again.json["content"] == said.json["content"]
    assert again.json["results"] == said.json["results"]
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in before} == before
    words = zonula("trial", home / "short.toml", *FEW, "-o", home / "study")
    assert "nothing was left to do" in words.out
    assert "not evidence" in words.out


def test_parts_of_another_size_give_the_same_people_and_answers(done, tmp_path):
    home, said = done
    other = zonula("trial", home / "short.toml", *FEW, "--shard-size", "8", "-o", tmp_path / "study", "--json", "--no-report")
    assert other.json["computed_shards"] == 2
    assert other.json["content"] == said.json["content"]
    assert other.json["results"] == said.json["results"]
    assert not (tmp_path / "study" / "report.html").exists()


def test_what_is_lost_is_computed_again_and_nothing_else(done, tmp_path):
    home, said = done
    shutil.copytree(home / "study", tmp_path / "study")
    next((tmp_path / "study" / "done").iterdir()).unlink()
    again = zonula("trial", home / "short.toml", *FEW, "-o", tmp_path / "study", "--json")
    assert again.json["computed_shards"] == 1
    assert again.json["content"] == said.json["content"]


def test_a_folder_of_another_trial_is_refused(done):
    said = zonula("trial", done[0] / "short.toml", *FEW[:-2], "--seed", "4", "-o", done[0] / "study")
    assert said.code == 2
    assert "error[ZN-1343]" in said.err
    assert "seed" in said.err


def test_enough_is_known_by_a_rule(done, tmp_path):
    few = ("--n", "64", "--members", "4", "--seed", "3", "--jobs", "1")
    said = zonula("trial", done[0] / "short.toml", *few, "-o", tmp_path / "study", "--stop-when", "n(effect) >= 30", "--json", "--no-report")
    assert said.code == 0, said.err
    assert said.json["status"] == "partial"
    assert 30 <= said.json["results"]["n"] < 64
    assert said.json["study"]["stopped"]


def test_without_twins_everybody_lives_once(done, tmp_path):
    said = zonula("trial", done[0] / "short.toml", *FEW, "--no-twins", "-o", tmp_path / "study", "--json", "--no-report")
    assert said.code == 0, said.err
    assert pq.read_table(tmp_path / "study" / "merged" / "lives.parquet").num_rows == N
    assert said.json["results"]["estimands"][0]["twins"]["value"] is None
    assert said.json["results"]["estimands"][0]["randomised"] == done[1].json["results"]["estimands"][0]["randomised"]


def test_the_usual_place_is_the_same_for_the_same_trial(done, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert zonula("trial", done[0] / "short.toml", *FEW, "--no-report", "-q").code == 0
    place, = (tmp_path / "runs").iterdir()
    assert place.name.startswith("trial_short_")
    again = zonula("trial", done[0] / "short.toml", *FEW, "--no-report", "--json")
    assert (again.json["computed_shards"], again.json["folder"].endswith(place.name)) == (0, True)


def test_in_python(done, tmp_path):
    found = trial(done[0] / "short.toml", n=N, seed=3, members=4, jobs=1, out=tmp_path / "study").as_dict()
    assert found == done[1].json["results"]


@pytest.mark.parametrize(("text", "code", "words"), [
    (TEXT.replace('"crp", "il6"', '"crq", "il6"'), "error[ZN-", "crq"),
    (TEXT.replace('contrast = ["dose", "nothing"]', 'contrast = ["dose", "notting"]', 1), "error[ZN-", "notting"),
    (TEXT + "\nstrange = 1\n", "error[ZN-", "strange"),
])
def test_a_mistake_in_the_protocol_is_named(tmp_path, text, code, words):
    said = zonula("trial", protocol(tmp_path, text), *FEW, "-o", tmp_path / "study")
    assert said.code == 2
    assert code in said.err
    assert words in said.err
    assert "short.toml" in said.err
    assert not (tmp_path / "study").exists()


def test_no_protocol_and_an_unknown_one():
    assert "ZN-1360" in zonula("trial").err
    said = zonula("trial", "repair_and_anti_tmf")
    assert said.code == 2
    assert "repair_and_anti_tnf" in said.err


def test_schema_and_list():
    schema = zonula("trial", "--schema").json
    assert "estimands" in schema["properties"]
    assert {one["id"] for one in zonula("trial", "--list", "--json").json["protocols"]} == SHIPPED
    assert all(name in zonula("trial", "--list").out for name in SHIPPED)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_protocol_can_be_run_as_it_is(name):
    said = read_protocol(name, zn.standard_model()).table
    assert set(shipped_protocols()) == SHIPPED
    assert any(arm.comparator for arm in said.arms.values())
    assert "Not evidence" in said.context
    assert said.primary in {estimand.id for estimand in said.estimands}
    assert shipped_protocols()[name].read_text("utf-8").startswith("# Written before it was run")


def test_the_protocol_of_the_docs_can_be_run(tmp_path):
    text, = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "trials.md").read_text("utf-8"), re.DOTALL)
    assert set(read_protocol(protocol(tmp_path, text, "fish_oil"), zn.standard_model()).arms) == {"placebo", "fish_oil"}


def test_a_place_on_the_network_holds_the_same(done):
    address = ("-o", "memory://trial-of-a-test")
    said = zonula("trial", done[0] / "short.toml", *FEW, *address, "--json")
    assert said.code == 0, said.err
    assert said.json["content"] == done[1].json["content"]
    assert said.json["results"] == done[1].json["results"]
    again = zonula("trial", done[0] / "short.toml", *FEW, *address, "--json").json
    assert (again["computed_shards"], again["written"]) == (0, False)
