"""Kill studies at random moments, damage their files at random, go on, and count what was wrong or lost.

    python scripts/kill_study.py --kills 200

Exit code 1 where anything was.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for _place in (ROOT / "src", ROOT):
    if str(_place) not in sys.path:
        sys.path.insert(0, str(_place))

from tests.small_work import SmallWork, open_small  # noqa: E402

from zonula.ground.errors import ZonulaError  # noqa: E402
from zonula.scale import run_study, study_verify  # noqa: E402

PERSONS, SIZE = 480, 8
SECONDS_EACH = 0.004
LONGEST = 2.5  # seconds of work until a kill
PATIENCE = 60.0  # seconds for killed processes to be gone


def work_of(seed: int) -> SmallWork:
    """A study of two seconds on one processor."""
    return SmallWork(PERSONS, seed=seed, seconds_each=SECONDS_EACH)


def child(folder: str, seed: int, jobs: int) -> int:
    """One run, to be killed."""
    print("begun", flush=True)
    try:
        run_study(folder, work_of(seed), open_small, jobs=jobs, shard_size=None if (Path(folder) / "plan.json").exists() else SIZE)
    except ZonulaError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


# --- damage ----------------------------------------------------------------------------------------------

def _flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(data))


def _truncate(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size) if path.stat().st_size else 0)


def _empty(path: Path, _chance: random.Random) -> None:
    os.truncate(path, 0)


def _delete(path: Path, _chance: random.Random) -> None:
    path.unlink()


def _swap(path: Path, chance: random.Random) -> None:
    other = chance.choice(sorted(path.parent.iterdir()))
    mine, yours = path.read_bytes(), other.read_bytes()
    path.write_bytes(yours)
    other.write_bytes(mine)


def _half_written(path: Path, chance: random.Random) -> None:
    path.with_name(f".{path.name}.0badf00d.1.0.part").write_bytes(chance.randbytes(100))
    os.utime(path.with_name(f".{path.name}.0badf00d.1.0.part"), (0, 0))


DAMAGES: tuple[Callable[[Path, random.Random], None], ...] = (_flip, _truncate, _empty, _delete, _swap, _half_written)


def damage(folder: Path, chance: random.Random) -> str:
    """Damage one file of a study; says how."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.endswith((".damaged", ".part")) and p.name != "log.jsonl"]
    if not files:
        return "nothing"
    how = chance.choice(DAMAGES)
    how(chance.choice(files), chance)
    return how.__name__.strip("_").replace("_", " ")


# --- killing ---------------------------------------------------------------------------------------------

def _start(folder: Path, seed: int, jobs: int) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--child", str(folder), str(seed), str(jobs)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,  # noqa: S603 - this very file
                            start_new_session=True)


def _workers(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and b"spawn_main" in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
        except (OSError, IndexError):
            continue
    return found


def _gone(group: int) -> bool:
    """Whether all processes of a group end, by themselves, soon."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    return False


class Count(Counter[str]):
    """What happened, by name."""


def _round(folder: Path, seed: int, chance: random.Random, count: Count) -> bool:
    """Run, kill at a random moment, damage; says whether the study was finished before the kill."""
    jobs = chance.choice((1, 1, 2))
    runs = [_start(folder, seed, jobs) for _ in range(chance.choice((1, 1, 1, 2)))]
    count["two runs in one folder"] += len(runs) == 2
    for run in runs:
        if run.stdout is not None:
            run.stdout.readline()  # it has begun
    time.sleep(chance.uniform(0.0, LONGEST))
    finished = False
    for run in runs:
        workers = _workers(run.pid)
        if workers and chance.random() < 0.4:
            _kill(chance.choice(workers), count, "worker")
            time.sleep(chance.uniform(0.0, 1.0))
        if run.poll() is None:
            _kill(run.pid, count, "run")
        elif run.returncode != 0:
            count["unexpected exits"] += 1
            print(run.communicate()[1], file=sys.stderr)
        else:
            finished = True
        run.communicate()
        count["orphans"] += not _gone(run.pid)
    if chance.random() < 0.5:
        count[f"damage: {damage(folder, chance)}"] += 1
    return finished


def _kill(process: int, count: Count, what: str) -> None:
    try:
        os.kill(process, signal.SIGKILL)
        count["kills"] += 1
        count[f"kills: {what}"] += 1
    except ProcessLookupError:
        pass


def kill_many(kills: int, place: Path, *, seed: int = 0) -> dict[str, int]:
    """So many kills, over as many studies as it takes; each is finished in the end and compared with one that was left in peace."""
    chance, count, studies = random.Random(seed), Count(), 0  # noqa: S311 - that it can be repeated is what matters
    while count["kills"] < kills:
        studies += 1
        folder = place / f"study {studies} é"
        own = seed * 1000 + studies
        for _ in range(12):
            finished = _round(folder, own, chance, count)
            if finished or count["kills"] >= kills:
                break
        _finish(folder, own, place / "peace", count)
        for done in (folder, place / "peace"):
            shutil.rmtree(done)
    return {"studies": studies, "wrong": 0, "lost": 0, "orphans": 0, "unexpected exits": 0, "left half written": 0} | dict(sorted(count.items()))


def _finish(folder: Path, seed: int, peace: Path, count: Count) -> None:
    work = work_of(seed)
    outcome = run_study(folder, work, open_small, jobs=1)
    count["shards kept over kills"] += outcome.done - outcome.computed
    count["damages mended at the end"] += len(outcome.damaged)
    quick = SmallWork(PERSONS, seed=seed)  # another plan with the same results
    run_study(peace, quick, open_small, jobs=1, shard_size=160)
    found, expected = study_verify(folder), study_verify(peace)
    count["lost"] += found.missing + (found.tables["visits"].rows != expected.tables["visits"].rows)
    count["wrong"] += found.content != expected.content or not found.good
    count["left half written"] += len(list(folder.rglob(".*.part")))


def main() -> int:
    """Print what happened as JSON; the exit code is 1 where anything was wrong or lost."""
    if "--child" in sys.argv:
        folder, seed, jobs = sys.argv[sys.argv.index("--child") + 1:]
        return child(folder, int(seed), int(jobs))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    said = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zonula-kill-") as place:
        count = kill_many(said.kills, Path(place), seed=said.seed)
    print(json.dumps(count | {"seconds": round(time.monotonic() - started)}, indent=1))
    return int(any(count[name] for name in ("wrong", "lost", "orphans", "unexpected exits", "left half written")))


if __name__ == "__main__":
    sys.exit(main())
