"""Studies give the same values however they are cut, ordered, interrupted and damaged."""

import json
import os
from collections import deque

import numpy as np
import pytest
from tests.small_work import SmallWork, open_small

from zonula.ground.errors import UsageError
from zonula.scale import Part, run_study, study_counts, study_status, study_verify, study_work
from zonula.scale import run as module
from zonula.scale.content import RowSums
from zonula.scale.shards import Look, set_aside

WORK = SmallWork(200)


@pytest.fixture(scope="module")
def peace(tmp_path_factory):
    """The content of the study that nothing happened to."""
    folder = tmp_path_factory.mktemp("peace") / "s"
    run_study(folder, WORK, open_small, jobs=1, shard_size=40)
    return study_verify(folder)


@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "size"), [(1, 4), (1, 200), (1, 12), (1, 1000), (2, 40), (8, 20)])
def test_processes_and_sizes_do_not_matter(tmp_path, peace, jobs, size):
    outcome = run_study(tmp_path, WORK, open_small, jobs=jobs, shard_size=size)
    assert outcome.finished
    assert outcome.computed == outcome.done == -(-200 // size)
    found = study_verify(tmp_path)
    assert found.good
    assert found.content == peace.content
    assert found.tables["visits"].rows == 400
    assert not list(tmp_path.rglob(".*"))


def test_order_does_not_matter_to_the_last_byte(tmp_path, monkeypatch):
    run_study(tmp_path / "a", WORK, open_small, jobs=1, shard_size=20)
    monkeypatch.setattr(module, "fair_order", lambda shards: list(np.random.default_rng(5).permutation(shards).tolist()))
    run_study(tmp_path / "b", WORK, open_small, jobs=1, shard_size=20)
    assert shard_bytes(tmp_path / "a") == shard_bytes(tmp_path / "b")


def shard_bytes(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for kind in ("shards", "hist") for p in (folder / kind).rglob("*") if p.is_file()}


def test_other_people_have_another_content(tmp_path, peace):
    for k, work in enumerate((SmallWork(200, seed=2), SmallWork(196))):
        run_study(tmp_path / str(k), work, open_small, jobs=1)
        assert study_verify(tmp_path / str(k)).content != peace.content


def test_a_person_is_the_same_in_a_larger_study():
    small, large = RowSums(), RowSums()
    small.add(WORK.run(40, 80).tables["visits"])
    large.add(SmallWork(10_000).run(0, 400).tables["visits"].slice(80, 80))
    assert small.content == large.content


def test_a_finished_study_is_left_as_it_is(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in tmp_path.rglob("*") if p.is_file()}
    again = run_study(tmp_path, WORK, open_small, jobs=2)
    assert (again.computed, again.done, again.damaged) == (0, 5, ())
    assert {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in tmp_path.rglob("*") if p.is_file()} == before


def empty(path):
    path.write_bytes(b"")


def truncate(path):
    os.truncate(path, path.stat().st_size // 2)


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def remove(path):
    path.unlink()


@pytest.mark.parametrize("harm", [empty, truncate, flip, remove])
@pytest.mark.parametrize("name", ["shards/visits/shard-000002.parquet", "shards/screening/shard-000002.parquet", "hist/shard-000002.npz", "done/000002.json"])
def test_whatever_is_damaged_is_done_again(tmp_path, peace, harm, name):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    harm(tmp_path / name)
    told = study_verify(tmp_path)
    assert not told.good
    assert bool(told.damaged) is not (harm is remove and name.startswith("done"))
    assert told.missing + len(told.damaged) == 1
    outcome = run_study(tmp_path, WORK, open_small, jobs=1)
    assert (outcome.computed, outcome.done, len(outcome.damaged)) == (1, 5, len(told.damaged))
    assert study_verify(tmp_path).content == peace.content
    assert (tmp_path / (name + ".damaged")).exists() is not (harm is remove)
    assert study_verify(tmp_path).good


def test_a_damaged_table_is_put_aside_and_never_used(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    file = tmp_path / "shards/visits/shard-000001.parquet"
    flip(file)
    run_study(tmp_path, WORK, open_small, jobs=1)
    assert file.with_name(file.name + ".damaged").exists()
    assert study_status(tmp_path).rows["visits"] == 400


def test_a_status_looks_at_sizes(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    truncate(tmp_path / "hist/shard-000001.npz")
    remove(tmp_path / "shards/visits/shard-000003.parquet")
    status = study_status(tmp_path)
    assert (status.done, status.persons_done, status.finished) == (3, 120, False)
    assert [line.split(":")[0] for line in status.damaged] == ["shard 1", "shard 3"]


def test_two_files_that_changed_places_are_found(tmp_path, peace):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    one, two = (tmp_path / f"done/00000{k}.json" for k in (1, 3))
    one.write_bytes(two.read_bytes())
    assert run_study(tmp_path, WORK, open_small, jobs=1).computed == 1
    one, two = (tmp_path / f"shards/visits/shard-00000{k}.parquet" for k in (1, 3))
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)
    assert run_study(tmp_path, WORK, open_small, jobs=1).computed == 2
    assert study_verify(tmp_path).content == peace.content


def test_a_number_changed_in_a_marker_is_found(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    marker = tmp_path / "done/000000.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"failures": {"nobody": 1}}))
    assert len(study_status(tmp_path).damaged) == 1


def test_files_without_a_marker_are_written_over(tmp_path, peace):
    (tmp_path / "shards/visits").mkdir(parents=True)
    (tmp_path / "shards/visits/shard-000000.parquet").write_bytes(b"of somebody who was killed")
    (tmp_path / "shards/visits/.shard-000001.parquet.0badf00d.1.0.part").write_bytes(b"half")
    os.utime(tmp_path / "shards/visits/.shard-000001.parquet.0badf00d.1.0.part", (0, 0))
    assert run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40).computed == 5
    assert study_verify(tmp_path).content == peace.content
    assert not list(tmp_path.rglob(".*"))


def test_what_others_left_in_the_folder_is_not_minded(tmp_path, peace):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    for name in ("done/readme.txt", "done/000099.json", "done/1.json", "shards/visits/copy of shard.parquet", "report.html"):
        (tmp_path / name).write_text("hello")
    assert run_study(tmp_path, WORK, open_small, jobs=1).computed == 0
    assert study_verify(tmp_path).good
    assert study_verify(tmp_path).content == peace.content


@pytest.mark.parametrize("name", ["übung é 研究", "with space", "quote'd", "a[1]*?", "new\nline", "%20"])
def test_folders_of_strange_names(tmp_path, peace, name):
    folder = tmp_path / name / "s"
    run_study(folder, WORK, open_small, jobs=1, shard_size=100)
    assert study_verify(folder).content == peace.content


@pytest.mark.slow
def test_a_relative_folder_is_the_same_for_worker_processes(tmp_path, monkeypatch, peace):
    monkeypatch.chdir(tmp_path)
    run_study("s", WORK, open_small, jobs=2, shard_size=100)
    assert study_verify(tmp_path / "s").content == peace.content


def test_slices_do_every_shard_once(tmp_path, peace):
    """As an array of Slurm would, one after another; a slice given again has nothing to do."""
    with pytest.raises(UsageError, match="ZN-1352"):
        study_work(tmp_path, open_small, "4/4")
    module.settle(module.open_store(tmp_path), WORK, 12)
    done = [study_work(tmp_path, open_small, f"{i}/4").computed for i in range(4)]
    assert done == [5, 4, 4, 4]
    assert study_work(tmp_path, open_small, "2/4").computed == 0
    assert study_verify(tmp_path).content == peace.content


def test_a_fault_of_the_work_is_raised_and_says_where(tmp_path):
    (tmp_path / "fail-80").touch()
    work = SmallWork(200, trap=str(tmp_path))
    with pytest.raises(ZeroDivisionError) as caught:
        run_study(tmp_path / "s", work, open_small, jobs=1, shard_size=40)
    assert caught.value.__notes__ == ["in shard 2: persons 80 to 119"]
    with pytest.raises(RuntimeError, match=r"ZeroDivisionError: a fault of the work\s+in shard 2: persons 80 to 119"):
        run_study(tmp_path / "s", work, open_small, jobs=2)
    (tmp_path / "fail-80").unlink()
    assert run_study(tmp_path / "s", work, open_small, jobs=1).finished


class Broken(SmallWork):
    """Gives what it did not announce."""

    def run(self, first, last):
        part = super().run(first, last)
        kept = {"visits": part.tables["visits"]} if self.seed == 1 else dict(part.tables, visits=super().run(first + 40, last + 40).tables["visits"])
        return Part(kept, part.counts)


@pytest.mark.parametrize(("seed", "words"), [(1, "were announced"), (2, "holds persons 40 to 79")])
def test_work_that_breaks_its_promise_is_found(tmp_path, seed, words):
    with pytest.raises(ValueError, match=words):
        run_study(tmp_path, Broken(200, seed=seed), open_small, jobs=1, shard_size=40)
    assert study_status(tmp_path).done == 0


@pytest.mark.parametrize(("given", "code"), [({"on": "rya"}, "ZN-1354"), ({"jobs": 0}, "ZN-1355"), ({"jobs": 5000}, "ZN-1355")])
def test_what_cannot_run_is_refused(tmp_path, given, code):
    with pytest.raises(UsageError, match=code):
        run_study(tmp_path, WORK, open_small, **given)


def test_counts_and_failures_are_those_of_all(tmp_path, peace):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=12)
    whole = WORK.run(0, 200)
    for name, counts in study_counts(tmp_path).items():
        assert np.array_equal(counts, whole.counts[name])
    status = study_status(tmp_path)
    assert status.failures == dict(whole.failures)
    assert status.too_many_failures is (sum(whole.failures.values()) > 0.2)
    assert status.as_dict()["finished"] is True


def test_the_journal_has_a_line_for_each_shard(tmp_path):
    run_study(tmp_path, WORK, open_small, jobs=1, shard_size=40)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert sorted(line["shard"] for line in lines) == [0, 1, 2, 3, 4]


def test_a_run_parts_ways_with_another_in_the_same_folder(tmp_path):
    """What another has done meanwhile is taken as it is, and the order is changed so that not all is done twice."""
    met = []

    class Social(SmallWork):
        def run(self, first, last):
            if not met:
                met.append(run_study(tmp_path, WORK, open_small, jobs=1))
            return super().run(first, last)

    outcome = run_study(tmp_path, Social(200), open_small, jobs=1, shard_size=20)
    assert met[0].computed == 10
    assert (outcome.computed, outcome.done) == (0, 10)
    rest = deque(range(100))
    run = module._Run(module.open_store(tmp_path), outcome.plan, WORK, open_small, progress=None, early=None)
    look = next(module.looks(run.store, run.plan))
    run._take(module.Done(look.marker, elsewhere=True), rest)
    assert list(rest) != list(range(100))
    assert sorted(rest) == list(range(100))
    set_aside(run.store, Look(look.shard, None, "x", ("done/000007.json", "done/nothing.json")))
    assert study_status(tmp_path).done == 9
