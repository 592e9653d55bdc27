"""Years of doses: read, prepared and looked at in no time, and the curves of a short plan stay as close as ever."""

import time

import numpy as np
import pytest
from tests.small_pharmacy import MODEL, PHARMACY, VALUES

from zonula.simulation.problem import Problem, output_times, stretches
from zonula.simulation.schedule import read_plan

YEARS = 2 * 365.0


def plan(*sentences):
    return read_plan(sentences, MODEL, registry=PHARMACY)


def problem(read, until):
    values = np.array([VALUES.get(p.path, 1.0) for p in MODEL.parameters])
    return Problem(model=MODEL, parameters=values, plan=read, until=until, times=output_times(read, until, 1.0))


@pytest.mark.alone
def test_two_years_twice_a_day_are_ready_at_once():
    started = time.perf_counter()
    ready = problem(plan("naproxen 500 mg po bid for 2 years", "stress 1 from day 3 to day 10", "low-gluten diet from day 30"), YEARS)
    pieces = stretches(ready)
    assert time.perf_counter() - started < 0.8
    assert len(ready.plan.doses) == 1461
    assert len(pieces) == 1460  # diet and stress begin and end together with doses
    assert len(ready.times) < 20_000
    assert np.all(np.diff(ready.times) > 0)
    assert {d.start for d in ready.plan.doses if d.start <= YEARS} <= set(ready.times)


@pytest.mark.alone
def test_four_times_as_many_doses_take_not_sixteen_times_as_long():
    def seconds(count):
        best = 9.0
        for _ in range(3):
            started = time.perf_counter()
            stretches(problem(plan(f"naproxen 500 mg po q1h x {count}"), 900.0))
            best = min(best, time.perf_counter() - started)
        return best

    assert seconds(16_000) < 8 * seconds(4000)


@pytest.mark.parametrize("sentences", [("naproxen 500 mg po q1h x 20000",), ("tocilizumab 8 mg/kg iv over 23 h daily x 700",), ("tocilizumab 1 mg iv over 20 d q4w x 25",),
                                       tuple(f"{name} x 300" for name in ("naproxen 500 mg po qd", "adalimumab 4 mg sc qd", "prednisolone 5 mg po qd",
                                                                          "tocilizumab 1 mg/kg iv over 20 h qd", "bacteria 1 CFU/mL po qd"))])
def test_the_times_to_report_stay_readable(sentences):
    read = plan(*sentences)
    changes = {t for d in read.doses for t in (d.start, d.end) if t <= YEARS}
    times = output_times(read, YEARS, 1.0)
    assert len(times) - len(changes) < 20_000
    assert changes <= set(times)


def test_the_first_doses_are_looked_at_closely_and_the_later_ones_as_they_are_given():
    times = output_times(plan("naproxen 500 mg po qd x 100"), 100.0, 1.0)
    inside = [np.sum((times > k + 1e-6) & (times < k + 1 - 1e-6)) for k in range(100)]
    assert inside[:20] == [144] * 20
    assert inside[20:] == [0] * 80
    two = output_times(plan("naproxen 500 mg po qd x 100", "adalimumab 40 mg sc q2w x 3 from day 50.5"), 100.0, 1.0)
    assert [np.sum((two > k + 0.6) & (two < k + 0.9)) > 50 for k in (50, 64, 78)] == [True] * 3


def test_of_a_long_infusion_the_beginning_and_the_end_are_looked_at_closely():
    times = output_times(plan("tocilizumab 100 mg iv over 10 d at day 5"), 30.0, 1.0)
    counts = [int(np.sum((times > k + 0.01) & (times < k + 0.49))) for k in range(30)]
    assert [k for k, count in enumerate(counts) if count > 100] == [5, 15]


def test_a_look_at_doses_that_come_too_late_takes_none_from_others():
    times = output_times(plan("naproxen 500 mg po qd from day 500 x 100", "naproxen 500 mg po at day 3"), 10.0, 1.0)
    assert len(times) > 140


def test_moments_a_whisker_apart_are_one_moment_in_a_long_plan_too():
    read = plan("naproxen 500 mg po every 0.1 d x 20000")
    times = output_times(read, 2000.0, 0.3)
    assert np.min(np.diff(times)) > 1e-6
    assert len(times) < 25_000


def test_infusions_and_exposures_hold_from_their_beginning_to_their_end():
    read = plan("tocilizumab 24 mg iv over 1 d at day 1, 3", "adalimumab 40 mg sc at day 1.5", "stress 1 from day 1.25 to day 3.5")
    place, dial = MODEL.state_index["tocilizumab.central"], [e.path for e in MODEL.exposures].index("lifestyle.stress")
    depot = MODEL.state_index["adalimumab.depot"]
    found = [(p.start, p.end, p.inputs.inflow[place], p.inputs.exposures[dial], p.jump[depot]) for p in stretches(problem(read, 5.0))]
    assert found == [(0, 1, 0, 0, 0), (1, 1.25, 6, 0, 0), (1.25, 1.5, 6, 1, 0), (1.5, 2, 6, 1, 40), (2, 3, 0, 1, 0), (3, 3.5, 6, 1, 0), (3.5, 4, 6, 0, 0),
                     (4, 5, 0, 0, 0)]
