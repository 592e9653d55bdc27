import numpy as np
import pytest

from zonula.ground.errors import UsageError
from zonula.trials.interim import conditional_power, design, drift_for, expected_share, spent_at, stopping

FIFTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


@pytest.mark.parametrize(("spending", "bounds"), [  # five looks, two-sided 0.05: the tables of Lan and DeMets' spending functions (Reboussin et al. 2000)
    ("obrien-fleming", (4.8769, 3.3569, 2.6803, 2.2898, 2.0310)),
    ("pocock", (2.4380, 2.4268, 2.4101, 2.3966, 2.3859))])
def test_bounds_are_those_of_published_tables(spending, bounds):
    assert design(FIFTHS, spending=spending).bounds == pytest.approx(bounds, abs=2e-4)


def test_bounds_of_two_looks_and_of_one():
    assert design((0.5, 1.0)).bounds == pytest.approx((2.9626, 1.9686), abs=1e-4)
    assert design((1.0,)).bounds == pytest.approx((1.959964,), abs=1e-6)
    assert design((0.5,)).looks == (0.5, 1.0)


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_alpha_is_spent_as_was_planned_and_no_more(spending):
    plan = design((0.3, 0.55, 1.0), spending=spending)
    above, below = stopping(plan, 0.0)
    assert above == pytest.approx(below, abs=1e-12)
    assert np.cumsum(above + below) == pytest.approx(plan.spent, abs=1e-9)
    assert plan.spent[-1] == pytest.approx(0.05)
    assert spent_at(1.0, 0.05, spending) == pytest.approx(0.05)


def test_stopping_is_what_walks_do_that_are_drawn():
    plan, drift = design((0.4, 0.7, 1.0), spending="pocock"), 2.5
    rng = np.random.default_rng(5)
    steps = np.diff((0.0, *plan.looks))
    walks = np.cumsum(rng.normal(drift * steps, np.sqrt(steps), (200_000, 3)), axis=1) / np.sqrt(plan.looks)
    out = walks >= np.array(plan.bounds)
    gone = np.abs(walks) >= np.array(plan.bounds)
    first = np.argmax(gone, axis=1)
    drawn = [np.mean(gone.any(axis=1) & (first == k) & out[np.arange(len(out)), k]) for k in range(3)]
    assert stopping(plan, drift)[0] == pytest.approx(drawn, abs=0.005)
    shares = np.where(gone.any(axis=1), np.array(plan.looks)[first], 1.0)
    assert expected_share(plan, drift) == pytest.approx(shares.mean(), abs=0.005)


def test_the_drift_of_a_power_has_that_power():
    plan = design((0.5, 1.0))
    assert stopping(plan, drift_for(0.9, plan))[0].sum() == pytest.approx(0.9, abs=1e-8)
    assert drift_for(0.9, design((1.0,))) == pytest.approx(1.959964 + 1.281552, abs=1e-4)


def test_conditional_power_by_hand():
    assert conditional_power(1.96, 0.5, 1.96) == pytest.approx(0.8738, abs=1e-3)  # B = 1.386, the trend goes on to 2.772
    assert conditional_power(0.0, 0.5, 1.96, drift=0.0) == pytest.approx(0.00279, abs=1e-4)
    assert (conditional_power(2.0, 1.0, 1.96), conditional_power(1.9, 1.0, 1.96)) == (1.0, 0.0)


def test_a_very_early_look_spends_nothing():
    plan = design((0.01, 1.0))
    assert plan.bounds[0] == np.inf
    assert plan.bounds[1] == pytest.approx(1.959964, abs=1e-6)


@pytest.mark.parametrize("looks", [(0.5, 0.5, 1.0), (0.0, 1.0), (0.7, 0.5), (0.5, 1.2)])
def test_looks_that_do_not_rise_are_refused(looks):
    with pytest.raises(UsageError, match="ZN-1486"):
        design(looks)


def test_unknown_spending_is_refused():
    with pytest.raises(UsageError, match="ZN-1485"):
        design((0.5, 1.0), spending="haybittle")
