"""Small things that users notice: every mistake at once, each at its own place, and nothing left unsaid."""

import pytest
from tests.running import zonula

import zonula as zn
from zonula.ground.errors import InputDataError, UsageError
from zonula.ground.files import read_text

TABLE = """[[compare]]
label = "ours"
file = "data.csv"
quantity = "marker"
names = { CRP = "crp" }
time = { column = "hours", unit = "h", zero = "day ZERO" }
value = { column = "mean", unit = "mg/L" }
"""


def scenario(folder, cells, *, zero="1"):
    (folder / "data.csv").write_text("marker,hours,mean\n" + cells, "utf-8")
    path = folder / "mine.toml"
    path.write_text('[plan]\nevents = ["lps 2 ng/kg iv bolus at day 1"]\n[solve]\nuntil = "3 d"\n' + TABLE.replace("ZERO", zero), "utf-8")
    return str(path)


def test_every_bad_cell_is_told_at_once(tmp_path):
    with pytest.raises(InputDataError) as caught:
        zn.forecast(scenario(tmp_path, "CRP,0,one\nCRP,24,20\nCRP,x,\n"))
    assert [(p.code, p.line) for p in caught.value.problems] == [("ZN-3004", 4), ("ZN-3004", 2), ("ZN-3004", 4)]


def test_data_that_the_simulation_does_not_reach_are_not_dropped_in_silence(tmp_path):
    run = zn.forecast(scenario(tmp_path, "CRP,0,1\nCRP,24,20\n", zero="30"))
    assert run.misfits == ()
    assert any("ours (CRP) is not compared" in remark for remark in run.remarks)
    assert not any("not compared" in remark for remark in zn.forecast(scenario(tmp_path, "CRP,0,1\nCRP,24,20\n")).remarks)


def test_a_file_without_an_end_is_refused():
    with pytest.raises(UsageError, match="too long"):
        read_text(__import__("pathlib").Path("/dev/zero"))


def test_stress_alone_is_told_as_cortisol_and_not_as_a_trace_of_fever():
    run = zn.forecast("healthy_year", settings=['plan.events=["stress 1 from day 3 to day 10"]', "solve.until=12d"])
    assert "Cortisol reaches 41" in run.summary
    assert "emperature" not in run.summary
    assert "ymptom" not in run.summary


def test_a_dose_may_be_repeated_once():
    run = zn.forecast("healthy_year", settings=['plan.events=["lps 1 ng/kg iv bolus at day 1 every 24 h x 1"]', "solve.until=2d"])
    assert len(run.setup.problem.plan.doses) == 1


def test_an_unknown_process_of_the_command_line_is_not_blamed_on_the_file(tmp_path):
    said = zonula("run", "lps_bolus", "--without", "liver.crp_clearanc", "-o", tmp_path / "out")
    assert said.code == 2
    assert "(--without" in said.err.replace("  ", " ")
    assert ".toml" not in said.err


def test_roads_can_be_listed():
    assert "systemic" in zonula("model", "list", "roads").out


def test_a_moment_is_told_from_the_dose_before_it_and_in_its_form():
    from zonula.simulation.words import moment

    events = 'plan.events=["lps 1 ng/kg iv bolus at day 1", "lps 1 ng/kg iv infusion over 4 h at day 3"]'
    result = zn.forecast("healthy_year", settings=[events, "solve.until=4d"]).result
    assert moment(result, 0.5) == "on day 0.5"
    assert moment(result, 1.125) == "3.0 h after the dose"
    assert moment(result, 3.25) == "6.0 h after the start of dose 2"
    assert moment(zn.forecast("lps_infusion").result, 1.25) == "6.0 h after the start of the infusion"
