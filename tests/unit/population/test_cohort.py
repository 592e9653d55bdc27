"""People on day 0: plausible, led through their history, taken by what is measured of them; and what goes on in them during a study."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import MODEL
from tests.small_population import column, evidence, group, members, with_value

from zonula.population.cohort import MOST_ROUNDS, Drawing, arms_of, cohort
from zonula.population.groups import History
from zonula.population.noise import errors_at_entry, noise_of
from zonula.population.plausible import bounds
from zonula.population.schema import Addition, Change
from zonula.population.swing import swung, swung_at_entry
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm

HURT = (History(days=30.0, events=("leak 4 from day 0 to day 30",)),)


def people(some_group=None, *, persons=5, some_evidence=None, seed=7, **more):
    return cohort(MODEL, some_evidence or evidence(), some_group or group(**more), members(), Drawing(persons=persons, seed=seed, jobs=1))


def arm(*events):
    return Arm(plan=read_plan(list(events), MODEL))


def later(taken, *events, times=(0.0,), until=20.0):
    """What people show after day 0."""
    crowd = Crowd(model=MODEL, parameters=taken.rows, until=until, times=np.array(times), arms=(arm(*events),), rtol=1e-8, begins=taken.moment)
    return solve_people(crowd, jobs=1)


def add_up(counts):
    """Everybody who was drawn is taken, or not for one reason."""
    return counts["drawn"] == sum(n for why, n in counts.items() if why not in ("drawn", "members without anybody"))


def test_everybody_is_wanted_where_nothing_is_asked():
    taken = people()
    assert len(taken) == 20
    assert Counter(taken.member.tolist()) == dict.fromkeys(range(4), 5)
    assert taken.counts == {"drawn": 20, "taken": 20, "members without anybody": 0, "more than needed": 0}
    assert list(taken.number) == sorted(taken.number)


def test_who_hurts_at_rest_is_not_taken():
    taken = people(some_evidence=with_value("joint.per_one", 9.5, cv=0.3), parameters={"joint.per_one": Change(value=9.5)}, persons=20)
    assert column(taken.rows, "joint.per_one").max() <= bounds()["pain_vas"]
    assert taken.counts["implausible at rest"] > 10
    assert add_up(taken.counts)


def test_a_history_and_what_follows_are_one_life():
    history = (History(days=20.0, events=("leak 3 from day 0 to day 12",)), History(days=15.0, events=("leak 1 from day 2 to day 9",)))
    taken = people(histories=history)
    seen = later(taken, "leak 2 from day 1 to day 6", times=(0.0, 3.0, 8.0, 20.0))
    whole = Crowd(model=MODEL, parameters=taken.rows, until=55.0, times=np.array([35.0, 38.0, 43.0, 55.0]), rtol=1e-8,
                  arms=(arm("leak 3 from day 0 to day 12", "leak 1 from day 22 to day 29", "leak 2 from day 36 to day 41"),))
    known = solve_people(whole, jobs=1)
    assert np.ptp(known.readout("pain_vas"), axis=1).min() > 0.1
    size = np.max(np.abs(known.values), axis=(0, 1))
    assert np.all(np.abs(seen.values - known.values) <= 3e-4 * size + 1e-12)


def test_who_is_taken_fulfils_what_is_asked_as_it_was_measured():
    taken = people(histories=HURT, entry=("pain_vas >= 14",), persons=8)
    true = later(taken).readout("pain_vas")[:, 0]
    there = swung_at_entry("pain_vas", true, taken.chances, taken.seed)
    measured = noise_of("pain_vas").spoil(there, errors_at_entry("pain_vas", taken.chances, taken.seed))
    assert measured.min() >= 14 - 1e-3
    assert (true < 14).any()  # some by error alone
    assert taken.counts["not pain_vas >= 14"] > 0
    assert add_up(taken.counts)


def test_who_was_taken_on_a_bad_day_is_better_on_the_next():
    taken = people(histories=HURT, entry=("pain_vas >= 14",), persons=20)
    true = later(taken).readout("pain_vas")[:, 0]
    errors = errors_at_entry("pain_vas", taken.chances, taken.seed)
    again = noise_of("pain_vas").spoil(true, np.random.default_rng(1).standard_normal(len(true)))
    assert errors.mean() > 0.4
    assert noise_of("pain_vas").spoil(true, errors).mean() > again.mean() + 2.0


def test_who_was_taken_at_a_crest_gets_better_by_himself_and_slowly():
    taken = people(histories=HURT, entry=("pain_vas >= 14",), persons=20)
    true = later(taken).readout("pain_vas")[:, 0]
    weeks = np.array([0.0, 14.0, 84.0, 364.0])
    there = swung("pain_vas", np.repeat(true[:, np.newaxis], 4, axis=1), weeks, taken.chances, study="a", seed=taken.seed).mean(axis=0)
    assert there[0] > there[1] + 0.2 > there[2] + 0.4
    assert there[0] > there[3] + 1.5
    assert there[3] == pytest.approx(true.mean(), rel=0.15)


def test_calibrated_members_share_persons_and_not_their_luck_on_the_day():
    alike = replace(members(), numbers=(0,) * len(members()))
    taken = cohort(MODEL, evidence(), group(histories=HURT, entry=("pain_vas >= 0",)), alike, Drawing(persons=4, seed=7, jobs=1))
    assert taken.number[:4] == taken.number[4:8]
    errors = errors_at_entry("pain_vas", taken.chances, taken.seed)
    assert not np.array_equal(errors[:4], errors[4:8])


def test_all_conditions_count():
    with_both = people(histories=HURT, entry=("leaking >= 1.5", "pain_vas >= 5"), persons=6)
    shown = later(with_both)
    assert shown.readout("leaking")[:, 0].min() >= 1.5 - 1e-3
    assert {why for why in with_both.counts if why.startswith("not ")} <= {"not leaking >= 1.5", "not pain_vas >= 5"}
    assert add_up(with_both.counts)


def test_a_person_who_is_taken_does_not_depend_on_how_many_are_wanted():
    few, more = (people(histories=HURT, entry=("pain_vas >= 5",), persons=persons) for persons in (3, 9))
    both = sorted(set(few.number) & set(more.number))
    assert len(both) >= 8
    a, b = ([c.number.index(n) for n in both] for c in (few, more))
    assert np.array_equal(few.rows[a], more.rows[b])
    assert np.array_equal(few.moment.state[a], more.moment.state[b])
    assert np.array_equal(few.covariates.weight[a], more.covariates.weight[b])


def test_rows_moments_and_covariates_belong_to_the_same_person():
    taken = people(histories=HURT, entry=("pain_vas >= 8",), persons=6)
    assert taken.counts["drawn"] > 24  # it took more than one round
    assert np.array_equal(column(taken.rows, "body.weight"), taken.covariates.weight)
    whole = solve_people(Crowd(model=MODEL, parameters=taken.rows, until=30.0, times=np.array([30.0]), arms=(arm(*HURT[0].events),), rtol=1e-8), jobs=1)
    assert later(taken).readout("leaking")[:, 0] == pytest.approx(whole.readout("leaking")[:, 0], rel=1e-3)


def test_members_around_whom_nobody_belongs_to_the_group_are_left_without():
    rest = np.sort(column(members().rows, "gut.rest"))
    asked = f"leaking >= {1.25 * rest[-1]:.4g}"  # far from the typical person of the lowest members
    taken = people(entry=(asked,), persons=3)
    without = set(range(4)) - set(taken.member.tolist())
    assert taken.counts["members without anybody"] == len(without) > 0
    assert taken.counts["drawn"] <= 4 * 3 * MOST_ROUNDS
    assert add_up(taken.counts)


def test_a_group_of_nobody_is_refused_with_the_reasons():
    with refused("ZN-1243", "nobody of the 72 people", "not leaking >= 1000", "'small'"):
        people(entry=("leaking >= 1000",), persons=3)


def test_who_does_not_live_through_the_history_is_not_taken_and_counted():
    taken = people(histories=(History(days=20.0, events=("leak 2 from day 0 to day 20",)),), persons=8,
                   parameters={"joint.per_one": Change(value=7.0)}, some_evidence=with_value("joint.per_one", 7.0, cv=0.3))
    assert taken.counts["history not lived through"] > 0
    assert add_up(taken.counts)
    assert np.isfinite(taken.moment.state).all()
    assert later(taken).finished.all()


@pytest.mark.parametrize("persons", [0, -3, 167, 10**9])
def test_no_more_persons_than_have_a_number_of_their_own(persons):
    with refused("ZN-1229", "around each member"):
        people(persons=persons)


def test_the_order_of_processors_does_not_matter():
    one, two = (cohort(MODEL, evidence(), group(histories=HURT, entry=("pain_vas >= 5",)), members(), Drawing(persons=4, seed=7, jobs=jobs)) for jobs in (1, 2))
    assert one.number == two.number
    assert one.moment.state.tobytes() == two.moment.state.tobytes()


# --- arms -------------------------------------------------------------------------------------------------

def test_what_goes_on_in_everybody_is_added_to_every_arm():
    taken = people(background=("leak 1 from day 0 to day 2",))
    arms, which = arms_of(taken, ["leak 2 from day 3 to day 4"], Arm(shut=frozenset({"drug.arrival"})))
    assert len(arms) == 1
    assert not which.any()
    assert [s.value for s in arms[0].plan.settings] == [1.0, 2.0]
    assert arms[0].shut == {"drug.arrival"}


def test_what_some_do_is_done_by_their_share_and_by_the_same_ones_in_every_arm():
    some = [Addition(share=0.3, events=["leak 1 from day 0 to day 2"]), Addition(share=0.6, events=["leak 2 from day 3 to day 4"])]
    taken = people(some=tuple(some), persons=150)
    arms, which = arms_of(taken, [], Arm())
    again = arms_of(taken, ["leak 5 from day 6 to day 7"], Arm())[1]
    assert which.tolist() == again.tolist()
    does = np.array([[s.value for s in a.plan.settings] for a in arms], dtype=object)[which]
    share = [np.mean([value in mine for mine in does]) for value in (1.0, 2.0)]
    assert share == pytest.approx([0.3, 0.6], abs=0.08)
    assert len(arms) == 4
    few = people(some=tuple(some), persons=6)
    places = [taken.number.index(n) for n in few.number]
    mine = arms_of(few, [], Arm())
    assert [mine[0][i].plan.settings for i in mine[1]] == [arms[which[p]].plan.settings for p in places]


def test_sentences_that_cannot_go_together_name_the_group():
    taken = people(background=("leak 1 from day 0 to day 9",))
    with refused("ZN-1316", "with what goes on in the group 'small'"):
        arms_of(taken, ["leak 2 from day 3 to day 4"], Arm())
