"""``zonula run``: its options, what it prints, and that nothing is lost or replaced."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.running import CONTRACT, ROOT, manifest, shell, zonula

SHORT = ("--set", "solve.until=1.5", "--no-report")


def test_what_a_changed_parameter_alone_rested_on_is_cited_no_more(tmp_path):
    from zonula.simulation.forecast import forecast

    usual = forecast("healthy_year", settings=["solve.until=1"])
    rests = {path: {s.split()[0].split(",")[0] for s in e.source} for path, e in usual.setup.evidence.items()}
    cited_by_processes = {r.source for r in usual.setup.problem.model.reactions}
    alone = [(path, key) for path, keys in rests.items() for key in keys
             if sum(key in other for other in rests.values()) == 1 and key not in cited_by_processes and path != "body.weight"]
    assert alone
    path, key = alone[0]
    changed = forecast("healthy_year", settings=["solve.until=1", f"{path}={usual.setup.evidence[path].value * 1.01!r}"])
    assert key in usual.sources
    assert key not in changed.sources


def test_json_is_one_document_with_what_others_rely_on(tmp_path):
    said = zonula("run", "lps_bolus", *SHORT, "--json", "-o", tmp_path / "run")
    assert said.code == 0
    assert said.err == ""
    assert said.out.count("\n") == 1
    data = said.json
    assert data["status"] == "finished"
    assert isinstance(data["summary"], str)
    assert Path(data["folder"]).is_dir()
    for name in CONTRACT:
        curve = data["readouts"][name]
        assert set(curve) >= {"unit", "time", "median", "p05", "p95"}
        assert len(curve["time"]) == len(curve["median"]) == len(curve["p05"]) == len(curve["p95"]) > 50
        assert curve["time"][0] == 0
        assert curve["time"][-1] == 1.5
        assert curve["time"] == sorted(set(curve["time"]))
        assert all(low <= high for low, high in zip(curve["p05"], curve["p95"], strict=True))
    assert data["draws"] == 64
    assert data["readouts"]["tnf"]["p05"] != data["readouts"]["tnf"]["p95"]
    assert data["readouts"]["tnf"]["unit"] == "pg/mL"
    assert max(data["readouts"]["tnf"]["median"]) == pytest.approx(data["peaks"]["tnf"]["value"], rel=0.01)
    assert 1.0 < data["peaks"]["tnf"]["day"] < 1.2
    assert json.loads((tmp_path / "run" / "summary.json").read_text("utf-8")) == {k: v for k, v in data.items() if k != "folder"}


def test_a_file_and_the_preset_of_that_name_give_the_same(tmp_path):
    a = zonula("run", "lps_bolus", *SHORT, "--json", "-o", tmp_path / "a").json
    b = zonula("run", ROOT / "examples" / "lps_bolus.toml", *SHORT, "--json", "-o", tmp_path / "b").json
    assert a["fingerprint"] == b["fingerprint"]
    assert a["readouts"] == b["readouts"]


def numbers(tmp_path, *arguments):
    tmp_path.mkdir(exist_ok=True)
    said = zonula("run", "lps_bolus", *SHORT, "--json", "-o", tmp_path / str(len(list(tmp_path.iterdir()))), *arguments)
    assert said.code == 0, said.out
    return said.json


def test_a_parameter_is_set_with_or_without_its_unit(tmp_path):
    usual, plain, hourly = (numbers(tmp_path / "r", *more) for more in ((), ("--set", "cytokines.k_tnf=48"), ("--set", "cytokines.k_tnf=2 1/h")))
    assert plain["readouts"] == hourly["readouts"]
    assert plain["peaks"]["tnf"] != usual["peaks"]["tnf"]
    long = numbers(tmp_path / "r", "--set", "parameters.cytokines.k_tnf=48")
    assert long["readouts"] == plain["readouts"]


def test_a_field_of_the_scenario_is_set(tmp_path):
    data = numbers(tmp_path / "r", "--set", "solve.until=30 h", "--set", 'plan.events=["lps 1 ng/kg iv bolus at 6 h"]', "--set", "name=Other One")
    assert data["readouts"]["tnf"]["time"][-1] == 1.25
    assert data["peaks"]["endotoxin"]["day"] == 0.25
    assert data["scenario"] == "Other One"


def test_the_last_setting_wins(tmp_path):
    twice = numbers(tmp_path / "r", "--set", "cytokines.k_tnf=10", "--set", "cytokines.k_tnf=48")
    assert twice["readouts"] == numbers(tmp_path / "r", "--set", "cytokines.k_tnf=48")["readouts"]


def test_a_process_can_be_shut_off_and_that_is_kept_with_the_result(tmp_path):
    usual, without = numbers(tmp_path / "r"), numbers(tmp_path / "r", "--without", "cytokines.il10_release")
    assert without["peaks"]["il10"]["value"] < 0.3 * usual["peaks"]["il10"]["value"]
    assert without["peaks"]["tnf"]["value"] > usual["peaks"]["tnf"]["value"]
    assert 'without = ["cytokines.il10_release"]' in (Path(without["folder"]) / "scenario.toml").read_text("utf-8")


def test_the_seed_changes_the_draws_and_not_the_curve(tmp_path):
    a, b = numbers(tmp_path / "r", "--seed", "1"), numbers(tmp_path / "r", "--seed", "2")
    assert (a["seed"], b["seed"]) == (1, 2)
    assert a["readouts"]["tnf"]["median"] == b["readouts"]["tnf"]["median"]
    assert a["readouts"]["tnf"]["p95"] != b["readouts"]["tnf"]["p95"]


def test_the_reference_engine_gives_the_same_curve_without_a_ribbon(tmp_path):
    a, b = numbers(tmp_path / "r"), numbers(tmp_path / "r", "--engine", "reference")
    assert (a["engine"], a["draws"], b["engine"], b["draws"]) == ("kernel", 64, "reference", 0)
    for name in ("tnf", "crp", "pain_vas"):
        assert a["readouts"][name]["median"] == pytest.approx(b["readouts"][name]["median"], rel=1e-5)
        assert b["readouts"][name]["p05"] == b["readouts"][name]["p95"] == b["readouts"][name]["median"]


def test_an_unknown_engine_is_refused_by_name(tmp_path):
    said = zonula("run", "lps_bolus", *SHORT, "--engine", "kernl", "-o", tmp_path / "r")
    assert said.code == 2
    assert "kernl" in said.err
    assert "kernel" in said.err


def test_plan_until_and_every_are_added_to_the_scenario(tmp_path):
    said = zonula("run", "healthy_year", "--plan", "lps 1 ng/kg iv bolus at day 1", "-p", "stress 1 from day 1.5", "--until", "48h", "--every", "2h",
                  "--no-report", "--json", "-o", tmp_path / "r")
    assert said.code == 0
    time = said.json["readouts"]["tnf"]["time"]
    assert time[-1] == 2.0
    assert time[1] == pytest.approx(2 / 24)
    assert said.json["peaks"]["tnf"]["value"] > 50
    assert 1.5 in time


def test_the_places_of_results_are_named_after_day_scenario_and_content(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, second = (Path(zonula("run", "healthy_year", *SHORT, "--json").json["folder"]) for _ in range(2))
    assert re.fullmatch(r"runs/\d{4}-\d\d-\d\d_healthy_year_[0-9a-f]{4}", first.as_posix())
    assert second.as_posix() == f"{first.as_posix()}_2"
    assert manifest(first)["fingerprint"].startswith(first.name[-4:])


def test_nothing_is_replaced_without_force_and_only_runs_with_it(tmp_path):
    place = tmp_path / "r"
    run = ("run", "healthy_year", *SHORT, "-q", "-o", place)
    assert zonula(*run).code == 0
    first = manifest(place)["fingerprint"]
    refused = zonula(*run, "--set", "person.weight=80")
    assert refused.code == 7
    assert "error[ZN-7003]" in refused.err
    assert "--force" in refused.err
    assert manifest(place)["fingerprint"] == first
    (place / "stale.txt").write_text("x", "utf-8")
    assert zonula(*run, "--set", "person.weight=80", "--force").code == 0
    assert manifest(place)["fingerprint"] != first
    assert not (place / "stale.txt").exists()

    diary = tmp_path / "diary"
    diary.mkdir()
    (diary / "secret.txt").write_text("mine", "utf-8")
    kept = zonula("run", "healthy_year", *SHORT, "-q", "-o", diary, "--force")
    assert kept.code == 7
    assert "error[ZN-7004]" in kept.err
    assert (diary / "secret.txt").read_text("utf-8") == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["diary", "r"]


def test_an_empty_folder_may_be_used_and_a_file_may_not(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    assert zonula("run", "healthy_year", *SHORT, "-q", "-o", tmp_path / "empty").code == 0
    (tmp_path / "file").write_text("x", "utf-8")
    said = zonula("run", "healthy_year", *SHORT, "-q", "-o", tmp_path / "file")
    assert (said.code, (tmp_path / "file").read_text("utf-8")) == (7, "x")
    assert "error[ZN-7002]" in said.err
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert zonula("run", "healthy_year", *SHORT, "-q", "-o", ".").code == 0
    assert (tmp_path / "here" / "manifest.json").is_file()


@pytest.mark.parametrize("place", ["/proc/nowhere/run", "x" * 300])
def test_a_place_where_nothing_can_be_written_is_a_storage_error(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = zonula("run", "healthy_year", *SHORT, "-o", place)
    assert said.code == 7
    assert said.err.startswith("error[ZN-700")
    assert "fix: " in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_prints_the_scenario_and_where_values_come_from_and_writes_nothing(tmp_path, monkeypatch):
    import tomllib

    monkeypatch.chdir(tmp_path)
    said = zonula("run", "lps_bolus", "--dry-run", "--set", "cytokines.k_tnf=48", "--set", "person.weight=60")
    assert said.code == 0
    assert list(tmp_path.iterdir()) == []
    scenario = tomllib.loads(said.out)
    assert scenario["person"]["weight"] == "60.0 kg"
    assert scenario["parameters"] == {"cytokines.k_tnf": 48.0}
    assert scenario["solve"] == {"until": "8.0 d", "every": f"{1 / 24!r} d", "rtol": 1e-8}
    assert re.search(r"# +parameters\.cytokines\.k_tnf +--set", said.out)
    assert re.search(r"# +plan +\S+lps_bolus.toml", said.out)
    data = zonula("run", "lps_bolus", "--dry-run", "--json", "--set", "cytokines.k_tnf=48").json
    assert data["origins"] == {"parameters.cytokines.k_tnf": "--set"}
    assert len(data["fingerprint"]) == 64


def test_without_a_report_there_is_neither_page_nor_figure(tmp_path):
    said = zonula("run", "healthy_year", *SHORT, "-o", tmp_path / "r")
    assert said.code == 0
    assert {p.name for p in (tmp_path / "r").iterdir()} == {"README.txt", "citations.bib", "manifest.json", "plan.csv", "scenario.toml", "series.parquet",
                                                           "summary.json", "summary.md"}
    assert "summary.md" in said.out
    assert "report.html" not in said.out


def test_quiet_says_nothing_and_the_usual_says_enough(tmp_path):
    quiet = zonula("run", "lps_bolus", *SHORT, "--quiet", "-o", tmp_path / "a")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    usual = zonula("run", "lps_bolus", *SHORT, "-o", tmp_path / "b")
    assert usual.err == ""
    for word in ("finished", "IL-6", "pg/mL", "mean of 20 men", str(tmp_path / "b"), "not medical advice"):
        assert word in usual.out
    assert max(len(line) for line in usual.out.splitlines() if not line.startswith("Wrote")) <= 140


def test_a_person_without_a_healthy_state_has_exit_code_4_and_a_whole_folder(tmp_path):
    said = zonula("run", "lps_bolus", "--set", "cytokines.k_tnf=0", "--json", "-o", tmp_path / "r")
    assert said.code == 4
    data = said.json
    assert data["status"] == data["outcome"]["status"] == "no_healthy_state"
    assert data["outcome"]["reason"]
    assert all(data["readouts"][name]["median"] == [] for name in CONTRACT)
    assert "no healthy state" in data["summary"]
    assert manifest(tmp_path / "r")["outcome"]["status"] == "no_healthy_state"
    assert "No healthy state" in (tmp_path / "r" / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_a_person_who_is_stopped_has_exit_code_4_and_the_partial_result(tmp_path):
    said = zonula("run", "lps_bolus", "--set", "brain.sickness_maximum=4", "--set", "solve.until=2", "--set", "compare=[]", "--json", "-o", tmp_path / "r")
    assert said.code == 4
    data = said.json
    assert data["status"] == "stopped"
    assert data["outcome"]["fastest"] in said.out
    assert 1.0 < data["readouts"]["tnf"]["time"][-1] == data["outcome"]["at_day"] < 1.2
    assert "left its range" in data["summary"]
    assert "Stopped" in (tmp_path / "r" / "report.html").read_text("utf-8")
    text = zonula("run", "lps_bolus", "--set", "brain.sickness_maximum=4", *SHORT, "-o", tmp_path / "s")
    assert text.code == 4
    assert "stopped at day 1" in " ".join(text.out.split())


def test_a_rate_without_a_value_is_json_that_every_reader_reads(tmp_path):
    said = zonula("run", "lps_bolus", "--set", "body.plasma_per_weight=0", "--no-report", "--json", "-o", tmp_path / "r")
    assert said.code == 4
    assert said.json["outcome"]["residual"] is None
    json.loads((tmp_path / "r" / "manifest.json").read_text("utf-8"), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_a_bug_is_one_message_with_a_file_to_send_and_no_traceback(tmp_path, monkeypatch):
    import tempfile

    from zonula.cli import runs

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(runs, "forecast_of", lambda *a, **k: 1 / 0)
    said = zonula("run", "healthy_year", "--no-report", "-o", tmp_path / "r")
    assert said.code == 70
    assert said.err.startswith("error[ZN-9000]: a bug in zonula: ZeroDivisionError")
    assert "Traceback" not in said.err
    (note,) = tmp_path.iterdir()
    assert str(note) in said.err
    assert "Traceback" in note.read_text("utf-8")


def test_an_interrupted_run_says_so_and_leaves_nothing(tmp_path, monkeypatch):
    from zonula.report import folder

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "_manifest", interrupt)
    said = zonula("run", "healthy_year", "--no-report", "-o", tmp_path / "r")
    assert said.code == 130
    assert "error[ZN-9001]: interrupted" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_leaves_nothing_half_written(tmp_path, monkeypatch):
    from zonula.report import folder

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "write_series", full)
    said = zonula("run", "healthy_year", "--no-report", "-o", tmp_path / "r")
    assert said.code == 7
    assert "No space left on device" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_failing_rewrite_keeps_the_run_that_was_there(tmp_path, monkeypatch):
    from zonula.report import folder

    place = tmp_path / "r"
    assert zonula("run", "healthy_year", *SHORT, "-q", "-o", place).code == 0
    before = {p.name: p.read_bytes() for p in place.iterdir()}
    monkeypatch.setattr(folder, "_manifest", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    assert zonula("run", "healthy_year", *SHORT, "-q", "-o", place, "--force", "--set", "person.weight=80").code == 7
    assert {p.name: p.read_bytes() for p in place.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_what_appears_in_the_folder_during_the_run_is_not_replaced(tmp_path, monkeypatch):
    from zonula.cli import runs

    place = tmp_path / "r"

    def meanwhile(*arguments, **more):
        place.mkdir()
        (place / "theirs.txt").write_text("theirs", "utf-8")
        return forecast_of(*arguments, **more)

    forecast_of = runs.forecast_of
    monkeypatch.setattr(runs, "forecast_of", meanwhile)
    said = zonula("run", "healthy_year", *SHORT, "-q", "-o", place)
    assert said.code == 7
    assert "error[ZN-7005]" in said.err
    assert [p.name for p in place.iterdir()] == ["theirs.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_the_demo_runs_and_says_where_the_report_is(tmp_path, monkeypatch):
    from zonula.cli import runs

    seen = {}
    monkeypatch.setattr(runs, "execute", lambda which, **more: seen.update(which=which, **more) or 0)
    said = zonula("demo", "-o", tmp_path / "d")
    assert said.code == 0
    assert seen["which"] == "lps_bolus"
    assert seen["out"] == str(tmp_path / "d")
    assert "volunteers" in said.out


@pytest.mark.slow
def test_the_real_command_takes_a_scenario_from_standard_input_in_a_strange_place(tmp_path):
    place = tmp_path / "é with\nnewline"
    place.mkdir()
    done = subprocess.run([sys.executable, "-m", "zonula", "run", "-", "--no-report", "-o", "r"], cwd=place, capture_output=True, text=True,
                          input='[solve]\nuntil = "1 d"\n', timeout=100, check=False,
                          env={"PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "COLUMNS": "60"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "finished" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120
    assert (place / "r" / "manifest.json").is_file()


@pytest.mark.slow
def test_the_real_command_says_errors_on_stderr_and_exits_with_the_code(tmp_path):
    done = shell("run", "nothing_like_that", folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error[ZN-1101]")
    assert list(tmp_path.iterdir()) == []
