"""The board of claims as page, table and files: what the model says of each, beside the strength of the human evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zonula.claims.run import Board
from zonula.claims.verdict import (
    CANNOT_TELL,
    FAILS,
    HOLDS,
    NOT_SUPPORTED,
    OPEN,
    PARTLY,
    RULE,
    SUPPORTED,
    UNKNOWN,
    Judgement,
    Number,
    Outcome,
    readable,
)
from zonula.ground.files import write_text
from zonula.ground.provenance import environment
from zonula.language.units import pretty
from zonula.report.folder import MARK, stamp, whole
from zonula.report.folder import readable as readable_json
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.simulation.words import number

SCHEMA = "zonula/claims/1"
CLASSES = {SUPPORTED: "yes", PARTLY: "partly", NOT_SUPPORTED: "no", CANNOT_TELL: "open", HOLDS: "yes", FAILS: "no", OPEN: "open", UNKNOWN: "open"}
_MEANING = {SUPPORTED: "every statement holds", PARTLY: "some statements hold", NOT_SUPPORTED: "what the claim cannot do without fails",
            CANNOT_TELL: "draws or variants disagree, or the test proves nothing"}
_README = """What is in this folder

claims.html    the board: one file, opens without a network (not with --no-report)
claims.json    the same in numbers: all that `zonula claims run --json` prints
manifest.json  versions, settings, hashes, timings

{notice}
"""
Telling = Mapping[str, Sequence[tuple[str, float]]]


def as_json(board: Board, telling: Telling) -> dict[str, Any]:
    """All of a board as plain data."""
    said = board.as_dict()
    for claim in said["claims"]:
        claim["would_tell_most"] = [{"row": row, "share_of_variance": share} for row, share in telling.get(claim["id"], ())]
    return {"schema": SCHEMA, "status": "finished", **said, "notice": NOT_MEDICAL}


def write_claims(board: Board, telling: Telling, folder: Path, *, fingerprint: str, force: bool, report: bool, seconds: float) -> Path:
    """Write page and numbers into *folder* and return it.

    Raises
    ------
    StorageError   when the disk refuses; nothing half-written is left
    """
    with whole(folder, force=force) as part:
        write_text(part / "claims.json", readable_json(as_json(board, telling)) + "\n")
        write_text(part / "README.txt", _README.format(notice=NOT_MEDICAL))
        if report:
            write_text(part / "claims.html", claims_page(board, telling))
        manifest = {"schema": "zonula/manifest/1", "claims": dict(board.facts), "variants": dict(board.weights), "fingerprint": fingerprint,
                    **stamp(part, seconds)}
        write_text(part / MARK, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return folder


def claims_page(board: Board, telling: Telling) -> str:
    """The whole page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(loader=PackageLoader("zonula.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                        lstrip_blocks=True)
    counts = [(verdict, CLASSES[verdict], sum(j.verdict == verdict for j in board.judgements), meaning) for verdict, meaning in _MEANING.items()]
    return pages.get_template("claims.html.j2").render(
        claims=[_claim(j, board, telling.get(j.claim.id, ())) for j in board.judgements], counts=counts, rule=RULE, weights=board.weights,
        facts=board.facts, notice=NOT_MEDICAL, environment=environment())


def _claim(j: Judgement, board: Board, telling: Sequence[tuple[str, float]]) -> dict[str, Any]:
    table = j.claim.table
    return {"id": j.claim.id, "number": table.number, "sentence": table.sentence, "context": table.context, "may_say": table.may_say,
            "verdict": j.verdict, "shape": CLASSES[j.verdict], "reason": j.reason, "certain": percent(float(table.certain)),
            "statements": [_statement(o, j, board) for o in j.statements],
            "controls": [_statement(o, j, board) | {"shape": CLASSES[HOLDS if o.outcome == FAILS else FAILS]} for o in j.controls],
            "strength": table.evidence.strength, "evidence": table.evidence, "numbers": [_number(n, board) for n in j.numbers],
            "telling": [(row, percent(share)) for row, share in telling]}


def _statement(o: Outcome, j: Judgement, board: Board) -> dict[str, Any]:
    said, first = o.statement.said, next(iter(board.weights))
    number_of = next(n for n in j.numbers if n.id == o.statement.number)
    unit = pretty(number_of.unit) if number_of.unit != "1" else ""
    middle, ninety = _told(number_of, first)
    return {"says": f"{readable(said.says)} {unit}".rstrip(), "note": number_of.note, "why": said.why,
            "needed": said.needed, "first": first, "middle": middle, "ninety": ninety, "outcome": o.outcome, "shape": CLASSES[o.outcome],
            "share": percent(o.share), "width": 100 * (o.share or 0.0), "structural": o.structural,
            "variants": [(name, percent(o.shares[name]), weight) for name, weight in board.weights.items()]}


def _number(n: Number, board: Board) -> dict[str, Any]:
    return {"id": n.id, "unit": pretty(n.unit) if n.unit != "1" else "", "note": n.note,
            "variants": [(name, *_told(n, name)) for name in board.weights]}


def _told(n: Number, variant: str) -> tuple[str, str]:
    """A number in a variant: its median and its 90 % interval over draws; or why there is none."""
    q = n.quantiles(variant)
    if q is None:
        return "–", n.reasons.get(variant, "too few draws have it")
    return number(q[2]), f"{number(q[0])} to {number(q[4])}"


def percent(share: float | None) -> str:
    """``86 %``; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"


def board_lines(board: Board) -> list[str]:
    """The board, as lines for the terminal."""
    width = max([len(j.verdict) for j in board.judgements], default=0)
    lines = []
    for j in board.judgements:
        table = j.claim.table
        lines += [f"{table.number:>2}  {j.verdict:{width}}  {table.sentence}",
                  f"    {'':{width}}  {j.reason}; human evidence: {table.evidence.strength}"]
    return lines
