"""What is not known is not claimed: people who cannot be simulated, traces that are no illness, holds too short, and insults that cannot grow."""

from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_switch import CRITERIA, push, ready_with, switch

from zonula.language import Organ, assemble, exposure, gain, loss, parameter, readout, state
from zonula.simulation.events import Setting
from zonula.tipping.comeback import comeback
from zonula.tipping.control import Control
from zonula.tipping.crossing import first_crossing
from zonula.tipping.distance import distance
from zonula.tipping.hysteresis import hysteresis
from zonula.tipping.judge import LOST, Criteria, Limit
from zonula.tipping.person import Person, other_rest
from zonula.tipping.study import Asked, study
from zonula.tipping.words import comeback_words, distance_words, hysteresis_words


class Runaway(Organ):
    """x' = k (1 + push x^2 - x): no rest beyond a push of 1/4, and no number after a while."""

    push = exposure("1", "a push", neutral=0.0, within=(0.0, 2.0))
    k = parameter("1/day", "turnover")
    x = state("1", "level", start=1.0)
    made = gain(x, k * (1 + push * x * x))
    gone = loss(x, k * x)
    shown = readout("1", x, "level", called="level")


class Worn(Organ):
    """A level that follows what a push has worn off for good."""

    push = exposure("1", "a push without an end of its range", neutral=0.0)
    k = parameter("1/day", "turnover")
    worn = state("1", "what is worn off", start=0.0, accumulates=True)
    x = state("1", "level", start=1.0)
    wear = gain(worn, k * push)
    made = gain(x, k * (1 + worn))
    gone = loss(x, k * x)
    shown = readout("1", x, "level", called="level")


RUNAWAY, WORN = assemble(Runaway), assemble(Worn)
DOUBLED = Criteria((Limit("level", 2.0, 5.0),), after=100.0)


def under(model, value, end=10.0):
    """A person of a model under a push."""
    name = model.exposures[0].path
    setting = Setting(exposure=name, value=value, start=0.0, end=end, sentence=f"push {value}", what=name)
    return ready_with(model, {f"{name.partition('.')[0]}.k": 1.0}, (setting,), 50.0)


def test_what_nobody_can_say_is_taken_for_neither():
    found = first_crossing(lambda f: [None if x > 2 else bool(x > 1.7) for x in f], 8.0, tolerance=1e-3)
    assert found.below <= 1.7 < found.above
    assert found.bound <= 2
    gap = first_crossing(lambda f: [None if 1 < x < 1.9 else bool(x > 1.7) for x in f], 8.0, tolerance=1e-3)
    assert (gap.below, gap.above >= 1.9, gap.again) == (1.0, True, ())
    nowhere = first_crossing(lambda f: [None if x > 2 else False for x in f], 8.0)
    assert (nowhere.found, nowhere.below) == (None, nowhere.bound)
    assert 1 < nowhere.bound <= 2
    unknown = first_crossing(lambda f: [None] * len(f), 8.0)
    assert (unknown.found, unknown.below, unknown.bound, unknown.tried) == (None, None, 0.0, ())


def test_who_cannot_be_simulated_has_neither_tipped_nor_survived():
    found = distance(under(RUNAWAY, 0.2), criteria=DOUBLED)
    assert found.lost
    assert found.tips.found is None
    assert 1 <= found.tips.bound < min(found.lost)
    said = distance_words(found)
    assert said.startswith(f"No tipping within the bounds: up to {found.tips.bound:.3g} times")
    assert f"{len(found.lost)} of the factors that were tried could not be simulated" in said
    nothing = replace(found, tips=first_crossing(lambda f: [None] * len(f), 8.0))
    assert distance_words(nothing).startswith("It is not known whether this person tips.")


def test_a_sweep_that_loses_the_person_does_not_lead_through_the_same_states():
    found = hysteresis(under(RUNAWAY, 0.1), "runaway.push=0..0.5", steps=6, hold=100.0, readouts=("level",))
    assert found.unsettled == 9
    assert not found.second_state
    said = hysteresis_words(found)
    assert "9 of 12 holds" in said
    assert "same states" not in said
    assert found.as_dict()["holds_not_at_rest"] == 9


def test_holds_that_were_too_short_are_told():
    said = hysteresis_words(hysteresis(switch(b=1.0), "switch.push=0..0.5", steps=9, hold=0.3, readouts=("level",)))
    assert said.startswith("No second state was seen")
    assert "same states" not in said


def test_a_branch_that_breaks_off_is_told():
    found = hysteresis(switch(), "switch.push=0..0.1", steps=5, hold=400.0, readouts=("level",), most=5)
    assert "could not be followed to the end of the range" in hysteresis_words(found)


def test_traces_of_what_only_adds_up_are_no_second_state():
    """After a push of 3 days' worth the level rests at 4 for good: health, with what was worn off."""
    setup = under(WORN, 0.3)
    person = Person.of(setup)
    worn, x = (person.model.state_index[path] for path in ("worn.worn", "worn.x"))
    marked = person.health.state.copy()
    marked[[worn, x]] = 3.0, 4.0
    assert other_rest(person, marked) is None
    found = distance(setup, criteria=DOUBLED)
    assert found.tips.found == pytest.approx(1 / 3, rel=0.02)
    assert found.later == "low grade"
    assert not found.second_state
    assert "No second state was found there" in distance_words(found)


def test_another_stable_state_is_still_found():
    person = Person.of(switch())
    assert other_rest(person, np.array([2.0])).stable
    assert other_rest(person, np.array([0.05])) is None


def test_what_grows_no_more_is_told_where_it_bears_on_the_answer():
    found = distance(switch([push(0.5)], b=1.0), criteria=CRITERIA)
    assert found.limits == pytest.approx({"switch.push": 4.0})
    assert "at the end of their range: switch.push from 4 times on." in distance_words(found)
    assert "end of their range" not in distance_words(distance(switch([push(0.2)], b=1.0), criteria=CRITERIA))  # from 10 times on: not reached


def test_who_is_well_after_the_insult_as_it_is_has_not_tipped_by_it():
    found = distance(switch([push(0.2)]), criteria=CRITERIA)
    assert "would have been survived" in distance_words(found)
    said = distance_words(replace(found, as_it_is="well"))
    assert said.startswith("This person is back in health after the insult as it is, but not after one")
    assert "and 3 more times, health returns again" in distance_words(replace(found, tips=replace(found.tips, again=(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0))))


def test_whether_it_lasts_may_not_be_known():
    found = comeback(switch([push(0.2)]), ["brake 3 from day 60 to day 70"], criteria=CRITERIA)
    assert "; it lasts" in comeback_words(found)
    assert "whether it lasts could not be simulated" in comeback_words(replace(found, later=LOST))


def test_an_exposure_without_an_end_is_not_turned_to_infinity():
    with refused("ZN-1452", "to inf"):
        Control.read("worn.push", Person.of(under(WORN, 0.1)))


def test_a_study_of_a_life_of_two_thirds_of_a_day_ends():
    """A day that is no round number is within what was simulated."""
    found = study(switch([push(0.1)], until=2 / 3), Asked(criteria=CRITERIA, squares=(0, 0)))
    assert found.course[-1].day == pytest.approx(2 / 3)
    assert found.words["circles"].count("On day 0.6") == 1


def test_a_control_is_turned_of_a_person_whose_circumstances_never_end():
    setup = switch([push(0.01, end=np.inf)])
    found = study(setup, Asked(criteria=CRITERIA, squares=(2, 2), control="switch.push=0..0.1"))
    assert (found.distances, found.map) == ((), None)
    assert found.hysteresis.second_state
    with refused("ZN-1441"):
        study(setup, Asked(criteria=CRITERIA, squares=(0, 0)))


def test_a_map_that_is_too_large_is_refused_before_the_work():
    with refused("ZN-1447", "13x13"):
        study(switch([push(0.1)]), Asked(criteria=CRITERIA, squares=(999, 999)), progress=lambda _: pytest.fail("work was done"))


def test_the_scenario_itself_is_a_square_of_the_usual_map():
    found = study(switch([push(0.1)]), Asked(criteria=CRITERIA, squares=Asked().squares)).map
    assert np.any(np.isclose(found.sizes, 1))
    assert np.any(np.isclose(found.lengths, 1))
