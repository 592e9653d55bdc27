"""``zonula study``: how far, whether whole, put together by many, and the story of one person."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
from tests.running import zonula
from tests.short_trial import FEW, N, protocol


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    home = tmp_path_factory.mktemp("study")
    said = zonula("trial", protocol(home), *FEW, "-o", home / "study", "--json", "--no-report")
    assert said.code == 0, said.err
    return home / "study", said.json


def test_status(study):
    folder, _ = study
    data = zonula("study", "status", folder, "--json").json
    assert (data["done"], data["of"], data["persons_done"], data["finished"]) == (4, 4, N, True)
    assert data["rows"]["lives"] == 2 * N
    assert f"4 of 4 parts, {N} of {N} persons (100 %)" in zonula("study", "status", folder).out


def test_verify_gives_the_hash_that_the_trial_gave(study):
    folder, told = study
    said = zonula("study", "verify", folder, "--again", "1", "--json")
    assert said.code == 0
    assert said.json["content"] == told["content"]
    assert said.json["again"][0]["same"]


def test_damage_is_found_and_not_mended_by_looking(study, tmp_path):
    shutil.copytree(study[0], tmp_path / "study")
    victim = next((tmp_path / "study" / "shards" / "visits").iterdir())
    victim.write_bytes(victim.read_bytes()[:-20])
    said = zonula("study", "verify", tmp_path / "study")
    assert said.code == 1
    assert "damaged: " in said.out
    assert zonula("study", "verify", tmp_path / "study").code == 1


def test_many_jobs_and_one_merge_are_the_same_as_one_run(study, tmp_path):
    _, told = study
    other = tmp_path / "study"
    begun = zonula("trial", protocol(tmp_path), *FEW, "-o", other, "--begin", "--json").json
    assert (begun["status"], begun["parts"]) == ("begun", 4)
    assert [p.name for p in other.iterdir()] == ["plan.json"]
    assert zonula("study", "merge", other).code == 7
    for k in range(3):
        said = zonula("study", "work", other, "--slice", f"{k}/3", "--json")
        assert said.code == 0, said.err
    merged = zonula("study", "merge", other, "--json", "--no-report").json
    assert merged["content"] == told["content"]
    assert merged["results"] == told["results"]
    assert not zonula("study", "merge", other, "--json", "--no-report").json["written"]


def test_parts_that_are_done_can_be_looked_at(study, tmp_path):
    folder, _ = study
    other = tmp_path / "study"
    other.mkdir()
    shutil.copy(folder / "plan.json", other)
    assert zonula("study", "work", other, "--slice", "0/2", "-q").code == 0
    early = zonula("study", "merge", other, "--partial", "--json").json
    assert (early["status"], early["results"]["partial"], early["results"]["n"]) == ("partial", True, N // 2)
    assert "Not all parts of the study are done" in (other / "report.html").read_text("utf-8")
    assert "2 of 4 parts" in zonula("study", "status", other).out


def test_a_person_is_lived_again_as_in_the_study(study, tmp_path):
    folder, _ = study
    said = zonula("study", "person", folder, "5", "-o", tmp_path / "anna", "--json")
    assert said.code == 0, said.err
    story = said.json
    assert (story["person"], story["simulated"]) == (5, True)
    kept = {(row["person"], row["arm"], row["visit"]): row for row in pq.read_table(folder / "merged" / "visits.parquet").to_pylist()}
    for visit in story["visits"]:
        assert visit["crp"] == pytest.approx(kept[5, visit["arm"], visit["visit"]]["crp"], rel=1e-6)
    assert {p.name for p in (tmp_path / "anna").iterdir()} == {"person.html", "person.json", "curves.parquet", "README.txt", "manifest.json"}
    curves = pq.read_table(tmp_path / "anna" / "curves.parquet").to_pylist()
    for visit in story["visits"][:3]:
        near = [row["value"] for row in curves if (row["arm"], row["readout"], row["day"]) == (visit["arm"], "crp", visit["day"])]
        assert near == pytest.approx([visit["crp_true"]], rel=2e-3)
    assert "Chance put" in " ".join(story["story"])
    page = (tmp_path / "anna" / "person.html").read_text("utf-8")
    assert "this is nobody" in page
    assert "<script" not in page


def test_a_person_who_is_not_there(study):
    said = zonula("study", "person", study[0], str(N))
    assert said.code == 2
    assert "ZN-1361" in said.err
    assert f"0 to {N - 1}" in said.err


def test_a_script_for_a_cluster(study, tmp_path):
    script = zonula("study", "slurm", study[0], "--tasks", "4", "--hours", "0.5").out
    assert script.startswith("#!/bin/bash")
    assert "#SBATCH --array=0-3" in script
    assert zonula("study", "slurm", study[0], "-o", tmp_path / "go.sh").code == 0
    assert (tmp_path / "go.sh").read_text("utf-8").startswith("#!/bin/bash")


@pytest.mark.parametrize("command", ["status", "verify", "merge", "slurm"])
def test_a_folder_that_is_no_study(command, tmp_path):
    said = zonula("study", command, tmp_path)
    assert said.code == 7
    assert "error[ZN-7020]" in said.err
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_none_become_null(study):
    json.loads(zonula("study", "status", study[0], "--json").out, parse_constant=pytest.fail)


def test_tables_are_written_as_dataset_json_too_where_that_is_asked(study, tmp_path):
    shutil.copytree(study[0], tmp_path / "study")
    said = zonula("study", "merge", tmp_path / "study", "--no-report", "--format", "dataset-json", "--json")
    assert said.code == 0, said.err
    assert not said.json["written"]
    for name in said.json["tables"]:
        data = json.loads((tmp_path / "study" / name).read_text("utf-8"))
        assert data["records"] == len(data["rows"]) == pq.read_metadata((tmp_path / "study" / name).with_suffix(".parquet")).num_rows
    assert "Wrote adam/adsl.json" in zonula("study", "merge", tmp_path / "study", "--no-report", "--format", "dataset-json").out
    wrong = zonula("study", "merge", tmp_path / "study", "--format", "dataset-jsn")
    assert (wrong.code, "ZN-1363" in wrong.err, "dataset-json" in wrong.err) == (2, True, True)
