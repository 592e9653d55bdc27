"""A person's bytes are the same alone, in any crowd, order, chunk and seat; in the reproducible build with any lanes and compiler."""

from itertools import pairwise

import numpy as np
import pytest
from tests.numerics.kernel.small_kernels import FINISHED, LEFT_RANGE, NOT_FINITE, NOT_RUN, RODAS5P, TSIT5, Segment, Small, compilers, kernel_of

PATIENT = Small(  # all that the kernel can do: time, powers, exponentials, ranges, inputs, doses, infusions
    "patient",
    ("-q[0] * x[0]", "q[0] * x[0] - q[1] * x[1] * zn_rcp(q[2] + x[1])",
     "q[4] * (1.0 + q[5] * zn_pow(x[1], q[3]) * zn_rcp(1.0 + zn_pow(x[1], q[3])) + 0.3 * zn_cos(6.283185307179586 * t) - x[2])",
     "10.0 * (x[2] * zn_exp(-0.5 * x[3]) - x[3])"),
    {(0, 0): "-q[0]", (1, 0): "q[0]", (1, 1): "-q[1] * q[2] * zn_rcp((q[2] + x[1]) * (q[2] + x[1]))",
     (2, 1): "zn_select(x[1] > 0.0, q[4] * q[5] * q[3] * zn_pow(x[1], q[3]) * zn_rcp(x[1] * (1.0 + zn_pow(x[1], q[3])) * (1.0 + zn_pow(x[1], q[3]))), "
             "zn_splat(0.0))",
     (2, 2): "-q[4]", (3, 2): "10.0 * zn_exp(-0.5 * x[3])", (3, 3): "10.0 * (-0.5 * x[2] * zn_exp(-0.5 * x[3]) - 1.0)"},
    ("zn_splat(0.0)", "zn_splat(0.0)", "-q[4] * 0.3 * 6.283185307179586 * zn_sin(6.283185307179586 * t)", "zn_splat(0.0)"),
    parameters=5, inputs=1, low=(-np.inf, 0.0, 0.0, 0.0), high=(np.inf, 30.0, 100.0, np.inf),
    readouts=("x[1] + q[5]", "zn_log(x[2]) * zn_tanh(x[3])", "x[0] * zn_splat(q[0]) + t"))
PEOPLE, LIBRARIES = 53, [("fast", 4, RODAS5P), ("fast", 8, RODAS5P), ("reproducible", 4, RODAS5P), ("reproducible", 1, RODAS5P),
                         ("fast", 4, TSIT5), ("reproducible", 2, TSIT5)]


def schedules():
    days = np.arange(6.0)
    daily = [Segment(d, d + 1, jumps=((0, 1.0 + d, 0),)) for d in days]
    infused = [Segment(0.0, 1.5, flows=((1, 2.0, 1),)), Segment(1.5, 2.5, inputs=1), Segment(2.5, 6.0, inputs=1, flows=((1, 0.5, 1), (0, 1.0, 0)))]
    heavy = [Segment(0.0, 0.7), Segment(0.7, 6.0, jumps=((1, 1000.0, 1),))]  # beyond the range: the person leaves it
    return [daily, infused, [Segment(0.0, 6.0)], heavy], [np.linspace(0, 6, 61), np.sort([*days, 1.5, 2.5, 6.0]), [0.0, 6.0], np.linspace(0, 6, 7)]


def crowd():
    draw = np.random.default_rng(2026)
    parameters = np.exp(draw.normal(np.log([3.0, 2.0, 1.0, 1.7, 5.0]), 0.5, (PEOPLE, 5)))
    parameters[7, 4] = np.nan
    which = draw.integers(0, 4, PEOPLE)
    which[[3, 20]] = 3
    skip = np.zeros(PEOPLE, np.uint8)
    skip[[5, 30]] = 1
    start = np.abs(draw.normal([0, 1, 1, 0.5], 0.2, (PEOPLE, 4)))
    return {"parameters": parameters, "schedule_of": which, "skip": skip, "start": start, "ways": draw.uniform(0.5, 2, (PEOPLE, 2)),
            "scale": draw.uniform(0.5, 2, (PEOPLE, 4))}


def run(kernel, people, indices, **more):
    segments, outputs = schedules()
    chosen = {name: values[np.asarray(indices)] for name, values in people.items()}
    return kernel.run(chosen.pop("start"), segments, outputs, inputs=((2.0,), (0.5,)), rtol=1e-5, **chosen, **more)


@pytest.fixture(scope="module", params=LIBRARIES, ids=lambda p: f"{p[0]}-{p[1]}{'-tsit5' if p[2] else ''}")
def kernel(place, request):
    build, lanes, method = request.param
    return kernel_of(PATIENT, place, build=build, lanes=lanes, method=method)


@pytest.fixture(scope="module")
def people():
    return crowd()


@pytest.fixture(scope="module")
def everybody(kernel, people):
    return run(kernel, people, np.arange(PEOPLE))


def test_the_crowd_holds_what_these_tests_need(everybody, people):
    status = everybody.status
    assert (status[people["skip"] == 1] == NOT_RUN).all()
    assert {FINISHED, LEFT_RANGE, NOT_FINITE, NOT_RUN} == set(status.tolist())
    assert (status == FINISHED).sum() >= 35
    assert everybody.rejected.max() > 0
    assert everybody.done == PEOPLE
    assert len(set(everybody.steps[status == FINISHED].tolist())) > 20  # everybody goes at an own pace


def test_alone(kernel, people, everybody):
    for i in range(PEOPLE):
        assert run(kernel, people, [i]).same(everybody, others=slice(i, i + 1)), f"person {i}"


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order(kernel, people, everybody, seed):
    order = np.random.default_rng(seed).permutation(PEOPLE)
    assert run(kernel, people, order).same(everybody, others=order)


@pytest.mark.parametrize("size", [2, 3, 7, 8, 11, 52])
def test_in_any_chunks(kernel, people, everybody, size):
    for first in range(0, PEOPLE, size):
        indices = np.arange(first, min(first + size, PEOPLE))
        assert run(kernel, people, indices).same(everybody, others=indices)


def test_among_copies_of_oneself_and_in_the_same_workspace_twice(kernel, people, everybody):
    indices = np.repeat([0, 20, 7], 9)
    assert run(kernel, people, indices).same(everybody, others=indices)


@pytest.mark.parametrize("other", range(4))
def test_the_timetables_of_others_disturb_nobody(kernel, people, everybody, other):
    """Infusions, jumps, changes of inputs and failures in the other seats: the first person keeps every byte."""
    changed = {**people, "schedule_of": np.where(np.arange(PEOPLE) == 0, people["schedule_of"][0], other)}
    mine = run(kernel, changed, np.arange(PEOPLE))
    assert mine.same(everybody, slice(0, 1), slice(0, 1))


def test_what_a_person_takes_changes_that_person(kernel, people, everybody):
    """The comparison above can fail: another timetable gives another result."""
    changed = {**people, "schedule_of": (people["schedule_of"] + 1) % 3}
    result = run(kernel, changed, np.arange(PEOPLE))
    for i in np.flatnonzero((everybody.status == FINISHED) & (people["schedule_of"] < 3)):
        assert not result.same(everybody, slice(i, i + 1), slice(i, i + 1))


@pytest.mark.slow
def test_reproducible_bytes_depend_neither_on_lanes_nor_on_the_compiler(place, people):
    found = {(name, lanes): run(kernel_of(PATIENT, place, build="reproducible", lanes=lanes, command=command), people, np.arange(PEOPLE))
             for name, command in compilers().items() for lanes in (1, 2, 4, 8)}
    for one, other in pairwise(found):
        assert found[one].same(found[other]), f"{one} differs from {other}"


def test_the_two_builds_agree_to_the_tolerance(place, people):
    fast, exact = (run(kernel_of(PATIENT, place, build=build, lanes=4), people, np.arange(PEOPLE)) for build in ("fast", "reproducible"))
    assert np.array_equal(fast.status, exact.status)
    assert np.allclose(fast.out, exact.out, rtol=1e-4, atol=1e-6, equal_nan=True)


def test_readouts_are_those_of_the_states(kernel, people, everybody):
    segments, outputs = schedules()
    for person in (0, 1, 2, 12):
        which = people["schedule_of"][person]
        for k in (0, len(outputs[which]) - 1):
            time = outputs[which][k]
            row = next((s.inputs for s in reversed(segments[which]) if s.start <= time), 0)
            wanted = kernel.call("zn_readouts", 3, everybody.states[person, k], float(time), parameters=people["parameters"][person],
                                 inputs=((2.0,), (0.5,))[row])
            assert everybody.out[person, k].tobytes() == wanted.tobytes()
