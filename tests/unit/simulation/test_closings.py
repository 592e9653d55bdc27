"""Roads that are closed from a day on: read from words, closed at their very moment, and felt by nobody who is healthy."""

from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.running import common, largest_error
from tests.small_roads import ADDITIVE, LEARNING, leaking

from zonula.ground.errors import UsageError
from zonula.organs.standard import standard_model
from zonula.simulation.closings import Closing, earliest, read_closings, read_day, written
from zonula.simulation.prepare import prepare
from zonula.simulation.problem import output_times, stretches
from zonula.simulation.reference import solve
from zonula.simulation.scenario import read_scenario
from zonula.simulation.schedule import Plan


@pytest.mark.parametrize(("sentence", "closing"), [
    ("systemic", Closing("systemic", 0.0)), ("primed from day 180", Closing("primed", 180.0)), ("primed from 26 w", Closing("primed", 182.0)),
    ("products from 36h", Closing("products", 1.5)), ("products from 0", Closing("products", 0.0)), ("  systemic   from  day  0.5 ", Closing("systemic", 0.5)),
    ("systemic from 0.30000000000000004", Closing("systemic", 0.3))])
def test_closings_are_read_from_words(sentence, closing):
    assert read_closings([sentence], LEARNING, 365.0) == {closing}
    assert read_closings([closing.sentence], LEARNING, 365.0) == {closing}


@pytest.mark.parametrize(("sentences", "code", "word"), [
    (["sistemic"], "ZN-1407", "did you mean 'systemic'?"), ([""], "ZN-1407", "no road"), (["systemic for ever"], "ZN-1421", "'for'"),
    (["systemic from"], "ZN-1301", "not a duration"), (["systemic from day"], "ZN-1301", "not a duration"), (["primed from soon"], "ZN-1301", "soon"),
    (["primed from day 365"], "ZN-1422", "does not reach"), (["primed from 2 y"], "ZN-1422", "before the end at day 365"),
    (["primed from day -1"], "ZN-1422", "before the start"), (["primed from inf"], "ZN-1301", "inf"), (["primed from nan"], "ZN-1301", "nan"),
    (["primed", "systemic", "primed from day 3"], "ZN-1424", "closed_roads[2]")])
def test_closings_that_cannot_be_meant_are_refused(sentences, code, word):
    with refused(code, word, kind=UsageError):
        read_closings(sentences, LEARNING, 365.0)


def test_a_road_that_only_this_model_lacks_is_told_apart_from_one_that_there_is_not():
    with refused("ZN-1407", "this model has no road 'products'"):
        read_closings(["products"], _with_one_road(), 8.0)
    with refused("ZN-1407", "there is no road 'silk'"):
        read_closings(["silk"], _with_one_road(), 8.0)


def _with_one_road():
    from tests.small_organs import Listener, Source

    from zonula.language.assemble import assemble

    return assemble(Source, Listener)


def test_all_mistakes_are_told_and_one_said_twice_is_no_mistake():
    with pytest.raises(UsageError) as caught:
        read_closings(["silk", "systemic", "systemic", "primed from day 999"], LEARNING, 365.0)
    assert [(p.code, p.path) for p in caught.value.problems] == [("ZN-1407", "model.closed_roads[0]"), ("ZN-1422", "model.closed_roads[3]")]


def test_where_the_end_is_not_known_no_day_is_too_late():
    assert read_day("day 400", None, what="it is") == 400.0
    with refused("ZN-1422"):
        read_day("-1 d", None, what="it is")


def test_the_earliest_closing_of_a_road_counts():
    assert earliest([Closing("a", 3.0), Closing("b", 1.0), Closing("a", 2.0)]) == {Closing("a", 2.0), Closing("b", 1.0)}
    assert written([Closing("b", 1.0), Closing("a")]) == ["a", "b from day 1.0"]


@pytest.mark.parametrize("day", [0.0, 1 / 3, 7.0, 12.3456789, 39.9999])
def test_a_closing_is_a_border_and_holds_from_its_very_moment_on(day):
    day = round(day, 10)
    problem = leaking(LEARNING, closed=(Closing("products", day),))
    pieces = stretches(problem)
    assert day in [piece.start for piece in pieces]
    place = [r.path for r in LEARNING.roads].index("road.products")
    for piece in pieces:
        assert piece.inputs.roads[place] == (0.0 if piece.start >= day else 1.0)
        assert sum(piece.inputs.roads) == len(LEARNING.roads) - (piece.start >= day)


@pytest.mark.parametrize("road", ["systemic", "products", "primed"])
def test_pain_that_follows_at_once_falls_at_the_very_moment_of_closing(road):
    result = solve(leaking(ADDITIVE, closed=(Closing(road, 17.25),)))
    fall = {"systemic": -4.0, "products": -3.0, "primed": 1.0}[road]
    k = int(np.flatnonzero(result.times == 17.25)[0])
    assert result.readout("pain_vas")[k] - result.readout("pain_vas")[k - 1] == pytest.approx(fall, abs=0.01)


def test_moments_of_closing_are_reported():
    times = output_times(Plan(), 3.0, 1.0, [Closing("systemic", 1.7)])
    assert times.tolist() == [0.0, 1.0, 1.7, 2.0, 3.0]


@pytest.mark.parametrize("roads", [("systemic",), ("primed", "products"), ("systemic", "products", "primed")])
def test_before_the_day_of_closing_nothing_is_different(roads):
    open_ = leaking(LEARNING)
    leak = open_.plan.settings[0]
    open_ = replace(open_, plan=Plan(settings=(replace(leak, end=20.0), replace(leak, start=20.0))))  # a border there in both
    a, b = solve(open_), solve(replace(open_, closed=frozenset(Closing(road, 20.0) for road in roads)))
    before = a.times < 20.0
    assert np.count_nonzero(before) == 20
    assert np.array_equal(a.times, b.times)
    assert np.array_equal(a.states[before], b.states[before])
    assert np.array_equal(a.readouts[before], b.readouts[before])
    assert np.array_equal(a.states[20], b.states[20])
    assert np.all(a.readout("pain_vas")[22:] > b.readout("pain_vas")[22:] + 1e-4)


def test_a_border_more_moves_the_solution_within_the_tolerance_only():
    a, b = solve(leaking(LEARNING)), solve(leaking(LEARNING, closed=(Closing("primed", 20.0),)))
    assert largest_error(a.states[:20], b.states[:20]) < 1e-7


@pytest.mark.parametrize("start", [0.0, 13.0])
def test_closing_roads_of_a_healthy_person_changes_no_bit_of_what_is_felt(start):
    everything = tuple(Closing(road, start) for road in ("systemic", "products", "primed"))
    closed = solve(leaking(LEARNING, leak=0.0, closed=everything))
    open_ = solve(leaking(LEARNING, leak=0.0))
    i, j = common(open_, closed)
    assert np.max(np.abs(open_.states[i] - closed.states[j])) <= 1e-12
    assert np.max(np.abs(closed.states - closed.states[0])) <= 1e-12


def setup(*settings):
    return prepare(read_scenario("healthy_year", ["solve.until=30", *settings]))


def test_closings_are_part_of_the_resolved_scenario_and_of_the_fingerprint():
    open_, early, late = setup(), setup('model.closed_roads=["systemic"]'), setup('model.closed_roads=["systemic from 2 w"]')
    assert [s.resolved()["model"]["closed_roads"] for s in (open_, early, late)] == [[], ["systemic"], ["systemic from day 14.0"]]
    assert len({s.fingerprint for s in (open_, early, late)}) == 3
    assert late.problem.closed == {Closing("systemic", 14.0)}
    assert 14.0 in late.problem.times
    assert setup('model.closed_roads=["systemic from day 14"]').fingerprint == late.fingerprint
    assert setup('model.closed_roads=["systemic from day 0"]').fingerprint == early.fingerprint


def test_roads_added_to_those_of_a_file_join_them():
    source = read_scenario("healthy_year", ["solve.until=30"], closed=["systemic from day 3"])
    assert prepare(source).problem.closed == {Closing("systemic", 3.0)}
    assert source.origins["model.closed_roads[0]"] == "--close-road"
    with refused("ZN-1424", "--close-road"):
        prepare(read_scenario("healthy_year", ['model.closed_roads=["systemic"]'], closed=["systemic from day 3"]))


def test_a_horizon_that_cannot_be_read_is_the_only_complaint():
    with pytest.raises(UsageError) as caught:
        prepare(read_scenario("healthy_year", ["solve.until=soon", 'model.closed_roads=["systemic from day 100"]']))
    assert [p.code for p in caught.value.problems] == ["ZN-1301"]


def test_the_standard_model_has_a_road_for_the_blood():
    assert "road.systemic" in [road.path for road in standard_model().roads]
