"""Studies on the network: in memory, and in a real object store that answers 503 now and then."""

import json
import uuid

import pytest
from tests.object_store import object_store
from tests.small_work import SmallWork, open_small

from zonula.ground.errors import StorageError, UsageError
from zonula.scale import remote as module
from zonula.scale import run_study, study_counts, study_merge, study_plan, study_status, study_verify, study_work
from zonula.scale.store import open_store

fsspec = pytest.importorskip("fsspec")
WORK = SmallWork(200)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    folder = tmp_path_factory.mktemp("peace")
    run_study(folder, WORK, open_small, jobs=1)
    return study_verify(folder).content


@pytest.fixture
def memory():
    url = f"memory://studies/{uuid.uuid4()}"
    yield url
    fsspec.filesystem("memory").store.clear()


def harm(url, name, data):
    fsspec.filesystem("memory").pipe_file(f"{url.removeprefix('memory:/')}/{name}", data)


def test_a_study_in_memory(memory, content):
    outcome = run_study(memory, WORK, open_small, jobs=4, shard_size=40)  # no other process can see it: it stays in this one
    assert (outcome.computed, outcome.finished) == (5, True)
    assert run_study(memory, WORK, open_small).computed == 0
    found = study_verify(memory, open_small, again=2)
    assert found.good
    assert found.content == content
    assert study_status(memory).rows["visits"] == 400
    assert study_counts(memory)["effect"][0] == 200
    assert study_plan(memory).persons == 200


def test_damage_in_memory_is_mended(memory, content):
    run_study(memory, WORK, open_small, shard_size=40)
    harm(memory, "done/000001.json", b"{")
    harm(memory, "shards/visits/shard-000003.parquet", b"short")
    outcome = run_study(memory, WORK, open_small)
    assert (outcome.computed, len(outcome.damaged)) == (2, 2)
    assert study_verify(memory).content == content
    assert fsspec.filesystem("memory").exists(f"{memory.removeprefix('memory:/')}/shards/visits/shard-000003.parquet.damaged")


def test_damage_of_the_same_size_is_found_by_verify_and_merge(memory):
    run_study(memory, WORK, open_small, shard_size=40)
    name = "shards/visits/shard-000003.parquet"
    data = bytearray(open_store(memory).get(name))
    data[40] ^= 1
    harm(memory, name, bytes(data))
    assert not study_verify(memory).good
    with pytest.raises(StorageError, match="ZN-7027"):
        study_merge(memory)


def test_a_merge_in_memory(memory):
    run_study(memory, WORK, open_small, shard_size=40)
    merged = study_merge(memory)
    assert merged.tables["visits"]["rows"] == 400
    assert merged.made
    assert not study_merge(memory).made
    names = fsspec.filesystem("memory").find(f"{memory.removeprefix('memory:/')}/merged")
    assert sorted(name.rpartition("/")[2] for name in names) == ["screening.parquet", "study.json", "visits.parquet"]


def test_another_study_in_memory_is_refused(memory):
    run_study(memory, WORK, open_small)
    with pytest.raises(UsageError, match="ZN-1343"):
        run_study(memory, SmallWork(204), open_small)
    with pytest.raises(UsageError, match="ZN-1351"):
        run_study(memory + "/other", SmallWork(200), open_small, on="ray")
    with pytest.raises(StorageError, match="ZN-7020"):
        study_status(memory + "x")


def test_a_file_is_made_once(memory):
    store = open_store(memory)
    assert store.create("plan.json", b"first")
    assert not store.create("plan.json", b"second")
    assert store.get("plan.json") == b"first"
    store.remove("plan.json")
    store.remove("plan.json")
    assert store.many(["plan.json", "other"]) == {}
    assert store.sizes("done") == {}


class Moody:
    """A file system whose next calls fail."""

    def __init__(self, failures, kind=OSError):
        self.failures, self.kind, self.calls = failures, kind, 0

    def pipe_file(self, path, data, **_):
        self.calls += 1
        if self.calls <= self.failures:
            raise self.kind("503 Slow Down")


def test_a_place_that_is_slow_is_asked_again_a_few_times(monkeypatch):
    pauses = []
    monkeypatch.setattr(module.time, "sleep", pauses.append)
    module.Remote("s3://x", Moody(4), "x").put("a", b"")
    assert pauses == [0.2, 0.4, 0.8, 1.6]
    with pytest.raises(StorageError, match=r"ZN-7026[\s\S]*503"):
        module.Remote("s3://x", Moody(5), "x").put("a", b"")
    moody = Moody(1, PermissionError)
    with pytest.raises(StorageError, match="ZN-7024"):
        module.Remote("s3://x", moody, "x").put("a", b"")
    assert moody.calls == 1  # no use asking again


def test_a_place_without_conditions_is_looked_at_first():
    class Plain(Moody):
        def pipe_file(self, path, data, mode=None):
            if mode:
                raise ValueError("there is no such mode")
            self.written = data

        def exists(self, path):
            return hasattr(self, "written")

    store = module.Remote("x://x", Plain(0), "x")
    assert store.create("a", b"1")
    assert not store.create("a", b"2")


@pytest.mark.parametrize(("url", "code"), [("nosuch://x/y", "ZN-1346"), ("abfs://x/y", "ZN-1345")])
def test_places_that_cannot_be_reached_are_told(url, code):
    with pytest.raises(UsageError, match=code):
        run_study(url, WORK, open_small)


def test_a_file_url_is_a_folder(tmp_path, content):
    run_study(f"file://{tmp_path}/s", WORK, open_small, jobs=1)
    assert study_verify(tmp_path / "s").content == content


# --- an object store on this machine ---------------------------------------------------------------------

class Sometimes:
    """A web application before another one: every so many requests, and not too often, it answers 503."""

    def __init__(self, inner):
        self.inner, self.asked, self.refused, self.every = inner, 0, 0, 0

    def __call__(self, environ, start):
        self.asked += 1
        if self.every and self.asked % self.every == 0 and self.refused < 40:
            self.refused += 1
            start("503 Service Unavailable", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>"]
        return self.inner(environ, start)


@pytest.fixture(scope="module")
def s3():
    moods = []

    def before(application):
        moods.append(Sometimes(application))
        return moods[0]

    with object_store(before):
        yield moods[0]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the libraries of the store
@pytest.mark.parametrize(("jobs", "every"), [(1, 0), (1, 7), (2, 11)])
def test_a_study_in_an_object_store(s3, content, jobs, every):
    url = f"s3://trials/a study {jobs} {every}"
    s3.every, s3.refused = every, 0
    outcome = run_study(url, WORK, open_small, jobs=jobs, shard_size=40)
    assert (outcome.computed, outcome.finished) == (5, True)
    assert run_study(url, WORK, open_small, jobs=1).computed == 0
    found = study_verify(url)
    assert found.good
    assert found.content == content
    assert study_merge(url).tables["visits"]["rows"] == 400
    assert study_work(url, open_small, "0/2").computed == 0
    assert bool(s3.refused) is bool(every)
    s3.every = 0
    store = open_store(url)
    assert not store.create("plan.json", b"another")  # a conditional PUT
    store.put("done/000002.json", json.dumps({"damaged": 1}).encode())
    assert run_study(url, WORK, open_small, jobs=1).computed == 1
    assert study_verify(url).content == content
