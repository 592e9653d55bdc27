"""Indices of Sobol agree with closed forms, and say whom they leave out."""

import math

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_effects import CV, FACTORS, VALUES, made_ready, sigma

from zonula.sensitivity import sobol


def index(found, readout, path):
    return next(i for i in found.indices[readout] if i.path == path)


@pytest.fixture(scope="module")
def plain():
    return sobol(made_ready(), [*FACTORS, "sums.idle"], ["product", "sum"], samples=2048, seed=1)


def test_indices_of_a_product_of_lognormal_numbers(plain):
    whole = math.exp(sum(sigma(path) ** 2 for path in FACTORS))
    for path in FACTORS:
        own = math.exp(sigma(path) ** 2)
        found = index(plain, "product", path)
        assert found.first == pytest.approx((own - 1) / (whole - 1), rel=0.05)
        assert found.total == pytest.approx((own - 1) * whole / own / (whole - 1), rel=0.05)
        assert found.total > found.first
    assert [i.path for i in plain.indices["product"]] == ["sums.c", "sums.b", "sums.a", "sums.idle"]


def test_indices_of_a_sum_are_shares_of_its_variance(plain):
    variances = {path: (factor * VALUES[path] * math.exp(sigma(path) ** 2 / 2) * CV[path]) ** 2 for path, factor in (("sums.a", 3), ("sums.b", 1))}
    for path, variance in variances.items():
        found, share = index(plain, "sum", path), variance / sum(variances.values())
        assert found.first == pytest.approx(share, rel=0.05)
        assert found.total == pytest.approx(share, rel=0.05)
        assert found.first_half_width < 0.1
    assert plain.deviation["sum"] == pytest.approx(math.sqrt(sum(variances.values())), rel=0.05)


def test_what_nothing_reads_has_an_index_of_0(plain):
    for readout in ("product", "sum"):
        idle = index(plain, readout, "sums.idle")
        assert (idle.first, idle.total, idle.first_half_width, idle.total_half_width) == (0, 0, 0, 0)


def test_a_readout_that_does_not_move_has_no_shares():
    found = sobol(made_ready(), FACTORS, ["crp"], samples=16)
    assert {(i.first, i.total) for i in found.indices["crp"]} == {(0.0, 0.0)}


def test_what_the_solver_does_not_resolve_is_no_variance():
    fine, coarse = (sobol(made_ready({"sums.b": 1e-5}), ["sums.b"], ["sum"], samples=16, rtol=rtol) for rtol in (1e-8, 1e-3))
    assert fine.indices["sum"][0].total == pytest.approx(1, rel=0.2)
    assert coarse.indices["sum"][0].total == 0


def test_the_seed_decides_everything_and_threads_nothing():
    a, b, c = (sobol(made_ready(), FACTORS, ["product"], samples=32, seed=seed, jobs=jobs) for seed, jobs in ((0, 1), (0, 2), (1, 1)))
    assert a.as_dict() == b.as_dict()
    assert a.indices["product"][0].total != c.indices["product"][0].total


def test_lost_people_are_counted_and_their_groups_left_out():
    """CRP above 10 is no health: who is beyond it is known, and so is the variance of the others."""
    cv = {"sums.a": 0.3, "sums.risk": 0.4}
    found = sobol(made_ready(cv), list(cv), ["sum", "crp"], samples=1024, seed=2)
    beyond = 0.5 * math.erfc(math.log(10 / VALUES["sums.risk"]) / sigma("sums.risk", cv) / math.sqrt(2))
    assert found.lost.keys() == {"implausible at rest"}
    assert found.lost["implausible at rest"] / found.runs == pytest.approx(beyond, rel=0.15)
    assert found.used / found.samples == pytest.approx((1 - beyond) ** 2, abs=0.02)  # two independent ones in each group
    assert index(found, "sum", "sums.a").total == pytest.approx(1, rel=0.05)
    assert any(f"and with them {found.samples - found.used} of 1024 groups" in remark for remark in found.remarks)
    assert found.as_dict()["lost"] == dict(found.lost)


def test_too_many_lost_are_refused():
    with refused("ZN-1271", "implausible at rest", "fewer parameters"):
        sobol(made_ready({"sums.a": 0.3, "sums.risk": 2.0}), ["sums.a", "sums.risk"], ["sum"], samples=64)


@pytest.mark.parametrize("samples", [0, 8, 100, 2**17])
def test_a_number_of_groups_that_makes_no_design_is_refused(samples):
    with refused("ZN-1270", str(samples)):
        sobol(made_ready(), FACTORS, ["sum"], samples=samples)


def test_others_stay_as_the_scenarios_person_has_them():
    found = sobol(made_ready(), ["sums.b"], ["sum"], samples=64)
    assert found.deviation["sum"] == pytest.approx(VALUES["sums.b"] * math.exp(sigma("sums.b") ** 2 / 2) * CV["sums.b"], rel=0.15)
    assert np.isclose(found.indices["sum"][0].total, 1, rtol=0.1)
