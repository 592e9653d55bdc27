"""The script for clusters run by Slurm: what it says, that a shell can read it, and that its slices do the study."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.kill_study import ROOT
from tests.small_work import SmallWork, open_small

from zonula.ground.errors import StorageError, UsageError
from zonula.scale import run_study, slurm_script, study_status
from zonula.scale.plan import settle
from zonula.scale.store import open_store


def test_the_script_asks_for_what_is_needed(tmp_path):
    settle(open_store(tmp_path), SmallWork(10_000), 8)
    text = slurm_script(tmp_path, at_once=20, processors=4, hours=26.5)
    assert "#SBATCH --array=0-312%20\n" in text  # 1250 shards, four each
    assert "#SBATCH --cpus-per-task=4\n" in text
    assert "#SBATCH --time=26:30:00\n" in text
    assert '--slice "$SLURM_ARRAY_TASK_ID/313"' in text


@pytest.mark.parametrize("given", [{"tasks": 0}, {"at_once": -1}, {"processors": 0}, {"hours": 0.0}, {"hours": float("nan")}])
def test_numbers_that_cannot_be_are_refused(tmp_path, given):
    settle(open_store(tmp_path), SmallWork(100), 8)
    with pytest.raises(UsageError, match="ZN-1356"):
        slurm_script(tmp_path, **given)


def test_a_script_for_nothing_is_refused(tmp_path):
    with pytest.raises(StorageError, match="ZN-7020"):
        slurm_script(tmp_path)


@pytest.mark.slow
def test_the_script_does_the_study_when_a_shell_runs_it_for_each_task(tmp_path):
    folder = tmp_path / "a study's $HOME `é`"
    settle(open_store(folder), SmallWork(200), 20)
    script, bins = tmp_path / "run.sbatch", tmp_path / "bin"
    bins.mkdir()
    script.write_text(slurm_script(folder, tasks=3))
    fake(bins / "srun", 'exec "$@"')
    fake(bins / "zonula", f'test "$1 $2 $4 $6" = "study work --slice --jobs"\nPYTHONPATH={ROOT / "src"}:{ROOT} exec python3 -c "import sys; '
         'from tests.small_work import open_small; from zonula.scale import study_work; study_work(sys.argv[1], open_small, sys.argv[2])" "$3" "$5"')
    (tasks,) = re.findall(r"--array=0-(\d+)%", script.read_text())
    for task in range(int(tasks) + 1):
        python = Path(sys.executable).parent
        subprocess.run(["bash", str(script)], env=os.environ | {"SLURM_ARRAY_TASK_ID": str(task), "PATH": f"{bins}:{python}:{os.environ['PATH']}"}, check=True)
        assert study_status(folder).done == (4, 7, 10)[task]
    assert run_study(folder, SmallWork(200), open_small, jobs=1).computed == 0


def fake(path, text):
    path.write_text(f"#!/bin/bash\nset -e\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
