"""``zonula export``: files that are whole, or a message that says what to do."""

import hashlib
import json
import zipfile

import pytest
from tests.exchanging import model_of
from tests.running import zonula

FILES = {"sbml": "xml", "omex": "omex"}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "a.xml"
    said = zonula("export", "sbml", "lps_bolus", "-o", str(path), "--json")
    return path, said


def test_sbml_is_written_and_told(written):
    path, said = written
    assert said.code == 0
    assert said.out.count("\n") == 1
    told = said.json
    assert told["status"] == "written"
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told["bytes"] == path.stat().st_size
    assert told["states"] > 100
    assert model_of(path.read_text("utf-8")).getNumSpecies() > 50


def test_a_file_that_is_there_is_kept_unless_forced(written):
    path, _ = written
    before = path.read_bytes()
    said = zonula("export", "sbml", "lps_bolus", "-o", str(path), "--set", "person.weight=60 kg")
    assert said.code == 7
    assert "ZN-7008" in said.err
    assert "--force" in said.err
    assert path.read_bytes() == before


def test_an_archive_with_changes_of_the_command_line(tmp_path):
    path = tmp_path / "b.omex"
    said = zonula("export", "omex", "healthy_year", "--plan", "lps 1 ng/kg iv bolus at day 3", "--until", "10d", "--set", "person.weight=60 kg",
                  "--without", "monocytes.tolerance_onset", "--close-road", "systemic", "-o", str(path))
    assert said.code == 0, said.err
    assert "libSBML finds nothing wrong" in said.out
    with zipfile.ZipFile(path) as archive:
        scenario = json.loads(archive.read("scenario.json"))
        model = model_of(archive.read("model.xml").decode())
    assert scenario["solve"]["until"] == "10.0 d"
    assert model.getParameter("p_body_weight").getValue() == 60.0
    assert model.getParameter("gate_monocytes_tolerance_onset").getValue() == 0.0
    assert model.getParameter("road_systemic").getValue() == 0.0
    assert [model.getEvent(i).getName() for i in range(model.getNumEvents())] == ["day 3"]
    assert "lps 1 ng/kg iv bolus at day 3" in model.getEvent(0).getNotesString()


@pytest.mark.parametrize("kind", FILES)
def test_a_folder_a_missing_folder_and_a_wrong_scenario_are_refused(kind, tmp_path):
    assert "ZN-7007" in zonula("export", kind, "lps_bolus", "-o", str(tmp_path)).err
    said = zonula("export", kind, "lps_bolus", "-o", str(tmp_path / "no" / "such" / "file"))
    assert said.code == 7
    assert "ZN-7009" in said.err
    assert zonula("export", kind, "lps_bolos").code == 2
    assert not list(tmp_path.iterdir())


def test_a_person_without_health_is_refused_and_nothing_is_written(tmp_path):
    path = tmp_path / "c.xml"
    said = zonula("export", "sbml", "lps_bolus", "--set", "cytokines.k_tnf=0", "-o", str(path), "--json")
    assert said.code == 4
    assert said.json["errors"][0]["code"] == "ZN-4001"
    assert not path.exists()
