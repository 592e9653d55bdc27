"""Persons beside the cohort to which they were matched: what is reached, what only chance keeps away, and what is missed."""

import numpy as np
import pyarrow as pa
import pytest
from tests.small_crowd import MODEL
from tests.small_lives import tables

from zonula.population.matching import fitted_tilt, tilt_from
from zonula.population.targets import read_targets
from zonula.trials.balance import balance, effective_persons, match_told
from zonula.trials.lived import lived_of

FILE = """of,statistic,value
age,mean,{age}
age,sd,10
female,share,{female}
pain_vas,mean,{pain}
bmi,mean,25
leaking,mean,3
"""


@pytest.fixture
def matched(tmp_path):
    def told(*, age=52.0, female=0.7, pain=60.0):
        path = tmp_path / "cohort.csv"
        path.write_text(FILE.format(age=age, female=female, pain=pain), "utf-8")
        targets = read_targets(path, MODEL)
        rng = np.random.default_rng(1)
        columns = {"age": rng.normal(52, 10, 400), "female": (rng.random(400) < 0.7).astype(float), "pain_vas": rng.normal(60, 12, 400),
                   "bmi": rng.normal(25, 2, 400), "leaking": rng.normal(3, 1, 400)}
        return match_told(*fitted_tilt(targets, columns.__getitem__, np.arange(400) % 5), targets)

    return told


def lived(*, weights=False, count=300):
    lives, visits = tables(count, twins=True, weights=weights)
    return lived_of(lives, visits, ("placebo", "drug"))


def told_of(found):
    return {row["target"]: row for row in found["numbers"]}


def test_nobody_is_compared_where_nobody_was_matched():
    assert balance(lived(), None) is None
    assert balance(lived(), {}) is None


def test_what_people_are_like_is_told_of_those_who_were_randomised_once_each(matched):
    people, said = lived(), matched()
    found = balance(people, said)
    mine = people.randomised
    rows = told_of(found)
    assert (found["persons"], found["effective_persons"]) == (300, 300.0)
    assert rows["age mean"]["now"] == pytest.approx(people.before["age"][mine].mean())
    assert rows["age sd"]["now"] == pytest.approx(people.before["age"][mine].std(), rel=0.02)
    assert rows["female share"]["now"] == pytest.approx(people.before["female"][mine].mean())
    assert rows["pain_vas mean"]["now"] == pytest.approx(people.seen["pain_vas"][mine, 0].mean()), "as it was measured on day 0"
    assert rows["leaking mean"]["status"] == "not measured"
    assert rows["leaking mean"]["now"] is None
    assert rows["bmi mean"]["status"] == "reached"
    assert found["cohort"]["name"] == "targets"
    assert 0 < found["selected_share"] <= 1
    assert found["pilot_effective"] <= found["pilot_persons"] == 400


def test_what_is_missed_is_told_apart_from_what_chance_keeps_away(matched):
    people = lived()
    mean, spread = (float(f(people.before["age"][people.randomised])) for f in (np.mean, np.std))
    error = spread / np.sqrt(300)
    for age, status in ((mean, "reached"), (mean + 0.5 + 1.0 * error, "by chance"), (mean + 0.5 + 2.5 * error, "missed")):
        assert told_of(balance(people, matched(age=age)))["age mean"]["status"] == status


def test_weights_count(matched):
    people, said = lived(weights=True), matched()
    w = people.weights[people.randomised]
    assert effective_persons(people) == pytest.approx(w.sum() ** 2 / (w @ w)) != 300
    assert effective_persons(lived()) is None
    found = balance(people, said)
    assert found["effective_persons"] == pytest.approx(effective_persons(people))
    assert told_of(found)["age mean"]["now"] == pytest.approx(np.average(people.before["age"][people.randomised], weights=w))


def test_the_plan_keeps_what_makes_the_tilt_again(matched):
    said = matched()
    tilt = tilt_from(said)
    assert tilt.as_dict() == {key: said[key] for key in tilt.as_dict()}
    assert [row["published"] for row in balance(lived(), said)["numbers"]] == [s.value for s in tilt.statements]


def test_values_that_nobody_came_to_have_measured_are_left_out(matched):
    lives, visits = tables(40, twins=False)
    first = np.array(visits["visit"].to_pylist()) == 0
    pain = np.where(first & (visits["person"].to_numpy() % 2 == 0), np.nan, visits["pain_vas"].to_numpy())
    visits = visits.set_column(visits.column_names.index("pain_vas"), "pain_vas", pa.array(pain))
    people = lived_of(lives, visits, ("placebo", "drug"))
    now = told_of(balance(people, matched()))["pain_vas mean"]["now"]
    assert now == pytest.approx(np.nanmean(people.seen["pain_vas"][people.randomised, 0]))
