"""Where a forecast may lie for what is not known: quantiles of the same life under drawn parameters."""

from dataclasses import replace

import numpy as np
import pytest
from tests.small_crowd import MODEL, TREATED, made_ready

from zonula.ground.errors import KernelError
from zonula.simulation import forecast as forecasting
from zonula.simulation import ribbon as ribbons
from zonula.simulation.closings import Closing
from zonula.simulation.draws import Drawn, Typical
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.forecast import forecast_of
from zonula.simulation.ribbon import drawn_lives, outside, ribbon_of

SETUP = made_ready()


def test_its_edges_are_quantiles_of_the_draws():
    ribbon = ribbon_of(SETUP, draws=40)
    people = Drawn(model=MODEL, evidence=SETUP.evidence, typical=SETUP.problem.parameters, count=40, spread="uncertainty", seed=0,
                   said=frozenset({"body.weight"}))
    values = solve_people(Crowd(model=MODEL, parameters=people, until=30.0, times=SETUP.problem.times, arms=(TREATED,), rtol=1e-4)).values
    edges = np.quantile(values, (0.05, 0.25, 0.75, 0.95), axis=0)
    for ours, want in zip((ribbon.low, ribbon.lower, ribbon.upper, ribbon.high), edges, strict=True):
        assert ours.tolist() == want.tolist()
    assert (ribbon.draws, ribbon.finished, ribbon.remark) == (40, 40, "")
    assert np.all(ribbon.low <= ribbon.high)
    assert np.any(ribbon.low < ribbon.high)


def test_what_the_scenario_says_of_its_person_is_no_matter_of_chance():
    free, said = (ribbon_of(made_ready(changed=changed), draws=24) for changed in ({}, {"gut__k": 0.5, "gut__half": 2.0, "gut__rest": 1.0}))
    place = MODEL.readout_names.index("leaking")
    assert np.ptp(free.high[:, place] - free.low[:, place]) > 0.01
    assert np.max(said.high[:, place] - said.low[:, place]) < 1e-3  # rounding of the solver


def test_it_can_be_asked_for_at_other_times():
    ribbon = ribbon_of(SETUP, draws=16)
    times = np.array([0.25, 1.0])
    low, *_, high = ribbon.at(times)
    assert low.shape == high.shape == (2, len(MODEL.readout_names))
    k = int(np.flatnonzero(ribbon.times == 1.0)[0])
    assert low[1].tolist() == ribbon.low[k].tolist()


def test_draws_that_do_not_come_to_the_end_are_told_and_have_no_part():
    mortal = made_ready(fuse__spontaneous=0.22)  # above 0.25 there is no balance
    law = mortal.evidence["gut.k"].uncertainty
    mortal = replace(mortal, evidence={**mortal.evidence, "fuse.spontaneous": replace(mortal.evidence["fuse.spontaneous"], uncertainty=law)})
    ribbon = ribbon_of(mortal, draws=60)
    assert 16 <= ribbon.finished < 60
    assert f"the ribbon is of {ribbon.finished} draws" in ribbon.remark
    assert sum(count for _, count in ribbon.failures) == 60 - ribbon.finished
    assert np.all(np.isfinite(ribbon.high))


def test_too_few_draws_make_no_ribbon():
    assert ribbon_of(made_ready(fuse__lit=100.0), draws=20) is None


def test_many_times_are_looked_at_on_the_regular_grid(monkeypatch):
    monkeypatch.setattr(ribbons, "_MOST_TIMES", 10)
    ribbon = ribbon_of(SETUP, draws=16)
    assert ribbon.times.tolist() == list(range(31))
    assert ribbon.at(SETUP.problem.times)[0].shape[0] == len(SETUP.problem.times)


@pytest.mark.parametrize(("engine", "draws", "want"), [("kernel", None, 64), ("kernel", 20, 20), ("kernel", 0, 0), ("reference", None, 0)])
def test_a_forecast_has_the_ribbon_that_was_asked_for(engine, draws, want):
    run = forecast_of(SETUP, engine=engine, draws=draws)
    assert (run.draws, run.engine) == (want, engine)
    said = run.as_dict()
    assert (said["draws"], said["engine"]) == (want, engine)
    curve = said["readouts"]["drug"]
    assert (curve["p05"] == curve["p95"]) == (want == 0)
    assert len(curve["p05"]) == len(curve["median"]) == len(curve["time"])


def test_without_a_kernel_the_reference_engine_does_it_and_says_so(monkeypatch):
    def missing(*_, **__):
        raise KernelError.of("ZN-6002", "there is no C compiler", fix="install one")

    monkeypatch.setattr(forecasting, "solver_of", lambda _: missing)
    run = forecast_of(SETUP)
    assert (run.engine, run.draws, run.result.outcome.status) == ("reference", 0, "finished")
    assert any("there is no C compiler" in remark and "reference engine" in remark for remark in run.remarks)


# --- draws of a calibration -------------------------------------------------------------------------------------

def people_of(count, closed=()):
    """Typical persons, each with a gut of its own; the second half live in a variant in which roads are closed."""
    rows = np.tile(SETUP.problem.parameters, (count, 1))
    rows[:, MODEL.parameter_index["gut.k"]] *= np.linspace(0.5, 2.0, count)
    rows[:, MODEL.parameter_index["body.weight"]] = 200.0
    half = count // 2
    return Typical(rows=rows, variant=("standard",) * half + ("other",) * (count - half), closed=((),) * half + (closed,) * (count - half),
                   name="calibration x")


def test_draws_are_of_a_calibration_where_the_setup_has_one():
    people = people_of(40)
    setup = replace(SETUP, typical=people)
    ribbon = ribbon_of(setup, draws=32)
    rows = people.rows[:32].copy()
    rows[:, MODEL.parameter_index["body.weight"]] = SETUP.problem.parameters[MODEL.parameter_index["body.weight"]]  # who it is, is known
    values = solve_people(Crowd(model=MODEL, parameters=rows, until=30.0, times=SETUP.problem.times, arms=(TREATED,), rtol=1e-4)).values
    assert ribbon.high.tolist() == np.quantile(values, 0.95, axis=0).tolist()
    assert (ribbon.draws, ribbon.variants) == (32, 2)
    assert ribbon_of(SETUP, draws=32).variants == 0
    assert setup.population == "calibration x"
    assert setup.fingerprint != SETUP.fingerprint
    assert SETUP.population == "evidence"


def test_draws_live_in_their_variant_of_the_model():
    road = MODEL.roads[0].path.removeprefix("road.")
    people, arms, arm_of = drawn_lives(replace(SETUP, typical=people_of(10, (road,))), 10)
    assert [sorted(c.road for c in arm.closed) for arm in arms] == [[], [road]]
    assert arm_of.tolist() == [0] * 5 + [1] * 5
    assert len(people) == 10
    shut = replace(SETUP, typical=people_of(10, (road,)), problem=replace(SETUP.problem, closed=frozenset({Closing(road, 3.0)})))
    _, arms, _ = drawn_lives(shut, 10)
    assert [[c.start for c in arm.closed] for arm in arms] == [[3.0], [0.0]], "what the scenario closes later is closed for life in the variant"


def test_how_long_a_line_is_outside_is_told_by_readout():
    ribbon = ribbon_of(SETUP, draws=16)
    middle = (ribbon.low + ribbon.high) / 2
    assert not np.any(outside(ribbon, middle, ribbon.times))
    above, below = middle.copy(), middle.copy()
    half = len(ribbon.times) // 2
    above[:half, 0] = ribbon.high[:half, 0] + 1.0
    below[:, 0] = ribbon.low[:, 0] - 1.0
    assert outside(ribbon, above, ribbon.times)[0] == pytest.approx(half / len(ribbon.times))
    assert outside(ribbon, below, ribbon.times)[0] == -1.0


def test_a_line_that_leaves_calibrated_people_for_long_is_remarked_on():
    people = people_of(40)
    far = replace(people, rows=people.rows * np.where(np.arange(people.rows.shape[1]) == MODEL.parameter_index["joint.per_one"], 3.0, 1.0))
    remarks = forecast_of(replace(SETUP, typical=far), draws=32).remarks
    assert any("before any calibration; nine tenths of the calibrated people differ" in remark for remark in remarks)
    same = replace(people, rows=np.tile(SETUP.problem.parameters, (40, 1)))
    assert not any("before any calibration" in remark for remark in forecast_of(replace(SETUP, typical=same), draws=32).remarks)
