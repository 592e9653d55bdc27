"""Variants of the model: the same people with other numbers, and roads that are closed for a whole life."""

import numpy as np
import pytest
from tests.small_crowd import MODEL
from tests.small_population import column, evidence, group, members

from zonula.ground.errors import UsageError
from zonula.organs.standard import standard_model
from zonula.population.cohort import Drawing, arms_of, cohort
from zonula.population.groups import History
from zonula.population.variants import STANDARD, Variant, shipped_variants, variant_named
from zonula.simulation.closings import Closing, roads_of
from zonula.simulation.timetable import Arm

ROAD = roads_of(MODEL)[0]
OTHER = Variant(name="other", title="Other", closed=(ROAD,), parameters={"gut.k": 0.25})
LEAKING = (History(days=20.0, events=("leak 1 from day 0 to day 15",)),)


def test_those_that_ship_are_of_this_model_and_begin_with_the_standard():
    model = standard_model()
    assert next(iter(shipped_variants())) == STANDARD.name
    assert (shipped_variants()[STANDARD.name].closed, dict(shipped_variants()[STANDARD.name].parameters)) == ((), {})
    for variant in shipped_variants().values():
        assert set(variant.closed) <= set(roads_of(model)), variant.name
        assert set(variant.parameters) <= set(model.parameter_index), variant.name
        assert variant.about
    with pytest.raises(UsageError, match="no variant 'no_tolerence'"):
        variant_named("no_tolerence")


def test_its_numbers_hold_for_everybody_and_leave_the_rest_alone():
    rows = OTHER.members(members(), MODEL).rows
    assert set(column(rows, "gut.k")) == {0.25}
    others = [i for i, q in enumerate(MODEL.parameters) if q.path != "gut.k"]
    assert np.array_equal(rows[:, others], members().rows[:, others])
    assert STANDARD.members(members(), MODEL) is members()


def test_its_roads_are_closed_in_histories_and_in_arms():
    drawn = {v.name: cohort(MODEL, evidence(), group(histories=LEAKING), members(), Drawing(persons=3, seed=7, variant=v, jobs=1))
             for v in (STANDARD, Variant(name="shut", title="", closed=(ROAD,)))}
    one, two = drawn["standard"], drawn["shut"]
    assert np.array_equal(one.rows, two.rows)
    assert not np.allclose(one.moment.state, two.moment.state), "history was lived with the road closed"
    arm = OTHER.arm(Arm(closed=frozenset({Closing(ROAD, 5.0)})))
    assert [c.start for c in arm.closed] == [0.0]
    assert STANDARD.arm(arm) is arm
    arms, _ = arms_of(two, [], OTHER.arm(Arm()))
    assert all(Closing(ROAD) in each.closed for each in arms)
