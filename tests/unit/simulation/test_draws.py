"""People who are drawn: by the laws of the evidence, each number by its own chance, what the scenario says left alone."""

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import MODEL, VALUES, made_ready

from zonula.simulation.draws import SPREADS, Drawn
from zonula.simulation.simulate import people_of

PLACE = MODEL.parameter_index


def drawn(count=50, spread="variability", seed=3, **changed):
    return people_of(made_ready(changed=changed), count, spread=spread, seed=seed)


@pytest.mark.parametrize("spread", SPREADS)
def test_a_person_is_the_same_whoever_else_is_drawn(spread):
    few, many = drawn(50, spread), drawn(1000, spread)
    assert few.shape == (50, len(MODEL.parameters))
    assert many[0:50].tobytes() == few[0:50].tobytes()
    assert many[17:18].tobytes() == few[10:20][7:8].tobytes()
    assert len({row.tobytes() for row in many[0:1000]}) == 1000


def test_another_seed_draws_other_people():
    assert not np.array_equal(drawn(seed=4)[0:50], drawn(seed=3)[0:50])


def test_a_parameter_less_changes_none_of_the_others():
    whole, without = drawn(), drawn(gut__k=0.5)
    others = [i for path, i in PLACE.items() if path != "gut.k"]
    assert np.array_equal(whole[0:50][:, others], without[0:50][:, others])
    assert len(np.unique(whole[0:50][:, PLACE["gut.k"]])) == 50


def test_what_the_scenario_says_and_what_has_no_spread_is_the_same_in_everybody():
    rows = drawn(gut__k=0.7, body__weight=90.0)[0:50]
    for path, value in (("gut.k", 0.7), ("body.weight", 90.0), ("fuse.k", 1.0), ("fuse.spontaneous", 0.1)):
        assert set(rows[:, PLACE[path]]) == {value}


def test_what_is_typically_nothing_is_nothing_in_everybody():
    setup = made_ready(joint__half=0.0)
    assert set(people_of(setup, 50)[0:50][:, PLACE["joint.half"]]) == {0.0}


def test_people_are_spread_as_the_laws_say():
    rows = drawn(4000)[0:4000]
    logs = np.log(rows[:, PLACE["gut.half"]] / VALUES["gut.half"])
    sigma = np.sqrt(np.log1p(0.04))
    assert np.mean(logs) == pytest.approx(0.0, abs=4 * sigma / np.sqrt(4000))
    assert np.std(logs) == pytest.approx(sigma, rel=0.05)
    share = rows[:, PLACE["drug.k"]]
    assert np.mean((share > 0.2) & (share < 0.4)) == pytest.approx(0.9, abs=0.02)
    assert 0 < share.min() < share.max() < 1


def test_both_spreads_together_are_wider_and_each_has_a_chance_of_its_own():
    column = PLACE["gut.half"]
    uncertainty, variability, both = (np.log(drawn(4000, spread)[0:4000][:, column] / VALUES["gut.half"]) for spread in
                                      ("uncertainty", "variability", "both"))
    assert both == pytest.approx(uncertainty + variability, rel=0, abs=1e-13)
    assert abs(np.corrcoef(uncertainty, variability)[0, 1]) < 0.06


def test_slices_are_those_of_an_array():
    people = drawn(10)
    assert people[8:100].shape == (2, len(MODEL.parameters))
    assert people[3:3].shape == (0, len(MODEL.parameters))
    assert np.array_equal(people[0:10][4:6], people[4:6])


def test_impossible_draws_are_refused():
    with refused("ZN-1208", "variabilty", "variability"):
        drawn(spread="variabilty")
    for count in (0, -3):
        with refused("ZN-1209", str(count)):
            drawn(count)
    assert isinstance(drawn(np.int64(3)), Drawn)
