"""Small bodies as SBML: valid, and libRoadRunner makes the same of them as the reference engine, whatever happens to them."""

from dataclasses import replace

import libsbml
import numpy as np
import pytest
from tests.exchanging import CARRIED, CONVERTED, FED, HEARD, SPLIT, STORE, TIGHT, as_sbml, both, model_of, problem
from tests.helpers import refused
from tests.roadrunner_apart import roadrunner_course
from tests.small_organs import Law

from zonula.exchange.sbml_model import About
from zonula.exchange.sbml_out import complaints, sbml_of
from zonula.ground.errors import SolverError, UsageError
from zonula.language import Organ, gain, parameter, state
from zonula.language.assemble import assemble
from zonula.simulation.closings import Closing
from zonula.simulation.equations import parameter_vector
from zonula.simulation.health import Health
from zonula.simulation.problem import Problem
from zonula.simulation.reference import solve
from zonula.simulation.schedule import Plan

SHOWN = ["level", "index", "bound", "excess"]
HEARS = ["source", "echo", "plain"]
BODIES = pytest.mark.parametrize("model", [STORE, HEARD, CARRIED, SPLIT, FED, CONVERTED], ids=["store", "heard", "carried", "split", "fed", "converted"])


def alike(given, names=SHOWN):
    times, ours, theirs = both(given, names)
    np.testing.assert_allclose(theirs, ours, rtol=1e-8, atol=1e-8 * float(np.max(np.abs(ours))))
    return times, ours



# --- valid ---------------------------------------------------------------------------------------------

@BODIES
def test_what_is_written_is_valid_units_included_and_the_same_twice(model):
    text = as_sbml(problem(model))
    assert complaints(text) == []
    assert as_sbml(problem(model)) == text


@BODIES
def test_read_and_written_again_it_is_the_same(model):
    text = as_sbml(problem(model))
    assert libsbml.writeSBMLToString(libsbml.readSBMLFromString(text)) == text


@pytest.mark.parametrize(("what", "instead"), [('units="unit_1_per_day"', 'units="unit_mL"'), ('units="unit_1_per_day"', ""),
                                               ('substanceUnits="unit_pg"', 'substanceUnits="unit_mL"'), ("<ci> p_store_k </ci>", "<ci> p_store_q </ci>")])
def test_what_is_wrong_is_found(what, instead):
    text = as_sbml(problem(STORE))
    assert text.count(what) >= 1
    assert complaints(text.replace(what, instead)) != []


def test_what_has_faults_is_not_handed_out(monkeypatch):
    from zonula.exchange import sbml_out

    monkeypatch.setattr(sbml_out, "complaints", lambda text: ["99999: something"])
    with refused("ZN-2501", "99999: something"):
        as_sbml(problem(STORE))


def test_every_quantity_has_a_unit_and_says_what_it_means():
    model = model_of(as_sbml(problem(HEARD, ["source.stress 1 from day 1 to day 2"])))
    for things in (model.getListOfParameters(), model.getListOfSpecies(), model.getListOfCompartments()):
        for i in range(things.size()):
            thing = things.get(i)
            assert thing.isSetName(), thing.getId()
            assert thing.isSetNotes(), thing.getId()
            assert thing.isSetSBOTerm(), thing.getId()
            assert thing.getUnits() if hasattr(thing, "getUnits") else thing.getSubstanceUnits(), thing.getId()


def test_substances_are_species_indices_are_parameters_and_processes_keep_their_names():
    model = model_of(as_sbml(problem(STORE)))
    assert {model.getSpecies(i).getId() for i in range(model.getNumSpecies())} == {"x_store_x", "x_store_bound"}
    assert model.getParameter("x_store_index").getConstant() is False
    assert model.getRateRule("x_store_index") is not None
    assert model.getSpecies("x_store_x").getSubstanceUnits() == "unit_pg"
    assert model.getSpecies("x_store_x").getConversionFactor() == "one_pg"
    assert model.getParameter("one_pg").getUnits() == "unit_pg"
    binding = model.getReaction("r_store_binding")
    assert binding.getReactant(0).getSpecies() == "x_store_x"
    assert binding.getProduct(0).getSpecies() == "x_store_bound"
    assert {model.getReaction(i).getId() for i in range(model.getNumReactions())} == {f"r_store_{n}" for n in ("made", "binding", "release", "gone")}
    assert model.getAssignmentRule("r_store_rise") is not None
    assert model.getAssignmentRule("r_store_fall") is not None
    assert model.getParameter("gate_store_gone").getValue() == 1.0
    assert model.getCompartment("c_store").getSize() == 250.0


def test_what_arrives_as_another_kind_leaves_and_arrives_by_two_reactions_of_one_name():
    model = model_of(as_sbml(problem(CARRIED)))
    out, into = model.getReaction("r_tissue_activation"), model.getReaction("r_tissue_activation_of_active")
    assert (out.getNumReactants(), out.getNumProducts()) == (1, 0)
    assert (into.getNumReactants(), into.getNumProducts()) == (0, 1)
    assert out.getName() == into.getName() == "tissue.activation"
    assert [into.getModifier(i).getSpecies() for i in range(into.getNumModifiers())] == ["x_tissue_x"]


def test_set_points_and_healthy_values_are_there_as_they_were_solved():
    given = problem(STORE)
    health = solve(given).health
    assert isinstance(health, Health)
    model = model_of(as_sbml(given))
    assert model.getParameter("s_store_supply").getValue() == pytest.approx(health.setpoints[0], rel=1e-14)
    assert model.getParameter("h_store_x").getValue() == pytest.approx(8.01, rel=1e-12)
    assert model.getSpecies("x_store_x").getInitialConcentration() == pytest.approx(float(health.state[0]), rel=1e-14)


# --- what happens --------------------------------------------------------------------------------------

def test_in_health_nothing_happens():
    _, ours = alike(problem(STORE))
    np.testing.assert_allclose(ours, np.ones((len(ours), 1)) * ours[:1], rtol=1e-9)


def test_a_dose_and_what_follows():
    _, rest = alike(problem(STORE))
    _, ours = alike(problem(STORE, ["store.x 2 ng at day 1", "store.index 0.5 1 at day 2.5"]))
    assert np.max(ours[:, 0]) > 1.5 * rest[0, 0]
    assert np.max(ours[:, 1]) > 1.2


@pytest.mark.parametrize("day", [0.0, 1.0, 1 / 3, 3.9999])
def test_a_dose_is_there_at_its_very_moment_and_not_before(day):
    text = as_sbml(problem(STORE, [f"store.x 2.5 ng at day {day!r}"]))
    moment = round(day, 10)
    times = [0.0, *([moment - 1e-6] if day else []), moment + 1e-6, 4.0]
    level = roadrunner_course(text, times, ["y_level"], TIGHT)[:, 0]
    rest = 8.01
    assert level[-2] == pytest.approx(rest + 2500.0 / 250.0, rel=1e-5)
    if day:
        assert level[1] == pytest.approx(rest, rel=1e-9)


def test_two_doses_at_one_moment_into_one_state_add():
    given = problem(STORE, ["store.x 1 ng at day 1", "store.bound 1 ng at day 1", "store.x 1 ng at day 2"])
    model = model_of(as_sbml(given))
    assert [model.getEvent(i).getNumEventAssignments() for i in range(model.getNumEvents())] == [2, 1]
    assert model.getParameter("d_store_x_1").getValue() == pytest.approx(4.0)
    assert model.getParameter("d_store_x_2") is None  # one parameter for doses of one size into one state
    assert libsbml.formulaToL3String(model.getEvent(0).getEventAssignment("x_store_bound").getMath()) == "x_store_bound + d_store_bound_1"
    assert libsbml.formulaToL3String(model.getEvent(0).getTrigger().getMath()) == "time >= 1 unit_day"
    alike(given)


def test_an_infusion_runs_and_ends():
    _, ours = alike(problem(STORE, ["store.x 4 ng infusion over 1 d at day 1", "store.index 1 1 infusion over 12 h at day 2"]))
    assert np.max(ours[:, 0]) > 11.5
    model = model_of(as_sbml(problem(STORE, ["store.x 4 ng infusion over 1 d at day 1"])))
    assert model.getReaction("infusion_store_x") is not None
    assert model.getParameter("f_store_x").getValue() == 0.0


def test_an_exposure_holds_and_ends():
    _, ours = alike(problem(STORE, ["store.hunger 4 from day 0 to day 1.25"]))
    assert np.min(ours[:, 0]) < 5.0
    assert ours[-1, 0] > 7.5


def test_a_shut_gate_stays_shut():
    given = problem(STORE, ["store.x 2 ng at day 1"], shut=frozenset({"store.gone"}))
    _, ours = alike(given)
    _, alive = alike(replace(given, shut=frozenset()))
    assert ours[-1, 0] > 2 * alive[-1, 0]


def test_a_road_that_is_closed_from_a_day_on_shows_health():
    stressed = problem(HEARD, ["source.stress 2 from day 0 to day 4"])
    _, free = alike(stressed, HEARS)
    _, late = alike(replace(stressed, closed=frozenset({Closing("systemic", 2.0)})), HEARS)
    _, never = alike(replace(stressed, closed=frozenset({Closing("systemic")})), HEARS)
    np.testing.assert_allclose(late[:15], free[:15], rtol=1e-9)
    assert late[-1, 1] < free[-1, 1]
    assert np.allclose(never[:, 1], never[0, 1])


def test_amounts_go_from_one_volume_to_another_of_another_size():
    given = problem(CARRIED, ["vein.x 50 ug{LAL} at day 0.5"])
    ours = solve(given)
    names = ["x_vein_x", "x_vein_other", "x_tissue_x", "x_tissue_active", "x_tissue_amount"]
    paths = [name.removeprefix("x_").replace("_", ".", 1) for name in names]
    keep = np.abs(ours.times - 0.5) > 1e-9
    theirs = roadrunner_course(as_sbml(given), ours.times[keep], [n if n == "x_tissue_amount" else f"[{n}]" for n in names], TIGHT)
    mine = np.stack([ours.state(path)[keep] for path in paths], axis=1)
    assert np.all(np.ptp(mine, axis=0) > 0)
    np.testing.assert_allclose(theirs, mine, rtol=1e-8, atol=1e-8)


def test_one_flux_in_two_parts_and_a_signal_that_uses_nothing_up():
    given = problem(SPLIT, ["fork.a 10 mg at day 0"])
    ours = solve(given)
    theirs = roadrunner_course(as_sbml(given), ours.times[1:], ["x_fork_a", "x_fork_b", "x_fork_c"], TIGHT)
    np.testing.assert_allclose(theirs, ours.states[1:], rtol=1e-8, atol=1e-8)
    assert ours.states[-1, 2] > 1.0


def test_what_becomes_of_another_kind_arrives_as_its_yield_says():
    given = problem(CONVERTED, ["convert.a 5 ng{LAL}/mL at day 0.5"])
    ours = solve(given)
    keep = np.abs(ours.times - 0.5) > 1e-9
    theirs = roadrunner_course(as_sbml(given), ours.times[keep], ["[x_convert_a]", "[x_convert_b]"], TIGHT)
    np.testing.assert_allclose(theirs, ours.states[keep], rtol=1e-8, atol=1e-8)
    assert 0 < np.max(ours.states[:, 1]) < 0.1


# --- refused -------------------------------------------------------------------------------------------

class Growing(Organ):
    """Something that is made, the more the more there is, and never lost."""

    k = parameter("1/day", "growth")
    least = parameter("mg", "what grows of itself")
    x = state("mg", "what grows", start=1.0)
    made = gain(x, k * (x + least))




def test_a_person_without_a_healthy_state_is_refused():
    model = assemble(Growing)
    with refused("ZN-4001", "no healthy state", kind=SolverError):
        as_sbml(Problem(model=model, parameters=np.array([1.0, 1.0]), plan=Plan(), until=1.0, times=np.array([0.0, 1.0])))


def test_a_constant_of_0_for_which_sbml_has_no_value_is_refused():
    model = assemble(Law)
    health = Health(state=np.array([0.0]), setpoints=(), healthy=(), residual=0.0, rates=np.array([-1.0 + 0j]))
    given = Problem(model=model, parameters=parameter_vector(model, {"law.h": 1.0, "law.e": 0.0, "law.k": 1.0}), plan=Plan(), until=1.0,
                    times=np.array([0.0, 1.0]), rtol=TIGHT)
    with refused("ZN-1501", "law.e is 0", "ratio_power", kind=UsageError):
        sbml_of(given, About(title="a test"), health)


def test_without_the_library_the_message_says_what_to_install(monkeypatch):
    import builtins

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", lambda name, *rest, **more: _gone(name) if name == "libsbml" else real(name, *rest, **more))
    with refused("ZN-1502", "python-libsbml", 'pip install "zonula[sbml]"', kind=UsageError):
        as_sbml(problem(STORE))


def _gone(name):
    raise ImportError(name)
