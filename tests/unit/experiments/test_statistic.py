"""Statistics of persons against those of NumPy and SciPy, and contrasts by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from zonula.experiments.statistic import contrast, statistic
from zonula.population.conditions import condition

RNG = np.random.default_rng(5)
X = np.exp(0.6 * RNG.standard_normal((7, 4, 23)))
Y = X * np.exp(0.5 * RNG.standard_normal(X.shape))


def row(name, *, factor=1.0, counts=None):
    return SimpleNamespace(said=SimpleNamespace(statistic=name), factor=factor, counts=condition(counts) if counts else None)


@pytest.mark.parametrize(("name", "known"), [
    ("mean", np.mean(X, axis=-1)), ("median", np.median(X, axis=-1)), ("geometric mean", stats.gmean(X, axis=-1)),
    ("standard deviation", stats.tstd(X, axis=-1)), ("log standard deviation", np.log(stats.gstd(X, axis=-1)))])
def test_a_statistic_of_one_measure(name, known):
    assert statistic(row(name), X) == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize(("name", "known"), [
    ("correlation", lambda a, b: stats.pearsonr(a, b).statistic), ("rank correlation", lambda a, b: stats.spearmanr(a, b).statistic),
    ("explained variance", lambda a, b: stats.linregress(a, b).rvalue ** 2)])
@pytest.mark.parametrize("again", [False, True], ids=["persons", "persons drawn twice"])
def test_a_statistic_of_two_measures(name, known, again):
    pick = RNG.integers(0, 23, 23) if again else np.arange(23)  # of a sample with replacement some are equal
    a, b = X[..., pick], Y[..., pick]
    found = statistic(row(name, factor=100.0), a, b)
    assert found == pytest.approx(100 * np.array([[known(p, q) for p, q in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]), rel=1e-9)


def test_a_proportion_is_of_those_who_fulfil_the_condition():
    numbers = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 5.0, 0.0, 0.0]])
    assert statistic(row("proportion", counts=">= 2", factor=100.0), numbers).tolist() == [75.0, 50.0]
    assert statistic(row("proportion"), np.array([0.0, 1.0, 1.0, 0.0, 0.0])) == pytest.approx(0.4)


def test_what_has_no_logarithm_has_no_geometric_mean():
    assert np.isnan(statistic(row("geometric mean"), np.array([1.0, 0.0, 2.0])))
    assert np.isnan(statistic(row("log standard deviation"), np.array([1.0, -1.0, 2.0])))


def test_numbers_that_are_all_the_same_have_no_correlation():
    assert np.isnan(statistic(row("correlation"), np.ones(5), np.arange(5.0)))
    assert np.isnan(statistic(row("rank correlation"), np.ones(5), np.arange(5.0)))


@pytest.mark.parametrize(("how", "ours", "theirs", "known"), [
    ("ratio", 6.0, 4.0, 1.5), ("difference", 6.0, 4.0, 2.0), ("percent difference", 6.0, 4.0, 50.0), ("smd", 6.0, 4.0, 0.4),
    ("odds ratio", 0.6, 0.4, 2.25), ("number needed to treat", 0.6, 0.4, 5.0), ("number needed to treat", 0.4, 0.6, 200.0),
    ("odds ratio", 1.0, 0.5, 199.0)])
def test_a_contrast(how, ours, theirs, known):
    assert contrast(how, np.array(ours), np.array(theirs), spread=np.array(5.0)) == pytest.approx(known)


def test_to_nothing_there_is_no_ratio():
    assert not np.isfinite(contrast("ratio", np.array([1.0, 0.0]), np.array([0.0, 0.0]))).any()
