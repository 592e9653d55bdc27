"""The healthy state: at rest, stable, where its set-point says, and found again after a push."""

import numpy as np
import pytest
from tests.battery.persons import drawn
from tests.running import run, setup

from zonula.language import Organ, gain, loss, parameter, readout, state
from zonula.language.assemble import assemble
from zonula.organs.standard import standard_model
from zonula.simulation import health as health_module
from zonula.simulation.equations import Equations, Inputs
from zonula.simulation.health import NoHealth, solve_health
from zonula.simulation.reference import solve

MODEL = standard_model()
RESTING = np.array([not s.accumulates for s in MODEL.states])


def person(*changes):
    problem = setup((), *changes).problem
    return problem.model, problem.parameters


def value(parameters, path):
    return parameters[MODEL.parameter_index[path]]


def resting_at(health, path):
    return health.state[MODEL.state_index[path]]


PERSONS = [(), ("person.weight=45",), ("person.weight=130",), ("blood.k_clearance=0.5 1/h",), ("cytokines.tnf_floor=6",), ("person.hla_b27=true",),
           ("epithelium.erosion_at_rest=0.003",), ("mucosa.EC50_products=200",), ("person.genetic_risk=20", "mucosa.EC50_products=300"),
           ("monocytes.k_recovery=0.02", "adrenal.cortisol_at_rest=500"), ("portal.lps_through_cells=200 ug{LAL}/day",)]


def motion(model, parameters, health):
    return Equations(model, parameters, health.setpoints, health.healthy), Inputs.neutral(model)


@pytest.mark.parametrize("changes", PERSONS, ids=str)
def test_nothing_moves_in_health_and_every_push_dies_away(changes):
    model, parameters = person(*changes)
    health = solve_health(model, parameters)
    equations, neutral = motion(model, parameters, health)
    moving = np.abs(equations.derivative(health.state, neutral))
    turnover = np.abs(np.diag(equations.jacobian(health.state, neutral))) * np.maximum(np.abs(health.state), 1e-9)
    assert np.all(moving[RESTING] <= 1e-8 * turnover[RESTING])
    assert 0 <= health.residual <= 1e-10
    assert health.stable
    assert len(health.rates) == np.count_nonzero(RESTING)
    assert np.all(health.rates.real < 0)
    assert np.all(np.diff(health.rates.real) <= 0)


def test_only_what_has_no_rest_moves_in_health():
    model, parameters = person()
    health = solve_health(model, parameters)
    equations, neutral = motion(model, parameters, health)
    moving = equations.derivative(health.state, neutral)
    ageing = MODEL.state_index["joint_structure.cartilage"]
    assert moving[ageing] == pytest.approx(-value(parameters, "joint_structure.k_ageing"), rel=1e-9)
    assert 2 <= np.count_nonzero(~RESTING) <= 8
    assert {MODEL.states[i].path for i in np.flatnonzero(~RESTING)} >= {"joint_structure.cartilage", "sugar_test.lactulose_urine"}


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_a_person_pushed_by_a_fifth_returns_to_health(factor):
    from scipy.integrate import solve_ivp

    model, parameters = person()
    health = solve_health(model, parameters)
    equations, neutral = motion(model, parameters, health)
    start = np.where(RESTING, factor, 1.0) * health.state
    days = 40 / abs(health.rates[0].real)
    end = solve_ivp(lambda _, x: np.where(RESTING, equations.derivative(x, neutral), 0.0), (0, days), start, method="LSODA",
                    jac=lambda _, x: np.where(RESTING[:, None], equations.jacobian(x, neutral), 0.0), rtol=1e-9, atol=1e-12).y[:, -1]
    assert np.allclose(end, health.state, rtol=1e-7, atol=1e-9)
    assert not np.allclose(start, health.state, rtol=1e-2)


@pytest.mark.parametrize("wanted", [0.0003, 0.001, 0.004])
def test_the_set_point_holds_what_it_promises(wanted):
    """The gaps that shed cells leave are closed as fast as they come: what one makes of it by hand is what is found."""
    model, parameters = person(f"epithelium.erosion_at_rest={wanted}")
    health = solve_health(model, parameters)
    assert [s.path for s in model.setpoints] == ["epithelium.gaps_per_cell"]
    assert resting_at(health, "epithelium.erosion") == pytest.approx(wanted, rel=1e-10)
    closing = value(parameters, "epithelium.k_restitution") * wanted / (1 + wanted / value(parameters, "epithelium.half_erosion"))
    assert health.setpoints[0] == pytest.approx(closing / ((1 - wanted) * value(parameters, "epithelium.k_turnover")), rel=1e-9)


@pytest.mark.parametrize("changes", [(), ("person.weight=110",), ("portal.lps_through_cells=200 ug{LAL}/day",), ("blood.bioactivity=0.001",),
                                     ("blood.k_clearance=0.5 1/h",)], ids=str)
def test_endotoxin_in_health_is_what_the_liver_lets_through_over_what_the_blood_clears(changes):
    result = run((), *changes, until=1.0)
    p = result.problem.parameters
    passed = result.traced[0, result.traced_names.index("v_portal_lps_passed")]
    inflow = result.traced[0, result.traced_names.index("v_portal_lps_inflow")]
    plasma = value(p, "body.weight") * value(p, "body.plasma_per_weight")
    expected = value(p, "blood.bioactivity") * passed / (plasma * value(p, "blood.k_clearance"))
    assert resting_at(result.health, "blood.endotoxin") == pytest.approx(expected, rel=1e-9)
    assert resting_at(result.health, "blood.endotoxin_at_cells") == pytest.approx(expected, rel=1e-9)
    assert 0 < passed < inflow
    assert value(p, "portal.lps_through_cells") < inflow < 1.2 * value(p, "portal.lps_through_cells")


GUT = ("lumen", "pathogen", "virus", "coeliac", "mucus", "epithelium", "junctions", "mucosa", "gut_lymphocytes", "gut_cytokines", "mesenteric_nodes",
       "tolerance", "sugar_test")


def test_only_what_is_dissolved_in_blood_knows_the_weight():
    light, heavy = (solve_health(*person(f"person.weight={w}")) for w in (45, 130))
    gut = [i for i, s in enumerate(MODEL.states) if s.path.split(".")[0] in GUT]
    assert len(gut) > 40
    assert np.allclose(light.state[gut], heavy.state[gut], rtol=1e-10, atol=1e-14)
    assert light.setpoints == pytest.approx(heavy.setpoints, rel=1e-10)
    assert resting_at(light, "blood.endotoxin") * 45 == pytest.approx(resting_at(heavy, "blood.endotoxin") * 130, rel=1e-9)
    assert resting_at(light, "joint.macrophages") == pytest.approx(resting_at(heavy, "joint.macrophages"), rel=1e-12)


@pytest.mark.parametrize(("genes", "knows"), [
    (("person.hla_b27=true",), set()), (("person.genetic_risk=20",), set()),
    (("person.hla_b27=true", "joint.b27_persistence_debris=2"), {"joint.debris"})])
def test_genes_change_nothing_as_long_as_all_is_well(genes, knows):
    """Unless debris of commensals stayed longer in the joints of carriers, as in the prototype."""
    without, with_gene = solve_health(*person()), solve_health(*person(*genes))
    other = np.flatnonzero(~np.isclose(with_gene.state, without.state, rtol=1e-9, atol=1e-12))
    assert {MODEL.states[i].path for i in other} == knows
    assert with_gene.stable


@pytest.mark.slow
def test_people_as_different_as_people_are_have_a_healthy_state_that_is_nearly_always_stable():
    found = [solve_health(MODEL, np.array(drawn(seed, "variability"))) for seed in range(20)]
    assert not [health.reason for health in found if isinstance(health, NoHealth)]
    assert sum(health.stable for health in found) >= 18
    assert all(health.residual <= 1e-10 for health in found)
    gaps = {health.setpoints[0] for health in found}
    assert len(gaps) == 20, "all of them are one person"


def test_the_frozen_healthy_values_are_those_of_the_healthy_state():
    model, parameters = person()
    health = solve_health(model, parameters)
    by_path = {s.path: x for s, x in zip(model.states, health.state, strict=True)}
    seen = 0
    for name, frozen in zip(model.healthy, health.healthy, strict=True):
        if name.of.path in by_path:
            assert frozen == by_path[name.of.path], name
            seen += 1
    assert len(health.healthy) == len(model.healthy) > seen > 20


@pytest.mark.parametrize(("change", "worst"), [("cytokines.k_tnf=0", "cytokines.tnf"), ("liver.secretion_time=0", ""),
                                               ("epithelium.k_turnover=0", "epithelium.cells"), ("body.plasma_per_weight=0", "")])
def test_a_person_without_a_healthy_state_is_told_so_and_nothing_is_simulated(change, worst, monkeypatch):
    monkeypatch.setattr(health_module, "_search", lambda _closure, z: z)  # ten seconds of looking for what is not there
    result = solve(setup(["lps 2 ng/kg iv bolus at day 1"], change).problem)
    assert result.outcome.status == "no_healthy_state"
    assert result.outcome.reason
    assert result.outcome.worst in result.problem.model.state_index or result.outcome.worst
    assert worst in result.outcome.worst
    assert result.health is None
    assert len(result.times) == 0
    assert result.readouts.shape == (0, len(result.problem.model.readouts))
    assert result.outcome.as_dict()["status"] == "no_healthy_state"


def test_without_restitution_there_is_a_healthy_state_that_no_push_returns_to(monkeypatch):
    monkeypatch.setattr(health_module, "_search", lambda _closure, z: z)
    health = solve_health(*person("epithelium.k_restitution=0"))
    assert health.stable is False
    assert health.setpoints[0] == 0


def test_the_last_resort_finds_health_where_the_others_are_not_tried(monkeypatch):
    model, parameters = person()
    usual = solve_health(model, parameters)
    monkeypatch.setattr(health_module, "_RELAX_STEPS", 0)
    monkeypatch.setattr(health_module, "_NEWTON_STEPS", 25)
    closure = health_module._Closure(model, parameters)
    start = np.concatenate([closure.start[closure.resting], np.zeros(1)])
    with np.errstate(all="ignore"):
        found = health_module._newton(closure, health_module._search(closure, start))
    assert np.allclose(closure.split(found)[0], usual.state, rtol=1e-6, atol=1e-6)


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
