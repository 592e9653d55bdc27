"""Bad input: each its clear message with code, place and fix, the right exit code, no traceback, nothing written."""

import json
import re

import pytest
from tests.running import shell, zonula

CSV = "who,what,h,v,s\na,TNF,0,2,1\na,TNF,1,300,20\nb,TNF,1,200,20\n"
COMPARE = ('[plan]\nevents = ["lps 2 ng/kg iv bolus at day 1"]\n[solve]\nuntil = "2 d"\n[[compare]]\nlabel = "people"\nfile = "d.csv"\n'
           'quantity = "what"\nnames = { TNF = "tnf" }\ntime = { column = "h", unit = "h", zero = "day 1" }\n'
           'value = { column = "v", unit = "pg/mL" }\n')


def plan(*sentences):
    return f"name = 'x'\n[plan]\nevents = {json.dumps(list(sentences), ensure_ascii=False)}\n"


def refused(tmp_path, *arguments, code, message, place="", exit_code=2):
    """Run, and check all that holds of every refusal; returns what was said."""
    before = sorted(p.name for p in tmp_path.iterdir())
    said = zonula("run", *arguments, "-o", tmp_path / "out")
    assert said.code == exit_code, said.err or said.out
    assert said.out == ""
    assert re.match(r"error\[ZN-\d{4}\]: \S", said.err)
    assert f"error[{code}]: " in said.err
    assert message in said.err
    assert place in said.err
    assert "\n  fix: " in said.err
    assert "Traceback" not in said.err
    assert "ZN-9" not in said.err
    assert max(map(len, said.err.splitlines())) < 700
    assert sorted(p.name for p in tmp_path.iterdir()) == before, "something was written"
    as_json = zonula("run", *arguments, "-o", tmp_path / "out", "--json")
    assert as_json.code == exit_code
    assert set(as_json.json) == {"status", "exit_code", "errors"}
    assert as_json.json["status"] == "error"
    assert as_json.json["exit_code"] == exit_code
    assert code in [e["code"] for e in as_json.json["errors"]]
    assert all(e["message"] and e["fix"] for e in as_json.json["errors"])
    assert sorted(p.name for p in tmp_path.iterdir()) == before, "something was written"
    return said


def scenario(tmp_path, text, **more):
    (tmp_path / "s.toml").write_text(text, "utf-8")
    return refused(tmp_path, tmp_path / "s.toml", **more)


TABLES = {
    "malformed": ('name = "x\n', "ZN-1102", "not TOML", "s.toml:1"),
    "unclosed table": ("\n[plan\nevents = []\n", "ZN-1102", "not TOML", "s.toml:2"),
    "value without quotes": ("[solve]\nuntil = 8 d\n", "ZN-1102", "not TOML", "s.toml:2"),
    "duplicate key": ('name = "a"\nname = "b"\n', "ZN-1102", "not TOML", "s.toml:2"),
    "duplicate table": ("[solve]\nuntil = 1\n[solve]\nuntil = 2\n", "ZN-1102", "not TOML", "s.toml:3"),
    "brackets nested deep": ("name = " + 3000 * "[" + "\n", "ZN-1102", "nested too deep", "s.toml"),
    "tables nested deep": ("parameters" + 3000 * ".a" + " = 1\n", "ZN-1114", "nested", "s.toml"),
    "unknown table nested deep": ("bogus" + 3000 * ".a" + " = 1\n", "ZN-1114", "nested", "s.toml"),
    "integer of 400 digits": ("[solve]\nuntil = 1" + 400 * "0" + "\n", "ZN-1114", "beyond all bounds", "s.toml"),
    "integer of 5000 digits": ("[solve]\nuntil = 1" + 5000 * "0" + "\n", "ZN-1102", "not TOML", "s.toml"),
    "unknown key": ('name = "x"\nhorizont = 3\n', "ZN-1104", "unknown key 'horizont'", "s.toml:2"),
    "misspelt table": ('name = "x"\n[persn]\nweight = 3\n', "ZN-1104", "unknown key 'persn'", "s.toml:2"),
    "unknown key in a table": ("[solve]\nuntil = 1\nuntill = 3\n", "ZN-1104", "unknown key 'untill'", "s.toml:3"),
    "unknown key in compare": (COMPARE + 'colour = "red"\n', "ZN-1104", "unknown key 'colour'", "s.toml:12"),
    "missing key in compare": (COMPARE.replace('label = "people"\n', ""), "ZN-1107", "'label' is missing", "s.toml:5"),
    "wrong schema": ('schema = "zonula/scenario/9"\n', "ZN-1105", "unknown schema", "s.toml:1"),
    "labs": ('[person]\nweight = 70\n[person.labs]\ncrp = "12 mg/L"\n', "ZN-1106", "laboratory values as input cannot be simulated yet", "s.toml:3"),
    "history": ('name = "x"\n[history]\nyears = 3\n', "ZN-1106", "cannot be simulated yet", "s.toml:2"),
    "rules": ('[plan]\nrules = ["if pain > 7"]\n', "ZN-1106", "cannot be simulated yet", "s.toml:2"),
    "uncertainty": ("[uncertainty]\ndraws = 64\n", "ZN-1106", "cannot be simulated yet", "s.toml:1"),
    "plan of a wrong type": ("[plan]\nevents = 3\n", "ZN-1108", "events", "s.toml:2"),
    "event of a wrong type": ("[plan]\nevents = [3]\n", "ZN-1108", "valid string", "s.toml"),
    "name of a wrong type": ("name = 3\n", "ZN-1108", "'name'", "s.toml:1"),
    "weight of nothing": ("[person]\nweight = 0\n", "ZN-1204", "weight", "s.toml:2"),
    "negative weight": ('[person]\nweight = "-5 kg"\n', "ZN-1204", "-5 kg", "s.toml:2"),
    "weight that is not a number": ("[person]\nweight = nan\n", "ZN-1108", "finite", "s.toml:2"),
    "weight in years": ('[person]\nweight = "70 years"\n', "ZN-2101", "cannot be converted", "s.toml:2"),
    "weight in words": ('[person]\nweight = "heavy"\n', "ZN-2105", "'heavy'", "s.toml:2"),
    "weight twice": ('[person]\nweight = 70\n[parameters]\n"body.weight" = 80\n', "ZN-1109", "the weight is the person's", "s.toml:4"),
    "age in words": ('[person]\nage = "old"\n', "ZN-1108", "age", "s.toml:2"),
    "age of a tree": ("[person]\nage = 400\n", "ZN-1108", "less than or equal to 120", "s.toml:2"),
    "unknown sex": ('[person]\nsex = "other"\n', "ZN-1108", "sex", "s.toml:2"),
    "horizon 1e300": ("[solve]\nuntil = 1e300\n", "ZN-1201", "out of range", "s.toml:2"),
    "horizon 0": ("[solve]\nuntil = 0\n", "ZN-1201", "out of range", "s.toml:2"),
    "horizon of a moment": ("[solve]\nuntil = 1e-300\n", "ZN-1201", "out of range", "s.toml:2"),
    "negative horizon": ('[solve]\nuntil = "-3 d"\n', "ZN-1201", "out of range", "s.toml:2"),
    "infinite horizon": ("[solve]\nuntil = inf\n", "ZN-1108", "finite", "s.toml:2"),
    "horizon in grams": ('[solve]\nuntil = "8 kg"\n', "ZN-1301", "not a duration", "s.toml:2"),
    "horizon in words": ('[solve]\nuntil = "a week"\n', "ZN-1301", "a week", "s.toml:2"),
    "output every 0": ("[solve]\nevery = 0\n", "ZN-1202", "out of range", "s.toml"),
    "negative output step": ('[solve]\nevery = "-1 h"\n', "ZN-1202", "out of range", "s.toml"),
    "too many outputs": ('[solve]\nuntil = "100 y"\nevery = "1 s"\n', "ZN-1202", "out of range", "s.toml"),
    "tolerance 0": ("[solve]\nrtol = 0.0\n", "ZN-1203", "tolerance", "s.toml"),
    "tolerance 1": ("[solve]\nrtol = 1.0\n", "ZN-1203", "tolerance", "s.toml"),
    "unknown parameter": ('[parameters]\n"cytokines.k_tmf" = 3\n', "ZN-1109", "there is no parameter 'cytokines.k_tmf'", "s.toml:2"),
    "unknown parameter in a table": ("[parameters.cytokines]\nk_tmf = 3\n", "ZN-1109", "there is no parameter 'cytokines.k_tmf'", "s.toml"),
    "negative parameter": ('[parameters]\n"cytokines.k_tnf" = -3\n', "ZN-1111", "cannot be -3", "s.toml:2"),
    "parameter nan": ('[parameters]\n"cytokines.k_tnf" = nan\n', "ZN-1111", "cannot be nan", "s.toml:2"),
    "parameter inf": ('[parameters]\n"cytokines.k_tnf" = inf\n', "ZN-1111", "cannot be inf", "s.toml:2"),
    "parameter 1e999": ('[parameters]\n"cytokines.k_tnf" = "1e999 1/h"\n', "ZN-2105", "finite", "s.toml:2"),
    "parameter true": ('[parameters]\n"cytokines.k_tnf" = true\n', "ZN-1110", "cannot be True", "s.toml:2"),
    "parameter in another unit": ('[parameters]\n"cytokines.k_tnf" = "3 mg/L"\n', "ZN-2101", "cannot be converted", "s.toml:2"),
    "parameter in no unit": ('[parameters]\n"cytokines.k_tnf" = "3 blorps"\n', "ZN-2104", "unknown unit", "s.toml:2"),
    "endotoxin as another kind": ('[parameters]\n"mucosa.EC50_products" = "300 pg/mL"\n', "ZN-2101", "different things", "s.toml:2"),
    "unknown process": ('[model]\nwithout = ["monocytes.tolerance"]\n', "ZN-1405", "there is no process", "s.toml:2"),
    "unknown road": ('[model]\nclosed_roads = ["silk"]\n', "ZN-1407", "there is no road", "s.toml:2"),
    "unknown drug": (plan("aspirin 500 mg po bolus at day 1"), "ZN-1305", "aspirin", "s.toml:3"),
    "drug with a typing mistake": (plan("lsp 2 ng/kg iv bolus at day 1"), "ZN-1305", "did you mean 'lps'", "s.toml:3"),
    "negative dose": (plan("lps -2 ng/kg iv bolus at day 1"), "ZN-1306", "negative", "s.toml:3"),
    "dose nan": (plan("lps nan ng/kg iv bolus at day 1"), "ZN-1304", "finite", "s.toml:3"),
    "dose inf": (plan("lps inf ng/kg iv bolus at day 1"), "ZN-1304", "finite", "s.toml:3"),
    "dose in words": (plan("lps some ng/kg iv bolus at day 1"), "ZN-1304", "finite", "s.toml:3"),
    "dose in litres": (plan("lps 2 mL/kg iv bolus at day 1"), "ZN-1309", "no dose of lps", "s.toml:3"),
    "dose per litre": (plan("lps 2 ng/L iv bolus at day 1"), "ZN-1309", "no dose of lps", "s.toml:3"),
    "unknown route": (plan("lps 2 ng/kg po bolus at day 1"), "ZN-1307", "'po'", "s.toml:3"),
    "neither bolus nor infusion": (plan("lps 2 ng/kg iv drip at day 1"), "ZN-1308", "'drip'", "s.toml:3"),
    "infusion without a duration": (plan("lps 2 ng/kg iv infusion at day 1"), "ZN-1312", "needs a duration", "s.toml:3"),
    "infusion over nothing": (plan("lps 2 ng/kg iv infusion over 0 h at day 1"), "ZN-1312", "needs a duration", "s.toml:3"),
    "bolus over hours": (plan("lps 2 ng/kg iv bolus over 4 h at day 1"), "ZN-1310", "'over'", "s.toml:3"),
    "dose before the start": (plan("lps 2 ng/kg iv bolus at day -1"), "ZN-1311", "not be negative", "s.toml:3"),
    "a sentence that stops": (plan("lps 2 ng/kg"), "ZN-1303", "ends where the route should stand", "s.toml:3"),
    "an empty sentence": (plan(""), "ZN-1303", "ends where", "s.toml:3"),
    "a sentence with an end of its own": (plan("lps 2 ng/kg iv bolus at day 1 please"), "ZN-1310", "'please'", "s.toml:3"),
    "every without a number": (plan("lps 2 ng/kg iv bolus at day 1 every 24 h"), "ZN-1313", "both", "s.toml:3"),
    "a horizon that is no time": ('[solve]\nuntil = "soon"\n', "ZN-1301", "is not a duration", "s.toml:2"),
    "a number without every": (plan("lps 2 ng/kg iv bolus at day 1 x 3"), "ZN-1313", "both", "s.toml:3"),
    "two and a half doses": (plan("lps 2 ng/kg iv bolus at day 1 every 24 h x 2.5"), "ZN-1304", "whole number", "s.toml:3"),
    "two times in one sentence": (plan("lps 2 ng/kg iv bolus at day 1 at day 2"), "ZN-1317", "says again", "s.toml:3"),
    "20 001 doses": (plan("lps 2 ng/kg iv bolus at day 1 every 1 h x 20001"), "ZN-1302", "20001 doses", "s.toml:3"),
    "20 001 doses in two lines": (plan("lps 2 ng/kg iv bolus at day 1 every 1 h x 20000", "lps 2 ng/kg iv bolus at 25.5 h"), "ZN-1302", "20001 doses", "s.toml"),
    "1e300 doses": (plan("lps 2 ng/kg iv bolus at day 1 every 1 h x 1e300"), "ZN-1302", "doses", "s.toml:3"),
    "overlapping infusions": (plan("lps 2 ng/kg iv infusion over 4 h at day 1", "lps 1 ng/kg iv infusion over 4 h at 26 h"), "ZN-1316", "before the one", "s.toml"),
    "an infusion into itself": (plan("lps 2 ng/kg iv infusion over 4 h at day 1 every 3 h x 2"), "ZN-1316", "before the one", "s.toml"),
    "a dose given twice at once": (plan("lps 2 ng/kg iv bolus at day 1", "lps 1 ng/kg iv bolus at 24 h"), "ZN-1316", "given twice", "s.toml"),
    "overlapping exposures": (plan("stress 1 from day 1 to day 3", "stress 2 from day 2 to day 4"), "ZN-1316", "still holds", "s.toml"),
    "exposure out of range": (plan("stress 9 from day 1"), "ZN-1314", "out of range", "s.toml:3"),
    "exposure that ends before it begins": (plan("stress 1 from day 3 to day 2"), "ZN-1315", "ends after it begins", "s.toml:3"),
    "unicode in a sentence": (plan("lps ２ ng/kg iv bolus at day 1 \N{SMILING FACE WITH HEART-SHAPED EYES}"), "ZN-1304", "should be the amount", "s.toml:3"),
    "more unicode in a sentence": (plan("lps 2 ng/kg iv bolus at day 1 \N{SMILING FACE WITH HEART-SHAPED EYES}"), "ZN-1310", "unexpected", "s.toml:3"),
    "unicode in a key": ('"größe" = 3\n', "ZN-1104", "größe", "s.toml:1"),
    "comparison with an unknown readout": (COMPARE.replace('"tnf"', '"tfn"'), "ZN-1402", "did you mean 'tnf'", "s.toml"),
    "comparison in another unit": (COMPARE.replace("pg/mL", "nmol/L"), "ZN-1403", "nmol/L", "s.toml"),
    "comparison in an unknown unit": (COMPARE.replace("pg/mL", "blorp"), "ZN-1403", "blorp", "s.toml"),
    "comparison with a time in kg": (COMPARE.replace('unit = "h"', 'unit = "kg"'), "ZN-2101", "different things", "s.toml"),
    "comparison with an unknown source": (COMPARE + 'source = ["Nobody2020"]\n', "ZN-1406", "Nobody2020", "s.toml"),
    "comparison with a name of no file": (COMPARE.replace("d.csv", "d\\u0000.csv"), "ZN-1401", "is no file", "s.toml"),
    "comparison with no study": (COMPARE.replace("d.csv", "study:../../etc/passwd"), "ZN-1401", "is no study", "s.toml"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_scenario_that_cannot_be_meant_is_refused(case, tmp_path):
    text, code, message, place = TABLES[case]
    (tmp_path / "d.csv").write_text(CSV, "utf-8")
    scenario(tmp_path, text, code=code, message=message, place=place)


DATA = {
    "missing column": (CSV.replace("h,v", "hour,v"), "ZN-3001", "no column 'h'", "d.csv:1"),
    "two columns of one name": (CSV.replace("who,", "v,"), "ZN-3001", "two columns 'v'", "d.csv:1"),
    "text in a number's cell": (CSV.replace("300", "lots"), "ZN-3004", "finite number", "d.csv:3"),
    "nan": (CSV.replace("300", "NaN"), "ZN-3004", "finite number", "d.csv:3"),
    "infinity": (CSV.replace("300", "inf"), "ZN-3004", "finite number", "d.csv:3"),
    "a number beyond all numbers": (CSV.replace("300", "1e400"), "ZN-3004", "finite number", "d.csv:3"),
    "an empty cell": (CSV.replace("300", ""), "ZN-3004", "finite number", "d.csv:3"),
    "decimal commas": (CSV.replace("300", "3,5"), "ZN-3007", "more or fewer cells", "d.csv:3"),
    "a short row": (CSV.replace("a,TNF,1,300,20", "a,TNF"), "ZN-3007", "more or fewer cells", "d.csv:3"),
    "a long row": (CSV + "a,TNF,1,3,4,5\n", "ZN-3007", "more or fewer cells", "d.csv:5"),
    "semicolons": (CSV.replace(",", ";"), "ZN-3001", "no column", "d.csv:1"),
    "an empty file": ("", "ZN-3001", "no column", "d.csv:1"),
    "a header alone": ("who,what,h,v,s\n", "ZN-3003", "no row", "d.csv"),
    "no such quantity": (CSV.replace("TNF", "TNFa"), "ZN-3005", "no row", "d.csv"),
    "a negative standard deviation": (CSV.replace(",20", ",-20"), "ZN-3008", "below 0", "d.csv:3"),
    "an open quote": (CSV.replace("a,TNF,1", 'a,"TNF,1'), "ZN-3002", "not CSV", "d.csv"),
}


@pytest.mark.parametrize("case", DATA)
def test_measurements_that_cannot_be_used_are_refused_with_file_and_line(case, tmp_path):
    text, code, message, place = DATA[case]
    (tmp_path / "d.csv").write_text(text, "utf-8")
    scenario(tmp_path, COMPARE + 'sd = "s"\n', code=code, message=message, place=place, exit_code=3)


def test_measurements_that_are_fine_are_used(tmp_path):
    (tmp_path / "d.csv").write_text("\ufeff" + CSV, "utf-8")
    (tmp_path / "s.toml").write_text("\ufeff" + COMPARE, "utf-8")
    said = zonula("run", tmp_path / "s.toml", "--no-report", "--json", "-o", tmp_path / "out")
    assert said.code == 0, said.out
    assert said.json["comparisons"][0]["points"] == 3


@pytest.mark.parametrize("data", ["h,v\n0,0\n1,0\n", "h,v\n-100,3\n-90,4\n", "h,v\n500,3\n", "h,v\n1.2345,300\n", "h,v\n1,-5\n", "h,v\n0,1e-300\n"],
                         ids=["zeros", "before the start", "after the end", "one point", "negative", "tiny"])
def test_odd_measurements_are_compared_as_far_as_they_go(data, tmp_path):
    rows = data.splitlines()
    (tmp_path / "d.csv").write_text("\n".join([f"what,{rows[0]}", *(f"TNF,{row}" for row in rows[1:])]) + "\n", "utf-8")
    (tmp_path / "s.toml").write_text(COMPARE, "utf-8")
    said = zonula("run", tmp_path / "s.toml", "--no-report", "--json", "-o", tmp_path / "out")
    assert said.code == 0, said.out
    assert said.err == ""
    assert len(said.json["comparisons"]) in (0, 1)
    assert zonula("run", tmp_path / "s.toml", "--no-report", "-o", tmp_path / "out2").code == 0


@pytest.mark.slow
@pytest.mark.parametrize("label", [r"$\frac$", "_hidden", "二十人", "%s {x} \\n", "<b>&amp;", "$", "x" * 500])
def test_no_label_can_spoil_the_figures(label, tmp_path):
    (tmp_path / "d.csv").write_text(CSV, "utf-8")
    (tmp_path / "s.toml").write_text(COMPARE.replace('"people"', json.dumps(label, ensure_ascii=False)), "utf-8")
    from zonula.report import course

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "GROUPS", {"blood": ("tnf",)})
        patch.setattr(course, "_ALSO", {})
        said = zonula("run", tmp_path / "s.toml", "-o", tmp_path / "out")
    assert said.code == 0, said.err
    assert said.err == ""


def test_data_outside_the_folder_of_the_scenario_are_not_read(tmp_path):
    (tmp_path / "d.csv").write_text(CSV, "utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in ("../d.csv", str(tmp_path / "d.csv"), "x/../../d.csv"):
        (inner / "s.toml").write_text(COMPARE.replace("d.csv", name), "utf-8")
        refused(inner, inner / "s.toml", code="ZN-3006", message="leaves its folder", exit_code=3)
    (inner / "link.csv").symlink_to(tmp_path / "d.csv")
    (inner / "s.toml").write_text(COMPARE.replace("d.csv", "link.csv"), "utf-8")
    refused(inner, inner / "s.toml", code="ZN-3006", message="leaves its folder", exit_code=3)


def test_a_missing_file_is_named_with_its_neighbours(tmp_path):
    (tmp_path / "scenario.toml").write_text("", "utf-8")
    refused(tmp_path, tmp_path / "scenari.toml", code="ZN-1001", message="no such file", place="scenari.toml")
    (tmp_path / "s.toml").write_text(COMPARE, "utf-8")
    refused(tmp_path, tmp_path / "s.toml", code="ZN-1001", message="no such file", place="d.csv", exit_code=3)


def test_an_unknown_preset_is_named_with_a_suggestion(tmp_path):
    said = refused(tmp_path, "lps_bolos", code="ZN-1101", message="lps_bolos")
    assert "did you mean 'lps_bolus'" in said.err
    refused(tmp_path, "x" * 300, code="ZN-1101", message="no scenario")
    refused(tmp_path, "x" * 300 + ".toml", code="ZN-1005", message="cannot be read")


def test_a_folder_in_place_of_a_file_is_named_as_such(tmp_path):
    (tmp_path / "s.toml").mkdir()
    refused(tmp_path, tmp_path / "s.toml", code="ZN-1002", message="this is a folder", place="s.toml")
    (tmp_path / "t.toml").write_text(COMPARE.replace("d.csv", "s.toml"), "utf-8")
    refused(tmp_path, tmp_path / "t.toml", code="ZN-1002", message="this is a folder", exit_code=3)


def test_a_file_that_is_no_text_is_named_as_such(tmp_path):
    (tmp_path / "s.toml").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    refused(tmp_path, tmp_path / "s.toml", code="ZN-1004", message="not UTF-8", place="s.toml")
    (tmp_path / "d.csv").write_bytes("who,what,h,v\nJosé".encode("latin-1"))
    (tmp_path / "t.toml").write_text(COMPARE, "utf-8")
    refused(tmp_path, tmp_path / "t.toml", code="ZN-1004", message="not UTF-8", place="d.csv", exit_code=3)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    (tmp_path / "s.toml").write_bytes(b"#" * 10_000_001)
    refused(tmp_path, tmp_path / "s.toml", code="ZN-1003", message="too long", place="s.toml")


def test_an_empty_file_is_a_healthy_person(tmp_path):
    (tmp_path / "s.toml").write_text("", "utf-8")
    said = zonula("run", tmp_path / "s.toml", "--no-report", "--json", "-o", tmp_path / "out")
    assert said.code == 0
    assert "nothing moved" in said.json["summary"]


@pytest.mark.parametrize(("setting", "code"), [("nonsense", "ZN-1103"), ("=3", "ZN-1103"), ("solve..until=3", "ZN-1103"), ("name.x=3", "ZN-1103"),
                                               ("a.b=3", "ZN-1109"), ("a=3", "ZN-1109"), ("cytokines.k_tnf=", "ZN-2105"),
                                               ("cytokines.k_tnf=nan", "ZN-1111"), ("cytokines.k_tnf=-1", "ZN-1111"),
                                               ("cytokines.k_tnf=[1,2]", "ZN-1110"), ("cytokines.k_tnf=1e999", "ZN-1111"),
                                               ("solve.until=1e300", "ZN-1201"), ("solve.untill=3", "ZN-1104"), ("person=3", "ZN-1108"),
                                               ("person.weight=9999", "ZN-1204"), ("plan.events=lps", "ZN-1108"), ("schema=x", "ZN-1105"),
                                               ("body.weight=70", "ZN-1109"), ("compare.0.label=x", "ZN-1103"),
                                               ("cytokines.k_tnf=" + "[" * 3000, "ZN-2105"), ("name" + ".a" * 3000 + "=1", "ZN-1103")])
def test_a_setting_that_cannot_be_meant_is_refused_and_named(setting, code, tmp_path):
    said = refused(tmp_path, "lps_bolus", "--set", setting, code=code, message="")
    assert "--set" in said.err


@pytest.mark.parametrize(("arguments", "code", "message"), [(("--without", "monocytes.tolerance"), "ZN-1405", "did you mean 'monocytes.tolerance_"),
                                                            (("--plan", "lps 2 ng"), "ZN-1303", "ends where"),
                                                            (("--until", "soon"), "ZN-1301", "(--until"), (("--every", "0"), "ZN-1202", "out of range")])
def test_an_option_that_cannot_be_meant_is_refused(arguments, code, message, tmp_path):
    refused(tmp_path, "lps_bolus", *arguments, code=code, message=message)


def test_several_mistakes_are_told_at_once(tmp_path):
    text = 'nmae = "x"\n[person]\nwieght = 3\nage = "old"\n'
    said = scenario(tmp_path, text, code="ZN-1104", message="nmae")
    assert said.err.count("error[") == 3
    text = ('[person]\nweight = "-1 kg"\n[plan]\nevents = ["aspirin", "lps -1 ng iv bolus"]\n[parameters]\n"a.b" = 1\n"c.d" = 2\n'
            '[solve]\nuntil = "0 d"\nrtol = 1e-8\n[model]\nwithout = ["x"]\n')
    said = scenario(tmp_path, text, code="ZN-1204", message="weight")
    assert {"ZN-1204", "ZN-1305", "ZN-1306", "ZN-1109", "ZN-1201", "ZN-1405"} <= set(re.findall(r"ZN-\d{4}", said.err))
    assert "s.toml:6" in said.err
    assert "s.toml:7" in said.err


def test_many_mistakes_are_told_in_bounds_and_in_time(tmp_path):
    said = scenario(tmp_path, "\n".join(f"wrong{k} = {k}" for k in range(3000)), code="ZN-1104", message="wrong0")
    assert said.err.count("error[") <= 30
    said = scenario(tmp_path, "[parameters]\n" + "\n".join(f'"x.y{k}" = {k}' for k in range(3000)), code="ZN-1109", message="x.y0")
    assert said.err.count("error[") <= 30


def test_a_line_made_to_confuse_the_search_for_lines_does_not_take_long(tmp_path):
    scenario(tmp_path, 'about = """\n[' + " " * 200_000 + '\n"""\nbad = 1\n', code="ZN-1104", message="bad", place="s.toml:4")


def test_values_are_not_taken_for_tables_when_lines_are_counted(tmp_path):
    scenario(tmp_path, '[plan]\nevents = [\n  "stress 1 from day 1",\n]\n[solve]\nuntil = 3\nwrong = 1\n', code="ZN-1104", message="wrong",
             place="s.toml:7")


@pytest.mark.slow
def test_the_real_command_refuses_on_stderr_with_the_exit_code(tmp_path):
    (tmp_path / "s.toml").write_text(plan("lps -2 ng/kg iv bolus at day 1"), "utf-8")
    done = shell("run", "s.toml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error[ZN-1306]: the dose -2 is negative    (s.toml:3  plan.events[0])")
    assert [p.name for p in tmp_path.iterdir()] == ["s.toml"]
