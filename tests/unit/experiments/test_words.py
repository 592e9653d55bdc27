"""Windows of time, and what spreads say of how sure a number is: by hand."""

import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from tests.helpers import refused

from zonula.experiments.words import seen_spread, window
from zonula.ground.errors import ZonulaError


@pytest.mark.parametrize(("text", "start", "end"), [("2 h", 2 / 24, 2 / 24), ("0 h", 0, 0), ("7 d", 7, 7), ("0 h to 12 h", 0, 0.5),
                                                    ("1 d to 2 weeks", 1, 14), ("30 min", 1 / 48, 1 / 48), ("6 h to 6 h", 0.25, 0.25)])
def test_a_window_is_read_in_days(text, start, end):
    found = window(text)
    assert (found.start, found.end) == pytest.approx((start, end))
    assert found.moment == (start == end)


@pytest.mark.parametrize("text", ["2 h to 1 h", "-1 h", "-2 h to 1 h"])
def test_a_window_runs_forward_from_the_beginning(text):
    with refused("ZN-1231", repr(text)):
        window(text)


@pytest.mark.parametrize("text", ["", "soon", "2 kg", "2 h to", "2 h to 3 h to 4 h", "inf d", "nan h"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ZonulaError) as caught:
        window(text)
    assert all(p.fix for p in caught.value.problems)


LN = math.log
CASES = [  # text, observed, n, median, on the scale of numbers, on that of logarithms
    ("12 SD", 40.0, 36, False, 12 / 6, math.sqrt(LN(1 + 0.3**2)) / 6),
    ("12 SD", 40.0, 36, True, 2 * 1.2533141373155001, math.sqrt(LN(1 + 0.3**2)) / 6 * 1.2533141373155001),
    ("0.14 SEM", 1.2, None, False, 0.14, math.sqrt(LN(1 + (0.14 / 1.2) ** 2))),
    ("0.14 SE", 1.2, 99, True, 0.14, math.sqrt(LN(1 + (0.14 / 1.2) ** 2))),
    ("0.74 CV", 5.0, 25, False, 0.74 * 5 / 5, math.sqrt(LN(1 + 0.74**2)) / 5),
    ("8 to 18.5 95% CI", 12.0, None, False, 10.5 / 2 / 1.959964, LN(18.5 / 8) / 2 / 1.959964),
    ("8 to 18.5 90% CI", 12.0, None, False, 10.5 / 2 / 1.644854, LN(18.5 / 8) / 2 / 1.644854),
    ("1 to 4 IQR", 2.0, 16, False, 3 / 2 / 0.67449 / 4, LN(4) / 2 / 0.67449 / 4),
    ("1 to 4 IQR", 2.0, 16, True, 3 / 2 / 0.67449 / 4 * 1.253314, LN(4) / 2 / 0.67449 / 4 * 1.253314),
    ("1 to 4 centiles 5-95", 2.0, 16, False, 3 / 2 / 1.644854 / 4, LN(4) / 2 / 1.644854 / 4),
    ("-3 to 5 IQR", 1.0, 16, False, 8 / 2 / 0.67449 / 4, None),
    ("3 to 9 range", 5.0, 16, False, None, None),
    ("12 SD", 40.0, None, False, None, None),
    ("12 SD", 0.0, 36, False, 2.0, None),
    ("12 SD", -40.0, 36, False, 2.0, math.sqrt(LN(1 + 0.3**2)) / 6),
]


@pytest.mark.parametrize(("text", "given", "median", "plain", "log"), [(text, (seen, n), *rest) for text, seen, n, *rest in CASES])
def test_a_spread_says_how_sure_a_number_is(text, given, median, plain, log):
    spread = seen_spread(text)
    assert spread.error(*given, median=median, logarithmic=False) == (None if plain is None else pytest.approx(plain, rel=1e-5))
    assert spread.error(*given, median=median, logarithmic=True) == (None if log is None else pytest.approx(log, rel=1e-5))


def test_the_error_of_logarithms_is_that_of_samples():
    """The mean of lognormal numbers of a known CV, drawn many times."""
    rng = np.random.default_rng(3)
    sigma = math.sqrt(LN(1 + 0.5**2))
    means = np.log(np.exp(sigma * rng.standard_normal((20_000, 40))).mean(axis=1))
    assert seen_spread("0.5 CV").error(1.0, 40, median=False, logarithmic=True) == pytest.approx(means.std(), rel=0.08)


def test_a_count_is_as_sure_as_a_binomial_number():
    spread = seen_spread("23/29")
    assert spread.error(23 / 29, None, median=False, logarithmic=False) == pytest.approx(math.sqrt(23 / 29 * 6 / 29 / 29))
    none = seen_spread("0/29").error(0.0, None, median=False, logarithmic=False)
    assert none == pytest.approx(math.sqrt(0.5 / 29 * 28.5 / 29 / 29))
    assert seen_spread("29/29").error(1.0, None, median=False, logarithmic=False) == pytest.approx(none)


def test_nothing_said_is_nothing_known():
    assert seen_spread(" ") is None


@pytest.mark.parametrize("text", ["12", "12 sd", "SD", "-12 SD", "0 SD", "1e999 SD", "4 to 1 IQR", "4 to 4 range", "0 to 1e999 IQR", "1 - 4 IQR", "1 to 4",
                                  "30/29", "0/0", "-1/3", "9" * 5000 + "/3", "12 SD n=3", "1.2.3 SD"])
def test_what_is_no_spread_is_refused(text):
    with refused("ZN-1233", "23/29"):
        seen_spread(text)


@hypothesis.given(st.text(alphabet="0123456789.eE+-/ toSDEMCVIQR%range", max_size=24), st.floats(-1e9, 1e9), st.booleans(), st.booleans())
def test_any_text_is_a_spread_with_a_sensible_error_or_is_refused(text, observed, median, logarithmic):
    try:
        spread = seen_spread(text)
    except ZonulaError:
        return
    error = None if spread is None else spread.error(observed, 10, median=median, logarithmic=logarithmic)
    assert error is None or error > 0
