"""``zonula run --roads`` and ``--close-road``: what they say, where, and only when they are asked."""

import json
import re
import tomllib

import pytest
from tests.running import zonula

SHORT = ("--until", "27h", "--no-report")


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A person with endotoxin, asked for the roads, with the report; and what was said."""
    folder = tmp_path_factory.mktemp("roads") / "run"
    said = zonula("run", "lps_bolus", "--until", "27h", "--roads", "--from", "25h", "-o", folder)
    assert said.code == 0, said.err
    return folder, said


def summary(folder):
    return json.loads((folder / "summary.json").read_text("utf-8"))


@pytest.mark.slow
def test_json_has_the_roads_with_all_that_others_rely_on(asked):
    folder, _ = asked
    roads = summary(folder)["roads"]
    assert (roads["readout"], roads["unit"], roads["from_day"]) == ("pain_vas", "mm", pytest.approx(25 / 24))
    for sense in ("never", "from_now"):
        assert set(roads[sense]) == {"systemic", "products", "primed", "remainder"}
        assert sum(roads[sense].values()) == pytest.approx(roads["at_end"], rel=1e-9)
        assert set(roads["alone"][sense]) == {"systemic", "products", "primed", "all"}
        assert roads["alone"][sense]["all"] == roads[sense]["remainder"]
    pain = summary(folder)["readouts"]["pain_vas"]
    assert roads["at_end"] == pain["median"][-1]
    assert roads["curve"]["time"] == pain["time"]
    together = [sum(values) for values in zip(*(roads["curve"][name] for name in roads["never"]), strict=True)]
    assert together == pytest.approx(pain["median"], rel=1e-9)
    assert roads["never"]["systemic"] > 1
    assert roads["failed"] == []


@pytest.mark.slow
def test_bands_over_draws_stand_beside_the_shares_wherever_they_are_told(asked):
    folder, said = asked
    bands = summary(folder)["roads"]["bands"]
    pain = summary(folder)["readouts"]["pain_vas"]
    assert bands["draws"] == 32
    for sense in ("never", "from_now"):
        drawn = bands[sense]
        assert drawn["finished"] + sum(why["draws"] for why in drawn["failed"]) == 32
        assert set(drawn["shares"]) == {"systemic", "products", "primed", "remainder", "whole"}
        assert all(b["p05"] <= b["p25"] <= b["median"] <= b["p75"] <= b["p95"] for b in drawn["shares"].values())
        assert sum(drawn["shares"][road]["largest"] for road in ("systemic", "products", "primed")) <= 1 + 1e-12
        assert drawn["verdict"] in ("identifiable", "not identifiable", "little", "unknown")
    whole = bands["never"]["shares"]["whole"]
    assert pain["p05"][-1] < whole["median"] < pain["p95"][-1], "the draws of the ribbon"
    words = " ".join((folder / "summary.md").read_text("utf-8").split())
    page = (folder / "report.html").read_text("utf-8")
    for told in (" ".join(said.out.split()), words, " ".join(page.split())):
        assert "Of what is not known of the typical person, 32 draws were made." in told
    assert said.out.count("90 % of draws") == 2
    assert page.count("<th>90 % of draws</th>") == 2
    assert "in 32 draws of what is not known of the typical person" in page


def test_without_draws_the_shares_stand_alone(tmp_path):
    said = zonula("run", "lps_bolus", *SHORT, "--roads", "--draws", "0", "--json", "-o", tmp_path / "run")
    assert said.code == 0, said.err
    assert set(said.json["roads"]["never"]) == {"systemic", "products", "primed", "remainder"}
    assert "bands" not in said.json["roads"]
    assert "what is not known of the typical person" not in said.json["summary"]


@pytest.mark.slow
def test_the_answer_stands_in_the_output_the_summary_and_the_report(asked):
    folder, said = asked
    assert "pain [mm] by road" in said.out
    assert "Roads overlap" in " ".join(said.out.split()).replace("The roads", "Roads")
    assert "closed from day 1.04167" in said.out
    assert "inflammation carried by the blood" in (folder / "summary.md").read_text("utf-8")
    page = (folder / "report.html").read_text("utf-8")
    assert re.search(r"<h2[^>]*>\s*Pain by road", page)
    assert "none of them; all closed" in page
    assert (folder / "figures" / "03_roads.svg").stat().st_size > 5000


@pytest.mark.slow
def test_the_question_is_kept_and_asked_again_from_the_folder(asked, tmp_path):
    folder, _ = asked
    written = tomllib.loads((folder / "scenario.toml").read_text("utf-8"))
    assert written["roads"]["readout"] == "pain_vas"
    again = zonula("run", folder / "scenario.toml", "--no-report", "-q", "-o", tmp_path / "again")
    assert again.code == 0, again.err
    assert summary(tmp_path / "again")["roads"] == summary(folder)["roads"]
    assert summary(tmp_path / "again")["fingerprint"] == summary(folder)["fingerprint"]


def test_nobody_is_told_of_roads_who_did_not_ask(tmp_path):
    said = zonula("run", "lps_bolus", *SHORT, "-o", tmp_path / "run")
    assert said.code == 0
    assert "by road" not in said.out
    assert "roads" not in summary(tmp_path / "run")
    closed = zonula("run", "lps_bolus", *SHORT, "--close-road", "systemic", "--json", "-o", tmp_path / "closed")
    assert "roads" not in closed.json


def test_a_road_is_closed_from_a_day_on_and_that_is_kept(tmp_path):
    usual, start, later = (zonula("run", "lps_bolus", *SHORT, *more, "--json", "-o", tmp_path / name).json for name, more in (
        ("usual", ()), ("start", ("--close-road", "systemic")), ("later", ("--close-road", "systemic", "--from", "26h"))))
    score = [run["readouts"]["symptom_score"] for run in (usual, start, later)]
    moment = score[2]["time"].index(pytest.approx(26 / 24))
    assert score[2]["median"][:moment] == pytest.approx(score[0]["median"][:moment], abs=1e-6)
    assert max(score[1]["median"]) < 1e-3
    assert score[2]["median"][-1] < 0.5 * score[0]["median"][-1]
    assert len({run["fingerprint"] for run in (usual, start, later)}) == 3
    kept = tomllib.loads((tmp_path / "later" / "scenario.toml").read_text("utf-8"))
    assert kept["model"]["closed_roads"] == [f"systemic from day {round(26 / 24, 10)!r}"]


def test_several_roads_are_closed_and_a_file_may_say_from_when(tmp_path):
    (tmp_path / "s.toml").write_text('[model]\nclosed_roads = ["systemic from day 1"]\n[solve]\nuntil = 2\n', "utf-8")
    said = zonula("run", tmp_path / "s.toml", "--close-road", "products", "--close-road", "primed from 36 h", "--dry-run", "--json")
    assert said.code == 0, said.err
    assert said.json["scenario"]["model"]["closed_roads"] == ["primed from day 1.5", "products", "systemic from day 1.0"]


def test_the_file_may_ask_and_the_day_is_half_way_where_none_is_named(tmp_path):
    (tmp_path / "s.toml").write_text('[solve]\nuntil = 3\n[roads]\nreadout = "crp"\n', "utf-8")
    for more, roads in (((), {"readout": "crp", "from": "1.5 d"}), (("--set", "roads.from=2 d"), {"readout": "crp", "from": "2.0 d"}),
                        (("--roads", "--from", "day 1"), {"readout": "crp", "from": "1.0 d"})):
        said = zonula("run", tmp_path / "s.toml", "--dry-run", "--json", *more)
        assert said.code == 0, said.err
        assert said.json["scenario"]["roads"] == roads


@pytest.mark.parametrize(("arguments", "code", "message"), [
    (("--close-road", "sistemic"), "ZN-1407", "did you mean 'systemic'?"), (("--close-road", "systemic", "--from", "9d"), "ZN-1422", "--close-road"),
    (("--close-road", "systemic", "--from", "soon"), "ZN-1301", "soon"), (("--close-road", "systemic for now"), "ZN-1421", "'for'"),
    (("--close-road", "systemic from 1d", "--from", "2d"), "ZN-1301", "1d from 2d"),
    (("--from", "2d"), "ZN-1426", "--close-road ROAD, or --roads"), (("--roads", "--from", "8d"), "ZN-1422", "(--from"),
    (("--roads", "--set", "roads.readout=pain_vsa"), "ZN-1423", "did you mean 'pain_vas'?"), (("--set", "roads.form=3"), "ZN-1104", "roads.form"),
    (("--close-road", "systemic", "--close-road", "systemic from 1d"), "ZN-1424", "closed twice")])
def test_what_cannot_be_meant_is_refused(arguments, code, message, tmp_path):
    said = zonula("run", "lps_bolus", *arguments, "--no-report", "-o", tmp_path / "out")
    assert said.code == 2
    assert not said.out
    assert f"error[{code}]" in said.err
    assert message in said.err
    assert not (tmp_path / "out").exists()
