"""The reference engine against an independent method at a far tighter tolerance."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.running import common, largest_error, preset, preset_problem, run, setup

from zonula.simulation.closings import Closing
from zonula.simulation.reference import solve

ILL = ("pathogen.load 4e5 CFU at day 0", "erosive_irritant 0.1 from day 4 to day 11", "opening_irritant 0.5 from day 4 to day 11",
       "repair_factor 0.7 from day 4", "diet.fibre 0.5 from day 4", "stress 1 from day 5 to day 9")

@pytest.mark.slow
@pytest.mark.parametrize(("name", "method"), [("healthy_year", "BDF"), ("lps_bolus", "Radau"), ("lps_infusion", "BDF"), ("lps_tolerance", "BDF")])
def test_curves_agree_with_an_independent_method_at_a_hundredth_of_the_tolerance(name, method):
    problem = preset_problem(name)
    if method == "Radau":  # of fifth order, and slow
        problem = replace(problem, until=1.6, times=problem.times[problem.times <= 1.6])
    ours = solve(problem)
    other = solve(replace(problem, rtol=1e-10), method=method)
    assert other.outcome.status == ours.outcome.status == "finished"
    assert np.array_equal(ours.times, other.times)
    assert largest_error(ours.readouts, other.readouts) <= 1e-6
    scale = np.maximum(np.abs(other.states).max(axis=0), 1e-3)  # what is absent in health, and stays so, is counted in its unit
    assert np.max(np.abs(ours.states - other.states) / scale) <= 1e-6


@pytest.mark.slow
def test_a_sick_person_s_curves_agree_with_an_independent_method():
    """Everything moves: an infection, an irritant, a drug, and a person who does not come back."""
    problem = setup([*ILL, "naproxen.depot 2171 umol at day 8 every 12 h x 8"], "mucosa.EC50_products=300", until=20.0, every="6 h").problem
    ours, other = solve(problem), solve(replace(problem, rtol=1e-10), method="BDF")
    assert other.outcome.status == ours.outcome.status == "finished"
    assert largest_error(ours.readouts, other.readouts) <= 3e-6
    assert ours.peak("crp")[0] > 10
    assert ours.peak("calprotectin")[0] > 200


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


def deaf(name):
    """A preset in someone whose gut hears nothing of the blood, so that it lets through what it does in health."""
    return solve(replace(preset_problem(name), closed=frozenset({Closing("blood_to_gut"), Closing("cortisol")})))


def clearance(result):
    """What endotoxin in plasma follows by hand: rate of clearance [1/day], plasma volume [mL/kg], and its level at rest [pg/mL]."""
    model, p = result.problem.model, result.problem.parameters
    k, volume = (p[model.parameter_index[path]] for path in ("blood.k_clearance", "body.plasma_per_weight"))
    return k, volume, result.health.state[model.state_index["blood.endotoxin"]]


def test_the_endotoxin_of_a_bolus_falls_along_the_exact_exponential():
    result = deaf("lps_bolus")
    k, volume, rest = clearance(result)
    dose = 2e3 / volume  # 2 ng/kg over mL/kg, in pg/mL
    after = result.times >= 1.0
    exact = rest + dose * np.exp(-k * (result.times[after] - 1.0))
    assert np.max(np.abs(result.state("blood.endotoxin")[after] - exact)) <= 1e-7 * dose


def test_the_endotoxin_of_an_infusion_follows_the_exact_rise_and_fall():
    result = deaf("lps_infusion")
    k, volume, rest = clearance(result)
    rate, end, t = 2e3 / volume / (4 / 24), 1 + 4 / 24, result.times
    on = rate / k * (1 - np.exp(-k * np.clip(t - 1, 0, 4 / 24)))
    exact = rest + np.where(t <= end, on, rate / k * (1 - np.exp(-k * 4 / 24)) * np.exp(-k * np.maximum(t - end, 0)))
    assert np.max(np.abs(result.state("blood.endotoxin") - exact)) <= 1e-6 * exact.max()


def test_a_gut_that_hears_the_blood_lets_a_little_more_of_its_own_through():
    hearing, result = preset("lps_bolus").state("blood.endotoxin"), deaf("lps_bolus")
    more = hearing - result.state("blood.endotoxin")
    assert 1e-5 < more.max() < 0.05
    assert more.min() > -1e-6
