"""Persons are weighted or selected to be like a cohort: what is asked is reached, in others too; what cannot be is named."""

import json

import numpy as np
import pytest
from scipy import stats
from tests.helpers import refused

from zonula.population.covariates import chance_of
from zonula.population.matching import Tilt, compared, fitted_tilt, matched, tilt_from
from zonula.population.targets import Statement, Targets


def crowd(count, seed=0):
    """Made-up persons: an age, a sex, a measured CRP that goes with age."""
    rng = np.random.default_rng(seed)
    age = rng.normal(50, 12, count)
    return {"age": age, "female": (rng.random(count) < 0.5).astype(float), "crp": np.exp(rng.normal(1.5 + 0.02 * (age - 50), 0.9, count)),
            "member": np.arange(count) % 20}


def targets(*statements):
    return Targets(name="made_up", title="", like="", statements=statements)


def said(of, kind, value, tolerance=0.05, **more):
    return Statement(of=of, kind=kind, value=value, tolerance=tolerance, **more)


BASELINE = targets(said("age", "mean", 54.0, 0.6), said("age", "sd", 10.0, 0.5, beside=54.0), said("female", "share", 0.7, 0.02),
                   said("crp", "quantile", 3.0, 0.02, beside=0.25), said("crp", "quantile", 6.5, 0.02, beside=0.5),
                   said("crp", "share", 0.3, 0.02, where=">= 10"))


def test_weights_reach_means_sds_quantiles_and_shares():
    people = crowd(3000)
    found = matched(BASELINE, people.__getitem__)
    assert found.missed == ()
    w = found.weights
    assert (w.mean(), w.min() > 0) == (pytest.approx(1.0), True)
    assert np.average(people["age"], weights=w) == pytest.approx(54, abs=1e-3)
    assert np.average((people["age"] - 54) ** 2, weights=w) ** 0.5 == pytest.approx(10, abs=1e-3)
    assert np.average(people["female"], weights=w) == pytest.approx(0.7, abs=1e-4)
    assert np.average(people["crp"] <= 6.5, weights=w) == pytest.approx(0.5, abs=1e-4)
    assert np.average(people["crp"] >= 10, weights=w) == pytest.approx(0.3, abs=1e-4)
    assert found.effective == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert 0.4 * 3000 < found.effective < 0.95 * 3000
    assert [r.after for r in found.reached] == pytest.approx([54, 10, 0.7, 3.0, 6.5, 0.3], rel=0.03)
    assert [r.before for r in found.reached][:1] == pytest.approx([people["age"].mean()])


def test_of_all_weights_with_these_means_they_are_the_most_even():
    people = crowd(400)
    one = targets(said("age", "mean", 54.0))
    w = matched(one, people.__getitem__).weights
    line = np.polyfit(people["age"], np.log(w), 1)
    assert np.log(w) == pytest.approx(np.polyval(line, people["age"]), abs=1e-6)
    other = np.clip(1 + (54 - people["age"].mean()) * (people["age"] - people["age"].mean()) / people["age"].var(), 1e-9, None)
    other /= other.mean()
    assert (w * np.log(w)).mean() < (other * np.log(other)).mean()


def test_whom_nothing_distinguishes_from_the_cohort_keeps_even_weights():
    people = crowd(500)
    same = targets(said("age", "mean", float(people["age"].mean())), said("female", "share", float(people["female"].mean())))
    assert matched(same, people.__getitem__).weights == pytest.approx(np.ones(500), abs=1e-6)


@pytest.mark.parametrize("statement", [said("age", "mean", 130.0), said("crp", "share", 1.0, where=">= 1000"), said("age", "quantile", 150.0, 0.01, beside=0.2)])
def test_what_cannot_be_reached_is_named_with_how_far_it_can_be(statement):
    people = crowd(1000)
    found = matched(targets(statement, said("age", "sd", 12.0, 1.0, beside=50.0)), people.__getitem__)
    missed = {r.statement.label: r for r in found.missed}
    assert statement.label in missed
    low, high = missed[statement.label].alone
    r = missed[statement.label]
    assert low <= r.before <= high
    assert not low <= statement.value <= high
    assert found.effective >= 0.05 * 1000 * 0.99
    line = next(line for line in found.in_words() if line.startswith(statement.label))
    assert "NOT REACHED" in line
    assert "by itself" in line
    told = next(n for n in json.loads(json.dumps(found.as_dict()))["numbers"] if n["target"] == statement.label)
    assert told["reached"] is False
    assert told["alone_between"] == [low, high]


def test_a_mean_beyond_everybody_is_held_back_by_the_effective_sample():
    people = crowd(1000)
    near = matched(targets(said("age", "mean", 68.0)), people.__getitem__, least=0.3)
    assert near.effective == pytest.approx(300, rel=0.02)
    assert 55 < near.reached[0].after < 67
    assert near.reached[0].after == pytest.approx(near.reached[0].alone[1], abs=0.3)
    assert matched(targets(said("age", "mean", 68.0)), people.__getitem__).reached[0].after == pytest.approx(68, abs=0.01)


def test_nobody_can_move_what_is_the_same_in_all():
    people = crowd(200) | {"crp": np.full(200, 5.0)}
    found = matched(targets(said("crp", "mean", 7.0), said("age", "mean", 52.0)), people.__getitem__)
    assert [r.statement.of for r in found.missed] == ["crp"]
    assert found.missed[0].alone == (5.0, 5.0)
    assert found.reached[1].after == pytest.approx(52, abs=1e-3)


def test_too_few_persons_for_so_many_numbers_are_refused():
    with refused("ZN-1293", "23 persons", "6 numbers", "24 at least"):
        matched(BASELINE, crowd(23).__getitem__)


def selected(tilt, people, seed=5):
    """Who is taken, by chances of their own."""
    rng = np.random.default_rng(seed)
    chances = tilt.chances_by_covariates(people.__getitem__) * tilt.chances_by_readouts(people.__getitem__)
    return rng.random(len(people["age"])) < chances


def test_selection_reaches_the_cohort_in_others_than_those_it_was_fitted_to():
    tilt, fit = fitted_tilt(BASELINE, (pilot := crowd(4000)).__getitem__, pilot["member"])
    others = crowd(60_000, seed=1)
    taken = selected(tilt, others)
    assert taken.mean() == pytest.approx(tilt.taken, rel=0.1)
    assert taken.mean() > 0.1
    found = compared(BASELINE, {name: values[taken] for name, values in others.items()}.__getitem__)
    assert np.mean(others["crp"][taken] <= 6.5) == pytest.approx(0.5, abs=0.03)
    assert np.mean(others["crp"][taken] <= 3.0) == pytest.approx(0.25, abs=0.03)
    assert next(r for r in found.reached if r.statement.kind == "sd").after == pytest.approx(10.0, abs=0.6)
    assert np.mean(others["female"][taken]) == pytest.approx(0.7, abs=0.03)
    assert np.mean(others["crp"][taken] >= 10) == pytest.approx(0.3, abs=0.03)
    assert np.mean(others["age"][taken]) == pytest.approx(54.0, abs=0.8)
    assert fit.missed == ()


def test_those_who_were_selected_are_told_beside_those_who_were_not():
    pilot = crowd(2000)
    aim = targets(said("age", "mean", 95.0), said("female", "share", 0.6))
    tilt, fit = fitted_tilt(aim, pilot.__getitem__, pilot["member"])
    others = crowd(20_000, seed=1)
    taken = selected(tilt, others)
    found = compared(aim, {name: values[taken] for name, values in others.items()}.__getitem__, fit)
    age = found.reached[0]
    assert (age.before, age.alone) == (fit.reached[0].before, fit.reached[0].alone)
    assert age.after == pytest.approx(others["age"][taken].mean())
    assert age.after == pytest.approx(fit.reached[0].after, abs=1.0)
    assert age.before + 8 < age.after < 95
    assert "age" in [r.statement.of for r in found.missed]


def test_selection_keeps_the_share_of_each_typical_person():
    people = crowd(4000)
    people["age"] += 15.0 * (people["member"] < 5)  # some typical persons have older people around them
    older = targets(said("age", "mean", 58.0))
    _, fit = fitted_tilt(older, people.__getitem__, people["member"])
    assert np.bincount(people["member"], weights=fit.weights) == pytest.approx(np.full(20, 200.0))
    free = np.bincount(people["member"], weights=matched(older, people.__getitem__).weights)
    assert free[:5].mean() > 1.3 * free[5:].mean()


def test_typical_persons_far_apart_keep_their_weights():
    people = crowd(4000)
    people["age"] += 5000.0 * (people["member"] == 3)  # nobody around this one is anything like the others
    middle = targets(said("age", "mean", float(people["age"].mean()) + 4.0))
    _, fit = fitted_tilt(middle, people.__getitem__, people["member"])
    assert np.isfinite(fit.weights).all()
    assert np.bincount(people["member"], weights=fit.weights) == pytest.approx(np.full(20, 200.0))


@pytest.mark.parametrize(("off", "misses"), [(0.45, False), (0.6, True), (-0.45, False), (-0.6, True)])
def test_an_sd_is_missed_beyond_its_tolerance(off, misses):
    people = crowd(2000)
    mean, sd = float(people["age"].mean()), float(people["age"].std())
    found = compared(targets(said("age", "sd", sd + off, 0.5, beside=mean)), people.__getitem__)
    assert bool(found.missed) is misses


def test_chances_are_each_persons_own_and_survive_being_stored():
    people = crowd(300)
    tilt, _ = fitted_tilt(BASELINE, people.__getitem__, people["member"])
    again = tilt_from(json.loads(json.dumps(tilt.as_dict())))
    assert again == tilt
    some = {name: values[40:60] for name, values in people.items()}
    for chances in (Tilt.chances_by_covariates, Tilt.chances_by_readouts):
        assert np.array_equal(chances(again, some.__getitem__), chances(tilt, people.__getitem__)[40:60])
        assert chances(tilt, people.__getitem__).max() <= 1.0
    assert (tilt.by_covariates, tilt.readouts) == (True, ("crp",))


def test_who_was_not_measured_is_not_taken():
    tilt = Tilt(statements=(said("crp", "mean", 5.0),), scales=(1.0,), coefficients=(0.5,), cut=(0.0, 0.0))
    assert tilt.chances_by_readouts({"crp": np.array([np.nan, 50.0])}.__getitem__).tolist() == [0.0, 1.0]
    assert tilt.chances_by_covariates({}.__getitem__).tolist() == [1.0]


def test_a_statistic_is_that_of_weighted_persons():
    x, w = np.array([1.0, 2.0, 3.0, 10.0]), np.array([1.0, 1.0, 1.0, 7.0])
    assert said("crp", "mean", 0.0).shown(x, w) == pytest.approx(7.6)
    assert said("crp", "quantile", 0.0, beside=0.5).shown(x, w) == 10.0
    assert said("crp", "quantile", 0.0, beside=0.2).shown(x, w) == 2.0
    assert said("crp", "sd", 1.0, beside=0.0).shown(x, w) == pytest.approx(np.sqrt(np.average((x - 7.6) ** 2, weights=w)))
    assert chance_of(np.array([stats.norm.ppf(0.3)]))[0] == pytest.approx(0.3)
