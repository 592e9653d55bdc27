"""The command ``zonula``: what it offers, and the one door where errors become messages and exit codes.

Nothing heavy is imported here: ``zonula --help`` must answer at once.
"""

from __future__ import annotations

import json
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from zonula.cli import export as export_commands
from zonula.cli import model as model_commands

app = typer.Typer(
    name="zonula", no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]}, rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Simulate the gut-immune-joint axis of one person.\n\nResearch software: not medical advice.",
    epilog="Exit codes: 0 ok, 2 usage, 3 data, 4 no healthy state or solver stopped, 6 no kernel, 7 files, 70 bug, 130 interrupted.",
)
app.add_typer(model_commands.app, name="model", help="Look up states, processes, parameters and their sources.")
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
Draws = Annotated[int | None, typer.Option(
    "--draws", min=0, max=10_000, help="Draws of what is not known, for the ribbon.  [default: 64; 0: no ribbon]")]
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
        engine: Engine = "kernel", draws: Draws = None,
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
                             close_road=close_road or (), roads=roads, since=since, engine=engine, draws=draws, as_json=as_json, force=force,
                             report=report, quiet=quiet, dry_run=dry_run))


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

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show ° shows its number, rather than failing
    sys.exit(guarded(app, sys.argv[1:]))
