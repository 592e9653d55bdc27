"""Laws: their limits, their slopes at the limits, and exponents that are parameters."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonula.language import (
    fast_on_slow_off,
    functions,
    hill,
    hill_above,
    inhibited_by,
    inhibited_relative,
    larger,
    ratio_power,
    rectified,
    saturating,
    smaller,
    split,
)
from zonula.language.expression import Name, Number, derivative, evaluate

X, K, N, R, W = (Name(word) for word in ("x", "half", "n", "reference", "width"))
positive = st.floats(1e-6, 1e6)
exponents = st.floats(0.1, 8.0)
sizes = st.floats(-50, 50)


def _at(tree, **values):
    names = {name.name: name for name in (X, K, N, R, W)}
    return float(evaluate(tree, {names[word]: value for word, value in values.items()}))


@given(st.floats(max_value=0.0, min_value=-1e300), positive, exponents)
def test_hill_is_exactly_nothing_without_a_cause(x, half, n):
    assert _at(hill(X, K, N), x=x, half=half, n=n) == 0.0
    assert _at(ratio_power(X, K, N), x=x, half=half, n=n) == 0.0
    assert _at(inhibited_by(X, K, N), x=x, half=half, n=n) == 1.0


@given(positive, exponents)
def test_hill_is_one_half_at_half(half, n):
    assert _at(hill(X, K, N), x=half, half=half, n=n) == 0.5
    assert _at(inhibited_by(X, K, N), x=half, half=half, n=n) == 0.5
    assert _at(ratio_power(X, K, N), x=half, half=half, n=n) == 1.0


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), exponents)
def test_hill_stays_between_nothing_and_one_and_rises(x, half, n):
    low, high = _at(hill(X, K, N), x=x, half=half, n=n), _at(hill(X, K, N), x=2 * x, half=half, n=n)
    assert 0 <= low <= high <= 1
    assert high > low or low > 1 - 1e-9 or high < 1e-300


@pytest.mark.parametrize("law", ["hill", "ratio_power"])
@pytest.mark.parametrize(("n", "slope"), [(1.0, 0.25), (2.0, 0.0), (1.5, 0.0), (4.0, 0.0)])
def test_the_slope_where_the_cause_sets_in_is_the_one_from_the_right(law, n, slope):
    tree = {"hill": hill, "ratio_power": ratio_power}[law](X, K, N)
    assert _at(derivative(tree, X), x=0.0, half=4.0, n=n) == slope
    step = 1e-12
    assert _at(tree, x=step, half=4.0, n=n) / step == pytest.approx(slope, abs=1e-5)
    assert _at(derivative(tree, X), x=-1.0, half=4.0, n=n) == 0.0


def test_a_slope_that_would_be_infinite_is_refused_quietly():
    assert _at(derivative(hill(X, K, N), X), x=0.0, half=4.0, n=0.5) == 0.0


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0.2, 5))
def test_an_exponent_may_be_a_parameter_and_has_a_slope(x, half, n):
    tree, step = hill(X, K, N), 1e-6
    difference = (_at(tree, x=x, half=half, n=n + step) - _at(tree, x=x, half=half, n=n - step)) / (2 * step)
    assert _at(derivative(tree, N), x=x, half=half, n=n) == pytest.approx(difference, rel=1e-5, abs=1e-9)


@given(positive, positive, exponents, st.integers(-20, 20))
def test_laws_in_ratio_form_do_not_know_the_unit(x, half, n, k):
    factor = 2.0**k
    for law in (hill, ratio_power):
        assert _at(law(X, K, N), x=x * factor, half=half * factor, n=n) == _at(law(X, K, N), x=x, half=half, n=n)


@given(positive, positive, exponents)
def test_relative_inhibition_is_exactly_one_at_its_reference(reference, half, n):
    assert _at(inhibited_relative(X, R, K, N), x=reference, reference=reference, half=half, n=n) == 1.0


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.5, 4))
def test_relative_inhibition_falls_with_the_inhibitor(reference, half, n):
    tree = inhibited_relative(X, R, K, N)
    values = [_at(tree, x=reference * f, reference=reference, half=half, n=n) for f in (0.0, 0.5, 1.0, 2.0, 10.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 1 > values[-1] > 0


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0.5, 4))
def test_hill_above_is_nothing_at_its_baseline_and_tends_to_one(baseline, half, n):
    tree = hill_above(X, K, R, N)
    assert _at(tree, x=baseline, reference=baseline, half=half, n=n) == 0.0
    assert _at(tree, x=1e30, reference=baseline, half=half, n=n) == pytest.approx(1.0, rel=1e-9)
    assert _at(tree, x=baseline / 2, reference=baseline, half=half, n=n) < 0


@pytest.mark.parametrize("n", [1, 2, 1.7, 3])
@given(st.floats(-10, 100), st.floats(0.1, 10), st.floats(0.1, 10))
def test_hill_above_is_what_its_name_says(n, x, baseline, half):
    at_baseline = _at(hill(R, K, n), reference=baseline, half=half)
    want = (_at(hill(X, K, n), x=x, half=half) - at_baseline) / (1 - at_baseline)
    tree, here = hill_above(X, K, R, n), {"x": x, "reference": baseline, "half": half}
    slack = 1e-13 / (1 - at_baseline)  # of the definition: it loses digits where the baseline is far above the half
    assert _at(tree, **here) == pytest.approx(want, rel=1e-9 + slack, abs=slack)
    slope = _at(derivative(hill(X, K, n), X), x=x, half=half) / (1 - at_baseline)
    assert abs(x) < 1e-9 or _at(derivative(tree, X), **here) == pytest.approx(slope, rel=1e-9, abs=1e-13 / abs(x) + slack)


@pytest.mark.parametrize("n", [1, 2, 1.7])
def test_hill_above_keeps_its_digits_where_health_is_far_above_the_half(n):
    """There H(baseline) is 1 to the last digit, and the difference of the two nothing but rounding."""
    tree, share = hill_above(X, K, R, n), 1.1**n
    assert _at(tree, x=1.1e20, reference=1e20, half=1.0) == pytest.approx((share - 1) / share, rel=1e-12)
    assert _at(tree, x=1e20, reference=1e20, half=1.0) == 0.0


@given(st.floats(-1e300, 0.0), st.floats(1e-6, 1e6))
def test_the_rectifier_is_exactly_nothing_below_zero(x, width):
    assert _at(rectified(X, W), x=x, width=width) == 0.0
    assert _at(derivative(rectified(X, W), X), x=x, width=width) == 0.0
    assert _at(derivative(rectified(X, W), W), x=x, width=width) == 0.0


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_the_rectifier_is_below_the_excess_and_approaches_it(x, width):
    value = _at(rectified(X, W), x=x, width=width)
    assert 0 < value < x
    assert x - value == pytest.approx(x * width / (x + width), rel=1e-9)


@given(st.floats(1e-3, 1e3))
def test_the_rectifier_is_once_differentiable_at_zero(width):
    slope = derivative(rectified(X, W), X)
    for step in (1e-3, 1e-6, 1e-9):
        assert abs(_at(slope, x=step * width, width=width)) <= 2 * step
        assert abs(_at(rectified(X, W), x=step * width, width=width)) <= step**2 * width * (1 + 1e-9)


def test_michaelis_is_scaled_to_one_at_one():
    assert _at(saturating(X, K), x=1.0, half=0.3) == 1.0
    assert _at(saturating(X, K), x=0.0, half=0.3) == 0.0
    assert _at(saturating(X, K), x=1e12, half=0.3) == pytest.approx(1.3)


@given(sizes, st.floats(0, 1))
def test_a_split_flux_adds_up_again(flux, share):
    first, rest = (float(evaluate(part, {X: flux, K: share})) for part in split(X, K))
    assert first + rest == pytest.approx(flux, rel=4e-16, abs=1e-300)
    assert rest == flux - first


@given(sizes, sizes)
def test_smaller_and_larger_choose_and_together_keep_the_sum(a, b):
    low, high = _at(smaller(X, K), x=a, half=b), _at(larger(X, K), x=a, half=b)
    assert (low, high) == (min(a, b), max(a, b))


@given(st.floats(0, 100), st.floats(0, 100), st.floats(1e-3, 100))
def test_a_memory_cannot_leave_its_range(drive, k_on, k_off):
    trees = {level: fast_on_slow_off(Number(level), X, K, N) for level in (0.0, 1.0)}
    assert _at(trees[0.0], x=drive, half=k_on, n=k_off) >= 0
    assert _at(trees[1.0], x=drive, half=k_on, n=k_off) == -k_off


def test_a_memory_rests_where_writing_and_fading_balance():
    level = 6.0 / (6.0 + 0.5)
    assert _at(fast_on_slow_off(R, X, K, N), x=2.0, half=3.0, n=0.5, reference=level) == pytest.approx(0.0, abs=1e-12)


def test_laws_of_arrays_are_laws_of_each_person():
    x = np.array([-1.0, 0.0, 1.0, 4.0, 1e3])
    together = evaluate(hill(X, K, N), {X: x, K: np.asarray(4.0), N: np.asarray(2.0)})
    assert [_at(hill(X, K, N), x=float(one), half=4.0, n=2.0) for one in x] == together.tolist()
    assert math.isclose(together[-1], 1.0, rel_tol=1e-4)


def test_hill_saturates_at_one_where_its_power_is_too_large_for_a_number():
    assert functions.NUMBERS["hill"](1e300, 1e-3, 4.0) == 1.0
    assert evaluate(hill(X, K, N), {X: 1e300, K: 1e-3, N: 4.0}) == 1.0
