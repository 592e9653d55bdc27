"""One person by the compiled kernel: the reference engine's result, with everything that belongs to it."""

from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import CLOSED, LEAKING, MODEL, NOTHING, TREATED, UNTIL, problem, values

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation import alone
from zonula.simulation.alone import solve_compiled, solver_of
from zonula.simulation.equations import Equations, Inputs, parameter_vector
from zonula.simulation.health import solve_health
from zonula.simulation.kernel import load_kernel
from zonula.simulation.outcome import Finished, NoHealthyState, Stopped
from zonula.simulation.problem import output_times
from zonula.simulation.reference import solve
from zonula.simulation.roads import by_road


def looked_at(arm, **more):
    """A problem that is reported at every change, as a scenario is."""
    return problem(arm, times=output_times(arm.plan, UNTIL, 0.5, arm.closed), **more)


@pytest.mark.parametrize("arm", [NOTHING, TREATED, LEAKING, CLOSED])
def test_it_is_the_result_of_the_reference_engine(arm):
    ours, known = solve_compiled(looked_at(arm)), solve(looked_at(arm))
    assert isinstance(ours.outcome, Finished)
    assert ours.times.tolist() == known.times.tolist()
    assert ours.traced_names == known.traced_names
    for a, b in ((ours.states, known.states), (ours.readouts, known.readouts), (ours.traced, known.traced)):
        assert np.max(np.abs(a - b) / (1 + np.abs(b))) < 1e-5
    assert ours.health.state.tolist() == known.health.state.tolist()
    assert ours.steps > 0


def test_values_at_a_dose_are_those_after_it_with_what_holds_from_then_on():
    result = solve_compiled(looked_at(TREATED))
    (place,) = np.flatnonzero(result.times == 3.0)
    drug = result.readout("drug")
    assert drug[place] == pytest.approx(drug[place - 1] + 20.0 / (0.05 * 70.0), rel=0.05)
    start = np.flatnonzero(result.times == 1.0)[0]
    rate = result.traced[:, result.traced_names.index("r_gut_made")]
    assert rate[start] == pytest.approx(3 * rate[start - 1], rel=1e-6)  # the leak holds from that moment


def test_a_known_health_is_taken_as_it_is():
    task = looked_at(NOTHING)
    known = solve_health(MODEL, task.parameters)
    moved = replace(known, state=np.where(known.state > 0, 1.05 * known.state, 0.0))
    assert solve_compiled(task, health=moved).states[0].tolist() == moved.state.tolist()


def test_who_has_no_health_or_comes_to_an_end_is_told_as_by_the_reference_engine():
    for parameters, kind in ((values(fuse__spontaneous=0.3), NoHealthyState), (values(fuse__lit=100.0), Stopped)):
        ours, known = (engine(looked_at(TREATED, parameters=parameters)) for engine in (solve_compiled, solve))
        assert isinstance(ours.outcome, kind)
        assert ours.outcome == known.outcome
        assert ours.times.tolist() == known.times.tolist()


def test_progress_ends_at_one():
    told = []
    solve_compiled(looked_at(NOTHING), progress=told.append)
    assert told == [1.0]


def test_engines_have_names():
    assert solver_of("kernel") is solve_compiled
    assert solver_of("reference") is solve
    with refused("ZN-1216", "kernle", "kernel"):
        solver_of("kernle")


def test_roads_are_shared_out_by_either_engine(monkeypatch):
    asked = []
    monkeypatch.setattr(alone, "solve", lambda *a, **k: asked.append(a) or solve(*a, **k))
    one, two = (by_road(looked_at(LEAKING), solver=solver) for solver in (solve_compiled, solve))
    assert one.never.shares.keys() == two.never.shares.keys()
    for road, share in one.never.shares.items():
        assert share == pytest.approx(two.never.shares[road], rel=1e-4, abs=1e-4)
    assert not asked  # the compiled kernel did all of it


@pytest.mark.parametrize("count", [1, 63, 64, 200])
def test_many_moments_are_observed_as_one_by_one(count):
    model = standard_model()
    start = np.array([s.start for s in model.states])
    states = start * np.linspace(1.0, 1.5, count)[:, np.newaxis]
    if count > 100:
        states[7, 3] = np.nan  # a moment without a value is one in all it shows, and others keep theirs
    parameters = parameter_vector(model, {path: e.value for path, e in evidence_of(model).items()})
    health = solve_health(model, parameters)
    equations = Equations(model, parameters, health.setpoints, health.healthy)
    usual = Inputs.neutral(model)
    other = replace(usual, exposures=tuple(2.0 * level + 0.1 for level in usual.exposures))
    inputs = [other if k % 3 == 0 else usual for k in range(count)]
    times = np.arange(float(count))
    one_by_one = np.array([equations.observe(x, given, t) for x, given, t in zip(states, inputs, times, strict=True)])
    together = equations.observe_all(times, states, inputs)
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12, atol=1e-300, equal_nan=True)
    assert together.shape == (count, len(model.readouts) + len(equations.functions.traced))


def test_health_by_the_kernel_is_that_of_the_reference_engine():
    model = standard_model()
    parameters = parameter_vector(model, {path: e.value for path, e in evidence_of(model).items()})
    reference, found = solve_health(model, parameters), alone._health(load_kernel(model), parameters)
    np.testing.assert_allclose(found.state, reference.state, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.setpoints, reference.setpoints, rtol=1e-9)
    np.testing.assert_allclose(found.healthy, reference.healthy, rtol=1e-9, atol=1e-12)
    assert found.rates[0].real == pytest.approx(reference.rates[0].real, rel=1e-6)
    assert found.stable
    assert found.residual <= 1e-10
