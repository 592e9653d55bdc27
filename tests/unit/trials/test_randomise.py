"""Randomisation: balanced in blocks, within strata, within sites, whoever else is looked at."""

import numpy as np
import pytest
from tests.small_trial import column, tables, text

from zonula.trials.randomise import randomised, strata_of, stratum_name, template_of
from zonula.trials.schema import RandomisationTable

ARMS = ("a", "b")


def drawn(slots, *, table=None, stratum=None, seed=1, arms=ARMS):
    slots = np.asarray(slots)
    return randomised(table or RandomisationTable(site=12, block=4), arms, slots, np.zeros(len(slots), dtype=np.int64) if stratum is None else stratum, seed)


def test_blocks_are_balanced_and_permuted():
    found = drawn(range(240)).reshape(20, 3, 4)
    assert np.all(found.sum(axis=2) == 2), "two of each in every block"
    assert len({tuple(block) for block in found.reshape(-1, 4).tolist()}) == 6, "all six orders occur"
    assert np.ptp(found.reshape(-1, 4).mean(axis=0)) < 0.4


def test_every_order_is_as_likely():
    blocks = drawn(range(12 * 1000)).reshape(-1, 4)
    _, counts = np.unique(blocks, axis=0, return_counts=True)
    assert len(counts) == 6
    assert np.sum((counts - 500) ** 2 / 500) < 20.5  # chi-squared with 5 degrees of freedom, one in a thousand


def test_a_ratio_is_kept():
    table = RandomisationTable(ratio={"b": 2, "c": 0}, site=9)
    assert template_of(table.ratio, ("a", "b", "c"), 0).tolist() == [0, 1, 1, 0, 1, 1]
    found = drawn(range(18), table=table, arms=("a", "b", "c")).reshape(2, 9)
    assert np.all((found[:, :6] == 1).sum(axis=1) == 4)
    assert not np.any(found == 2)


def test_a_site_depends_on_nothing_outside_it():
    whole = drawn(range(120))
    assert np.array_equal(drawn(range(36, 60)), whole[36:60])
    missing = np.delete(np.arange(120), [2, 3, 50])  # places that nobody fills
    assert np.array_equal(drawn(missing)[-60:], whole[-60:])


def test_the_ratio_holds_within_strata():
    stratum = np.arange(480) % 3
    found = drawn(range(480), stratum=stratum)
    for site in range(40):
        for one in range(3):
            mine = found[(np.arange(480) // 12 == site) & (stratum == one)]
            assert (mine == 0).sum() == 2
    assert not np.array_equal(found[stratum == 0], found[stratum == 1])
    assert not np.array_equal(drawn(range(48), seed=1), drawn(range(48), seed=2))


def test_strata_have_names():
    met = [np.array([True, False, True]), np.array([False, False, True])]
    assert strata_of(met, 3).tolist() == [1, 0, 3]
    assert stratum_name(("hla_b27", "crp >= 10"), 1) == "hla_b27, not crp >= 10"
    assert stratum_name((), 0) == ""


def test_strata_of_a_trial_go_by_what_is_measured_on_day_0():
    found = tables(text(randomisation='strata = ["leaking > 2.2"]'), last=24)
    before = column(found["visits"], "leaking")[column(found["visits"], "visit") == 0]
    assert column(found["lives"], "stratum").tolist() == ["leaking > 2.2" if value > 2.2 else "not leaking > 2.2" for value in before]
    assert len(set(column(found["lives"], "stratum").tolist())) == 2


@pytest.mark.parametrize("size", [6, 12])
def test_everybody_is_randomised_to_one_arm(size):
    parts = [tables(first=first, last=first + size)["lives"] for first in range(0, 24, size)]
    person, own = (np.concatenate([column(part, name) for part in parts]) for name in ("person", "randomised"))
    assert np.array_equal(person[own], np.arange(24))
