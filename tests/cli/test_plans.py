"""Plans on the command line: tables beside sentences, the plan written out, and the same run again from what it leaves."""

import csv
import json
import re
import tomllib

import pytest
from tests.cli.test_bad_input import refused
from tests.running import manifest, zonula

TABLE = "# time: h, amt: ng\nTIME,EVID,CMT,AMT,DUR,II,ADDL,ADH,PAR,VALUE\n24,1,lps_iv,140,,12,5,0.5,,\n30,2,,,,,,,stress,1\n60,2,,,,,,,stress,0\n"
SCENARIO = 'name = "t"\n[plan]\nevents = ["lps 20 ng iv infusion over 2 h at 20 h"]\nfile = "events.csv"\n[solve]\nuntil = "5 d"\n'
SHORT = ("--no-report", "--json")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "events.csv").write_text(TABLE, "utf-8")
    (tmp_path / "s.toml").write_text(SCENARIO, "utf-8")
    return tmp_path


def rows(folder):
    return list(csv.DictReader((folder / "plan.csv").read_text("utf-8").splitlines()))


def test_a_run_leaves_the_plan_dose_by_dose(home):
    said = zonula("run", home / "s.toml", *SHORT, "-o", home / "out", "--seed", "3")
    assert said.code == 0, said.err
    found = rows(home / "out")
    assert [float(row["day"]) for row in found] == sorted(float(row["day"]) for row in found)
    doses = [row for row in found if row["what"] == "lps"]
    assert [(row["day"], row["until"], row["route"], row["unit"], row["into"]) for row in doses[:1]] == [("0.8333333333", "0.9166666666", "iv", "ng", "blood.endotoxin")]
    assert [float(row["day"]) for row in doses[1:]] == [1, 1.5, 2, 2.5, 3, 3.5]
    assert {row["given"] for row in doses} == {"given", "left out"}
    assert [(row["amount"], row["given"]) for row in found if row["what"] == "adrenal.stress"] == [("1.0", "holds"), ("0.0", "holds")]
    assert found[-1]["until"] == "" or found[-1]["what"] == "lps"
    assert all(row["sentence"] for row in found)
    assert any("left out by chance" in remark for remark in said.json["remarks"])


def test_the_scenario_that_a_run_leaves_gives_the_same_run_without_the_table(home, tmp_path_factory):
    first = zonula("run", home / "s.toml", *SHORT, "-o", home / "out", "--seed", "3").json
    written = tomllib.loads((home / "out" / "scenario.toml").read_text("utf-8"))
    assert written["plan"]["seed"] == 3
    assert len(written["plan"]["events"]) == 4
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "scenario.toml").write_bytes((home / "out" / "scenario.toml").read_bytes())
    again = zonula("run", elsewhere / "scenario.toml", *SHORT, "-o", elsewhere / "out").json
    assert again["fingerprint"] == first["fingerprint"]
    assert again["readouts"] == first["readouts"]
    assert (elsewhere / "out" / "plan.csv").read_bytes() == (home / "out" / "plan.csv").read_bytes()
    assert manifest(elsewhere / "out")["seed"] == 3
    other = zonula("run", elsewhere / "scenario.toml", *SHORT, "-o", elsewhere / "b", "--seed", "4").json
    assert other["fingerprint"] != first["fingerprint"]
    assert rows(elsewhere / "b") != rows(home / "out")


def test_a_seed_decides_the_draws_and_is_part_of_the_scenario(tmp_path):
    a, b = (zonula("run", "healthy_year", "--dry-run", "--json", "--seed", seed, "-p", "lps 2 ng/kg iv bolus at day 1").json for seed in ("1", "2"))
    assert a["fingerprint"] != b["fingerprint"]
    assert [said["scenario"]["plan"]["seed"] for said in (a, b)] == [1, 2]


def test_a_table_may_be_named_on_the_command_line_wherever_it_lies(home, monkeypatch):
    inner = home / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    said = zonula("run", "healthy_year", "--plan-file", "../events.csv", "--until", "5d", "--dry-run", "--json")
    assert said.code == 0, said.err
    assert len(said.json["plan"]) == 8
    (inner / "s.toml").write_text(SCENARIO.replace("events.csv", "../events.csv"), "utf-8")
    refused(home, inner / "s.toml", code="ZN-1330", message="outside the scenario's folder", place="s.toml:4")
    (inner / "link.csv").symlink_to(home / "events.csv")
    (inner / "s.toml").write_text(SCENARIO.replace("events.csv", "link.csv"), "utf-8")
    refused(home, inner / "s.toml", code="ZN-1330", message="outside the scenario's folder")


def test_a_dry_run_prints_the_plan_and_is_still_toml(home):
    said = zonula("run", home / "s.toml", "--dry-run")
    assert tomllib.loads(said.out)["plan"]["events"][0].startswith("lps 20 ng")
    lines = said.out[said.out.index("# the plan, dose by dose"):].splitlines()
    assert len(lines) == 2 + 7 + 2
    assert all(line.startswith("#") for line in lines)
    assert re.search(r"# +1\.5 +lps +iv +140 +ng +blood\.endotoxin +(given|left out)$", "\n".join(lines), re.MULTILINE)
    assert re.search(r"# +2\.5 +the end +adrenal\.stress +0 +adrenal\.stress +holds$", "\n".join(lines), re.MULTILINE)
    data = zonula("run", home / "s.toml", "--dry-run", "--json").json["plan"]
    assert len(data) == 9
    assert data[-1].keys() == {"day", "until", "what", "route", "amount", "unit", "into", "given", "sentence"}
    assert [row["until"] for row in data if row["what"] == "adrenal.stress"] == [2.5, None]


@pytest.mark.parametrize(("text", "code", "message", "place"), [
    (TABLE.replace("24,1,lps_iv,140", "24,1,lps_po,140"), "ZN-1336", "neither such a substance", "events.csv:3  column CMT"),
    (TABLE.replace("24,1,lps_iv,140", "24,1,lps_iv,lots"), "ZN-1335", "no finite number", "events.csv:3  column AMT"),
    (TABLE.replace("stress,1", "stress,9"), "ZN-1314", "out of range", "events.csv:4  column VALUE"),
    ("", "ZN-1331", "no column", "events.csv:1  column TIME"),
    ("a\0b,\n", "ZN-1331", "no column", "events.csv:1  column TIME"),
])
def test_a_table_that_cannot_be_meant_is_refused(text, code, message, place, home):
    (home / "events.csv").write_text(text, "utf-8")
    refused(home, home / "s.toml", code=code, message=message, place=place)


def test_faults_of_the_table_and_of_the_scenario_are_told_at_once(home):
    (home / "events.csv").write_text(TABLE.replace("24,1", "soon,1"), "utf-8")
    (home / "s.toml").write_text(SCENARIO.replace("20 ng iv", "20 kg/L iv") + "rtol = 3.0\n", "utf-8")
    said = refused(home, home / "s.toml", code="ZN-1335", message="no finite number")
    assert {"ZN-1335", "ZN-1309", "ZN-1203"} <= set(re.findall(r"ZN-\d{4}", said.err))


def test_a_table_that_is_not_there_is_named(home):
    (home / "s.toml").write_text(SCENARIO.replace("events.csv", "event.csv"), "utf-8")
    assert "did you mean 'events.csv'" in refused(home, home / "s.toml", code="ZN-1001", message="no such file", place="event.csv").err
    refused(home, "healthy_year", "--plan-file", home, code="ZN-1002", message="folder")
    refused(home, "healthy_year", "--plan-file", "", code="ZN-1330", message="is no file")


@pytest.mark.parametrize(("line", "code"), [("seed = -1", "ZN-1108"), ("seed = 1.5", "ZN-1108"), ("file = 3", "ZN-1108"), ("fil = 'x'", "ZN-1104")])
def test_a_seed_is_a_whole_number_and_a_file_a_name(line, code, tmp_path):
    (tmp_path / "s.toml").write_text(f"[plan]\n{line}\n", "utf-8")
    refused(tmp_path, tmp_path / "s.toml", code=code, message=line.split()[0], place="s.toml:2")


@pytest.mark.alone
def test_years_of_doses_are_prepared_in_a_moment(tmp_path):
    import time

    (tmp_path / "s.toml").write_text("[plan]\nevents = " + json.dumps(["lps 0.01 ng/kg iv bolus bid for 2 years"]) + '\n[solve]\nuntil = "2 y"\n', "utf-8")
    zonula("run", "healthy_year", "--dry-run")
    started = time.perf_counter()
    said = zonula("run", tmp_path / "s.toml", "--dry-run", "--json")
    assert time.perf_counter() - started < 2
    assert len(said.json["plan"]) == 1461
