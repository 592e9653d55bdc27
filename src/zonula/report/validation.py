"""The page of a validation, and its folder: observed beside predicted, for a reviewer to read from top to bottom."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from zonula.experiments.validate import CONTRADICTS, HIGH, INSIDE50, INSIDE90, LOW, NONE, Validation, Verdict
from zonula.ground.files import write_text
from zonula.ground.provenance import environment
from zonula.population.schema import Source
from zonula.report import validation_tables as tables
from zonula.report.folder import MARK, readable, stamp, whole
from zonula.report.validation_figures import BINS, SEEN, SHAPES, blocks, directions, ranks, worst
from zonula.report.validation_tables import compared_with, domain_title, interval, measure_of, percent, shown, verdict_counts
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.simulation.words import number

SCHEMA = "zonula/validation/1"
_SEEN = {"text": "", "abstract": "abstract only", "nothing": "from memory"}
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PMID = re.compile(r"PMID:\s*(\d+)")
_README = """What is in this folder

validation.html  the page: one file, opens without a network (not with --no-report)
validation.json  the same in numbers: all that `zonula validate --json` prints
validation.csv   one line per row of a study
manifest.json    versions, settings, hashes, timings

{notice}
"""


def as_json(validation: Validation, before: Validation | None = None) -> dict[str, Any]:
    """All of a validation as plain data; of one *before* calibration, the totals."""
    beside = {} if before is None else {"before": before.totals()}
    return {"schema": SCHEMA, "status": "finished", **validation.as_dict(), **beside, "notice": NOT_MEDICAL}


def write_validation(validation: Validation, folder: Path, *, before: Validation | None = None, fingerprint: str, force: bool, report: bool,
                     seconds: float) -> Path:
    """Write page, numbers and table into *folder* and return it.

    Raises
    ------
    StorageError   when the disk refuses; nothing half-written is left
    """
    with whole(folder, force=force) as part:
        write_text(part / "validation.json", readable(as_json(validation, before)) + "\n")
        write_text(part / "validation.csv", _csv(validation))
        write_text(part / "README.txt", _README.format(notice=NOT_MEDICAL))
        if report:
            write_text(part / "validation.html", validation_page(validation))
        studies = {e.id: hashlib.sha256(e.text.encode()).hexdigest() for e in (v.prediction.experiment for v in validation.verdicts)}
        manifest = {"schema": "zonula/manifest/1", "validation": dict(validation.facts), "fingerprint": fingerprint, "studies": studies,
                    **stamp(part, seconds)}
        write_text(part / MARK, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return folder


def _csv(validation: Validation) -> str:
    """One line a row; numbers that do not exist are empty."""
    out = io.StringIO()
    table = [_flat(v.as_dict()) for v in validation.verdicts]
    if table:
        writer = csv.DictWriter(out, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    return out.getvalue()


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    people = row["people"]
    return {key: _harmless(value) for key, value in row.items() if key != "people"} | {"people_finished": people["finished"],
                                                                                       "people_of": people["of"]}


def _harmless(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def validation_page(validation: Validation) -> str:
    """The whole page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(loader=PackageLoader("zonula.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                        lstrip_blocks=True)
    totals = validation.totals()
    tenths = ranks(validation.verdicts)
    return pages.get_template("validation.html.j2").render(
        totals=totals, cards=_cards(validation), population=tables.population_words(validation), facts=validation.facts, notice=NOT_MEDICAL,
        studies=len({v.prediction.experiment.id for v in validation.verdicts}), domains=[_domain(validation, name) for name in validation.domains()],
        everything=_domain(validation, ""), tenths=tenths, most=max([*tenths, 1]), even=sum(tenths) / BINS,
        misses=[_row(v) for v in worst(validation.verdicts, len(validation.verdicts))], key=_key(validation), diamond=SEEN,
        reasons=tables.reasons(validation), not_modelled=sorted(validation.not_modelled.items()), groups=validation.groups(),
        environment=environment(), domain_title=domain_title, measure_of=measure_of, compared_with=compared_with, shown=shown, interval=interval)


def _cards(validation: Validation) -> list[tuple[str, str, str]]:
    """What is read first: a name, a number, and what it should be."""
    t = validation.totals()
    cards = [(f"inside the {share} % interval", percent(t[f"coverage{share}"]), f"of {t['n']} rows; {_right(t, share)}") for share in (90, 50)]
    cards += [
        ("contradicted directions", str(verdict_counts(validation.verdicts)[CONTRADICTS]), "more for less, or no difference"),
        ("not predicted", str(t["not_predicted"]), "rows, with reasons below"),
        ("not modelled", str(t["not_modelled"]), "numbers seen in people")]
    if validation.prior and t["mean_width_ratio_to_prior"] is not None:
        cards.append(("width of the intervals", f"{t['mean_width_ratio_to_prior']:.2f}", "times the width before calibration"))
    return cards


def _right(totals: Mapping[str, Any], share: int) -> str:
    """What share would be right; of directions and bounds none is known, so that they are told apart."""
    if totals["numbers"] == totals["n"]:
        return f"{share} % would be right"
    return f"{percent(totals[f'coverage{share}_numbers'])} of the {totals['numbers']} that are numbers, of which {share} % would be right"


def _key(validation: Validation) -> list[tuple[str, str, str, int]]:
    counts = verdict_counts(validation.verdicts)
    return [(name, *SHAPES[name], counts[name]) for name in (INSIDE50, INSIDE90, HIGH, LOW, CONTRADICTS)]


def _domain(validation: Validation, name: str) -> dict[str, Any]:
    """A domain: its totals, its pictures, and all its rows."""
    mine = [v for v in validation.verdicts if not name or v.prediction.experiment.table.domain == name]
    totals, counts = validation.totals(name), verdict_counts(mine)
    score = totals["median_interval_score"]
    bar = [(verdict, SHAPES[verdict][0], counts[verdict], 100.0 * counts[verdict] / len(mine))
           for verdict in (INSIDE50, INSIDE90, HIGH, LOW, CONTRADICTS, NONE) if counts[verdict]]
    own = {"blocks": blocks(mine), "directions": directions(mine), "rows": [_row(v) for v in mine]} if name else {}
    return {"name": name, "title": domain_title(name) if name else "all", "totals": totals, "coverage90": percent(totals["coverage90"]),
            "coverage50": percent(totals["coverage50"]), "score": "–" if score is None else number(score), "bar": bar, **own}


def _row(v: Verdict) -> dict[str, Any]:
    """A row in full, as text."""
    p, said = v.prediction, v.prediction.row.said
    table = p.experiment.table
    known = v.verdict != NONE
    judged = f"{said.judged}: " if said.judged in ("at most", "at least") else ""
    return {
        "id": v.id, "study": p.experiment.id, "title": table.title, "sources": [_source(source) for source in table.source],
        "arm": p.row.arm, "measure": measure_of(v), "statistic": said.statistic, "against": compared_with(v), "n": p.row.n or "",
        "observed": judged + shown(p.observed, v), "spread": said.spread,
        "predicted": shown(v.predicted, v) if known else "–", "half": interval(v.p25, v.p75, v) if known else "–",
        "ninety": interval(v.p05, v.p95, v) if known else "–", "verdict": v.verdict, "shape": SHAPES[v.verdict][0], "path": SHAPES[v.verdict][1],
        "people": f"{p.people[0]} of {p.people[1]}", "reason": v.reason, "quality": said.quality, "note": said.note,
    }


def _source(source: Source) -> dict[str, str]:
    """A source: its text, its link (none where nobody saw the identifier), and how far it was read."""
    remarks = [_SEEN[source.seen], *([f"{source.doi}: identifier not checked"] if source.doi and not source.doi_seen else [])]
    return {"text": source.text, "name": source.doi, "link": link_of(source.doi) if source.doi_seen else "",
            "remark": "; ".join(remark for remark in remarks if remark)}


def link_of(identifier: str) -> str:
    """The address of a DOI or ``PMID:123``; nothing for what is neither."""
    if match := _PMID.fullmatch(identifier):
        return f"https://pubmed.ncbi.nlm.nih.gov/{match[1]}/"
    return f"https://doi.org/{quote(identifier)}" if _DOI.fullmatch(identifier) else ""
