"""A readout by road: shares that add up, are right where they are known, and are told with what they do not say."""

import json
from dataclasses import replace
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import refused
from tests.small_organs import Plain, Source
from tests.small_roads import ADDITIVE, FRAGILE, LEARNING, OVERLAPPING, leaking

from zonula.language.assemble import assemble
from zonula.simulation.closings import Closing, Question
from zonula.simulation.reference import solve
from zonula.simulation.roads import by_road, runs_for, sentence
from zonula.simulation.shares import shapley

THREE = ("systemic", "products", "primed")


def subsets(roads):
    return [frozenset(s) for s in chain.from_iterable(combinations(roads, n) for n in range(len(roads) + 1))]


# --- the arithmetic ------------------------------------------------------------------------------------

numbers = st.floats(-100, 100)


@given(st.lists(numbers, min_size=3, max_size=3), numbers)
def test_effects_that_add_are_the_shares(effects, base):
    effect = dict(zip(THREE, effects, strict=True))
    outcomes = {closed: np.array([base + sum(e for road, e in effect.items() if road not in closed)]) for closed in subsets(THREE)}
    for road, share in shapley(outcomes, THREE).items():
        assert share[0] == pytest.approx(effect[road], abs=1e-11)


@given(st.lists(numbers, min_size=8, max_size=8))
def test_shares_add_up_whatever_the_outcomes(values):
    outcomes = dict(zip(subsets(THREE), (np.array([v, 2 * v]) for v in values), strict=True))
    shares = shapley(outcomes, THREE)
    assert sum(shares.values()) + outcomes[frozenset(THREE)] == pytest.approx(outcomes[frozenset()], abs=1e-10)


@given(st.lists(numbers, min_size=8, max_size=8))
def test_shares_are_the_mean_effect_over_all_orders_of_closing(values):
    from itertools import permutations

    outcomes = dict(zip(subsets(THREE), (np.array([v]) for v in values), strict=True))
    for road, share in shapley(outcomes, THREE).items():
        effects = []
        for order in permutations(THREE):
            before = frozenset(order[:order.index(road)])
            effects.append(float(outcomes[before][0] - outcomes[before | {road}][0]))
        assert share[0] == pytest.approx(np.mean(effects), abs=1e-10)


# --- bodies of which the answer is known -----------------------------------------------------------------

def test_where_roads_add_each_share_is_its_effect_in_both_senses():
    roads = by_road(leaking(ADDITIVE, 1.5))
    known = {"systemic": 6.0, "products": 4.5, "primed": -1.5, "remainder": 2.0}
    for sense in (roads.never, roads.from_now):
        assert sense.status == "finished"
        assert sense.shares == pytest.approx(known, rel=1e-6)
        assert sense.alone == pytest.approx({"systemic": 5.0, "products": 6.5, "primed": 12.5, "all": 2.0}, rel=1e-6)
    assert roads.at_end == pytest.approx(11.0, rel=1e-6)


def test_where_each_of_two_roads_alone_takes_everything_they_share_equally():
    roads = by_road(leaking(OVERLAPPING, 2.0))
    assert roads.never.roads == ("systemic", "products")
    assert roads.never.shares == pytest.approx({"systemic": 12.0, "products": 12.0, "remainder": 1.5}, rel=1e-6)
    assert roads.never.alone == pytest.approx({"systemic": 1.5, "products": 1.5, "all": 1.5}, rel=1e-6)


def test_what_was_learned_stays_when_the_road_is_closed_later():
    roads = by_road(leaking(LEARNING, until=365.0), day=180.0)
    assert roads.from_now.shares["primed"] < 0.95 * roads.never.shares["primed"]
    assert roads.from_now.shares["remainder"] > 1.05 * roads.never.shares["remainder"]
    for sense in (roads.never, roads.from_now):
        assert sum(sense.shares.values()) == pytest.approx(roads.at_end, rel=1e-12)


def test_the_shares_of_a_run_are_those_of_runs_made_by_hand():
    problem = leaking(LEARNING, until=60.0)
    roads = by_road(problem, day=25.0)
    for start, sense in ((0.0, roads.never), (25.0, roads.from_now)):
        by_hand = {closed: solve(replace(problem, closed=frozenset(Closing(road, start) for road in closed))).readout("pain_vas")[-1:]
                   for closed in subsets(THREE)}
        for road, share in shapley(by_hand, THREE).items():
            assert sense.shares[road] == pytest.approx(float(share[0]), rel=1e-6)


def test_the_curves_add_up_to_the_readout_at_every_time_and_end_in_the_shares():
    problem = leaking(LEARNING, until=60.0)
    result = solve(problem)
    roads = by_road(problem, result=result)
    curves = roads.never.curves
    assert list(curves) == [*THREE, "remainder"]
    assert np.array_equal(roads.times, result.times)
    assert sum(curves.values()) == pytest.approx(result.readout("pain_vas"), rel=1e-12)
    assert {name: curve[-1] for name, curve in curves.items()} == roads.never.shares
    assert all(abs(curves[road][0]) < 1e-9 for road in THREE)
    assert np.ptp(curves["systemic"]) > 1
    for closed, y in roads.never.outcomes.items():
        again = solve(replace(problem, closed=frozenset(map(Closing, closed))))
        assert np.array_equal(y, again.readout("pain_vas"))


def test_a_healthy_person_has_nothing_to_share_out():
    roads = by_road(leaking(LEARNING, leak=0.0))
    for sense in (roads.never, roads.from_now):
        assert sense.shares == pytest.approx({"systemic": 0.0, "products": 0.0, "primed": 0.0, "remainder": 2.4}, abs=1e-12)
    assert "nan" not in sentence(roads)


def test_roads_that_are_closed_anyway_carry_nothing_and_are_not_run_again():
    problem = leaking(ADDITIVE, closed=(Closing("systemic"),))
    assert runs_for(problem, Question("pain_vas", 20.0)) == 6
    assert runs_for(leaking(ADDITIVE), Question("pain_vas", 20.0)) == 14
    assert runs_for(leaking(ADDITIVE), Question("pain_vas", 0.0)) == 7
    made = []
    result = solve(problem)
    roads = by_road(problem, result=result, solver=lambda problem, **more: made.append(more["health"]) or solve(problem, **more))
    assert len(made) == 6
    assert all(health is result.health for health in made)
    assert roads.never.shares == pytest.approx({"systemic": 0.0, "products": 3.0, "primed": -1.0, "remainder": 2.0}, abs=1e-6)


def test_a_road_the_scenario_closes_later_is_asked_about_until_then():
    roads = by_road(leaking(LEARNING, until=60.0, closed=(Closing("primed", 30.0),)), day=30.0)
    assert roads.from_now.shares["primed"] == pytest.approx(0.0, abs=1e-9)
    assert roads.never.shares["primed"] > 0.1
    assert len(roads.never.curves["primed"]) == len(roads.times)


# --- what is refused, and what fails ---------------------------------------------------------------------

def test_what_a_model_lacks_is_named():
    with refused("ZN-1423", "no readout 'pain_vsa'", "did you mean 'pain_vas'?"):
        by_road(leaking(ADDITIVE), "pain_vsa")
    with refused("ZN-1425", "none of the roads"):
        by_road(replace(leaking(ADDITIVE), model=assemble(Source, Plain)))
    with refused("ZN-1422", "does not reach"):
        by_road(leaking(ADDITIVE), day=40.0)


def test_a_run_that_fails_is_named_and_the_rest_is_still_told():
    roads = by_road(leaking(FRAGILE), day=1.0)
    assert roads.never.status == roads.from_now.status == "incomplete"
    assert roads.never.shares == {"systemic": None, "primed": None, "remainder": pytest.approx(2.4)}
    assert roads.never.alone == {"systemic": pytest.approx(0.0, abs=1e-4), "primed": None, "all": pytest.approx(2.4)}
    assert [(run["closed"], run["from_day"]) for run in roads.failures] == [(["primed"], 0.0), (["primed"], 1.0)]
    assert all("left its range" in run["reason"] for run in roads.failures)
    assert "2 of the runs that were needed failed" in sentence(roads)
    assert "fall to" not in sentence(roads)
    assert roads.as_dict()["curve"] == {}
    json.dumps(roads.as_dict(), allow_nan=False)


def test_where_closing_later_fails_the_other_sense_is_still_shared_out():
    def fails_later(problem, **more):
        return solve(problem if all(c.start == 0 for c in problem.closed) else replace(problem, parameters=-problem.parameters), **more)

    roads = by_road(leaking(LEARNING, leak=0.3), day=10.0, solver=fails_later)
    assert (roads.never.status, roads.from_now.status) == ("finished", "incomplete")
    assert sum(roads.never.shares.values()) == pytest.approx(roads.at_end)
    assert "fall to" in sentence(roads)
    assert "Closed only" not in sentence(roads)


def test_without_a_run_to_the_end_nothing_more_is_tried():
    problem = replace(leaking(FRAGILE), closed=frozenset({Closing("primed", 5.0)}))
    result = solve(problem)
    assert result.outcome.status == "stopped"
    roads = by_road(problem, result=result, solver=lambda *_, **__: pytest.fail("another run"))
    assert roads.at_end is None
    assert roads.never.status == "incomplete"
    assert [run["closed"] for run in roads.failures] == [[]]
    assert sentence(roads) == ""
    json.dumps(roads.as_dict(), allow_nan=False)


# --- how it is told --------------------------------------------------------------------------------------

def test_the_sentence_gives_the_whole_the_shares_and_the_warning():
    text = sentence(by_road(leaking(ADDITIVE, 1.5), day=20.0))
    assert text.startswith("Of 11 mm of pain at the end, 6 fall to inflammation carried by the blood, 4.5 to bacterial products in the joint "
                           "and -1.5 to immunity primed in the gut; had these roads never been open, 2 would be left.")
    assert "Closed only from day 20 on, the shares are 6, 4.5 and -1.5, and 2 would be left." in text
    assert "below 0 keeps it down" in text
    assert "overlap" in text
    assert "convention" in text


def test_rounding_is_told_as_nothing():
    roads = by_road(leaking(ADDITIVE, leak=1e-9, **{"additive.base": 0.0}))
    assert roads.at_end != 0
    assert sentence(roads) == "At the end there is no pain that could come by any road."


def test_nothing_at_all_is_told_as_nothing():
    text = sentence(by_road(leaking(ADDITIVE, leak=0.0, **{"additive.base": 0.0})))
    assert text == "At the end there is no pain that could come by any road."


def test_progress_rises_from_0_to_1():
    told = []
    by_road(leaking(LEARNING, until=20.0), progress=told.append)
    assert told == sorted(told)
    assert told[0] < 0.1
    assert told[-1] == pytest.approx(1.0)


def test_plain_data_hold_all_that_others_rely_on():
    data = by_road(leaking(ADDITIVE), day=12.0).as_dict()
    assert (data["readout"], data["unit"], data["from_day"]) == ("pain_vas", "mm", 12.0)
    for sense in ("never", "from_now"):
        assert set(data[sense]) == {*THREE, "remainder"}
        assert set(data["alone"][sense]) == {*THREE, "all"}
        assert sum(data[sense].values()) == pytest.approx(data["at_end"])
    assert set(data["curve"]) == {"time", *THREE, "remainder"}
    assert data["status"] == {"never": "finished", "from_now": "finished"}
    assert data["failed"] == []
    assert json.loads(json.dumps(data, allow_nan=False)) == data
