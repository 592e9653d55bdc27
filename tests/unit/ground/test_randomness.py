"""Chance without a state: Philox as published, one number for each seed, name and person, and none depends on any other."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import kstest

from zonula.ground.randomness import key_of, normal_deviates, normal_quantiles, words, words_of_people

NAMES = ("a", "b", "variability of blood.volume")


def test_the_words_are_those_of_philox():
    """NumPy's own Philox counts before it draws."""
    rng = np.random.default_rng(1)
    keys = rng.integers(0, 2**64, size=(2, 50), dtype=np.uint64)
    counters = rng.integers(1, 2**64, size=50, dtype=np.uint64)
    counters[:3] = 1, 2**32, 2**64 - 1
    found = words((keys[0], keys[1]), counters)
    for i in range(50):
        known = np.random.Philox(key=keys[:, i], counter=np.array([int(counters[i]) - 1, 0, 0, 0], dtype=np.uint64)).random_raw(1)
        assert found[i] == known[0]


def test_seed_and_name_make_the_key_and_cannot_flow_together():
    keys = {key_of(seed, name) for seed in (0, 1, 11) for name in ("", "1", "1/a", "a", "a/1")}
    assert len(keys) == 15
    assert all(0 <= word < 2**64 for key in keys for word in key)


def test_a_persons_number_depends_on_nobody_else_and_on_no_other_name():
    whole = normal_deviates(7, NAMES, range(100))
    assert whole.shape == (100, 3)
    assert np.array_equal(normal_deviates(7, NAMES, range(40, 43)), whole[40:43])
    assert np.array_equal(normal_deviates(7, ("new", *NAMES[::-1]), range(100))[:, 1:], whole[:, ::-1])
    assert not np.array_equal(normal_deviates(8, NAMES, range(100)), whole)
    assert len(np.unique(whole)) == 300


@pytest.mark.parametrize("seed", [0, 1, 2**40])
def test_the_numbers_are_normal_and_go_together_with_no_others(seed):
    drawn = normal_deviates(seed, [f"p{k}" for k in range(20)], range(2000))
    assert kstest(drawn.ravel(), "norm").pvalue > 1e-4
    between = np.corrcoef(drawn.T) - np.eye(20)
    assert np.max(np.abs(between)) < 0.1
    assert abs(np.corrcoef(drawn[:-1, 0], drawn[1:, 0])[0, 1]) < 0.1


def test_nobody_and_nothing_is_drawn_too():
    assert normal_deviates(0, (), range(3)).shape == (3, 0)
    assert normal_deviates(0, NAMES, range(0)).shape == (0, 3)


@pytest.mark.parametrize("people", [range(30), range(5, 40), range(2**40, 2**40 + 300), range(0, 90, 3), range(7, 9)])
def test_many_people_have_the_words_that_each_has_alone(people):
    keys = np.random.default_rng(2).integers(0, 2**64, size=(5, 2), dtype=np.uint64)
    alone = np.array([[words((key[:1], key[1:]), np.array([person], dtype=np.uint64))[0] for key in keys] for person in people])
    assert np.array_equal(words_of_people(keys, people), alone)


def test_quantiles_are_those_of_the_standard_library_far_out_too():
    uniform = np.concatenate([np.random.default_rng(1).random(5000), 10.0 ** -np.linspace(0.31, 16.2, 500), [2.0**-54, 1 - 2.0**-53, 0.5, 0.075, 0.925]])
    known = np.array([NormalDist().inv_cdf(u) for u in uniform.tolist()])
    assert normal_quantiles(uniform) == pytest.approx(known, rel=1e-15, abs=0)
    assert np.array_equal(normal_quantiles(uniform[::-1].copy()), normal_quantiles(uniform)[::-1])
