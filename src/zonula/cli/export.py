"""``zonula export``: a scenario in the formats of other programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from zonula.simulation.prepare import Setup

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Scenario = Annotated[str, typer.Argument(help="A scenario file (.toml), a preset, or - for standard input.")]
Out = Annotated[str | None, typer.Option("-o", "--out", metavar="FILE", help="The file to write.  [default: the scenario's name, here]")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a parameter or a field of the scenario.")]
Without = Annotated[list[str] | None, typer.Option("--without", metavar="PROCESS", help="Shut a process off.")]
CloseRoad = Annotated[list[str] | None, typer.Option("--close-road", metavar="ROAD", help='Close a road: systemic, or "primed from day 180".')]
Plan = Annotated[list[str] | None, typer.Option("-p", "--plan", metavar="SENTENCE", help='Add an event: "lps 1 ng/kg iv bolus at day 2".')]
Until = Annotated[str | None, typer.Option("--until", metavar="DURATION", help="Horizon: 36h, 90d, 26w, 2y.  [default: the scenario's]")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file, if it is there.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else.")]
_CODES = "Exit codes: 0 written, 2 usage, 3 data, 4 no healthy state, 7 files."


@app.command(epilog=_CODES)
def sbml(scenario: Scenario, out: Out = None, settings: Settings = None, plan: Plan = None, until: Until = None, without: Without = None,
         close_road: CloseRoad = None, force: Force = False, as_json: Json = False) -> None:
    """Write the whole model with the scenario's person and plan as SBML (Level 3 Version 2).

    \b
    Examples
      zonula export sbml lps_bolus -o lps.xml
      zonula export sbml healthy_year --plan "lps 1 ng/kg iv bolus at day 30" --until 60d -o mine.xml
    """
    def write(setup: Setup, path: Path) -> None:
        from zonula.exchange.sbml_out import write_sbml

        write_sbml(setup, path)

    setup = _setup(scenario, settings, plan, until, without, close_road)
    _export(setup, "SBML Level 3 Version 2", ".xml", out, write, force=force, as_json=as_json)


@app.command(epilog=_CODES)
def omex(scenario: Scenario, out: Out = None, settings: Settings = None, plan: Plan = None, until: Until = None, without: Without = None,
         close_road: CloseRoad = None, force: Force = False, as_json: Json = False) -> None:
    """Write a COMBINE archive: the model as SBML, how to run it as SED-ML, and the scenario.

    \b
    Example
      zonula export omex lps_bolus -o lps.omex
    """
    def write(setup: Setup, path: Path) -> None:
        from zonula.exchange.omex import write_omex

        write_omex(setup, path)

    setup = _setup(scenario, settings, plan, until, without, close_road)
    _export(setup, "COMBINE archive", ".omex", out, write, force=force, as_json=as_json)


def _setup(scenario: str, settings: list[str] | None, plan: list[str] | None, until: str | None, without: list[str] | None,
           close_road: list[str] | None) -> Setup:
    from zonula.simulation.prepare import prepare
    from zonula.simulation.scenario import read_scenario

    flags = {} if until is None else {"--until": f"solve.until={until}"}
    return prepare(read_scenario(scenario, settings or (), plan=plan or (), closed=close_road or (), flags=flags), without=tuple(without or ()))


def _export(setup: Setup, kind: str, suffix: str, out: str | None, write: Callable[[Setup, Path], None], *, force: bool, as_json: bool) -> None:
    import hashlib

    from zonula.exchange.library import libsbml_or_refuse
    from zonula.ground.errors import StorageError

    path = Path(out) if out else Path(f"{setup.name}{suffix}")
    if path.is_dir():
        raise StorageError.of("ZN-7007", "this is a folder, not a file", file=str(path),
                              fix=f"name a file in it, such as {path / setup.name}{suffix}")
    if path.exists() and not force:
        raise StorageError.of("ZN-7008", "the file is there already", file=str(path), fix="name another with -o, or add --force")
    if not path.absolute().parent.is_dir():
        raise StorageError.of("ZN-7009", "there is no such folder", file=str(path.parent), fix="make it first, or name another with -o")
    libsbml_or_refuse()  # before the work, not after it
    write(setup, path)
    model, data = setup.problem.model, path.read_bytes()
    said: dict[str, Any] = {
        "schema": "zonula/export/1", "status": "written", "format": kind, "file": str(path), "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(), "scenario": setup.name, "fingerprint": setup.fingerprint, "states": len(model.states),
        "processes": len(model.reactions), "readouts": len(model.readouts), "remarks": list(setup.remarks),
        "notice": "Research software: not a medical device, and no medical advice.",
    }
    if as_json:
        sys.stdout.write(json.dumps(said, ensure_ascii=False, allow_nan=False) + "\n")
        return
    size = f"{len(model.states)} states, {len(model.reactions)} processes, {len(model.readouts)} readouts"
    lines = [f"Wrote {path} ({kind}, {len(data) / 1e6:.1f} MB): {size}; libSBML finds nothing wrong with it."]
    lines += [f"Note: {remark}." for remark in setup.remarks]
    sys.stdout.write("\n".join([*lines, "Research software: not medical advice."]) + "\n")
