"""Whatever ends a run: the same again goes on."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from scripts.kill_study import ROOT, _gone, _workers, kill_many
from tests.small_work import SmallWork, open_small

from zonula.ground.errors import StorageError, UsageError
from zonula.scale import UnfinishedError, run_study, study_status, study_verify
from zonula.scale import store as stores
from zonula.scale.stopping import Halt

SLOW = SmallWork(200, seconds_each=0.01)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    folder = tmp_path_factory.mktemp("peace")
    run_study(folder, SmallWork(200), open_small, jobs=1)
    return study_verify(folder).content


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.alone
def test_a_signal_ends_it_at_once_with_what_is_done(tmp_path, content, jobs, number):
    handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)]
    sent = []

    def told(progress):
        if progress.done == 3:
            sent.append(time.monotonic())
            os.kill(os.getpid(), number)

    with pytest.raises(UnfinishedError) as caught:
        run_study(tmp_path, SLOW, open_small, jobs=jobs, shard_size=8, progress=told)
    assert time.monotonic() - sent[0] < 2
    assert caught.value.exit_code == 7
    assert f"ZN-7050]: stopped by {number.name}: 3 of 25 shards are done" in str(caught.value)
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)] == handlers
    assert not _workers(os.getpid())
    assert not list(tmp_path.rglob("*.part"))
    assert 3 <= study_status(tmp_path).done <= 5
    outcome = run_study(tmp_path, SLOW, open_small, jobs=1)
    assert outcome.computed <= 22
    assert study_verify(tmp_path).content == content


def test_a_signal_that_a_library_swallows_still_ends_it(tmp_path):
    class Deaf(SmallWork):
        def run(self, first, last):
            with suppress(Halt):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(0.01)
            return super().run(first, last)

    with pytest.raises(UnfinishedError, match="stopped by SIGTERM: 0 of 25"):
        run_study(tmp_path, Deaf(200), open_small, jobs=1, shard_size=8)
    assert study_status(tmp_path).done == 1  # it was written before anybody looked


def test_in_another_thread_signals_are_not_ours(tmp_path):
    found = []
    thread = threading.Thread(target=lambda: found.append(run_study(tmp_path, SmallWork(40), open_small, jobs=1)))
    thread.start()
    thread.join()
    assert found[0].finished


@pytest.mark.slow
def test_a_killed_worker_costs_nothing(tmp_path, content):
    (tmp_path / "die-80-once").touch()
    outcome = run_study(tmp_path / "s", SmallWork(200, trap=str(tmp_path)), open_small, jobs=2, shard_size=20)
    assert outcome.finished
    assert not (tmp_path / "die-80-once").exists()
    assert study_verify(tmp_path / "s").content == content


@pytest.mark.slow
def test_a_shard_that_kills_twice_is_told_by_name_and_all_others_are_done(tmp_path, content):
    (tmp_path / "die-80").touch()
    work = SmallWork(200, trap=str(tmp_path))
    with pytest.raises(UnfinishedError) as caught:
        run_study(tmp_path / "s", work, open_small, jobs=2, shard_size=20)
    problem, = caught.value.problems
    assert (problem.code, problem.found) == ("ZN-7052", "shard 4 (persons 80 to 99): ended by SIGKILL")
    assert problem.message == "processes died twice over 1 of 10 shards; 9 are done"
    (tmp_path / "die-80").unlink()
    assert run_study(tmp_path / "s", work, open_small, jobs=2).computed == 1
    assert study_verify(tmp_path / "s").content == content


def open_deadly(_plan):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_processes_that_cannot_begin_are_told(tmp_path):
    with pytest.raises(UsageError, match=r"ZN-1350[\s\S]*SIGKILL[\s\S]*__main__"):
        run_study(tmp_path, SmallWork(200), open_deadly, jobs=2, shard_size=20)


def open_wrong(_plan):
    raise UsageError.of("ZN-9999", "no such protocol", fix="x")


@pytest.mark.slow
def test_an_error_of_the_opener_is_raised_as_it_is(tmp_path):
    with pytest.raises(UsageError, match="ZN-9999"):
        run_study(tmp_path, SmallWork(200), open_wrong, jobs=2, shard_size=20)


@pytest.mark.slow
def test_a_script_without_a_main_guard_is_told_what_to_do(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("from tests.small_work import SmallWork, open_small\nfrom zonula.scale import run_study\n"
                      f"run_study({str(tmp_path / 's')!r}, SmallWork(200), open_small, jobs=2, shard_size=20)\n")
    found = subprocess.run([sys.executable, str(script)], env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, capture_output=True, text=True)
    assert "ZN-1350" in found.stderr
    assert found.returncode == 1


@pytest.mark.slow
def test_two_and_eight_runs_share_a_folder(tmp_path, content):
    for count in (2, 8):
        folder = tmp_path / str(count)
        code = ("from tests.small_work import *; from zonula.scale import run_study; "
                f"print(run_study({str(folder)!r}, SmallWork(200, seconds_each=0.002), open_small, jobs=1, shard_size=8).computed)")
        runs = [subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "OPENBLAS_NUM_THREADS": "1"}, stdout=subprocess.PIPE, text=True)
                for _ in range(count)]
        computed = [int(run.communicate(timeout=100)[0]) for run in runs]
        assert [run.returncode for run in runs] == [0] * count
        assert 25 <= sum(computed) < 25 * count
        found = study_verify(folder)
        assert found.good
        assert found.content == content
        assert not list(folder.rglob("*.part"))


def test_a_disk_that_is_full_loses_nothing(tmp_path, content):
    """By the largest size that a file may have, which a table of sixty columns is above."""
    work = SmallWork(200, measures=60)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
        with pytest.raises(UnfinishedError) as caught:
            run_study(tmp_path, work, open_small, jobs=1, shard_size=100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.exit_code == 7
    assert "ZN-7051]: the disk is full: 0 of 2 shards are done" in str(caught.value)
    assert not list(tmp_path.rglob("*.part"))
    assert run_study(tmp_path, work, open_small, jobs=1).finished
    assert study_verify(tmp_path).good


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not Path("/bin/mount").exists(), reason="only root can mount")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_file_system_says_how_much_is_needed(tmp_path, jobs):
    place = tmp_path / "small disk"
    place.mkdir()
    if subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)], capture_output=True).returncode != 0:
        pytest.skip("this place lets nobody mount")
    work = SmallWork(800, measures=20)
    try:
        with pytest.raises(UnfinishedError, match=r"ZN-7051.*the disk is full: [1-9]\d* of 40 shards are done[\s\S]*free about [1-9]\d* MB"):
            run_study(place / "s", work, open_small, jobs=jobs, shard_size=20)
        kept = study_status(place / "s").done
        assert kept >= 2
        assert not list(place.rglob("*.part"))
        assert subprocess.run(["/bin/mount", "-o", "remount,size=20M", str(place)], capture_output=True).returncode == 0
        assert run_study(place / "s", work, open_small, jobs=1).computed <= 40 - kept
        assert study_verify(place / "s").good
    finally:
        subprocess.run(["/bin/umount", str(place)], check=True)


@pytest.mark.slow
def test_every_call_that_fails_once_leaves_a_whole_study(tmp_path, monkeypatch, content):
    """The n-th call of the system that writes fails, for n = 1, 2, ...: a typed error, and the same again goes on."""
    failures = 0
    for name in ("write", "fsync", "open", "link"):
        for n in range(1, 12):
            folder, calls, true = tmp_path / f"{name}{n}", [0], getattr(os, name)
            told = ""

            def fails(*given, calls=calls, n=n, true=true, **named):
                calls[0] += 1
                if calls[0] == n:
                    raise OSError(5, "an error of the disk")
                return true(*given, **named)

            monkeypatch.setattr(stores.os, name, fails)
            try:
                run_study(folder, SmallWork(200), open_small, jobs=1, shard_size=100)
            except StorageError as error:
                told = error.problems[0].code
            finally:
                monkeypatch.setattr(stores.os, name, true)
            failures += bool(told)
            assert told in ("", "ZN-7024")
            assert not list(folder.rglob("*.part"))
            assert run_study(folder, SmallWork(200), open_small, jobs=1, shard_size=100).finished
            assert study_verify(folder).content == content
    assert failures >= 25


@pytest.mark.slow
@pytest.mark.alone
def test_a_parent_that_is_killed_leaves_no_orphans(tmp_path):
    code = ("from tests.small_work import *; from zonula.scale import run_study\n"
            f"if __name__ == '__main__': run_study({str(tmp_path / 's')!r}, SmallWork(2000, seconds_each=0.2, trap={str(tmp_path)!r}), "
            "open_small, jobs=2, shard_size=200)")
    run = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, start_new_session=True)
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("begun-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(_workers(run.pid)) == 2
    run.kill()
    run.wait()
    killed = time.monotonic()
    assert _gone(run.pid)
    assert time.monotonic() - killed < 20  # a shard takes forty seconds: nobody went on with one


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_kills_and_damages_at_random(tmp_path):
    count = kill_many(10, tmp_path, seed=5)
    assert count["kills"] >= 10
    assert sum(n for name, n in count.items() if name.startswith("damage:")) >= 3
    assert {name: count[name] for name in ("wrong", "lost", "orphans", "unexpected exits", "left half written")} == {
        "wrong": 0, "lost": 0, "orphans": 0, "unexpected exits": 0, "left half written": 0}
