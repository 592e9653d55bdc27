import math

import numpy as np
import pytest
from tests.small_lives import tables

from zonula.ground.errors import UsageError
from zonula.trials.answers import Question, data_of, estimate
from zonula.trials.endpoints import Endpoint
from zonula.trials.estimate import none_of
from zonula.trials.harms import harm_told, risk_difference, share_told
from zonula.trials.lived import lived_of
from zonula.trials.subgroups import differ, forest, levels

ASKED = Question(id="q", endpoint=Endpoint(id="pain", kind="change", measure="pain_vas", day=84.0), arms=("drug", "placebo"))


@pytest.fixture(scope="module")
def lived():
    return lived_of(*tables(400))


@pytest.mark.parametrize(("by", "names"), [
    ("hla_b27", ["hla_b27", "not hla_b27"]), ("not hla_b27", ["not hla_b27", "hla_b27"]), ("pain_vas >= 60", ["pain_vas >= 60", "pain_vas < 60"]), ("age < 50", ["age < 50", "age >= 50"]),
    ("variant", ["other", "usual"]), ("stratum", ["no", "yes"])])
def test_parts_are_told_apart_by_what_was_before(lived, by, names):
    parts = levels(lived, by)
    assert [name for name, _ in parts] == names
    assert sum(mask.sum() for _, mask in parts) == 800


def test_parts_hold_whom_they_say(lived):
    (_, old), (_, young) = levels(lived, "age >= 50")
    assert lived.before["age"][old].min() >= 50 > lived.before["age"][young].max()


@pytest.mark.parametrize("by", ["shoe size", "pain_vas = 3", "agee >= 50", "not age >= 50", ""])
def test_what_is_not_known_before_is_refused(lived, by):
    with pytest.raises(UsageError, match=r"ZN-1487|ZN-1232"):
        levels(lived, by)


def test_a_forest_has_a_row_for_each_part_and_finds_what_differs():
    lives, visits = tables(4000, effect=(0.0, -10.0))
    lived = lived_of(lives, visits)
    data = data_of(lived, ASKED)
    even = forest([(name, mask[data.rows]) for name, mask in levels(lived, "hla_b27")], lambda within: estimate(data, within))
    assert [row["name"] for row in even["levels"]] == ["hla_b27", "not hla_b27"]
    assert sum(row["n"] for row in even["levels"]) == 4000
    assert all(row["value"] == pytest.approx(-10.0, abs=1.5) for row in even["levels"])
    assert even["interaction_p"] > 0.01
    uneven = data.values - 4.0 * (lived.before["hla_b27"][data.rows] * (data.arm == "drug"))
    from dataclasses import replace

    data = replace(data, values=uneven)
    told = forest([(name, mask[data.rows]) for name, mask in levels(lived, "hla_b27")], lambda within: estimate(data, within))
    assert told["levels"][0]["value"] == pytest.approx(-14.0, abs=1.5)
    assert told["interaction_p"] < 1e-4


def test_the_test_of_interaction_is_uniform_where_parts_do_not_differ():
    from scipy.stats import kstest

    rng = np.random.default_rng(1)

    def one(effect):
        return none_of("difference", "", (10, 10)).__class__(effect=effect, low=0, high=0, se=1.0, p=0, n=(10, 10), measure="difference", method="")

    found = [differ([one(rng.normal()), one(rng.normal()), one(rng.normal())]) for _ in range(500)]
    assert kstest(found, "uniform").pvalue > 0.001
    assert math.isnan(differ([one(1.0)]))


def test_an_empty_part_has_no_estimate(lived):
    data = data_of(lived, ASKED)
    told = forest([("nobody", np.zeros(len(data.rows), bool)), ("all", np.ones(len(data.rows), bool))], lambda within: estimate(data, within))
    assert math.isnan(told["levels"][0]["value"])
    assert math.isnan(told["interaction_p"])


def test_harms_are_counted_by_arm_and_in_the_same_persons(lived):
    told = harm_told(lived, "erosion", ("placebo", "drug"), "Erosion")
    drug = lived.of_arms("drug")
    met = np.isfinite(lived.harms["erosion"][drug])
    assert told["arms"]["placebo"] == {"value": 0.0, "lo": 0.0, "hi": pytest.approx(0.0188, abs=1e-3), "n": 200, "events": 0, "median_day": pytest.approx(math.nan, nan_ok=True)}
    assert told["arms"]["drug"]["events"] == met.sum()
    assert told["arms"]["drug"]["median_day"] == 28.0
    (difference,) = told["differences"]
    assert difference["arms"] == ["drug", "placebo"]
    assert difference["value"] == pytest.approx(met.mean())
    assert difference["twins"] == pytest.approx(0.2)  # every fifth person
    assert difference["persons_per_harm"] == pytest.approx(1 / met.mean())


def test_a_life_that_ended_early_without_the_harm_says_nothing():
    lives, visits = tables(40)
    status = np.array(lives["status"].to_pylist(), dtype=object)
    status[:10] = "too stiff"
    import pyarrow as pa

    lived = lived_of(lives.set_column(lives.column_names.index("status"), "status", pa.array(status)), visits)
    assert risk_difference(lived, "erosion", "drug", "placebo").n < (20, 20)
    assert share_told(np.array([1.0, 0.0, np.nan]))["n"] == 2
