"""Plans as tables: every row a sentence, every fault with file, line and column."""

import pytest
from tests.small_pharmacy import MODEL, PHARMACY

from zonula.ground.errors import UsageError
from zonula.simulation.event_table import place_of_table, read_event_table
from zonula.simulation.schedule import read_plan

HEAD = "ID,TIME,EVID,CMT,AMT,UNIT,RATE,DUR,II,ADDL,SS,ADH,PAR,VALUE\n"


def table(tmp_path, text):
    (tmp_path / "events.csv").write_text(text, "utf-8", newline="")
    return read_event_table(tmp_path / "events.csv", MODEL, registry=PHARMACY)


def plan(tmp_path, text, *sentences, seed=0):
    return read_plan(sentences, MODEL, registry=PHARMACY, lines=table(tmp_path, text).lines, seed=seed)


def same(a, b):
    """Whether two plans do the same, whatever their words."""
    def core(p):
        return ([(d.state, d.amount * float(d.unit.scale), d.per_weight, d.start, d.duration, d.route) for d in p.doses],
                [(s.exposure, s.value, s.start, s.end) for s in p.settings])

    return core(a) == core(b)


@pytest.mark.parametrize(("text", "sentences"), [
    ("TIME,EVID,CMT,AMT,II,ADDL\n0,1,adalimumab_sc,40,14,12\n", ["adalimumab 40 mg sc q2w x 13"]),
    ("# time: h\nTIME,EVID,CMT,AMT,II,ADDL\n36,1,adalimumab_sc,40,336,2\n", ["adalimumab 40 mg sc q2w x 3 from 36 h"]),
    ("# time: h, amt: g\r\n# second\r\ntime,evid,cmt,amt\r\n36,1,Adalimumab-SC,0.04\r\n", ["adalimumab 40 mg sc at 36 h"]),
    ("TIME,EVID,CMT,AMT,UNIT,DUR\n7,1,tocilizumab_iv,8,mg/kg,0.25\n", ["tocilizumab 8 mg/kg iv infusion over 6 h at week 1"]),
    ("TIME,EVID,CMT,AMT,UNIT,RATE\n7,1,tocilizumab_iv,8,mg/kg,32\n", ["tocilizumab 8 mg/kg iv infusion over 6 h at week 1"]),
    ("TIME,EVID,CMT,AMT,UNIT,RATE,DUR\n7,1,tocilizumab_iv,8,mg/kg,32,0.25\n", ["tocilizumab 8 mg/kg iv infusion over 6 h at week 1"]),
    ("# time: h\nTIME,EVID,CMT,AMT,UNIT,RATE,DUR\n0,1,tocilizumab_iv,12,mg,,6\n24,1,tocilizumab_iv,12,mg,3,\n",
     ["tocilizumab 12 mg iv infusion over 6 h", "tocilizumab 12 mg iv infusion over 4 h at day 1"]),
    ("TIME,EVID,CMT,AMT\n7,1,tocilizumab_iv,560\n", ["tocilizumab 560 mg iv bolus at day 7"]),
    ("TIME,EVID,CMT,AMT\n7,1,lumen.bacteria,1e3\n", ["lumen.bacteria 1000 CFU/mL at day 7"]),
    ("TIME,EVID,CMT,AMT,UNIT\n7,1,tocilizumab.central,100,mg\n", ["tocilizumab.central 100 mg at day 7"]),
    ("TIME,EVID,CMT,AMT,PAR,VALUE\n3,2,,,stress,1\n10,2,.,.,lifestyle.stress,0.5\n", ["stress 1 from day 3 to day 10", "stress 0.5 from day 10"]),
    ("TIME,EVID,PAR,VALUE\n10,2,stress,0.5\n3,2,stress,1\n", ["stress 1 from day 3 to day 10", "stress 0.5 from day 10"]),
    (HEAD + "1,0,1,naproxen_po,500,mg,,,0.5,27,0,.,,\n\n1,3,2,,,,,,,,,,gluten,0\n", ["naproxen 500 mg po bid for 14 days", "gluten 0 from day 3"]),
    ("TIME,EVID\n", []),
])
def test_a_table_is_the_same_plan_as_its_sentences(text, sentences, tmp_path):
    read = plan(tmp_path, text)
    assert same(read, read_plan(sentences, MODEL, registry=PHARMACY))
    again = read_plan(read.sentences, MODEL, registry=PHARMACY)
    assert same(again, read)
    assert again.sentences == read.sentences


def test_a_table_stands_beside_sentences(tmp_path):
    read = plan(tmp_path, "TIME,EVID,CMT,AMT\n3,1,adalimumab_sc,40\n", "adalimumab 40 mg sc at day 1")
    assert [d.start for d in read.doses] == [1.0, 3.0]


def test_adherence_of_a_table_is_drawn_like_that_of_a_sentence(tmp_path):
    read = plan(tmp_path, "TIME,EVID,CMT,AMT,II,ADDL,ADH\n0,1,naproxen_po,500,0.5,999,0.8\n", seed=3)
    assert 700 < len(read.doses) < 900
    assert len(read.left_out) == 1000 - len(read.doses)
    assert read_plan(read.sentences, MODEL, registry=PHARMACY, seed=3).left_out == read.left_out
    assert read_plan(read.sentences, MODEL, registry=PHARMACY, seed=4).left_out != read.left_out
    assert not plan(tmp_path, "TIME,EVID,CMT,AMT,ADH\n0,1,naproxen_po,500,1\n").drawn


def test_what_is_passed_over_is_remarked(tmp_path):
    read = table(tmp_path, "ID,TIME,EVID,CMT,AMT,WT,DV\n1,0,0,,,70,3\n1,1,0,,,70,4\n1,2,1,adalimumab_sc,40,70,.\n")
    assert len(read.lines) == 1
    assert any("EVID 0" in remark and "2" in remark for remark in read.remarks)
    assert any("WT, DV" in remark for remark in read.remarks)


ROW = "1,0,1,adalimumab_sc,40,mg,,,,,,,,"
WRONG = {
    "no such column": ("EVID,CMT\n1,x\n", "ZN-1331", 1, "TIME"),
    "a column twice": ("TIME,EVID,time\n1,1,1\n", "ZN-1331", 1, "TIME"),
    "an empty file": ("", "ZN-1331", 1, "TIME"),
    "a header after comments": ("# time: h\n# x\nEVID\n", "ZN-1331", 3, "TIME"),
    "no unit of time": ("# time: fortnight\nTIME,EVID\n", "ZN-1332", 1, "TIME"),
    "no CSV": ('TIME,EVID\n1,"1\n', "ZN-1333", 2, ""),
    "a reset": (HEAD + ROW.replace("1,0,1,", "1,0,3,"), "ZN-1334", 2, "EVID"),
    "a reset with a dose": (HEAD + ROW.replace("1,0,1,", "1,0,4,"), "ZN-1334", 2, "EVID"),
    "a steady state": ("TIME,EVID,CMT,AMT,II,SS\n0,1,adalimumab_sc,40,14,1\n", "ZN-1334", 2, "SS"),
    "an estimated rate": ("TIME,EVID,CMT,AMT,RATE\n0,1,adalimumab_sc,40,-2\n", "ZN-1334", 2, "RATE"),
    "two persons": ("ID,TIME,EVID,CMT,AMT\n1,0,1,adalimumab_sc,40\n2,0,1,adalimumab_sc,40\n", "ZN-1334", 3, "ID"),
    "a parameter": ("TIME,EVID,PAR,VALUE\n0,2,naproxen.k,4\n", "ZN-1334", 2, "PAR"),
    "words for a time": ("TIME,EVID,CMT,AMT\nsoon,1,adalimumab_sc,40\n", "ZN-1335", 2, "TIME"),
    "a time before the start": ("TIME,EVID,CMT,AMT\n-1,1,adalimumab_sc,40\n", "ZN-1335", 2, "TIME"),
    "an infinite amount": ("TIME,EVID,CMT,AMT\n0,1,adalimumab_sc,inf\n", "ZN-1335", 2, "AMT"),
    "a negative amount": ("TIME,EVID,CMT,AMT\n0,1,adalimumab_sc,-4\n", "ZN-1335", 2, "AMT"),
    "an unknown kind of event": ("TIME,EVID,CMT,AMT\n0,7,adalimumab_sc,4\n", "ZN-1335", 2, "EVID"),
    "half an event": ("TIME,EVID,CMT,AMT\n0,1.5,adalimumab_sc,4\n", "ZN-1335", 2, "EVID"),
    "half a repetition": ("TIME,EVID,CMT,AMT,II,ADDL\n0,1,adalimumab_sc,4,1,1.5\n", "ZN-1335", 2, "ADDL"),
    "a share of 80": ("TIME,EVID,CMT,AMT,ADH\n0,1,adalimumab_sc,4,80\n", "ZN-1335", 2, "ADH"),
    "a unit with a space": ("TIME,EVID,CMT,AMT,UNIT\n0,1,adalimumab_sc,4,mg bolus\n", "ZN-1335", 2, "UNIT"),
    "an infusion without end": ("TIME,EVID,CMT,AMT,RATE\n0,1,adalimumab_sc,1e300,1e-300\n", "ZN-1335", 2, "RATE"),
    "no such compartment": ("TIME,EVID,CMT,AMT\n0,1,adalimumab_po,4\n", "ZN-1336", 2, "CMT"),
    "a compartment by number": ("TIME,EVID,CMT,AMT\n0,1,2,4\n", "ZN-1336", 2, "CMT"),
    "no such exposure": ("TIME,EVID,PAR,VALUE\n0,2,sleep,4\n", "ZN-1336", 2, "PAR"),
    "an exposure of two organs": ("TIME,EVID,PAR,VALUE\n0,2,level,4\n", "ZN-1336", 2, "PAR"),
    "a short row": ("TIME,EVID,CMT,AMT\n0,1,adalimumab_sc\n", "ZN-1337", 2, ""),
    "a long row": ("TIME,EVID\n0,0\n1,0,2\n", "ZN-1337", 3, ""),
    "no kind of event": ("TIME,EVID,CMT,AMT\n0,,adalimumab_sc,4\n", "ZN-1339", 2, "EVID"),
    "no amount": ("TIME,EVID,CMT,AMT\n0,1,adalimumab_sc,.\n", "ZN-1339", 2, "AMT"),
    "no compartment": ("TIME,EVID,CMT,AMT\n0,1,,4\n", "ZN-1339", 2, "CMT"),
    "no interval": ("TIME,EVID,CMT,AMT,ADDL\n0,1,adalimumab_sc,4,3\n", "ZN-1339", 2, "II"),
    "no unit": ("TIME,EVID,CMT,AMT\n0,1,tocilizumab.central,4\n", "ZN-1339", 2, "UNIT"),
    "no exposure": ("TIME,EVID,PAR,VALUE\n0,2,,4\n", "ZN-1339", 2, "PAR"),
    "no value": ("TIME,EVID,PAR,VALUE\n0,2,stress,\n", "ZN-1339", 2, "VALUE"),
    "a rate that contradicts": ("TIME,EVID,CMT,AMT,RATE,DUR\n0,1,adalimumab_sc,40,10,2\n", "ZN-1339", 2, "RATE"),
    "an exposure twice at once": ("TIME,EVID,PAR,VALUE\n0,2,stress,1\n0,2,stress,2\n", "ZN-1339", 3, "TIME"),
    "a unit that is none": ("TIME,EVID,CMT,AMT,UNIT\n0,1,adalimumab_sc,4,blorp\n", "ZN-2104", 2, "UNIT"),
    "a unit of something else": ("TIME,EVID,CMT,AMT,UNIT\n0,1,adalimumab_sc,4,mL\n", "ZN-1309", 2, "UNIT"),
    "a unit that does not arrive": ("TIME,EVID,CMT,AMT,UNIT\n0,1,lumen.bacteria,4,mg\n", "ZN-1326", 2, "UNIT"),
    "a value out of range": ("TIME,EVID,PAR,VALUE\n0,2,stress,9\n", "ZN-1314", 2, "VALUE"),
    "what the model lacks": ("TIME,EVID,CMT,AMT\n0,1,secukinumab_sc,4\n", "ZN-1320", 2, "CMT"),
    "too many doses": ("TIME,EVID,CMT,AMT,II,ADDL\n0,1,adalimumab_sc,4,1,20000\n", "ZN-1302", 2, "ADDL"),
    "a dose twice": ("TIME,EVID,CMT,AMT\n0,1,adalimumab_sc,4\n0,1,adalimumab_sc,5\n", "ZN-1316", 3, "TIME"),
    "too short an infusion": ("TIME,EVID,CMT,AMT,DUR\n0,1,adalimumab_sc,4,1e-9\n", "ZN-1312", 2, "DUR"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_fault_is_told_with_file_line_and_column(case, tmp_path):
    text, code, line, column = WRONG[case]
    with pytest.raises(UsageError) as refusal:
        plan(tmp_path, text)
    problem = refusal.value.problems[0]
    assert (problem.code, problem.line, problem.path) == (code, line, f"column {column}" if column else ""), problem
    assert problem.file == str(tmp_path / "events.csv")
    assert problem.message
    assert problem.fix


def test_several_faults_are_told_at_once_and_not_without_end(tmp_path):
    with pytest.raises(UsageError) as refusal:
        table(tmp_path, "TIME,EVID,CMT,AMT\n" + "x,1,adalimumab_sc,y\n" * 3)
    assert [(p.line, p.path) for p in refusal.value.problems] == [(k, f"column {c}") for k in (2, 3, 4) for c in ("TIME", "AMT")]
    with pytest.raises(UsageError) as refusal:
        table(tmp_path, "TIME,EVID,CMT,AMT\n" + "x,1,adalimumab_sc,y\n" * 3000)
    assert len(refusal.value.problems) == 20
    with pytest.raises(UsageError) as refusal:
        table(tmp_path, "TIME,EVID\n" + "1\n" * 3000)
    assert len(refusal.value.problems) == 20


def test_a_table_of_too_many_rows_is_refused(tmp_path):
    with pytest.raises(UsageError) as refusal:
        table(tmp_path, "TIME,EVID\n" + "1,0\n" * 20_001)
    assert [(p.code, p.line) for p in refusal.value.problems] == [("ZN-1338", 20_002)]
    assert table(tmp_path, "TIME,EVID\n" + "1,0\n" * 20_000).lines == ()


@pytest.mark.parametrize("name", ["../events.csv", "/etc/passwd", "x/../../events.csv", "\0", " ", "a\0.csv"])
def test_a_scenario_names_tables_beside_it_only(name, tmp_path):
    with pytest.raises(UsageError) as refusal:
        place_of_table(name, tmp_path, anywhere=False)
    assert [p.code for p in refusal.value.problems] == ["ZN-1330"]
    assert place_of_table("a/events.csv", tmp_path, anywhere=False) == (tmp_path / "a/events.csv").resolve()
