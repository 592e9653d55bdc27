"""Means by arm over time: against plain sums over rows, and the same however the table comes in pieces."""

import numpy as np
import pyarrow as pa
import pytest

from zonula.report.trial_courses import courses_of

ARMS = ("placebo", "drug")


def tables(seed=1, persons=40):
    chance = np.random.default_rng(seed)
    numbers = np.sort(chance.choice(1000, persons, replace=False))
    given = chance.integers(0, 2, persons)
    lives = pa.table({"person": np.repeat(numbers, 2), "arm": pa.array(list(ARMS) * persons).dictionary_encode(),
                      "randomised": np.concatenate([[g == 0, g == 1] for g in given])})
    rows = [(p, a, v, 7.0 * v, chance.normal(50, 10)) for p in numbers for a in ARMS for v in (0, 1, 2)]
    value = np.array([row[4] for row in rows])
    seen = np.where(chance.random(len(rows)) < 0.2, np.nan, value + 1.0)
    visits = pa.table({"person": [int(row[0]) for row in rows], "arm": pa.array([row[1] for row in rows]).dictionary_encode(),
                       "visit": pa.array([row[2] for row in rows], pa.int16()), "day": pa.array([row[3] for row in rows], pa.float32()),
                       "pain_vas": pa.array(seen, pa.float32()), "pain_vas_true": pa.array(value, pa.float32())})
    return lives, visits, dict(zip(numbers.tolist(), given.tolist(), strict=True)), rows, seen


def test_means_and_intervals_are_those_of_the_randomised_who_came():
    lives, visits, given, rows, seen = tables()
    course = courses_of(lives.to_batches(), visits.to_batches(), ARMS, ("pain_vas",)).of["pain_vas"]
    for j, arm in enumerate(ARMS):
        for k in range(3):
            mine = np.array([s for row, s in zip(rows, seen, strict=True) if row[1] == arm and row[2] == k and given[row[0]] == j and np.isfinite(s)])
            true = np.array([row[4] for row in rows if row[1] == arm and row[2] == k])
            assert course[arm].n[k] == len(mine)
            assert course[arm].mean[k] == pytest.approx(mine.mean(), rel=1e-6)
            assert course[arm].half[k] == pytest.approx(1.959964 * mine.std(ddof=1) / np.sqrt(len(mine)), rel=1e-4)
            assert course[arm].true[k] == pytest.approx(true.mean(), rel=1e-6)
    assert course["drug"].days.tolist() == [0, 7, 14]


def test_pieces_of_any_size_give_the_same():
    lives, visits, *_ = tables()
    whole = courses_of(lives.to_batches(), visits.to_batches(), ARMS, ("pain_vas",)).of["pain_vas"]["drug"]
    small = courses_of(lives.to_batches(max_chunksize=3), visits.to_batches(max_chunksize=7), ARMS, ("pain_vas",)).of["pain_vas"]["drug"]
    np.testing.assert_allclose(whole.mean, small.mean, rtol=1e-12)
    np.testing.assert_allclose(whole.half, small.half, rtol=1e-9)


def test_nobody_at_all_is_no_error():
    lives, visits, *_ = tables()
    found = courses_of(lives.slice(0, 0).to_batches(), visits.slice(0, 0).to_batches(), ARMS, ("pain_vas",))
    assert found.persons == 0
    assert len(found.of["pain_vas"]["drug"].days) == 0


def test_arms_that_are_not_asked_for_are_left_out():
    lives, visits, *_ = tables()
    found = courses_of(lives.to_batches(), visits.to_batches(), ("drug",), ("pain_vas", "not_measured"))
    assert set(found.of["pain_vas"]) == {"drug"}
    assert np.isnan(found.of["not_measured"]["drug"].mean).all()


def test_roads_are_means_over_the_sampled():
    lives, visits, *_ = tables()
    roads = pa.table({"person": [1, 2, 1, 2], "arm": ["drug"] * 4, "day": [0.0, 0.0, 7.0, 7.0], "readout": ["pain_vas"] * 4, "systemic": [2.0, 4.0, 1.0, np.nan],
                      "products": [1.0] * 4, "primed": [0.0] * 4, "remainder": [3.0, 5.0, 2.0, 2.0]})
    found = courses_of(lives.to_batches(), visits.to_batches(), ARMS, ("pain_vas",), roads.to_batches()).roads["pain_vas"]
    assert (found.arms, found.persons) == (("drug",), 2)
    assert found.parts[0, 0].tolist() == [3.0, 1.0, 0.0, 4.0]
    assert found.parts[0, 1].tolist() == [1.0, 1.0, 0.0, 2.0]
