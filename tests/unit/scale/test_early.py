"""Fair beginnings, rules for when enough is known, and the prefix that makes them independent of speed."""

import json

import pytest
from tests.small_work import EFFECT, SmallWork, open_small

from zonula.ground.errors import UsageError
from zonula.scale import Interval, run_study, study_counts, study_merge, study_status, study_verify
from zonula.scale.early import fair_order, read_rule

KNOWN = {"effect": Interval(-0.5, -0.625, -0.375, 250), "crp: a, b": Interval(1.0, 0.0, 2.0, 10)}


@pytest.mark.parametrize("shards", [1, 2, 3, 7, 64, 100, 1000])
def test_every_beginning_is_spread_evenly(shards):
    order = fair_order(shards)
    assert sorted(order) == list(range(shards))
    for taken in range(1, shards + 1):
        halves = sum(k < shards / 2 for k in order[:taken])
        assert abs(halves - taken / 2) <= 2 + taken / shards


@pytest.mark.parametrize(("text", "holds"), [
    ("ci(effect) < 0.3", True), ("ci(effect) < 0.25", False), ("ci(effect)<=0.25", True), ("se(effect) < 0.0638", True), ("se(effect) < 0.0637", False),
    ("n(effect) >= 250", True), ("n(effect) > 250", False), ("ci(effect) < 1 and n(effect) >= 251", False), ("ci( crp: a, b ) < 3", True)])
def test_rules(text, holds):
    assert read_rule(text).holds(KNOWN) is holds


@pytest.mark.parametrize("text", ["", "ci(effect)", "ci(effect) < x", "ci(effect) < nan", "ci(effect) < 1e999", "value(effect) < 1", "ci(effect) < 0.1 or n(effect) > 3",
                                  "__import__('os').system('x') < 1", "ci(effect) < 0.1 and", "ci(a(b)) < 1", "ci(effect) < 0.1" * 200, "ci(" * 5000])
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(UsageError, match="ZN-1349"):
        read_rule(text)


def test_an_unknown_name_is_told_with_what_is_near(tmp_path):
    with pytest.raises(UsageError, match=r"ZN-1348[\s\S]*did you mean 'effect'"):
        run_study(tmp_path / "s", SmallWork(80), open_small, jobs=1, stop_when="n(effect) > 1 and ci(effekt) < 0.1")


def test_work_that_estimates_nothing_cannot_stop_early(tmp_path):
    class Mute:
        identity, persons, unit, tables = {}, 1, 1, {}

    with pytest.raises(UsageError, match="ZN-1353"):
        run_study(tmp_path / "s", Mute(), open_small, stop_when="ci(effect) < 0.1")


def test_enough_is_enough_and_more_can_follow(tmp_path):
    folder, work = tmp_path / "s", SmallWork(1000)
    early = run_study(folder, work, open_small, jobs=1, shard_size=20, stop_when="ci(effect) < 0.1")
    assert early.finished
    assert early.stopped == "ci(effect) < 0.1"
    assert 3 <= early.done < 20
    assert early.estimates["effect"].width < 0.1
    assert early.estimates["effect"].low < EFFECT < early.estimates["effect"].high
    status = study_status(folder)
    assert (status.finished, status.stopped, status.done) == (True, "ci(effect) < 0.1", early.done)
    assert study_merge(folder).tables["visits"]["rows"] == 2 * early.done * 20
    again = run_study(folder, work, open_small, jobs=1, stop_when="ci(effect) < 0.1")
    assert (again.computed, again.done, again.stopped) == (0, early.done, early.stopped)
    whole = run_study(folder, work, open_small, jobs=1)
    assert (whole.done, whole.computed, whole.stopped) == (50, 50 - early.done, "")
    assert study_merge(folder).tables["visits"]["rows"] == 2000
    assert study_counts(folder)["effect"][0] == 1000


def test_where_it_stops_does_not_hang_on_speed(tmp_path):
    """Shards that were done beyond the beginning at which enough was known do not belong to the study."""
    work = SmallWork(1000)
    run_study(tmp_path / "a", work, open_small, jobs=1, shard_size=20, stop_when="ci(effect) < 0.1")
    run_study(tmp_path / "b", work, open_small, jobs=1, shard_size=20)  # all is there already
    second = run_study(tmp_path / "b", work, open_small, jobs=1, stop_when="ci(effect) < 0.1")
    assert second.computed == 0
    a, b = study_verify(tmp_path / "a"), study_verify(tmp_path / "b")
    assert a.content == b.content
    assert a.good
    assert b.good
    whole = run_study(tmp_path / "b", work, open_small, jobs=1)
    assert whole.done == 50
    assert study_verify(tmp_path / "b").content != b.content


def test_a_damaged_note_of_the_stop_means_all(tmp_path):
    run_study(tmp_path / "s", SmallWork(200), open_small, jobs=1, shard_size=20, stop_when="n(effect) >= 100")
    note = tmp_path / "s" / "stopped.json"
    assert study_status(tmp_path / "s").of == 5
    note.write_text(json.dumps(json.loads(note.read_text()) | {"shards": 4}))
    assert study_status(tmp_path / "s").of == 10


def test_the_running_estimate_is_told(tmp_path):
    told = []
    run_study(tmp_path / "s", SmallWork(400), open_small, jobs=1, shard_size=40, progress=told.append)
    assert [p.done for p in told] == list(range(11))
    assert told[-1].estimates["effect"].n == 400
    assert told[-1].share == 1.0
    assert told[-1].eta == 0.0
    assert "effect -0.5" in str(told[5])
    assert "5 of 10 shards, 200 persons" in str(told[5])
