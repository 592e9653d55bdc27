"""A scenario for many people as one labelled table, and how much each number matters."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import CLOSED, MODEL, TIMES, TREATED, VALUES, made_ready, many, problem, values

import zonula
from zonula.ground.errors import SolverError
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.reference import solve
from zonula.simulation.sensitivity import sensitivities
from zonula.simulation.simulate import simulate

SETUP = made_ready()


# --- people of a scenario -------------------------------------------------------------------------------

def test_the_public_names_are_these():
    assert zonula.simulate is simulate
    assert zonula.sensitivities is sensitivities
    assert {"simulate", "sensitivities"} <= set(dir(zonula))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_preset_agrees_with_the_reference_engine():
    names = ["tnf", "crp", "pain_vas", "symptom_score"]
    fast, known = (simulate("lps_bolus", readouts=names, rtol=rtol, engine=engine) for rtol, engine in ((1e-6, "kernel"), (1e-9, "reference")))
    assert fast.time.equals(known.time)
    assert list(fast.data_vars) == names
    for name in names:
        assert float(np.max(np.abs(fast[name] - known[name]))) < 1e-4 * float(np.max(known[name]))
        assert fast[name].attrs == known[name].attrs
    assert float(fast.tnf.max()) > 100


def test_one_person_is_reported_as_a_report_looks_and_a_crowd_on_the_grid():
    one, crowd = simulate(SETUP), simulate(SETUP, persons=3)
    assert dict(one.sizes) == {"person": 1, "time": len(TIMES)}
    assert crowd.time.values.tolist() == list(range(31))
    known = solve(problem())
    assert np.allclose(one.pain_vas[0], np.interp(TIMES, known.times, known.readout("pain_vas")), rtol=1e-3)


def test_the_table_says_units_ends_and_what_made_it():
    rows = np.array([values(), values(fuse__lit=100.0), values(fuse__spontaneous=0.3)])
    table = simulate(SETUP, persons=rows, seed=9)
    assert table.drug.attrs == {"units": "mg/L", "long_name": "drug in plasma"}
    assert table.time.attrs["units"] == "day"
    assert table.status.values.tolist() == ["finished", "stopped", "no_healthy_state"]
    assert [bool(reason) for reason in table.reason.values] == [False, True, True]
    assert table.at_day.values == pytest.approx([30.0, 3.002, np.nan], abs=0.01, nan_ok=True)
    assert table.attrs["model"] == MODEL.fingerprint
    assert table.attrs["scenario"] == "small"
    assert table.attrs["rtol"] == 1e-5
    assert table.attrs["engine"].startswith("kernel, fast build")
    assert "seed" not in table.attrs
    assert np.all(np.isnan(table.drug[2]))


def test_the_table_can_be_kept_in_a_file(tmp_path):
    import xarray

    table = simulate(SETUP, persons=2)
    kept = xarray.Dataset.from_dict(table.to_dict())
    assert kept.identical(table)


def test_people_are_drawn_given_or_varied():
    drawn = simulate(SETUP, persons=6, seed=2)
    assert drawn.attrs["seed"] == 2
    assert drawn.attrs["spread"] == "variability"
    assert simulate(SETUP, persons=4, seed=2).pain_vas.equals(drawn.pain_vas[:4])
    assert not simulate(SETUP, persons=6, seed=3).pain_vas.equals(drawn.pain_vas)
    assert not simulate(SETUP, persons=6, seed=2, spread="both").pain_vas.equals(drawn.pain_vas)
    varied = simulate(SETUP, persons={"gut.k": [0.4, 0.5, 0.6], "joint.per_one": 2.0})
    rows = np.array([values(gut__k=k, joint__per_one=2.0) for k in (0.4, 0.5, 0.6)])
    assert varied.equals(simulate(SETUP, persons=rows))
    assert simulate(SETUP, persons={}).sizes["person"] == 1
    one = simulate(SETUP, persons=[values().tolist()])
    assert one.pain_vas.equals(simulate(SETUP, persons={"gut.k": 0.5}).pain_vas)


def test_no_result_depends_on_threads_and_engines_agree():
    a, b = simulate(SETUP, persons=9, jobs=1), simulate(SETUP, persons=9, jobs=3)
    assert a.identical(b)
    known, same = simulate(SETUP, persons=9, engine="reference", rtol=1e-9), simulate(SETUP, persons=9, engine="reproducible", rtol=1e-8)
    assert "reproducible" in same.attrs["engine"]
    for name in known.data_vars:
        assert np.allclose(known[name], same[name], rtol=1e-6, atol=1e-7)
    assert known.status.values.tolist() == same.status.values.tolist() == ["finished"] * 9


def test_the_reference_engine_tells_of_those_who_stop_in_the_same_table():
    rows = np.array([values(), values(fuse__lit=100.0), values(fuse__spontaneous=0.3)])
    fast, known = (simulate(SETUP, persons=rows, engine=engine, rtol=1e-8) for engine in ("kernel", "reference"))
    for said in ("status", "reason"):
        assert known[said].values.tolist() == fast[said].values.tolist()
    assert np.array_equal(np.isnan(known.drug), np.isnan(fast.drug))
    assert np.allclose(known.at_day, fast.at_day, atol=1e-6, equal_nan=True)


def test_roads_and_gates_of_the_scenario_hold_for_all():
    closed = simulate(made_ready(CLOSED), persons=4)
    assert not closed.pain_vas.equals(simulate(made_ready(replace(CLOSED, closed=frozenset())), persons=4).pain_vas)


def test_what_a_scenario_says_of_its_person_holds_for_all_who_are_drawn():
    heavy = simulate(made_ready(changed={"body__weight": 140.0}), persons=20, readouts=["drug"])
    at = heavy.drug.sel(time=3.0).values
    volumes = 140.0 * simulate_rows(20)[:, MODEL.parameter_index["drug.volume"]]
    assert at == pytest.approx(20.0 / volumes, rel=1e-12)


def simulate_rows(count):
    from zonula.simulation.simulate import people_of
    return people_of(made_ready(), count, seed=0)[0:count]


@pytest.mark.parametrize(("code", "more"), [
    ("ZN-1216", {"engine": "kernal"}), ("ZN-1217", {"persons": {"gut.kk": 1.0}}), ("ZN-1218", {"persons": {"gut.k": [1.0, 2.0], "gut.half": [1.0] * 3}}),
    ("ZN-1218", {"persons": {"gut.k": [[1.0, 2.0]]}}), ("ZN-1218", {"persons": {"gut.k": []}}), ("ZN-1219", {"persons": {"gut.k": "much"}}),
    ("ZN-1219", {"persons": {"gut.k": [1.0, np.nan]}}), ("ZN-1219", {"persons": {"gut.k": -1.0}}), ("ZN-1219", {"persons": [[1.0], [1.0, 2.0]]}),
    ("ZN-1213", {"persons": np.ones((3, 2))}), ("ZN-1209", {"persons": 0}), ("ZN-1208", {"persons": 3, "spread": "x"}),
    ("ZN-1214", {"readouts": ["pain"]}), ("ZN-1203", {"rtol": 0.5}),
])
def test_what_cannot_be_meant_is_refused(code, more):
    with refused(code):
        simulate(SETUP, **more)


def test_importing_the_package_loads_neither_engine():
    import subprocess
    import sys

    text = "import sys, zonula; print([m for m in ('ctypes', 'scipy', 'zonula.simulation', 'xarray') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, check=True, env={"PYTHONPATH": "src"}, cwd=zonula.__path__[0] + "/../..")
    assert done.stdout.strip() == b"[]"


# --- how much each number matters -----------------------------------------------------------------------

def known_slope(path, name, at, *, relative=True):
    """By twins who are solved tightly and differ a little."""
    curves = []
    for sign in (-1, 1):
        rows = values()[None].copy()
        rows[0, MODEL.parameter_index[path]] *= np.exp(sign * 1e-3)
        crowd = Crowd(model=MODEL, parameters=rows, until=30.0, times=np.arange(31.0), arms=(TREATED,), rtol=1e-11)
        curves.append(solve_people(crowd).readout(name)[0])
    if relative:
        return np.log(curves[1] / curves[0])[at] / 2e-3
    return ((curves[1] - curves[0]) / (2 * VALUES[path] * np.sinh(1e-3)))[at]


@pytest.mark.parametrize("path", ["gut.half", "joint.per_one", "joint.half", "drug.volume", "body.weight", "drug.k"])
def test_slopes_are_those_of_tightly_solved_twins(path):
    found = sensitivities(SETUP, [path], ["pain_vas"])
    days = [2, 5, 8, 14, 25]
    slopes = found.pain_vas.sel(parameter=path).values[days]
    known = known_slope(path, "pain_vas", days)
    assert slopes == pytest.approx(known, abs=3e-4)
    by_unit = sensitivities(SETUP, [path], ["pain_vas"], relative=False).pain_vas.values[0][days]
    assert by_unit == pytest.approx(known_slope(path, "pain_vas", days, relative=False), rel=1e-3, abs=1e-3 * np.max(np.abs(by_unit)))


def test_slopes_that_are_known():
    found = sensitivities(SETUP, ["joint.per_one", "drug.volume", "gut.rest"], ["pain_vas", "drug", "leaking"])
    assert found.pain_vas.sel(parameter="joint.per_one").values == pytest.approx(1.0, abs=1e-6)  # pain is in proportion to it
    assert found.drug.sel(parameter="drug.volume", time=3.0) == pytest.approx(-1.0, abs=1e-6)
    assert found.leaking.sel(parameter="gut.rest", time=0.0) == pytest.approx(1.0, abs=1e-6)  # health is everybody's own
    assert np.all(np.isnan(found.drug.sel(time=[0.0, 1.0, 2.0])))  # there is no drug yet
    assert found.pain_vas.attrs == {"units": "1"}
    assert found.unit.values.tolist() == ["mm", "L/kg", "1"]
    by_unit = sensitivities(SETUP, ["drug.volume"], ["drug"], relative=False)
    assert by_unit.drug.attrs == {"units": "mg/L per unit of the parameter"}
    assert np.all(by_unit.drug.sel(time=[0.0, 1.0, 2.0]) == 0.0)


def test_a_fraction_stays_a_fraction():
    from zonula.simulation.sensitivity import _twins

    setup = made_ready(drug__k=0.999)
    below, above = _twins(setup, ["drug.k"], 0.1)[1:, MODEL.parameter_index["drug.k"]]
    assert 0.99 < below < 0.999 < above < 1.0


def test_slopes_do_not_depend_on_threads_or_on_what_else_is_asked():
    alone = sensitivities(SETUP, ["gut.half"], ["pain_vas"], jobs=1)
    more = sensitivities(SETUP, ["joint.half", "gut.half", "drug.volume"], jobs=3)
    assert np.array_equal(alone.pain_vas.sel(parameter="gut.half"), more.pain_vas.sel(parameter="gut.half"))


@pytest.mark.parametrize(("code", "paths", "more"), [
    ("ZN-1220", ["gut.k"], {"step": 0.0}), ("ZN-1220", ["gut.k"], {"step": 0.5}), ("ZN-1221", [], {}), ("ZN-1217", ["gut.kk"], {}),
    ("ZN-1222", ["fuse.lit"], {}), ("ZN-1214", ["gut.k"], {"readouts": ["pain"]}), ("ZN-1203", ["gut.k"], {"rtol": 1e-20}),
])
def test_slopes_that_cannot_be_meant_are_refused(code, paths, more):
    with refused(code):
        sensitivities(SETUP, paths, **more)


def test_a_twin_who_cannot_be_simulated_is_named():
    setup = made_ready(joint__per_one=7.4)
    assert simulate(setup).status.values.tolist() == ["finished"]
    with refused("ZN-4010", "more of joint.per_one", "left its range", kind=SolverError):
        sensitivities(setup, ["fuse.k", "joint.per_one"], step=0.1)
    with refused("ZN-4010", "the person", kind=SolverError):
        sensitivities(made_ready(fuse__lit=100.0), ["gut.k"])


def test_no_thread_is_left():
    assert len(many()) == 37
    assert [thread for thread in threading.enumerate() if thread.name.startswith("zonula-")] == []
