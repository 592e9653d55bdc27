"""Conditions, entry into a study, and who could be a healthy person."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import refused
from tests.small_crowd import MODEL

from zonula.ground.errors import UsageError
from zonula.organs.standard import standard_model
from zonula.population.conditions import condition
from zonula.population.entry import read_entry
from zonula.population.plausible import bounds, implausible


@pytest.mark.parametrize(("text", "holds"), [(">= 2", [False, True, True]), ("> 2", [False, False, True]), ("<=2", [True, True, False]),
                                             (" <  2e0 ", [True, False, False]), (">= -1", [True, True, True]), ("> .5", [True, True, True])])
def test_a_condition_is_asked_of_each_number(text, holds):
    assert condition(text).holds(np.array([1.0, 2.0, 3.0])).tolist() == holds


def test_of_nothing_no_condition_holds():
    assert not condition("<= 1e9").holds(np.array([np.nan]))[0]


@pytest.mark.parametrize("text", ["", "2", ">=", "=> 2", ">= 2 mm", ">= two", ">= 1.2.3", ">= .", "== 2", ">= 2 and < 3", ">= nan"])
def test_what_is_no_condition_is_refused(text):
    with refused("ZN-1232"):
        condition(text)


@given(st.text(alphabet="<>=.0123456789eE+- x", max_size=12))
def test_any_text_is_a_condition_or_is_refused(text):
    try:
        said = condition(text)
    except UsageError:
        return
    assert said.number == float(text.strip("<>= "))


def test_entry_names_a_readout_and_a_condition():
    name, what = read_entry(" pain_vas  >= 30", MODEL)
    assert (name, what.sign, what.number) == ("pain_vas", ">=", 30.0)


def test_an_unknown_readout_of_entry_is_refused_with_what_is_near():
    with refused("ZN-1240", "did you mean 'pain_vas'?"):
        read_entry("pain_vaz >= 30", MODEL)


def test_who_exceeds_a_bound_is_implausible_and_counted_by_reason():
    names = ("crp", "pain_vas", "tnf")
    most = bounds()
    values = np.array([[most["crp"], most["pain_vas"], 1.0], [most["crp"] * 1.01, 0.0, 1.0], [np.nan, most["pain_vas"] + 1, 0.0]])
    wrong, why = implausible(values, names)
    assert wrong.tolist() == [False, True, True]
    assert why == {"crp": 2, "pain_vas": 1, "tnf": 0}


def test_bounds_are_of_measures_of_the_model():
    assert set(bounds()) <= set(standard_model().readout_names)
