"""The compiled kernel of the standard model computes what the reference engine computes: rates, slopes, readouts, health and whole courses."""

import ctypes
from functools import lru_cache

import numpy as np
import pytest

from zonula.codegen.compiler import library
from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.draws import Drawn
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Equations, Inputs, parameter_vector
from zonula.simulation.health import Health, solve_health
from zonula.simulation.kernel import FOUND, load_kernel
from zonula.simulation.problem import Problem
from zonula.simulation.reference import solve
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm

BUILDS = ("fast", "reproducible")


@lru_cache(maxsize=1)
def typical():
    model = standard_model()
    parameters = parameter_vector(model, {path: e.value for path, e in evidence_of(model).items()})
    health = solve_health(model, parameters)
    assert isinstance(health, Health)
    return model, parameters, health


def at(array):
    return np.ascontiguousarray(array, dtype=np.float64).ctypes.data_as(ctypes.c_void_p)


def cases(count):
    """Random people in random states, with treatments, closed roads and shut gates."""
    model, parameters, health = typical()
    random = np.random.default_rng(20261122)
    for _ in range(count):
        p = parameters * np.exp(0.3 * random.normal(size=len(parameters)))
        x = np.where(health.state != 0, health.state * np.exp(random.normal(size=len(health.state))), random.exponential(size=len(health.state)))
        x[random.random(len(x)) < 0.1] = 0.0
        low, high = np.array([e.within for e in model.exposures]).T
        neutral = np.array([e.neutral for e in model.exposures])
        move = random.random(len(neutral)) * (random.random(len(neutral)) < 0.5)
        exposures = neutral + np.where(np.isfinite(high) & (neutral < high), np.minimum(high - neutral, 1.0), np.maximum(low - neutral, -1.0)) * move
        inputs = Inputs(tuple(exposures), tuple(random.random(len(model.gates)) < 0.9), tuple(random.random(len(model.roads)) < 0.7),
                        np.zeros(len(model.states)))
        healthy = np.array(health.healthy) * np.exp(0.2 * random.normal(size=len(health.healthy)))
        yield p, np.array(health.setpoints), healthy, inputs, x


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS)
def test_rates_readouts_and_slopes_are_those_of_the_reference(build):
    model, _, _ = typical()
    kernel = ctypes.CDLL(str(library(model, build)))
    random = np.random.default_rng(1)
    checked = 0
    for p, s, h, inputs, x in cases(25):
        equations = Equations(model, p, s, h)
        rates, jacobian, seen = equations.derivative(x, inputs), equations.jacobian(x, inputs), np.array(equations.observe(x, inputs))
        given = [at(p), at(s), at(h), at(np.array([*inputs.exposures, *inputs.gates, *inputs.roads], dtype=float)), at(x)]
        ours, shown, right = np.zeros(len(x)), np.zeros(len(model.readouts)), random.normal(size=len(x))
        kernel.zn_rhs(*given, ctypes.c_double(0.0), ours.ctypes.data_as(ctypes.c_void_p))
        kernel.zn_readouts(*given, ctypes.c_double(0.0), shown.ctypes.data_as(ctypes.c_void_p))
        known = np.isfinite(rates)
        flows = np.abs(jacobian) @ np.abs(x) + np.abs(rates)
        checked += known.sum()
        assert np.all(np.abs(ours - rates)[known] <= 1e-12 * flows[known])
        readouts = seen[: len(shown)]
        fine = np.isfinite(readouts)
        assert shown[fine] == pytest.approx(readouts[fine], rel=1e-10, abs=1e-14)
        if np.all(np.isfinite(jacobian)):
            for gh in (1.0, 1e4):
                solution = np.zeros(len(x))
                kernel.zn_solve(*given, ctypes.c_double(0.0), ctypes.c_double(gh), at(right), solution.ctypes.data_as(ctypes.c_void_p))
                matrix = gh * np.eye(len(x)) - jacobian
                residual = np.abs(matrix @ solution - right)
                assert np.all(residual <= 1e-9 * (np.abs(matrix) @ np.abs(solution) + np.abs(right)))
    assert checked > 25 * 0.9 * len(model.states)


@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS)
def test_health_is_that_of_the_reference(build):
    model, parameters, _ = typical()
    people = Drawn(model=model, evidence=evidence_of(model), typical=parameters, count=12, spread="both", seed=3)[0:12]
    found = load_kernel(model, build).health(people)
    both = 0
    for i, person in enumerate(people):
        want = solve_health(model, person)
        assert (isinstance(want, Health) and want.stable) == (found.status[i] == FOUND)
        if isinstance(want, Health) and want.stable:
            both += 1
            scale = np.abs(want.state) + 0.1 * np.maximum(np.array([abs(s.start) for s in model.states]), 1.0)
            assert np.all(np.abs(found.state[i] - want.state) <= 1e-9 * scale)  # 1e-10 of the usual is nothing
            assert found.setpoints[i] == pytest.approx(want.setpoints, rel=1e-9)
            assert found.healthy[i] == pytest.approx(want.healthy, rel=1e-8, abs=1e-12)
    assert both >= 10


@pytest.mark.slow
@pytest.mark.parametrize("sentences", [["lps 2 ng/kg iv bolus at day 1"], ["naproxen 500 mg po bid from day 1 for 5 days", "stress 1 from day 2 to day 6"],
                                       ["lps 1 ng/kg iv infusion over 4 h at day 2"]])
def test_a_course_is_that_of_the_reference(sentences):
    model, parameters, _ = typical()
    plan, times = read_plan(sentences, model), np.arange(0, 8.01, 0.25)
    want = solve(Problem(model=model, parameters=parameters, plan=plan, until=8.0, times=times, rtol=1e-9))
    want_at = np.array([want.readouts[np.flatnonzero(want.times == t)[0]] for t in times])
    reported = {r.name: (0.1 if r.unit_text in ("mm", "point") or r.name in ("sjc28", "tjc28", "haq", "swelling", "fatigue") else 1e-9)
                for r, _ in model.readouts}  # scores: a tenth of a millimeter or of a point is nothing
    for rtol, close in ((1e-4, 5e-4), (1e-8, 5e-7)):
        people = solve_people(Crowd(model=model, parameters=parameters[None, :], until=8.0, times=times, arms=(Arm(plan=plan),), rtol=rtol), jobs=1)
        assert [outcome.status for outcome in people.outcomes] == ["finished"]
        size = np.abs(want_at) + 1e-2 * np.abs(want_at).max(axis=0) + np.array(list(reported.values()))
        assert np.max(np.abs(people.values[0] - want_at) / size) <= close
