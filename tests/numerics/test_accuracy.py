"""The reference engine against an independent method at a far tighter tolerance."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.running import PRESETS, common, largest_error, preset, preset_problem, run, setup

from zonula.simulation.reference import solve


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_curves_agree_with_radau_at_a_thousandth_of_the_tolerance(name):
    problem = preset_problem(name)
    if name == "lps_tolerance":  # two of the five doses: Radau takes ten seconds for all of them
        problem = replace(problem, until=2.2, times=problem.times[problem.times <= 2.2])
    ours = solve(problem)
    other = solve(replace(problem, rtol=1e-11), method="Radau")
    assert other.outcome.status == ours.outcome.status == "finished"
    assert np.array_equal(ours.times, other.times)
    assert largest_error(ours.readouts, other.readouts) <= 1e-6
    assert largest_error(ours.states, other.states) <= 1e-6


def test_the_error_falls_with_the_tolerance_and_stays_below_thirty_times_it():
    problem = setup(["lps 2 ng/kg iv bolus at day 0.5"], until=2.0).problem
    exact = solve(replace(problem, rtol=1e-12))
    errors = [largest_error(solve(replace(problem, rtol=rtol)).readouts, exact.readouts) for rtol in (1e-4, 1e-6, 1e-8, 1e-10)]
    assert errors == sorted(errors, reverse=True)
    assert all(low < high / 10 for high, low in pairwise(errors))
    assert all(error <= 30 * rtol for error, rtol in zip(errors, (1e-4, 1e-6, 1e-8, 1e-10), strict=True))
    assert errors[-1] > 0


def test_looking_more_often_changes_no_curve():
    often, seldom = run(["lps 2 ng/kg iv bolus at day 1"], every="10 min"), run(["lps 2 ng/kg iv bolus at day 1"], every="1 d")
    i, j = common(often, seldom)
    assert largest_error(often.readouts[i], seldom.readouts[j]) <= 1e-12


def test_the_same_problem_gives_the_same_bits():
    problem = preset_problem("lps_bolus")
    assert np.array_equal(solve(problem).states, solve(problem).states)


def test_the_endotoxin_of_a_bolus_falls_along_the_exact_exponential():
    result = preset("lps_bolus")
    model = result.problem.model
    k, volume, weight = (result.problem.parameters[model.parameter_index[path]]
                         for path in ("blood.k_clearance", "body.plasma_per_weight", "body.weight"))
    dose = 2e3 * weight / (volume * weight * 1e3)  # pg/mL from ng/kg
    after = result.times >= 1.0
    rest = result.health.state[model.state_index["blood.endotoxin"]]
    exact = rest + dose * np.exp(-k * (result.times[after] - 1.0))
    assert np.max(np.abs(result.state("blood.endotoxin")[after] - exact)) <= 1e-7 * dose


def test_the_endotoxin_of_an_infusion_follows_the_exact_rise_and_fall():
    result = preset("lps_infusion")
    model = result.problem.model
    k, volume = (result.problem.parameters[model.parameter_index[path]] for path in ("blood.k_clearance", "body.plasma_per_weight"))
    rate, end = 2.0 / volume / (4 / 24), 1 + 4 / 24
    t = result.times
    rest = result.health.state[model.state_index["blood.endotoxin"]]
    on = rate / k * (1 - np.exp(-k * np.clip(t - 1, 0, 4 / 24)))
    exact = rest + np.where(t <= end, on, rate / k * (1 - np.exp(-k * 4 / 24)) * np.exp(-k * np.maximum(t - end, 0)))
    assert np.max(np.abs(result.state("blood.endotoxin") - exact)) <= 1e-6 * exact.max()
