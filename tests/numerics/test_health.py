"""The healthy state: at rest, stable, where its set-points say, and found again after a push."""

import numpy as np
import pytest
from tests.running import run, setup

from zonula.language import Organ, gain, loss, parameter, readout, state
from zonula.language.assemble import assemble
from zonula.simulation import health as health_module
from zonula.simulation.equations import Equations, Inputs
from zonula.simulation.health import NoHealth, solve_health
from zonula.simulation.reference import solve


def person(*changes):
    problem = setup((), *changes).problem
    return problem.model, problem.parameters


PERSONS = [(), ("person.weight=45",), ("person.weight=130",), ("blood.k_clearance=0.5 1/h",), ("cytokines.tnf_floor=6",),
           ("blood.endotoxin_in_health=2",), ("monocytes.k_recovery=0.02", "adrenal.cortisol_at_rest=500")]


def motion(model, parameters, health):
    return Equations(model, parameters, health.setpoints, health.healthy), Inputs.neutral(model)


@pytest.mark.parametrize("changes", PERSONS, ids=str)
def test_nothing_moves_in_health_and_every_push_dies_away(changes):
    model, parameters = person(*changes)
    health = solve_health(model, parameters)
    equations, neutral = motion(model, parameters, health)
    moving = np.abs(equations.derivative(health.state, neutral))
    turnover = np.abs(np.diag(equations.jacobian(health.state, neutral))) * np.maximum(np.abs(health.state), 1e-9)
    assert np.all(moving <= 1e-8 * turnover)
    assert 0 <= health.residual <= 1e-10
    assert health.stable
    assert len(health.rates) == len(model.states)
    assert np.all(health.rates.real < 0)
    assert np.all(np.diff(health.rates.real) <= 0)


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_a_person_pushed_by_a_fifth_returns_to_health(factor):
    from scipy.integrate import solve_ivp

    model, parameters = person()
    health = solve_health(model, parameters)
    equations, neutral = motion(model, parameters, health)
    days = 40 / abs(health.rates[0].real)
    end = solve_ivp(lambda _, x: equations.derivative(x, neutral), (0, days), factor * health.state, method="LSODA",
                    jac=lambda _, x: equations.jacobian(x, neutral), rtol=1e-9, atol=1e-12).y[:, -1]
    assert np.allclose(end, health.state, rtol=1e-7, atol=1e-9)
    assert not np.allclose(factor * health.state, health.state, rtol=1e-2)


@pytest.mark.parametrize("wanted", [0.03, 0.1, 0.7])
def test_the_set_point_holds_what_it_promises(wanted):
    model, parameters = person(f"blood.endotoxin_in_health={wanted}")
    health = solve_health(model, parameters)
    assert health.state[model.state_index["blood.endotoxin"]] == pytest.approx(wanted, rel=1e-10)
    k = parameters[model.parameter_index["blood.k_clearance"]]
    assert health.setpoints[0] == pytest.approx(wanted * k, rel=1e-10)


def test_health_does_not_depend_on_weight():
    light, heavy = (solve_health(*person(f"person.weight={w}")) for w in (45, 130))
    assert np.allclose(light.state, heavy.state, rtol=1e-12)


def test_the_frozen_healthy_values_are_those_of_the_healthy_state():
    model, parameters = person()
    health = solve_health(model, parameters)
    by_path = {s.path: x for s, x in zip(model.states, health.state, strict=True)}
    seen = [path for h, value in zip(model.healthy, health.healthy, strict=True)
            for path in [getattr(h.of, "path", "")] if path in by_path and by_path[path] == value]
    assert len(health.healthy) == len(model.healthy) > 0
    assert seen or all(value > 0 for value in health.healthy)


@pytest.mark.parametrize(("change", "worst"), [("cytokines.k_tnf=0", "cytokines.tnf"), ("liver.k_crp=0", ""), ("liver.secretion_time=0", ""),
                                               ("cytokines.EC50_tnf_on_il6=0", "")])
def test_a_person_without_a_healthy_state_is_told_so_and_nothing_is_simulated(change, worst):
    result = solve(setup(["lps 2 ng/kg iv bolus at day 1"], change).problem)
    assert result.outcome.status == "no_healthy_state"
    assert result.outcome.reason
    assert result.outcome.worst in result.problem.model.state_index or result.outcome.worst
    assert worst in result.outcome.worst
    assert result.health is None
    assert len(result.times) == 0
    assert result.readouts.shape == (0, len(result.problem.model.readouts))
    assert result.outcome.as_dict()["status"] == "no_healthy_state"


def test_without_clearance_there_is_a_healthy_state_that_no_push_returns_to():
    result = run((), "blood.k_clearance=0")
    assert result.health.stable is False
    assert result.health.setpoints[0] == 0


class Cramped(Organ):
    """Something that would rest at 2, in a range that ends at 1."""

    k = parameter("1/day", "turnover")
    level = state("1", "something", start=0.5, within=(0.0, 1.0))
    supply = gain(level, 2 * k)
    decay = loss(level, k * level)
    shown = readout("1", level, "something", called="shown")


def test_a_state_that_would_rest_outside_its_range_is_no_health():
    found = solve_health(assemble(Cramped), np.array([1.0]))
    assert isinstance(found, NoHealth)
    assert found.worst == "cramped.level"
    assert found.reason


@pytest.mark.parametrize(("error", "found"), [(1e-13, True), (1e-8, False), (1e-4, False)])
def test_what_is_only_nearly_at_rest_is_not_called_health(error, found, monkeypatch):
    model, parameters = person()
    true = health_module._newton
    monkeypatch.setattr(health_module, "_newton", lambda closure, z: true(closure, z) * (1 + error))
    assert isinstance(solve_health(model, parameters), NoHealth) is not found
