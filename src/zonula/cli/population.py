"""What ``zonula population`` does: draw people of a group into a file, and tell the story of one of them."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zonula.ground.errors import StorageError, UsageError

if TYPE_CHECKING:
    from zonula.calibration.crowds import Draw
    from zonula.population.stored import Population

EPILOG = "Exit codes: 0 done, 2 usage, 3 data, 4 the person could not be simulated, 6 no kernel, 7 files."
_MOST_SHOWN = 6  # reasons why people are not taken


def population(words: Annotated[list[str] | None, typer.Argument(metavar="N | person FILE ID", help="How many; or whose story.")] = None,
               like: Annotated[str, typer.Option("--like", metavar="GROUP", help="Whom they are like; see --list.")] = "healthy",
               out: Annotated[str | None, typer.Option("-o", "--out", metavar="FILE", help="The Parquet file; of a story, the folder.  "
                                                                                           "[default: GROUP.parquet]")] = None,
               match: Annotated[str | None, typer.Option("--match", metavar="TABLE", help="A published baseline table that they are to be like: "
                                                         "hit_hard, or a .toml or .csv file.")] = None,
               match_by: Annotated[str, typer.Option("--match-by", metavar="WAY", help="weights (all stay, some count more) or selection (by a "
                                                     "chance of each, all count alike).")] = "weights",
               seed: Annotated[int, typer.Option("--seed", min=0, help="Of all chance.")] = 0,
               members: Annotated[int, typer.Option("--members", min=1, max=10_000, help="Typical persons around whom people are drawn.")] = 64,
               typical: Annotated[str, typer.Option("--population", metavar="NAME", help="Of typical persons: calibrated (it ships), evidence "
                                                    "(before any calibration), or a posterior.npz of `zonula calibrate`.")] = "calibrated",
               parameters: Annotated[bool, typer.Option("--parameters/--no-parameters", help="Keep everybody's parameters: five kilobytes each; "
                                                        "stories need them.")] = True,
               scenario: Annotated[str, typer.Option("--scenario", metavar="NAME", help="Of a story: whose plan is followed from day 0 on.")] = "",
               days: Annotated[float | None, typer.Option("--days", min=0.1, max=36500, help="Of a story: after day 0.  "
                                                          "[default: the scenario's, or 365]")] = None,
               jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Threads; no result depends on it.  [default: all]")] = None,
               show: Annotated[bool, typer.Option("--list", help="Print the groups and baseline tables, and do nothing else.")] = False,
               as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else.")] = False,
               force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
               report: Annotated[bool, typer.Option("--report/--no-report", help="Of a story: draw figures and write report.html.")] = True,
               quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no closing lines.")] = False) -> None:
    """Draw a virtual population, or tell the story of one person of it.

    \b
    Examples
      zonula population 1000 --like ra_early -o pop.parquet
      zonula population 1000 --like ra_early --match hit_hard -o like_hit_hard.parquet
      zonula population person pop.parquet 17 -o story
      zonula population person pop.parquet 17 --scenario ra_adalimumab
      zonula population --list
    """
    words = words or []
    if show:
        raise typer.Exit(print_list(as_json=as_json))
    if words[:1] == ["person"]:
        raise typer.Exit(story(words[1:], out=out, scenario=scenario, days=days, as_json=as_json, force=force, report=report, quiet=quiet))
    asked = _Asked(n=_count(words), like=like, match=match, by=match_by, seed=seed, members=members, population=typical, parameters=parameters,
                   jobs=jobs)
    raise typer.Exit(draw_into(asked, out, as_json=as_json, force=force, quiet=quiet))


class _Asked:
    """The words of the command line, as they were said."""

    def __init__(self, **said: Any) -> None:
        self.said = said


def _count(words: list[str]) -> int:
    if len(words) != 1 or not words[0].isascii() or not words[0].isdigit():
        raise UsageError.of("ZN-1298", "say how many people, or whose story", found=" ".join(words)[:200],
                            fix="zonula population 1000 --like ra_early, or zonula population person FILE ID")
    return int(words[0])


def print_list(*, as_json: bool) -> int:
    """Print the groups and baseline tables that ship; returns the exit code."""
    from zonula.organs.standard import standard_model
    from zonula.population.groups import shipped_groups
    from zonula.population.presets import aliases_of
    from zonula.population.targets import read_targets, shipped_targets

    groups = sorted(shipped_groups().items())
    tables = [read_targets(name, standard_model()) for name in shipped_targets()]
    if as_json:
        _print({"groups": [{"name": name, "title": g.title, "about": g.about, "aliases": aliases_of(name)} for name, g in groups],
                "tables": [{"name": t.name, "title": t.title, "like": t.like, "of": list(t.names)} for t in tables]})
        return 0
    width = max(len(name) for name, _ in groups)
    sys.stdout.write("Groups\n")
    for name, g in groups:
        also = f"  ({', '.join(aliases_of(name))})" if aliases_of(name) else ""
        sys.stdout.write(f"  {name:{width}}  {g.title}{also}\n")
    sys.stdout.write("Baseline tables, for --match\n")
    sys.stdout.writelines(f"  {t.name:{width}}  {t.title}\n" for t in tables)
    return 0


def draw_into(asked: _Asked, out: str | None, *, as_json: bool, force: bool, quiet: bool) -> int:
    """Draw a population into a file; returns the exit code."""
    from zonula.calibration.crowds import Asked, Draw, write_draw
    from zonula.cli.runs import progress_bar
    from zonula.organs.standard import standard_model
    from zonula.population.presets import group_named
    from zonula.population.targets import read_targets

    started, said = time.perf_counter(), dict(asked.said)
    group = group_named(said.pop("like"))
    path = _place(out or f"{group.name}.parquet", force=force)
    table = said.pop("match")
    targets = read_targets(table, standard_model()) if table else None
    said["members"] = min(said["members"], said["n"])
    draw = Draw(Asked(like=group, match=targets, **said))
    with progress_bar(quiet=quiet or as_json) as progress:
        found = write_draw(draw, path, progress)
    seconds = time.perf_counter() - started
    if as_json:
        _print({"schema": "zonula/population/1", "status": "finished", "file": str(path), "seconds": seconds, "effective_persons": found.effective,
                **found.facts})
    elif not quiet:
        _say(draw, found, path, seconds)
    return 0


def _place(out: str, *, force: bool) -> Path:
    """Where the file will lie; refused at once where it cannot."""
    path = Path(out)
    if path.is_dir() or not path.resolve().parent.is_dir():
        why = "there is a folder of that name" if path.is_dir() else "there is no folder for the file"
        raise StorageError.of("ZN-7040", why, file=str(path), fix="name a file in a folder that exists")
    if path.exists() and not force:
        raise StorageError.of("ZN-7040", "there is a file of that name", file=str(path), fix="name another, or give --force to replace it")
    return path


def _say(draw: Draw, found: Population, path: Path, seconds: float) -> None:
    counts = dict(draw.screening)
    screened, taken = counts.pop("screened", 0), counts.pop("taken", 0)
    reasons = sorted(counts.items(), key=lambda item: -item[1])[:_MOST_SHOWN]
    lines = [f"{draw.asked.like.title}: {taken} persons around {len(draw.members)} typical ones, of {screened} who were looked at"]
    lines += [f"  {why}: {n}" for why, n in reasons]
    if draw.unfilled:
        lines.append(f"  {draw.unfilled} of {draw.asked.n} places stay empty")
    if draw.match is not None:
        lines += ["", f"Beside {draw.match.targets.title or draw.match.targets.name}:", *(f"  {line}" for line in draw.match.in_words())]
    lines += ["", f"Wrote {path} in {seconds:.1f} s: {len(found)} rows, {len(found.names)} columns",
              "Simulated people. Research software: not medical advice."]
    sys.stdout.write("\n".join(lines) + "\n")


def story(words: list[str], *, out: str | None, scenario: str, days: float | None, as_json: bool, force: bool, report: bool, quiet: bool) -> int:
    """Simulate the life of one person of a population, and write the folder of that run; returns the exit code."""
    import tomlkit

    from zonula.calibration.life import scenario_of
    from zonula.cli.runs import execute
    from zonula.organs.standard import standard_model
    from zonula.population.stored import read_population

    if len(words) != 2 or not words[1].isdigit():
        raise UsageError.of("ZN-1298", "say in which file, and whose story", found=" ".join(words)[:200], fix="zonula population person FILE ID")
    person = read_population(Path(words[0])).person(int(words[1]))
    table = scenario_of(person, standard_model(), scenario=scenario, until=days)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"person_{person.id}.toml"
        path.write_text(tomlkit.dumps(table), encoding="utf-8")
        return execute(str(path), out=out, draws=0, as_json=as_json, force=force, report=report, quiet=quiet)


def _print(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
