"""Diets, supplements, habits and exposures in words, and what several of them make of one exposure at once."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.small_pharmacy import MODEL, PHARMACY, VALUES

from zonula.ground.errors import UsageError
from zonula.simulation.practices import together
from zonula.simulation.problem import Problem, output_times, stretches
from zonula.simulation.schedule import expanded, read_plan

NEUTRAL = {e.path: e.neutral for e in MODEL.exposures}


def plan(*sentences):
    return read_plan(sentences, MODEL, registry=PHARMACY)


def pieces(path, *sentences):
    return [(s.start, s.end, pytest.approx(s.value)) for s in plan(*sentences).settings if s.exposure == path]


def refused(*sentences):
    with pytest.raises(UsageError) as refusal:
        plan(*sentences)
    (problem,) = refusal.value.problems
    assert problem.fix
    return problem


def during(path, *sentences, until=100.0):
    """What the exposure is, from border to border."""
    read = plan(*sentences)
    values = np.array([VALUES.get(p.path, 1.0) for p in MODEL.parameters])
    problem = Problem(model=MODEL, parameters=values, plan=read, until=until, times=output_times(read, until, 1.0))
    place = list(NEUTRAL).index(path)
    return [(p.start, p.end, pytest.approx(p.inputs.exposures[place])) for p in stretches(problem)]


@pytest.mark.parametrize(("sentence", "path", "expected"), [
    ("low-gluten diet from day 0 to 180", "lifestyle.gluten", (0, 180, 0.1)),
    ("low-gluten diet from day 0 to 180 adherence 80%", "lifestyle.gluten", (0, 180, 0.28)),
    ("low-gluten diet from day 0 to day 180, adherence 80%", "lifestyle.gluten", (0, 180, 0.28)),
    ("Low Gluten Diet from week 1 for 2 weeks", "lifestyle.gluten", (7, 21, 0.1)),
    ("low_gluten diet", "lifestyle.gluten", (0, math.inf, 0.1)),
    ("mediterranean diet from day 30", "lifestyle.fibre", (30, math.inf, 2.0)),
    ("anti-inflammatory diet from day 30 adherence 50%", "lifestyle.fibre", (30, math.inf, 1.5)),
    ("zinc carnosine 37.5 mg bid from day 0 for 14 days", "zinc_carnosine.level", (0, 14, 0.8)),
    ("zinc carnosine 37.5 mg bid for 14 days adherence 50%", "zinc_carnosine.level", (0, 14, 0.4)),
    ("zinc carnosine 37.5 mg po daily for 14 days", "zinc_carnosine.level", (0, 14, 0.4)),
    ("zinc carnosine 0.075 g/day until day 14", "zinc_carnosine.level", (0, 14, 0.8)),
    ("zinc carnosine 75 mg daily x 28", "zinc_carnosine.level", (0, 28, 0.8)),
    ("zinc carnosine 75 mg bid x 28 from day 2", "zinc_carnosine.level", (2, 16, 0.8)),
    ("zinc carnosine from day 3", "zinc_carnosine.level", (3, math.inf, 0.8)),
    ("butyrate 4 g daily from day 10 for 84 days", "butyrate.level", (10, 94, 200)),
    ("butyrate 1 g qid from day 10 for 84 days", "butyrate.level", (10, 94, 200)),
    ("butyrate 8 g daily", "butyrate.level", (0, math.inf, 400)),
    ("L-glutamine 5 g tid for 8 weeks", "zinc_carnosine.level", (0, 56, 0.5)),
    ("lifestyle.stress 1 from day 3 to day 10", "lifestyle.stress", (3, 10, 1)),
    ("stress 1 from day 3 for 7 days", "lifestyle.stress", (3, 10, 1)),
    ("stress 1 from day 3 adherence 50%", "lifestyle.stress", (3, math.inf, 0.5)),
    ("gluten 0 from day 3 adherence 50%", "lifestyle.gluten", (3, math.inf, 0.5)),
    ("butyrate.level 30 from day 3", "butyrate.level", (3, math.inf, 30)),
    ("fibre 15 g daily", "lifestyle.fibre", (0, math.inf, 1.25)),  # a practice and an exposure of one name: a bare number is a level
    ("fibre from day 2", "lifestyle.fibre", (2, math.inf, 1.5)),
    ("fibre 3 from day 2", "lifestyle.fibre", (2, math.inf, 3)),
    ("fibre 3", "lifestyle.fibre", (0, math.inf, 3)),
    ("stress reduction from day 3", "zinc_carnosine.level", (3, math.inf, 0.1)),
])
def test_a_practice_moves_its_exposures_as_far_as_it_is_kept_to(sentence, path, expected):
    assert pieces(path, sentence) == [expected]


@pytest.mark.parametrize(("sentence", "code", "word"), [
    ("sauna from day 3", "ZN-1320", "lifestyle.heat"),
    ("zinc carnosine 37.5 mg for 14 days", "ZN-1327", "how often"),
    ("zinc carnosine 37.5 mL bid", "ZN-1309", "no dose of zinc carnosine"),
    ("zinc carnosine -1 mg bid", "ZN-1306", "negative"),
    ("zinc carnosine 37.5 mg bid x 3 for 14 days", "ZN-1319", "second time"),
    ("zinc carnosine 75 mg/d bid", "ZN-1310", "'bid'"),
    ("low-gluten diet 0.5", "ZN-1310", "'0.5'"),
    ("low-gluten diet daily", "ZN-1310", "'daily'"),
    ("low-gluten diet from day 3 to day 3", "ZN-1315", "ends after"),
    ("low-gluten diet for 0 days", "ZN-1315", "ends after"),
    ("low-gluten diet from day -3", "ZN-1315", "ends after"),
    ("low-gluten diet from day 3 and 5", "ZN-1325", "begins once"),
    ("low-gluten diet then stop", "ZN-1310", "'then'"),
    ("low-gluten diet from day 3 to day 10 adherence 120%", "ZN-1323", "adherence"),
    ("level 1 from day 3", "ZN-1322", "butyrate.level"),
    ("stress 1 from day 3 to day 10 for 7 days", "ZN-1319", "second time"),
    ("stress high", "ZN-1304", "'high'"),
    ("gluten-free diet", "ZN-1305", "'gluten-free diet'"),
])
def test_a_practice_that_cannot_be_meant_is_refused(sentence, code, word):
    problem = refused(sentence)
    assert (problem.code, word in problem.message) == (code, True), problem


@pytest.mark.parametrize(("sentence", "word"), [("zinc carnosine 75 mg bid", "2 times the usual dose (75 mg a day)"), ("butyrate 9 g daily", "no more than 2 times"),
                                                ("L-glutamine 20 g/day", "1.33 times")])
def test_more_than_trials_have_seen_is_remarked_and_does_no_more(sentence, word):
    (remark,) = plan(sentence).remarks
    assert word in remark
    assert plan(sentence.replace("9 g", "8 g")).settings[0].value == pytest.approx(plan(sentence).settings[0].value)


def test_what_leaves_the_range_of_an_exposure_is_held_at_its_border_and_remarked():
    alone = plan("fibre 240 g daily")
    assert [s.value for s in alone.settings] == [4.0]
    assert "out of range" in alone.remarks[0]
    read = plan("Mediterranean diet", "lifestyle.fibre 3 from day 10")
    assert [s.value for s in read.settings if s.exposure == "lifestyle.fibre"] == [2.0, 4.0]
    assert any("out of range" in remark for remark in read.remarks)


def test_factors_are_multiplied_and_effects_take_their_share_of_what_is_left():
    assert pieces("lifestyle.gluten", "low-gluten diet from day 0 to 100", "Mediterranean diet from day 50 to 150") == [
        (0, 50, 0.1), (50, 100, 0.08), (100, 150, 0.8)]
    assert pieces("zinc_carnosine.level", "zinc carnosine 75 mg daily for 10 days", "L-glutamine 15 g/d from day 5 for 10 days") == [
        (0, 5, 0.8), (5, 10, 1 - 0.2 * 0.5), (10, 15, 0.5)]
    assert pieces("butyrate.level", "butyrate 4 g daily", "butyrate.level 30 from day 3 for 1 d") == [(0, 3, 200), (3, 4, 230), (4, math.inf, 200)]


def test_three_at_once_are_three_at_once():
    said = ("zinc carnosine 75 mg daily from day 0 to day 9", "L-glutamine 15 g/d from day 1 to day 8", "zinc_carnosine.level 0.5 from day 2 to day 3")
    expected = [(0, 1, 0.8), (1, 2, 0.9), (2, 3, 0.95), (3, 8, 0.9), (8, 9, 0.8)]
    assert pieces("zinc_carnosine.level", *said) == expected
    assert pieces("zinc_carnosine.level", *said[::-1]) == expected
    assert during("zinc_carnosine.level", *said) == [*expected, (9, 100, 0)]


def test_the_table_says_what_acts_together():
    rows = [row for row in expanded(plan("low-gluten diet to day 9", "Mediterranean diet from day 5")) if row.into == "lifestyle.gluten"]
    assert [row.what for row in rows] == ["low-gluten diet", "low-gluten diet + Mediterranean diet", "Mediterranean diet"]
    assert {row.given for row in rows} == {"holds"}


@pytest.mark.parametrize("sentences", [("low-gluten diet to day 9", "low gluten diet from day 8 adherence 50%"), ("stress 1", "lifestyle.stress 2 from day 3"),
                                       ("zinc carnosine 75 mg daily", "zinc carnosine 37.5 mg daily from day 3"),
                                       ("stress 1 from day 0 to day 9", "stress 1 from day 1 to day 2"), ("Mediterranean diet",) * 2])
def test_the_same_thing_twice_at_once_is_refused(sentences):
    with pytest.raises(UsageError) as refusal:
        plan(*sentences)
    assert {p.code for p in refusal.value.problems} == {"ZN-1316"}
    assert all("still holds" in p.message for p in refusal.value.problems)


def test_a_practice_that_is_not_kept_to_is_none_to_the_last_bit():
    nothing = during("lifestyle.gluten")
    assert during("lifestyle.gluten", "low-gluten diet from day 3 to day 10 adherence 0%") == nothing
    assert during("lifestyle.gluten", "zinc carnosine 0 mg daily from day 3") == nothing
    assert len(during("lifestyle.gluten", "low-gluten diet from day 3 to day 10 adherence 1%")) == 3


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5))
def test_effects_together_are_at_least_the_largest_and_at_most_all(values):
    both = together(values, 0.0)
    assert max(values) - 1e-12 <= both <= 1
    assert both == pytest.approx(together(values[::-1], 0.0))
    assert together([*values, 0.0], 0.0) == pytest.approx(both)
    assert together([*values, 1.0], 1.0) == pytest.approx(math.prod(values))
    assert together([*values, 310.0], 310.0) == pytest.approx(310 + sum(v - 310 for v in values))


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_adherence_is_the_share_of_the_way_from_neutral(a, b):
    def gluten(share):
        return plan(f"low-gluten diet adherence {100 * share!r}%").settings[0].value

    assert gluten(a) == pytest.approx(1 - 0.9 * a)
    assert (gluten(a) <= gluten(b)) == (a >= b) or a == pytest.approx(b)
