"""A job script for clusters that are run by Slurm: many small jobs, each doing its slice of the shards."""

from __future__ import annotations

import math
import shlex
from pathlib import Path

from zonula.ground.errors import UsageError
from zonula.ground.limits import MAX_JOBS
from zonula.scale.plan import read_plan
from zonula.scale.store import open_store

_MOST_TASKS = 500  # many sites allow a thousand in one array
_SHARDS_EACH = 4  # at least, where there are enough: a job takes some time to begin
_MOST_HOURS = 24 * 14
_MOST = 1_000_000  # jobs


def slurm_script(folder: str | Path, *, tasks: int | None = None, at_once: int = 100, processors: int = 1, hours: float = 1.0) -> str:
    """A script for ``sbatch``; given again, it does what is left.

    tasks      : jobs of the array; each does one slice of the shards
    at_once    : how many of them may run at the same time
    processors : of each job
    hours      : that each job may take

    Raises
    ------
    UsageError     where a number cannot be
    StorageError   where there is no study
    """
    store = open_store(folder)
    plan = read_plan(store)
    count = min(_MOST_TASKS, max(1, math.ceil(plan.shards / _SHARDS_EACH))) if tasks is None else tasks
    bounded = (("--tasks", count, _MOST), ("--at-once", at_once, _MOST), ("--jobs", processors, MAX_JOBS), ("--hours", hours, _MOST_HOURS))
    for name, value, most in bounded:
        if not 0 < value <= most:
            raise UsageError.of("ZN-1356", "a job script cannot say this", path=name, found=str(value),
                                expected=f"above 0, at most {most}", fix="correct it")
    minutes = max(1, math.ceil(hours * 60))
    return "\n".join((
        "#!/bin/bash",
        f"# {plan.persons} persons in {plan.shards} shards; give it to sbatch again to do what is left",
        "#SBATCH --job-name=zonula",
        f"#SBATCH --array=0-{count - 1}%{at_once}",
        f"#SBATCH --cpus-per-task={processors}",
        f"#SBATCH --time={minutes // 60:02d}:{minutes % 60:02d}:00",
        "#SBATCH --requeue",
        "#SBATCH --signal=USR1@60",
        "set -euo pipefail",
        f"folder={shlex.quote(store.url)}",
        f'srun zonula study work "$folder" --slice "$SLURM_ARRAY_TASK_ID/{count}" --jobs "${{SLURM_CPUS_PER_TASK:-1}}"',
        ""))
