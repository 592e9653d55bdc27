"""Two layers that stay apart: members (the typical person as it may be), and persons around each; and who is the same whoever else is drawn."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tests.helpers import refused
from tests.small_crowd import MODEL
from tests.small_population import column, evidence, group, members, with_value

from zonula.evidence.laws import Law
from zonula.population.sampling import PER_MEMBER, at_rest, candidates, prior_members
from zonula.population.schema import Change, Spread


def drawn(some_group=None, wanted=((0, range(300)),), some_evidence=None, some=None):
    return candidates(MODEL, some_evidence or evidence(), some_group or group(), some or members(), wanted=list(wanted), seed=7)


def fixed(path):
    """Evidence in which people do not differ in one parameter."""
    return evidence() | {path: replace(evidence()[path], variability=Law("fixed"))}


# --- members ----------------------------------------------------------------------------------------------

def test_members_are_drawn_as_the_evidence_is_unsure():
    many = prior_members(MODEL, evidence(), 300, seed=3, jobs=1)
    logs = np.log(column(many.rows, "joint.k") / evidence()["joint.k"].value)
    assert stats.kstest(logs / evidence()["joint.k"].uncertainty.above, "norm").pvalue > 0.01
    assert np.ptp(column(many.rows, "fuse.k")) == 0


def test_a_member_is_the_same_however_many_are_drawn():
    few, more = (prior_members(MODEL, evidence(), count, seed=3, jobs=1) for count in (3, 70))
    assert np.array_equal(few.rows, more.rows[:3])
    assert few.numbers == more.numbers[:3]
    assert few.fingerprint != more.fingerprint
    assert not np.array_equal(few.rows, prior_members(MODEL, evidence(), 3, seed=4, jobs=1).rows)


def test_who_could_not_be_healthy_is_no_member_and_is_counted():
    hurting = with_value("joint.per_one", 9.0)  # mm of pain at rest; 10 are too many
    some = prior_members(MODEL, hurting, 40, seed=3, jobs=1)
    wrong, why = at_rest(MODEL, some.rows, jobs=1)
    assert not wrong.any()
    assert not any(who.any() for who in why.values())
    assert column(some.rows, "joint.per_one").max() <= 10.0
    assert some.refused == {"implausible at rest": some.numbers[-1] + 1 - 40}


def test_evidence_of_no_healthy_people_is_refused():
    with refused("ZN-1241", "implausible at rest"):
        prior_members(MODEL, with_value("joint.per_one", 300.0), 1, seed=3, jobs=1)


# --- persons ----------------------------------------------------------------------------------------------

def test_persons_of_a_member_differ_around_its_typical_row():
    people = drawn()
    law = evidence()["joint.k"].variability
    around = np.log(column(people.rows, "joint.k") / column(members().rows, "joint.k")[0]) / law.above
    assert stats.kstest(around, "norm").pvalue > 0.01
    assert np.ptp(column(drawn(some_evidence=fixed("joint.k")).rows, "joint.k")) == 0


def test_person_k_differs_from_its_member_by_its_own_number():
    people = drawn(wanted=[(0, range(3)), (2, range(3))])
    assert people.number == tuple(members().numbers[place] * PER_MEMBER + k for place in (0, 2) for k in range(3))
    assert people.member.tolist() == [0, 0, 0, 2, 2, 2]
    ratio = column(people.rows, "joint.k") / column(members().rows, "joint.k")[people.member]
    assert len(set(np.round(ratio, 12))) == 6


@pytest.mark.parametrize("changed", [False, True])
def test_a_person_is_the_same_whoever_else_is_drawn(changed):
    some_group = group(parameters={"gut.k": Change(times=2.0, uncertainty=Spread(law="lognormal", cv=0.3))}) if changed else group()
    whole = drawn(some_group, [(place, range(40)) for place in range(4)])
    part = drawn(some_group, [(3, range(5, 9)), (1, range(2))])
    places = [whole.number.index(n) for n in part.number]
    assert np.array_equal(whole.rows[places], part.rows)
    assert np.array_equal(whole.covariates.height[places], part.covariates.height)


@pytest.mark.parametrize(("path", "odd"), [("joint.k", 0.0), ("gut.k", 1.5)])
def test_a_person_is_the_same_beside_a_member_whose_number_cannot_be_moved(path, odd):
    rows = members().rows.copy()
    rows[1, MODEL.parameter_index[path]] = odd
    law = Law("logitnormal", 0.2, 0.2) if odd >= 1 else evidence()[path].variability
    rows[0, MODEL.parameter_index[path]] = 0.4
    some = replace(members(), rows=rows)
    known = evidence() | {path: replace(evidence()[path], variability=law)}
    alone, beside = (drawn(wanted=wanted, some=some, some_evidence=known) for wanted in ([(0, range(30))], [(0, range(30)), (1, range(30))]))
    assert np.array_equal(alone.rows, beside.rows[:30])
    assert np.ptp(column(alone.rows, path)) > 0
    assert set(column(beside.rows[30:], path)) == {odd}


def test_weight_is_that_of_the_covariates_unless_the_group_says_another():
    people = drawn()
    assert np.array_equal(column(people.rows, "body.weight"), people.covariates.weight)
    heavy = drawn(group(parameters={"body.weight": Change(value=120.0, variability=Spread(law="fixed"))}))
    assert set(column(heavy.rows, "body.weight")) == {120.0}


# --- what is particular of a group --------------------------------------------------------------------------

def test_a_factor_multiplies_what_the_person_would_be_otherwise():
    usual, fast = drawn(), drawn(group(parameters={"gut.k": Change(times=2.5)}))
    assert column(fast.rows, "gut.k") == pytest.approx(2.5 * column(usual.rows, "gut.k"), rel=1e-12)
    others = [i for i, q in enumerate(MODEL.parameters) if q.path != "gut.k"]
    assert np.array_equal(fast.rows[:, others], usual.rows[:, others])


def test_a_value_stands_in_place_of_the_members_own():
    people = drawn(group(parameters={"gut.k": Change(value=4.0)}), [(place, range(200)) for place in range(4)], fixed("gut.k"))
    assert set(column(people.rows, "gut.k")) == {4.0}
    differing = drawn(group(parameters={"gut.k": Change(value=4.0)}), [(place, range(200)) for place in range(4)])
    assert np.exp(np.log(column(differing.rows, "gut.k")).mean()) == pytest.approx(4.0, rel=0.03)


def test_what_is_not_known_of_a_change_differs_between_members_alone():
    some = prior_members(MODEL, evidence(), 60, seed=9, jobs=1)
    change = Change(times=2.0, uncertainty=Spread(law="lognormal", cv=0.5))
    people = drawn(group(parameters={"gut.k": change}), [(place, range(3)) for place in range(60)], fixed("gut.k"), some)
    factor = (column(people.rows, "gut.k") / column(some.rows, "gut.k")[people.member]).reshape(60, 3)
    assert np.ptp(factor, axis=1) == pytest.approx(0, abs=1e-12)
    logs = np.log(factor[:, 0])
    assert logs.mean() == pytest.approx(np.log(2.0), abs=0.2)
    assert logs.std() == pytest.approx(np.sqrt(np.log1p(0.25)), rel=0.25)


def test_how_people_differ_may_be_particular_of_a_group():
    def spread(**more):
        people = drawn(group(parameters={"gut.k": Change(times=2.0, **more)}), [(1, range(400))])
        return np.log(column(people.rows, "gut.k")).std()

    assert spread() == pytest.approx(np.sqrt(np.log1p(0.04)), rel=0.12)
    assert spread(variability=Spread(law="lognormal", cv=1.0)) == pytest.approx(np.sqrt(np.log(2.0)), rel=0.12)
    assert spread(variability=Spread(law="fixed")) == pytest.approx(0, abs=1e-12)


def test_a_normal_law_of_a_change_never_leads_below_nothing():
    change = Change(value=0.1, uncertainty=Spread(law="normal", low=-1.0, high=1.2), variability=Spread(law="fixed"))
    some = prior_members(MODEL, evidence(), 40, seed=9, jobs=1)
    values = column(drawn(group(parameters={"gut.k": change}), [(place, range(1)) for place in range(40)], some=some).rows, "gut.k")
    assert values.min() == 0.0
    assert values.max() > 0.5


@pytest.mark.parametrize(("change", "word"), [
    (Change(value=1.0, uncertainty=Spread(law="lognormal", low=2.0, high=3.0)), "not in order"),
    (Change(times=1.0, variability=Spread(law="logitnormal", low=0.2, high=0.3)), "needs a value"),
    (Change(value=1.0, variability=Spread(law="logitnormal", low=0.2, high=0.3)), "outside the support"),
    (Change(value=1.0, uncertainty=Spread(law="fixed", cv=0.3)), "no cv"),
])
def test_a_spread_that_is_no_law_is_refused(change, word):
    with refused("ZN-1242", "gut.k", "'small'", word):
        drawn(group(parameters={"gut.k": change}))


def test_an_unknown_parameter_is_refused_with_what_is_near():
    with refused("ZN-1242", "gut.kk", "did you mean"):
        drawn(group(parameters={"gut.kk": Change(times=2.0)}))
