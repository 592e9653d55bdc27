"""A switch whose folds are known, and the same without them: distance, map, hysteresis, the way back."""

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_switch import CRITERIA, A, blow, folds, push, switch

from zonula.simulation.reference import solve
from zonula.tipping.comeback import Comeback, comeback
from zonula.tipping.continuation import Curve, follow
from zonula.tipping.crossing import first_crossing
from zonula.tipping.distance import distance
from zonula.tipping.hysteresis import hysteresis
from zonula.tipping.judge import CRITERIA as STANDARD
from zonula.tipping.tipping_map import tipping_map
from zonula.tipping.words import comeback_words, distance_words, hysteresis_words

LOW, HIGH = folds()  # of a + push


# --- resting states -------------------------------------------------------------------------------------

def curve(b, low=-0.1, high=0.2):
    return Curve(lambda x, a: a + x * x / (1 + x * x) - b * x, lambda x, a: np.array([[2 * x[0] / (1 + x[0] ** 2) ** 2 - b]]), np.ones(1), low, high)


def test_folds_are_where_the_formula_has_them():
    branch = follow(curve(0.5), np.array([-0.2]), -0.1)
    assert branch.controls[list(branch.folds)] == pytest.approx([HIGH, LOW], abs=1e-9)
    x = branch.states[:, 0]
    assert branch.growth == pytest.approx(2 * x / (1 + x * x) ** 2 - 0.5, abs=1e-12)
    assert branch.stable.tolist()[0]
    assert not branch.stable[(x > 0.35) & (x < 0.95)].any()
    assert branch.ended == "the control left its range"
    assert branch.controls[-1] == pytest.approx(0.2, abs=1e-12)


def test_where_there_are_none_the_curve_goes_straight_through():
    branch = follow(curve(1.0), np.array([-0.1]), -0.1)
    assert branch.folds == ()
    assert branch.stable.all()
    assert np.all(np.diff(branch.controls) > 0)


def test_a_kink_is_passed():
    bent = Curve(lambda x, a: a - x - 2 * np.maximum(x - 0.3, 0), lambda x, a: np.array([[-1 - 2.0 * (x[0] > 0.3)]]), np.ones(1), 0.0, 1.0)
    branch = follow(bent, np.array([0.0]), 0.0)
    assert branch.states[-1, 0] == pytest.approx((1.0 + 0.6) / 3, abs=1e-9)


# --- hysteresis -----------------------------------------------------------------------------------------

def test_a_control_turned_there_and_back_shows_both_states_and_both_folds():
    found = hysteresis(switch(), "switch.push=0..0.1", steps=21, hold=400.0, readouts=("level",))
    assert found.second_state
    assert found.folds == pytest.approx([HIGH - A], abs=1e-8)  # the other lies below a push of nothing
    low, high = found.swept_range
    assert low == 0
    assert HIGH - A - 0.005 <= high <= HIGH - A
    assert found.there.values[0, 0] < 0.1
    assert found.back.values[-1, 0] > 1
    assert [len(found.stable_at(value)) for value in (0.01, 0.04, 0.06, 0.09)] == [2, 2, 1, 1]
    assert "does not come back to health" in hysteresis_words(found)


def test_a_parameter_is_turned_after_health():
    found = hysteresis(switch(), "switch.a=-0.0..0.1", steps=11, hold=400.0, readouts=("level",))
    assert found.folds == pytest.approx([0.0, HIGH], abs=2e-8)
    low, high = found.swept_range
    assert 0 <= low <= 0.01  # the upper fold of the way back lies at 0 itself
    assert HIGH - 0.01 <= high <= HIGH


def test_where_there_is_no_second_state_this_is_said():
    found = hysteresis(switch(b=1.0), "switch.push=0..0.5", steps=9, hold=200.0, readouts=("level",))
    assert not found.second_state
    assert found.swept_range is None
    assert found.folds == []
    assert hysteresis_words(found).startswith("No second state within these bounds")


def test_what_has_not_come_to_rest_is_no_second_state():
    """Turned too fast, the legs of a person with one state differ, too."""
    found = hysteresis(switch(b=1.0), "switch.push=0..0.5", steps=9, hold=0.3, readouts=("level",))
    assert np.max(np.abs(found.there.values - found.back.values[::-1])) > 0.05
    assert not found.second_state


@pytest.mark.parametrize(("control", "code", "word"), [
    ("switch.pull", "ZN-1451", "switch.push"), ("switch.push=0..9", "ZN-1452", "0 to 2"), ("switch.push=1", "ZN-1453", ".."),
    ("switch.push=1..1", "ZN-1452", "cannot go")])
def test_a_control_that_cannot_be_turned_is_refused(control, code, word):
    with refused(code, word):
        hysteresis(switch(), control, readouts=("level",))


# --- distance and map -----------------------------------------------------------------------------------

def known_threshold(days, b=0.5):
    """The least push for so many days that carries the switch over its ridge, by quadrature of dt = dx / x'."""
    rest, ridge = (root_of(A, b, *ends) for ends in ((0.0, 0.2), (0.3, 0.9)))
    x = np.linspace(rest, ridge, 20_001)

    def takes(value):
        rate = A + value + x * x / (1 + x * x) - b * x
        return np.trapezoid(1 / rate, x) if np.all(rate > 0) else np.inf

    low, high = HIGH - A, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if takes(middle) < days else (middle, high)
    return high


def root_of(a, b, low, high):
    for _ in range(80):
        middle = (low + high) / 2
        same = np.sign(a + middle**2 / (1 + middle**2) - b * middle) == np.sign(a + low**2 / (1 + low**2) - b * low)
        low, high = (middle, high) if same else (low, middle)
    return low


@pytest.mark.parametrize("said", [0.03, 0.2])
def test_the_distance_is_the_known_one_from_either_side(said):
    found = distance(switch([push(said)]), criteria=CRITERIA, tolerance=1e-3)
    known = known_threshold(10.0) / said
    assert found.tips.found == pytest.approx(known, rel=3e-3)
    assert found.tips.below < known < found.tips.found * 1.001
    assert found.as_it_is == ("ill" if said > 0.1 else "well")
    assert found.second_state
    assert found.later == "ill"
    assert found.shared["level"][1] == pytest.approx(root_of(A, 0.5, 1.0, 3.0), rel=1e-6)
    words = "would have been survived" if said > 0.1 else f"This person tips at {known:.3g} times the insult's size."
    assert words in distance_words(found)


def test_no_tipping_is_no_second_state():
    found = distance(switch([push(0.2)], b=1.0), criteria=CRITERIA)
    assert found.tips.found is None
    assert not found.second_state
    assert distance_words(found).startswith("No tipping within the bounds: up to 8 times as large")


def test_slow_healing_is_told_from_a_second_state():
    """Judged after a day, a large push looks like tipping; there is nothing to tip into."""
    soon = type(CRITERIA)(CRITERIA.limits, after=1.0)
    found = distance(switch([push(0.2)], b=1.0), criteria=soon)
    assert found.tips.found is not None
    assert not found.second_state
    assert "There is no second state" in distance_words(found)
    assert "slow healing" in distance_words(found)


def test_the_map_agrees_with_the_known_thresholds():
    found = tipping_map(switch([push(0.1)]), sizes=[0.3, 0.6, 1.0, 1.5, 3.0, 6.0], lengths=[0.5, 1.0, 3.0], criteria=CRITERIA)
    for j, length in enumerate(found.lengths):
        assert [word != "well" for word in found.verdicts[j]] == [0.1 * size > known_threshold(10 * length) for size in found.sizes]
    assert {"well", "ill"} == set(found.verdicts.flat)


def test_everybody_is_judged_so_long_after_the_own_end():
    soon = type(CRITERIA)(CRITERIA.limits, after=1.0)
    found = tipping_map(switch([push(0.1)], b=1.0), sizes=[1.0, 8.0], lengths=[0.1, 0.5], criteria=soon)
    for j, length in enumerate(found.lengths):
        for i, size in enumerate(found.sizes):
            alone = solve(switch([push(0.1 * size, end=10 * length)], b=1.0, until=10 * length + 1).problem)
            assert found.values[j, i, 0] == pytest.approx(alone.readout("level")[-1], rel=1e-3)
            assert found.moving[j, i]


def test_a_map_that_cannot_be_drawn_is_refused():
    with refused("ZN-1447"):
        tipping_map(switch([push(0.1)]), sizes=[-1.0], lengths=[1.0], criteria=CRITERIA)
    with refused("ZN-1443", "calprotectin"):
        distance(switch([push(0.1)]))
    with refused("ZN-1446", "size"):
        distance(switch([push(0.1)]), along="width", criteria=CRITERIA)


# --- the way back ---------------------------------------------------------------------------------------

def known_brake(days, b=0.5):
    """The least brake for so many days that carries the switch from its upper state under its ridge."""
    up, ridge = root_of(A, b, 1.0, 3.0), root_of(A, b, 0.3, 0.9)
    x = np.linspace(ridge, up, 20_001)

    def takes(value):
        rate = b * value * x - A - x * x / (1 + x * x)
        return np.trapezoid(1 / rate, x) if np.all(rate > 0) else np.inf

    low, high = 1.0, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if takes(middle) < days else (middle, high)
    return high


@pytest.mark.parametrize("said", [1.05, 3.0])
def test_the_dose_that_brings_back_is_the_known_one(said):
    person = switch(doses=[blow(2.0)])
    found = comeback(person, [f"brake {said} from day 60 to day 70"], criteria=CRITERIA, tolerance=1e-3, bound=16.0)
    assert (found.untreated, found.as_it_is) == ("ill", "well" if said > 2 else "ill")
    assert found.needed.found * (said - 1) == pytest.approx(known_brake(10.0) - 1, rel=3e-3)
    assert found.later == "well"
    assert "it lasts" in comeback_words(found)


def test_the_duration_that_brings_back_is_the_known_one():
    found = comeback(switch(doses=[blow(2.0)]), ["brake 1.5 from day 60 to day 61"], by="duration", criteria=CRITERIA, tolerance=1e-3, bound=64.0)
    assert known_brake(found.needed.found) == pytest.approx(1.5, rel=3e-3)


def test_no_treatment_is_needed_where_nobody_is_ill():
    found = comeback(switch([push(0.01)]), ["brake 1.5 from day 60 to day 61"], criteria=CRITERIA)
    assert comeback_words(found).startswith("No treatment is needed")
    with refused("ZN-1455", "dose"):
        comeback(switch([push(0.01)]), ["brake 1.5 from day 60 to day 61"], by="size", criteria=CRITERIA)


# --- verdicts -------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("calprotectin", "ratio", "word"), [
    (49.0, 1.4, "well"), (50.0, 1.4, "low grade"), (49.0, 1.5, "low grade"), (249.0, 2.9, "low grade"), (250.0, 1.0, "ill"), (20.0, 3.0, "ill"),
    (np.nan, 1.0, "not simulated")])
def test_verdicts_follow_the_stated_limits(calprotectin, ratio, word):
    assert STANDARD.verdict(np.array([calprotectin, 0.02 * ratio]), np.array([25.0, 0.02])) == word


# --- crossings ------------------------------------------------------------------------------------------

def test_a_crossing_is_found_to_its_tolerance_and_islands_are_told():
    found = first_crossing(lambda f: [bool(x > 1.7) for x in f], 8.0, tolerance=1e-3)
    assert found.below <= 1.7 < found.above <= 1.7 * 1.0021
    assert found.again == ()
    island = first_crossing(lambda f: [bool(0.5 < x < 2) for x in f], 8.0)
    assert min(island.again) == pytest.approx(2.0, rel=0.25)
    nowhere = first_crossing(lambda f: [False] * len(f), 8.0)
    assert (nowhere.found, nowhere.below) == (None, 8.0)
    always = first_crossing(lambda f: [True] * len(f), 8.0)
    assert (always.found, always.below) == (0.0, None)
    least = first_crossing(lambda f: [bool(x > 0) for x in f], 8.0)
    assert 0 < least.found < 0.002


def test_bounds_without_sense_are_refused():
    with refused("ZN-1444"):
        first_crossing(lambda f: [False] * len(f), 1.0)
    with refused("ZN-1445"):
        first_crossing(lambda f: [False] * len(f), 8.0, tolerance=0.0)


def test_nothing_up_to_the_bound_is_said():
    needed = first_crossing(lambda f: [False] * len(f), 8.0)
    found = Comeback(treatment=("rest",), by="dose", criteria=CRITERIA, untreated="ill", as_it_is="ill", needed=needed, later="", limits={}, lost=())
    assert comeback_words(found) == "None up to 8 times the dose: 'rest' does not bring health back."
