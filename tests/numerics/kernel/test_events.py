"""Doses, infusions, changed inputs and outputs: each at its very moment, none lost, none disturbing another."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.numerics.kernel.small_kernels import FINISHED, RODAS5P, TSIT5, Segment, Small, kernel_of

POOL = Small(  # a depot empties into a pool, that into what is gone: doses and infusions are found again to the last bit
    "pool", ("-q[0] * x[0]", "q[0] * x[0] - q[1] * q[2] * x[1]", "q[1] * q[2] * x[1]"),
    {(0, 0): "-q[0]", (1, 0): "q[0]", (1, 1): "-q[1] * q[2]", (2, 1): "q[1] * q[2]"}, parameters=2, inputs=1,
    readouts=("x[0] + x[1] + x[2]", "zn_splat(q[2]) * x[0]", "t"))
RATES, ONE, TIGHT = (3.0, 0.5), ((1.0,),), {"rtol": 1e-10, "parameters": (3.0, 0.5), "inputs": ((1.0,),)}


@pytest.fixture(scope="module", params=[("fast", 4, RODAS5P), ("reproducible", 2, RODAS5P), ("fast", 4, TSIT5)],
                ids=lambda p: f"{p[0]}-{p[1]}{'-tsit5' if p[2] else ''}")
def pool(place, request):
    build, lanes, method = request.param
    return kernel_of(POOL, place, build=build, lanes=lanes, method=method)


def depot(doses, times):
    """The depot's exact course: each dose falls off by itself; a dose counts from its moment on."""
    return sum(amount * np.exp(-RATES[0] * (np.asarray(times) - at)) * (np.asarray(times) >= at) for at, amount in doses)


def schedule(doses, end):
    """Segments that begin at the doses."""
    cuts = sorted({0.0, *(at for at, _ in doses), end})
    return [Segment(a, b, jumps=tuple((0, amount, 0) for at, amount in doses if at == a)) for a, b in pairwise(cuts)]


AWKWARD = [1.0, 1 / 3, 0.1, 2.0**-30, 2.9999, 1.7]


@pytest.mark.parametrize("day", AWKWARD)
def test_a_dose_is_there_at_its_moment_and_not_one_ulp_before(pool, day):
    doses, times = [(day, 2.0)], [np.nextafter(day, 0), day, np.nextafter(day, 9), day + 1e-5]
    result = pool.run([[0.0, 0, 0]], [schedule(doses, 3.0)], [times], **TIGHT)
    assert result.states[0, 0, 0] == 0.0
    assert result.states[0, 1, 0] == 2.0
    assert np.allclose(result.states[0, 1:, 0], depot(doses, times)[1:], rtol=1e-9, atol=0)
    assert (result.status[0], result.reached[0]) == (FINISHED, 3.0)


@pytest.mark.parametrize("day", AWKWARD[:-1])
def test_doses_one_ulp_apart_are_two_events(pool, day):
    before, after = np.nextafter(day, 0), np.nextafter(day, 9)
    doses = [(before, 1.0), (day, 2.0), (after, 4.0)]
    result = pool.run([[0.0, 0, 0]], [schedule(doses, 3.0)], [[0.0, before, day, after, 3.0]], **TIGHT)
    assert np.allclose(result.states[0, :4, 0], [0.0, 1.0, 3.0, 7.0], rtol=1e-14, atol=0)
    assert result.states[0, 4, 0] == pytest.approx(float(depot(doses, 3.0)), rel=1e-8)
    assert result.status[0] == FINISHED


def test_a_dose_at_the_start_shows_in_the_first_output(pool):
    result = pool.run([[0.5, 0, 0]], [schedule([(0.0, 2.0)], 1.0)], [[0.0, 1.0]], **TIGHT)
    assert result.states[0, 0, 0] == 2.5


def test_a_dose_at_the_very_end_shows_in_the_final_state_alone(pool):
    """Its segment has no length: only its jump happens."""
    segments = [Segment(0.0, 1.0), Segment(1.0, 1.0, jumps=((0, 5.0, 0),))]
    result = pool.run([[2.0, 0, 0]], [segments], [[0.0, np.nextafter(1.0, 0), 1.0]], **TIGHT)
    left = 2.0 * np.exp(-RATES[0])
    assert np.allclose(result.states[0, :, 0], [2.0, left, left + 5.0], rtol=1e-9, atol=0)
    assert (result.status[0], result.reached[0]) == (FINISHED, 1.0)


def test_two_doses_at_once_add_up_and_segments_of_no_length_change_nothing(pool):
    both = [Segment(0.0, 1.0), Segment(1.0, 2.0, jumps=((0, 1.5, 0), (0, 0.25, 0), (1, 3.0, 0)))]
    split = [both[0], Segment(1.0, 1.0, jumps=((0, 1.5, 0),)), Segment(1.0, 1.0, jumps=((0, 0.25, 0),)), Segment(1.0, 2.0, jumps=((1, 3.0, 0),))]
    one, other = (pool.run([[2.0, 0, 0]], [segments], [[1.0, 1.5, 2.0]], **TIGHT) for segments in (both, split))
    assert one.same(other)
    assert np.allclose(one.states[0, 0, :2], [2.0 * np.exp(-3.0) + 1.75, one.states[0, 0, 1]], rtol=1e-9)


def test_a_schedule_of_no_length_ends_where_it_begins(pool):
    result = pool.run([[2.0, 0, 0]] * 9, [[Segment(1.0, 1.0, jumps=((0, 1.0, 0),))]], [[1.0]], **TIGHT)
    assert (result.status == FINISHED).all()
    assert (result.states[:, 0, 0] == 3.0).all()
    assert (result.out[:, 0, 1] == 3.0).all()
    assert (result.steps == 0).all()


def test_the_way_of_giving_belongs_to_the_person(pool):
    ways = np.array([[1.0, 10.0], [2.0, 20.0], [0.25, 0.0]])
    segments = [Segment(0.0, 1.0, jumps=((0, 3.0, 0), (1, 0.5, 1)), flows=((2, 2.0, 0),))]
    result = pool.run(np.zeros((3, 3)), [segments], [[0.0, 1.0]], ways=ways, **TIGHT)
    assert np.array_equal(result.states[:, 0], np.stack([3.0 * ways[:, 0], 0.5 * ways[:, 1], np.zeros(3)], axis=1))
    total = 3.0 * ways[:, 0] + 0.5 * ways[:, 1] + 2.0 * ways[:, 0]
    assert np.allclose(result.out[:, 1, 0], total, rtol=1e-13)


def test_nothing_of_doses_and_infusions_is_lost(pool):
    draw, schedules, given = np.random.default_rng(8), [], []
    for _ in range(40):
        cuts = np.sort(np.append(draw.uniform(0, 10, draw.integers(1, 9)), [0.0, 10.0]))
        segments = [Segment(a, b, jumps=tuple((int(draw.integers(2)), float(draw.uniform(0, 5)), 0) for _ in range(draw.integers(3))),
                            flows=tuple((int(draw.integers(2)), float(draw.uniform(0, 5)), 0) for _ in range(draw.integers(3))))
                    for a, b in pairwise(cuts)]
        schedules.append(segments)
        given.append(sum(sum(j[1] for j in s.jumps) + sum(f[1] for f in s.flows) * (s.end - s.start) for s in segments))
    people = len(schedules)
    result = pool.run(np.zeros((people, 3)), schedules, [[10.0]] * people, schedule_of=range(people), parameters=RATES, inputs=ONE, rtol=1e-4)
    assert (result.status == FINISHED).all()
    assert np.allclose(result.out[:, 0, 0], given, rtol=1e-12)


def test_an_infusion_reaches_the_level_that_balances_it(pool):
    segments = [Segment(0.0, 20.0, flows=((0, 6.0, 0),)), Segment(20.0, 40.0)]
    result = pool.run([[0.0, 0, 0]], [segments], [[20.0, 21.0, 40.0]], **TIGHT)
    assert result.states[0, 0, 0] == pytest.approx(2.0, rel=1e-9)
    assert result.states[0, 1, 0] == pytest.approx(2.0 * np.exp(-3.0), rel=1e-8)


def test_inputs_change_with_the_segment_in_rates_and_readouts(pool):
    segments = [Segment(0.0, 1.0, inputs=0), Segment(1.0, 2.0, inputs=1), Segment(2.0, 3.0, inputs=0)]
    times = [0.0, 0.5, np.nextafter(1.0, 0), 1.0, 1.5, 2.0, 2.5, 3.0]
    result = pool.run([[1.0, 1.0, 0]], [segments], [times], parameters=(0.0, 0.5), inputs=((1.0,), (4.0,)), rtol=1e-10)
    assert np.array_equal(result.out[0, :, 1], [1, 1, 1, 4, 4, 1, 1, 1])  # the depot stays 1 and is shown times the input
    assert result.states[0, -1, 1] == pytest.approx(np.exp(-0.5 * (1 + 4 + 1)), rel=1e-9)
    assert np.array_equal(result.out[0, :, 2], times)


@pytest.mark.parametrize("count", [1, 3, 4, 5, 17, 400])
def test_any_number_of_outputs_in_a_step(pool, count):
    """More than fit into one batch, and more than one per step: each is where its time is."""
    times = np.sort(np.random.default_rng(count).uniform(0, 3, count))
    result = pool.run(np.tile([1.0, 0, 0], (6, 1)), [[Segment(0.0, 3.0)]], [times], **TIGHT)
    assert np.allclose(result.states[:, :, 0], np.exp(-3.0 * times), rtol=1e-8, atol=0)
    assert np.array_equal(result.out[:, :, 1], result.states[:, :, 0])
    assert np.array_equal(result.out[:, :, 2], np.tile(times, (6, 1)))


def test_outputs_of_another_choice_or_none_change_nothing_else(pool):
    given = ([[1.0, 0, 0]] * 3, [schedule([(0.3, 1.0), (1.1, 2.0)], 3.0)], [np.linspace(0, 3, 31)])
    every = pool.run(*given, **TIGHT)
    some = pool.run(*given, chosen=[2, 0], **TIGHT)
    assert np.array_equal(some.out, every.out[:, :, [2, 0]])
    none = pool.run(*given, **TIGHT, without=("out", "states", "done", "cancel", "skip"))
    assert (none.out == 777.0).all()
    assert (none.states == 777.0).all()
    for other in (some, none):
        assert np.array_equal(other.steps, every.steps)
    assert np.array_equal(some.states, every.states)


def test_outputs_do_not_change_the_steps(pool):
    given = ([[1.0, 0, 0]], [schedule([(0.3, 1.0), (1.1, 2.0)], 3.0)])
    few, many = pool.run(*given, [[3.0]], **TIGHT), pool.run(*given, [np.linspace(0, 3, 500)], **TIGHT)
    assert few.steps[0] == many.steps[0]
    assert np.array_equal(few.states[0, -1], many.states[0, -1])


def test_the_first_step_after_an_event_is_remembered(pool):
    """A tiny first step is climbed from once, not after each of thirty doses."""
    segments = schedule([(float(day), 1.0) for day in range(30)], 30.0)
    small, usual = (pool.run([[0.0, 0, 0]], [segments], [[30.0]], first_step=first, parameters=RATES, inputs=ONE, rtol=1e-6).steps[0]
                    for first in (1e-11, 1e-2))
    assert small - usual <= (15 if pool.method == RODAS5P else 60), "climbing anew would take 14 each time"
    assert usual <= 30 * (9 if pool.method == RODAS5P else 16)


def test_a_step_cut_short_does_not_shrink_the_one_remembered(pool):
    doses = [(float(day), 1.0) for day in range(30)]
    plain = schedule(doses, 30.0)
    cut = [part for s in plain for part in (Segment(s.start, np.nextafter(s.start, 99), jumps=s.jumps), Segment(np.nextafter(s.start, 99), s.end))]
    few, many = (pool.run([[0.0, 0, 0]], [segments], [[30.0]], parameters=RATES, inputs=ONE, rtol=1e-6).steps[0] for segments in (plain, cut))
    assert many - few <= (30 + 5 if pool.method == RODAS5P else 30 + 30)


def test_no_sliver_is_left_before_an_event(pool):
    """With steps of at most 0.3 a day is 0.3, 0.3, 0.2, 0.2: the course is that of two days of 0.6 and 0.4, cut in halves."""
    given = {"first_step": 0.3, "parameters": RATES, "inputs": ONE, "rtol": 1e30}
    whole, long, short = (pool.run([[1.0, 0, 0]], [[Segment(0.0, end)]], [[end]], largest_step=most, **given)
                          for end, most in ((1.0, 0.3), (0.6, 0.3), (0.4, 0.2)))
    assert (whole.steps[0], long.steps[0], short.steps[0]) == (4, 2, 2)
    assert whole.states[0, -1, 0] == pytest.approx(long.states[0, -1, 0] * short.states[0, -1, 0], rel=1e-13)
    decimal = pool.run([[1.0, 0, 0]], [[Segment(0.0, 1.0)]], [[1.0]], rtol=1e30, first_step=0.1, largest_step=0.1, parameters=RATES, inputs=ONE)
    assert decimal.steps[0] == 10  # ten tenths are not quite one: no eleventh step


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_dose_says_how_large_a_state_of_a_treatment_is(place, sign):
    """As if the person's largest dose had been given as the state's size, bit for bit; a state of an organ keeps its own."""
    treated = kernel_of(replace(POOL, name="treated", treatments=(0,)), place)
    segments = [Segment(0.0, 1.0, jumps=((0, 200.0, 0), (1, 50.0, 0))), Segment(1.0, 4.0, jumps=((0, sign * 1000.0, 0),))]
    ways, start, times, asked = [[1.0], [2.0], [0.0]], np.zeros((3, 3)), [[0.5, 2.0, 4.0]], TIGHT | {"rtol": 1e-5, "parameters": (60.0, 0.5)}
    found = treated.run(start, [segments], times, ways=ways, **asked)
    by_hand = kernel_of(POOL, place).run(start, [segments], times, ways=ways, scale=[[1000.0, 1, 1], [2000.0, 1, 1], [1.0, 1, 1]], **asked)
    assert np.array_equal(found.states, by_hand.states)
    assert np.array_equal(found.steps, by_hand.steps)
    usual = kernel_of(POOL, place).run(start, [segments], times, ways=ways, **asked)
    assert found.steps[0] < 0.9 * usual.steps[0]
    assert found.steps[2] == usual.steps[2], "who is given nothing has a state of the usual size"


def test_a_dose_without_a_finite_size_leaves_the_usual_one(place):
    treated = kernel_of(replace(POOL, name="treated", treatments=(0,)), place)
    result = treated.run(np.zeros((2, 3)), [[Segment(0.0, 1.0, jumps=((0, 1.0, 0),))]], [[1.0]], ways=[[np.inf], [1.0]], **TIGHT)
    assert result.status[0] != FINISHED
    assert result.status[1] == FINISHED
