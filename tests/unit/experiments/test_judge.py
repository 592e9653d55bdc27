"""The prediction of a row where the truth is known: the width of the interval, what few persons do to it, contrasts, scales, and coverage."""

from functools import lru_cache

import numpy as np
import pytest
from scipy import stats
from tests.small_studies import predicted, study

from zonula.experiments.judge import SAMPLES, _unlike
from zonula.population.noise import domain_of

Z90 = stats.norm.ppf(0.95)
MODEL = domain_of("trial").model  # in what the model itself is inexact: a share of the number, a log-SD


def width(prediction):
    low, high = prediction.quantile(0.05, 0.95)
    return float(np.log(high / low) if prediction.log else high - low)


def persons(members, each, *, between, within, middle=0.0, seed=0):
    """Numbers of persons around members around the middle."""
    rng = np.random.default_rng([seed, members, each])
    return middle + between * rng.standard_normal((members, 1)) + within * rng.standard_normal((members, each))


@lru_cache(maxsize=32)
def row_of(text, **more):
    return study(text, **more)


LINEAR = 'at = "5 d"\nnoise = "none"\nunit = "mm"\n'
LEVEL = 'measure = "tnf"\nunit = "pg/mL"\nat = "3 h"\nnoise = "none"\nscale = false\n'
BY_ROW = LINEAR.replace('unit = "mm"\n', "")


# --- the width --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("each", [6, 50])
@pytest.mark.parametrize(("between", "within", "n"), [(3.0, 10.0, 25), (0.0, 10.0, 100), (5.0, 1.0, 10), (1.0, 10.0, 4), (8.0, 20.0, 1000)])
def test_where_errors_add_the_interval_is_as_wide_as_members_and_samples_are_unlike(each, between, within, n):
    found, = predicted(row_of(LINEAR + f"observed = 0\nn = {n}"), persons(400, each, between=between, within=within))
    known = 2 * Z90 * np.sqrt(between**2 + within**2 / n)
    assert not found.log
    assert width(found) == pytest.approx(known, rel=0.1)
    assert found.error == pytest.approx(within / np.sqrt(n), rel=0.05)


@pytest.mark.parametrize("each", [6, 50])
def test_where_errors_multiply_so_do_those_of_the_model(each):
    shown = np.exp(persons(400, each, between=0.3, within=0.8, middle=2.0))
    found, = predicted(row_of(LEVEL + 'statistic = "geometric mean"\nn = 16\nobserved = 9'), shown, measure="tnf")
    assert found.log
    assert width(found) == pytest.approx(2 * Z90 * np.sqrt(0.3**2 + 0.8**2 / 16 + MODEL**2), rel=0.08)
    assert np.log(found.quantile(0.5)[0]) == pytest.approx(2.0, abs=0.08)


@pytest.mark.parametrize("each", [6, 12, 50])
def test_few_persons_make_members_no_more_unlike_than_they_are(each):
    """The spread of members is right on average, though a few persons make each member's own number unsure."""
    found = []
    for seed in range(12):
        shown = persons(150, each, between=2.0, within=10.0, seed=seed)
        prediction, = predicted(row_of(LINEAR + "observed = 0\nn = 25"), shown)
        found.append(np.var(prediction.typical))
        assert np.var(prediction.whole) == pytest.approx(4 + 100 / each, rel=0.5)
    assert np.mean(found) == pytest.approx(4.0, rel=0.25)


def test_members_who_differ_by_chance_alone_are_drawn_together():
    whole = np.random.default_rng(4).standard_normal(300)
    unsure = np.random.default_rng(5).standard_normal((300, SAMPLES))
    assert np.std(_unlike(whole, unsure)) < 0.35
    assert np.allclose(_unlike(whole, 0 * unsure), whole)
    assert np.array_equal(_unlike(np.ones(5), unsure[:5]), np.ones(5))
    assert np.isfinite(_unlike(whole, np.full((300, SAMPLES), np.nan))).all()


def test_a_study_that_is_less_sure_than_people_are_unlike_widens_the_interval():
    shown = persons(300, 12, between=1.0, within=5.0)
    found = [predicted(row_of(LINEAR + f"observed = 0\nn = 25\n{spread}"), shown)[0] for spread in ("", 'spread = "0.9 SE"', 'spread = "4 SE"')]
    assert width(found[0]) == width(found[1]) == pytest.approx(2 * Z90 * np.sqrt(1 + 1), rel=0.08)
    assert width(found[2]) == pytest.approx(2 * Z90 * np.sqrt(1 + 16), rel=0.06)


def test_where_errors_add_the_model_is_inexact_by_a_share_of_the_number():
    found, = predicted(row_of(LINEAR + "observed = 40\nn = 100"), persons(300, 30, between=1.0, within=5.0, middle=40.0))
    assert width(found) == pytest.approx(2 * Z90 * np.sqrt(1 + 0.25 + (40 * MODEL) ** 2), rel=0.06)
    shifted, = predicted(row_of(LINEAR.replace('"mm"', '"points"') + "observed = 140\nplus = 100\ntimes = 1.0000001\nn = 100"),
                         persons(300, 30, between=1.0, within=5.0, middle=40.0))
    assert width(shifted) == pytest.approx(width(found), rel=1e-3)


def test_an_interval_does_not_know_what_was_observed():
    people = persons(300, 30, between=1.0, within=5.0, middle=40.0)
    near, far = (predicted(row_of(LINEAR + f"observed = {seen}\nn = 100"), people)[0] for seen in (40, 400))
    assert np.array_equal(near.draws, far.draws)
    assert far.error > 5 * near.error, "a fit needs an error for the observed number itself"


@pytest.mark.parametrize("each", [12, 60])
@pytest.mark.parametrize(("statistic", "true", "error"), [("median", 0.0, 10 * 1.2533 / 5), ("standard deviation", 10.0, 10 / np.sqrt(48))])
def test_other_statistics_are_neither_shifted_nor_too_sure(each, statistic, true, error):
    found, = predicted(row_of(LINEAR + f'observed = {true}\nn = 25\nstatistic = "{statistic}"'), persons(400, each, between=0.0, within=10.0))
    assert found.quantile(0.5)[0] == pytest.approx(true, abs=0.5)
    assert found.error == pytest.approx(np.hypot(error, MODEL * true), rel=0.3)


def test_the_logarithm_of_a_standard_deviation_is_a_standard_deviation_of_logarithms():
    shown = np.exp(persons(300, 12, between=0.0, within=0.5))
    found, = predicted(row_of(LEVEL.replace('unit = "pg/mL"\n', "") + 'observed = 0.5\nn = 25\nstatistic = "log standard deviation"'), shown, measure="tnf")
    assert found.quantile(0.5)[0] == pytest.approx(0.5, rel=0.05)


def test_of_many_people_the_error_is_scaled():
    found, = predicted(row_of(LINEAR + "observed = 0\nn = 30000"), persons(300, 30, between=0.0, within=10.0))
    assert found.error == pytest.approx(10 / np.sqrt(30000), rel=0.05)


# --- coverage ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("count", "between", "within", "n"), [(20, 2.0, 9.0, 20), (50, 6.0, 5.0, 8)])
def test_intervals_hold_nine_of_ten_studies_that_come_out_as_the_model_says(count, between, within, n):
    rng = np.random.default_rng(11)
    inside90, inside50 = [], []
    for study_of in range(300):
        found, = predicted(row_of(LINEAR + f"observed = 0\nn = {n}"), persons(count, 8, between=between, within=within, seed=study_of), seed=study_of)
        seen = between * rng.standard_normal() + (within * rng.standard_normal(n)).mean()
        p05, p25, p75, p95 = found.quantile(0.05, 0.25, 0.75, 0.95)
        inside90.append(p05 <= seen <= p95)
        inside50.append(p25 <= seen <= p75)
    assert 0.86 <= np.mean(inside90) <= 0.94
    assert 0.42 <= np.mean(inside50) <= 0.58


def test_intervals_hold_nine_of_ten_shares():
    rng = np.random.default_rng(12)
    inside = []
    text = BY_ROW + 'statistic = "proportion"\ncounts = ">= 5"\nobserved = 0.5\nn = 40'
    for study_of in range(200):
        found, = predicted(row_of(text), persons(20, 12, between=4.0, within=10.0, seed=study_of), seed=study_of)
        true = stats.norm.sf((5 - 4 * rng.standard_normal()) / 10)
        true = np.clip(true + MODEL * np.sqrt(true * (1 - true)) * rng.standard_normal(), 0, 1)
        seen = rng.binomial(40, true) / 40
        p05, p95 = found.quantile(0.05, 0.95)
        inside.append(p05 - 1e-9 <= seen <= p95 + 1e-9)
    assert 0.86 <= np.mean(inside) <= 0.95


# --- proportions ------------------------------------------------------------------------------------------

def test_a_share_is_counted_among_as_many_as_were_studied():
    text = BY_ROW + 'statistic = "proportion"\ncounts = ">= 0"\nunit = "%"\nobserved = 50\nn = 20'
    found, = predicted(row_of(text), persons(300, 40, between=0.0, within=10.0))
    assert set(np.round(found.draws / 5, 9)) <= set(range(21))
    assert found.draws.std() == pytest.approx(100 * np.sqrt(0.25 / 20 + 0.25 * MODEL**2), rel=0.06)
    assert found.error == pytest.approx(100 * np.sqrt(0.25 / 20 + 0.25 * MODEL**2), rel=1e-6)


def test_a_share_of_all_or_none_stays_within_bounds():
    for bound in (-1000, 1000):
        text = BY_ROW + f'statistic = "proportion"\ncounts = ">= {bound}"\nunit = "%"\nobserved = 50\nn = 20'
        found, = predicted(row_of(text), persons(50, 8, between=0.0, within=10.0))
        assert set(found.draws) == {100.0 if bound < 0 else 0.0}


def test_a_study_that_is_surer_of_a_share_than_its_size_says_is_not_believed():
    text = BY_ROW + 'statistic = "proportion"\ncounts = ">= 0"\nobserved = 0.5\nn = 20\n'
    shown = persons(300, 40, between=0.0, within=10.0)
    usual, surer, less = (predicted(row_of(text + spread), shown)[0] for spread in ("", 'spread = "1e-200 SE"', 'spread = "0.25 SE"'))
    assert surer.draws.std() == usual.draws.std()
    assert less.draws.std() == pytest.approx(np.hypot(0.25, 0.5 * MODEL), rel=0.1)


# --- contrasts --------------------------------------------------------------------------------------------

def test_two_arms_are_two_samples():
    one, two = (persons(300, 30, between=0.0, within=10.0, middle=m, seed=m) for m in (8, 2))
    found, = predicted(row_of(LINEAR + 'observed = 0\nn = 50\nagainst = { arm = "two", as = "difference" }'), one, two)
    assert found.quantile(0.5)[0] == pytest.approx(6.0, abs=0.4)
    assert found.error == pytest.approx(10 * np.sqrt(2 / 50), rel=0.06)


@pytest.mark.parametrize("each", [6, 24])
def test_members_differ_in_what_a_treatment_does_to_the_same_persons(each):
    """The same persons are in both arms: how they differ by themselves does not hide how members differ in the effect."""
    two = persons(300, each, between=0.0, within=10.0)
    one = two + 2.0 * np.random.default_rng(9).standard_normal((300, 1))
    found, = predicted(row_of(LINEAR + 'observed = 0\nn = 50\nagainst = { arm = "two", as = "difference" }'), one, two)
    assert np.std(found.typical) == pytest.approx(2.0, rel=0.1)
    assert width(found) == pytest.approx(2 * Z90 * np.sqrt(4 + 200 / 50), rel=0.08)


def test_each_arm_is_as_large_as_it_was():
    text = LINEAR + 'observed = 0\nagainst = { arm = "two", as = "difference" }'
    found, = predicted(row_of(text, people="n = 100", more="n = 4\n"), *(persons(300, 30, between=0.0, within=10.0, seed=s) for s in (1, 2)))
    assert found.error == pytest.approx(10 * np.sqrt(1 / 100 + 1 / 4), rel=0.06)


def test_a_ratio_of_levels_has_errors_that_multiply():
    one, two = (np.exp(persons(300, 30, between=0.0, within=0.4, middle=m, seed=m)) for m in (3, 1))
    text = LEVEL.replace('unit = "pg/mL"\n', "") + 'statistic = "geometric mean"\nobserved = 7\nn = 20\nagainst = { arm = "two", as = "ratio" }'
    found, = predicted(row_of(text), one, two, measure="tnf")
    assert found.log
    assert np.log(found.quantile(0.5)[0]) == pytest.approx(2.0, abs=0.1)
    assert found.error == pytest.approx(np.sqrt(2 * 0.4**2 / 20 + MODEL**2), rel=0.06)
    percent, = predicted(row_of(text.replace("observed = 7", 'observed = 700\nunit = "%"')), one, two, measure="tnf")
    assert np.allclose(percent.draws, 100 * found.draws)


def test_odds_and_numbers_needed_to_treat_have_errors_that_multiply():
    one, two = (persons(300, 60, between=0.0, within=10.0, middle=m, seed=m) for m in (5, 0))
    text = BY_ROW + 'statistic = "proportion"\ncounts = ">= 0"\nobserved = 2.2\nn = 200\nagainst = { arm = "two", as = "%s" }'
    p = stats.norm.cdf(0.5)
    odds, = predicted(row_of(text % "odds ratio"), one, two)
    assert odds.log
    assert odds.quantile(0.5)[0] == pytest.approx(p / (1 - p), rel=0.12)
    assert odds.error == pytest.approx(np.sqrt(1 / (200 * p * (1 - p)) + 4 / 200 + MODEL**2), rel=0.1)
    needed, = predicted(row_of(text % "number needed to treat"), one, two)
    assert needed.log
    assert needed.quantile(0.5)[0] == pytest.approx(1 / (p - 0.5), rel=0.2)


@pytest.mark.parametrize("each", [8, 40])
def test_a_standardized_difference_is_in_standard_deviations_of_persons(each):
    one, two = (persons(400, each, between=0.0, within=10.0, middle=m, seed=m) for m in (5, 0))
    found, = predicted(row_of(BY_ROW + 'observed = 0.5\nn = 50\nagainst = { arm = "two", as = "smd" }'), one, two)
    assert found.quantile(0.5)[0] == pytest.approx(0.5, rel=0.12)  # of few persons it is a little too large


def test_a_row_against_another_is_compared_with_the_observed_contrast():
    rows = row_of_two = study(LEVEL + 'statistic = "geometric mean"\nobserved = 4\nn = 20\nspread = "0.4 SE"',
                              LEVEL + 'arm = "two"\nstatistic = "geometric mean"\nobserved = 12\nn = 20\nspread = "2.4 SE"\n'
                              'against = { row = "ROW-0", as = "ratio" }')
    one, two = (np.exp(persons(300, 30, between=0.0, within=0.4, middle=m, seed=m)) for m in (1, 2))
    first, second = predicted(rows, one, two, measure="tnf")
    assert row_of_two.rows[1].observed == 12
    assert second.observed == 3.0
    assert second.log
    assert np.log(second.quantile(0.5)[0]) == pytest.approx(1.0, abs=0.1)
    assert second.error == pytest.approx(np.sqrt(0.1**2 + 0.2**2 + MODEL**2), rel=0.02)  # the studies' own errors, which are larger
    assert first.observed == 4


def test_a_row_less_another_has_errors_that_add():
    rows = study(LINEAR + "observed = 10\nn = 25", LINEAR + 'arm = "two"\nobserved = 13\nn = 25\nagainst = { row = "ROW-0", as = "difference" }')
    found = predicted(rows, *(persons(300, 30, between=0.0, within=10.0, middle=m, seed=m) for m in (10, 13)))[1]
    assert (found.observed, found.log) == (3.0, False)
    assert found.error == pytest.approx(np.hypot(10 * np.sqrt(2 / 25), 3 * MODEL), rel=0.06)


# --- directions and what is missing -----------------------------------------------------------------------

@pytest.mark.parametrize(("row", "one", "two", "known"), [
    ('against = { arm = "two", as = "ratio" }', 12.0, 10.0, 1), ('against = { arm = "two", as = "ratio" }', 10.5, 10.0, 0),
    ('against = { arm = "two", as = "ratio" }', 8.0, 10.0, -1), ('against = { arm = "two", as = "ratio" }\nunit = "%"', 8.0, 10.0, -1),
    ('against = { arm = "two", as = "difference" }\nnothing = 3', 12.0, 10.0, 0), ('against = { arm = "two", as = "difference" }', 12.0, 10.0, 1),
    ('against = { arm = "two", as = "percent difference" }\nnothing = 10', 10.9, 10.0, 0),
    ('against = { arm = "two", as = "percent difference" }\nnothing = 10', 8.9, 10.0, -1), ("", -3.0, 0.0, -1), ("", 0.05, 0.0, 0),
])
def test_a_direction_is_more_less_or_no_difference(row, one, two, known):
    text = BY_ROW + 'judged = "direction"\nobserved = 1\n' + row
    found, = predicted(row_of(text), np.full((9, 5), one), np.full((9, 5), two))
    assert set(found.draws.tolist()) == {known}
    assert found.observed == 1


def test_the_direction_from_another_row_is_compared_with_the_direction_that_was_seen():
    rows = study(LINEAR + "observed = 4", BY_ROW + 'arm = "two"\njudged = "direction"\nobserved = 1\nagainst = { row = "ROW-0", as = "ratio" }')
    found = predicted(rows, np.full((9, 5), 10.0), np.full((9, 5), 14.0))[1]
    assert found.observed == 1
    assert set(found.draws.tolist()) == {1}


def test_the_scale_of_the_laboratory_widens_levels_and_cancels_in_ratios():
    level = LEVEL.replace("scale = false", 'statistic = "geometric mean"\nobserved = 9\nn = 25')
    one = np.exp(persons(400, 12, between=0.0, within=0.3, middle=2.0))
    alone, free, ratio, row = (
        predicted(study(*text), one, 2 * one, measure="tnf")[-1] for text in (
            (level + "\nscale = false",), (level,),
            (level.replace('unit = "pg/mL"\n', "") + '\nagainst = { arm = "two", as = "ratio" }',),
            (level, level + '\narm = "two"\nagainst = { row = "ROW-0", as = "ratio" }')))
    assert np.std(np.log(free.typical)) == pytest.approx(0.5, rel=0.1)
    assert width(free) == pytest.approx(2 * Z90 * np.sqrt(0.25 + 0.09 / 25 + MODEL**2), rel=0.1)
    assert np.std(np.log(alone.typical)) < 0.05
    for found in (ratio, row):
        assert np.ptp(found.typical) < 1e-9
        assert found.error == pytest.approx(np.hypot(MODEL, 0.3 * np.sqrt(2 / 25)), rel=0.05)


def test_who_did_not_come_is_left_out_and_members_of_too_few_with_them():
    shown = persons(20, 6, between=0.0, within=1.0, middle=50.0)
    shown[0, :4] = np.nan  # two are left
    shown[1, :3] = np.nan
    found, = predicted(row_of(LINEAR + "observed = 50\nn = 9"), shown)
    assert len(found.typical) == 19
    assert np.isnan(found.whole[0])
    assert found.whole[1] == pytest.approx(np.mean(shown[1, 3:]))
    assert found.people == (113, 120)


def test_without_people_there_is_a_reason_instead_of_a_number():
    none, = predicted(row_of(LINEAR + "observed = 50\nn = 9"), np.full((5, 6), np.nan))
    assert none.reason == "the number exists for 0 of 5 members only"
    assert np.isnan(none.quantile(0.5)[0])


def test_the_same_seed_makes_the_same_draws_and_rows_do_not_depend_on_one_another():
    shown = persons(20, 6, between=1.0, within=5.0, middle=50.0)
    rows = LINEAR + "observed = 50\nn = 9", LINEAR + 'observed = 50\nn = 9\nstatistic = "median"'
    alone, = predicted(study(rows[0]), shown)
    both = predicted(study(*rows), shown)
    assert np.array_equal(alone.draws, both[0].draws)
    assert not np.array_equal(alone.draws, predicted(study(rows[0]), shown, seed=2)[0].draws)
