"""A cluster of several nodes on this machine, one of which is killed in the middle."""

import threading

import pytest
from tests.small_work import SmallWork, open_small

from zonula.ground.errors import UsageError
from zonula.scale import UnfinishedError, run_study, study_status, study_verify
from zonula.scale.on_ray import _Same
from zonula.scale.plan import plan_of

ray = pytest.importorskip("ray")


@pytest.fixture
def cluster(monkeypatch):
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False, "object_store_memory": 80_000_000})
    made.lost = made.add_node(num_cpus=2, object_store_memory=80_000_000)
    monkeypatch.setenv("RAY_ADDRESS", made.address)
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore")  # of Ray itself
def test_a_node_that_is_killed_costs_nothing(tmp_path, cluster):
    work = SmallWork(400, seconds_each=0.02, trap=str(tmp_path))
    (tmp_path / "die-120-once").touch()  # a process dies as well
    killed = []

    def told(progress):
        if progress.done >= 5 and not killed:
            killed.append(threading.Thread(target=lambda: cluster.remove_node(cluster.lost, allow_graceful=False)))
            killed[0].start()

    outcome = run_study(tmp_path / "s", work, open_small, on="ray", shard_size=20, progress=told)
    killed[0].join()
    assert (outcome.done, outcome.finished) == (20, True)
    assert not (tmp_path / "die-120-once").exists()
    run_study(tmp_path / "peace", SmallWork(400), open_small, jobs=1)
    found = study_verify(tmp_path / "s")
    assert found.good
    assert found.content == study_verify(tmp_path / "peace").content
    assert not list((tmp_path / "s").rglob("*.part"))
    _more_of_the_same_cluster(tmp_path)


def _more_of_the_same_cluster(tmp_path):
    """Errors come back as they are; a shard that always kills is told by name; bytes are those of this process."""
    (tmp_path / "fail-100").touch()
    with pytest.raises(ZeroDivisionError, match="a fault of the work"):
        run_study(tmp_path / "t", SmallWork(200, trap=str(tmp_path)), open_small, on="ray", shard_size=20)
    (tmp_path / "fail-100").unlink()
    (tmp_path / "die-100").touch()
    with pytest.raises(UnfinishedError, match=r"processes died twice over 1 of 10 shards; 9 are done[\s\S]*shard 5 \(persons 100 to 119\)"):
        run_study(tmp_path / "t", SmallWork(200, trap=str(tmp_path)), open_small, on="ray")
    (tmp_path / "die-100").unlink()
    assert study_status(tmp_path / "t").done == 9
    assert run_study(tmp_path / "t", SmallWork(200, trap=str(tmp_path)), open_small, on="ray").finished
    run_study(tmp_path / "here", SmallWork(200), open_small, jobs=1, shard_size=20)
    for file in (tmp_path / "here/shards/visits").iterdir():
        assert file.read_bytes() == (tmp_path / "t/shards/visits" / file.name).read_bytes()


def test_a_process_opens_the_same_work_once():
    one, two = (_Same(plan_of(SmallWork(100), size), open_small) for size in (4, 8))
    assert one == _Same(plan_of(SmallWork(100), 4), open_small)
    assert hash(one) == hash(_Same(plan_of(SmallWork(100), 4), open_small))
    assert one != two


def test_without_ray_it_is_told_what_to_install(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r'ZN-1341[\s\S]*pip install "zonula\[cluster\]"'):
        run_study(tmp_path, SmallWork(100), open_small, on="ray")
