"""``zonula model``: what the model is made of, and on what each number rests."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else.")]
KINDS = ("states", "processes", "parameters", "readouts", "signals", "exposures", "roads", "substances", "practices", "presets")


@app.command("list")
def list_(kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.")] = "", as_json: Json = False) -> None:
    """List what the model has: everything, or one KIND."""
    from zonula.ground.errors import UsageError, nearest
    from zonula.report.catalogue import catalogue, listing

    if kind and kind not in KINDS:
        raise UsageError.of("ZN-1112", f"nothing of the kind {kind!r} to list", fix=nearest(kind, KINDS))
    everything = catalogue()
    if as_json:
        _print({kind: everything[kind]} if kind else everything)
    else:
        sys.stdout.write(listing({kind: everything[kind]} if kind else everything))


@app.command()
def show(path: Annotated[str, typer.Argument(help="A state, process, parameter, signal or readout, such as cytokines.k_tnf.")],
         as_json: Json = False) -> None:
    """Show all that is known of one thing: meaning, unit, equation, value, spreads, sources."""
    from zonula.report.catalogue import card, describe

    found = describe(path)
    if as_json:
        _print(found)
    else:
        sys.stdout.write(card(found))


@app.command()
def cite(path: Annotated[str, typer.Argument(help="A parameter or process; nothing for the whole model.")] = "",
         as_json: Json = False) -> None:
    """Print the sources of one thing, or of the whole model, as BibTeX."""
    from zonula.report.catalogue import citations

    keys, text = citations(path)
    if as_json:
        _print({"path": path, "sources": keys, "bibtex": text})
    else:
        sys.stdout.write(text)


def _print(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
