"""Gains of circles: a circle of two that is solved by hand, blocks of a matrix, and the standard model's."""

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_switch import circle, push, switch

from zonula.organs.standard import standard_model
from zonula.simulation.reference import solve
from zonula.tipping.loops import REGIONS, loops, loops_at, loops_over_time, return_by
from zonula.tipping.person import Person


@pytest.mark.parametrize("g", [0.25, 0.8])
def test_the_gain_of_a_circle_of_two_is_the_product_of_its_arrows(g):
    """x' = 2(1 + g y - x), y' = 2(x - y): rates -2(1 -+ sqrt g); without an arrow -2, twice.  A slower one beside it is no part of the circle."""
    found = loops(circle(g), level="organ")
    assert {arrow.arrow for arrow in found.arrows} == {"near to far", "far to near"}
    for arrow in found.arrows:
        assert arrow.gain == pytest.approx(g, rel=1e-9)
        assert arrow.shift == pytest.approx(2 * np.sqrt(g), rel=1e-6)
    assert sorted(found.rates.real) == pytest.approx(sorted([-0.1, -2 * (1 - np.sqrt(g)), -2 * (1 + np.sqrt(g))]))
    rate, movers = found.circle
    assert rate.real == pytest.approx(-2 * (1 - np.sqrt(g)))
    assert dict(movers) == pytest.approx({"near": 0.5, "far": 0.5})


def test_the_gain_at_a_time_of_a_life_is_that_of_its_state():
    for day in loops_over_time(circle(0.5), (0.0, 5.0), level="organ"):
        assert day.arrows[0].gain == pytest.approx(0.5, rel=1e-9)
    with refused("ZN-1448", "0 to 10"):
        loops_over_time(circle(0.5), (11.0,))
    with refused("ZN-1450"):
        loops(circle(0.5), level="cell")


def test_a_day_of_a_life_is_looked_at_where_it_is():
    result = solve(switch([push(0.3)], until=20.0).problem)
    found = loops_over_time(result, (0.0, 4.1, 12.0))
    assert [day.day for day in found] == pytest.approx([0.0, 4.0, 12.0])
    for day in found:
        x = result.at("level", np.array([day.day]))[0]
        assert day.rates[0].real == pytest.approx(2 * x / (1 + x * x) ** 2 - 0.5, rel=1e-6)
    assert result.readout("level")[-1] > 20 * result.readout("level")[0]


def test_the_gain_in_a_state_that_nobody_has_come_to():
    person = Person.of(switch([], until=20.0))
    for x in (0.3, 1.0, 4.0):
        state = person.health.state.copy()
        state[[s.path.rpartition(".")[2] for s in person.model.states].index("x")] = x
        found = loops_at(person, state)
        assert found.rates[0].real == pytest.approx(2 * x / (1 + x * x) ** 2 - 0.5, rel=1e-6)
        assert found.day is None


def test_what_no_circle_goes_through_carries_nothing():
    matrix = np.array([[-1.0, 0.0, 0.3], [2.0, -1.0, 0.0], [0.0, 0.5, -2.0]])
    cut = np.zeros((3, 3), dtype=bool)
    cut[1, 0] = True
    assert return_by(matrix, cut) == pytest.approx(0.3 * 2.0 * 0.5 / 2.0)
    matrix[0, 2] = 0.0
    assert return_by(matrix, cut) == pytest.approx(0.0, abs=1e-14)


def test_a_state_that_only_an_arrow_makes_unstable_has_a_gain_above_one():
    matrix = np.array([[-1.0, 3.0], [1.0, -1.0]])
    assert return_by(matrix, np.array([[False, True], [False, False]])) == pytest.approx(3.0)
    steadied = np.array([[-1.0, -3.0], [1.0, -1.0]])
    assert return_by(steadied, np.array([[False, True], [False, False]])) == pytest.approx(-3.0)


def test_every_organ_of_the_body_with_states_has_its_region():
    """One that has none, and is no treatment, would be told by its own name."""
    places = {place for arrow in loops("combined_insult_susceptible", day=10.0).arrows for place in arrow.arrow.split(" to ")}
    assert places <= {*REGIONS.values(), "treatment"}
    assert {"lumen", "wall", "mucosa", "blood", "joint"} <= places
    organs = {state.path.partition(".")[0] for state in standard_model().states}
    assert set(REGIONS) - organs <= {"wall", "diet", "portal", "clinic"}  # without a state of their own


def test_in_health_the_circle_of_the_gut_is_all_but_open():
    found = loops("combined_insult_susceptible")
    assert found.day is None
    assert {"wall to mucosa", "mucosa to wall", "blood to gut"} <= {circle.arrow for circle in found.circles}
    assert max(abs(circle.gain) for circle in found.circles) < 0.01
    assert np.all(found.rates.real < 0)
