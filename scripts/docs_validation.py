"""docs/validation.md: studies in people, observed beside predicted; every row, and why each miss is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from docs_results import Json, PagesError, Results

from zonula.experiments.read import shipped_experiments
from zonula.experiments.schema import ExperimentTable, RowTable
from zonula.organs.standard import standard_model
from zonula.report.validation_tables import domain_title, interval_said, measure_said, percent, told
from zonula.simulation.words import number

WRITTEN = ("Written by `python scripts/write_docs.py` from what commands found ([docs/results](results)): do not edit it, run the command again.")
_IN_SAMPLE = """**This is in sample.** Many numbers of the model were chosen with such studies in view, and a calibrated population was
fitted to most of these very rows. It is no blind test. An interval is also wide where little is known: being inside it can mean knowing
nothing, therefore its score is told as well (interval score of the 90 % interval: its width, and twenty times what it misses by; smaller is
better). That disease waxes and wanes in what a study sees (`population/swing.toml`) was built in after a first validation had been seen, in
which 192 of these 236 rows were inside and 37 of 57 in trials in arthritis: its numbers were fixed from other sources and never changed
afterwards, but it was looked for where the rows were missed. A flaw was mended on the way: all calibrated members had shared the errors of the
same few persons on day 0. With errors of their own and without any swing 202 rows were inside (49 of 57 in trials), median interval score 5.15;
with swings 204 (51), 4.91, by a population that had been fitted before both; fitted anew, knowing both, 202 (47), 4.61. That made the effect of
context smaller (`pain.context_maximum` from 0.24 to 0.17 in the middle), which had been fitted when nothing else made people better under placebo.
The one that ships was fitted by the same command once more, after joints that went septic out of nothing had been mended. Nothing was chosen by
how many rows are inside; twice as many typical persons would hold fewer ([limits](../LIMITS.md))."""
_HELD_OUT = """What is held out is the calibration alone: whoever built the model and chose its numbers had seen most of these studies,
and groups of patients are made by histories that were chosen with them in view. What the calibration is worth is the difference between the
two lines."""
_NOT_FITTED = """Rows that were not fitted are directions, bounds, and numbers that too few typical persons show: easier to be inside, or
impossible to fit. They are no sample of unseen studies."""
_EVERY_ROW = """Rows that the population was calibrated on are marked with an f: they say how well it fits and nothing of how well others
are foreseen. Sources are in full in `src/zonula/experiments/human/`."""
_DRAWN = """Who is not taken could not be healthy before, or was not ill as the study asks; a small share means a group that the model
rarely makes."""
_HEAD = ("row", "study", "what", "observed", "predicted", "90 % interval", "verdict")


def page(results: Results) -> str:
    """The whole page.

    Raises
    ------
    PagesError   where a miss has no explanation
    """
    lines = ["# Validation", "", WRITTEN, ""]
    said = results.validation
    if said is None:
        return "\n".join([*lines, nothing_yet("zonula validate --json")])
    if missing := unexplained(results):
        raise PagesError(f"{len(missing)} misses have no explanation in docs/results/misses.toml: {', '.join(missing)}")
    lines += [*_what_was_run(said), *_totals(said, results.learned), *_held_out(results.held_out), *_domains(said)]
    lines += ["## Every row", "", _EVERY_ROW, ""]
    for name in said["domains"]:
        lines += _rows_of(name, said, results)
    lines += [*_not_modelled(said), *_groups(said)]
    return "\n".join(lines).rstrip("\n") + "\n"


def misses(said: Json) -> list[str]:
    """Rows that are not inside their 90 % interval, or of which nothing is predicted."""
    return [row["id"] for row in said["rows"] if not row["inside90"]]


def unexplained(results: Results) -> list[str]:
    """Misses of which nobody has said why."""
    return [row for row in misses(results.validation) if row not in results.misses] if results.validation else []


def no_longer(results: Results) -> list[str]:
    """Rows that are explained and are no misses."""
    missed = set(misses(results.validation)) if results.validation else set(results.misses)
    return [row for row in results.misses if row not in missed]


def fitted(said: Json, calibration: Json | None) -> set[str]:
    """Rows on which the population was calibrated; none where it was not, or where nothing is kept of it."""
    if calibration is None or said["population"]["from"] != f"calibration {calibration['population'][:12]}":
        return set()
    return {row["id"] for row in said["rows"]} - set(calibration["left_out"])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown, and an empty line."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;').replace(chr(10), ' ') for cell in row)} |"
    yield ""


def of_which_model(facts: Mapping[str, Any]) -> str:
    """Of which model a result is, and whether that is the model as it is now."""
    now = standard_model().fingerprint
    other = f" (**the model is another one now: `{now[:12]}`; the command must be run again**)" if facts["model"] != now else ""
    return f"model `{facts['model'][:12]}`{other}"


def nothing_yet(command: str) -> str:
    """What stands on a page whose result is not there yet."""
    return f"**No result is kept yet.** `{command}` gives it, `python scripts/write_docs.py --collect` keeps it.\n"


def known(value: float | None) -> str:
    """A number; a dash where there is none."""
    return "–" if value is None else number(value)


def _what_was_run(said: Json) -> Iterator[str]:
    facts, rows = said["population"], said["rows"]
    whose = ("a prior one: what the evidence of each number says, not calibrated as a whole" if facts["from"] == "prior"
             else f"a calibrated one (`{facts['from']}`)")
    studies = len({row["experiment"] for row in rows})
    yield (f"`zonula validate` simulated {studies} studies in people and compared {len(rows)} numbers of them with what it predicts: "
           f"{facts['members']} typical persons (what is not known) with {facts['persons']} persons around each (how people differ), errors of "
           f"measurement on top. The run is of {of_which_model(facts)}, seed {facts['seed']}, tolerance {facts['rtol']:g}, people "
           f"`{facts['fingerprint'][:12]}`. How a row is judged: [experiments.md](experiments.md). The population is {whose}.")
    yield from ("", _IN_SAMPLE, "")


def _totals(said: Json, calibration: Json | None) -> Iterator[str]:
    yield from ("## Totals", "")
    after, before = said["totals"], said.get("before")
    calibrated = said["population"]["from"] != "prior"
    rows = [("all rows" + (", calibrated" if calibrated else ", before any calibration"), *_total(after))]
    if before:
        rows.append(("all rows, before calibration", *_total(before)))
    if mine := fitted(said, calibration):
        for name, wanted in (("fitted", True), ("not fitted", False)):
            part = [row for row in said["rows"] if (row["id"] in mine) == wanted]
            rows.append((f"rows that were {name}", str(len(part)), _share(part, "inside90"), _share(part, "inside50"), "", ""))
    yield from table(("", "rows", "inside 90 %", "inside 50 %", "median interval score", "width, against before calibration"), rows)
    if mine:
        yield from (_NOT_FITTED, "")
    counts = Counter(row["verdict"] for row in said["rows"])
    yield f"{', '.join(f'{verdict} {n}' for verdict, n in counts.most_common())}. Right would be 90 % and 50 % inside."
    yield ""


def _held_out(said: Json | None) -> Iterator[str]:
    """How well studies are foreseen that the calibration did not see."""
    yield from ("## Studies that were held out", "")
    if said is None:
        yield nothing_yet("python scripts/held_out.py")
        return
    facts, rows = said["population"], said["rows"]
    folds = len(facts["calibrations"])
    yield (f"The studies were dealt into {folds} parts, those of one publication together; {facts['members']} typical persons were calibrated on all "
           f"parts but one, {facts['typical']} of them, with {facts['around']} persons around each, foresaw the studies of that one, and so with "
           f"each (`python scripts/held_out.py`, {of_which_model(facts)}). {_HELD_OUT}")
    yield ""
    yield from table(("", "rows", "inside 90 %", "inside 50 %", "median interval score", "width, against before calibration"),
                     (("never seen by their calibration", *_total(said["totals"])),
                      ("the same rows, before any calibration", *_total(said["before"]))))
    changes = Counter(_better(row) for row in rows if row["score"] is not None and row["before"] is not None)
    yield (f"Of the numbers that were held out {changes['better']} have a better score than before any calibration, {changes['worse']} a worse one "
           f"and {changes['same']} the same. In by the calibration of others came {_moved(rows, 'inside90', 'before90')}; out went "
           f"{_moved(rows, 'before90', 'inside90')}.")
    yield ""


def _better(row: Json) -> str:
    return "better" if row["score"] < row["before"] else "worse" if row["score"] > row["before"] else "same"


def _moved(rows: Sequence[Json], there: str, not_there: str) -> str:
    return ", ".join(row["id"] for row in rows if row[there] and not row[not_there]) or "none"


def _total(t: Json) -> tuple[str, ...]:
    return str(t["n"]), percent(t["coverage90"]), percent(t["coverage50"]), known(t["median_interval_score"]), known(t["mean_width_ratio_to_prior"])


def _share(rows: Sequence[Json], key: str) -> str:
    return percent(sum(row[key] for row in rows) / len(rows)) if rows else "–"


def _domains(said: Json) -> Iterator[str]:
    yield from ("## By domain", "")
    missed = Counter(row["domain"] for row in said["rows"] if not row["inside90"])
    rows = [(domain_title(name), *_total(t)[:-1], str(missed[name])) for name, t in said["domains"].items()]
    yield from table(("domain", "rows", "inside 90 %", "inside 50 %", "median interval score", "misses"), rows)


def _rows_of(domain: str, said: Json, results: Results) -> Iterator[str]:
    title = domain_title(domain)
    yield from (f"### {title[0].upper()}{title[1:]}", "")
    mine, fit = [row for row in said["rows"] if row["domain"] == domain], fitted(said, results.learned)
    yield from table(_HEAD, [_row(row, said["sources"][row["experiment"]], fitted=row["id"] in fit) for row in mine])
    missed = [row for row in mine if not row["inside90"]]
    if missed:
        yield from ("Why these are missed:", "")
        for row in missed:
            weak = f" *The number itself: {row['quality']}.*" if row["quality"] else ""
            yield f"- **{row['id']}** ({row['verdict']}): {' '.join(results.misses[row['id']].split())}{weak}"
        yield ""


def _row(row: Json, source: str, *, fitted: bool) -> tuple[str, ...]:
    found = _said().get((row["experiment"], row["id"]))
    mark = " f" if fitted else ""
    verdict = row["verdict"] if row["inside90"] else f"**{row['verdict']}**"
    reason = f"; {row['reason']}" if row["reason"] else ""
    if found is None:  # the study says something else by now, or is no longer there
        what = f"{row['measure']}, {row['statistic']} at {row['at']}"
        numbers = (f"{known(row['observed'])} {row['unit']}", known(row["predicted"]), f"{known(row['p05'])} to {known(row['p95'])}")
        return f"{row['id']}{mark}", source, what, *numbers, verdict + reason
    what = f"{measure_said(found)}, {found.statistic}" + (f", {row['against']}" if row["against"] else "")
    if row["predicted"] is None:
        return f"{row['id']}{mark}", source, what, told(row["observed"], found), "–", "–", verdict + reason
    return (f"{row['id']}{mark}", source, what, told(row["observed"], found), told(row["predicted"], found),
            interval_said(row["p05"], row["p95"], found), verdict + reason)


@lru_cache(maxsize=1)
def _said() -> dict[tuple[str, str], RowTable]:
    """Rows as their files have them."""
    tables: list[ExperimentTable] = [e.table for e in shipped_experiments(standard_model())]
    return {(t.id, row.id): row for t in tables for row in t.rows}


def _not_modelled(said: Json) -> Iterator[str]:
    missing = said["not_modelled"]
    if not missing:
        return
    by: dict[str, list[str]] = {}
    for row, what in missing.items():
        by.setdefault(what["reason"], []).append(row)
    yield from ("## What is not in the model", "", f"{len(missing)} further numbers of such studies cannot be compared:", "")
    yield from (f"- {', '.join(rows)}: {reason}" for reason, rows in by.items())
    yield ""


def _groups(said: Json) -> Iterator[str]:
    yield from ("## Whom it drew", "", _DRAWN, "")
    rows = [(g["title"], *(f"{g[key]:,}".replace(",", " ") for key in ("drawn", "taken")), percent(g["taken"] / g["drawn"] if g["drawn"] else None))
            for g in said["groups"].values()]
    yield from table(("group", "drawn", "taken", "share"), rows)
