import json
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.small_lives import DAYS, tables

from zonula.ground.errors import InputDataError
from zonula.trials.adam import Dress, define, write_adam
from zonula.trials.adam_harms import adae
from zonula.trials.adam_words import KEYS, LABELS, code_of, parameters, span_of, treatment_of
from zonula.trials.dataset_json import dataset_json
from zonula.trials.endpoints import Endpoint
from zonula.trials.lived import lived_of

RULES = {"more": (("adalimumab 40 mg sc q2w x 12",), True)}
ENDPOINTS = (Endpoint(id="pain_12", kind="change", measure="pain_vas", day=84.0),
             Endpoint(id="less_pain", kind="response", criterion="pain_vas change <= -10", day=84.0, title="Pain down by 10"),
             Endpoint(id="time_to_relief", kind="time to event", criterion="pain_vas <= -30 %", day=84.0, lower_is_better=False, title="Relief"))
DRESS = Dress(study="SIM-MADE-UP", seed=7, version="0.4.0", arms=("placebo", "drug"), endpoints=ENDPOINTS, titles={"drug": "The drug"}, rules=RULES,
              events={"drug": ["naproxen 500 mg po bid from day 0 to day 70", "low-fat diet"], "placebo": []},
              harms={"erosion": ("Erosions of the gut", "eroded_fraction >= 0.01"), "unheard_of": ("", "crp >= 1000")})


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    lives, visits = tables(50, dropout=0.3, rescue=0.4, twins=True)
    rescued = np.array(lives["rescue"].to_pylist())
    lives = lives.set_column(lives.column_names.index("switches"), "switches", pa.array(np.where(rescued == "more", "more@56", "")))
    pq.write_table(lives, folder / "lives.parquet", row_group_size=17)
    pq.write_table(visits, folder / "visits.parquet", row_group_size=23)
    roads = {"person": [0, 0], "arm": ["placebo", "drug"], "day": [0.0, 84.0], "readout": ["pain_vas", "pain_vas"], "systemic": [10.0, 0.0],
             "products": [20.0, 0.0], "primed": [-10.0, 0.0], "remainder": [0.0, 0.0]}
    pq.write_table(pa.table(roads), folder / "roads.parquet")
    return folder, lives, visits


@pytest.fixture(scope="module")
def written(study):
    folder, _, _ = study
    paths = write_adam(folder / "adam", lives=folder / "lives.parquet", visits=folder / "visits.parquet", dress=DRESS, roads=folder / "roads.parquet")
    return {path.stem: pq.read_table(path) for path in paths if path.suffix == ".parquet"}


def rows(table, **asked):
    return [row for row in table.to_pylist() if all(row[key] == value for key, value in asked.items())]


def test_every_file_says_that_it_is_simulated(written, study):
    assert set(written) == set(LABELS)
    for table in written.values():
        assert table.schema.metadata[b"simulated"] == b"true"
        assert set(table["STUDYID"].to_pylist()) <= {"SIM-MADE-UP"}
    defined = json.loads((study[0] / "adam" / "define.json").read_text())
    assert defined["simulated"] is True
    assert defined == define(DRESS)
    assert {one["name"] for one in defined["datasets"]} == {name.upper() for name in LABELS}


def test_names_and_labels_fit_the_transport_format():
    for name, labels in LABELS.items():
        assert len(name) <= 8
        for variable, label in labels.items():
            assert len(variable) <= 8
            assert variable.isupper() or variable[-1].isdigit()
            assert 0 < len(label) <= 40, variable


def test_labels_are_in_the_files(written):
    for name, table in written.items():
        assert {field.name: field.metadata[b"label"].decode() for field in table.schema} == LABELS[name]


def test_subjects_are_lives_and_twins_are_persons(written):
    adsl = written["adsl"]
    assert len(adsl) == len(set(adsl["USUBJID"].to_pylist())) == 100
    assert len(set(adsl["TWINID"].to_pylist())) == 50
    assert len(rows(adsl, RANDFL="Y")) == 50
    assert {row["ITTFL"] == row["RANDFL"] for row in adsl.to_pylist()} == {True}
    for row in rows(adsl, PPROTFL="Y"):
        assert (row["EOSSTT"], row["RESCDY"], row["DCSREAS"], row["RANDFL"]) == ("COMPLETED", None, "", "Y")
    assert {row["ARM"] for row in adsl.to_pylist()} == {"placebo", "The drug"}
    assert {row["SEX"] for row in adsl.to_pylist()} == {"F", "M"}


def test_values_are_those_of_the_visits(written, study):
    visits = study[2].to_pylist()
    pain = {(row["USUBJID"], row["AVISITN"]): row for row in rows(written["adqs"], PARAMCD="PAINVAS")}
    assert len(pain) == len(visits)
    for visit in visits:
        row = pain[f"SIM-MADE-UP-{visit['person']:08d}-{1 + (visit['arm'] == 'drug'):02d}", visit["visit"]]
        assert row["AVAL"] == (None if np.isnan(visit["pain_vas"]) else visit["pain_vas"])
        assert row["AVALTRU"] == visit["pain_vas_true"]
        assert row["ADY"] == int(visit["day"]) + 1
        assert (row["ANL01FL"] == "Y") == (row["AVAL"] is not None)
        assert (row["ABLFL"] == "Y") == (visit["visit"] == 0) == (row["AVISIT"] == "Baseline")
        if row["AVAL"] is not None:
            assert row["CHG"] == pytest.approx(row["AVAL"] - row["BASE"])
            assert row["PCHG"] == pytest.approx(100 * row["CHG"] / row["BASE"])
    assert {row["PARAMCD"] for row in written["adqs"].to_pylist()} == {"PAINVAS", "DAS28CRP"}


def test_times_and_responses_are_those_of_endpoints(written, study):
    assert {row["PARAMCD"] for row in written["adtte"].to_pylist()} == {"TIMETORE"}
    pain = {(row["USUBJID"], row["ADY"]): row["PCHG"] for row in rows(written["adqs"], PARAMCD="PAINVAS")}
    for row in written["adtte"].to_pylist():
        days = [day for day in DAYS[1:] if (pain[row["USUBJID"], day + 1] or 0) <= -30]
        assert row["CNSR"] == (0 if days else 1)
        assert not days or row["AVAL"] == days[0]
    told = {row["PARAMCD"] for row in written["adresp"].to_pylist()}
    assert told == {"EULARMOD", "EULARGD", "DAS28REM", "DAS28LDA", "PAIN30", "PAIN50", "LESSPAIN"}
    for row in rows(written["adresp"], PARAMCD="PAIN30"):
        change = pain[row["USUBJID"], row["ADY"]]
        assert row["AVAL"] == (None if change is None else float(change <= -30))
        assert row["AVALC"] == {None: None, 0.0: "N", 1.0: "Y"}[row["AVAL"]]


def test_exposure_follows_the_arm_and_the_rules(written):
    adex, adsl = written["adex"].to_pylist(), {row["USUBJID"]: row for row in written["adsl"].to_pylist()}
    drug = [row for row in adex if row["EXTRT"] == "NAPROXEN"]
    assert len(drug) == 50
    for row in drug:
        assert (row["EXDOSE"], row["EXDOSU"], row["EXSTDY"]) == (500.0, "mg", 1)
        assert row["EXENDY"] == min(adsl[row["USUBJID"]]["TRTEDY"], 71)  # as its sentence says, or when the person left
    rescue = [row for row in adex if row["EXTRT"] == "ADALIMUMAB"]
    assert {row["USUBJID"] for row in rescue} == {row["USUBJID"] for row in adsl.values() if row["RESCUE"] == "more"}
    assert {row["EXSTDY"] for row in rescue} == {57}
    assert {row["EXTRT"] for row in adex} == {"NAPROXEN", "LOW-FAT DIET", "ADALIMUMAB"}


def test_harms_are_rows_of_the_lives_on_which_they_came(written, study):
    adae, adsl = written["adae"].to_pylist(), {row["USUBJID"]: row for row in written["adsl"].to_pylist()}
    met = [(row["person"], row["arm"]) for row in study[1].to_pylist() if not np.isnan(row["erosion"])]
    assert [row["USUBJID"] for row in adae] == [f"SIM-MADE-UP-{person:08d}-{1 + (arm == 'drug'):02d}" for person, arm in met]
    assert len(met) == 10
    for row in adae:
        who = adsl[row["USUBJID"]]
        assert (row["AETERM"], row["AEDECOD"], row["AECRIT"]) == ("Erosions of the gut", "EROSION", "eroded_fraction >= 0.01")
        assert (row["AESEQ"], row["ASTDY"], row["TRTEMFL"], row["TRTA"], row["RANDFL"]) == (1, 29, "Y", who["TRT01A"], who["RANDFL"])
        assert row["ANL01FL"] == ("Y" if who["EOSSTT"] == "COMPLETED" or who["TRTEDY"] >= 29 else "N")


def test_several_harms_of_a_life_are_numbered_by_their_days():
    lives, visits = tables(20, twins=False)
    rash = np.where(np.arange(20) % 2 == 0, 14.0, np.nan)
    lives = lives.append_column("rash", pa.array(rash)).append_column("nausea", pa.array(np.where(np.arange(20) % 4 == 0, 84.0, np.nan)))
    lived = lived_of(lives, visits, ("placebo", "drug"))
    who = {"STUDYID": np.full(20, "S", dtype=object), "USUBJID": np.array([f"{i}" for i in range(20)], dtype=object)}
    found = adae(lived, {name: ("", f"{name} >= 1") for name in ("nausea", "erosion", "rash")}, who, np.full(20, "x", dtype=object))
    assert found["USUBJID"].tolist() == sorted(found["USUBJID"].tolist(), key=int)
    mine = [k for k, name in enumerate(found["USUBJID"].tolist()) if name == "0"]
    assert found["AETERM"][mine[0]] == "rash"
    assert found["ASTDY"][mine].tolist() == sorted(found["ASTDY"][mine].tolist())
    assert found["AESEQ"][mine].tolist() == list(range(1, len(mine) + 1))
    assert len(mine) >= 2
    assert found["AESEQ"].max() == max(found["USUBJID"].tolist().count(name) for name in set(found["USUBJID"].tolist()))


def test_dataset_json_says_what_the_parquet_files_say(written, study, tmp_path):
    paths = dataset_json(study[0] / "adam", tmp_path, when=datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert {path.name for path in paths} == {f"{name}.json" for name in LABELS} == {path.name for path in tmp_path.iterdir()}
    for path in paths:
        said, table = json.loads(path.read_text("utf-8")), written[path.stem]
        assert (said["datasetJSONVersion"], said["datasetJSONCreationDateTime"], said["studyOID"]) == ("1.1.0", "2026-02-03T04:05:06Z", "SIM-MADE-UP")
        assert (said["name"], said["itemGroupOID"], said["records"]) == (path.stem.upper(), f"IG.{path.stem.upper()}", len(table))
        assert [column["name"] for column in said["columns"]] == table.column_names
        assert [column["label"] for column in said["columns"]] == list(LABELS[path.stem].values())
        assert {column["dataType"] for column in said["columns"]} <= {"string", "integer", "float"}
        keys = {column["keySequence"]: column["name"] for column in said["columns"] if "keySequence" in column}
        assert tuple(keys[k] for k in sorted(keys)) == KEYS[path.stem]
        rows_there = [list(row.values()) for row in table.to_pylist()]
        assert said["rows"] == [[None if isinstance(v, float) and np.isnan(v) else v for v in row] for row in rows_there]
    whole = [[row[key] for key in KEYS["adqs"]] for row in written["adqs"].to_pylist()]
    assert len({tuple(row) for row in whole}) == len(whole)  # a key is a key
    assert "simulated" in json.loads(paths[0].read_text("utf-8"))["originator"]


def test_roads_have_shares(written):
    first = rows(written["adroute"], ADY=1)
    assert [(row["ROAD"], row["AVAL"], row["SHARE"]) for row in first] == [
        ("SYSTEMIC", 10.0, 0.25), ("PRODUCTS", 20.0, 0.5), ("PRIMED", -10.0, -0.25), ("REMAINDER", 0.0, 0.0)]
    assert all(row["SHARE"] is None for row in rows(written["adroute"], ADY=85))


@pytest.mark.parametrize("batch", [1, 3, 7, 1000])
def test_how_many_lives_are_taken_at_a_time_changes_nothing(study, written, batch, tmp_path):
    folder, _, _ = study
    paths = write_adam(tmp_path, lives=folder / "lives.parquet", visits=folder / "visits.parquet", dress=DRESS, batch=batch)
    for name in ("adsl", "adlb", "adtte"):
        assert pq.read_table(tmp_path / f"{name}.parquet").equals(written[name])
    keys = ["USUBJID", "PARAMCD", "AVISITN"]
    for name in ("adqs", "adresp"):
        order = [(key, "ascending") for key in keys]
        assert pq.read_table(tmp_path / f"{name}.parquet").sort_by(order).equals(written[name].sort_by(order))
    assert len(pq.read_table(tmp_path / "adroute.parquet")) == 0
    assert all(path.exists() for path in paths)


def test_nothing_is_left_half_written(study, tmp_path):
    folder, _, visits = study
    strangers = visits.set_column(0, "person", pa.array(np.where(np.arange(len(visits)) < 300, visits["person"].to_numpy(), 40)))
    pq.write_table(strangers.take(np.lexsort((np.array(strangers["arm"].to_pylist()), strangers["person"].to_numpy()))), tmp_path / "visits.parquet")
    pq.write_table(pq.read_table(folder / "lives.parquet").slice(0, 80), tmp_path / "lives.parquet")
    with pytest.raises(InputDataError, match="ZN-3044"):
        write_adam(tmp_path / "adam", lives=tmp_path / "lives.parquet", visits=tmp_path / "visits.parquet", dress=DRESS, batch=5)
    assert list((tmp_path / "adam").glob("*")) == []


def test_codes_are_short_and_of_one_measure_each():
    found = parameters(["crp", "pain_vas", "gut_memory", "gut_memories", "gut_memory_2", "10_percent"], {"gut_memory": "1"})
    assert found["crp"] == ("adlb", "CRP", "C-Reactive Protein", "mg/L")
    assert found["pain_vas"][:2] == ("adqs", "PAINVAS")
    codes = [code for _, code, _, _ in found.values()]
    assert len(set(codes)) == len(codes) == 6
    assert all(len(code) <= 8 and code[0].isalpha() for code in codes)
    assert [code_of("a", taken := set()), code_of("a", taken)] == ["A", "A2"]


@pytest.mark.parametrize(("sentence", "told"), [
    ("naproxen 500 mg po bid from day 0", ("NAPROXEN", 500.0, "mg")), ("lps 2 ng/kg iv bolus at day 1", ("LPS", 2.0, "ng/kg")),
    ("treatment context 1 from day 0", ("TREATMENT CONTEXT", 1.0, "")), ("gluten-free diet from day 3", ("GLUTEN-FREE DIET", None, ""))])
def test_a_dose_is_read_from_its_sentence(sentence, told):
    assert treatment_of(sentence) == told


@pytest.mark.parametrize(("sentence", "days"), [
    ("zinc 1.3 from day 0 to day 168", (0, 168)), ("naproxen 500 mg po bid from week 2 until week 4", (14, 28)), ("adalimumab 40 mg sc q2w x 12", (0, np.inf)),
    ("lps 2 ng/kg iv bolus at day 1", (1, np.inf))])
def test_days_are_read_from_a_sentence(sentence, days):
    assert span_of(sentence) == days
