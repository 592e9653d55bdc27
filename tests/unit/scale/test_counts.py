"""Counts: exact sums in any order, quantiles to a bin."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zonula.scale import Scale, added_counts, histogram, mean_of, moments, quantile

SCALE = Scale(-3.0, 3.0, 512)
values = st.lists(st.floats(-1000, 1000), max_size=40)


@given(values, values, values)
def test_merging_commutes_and_associates(a, b, c):
    x, y, z = ({"m": moments(v), "h": histogram(v, SCALE)} for v in (a, b, c))
    left, right = added_counts(added_counts(x, y), z), added_counts(x, added_counts(z, y))
    whole = {"m": moments([*a, *b, *c]), "h": histogram([*a, *b, *c], SCALE)}
    for name, counts in whole.items():
        assert np.array_equal(left[name], right[name])
        assert np.array_equal(left[name], counts)


def test_counts_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match="shapes"):
        added_counts({"a": np.zeros(2, np.int64)}, {"a": np.zeros(3, np.int64)})


@pytest.mark.parametrize("share", [0.001, 0.025, 0.25, 0.5, 0.9, 0.999])
def test_quantiles_are_right_to_a_bin(share):
    drawn = np.random.default_rng(1).normal(size=100_000)
    drawn = drawn[np.abs(drawn) < 3]
    exact = np.quantile(drawn, share, method="inverted_cdf")
    assert abs(quantile(histogram(drawn, SCALE), SCALE, share) - exact) < SCALE.width


def test_what_lies_beyond_the_scale_is_told():
    counts = histogram([-9.0, -9.0, 0.0, 9.0, math.nan], SCALE)
    assert (counts[0], counts[-2], counts[-1], counts.sum()) == (2, 1, 1, 5)
    assert quantile(counts, SCALE, 0.1) == -math.inf
    assert quantile(counts, SCALE, 1.0) == math.inf
    assert abs(quantile(counts, SCALE, 0.6)) < SCALE.width
    assert math.isnan(quantile(histogram([], SCALE), SCALE, 0.5))
    assert histogram([3.0], SCALE)[-2] == 1  # the upper edge is beyond, the lower within
    assert histogram([-3.0], SCALE)[1] == 1


def test_the_interval_is_that_of_the_values():
    drawn = np.random.default_rng(2).normal(-0.4, 2.0, size=5000)
    found = mean_of(moments(drawn))
    assert found.value == pytest.approx(drawn.mean(), abs=1e-6)
    assert found.width / 2 == pytest.approx(1.959964 * drawn.std(ddof=1) / math.sqrt(5000), rel=1e-5)
    assert found.n == 5000


def test_sums_hold_where_sixty_four_bits_would_not():
    large = np.full(3000, 2.0**30)
    found = mean_of(moments(large, unit=1.0), unit=1.0)
    assert (found.value, found.width) == (2.0**30, 0.0)  # the sum of squares is above 2^71


def test_too_few_values_tell_nothing():
    assert mean_of(moments(np.arange(29.0))).width == math.inf
    assert mean_of(moments(np.arange(30.0))).width < math.inf
    assert math.isnan(mean_of(moments([math.nan])).value)
    with pytest.raises(ValueError, match="too large"):
        moments([1e6], unit=1e-6)
