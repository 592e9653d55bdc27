"""Lives that go on at a later day, and plans that are cut, moved and joined."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import CLOSED, MODEL, TREATED, UNTIL, dose, leak, many

from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.events import Plan
from zonula.simulation.outcome import Stopped
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm, pieces, timetable

TIMES = np.array([0.5, 2.0, 5.0, 7.3, 8.0, 10.0, 11.0, 20.0, UNTIL])


def crowd(arms=(TREATED, CLOSED), **more):
    people = many(8)
    usual = {"model": MODEL, "parameters": people, "until": UNTIL, "times": TIMES, "arms": arms, "rtol": 1e-8, "keeps_end": True,
             "arm_of": (np.arange(len(people)) % len(arms)).astype(np.int32)}
    return Crowd(**usual | more)


def in_parts(whole, cuts):
    """The same lives, cut on some days: values at the end of a part are those before the doses of that day."""
    borders, moment, values = [0.0, *cuts, whole.until], None, []
    for since, until in pairwise(borders):
        times = np.unique([*whole.times[(whole.times > since) & (whole.times < until)], until])
        found = solve_people(replace(whole, until=until, times=times, begins=moment, since=since), jobs=1)
        moment = found.end
        values.append(found.values[:, np.isin(times, whole.times)])
    return np.concatenate(values, axis=1), moment


@pytest.mark.parametrize("cuts", [(9.0,), (4.0, 11.0, 12.0), (1.0, 3.0, 7.3, 10.0, 12.25)])
def test_a_life_that_is_cut_is_the_life_that_is_not(cuts):
    # cuts within an infusion and a setting, on the first day of each, on the days of doses, on the last of an infusion
    whole = crowd(times=np.array([0.5, 2.0, 5.0, 8.0, 11.0, 20.0, UNTIL]))
    uncut = solve_people(whole, jobs=1)
    parts, end = in_parts(whole, cuts)
    assert uncut.finished.all()
    assert parts == pytest.approx(uncut.values, rel=1e-6, abs=1e-7)
    assert end.state == pytest.approx(uncut.end.state, rel=1e-6, abs=1e-7)


def test_a_dose_on_the_day_of_the_cut_is_given_once():
    plan = Plan(doses=(dose(20.0, 3.0), dose(10.0, 3.0, what="depot")))
    parts = [pieces(MODEL, Arm(plan=plan), until, {}, since) for since, until in ((0.0, 3.0), (3.0, 9.0))]
    assert [[len(p.jumps) for p in part] for part in parts] == [[0], [2]]
    assert sum(len(p.jumps) for p in pieces(MODEL, Arm(plan=plan), 9.0, {})) == 2
    assert [len(p.jumps) for p in pieces(MODEL, Arm(plan=plan), 9.0, {}, 4.0)] == [0], "what was given before is not given again"


def test_what_flows_and_holds_goes_on_over_the_cut():
    plan = Plan(doses=(dose(9.0, 2.0, over=6.0),), settings=(leak(2.0, 1.0, 12.0),))
    whole = pieces(MODEL, Arm(plan=plan), 20.0, {})
    late = pieces(MODEL, Arm(plan=plan), 20.0, {}, 5.0)
    assert late[0].start == 5.0
    assert [p.flows for p in late] == [p.flows for p in whole if p.end > 5.0]
    assert [p.exposures for p in late] == [p.exposures for p in whole if p.end > 5.0]
    closed = pieces(MODEL, CLOSED, 20.0, {}, 5.0)
    assert all(p.roads == (0.0,) for p in closed), "a road that is closed stays so"


def test_from_day_zero_nothing_is_new():
    before, now = timetable(MODEL, (TREATED, CLOSED), UNTIL, TIMES), timetable(MODEL, (TREATED, CLOSED), UNTIL, TIMES, 0.0)
    for name in ("segment_start", "segment_end", "inputs", "jump_amount", "flow_rate"):
        assert getattr(before, name).tobytes() == getattr(now, name).tobytes()


def test_who_has_no_past_cannot_go_on():
    with refused("ZN-1226", "day 5"):
        solve_people(crowd(since=5.0))
    with refused("ZN-1226"):
        solve_people(crowd(since=UNTIL, begins=solve_people(crowd(), jobs=1).end))
    with refused("ZN-1207", "day 9"):
        timetable(MODEL, (TREATED,), UNTIL, np.array([8.0, 10.0]), 9.0)


def test_who_was_lost_before_is_told_so_with_the_day():
    first = solve_people(crowd(until=9.0, times=np.array([9.0])), jobs=1)
    first.end.state[2] = np.nan
    found = solve_people(crowd(since=9.0, begins=first.end, times=np.array([9.0, UNTIL])), jobs=1)
    assert isinstance(found.outcomes[2], Stopped)
    assert found.outcomes[2].at_day == 9.0
    assert found.finished.sum() == 7


# --- plans ---

def test_plans_move_in_time():
    moved = TREATED.plan.shifted(2.5)
    assert [d.start for d in moved.doses] == [5.5, 9.8, 9.8, 12.5]
    assert (moved.settings[0].start, moved.settings[0].end) == (3.5, 14.5)
    assert moved.shifted(-2.5) == TREATED.plan


def test_a_plan_ends_and_begins_on_a_day():
    plan = Plan(doses=(dose(20.0, 3.0), dose(9.0, 4.0, over=3.0), dose(5.0, 6.0)), settings=(leak(2.0, 1.0, 12.0), leak(1.0, 12.0, 14.0)))
    first, rest = plan.until(6.0), plan.since(6.0)
    assert [(d.start, d.end, d.amount) for d in first.doses] == [(3.0, 3.0, 20.0), (4.0, 6.0, 6.0)]
    assert [(d.start, d.end, d.amount) for d in rest.doses] == [(6.0, 7.0, 3.0), (6.0, 6.0, 5.0)]
    assert [(s.start, s.end) for s in first.settings] == [(1.0, 6.0)]
    assert [(s.start, s.end) for s in rest.settings] == [(6.0, 12.0), (12.0, 14.0)]
    assert plan.until(0.5) == Plan()
    assert plan.since(99.0) == Plan()


def test_what_is_cut_and_joined_is_the_same_to_the_body():
    whole = crowd(arms=(TREATED,), arm_of=None)
    cut = Arm(plan=TREATED.plan.until(11.0).joined(TREATED.plan.since(11.0)))
    one, other = (solve_people(replace(whole, arms=(arm,)), jobs=1).values for arm in (TREATED, cut))
    assert other == pytest.approx(one, rel=1e-6, abs=1e-7)


def test_plans_that_speak_of_the_same_are_not_joined():
    with refused("ZN-1316", "gut.leak", "day 5"):
        Plan(settings=(leak(2.0, 1.0, 12.0),)).joined(Plan(settings=(leak(1.0, 5.0, 6.0),)))
    with refused("ZN-1316", "drug.central"):
        Plan(doses=(dose(1.0, 3.0),)).joined(Plan(doses=(dose(2.0, 3.0),)))
    with refused("ZN-1316", "over time"):
        Plan(doses=(dose(1.0, 3.0, over=2.0),)).joined(Plan(doses=(dose(2.0, 4.0, over=2.0),)))
    joined = Plan(settings=(leak(2.0, 1.0, 5.0),)).joined(Plan(settings=(leak(1.0, 5.0, 6.0),), doses=(dose(2.0, 3.0), dose(2.0, 3.0, what="depot"))))
    assert len(joined.settings) == len(joined.doses) == 2


def test_joining_keeps_the_words():
    one, other = (read_plan([f"drug.central 2 mg at day {day}"], MODEL) for day in (1, 2))
    assert one.joined(other).sentences == ("drug.central 2 mg at day 1", "drug.central 2 mg at day 2")
