"""``zonula.forecast`` draws the people that the command line draws."""

import numpy as np
import pytest
from tests.helpers import refused

import zonula as zn
from zonula.calibration import forecasting
from zonula.calibration.shipped import shipped_posterior
from zonula.simulation.forecast import forecast as by_evidence

SHORT = {"settings": ["solve.until=1.2d"], "draws": 8}


def test_its_ribbon_is_of_calibrated_people_where_nothing_else_is_said():
    run = zn.forecast("lps_bolus", **SHORT)
    assert run.setup.population == f"calibration {shipped_posterior().hash[:12]}"
    assert run.draws == 8
    other = by_evidence("lps_bolus", **SHORT)
    assert other.setup.population == "evidence"
    assert not np.allclose(run.ribbon.at(run.result.times)[0], other.ribbon.at(run.result.times)[0], rtol=0.01)
    assert np.array_equal(run.result.readouts, other.result.readouts)  # the line is the same


def test_by_the_evidence_alone_it_is_as_before():
    run, other = zn.forecast("lps_bolus", population="evidence", **SHORT), by_evidence("lps_bolus", **SHORT)
    assert run.setup.fingerprint == other.setup.fingerprint
    assert np.array_equal(run.ribbon.at(run.result.times)[0], other.ribbon.at(run.result.times)[0])


@pytest.mark.parametrize("more", [{"engine": "reference", "draws": None}, {"draws": 0}])
def test_without_draws_nobody_is_asked_for(monkeypatch, more):
    monkeypatch.setattr(forecasting, "posterior_named", pytest.fail)
    run = zn.forecast("lps_bolus", settings=["solve.until=1.1d"], **more)
    assert run.draws == 0
    assert run.setup.population == "evidence"


def test_more_draws_than_people_are_refused():
    with refused("ZN-1288", "population evidence"):
        zn.forecast("lps_bolus", draws=len(shipped_posterior()) + 1)
