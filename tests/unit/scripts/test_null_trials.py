import numpy as np
from scripts.null_trials import QUESTIONS, judged, looks, study

from zonula.trials.answers import data_of, estimate


def test_a_made_up_trial_has_two_arms_that_differ_by_nothing_but_chance():
    lived = study(np.random.default_rng(1), 400)
    assert lived.arms == ("drug", "placebo")
    assert lived.randomised.all()
    assert 0.02 < np.isfinite(lived.dropout_day).mean() < 0.3
    assert all(0 < estimate(data_of(lived, question)).p <= 1 for question in QUESTIONS.values())


def test_what_is_not_as_it_should_be_is_told():
    even = (np.arange(2000) + 0.5) / 2000
    assert judged(even, continuous=True)["fine"]
    assert not judged(even**1.3, continuous=True)["fine"]  # finds too much
    assert not judged(np.where(even < 0.05, even, 0.5), continuous=True)["fine"]  # finds what it should, and is not uniform
    assert judged(np.where(even < 0.05, even, 0.5), continuous=False)["fine"]
    assert not judged(np.where(even < 0.1, 0.01, 0.5), continuous=False)["fine"]


def test_three_looks_are_as_often_positive_as_one():
    assert abs(np.mean([looks(np.random.default_rng([2, k])) for k in range(1000)]) - 0.05) < 0.021
