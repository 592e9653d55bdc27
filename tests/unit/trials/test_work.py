"""A trial as work for shards: the same rows however it is cut, a plan that is plain data, and an engine that must be the same."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tests.helpers import refused
from tests.small_trial import DRUG, PLACEBO, QUESTION, RESCUE, column, tables, text, work

from zonula.ground.errors import UsageError
from zonula.organs.standard import standard_model
from zonula.scale.content import RowSums
from zonula.trials.plan import open_trial, plan_trial, work_of
from zonula.trials.read import read_protocol
from zonula.trials.tables import LAYOUTS

RICH = text(RESCUE, '\n[roads]\nshare = 0.3\nweeks = [2]\nof = ["pain_vas"]\n', "\n[dropout]\nper_year = 10\n", drug="adherence = { mean = 0.8, sd = 0.1 }",
            placebo="context.pain_vas = { change = -0.1, sd = 0.1 }", randomisation='strata = ["hla_b27"]')


def rows_of(*tables_there):
    """What tables hold, whatever their order."""
    whole = RowSums()
    for table in tables_there:
        whole.add(table)
    return whole.content


def content(parts, name):
    """What the tables of some shards hold."""
    return rows_of(*(part.tables[name] for part in parts))


def test_shards_of_any_size_give_the_same_rows():
    made = work(RICH)
    cuts = {size: [made.run(first, min(first + size, 24)) for first in range(0, 24, size)] for size in (24, 12, 6)}
    fresh = [work(RICH).run(first, first + 6) for first in (18, 0, 12, 6)]
    for name in ("lives", "visits", "roads"):
        assert content(cuts[24], name) == content(cuts[12], name) == content(cuts[6], name) == content(fresh, name)
    for name in cuts[24][0].counts:
        assert np.array_equal(cuts[24][0].counts[name], sum(part.counts[name] for part in cuts[6]))
    assert content(cuts[24], "lives") != content([work(RICH, seed=4).run(0, 24)], "lives")


def test_tables_are_in_their_order_and_of_one_shape():
    full, empty = tables(RICH), work(RICH.replace("[people]", '[people]\neligibility = ["pain_vas > 1000"]')).run(0, 6).tables
    assert set(full) == set(LAYOUTS) == set(work(RICH).tables)
    for name, layout in LAYOUTS.items():
        rows = list(zip(*(full[name].column(key).to_pylist() for key in layout.by), strict=True))
        assert rows == sorted(rows)
        assert len(set(rows)) == len(rows)
        assert full[name].schema == empty[name].schema
    assert empty["lives"].num_rows == empty["visits"].num_rows == 0
    assert dict(zip(*(column(empty["screening"], key).tolist() for key in ("reason", "count")), strict=True))["nobody found"] == 6


@pytest.mark.parametrize("twins", [True, False])
def test_the_order_of_arms_in_the_file_is_for_readers_and_chance_does_not_know_it(twins):
    more = (RESCUE, "\n[dropout]\nper_year = 10\n")
    one, other = (work(text(*more, arms=arms, drug="adherence = { mean = 0.8, sd = 0.1 }", randomisation="ratio = { drug = 3 }"), twins=twins)
                  for arms in (PLACEBO + DRUG, DRUG + PLACEBO))
    assert (list(one.protocol.arms), list(other.protocol.arms)) == (["placebo", "drug"], ["drug", "placebo"])
    parts = [[made.run(0, 24)] for made in (one, other)]
    for name in ("lives", "visits"):
        assert content(parts[0], name) == content(parts[1], name)
    for name, counts in parts[0][0].counts.items():
        assert np.array_equal(counts, parts[1][0].counts[name])


def test_who_was_looked_at_is_counted():
    found = tables(text(people='eligibility = ["leaking > 2.2", "age >= 35"]'))
    counts = dict(zip(*(column(found["screening"], key).tolist() for key in ("reason", "count")), strict=True))
    taken = len(set(column(found["lives"], "person").tolist()))
    assert counts["taken"] == taken
    assert counts["screened"] == sum(n for why, n in counts.items() if why not in ("screened", "nobody found"))
    assert counts["not leaking > 2.2"] > 0
    assert np.all(column(found["lives"], "age") >= 35)
    assert np.all(column(found["visits"], "leaking")[column(found["visits"], "visit") == 0] > 2.2), "as measured on day 0"


def test_people_are_followed_from_the_very_measurement_by_which_they_were_taken():
    found = tables(text(people='eligibility = ["pain_vas >= 5"]'))
    first = column(found["visits"], "visit") == 0
    measured, true = (column(found["visits"], name)[first] for name in ("pain_vas", "pain_vas_true"))
    assert np.all(measured >= 5)
    assert np.all(true < 5), "who was taken on a bad day"
    assert column(found["visits"], "pain_vas")[~first].mean() < 0.8 * measured.mean()


def test_the_running_estimate_is_the_difference_of_twins():
    made = work()
    part = made.run(0, 24)
    pain = column(part.tables["visits"], "pain_vas_true").reshape(24, 2, 4)
    change = pain[:, :, 3] - pain[:, :, 0]
    estimate = made.estimates(made.run(0, 24).counts)["effect"]
    assert estimate.n == 24
    assert estimate.value == pytest.approx((change[:, 0] - change[:, 1]).mean(), abs=1e-5)
    assert made.estimates({}) == {}


def test_an_estimate_of_what_four_arms_have_in_common():
    four = "".join(f"\n[arms.{name}]\nevents = [{events}]\n" for name, events in (
        ("neither", ""), ("one", '"drug.central 40 mg at day 1"'), ("two", '"drug.depot 40 mg at day 1"'),
        ("both", '"drug.central 40 mg at day 1", "drug.depot 40 mg at day 1"')))
    question = QUESTION.replace('contrast = ["drug", "placebo"]', 'interaction = ["one", "two", "both", "neither"]')
    part = work(text(arms=four, question=question)).run(0, 24)
    arms = ["both", "neither", "one", "two"]
    pain = column(part.tables["visits"], "pain_vas_true").reshape(24, 4, 4)
    change = dict(zip(arms, (pain[:, :, 3] - pain[:, :, 0]).T, strict=True))
    expected = (change["both"] - change["one"] - change["two"] + change["neither"]).mean()
    assert work(text(arms=four, question=question)).estimates(part.counts)["effect"].value == pytest.approx(expected, abs=1e-5)
    timed = question.replace('kind = "change"', 'kind = "time to event"').replace('measure = "pain_vas"', 'criterion = "pain_vas > 2"').replace(
        'interaction = ["one", "two", "both", "neither"]', 'contrast = ["one", "two"]')
    assert "effect" not in work(text(arms=four, question=timed)).run(0, 6).counts
    answered = question.replace('kind = "change"', 'kind = "response"').replace('measure = "pain_vas"', 'criterion = "pain_vas <= -20 %"')
    assert work(text(arms=four, question=answered)).run(0, 24).counts["effect"].shape == part.counts["effect"].shape


def test_tables_can_be_written_and_read(tmp_path):
    import pyarrow.parquet as pq

    for name, table in tables(RICH, last=6).items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
        assert rows_of(pq.read_table(tmp_path / f"{name}.parquet")) == rows_of(table)
    assert tables(RICH, last=6)["lives"].schema.field("age").type == pa.float32()


# --- plans ---

@pytest.fixture(scope="module")
def planned():
    return plan_trial(read_protocol("supplements_honest", standard_model()), n=5, seed=2, members=3)


def test_a_plan_is_plain_data_from_which_the_work_is_made(planned):
    data = json.loads(json.dumps(planned.as_dict(), allow_nan=False))
    made = work_of(data)
    assert open_trial({**data, "unit": 48, "hash": "x"}).identity == made.identity == data["identity"]
    assert made.persons == 5
    assert made.unit == made.protocol.table.randomisation.site
    assert len(made.members) == len(made.variants) == 3
    assert made.protocol.measures == read_protocol("supplements_honest", standard_model()).measures


def test_how_many_people_there_are_is_no_part_of_who_they_are(planned):
    protocol_there = read_protocol("supplements_honest", standard_model())
    assert plan_trial(protocol_there, n=500, seed=2, members=3).identity == planned.identity
    for more in ({"seed": 3}, {"members": 4}, {"twins": False}, {"rtol": 1e-5}, {"build": "reproducible"}, {"population": "evidence"}):
        assert plan_trial(protocol_there, **{"n": 5, "seed": 2, "members": 3} | more).identity != planned.identity


def test_comments_are_no_part_of_a_plan(planned, tmp_path):
    there = read_protocol("supplements_honest", standard_model())
    (tmp_path / "supplements_honest.toml").write_text("# another remark\n" + there.text, "utf-8")
    again = plan_trial(read_protocol(tmp_path / "supplements_honest.toml", standard_model()), n=5, seed=2, members=3)
    assert again.identity == planned.identity
    (tmp_path / "supplements_honest.toml").write_text(there.text.replace("site   = 48", "site   = 24").replace("site = 48", "site = 24"), "utf-8")
    other = plan_trial(read_protocol(tmp_path / "supplements_honest.toml", standard_model()), n=5, seed=2, members=3)
    assert other.identity != planned.identity


def test_another_engine_is_refused(planned):
    data = planned.as_dict()
    data["identity"]["made_of"] = {**data["identity"]["made_of"], "engine": "another"}
    with refused("ZN-1477", "another engine"):
        work_of(data)
    with refused("ZN-1476"):
        work_of({"identity": {"schema": "zonula/other/1"}, "persons": 3})


def test_numbers_that_make_no_sense_are_refused():
    there = read_protocol("supplements_honest", standard_model())
    for more in ({"n": 0}, {"members": 0}, {"seed": -1}):
        with pytest.raises(UsageError) as caught:
            plan_trial(there, **{"n": 5, "seed": 2, "members": 3} | more)
        assert caught.value.problems[0].code == "ZN-1474"


def test_the_same_person_lives_in_a_larger_trial(planned):
    made = work_of(planned.as_dict())
    larger = replace(made, persons=48)
    assert content([made.run(0, 5)], "visits") == content([larger.run(0, 5)], "visits")
