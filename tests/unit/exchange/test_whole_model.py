"""The whole model as SBML and as a COMBINE archive: valid, complete, with its sources, and the same bytes again."""

import json
import re
import zipfile
from functools import cache
from xml.etree import ElementTree as ET

import libsbml
import pytest
from tests.exchanging import model_of
from tests.running import ROOT

from zonula.codegen.names import identifier, reaction_identifier
from zonula.evidence.bibliography import bibliography
from zonula.evidence.load import evidence_of
from zonula.exchange import sbml_words
from zonula.exchange.omex import COURSE, MODEL, omex_files, write_omex
from zonula.exchange.parts import Parts
from zonula.exchange.sbml_math import DEFINITIONS
from zonula.exchange.sbml_out import complaints, sbml_text
from zonula.language.expression import call
from zonula.language.model import plain_text
from zonula.organs.standard import standard_model
from zonula.simulation.prepare import prepare
from zonula.simulation.scenario import read_scenario

STANDARD = standard_model()
SED = "{http://sed-ml.org/sed-ml/level1/version4}"


def setup(name="lps_infusion", *settings):
    return prepare(read_scenario(name, settings))


@cache
def files():
    return omex_files(setup())


def model():
    return model_of(files()[MODEL])


# --- SBML ----------------------------------------------------------------------------------------------

def test_everything_of_the_model_is_there_by_name():
    out = model()
    for parameter in STANDARD.parameters:
        assert out.getParameter(identifier(parameter)).getName() == parameter.path
    for state in STANDARD.states:
        assert (out.getSpecies(identifier(state)) or out.getParameter(identifier(state))).getName() == state.path
    for reaction in STANDARD.reactions:
        shown = out.getReaction(reaction_identifier(reaction.path)) or out.getParameter(reaction_identifier(reaction.path))
        assert shown.getName() == reaction.path
    for name in (*STANDARD.setpoints, *STANDARD.healthy, *STANDARD.exposures, *STANDARD.gates, *STANDARD.roads, *(s for s, _ in STANDARD.signals)):
        assert out.getParameter(identifier(name)) is not None
    for readout in STANDARD.readout_names:
        assert out.getAssignmentRule(f"y_{readout}") is not None
    assert out.getNumReactions() > 100
    assert out.getNumSpecies() > 60


def test_what_has_a_source_is_annotated_with_it_and_nothing_else_is():
    out, evidence = model(), evidence_of(STANDARD)
    for path, known in evidence.items():
        element = out.getParameter(f"p_{path.replace('.', '_')}")
        wanted = set() if path == "body.weight" else set(sbml_words.addresses(known.source))
        found = {element.getCVTerm(i).getResourceURI(j) for i in range(element.getNumCVTerms()) for j in range(element.getCVTerm(i).getNumResources())}
        assert found == wanted, path
    assert sum(bool(sbml_words.addresses(known.source)) for known in evidence.values()) > 100


def test_addresses_are_those_of_the_bibliography():
    known = {f"https://identifiers.org/{prefix}:{reference.fields[field]}" for reference in bibliography().values()
             for field, prefix in (("doi", "doi"), ("pmid", "pubmed"), ("pmcid", "pmc"), ("eprint", "arxiv")) if field in reference.fields}
    resources = set(re.findall(r'rdf:resource="([^"]+)"', files()[MODEL].replace("&lt;", "<").replace("&gt;", ">")))
    assert len(resources) > 100
    assert resources - known <= {"https://identifiers.org/taxonomy:9606"}


def test_a_value_that_was_set_is_not_said_to_be_from_a_paper():
    text = sbml_text(setup("lps_bolus", "cytokines.k_tnf=3.0 1/h"))
    element = model_of(text).getParameter("p_cytokines_k_tnf")
    assert element.getValue() == pytest.approx(72.0)
    assert element.getNumCVTerms() == 0
    assert "Set for this person" in element.getNotesString()


def test_no_formula_calls_our_functions_twice():
    """libSBML would confuse the units of the two."""
    out = model()
    formulas = [out.getRule(i).getMath() for i in range(out.getNumRules())] + [out.getReaction(i).getKineticLaw().getMath() for i in range(out.getNumReactions())]
    for math in formulas:
        text = libsbml.formulaToL3String(math)
        assert len(re.findall(rf"\b(?:{'|'.join(DEFINITIONS)})\(", text)) <= 1, text


def test_parts_put_together_are_the_formula_again():
    parts = Parts(DEFINITIONS)
    apart = {signal: parts(tree, signal.path) for signal, tree in STANDARD.signals}
    assert len(parts.made) > 30

    def whole(tree):
        text = plain_text(tree)
        for part, called in reversed(parts.made):
            text = re.sub(rf"\b{re.escape(part.path)}\b", lambda _, called=called: plain_text(called), text)
        return text

    for signal, tree in STANDARD.signals:
        assert whole(apart[signal]).replace(" ", "") == plain_text(tree).replace(" ", "")
    x = STANDARD.parameters[0]
    assert parts(call("hill", x, x, 1), "one.call") is not None
    assert not any(part.path.startswith("one.call") for part, _ in parts.made)


# all of them are checked by scripts/agreement.py
@pytest.mark.parametrize("name", ["lps_infusion", "nsaid_course"])
def test_examples_are_valid_with_units_and_good_practice(name):
    assert (ROOT / "examples" / f"{name}.toml").exists()
    text = files()[MODEL] if name == "lps_infusion" else sbml_text(setup(name))
    assert complaints(text) == []
    events = model_of(text).getNumEvents()
    assert events == {"lps_infusion": 2, "nsaid_course": 28}[name]


# --- the archive ---------------------------------------------------------------------------------------

def test_the_archive_is_the_same_bytes_again_and_holds_what_its_manifest_says(tmp_path):
    write_omex(setup(), tmp_path / "a.omex")
    write_omex(setup(), tmp_path / "b.omex")
    assert (tmp_path / "a.omex").read_bytes() == (tmp_path / "b.omex").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.omex") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name).decode() for name in archive.namelist()} == files()
        manifest = ET.fromstring(archive.read("manifest.xml"))
    listed = {entry.get("location"): entry for entry in manifest}
    assert set(listed) == {".", *(f"./{name}" for name in files())}
    assert [place for place, entry in listed.items() if entry.get("master") == "true"] == [f"./{COURSE}"]
    assert listed["./model.xml"].get("format").endswith("sbml.level-3.version-2")
    assert listed["./simulation.sedml"].get("format").endswith("sed-ml.level-1.version-4")


def test_the_course_runs_the_scenario_and_reports_every_readout():
    root = ET.fromstring(files()[COURSE])
    assert (root.get("level"), root.get("version")) == ("1", "4")
    course = root.find(f"{SED}listOfSimulations/{SED}uniformTimeCourse")
    assert float(course.get("outputEndTime")) == 8.0
    assert int(course.get("numberOfSteps")) == 8 * 24
    assert course.find(f"{SED}algorithm").get("kisaoID") == "KISAO:0000019"
    targets = {v.get("id"): v.get("target") for v in root.iter(f"{SED}variable") if v.get("target")}
    assert len(targets) == len(STANDARD.readouts)
    for target in targets.values():
        assert model().getParameter(re.search(r"@id='(\w+)'", target)[1]) is not None
    generators = {g.get("id") for g in root.iter(f"{SED}dataGenerator")}
    sets = list(root.iter(f"{SED}dataSet"))
    assert {s.get("dataReference") for s in sets} == generators
    assert len(sets) == len(STANDARD.readouts) + 1
    for generator in root.iter(f"{SED}dataGenerator"):
        variable = generator.find(f"{SED}listOfVariables/{SED}variable").get("id")
        assert generator.find("{http://www.w3.org/1998/Math/MathML}math/{http://www.w3.org/1998/Math/MathML}ci").text == variable
    assert root.find(f"{SED}listOfModels/{SED}model").get("source") == MODEL


def test_the_scenario_and_what_it_is_go_with_it():
    assert json.loads(files()["scenario.json"])["name"] == "lps_infusion"
    about = files()["metadata.rdf"]
    ET.fromstring(about)
    assert "not a medical device" in about
    assert setup().fingerprint in about
