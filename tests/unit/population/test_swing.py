"""Swings of disease: of known spread and length, each person's own, shared by measures, and what changes in people show together with errors."""

import numpy as np
import pytest

from zonula.organs.standard import standard_model
from zonula.population.noise import chance_numbers, known_noises, member_of, noise_of
from zonula.population.swing import Swing, known_swings, paths, swing_of, swung, swung_at_entry

DAYS = np.array([0.0, 3.5, 7.0, 14.0, 28.0, 91.0, 364.0])
MANY = chance_numbers(np.repeat(np.arange(400), 20), list(range(20)) * 400)
ONE = chance_numbers([3] * 6000, range(6000))


def path(measure="sjc28", shared=0.7, *, days=DAYS, numbers=MANY, study="a", seed=1):
    return paths(measure, shared, np.asarray(days, dtype=float), numbers, member_of(numbers), study=study, seed=seed)


def test_a_swing_is_as_wide_at_any_time_between_the_nodes_as_well():
    seen = path()
    assert seen.mean(axis=0) == pytest.approx(0.0, abs=0.05)
    wide = seen.std(axis=0)
    assert wide == pytest.approx(1.0, abs=0.04)
    assert wide[1] == pytest.approx((wide[0] + wide[2]) / 2, rel=0.012)


def test_what_is_left_of_a_swing_falls_exponentially_and_to_1_over_e_in_ten_weeks_on_the_average():
    left = np.corrcoef(path(numbers=ONE), rowvar=False)[0]
    assert left[4] == pytest.approx(left[3] ** 2, abs=0.04)
    assert left[3] == pytest.approx(left[2] ** 2, abs=0.04)
    tau = -28.0 / np.log(left[4])
    assert left[5] == pytest.approx(np.exp(-91.0 / tau), abs=0.04)
    of_each = [np.corrcoef(each.T)[0, 1] for each in path(days=[0.0, 28.0], numbers=chance_numbers(np.repeat(np.arange(60), 300), list(range(300)) * 60))
               .reshape(60, 300, 2)]
    assert np.median(-28.0 / np.log(of_each)) == pytest.approx(70.0, rel=0.2)
    assert np.ptp(of_each) > 0.3  # how long a swing lasts is not known, and drawn for each typical person


def test_before_day_0_it_is_the_same_swing():
    seen = path(days=[-28.0, -14.0, 0.0, 14.0], numbers=ONE)
    left = np.corrcoef(seen, rowvar=False)
    assert left[0, 1] == pytest.approx(left[2, 3], abs=0.04)
    assert left[0, 2] == pytest.approx(left[2, 3] ** 2, abs=0.04)
    assert seen[:, 2:] == pytest.approx(path(days=[0.0, 14.0], numbers=ONE))


def test_day_0_is_the_persons_own_and_what_follows_of_one_study():
    here, there = path(study="a"), path(study="b")
    assert np.array_equal(here[:, 0], there[:, 0])
    assert abs(np.corrcoef(here[:, -1], there[:, -1])[0, 1]) < 0.05
    assert 0.3 < np.corrcoef(here[:, 4], there[:, 4])[0, 1] < 0.6  # what is left of one beginning: e^(-0.8) squared, were tau known
    assert not np.array_equal(here[:, 0], path(seed=2)[:, 0])


def test_neither_who_else_is_drawn_nor_when_one_looks_makes_a_difference():
    whole = path()
    some = [17, 4, 300]
    assert np.array_equal(path(numbers=[MANY[i] for i in some], days=[28.0, 7.0]), whole[some][:, [4, 2]])


def test_persons_of_two_calibrated_members_have_luck_of_their_own():
    first, second = (path(numbers=chance_numbers([place] * 4000, range(4000)), days=[0.0, 91.0]) for place in (0, 1))
    assert np.abs(np.corrcoef(first[:, 0], second[:, 0])[0, 1]) < 0.05


def test_measures_share_half_of_a_swing():
    seen = {name: path(name, swing_of(name).shared)[:, 3] for name in ("sjc28", "tjc28", "das28_crp")}
    assert np.corrcoef(seen["sjc28"], seen["tjc28"])[0, 1] == pytest.approx(0.49, abs=0.04)
    assert np.corrcoef(seen["sjc28"], seen["das28_crp"])[0, 1] == pytest.approx(0.616, abs=0.04)
    assert np.array_equal(path("sjc28", 1.0), path("tjc28", 1.0))


def test_the_healthy_do_not_swing_and_nobody_leaves_the_scale():
    for name in known_swings():
        law = swing_of(name)
        if not law.absolute:
            assert not law.swung(np.zeros((2, 2)), np.array([[3.0, -3.0]] * 2)).any(), name
        assert np.array_equal(law.swung(np.full(2, 2.0), np.zeros(2)), [2.0, 2.0] if not law.relative else np.full(2, 2.0) * np.exp(-0.5 * law.relative**2))
    joints = swing_of("sjc28")
    assert joints.swung(np.array([26.0, 1.0]), np.array([5.0, -5.0])).tolist() == [28.0, 0.0]
    assert np.isnan(joints.swung(np.array([np.nan]), np.array([1.0]))).all()


def test_sizes_are_those_of_their_law():
    z = np.random.default_rng(0).standard_normal(100_000)
    assert Swing(root=0.9).swung(np.full(len(z), 16.0), z).std() == pytest.approx(3.6, rel=0.02)
    assert Swing(root=0.9).swung(np.full(len(z), 16.0), z, 1.5).std() == pytest.approx(5.4, rel=0.02)
    assert Swing(absolute=0.6).swung(np.full(len(z), 5.0), z).std() == pytest.approx(0.6, rel=0.02)
    crp = Swing(relative=0.4).swung(np.full(len(z), 10.0), z)
    assert (np.log(crp).std(), crp.mean()) == pytest.approx((0.4, 10.0), rel=0.02)


def changes(measure, level, days):
    """Semivariance of changes of a measure, errors included, at some lag."""
    there = swung(measure, np.full((len(MANY), 2), level), np.array([0.0, days]), MANY, study="a", seed=5)
    law, z = noise_of(measure), np.random.default_rng(2).standard_normal((2, len(MANY)))
    return np.var(law.spoil(there[:, 1], z[1]) - law.spoil(there[:, 0], z[0])) / 2


@pytest.mark.parametrize(("measure", "level", "days", "known"), [
    ("das28_crp", 2.7, 91, 0.44), ("das28_crp", 2.7, 182, 0.555), ("das28_crp", 2.7, 364, 0.622),  # RAPPORT
    ("das28_crp", 6.5, 182, 1.1**2 / 2),  # a placebo arm
    ("das28_crp", 5.0, 3, 0.40**2), ("das28_crp", 5.0, 7, 0.48**2),  # within days
])
def test_disease_activity_changes_as_much_as_in_people(measure, level, days, known):
    assert changes(measure, level, days) == pytest.approx(known, rel=0.3)


@pytest.mark.parametrize(("measure", "level", "days", "known"), [
    ("sjc28", 14.4, 14, 5.0 / 1.37), ("sjc28", 14.4, 84, 7.3 / 1.37), ("sjc28", 14.4, 182, 9.5 / 1.37),
    ("tjc28", 21.0, 14, 10.1 / 1.57), ("tjc28", 21.0, 84, 17.8 / 1.57), ("tjc28", 21.0, 182, 16.6 / 1.57), ("pain_vas", 70.0, 182, 26.7),
])
def test_its_parts_change_no_more_than_in_placebo_arms_and_not_much_less(measure, level, days, known):
    assert 0.6 * known < np.sqrt(2 * changes(measure, level, days)) < 1.1 * known


def test_nothing_is_counted_twice_of_what_errors_held_before():
    assert np.hypot(swing_of("crp").relative, noise_of("crp").relative) == pytest.approx(0.5, abs=0.005)
    assert np.hypot(swing_of("esr").relative, noise_of("esr").relative) == pytest.approx(0.3, abs=0.005)
    assert np.hypot(swing_of("das28_crp").absolute, noise_of("das28_crp").absolute) * np.sqrt(2) == pytest.approx(1.1, abs=0.02)


def test_swings_are_of_measures_that_are_known_and_have_errors():
    assert set(known_swings()) <= set(standard_model().readout_names) & set(known_noises())
    for name in known_swings():
        law = swing_of(name)
        assert sum(bool(size) for size in (law.root, law.absolute, law.relative)) == 1, name
        assert 0 < law.shared < 1
    assert swing_of("tnf") is None


def test_who_does_not_swing_is_left_alone():
    course = np.ones((3, 2))
    assert swung("tnf", course, np.array([0.0, 7.0]), [1, 2, 3], study="a", seed=0) is course


def test_at_entry_it_is_the_swing_of_day_0():
    course = np.linspace(5, 20, 50)
    both = np.repeat(course[:, np.newaxis], 2, axis=1)
    assert np.array_equal(swung_at_entry("sjc28", course, ONE[:50], 4),
                          swung("sjc28", both, np.array([0.0, 30.0]), ONE[:50], study="any", seed=4)[:, 0])
