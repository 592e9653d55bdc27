"""Explicit time in the compiled kernel: closed forms, the order of the method and what it needs for it, health, and company."""

import re

import numpy as np
import pytest
from tests.small_days import BOTH, DAILY, NIGHT, TROUGH, level, problem, substance, values

from zonula.codegen.c import model_source
from zonula.codegen.compiler import BUILDS, MODEL, built, kernel_sources, recipe
from zonula.simulation import kernel
from zonula.simulation.alone import solve_compiled
from zonula.simulation.closings import Closing
from zonula.simulation.equations import Equations, Inputs
from zonula.simulation.health import solve_health
from zonula.simulation.kernel import METHODS, Course, load_kernel, opened
from zonula.simulation.reference import solve
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm, timetable

ENGINES = pytest.mark.parametrize(("build", "method"), [(build, method) for build in BUILDS for method in METHODS])
HUGE = 1e30  # relative tolerance at which no step is ever refused


def course(model, times, *, rtol=1e-9, method="rodas5p"):
    return Course(table=timetable(model, (Arm(),), float(times[-1]), times), readouts=tuple(range(len(model.readouts))), rtol=rtol, method=method,
                  cancel=np.zeros(1, np.int32), done=np.zeros(1, np.int64), states=True)


def run(loaded, rows, times, **more):
    return loaded.run(rows, loaded.health(rows), np.zeros(len(rows), np.int32), course(loaded.model, times, **more))


def swinging(count=11, seed=7):
    """People with days and turnovers of their own."""
    rng = np.random.default_rng(seed)
    rows = np.tile(values(), (count, 1)) * np.exp(0.3 * rng.standard_normal((count, len(values()))))
    for organ in ("daily", "evening"):
        rows[:, BOTH.parameter_index[f"{organ}.swing"]] = rng.uniform(0.2, 0.9, count)  # beyond 1, less than nothing would be made
    return rows


# --- against what is known -------------------------------------------------------------------------------

@ENGINES
def test_a_kernel_follows_the_closed_form(build, method):
    times = np.arange(0.0, 20.01, 0.13)
    runs = run(load_kernel(BOTH, build), values()[None], times, method=method)
    assert runs.status.tolist() == [kernel.FINISHED]
    shown = dict(zip(BOTH.readout_names, runs.values[0].T, strict=True))
    assert np.max(np.abs(shown["level"] - level(times))) < 2e-8
    assert np.max(np.abs(shown["substance"] - substance(times))) < 2e-7
    assert np.array_equal(shown["time"], times)
    assert np.max(np.abs(shown["drive"] - 1 - 0.6 * np.sin(2 * np.pi * times / 4.0))) < 1e-14
    assert np.ptp(shown["level"]) > 0.5


@ENGINES
def test_what_has_no_closed_form_is_as_in_the_reference_engine(build, method):
    known = solve(problem(rtol=1e-11))
    found = run(load_kernel(BOTH, build), values()[None], known.times, method=method)
    index = BOTH.readout_names.index("index")
    assert np.max(np.abs(found.values[0][:, index] - known.readout("index"))) < 2e-8
    assert np.ptp(known.readout("index")) > 0.5


@pytest.mark.parametrize(("events", "closed"), [((), ()), (("daily.x 0.5 1 at day 2.25", "evening.y 900 pg infusion over 2 d at day 1.125"), ()),
                                                ((), (Closing("nerve", 3.25),))])
def test_one_person_by_the_kernel_is_shown_what_the_reference_engine_shows(events, closed):
    given = problem(plan=read_plan(list(events), BOTH), closed=frozenset(closed))
    one, other = solve_compiled(given), solve(given)
    assert one.outcome.status == other.outcome.status == "finished"
    assert np.array_equal(one.times, other.times)
    assert np.max(np.abs(one.readouts - other.readouts)) < 1e-8
    assert np.all(np.abs(one.traced - other.traced) < 1e-8 * np.max(np.abs(other.traced), axis=0))


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("day", [0.0, 0.3, 2.9])
def test_slopes_at_a_time_are_those_of_the_reference_engine(build, day):
    health, x = solve_health(BOTH, values()), np.array([0.4, 3.0, 1.7])
    known = Equations(BOTH, values(), health.setpoints, health.healthy).derivative(x, Inputs.neutral(BOTH), day)
    person = (values(), np.array(health.setpoints), np.array(health.healthy))
    found = load_kernel(BOTH, build).slopes(person, np.ones(len(BOTH.gates) + len(BOTH.roads)), x, day)
    assert found == pytest.approx(known, rel=1e-13)


# --- the order of the method ------------------------------------------------------------------------------

def _opened(text):
    """A kernel of the small model as another text says it."""
    return opened(built(lambda: kernel_sources() | {MODEL: text}, name="test", facts=[text, recipe()]), DAILY, "fast")


def order(loaded, monkeypatch, method, steps):
    """Of the error at the end, where every step is of one length."""
    errors, usual = [], kernel.numbers_of
    for step in steps:
        monkeypatch.setattr(kernel, "numbers_of", lambda given, step=step: usual(given) | {"first_step": step, "largest_step": step})
        runs = run(loaded, values(DAILY)[None], np.array([0.0, 3.0]), rtol=HUGE, method=method)
        assert (runs.steps[0], runs.refused[0]) == (round(3.0 / step), 0)
        errors.append(abs(runs.states[0, -1, 0] - level(3.0)))
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


@ENGINES
def test_the_order_is_five_with_explicit_time(monkeypatch, build, method):
    found = order(load_kernel(DAILY, build), monkeypatch, method, 2.0 ** -np.arange(2, 6))
    assert abs(found - 5.0) <= 0.2 if method == "rodas5p" else 4.8 <= found <= 6.6, found  # Tsit5's terms of fifth order are next to nothing here


def test_without_the_slope_by_time_the_order_is_lost(monkeypatch):
    """As a check of the test above, and of what the slope by time is there for."""
    text = model_source(DAILY)
    assert len(re.findall(r"^    ft\[0\] = .*zn_cos.*;$", text, re.MULTILINE)) == 1
    without = re.sub(r"ft\[0\] = [^;]*;", "ft[0] = zn_splat(0.0);", text)
    steps = 2.0 ** -np.arange(2, 6)
    assert abs(order(_opened(text), monkeypatch, "rodas5p", steps) - 5.0) <= 0.2
    assert order(_opened(without), monkeypatch, "rodas5p", steps) < 3.0


# --- health and company -------------------------------------------------------------------------------------

@pytest.mark.parametrize("build", BUILDS)
def test_health_is_that_of_the_reference_solver_with_clocks_at_rest(build):
    rows = swinging()
    found = load_kernel(BOTH, build).health(rows)
    assert np.all(found.status == kernel.FOUND)
    for i in (0, 4, 10):
        known = solve_health(BOTH, rows[i])
        assert found.state[i] == pytest.approx(known.state, rel=1e-13)
        assert found.setpoints[i] == pytest.approx(known.setpoints, rel=1e-13)
        assert found.healthy[i] == pytest.approx(known.healthy, rel=1e-13)


@pytest.mark.parametrize("build", BUILDS)
def test_health_is_stable_or_not_with_the_clock_where_it_stands(build):
    rows = values(NIGHT)[None]
    assert values(TROUGH).tolist() == rows[0].tolist()
    assert load_kernel(NIGHT, build).health(rows).status.tolist() == [kernel.FOUND]  # though it is driven away at the beginning of the run
    assert load_kernel(TROUGH, build).health(rows).status.tolist() == [kernel.UNSTABLE]
    assert solve_health(NIGHT, rows[0]).stable
    assert not solve_health(TROUGH, rows[0]).stable


@ENGINES
def test_everybody_has_an_own_time_and_the_same_bits_in_any_company(build, method):
    loaded, rows, times = load_kernel(BOTH, build), swinging(), np.arange(0.0, 9.01, 0.5)
    all_of_them = run(loaded, rows, times, method=method, rtol=1e-5)
    assert np.all(all_of_them.status == kernel.FINISHED)
    assert len({row.tobytes() for row in all_of_them.values}) == len(rows)
    assert len(set(all_of_them.steps.tolist())) > 3
    for i in (0, 3, 10):
        alone = run(loaded, rows[[i]], times, method=method, rtol=1e-5)
        assert alone.values[0].tobytes() == all_of_them.values[i].tobytes()
        assert alone.states[0].tobytes() == all_of_them.states[i].tobytes()
    reverse = run(loaded, rows[::-1].copy(), times, method=method, rtol=1e-5)
    assert reverse.values[::-1].tobytes() == all_of_them.values.tobytes()
