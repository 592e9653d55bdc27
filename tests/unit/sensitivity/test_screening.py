"""Screening finds what matters, as known formulas say, and counts whom it loses."""

import math
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_effects import CV, FACTORS, MODEL, levels, made_ready

from zonula.sensitivity import screen
from zonula.sensitivity.inquiry import Inquiry
from zonula.sensitivity.screening import Screening


def effect(found: Screening, readout, path):
    return next(e for e in found.effects[readout] if e.path == path)


@pytest.fixture(scope="module")
def plain():
    return screen(made_ready(), ["product", "sum"], trajectories=3000, seed=3)


def test_effects_on_a_sum_are_its_terms_steps(plain):
    """Two levels up or down, from the lowest or the second: the mean of two differences, each over two thirds of the way."""
    for path, factor in (("sums.a", 3.0), ("sums.b", 1.0)):
        q = levels(path)
        sizes = factor * np.array([q[2] - q[0], q[3] - q[1]]) / (2 / 3)
        found = effect(plain, "sum", path)
        assert found.mu_star == pytest.approx(sizes.mean(), rel=0.02)
        assert found.mu == pytest.approx(sizes.mean(), rel=0.02)
        assert found.sigma == pytest.approx(np.ptp(sizes) / 2, rel=0.02)
    assert plain.effects["sum"][0].path == "sums.a"


def test_effects_on_a_product_are_those_of_a_factor_times_the_mean_of_the_others(plain):
    a, b, c = (levels(path) if path != "sums.c" else 1 / levels(path) for path in FACTORS)
    for path, own, others in (("sums.a", a, b.mean() * c.mean()), ("sums.b", b, a.mean() * c.mean()), ("sums.c", c, a.mean() * b.mean())):
        sizes = np.array([own[2] - own[0], own[3] - own[1]]) / (2 / 3)
        found = effect(plain, "product", path)
        assert found.mu_star == pytest.approx(abs(sizes).mean() * others, rel=0.05)
        assert math.copysign(1, found.mu) == (-1 if path == "sums.c" else 1)
        assert found.half_width == pytest.approx(1.96 * found.sigma / math.sqrt(3000), rel=0.15)
    assert [e.path for e in plain.effects["product"][:3]] == sorted(FACTORS, key=lambda path: -effect(plain, "product", path).mu_star)


def test_what_nothing_reads_has_no_effect_at_all_and_comes_last(plain):
    for readout in ("product", "sum"):
        idle = effect(plain, readout, "sums.idle")
        assert (idle.mu, idle.mu_star, idle.sigma, idle.half_width, idle.share, idle.steps) == (0, 0, 0, 0, 0, 3000)
        assert math.fsum(e.share for e in plain.effects[readout]) == pytest.approx(1)
    assert "sums.idle" not in plain.top(10)
    assert set(plain.top(10)) == set(FACTORS)


def test_what_the_solver_does_not_resolve_is_no_effect():
    fine, coarse = (screen(made_ready({"sums.b": 1e-5}), ["sum"], trajectories=4, rtol=rtol) for rtol in (1e-8, 1e-4))
    assert fine.effects["sum"][0].mu_star == pytest.approx(3e-5 * 2.03 * 1.5, rel=0.01)
    assert coarse.effects["sum"][0].mu_star == 0
    assert not coarse.effects["sum"][0].matters


def test_the_top_are_those_with_the_largest_share_in_any_readout(plain):
    shares = {path: max(effect(plain, r, path).share for r in ("product", "sum")) for path in FACTORS}
    assert plain.top(2) == tuple(sorted(shares, key=lambda path: -shares[path])[:2])


def test_the_seed_decides_everything_and_threads_nothing():
    a, b, c = (screen(made_ready(), ["product"], trajectories=6, seed=seed, jobs=jobs) for seed, jobs in ((0, 1), (0, 2), (1, 1)))
    assert a.as_dict() == b.as_dict()
    assert a.effects["product"][0].mu_star != c.effects["product"][0].mu_star


def test_a_further_parameter_changes_no_others_steps():
    few, more = (screen(made_ready(), ["sum"], trajectories=6, parameters=paths) for paths in (["sums.a"], ["sums.a", "sums.idle"]))
    assert effect(few, "sum", "sums.a").mu == effect(more, "sum", "sums.a").mu


def test_people_who_are_implausible_or_without_health_are_counted_by_name_and_reason():
    """CRP above 10 is no health: of the levels of risk only the highest is; of those of what kindles the two upper ones have no balance."""
    cv = {"sums.a": 0.3, "sums.risk": 0.6, "sums.fire": 1.2}
    assert (levels("sums.risk", cv) > 10).tolist() == [False, False, False, True]
    assert (4 * levels("sums.fire", cv) > 1).tolist() == [False, False, False, True]
    found = screen(made_ready(cv), ["sum", "crp"], trajectories=200, seed=1)
    drawn = 200 + sum(found.refused.values())
    assert found.refused["implausible at rest"] / drawn == pytest.approx(3 / 16, abs=0.06)
    assert found.refused["no stable health"] / drawn == pytest.approx(4 / 16, abs=0.06)
    lost = {(e.path, e.reason): e.steps for e in found.lost}
    assert set(lost) == {("sums.risk", "implausible at rest"), ("sums.fire", "no stable health")}
    for (path, _), steps in lost.items():
        assert steps == pytest.approx(200 / 3, abs=25)  # of the three levels that are left, from the second
        assert effect(found, "sum", path).steps == 200 - steps
    q = levels("sums.risk", cv)
    assert effect(found, "crp", "sums.risk").mu == pytest.approx(1.5 * (q[2] - q[0]))  # of the steps that are left
    said = " ".join(found.remarks)
    assert f"200 typical persons were taken of {drawn} drawn" in said
    assert f"{sum(lost.values())} of 600 steps led to nobody" in said
    assert f"sums.risk (implausible at rest, {lost['sums.risk', 'implausible at rest']} of 200)" in said
    assert {"path": "sums.risk", "reason": "implausible at rest", "steps": lost["sums.risk", "implausible at rest"]} in found.as_dict()["lost"]


def test_people_who_do_not_reach_the_end_are_counted_too():
    found = screen(made_ready({"sums.a": 0.9, "sums.b": 0.3}, push=7.0), ["rise"], trajectories=60, seed=2)
    assert found.refused.keys() == {"not simulated to the end"}
    assert {(e.path, e.reason) for e in found.lost} == {("sums.a", "not simulated to the end")}


def test_a_parameter_of_which_hardly_a_step_is_left_is_unknown_and_said_to_be():
    cv = {"sums.a": 0.3, "sums.risk": 4.0}
    assert (levels("sums.risk", cv) > 10).tolist() == [False, False, True, True]
    found = screen(made_ready(cv), ["crp"], trajectories=10)
    last = found.effects["crp"][-1]
    assert (last.path, last.steps) == ("sums.risk", 0)
    assert math.isnan(last.mu_star)
    assert "known from fewer than half of the steps: sums.risk" in " ".join(found.remarks)
    told = found.as_dict()["readouts"]["crp"]["parameters"][-1]
    assert (told["path"], told["mu_star"], told["share"]) == ("sums.risk", None, None)
    assert found.top(5) == ()


def test_a_readout_without_a_number_is_a_loss_that_is_told(monkeypatch):
    monkeypatch.setattr(Inquiry, "_read", lambda self, curves: np.where(curves[:, -1] > np.median(curves[:, -1]), np.nan, curves[:, -1]))
    found = screen(made_ready(), ["sum"], trajectories=4)
    assert found.refused.keys() == {"a readout without a number"}
    assert {e.reason for e in found.lost} == {"a readout without a number"}
    assert all(math.isfinite(e.mu_star) for e in found.effects["sum"] if e.steps > 1)


def sick():
    setup = made_ready({"sums.a": 0.3})
    parameters = setup.problem.parameters.copy()
    parameters[MODEL.parameter_index["sums.risk"]] = 11.0
    return replace(setup, problem=replace(setup.problem, parameters=parameters))


def test_nobody_healthy_is_refused():
    with refused("ZN-1269", "only 0", "implausible at rest"):
        screen(sick(), ["sum"], trajectories=2)


def test_what_is_read_is_the_end_a_day_the_highest_or_the_mean():
    """A push of 2 from day 1 to day 3: the level rises as 2 a (1 - e^-t) and falls as e^-t."""
    setup = made_ready({"sums.a": CV["sums.a"]}, push=2.0)
    q = levels("sums.a")
    by_a = np.array([q[2] - q[0], q[3] - q[1]]).mean() * 1.5
    grid = np.arange(0.0, 5.01, 0.5)
    curve = np.where(grid < 1, 0.0, np.where(grid <= 3, 2 * (1 - np.exp(-(grid - 1))), 2 * (1 - math.exp(-2)) * np.exp(-(grid - 3))))
    want = {"end": curve[-1], "2.5 d": curve[5], 60 / 24: curve[5], "highest": curve.max(), "mean": np.trapezoid(curve, grid) / 5}
    for at, height in want.items():
        found = screen(setup, ["rise"], at=at, trajectories=200)
        assert found.effects["rise"][0].mu == pytest.approx(by_a * height, rel=0.02), at
    assert screen(setup, ["rise"], at="2.5 d", trajectories=2).inquiry.when == "on day 2.5"


def test_what_the_scenario_says_is_not_varied_and_what_is_fixed_neither():
    assert screen(made_ready(changed=("sums.b",)), ["sum"], trajectories=2).inquiry.paths == ("sums.a", "sums.c", "sums.idle")
    with refused("ZN-1266", "sums.b", "the scenario says"):
        screen(made_ready(changed=("sums.b",)), ["sum"], parameters=["sums.b"])
    with refused("ZN-1266", "sums.k", "no uncertainty"):
        screen(made_ready(), ["sum"], parameters=["sums.k"])
    with refused("ZN-1267", "variability"):
        screen(made_ready(), ["sum"], spread="variability")


@pytest.mark.parametrize(("code", "arguments"), [
    ("ZN-1262", {"spread": "both"}), ("ZN-1263", {"readouts": []}), ("ZN-1264", {"at": "edn"}), ("ZN-1264", {"at": "9 d"}), ("ZN-1264", {"at": 0.0}),
    ("ZN-1265", {"parameters": ["sums.q"]}), ("ZN-1268", {"trajectories": 1}), ("ZN-1214", {"readouts": ["som"]})])
def test_what_cannot_be_asked_is_refused_before_any_work(code, arguments):
    with refused(code):
        screen(made_ready(), **{"readouts": ["sum"], **arguments})


def test_what_is_guessed_and_matters_is_named():
    found = screen(made_ready(status={"sums.a": "measured", "sums.c": "calibrated"}), ["product"], trajectories=10)
    summary = found.as_dict()["summary"]
    assert summary.startswith(f"Product at the end (day 5) depends most on {found.effects['product'][0].path}, ")
    assert "Guessed, of the 3 parameters that matter most: sums.b." in summary
    assert found.as_dict(1)["summary"] == f"Product at the end (day 5) depends most on {found.top(1)[0]}. Its value is not only assumed."
    alone = screen(made_ready(), ["sum"], parameters=["sums.a", "sums.idle"], trajectories=2).as_dict()["summary"]
    assert alone == "Sum at the end (day 5) depends on sums.a alone, of the 2 that were varied. Its value is only assumed."
    none = screen(made_ready(status=dict.fromkeys(CV, "derived")), ["sum"], trajectories=10)
    assert "none is only assumed" in none.as_dict()["summary"]
    assert "depends on none of the 1 parameters" in screen(made_ready(), ["sum"], parameters=["sums.idle"], trajectories=2).as_dict()["summary"]


def test_without_the_library_it_is_said_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "SALib", None)
    for name in [name for name in sys.modules if name.startswith("SALib.")]:
        monkeypatch.delitem(sys.modules, name)
    with refused("ZN-1261", "SALib", "zonula[sensitivity]"):
        screen(made_ready(), ["sum"])
