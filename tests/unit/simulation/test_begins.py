"""People who have a history: two halves are the whole, whoever computes them, and who did not live through the first is named in the second."""

from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import CLOSED, LEAKING, MODEL, NOTHING, dose, leak, many, values

from zonula.simulation.ensemble import Crowd, solve_people, stream_people
from zonula.simulation.events import Plan
from zonula.simulation.people import Moment
from zonula.simulation.timetable import Arm

FIRST, SECOND = 12.0, 18.0
BEFORE = Arm(plan=Plan(doses=(dose(20.0, 3.0), dose(40.0, 11.5, what="depot")), settings=(leak(2.0, 1.0, 8.0),)))
AFTER = Arm(plan=Plan(doses=(dose(0.5, 2.3, per_weight=True),), settings=(leak(3.0, 1.0, 6.0),)))
WHOLE = Arm(plan=Plan(doses=(*BEFORE.plan.doses, dose(0.5, 14.3, per_weight=True)), settings=(leak(2.0, 1.0, 8.0), leak(3.0, 13.0, 18.0))))
LATER = np.array([0.0, 0.5, 2.3, 5.0, 18.0])


def crowd(rows=None, **more):
    return Crowd(**{"model": MODEL, "parameters": many() if rows is None else rows, "until": FIRST, "times": np.array([0.0, FIRST]), "arms": (BEFORE,),
                    "keeps_end": True, **more})


def second(begins, rows=None, **more):
    return crowd(rows, **{"until": SECOND, "times": LATER, "arms": (AFTER,), "begins": begins, "keeps_end": False, **more})


@pytest.mark.parametrize("build", ["fast", "reproducible"])
@pytest.mark.parametrize(("rtol", "close"), [(1e-5, 2e-4), (1e-9, 2e-8)])
def test_two_halves_are_the_whole(build, rtol, close):
    first = solve_people(crowd(rtol=rtol, build=build))
    halves = solve_people(second(first.end, rtol=rtol, build=build))
    whole = solve_people(crowd(until=FIRST + SECOND, times=FIRST + LATER, arms=(WHOLE,), rtol=rtol, build=build, keeps_end=False))
    size = np.max(np.abs(whole.values), axis=(0, 1))
    assert np.all(np.abs(halves.values - whole.values) <= close * size + 1e-12)
    assert np.array_equal(halves.health, whole.health)
    assert np.ptp(whole.readout("drug")[:, 0]) > 0.01  # the depot of the first half is still there


def test_the_end_is_the_state_at_the_last_time():
    first = solve_people(crowd(times=np.array([0.0, 5.0, FIRST])))
    early = solve_people(crowd(times=np.array([0.0])))
    assert np.array_equal(early.end.state, early.health)
    assert not np.allclose(first.end.state, first.health)
    shown = solve_people(second(first.end, arms=(NOTHING,), times=np.array([0.0])))
    assert shown.values[:, 0] == pytest.approx(first.values[:, -1], rel=1e-13, abs=1e-13)


def test_an_end_is_kept_only_where_it_is_asked_for():
    assert solve_people(crowd(keeps_end=False)).end is None


@pytest.mark.parametrize("build", ["fast", "reproducible"])
@pytest.mark.parametrize(("jobs", "chunk"), [(1, 1), (1, 37), (2, 5), (3, 4)])
def test_neither_threads_nor_chunks_change_a_bit(build, jobs, chunk):
    which = np.arange(37) % 3
    arms = (AFTER, LEAKING, CLOSED)
    known = solve_people(second(solve_people(crowd(build=build), jobs=1, chunk=16).end, build=build, arms=arms, arm_of=which, keeps_end=True), jobs=1)
    first = solve_people(crowd(build=build), jobs=jobs, chunk=chunk)
    found = solve_people(second(first.end, build=build, arms=arms, arm_of=which, keeps_end=True), jobs=jobs, chunk=chunk)
    assert found.values.tobytes() == known.values.tobytes()
    assert found.end.state.tobytes() == known.end.state.tobytes()
    assert found.steps.tolist() == known.steps.tolist()
    some = np.array([30, 2, 17])
    alone = solve_people(second(first.end.rows(some), many()[some], build=build, arms=arms, arm_of=which[some]))
    assert alone.values.tobytes() == known.values[some].tobytes()


def test_who_did_not_live_through_the_first_half_is_named_in_the_second():
    rows = many().copy()
    rows[5], rows[17], rows[23] = values(fuse__lit=100.0), values(fuse__spontaneous=0.3), values(joint__per_one=15.0)
    first = solve_people(crowd(rows, thorough=False))
    lost = np.flatnonzero(~first.finished)
    assert {5, 17} <= set(lost.tolist())
    assert np.isnan(first.end.state[lost]).any(axis=1).all()
    found = solve_people(second(first.end, rows), chunk=7)
    assert np.flatnonzero(~found.finished).tolist() == lost.tolist()
    for i in lost:
        assert (found.outcomes[i].status, found.outcomes[i].at_day) == ("stopped", 0.0)
        assert "before the first day was not lived through" in found.outcomes[i].reason
    assert np.isnan(found.values[lost]).all()
    assert not np.isnan(np.delete(found.values, lost, axis=0)).any()


def test_who_comes_to_an_end_in_the_second_half_is_told_why():
    rows = np.tile(values(), (3, 1))
    rows[1] = values(joint__per_one=15.0)
    calm = solve_people(crowd(rows, arms=(NOTHING,)))
    found = solve_people(second(calm.end, rows))
    assert found.finished.tolist() == [True, False, True]
    assert "joint.p left its range at 30" in found.outcomes[1].reason
    assert found.outcomes[1].at_day > 1.0


def test_only_the_same_people_can_go_on():
    first = solve_people(crowd())
    with refused("ZN-1225", "36 people have a history", "37 are to be simulated"):
        solve_people(second(first.end.rows(slice(0, 36))))


def test_what_comes_out_bit_by_bit_has_its_own_end():
    parts = list(stream_people(crowd(), chunk=10))
    together = Moment.together([part.end for part in parts])
    assert [len(part.end) for part in parts] == [10, 10, 10, 7]
    assert together.state.tobytes() == solve_people(crowd()).end.state.tobytes()


def test_a_history_of_a_history_may_go_on():
    first = solve_people(crowd(rtol=1e-9))
    middle = solve_people(second(first.end, rtol=1e-9, until=5.0, times=np.array([5.0]), arms=(AFTER,), keeps_end=True))
    rest = Arm(plan=Plan(settings=(leak(3.0, 0.0, 1.0),)))
    last = solve_people(second(middle.end, rtol=1e-9, until=13.0, times=np.array([13.0]), arms=(rest,)))
    straight = solve_people(replace(second(first.end, rtol=1e-9), times=np.array([SECOND])))
    assert last.values[:, -1] == pytest.approx(straight.values[:, -1], rel=1e-7, abs=1e-9)
