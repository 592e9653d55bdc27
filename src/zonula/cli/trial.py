"""What ``zonula trial`` does: run a virtual trial or go on with one, answer its questions, write its page."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from zonula.cli.runs import progress_bar
from zonula.ground.errors import UsageError

if TYPE_CHECKING:
    from zonula.report.trial_study import Study
    from zonula.scale.run import Outcome, Progress
    from zonula.trials.work import TrialWork

SCHEMA = "zonula/trial-run/1"
Tell = Callable[..., None] | None


def execute(protocol: str, *, n: int | None = None, seed: int = 0, out: str | None = None, jobs: int | None = None, on: str = "local",
            shard_size: int | None = None, members: int = 40, population: str = "calibrated", twins: bool = True,
            stop_when: str | None = None, as_json: bool = False, report: bool = True, force: bool = False, quiet: bool = False) -> int:
    """Run a trial, or what is left of it, and say what came out; returns the exit code."""
    from zonula.report.trial_study import settled, work_for
    from zonula.scale.run import run_study
    from zonula.trials.plan import open_trial

    started = time.perf_counter()
    work = work_for(protocol, n=n, seed=seed, members=members, population=population, twins=twins)
    folder = out or _place(work)
    with progress_bar(quiet=quiet or as_json) as tell:
        outcome = run_study(folder, work, open_trial, jobs=jobs, on=on, shard_size=shard_size, stop_when=stop_when, progress=telling(tell))
        study = settled(folder, outcome, report=report, again=force, tell=None if tell is None else lambda what: tell(1.0, what))
    seconds = time.perf_counter() - started
    if as_json:
        said = {"schema": SCHEMA, "status": "partial" if study.partial else "finished", "simulated": True, "folder": study.folder,
                "content": study.content, "computed_shards": study.computed, "written": study.written, "study": outcome.as_dict(),
                "results": dict(study.results), "seconds": seconds}
        sys.stdout.write(json.dumps(said, ensure_ascii=False, allow_nan=False) + "\n")
    elif not quiet:
        _say(study, outcome, report=report, seconds=seconds)
    return 0


def begun(protocol: str, *, n: int | None, seed: int, out: str | None, shard_size: int | None, members: int, population: str, twins: bool,
          as_json: bool) -> int:
    """Write the plan of a study, and compute nothing; returns the exit code."""
    from zonula.report.trial_study import work_for
    from zonula.scale.plan import settle
    from zonula.scale.store import open_store

    work = work_for(protocol, n=n, seed=seed, members=members, population=population, twins=twins)
    store = open_store(out or _place(work))
    plan = settle(store, work, shard_size)
    if as_json:
        sys.stdout.write(json.dumps({"schema": SCHEMA, "status": "begun", "folder": store.url, "plan": plan.hash, "parts": plan.shards}) + "\n")
    else:
        sys.stdout.write(f"Wrote the plan of {plan.persons} persons in {plan.shards} parts; next: zonula study work {store.url}\n")
    return 0


def _place(work: TrialWork) -> str:
    """Where a study lies that names no folder: the same for the same trial, so that the same command goes on with it."""
    from zonula.scale.plan import plan_of

    return f"runs/trial_{work.protocol.id}_{plan_of(work).hash[:8]}"


def telling(tell: Tell) -> Callable[[Progress], None] | None:
    """How a study's progress is shown by a bar; nothing without one."""
    if tell is None:
        return None

    def show(progress: Progress) -> None:
        tell(progress.share, f"{progress.persons} of {progress.all_persons} persons" + (f", {progress.rate:.1f} a second" if progress.rate else ""))

    return show


def _say(study: Study, outcome: Outcome, *, report: bool, seconds: float) -> None:
    from zonula.report.trial_lines import trial_lines

    done = f"{outcome.computed} parts computed in {outcome.seconds:.0f} s" if outcome.computed else "Nothing was left to compute"
    lines = [*trial_lines(study.results), ""]
    if study.partial:
        lines += [f"Stopped early by the rule: {outcome.stopped}", ""]
    if outcome.computed or study.written:
        lines.append(f"{done}; wrote {study.folder}/ in {seconds:.1f} s; open {study.folder}/{'report.html' if report else 'results.json'}")
    else:
        lines.append(f"This study is finished: nothing was left to do. Open {study.folder}/{'report.html' if report else 'results.json'}")
    lines += ["Every person here is simulated: not evidence. Research software: not medical advice."]
    sys.stdout.write("\n".join(lines) + "\n")


def nothing_named() -> str:
    """Refuse a command without a protocol.

    Raises
    ------
    UsageError
    """
    from zonula.trials.read import shipped_protocols

    raise UsageError.of("ZN-1360", "no protocol is named", path="PROTOCOL", expected=", ".join(shipped_protocols()),
                        fix="name one of these, or a file; zonula trial --list shows them")


def print_schema() -> int:
    """Print the JSON Schema of a protocol's file; returns the exit code."""
    from zonula.trials.schema import json_schema

    sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    return 0


def print_list(*, as_json: bool) -> int:
    """Print the protocols that ship; returns the exit code."""
    import tomllib

    from zonula.trials.read import shipped_protocols

    known = {name: tomllib.loads(path.read_text("utf-8")) for name, path in shipped_protocols().items()}
    if as_json:
        said = [{"id": name, "title": table["title"], "about": table.get("about", ""), "arms": list(table["arms"])} for name, table in known.items()]
        sys.stdout.write(json.dumps({"protocols": said}, ensure_ascii=False) + "\n")
        return 0
    width = max(map(len, known))
    sys.stdout.writelines(f"{name:{width}}  {table['title']}\n" for name, table in known.items())
    return 0
