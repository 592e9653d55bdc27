"""One step of the smoother, against what is known exactly: linear people, normal errors."""

import numpy as np
import pytest

from zonula.calibration.fit import assimilated
from zonula.calibration.targets import Targets

RNG = np.random.default_rng(7)
NAMES, ROWS = 12, 8
SLOPES = np.zeros((ROWS, NAMES))
SLOPES[:, :4] = RNG.standard_normal((ROWS, 4))
TRUTH = RNG.standard_normal(NAMES)


def targets(covariance, observed):
    return Targets(ids=tuple(map(str, range(len(observed)))), log=(False,) * len(observed), observed=observed, covariance=covariance, left_out={})


def calibrated(covariance, observed, *, members=4000, steps=4, significant=3.0):
    scores = np.random.default_rng(1).standard_normal((members, NAMES))
    for step in range(steps):
        scores = assimilated(scores, SLOPES @ scores.T, targets(covariance, observed), inflation=steps, seed=step, significant=significant)
    return scores


def exact(covariance, observed):
    precision = np.eye(NAMES) + SLOPES.T @ np.linalg.solve(covariance, SLOPES)
    return np.linalg.solve(precision, SLOPES.T @ np.linalg.solve(covariance, observed)), np.linalg.inv(precision)


@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_linear_people_are_calibrated_as_the_formula_says(shared):
    covariance = 0.2 * np.eye(ROWS) + shared
    observed = SLOPES @ TRUTH + 0.3
    scores = calibrated(covariance, observed, significant=0.0)
    mean, spread = exact(covariance, observed)
    assert scores.mean(axis=0) == pytest.approx(mean, abs=0.08)
    assert scores.std(axis=0) == pytest.approx(np.sqrt(np.diag(spread)), rel=0.08)
    assert np.cov(scores.T)[:4, :4] == pytest.approx(spread[:4, :4], abs=0.05), "what is known of scores together is kept"


def test_a_scale_that_rows_share_leaves_their_common_level_unknown():
    slopes = np.zeros((ROWS, NAMES))
    slopes[:, 0], slopes[: ROWS // 2, 1] = 1.0, 1.0  # a level of all, and what tells half of the rows from the others
    left = {}
    for width in (0.0, 100.0):
        scores = np.random.default_rng(1).standard_normal((2000, NAMES))
        for step in range(4):
            scores = assimilated(scores, slopes @ scores.T, targets(0.05 * np.eye(ROWS) + width, slopes @ TRUTH), inflation=4.0, seed=step,
                                 significant=0.0)
        left[width] = scores[:, :2].std(axis=0)
    assert left[0.0][0] < 0.15
    assert left[100.0][0] > 0.9, "the level is lost in the scale"
    assert left[100.0][1] < 0.25, "what differs within the laboratory is not"


def test_what_no_row_knows_is_not_moved_by_chance():
    scores = np.random.default_rng(2).standard_normal((150, NAMES))
    observed = SLOPES @ TRUTH
    moved = assimilated(scores, SLOPES @ scores.T, targets(0.2 * np.eye(ROWS), observed), inflation=1.0, seed=3)
    everything = assimilated(scores, SLOPES @ scores.T, targets(0.2 * np.eye(ROWS), observed), inflation=1.0, seed=3, significant=0.0)
    same = [bool(np.array_equal(moved[:, j], scores[:, j])) for j in range(4, NAMES)]
    assert sum(same) >= 6, "at three standard errors one of 64 correlations may be chance"
    assert not np.any([np.array_equal(everything[:, j], scores[:, j]) for j in range(NAMES)])
    assert np.abs(moved[:, :4] - scores[:, :4]).mean() > 0.1


def test_what_a_member_does_not_show_moves_nobody():
    scores = np.random.default_rng(4).standard_normal((200, NAMES))
    shown = SLOPES @ scores.T
    shown[0] = np.nan
    shown[0, :3] = 1.0  # three show the same: nothing can be learned of it
    wanted = targets(0.2 * np.eye(ROWS), SLOPES @ TRUTH)
    without = Targets(ids=wanted.ids[1:], log=wanted.log[1:], observed=wanted.observed[1:], covariance=wanted.covariance[1:, 1:], left_out={})
    moved = assimilated(scores, shown, wanted, inflation=1.0, seed=5)
    other = assimilated(scores, shown[1:], without, inflation=1.0, seed=5)
    assert moved.mean(axis=0) == pytest.approx(other.mean(axis=0), abs=0.1)
    assert np.all(np.isfinite(moved))


def test_the_same_seed_gives_the_same_step_and_another_another():
    scores = np.random.default_rng(6).standard_normal((50, NAMES))
    wanted = targets(0.2 * np.eye(ROWS), SLOPES @ TRUTH)
    one, two, three = (assimilated(scores, SLOPES @ scores.T, wanted, inflation=1.0, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)
