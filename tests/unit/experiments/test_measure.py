"""From curves to one number a person: windows, times, the person's own beginning, errors, and who responds by the published rule."""

import numpy as np
import pytest
from tests.small_studies import curves, study

from zonula.experiments.measure import needed, numbers_of
from zonula.population.noise import chance_numbers, errors_at_entry, noise_of
from zonula.population.swing import swing_of, swung_at_entry

MANY = np.full(4000, 50.0)
EACH = chance_numbers(range(4000), [0] * 4000)  # a person each of as many members
HOURLY = 'at = "0 h to 6 h"\nevery = "1 h"\nnoise = "none"\n'
COURSES = np.array([[5.0, 9.0, 3.0, 7.0, 2.0, 1.0, 1.0], [4.0, 4.0, 4.0, 8.0, 6.0, 8.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, np.nan]])


def numbers(row, values=COURSES, *, measure="pain_vas", scale=None, seed=3, persons=None, **more):
    made = study(row, **more).rows[0]
    return numbers_of(made, curves(made, {measure: values}, persons), study="a_study", seed=seed, scale=np.ones(len(values)) if scale is None else np.array(scale))


def hours(row):
    return HOURLY + row


# --- what is taken of a curve ------------------------------------------------------------------------------

@pytest.mark.parametrize(("row", "known"), [
    ('take = "highest"', [9, 8, np.nan]), ('take = "lowest"', [1, 0, np.nan]),
    ('take = "mean"', [np.sum([2.5, 9, 3, 7, 2, 1, 0.5]) / 6, np.sum([2, 4, 4, 8, 6, 8, 0]) / 6, np.nan]),
    ('take = "time of highest"\nunit = "h"', [1, 3, np.nan]), ('take = "time of highest"\nunit = "d"', [1 / 24, 3 / 24, np.nan]),
    ('take = "first time"\ncounts = ">= 7"\nunit = "h"', [1, 3, np.nan]), ('take = "last time"\ncounts = ">= 7"\nunit = "h"', [3, 5, np.nan]),
    ('take = "first time"\ncounts = "> 8.5"\nunit = "h"', [1, np.inf, np.nan]), ('take = "last time"\ncounts = "> 8.5"\nunit = "h"', [1, 0, np.nan]),
    ('take = "first time"\ncounts = ">= 16"\ntimes = 2\nunit = "h"', [1, 3, np.nan]),
    ('take = "first time"\ncounts = ">= 17"\ntimes = 2\nplus = 1\nunit = "h"', [1, 3, np.nan]),
    ('take = "first time"\ncounts = ">= 2"\nown = "ratio"\nunit = "h"', [np.inf, 3, np.nan]),
    ('take = "first time"\ncounts = "<= -2"\nown = "change"\nunit = "h"', [2, 6, np.nan]),
    ('take = "first time"\ncounts = ">= 75"\nown = "percent change"\nunit = "h"', [1, 3, np.nan]),
    ('take = "highest"\nunit = "cm"', [0.9, 0.8, np.nan]), ('take = "highest"\ntimes = -2\nplus = 30\nunit = "points"', [12, 14, np.nan]),
    ('take = "highest"\nown = "change"\nunit = "mm"', [4, 4, np.nan]), ('take = "highest"\nown = "ratio"', [1.8, 2, np.nan]),
    ('take = "highest"\nown = "ratio"\nunit = "%"', [180, 200, np.nan]), ('take = "lowest"\nown = "percent change"\nunit = "%"', [-80, -100, np.nan]),
    ('take = "highest"\nown = "change"\nbaseline = "2 h"\nunit = "mm"', [6, 4, np.nan]),
    ('take = "lowest"\nown = "change"\nbaseline = "0 h to 2 h"\nunit = "mm"', [-2, -4, np.nan]),
])
def test_a_number_is_taken_of_a_curve(row, known):
    assert numbers(hours(row)) == pytest.approx(np.array(known, dtype=float), nan_ok=True)


def test_a_moment_is_a_value():
    two = np.array([[5.0, 7.0], [4.0, np.nan]])
    assert numbers('at = "3 d"\nnoise = "none"', two) == pytest.approx(np.array([7.0, np.nan]), nan_ok=True)
    assert numbers('at = "3 d"\nnoise = "none"\nown = "change"\nunit = "mm"', two) == pytest.approx(np.array([2.0, np.nan]), nan_ok=True)


def test_to_a_beginning_of_nothing_there_is_no_ratio():
    found = numbers('at = "3 d"\nnoise = "none"\nown = "ratio"', np.array([[0.0, 7.0], [2.0, 7.0]]))
    assert np.isnan(found[0])
    assert found[1] == 3.5


# --- the scale of the laboratory ---------------------------------------------------------------------------

def test_the_scale_multiplies_levels_and_changes_and_is_without_effect_on_ratios():
    two, scale = np.array([[5.0, 7.0], [4.0, 8.0]]), [2.0, 0.5]
    usual = 'measure = "tnf"\nat = "3 h"\nnoise = "none"\n'

    def with_scale(row):
        return numbers(usual + row, two, measure="tnf", scale=scale)

    assert with_scale('unit = "pg/mL"').tolist() == [14.0, 4.0]
    assert with_scale('unit = "pg/mL"\nown = "change"').tolist() == [4.0, 2.0]
    assert with_scale('own = "ratio"') == pytest.approx([1.4, 2.0])
    assert with_scale('own = "percent change"\nunit = "%"') == pytest.approx([40.0, 100.0])


def test_conditions_are_of_what_the_laboratory_reports():
    row = 'measure = "tnf"\nat = "0 h to 2 h"\nevery = "1 h"\ntake = "first time"\ncounts = ">= 10"\nunit = "h"'
    assert numbers(row, np.array([[1.0, 6.0, 12.0]] * 2), measure="tnf", scale=[1.0, 2.0]) == pytest.approx([2.0, 1.0])


# --- errors of measurement ---------------------------------------------------------------------------------

def test_errors_are_of_the_law_of_the_measure():
    crp = np.log(numbers('at = "5 d"\nnoise = "crp"\nmeasure = "tnf"\nunit = "pg/mL"', MANY, measure="tnf") / 50.0)  # TNF does not swing
    assert (crp.mean(), crp.std()) == pytest.approx((0.0, noise_of("crp").relative), abs=0.02)
    tnf = np.log(numbers('at = "5 d"\nmeasure = "tnf"\nunit = "pg/mL"\nscale = false', MANY, measure="tnf") / 50.0)
    assert tnf.std() == pytest.approx(noise_of("tnf").relative, rel=0.05)


def test_what_is_seen_is_the_swing_of_the_day_and_the_error_of_one_measurement():
    seen = numbers('at = "5 d"', MANY, persons=EACH)
    whole = np.hypot(noise_of("pain_vas").absolute, swing_of("pain_vas").root * 50.0**0.5)
    assert seen.mean() == pytest.approx(50.0, abs=1.0)
    assert seen.std() == pytest.approx(whole, rel=0.08)
    joints = numbers('at = "5 d"\nmeasure = "sjc28"\nunit = "1"', np.full(4000, 12.0), measure="sjc28", persons=EACH)
    assert 0.1 < np.corrcoef(seen, joints)[0, 1] < 0.5  # of one person on one day


def test_where_no_error_is_wanted_nothing_swings():
    assert np.array_equal(numbers('at = "5 d"\nnoise = "none"', MANY, persons=EACH), MANY)


def test_what_is_seen_on_day_0_is_that_of_entry():
    seen = numbers('at = "0 h"', np.full(100, 50.0))
    there = swung_at_entry("pain_vas", np.full(100, 50.0), range(100), 3)
    assert seen == pytest.approx(noise_of("pain_vas").spoil(there, errors_at_entry("pain_vas", range(100), 3)))


def test_a_change_has_the_errors_of_both_occasions():
    soon, late = (numbers(f'at = "{days} d"\nown = "change"\nunit = "mm"', np.full(4000, 60.0), persons=EACH).std() for days in (1, 364))
    assert soon == pytest.approx(np.sqrt(2) * noise_of("pain_vas").absolute, rel=0.08)
    assert late == pytest.approx(np.sqrt(2) * np.hypot(noise_of("pain_vas").absolute, swing_of("pain_vas").root * 60.0**0.5), rel=0.08)
    none = numbers('at = "0 h"\nown = "change"\nunit = "mm"', np.full(4000, 60.0))
    assert not none.any()  # one and the same measurement


def test_the_same_measurement_has_the_same_error_in_every_row_and_another_in_another_arm():
    rows = study('at = "5 d"', 'at = "5 d"\nstatistic = "median"\nunit = "mm"', 'at = "6 d"', 'at = "5 d"\narm = "two"').rows
    seen = [numbers_of(row, curves(row, {"pain_vas": np.full(50, 60.0)}), study="s", seed=3, scale=np.ones(50)) for row in rows]
    assert np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[0], seen[2])
    assert not np.array_equal(seen[0], seen[3])


# --- the rule of response ----------------------------------------------------------------------------------

BEFORE = {"sjc28": 10.0, "tjc28": 10.0, "pain_vas": 60.0, "patient_global": 60.0, "haq": 2.0, "crp": 20.0}
TABLE = [  # after, and by which of 20, 50, 70 % the person responds (rule of 1995: both counts, and three of the five others)
    ({"sjc28": 8, "tjc28": 8, "pain_vas": 48, "patient_global": 48, "haq": 2.0, "crp": 20}, (1, 0, 0)),  # and so the physician
    ({"sjc28": 8, "tjc28": 8, "pain_vas": 48, "patient_global": 60, "haq": 1.6, "crp": 16}, (1, 0, 0)),
    ({"sjc28": 8, "tjc28": 8, "pain_vas": 48, "patient_global": 60, "haq": 1.6, "crp": 17}, (0, 0, 0)),  # two of five
    ({"sjc28": 8.1, "tjc28": 2, "pain_vas": 0, "patient_global": 0, "haq": 0, "crp": 0}, (0, 0, 0)),  # swollen joints by 19 %
    ({"sjc28": 2, "tjc28": 8.1, "pain_vas": 0, "patient_global": 0, "haq": 0, "crp": 0}, (0, 0, 0)),  # tender joints by 19 %
    ({"sjc28": 5, "tjc28": 5, "pain_vas": 30, "patient_global": 60, "haq": 1.0, "crp": 10}, (1, 1, 0)),
    ({"sjc28": 3, "tjc28": 5, "pain_vas": 18, "patient_global": 18, "haq": 0.6, "crp": 6}, (1, 1, 0)),  # tender joints by half alone
    ({"sjc28": 3, "tjc28": 3, "pain_vas": 18, "patient_global": 18, "haq": 2.0, "crp": 20}, (1, 1, 1)),
    ({"sjc28": 3, "tjc28": 3, "pain_vas": 30, "patient_global": 60, "haq": 1.0, "crp": 6}, (1, 1, 0)),
    ({"sjc28": 10, "tjc28": 10, "pain_vas": 60, "patient_global": 60, "haq": 2.0, "crp": 20}, (0, 0, 0)),
    ({"sjc28": 20, "tjc28": 20, "pain_vas": 90, "patient_global": 90, "haq": 2.5, "crp": 50}, (0, 0, 0)),
]


@pytest.mark.parametrize(("which", "place"), [("acr20", 0), ("acr50", 1), ("acr70", 2)])
def test_who_responds_is_told_by_the_published_rule(which, place):
    row = study(f'measure = "{which}"\nstatistic = "proportion"\nat = "168 d"\nnoise = "none"').rows[0]
    shown = {name: np.array([[BEFORE[name], after[name]] for after, _ in TABLE]) for name in BEFORE}
    found = numbers_of(row, curves(row, shown), study="s", seed=3, scale=np.ones(len(TABLE)))
    assert found.tolist() == [responds[place] for _, responds in TABLE]


def test_who_did_not_come_or_has_nothing_to_improve_does_not_respond():
    row = study('measure = "acr20"\nstatistic = "proportion"\nat = "168 d"\nnoise = "none"').rows[0]
    shown = {name: np.array([[BEFORE[name], 0.0], [BEFORE[name], np.nan], [0.0, 0.0]]) for name in BEFORE}
    found = numbers_of(row, curves(row, shown), study="s", seed=3, scale=np.ones(3))
    assert found[0] == 1.0
    assert np.isnan(found[1])
    assert found[2] == 0.0


def test_some_respond_though_nothing_happens_to_them_and_more_after_months():
    share = {}
    for days in (1, 168):
        row = study(f'measure = "acr20"\nstatistic = "proportion"\nat = "{days} d"').rows[0]
        shown = {name: np.full((4000, 2), value) for name, value in BEFORE.items()}
        share[days] = np.mean(numbers_of(row, curves(row, shown, EACH), study="s", seed=3, scale=np.ones(4000)))
    assert 0.0 < share[1] < 0.03  # errors of measurement, which parts have each by themselves
    assert 0.05 < share[168] < 0.3  # disease that has waned in all of them


def test_the_times_of_all_rows_are_asked_for():
    rows = study('at = "2 h"', 'at = "1 d"\nmeasure = "crp"\nunit = "mg/L"\nown = "change"\nbaseline = "6 h"').rows
    names, times = needed(rows)
    assert names == ("pain_vas", "crp")
    assert times == pytest.approx([0, 2 / 24, 0.25, 1])
