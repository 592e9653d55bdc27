"""The data of the page say what the model says: numbers, places, laws, doses, persons; and nothing points elsewhere."""

import json
import math
import xml.etree.ElementTree as ET
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from tests.browser import needs_node_and_zig

from zonula.drugs.catalogue import CATALOGUE, Practice
from zonula.evidence.load import evidence_of
from zonula.ground.errors import ModelError
from zonula.organs.standard import standard_model
from zonula.simulation.closings import Closing
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.forecast import forecast
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm, pieces, units_of_ways
from zonula.web.bundle import DATA, bundle, stripped
from zonula.web.files import packed
from zonula.web.persons import typical
from zonula.web.tables import Landings, table
from zonula.web.treatments import treatments

MODEL = standard_model()
RESULTS = Path(__file__).parents[3] / "docs" / "results"
MOST_GZIPPED = 120_000  # of WebAssembly, as it is served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # where no kernel is compiled yet


@lru_cache(maxsize=1)
def files():
    needs_node_and_zig()
    return bundle(MODEL, RESULTS)


def said(name):
    return json.loads(files()[f"{name}.json"])


def test_all_files_are_made_and_are_the_same_again():
    assert set(files()) == set(DATA)
    again = bundle(MODEL, RESULTS)
    assert {name: again[name] == files()[name] for name in DATA} == dict.fromkeys(DATA, True)


def test_the_model_is_told_in_its_own_order():
    model = said("model")
    assert model["model"] == MODEL.fingerprint
    assert [r["name"] for r in model["readouts"]] == list(MODEL.readout_names)
    assert [s["path"] for s in model["states"]] == [s.path for s in MODEL.states]
    assert [(e["path"], e["neutral"], tuple(e["within"])) for e in model["exposures"]] == [(e.path, e.neutral, e.within) for e in MODEL.exposures]
    assert model["processes"] == [r.path for r in MODEL.reactions]
    assert [f"road.{road['name']}" for road in model["roads"]] == [road.path for road in MODEL.roads]
    assert sum(road["asked"] for road in model["roads"]) == 3
    assert model["parameters"]["path"] == [q.path for q in MODEL.parameters]
    assert model["weight"] == MODEL.parameter_index["body.weight"]
    assert set(model["shown"]) <= set(MODEL.readout_names)


def test_values_and_both_spreads_are_those_of_the_evidence():
    told, evidence = said("model")["parameters"], evidence_of(MODEL)
    assert told["value"] == typical(MODEL).tolist()
    for k, e in enumerate(evidence.values()):
        for name in ("variability", "uncertainty"):
            law, below, above = told[name][k]
            known = getattr(e, name)
            assert (law, pytest.approx(known.below, rel=1e-8), pytest.approx(known.above, rel=1e-8)) == (known.name, below, above)
        assert told["unit"][k] == e.parameter.unit_text


def test_cards_tell_status_grade_and_sources_that_exist():
    evidence = said("evidence")
    assert [card["path"] for card in evidence["cards"]] == [q.path for q in MODEL.parameters]
    for card, e in zip(evidence["cards"], evidence_of(MODEL).values(), strict=True):
        assert (card["status"], card["grade"], card["note"]) == (e.status, e.grade, e.note)
        assert set(card["source"]) <= set(evidence["references"])
    assert sum(bool(card["influence"]) for card in evidence["cards"]) > 50


def test_every_person_is_who_the_table_says_and_is_ill_today():
    people = {person["id"]: person for person in said("people")}
    assert len(people) >= 6
    readouts = {name: person["at_now"] for name, person in people.items()}
    assert readouts["healthy"]["pain_vas"] < 5 < readouts["crohn"]["pain_vas"] < readouts["ra_established"]["pain_vas"]
    assert readouts["after_antibiotics"]["butyrate_producers"] < 0.1 < readouts["healthy"]["butyrate_producers"]
    assert readouts["coeliac"]["villi"] < 0.8 * readouts["healthy"]["villi"]
    assert readouts["leaky_stress"]["lactulose_mannitol_ratio"] > 1.5 * readouts["healthy"]["lactulose_mannitol_ratio"]
    assert readouts["crohn"]["calprotectin"] > 250
    assert 2 <= readouts["ra_early"]["sjc28"] < readouts["ra_established"]["sjc28"]
    for name, person in people.items():
        assert len(person["draws"]) == 64, name
        assert len(set(person["draws"])) == 64
        for asked in person["entry"]:
            assert readouts[name][asked["readout"]] >= asked["number"]


def test_a_person_of_the_page_is_the_same_on_the_command_line():
    person = next(p for p in said("people") if p["id"] == "ra_early")
    settings = [f"solve.until={person['now']}", f"plan.events={json.dumps(person['sentences'])}", "solve.rtol=1e-4", "solve.every=10"]
    settings += [f"{path}={value!r}" for path, value in person["parameters"].items() if not path.startswith("body.")]
    settings += [f"person.{name}={value}" for name, value in person["person"].items()]
    result = forecast("healthy_year", settings=settings, draws=0).result
    for name, value in person["at_now"].items():
        assert result.readout(name)[-1] == pytest.approx(value, rel=2e-3, abs=1e-4), name


def test_draws_are_the_calibrated_persons():
    model = said("model")["draws"]
    rows = np.frombuffer(files()["draws.bin"], dtype="<f4").reshape(model["count"], model["width"])
    assert len(model["columns"]) == model["width"] == len(set(model["columns"]))
    assert len(model["closed"]) == len(model["variant"]) == model["count"]
    assert np.isfinite(rows).all()
    assert max(row for person in said("people") for row in person["draws"]) == model["count"] - 1
    of_person = [MODEL.parameter_index[f"body.{name}"] for name in ("weight", "hla_b27", "genetic_risk")]
    assert not set(of_person) & set(model["columns"])
    assert sum(variant["weight"] for variant in said("model")["variants"]) == pytest.approx(1)


def test_numbers_of_a_person_are_so_many_times_the_usual():
    people, base = {person["id"]: person for person in said("people")}, typical(MODEL)
    assert people["crohn"]["times"] == table("persons")["crohn"]["times"]
    for person in people.values():
        assert set(person["parameters"]) == {*person["times"], *(f"body.{name}" for name in person["person"])}
        for path, factor in person["times"].items():
            assert person["parameters"][path] == pytest.approx(factor * base[MODEL.parameter_index[path]], rel=1e-12)
        for name, value in person["person"].items():
            assert person["parameters"][f"body.{name}"] == value


@pytest.mark.parametrize("name", ["crohn", "ra_established", "spondyloarthritis"])
def test_who_makes_up_a_ribbon_has_the_illness(name):
    """As the page does it: draws over the typical person, times the person's factors, roads closed that do not exist in a draw's variant."""
    model, person = said("model")["draws"], next(p for p in said("people") if p["id"] == name)
    drawn = np.frombuffer(files()["draws.bin"], dtype="<f4").reshape(model["count"], model["width"])
    who = person["draws"][:16]
    rows = np.tile(typical(MODEL), (len(who), 1))
    rows[:, model["columns"]] = drawn[who]
    for path, value in person["parameters"].items():
        place = MODEL.parameter_index[path]
        rows[:, place] = rows[:, place] * person["times"][path] if path in person["times"] else value
    roads = [road.path.removeprefix("road.") for road in MODEL.roads]
    arms = tuple(Arm(plan=read_plan(person["sentences"], MODEL), closed=frozenset(Closing(roads[k]) for k in model["closed"][row])) for row in who)
    asked = tuple(one["readout"] for one in person["entry"])
    found = solve_people(Crowd(model=MODEL, parameters=rows, until=person["now"], times=np.array([person["now"]]), arms=arms, rtol=1e-4,
                               arm_of=np.arange(len(who), dtype=np.int32), readouts=asked, thorough=False))
    assert found.finished.all()
    for one in person["entry"]:
        assert one["sign"] == ">="
        assert (found.readout(one["readout"])[:, 0] >= 0.999 * one["number"]).all(), one
    assert len(set(person["draws"])) < person["draws_of"], "somebody is left out"


def test_every_treatment_does_what_its_sentence_does():
    page, evidence = Landings(MODEL), typical(MODEL)[np.newaxis, :]
    offered = treatments(MODEL, page)
    places = {e.path: i for i, e in enumerate(MODEL.exposures)}
    for one in offered["treatments"]:
        words = {"start": 10, "end": 24, "adherence": 100, "every": one.get("every", {}).get("usual", 0)}
        if one["kind"] == "practice":
            values = {f"value:{k}": move["full"] for k, move in enumerate(one["moves"])}
            dose = one["usual"][0] if one["usual"] else 0
            settings = read_plan([sentence_of(s, {**words, **values, "dose": dose}) for s in one["sentences"]], MODEL).settings
            assert {(places[s.exposure], s.start, s.end): s.value for s in settings} == pytest.approx({(m["exposure"], 10, 24): m["full"] for m in one["moves"]}), one["id"]
            continue
        plan = read_plan([sentence_of(one["sentences"][0], {**words, "dose": one["dose"]["usual"]})], MODEL)
        ways = {}
        first = next(piece for piece in pieces(MODEL, Arm(plan=plan), 30.0, ways) if piece.jumps or piece.flows)
        rise = (first.jumps or first.flows)[0]
        amount = rise.amount * (plan.doses[0].duration or 1)
        unit = units_of_ways(MODEL, ways, evidence)[0][rise.way]
        own = units_of_ways(MODEL, page.ways, evidence)[0][one["way"]]
        assert (rise.state, amount * unit) == (one["state"], pytest.approx(one["dose"]["usual"] * one["per_unit"] * own)), one["id"]
        if one["steady"]:
            assert len(plan.doses) == pytest.approx(14 * one["a_day"], abs=1)
        assert one["duration"] == (0 if one["steady"] else plan.doses[0].duration)


def sentence_of(text, words):
    for name, value in words.items():
        text = text.replace("{" + name + "}", f"{value:g}")
    assert "{" not in text, text
    return text


def test_all_practices_of_the_catalogue_that_help_are_offered():
    offered = {t["name"] for t in said("treatments")["treatments"]}
    known = {entry.name for entry in CATALOGUE.names.values() if isinstance(entry, Practice)}
    harmful = {"poor sleep", "alcohol binge", "heavy drinking", "malnutrition", "psychological stress", "exercise in the heat", "heavy exercise"}
    assert known - harmful <= offered


def test_sliders_move_only_what_there_is_and_end_within_bounds():
    sliders = said("sliders")
    assert len(sliders["six"]) == 6
    assert len(sliders["six"]) + len(sliders["more"]) == len(sliders["sliders"]) >= 20
    for slider in sliders["sliders"]:
        assert slider["moves"] or slider["parameters"], slider["id"]
        for move in slider["moves"]:
            low, high = MODEL.exposures[move["exposure"]].within
            assert low <= move["to"] <= high


def test_what_the_slider_of_barrier_damage_says_of_a_reserve_is_so():
    slider = next(one for one in said("sliders")["sliders"] if one["id"] == "barrier")
    for words in ("a quarter of the full strength", "hardly anything", "three times as much", "A little further on"):
        assert words in slider["about"]
    places = (0.0, 0.5, 0.65)
    def at(move, place):
        neutral = MODEL.exposures[move["exposure"]].neutral
        return neutral + place ** move["bend"] * (move["to"] - neutral)
    assert all(at(move, 0.5) == pytest.approx(move["to"] / 4) for move in slider["moves"])
    arms = tuple(Arm(plan=read_plan([f"{MODEL.exposures[move['exposure']].path} {at(move, place):.9g} from day 30" for move in slider["moves"]], MODEL))
                 for place in places)
    found = solve_people(Crowd(model=MODEL, parameters=np.tile(typical(MODEL), (3, 1)), until=395.0, times=np.array([395.0]), arms=arms, rtol=1e-4,
                               arm_of=np.arange(3, dtype=np.int32), readouts=("pain_vas", "lactulose_mannitol_ratio"), thorough=False))
    pain, leak = (found.readout(name)[:, 0] for name in ("pain_vas", "lactulose_mannitol_ratio"))
    assert pain[1] < 3
    assert 2.2 < leak[1] / leak[0] < 3.2
    assert pain[2] > 30


def test_claims_and_validation_are_told_whole():
    claims, validation = said("claims"), said("validation")
    assert [claim["number"] for claim in claims["claims"]] == list(range(1, 14))
    assert {claim["shape"] for claim in claims["claims"]} <= {"yes", "partly", "no", "open"}
    assert all(claim["human"] and claim["statements"] for claim in claims["claims"])
    missed = [row for row in validation["rows"] if not row["inside"]]
    n, open_ = (validation["totals"][name] for name in ("n", "not_predicted"))
    assert len(validation["rows"]) == n + open_
    assert len(missed) == n - round(validation["totals"]["coverage90"] * n) + open_
    assert all(row["miss"] for row in missed)


def test_equations_name_every_state_and_process():
    equations = said("equations")
    assert [state["path"] for state in equations["states"]] == [s.path for s in MODEL.states]
    assert [signal["path"] for signal in equations["signals"]] == [s.path for s, _ in MODEL.signals]
    for told in (*equations["signals"], *equations["readouts"], *(term for state in equations["states"] for term in state["terms"])):
        assert told["text"]
        ET.fromstring(f"<math>{told['math']}</math>")
    lost = next(term for state in equations["states"] for term in state["terms"] if term["sign"] < 0)
    assert lost["text"].count("(") == lost["text"].count(")")
    processes = {process["path"] for process in equations["processes"]}
    assert {term["process"] for state in equations["states"] for term in state["terms"]} <= processes
    assert processes == {r.path for r in MODEL.reactions}


def test_the_kernel_is_small_and_whole():
    wasm = files()["zn.wasm"]
    assert stripped(wasm) == wasm
    assert len(packed(wasm)) <= MOST_GZIPPED
    with pytest.raises(ModelError, match="ZN-2607"):
        stripped(b"\0asm\2\0\0\0")


def test_sections_for_people_are_taken_out_and_no_others():
    header, custom, other = b"\0asm\1\0\0\0", b"\0\x85\1" + b"x" * 133, b"\1\2ab"
    assert stripped(header + custom + other + custom) == header + other


def test_only_sources_have_addresses():
    for name, data in files().items():
        if name.endswith(".json") and name != "evidence.json":
            assert b"http" not in data, name
    links = [source["link"] for source in said("evidence")["references"].values()]
    assert sum(link.startswith("https://") for link in links) > 0.9 * len(links)


def test_numbers_are_finite_or_nothing():
    def walk(value):
        if isinstance(value, float):
            assert math.isfinite(value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)
    for name in DATA:
        if name.endswith(".json"):
            walk(json.loads(files()[name], parse_constant=pytest.fail))
