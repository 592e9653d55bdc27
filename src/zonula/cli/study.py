"""``zonula study``: look at a study, check it, put it together, share its work, and hear the story of one of its persons."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from zonula.scale.status import Status
    from zonula.scale.verify import Verified

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Folder = Annotated[str, typer.Argument(metavar="DIR", help="Folder of a study, or its address (s3://bucket/study).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else.")]
_FORMS = ("parquet", "dataset-json")
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no closing lines.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Processes; no result depends on it.  [default: all]")]


@app.command(epilog="Exit codes: 0 done, 2 usage, 7 files.")
def status(folder: Folder, as_json: Json = False) -> None:
    """Say how far a study is: parts that are done and damaged, how fast it goes, who could not be simulated.

    \b
    Examples
      zonula study status studies/repair
      zonula study status s3://bucket/repair --json
    """
    from zonula.scale import study_status

    known = study_status(folder)
    _print(known.as_dict(), as_json=as_json, lines=_status_lines(known))


def _status_lines(known: Status) -> list[str]:
    said = known.as_dict()
    share = 100.0 * said["persons_done"] / max(said["persons"], 1)
    lines = [f"{said['done']} of {said['of']} parts, {said['persons_done']} of {said['persons']} persons ({share:.0f} %)"]
    lines += [f"Stopped early: enough is known by the rule {said['stopped']}"] if said["stopped"] else []
    lines += [f"Damaged, computed again by the next run: {one}" for one in said["damaged"]]
    many = " (more than one in a thousand)" if said["too_many_failures"] else ""
    lines += [f"Could not be simulated: {sum(said['failures'].values())} lives{many}"]
    lines += [f"Goes at {said['rate']:.1f} persons a second, about {said['eta'] / 60:.0f} min left"] if said["rate"] and said["eta"] else []
    lines += [f"{said['bytes'] / 1e6:.1f} MB; rows: " + ", ".join(f"{name} {n}" for name, n in said["rows"].items())]
    return [*lines, "Finished." if said["finished"] else "Not finished: the same `zonula trial` goes on with it."]


@app.command(epilog="Exit codes: 0 whole and right, 1 damaged or different, 2 usage, 7 files.")
def verify(folder: Folder,
           again: Annotated[int, typer.Option("--again", min=0, help="Compute so many parts again, by chance, and compare.")] = 0,
           seed: Annotated[int, typer.Option("--seed", min=0, help="Of the choice of those parts.")] = 0,
           as_json: Json = False, quiet: Quiet = False) -> None:
    """Read every file and compare it with its marker; the content hash is equal for any jobs, part size, executor, order and interruption.

    \b
    Examples
      zonula study verify studies/repair
      zonula study verify studies/repair --again 3 --json
    """
    from zonula.cli.runs import progress_bar
    from zonula.scale import study_verify
    from zonula.trials.plan import open_trial

    with progress_bar(quiet=quiet or as_json) as tell:
        found = study_verify(folder, open_trial if again else None, again=again, seed=seed, progress=None if tell is None else tell)
    _print(found.as_dict(), as_json=as_json, lines=[] if quiet else _verified_lines(found))
    raise typer.Exit(0 if found.good else 1)


def _verified_lines(found: Verified) -> list[str]:
    said = found.as_dict()
    lines = [f"content  {said['content']}", *(f"  {name}: {table['rows']} rows" for name, table in said["tables"].items())]
    lines += [f"damaged: {name}" for name in said["damaged"]] + ([f"missing: {said['missing']} parts"] if said["missing"] else [])
    lines += [f"part {one['shard']} computed again: {'the same' if one['same'] else 'DIFFERENT in ' + ', '.join(one['differs'])}"
              for one in said["again"]]
    return [*lines, "All is whole and as it was written." if said["good"] else "Not all is right: run `zonula trial` again to mend what is damaged."]


@app.command(epilog="Exit codes: 0 done, 2 usage, 7 files or parts that are missing.")
def merge(folder: Folder,
          report: Annotated[bool, typer.Option("--report/--no-report", help="Write report.html.")] = True,
          partial: Annotated[bool, typer.Option("--partial", help="Take the parts that are done, though not all are.")] = False,
          force: Annotated[bool, typer.Option("--force", help="Write results and page again, even if they are up to date.")] = False,
          form: Annotated[str, typer.Option("--format", metavar="FORM", help="Of the ADaM tables: parquet; or dataset-json: that, too.")] = "parquet",
          as_json: Json = False, quiet: Quiet = False) -> None:
    """Put the parts together, answer the questions and write tables and page: the end of a study whose parts were computed by many machines.

    \b
    Examples
      zonula study merge studies/repair
      zonula study merge s3://bucket/repair --json
      zonula study merge studies/repair --format dataset-json
    """
    from zonula.cli.runs import progress_bar
    from zonula.ground.errors import UsageError, nearest
    from zonula.report.trial_study import as_dataset_json, settled

    if form not in _FORMS:
        raise UsageError.of("ZN-1363", f"there is no form {form!r} of tables", path="--format", fix=nearest(form, _FORMS))
    with progress_bar(quiet=quiet or as_json) as tell:
        study = settled(folder, None, report=report, again=force, partial=partial, tell=None if tell is None else lambda what: tell(1.0, what))
    more = as_dataset_json(folder) if form == "dataset-json" else []
    said = {"status": "partial" if study.partial else "finished", "folder": study.folder, "content": study.content, "written": study.written,
            "results": dict(study.results)} | ({"tables": more} if more else {})
    words = f"Wrote {study.folder}/report.html" if report and study.written else f"Wrote {study.folder}/results.json" if study.written else \
        "All was up to date."
    _print(said, as_json=as_json, lines=[] if quiet else [words, *([f"Wrote {', '.join(more)}"] if more else [])])


@app.command(epilog="Exit codes: 0 done, 2 usage, 4 the person could not be simulated, 7 files.")
def person(folder: Folder, number: Annotated[int, typer.Argument(metavar="ID", min=0, help="The person's number in the study.")],
           out: Annotated[str | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for the story.  "
                                                   "[default: runs/<date>_person_<ID>_<hash>]")] = None,
           force: Annotated[bool, typer.Option("--force", help="Replace the folder, if it is there.")] = False,
           report: Annotated[bool, typer.Option("--report/--no-report", help="Write person.html.")] = True, as_json: Json = False,
           quiet: Quiet = False) -> None:
    """Tell the story of one person of a study: live it again in every arm, day by day.

    \b
    Examples
      zonula study person studies/repair 17
      zonula study person studies/repair 17 -o anna --json
    """
    from zonula.report.trial_person import person_of, write_person

    story = person_of(folder, number)
    place = write_person(story, Path(out) if out else None, force=force, report=report)
    _print(story.as_dict() | {"folder": str(place)}, as_json=as_json,
           lines=[] if quiet else [*story.sentences, "", f"Wrote {place}/", "Simulated: this is nobody. Research software: not medical advice."])


@app.command(epilog="Exit codes: 0 done, 2 usage, 7 files or stopped (the same command goes on).")
def work(folder: Folder,
         part: Annotated[str, typer.Option("--slice", metavar="I/N", help="Of N jobs that share the study, this is number I, from 0.")] = "0/1",
         jobs: Jobs = 1, on: Annotated[str, typer.Option("--on", metavar="WHERE", help="local or ray.")] = "local", as_json: Json = False,
         quiet: Quiet = False) -> None:
    """Compute parts of a study that was begun, as one of many jobs; `zonula study merge` follows when all are done.

    \b
    Examples
      zonula study work /shared/repair --slice 3/100
      zonula study work s3://bucket/repair --slice 0/8 --jobs 4
    """
    from zonula.cli.runs import progress_bar
    from zonula.cli.trial import telling
    from zonula.scale import study_work
    from zonula.trials.plan import open_trial

    with progress_bar(quiet=quiet or as_json) as tell:
        done = study_work(folder, open_trial, part, jobs=jobs, on=on, progress=telling(tell))
    words = f"{done.computed} parts computed in {done.seconds:.0f} s; {done.done} of {done.of} of the slice are done"
    _print(done.as_dict(), as_json=as_json, lines=[] if quiet else [words])


@app.command(epilog="Exit codes: 0 done, 2 usage, 7 files.")
def slurm(folder: Folder,
          tasks: Annotated[int | None, typer.Option("--tasks", min=1, help="Jobs of the array.  [default: by the number of parts]")] = None,
          at_once: Annotated[int, typer.Option("--at-once", min=1, help="So many run at the same time.")] = 100,
          processors: Annotated[int, typer.Option("--processors", min=1, help="Of each job.")] = 1,
          hours: Annotated[float, typer.Option("--hours", min=0.05, help="Each job may take.")] = 1.0,
          out: Annotated[str | None, typer.Option("-o", "--out", metavar="FILE", help="Write the script there.  [default: print it]")] = None,
          ) -> None:
    """Print a script for a Slurm cluster: an array of jobs, each with a slice, that may be submitted again until all is done.

    \b
    Examples
      zonula study slurm /shared/repair --tasks 200 > repair.sh && sbatch repair.sh
    """
    from zonula.ground.files import write_text
    from zonula.scale import slurm_script

    script = slurm_script(folder, tasks=tasks, at_once=at_once, processors=processors, hours=hours)
    if out is None:
        sys.stdout.write(script)
        return
    write_text(Path(out), script)
    sys.stdout.write(f"Wrote {out}; submit it with: sbatch {out}\n")


def _print(said: Mapping[str, Any], *, as_json: bool, lines: list[str]) -> None:
    if as_json:
        sys.stdout.write(json.dumps(_finite(said), ensure_ascii=False, allow_nan=False) + "\n")
    elif lines:
        sys.stdout.write("\n".join(lines) + "\n")


def _finite(value: Any) -> Any:
    """Plain data; numbers that are none become null."""
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not float("-inf") < value < float("inf") else value
