"""``zonula validate``: studies of one's own, the JSON that others rely on, and what is said of mistakes."""

import csv
import json
import re

import pytest
from tests.running import manifest, zonula
from tests.small_validation import LEVEL, study, two_studies

from zonula.experiments.not_modelled import not_modelled
from zonula.ground.errors import UsageError
from zonula.population.cohort import MOST_ROUNDS
from zonula.population.sampling import PER_MEMBER

SMALL = ("--members", "4", "--persons", "3")
FEW = (*SMALL, "--population", "evidence")
ROW = {"id", "observed", "predicted", "p05", "p25", "p75", "p95", "inside90", "inside50", "verdict", "reason"}
TOTALS = {"n", "coverage90", "coverage50", "mean_width_ratio_to_prior", "not_modelled"}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    home = tmp_path_factory.mktemp("validate")
    said = zonula("validate", two_studies(home / "studies"), *FEW, "--json", "-o", home / "out")
    assert said.code == 0, said.err + said.out
    return home, said


def test_json_is_one_strict_document_with_what_others_rely_on(done):
    _, said = done
    assert said.err == ""
    assert said.out.count("\n") == 1
    data = said.json  # refuses NaN
    rows = {row["id"]: row for row in data["rows"]}
    assert set(rows) == {"ONE-1", "TWO-1", "TWO-2", "TWO-3", "TWO-4", "TWO-5"}
    assert all(set(row) >= ROW for row in rows.values())
    assert set(data["totals"]) >= TOTALS
    assert data["totals"]["n"] == 6
    assert data["totals"]["coverage90"] == pytest.approx(sum(row["inside90"] for row in rows.values()) / 6)
    assert set(data["domains"]) == {"markers", "pain"}
    assert data["not_modelled"] == {}
    assert (data["population"]["members"], data["population"]["persons"], data["population"]["from"]) == (4, 3, "prior")
    assert data["groups"]["healthy"]["taken"] == 12
    assert data["groups"]["healthy"]["drawn"] >= 12
    for row in rows.values():
        assert row["p05"] <= row["p25"] <= row["predicted"] <= row["p75"] <= row["p95"]


def test_what_is_plain_is_judged_so(done):
    rows = {row["id"]: row for row in done[1].json["rows"]}
    assert rows["ONE-1"]["inside90"]
    assert rows["TWO-1"]["verdict"] == "predicted too low"
    assert rows["TWO-2"]["observed"] == pytest.approx(1.8 / 900)
    assert rows["TWO-3"]["predicted"] == 100
    assert rows["TWO-4"]["inside50"]
    assert rows["TWO-5"]["verdict"] == "contradicted"
    assert rows["TWO-5"]["predicted"] == 0


def test_the_folder_is_whole(done):
    home, said = done
    out = home / "out"
    assert {p.name for p in out.iterdir()} == {"validation.html", "validation.json", "validation.csv", "README.txt", "manifest.json"}
    assert json.loads((out / "validation.json").read_text("utf-8")) == {k: v for k, v in said.json.items() if k != "folder"}
    with (out / "validation.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert [row["id"] for row in table] == [row["id"] for row in said.json["rows"]]
    assert float(table[0]["predicted"]) == said.json["rows"][0]["predicted"]
    assert set(manifest(out)["studies"]) == {"one", "two"}
    assert set(manifest(out)["sha256"]) == {"validation.html", "validation.json", "validation.csv", "README.txt"}


def test_in_words_and_only_some_rows(done, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = zonula("validate", done[0] / "studies", *FEW, "--only", "TWO-2", "--only", "one", "--no-report", "--seed", "3")
    assert said.code == 0, said.err
    folder, = (tmp_path / "runs").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_validation_[0-9a-f]{4}", folder.name)
    assert not (folder / "validation.html").exists()
    rows = {row["id"]: row for row in json.loads((folder / "validation.json").read_text("utf-8"))["rows"]}
    assert set(rows) == {"ONE-1", "TWO-2"}  # not TWO-1, with which TWO-2 is compared
    assert rows["TWO-2"]["observed"] == pytest.approx(0.002)
    for words in ("2 rows of 2 studies", "inside 90 %", "not calibrated", f"runs/{folder.name}", "not medical advice"):
        assert words in said.out
    assert manifest(folder)["validation"]["seed"] == 3


def test_before_and_after_are_told_of_the_same_rows(done, tmp_path):
    said = zonula("validate", done[0] / "studies", *SMALL, "--only", "TWO-2", "--json", "-o", tmp_path / "out")
    assert said.code == 0, said.err
    assert json.loads((tmp_path / "out" / "validation.json").read_text("utf-8")) == {k: v for k, v in said.json.items() if k != "folder"}
    assert (said.json["totals"]["n"], said.json["before"]["n"]) == (1, 1)  # TWO-1, with which it is compared, is in neither


def test_a_miss_and_a_row_without_prediction_are_told(done, tmp_path):
    rows = LEVEL.format(id="NONE-1", measure="crp", unit="mg/L", observed=9, spread="1 SEM")
    folder = study(tmp_path / "more", "more", rows='entry = ["crp > 9999"]\n' + rows)
    study(folder, "far", rows=LEVEL.format(id="FAR-1", measure="crp", unit="mg/L", observed=900, spread="1 SEM"))
    said = zonula("validate", folder, *FEW, "-o", tmp_path / "out", "--no-report")
    assert said.code == 0, said.err
    assert re.search(r"FAR-1 +CRP, 0 h +900 mg/L .* predicted too low", said.out)
    assert re.search(r"Not predicted: 1\n +NONE-1: nobody of the \d+ people", said.out)


def test_mistakes_are_told_at_once_each_at_its_place(tmp_path):
    folder = study(tmp_path / "bad", rows=LEVEL.format(id="A-1", measure="crpp", unit="mg/L", observed=1, spread="1 SEM")
                   + LEVEL.format(id="A-2", measure="crp", unit="mm", observed=1, spread="wide"))
    (folder / "two.toml").write_text((folder / "one.toml").read_text("utf-8").replace('"one"', '"two"').replace('"healthy"', '"helthy"'), "utf-8")
    (folder / "three.toml").write_text("id = = 3\n", "utf-8")
    said = zonula("validate", folder, "--json", "-o", tmp_path / "out")
    assert said.code == 2
    found = said.json["errors"]
    assert {(e["code"], e["file"].rsplit("/")[-1]) for e in found} >= {
        ("ZN-1238", "one.toml"), ("ZN-1233", "one.toml"), ("ZN-1239", "one.toml"), ("ZN-1238", "two.toml"), ("ZN-1102", "three.toml")}
    assert all(e["fix"] and e["line"] for e in found)
    assert any("'healthy'" in e["fix"] for e in found)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("make", "code", "exit_code"), [
    (lambda p: p / "nowhere", "ZN-1001", 2), (lambda p: p, "ZN-3009", 3), (lambda p: study(p, rows="rows = 3\n"), "ZN-1104", 2)])
def test_folders_that_cannot_be_read(make, code, exit_code, tmp_path):
    said = zonula("validate", make(tmp_path), "-o", tmp_path / "out")
    assert (said.code, code in said.err) == (exit_code, True), said.err
    assert str(tmp_path) in said.err
    assert "fix:" in said.err


def test_a_pattern_that_nothing_fits_and_a_folder_in_the_way_are_refused(tmp_path):
    folder = study(tmp_path / "studies")
    said = zonula("validate", folder, "--only", "ONE-3", "-o", tmp_path / "out")
    assert (said.code, "ZN-1244" in said.err, "'ONE-1'" in said.err) == (2, True, True)
    assert zonula("validate", folder, *FEW, "-o", folder).code == 7
    assert zonula("validate", folder, "--persons", "2").code == 2


def test_no_person_has_a_number_of_another_member():
    most = int(re.search(r"3<=x<=(\d+)\]", " ".join(zonula("validate", "--help").out.split("--persons")[1].split()))[1])
    assert most * MOST_ROUNDS <= PER_MEMBER


def test_the_schema_is_one_and_fits_the_keys(tmp_path):
    schema = json.loads(zonula("validate", "--schema").out)
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(schema["required"]) == {"id", "title", "domain", "source", "people", "rows"}
    assert schema["additionalProperties"] is False
    known = set(schema["$defs"])
    assert set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema))) == known
    assert {"with", "against", "counts"} <= set(schema["$defs"]["RowTable"]["properties"])


def test_groups_are_listed_with_those_of_the_folder(tmp_path):
    study(tmp_path / "mine")
    (tmp_path / "mine" / "groups").mkdir()
    (tmp_path / "mine" / "groups" / "ours.toml").write_text('schema = "zonula/group/1"\nname = "ours"\ntitle = "Ours"\nlike = "healthy"\n', "utf-8")
    said = zonula("validate", tmp_path / "mine", "--groups")
    assert said.code == 0
    assert re.search(r"^healthy +Healthy adults$", said.out, re.MULTILINE)
    assert re.search(r"^ours +Ours$", said.out, re.MULTILINE)
    listed = {g["name"]: g["ships"] for g in zonula("validate", tmp_path / "mine", "--groups", "--json").json["groups"]}
    assert (listed["healthy"], listed["ours"]) == (True, False)
    assert "ours" not in zonula("validate", "--groups").out


def test_what_is_not_modelled_is_read_and_cannot_be_predicted_too(tmp_path):
    path = tmp_path / "not.toml"
    path.write_text('[M-1]\ndomain = "markers"\nquantity = "zonulin"\nsource = "A 2020"\nreason = "no zonulin"\n', "utf-8")
    assert not_modelled({}, path)["M-1"].reason == "no zonulin"
    with pytest.raises(UsageError, match="ZN-1245"):
        not_modelled({"M-1": 1}, path)
    path.write_text('[M-1]\ndomain = "markers"\nquantity = "zonulin"\nsource = "A 2020"\n', "utf-8")
    with pytest.raises(UsageError, match="reason") as caught:
        not_modelled({}, path)
    assert caught.value.problems[0].file == str(path)
    assert isinstance(not_modelled({}), dict)
