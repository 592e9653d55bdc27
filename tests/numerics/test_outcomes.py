"""How a simulation ends: finished, or stopped with a typed reason and the partial result; never an exception."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.battery.persons import drawn
from tests.running import run, setup

from zonula.simulation import health, reference
from zonula.simulation.forecast import forecast_of
from zonula.simulation.kernel import load_kernel
from zonula.simulation.reference import solve

DOSE = ["lps 2 ng/kg iv bolus at day 1"]


def stopped(result, *, after=0.0):
    outcome = result.outcome
    assert outcome.status == "stopped"
    assert outcome.reason
    assert outcome.fastest in result.problem.model.state_index
    assert outcome.at_day >= after
    assert len(result.times) > 0
    assert result.times[0] == 0
    assert result.times[-1] <= outcome.at_day + 1e-9
    assert np.all(np.diff(result.times) > 0)
    assert np.all(np.isfinite(result.states))
    return outcome


def test_too_many_steps_stop_the_person_and_keep_what_was_computed(monkeypatch):
    whole = run(DOSE)
    monkeypatch.setattr(reference, "MAX_STEPS", 60)
    result = solve(setup(DOSE).problem)
    outcome = stopped(result, after=1.0)
    assert outcome.reason == "more than 60 steps were needed"
    kept = np.searchsorted(whole.times, result.times[:-1])
    assert np.allclose(result.states[:-1], whole.states[kept], rtol=1e-12)
    assert 1.0 < result.times[-1] < 3.0


def test_too_many_steps_between_two_changes_stop_the_person(monkeypatch):
    monkeypatch.setattr(reference, "MAX_STEPS_BETWEEN_CHANGES", 50)
    assert stopped(solve(setup(DOSE).problem)).reason == "more than 50 steps were needed"
    monkeypatch.setattr(reference, "MAX_STEPS_BETWEEN_CHANGES", 100_000)
    assert run(DOSE).steps > 50


def test_a_state_that_leaves_its_range_stops_the_person_there():
    result = solve(setup(DOSE, "brain.sickness_maximum=4").problem)
    outcome = stopped(result, after=1.0)
    assert outcome.reason.startswith("brain.sickness left its range at 1")
    assert 1 < result.state("brain.sickness")[-1] < 1.2
    assert outcome.at_day == result.times[-1]


@pytest.mark.parametrize("amount", ["1e150", "1e200", "1e300", "1e308"])
def test_an_impossible_dose_stops_the_person_soon_and_the_partial_result_has_numbers_only(amount):
    prepared = setup([f"lps {amount} ng/kg iv bolus at day 1"])
    load_kernel(prepared.problem.model)  # compiled by whoever comes first
    started = time.monotonic()
    run_ = forecast_of(prepared)
    assert "too small to move forward" in stopped(run_.result).reason or amount == "1e308"
    assert run_.result.steps < 20_000
    assert time.monotonic() - started < 10
    assert json.loads(json.dumps(run_.as_dict(), allow_nan=False))["status"] == "stopped"
    assert run_.summary


@pytest.mark.parametrize("day", [0.0, 1.0])
def test_a_rate_without_a_value_stops_the_person_and_nothing_without_a_value_is_told(day):
    """TNF above health has no effect that could be computed; in health there is none above it."""
    run_ = forecast_of(setup([f"cytokines.tnf 100 pg/mL at day {day}"], "leukocytes.EC50_margination=0"))
    result = run_.result
    assert stopped(result).reason == "a rate has no finite value"
    assert result.outcome.at_day == day
    assert result.times[-1] < day or len(result.times) == 1
    assert np.all(np.isfinite(result.readouts))
    assert result.readout("tnf")[-1] == pytest.approx(result.readout("tnf")[0], rel=1e-6)
    assert result.outcome.as_dict()["fastest_rate"] is None
    assert json.loads(json.dumps(run_.as_dict(), allow_nan=False))["status"] == "stopped"


def test_progress_rises_from_nothing_to_all():
    seen = []
    solve(setup(DOSE).problem, progress=seen.append)
    assert seen == sorted(seen)
    assert 0 < seen[0] < 0.5
    assert seen[-1] == pytest.approx(1.0)


EVERYTHING = ["lps 2 ng/kg iv bolus at day 0.5", "pathogen.load 1e6 CFU/mL at day 0.2", "naproxen.depot 2000 umol at day 0.3", "stress 1 from day 0.4",
              "erosive_irritant 1 from day 0.1 to day 1", "kill_commensals 5 from day 0.6"]
wide = st.tuples(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.3, 1.0, 3.0]))


def any_person(seed, sigma, extreme):
    """From a person like anyone else to numbers that mean nothing."""
    base = setup(EVERYTHING, until=1.5, every="6 h").problem
    rng = np.random.default_rng(seed)
    parameters = base.parameters * np.exp(sigma * rng.standard_normal(len(base.parameters)))
    if extreme is not None:
        parameters[rng.integers(len(parameters))] = extreme
    return replace(base, parameters=parameters)


@pytest.mark.slow
@settings(max_examples=30)
@given(wide, st.sampled_from([None, None, 0.0, 1e-300, 1e15, 1e300]))
def test_no_person_makes_the_solver_raise(law, extreme):
    problem = any_person(*law, extreme)
    with pytest.MonkeyPatch.context() as patch:  # bounds that are tested elsewhere, made quick
        patch.setattr(reference, "MAX_STEPS_BETWEEN_CHANGES", 3000)
        patch.setattr(health, "_RELAX_STEPS", 100)
        patch.setattr(health, "_search", lambda _closure, z: z)
        result = solve(problem)
    assert result.outcome.status in ("finished", "stopped", "no_healthy_state")
    assert np.all(np.isfinite(result.states))
    if result.outcome.status == "finished":
        assert result.times[-1] == 1.5
        assert np.all(np.isfinite(result.readouts))
    else:
        assert result.outcome.reason
    json.dumps(result.outcome.as_dict(), allow_nan=False)


@pytest.mark.slow
def test_ordinary_people_finish_whatever_happens_to_them():
    base = setup(EVERYTHING, until=5.0, every="6 h").problem
    for seed in range(12):
        result = solve(replace(base, parameters=np.array(drawn(seed, "variability"))))
        assert result.outcome.status == "finished", (seed, result.outcome)
        assert np.all(np.isfinite(result.readouts))
