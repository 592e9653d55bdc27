import math

import numpy as np
import pytest

from zonula.trials.estimate import (
    Estimate,
    ancova,
    combined,
    difference_in_proportions,
    interaction,
    interval,
    newcombe,
    odds_ratio,
    paired,
    wilson,
)
from zonula.trials.survival import difference_in_restricted_means, hazard_ratio, kaplan_meier, log_rank, restricted_mean

RNG = np.random.default_rng(11)
N = 400
TREATED = RNG.random(N) < 0.5
BASE = RNG.normal(60, 12, N)
VALUE = 0.5 * BASE - 6.0 * TREATED + RNG.normal(0, 8, N)
RESPONSE = (VALUE < 27).astype(float)
STRATA = np.where(RNG.random(N) < 0.3, "yes", "no")
WEIGHTS = RNG.integers(1, 4, N).astype(float)
LIVED = np.ceil(np.minimum(RNG.exponential(80, N) * np.where(TREATED, 1.6, 1.0), RNG.uniform(30, 200, N)) / 14) * 14
EVENT = RNG.random(N) < 0.8


def same(a, b, tolerance=1e-9):
    assert (a.effect, a.low, a.high, a.p) == pytest.approx((b.effect, b.low, b.high, b.p), rel=tolerance)


def turned(a, b):
    """The very same estimate with the arms the other way round."""
    assert (b.effect, b.low, b.high, b.se, b.p) == (-a.effect, -a.high, -a.low, a.se, a.p)
    assert b.n == a.n[::-1]
    assert b.means == a.means[::-1]


def test_ancova_is_that_of_the_closed_formula():
    found = ancova(VALUE, TREATED, BASE)
    a, b = (np.cov(BASE[arm], VALUE[arm]) * (arm.sum() - 1) for arm in (TREATED, ~TREATED))
    slope = (a[0, 1] + b[0, 1]) / (a[0, 0] + b[0, 0])
    away = BASE[TREATED].mean() - BASE[~TREATED].mean()
    effect = VALUE[TREATED].mean() - VALUE[~TREATED].mean() - slope * away
    left = (a + b)[1, 1] - slope * (a + b)[0, 1]
    se = math.sqrt(left / (N - 3) * (1 / TREATED.sum() + 1 / (~TREATED).sum() + away**2 / (a + b)[0, 0]))
    assert (found.effect, found.se, found.df) == pytest.approx((effect, se, N - 3), rel=1e-10)
    assert found.means[0] - found.means[1] == pytest.approx(effect)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_linear_and_logistic_models_are_those_of_statsmodels(weights):
    import statsmodels.api as sm

    code = np.where(TREATED, 0.5, -0.5)
    x = np.stack([np.ones(N), code, BASE, STRATA == "yes"], axis=1).astype(float)
    theirs = sm.OLS(VALUE, x).fit() if weights is None else sm.WLS(VALUE, x, weights=weights).fit(cov_type="HC1", use_t=True)
    ours = ancova(VALUE, TREATED, BASE, strata=STRATA, weights=weights)
    assert (ours.effect, ours.se, ours.p, ours.df) == pytest.approx((theirs.params[1], theirs.bse[1], theirs.pvalues[1], theirs.df_resid), rel=1e-8)
    for columns, ours in ((x[:, :2], odds_ratio(RESPONSE, TREATED, weights=weights)), (x[:, :3], odds_ratio(RESPONSE, TREATED, [BASE], weights=weights))):
        model = sm.GLM(RESPONSE, columns, family=sm.families.Binomial(), **({} if weights is None else {"var_weights": weights}))
        theirs = model.fit() if weights is None else model.fit(cov_type="HC0")
        assert (math.log(ours.effect), ours.se) == pytest.approx((theirs.params[1], theirs.bse[1]), rel=1e-5)


def test_without_a_baseline_it_is_students_t():
    from scipy.stats import ttest_ind

    assert ancova(VALUE, TREATED).p == pytest.approx(ttest_ind(VALUE[TREATED], VALUE[~TREATED]).pvalue, rel=1e-10)


@pytest.mark.parametrize("more", [{}, {"strata": STRATA}, {"weights": WEIGHTS}])
def test_relabelling_arms_turns_the_sign_exactly(more):
    turned(ancova(VALUE, TREATED, BASE, **more), ancova(VALUE, ~TREATED, BASE, **more))
    turned(difference_in_proportions(RESPONSE, TREATED, **more), difference_in_proportions(RESPONSE, ~TREATED, **more))


def test_relabelling_arms_turns_ratios_over():
    for one, other in ((odds_ratio(RESPONSE, TREATED, [BASE]), odds_ratio(RESPONSE, ~TREATED, [BASE])),
                       (hazard_ratio(LIVED, EVENT, TREATED), hazard_ratio(LIVED, EVENT, ~TREATED))):
        assert (one.effect * other.effect, one.low * other.high) == pytest.approx((1.0, 1.0), rel=1e-9)


def test_weights_that_are_equal_change_no_estimate():
    for one, other in ((ancova(VALUE, TREATED, BASE), ancova(VALUE, TREATED, BASE, weights=np.full(N, 7.0))),
                       (odds_ratio(RESPONSE, TREATED), odds_ratio(RESPONSE, TREATED, weights=np.full(N, 7.0))),
                       (hazard_ratio(LIVED, EVENT, TREATED), hazard_ratio(LIVED, EVENT, TREATED, weights=np.ones(N)))):
        assert one.effect == pytest.approx(other.effect, rel=1e-9)
        assert one.se == pytest.approx(other.se, rel=0.15)  # robust errors, which need not be the same
    same(difference_in_proportions(RESPONSE, TREATED), difference_in_proportions(RESPONSE, TREATED, weights=np.full(N, 7.0)))


def test_weights_count_persons_as_often_as_they_say():
    often = np.repeat(np.arange(N), WEIGHTS.astype(int))
    assert ancova(VALUE, TREATED, BASE, weights=WEIGHTS).effect == pytest.approx(ancova(VALUE[often], TREATED[often], BASE[often]).effect, rel=1e-9)
    assert odds_ratio(RESPONSE, TREATED, weights=WEIGHTS).effect == pytest.approx(odds_ratio(RESPONSE[often], TREATED[often]).effect, rel=1e-6)
    distinct = LIVED + RNG.random(N)  # without ties Efron's method does not matter
    assert hazard_ratio(distinct, EVENT, TREATED, weights=WEIGHTS).effect == pytest.approx(
        hazard_ratio(distinct[often] + 1e-9 * np.arange(len(often)), EVENT[often], TREATED[often]).effect, rel=0.01)
    assert difference_in_proportions(RESPONSE, TREATED, weights=WEIGHTS).effect == pytest.approx(
        difference_in_proportions(RESPONSE[often], TREATED[often]).effect, rel=1e-12)


def test_unequal_weights_widen_the_interval():
    heavy = np.where(np.arange(N) % 10 == 0, 20.0, 1.0)
    assert difference_in_proportions(RESPONSE, TREATED, weights=heavy).se > 1.3 * difference_in_proportions(RESPONSE, TREATED).se
    assert ancova(VALUE, TREATED, BASE, weights=heavy).se > 1.3 * ancova(VALUE, TREATED, BASE).se


def test_newcombes_interval_is_that_of_his_paper():
    found = newcombe((56 / 70, 48 / 80), (70, 80), (70, 80))  # example (a) of Newcombe 1998, method 10
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert (newcombe((9 / 10, 3 / 10), (10, 10), (10, 10)).low, newcombe((10 / 10, 0.0), (10, 10), (10, 10)).high) == pytest.approx((0.1705, 1.0), abs=1e-4)
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_strata_are_weighted_as_mantel_and_haenszel_do():
    response = np.array([1, 1, 0, 0, 1, 0, 0, 0, 1, 0], dtype=float)
    treated = np.array([1, 1, 1, 0, 0, 0, 1, 1, 0, 0], dtype=bool)
    strata = np.array(list("aaaaaabbbb"))
    found = difference_in_proportions(response, treated, strata=strata)
    assert found.effect == pytest.approx((1.5 * (2 / 3 - 1 / 3) + 1.0 * (0 - 1 / 2)) / 2.5)
    expected = 3 * 3 / 6 + 2 * 1 / 4
    variance = 3 * 3 * 3 * 3 / (36 * 5) + 2 * 2 * 1 * 3 / (16 * 3)
    from scipy.stats import chi2

    assert found.p == pytest.approx(chi2.sf((2 - expected) ** 2 / variance, 1))


def test_the_odds_ratio_of_a_table_is_that_of_its_corners():
    response, treated = np.repeat([1.0, 0.0, 1.0, 0.0], [30, 20, 18, 32]), np.repeat([True, True, False, False], [30, 20, 18, 32])
    found = odds_ratio(response, treated)
    assert found.effect == pytest.approx(30 * 32 / (20 * 18), rel=1e-6)
    assert found.se == pytest.approx(math.sqrt(1 / 30 + 1 / 32 + 1 / 20 + 1 / 18), rel=1e-5)


def test_an_interaction_is_what_is_more_than_the_sum():
    first, second = RNG.random(N) < 0.5, RNG.random(N) < 0.5
    value = BASE - 5.0 * first - 3.0 * second - 4.0 * (first & second)
    assert interaction(value, first, second, BASE).effect == pytest.approx(-4.0, abs=1e-9)
    noisy = value + RNG.normal(0, 6, N)
    cells = [noisy[f & s].mean() for f, s in ((first, second), (first, ~second), (~first, second), (~first, ~second))]
    assert interaction(noisy, first, second).effect == pytest.approx(cells[0] - cells[1] - cells[2] + cells[3], rel=1e-9)
    assert interaction(noisy, first, second, BASE).n == tuple(int(c.sum()) for c in (first & second, first & ~second, second & ~first, ~first & ~second))


@pytest.mark.parametrize("strata", [None, STRATA])
def test_hazard_ratios_and_log_rank_are_those_of_statsmodels(strata):
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.duration.survfunc import survdiff

    found = hazard_ratio(LIVED, EVENT, TREATED, strata=strata)
    theirs = PHReg(LIVED, TREATED.astype(float)[:, None], status=EVENT.astype(int), ties="efron", strata=strata).fit()
    assert (math.log(found.effect), found.se) == pytest.approx((theirs.params[0], theirs.bse[0]), rel=1e-6)
    assert log_rank(LIVED, EVENT, TREATED, strata=strata) == pytest.approx(
        survdiff(LIVED, EVENT.astype(int), TREATED.astype(int), strata=strata)[1], rel=1e-9)


def test_kaplan_meier_and_the_restricted_mean_by_hand():
    curve = kaplan_meier(np.array([1.0, 2, 2, 3, 4]), np.array([True, True, False, True, False]))
    assert curve.days.tolist() == [0, 1, 2, 3]
    assert curve.free == pytest.approx([1, 0.8, 0.6, 0.3])
    assert curve.at_risk.tolist() == [5, 5, 4, 2]
    assert (curve.at(2.5), curve.at(0.0)) == pytest.approx((0.6, 1.0))
    assert restricted_mean(curve, 4.0)[0] == pytest.approx(1 + 0.8 + 0.6 + 0.3)
    greenwood = 0.6 * math.sqrt(1 / (5 * 4) + 1 / (4 * 3))
    z = 1.959964 * greenwood / 0.6 / abs(math.log(0.6))
    assert (curve.low[2], curve.high[2]) == pytest.approx((0.6 ** math.exp(z), 0.6 ** math.exp(-z)), rel=1e-5)


def test_the_error_of_a_restricted_mean_is_that_of_repeating_the_study():
    rng = np.random.default_rng(2)

    def drawn():
        time = rng.exponential(50, 200)
        return np.minimum(time, 90.0), time <= 90.0, np.arange(200) % 2 == 0

    found = [difference_in_restricted_means(*drawn(), 80.0) for _ in range(300)]
    assert np.std([e.effect for e in found]) == pytest.approx(np.mean([e.se for e in found]), rel=0.12)
    assert np.mean([e.effect for e in found]) == pytest.approx(0.0, abs=0.6)


def test_the_robust_error_of_a_weighted_hazard_ratio_is_that_of_repeating_the_study():
    rng = np.random.default_rng(3)
    weights = np.where(np.arange(200) % 4 == 0, 5.0, 1.0)
    logs, errors = [], []
    for _ in range(300):
        found = hazard_ratio(rng.exponential(50, 200), np.ones(200, bool), rng.random(200) < 0.5, weights=weights)
        logs.append(math.log(found.effect))
        errors.append(found.se)
    assert np.std(logs) == pytest.approx(np.mean(errors), rel=0.12)


def test_where_nobody_or_everybody_responds_no_odds_are_told():
    assert math.isnan(odds_ratio(np.zeros(20), np.arange(20) < 10).effect)
    assert math.isnan(hazard_ratio(np.ones(20), np.arange(20) < 10, np.arange(20) < 10).effect)
    assert difference_in_proportions(np.zeros(20), np.arange(20) < 10).p == 1.0
    assert math.isnan(ancova(np.ones(3), np.array([True, False, False])).effect)


def test_twins_that_do_not_differ_have_no_effect_exactly():
    found = paired(np.zeros(50))
    assert (found.effect, found.low, found.high, found.se, found.p) == (0, 0, 0, 0, 1)


def test_imputations_are_combined_on_the_scale_on_which_errors_add():
    def one(effect, null):
        return Estimate(effect=effect, low=0, high=0, se=0.5, p=0, n=(1, 1), measure="", method="m", null=null)

    assert combined([one(1.0, 0.0), one(3.0, 0.0)]).effect == 2.0
    assert combined([one(1.0, 1.0), one(4.0, 1.0)]).effect == pytest.approx(2.0)
    assert combined([one(1.0, 0.0), one(3.0, 0.0)]).se == pytest.approx(math.sqrt(0.25 + 1.5 * 2))


def test_intervals_are_as_wide_as_the_law_says():
    assert interval(1.0, 1.0)[:2] == pytest.approx((1 - 1.959964, 1 + 1.959964), rel=1e-6)
    assert interval(0.0, 1.0, 10.0)[1] == pytest.approx(2.228139, rel=1e-6)


@pytest.mark.slow
def test_p_values_are_uniform_where_there_is_no_effect():
    """200 trials of two equal arms: Kolmogorov and Smirnov find nothing, of each test."""
    from scipy.stats import kstest

    rng = np.random.default_rng(7)
    p = {"ancova": [], "cox": [], "share": []}
    for _ in range(200):
        treated = rng.permutation(np.arange(400) % 2 == 0)
        base = rng.normal(size=400)
        p["ancova"].append(ancova(base + rng.normal(size=400), treated, base).p)
        p["share"].append(difference_in_proportions((base + rng.normal(size=400) > 0).astype(float), treated).p)
        p["cox"].append(hazard_ratio(rng.exponential(50, 400), rng.random(400) < 0.7, treated).p)
    for name, found in p.items():
        assert kstest(found, "uniform").pvalue > 0.001, name
        assert 0.005 < np.mean(np.array(found) < 0.05) < 0.11, name


def test_where_one_arm_has_all_its_events_first_there_is_no_hazard_ratio():
    time = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    for treated in (np.array([True] * 3 + [False] * 3), np.array([False] * 3 + [True] * 3)):
        found = hazard_ratio(time, np.ones(6, dtype=bool), treated)
        assert math.isnan(found.effect)
        assert found.n == (3, 3)
    mixed = hazard_ratio(time, np.ones(6, dtype=bool), np.array([True, False, True, True, False, False]))
    assert 1 < mixed.low * 10 < mixed.effect * 10
