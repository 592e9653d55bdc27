"""The standard model: who tips, by how much of the insult, and what brings them back."""

import pytest

from zonula.simulation.prepare import prepare
from zonula.simulation.scenario import read_scenario
from zonula.tipping.comeback import comeback
from zonula.tipping.distance import distance
from zonula.tipping.hysteresis import hysteresis

pytestmark = pytest.mark.slow
ADALIMUMAB = ["adalimumab 40 mg sc q2w x 12 from day 425"]


def test_the_susceptible_person_tips_at_a_part_of_the_insult_into_a_second_state():
    found = distance("combined_insult_susceptible", tolerance=0.05)
    assert found.as_it_is == "ill"
    assert 0.3 < found.tips.found < 0.5
    assert found.second_state
    assert found.later == "ill"
    healthy, there = found.shared["calprotectin"]
    assert healthy == pytest.approx(25)
    assert there > 250


def test_the_resilient_person_does_not_tip_within_the_bounds():
    found = distance("combined_insult_resilient", tolerance=0.05)
    assert found.as_it_is == "well"
    assert found.tips.found is None
    assert not found.second_state


def test_without_the_way_from_mucosa_to_wall_nobody_tips():
    """A closed road shows health: the circle is open, and with it goes the threshold."""
    setup = prepare(read_scenario("combined_insult_susceptible", closed=["mucosa_to_barrier"]))
    assert distance(setup, tolerance=0.05).tips.found is None


def test_the_way_back_is_known_by_its_dose():
    found = comeback("combined_insult_susceptible", ADALIMUMAB, tolerance=0.05)
    assert (found.untreated, found.as_it_is) == ("ill", "well")
    assert 0.1 < found.needed.found < 0.5
    assert found.later == "well"
    assert comeback("combined_insult_resilient", ADALIMUMAB, tolerance=0.05).untreated == "well"


def test_the_resting_states_of_a_susceptible_person_by_irritant():
    """The island of illness is found from where the plan leaves the person; the slow sweep up to 0.1 does not reach it."""
    found = hysteresis("combined_insult_susceptible", "epithelium.erosive_irritant=0..0.1", steps=5, most=60)
    assert found.swept_range is None
    assert found.second_state
    assert len(found.stable_at(0.01)) == 2
