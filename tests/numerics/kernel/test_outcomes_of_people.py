"""Every way a person's run can end, each provoked; and that nobody else notices."""

import threading
import time

import numpy as np
import pytest
from tests.numerics.kernel.small_kernels import (
    CANCELLED,
    FINISHED,
    LEFT_RANGE,
    NOT_FINITE,
    NOT_RUN,
    TOO_MANY,
    TOO_SMALL,
    Segment,
    Small,
    kernel_of,
    polynomial,
)

DAY = [[Segment(0.0, 1.0)]]
DECAY = polynomial("decay", [(1.0, {0: 1}, {0: -1}), (100.0, {1: 1}, {1: -1})], 2, readouts=("x[0]",))
BLOWS_UP = polynomial("blows up", [(1.0, {0: 2}, {0: 1}), (1.0, {1: 1}, {1: -1})], 2)
DRAINED = Small("drained", ("zn_splat(0.0)", "-q[0]"), {}, parameters=1, low=(0.0, 0.0), high=(1.0, 9.0), readouts=("x[1]",))
NO_ROOT = Small("no root", ("zn_splat(1.0)", "zn_sqrt(q[0] - x[0])"), {(1, 0): "-0.5 * zn_rcp(zn_sqrt(q[0] - x[0]))"}, parameters=1, readouts=("x[0]",))
GROWS = Small("grows", ("q[0] * x[0]",), {(0, 0): "q[0]"}, parameters=1)
TINY = Small("tiny pivot", ("-x[0]", "-5.0 * x[1]"), {(0, 0): "zn_splat(-1.0)", (1, 1): "zn_splat(-5.0)"}, pivot="zn_splat(1e-10)")
NO_PIVOT = Small("no pivot", ("-x[0]",), {(0, 0): "zn_splat(-1.0)"}, pivot="zn_splat(ZN_NAN)")


def test_finished(place):
    result = kernel_of(DECAY, place).run([[1.0, 1.0]], DAY, [[0.0, 1.0]])
    assert (result.status[0], result.worst[0], result.reached[0], result.done) == (FINISHED, -1, 1.0, 1)
    assert np.allclose(result.states[0, -1, 0], np.exp(-1), rtol=1e-6)


@pytest.mark.parametrize("rate", [4.0, -40.0])
def test_a_state_that_leaves_its_range_is_named_with_the_day(place, rate):
    """From 1 it falls to 0 at day 1/4, or rises to 9 at day 1/5; what was reached before is kept, the rest is empty."""
    edge = 0.25 if rate > 0 else 0.2
    times = np.linspace(0, 1, 21)
    result = kernel_of(DRAINED, place).run([[1.0, 1.0]] * 3, DAY, [times], parameters=[[rate], [0.5], [0.0]])
    assert result.status.tolist() == [LEFT_RANGE, FINISHED, FINISHED]
    assert result.worst.tolist() == [1, -1, -1]
    assert edge - 1e-6 <= result.reached[0] <= edge + 1e-3
    inside = times < edge - 1e-6
    assert np.allclose(result.out[0, inside, 0], 1 - rate * times[inside], rtol=1e-12)
    assert np.isnan(result.out[0, times > result.reached[0]]).all()
    assert np.isnan(result.states[0, times > result.reached[0]]).all()
    assert np.isfinite(result.out[1:]).all()


def test_a_state_may_stray_from_its_range_by_as_much_as_the_tolerance_allows(place):
    """To the end of the day at -5e-6 of the range's lower bound: inside 1e-6 + 10 rtol at rtol 1e-6, outside at 1e-8."""
    kernel = kernel_of(DRAINED, place)
    for rtol, status in ((1e-6, FINISHED), (1e-8, LEFT_RANGE)):
        assert kernel.run([[0.5, 0.0]], DAY, [[1.0]], parameters=[[5e-6]], rtol=rtol).status[0] == status


def test_a_range_of_no_bounds_is_never_left(place):
    result = kernel_of(GROWS, place).run([[-1e200]], DAY, [[1.0]], parameters=[[200.0]], scale=[1e200])
    assert result.status[0] == FINISHED


def test_a_number_that_is_none_is_blamed_on_its_state(place):
    result = kernel_of(NO_ROOT, place).run([[0.0, 0.0]] * 2, DAY, [[0.0, 0.25, 1.0]], parameters=[[0.5], [2.0]])
    assert result.status.tolist() == [NOT_FINITE, FINISHED]
    assert result.worst.tolist() == [1, -1]
    assert result.reached[0] == pytest.approx(0.5, abs=1e-6)
    assert np.allclose(result.out[0, :2, 0], [0.0, 0.25])
    assert np.isnan(result.out[0, 2, 0])


def test_a_start_that_is_none(place):
    result = kernel_of(DECAY, place).run([[1.0, np.nan], [np.inf, 1.0], [1.0, 1.0]], DAY, [[0.0, 1.0]])
    assert result.status.tolist() == [NOT_FINITE, NOT_FINITE, FINISHED]
    assert result.worst.tolist() == [1, 0, -1]
    assert result.reached.tolist() == [0.0, 0.0, 1.0]


def test_a_solution_that_ends_makes_the_step_too_small(place):
    result = kernel_of(BLOWS_UP, place).run([[2.0, 1.0], [0.5, 1.0]], DAY, [[0.0, 0.25, 1.0]])
    assert result.status.tolist() == [TOO_SMALL, FINISHED]
    assert result.worst.tolist() == [0, -1]
    assert result.reached[0] == pytest.approx(0.5, abs=1e-5)
    assert result.states[0, 1, 0] == pytest.approx(4.0, rel=1e-4)
    assert result.steps[0] < 3000


def test_steps_may_not_even_be_asked_to_be_too_small(place):
    result = kernel_of(DECAY, place).run([[1.0, 1.0]], DAY, [[1.0]], first_step=1e-14, largest_step=1e-14)
    assert (result.status[0], result.steps[0], result.reached[0]) == (TOO_SMALL, 1, 1e-14)


@pytest.mark.parametrize(("model", "status"), [(TINY, TOO_SMALL), (NO_PIVOT, TOO_SMALL)])
def test_pivots_that_stay_tiny_or_unknown_stop_a_person(place, model, status):
    result = kernel_of(model, place).run([[1.0] * model.size], DAY, [[1.0]])
    assert (result.status[0], result.steps[0]) == (status, 0)
    assert result.worst[0] == model.size - 1  # the state that changes fastest
    assert 15 <= result.rejected[0] <= 25  # a quarter each, from 1e-3 to 1e-13


def test_a_pivot_that_is_tiny_at_one_step_costs_that_step_alone(place):
    """Growth at just the rate 1/(h gamma) of the first step: the matrix is singular there, and not at a quarter of h."""
    h = 0.125
    rate = (1.0 / h) * (1.0 / 0.21193756319429014)
    kernel, given = kernel_of(GROWS, place), {"rtol": 1e30, "first_step": h, "largest_step": h, "scale": [1e20]}
    for share, refused in ((1.0, 1), (1 - 1e-10, 1), (0.9, 0)):
        result = kernel.run([[1.0]], [[Segment(0.0, h)]], [[h]], parameters=[[rate * share]], **given)
        assert (result.status[0], result.rejected[0]) == (FINISHED, refused)


def test_too_many_steps_for_a_person_or_for_a_segment(place):
    kernel, halves = kernel_of(DECAY, place), [[Segment(0.0, 0.5), Segment(0.5, 1.0)]]
    needed = kernel.run([[1.0, 1.0]], halves, [[1.0]])
    total = int(needed.steps[0] + needed.rejected[0])
    enough = kernel.run([[1.0, 1.0]], halves, [[1.0]], most_steps=total, most_steps_here=total)
    assert enough.same(needed)
    short = kernel.run([[1.0, 1.0]], halves, [[0.0, 1.0]], most_steps=total - 1)
    assert (short.status[0], short.steps[0] + short.rejected[0]) == (TOO_MANY, total - 1)
    assert 0.5 < short.reached[0] < 1.0
    here = kernel.run([[1.0, 1.0]], halves, [[0.0, 1.0]], most_steps_here=5)
    assert (here.status[0], here.worst[0], here.steps[0] + here.rejected[0]) == (TOO_MANY, 1, 5)  # the state that changes fastest
    assert here.reached[0] < 0.5
    assert np.isnan(here.states[0, 1]).all()


def test_many_segments_of_one_step_each_are_bounded_too(place):
    segments = [[Segment(i / 64, (i + 1) / 64) for i in range(64)]]
    result = kernel_of(DECAY, place).run([[1.0, 0.0]], segments, [[1.0]], rtol=1e30, first_step=1.0, most_steps=10)
    assert (result.status[0], result.steps[0], result.reached[0]) == (TOO_MANY, 10, 10 / 64)


def test_cancelled_before_the_first_step(place):
    result = kernel_of(DECAY, place).run([[1.0, 1.0]] * 11, DAY, [[0.0, 1.0]], cancel=np.ones(1, np.int32), skip=[0] * 10 + [1])
    assert result.status.tolist() == [CANCELLED] * 10 + [NOT_RUN]
    assert np.isnan(result.out[:, 1]).all()
    assert np.isnan(result.out[8:]).all()  # never began
    assert (result.steps == 0).all()
    assert result.done == 10


@pytest.mark.slow
@pytest.mark.alone
def test_cancelled_on_the_way(place):
    """A long job stops soon after it is told to; who had finished stays finished."""
    cancel, years = np.zeros(1, np.int32), [[Segment(float(d), d + 1.0, jumps=((1, 1.0, 0),)) for d in range(365)]]
    kernel = kernel_of(DECAY, place)
    for wait in (0.3, 1.0, 3.0, 10.0):  # until somebody has finished, which takes longer where others use the machine
        cancel[0], told = 0, []
        timer = threading.Timer(wait, lambda told=told: (told.append(time.monotonic()), cancel.__setitem__(0, 1)))
        timer.start()
        result = kernel.run(np.ones((100_000, 2)), years, [[365.0]], cancel=cancel)
        ended = time.monotonic()
        timer.cancel()
        if (result.status != CANCELLED).any():
            break
    assert told, "the job was over before it was told to stop"
    assert ended - told[0] < 2.7
    assert set(result.status.tolist()) == {FINISHED, CANCELLED}
    finished = result.status == FINISHED
    assert np.isfinite(result.out[finished]).all()
    assert np.isnan(result.out[~finished]).all()
    assert result.done == 100_000
    assert (result.reached[finished] == 365.0).all()


def test_a_skipped_person_has_no_outputs_and_keeps_the_status(place):
    result = kernel_of(DECAY, place).run([[1.0, 1.0]] * 3, DAY, [[0.0, 1.0]], skip=[0, 1, 0])
    assert result.status.tolist() == [FINISHED, NOT_RUN, FINISHED]
    assert np.isnan(result.out[1]).all()
    assert np.isnan(result.states[1]).all()
    assert np.isfinite(result.out[[0, 2]]).all()


def test_outputs_beyond_the_ones_of_ones_schedule_stay_empty(place):
    segments, outputs = [[Segment(0.0, 1.0)], [Segment(0.0, 2.0)]], [[1.0], [0.0, 1.0, 2.0]]
    result = kernel_of(DECAY, place).run([[1.0, 1.0]] * 2, segments, outputs, schedule_of=[0, 1])
    assert np.isnan(result.out[0, 1:]).all()
    assert np.isfinite(result.out[1]).all()
    assert result.out[0, 0, 0] == pytest.approx(np.exp(-1), rel=1e-5)


def test_nobody_is_an_answer_and_an_odd_workspace_is_refused(place):
    kernel = kernel_of(DECAY, place)
    result = kernel.run(np.zeros((0, 2)), DAY, [[1.0]])
    assert result.done == 0
    assert kernel.library.zn_run(None, None) == 1
    assert kernel.sizes["LANES"] == 4
    assert kernel.library.zn_model() == b"decay"
