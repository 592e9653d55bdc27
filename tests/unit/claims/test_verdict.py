"""The rule that every claim shares: from draws and variants to a verdict."""

from dataclasses import replace

import numpy as np
import pytest
from tests.small_claims import CLAIM, read_claim

from zonula.claims.verdict import CANNOT_TELL, FAILS, HOLDS, NOT_SUPPORTED, OPEN, PARTLY, SUPPORTED, UNKNOWN, Number, judge

TWO = {"standard": 0.75, "other": 0.25}
MORE = '[[statements]]\nsays = "folds >= 2"\nwhy  = "A convention."\n\n[[controls]]'


@pytest.fixture
def claim(tmp_path):
    return read_claim(tmp_path, CLAIM.replace("[[controls]]", MORE, 1))


def numbers(claim, **draws):
    """Numbers of a claim; of those that are not given, such as let all statements hold and the control fail."""
    usual = {"rise": 100.0, "folds": 10.0, "tnf_without": 2.0, "tnf_after": 102.0, "relative": 50.0}
    shown = {name: {v: np.full(10, value) for v in TWO} for name, value in usual.items()}
    for name, given in draws.items():
        shown[name] = {v: np.asarray(x, dtype=float) for v, x in (given if isinstance(given, dict) else dict.fromkeys(TWO, given)).items()}
    return [Number(id=name, unit="1", note="", draws=by, reasons={}) for name, by in shown.items()]


def shares(yes):
    """Ten draws, of so many of which the statements are true."""
    return [100.0] * yes + [0.0] * (10 - yes)


@pytest.mark.parametrize(("rise", "folds", "verdict"), [
    (10, 10, SUPPORTED), (9, 9, SUPPORTED), (1, 10, NOT_SUPPORTED), (0, 0, NOT_SUPPORTED), (10, 1, PARTLY), (5, 10, PARTLY), (5, 5, CANNOT_TELL),
    (5, 0, CANNOT_TELL), (8, 8, CANNOT_TELL), (2, 10, PARTLY)])
def test_the_verdict_follows_from_the_shares(claim, rise, folds, verdict):
    found = judge(claim, numbers(claim, rise=shares(rise), folds=shares(folds)), TWO)
    assert found.verdict == verdict, found.reason


def test_what_all_fail_is_not_supported_even_if_nothing_is_needed(claim):
    free = replace(claim, statements=tuple(replace(s, said=s.said.model_copy(update={"needed": False})) for s in claim.statements))
    assert judge(free, numbers(free, rise=shares(0), folds=shares(0)), TWO).verdict == NOT_SUPPORTED
    assert judge(free, numbers(free, rise=shares(0), folds=shares(10)), TWO).verdict == PARTLY


@pytest.mark.parametrize("yes", [2, 5, 10])
def test_a_control_that_does_not_fail_takes_the_verdict_away(claim, yes):
    found = judge(claim, numbers(claim, tnf_without=shares(yes)), TWO)
    assert found.verdict == CANNOT_TELL
    assert "control does not fail" in found.reason
    assert not found.as_dict()["negative_control"]["failed"]
    assert judge(claim, numbers(claim, tnf_without=shares(1)), TWO).verdict == SUPPORTED


def test_variants_are_weighted_and_a_difference_between_them_is_told(claim):
    found = judge(claim, numbers(claim, rise={"standard": shares(10), "other": shares(0)}), TWO)
    first = found.statements[0]
    assert first.share == pytest.approx(0.75)
    assert first.outcome == OPEN
    assert first.structural
    assert not found.statements[1].structural
    assert judge(claim, numbers(claim, rise={"standard": shares(10), "other": shares(0)}), {"standard": 0.95, "other": 0.05}).statements[0].outcome == HOLDS


def test_draws_without_the_number_do_not_count_and_too_few_of_them_tell_nothing(claim):
    some = [np.nan] * 4 + [100.0] * 6
    few = [np.nan] * 6 + [100.0] * 4
    assert judge(claim, numbers(claim, rise=some), TWO).statements[0].share == 1.0
    unknown = judge(claim, numbers(claim, rise=few), TWO)
    assert unknown.statements[0].outcome == UNKNOWN
    assert unknown.statements[0].share is None
    assert unknown.verdict == PARTLY
    partly = judge(claim, numbers(claim, rise={"standard": shares(0), "other": few}), TWO).statements[0]
    assert (partly.outcome, partly.share, partly.shares["other"]) == (FAILS, 0.0, None)


def test_quantiles_are_those_of_the_draws_that_have_the_number(claim):
    number = numbers(claim, rise=[np.nan, *range(1, 10)])[0]
    assert number.quantiles("standard") == pytest.approx(np.quantile(range(1, 10), (0.05, 0.25, 0.5, 0.75, 0.95)))
    assert numbers(claim, rise=[np.nan] * 6 + [1.0] * 4)[0].quantiles("standard") is None
