"""Laws of what passes on: decay on average, a chain of spaces, hindrance in pores, and what rises fast and falls slowly."""

import math
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.linalg import expm
from tests.helpers import refused

from zonula.codegen.python import formula_function
from zonula.ground.errors import UnitError
from zonula.language import functions, hindrance, mean_decay, quickly_up_slowly_down, recovered
from zonula.language.checks import unit_of
from zonula.language.expression import Name, derivative, evaluate
from zonula.language.quantities import parameter
from zonula.language.units import ONE, unit

T, A, B, C, U = (Name(word) for word in ("time", "first", "second", "third", "absorbed"))
L, G, K, W = (Name(word) for word in ("level", "target", "k_down", "width"))
RATES = (T, A, B, C, U)
CHAIN = recovered(*RATES)
FOLLOWS = quickly_up_slowly_down(L, G, A, K, W)
rates = st.floats(0.05, 60.0)
times = st.floats(0.01, 2.0)


def _value(tree, names, *values):
    return float(evaluate(tree, dict(zip(names, values, strict=True))))


# --- decay on average ----------------------------------------------------------------------------------

def _exact_mean(x):
    """With sixty digits, so that nothing cancels."""
    getcontext().prec = 60
    d = Decimal(x)
    return float((1 - (-d).exp()) / d) if abs(x) > 1e-18 else 1.0


def _exact_slope(x):
    getcontext().prec = 60
    d = Decimal(x)
    return float(((-d).exp() * (d + 1) - 1) / (d * d)) if abs(x) > 1e-18 else -0.5


everywhere = st.one_of(st.floats(-300, 300), st.floats(-1e-3, 1e-3), st.floats(-1e-9, 1e-9))


@given(everywhere)
@example(0.0)
@example(1e-4)
@example(-1e-4)
@example(math.nextafter(1e-4, 0))
def test_the_mean_of_a_decay_is_exact_also_where_it_hardly_decays(x):
    assert float(functions.mean_decay(np.float64(x))) == pytest.approx(_exact_mean(x), rel=1e-14)
    assert functions.NUMBERS["mean_decay"](x) == pytest.approx(_exact_mean(x), rel=1e-14)


@given(everywhere)
@example(0.0)
@example(1e-4)
def test_the_slope_of_that_mean_is_exact_too(x):
    assert float(functions.mean_decay_slope(np.float64(x))) == pytest.approx(_exact_slope(x), rel=1e-11)
    assert functions.NUMBERS["mean_decay_slope"](x) == pytest.approx(_exact_slope(x), rel=1e-11)
    assert _value(derivative(mean_decay(T), T), (T,), x) == pytest.approx(_exact_slope(x), rel=1e-11)


def test_the_mean_of_a_decay_is_what_integration_finds():
    for x in (0.01, 0.7, 5.0):
        t = np.linspace(0, x, 200_001)
        assert _value(mean_decay(T), (T,), x) == pytest.approx(np.trapezoid(np.exp(-t), t) / x, rel=1e-8)


def test_means_of_many_decays_are_those_of_each():
    x = np.array([-2.0, -1e-5, 0.0, 1e-5, 0.3, 40.0, 1e4])
    together = functions.mean_decay(x)
    assert together == pytest.approx([functions.NUMBERS["mean_decay"](float(one)) for one in x], rel=1e-15)
    assert together.shape == x.shape


# --- a chain of spaces ---------------------------------------------------------------------------------

def _by_matrix(time, first, second, third, absorbed):
    """The same chain as a linear system: stomach, bowel, body, urine."""
    flows = np.array([[-first, 0, 0, 0], [first, -second, 0, 0], [0, absorbed, -third, 0], [0, 0, third, 0]])
    return float((expm(flows * time) @ [1, 0, 0, 0])[3])


@given(times, rates, rates, rates, st.floats(0.001, 1.0))
@example(5 / 24, 33.6, 7.0, 10.8, 0.01)
@example(1.0, 33.6, 33.6, 10.8, 0.1)  # where two rates are equal there is no pole
@example(1.0, 33.6, 10.8, 10.8, 0.1)
def test_what_is_recovered_is_what_the_matrix_exponential_finds(time, first, second, third, share):
    assume(abs(first - third) > 0.05 * first)
    found = _value(CHAIN, RATES, time, first, second, third, share * second)
    assert found == pytest.approx(_by_matrix(time, first, second, third, share * second), rel=1e-7, abs=1e-11)


moderate = st.floats(0.6, 18.0)


@given(times, moderate, moderate, moderate)
def test_never_more_is_recovered_than_was_absorbed_and_more_as_time_goes_on(time, first, second, third):
    assume(abs(first - third) > 0.05 * first)
    early, late, ever = (_value(CHAIN, RATES, t, first, second, third, 0.5 * second) for t in (time, 2 * time, 35.0))
    assert -1e-10 <= early <= late + 1e-10 <= 0.5 + 1e-9
    assert ever == pytest.approx(0.5, abs=1e-5)


@given(st.floats(1e2, 1e9), times)
def test_a_space_may_be_left_as_fast_as_one_likes(second, time):
    """Of two spaces, the second is then no space at all."""
    found = _value(CHAIN, RATES, time, 33.6, second, 10.8, second)
    assert math.isfinite(found)
    two = 1 - (33.6 * math.exp(-10.8 * time) - 10.8 * math.exp(-33.6 * time)) / (33.6 - 10.8)
    assert found == pytest.approx(two, abs=40 / second + 1e-9)
    assert formula_function(CHAIN, RATES, arrays=False)(time, 33.6, second, 10.8, second) == pytest.approx(found, rel=1e-9, abs=1e-12)


@given(times, rates, rates, rates)
def test_nothing_is_recovered_of_what_is_not_absorbed_and_at_first(time, first, second, third):
    assume(first != third)
    assert _value(CHAIN, RATES, time, first, second, third, 0.0) == 0.0
    assert abs(_value(CHAIN, RATES, 0.0, first, second, third, 1.0)) == 0.0


@pytest.mark.parametrize("by", RATES, ids=str)
def test_slopes_of_what_is_recovered_agree_with_differences(by):
    slope, random, compared = derivative(CHAIN, by), np.random.default_rng(7), 0
    for _ in range(60):
        values = dict(zip(RATES, [random.uniform(0.1, 1.0), *random.uniform(2, 40, 3), random.uniform(0.01, 2)], strict=True))
        if min(abs(values[p] - values[q]) for p, q in ((A, B), (B, C), (A, C))) < 1:
            continue
        step = 1e-5 * values[by]
        up, down = (_by_matrix(*(values[name] + sign * step * (name is by) for name in RATES)) for sign in (1, -1))
        assert float(evaluate(slope, values)) == pytest.approx((up - down) / (2 * step), rel=2e-5, abs=1e-9)
        compared += 1
    assert compared > 30


def test_recoveries_of_many_people_are_those_of_each():
    random = np.random.default_rng(3)
    rows = np.column_stack([random.uniform(0.1, 1, 50), random.uniform(20, 40, 50), random.uniform(1, 100, 50), random.uniform(5, 15, 50), random.uniform(0, 1, 50)])
    many = formula_function(CHAIN, RATES, arrays=True)(*rows.T)
    each = [formula_function(CHAIN, RATES, arrays=False)(*map(float, row)) for row in rows]
    assert many == pytest.approx(each, rel=1e-9, abs=1e-14)


# --- hindrance in pores --------------------------------------------------------------------------------

def _renkin(ratio):
    return _value(hindrance(T), (T,), ratio)


def test_hindrance_is_that_of_renkin():
    assert _renkin(0.0) == 1.0
    assert _renkin(0.1) == pytest.approx(0.81 * (1 - 0.2104 + 0.00209 - 0.0000095), rel=1e-14)
    assert _renkin(0.5) == pytest.approx(0.25 * (1 - 1.052 + 0.26125 - 0.0296875), rel=1e-14)
    assert _renkin(1.0) == _renkin(1.5) == _renkin(1e9) == 0.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_larger_the_more_hindered(a, b):
    low, high = sorted((a, b))
    assert 0 <= _renkin(high) <= _renkin(low) <= 1


@given(st.floats(0.001, 3.0))
def test_slopes_of_hindrance_agree_with_differences(ratio):
    assume(abs(ratio - 1) > 1e-4)
    step = 1e-6
    found = _value(derivative(hindrance(T), T), (T,), ratio)
    assert found == pytest.approx((_renkin(ratio + step) - _renkin(ratio - step)) / (2 * step), rel=1e-5, abs=1e-8)
    assert found <= 0


def test_a_solute_that_barely_fits_is_hindered_smoothly():
    near = 1 - np.array([1e-2, 1e-4, 1e-6])
    assert np.all(np.array([_renkin(r) for r in near]) <= 0.1 * (1 - near) ** 2)
    assert _value(derivative(hindrance(T), T), (T,), 1 - 1e-9) == pytest.approx(0.0, abs=1e-8)


# --- what rises fast and falls slowly ------------------------------------------------------------------

FOLLOWING = (L, G, A, K, W)
level = st.floats(0, 1)


@given(level, rates, rates, st.floats(1e-6, 0.1))
def test_a_level_rests_at_its_target(at, up, down, width):
    assert _value(FOLLOWS, FOLLOWING, at, at, up, down, width) == 0.0


@given(level, level, rates, rates, st.floats(1e-6, 0.1))
def test_a_level_goes_towards_its_target_and_never_past_the_faces_of_its_range(at, target, up, down, width):
    assume(up >= down)
    change = _value(FOLLOWS, FOLLOWING, at, target, up, down, width)
    assert change * (target - at) >= 0
    assert _value(FOLLOWS, FOLLOWING, 0.0, target, up, down, width) >= 0
    assert _value(FOLLOWS, FOLLOWING, 1.0, target, up, down, width) <= 0


def test_it_rises_at_one_speed_and_falls_at_another():
    assert _value(FOLLOWS, FOLLOWING, 0.9, 0.2, 10.0, 0.1, 1e-3) == pytest.approx(0.1 * (0.2 - 0.9), rel=1e-14)
    assert _value(FOLLOWS, FOLLOWING, 0.2, 0.9, 10.0, 0.1, 1e-9) == pytest.approx(10.0 * (0.9 - 0.2), rel=1e-7)
    between = _value(FOLLOWS, FOLLOWING, 0.2, 0.201, 10.0, 0.1, 1e-3)
    assert 0.1 * 0.001 < between < 10.0 * 0.001
    assert between == pytest.approx(0.1 * 0.001 + 9.9 * 0.001 / 2, rel=1e-9)


@pytest.mark.parametrize("by", FOLLOWING, ids=str)
def test_slopes_of_following_agree_with_differences_on_both_sides(by):
    slope = derivative(FOLLOWS, by)
    for at, target in ((0.2, 0.7), (0.7, 0.2), (0.5, 0.5005), (0.5, 0.4995)):
        values = dict(zip(FOLLOWING, (at, target, 8.0, 0.3, 1e-2), strict=True))
        step = 1e-6 * values[by]
        up, down = (float(evaluate(FOLLOWS, values | {by: values[by] + sign * step})) for sign in (1, -1))
        assert float(evaluate(slope, values)) == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-8)


def test_following_of_many_people_is_that_of_each():
    rows = np.random.default_rng(5).uniform(0.01, 1, (40, 5))
    many = formula_function(FOLLOWS, FOLLOWING, arrays=True)(*rows.T)
    assert many == pytest.approx([formula_function(FOLLOWS, FOLLOWING, arrays=False)(*map(float, row)) for row in rows], rel=1e-14, abs=1e-16)


# --- units ---------------------------------------------------------------------------------------------

day, per_day, per_hour, length, plain, mass = (parameter(u, "a quantity") for u in ("day", "1/day", "1/h", "nm", "1", "mg"))


def test_each_law_has_the_unit_of_what_it_says():
    assert unit_of(mean_decay(per_day * day)) == ONE
    assert unit_of(recovered(day, per_day, per_day, per_day, per_day)) == ONE
    assert unit_of(recovered(day, per_day, per_day, per_day, length)) == unit("nm*day"), "absorption may be told per surface"
    assert unit_of(hindrance(length / length)) == ONE
    assert unit_of(quickly_up_slowly_down(mass, mass, per_day, per_day, mass)) == unit("mg/day")


@pytest.mark.parametrize("law", [
    (mean_decay, day), (hindrance, length), (recovered, day, per_hour, per_day, per_day, per_day), (recovered, per_day, per_day, per_day, per_day, per_day),
    (quickly_up_slowly_down, mass, plain, per_day, per_day, mass), (quickly_up_slowly_down, mass, mass, per_day, per_hour, mass),
    (quickly_up_slowly_down, mass, mass, per_day, per_day, plain)], ids=range(7))
def test_what_does_not_fit_is_refused(law):
    with pytest.raises(UnitError):
        unit_of(law[0](*law[1:]))


def test_a_ratio_of_unlike_things_is_refused_with_its_reason():
    with refused("ZN-2107", "min", "a reference of its own kind", kind=UnitError):
        unit_of(hindrance(length))
