"""Merged tables: sorted, complete, compared with what went in; and what verify finds out by doing shards again."""

import sys

import pyarrow.parquet as pq
import pytest
from tests.small_work import SmallWork, open_small

from zonula.ground.errors import StorageError, UsageError
from zonula.scale import UnfinishedError, run_study, study_merge, study_status, study_verify, study_work
from zonula.scale import merge as module
from zonula.scale.content import RowSums

WORK = SmallWork(200, unit=2)


def content(path):
    sums = RowSums()
    sums.add(pq.read_table(path))
    return sums.content


def test_merged_tables_hold_everything_in_order(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=2)
    merged = study_merge(tmp_path)
    assert (merged.made, merged.shards, merged.of) == (True, 100, 100)
    table = pq.read_table(tmp_path / "merged/visits.parquet")
    assert table["person"].to_pylist() == sorted(list(range(200)) * 2)
    assert table["arm"].to_pylist() == ["placebo", "repair"] * 200
    found = study_verify(tmp_path)
    assert content(tmp_path / "merged/visits.parquet") == found.tables["visits"].content
    assert content(tmp_path / "merged/screening.parquet") == found.tables["screening"].content
    assert sum(pq.read_table(tmp_path / "merged/screening.parquet")["count"].to_pylist()) == 200
    assert sorted(p.name for p in (tmp_path / "merged").iterdir()) == ["screening.parquet", "study.json", "visits.parquet"]
    assert merged.as_dict()["tables"]["visits"]["path"] == str(tmp_path / "merged/visits.parquet")


def test_merging_twice_gives_the_same_bytes_for_any_size_of_shards(tmp_path):
    for size in (4, 40):
        run_study(tmp_path / str(size), WORK, open_small, jobs=1, shard_size=size)
        study_merge(tmp_path / str(size))
    for name in ("visits", "screening"):
        assert (tmp_path / f"4/merged/{name}.parquet").read_bytes() == (tmp_path / f"40/merged/{name}.parquet").read_bytes()


def test_merging_in_groups_gives_the_same_bytes(tmp_path, monkeypatch):
    run_study(tmp_path / "a", WORK, open_small, jobs=1, shard_size=10)
    whole = study_merge(tmp_path / "a")
    (tmp_path / "a/merged/study.json").unlink()
    monkeypatch.setattr(module, "_AT_ONCE", 2)  # twenty files: ten, five, three, two, one
    grouped = study_merge(tmp_path / "a")
    assert grouped.made
    assert grouped.tables == whole.tables


def test_a_merge_is_done_again_when_it_is_not_of_what_is_there(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    study_merge(tmp_path)
    assert not study_merge(tmp_path).made
    (tmp_path / "merged/visits.parquet").write_bytes(b"short")
    assert study_merge(tmp_path).made
    (tmp_path / "merged/study.json").write_bytes(b"{}")
    assert study_merge(tmp_path).made
    (tmp_path / "merged/screening.parquet").unlink()
    assert study_merge(tmp_path).made
    assert not study_merge(tmp_path).made


def test_what_is_not_finished_is_merged_only_when_asked(tmp_path):
    begin(tmp_path)
    study_work(tmp_path, open_small, "1/3")
    with pytest.raises(UnfinishedError, match=r"ZN-7053\]: 3 of 10 shards are done"):
        study_merge(tmp_path)
    merged = study_merge(tmp_path, partial=True)
    assert (merged.shards, merged.of, merged.tables["visits"]["rows"]) == (3, 10, 120)
    run_study(tmp_path, WORK, open_small, jobs=1)
    assert study_merge(tmp_path).tables["visits"]["rows"] == 400


def begin(folder):
    from zonula.scale.plan import settle
    from zonula.scale.store import open_store

    settle(open_store(folder), WORK, 20)


def test_damage_does_not_get_into_a_merge(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    path = tmp_path / "shards/visits/shard-000002.parquet"
    data = bytearray(path.read_bytes())
    data[100] ^= 4
    path.write_bytes(bytes(data))
    assert study_status(tmp_path).done == 5  # sizes do not tell
    with pytest.raises(StorageError, match=r"ZN-7027[\s\S]*shard-000002"):
        study_merge(tmp_path)
    assert not (tmp_path / "merged/study.json").exists()


@pytest.mark.parametrize("name", ["a[1]*?{x}", "quote'd é \" 研究", "%s;--"])
def test_folders_of_strange_names_can_be_merged(tmp_path, name):
    run_study(tmp_path / name, WORK, open_small, jobs=1, shard_size=100)
    assert study_merge(tmp_path / name).tables["visits"]["rows"] == 400


def test_a_merge_that_lost_something_would_be_found(tmp_path, monkeypatch):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    inputs = module._inputs
    monkeypatch.setattr(module, "_inputs", lambda *given: inputs(*given)[:-1])
    with pytest.raises(StorageError, match=r"ZN-7029[\s\S]*320 rows[\s\S]*400 rows"):
        study_merge(tmp_path)
    monkeypatch.setattr(module, "_inputs", lambda *given: inputs(*given)[::-1])
    with pytest.raises(StorageError, match="not in order"):
        study_merge(tmp_path)
    assert not (tmp_path / "merged/visits.parquet").exists()


def test_without_duckdb_it_is_told_what_to_install(tmp_path, monkeypatch):
    run_study(tmp_path, WORK, open_small, jobs=1)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match=r'ZN-1341[\s\S]*duckdb[\s\S]*pip install "zonula\[trials\]"'):
        study_merge(tmp_path)


def test_shards_done_again_are_the_same(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=20)
    told = []
    found = study_verify(tmp_path, open_small, again=3, seed=1, progress=told.append)
    assert [a.same for a in found.again] == [True] * 3
    assert len({a.shard for a in found.again}) == 3
    assert found.good
    assert told[-1] == 1.0
    assert [a.shard for a in study_verify(tmp_path, open_small, again=3, seed=2).again] != [a.shard for a in found.again]


def open_other(plan):
    """Work that has changed since: a little noise in one person."""
    class Other(SmallWork):
        def run(self, first, last):
            part = super().run(first, last)
            if first <= 45 < last:
                part.tables["visits"] = SmallWork(self.persons, seed=2).run(first, last).tables["visits"]
                part.counts["pain"][3] += 1
            return part

    return Other(plan["persons"], seed=plan["identity"]["seed"], unit=plan["unit"])


def test_work_that_gives_something_else_now_is_found(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=20)
    found = study_verify(tmp_path, open_other, again=10)
    assert [a.shard for a in found.again if not a.same] == [2]
    assert found.again[2].differs == ("visits", "counts")
    assert not found.good
    assert found.as_dict()["again"][2] == {"shard": 2, "same": False, "differs": ["visits", "counts"]}
