import math

import numpy as np
import pytest
from tests.small_lives import tables

from zonula.trials.answers import Question, in_twins, not_known
from zonula.trials.endpoints import Endpoint
from zonula.trials.lived import lived_of
from zonula.trials.twins import effect_of, explained, jackknifed, predictors, twins, weighted_quantile, who_benefits
from zonula.trials.unknown import by_member, difference_of, mean_of, shrunk, variance_between

PAIN = Endpoint(id="pain", kind="change", measure="pain_vas", day=84.0)
SHARE = Endpoint(id="share", kind="response", criterion="pain_vas <= -30 %", day=84.0, lower_is_better=False)
WHEN = Endpoint(id="when", kind="time to event", criterion="pain_vas <= -30 %", day=84.0, lower_is_better=False)
ARMS = ("drug", "placebo")


def question(endpoint=PAIN, **more):
    return Question(id="q", endpoint=endpoint, arms=ARMS, **more)


@pytest.mark.parametrize("endpoint", [PAIN, SHARE, WHEN])
def test_an_arm_against_itself_has_no_effect_exactly(endpoint):
    lived = lived_of(*tables(100, effect=(0.0, 0.0), person_sd=0.0))
    pairs = twins(lived, endpoint, ARMS, strategy="treatment policy")
    assert np.all(pairs.effect[np.isfinite(pairs.effect)] == 0)
    assert np.all(pairs.true == 0)
    found = effect_of(pairs)
    assert (found.effect, found.low, found.high, found.p) == (0, 0, 0, 1)


@pytest.mark.parametrize("endpoint", [PAIN, SHARE, WHEN])
def test_relabelling_arms_turns_the_effect_of_twins_exactly(endpoint):
    lived = lived_of(*tables(100, person_sd=5.0, dropout=0.2))
    one, other = (effect_of(twins(lived, endpoint, arms, strategy="treatment policy")) for arms in (ARMS, ARMS[::-1]))
    assert (one.effect, one.low, one.high, one.p) == (-other.effect, -other.high, -other.low, other.p)


def test_twins_see_the_effect_of_each_person_whose_errors_cancel():
    lived = lived_of(*tables(500, effect=(0.0, -10.0), person_sd=5.0))
    pairs = twins(lived, PAIN, ARMS, strategy="treatment policy")
    assert pairs.effect == pytest.approx(pairs.true, abs=1e-4)
    assert pairs.true.mean() == pytest.approx(-10.0, abs=0.7)
    assert pairs.true.std() == pytest.approx(5.0, rel=0.1)
    assert effect_of(pairs).se == pytest.approx(5.0 / math.sqrt(500), rel=0.1)  # the errors of measurement, 8 mm each, are gone


def test_who_benefits_is_counted():
    lived = lived_of(*tables(2000, effect=(0.0, -10.0), person_sd=10.0))
    pairs = twins(lived, PAIN, ARMS, strategy="treatment policy")
    told = who_benefits(lived, PAIN, pairs, 10.0)
    assert told["share_benefit"] == pytest.approx(np.mean(-pairs.true >= 10.0))
    assert told["share_benefit"] == pytest.approx(0.5, abs=0.04)
    assert told["share_harm"] == pytest.approx(0.0228, abs=0.012)
    assert told["quantiles"]["p50"] == pytest.approx(10.0, abs=0.8)
    assert sum(told["histogram"]["counts"]) == told["n"] == 2000
    assert who_benefits(lived, PAIN, pairs, None)["share_benefit"] == pytest.approx(0.841, abs=0.03)


def test_what_predicts_benefit_is_found_and_what_does_not_is_not():
    rng = np.random.default_rng(2)
    crp, age, often = rng.normal(size=1000), rng.normal(size=1000), rng.integers(0, 2, 1000).astype(float)
    benefit = 2.0 * crp + rng.normal(0, 2, 1000)
    found = {one["name"]: one for one in predictors(benefit, {"age": age, "crp": crp, "often": often, "same": np.ones(1000)})}
    assert next(iter(found)) == "crp"
    assert "same" not in found
    assert found["crp"]["correlation"] == pytest.approx(0.69, abs=0.05)
    assert found["crp"]["lo"] < found["crp"]["correlation"] < found["crp"]["hi"]
    assert found["age"]["lo"] < 0 < found["age"]["hi"]
    assert explained(benefit, {"crp": crp, "age": age}) == pytest.approx(0.48, abs=0.07)
    assert explained(benefit, {"age": age}) < 0.02


def test_effects_of_weights_and_quantiles():
    lived = lived_of(*tables(400, person_sd=5.0, weights=True))
    pairs = twins(lived, PAIN, ARMS, strategy="treatment policy")
    w = 1.0 + np.arange(400) % 2
    assert effect_of(pairs, true=True).effect == pytest.approx(np.average(pairs.true, weights=w))
    assert weighted_quantile(np.array([1.0, 2, 3, 4]), 0.5, np.ones(4)) == 2.5
    assert weighted_quantile(np.array([1.0, 2, 3]), 0.5, np.array([1.0, 1.0, 100.0])) > 2.4


def test_four_arms_tell_what_both_do_beyond_the_sum():
    lived = lived_of(*tables(100, arms=("neither", "a", "b", "both"), effect=(0.0, -3.0, -4.0, -9.0)))
    asked = Question(id="q", endpoint=PAIN, arms=("a", "b", "both", "neither"))
    found, pairs = in_twins(lived, asked, true=True)
    assert found.effect == pytest.approx(-2.0, abs=1e-4)
    assert len(pairs.rows) == 4


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(1).normal(size=400)
    whole, se, low, high = jackknifed(lambda take: float(values[take].mean()), np.arange(400), groups=400)
    assert whole == values.mean()
    assert se == pytest.approx(values.std(ddof=1) / 20, rel=1e-9)
    assert low < whole < high


def test_ratios_of_twins_are_of_all_lives_of_both_arms():
    lived = lived_of(*tables(300, person_sd=5.0))
    for endpoint, method in ((SHARE, "odds ratio"), (WHEN, "")):
        found, _ = in_twins(lived, question(endpoint, method=method))
        assert found.measure in ("odds ratio", "hazard ratio")
        assert found.low < found.effect < found.high
        assert found.low > 1.0


def test_variance_of_members_is_told_from_that_of_chance():
    rng = np.random.default_rng(4)
    found = []
    for _ in range(200):
        true = rng.normal(-5, 2, 40)
        errors = rng.uniform(0.5, 3.0, 40)
        found.append(variance_between(rng.normal(true, errors), errors))
    assert np.mean(found) == pytest.approx(4.0, rel=0.08)
    assert np.mean([variance_between(rng.normal(-5, 1.0, 40), np.ones(40)) for _ in range(200)]) < 0.15


def test_shrunken_effects_have_the_variance_that_is_not_chance():
    rng = np.random.default_rng(6)
    true, errors = rng.normal(-5, 2, 3000), rng.uniform(0.5, 3.0, 3000)
    seen = rng.normal(true, errors)
    known = shrunk(seen, errors, variance_between(seen, errors))
    assert known.std() == pytest.approx(2.0, rel=0.06)
    assert np.quantile(known, [0.05, 0.95]) == pytest.approx(np.quantile(true, [0.05, 0.95]), abs=0.35)
    assert seen.std() > 2.5
    assert shrunk(seen, errors, 0.0) == pytest.approx(seen.mean())


def test_what_is_not_known_does_not_shrink_with_persons_and_sampling_does():
    few, many = (lived_of(*tables(n, member_sd=4.0, person_sd=6.0, members=20)) for n in (400, 4000))
    unknown = [not_known(lived, question(), in_twins(lived, question())[1]) for lived in (few, many)]
    assert len(unknown[0].members) == 20
    assert math.sqrt(unknown[1].between) == pytest.approx(4.0, rel=0.4)
    assert unknown[0].between == pytest.approx(unknown[1].between, rel=0.6)
    told = unknown[1].as_dict(1.0)
    assert told["between_share"] == pytest.approx(unknown[1].between / (unknown[1].between + 1.0))
    assert told["p05"] < told["p25"] < told["median"] < told["p75"] < told["p95"]
    assert set(told["by_variant"]) == {"usual", "other"}


def test_members_are_told_without_twins_too():
    lived = lived_of(*tables(4000, twins=False, member_sd=4.0, person_sd=8.0, members=10))
    found, pairs = in_twins(lived, question())
    assert pairs is None
    assert math.isnan(found.effect)
    unknown = not_known(lived, question(), pairs)
    assert unknown.effects.mean() == pytest.approx(-10.0, abs=3.5)
    assert unknown.errors == pytest.approx(8.0 / math.sqrt(200), rel=0.2)
    assert not_known(lived, question(WHEN), None).effects.mean() > 0  # the logarithm of a hazard ratio


def test_a_structure_that_matters_is_told():
    values = np.concatenate([np.full(50, -8.0), np.full(50, -2.0)]) + np.random.default_rng(1).normal(0, 0.5, 100)
    members = np.arange(100) // 5
    variants = np.where(members < 10, "one", "other")
    assert by_member(members, variants, mean_of(values)).structural > 0.95
    assert by_member(members, np.where(members % 2, "one", "other"), mean_of(values)).structural < 0.3
    assert by_member(members, variants, difference_of(values, np.arange(100) % 2 == 0)).effects == pytest.approx(0.0, abs=2.0)


def test_two_persons_who_happen_to_agree_are_not_believed_to_be_sure():
    values = np.array([1.0, 1.0, 5.0, -5.0, 3.0, -4.0])
    assert mean_of(values)(np.array([0, 1])) == (1.0, pytest.approx(math.sqrt(2 * np.var(values) / 3 / 2)))
    many = np.random.default_rng(1).normal(size=2000)
    assert mean_of(many)(np.arange(1000))[1] == pytest.approx(many[:1000].std() / math.sqrt(1000), rel=1e-2)


def test_a_member_of_one_person_has_no_error_and_is_left_out():
    found = by_member(np.array([0, 0, 1]), np.array(["a", "a", "a"]), mean_of(np.array([1.0, 2.0, 3.0])))
    assert found.members == (0,)
