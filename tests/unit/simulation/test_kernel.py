"""The door to the compiled kernel: what does not belong is not let in, and what comes out is what the reference engine says."""

import ctypes
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import LEAKING, MODEL, TIMES, TREATED, UNTIL, many, problem, values
from tests.small_roads import ADDITIVE

from zonula.codegen.compiler import BUILDS, LANES, built, cpu_class, library, runnable
from zonula.ground.errors import KernelError
from zonula.simulation import kernel
from zonula.simulation.equations import Equations, Inputs
from zonula.simulation.health import solve_health
from zonula.simulation.kernel import Course, load_kernel, opened
from zonula.simulation.problem import stretches
from zonula.simulation.timetable import timetable


def course(*arms, rtol=1e-6, **more):
    table = timetable(MODEL, arms or (TREATED,), UNTIL, TIMES)
    return Course(table=table, readouts=tuple(range(len(MODEL.readouts))), rtol=rtol, cancel=np.zeros(1, np.int32), done=np.zeros(1, np.int64), **more)


def run(loaded, rows, which=None, **more):
    arms = np.zeros(len(rows), dtype=np.int32) if which is None else which
    return loaded.run(rows, loaded.health(rows), arms, course(**more))


@pytest.fixture(params=BUILDS)
def loaded(request):
    return load_kernel(MODEL, request.param)


# --- letting in -----------------------------------------------------------------------------------------

def test_a_kernel_is_loaded_once():
    assert load_kernel(MODEL) is load_kernel(MODEL)
    assert load_kernel(MODEL) is not load_kernel(MODEL, "reproducible")
    assert load_kernel(MODEL).lanes == LANES[cpu_class()]


def test_a_file_that_is_no_library_is_refused(tmp_path):
    (tmp_path / "a.so").write_text("no library")
    with refused("ZN-6101", str(tmp_path / "a.so"), "ZONULA_CACHE", kind=KernelError):
        opened(tmp_path / "a.so", MODEL, "fast")


def test_a_library_of_something_else_is_refused():
    other = built(lambda: {"ensemble.c": "int zn_run(void) { return 0; }\n", "model.inc": ""}, name="test", facts=["no kernel"])
    with refused("ZN-6101", "zn_", kind=KernelError):
        opened(other, MODEL, "fast")


def test_a_kernel_of_another_model_or_build_is_refused():
    with refused("ZN-6102", "another model", f"states: {len(ADDITIVE.states)}", kind=KernelError):
        opened(library(ADDITIVE), MODEL, "fast")
    with refused("ZN-6102", "reproducible: 0", kind=KernelError):
        opened(library(MODEL), MODEL, "reproducible")


def test_a_job_of_another_layout_is_refused(monkeypatch):
    class Longer(ctypes.Structure):
        _fields_ = (*kernel._Job._fields_, ("more", ctypes.c_int64))

    monkeypatch.setattr(kernel, "_Job", Longer)
    with refused("ZN-6102", "bytes of a job"):
        opened(library(MODEL), MODEL, "fast")


def test_arrays_of_another_shape_are_refused(loaded):
    rows = many()
    with refused("ZN-6103", str(len(MODEL.parameters))):
        loaded.health(rows[:, :-1])
    health = loaded.health(rows)
    with refused("ZN-6103"):
        loaded.run(rows, replace(health, state=health.state[:-1]), np.zeros(len(rows), np.int32), course())


# --- coming out -----------------------------------------------------------------------------------------

def test_health_is_that_of_the_reference_solver(loaded):
    found = loaded.health(many())
    assert np.all(found.status == kernel.FOUND)
    for i in (0, 1, 20, 36):
        known = solve_health(MODEL, many()[i])
        assert found.state[i] == pytest.approx(known.state, rel=1e-12, abs=1e-14)
        assert found.setpoints[i] == pytest.approx(known.setpoints, rel=1e-12)
        assert found.healthy[i] == pytest.approx(known.healthy, rel=1e-12, abs=1e-14)
        assert found.residual[i] < 1e-10


def test_who_has_no_health_has_no_numbers_and_is_left_out(loaded):
    rows = np.array([values(), values(fuse__spontaneous=0.3), values()])
    health = loaded.health(rows)
    assert health.status.tolist() == [kernel.FOUND, kernel.NOT_FOUND, kernel.FOUND]
    assert np.all(np.isnan(health.state[1]))
    runs = loaded.run(rows, health, np.zeros(3, np.int32), course())
    assert runs.status.tolist() == [kernel.FINISHED, kernel.NOT_RUN, kernel.FINISHED]
    assert np.all(np.isnan(runs.values[1]))
    assert np.array_equal(runs.values[0], runs.values[2])


def test_slopes_are_those_of_the_reference_engine(loaded):
    person, health = many()[3], solve_health(MODEL, many()[3])
    piece = stretches(problem(LEAKING, parameters=person))[1]
    inputs = np.array([*piece.inputs.exposures, *piece.inputs.gates, *piece.inputs.roads])
    x = health.state * np.linspace(0.5, 2.0, len(health.state)) + 0.1
    known = Equations(MODEL, person, health.setpoints, health.healthy).derivative(x, piece.inputs)
    found = loaded.slopes((person, np.array(health.setpoints), np.array(health.healthy)), inputs, x, 0.0)
    assert found == pytest.approx(known, rel=1e-12, abs=1e-14)
    assert np.max(np.abs(known)) > 0.1
    assert np.array_equal(piece.inputs.inflow, Inputs.neutral(MODEL).inflow)


def test_states_are_given_where_they_are_asked_for(loaded):
    without, with_states = run(loaded, many()), run(loaded, many(), states=True)
    assert without.states.size == 0
    assert np.array_equal(without.values, with_states.values)
    assert np.array_equal(with_states.states[:, :, MODEL.state_index["joint.p"]], with_states.values[:, :, MODEL.readout_names.index("pain_vas")])
    assert np.array_equal(with_states.states[:, 0], loaded.health(many()).state)


def test_tolerances_follow_the_size_of_each_state_in_health(loaded):
    health = loaded.health(many())
    health.state[3, 2] = -4.0
    given = loaded._of_people(many(), health, np.zeros(37, np.int32), course().table)
    for place, x in ((0, 0.0), (2, -4.0)):
        assert health.state[3, place] == x
    assert np.array_equal(given["scale"][3], [abs(x) or 1.0 for x in health.state[3]])
    assert np.array_equal(given["start"], health.state)


def test_those_who_are_done_are_counted(loaded):
    given = course()
    loaded.run(many(), loaded.health(many()), np.zeros(37, np.int32), given)
    assert given.done.tolist() == [37]


def test_a_cancelled_run_ends_at_once(loaded):
    given = course()
    given.cancel[0] = 1
    runs = loaded.run(many(), loaded.health(many()), np.zeros(37, np.int32), given)
    assert set(runs.status.tolist()) == {kernel.CANCELLED}
    assert np.all(np.isnan(runs.values[:, 1:]))


def test_the_reproducible_build_gives_the_same_bits_on_every_class_of_processor():
    runs = [run(load_kernel(MODEL, "reproducible", cpu=cpu), many(), rtol=1e-4) for cpu in runnable(cpu_class())]
    for other in runs[1:]:
        assert other.values.tobytes() == runs[0].values.tobytes()
        assert np.array_equal(other.steps, runs[0].steps)
    fast = run(load_kernel(MODEL), many(), rtol=1e-4)
    assert np.allclose(fast.values, runs[0].values, rtol=1e-4, atol=1e-6)


def test_memory_is_given_to_vectors_as_they_like_it(loaded):
    for _ in range(20):
        assert loaded._space().ctypes.data % 64 == 0
        assert len(loaded._space()) == loaded._workspace
