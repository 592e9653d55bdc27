"""Variants of the model weighed by data, the population that ships, and which study would tell most."""

import numpy as np
import pytest
from tests.small_studies import study

from zonula.calibration.posterior import Posterior
from zonula.calibration.shipped import posterior_named, shipped_posterior, typical_people, weighted_variants
from zonula.calibration.telling import most_telling
from zonula.calibration.variants import Comparison, compare_variants, resampled, stacked, surprise_of
from zonula.evidence.load import evidence_of
from zonula.experiments.judge import Prediction
from zonula.experiments.predict import Settings
from zonula.experiments.read import read_experiments
from zonula.ground.files import packaged
from zonula.organs.standard import standard_model
from zonula.population.sampling import prior_members
from zonula.population.variants import shipped_variants

# --- weights ------------------------------------------------------------------------------------------------

def test_the_mixture_is_that_under_which_the_data_are_most_likely():
    log_densities = np.log(np.random.default_rng(1).uniform(0.05, 1.0, (3, 40)))
    weights = stacked(log_densities)
    assert weights.sum() == pytest.approx(1.0)

    def likelihood(w):
        return float(np.sum(np.log(w @ np.exp(log_densities))))

    best = likelihood(weights)
    rng = np.random.default_rng(2)
    assert all(likelihood(rng.dirichlet(np.ones(3))) <= best + 1e-6 for _ in range(2000))


def test_a_variant_that_predicts_everything_worse_has_no_weight():
    assert stacked(np.array([[0.0] * 20, [-1.0] * 20])) == pytest.approx([1.0, 0.0], abs=1e-6)
    assert stacked(np.array([[0.0, -9.0] * 10, [-9.0, 0.0] * 10])) == pytest.approx([0.5, 0.5], abs=1e-3)
    assert stacked(np.empty((4, 0))) == pytest.approx([0.25] * 4)


def test_weights_are_the_mean_over_studies_whose_rows_stay_together():
    """One study of many rows speaks for the second, many of one row each for the first: counted by studies, most speak for the first."""
    log_densities = np.array([[0.0] * 20 + [-3.0] * 20, [-3.0] * 20 + [0.0] * 20])
    apart, together = np.arange(40), np.array([*range(20), *[20] * 20])
    even, _ = resampled(log_densities, apart, seed=1)
    assert even == pytest.approx([0.5, 0.5], abs=0.03)
    (first, second), ((low, high), _) = resampled(log_densities, together, seed=1)
    assert first + second == pytest.approx(1.0)
    assert low < first < high
    assert high - low > 2 * np.ptp(resampled(log_densities, apart, seed=1)[1][0]) > 0
    assert resampled(log_densities, together, seed=1)[0].tolist() == [first, second]


def test_a_row_may_count_more_than_once():
    log_densities = np.array([[0.0, -2.0, 0.0], [-2.0, 0.0, -2.0]])
    assert stacked(log_densities, np.array([1.0, 2.0, 1.0])) == pytest.approx(stacked(np.array([[0.0, -2.0, -2.0, 0.0], [-2.0, 0.0, 0.0, -2.0]])))


def prediction(row, draws, observed, *, log=False):
    return Prediction(experiment=None, row=row, observed=observed, draws=np.asarray(draws, dtype=float), log=log)


def test_surprise_is_least_in_the_middle_and_grows_outwards(tmp_path):
    (row,) = study("note = ''").rows
    draws = np.random.default_rng(3).normal(10.0, 2.0, 4000)
    near, far, farther = (surprise_of(prediction(row, draws, seen)) for seen in (10.0, 14.0, 20.0))
    assert near < far < farther
    assert near == pytest.approx(-np.log(0.375 / 2.0), abs=0.05), "the density of Student's t with 4 degrees of freedom at its middle is 3/8"
    on_logs = surprise_of(prediction(row, np.exp(draws), np.exp(10.0), log=True))
    assert on_logs == pytest.approx(near, rel=1e-9)
    assert np.isnan(surprise_of(prediction(row, [], 1.0)))
    assert np.isnan(surprise_of(prediction(row, np.ones(9), 1.0)))


def test_tolerance_is_told_from_its_absence_by_repeated_doses():
    model = standard_model()
    studies = [e for e in read_experiments([packaged("experiments", "human")], model) if any(row.id == "ENDO-019" for row in e.rows)]
    evidence = evidence_of(model)
    variants = {name: shipped_variants()[name] for name in ("standard", "no_tolerance")}
    found = compare_variants(studies, model, evidence, prior_members(model, evidence, 10, seed=2), Settings(persons=3, seed=2, rtol=1e-3), variants=variants)
    assert found.weights[0] > 0.9, found.as_dict()
    assert "no_tolerance" in " ".join(found.in_words())


def test_words_name_what_speaks_against_a_variant():
    compared = Comparison(names=("standard", "other"), rows=("A", "B"), surprise=np.array([[1.0, 1.0], [1.5, 4.0]]), weights=(0.9, 0.1),
                          between=((0.5, 1.0), (0.0, 0.5)),
                          not_shown={"standard": (), "other": ("C",)})
    words = " ".join(compared.in_words())
    assert "against it speak above all B" in words
    assert "1 rows it cannot predict" in words
    assert compared.as_dict()["other"]["worse_than_first"] == ["B"]


# --- the population that ships -------------------------------------------------------------------------------

def test_the_population_that_ships_is_of_this_model_and_its_people_are_healthy():
    from zonula.population.sampling import at_rest

    model, posterior = standard_model(), shipped_posterior()
    assert posterior.facts["model"] == model.fingerprint, "calibrate again: the model has changed"
    assert sum(posterior.weights.values()) == pytest.approx(1.0, abs=1e-3), "they are rounded"
    wrong, _ = at_rest(model, posterior.members(model, evidence_of(model), 40).rows)
    assert wrong.sum() <= 1, "rounding to single precision may move one over a limit"
    assert posterior_named("evidence") is None
    assert posterior_named("calibrated") is posterior


def test_typical_people_live_in_variants_as_these_are_weighted():
    model, posterior = standard_model(), shipped_posterior()
    people = typical_people(model, posterior, 64)
    for name, (variant, weight) in weighted_variants(posterior).items():
        assert abs(people.variant.count(name) / 64 - weight) < 0.05, name
        mine = [i for i, v in enumerate(people.variant) if v == name]
        assert all(people.closed[i] == variant.closed for i in mine)
        for path, value in variant.parameters.items():
            assert set(people.rows[mine, model.parameter_index[path]]) <= {value}
    fewer = typical_people(model, posterior, 10)
    assert np.array_equal(fewer.rows, people.rows[:10])
    assert fewer.variant == people.variant[:10]
    assert not np.array_equal(typical_people(model, posterior, 10, seed=1).rows, fewer.rows)


# --- which study would tell most -------------------------------------------------------------------------------

def population(shown, errors):
    names = tuple(f"R{i}" for i in range(len(shown)))
    return Posterior(names=("a",), scores=np.zeros((shown.shape[1], 1)), shown=shown, errors=np.asarray(errors, dtype=float), facts={"rows": names})


def test_what_is_correlated_and_exact_tells_most():
    rng = np.random.default_rng(4)
    quantity = rng.standard_normal(300)
    noise = rng.standard_normal((3, 300))
    shown = np.array([quantity, 0.8 * quantity + 0.6 * noise[0], noise[1], quantity])
    found = {one.row: one.share for one in most_telling(quantity, population(shown, [0.5, 0.5, 0.5, 5.0]), most=9)}
    assert found["R0"] == pytest.approx(quantity.var() / (quantity.var() + 0.25), rel=1e-9)
    assert found["R0"] > found["R1"] > found["R3"]
    assert "R2" not in found, "chance among so few people is no correlation"


def test_what_is_the_same_in_all_tells_nothing():
    shown = np.random.default_rng(5).standard_normal((2, 40))
    assert most_telling(np.full(40, 3.0), population(shown, [1, 1])) == []
    assert most_telling(np.full(40, np.nan), population(shown, [1, 1])) == []
