"""What is seen at visits: errors, what being treated does, who is lost when, and who takes how much."""

import numpy as np
import pytest
from scipy import stats
from tests.helpers import refused
from tests.small_crowd import MODEL, dose, leak
from tests.small_trial import column, protocol, tables, text

from zonula.population.noise import noise_of
from zonula.simulation.events import Plan
from zonula.trials import measured as module
from zonula.trials.adherence import PLACES, adherence_of, places_of, share_taken, taken
from zonula.trials.measured import Chances, reported
from zonula.trials.schema import AdherenceTable

EXPOSURES = {e.path: e for e in MODEL.exposures}


def chances(file_text=None, count=4000, seed=1, **more):
    slots = np.arange(count)
    return Chances(protocol(file_text or text(**more)), seed, (slots * 1024).tolist(), slots, (slots % 997).astype(np.int32))


def grid(found, name):
    """A column of visits, shape (life, visit)."""
    return column(found["visits"], name).astype(float).reshape(found["lives"].num_rows, -1)


# --- errors ---

def test_errors_are_those_of_the_law():
    z = chances().errors("pain_vas", 7.0)
    assert stats.kstest(z, "norm").pvalue > 0.01
    other = chances().errors("pain_vas", 14.0)
    assert abs(np.corrcoef(z, other)[0, 1]) < 0.05
    assert np.all(chances().errors("drug", 7.0) == 0), "of which there is no law"


def test_errors_belong_to_persons_whoever_else_is_there():
    every = chances(count=300)
    few = Chances(every.protocol, 1, [7 * 1024, 299 * 1024], np.array([7, 299]), np.array([2, 4], dtype=np.int32))
    for day in (0.0, 7.0):
        assert np.array_equal(few.errors("pain_vas", day), every.errors("pain_vas", day)[[7, 299]])


def test_the_same_person_is_measured_alike_in_every_arm(monkeypatch):
    monkeypatch.setattr(module, "swing_of", lambda _name: None)  # which is the larger the more it hurts
    found = tables(text(measures='exact = ["drug"]'))
    arm = column(found["lives"], "arm")
    law = noise_of("pain_vas")
    off = (grid(found, "pain_vas") - grid(found, "pain_vas_true")) / law.absolute
    inside = (grid(found, "pain_vas") > 0).reshape(-1, 2, 4).all(axis=1)  # not cut at 0
    assert np.any(np.abs(off) > 0.1)
    assert off[arm == "drug"][inside] == pytest.approx(off[arm == "placebo"][inside], abs=1e-5)


def test_disease_waxes_and_wanes_from_visit_to_visit():
    drawn, everybody = chances(count=4000), np.arange(4000)
    course = np.full(4000, 25.0)
    at = [drawn.swung("pain_vas", course, visit, everybody) - course for visit in range(len(drawn.protocol.days))]
    law = drawn.swings["pain_vas"]
    assert np.std(at[0]) == pytest.approx(law.root * 5.0, rel=0.15)
    gaps = drawn.protocol.days - drawn.protocol.days[0]
    likeness = [np.corrcoef(at[0], later)[0, 1] for later in at]
    assert likeness == pytest.approx(np.exp(-gaps / 70.0).tolist(), abs=0.05)
    assert np.array_equal(drawn.swung("drug", course, 1, everybody), course), "what does not swing"


def test_who_was_taken_at_a_crest_stays_on_that_swing():
    found = tables(text(people='eligibility = ["pain_vas >= 14"]'), last=240)
    first, true = grid(found, "pain_vas")[:, 0], grid(found, "pain_vas_true")[:, 0]
    assert first.min() >= 14
    assert first.mean() > true.mean() + 1


def test_without_noise_what_is_measured_is_what_is():
    found = tables(text(measures='noise = "none"'))
    assert np.array_equal(grid(found, "pain_vas"), grid(found, "pain_vas_true"))
    exact = tables(text(measures='exact = ["pain_vas"]'))
    assert np.array_equal(grid(exact, "pain_vas"), grid(found, "pain_vas_true"))


# --- what being treated does ---

def test_what_being_treated_does_is_added_from_the_first_visit_on():
    said = "context.pain_vas = { change = 5, sd = 0, onset_days = 7 }"
    plain, treated = tables(), tables(text(placebo=said))
    arm = column(plain["lives"], "arm")
    more = grid(treated, "pain_vas_true") - grid(plain, "pain_vas_true")
    assert np.all(more[arm == "drug"] == 0)
    assert more[arm == "placebo"] == pytest.approx(np.tile(5 * (1 - np.exp(-np.array([0, 3, 7, 14]) / 7)), (24, 1)), abs=1e-5)


def test_people_differ_in_what_being_treated_does_to_them_and_are_alike_in_every_arm():
    both = chances(placebo="context.pain_vas = { change = -6, sd = 4 }", drug="context.pain_vas = { change = -6, sd = 4 }")
    own = both.context("placebo", "pain_vas", 7.0)
    assert own.mean() == pytest.approx(-6, abs=0.3)
    assert own.std() == pytest.approx(4, abs=0.3)
    assert np.array_equal(own, both.context("drug", "pain_vas", 14.0))
    assert both.context("drug", "pain_vas", 0.0) is None
    assert both.context("drug", "crp", 7.0) is None


def test_nobody_reports_less_than_nothing():
    assert reported(np.array([3.0, 10.0, -1.0]), np.array([-6.0, -6.0, -6.0])).tolist() == [0.0, 4.0, -1.0]


# --- drop-out ---

def test_people_are_lost_by_the_law():
    many = chances(text("\n[dropout]\nper_year = 8\n"))
    day = many.lost_on()
    there = day[np.isfinite(day)]
    share = 1 - np.exp(-8 * 14 / 365.25)
    assert np.isfinite(day).mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 4000))
    assert stats.kstest(there, lambda d: (1 - np.exp(-8 * d / 365.25)) / share).pvalue > 0.01
    assert np.all(np.isnan(chances().lost_on()))


def test_who_is_lost_is_not_seen_from_then_on_and_lives_on():
    found = tables(text("\n[dropout]\nper_year = 20\n"))
    lost = column(found["lives"], "dropout_day").astype(float)
    days = np.array([0.0, 3.0, 7.0, 14.0])
    gone = days > np.where(np.isnan(lost), np.inf, lost)[:, np.newaxis]
    assert 0 < np.isfinite(lost).sum() < len(lost)
    assert np.array_equal(~column(found["visits"], "observed").reshape(-1, 4), gone)
    for name in ("pain_vas", "leaking"):
        assert np.array_equal(np.isnan(grid(found, name)), gone)
        assert np.all(np.isfinite(grid(found, f"{name}_true")))
    assert set(column(found["lives"], "dropout_reason")[np.isfinite(lost)]) == {"lost to follow-up"}
    assert np.array_equal(lost[column(found["lives"], "arm") == "drug"], lost[column(found["lives"], "arm") == "placebo"], equal_nan=True)


def test_who_leaves_by_a_rule_leaves_after_a_visit_at_which_it_holds():
    rule = '\n[[dropout.rules]]\nid = "sore"\ntitle = "too sore"\nwhen = "pain_vas > 2"\nshare = 0.5\nto_week = 1\n'
    found = tables(text(rule, measures='noise = "none"'), last=48)
    lost, pain = column(found["lives"], "dropout_day").astype(float), grid(found, "pain_vas_true")
    days = np.array([0.0, 3.0, 7.0, 14.0])
    could = pain[:, 1:3] > 2
    assert set(lost[np.isfinite(lost)]) <= {3.0, 7.0}
    for place, day in enumerate(days[1:3]):
        left = lost == day
        assert np.all(could[left, place])
        assert np.all(np.isfinite(grid(found, "pain_vas")[left, place + 1])), "that visit itself is seen"
        assert np.all(np.isnan(grid(found, "pain_vas")[left][:, place + 2:]))
    share = (lost == 3.0).sum() / could[:, 0].sum()
    assert 0.2 < share < 0.8
    assert set(column(found["lives"], "dropout_reason")) == {"", "too sore"}


# --- adherence ---

def test_the_share_that_is_taken_is_the_share_that_is_said():
    one = adherence_of(0.8)
    assert np.all(one.shares == 0.8)
    plan = Plan(doses=tuple(dose(1.0, float(day)) for day in range(13)))
    shares = [share_taken(taken(plan, 0.8, place, 1, EXPOSURES), 99.0, 0.8) for place in range(PLACES)]
    assert np.mean(shares) == pytest.approx(0.8, abs=0.02)
    assert set(np.round(np.array(shares) * 13)) <= {10, 11}, "the very share but for rounding"
    left = [tuple(d.start for d in taken(plan, 0.8, place, 1, EXPOSURES).left_out) for place in range(PLACES)]
    assert len(set(left)) > PLACES // 2
    assert len({day for days in left for day in days}) == 13, "any dose may be left out"


def test_a_law_of_adherence_has_its_mean_and_spread():
    law = adherence_of(AdherenceTable(mean=0.8, sd=0.15))
    assert law.shares.mean() == pytest.approx(0.8, abs=1e-12)
    assert 0.12 < law.shares.std() < 0.15
    assert np.all(np.diff(law.shares) >= 0)
    with refused("ZN-1473", "0.5"):
        adherence_of(AdherenceTable(mean=0.9, sd=0.5))


def test_places_are_as_likely_and_belong_to_persons():
    places = places_of(1, range(6400))
    assert stats.chisquare(np.bincount(places, minlength=PLACES)).pvalue > 0.01
    assert np.array_equal(places_of(1, np.array([5, 6000])), places[[5, 6000]])


def test_the_same_doses_are_left_out_of_the_same_drug_in_another_plan():
    own = tuple(dose(1.0, float(day)) for day in range(20))
    other = tuple(dose(1.0, float(day), what="depot") for day in range(20))
    alone, both = (taken(Plan(doses=doses), 0.7, 3, 1, EXPOSURES) for doses in (own, tuple(sorted(own + other, key=lambda d: d.start))))
    assert [d.start for d in alone.doses] == [d.start for d in both.doses if d.state == "drug.central"]


def test_being_treated_is_no_matter_of_how_much_is_taken(monkeypatch):
    plan = Plan(settings=(leak(2.0, 1.0, 5.0),))
    monkeypatch.setattr("zonula.trials.adherence.CONTEXT", "gut.leak")
    assert taken(plan, 0.5, 0, 1, EXPOSURES).settings[0].value == 2.0
    assert np.isnan(share_taken(plan, 9.0, 0.5))


def test_practices_are_kept_to_in_part_and_nothing_is_left_of_nobody():
    plan = Plan(settings=(leak(2.0, 1.0, 5.0),))
    assert taken(plan, 0.75, 0, 1, EXPOSURES).settings[0].value == pytest.approx(1.5)
    assert taken(plan, 1.0, 0, 1, EXPOSURES) is plan
    assert share_taken(plan, 9.0, 0.75) == 0.75
    assert np.isnan(share_taken(Plan(), 9.0, 0.75))


def test_the_table_of_lives_tells_how_much_was_taken():
    found = tables(text(drug="adherence = { mean = 0.7, sd = 0.2 }"), last=48)
    arm, share = column(found["lives"], "arm"), column(found["lives"], "adherence").astype(float)
    assert np.all(np.isnan(share[arm == "placebo"]))
    assert share[arm == "drug"].mean() == pytest.approx(0.7, abs=0.08)
    level = grid(found, "drug_true")[:, 1:].mean(axis=1)[arm == "drug"]
    full = grid(tables(last=48), "drug_true")[:, 1:].mean(axis=1)[arm == "drug"]
    assert np.corrcoef(share[arm == "drug"], level / full)[0, 1] > 0.7
    assert np.all((level <= full + 1e-5) & ((level < full) == (share[arm == "drug"] < 1)))
