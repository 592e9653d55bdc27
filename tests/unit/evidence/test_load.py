"""Evidence is read whole or refused by place: every refusal, every conversion."""

import math
import re
from functools import lru_cache
from pathlib import Path

import pytest
from tests.helpers import refused

from zonula.evidence.bibliography import Reference
from zonula.evidence.load import GRADES, STATUSES, evidence_of, load_evidence
from zonula.ground.errors import EvidenceError
from zonula.ground.files import packaged
from zonula.language import Organ, assemble, loss, parameter, readout, state
from zonula.language.units import ONE
from zonula.organs.standard import standard_model

SOURCES = {key: Reference(key, {"doi": "10.1/x"}, "") for key in ("Known2020", "Other2021")}
GOOD = {
    "value": "2.0", "uncertainty": '{ law = "lognormal", low = 1.0, high = 4.0 }', "variability": '{ law = "lognormal", cv = 0.3 }',
    "status": '"measured"', "grade": '"A"', "source": '["Known2020, fig. 1"]',
}


@lru_cache
def model(source="Known2020", unit_of_k="1/day"):
    k, x = parameter(unit_of_k, "turnover"), state("mg", "x", start=1.0)
    body = {"k": k, "size": (s := parameter("mg", "size")), "x": x}
    body["drain"] = loss(x, k * x, source=source) if unit_of_k == "1/day" else loss(x, s / k, source=source)
    return assemble(type("Pot", (Organ,), {"__doc__": "A pot.", **body, "out": readout("1", x / s, "relative")}))


def _table(name, **changed):
    lines = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    return f"[{name}]\n" + "".join(f"{key.rstrip('_')} = {value}\n" for key, value in lines.items())


def _load(tmp_path, text=None, of=None, **changed):
    (tmp_path / "pot.toml").write_text(_table("k", **changed) + _table("size") if text is None else text, encoding="utf-8")
    return load_evidence(of or model(), tmp_path, SOURCES)


# --- what is read --------------------------------------------------------------------------------------

def test_good_evidence_is_read_with_both_spreads(tmp_path):
    found = _load(tmp_path, note='"a remark"')["pot.k"]
    assert (found.value, found.status, found.grade, found.source, found.note) == (2.0, "measured", "A", ("Known2020, fig. 1",), "a remark")
    assert found.uncertainty.range90(2.0) == pytest.approx((1.0, 4.0))
    assert found.variability.below == found.variability.above == pytest.approx(math.sqrt(math.log(1.09)))
    plain = found.as_dict()
    assert plain["uncertainty"] == {"law": "lognormal", "low": pytest.approx(1.0), "high": pytest.approx(4.0)}
    assert plain["path"] == "pot.k"
    assert "calibration" not in plain


@pytest.mark.parametrize(("value", "expected", "ends"), [
    ('{ value = 2, unit = "1/day" }', 2.0, (1.0, 4.0)), ('{ value = 2, unit = "1/h" }', 48.0, (24.0, 96.0)),
    ('{ value = 2, unit = "1/week" }', 2.0 / 7, (1.0 / 7, 4.0 / 7)),
    ('{ value = 2, unit = "day", as = "half-life" }', math.log(2) / 2, (math.log(2) / 4, math.log(2))),
    ('{ value = 2, unit = "h", as = "half-life" }', 12 * math.log(2), (6 * math.log(2), 24 * math.log(2))),
    ('{ value = 2, unit = "day", as = "mean time" }', 0.5, (0.25, 1.0)),
])
def test_values_and_ranges_are_converted_together(tmp_path, value, expected, ends):
    found = _load(tmp_path, value=value)["pot.k"]
    assert found.value == pytest.approx(expected, rel=1e-14)
    assert found.uncertainty.range90(found.value) == pytest.approx(ends, rel=1e-12)


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_says_where_it_comes_from(tmp_path, status):
    extra = {"note": '"because"', "source": "[]"} if status == "assumed" else {}
    extra |= {"calibration": '"first-1"'} if status == "calibrated" else {}
    found = _load(tmp_path, status=f'"{status}"', **extra)["pot.k"]
    assert found.status == status
    assert found.calibration == ("first-1" if status == "calibrated" else "")


@pytest.mark.parametrize("grade", GRADES)
def test_each_grade_is_known(tmp_path, grade):
    assert _load(tmp_path, grade=f'"{grade}"')["pot.k"].grade == grade


# --- what is refused -----------------------------------------------------------------------------------

_REFUSED = {
    "missing key": ("ZN-2407", {"grade": None}, ("pot.k", "'grade'")),
    "missing spread": ("ZN-2407", {"variability": None}, ("'variability'",)),
    "missing uncertainty": ("ZN-2407", {"uncertainty": None}, ("'uncertainty'",)),
    "unknown key": ("ZN-2408", {"sauce": "1"}, ("'sauce'", "'source'")),
    "strange value": ("ZN-2409", {"value": "{ value = 1 }"}, ("pot.k",)),
    "strange key in a value": ("ZN-2409", {"value": '{ value = 1, unit = "1/day", per = 2 }'}, ("pot.k",)),
    "unknown conversion": ("ZN-2410", {"value": '{ value = 1, unit = "day", as = "half-live" }'}, ("'half-live'", "'half-life'")),
    "list as conversion": ("ZN-2410", {"value": '{ value = 1, unit = "day", as = [1] }'}, ()),
    "another dimension": ("ZN-2411", {"value": '{ value = 1, unit = "mg" }'}, ("1/day", "different things")),
    "a rate where a time is": ("ZN-2411", {"value": '{ value = 1, unit = "1/day", as = "half-life" }'}, ("1/day",)),
    "unknown unit": ("ZN-2411", {"value": '{ value = 1, unit = "1/dai" }'}, ("dai", "pot.toml")),
    "true": ("ZN-2412", {"value": "true"}, ("True",)), "a word": ("ZN-2412", {"value": '"many"'}, ("'many'",)),
    "nan": ("ZN-2412", {"value": "nan"}, ("nan",)), "infinite": ("ZN-2412", {"value": "inf"}, ("inf",)),
    "huge": ("ZN-2412", {"value": "1" + "0" * 400}, ()),
    "word with unit": ("ZN-2412", {"value": '{ value = "x", unit = "1/day" }'}, ()),
    "no half-life": ("ZN-2412", {"value": '{ value = 0, unit = "day", as = "half-life" }'}, ("half-life",)),
    "negative time": ("ZN-2412", {"value": '{ value = -1, unit = "day", as = "mean time" }'}, ("mean time",)),
    "overflow": ("ZN-2412", {"value": '{ value = 1e308, unit = "1/s" }'}, ("inf",)),
    "word as cv": ("ZN-2412", {"variability": '{ law = "lognormal", cv = "big" }'}, ("'big'",)),
    "word as low": ("ZN-2412", {"uncertainty": '{ law = "lognormal", low = "x", high = 3 }'}, ("'x'",)),
    "infinite end": ("ZN-2412", {"uncertainty": '{ law = "normal", low = -inf, high = 3 }'}, ()),
    "plain spread": ("ZN-2413", {"uncertainty": "0.3"}, ("uncertainty",)),
    "unknown spread key": ("ZN-2413", {"variability": '{ law = "lognormal", sd = 1 }'}, ("variability", "sd")),
    "no law": ("ZN-2413", {"variability": "{ cv = 0.3 }"}, ("variability",)),
    "unknown law": ("ZN-2414", {"uncertainty": '{ law = "gamma", cv = 1 }'}, ("uncertainty", "gamma")),
    "number as law": ("ZN-2414", {"uncertainty": "{ law = 5, cv = 1 }"}, ("uncertainty",)),
    "value outside": ("ZN-2414", {"value": "9.0"}, ("not in order",)),
    "ends turned round": ("ZN-2414", {"uncertainty": '{ law = "lognormal", low = 4.0, high = 1.0 }'}, ("low 4", "high 1")),
    "one end": ("ZN-2414", {"uncertainty": '{ law = "lognormal", low = 1.0 }'}, ("both low and high",)),
    "cv and an end": ("ZN-2414", {"uncertainty": '{ law = "lognormal", cv = 0.3, low = 1.0 }'}, ("without low and high",)),
    "end at nothing": ("ZN-2414", {"value": '{ value = 2, unit = "day", as = "half-life" }',
                                   "uncertainty": '{ law = "lognormal", low = 0.0, high = 4.0 }'}, ("uncertainty",)),
    "negative": ("ZN-2414", {"value": "-2.0"}, ("support",)),
    "unknown status": ("ZN-2415", {"status": '"mesured"'}, ("'mesured'", "'measured'")),
    "list as status": ("ZN-2415", {"status": "[1]"}, ()),
    "status of a spread": ("ZN-2415", {"variability": '{ law = "lognormal", cv = 0.3, status = "guessed" }'}, ("variability", "guessed")),
    "unknown grade": ("ZN-2416", {"grade": '"F"'}, ("'F'",)), "list as grade": ("ZN-2416", {"grade": "[]"}, ()),
    "source as a word": ("ZN-2417", {"source": '"Known2020"'}, ("list",)),
    "unknown source": ("ZN-2418", {"source": '["Knwon2020"]'}, ("'Knwon2020'", "'Known2020'")),
    "measured by nobody": ("ZN-2419", {"source": "[]"}, ("by whom",)),
    "derived by nobody": ("ZN-2419", {"status": '"derived"', "source": "[]"}, ("by whom",)),
    "calibrated to nothing": ("ZN-2419", {"status": '"calibrated"', "source": "[]", "calibration": '"c"'}, ("by whom",)),
    "assumed without reason": ("ZN-2420", {"status": '"assumed"'}, ("why",)),
    "calibration without a name": ("ZN-2421", {"status": '"calibrated"'}, ("calibration",)),
    "a name without calibration": ("ZN-2421", {"calibration": '"c"'}, ("calibration",)),
}


@pytest.mark.parametrize("case", _REFUSED)
def test_bad_evidence_is_refused_with_its_place(tmp_path, case):
    code, changed, words = _REFUSED[case]
    with refused(code, "pot.k", "evidence/pot.toml:1", *words, kind=EvidenceError):
        _load(tmp_path, **changed)


def test_evidence_that_nobody_needs_is_refused(tmp_path):
    with refused("ZN-2403", "pot.kk", "evidence/pot.toml:16", "'k'", kind=EvidenceError):
        _load(tmp_path, _table("k") + _table("size") + "\n" + _table("kk"))


def test_a_process_cites_what_the_bibliography_has(tmp_path):
    with refused("ZN-2404", "pot.drain", "'Nobody1999'", "organs/pot.py", kind=EvidenceError):
        _load(tmp_path, of=model("Nobody1999"))
    assert _load(tmp_path, of=model(""))


def test_a_broken_file_is_refused_by_name(tmp_path):
    with refused("ZN-2405", "pot.toml", "line 2", kind=EvidenceError):
        _load(tmp_path, "[k]\nvalue = = 3\n")


@pytest.mark.parametrize("text", [_table("size"), "k = 3\n" + _table("size")])
def test_a_parameter_without_a_table_is_refused(tmp_path, text):
    with refused("ZN-2406", "pot.k", "[k]", kind=EvidenceError):
        _load(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path):
    with refused("ZN-1001", "pot.toml", kind=EvidenceError):
        load_evidence(model(), tmp_path, SOURCES)


def test_all_problems_are_told_at_once(tmp_path):
    with pytest.raises(EvidenceError) as caught:
        _load(tmp_path, _table("k", grade='"F"') + _table("size", status='"no"') + _table("more"), of=model("Nobody1999"))
    assert sorted(p.code for p in caught.value.problems) == ["ZN-2403", "ZN-2404", "ZN-2415", "ZN-2416"]


def test_a_time_may_be_given_as_a_rate(tmp_path):
    found = _load(tmp_path, of=model(unit_of_k="day"), value='{ value = 2, unit = "1/day", as = "mean time" }')
    assert found["pot.k"].value == 0.5


def test_every_refusal_of_the_evidence_has_a_test():
    used = {code for path in packaged("evidence").glob("*.py") for code in re.findall(r"ZN-\d{4}", path.read_text("utf-8"))}
    here = Path(__file__).parent
    tested = {code for path in here.glob("test_*.py") for code in re.findall(r"ZN-\d{4}", path.read_text("utf-8"))}
    assert used <= tested


# --- what ships ----------------------------------------------------------------------------------------

def test_what_is_measured_or_derived_cites_a_source():
    shipped = evidence_of(standard_model())
    assert {e.status for e in shipped.values()} <= set(STATUSES)
    for path, known in shipped.items():
        assert known.source or known.status == "assumed", path
        assert known.note or known.status != "assumed", path
        assert bool(known.calibration) == (known.status == "calibrated"), path


def test_shipped_files_belong_to_shipped_organs():
    names = {organ.path for organ in standard_model().organs}
    assert {path.stem for path in packaged("evidence").glob("*.toml")} <= names
    assert all(e.parameter.unit.scale > 0 for e in evidence_of(standard_model()).values())
    assert ONE.scale == 1
