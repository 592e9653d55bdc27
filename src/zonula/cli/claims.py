"""``zonula claims``: what the story says, put to the test in the model, beside the evidence in people."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from zonula.calibration.posterior import Posterior
    from zonula.claims.read import Claim
    from zonula.claims.run import Board
    from zonula.language.model import Model
    from zonula.population.variants import Variant

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Folders = Annotated[list[str] | None, typer.Option("--folder", metavar="DIR", help="Claims of your own, instead of those that ship.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="GLOB", help="Only these claims, by id or number: vicious*, 7.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else.")]
Variants = Annotated[list[str] | None, typer.Option("--variant", metavar="NAME", help="Only these variants of the model.  [default: all]")]


@app.command(epilog="Exit codes: 0 done, 2 usage, 3 data, 6 no kernel, 7 files.")
def run(only: Only = None, folders: Folders = None, variants: Variants = None,
        members: Annotated[int, typer.Option("--members", min=3, max=10_000, help="Draws: typical persons, by what is not known.")] = 24,
        persons: Annotated[int, typer.Option("--persons", min=3, max=160, help="Persons around each of them, by how people differ.")] = 5,
        seed: Annotated[int, typer.Option("--seed", min=0, help="Of all chance.")] = 0,
        population: Annotated[str, typer.Option("--population", metavar="NAME", help="calibrated, evidence (before any calibration), or a "
                                                "posterior.npz.")] = "calibrated",
        jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Threads; no result depends on it.  [default: all]")] = None,
        out: Annotated[str | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for page and numbers.  "
                                                "[default: runs/<date>_claims_<hash>]")] = None,
        force: Annotated[bool, typer.Option("--force", help="Replace the folder, if it is there.")] = False,
        report: Annotated[bool, typer.Option("--report/--no-report", help="Write claims.html.")] = True,
        as_json: Json = False, quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing.")] = False) -> None:
    """Try the claims: simulate each under all variants of the model, and judge it by its own rule.

    \b
    Examples
      zonula claims run
      zonula claims run --only vicious_circle --members 40
      zonula claims run --folder my_claims --json
    """
    from zonula.calibration.shipped import posterior_named
    from zonula.claims.run import run_claims
    from zonula.cli.runs import progress_bar
    from zonula.cli.validate import people_of
    from zonula.evidence.load import evidence_of
    from zonula.experiments.predict import Settings
    from zonula.ground.provenance import digest
    from zonula.organs.standard import standard_model
    from zonula.population.noise import noise_fingerprint
    from zonula.population.swing import swings_fingerprint
    from zonula.report.claims import as_json as plain
    from zonula.report.claims import write_claims
    from zonula.report.folder import place_named

    started = time.perf_counter()
    model = standard_model()
    claims, posterior = _claims(folders or (), only or (), model), posterior_named(population)
    asked, evidence = _variants(posterior, variants or ()), evidence_of(model)
    people = people_of(model, evidence, posterior, members, seed=seed, jobs=jobs)
    fingerprint = digest(model.fingerprint, *(c.text for c in claims), people.fingerprint, noise_fingerprint(), swings_fingerprint(),
                         repr((persons, seed, sorted(asked))), repr(asked))
    folder = place_named("claims", fingerprint, Path(out) if out else None, force=force)
    with progress_bar(quiet=quiet or as_json) as progress:
        board = run_claims(claims, model, evidence, people, Settings(persons=persons, seed=seed, jobs=jobs), variants=asked, progress=progress)
    telling = _telling(board, posterior)
    written = write_claims(board, telling, folder, fingerprint=fingerprint, force=force, report=report, seconds=time.perf_counter() - started)
    if as_json:
        sys.stdout.write(json.dumps(plain(board, telling) | {"folder": str(written)}, ensure_ascii=False, allow_nan=False) + "\n")
    elif not quiet:
        _say(board, written, report=report, seconds=time.perf_counter() - started)


@app.command(epilog="Exit codes: 0 done, 2 usage, 3 data.")
def show(only: Annotated[list[str] | None, typer.Argument(metavar="[CLAIM]...", help="By id or number; all where none is named.")] = None,
         folders: Folders = None, as_json: Json = False) -> None:
    """Show claims as they are written: sentence, rule, control, evidence; nothing is run."""
    from zonula.organs.standard import standard_model

    claims = _claims(folders or (), only or (), standard_model())
    if as_json:
        said = {"claims": [claim.table.model_dump(by_alias=True, exclude_none=True) for claim in claims]}
        sys.stdout.write(json.dumps(said, ensure_ascii=False, allow_nan=False) + "\n")
        return
    if not only:
        sys.stdout.writelines(f"{c.table.number:>2}  {c.id:24}  {c.table.sentence}\n" for c in claims)
        sys.stdout.write("\nzonula claims show NUMBER shows one in full; zonula claims run tries them.\n")
        return
    sys.stdout.write("\n\n".join(_card(claim) for claim in claims) + "\n")


def _claims(folders: Sequence[str], only: Iterable[str], model: Model) -> list[Claim]:
    """The claims that are asked for.

    Raises
    ------
    UsageError   where a pattern fits none
    """
    from zonula.claims.read import read_claims, shipped_claims
    from zonula.ground.errors import UsageError, nearest

    claims = read_claims([Path(folder) for folder in folders], model) if folders else shipped_claims(model)
    patterns = list(only)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for c in claims for name in (c.id, str(c.table.number))):
            raise UsageError.of("ZN-1287", f"no claim is called {pattern!r}", path="--only", fix=nearest(pattern, [c.id for c in claims]))
    return [c for c in claims if not patterns or any(fnmatchcase(name, p) for name in (c.id, str(c.table.number)) for p in patterns)]


def _variants(posterior: Posterior | None, names: Sequence[str]) -> dict[str, tuple[Variant, float]]:
    """The variants of the model that are asked for, all where none is, with their weights.

    Raises
    ------
    UsageError   where there is none of that name
    """
    from zonula.calibration.shipped import weighted_variants
    from zonula.population.variants import variant_named

    wanted = {variant_named(name).name for name in names}
    return {name: pair for name, pair in weighted_variants(posterior).items() if not wanted or name in wanted}


def _telling(board: Board, posterior: Posterior | None) -> dict[str, list[tuple[str, float]]]:
    """By claim, the numbers of studies that would tell most of its first statement."""
    from zonula.calibration.telling import most_telling
    from zonula.population.variants import STANDARD

    if posterior is None or STANDARD.name not in board.weights:
        return {}
    found = {}
    for j in board.judgements:
        first = j.claim.statements[0].number
        draws = next(n.draws[STANDARD.name] for n in j.numbers if n.id == first)
        found[j.claim.id] = [(one.row, one.share) for one in most_telling(draws, posterior)]
    return found


def _say(board: Board, folder: Path, *, report: bool, seconds: float) -> None:
    from zonula.report.claims import board_lines

    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in board.weights.items())
    draws = f"{board.facts['members']} draws with {board.facts['persons']} persons each, from: {board.facts['from']}"
    lines = [*board_lines(board), "", f"{draws}; variants: {weights}",
             f"Wrote {folder}/ in {seconds:.1f} s; open {folder / ('claims.html' if report else 'claims.json')}",
             "What holds in a model is no proof in people. Research software: not medical advice."]
    sys.stdout.write("\n".join(lines) + "\n")


def _card(claim: Claim) -> str:
    """A claim in full, as text."""
    from zonula.claims.verdict import RULE, readable
    from zonula.report.claims import percent

    table, evidence = claim.table, claim.table.evidence
    lines = [f"{table.number}. {table.sentence}", "", table.context, ""]
    for title, said in (("Statements", table.statements), ("Controls, which must fail", table.controls)):
        lines += [f"{title}:", *(f"  {readable(s.says)}{'  (needed)' if s.needed else ''}\n      {s.why}" for s in said), ""]
    lines += [f"Rule: {RULE}. A statement holds from {percent(float(table.certain))} of the draws on.", "",
              f"Evidence in people: {evidence.strength}" + (f" ({evidence.note})" if evidence.note else ""),
              *(f"  for: {line}" for line in evidence.for_), *(f"  against: {line}" for line in evidence.against)]
    lines += ["", f"What may be said: {table.may_say}"] if table.may_say else []
    return "\n".join(lines)
