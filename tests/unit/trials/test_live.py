"""Lives in arms: what rules change and when, twins, and who changes nobody else."""

import numpy as np
import pytest
from tests.small_crowd import MODEL
from tests.small_trial import DRUG, PLACEBO, QUESTION, RESCUE, column, protocol, tables, text, work

from zonula.population.recruit import recruit
from zonula.population.variants import STANDARD, Variant
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm
from zonula.trials.treatments import Treatment, Treatments

DAYS = np.array([0.0, 3.0, 7.0, 14.0])
EXACT = 'noise = "none"'


def grid(found, name):
    return column(found["visits"], name).reshape(found["lives"].num_rows, -1)


def of(found, arm, name="pain_vas_true"):
    """A measure in one arm, shape (person, visit)."""
    return grid(found, name)[column(found["lives"], "arm") == arm].astype(float)


def by_hand(sentences, cut=None, then=(), persons=24):
    """True pain of the people of the trial under a plan, by the kernel alone; *then* from the day *cut* on."""
    trial = work()
    people = recruit(MODEL, trial.evidence, trial.protocol.group, trial.members, range(persons), recruiting=trial.recruiting)
    plan = read_plan(["gut.leak 1 from day 0", *sentences], MODEL)
    if cut is not None:
        plan = plan.until(cut).joined(read_plan(["gut.leak 1 from day 0", *then], MODEL).shifted(cut))
    crowd = Crowd(model=MODEL, parameters=people.cohort.rows, until=14.0, times=np.array([3.0, 7.0, 14.0]), arms=(Arm(plan=plan),),
                  readouts=("pain_vas",), rtol=1e-8, begins=people.cohort.moment)
    return solve_people(crowd, jobs=1).values[:, :, 0]


def test_lives_are_those_of_the_kernel():
    found = tables()
    assert of(found, "placebo")[:, 1:] == pytest.approx(by_hand([]), rel=1e-4)
    assert of(found, "drug")[:, 1:] == pytest.approx(by_hand(["drug.central 40 mg every 2 days x 7"]), rel=1e-4)
    assert np.array_equal(of(found, "placebo")[:, 0], of(found, "drug")[:, 0]), "nothing was done before the first visit"


def test_visits_come_before_the_doses_of_the_day():
    on_the_day = text(arms=PLACEBO + DRUG.replace("every 2 days x 7", "at day 0, 7"))
    level = of(tables(on_the_day), "drug", "drug_true")
    assert np.all(level[:, 0] == 0)
    assert np.all(level[:, 2] < level[:, 1]), "the dose of day 7 is not yet given"
    cut = of(tables(on_the_day + RESCUE.replace("> 1.2", "> 999")), "drug", "drug_true")
    assert cut == pytest.approx(level, rel=1e-5)


# --- rules ---

def test_a_rule_acts_at_the_first_visit_at_which_it_holds_and_only_then():
    found = tables(text(RESCUE))
    lives, pain = found["lives"], grid(found, "pain_vas").astype(float)
    holds = pain[:, 1:3] > 1.2
    expected = np.where(holds[:, 0], 3.0, np.where(holds[:, 1], 7.0, np.nan))
    day = column(lives, "rescue_day").astype(float)
    assert np.array_equal(day, expected, equal_nan=True)
    assert len(set(expected[np.isfinite(expected)])) == 2
    assert np.isnan(expected).any()
    assert np.array_equal(grid(found, "rescued"), np.where(np.isnan(day), np.inf, day)[:, np.newaxis] < DAYS)
    assert column(lives, "rescue").tolist() == ["rescue" if np.isfinite(d) else "" for d in day]
    assert column(lives, "switches").tolist() == [f"rescue@{d:g}" if np.isfinite(d) else "" for d in day]


def test_what_a_rule_does_is_done_from_that_day_on_instead_of_the_rest():
    found = tables(text(RESCUE))
    day = column(found["lives"], "rescue_day").astype(float)
    for arm, own in (("placebo", []), ("drug", ["drug.central 40 mg every 2 days x 7"])):
        mine = day[column(found["lives"], "arm") == arm]
        pain = of(found, arm)[:, 1:]
        for cut in (3.0, 7.0, np.nan):
            which = np.isnan(mine) if np.isnan(cut) else mine == cut
            assert which.any() or arm == "drug"
            expected = by_hand(own) if np.isnan(cut) else by_hand(own, cut, ["drug.central 60 mg every 1 day x 5"])
            assert pain[which] == pytest.approx(expected[which], rel=1e-4)


def test_a_rule_that_does_not_stop_adds():
    added = RESCUE.replace("stop = true", "stop = false").replace("60 mg every 1 day x 5", "60 mg at day 0.5")
    found, plain = tables(text(added)), tables()
    cut = column(found["lives"], "rescue_day").astype(float)[column(found["lives"], "arm") == "drug"]
    own = ["drug.central 40 mg every 2 days x 7"]
    assert of(found, "drug")[cut == 3.0, 1:] == pytest.approx(by_hand([*own, "drug.central 60 mg at day 3.5"])[cut == 3.0], rel=1e-4)
    assert of(found, "drug")[np.isnan(cut)] == pytest.approx(of(plain, "drug")[np.isnan(cut)], rel=1e-4)


def test_a_rule_acts_once_and_one_at_a_visit_and_another_only_after_it():
    second = RESCUE.replace('id = "rescue"', 'id = "more"\nafter = "rescue"').replace("> 1.2", "> 0").replace("stop = true", "stop = true\nrescue = false")
    found = tables(text(RESCUE, second))
    switches = set(column(found["lives"], "switches").tolist())
    assert "rescue@3+more@7" in switches
    assert switches <= {"", "rescue@3", "rescue@7", "rescue@3+more@7"}
    assert set(column(found["lives"], "rescue").tolist()) <= {"", "rescue"}, "only what is rescue"
    both = text(RESCUE, RESCUE.replace('"rescue"', '"other"'))
    assert all("@3+other@3" not in said for said in column(tables(both)["lives"], "switches").tolist())


def test_a_step_of_a_strategy_is_no_rescue():
    found = tables(text(RESCUE.replace("stop = true", "stop = true\nrescue = false")))
    assert np.all(np.isnan(column(found["lives"], "rescue_day").astype(float)))
    assert set(column(found["lives"], "switches").tolist()) == {"", "rescue@3", "rescue@7"}
    assert set(column(found["lives"], "rescue").tolist()) == {""}
    assert not grid(found, "rescued").any()
    assert np.array_equal(grid(found, "pain_vas"), grid(tables(text(RESCUE)), "pain_vas"))


def test_a_rule_may_ask_for_what_does_not_hold():
    unless = tables(text(RESCUE.replace('when = "pain_vas > 1.2"', 'when = "pain_vas <= 1.2"\nunless = true')))
    plain = tables(text(RESCUE))
    assert np.array_equal(column(unless["lives"], "rescue_day"), column(plain["lives"], "rescue_day"), equal_nan=True)


def test_nobody_who_was_lost_is_rescued():
    found = tables(text(RESCUE, "\n[dropout]\nper_year = 20\n"), last=48)
    lost, rescued = (column(found["lives"], name).astype(float) for name in ("dropout_day", "rescue_day"))
    assert np.isfinite(lost).any()
    assert not np.any(rescued > lost)
    plain = column(tables(text(RESCUE), last=48)["lives"], "rescue_day").astype(float)
    stayed = ~(lost < plain)
    assert np.array_equal(rescued[stayed], plain[stayed], equal_nan=True)


def test_who_leaves_may_end_the_treatment_too():
    leaving = "\n[dropout]\nper_year = 20\nstops = true\n"
    found, plain = tables(text(leaving), last=48), tables(last=48)
    assert protocol(text(leaving)).cuts == (3.0, 7.0)
    lost = column(found["lives"], "dropout_day").astype(float)
    drug = column(found["lives"], "arm") == "drug"
    early = lost[drug] < 7.0
    level, full = of(found, "drug", "drug_true"), of(plain, "drug", "drug_true")
    assert early.any()
    assert np.all(level[early, 3] < 0.5 * full[early, 3]), "nothing is taken any more"
    assert level[~early] == pytest.approx(full[~early], rel=1e-3)


def test_without_rescue_is_a_life_of_its_own():
    asked = text(RESCUE).replace('contrast = ["drug", "placebo"]', 'contrast = ["drug", "placebo"]\nstrategy = "hypothetical"')
    found = tables(asked)
    assert of(found, "placebo without rescue") == pytest.approx(of(tables(), "placebo"), rel=1e-4)
    arm = column(found["lives"], "arm")
    without = np.char.endswith(arm.astype(str), " without rescue")
    assert without.sum() == 48
    assert not column(found["lives"], "randomised")[without].any()
    assert np.all(np.isnan(column(found["lives"], "rescue_day").astype(float)[without]))
    plain = tables(text(RESCUE))
    kept = ~without
    assert np.array_equal(column(found["lives"], "rescue_day")[kept], column(plain["lives"], "rescue_day"), equal_nan=True)


# --- twins ---

SAME = PLACEBO + DRUG.replace("[arms.drug]", "[arms.one]") + DRUG.replace("[arms.drug]", "[arms.two]")


@pytest.mark.parametrize("rules", ["", RESCUE])
def test_an_arm_against_itself_differs_by_exactly_nothing(rules):
    said = text(rules, arms=SAME, question=QUESTION.replace('["drug", "placebo"]', '["one", "two"]'))
    said = said.replace("{drug}", "adherence = 0.7").replace("block = 4", "block = 6")
    found = tables(said)
    for name in ("pain_vas", "pain_vas_true", "drug_true"):
        assert np.array_equal(of(found, "one", name), of(found, "two", name))
    assert not np.array_equal(of(found, "one"), of(found, "placebo"))
    effect = work(said).run(0, 24).counts["effect"]
    assert work(said).estimates({"effect": effect})["effect"].value == 0.0


def test_arms_that_change_names_change_places():
    other = text(arms=DRUG.replace("[arms.drug]", "[arms.placebo]") + PLACEBO.replace("[arms.placebo]", "[arms.drug]"))
    one, swapped = tables(), tables(other)
    for name in ("pain_vas", "leaking_true"):
        assert np.array_equal(of(one, "drug", name), of(swapped, "placebo", name))
        assert np.array_equal(of(one, "placebo", name), of(swapped, "drug", name))


def test_without_twins_everybody_lives_where_chance_brought_them():
    every, own = tables(), tables(twins=False)
    chosen = column(every["lives"], "randomised")
    assert own["lives"].num_rows == 24
    assert column(own["lives"], "randomised").all()
    assert np.array_equal(grid(every, "pain_vas")[chosen], grid(own, "pain_vas"))


# --- nobody else ---

def test_an_arm_a_measure_or_a_visit_more_changes_nobody_else():
    plain = tables()
    arm = tables(text(arms=PLACEBO + DRUG + DRUG.replace("[arms.drug]", "[arms.more]")).replace("block = 4", "block = 3").replace("{drug}", ""))
    measure = tables(text().replace('"drug"]\n', '"drug", "fire"]\n'))
    visit = tables(text().replace("[0, 3, 7, 14]", "[0, 3, 5, 7, 14]"))
    for name in ("pain_vas", "pain_vas_true", "leaking"):
        for of_arm in ("drug", "placebo"):
            assert np.array_equal(of(arm, of_arm, name), of(plain, of_arm, name))
            assert np.array_equal(of(measure, of_arm, name), of(plain, of_arm, name))
            assert np.array_equal(of(visit, of_arm, name)[:, [0, 1, 3, 4]], of(plain, of_arm, name))


def test_a_place_more_changes_nobody_else():
    whole = tables(text(RESCUE, drug="adherence = 0.8"), last=24)
    parts = [tables(text(RESCUE, drug="adherence = 0.8"), first=first, last=first + 6) for first in range(0, 24, 6)]
    for table in ("lives", "visits"):
        for name in whole[table].column_names:
            together = np.concatenate([column(part[table], name) for part in parts])
            assert np.array_equal(together, column(whole[table], name), equal_nan=together.dtype.kind == "f"), name


def test_another_seed_is_other_people():
    assert not np.array_equal(grid(tables(), "pain_vas"), grid(tables(seed=4), "pain_vas"))


# --- harms, failures, roads, variants ---

def test_a_harm_is_what_was_not_there_before():
    found = tables(text('\n[[harms]]\nid = "leaky"\nwhen = "leaking > 3"\n'))
    true, day = grid(found, "leaking_true").astype(float), column(found["lives"], "leaky").astype(float)
    first = np.where(true[:, 1] > 3, 3.0, np.where(true[:, 2] > 3, 7.0, np.where(true[:, 3] > 3, 14.0, np.nan)))
    assert np.array_equal(day, np.where(true[:, 0] > 3, np.nan, first), equal_nan=True)
    assert len(set(day[np.isfinite(day)])) >= 2
    assert np.isnan(day).any()


def test_who_cannot_be_led_to_the_end_is_a_row_with_a_reason():
    burst = text(drug="", arms=PLACEBO + DRUG.replace("drug.central 40 mg every 2 days x 7", "gut.leak 10 from day 5"))
    burst = burst.replace('background = ["gut.leak 1 from day 0"]', "")
    part = work(burst).run(0, 24)
    found = part.tables
    status, stopped = column(found["lives"], "status"), column(found["lives"], "stopped_day").astype(float)
    failed = status != "finished"
    assert 0 < failed.sum() < 24
    assert "joint.p left its range" in status[failed][0]
    assert sum(part.failures.values()) == failed.sum() == np.isfinite(stopped).sum()
    true, seen = grid(found, "pain_vas_true").astype(float), grid(found, "observed")
    over = np.where(failed, stopped, np.inf)[:, np.newaxis] < DAYS
    assert np.array_equal(np.isnan(true), over)
    assert np.array_equal(~seen, over)
    assert part.counts["lives"].tolist() == [48, failed.sum()]


def test_roads_are_told_of_some_and_add_up():
    said = '\n[roads]\nshare = 0.4\nweeks = [0, 2]\nof = ["pain_vas", "leaking"]\n'
    found = tables(text(RESCUE, said), last=48)
    roads = found["roads"]
    persons = sorted(set(column(roads, "person").tolist()))
    assert 8 < len(persons) < 32
    assert roads.num_rows == len(persons) * 2 * 2 * 2
    person, arm, day, readout = (column(roads, name) for name in ("person", "arm", "day", "readout"))
    whole = column(roads, "systemic").astype(float) + column(roads, "remainder").astype(float)
    seen = {(p, a, d): v for p, a, d, v in zip(*(column(found["visits"], name).tolist() for name in ("person", "arm", "day", "pain_vas_true")), strict=True)}
    pain = readout == "pain_vas"
    expected = [seen[key] for key in zip(person[pain].tolist(), arm[pain].tolist(), day[pain].tolist(), strict=True)]
    assert whole[pain] == pytest.approx(expected, rel=2e-4)
    assert np.all(column(roads, "systemic").astype(float)[pain] > 0.01), "the leak hurts by that road, and has before day 0"
    assert np.all(column(roads, "systemic").astype(float)[~pain] == pytest.approx(0.0, abs=1e-4))
    assert np.all(np.isnan(column(roads, "primed").astype(float))), "a road that this body does not have"


def test_a_variant_without_a_road_is_lived_so():
    closed = Variant(name="shut", title="", closed=("systemic",))
    found = tables(variants=(STANDARD, closed, STANDARD, closed))
    variant = column(found["lives"], "variant")
    assert set(variant.tolist()) == {"standard", "shut"}
    gained = grid(found, "pain_vas_true").astype(float)[:, 3] / grid(tables(), "pain_vas_true").astype(float)[:, 3]
    assert np.all(gained[(variant == "shut") & (column(found["lives"], "arm") == "placebo")] < 0.9)
    assert np.all(gained[variant == "standard"] == 1.0)


def test_plans_are_made_once_for_all_who_follow_them():
    made = protocol(text(RESCUE, drug="adherence = 0.8"))
    treatments = Treatments(made, MODEL, (STANDARD,) * 3, 1)
    assert treatments.variants == (STANDARD,)
    one = Treatment(1, 0, 0, 5, ((0, 3.0),))
    assert treatments.plan(one) is treatments.plan(one)
    plan = treatments.plan(one)
    assert all(d.start < 3.0 or d.amount == 60.0 for d in plan.doses)
    assert {s.end for s in plan.settings} == {3.0, np.inf}
    during = treatments.arm(one, 3.0, 7.0).plan
    assert {d.start for d in during.doses} <= {3.0, 4.0, 5.0, 6.0}
