"""Regimens in words: how much of what is given when, to the day."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.running import ROOT
from tests.small_pharmacy import MODEL, PHARMACY, VALUES

from zonula.drugs.catalogue import CATALOGUE, Practice, Substance, registry, unfit
from zonula.ground.errors import ModelError, UsageError
from zonula.language.units import unit
from zonula.organs.standard import standard_model
from zonula.simulation.problem import Problem, output_times, stretches
from zonula.simulation.schedule import expanded, read_plan


def plan(*sentences, seed=0):
    return read_plan(sentences, MODEL, registry=PHARMACY, seed=seed)


def days(*sentences):
    return [d.start for d in plan(*sentences).doses]


def amounts(*sentences):
    return [d.amount for d in plan(*sentences).doses]


def refused(*sentences):
    with pytest.raises(UsageError) as refusal:
        plan(*sentences)
    (problem,) = refusal.value.problems
    assert problem.fix
    return problem


def problem_of(read, until=100.0):
    values = np.array([VALUES.get(p.path, 1.0) for p in MODEL.parameters])
    return Problem(model=MODEL, parameters=values, plan=read, until=until, times=output_times(read, until, 1.0))


def rise(sentence, path):
    """What a sentence adds to a state in all."""
    place = MODEL.state_index[path]
    return sum(p.jump[place] + p.inputs.inflow[place] * (p.end - p.start) for p in stretches(problem_of(plan(sentence))))


@pytest.mark.parametrize(("word", "days_between"), [("qd", 1), ("daily", 1), ("bid", 1 / 2), ("tid", 1 / 3), ("qid", 1 / 4), ("qod", 2), ("qw", 7),
                                                    ("weekly", 7), ("q2w", 14), ("q4w", 28), ("q8w", 56), ("q6h", 1 / 4), ("q12h", 1 / 2), ("q3d", 3),
                                                    ("every 24 h", 1), ("every 8 h", 1 / 3), ("every 2 weeks", 14), ("every week", 7), ("BID", 1 / 2),
                                                    ("every day", 1)])
def test_a_frequency_is_an_interval(word, days_between):
    assert days(f"naproxen 500 mg po {word} x 5") == [pytest.approx(k * days_between, abs=1e-9) for k in range(5)]


@pytest.mark.parametrize(("sentence", "expected"), [
    ("adalimumab 40 mg sc q2w x 13", [14.0 * k for k in range(13)]),
    ("adalimumab 40 mg sc q2w x 13 from day 10", [10 + 14.0 * k for k in range(13)]),
    ("naproxen 500 mg po bid from day 10 for 14 days", [10 + 0.5 * k for k in range(28)]),
    ("methotrexate 15 mg po weekly from week 2 for 24 weeks", [14 + 7.0 * k for k in range(24)]),
    ("MTX 15 mg po weekly from week 2 until week 4", [14.0, 21.0]),
    ("naproxen 500 mg po qd from day 3 to day 5", [3.0, 4.0]),
    ("naproxen 500 mg po qd from day 3 to 5.5", [3.0, 4.0, 5.0]),
    ("naproxen 500 mg po qd for 2.5 d", [0.0, 1.0, 2.0]),
    ("naproxen 500 mg po qd for 24 h", [0.0]),
    ("naproxen 500 mg po tid for 7 days", [round(k / 3, 10) for k in range(21)]),
    ("naproxen 500 mg po, bid, for 1 day", [0.0, 0.5]),
    ("infliximab 3 mg/kg iv at week 0, 2, 6 then q8w x 3", [0.0, 14.0, 42.0, 98.0, 154.0, 210.0]),
    ("infliximab 3 mg/kg iv at weeks 0, 2 and 6", [0.0, 14.0, 42.0]),
    ("infliximab 3 mg/kg iv at day 0, 14, week 6", [0.0, 14.0, 42.0]),
    ("naproxen 500 mg po at 0 h, 6 h, 12 h", [0.0, 0.25, 0.5]),
    ("naproxen 500 mg po at 3, 1, 2", [1.0, 2.0, 3.0]),
    ("adalimumab 80 mg sc at day 0 then 40 mg q2w x 2", [0.0, 14.0, 28.0]),
    ("adalimumab 80 mg sc at day 0 then 40 mg q2w from day 7 x 2", [0.0, 7.0, 21.0]),
    ("adalimumab 80 mg sc at day 0 then 40 mg at week 3", [0.0, 21.0]),
])
def test_a_regimen_is_its_days(sentence, expected):
    assert days(sentence) == expected


def test_a_taper_goes_on_where_the_part_before_it_ends_and_then_stops():
    taper = plan("prednisolone 15 mg po qd for 28 days then 10 mg qd for 28 days then stop")
    assert [(d.start, d.amount) for d in taper.doses] == [(float(k), 15.0 if k < 28 else 10.0) for k in range(56)]
    same = plan("prednisone 15 mg po qd x 28 then 10 mg qd x 28")
    assert [(d.start, d.amount, d.substance) for d in same.doses] == [(d.start, d.amount, d.substance) for d in taper.doses]


def test_what_a_later_part_does_not_say_is_as_before():
    parts = plan("prednisolone 1 mg/kg iv bolus qd x 2 then po qd x 2 then 10 mg bid x 2 then 0.01 g iv bolus qd x 1").doses
    assert [(d.amount, d.per_weight, d.route) for d in parts] == [(1, True, "iv")] * 2 + [(1, True, "po")] * 2 + [(10, False, "po")] * 2 + [(0.01, False, "iv")]
    assert [d.start for d in parts] == [0, 1, 2, 3, 4, 4.5, 5]
    over = plan("infliximab 3 mg/kg iv over 3 h at day 0 then 5 mg/kg q8w x 1").doses
    assert [d.duration for d in over] == [pytest.approx(3 / 24)] * 2


def test_a_drug_is_infused_over_the_hours_that_the_catalogue_says_unless_the_sentence_does():
    def lengths(sentence):
        return {round(24 * d.duration, 9) for d in plan(sentence).doses}

    assert lengths("tocilizumab 8 mg/kg iv q4w x 6") == {1.0}
    assert lengths("tocilizumab 8 mg/kg iv infusion q4w x 6") == {1.0}
    assert lengths("tocilizumab 8 mg/kg iv over 2 h q4w x 6") == {2.0}
    assert lengths("tocilizumab 8 mg/kg iv bolus q4w x 6") == {0.0}
    assert lengths("adalimumab 40 mg sc q2w x 6") == {0.0}
    assert refused("prednisolone 15 mg iv at day 1").code == "ZN-1308"


@pytest.mark.parametrize(("sentence", "path", "expected"), [
    ("adalimumab 40 mg sc q2w x 3", "adalimumab.depot", 120.0),
    ("adalimumab 0.04 g sc at day 1", "adalimumab.depot", 40.0),
    ("adalimumab 0.5 mg/kg sc at day 1", "adalimumab.depot", 40.0),
    ("tocilizumab 8 mg/kg iv at day 1", "tocilizumab.central", 8 * 80 / 4),
    ("tocilizumab 8 mg/kg iv bolus at day 1", "tocilizumab.central", 8 * 80 / 4),
    ("naproxen 500 mg po at day 1", "naproxen.depot", 500e3 / 230.26),
    ("naproxen 1 mmol po at day 1", "naproxen.depot", 1000.0),
    ("bacteria 1000 CFU/mL po at day 0", "lumen.bacteria", 1000.0),
    ("bacteria 1 kCFU/mL po at day 0", "lumen.bacteria", 1000.0),
    ("lumen.bacteria 5 CFU/mL at day 2", "lumen.bacteria", 5.0),
    ("tocilizumab.central 10 mg/L at day 2", "tocilizumab.central", 10.0),
    ("tocilizumab.central 40 mg at day 2", "tocilizumab.central", 10.0),
    ("tocilizumab.central 40 mg infusion over 6 h at day 2", "tocilizumab.central", 10.0),
])
def test_a_dose_arrives_in_the_unit_of_its_state(sentence, path, expected):
    assert rise(sentence, path) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("sentence", "code", "word"), [
    ("adalimumab 40 mg sc q2w", "ZN-1313", "both"),
    ("adalimumab 40 mg sc x 3", "ZN-1313", "both"),
    ("adalimumab 40 mg sc for 14 days", "ZN-1313", "both"),
    ("adalimumab 40 mg sc q2w x 3 for 14 days", "ZN-1319", "second time"),
    ("adalimumab 40 mg sc q2w to day 30 x 3", "ZN-1319", "second time"),
    ("adalimumab 40 mg sc q2w daily x 3", "ZN-1317", "says again"),
    ("adalimumab 40 mg sc q0w x 3", "ZN-1313", "both"),
    ("adalimumab 40 mg sc q2w for 0 days", "ZN-1311", "at least once"),
    ("adalimumab 40 mg sc q2w from day 9 until day 9", "ZN-1311", "at least once"),
    ("adalimumab 40 mg sc q2w x 0", "ZN-1311", "at least once"),
    ("adalimumab 40 mg sc qd for 100000 years", "ZN-1302", "doses"),
    ("adalimumab 40 mg sc every 1e-300 d for 1 d", "ZN-1302", "doses"),
    ("adalimumab 40 mg sc qd x 15000 then qd x 15000", "ZN-1302", "30000 doses"),
    ("adalimumab 40 mg sc every 1e308 d x 3", "ZN-1328", "beyond all time"),
    ("adalimumab 40 mg po q2w x 3", "ZN-1307", "'po'"),
    ("adalimumab 40 mL sc q2w x 3", "ZN-1309", "no dose of adalimumab"),
    ("adalimumab 40 mmol sc q2w x 3", "ZN-1309", "no dose of adalimumab"),
    ("adalimumab 40 mg sc q2w x 3 then", "ZN-1324", "nothing follows"),
    ("adalimumab 40 mg sc q2w x 3 then stop then 20 mg q2w x 3", "ZN-1324", "follows after"),
    ("adalimumab 40 mg sc q2w x 3 then stop now", "ZN-1310", "'stop'"),
    ("adalimumab 40 mg sc at week 0, 2 then 20 mg", "ZN-1324", "does not say when"),
    ("adalimumab 40 mg sc q2w x 3 then 20 mg at day 30", "ZN-1324", "before the part before it"),
    ("adalimumab 40 mg sc at week 0, 2 then 20 mg at day 14", "ZN-1324", "before the part before it"),
    ("adalimumab 40 mg sc at week 0, 2, 6 q8w x 3", "ZN-1325", "interval"),
    ("adalimumab 40 mg sc at 0, 6 h", "ZN-1321", "'6'"),
    ("adalimumab 40 mg sc at week 0,2,6", "ZN-1304", "'0,2,6'"),
    ("adalimumab 40 mg sc weekly from week 2 for 24", "ZN-1321", "'24'"),
    ("adalimumab 40 mg sc weekly from week 2 until 26", "ZN-1321", "'26'"),
    ("adalimumab 40 mg sc q2w x 3 over 2 weeks over 3 weeks", "ZN-1317", "over"),
    ("secukinumab 150 mg sc q4w x 3", "ZN-1320", "secukinumab.depot"),
    ("lumen.bacteria 5 mg at day 1", "ZN-1326", "CFU/mL"),
    ("adalimumap 40 mg sc q2w x 13", "ZN-1305", "adalimumap"),
    ("adalimumab 40 mg sc q2w x 13 adherence 800%", "ZN-1323", "adherence"),
    ("adalimumab 40 mg sc q2w x 13 adherence", "ZN-1323", "adherence"),
    ("adalimumab 40 mg sc q2w adherence 80% x 13", "ZN-1323", "adherence"),
    ("adalimumab 40 mg sc q2w x 13 adherence 80", "ZN-1323", "adherence"),
    ("adalimumab " + "40 " * 800, "ZN-1318", "characters"),
])
def test_a_regimen_that_cannot_be_meant_is_refused(sentence, code, word):
    problem = refused(sentence)
    assert (problem.code, word in problem.message, problem.path) == (code, True, "plan.events[0]"), problem


def test_a_misspelt_name_of_several_words_is_told_as_a_whole():
    assert "did you mean 'low-gluten diet'" in refused("low-glutn diet from day 0").fix
    assert "did you mean 'adalimumab'" in refused("adalimumap 40 mg sc q2w x 13").fix


# --- adherence ------------------------------------------------------------------------------------------

LONG = "naproxen 500 mg po bid for 1000 days"


def test_doses_are_left_out_by_chance_and_listed():
    read = plan(f"{LONG} adherence 80%")
    assert len(read.doses) + len(read.left_out) == 2000
    assert read.drawn
    assert abs(len(read.doses) - 1600) < 4 * math.sqrt(2000 * 0.8 * 0.2)
    whole = plan(LONG)
    assert sorted(d.start for d in (*read.doses, *read.left_out)) == [d.start for d in whole.doses]
    assert not whole.drawn
    assert not whole.left_out
    assert any("left out by chance" in remark for remark in read.remarks)
    rows = expanded(read)
    assert [row.given for row in rows if row.time == read.left_out[0].start] == ["left out"]
    assert sum(row.given == "given" for row in rows) == len(read.doses)


def test_the_same_seed_leaves_out_the_same_doses_and_another_others():
    def left(seed, text=LONG, share="80%"):
        return [d.start for d in plan(f"{text} adherence {share}", seed=seed).left_out]

    assert left(1) == left(1)
    assert left(1) != left(2)
    assert left(1) != left(1, "naproxen 250 mg po bid for 1000 days")
    assert set(left(1)) < set(left(1, share="0.6"))
    assert left(1, share="80 %") == left(1) == left(1, LONG.upper().replace("MG", "mg"))


def test_the_parts_of_a_sentence_are_drawn_one_by_one():
    left = plan("adalimumab 40 mg sc q2w x 40 then 20 mg q2w x 40 adherence 50%").left_out
    parts = [[d.start % 560 for d in left if d.amount == amount] for amount in (40, 20)]
    assert parts[0] != parts[1]
    assert all(8 < len(part) < 32 for part in parts)


@pytest.mark.parametrize(("share", "given_"), [("100%", 28), ("1", 28), ("0%", 0), ("0", 0)])
def test_all_is_all_and_nothing_is_nothing(share, given_):
    read = plan(f"naproxen 500 mg po bid for 14 days, adherence {share}")
    assert (len(read.doses), len(read.left_out)) == (given_, 28 - given_)


def test_a_dose_that_is_left_out_is_not_in_the_body():
    read = plan("adalimumab 40 mg sc q2w x 50 adherence 50%")
    place = MODEL.state_index["adalimumab.depot"]
    given_ = sum(p.jump[place] for p in stretches(problem_of(read, 1000.0)))
    assert 0 < given_ == 40.0 * len(read.doses) < 2000


def test_the_draws_are_the_same_on_every_machine():
    read = plan("adalimumab 40 mg sc q2w x 10 adherence 50%", seed=7)
    assert [int(d.start / 14) for d in read.left_out] == [0, 2, 4, 5, 6, 8]


# --- what is unusual ------------------------------------------------------------------------------------

@pytest.mark.parametrize(("sentence", "word"), [
    ("adalimumab 160 mg sc at day 0 then 80 mg at day 14 then 40 mg q2w x 2", "80 mg"), ("tocilizumab 12 mg/kg iv q4w x 6", "10 mg/kg"),
    ("naproxen 1000 mg po at day 1", "750 mg"), ("naproxen 5 mmol po at day 1", "750 mg"), ("naproxen 500 mg po q4h x 12", "1500 mg a day"),
])
def test_a_dose_that_people_were_not_given_is_remarked_once(sentence, word):
    (remark,) = plan(sentence).remarks
    assert word in remark


@pytest.mark.parametrize("sentence", ["adalimumab 80 mg sc q2w x 3", "naproxen 500 mg po tid x 30", "naproxen 750 mg po bid x 30", "naproxen 3 mmol po at day 1",
                                      "tocilizumab 800 mg iv q4w x 2"])
def test_a_usual_dose_is_not_remarked(sentence):
    assert plan(sentence).remarks == ()


def test_two_substances_in_one_state_are_told_apart_in_words_and_not_added_in_silence():
    assert refused("prednisolone 5 mg po at day 1", "methotrexate 15 mg po at day 1").code == "ZN-1316"


# --- the registry ---------------------------------------------------------------------------------------

def test_what_the_model_lacks_is_listed():
    faults = unfit(PHARMACY, MODEL)
    assert len(faults) == 2
    assert any("secukinumab.depot" in fault for fault in faults)
    assert any("lifestyle.heat" in fault for fault in faults)
    wrong = registry(Substance(name="a", doc="", arrives={"po": "lumen.bacteria"}, source=""),
                     Practice(name="b", doc="", exposures={"lifestyle.gluten": 9.0}, source=""))
    assert len(unfit(wrong, MODEL)) == 2


def test_the_catalogue_fits_the_standard_model():
    assert unfit(CATALOGUE, standard_model()) == []


@pytest.mark.parametrize("entries", [
    (Substance(name="a b", doc="", arrives={"po": "x.y"}, source=""), Practice(name="A-b", doc="", exposures={"x.y": 1.0}, source="")),
    (Substance(name="a", doc="", aliases=("b",), arrives={"po": "x.y"}, source=""), Substance(name="b", doc="", arrives={"po": "x.y"}, source="")),
    (Substance(name="3-hydroxy", doc="", arrives={"po": "x.y"}, source=""),), (Substance(name="a", doc="", arrives={}, source=""),),
    (Practice(name="a", doc="", exposures={"x.y": 1.0}, usual=(0.0, "mg"), source=""),), (Practice(name="a", doc="", exposures={"x.y": 1.0}, ceiling=0, source=""),),
    (Practice(name="a", doc="", exposures={"x.y": 1.0}, usual=(1.0, "blorp"), source=""),), (Substance(name="a", doc="", arrives={"po": "x.y"}, unit="blorp", source=""),),
    (Substance(name="a", doc="", arrives={"po": "x.y"}, infusions={"iv": "1 h"}, source=""),),
    (Substance(name="a", doc="", arrives={"iv": "x.y"}, infusions={"iv": "1 kg"}, source=""),),
])
def test_a_registry_refuses_what_cannot_be_meant(entries):
    with pytest.raises(ModelError):
        registry(*entries)


def test_every_sentence_of_the_documentation_can_be_read():
    text = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    found = [line for language, block in blocks if not language for line in block.splitlines() if line.split()[0] not in ("lps", "stress")]
    assert len(found) >= 8
    for sentence in found:
        plan(sentence)


def test_a_plan_made_by_hand_whose_dose_cannot_arrive_is_refused_when_it_is_solved():
    read = plan("lumen.bacteria 5 CFU/mL at day 1")
    wrong = replace(read, doses=(replace(read.doses[0], unit=unit("mg")),))
    with pytest.raises(UsageError, match="ZN-1205"):
        stretches(problem_of(wrong))


@given(st.integers(1, 400), st.floats(0.01, 30.0), st.floats(0.0, 300.0))
def test_as_many_doses_as_were_said_at_equal_distances(count, interval, start):
    found = days(f"adalimumab 40 mg sc every {interval!r} d x {count} from day {start!r}")
    assert len(found) == count
    assert np.allclose(found, start + interval * np.arange(count), atol=1e-9)


def test_units_with_a_kind_are_read_with_and_without_it():
    read = read_plan(["lps 2 ng{LPS}/kg iv bolus", "lps 3 ng iv bolus at day 2"], standard_model())
    assert [d.unit for d in read.doses] == [unit("ng{LPS}")] * 2
