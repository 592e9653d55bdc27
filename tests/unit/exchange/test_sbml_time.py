"""Models that depend on time as SBML: the time is SBML's own, and libRoadRunner makes the same of it."""

import libsbml
import numpy as np
import pytest
from tests.exchanging import as_sbml, both, model_of
from tests.small_days import BOTH, DAILY, level, problem, substance

from zonula.exchange.sbml_math import Math
from zonula.exchange.sbml_out import complaints
from zonula.simulation.closings import Closing
from zonula.simulation.schedule import read_plan

SHOWN = ["level", "drive", "substance", "index", "time"]


def times_in(node):
    return (node.getType() == libsbml.AST_NAME_TIME) + sum(times_in(node.getChild(i)) for i in range(node.getNumChildren()))


@pytest.mark.parametrize("model", [DAILY, BOTH], ids=["daily", "both"])
def test_what_is_written_is_valid_units_included_and_the_same_twice(model):
    text = as_sbml(problem(model))
    assert complaints(text) == []
    assert as_sbml(problem(model)) == text


def test_a_clock_is_the_time_of_sbml_and_nothing_else():
    text = as_sbml(problem())
    model = model_of(text)
    assert times_in(model.getAssignmentRule("v_daily_drive").getMath()) == 1
    assert times_in(model.getAssignmentRule("y_time").getMath()) == 1
    assert times_in(model.getAssignmentRule("v_evening_wave").getMath()) == 1
    assert times_in(model.getAssignmentRule("r_daily_gone").getMath()) == 0
    assert text.count("http://www.sbml.org/sbml/symbols/time") == 3
    assert "t_daily_day" not in text
    assert model.getTimeUnits() == model.getParameter("p_daily_period").getUnits() == "unit_day"


def test_libroadrunner_swings_as_the_reference_engine_and_the_closed_form_do():
    times, ours, theirs = both(problem(), SHOWN)
    np.testing.assert_allclose(theirs, ours, rtol=1e-8, atol=1e-8)
    assert np.max(np.abs(theirs[:, 0] - level(times))) < 1e-8
    assert np.max(np.abs(theirs[:, 2] - substance(times))) < 1e-7
    np.testing.assert_allclose(theirs[:, 4], times, rtol=1e-14)
    assert np.ptp(theirs[:, 0]) > 0.5


def test_so_does_it_under_a_plan_and_with_a_road_closed():
    plan = read_plan(["daily.x 0.5 1 at day 2.3", "evening.y 900 pg infusion over 2 d at day 1.1"], BOTH)
    times, ours, theirs = both(problem(plan=plan, closed=frozenset({Closing("nerve", 4.2)})), SHOWN)
    np.testing.assert_allclose(theirs, ours, rtol=1e-8, atol=1e-8)
    assert np.max(np.abs(ours[:, 0] - level(times))) > 0.3
    assert np.max(np.abs(ours[:, 2] - substance(times))) > 0.5


def test_the_agreement_is_of_the_time(monkeypatch):
    """An export that wrote another time would be seen."""
    usual = Math.time

    def late(self):
        return self.join("-", usual(self), self.number(0.01, self._units.time()))

    monkeypatch.setattr(Math, "time", late)
    _, ours, theirs = both(problem(DAILY), ["level"])
    assert np.max(np.abs(theirs - ours)) > 1e-4
