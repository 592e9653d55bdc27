"""A gut that stays ill: how ill, in how much of it, and what is left of it under treatment."""

import numpy as np
import pytest

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import parameter_vector
from zonula.simulation.problem import Problem
from zonula.simulation.schedule import read_plan

SEVERE_INSULT = (  # an infection, antibiotics, irritants and poor food
    "pathogen.load 4e5 CFU at day 0", "kill_commensals 1 from day 4 to day 11", "kill_pathogens 2 from day 4 to day 11",
    "erosive_irritant 0.1 from day 4 to day 11", "erosive_irritant 0.075 from day 11 to day 30", "opening_irritant 0.5 from day 4 to day 11",
    "opening_irritant 0.3 from day 11 to day 30", "repair_factor 0.7 from day 4 to day 30", "fibre 0.5 from day 4 to day 30",
    "nutrition 0.7 from day 4 to day 30",
)
THRESHOLDS = (200.0, 250.0, 275.0, 300.0, 325.0, 350.0, 400.0, 600.0)  # pg{LAL}/mL, 700 in the usual person
SHOWN = ("calprotectin", "lactulose_mannitol_ratio", "inflamed_extent")


def a_year_later(plan=SEVERE_INSULT, **changed):
    """The last day of people of these thresholds, shape (person, readout), after a year."""
    model = standard_model()
    usual = {path: e.value for path, e in evidence_of(model).items()} | changed
    people = np.array([parameter_vector(model, usual | {"mucosa.EC50_products": threshold}) for threshold in THRESHOLDS])
    times = np.array([0.0, 365.0])
    arm = Problem(model=model, parameters=people[0], plan=read_plan(plan, model), until=365.0, times=times, rtol=1e-4).arm
    found = solve_people(Crowd(model=model, parameters=people, until=365.0, times=times, arms=(arm,), rtol=1e-4, readouts=SHOWN))
    assert found.finished.all()
    return found.values[:, -1]


@pytest.mark.slow
def test_the_severity_of_a_lasting_illness_is_a_slope_and_not_a_jump():
    """Calprotectin falls with the person's threshold, through all that lies between very ill and well."""
    calprotectin, ratio, extent = a_year_later().T
    assert np.all(np.diff(calprotectin) < 0)
    assert np.all(np.diff(ratio) < 0)
    assert np.sum((calprotectin > 100) & (calprotectin < 650)) >= 5
    assert np.max(-np.diff(calprotectin)[:-1]) < 150, "the largest step between neighbours of the ill"
    assert calprotectin[0] > 650
    assert calprotectin[-1] < 30
    assert extent[0] > 0.9
    assert np.all((extent[1:-1] > 0.2) & (extent[1:-1] < 1))
    assert extent[-1] < 0.01


@pytest.mark.slow
def test_without_segments_it_is_a_jump():
    calprotectin, *_ = a_year_later(**{"segments.k_extent": 1e-12}).T
    assert np.sum((calprotectin > 100) & (calprotectin < 650)) == 0
    assert np.max(-np.diff(calprotectin)) > 600


@pytest.mark.slow
def test_a_gut_of_like_segments_stays_ill_or_heals_as_one_without_them():
    """``segments.sustaining`` is a property of the other equations: where all thresholds are alike it decides as these do."""
    without, *_ = a_year_later(**{"segments.k_extent": 1e-12}).T
    alike, *_ = a_year_later(**{"segments.lowest": 0.97}).T
    assert list(alike > 250) == list(without > 250)
    assert list(alike > 250) != [True] * len(alike)
    too_high, *_ = a_year_later(**{"segments.lowest": 0.97, "segments.sustaining": 3.2}).T
    assert list(too_high > 250) != list(without > 250)


@pytest.mark.slow
def test_repair_shrinks_the_ill_part():
    treated = (*SEVERE_INSULT, "repair_factor 1.6 from day 120 to day 365")
    before, after = a_year_later()[:, 2], a_year_later(treated)[:, 2]
    ill = (before > 0.05) & (before < 0.95)
    assert ill.sum() >= 4
    assert np.all(after[ill] < before[ill] - 0.02)
