"""Roads: closing one changes nothing in health, and in a sick person it takes pain away or leaves it, unless it carries a defence."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from tests.battery.persons import living
from tests.helpers import Numbers
from tests.running import setup

from zonula.organs.standard import standard_model
from zonula.simulation.closings import Closing, roads_of
from zonula.simulation.reference import solve

MODEL = standard_model()
ROADS = roads_of(MODEL)
THREE = ("systemic", "products", "primed")  # from the gut to the joint
INNER = tuple(road for road in ROADS if road not in THREE)
every_road = pytest.mark.parametrize("road", ROADS)
AGELESS = "ageing 0 from day 0"
INSULT = ("erosive_irritant 0.1 from day 4 to day 11", "opening_irritant 0.5 from day 4 to day 11", "repair_factor 0.7 from day 4 to day 30",
          "kill_commensals 1 from day 4 to day 11", "diet.fibre 0.5 from day 4 to day 30", "diet.nutrition 0.7 from day 4 to day 30",
          "erosive_irritant 0.075 from day 11 to day 30", "opening_irritant 0.3 from day 11 to day 30")
# name: what happens, to whom, for how many days, and the roads that carry a defence (closing them may hurt)
SICK = {
    "a gut that stays inflamed": (INSULT, ("mucosa.EC50_products=300",), 180.0, {"cortisol"}),
    "arthritis after such a gut": (INSULT, ("mucosa.EC50_products=300", "person.genetic_risk=20"), 730.0, {"cortisol"}),
    "reactive arthritis": (("pathogen.load 4e5 CFU at day 0",), ("person.hla_b27=true",), 120.0,
                           {"cortisol", "mucosa_to_lumen", "mucosa_to_barrier", "blood_to_gut", "products_to_mucosa", "wall_to_mucosa"}),
    "a dose of endotoxin": (("lps 4 ng/kg iv bolus at day 1",), (), 4.0, {"cortisol"}),
    "stress and drink": (("stress 1 from day 1 to day 20", "diet.alcohol 1 from day 5 to day 15"), (), 30.0, {"cortisol"}),
    "an NSAID": (("naproxen.depot 2171 umol at day 0 every 12 h x 6",), (), 20.0, set()),
}
every_illness = pytest.mark.parametrize("illness", SICK)
NOTHING = 2e-3  # mm: what the solver may make of a difference, and nobody feels


@lru_cache(maxsize=len(SICK))
def open_run(illness):
    plan, person, until, _ = SICK[illness]
    problem = setup([*plan], *person, "solve.rtol=1e-6", until=until, every="1 d").problem
    result = solve(replace(problem, times=np.linspace(0.0, until, 121)))  # without the close looks after each dose
    assert result.outcome.status == "finished"
    return result


@lru_cache(maxsize=100)
def pain(illness, *closed):
    """Pain over time with roads closed from the start on."""
    usual = open_run(illness)
    result = solve(replace(usual.problem, closed=frozenset(map(Closing, closed))), health=usual.health)
    assert result.outcome.status == "finished"
    assert np.array_equal(result.times, usual.times)
    return result.readout("pain_vas")


@lru_cache(maxsize=20)
def at_the_same_age(until):
    """Pain of a healthy person when the same time has passed."""
    return float(solve(setup([], until=until, every=f"{until} d").problem).readout("pain_vas")[-1])


def test_there_are_roads_and_the_three_of_the_story_are_among_them():
    assert set(THREE) < set(ROADS)
    assert len(ROADS) >= 11


@every_road
def test_closing_a_road_in_a_healthy_person_changes_no_rate(road):
    """Not in the usual person, and not in anyone: the reader sees the person's own healthy value instead of the same value."""
    for seed in range(6):
        parameters, health, _ = living(seed)
        person = Numbers(MODEL, health.state, parameters, s=health.setpoints, h=health.healthy)
        usual = np.array(person.functions.derivative(*person.arguments()))
        gross = np.abs(person.jacobian()) @ np.abs(np.array(person.x))
        person.set(**{f"road__{road}": 0.0})
        closed = np.array(person.functions.derivative(*person.arguments()))
        assert np.all(np.abs(closed - usual) <= 1e-12 * gross), (seed, road)


@every_road
def test_a_healthy_person_with_a_closed_road_stays_healthy(road):
    result = solve(setup([AGELESS], f'model.closed_roads=["{road}"]', until=60.0, every="10 d").problem)
    assert np.max(np.abs(result.readouts - result.readouts[0]) / np.maximum(np.abs(result.readouts[0]), 1e-3)) <= 1e-6


@every_road
def test_every_road_carries_something(road):
    """With the body out of health, its rates hear that the road is closed."""
    parameters, health, _ = living(0)
    person = Numbers(MODEL, 1.5 * health.state + 0.1, parameters, s=health.setpoints, h=health.healthy)
    usual = person.functions.derivative(*person.arguments())
    person.set(**{f"road__{road}": 0.0})
    assert person.functions.derivative(*person.arguments()) != usual


@every_illness
def test_a_sick_person_hurts_more_than_a_healthy_one(illness):
    y = open_run(illness).readout("pain_vas")
    assert y.max() > at_the_same_age(SICK[illness][2]) + (0.02 if illness == "an NSAID" else 2.0)


@every_illness
@pytest.mark.parametrize("road", THREE)
def test_closing_a_road_to_the_joint_never_hurts(illness, road):
    usual, closed = open_run(illness).readout("pain_vas"), pain(illness, road)
    assert np.max(closed - usual) <= NOTHING
    if illness not in ("an NSAID", "stress and drink", "a dose of endotoxin"):
        assert np.min(closed - usual) < -0.05, "the road carries nothing"


@every_illness
def test_closing_an_inner_road_never_hurts_but_where_it_carries_a_defence(illness):
    usual, defences = open_run(illness).readout("pain_vas"), SICK[illness][3]
    hurts = {road for road in INNER if np.max(pain(illness, road) - usual) > NOTHING}
    assert hurts <= defences


def test_inflammation_defends_against_a_pathogen():
    """Neutrophils kill it in the lumen and water washes it out: who is deaf to them hurts more, or longer."""
    usual = open_run("reactive arthritis").readout("pain_vas")
    assert np.max(pain("reactive arthritis", "mucosa_to_lumen") - usual) > 1.0
    assert np.max(pain("reactive arthritis", "mucosa_to_barrier") - usual) > 0.1


@every_illness
def test_with_all_three_roads_closed_next_to_nothing_reaches_the_joint(illness):
    until = SICK[illness][2]
    left = pain(illness, *THREE)
    assert left.max() <= at_the_same_age(until) + 0.1
    assert left[-1] >= at_the_same_age(until) - 1e-3, "a closed road does not soothe what was never ill"


def test_arthritis_that_stands_by_itself_is_not_cured_by_closing_the_roads():
    """Tolerance once lost, the joint keeps itself inflamed: the remainder."""
    base = setup(["tolerance.tolerance_loss 0.7 1 at day 0"], "person.genetic_risk=20", "solve.rtol=1e-7", until=180.0, every="5 d").problem
    usual, closed = solve(base), solve(replace(base, closed=frozenset(map(Closing, THREE))))
    assert usual.readout("pain_vas")[-1] > 40
    assert closed.readout("pain_vas")[-1] > 0.9 * usual.readout("pain_vas")[-1]
    assert np.max(closed.readout("pain_vas") - usual.readout("pain_vas")) <= NOTHING


def test_a_road_that_is_closed_late_acts_from_then_on():
    usual = open_run("a gut that stays inflamed")
    late = solve(replace(usual.problem, closed=frozenset(Closing(road, 90.0) for road in THREE)), health=usual.health)
    before = usual.times < 90
    assert np.allclose(late.readout("pain_vas")[before], usual.readout("pain_vas")[before], rtol=1e-5)
    assert late.readout("pain_vas")[-1] < 0.5 * usual.readout("pain_vas")[-1] + 0.5 * at_the_same_age(180.0)
