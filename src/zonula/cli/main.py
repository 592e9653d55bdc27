"""The command ``zonula``: what it offers, and the one door where errors become messages and exit codes.

Nothing heavy is imported here: ``zonula --help`` must answer at once.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from zonula.cli import claims as claims_commands
from zonula.cli import export as export_commands
from zonula.cli import model as model_commands
from zonula.cli import population as population_commands
from zonula.cli import study as study_commands

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices here are small: more threads only wait for one another
_OBJECTS = 50_000  # between two looks for cycles of what nobody needs: a model's many objects live on, and every 700 it took a seventh of a run

app = typer.Typer(
    name="zonula", no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}, rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Simulate the gut-immune-joint axis, of a person or of many.\n\nResearch software: not medical advice.",
    epilog="Exit codes: 0 ok, 2 usage, 3 data, 4 no healthy state or solver stopped, 6 no kernel, 7 files, 70 bug, 130 interrupted.",
)
app.add_typer(model_commands.app, name="model", help="Look up states, processes, parameters and their sources.")
app.add_typer(claims_commands.app, name="claims", help="Put what the story says to the test, beside the evidence in people.")
app.add_typer(study_commands.app, name="study", help="Look at a virtual trial's study: how far it is, whether it is whole, one of its persons.")
app.add_typer(export_commands.app, name="export", help="Write a scenario in the formats of other programs: SBML, COMBINE archive.")

Scenario = Annotated[str, typer.Argument(
    help="A scenario file (.toml), a preset (see `zonula model list presets`), or - for standard input.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a parameter or a field of the scenario.")]
Without = Annotated[list[str] | None, typer.Option("--without", metavar="PROCESS", help="Shut a process off, such as monocytes.tolerance_onset.")]
CloseRoad = Annotated[list[str] | None, typer.Option("--close-road", metavar="ROAD", help="Close a road: systemic, products or primed.")]
Roads = Annotated[bool, typer.Option("--roads", help="Say how much pain comes by each road: up to 14 further runs.")]
From = Annotated[str | None, typer.Option("--from", metavar="DAY", help="From when --close-road closes, and what is now for --roads: 180d.  "
                                                                         "[default: the start; half-way]")]
Plan = Annotated[list[str] | None, typer.Option("-p", "--plan", metavar="SENTENCE", help='Add an event: "lps 1 ng/kg iv bolus at day 2".')]
PlanFile = Annotated[str | None, typer.Option("--plan-file", metavar="CSV", help="Add the events of a table (TIME, EVID, CMT, AMT, ...).")]
Until = Annotated[str | None, typer.Option("--until", metavar="DURATION", help="Horizon: 36h, 90d, 26w, 2y.  [default: the scenario's]")]
Every = Annotated[str | None, typer.Option("--every", metavar="DURATION", help="How often to report: 1h, 1d.  [default: the scenario's]")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else.")]
Out = Annotated[str | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for the results.  [default: runs/<date>_<name>_<hash>]")]
Force = Annotated[bool, typer.Option("--force", help="Replace the results that are in the folder.")]
Seed = Annotated[int | None, typer.Option(
    "--seed", min=0, help="Of the chance by which doses are left out (adherence) and draws are made.  [default: 0]")]
Engine = Annotated[str, typer.Option("--engine", metavar="NAME", help="kernel (compiled) or reference (SciPy, without a ribbon).")]
Population = Annotated[str, typer.Option("--population", metavar="NAME", help="Of typical persons: calibrated (it ships), evidence (before any "
                                         "calibration), or a posterior.npz of `zonula calibrate`.")]
Draws = Annotated[int | None, typer.Option(
    "--draws", min=0, max=10_000, help="Draws of what is not known, for the ribbon and the roads.  [default: 64, of roads 32; 0: none]")]
Report = Annotated[bool, typer.Option("--report/--no-report", help="Draw figures and write report.html.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no closing lines.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the scenario with every default, and where each value came from.")]


@app.callback(invoke_without_command=True)
def start(ctx: typer.Context,
          version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False) -> None:
    """Answer ``--version``; otherwise a command follows."""
    if version:
        from zonula.ground.provenance import version_of

        typer.echo(f"zonula {version_of('zonula')}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@app.command(epilog="Exit codes: 0 finished, 2 usage, 3 data, 4 no healthy state or solver stopped, 7 files.")
def run(scenario: Scenario,
        plan: Plan = None, plan_file: PlanFile = None, until: Until = None, every: Every = None, settings: Settings = None, without: Without = None,
        close_road: CloseRoad = None, roads: Roads = False, since: From = None, out: Out = None, seed: Seed = None,
        engine: Engine = "kernel", draws: Draws = None, population: Population = "calibrated",
        as_json: Json = False, force: Force = False, report: Report = True, quiet: Quiet = False, dry_run: DryRun = False) -> None:
    """Simulate one person under one plan and write a report.

    \b
    Examples
      zonula run lps_bolus
      zonula run examples/lps_infusion.toml -o runs/slow
      zonula run healthy_year --plan "lps 1 ng/kg iv bolus at day 30" --until 60d
      zonula run lps_bolus --set person.weight="60 kg" --set solve.rtol=1e-10
      zonula run lps_bolus --set cytokines.k_tnf="2.1 1/h" --json
      zonula run lps_tolerance --without monocytes.tolerance_onset
      zonula run lps_bolus --close-road systemic --from 1d
    """
    from zonula.cli.runs import execute

    flags = {f"--{key}": f"solve.{key}={value}" for key, value in (("until", until), ("every", every)) if value is not None}
    if plan_file is not None:
        flags["--plan-file"] = f"plan.file={json.dumps(plan_file, ensure_ascii=False)}"
    raise typer.Exit(execute(scenario, settings=settings or (), flags=flags, plan=plan or (), without=without or (), out=out, seed=seed,
                             close_road=close_road or (), roads=roads, since=since, engine=engine, draws=draws, population=population,
                             as_json=as_json, force=force,
                             report=report, quiet=quiet, dry_run=dry_run))


@app.command(epilog="Exit codes: 0 done, 2 usage, 3 data, 6 no kernel, 7 files.")
def sensitivity(scenario: Scenario,
                readouts: Annotated[str, typer.Option("--readouts", metavar="NAMES", help="Of which readouts, comma between.")] = "pain_vas,crp",
                at: Annotated[str, typer.Option("--at", metavar="WHEN", help="end, highest, mean, or a day: 180d.")] = "end",
                method: Annotated[str, typer.Option("--method", metavar="NAME", help="morris (screens all parameters) or sobol (shares of the "
                                                    "variance, of those named or of the top of a screening).")] = "morris",
                spread: Annotated[str, typer.Option("--spread", metavar="LAW", help="uncertainty (what is not known of the typical person) or "
                                                    "variability (how people differ).")] = "uncertainty",
                parameters: Annotated[str | None, typer.Option("--parameters", metavar="PATHS", help="Vary these alone, comma between.  "
                                                               "[default: all that the scenario does not say]")] = None,
                top: Annotated[int, typer.Option("--top", min=1, help="How many parameters to tell of; and, with sobol, to take.")] = 20,
                trajectories: Annotated[int, typer.Option("--trajectories", help="Of morris: typical persons from whom each parameter is "
                                                          "moved.")] = 10,
                samples: Annotated[int, typer.Option("--samples", help="Of sobol: groups of persons, a power of 2.")] = 256,
                plan: Plan = None, until: Until = None, every: Every = None, settings: Settings = None, seed: Seed = None,
                jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Threads; no result depends on it.  [default: all]")] = None,
                out: Annotated[str | None, typer.Option("-o", "--out", metavar="DIR", help="Write table, figures and all numbers there.")] = None,
                as_json: Json = False, force: Force = False, quiet: Quiet = False) -> None:
    """Say which parameters matter, over the whole range of what is not known, and which of these are guesses.

    \b
    Examples
      zonula sensitivity combined_insult_genetic_risk --readouts pain_vas,crp -o matters
      zonula sensitivity lps_bolus --readouts tnf --at highest --trajectories 50
      zonula sensitivity healthy_year --until 30d --spread variability
      zonula sensitivity lps_bolus --readouts tnf --at highest --method sobol --parameters cytokines.k_tnf,cytokines.k_tnf_release
    """
    from zonula.cli.sensitivity import execute

    flags = {f"--{key}": f"solve.{key}={value}" for key, value in (("until", until), ("every", every)) if value is not None}
    raise typer.Exit(execute(scenario, settings=settings or (), plan=plan or (), flags=flags, readouts=readouts, at=at, method=method, spread=spread,
                             parameters=parameters, top=top, trajectories=trajectories, samples=samples, seed=seed, jobs=jobs, out=out,
                             as_json=as_json, force=force, quiet=quiet))


@app.command(epilog="Exit codes: 0 done, 2 usage, 3 data, 6 no kernel, 7 files.")
def validate(folders: Annotated[list[str] | None, typer.Argument(metavar="[FOLDER]...", help="Folders with studies.  "
                                                                                              "[default: those that ship]")] = None,
             only: Annotated[list[str] | None, typer.Option("--only", metavar="GLOB", help="Only these studies or rows: PERM-*.")] = None,
             members: Annotated[int, typer.Option("--members", min=3, max=10_000, help="Typical persons, by what is not known.")] = 32,
             persons: Annotated[int, typer.Option("--persons", min=3, max=160, help="Persons around each of them, by how people differ.")] = 8,
             seed: Annotated[int, typer.Option("--seed", min=0, help="Of all chance.")] = 0,
             jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Threads; no result depends on it.  [default: all]")] = None,
             population: Population = "calibrated",
             out: Annotated[str | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for page, numbers and table.  "
                                                                                         "[default: runs/<date>_validation_<hash>]")] = None,
             as_json: Json = False, force: Force = False,
             report: Annotated[bool, typer.Option("--report/--no-report", help="Write validation.html.")] = True, quiet: Quiet = False,
             schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a study's file, and do nothing else.")] = False,
             groups: Annotated[bool, typer.Option("--groups", help="Print the groups of people that a study can name, and do nothing else.")] = False,
             ) -> None:
    """Simulate studies in people, and say what was observed beside what is predicted.

    \b
    Examples
      zonula validate
      zonula validate my_studies -o agrees
      zonula validate --only "PERM-*" --only bjarnason1991_nsaid
      zonula validate my_studies --json
      zonula validate my_studies --groups
    """
    from zonula.cli.validate import execute, print_groups, print_schema

    if schema:
        raise typer.Exit(print_schema())
    if groups:
        raise typer.Exit(print_groups(folders or (), as_json=as_json))
    raise typer.Exit(execute(folders or (), only=only or (), members=members, persons=persons, seed=seed, jobs=jobs, out=out, as_json=as_json,
                             force=force, report=report, quiet=quiet, population=population))


@app.command(epilog="Exit codes: 0 done, 2 usage, 3 data, 6 no kernel, 7 files.")
def calibrate(folders: Annotated[list[str] | None, typer.Argument(metavar="[FOLDER]...", help="Folders with studies.  "
                                                                                               "[default: those that ship]")] = None,
              out: Annotated[str, typer.Option("-o", "--out", metavar="DIR", help="Folder of the calibration; one that was broken off goes on "
                                                                                  "there.")] = "calibration",
              only: Annotated[list[str] | None, typer.Option("--only", metavar="GLOB", help="Only these studies: janum*.")] = None,
              members: Annotated[int, typer.Option("--members", min=20, max=10_000, help="Typical persons.")] = 200,
              persons: Annotated[int, typer.Option("--persons", min=3, max=160, help="Persons around each of them.")] = 5,
              steps: Annotated[int, typer.Option("--steps", min=1, max=20, help="Of assimilation.")] = 4,
              seed: Annotated[int, typer.Option("--seed", min=0, help="Of all chance.")] = 0,
              compared: Annotated[int, typer.Option("--compare", min=0, help="Typical persons by whom variants of the model are compared.")] = 48,
              jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Threads; no result depends on it.  [default: all]")] = None,
              as_json: Json = False, quiet: Quiet = False) -> None:
    """Narrow what is not known of the typical person by studies in people, and say what they cannot tell.

    \b
    Examples
      zonula calibrate -o calibration
      zonula calibrate my_studies -o mine --members 100
      zonula validate --population calibration/posterior.npz
    """
    from zonula.calibration.fit import Plan
    from zonula.cli.calibrate import execute

    plan = Plan(members=members, persons=persons, steps=steps, seed=seed, jobs=jobs)
    raise typer.Exit(execute(folders or (), out=out, only=only or (), plan=plan, compared=compared, as_json=as_json, quiet=quiet))


@app.command(epilog="Exit codes: 0 done, 2 usage, 3 data, 6 no kernel or library, 7 files, or stopped (the same command goes on).")
def trial(protocol: Annotated[str, typer.Argument(metavar="PROTOCOL", help="A protocol that ships (--list), or a file (.toml).")] = "",
          n: Annotated[int | None, typer.Option("--n", min=1, max=1_000_000_000, help="Persons to be randomised.  [default: what the protocol "
                                                "says, else 400]")] = None,
          seed: Annotated[int, typer.Option("--seed", min=0, help="Of all chance.")] = 0,
          out: Annotated[str | None, typer.Option("-o", "--out", metavar="DIR", help="Folder of the study, or its address (s3://bucket/study); what "
                                                  "is there goes on.  [default: runs/trial_<id>_<hash>]")] = None,
          jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Processes; no result depends on it.  [default: all]")] = None,
          on: Annotated[str, typer.Option("--on", metavar="WHERE", help="local or ray.")] = "local",
          shard_size: Annotated[int | None, typer.Option("--shard-size", metavar="N", min=1, help="Persons in a part: whole sites; no result depends "
                                                         "on it.  [default: chosen]")] = None,
          members: Annotated[int, typer.Option("--members", min=1, max=10_000, help="Typical persons, by what is not known.")] = 40,
          population: Population = "calibrated",
          twins: Annotated[bool, typer.Option("--twins/--no-twins", help="Live every person in every arm, or in one alone.")] = True,
          begin: Annotated[bool, typer.Option("--begin", help="Write the plan alone: `zonula study work` computes, on as many machines as there "
                                              "are.")] = False,
          stop_when: Annotated[str | None, typer.Option("--stop-when", metavar="RULE", help="When enough is known: 'ci(effect) < 2'.")] = None,
          report: Annotated[bool, typer.Option("--report/--no-report", help="Write report.html.")] = True,
          as_json: Json = False, quiet: Quiet = False,
          force: Annotated[bool, typer.Option("--force", help="Write answers and page again; what was simulated stays.")] = False,
          schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a protocol's file, and do nothing else.")] = False,
          known: Annotated[bool, typer.Option("--list", help="Print the protocols that ship, and do nothing else.")] = False) -> None:
    """Run a virtual trial, or go on with one that was stopped: simulated persons, randomised, answered with what chance and ignorance leave.

    \b
    Examples
      zonula trial --list
      zonula trial repair_and_anti_tnf --n 400 --seed 1 -o studies/repair
      zonula trial my_trial.toml --n 2000 --jobs 8 --json
      zonula trial supplements_honest --n 100000 --on ray -o s3://bucket/supplements
      zonula study status studies/repair
    """
    from zonula.cli.trial import begun, execute, nothing_named, print_list, print_schema

    if schema or known:
        raise typer.Exit(print_schema() if schema else print_list(as_json=as_json))
    if begin:
        raise typer.Exit(begun(protocol or nothing_named(), n=n, seed=seed, out=out, shard_size=shard_size, members=members, population=population,
                               twins=twins, as_json=as_json))
    raise typer.Exit(execute(protocol or nothing_named(), n=n, seed=seed, out=out, jobs=jobs, on=on, shard_size=shard_size, members=members,
                             population=population, twins=twins, stop_when=stop_when, report=report, as_json=as_json, quiet=quiet, force=force))


@app.command(epilog="Exit codes: 0 done, 2 usage, 3 data, 4 no healthy state, 6 no kernel, 7 files.")
def tipping(scenario: Scenario,
            insult_scale: Annotated[str | None, typer.Option("--insult-scale", metavar="LOW..HIGH", help="How much smaller and larger, shorter and "
                                                             "longer the insult is made.  [default: 0.125..8]")] = None,
            insult_until: Annotated[str | None, typer.Option("--insult-until", metavar="DAY", help="Only what begins before is the insult.  "
                                                             "[default: all that ends]")] = None,
            squares: Annotated[str, typer.Option("--map", metavar="NxM", help="Sizes and lengths of the map; 0: none.")] = "13x13",
            hysteresis: Annotated[str | None, typer.Option("--hysteresis", metavar="PATH[=A..B]", help="Turn an exposure or a parameter there and "
                                                           "back: epithelium.erosive_irritant=0..0.5.")] = None,
            treatment: Annotated[list[str] | None, typer.Option("--treatment", metavar="SENTENCE", help="How much of it brings health back: "
                                                                '"adalimumab 40 mg sc q2w x 12 from day 425".')] = None,
            plan: Plan = None, until: Until = None, settings: Settings = None,
            jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Threads; no result depends on it.  [default: all]")] = None,
            out: Out = None, as_json: Json = False, force: Force = False, quiet: Quiet = False) -> None:
    """Say how near a person is to tipping, whether there is a second state, and what brings health back.

    \b
    Examples
      zonula tipping combined_insult_susceptible
      zonula tipping combined_insult_resilient --insult-scale 0.25..16 --map 20x20
      zonula tipping combined_insult_susceptible --hysteresis epithelium.erosive_irritant=0..0.5
      zonula tipping combined_insult_susceptible --treatment "adalimumab 40 mg sc q2w x 12 from day 425"
    """
    from zonula.cli.tipping import execute

    raise typer.Exit(execute(scenario, settings=settings or (), plan=plan or (), flags={} if until is None else {"--until": f"solve.until={until}"},
                             insult_scale=insult_scale, insult_until=insult_until, squares=squares, hysteresis=hysteresis,
                             treatment=treatment or (), jobs=jobs, out=out, as_json=as_json, force=force, quiet=quiet))


app.command(epilog=population_commands.EPILOG)(population_commands.population)


@app.command(epilog="Exit codes: 0 ended or written, 2 usage, 6 no library or kernel, 7 files.")
def explore(port: Annotated[int, typer.Option("--port", min=0, max=65535, metavar="P", help="On this machine.  [default: a free one]")] = 0,
            export: Annotated[str | None, typer.Option("--export", metavar="FILE", help="Write the page as one file, and serve nothing.")] = None,
            screen: Annotated[str, typer.Option("--screen", metavar="NAME", help="Where it opens: story, body, treat, why, crowd, evidence or "
                                                                                 "lab; or a shared address from its # on.")] = "",
            browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
            force: Force = False, as_json: Json = False, quiet: Quiet = False) -> None:
    """Open the explorer: pull a slider, and watch the model itself answer in the page.

    \b
    Examples
      zonula explore
      zonula explore --port 8765 --no-browser --screen treat
      zonula explore --export page.html
    """
    from pathlib import Path

    from zonula.cli import explore as commands

    if export is not None:
        raise typer.Exit(commands.export(Path(export), screen=screen, force=force, as_json=as_json, quiet=quiet))
    raise typer.Exit(commands.serve_page(port=port, screen=screen, browser=browser, as_json=as_json, quiet=quiet))


@app.command(epilog="Exit codes: 0 all is well, 6 the compiled kernel is not usable.")
def doctor(as_json: Json = False) -> None:
    """Say what simulates here, and check that it computes what it should."""
    from zonula.cli.doctor import execute

    raise typer.Exit(execute(as_json=as_json))


@app.command()
def demo(out: Out = None, force: Force = False) -> None:
    """Take the ten-second tour, with a report to read."""
    from zonula.cli.runs import execute

    typer.echo("A healthy man receives endotoxin, 2 ng/kg. Twenty volunteers did; this is what the model makes of it.\n")
    raise typer.Exit(execute("lps_bolus", out=out, force=force))


def main() -> None:
    """Run the command line: errors become messages and exit codes here, and nowhere else."""
    from zonula.cli.door import guarded

    gc.set_threshold(_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show ° shows its number, rather than failing
    sys.exit(guarded(app, sys.argv[1:]))
