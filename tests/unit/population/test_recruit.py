"""Persons for places: the same ones whoever else is asked for, in whatever variant, with whatever readouts, by however many threads."""

from dataclasses import replace

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import MODEL
from tests.small_population import COVARIATES, column, evidence, group, members

from zonula.population import recruit as module
from zonula.population.correlations import NONE, PairTable, correlations_of
from zonula.population.covariates import Covariates
from zonula.population.groups import History
from zonula.population.matching import Tilt
from zonula.population.noise import errors_at_entry, noise_of
from zonula.population.recruit import ATTEMPTS, NUMBERS, Recruiting, arms_of_recruits, recruit, recruit_in_parts
from zonula.population.schema import Addition, CovariatesTable
from zonula.population.swing import swung_at_entry
from zonula.population.targets import Statement
from zonula.population.variants import STANDARD, Variant
from zonula.simulation.closings import roads_of
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.timetable import Arm

HURT = (History(days=30.0, events=("leak 4 from day 0 to day 30",)),)
ASKED = group(histories=HURT, entry=("pain_vas >= 14",))
ROAD = roads_of(MODEL)[0]
SHUT = Variant(name="shut", title="", closed=(ROAD,), parameters={"gut.k": 0.25})
AGED = CovariatesTable(**COVARIATES | {"age": {"mean": 50.0, "sd": 12.0, "low": 18.0, "high": 90.0}})


def people(slots=range(40), some_group=ASKED, **more):
    return recruit(MODEL, evidence(), some_group, members(), slots, recruiting=Recruiting(**{"seed": 7, "correlations": NONE} | more))


def bits(found, which=slice(None)):
    """Everything of some of the recruits, as bytes."""
    crowd = found.cohort
    arrays = [found.slot, found.attempts, crowd.member, np.array(crowd.number), crowd.rows, crowd.moment.state, crowd.moment.health.state,
              *(getattr(crowd.covariates, name) for name in Covariates.__slots__), found.measured("pain_vas")]
    return [np.asarray(array)[which].tobytes() for array in arrays]


def adds_up(screening):
    return screening["screened"] == sum(n for why, n in screening.items() if why != "screened")


def test_each_place_belongs_to_a_member_and_its_candidates_have_numbers_of_their_own():
    found = people()
    assert found.slot.tolist() == list(range(40))
    assert found.cohort.member.tolist() == [i % 4 for i in range(40)]
    assert list(found.cohort.number) == [int(s) * NUMBERS + int(a) for s, a in zip(found.slot, found.attempts, strict=True)]
    assert found.attempts.max() > 1
    assert adds_up(found.screening)
    assert found.screening["taken"] == 40
    assert found.screening["screened"] == int((found.attempts + 1).sum())


@pytest.mark.parametrize("slots", [range(10, 20), [3, 17, 31], [31, 3, 17], range(39, 40)])
def test_a_person_is_the_same_whoever_else_is_asked_for(slots):
    everybody, some = people(), people(slots)
    assert sorted(slots) == some.slot.tolist()
    assert bits(some) == bits(everybody, np.array(sorted(slots)))


def test_parts_are_the_whole_and_screening_adds_up():
    whole = people()
    parts = list(recruit_in_parts(MODEL, evidence(), ASKED, members(), range(40), recruiting=Recruiting(seed=7, correlations=NONE), at_once=16))
    assert [len(part) for part in parts] == [16, 16, 8]
    assert [b"".join(pieces) for pieces in zip(*(bits(part) for part in parts), strict=True)] == bits(whole)
    total = {why: sum(part.screening.get(why, 0) for part in parts) for why in whole.screening}
    assert total == dict(whole.screening)


def test_how_many_candidates_are_lived_at_once_makes_no_difference(monkeypatch):
    few = people()
    monkeypatch.setattr(module, "_TOGETHER", 1)
    one_by_one = people()
    monkeypatch.setattr(module, "_TOGETHER", 400)
    many = people()
    assert bits(few) == bits(one_by_one) == bits(many)
    assert few.screening == one_by_one.screening == many.screening


def test_threads_further_readouts_and_fewer_attempts_change_nobody():
    found = people()
    assert bits(people(jobs=2)) == bits(found)
    more = people(readouts=("drug",))
    assert bits(more) == bits(found)
    assert "drug" in more.readouts
    quick = people(attempts=2)
    assert bits(quick) == bits(found, np.flatnonzero(found.attempts < 2))
    assert quick.unfilled == tuple(found.slot[found.attempts >= 2].tolist()) != ()
    assert adds_up(quick.screening)


def test_who_is_taken_fulfils_what_is_asked_as_it_was_measured():
    found = people()
    true = found.readout("pain_vas")
    crowd = Crowd(model=MODEL, parameters=found.cohort.rows, until=1.0, times=np.array([0.0]), rtol=1e-8, begins=found.cohort.moment)
    assert solve_people(crowd, jobs=1).readout("pain_vas")[:, 0] == pytest.approx(true, rel=1e-6)
    errors = errors_at_entry("pain_vas", found.cohort.number, 7)
    there = swung_at_entry("pain_vas", true, found.cohort.number, 7, members=found.cohort.member)
    assert np.abs(there - true).max() > 5
    assert np.array_equal(found.measured("pain_vas"), noise_of("pain_vas").spoil(there, errors))
    assert found.measured("pain_vas").min() >= 14
    assert (true < 14).any()


def test_members_live_in_variants_of_their_own():
    variants = (STANDARD, SHUT, STANDARD, SHUT)
    plain, mixed, all_shut = people(), people(variants=variants), people(variants=(SHUT,) * 4)
    of = mixed.cohort.member % 2 == 1
    first = mixed.attempts < 32  # whose places have not passed on
    assert bits(mixed, ~of & first) == bits(plain, np.isin(plain.slot, mixed.slot[~of & first]))
    assert bits(mixed, of & first) == bits(all_shut, np.isin(all_shut.slot, mixed.slot[of & first]))
    assert (of & first).sum() > 10
    assert set(column(mixed.cohort.members.rows, "gut.k")[[1, 3]]) == {0.25}
    arms, which = arms_of_recruits(mixed, ["leak 1 from day 0 to day 2"], Arm())
    shut = np.array([any(c.road == ROAD for c in arm.closed) for arm in arms])[which]
    assert shut.tolist() == of.tolist()


def test_arms_tell_apart_what_some_do_and_in_which_variant():
    some = group(some=(Addition(share=0.4, events=["leak 1 from day 0 to day 2"]),))
    found = people(some_group=some, variants=(STANDARD, SHUT, STANDARD, SHUT))
    arms, which = arms_of_recruits(found, [], Arm(shut=frozenset({"drug.arrival"})))
    assert len(arms) == 4
    plain, does = arms_of_recruits(people(some_group=some), [], Arm())
    mine = np.array([len(arm.plan.settings) for arm in arms])[which]
    assert mine.tolist() == np.array([len(arm.plan.settings) for arm in plain])[does].tolist()
    assert all(arm.shut == {"drug.arrival"} for arm in arms)


def test_covariates_can_be_asked_for_and_cost_no_life(monkeypatch):
    old = group(covariates=AGED, entry=("age >= 60", "female >= 1"))
    lived = []
    original = module.lead
    monkeypatch.setattr(module, "lead", lambda model, some, drawn, ways: lived.append(len(drawn.rows)) or original(model, some, drawn, ways))
    found = people(some_group=old)
    who = found.cohort.covariates
    assert who.age.min() >= 60
    assert who.female.all()
    assert adds_up(found.screening)
    assert found.screening["not age >= 60"] > 60
    assert sum(lived) < 80 < found.screening["screened"]
    assert bits(people(range(7, 9), some_group=old)) == bits(found, np.array([7, 8]))


def test_places_that_nobody_fills_are_told_and_are_no_error():
    none = people(range(3), some_group=group(entry=("leaking >= 1000",)), attempts=4)
    assert len(none) == 0
    assert none.unfilled == (0, 1, 2)
    assert none.screening == {"screened": 12, "not leaking >= 1000": 12, "taken": 0}
    nobody = people(range(2), some_group=group(covariates=AGED, entry=("age >= 200",)), attempts=20)
    assert (len(nobody), nobody.screening["screened"]) == (0, 40)
    assert nobody.cohort.rows.shape == (0, len(MODEL.parameters))


def test_a_tilt_takes_by_chances_of_each_and_leaves_the_rest_as_they_are():
    tall = Statement(of="height", kind="mean", value=175.0, tolerance=1.0)
    hurt = Statement(of="pain_vas", kind="mean", value=30.0, tolerance=1.0)
    tilt = Tilt(statements=(tall, hurt), scales=(8.0, 10.0), coefficients=(1.0, 2.0), cut=(0.0, 0.0))
    plain, tilted = people(range(60)), people(range(60), tilt=tilt)
    assert tilted.cohort.covariates.height.mean() > plain.cohort.covariates.height.mean() + 2
    assert tilted.measured("pain_vas").mean() > plain.measured("pain_vas").mean() + 2
    assert adds_up(tilted.screening)
    assert tilted.screening["not selected by who they are"] > 10
    assert tilted.screening["not selected by what is measured"] > 10
    assert bits(people(range(20, 30), tilt=tilt)) == bits(tilted, np.isin(tilted.slot, range(20, 30)))
    same = sorted(set(plain.cohort.number) & set(tilted.cohort.number))
    a, b = ([found.cohort.number.index(n) for n in same] for found in (plain, tilted))
    assert np.array_equal(plain.cohort.rows[a], tilted.cohort.rows[b])


def test_what_goes_together_moves_the_second_and_leaves_everything_else():
    pairs = correlations_of([PairTable(of=["height", "gut.k"], rho=0.9)])
    free = group()
    plain, together = people(range(200), some_group=free), people(range(200), some_group=free, correlations=pairs)
    same = sorted(set(plain.cohort.number) & set(together.cohort.number))
    a, b = ([found.cohort.number.index(n) for n in same] for found in (plain, together))
    others = [i for i, q in enumerate(MODEL.parameters) if q.path != "gut.k"]
    assert len(same) > 150
    assert np.array_equal(plain.cohort.rows[a][:, others], together.cohort.rows[b][:, others])
    assert not np.array_equal(column(plain.cohort.rows[a], "gut.k"), column(together.cohort.rows[b], "gut.k"))
    nothing = correlations_of([PairTable(of=["height", "gut.k"], rho=0.0)])
    assert bits(people(some_group=free, correlations=nothing)) == bits(people(some_group=free))


@pytest.mark.parametrize(("slots", "more", "word"), [
    ([], {}, "one person at least"), ([-1, 2], {}, "from 0"), (range(3), {"attempts": 0}, "1 to 1024"), (range(3), {"attempts": NUMBERS + 1}, "1 to 1024"),
    (range(3), {"variants": (STANDARD,)}, "1 variants")])
def test_what_makes_no_sense_is_refused(slots, more, word):
    with refused("ZN-1291", word):
        people(slots, **more)


def test_without_a_tilt_fewer_candidates_are_tried():
    tilt = Tilt(statements=(), scales=(), coefficients=(), cut=(0.0, 0.0))
    assert (Recruiting(seed=1).most, Recruiting(seed=1, tilt=tilt).most, Recruiting(seed=1, attempts=3).most) == (ATTEMPTS, NUMBERS, 3)
    assert replace(Recruiting(seed=1), attempts=None).most == 256


def test_a_place_in_vain_passes_on_to_the_next_member(monkeypatch):
    monkeypatch.setattr(module, "_AROUND", 2)
    found = people()
    assert (found.attempts >= 2).sum() > 3
    assert found.cohort.member.tolist() == [(int(s) + int(a) // 2) % 4 for s, a in zip(found.slot, found.attempts, strict=True)]
    assert bits(people([17, 30])) == bits(found, np.array([17, 30]))


def without(*places):
    """The members, of whom some are such that nothing changes within a month."""
    rows = members().rows.copy()
    rows[list(places), MODEL.parameter_index["gut.k"]] *= 1e-6
    return replace(members(), rows=rows)


def leaky(slots, *barren, **more):
    return recruit(MODEL, evidence(), group(histories=HURT, entry=("leaking >= 4",)), without(*barren), slots,
                   recruiting=Recruiting(**{"seed": 7, "correlations": NONE} | more))


def test_where_one_member_has_nobody_his_places_are_filled_by_the_next():
    found = leaky(range(12), 1)
    whose = found.cohort.member
    assert found.slot.tolist() == list(range(12))
    assert whose[found.slot % 4 != 1].tolist() == [s % 4 for s in found.slot.tolist() if s % 4 != 1]
    assert set(whose[found.slot % 4 == 1].tolist()) == {2}
    assert (found.attempts[found.slot % 4 == 1] >= 32).all()


def test_around_whom_nobody_is_he_is_looked_at_once_and_not_for_each_place(monkeypatch):
    lived, original = [], module.lead

    def lead(model, some, drawn, ways):
        lived.extend(drawn.member.tolist())
        return original(model, some, drawn, ways)

    monkeypatch.setattr(module, "lead", lead)
    many = leaky(range(48), 1)
    assert lived.count(1) == 32
    assert many.screening["screened"] == len(many) + sum(n for why, n in many.screening.items() if why not in ("screened", "taken"))
    assert many.screening["screened"] < 200  # the candidates of the first place of the member are not among them
    some = leaky([5, 9, 33], 1)
    assert bits(some) == bits(many, np.isin(many.slot, [5, 9, 33]))


def test_what_is_known_of_members_is_kept_from_part_to_part(monkeypatch):
    search = module.Search(MODEL, evidence(), group(histories=HURT, entry=("leaking >= 4",)), without(1, 2), Recruiting(seed=7, correlations=NONE))
    first = search.fill(np.arange(4))
    lived, original = [], module.lead
    monkeypatch.setattr(module, "lead", lambda model, some, drawn, ways: lived.extend(drawn.member.tolist()) or original(model, some, drawn, ways))
    second = search.fill(np.arange(4, 8))
    assert {1, 2}.isdisjoint(lived)
    whole = leaky(range(8), 1, 2)
    assert [b"".join(pieces) for pieces in zip(bits(first), bits(second), strict=True)] == bits(whole)
    assert set(whole.cohort.member.tolist()) == {0, 3}


def test_where_all_are_passed_over_each_place_looks_around_its_own_so_that_it_can_be_told_why():
    none = leaky(range(6), 0, 1, 2, 3)
    assert none.unfilled == (0, 1, 2, 3, 4, 5)
    assert none.screening == {"screened": 6 * 32, "not leaking >= 4": 6 * 32, "taken": 0}


def test_nobody_is_passed_over_because_few_are_of_the_right_age(monkeypatch):
    monkeypatch.setattr(module, "_AROUND", 2)  # candidates of whom hardly any is so old
    old = group(covariates=AGED, entry=("age >= 75",))
    found = people(range(8), some_group=old, attempts=1024)
    assert sorted(set(found.cohort.member.tolist())) == [0, 1, 2, 3]
