"""Plans in words: every sentence that the docs allow, and what becomes of it."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.running import ROOT

from zonula.ground.errors import UsageError, ZonulaError
from zonula.organs.standard import standard_model
from zonula.simulation.schedule import duration, read_plan


def plan(*sentences):
    return read_plan(sentences, standard_model())


def one(sentence):
    (dose,) = plan(sentence).doses
    return dose


@pytest.mark.parametrize(("text", "days"), [("8 d", 8), ("8d", 8), ("36 h", 1.5), ("36h", 1.5), ("2 y", 730.5), ("26w", 182), ("90 days", 90), ("1 week", 7),
                                            ("30 min", 1 / 48), ("1 s", 1 / 86400), ("1.5", 1.5), (".5 d", 0.5), ("1e1 d", 10), (3, 3), (0.25, 0.25),
                                            ("2 hours", 1 / 12), ("1 year", 365.25), ("-3 d", -3), ("0 d", 0)])
def test_durations_are_days(text, days):
    assert duration(text) == pytest.approx(days, rel=1e-15)


@pytest.mark.parametrize("text", ["", "d", "8 kg", "8 d d", "eight d", "inf d", "nan", "1e999 d", math.inf, math.nan, "8 /d", "1,5 d", "8 d^2"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ZonulaError):
        duration(text)


@given(st.floats(0.001, 1e4), st.sampled_from([("d", 1.0), ("h", 24.0), ("min", 1440.0), ("week", 1 / 7)]))
def test_a_duration_in_any_unit_is_the_same_duration(days, unit):
    name, per_day = unit
    assert duration(f"{days * per_day!r} {name}") == pytest.approx(days, rel=1e-12)


def test_a_bolus_is_read():
    dose = one("lps 2 ng/kg iv bolus at day 1")
    assert (dose.substance, dose.route, dose.state) == ("lps", "iv", "blood.endotoxin")
    assert (dose.amount, dose.per_weight, dose.start, dose.duration, dose.end) == (2.0, True, 1.0, 0.0, 1.0)
    assert float(dose.unit.scale) == pytest.approx(1e-9)


@pytest.mark.parametrize(("sentence", "start"), [("lps 2 ng/kg iv bolus", 0), ("lps 2 ng/kg iv bolus at 36 h", 1.5), ("lps 2 ng/kg iv bolus at 36h", 1.5),
                                                 ("lps 2 ng/kg iv bolus at 1.5", 1.5), ("LPS 2 ng/kg IV Bolus At day 1.5", 1.5),
                                                 ("  lps  2 ng/kg\tiv bolus from day 1.5 ", 1.5), ("lps 2 ng/kg iv bolus at 2 d", 2)])
def test_when_a_dose_is_given_may_be_said_in_many_ways(sentence, start):
    assert one(sentence).start == start


@pytest.mark.parametrize(("text", "amount", "per_weight", "grams"), [("2 ng/kg", 2, True, 2e-9), ("140 ng", 140, False, 140e-9), ("0.1 ug/kg", 0.1, True, 1e-7),
                                                                   ("0.1 µg/kg", 0.1, True, 1e-7), ("2 ng{LPS}/kg", 2, True, 2e-9), ("1e-6 mg", 1e-6, False, 1e-9)])
def test_amounts_have_their_units(text, amount, per_weight, grams):
    dose = one(f"lps {text} iv bolus at day 1")
    assert (dose.amount, dose.per_weight) == (amount, per_weight)
    assert dose.amount * float(dose.unit.scale) == pytest.approx(grams)


@pytest.mark.parametrize("text", ["lps 2 ng/kg iv infusion over 4 h at day 1", "lps 2 ng/kg iv infusion at day 1 over 4 h", "lps 2 ng/kg iv infusion over 4h at 24 h"])
def test_an_infusion_is_read_in_either_order(text):
    dose = one(text)
    assert (dose.start, dose.duration, dose.end) == (1.0, pytest.approx(4 / 24), round(1 + 4 / 24, 10))


@pytest.mark.parametrize("text", ["every 24 h x 5", "daily x 5", "x 5 every 1 d", "every 1 d x 5"])
def test_a_repeated_dose_is_that_many_doses(text):
    doses = plan(f"lps 2 ng/kg iv bolus at day 1 {text}").doses
    assert [d.start for d in doses] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_doses_are_in_order_of_time():
    starts = [d.start for d in plan("lps 1 ng/kg iv bolus at day 3", "lps 1 ng/kg iv bolus at day 1 every 4 d x 2").doses]
    assert starts == [1.0, 3.0, 5.0]


@pytest.mark.parametrize(("sentence", "start", "end"), [("stress 1 from day 3 to day 10", 3, 10), ("stress 1", 0, math.inf), ("stress 1 from 36 h", 1.5, math.inf),
                                                       ("stress 1 to day 2", 0, 2), ("stress 1 at day 1 until 2 d", 1, 2), ("Stress 1 from 1 to 2", 1, 2)])
def test_an_exposure_is_read(sentence, start, end):
    (setting,) = plan(sentence).settings
    assert (setting.exposure, setting.value, setting.start, setting.end) == ("adrenal.stress", 1.0, start, end)


def test_exposures_may_follow_each_other():
    assert len(plan("stress 1 from day 1 to day 2", "stress 2 from day 2 to day 3").settings) == 2


def test_every_sentence_of_the_documentation_is_accepted():
    text = (ROOT / "docs" / "scenarios.md").read_text("utf-8") + (ROOT / "README.md").read_text("utf-8")
    text += "".join(p.read_text("utf-8") for p in (ROOT / "examples").glob("*.toml"))
    found = set(re.findall(r"^(?:lps|stress) .+$", text, flags=re.MULTILINE)) | set(re.findall(r'"((?:lps|stress) [^"]+)"', text))
    assert len(found) >= 5
    for sentence in found:
        plan(sentence)


def test_every_sentence_of_the_help_and_of_the_fixes_is_accepted():
    from tests.running import zonula

    text = zonula("run", "--help").out
    for wrong in ("lps", "stress", "lps 1 ng/kg iv infusion at day 1", "lps 1 ng/kg iv bolus every 1 d", "stress 1 from"):
        with pytest.raises(UsageError) as refusal:
            plan(wrong)
        text += refusal.value.problems[0].fix
    found = {" ".join(s.split()) for s in re.findall(r'"((?:lps|stress) [^"]+)"', text)}
    assert len(found) >= 3
    for sentence in found:
        plan(sentence)


def test_an_unusual_dose_is_remarked_and_a_usual_one_is_not():
    assert plan("lps 4 ng/kg iv bolus").remarks == ()
    (remark,) = plan("lps 4.1 ng/kg iv bolus").remarks
    assert "more than people were given" in remark
    assert plan("lps 1 ug/kg iv bolus").remarks


def test_a_repeated_unusual_dose_is_remarked_once():
    assert len(plan("lps 10 ng/kg iv bolus at day 1 every 1 d x 5").remarks) == 1


def test_every_sentence_that_is_wrong_is_told_with_its_place():
    with pytest.raises(UsageError) as refusal:
        plan("lps 2 ng/kg iv bolus", "aspirin", "stress 9")
    assert [(p.path, p.found) for p in refusal.value.problems] == [("plan.events[1]", "'aspirin'"), ("plan.events[2]", "'stress 9'")]


def test_infusions_may_touch_and_a_bolus_may_fall_into_one():
    plan("lps 2 ng/kg iv infusion over 4 h at day 1", "lps 1 ng/kg iv infusion over 2 h at 28 h", "lps 1 ng/kg iv bolus at 26 h")
