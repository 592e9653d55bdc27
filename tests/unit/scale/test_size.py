"""Many shards and many people: listed soon, and in a flat memory."""

import gc
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.small_work import SmallWork, open_small

from zonula.scale import run_study, study_merge, study_status, study_verify
from zonula.scale.plan import settle
from zonula.scale.shards import do_shard, marker_name
from zonula.scale.store import open_store

SHARDS = 10_000


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A study of ten thousand shards of one person: one is done, and stands for all others under their names."""
    folder = tmp_path_factory.mktemp("many")
    store, work = open_store(folder), SmallWork(SHARDS, unit=1)
    plan = settle(store, work, 1)
    marker = do_shard(store, plan, work, 0).marker
    files = {name: store.get(name) for name in marker.files}
    for shard in range(1, SHARDS):
        names = {name: name.replace("000000", f"{shard:06d}") for name in files}
        for name, data in files.items():
            (folder / names[name]).write_bytes(data)
        own = replace(marker, shard=shard, bounds=plan.bounds(shard), files={names[name]: facts for name, facts in marker.files.items()})
        (folder / marker_name(shard)).write_text(json.dumps(own.as_dict(plan)))
    return folder


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_ten_thousand_shards_are_listed_soon(many):
    times = []
    for _ in range(3):
        started = time.process_time()
        status = study_status(many)
        times.append(time.process_time() - started)
    assert (status.done, status.finished, status.rows["visits"]) == (SHARDS, True, 2 * SHARDS)
    assert min(times) < 2.0


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_ten_thousand_shards_are_merged_and_resumed(many):
    started = time.process_time()
    assert study_merge(many).tables["visits"]["rows"] == 2 * SHARDS
    assert time.process_time() - started < 60
    for shard in (17, 4711):
        (many / f"done/{shard:06d}.json").unlink()
    assert run_study(many, SmallWork(SHARDS, unit=1), open_small, jobs=1).computed == 2


_MEMORY = """
import sys
from tests.small_work import SmallWork, open_small
from zonula.scale import run_study, study_merge, study_status, study_verify
def peak():
    return next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
run_study(sys.argv[1] + "/warm", SmallWork(1000, measures=8), open_small, jobs=1, shard_size=1000)
study_verify(sys.argv[1] + "/warm")
study_merge(sys.argv[1] + "/warm")
told = []
for persons in (20_000, 100_000):
    folder = f"{sys.argv[1]}/{persons}"
    run_study(folder, SmallWork(persons, measures=8), open_small, jobs=1, shard_size=1000, progress=lambda p: None)
    study_status(folder)
    study_verify(folder)
    told.append(peak())
    study_merge(folder)
    told.append(peak())
print(*told)
"""


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_memory_is_flat_for_a_hundred_thousand_people(tmp_path):
    root = Path(__file__).resolve().parents[3]
    found = subprocess.run([sys.executable, "-c", _MEMORY, str(tmp_path)], env={"PYTHONPATH": f"{root / 'src'}:{root}"}, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    small, small_merged, large, large_merged = (int(kb) / 1024 for kb in found.stdout.split())
    assert large - small_merged < 25  # MB: five times the people, and what the merge before took is not given back
    assert large_merged - small_merged < 80
    assert large_merged < 500
    assert small < 300


@pytest.mark.slow
def test_files_are_closed(tmp_path):
    run_study(tmp_path / "warm", SmallWork(100), open_small, jobs=2)
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for k in range(3):
        run_study(tmp_path / str(k), SmallWork(100), open_small, jobs=2, shard_size=8)
        study_verify(tmp_path / str(k))
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 0
