"""An insult scaled: doses, exposures within their range, courses that keep their intervals, and what is no insult."""

import pytest
from tests.helpers import refused

from zonula.organs.standard import standard_model
from zonula.simulation.schedule import read_plan
from zonula.tipping.scaling import Insult

SENTENCES = ["bacteria 4e5 CFU po at day 2", "stress 1 from day 4 to day 10", "fibre 0.5 from day 4 to day 30", "naproxen 500 mg po bid from day 6 for 3 days",
             "adalimumab 40 mg sc q2w x 3 from day 425", "gluten 0 from day 50"]


def insult(*more, until=100.0):
    model = standard_model()
    return Insult.of(read_plan([*SENTENCES, *more], model), model, until=until)


def settings(plan):
    return {s.exposure.partition(".")[2]: (s.value, s.start, s.end) for s in plan.settings}


def doses(plan, what):
    return [(d.start, d.amount) for d in plan.doses if d.substance == what]


def test_once_as_large_and_long_is_the_plan_itself():
    made, plan = insult(), read_plan(SENTENCES, standard_model())
    again = made.plan(1.0)
    assert sorted((d.start, d.amount, d.state) for d in again.doses) == sorted((d.start, d.amount, d.state) for d in plan.doses)
    assert settings(again) == settings(plan)
    assert (made.begin, made.end()) == (2.0, 30.0)


def test_size_acts_on_doses_and_on_the_distance_from_neutral():
    plan = insult().plan(1.5)
    assert doses(plan, "bacteria") == [(2.0, 6e5)]
    assert settings(plan)["stress"] == (1.5, 4.0, 10.0)
    assert settings(plan)["fibre"] == (0.25, 4.0, 30.0)
    assert doses(plan, "naproxen")[0] == (6.0, 750.0)
    assert [amount for _, amount in doses(plan, "adalimumab")] == [40.0] * 3  # begins later: no insult
    assert settings(plan)["gluten"][0] == 0.0  # never ends: a circumstance


def test_exposures_stay_in_their_range_and_it_is_known_from_where():
    made = insult()
    assert settings(made.plan(5.0))["stress"][0] == 3.0
    assert settings(made.plan(5.0))["fibre"][0] == 0.0
    assert made.limits() == pytest.approx({"adrenal.stress": 3.0, "diet.fibre": 2.0})


def test_nothing_is_left_of_an_insult_of_no_size():
    plan = insult().plan(0.0)
    assert {amount for _, amount in doses(plan, "naproxen") + doses(plan, "bacteria")} == {0.0}
    assert settings(plan)["stress"][0] == 0.0
    assert settings(plan)["fibre"][0] == 1.0


@pytest.mark.parametrize(("length", "count"), [(0.1, 1), (0.5, 3), (1.0, 6), (2.0, 12), (2.5, 15)])
def test_length_is_counted_from_the_first_moment_and_courses_keep_their_intervals(length, count):
    made = insult()
    plan = made.plan(1.0, length)
    assert doses(plan, "bacteria") == [(2.0, 4e5)]
    assert settings(plan)["stress"] == pytest.approx((1.0, 2 + 2 * length, 2 + 8 * length))
    taken = [start for start, _ in doses(plan, "naproxen")]
    assert taken == pytest.approx([2 + 4 * length + 0.5 * k for k in range(count)])
    assert made.end(length) == pytest.approx(max(2 + 28 * length, taken[-1]))
    assert [start for start, _ in doses(plan, "adalimumab")] == [425.0, 439.0, 453.0]


def test_a_course_whose_dose_falls_is_lengthened_step_by_step():
    model = standard_model()
    made = Insult.of(read_plan(["prednisolone 20 mg po qd for 4 days then 10 mg qd for 2 days"], model), model)
    assert [d.amount for d in made.plan(1.0, 2.0).doses] == [20.0] * 8 + [10.0] * 4


def test_what_is_no_insult_is_refused():
    model = standard_model()
    with refused("ZN-1441", "ends"):
        Insult.of(read_plan(["gluten 0 from day 50"], model), model)
    with refused("ZN-1441", "before day 1"):
        insult(until=1.0)
    with refused("ZN-1442", "doses"):
        insult().plan(1.0, 10_000.0)
