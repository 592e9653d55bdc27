"""Every shipped example runs, at a reduced horizon, and does what its story says so far."""

import math

import pytest

import zonula as zn
from zonula.simulation.scenario import presets

WANTED = {
    "healthy_year", "lps_bolus", "lps_infusion", "lps_tolerance", "enteric_infection", "viral_infection", "nsaid_course",
    "combined_insult_resilient", "combined_insult_susceptible", "combined_insult_genetic_risk", "coeliac_gluten", "ra_adalimumab",
    "gut_repair", "anti_inflammatory", "both",
}
HORIZON = 20.0  # days


def test_the_examples_are_those_that_the_documents_name():
    assert set(presets()) == WANTED


@pytest.mark.parametrize("name", sorted(WANTED))
def test_an_example_runs(name):
    run = zn.forecast(name, settings=[f"solve.until={HORIZON} d"])
    assert run.result.outcome.status == "finished"
    assert run.result.times[-1] == HORIZON
    told = run.as_dict()
    assert all(math.isfinite(v) for readout in told["readouts"].values() for v in readout["median"])
    moved = run.result.moved("lactulose_mannitol_ratio")
    assert moved == (name != "healthy_year")
