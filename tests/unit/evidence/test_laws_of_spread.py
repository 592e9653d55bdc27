"""Laws of spread: ranges in and out, lopsided ranges, and numbers that describe no spread."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from zonula.evidence.laws import NAMES, Z90, Law, exponential, law_from, quantiles

medians = {"lognormal": st.floats(1e-3, 1e6), "logitnormal": st.floats(0.05, 0.95), "normal": st.floats(-1e3, 1e3)}
spread_names = st.sampled_from(sorted(medians))


@st.composite
def ranges(draw):
    """A law's name with low < median < high inside its support."""
    name = draw(spread_names)
    median = draw(medians[name])
    down, up = draw(st.floats(0.05, 0.9)), draw(st.floats(0.05, 0.9))
    if name == "normal":
        return name, median - 10 * down, median, median + 10 * up
    if name == "logitnormal":
        return name, median * (1 - down), median, median + (1 - median) * up
    return name, median * (1 - down), median, median * (1 + 5 * up)


def test_the_quantile_of_the_range_is_that_of_the_normal_law():
    assert pytest.approx(stats.norm.ppf(0.95), rel=1e-15) == Z90


@given(ranges())
def test_a_range_comes_back_as_it_was_given(case):
    name, low, median, high = case
    law = law_from(name, median, low=low, high=high)
    assert law.range90(median) == pytest.approx((low, high), rel=1e-9, abs=1e-12)
    assert law.quantile(median, 0.0) == median


@given(ranges(), st.floats(-3, 3), st.floats(-3, 3))
def test_quantiles_rise_and_stay_in_the_support(case, a, b):
    name, low, median, high = case
    law = law_from(name, median, low=low, high=high)
    first, second = law.quantile(median, min(a, b)), law.quantile(median, max(a, b))
    assert first <= second * (1 + 1e-12) if second > 0 else first <= second + 1e-9
    if name == "lognormal":
        assert first > 0
    if name == "logitnormal":
        assert 0 < first <= second < 1


@given(ranges())
def test_a_lopsided_range_has_a_deviation_for_each_side(case):
    name, low, median, high = case
    law = law_from(name, median, low=low, high=high)
    scale = {"lognormal": math.log, "logitnormal": lambda x: math.log(x / (1 - x)), "normal": lambda x: x}[name]
    assert law.below == pytest.approx((scale(median) - scale(low)) / Z90, rel=1e-9)
    assert law.above == pytest.approx((scale(high) - scale(median)) / Z90, rel=1e-9)


@given(st.floats(0.01, 2.0), st.floats(1e-3, 1e3))
def test_a_coefficient_of_variation_is_that_of_the_lognormal_law(cv, median):
    law = law_from("lognormal", median, cv=cv)
    assert law.below == law.above
    known = stats.lognorm(law.above, scale=median)
    assert known.std() / known.mean() == pytest.approx(cv, rel=1e-9)
    assert law.range90(median) == pytest.approx(known.ppf([0.05, 0.95]).tolist(), rel=1e-9)


@pytest.mark.parametrize("median", [0.0, -3.0, 7.0])
def test_a_fixed_value_has_no_spread(median):
    assert law_from("fixed", median) == Law("fixed")
    assert law_from("fixed", median).range90(median) == (median, median)


_NONE = [
    ("uniform", 1.0, {"low": 0.0, "high": 2.0}, "unknown law"),
    ("fixed", 1.0, {"cv": 0.1}, "no cv"), ("fixed", 1.0, {"low": 0.5}, "no cv"),
    ("lognormal", 0.0, {"cv": 0.1}, "outside the support"), ("lognormal", -1.0, {"cv": 0.1}, "outside the support"),
    ("logitnormal", 1.0, {"low": 0.5, "high": 0.9}, "outside the support"), ("logitnormal", 0.0, {"low": 0.5, "high": 0.9}, "outside"),
    ("normal", 1.0, {"cv": 0.1}, "lognormal law alone"), ("logitnormal", 0.5, {"cv": 0.1}, "lognormal law alone"),
    ("lognormal", 1.0, {"cv": 0.0}, "between 0 and 5"), ("lognormal", 1.0, {"cv": 5.0}, "between 0 and 5"),
    ("lognormal", 1.0, {"cv": -1.0}, "between 0 and 5"), ("lognormal", 1.0, {"cv": math.nan}, "between 0 and 5"),
    ("lognormal", 1.0, {"cv": 0.1, "low": 0.5}, "without low and high"), ("lognormal", 1.0, {"cv": 0.1, "high": 2.0}, "without low and high"),
    ("lognormal", 1.0, {}, "give cv, or both"), ("lognormal", 1.0, {"low": 0.5}, "give cv, or both"), ("normal", 1.0, {"high": 2.0}, "both"),
    ("lognormal", 1.0, {"low": 2.0, "high": 3.0}, "not in order"), ("lognormal", 1.0, {"low": 0.1, "high": 0.5}, "not in order"),
    ("lognormal", 1.0, {"low": 0.0, "high": 2.0}, "not in order"), ("lognormal", 1.0, {"low": -1.0, "high": 2.0}, "not in order"),
    ("logitnormal", 0.5, {"low": 0.1, "high": 1.0}, "not in order"), ("logitnormal", 0.5, {"low": 0.0, "high": 0.9}, "not in order"),
    ("normal", 1.0, {"low": -math.inf, "high": 2.0}, "not in order"), ("lognormal", 1.0, {"low": 0.5, "high": math.inf}, "not in order"),
    ("lognormal", 1.0, {"low": 1.0, "high": 2.0}, "not in order"), ("lognormal", 1.0, {"low": math.nan, "high": 2.0}, "not in order"),
]


@pytest.mark.parametrize(("name", "median", "given_spread", "words"), _NONE)
def test_what_describes_no_spread_is_refused(name, median, given_spread, words):
    with pytest.raises(ValueError, match=words):
        law_from(name, median, **given_spread)


def test_every_law_is_tested():
    assert set(NAMES) == {*medians, "fixed"}


def test_many_quantiles_at_once_are_those_of_one_by_one():
    laws = [Law("lognormal", 0.5, 0.2), Law("logitnormal", 1.0, 2.0), Law("normal", 3.0, 0.1), Law("fixed"), Law("lognormal", 0.0, 3.0)]
    z = np.random.default_rng(3).normal(size=(200, 5)) * 3
    z[5] = 0.0
    each = np.exp(np.random.default_rng(4).normal(size=(200, 5)) * [3, 0.1, 1, 1, 5]) * [1, 0.2, 1, 1, 1]
    for medians in (each, each[7]):
        known = [[law.quantile(float(median), float(deviate)) for law, median, deviate in zip(laws, row, deviates, strict=True)]
                 for row, deviates in zip(np.broadcast_to(medians, z.shape), z, strict=True)]
        assert quantiles(laws, medians, z) == pytest.approx(np.array(known), rel=2e-15, abs=1e-15)


def test_the_exponential_is_good_to_its_last_digits_and_ends_where_numbers_do():
    y = np.concatenate([np.linspace(-708.0, 709.0, 20011), np.random.default_rng(1).normal(size=5000)])
    assert exponential(y) == pytest.approx(np.array([math.exp(x) for x in y]), rel=5e-16, abs=0)
    assert exponential(np.array([0.0, 710.0, 1e300, np.inf, -746.0, -1e300, -np.inf])).tolist() == [1.0, np.inf, np.inf, np.inf, 0.0, 0.0, 0.0]
    assert np.isnan(exponential(np.array([np.nan]))[0])
