"""A validation in words: what each row is, the totals by domain, and the worst misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from zonula.experiments.read import COMPOSITES
from zonula.experiments.schema import RowTable
from zonula.experiments.validate import NONE, Validation, Verdict
from zonula.language.units import pretty
from zonula.report.ranges import label_of
from zonula.report.tables import aligned
from zonula.report.validation_figures import worst
from zonula.simulation.words import number

_DOMAINS = {"barrier_tx": "treatments of the gut wall", "endotoxemia": "endotoxin given to volunteers", "markers": "markers in blood and stool",
            "permeability": "permeability of the gut wall", "trial": "trials in arthritis", "pain": "pain", "mood": "mood", "bacteria": "bacteria",
            "association": "associations between measures", "epidemiology": "epidemiology"}
DOMAINS_HEAD = ("domain", "rows", "inside 90 %", "inside 50 %", "median interval score")
MISSES_HEAD = ("row", "measure", "observed", "predicted", "90 % interval", "verdict")
PRIOR = ("The population is the prior one: it comes from the evidence of each number and is not calibrated as a whole. It is no blind test: "
         "many numbers were chosen with such studies in view, and some rows are the source of a number.")
_CALIBRATED = "The population is a calibrated one ({name}). Rows that it was fitted to say nothing of how well others are foreseen."
_MOST_REASONS = 8


def domain_title(name: str) -> str:
    """A domain as the report writes it."""
    return _DOMAINS.get(name, name.replace("_", " "))


def percent(share: float | None) -> str:
    """``86 %``; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"


def shown(value: float, verdict: Verdict) -> str:
    """A number of a row, with its unit; a direction in a word."""
    return told(value, verdict.prediction.row.said)


def told(value: float, said: RowTable) -> str:
    """The same for a row as its file has it."""
    if said.judged == "direction":
        return "more" if value > 0 else "less" if value < 0 else "no difference"
    return f"{number(value)} {unit_said(said)}".rstrip()


def unit_of(verdict: Verdict) -> str:
    """The unit of a row's number; none of a ratio or another mere number."""
    return unit_said(verdict.prediction.row.said)


def unit_said(said: RowTable) -> str:
    """The same for a row as its file has it."""
    if said.against is not None and said.against.as_ not in ("difference", "percent difference"):
        return "%" if said.unit == "%" and not said.against.row else ""
    return pretty(said.unit)


def interval(low: float, high: float, verdict: Verdict) -> str:
    """``1.2 to 4.5``; of directions, in words."""
    return interval_said(low, high, verdict.prediction.row.said)


def interval_said(low: float, high: float, said: RowTable) -> str:
    """The same for a row as its file has it."""
    if said.judged == "direction":
        first, last = told(low, said), told(high, said)
        return first if first == last else f"{first} to {last}"
    return f"{number(low)} to {number(high)}"


def measure_of(verdict: Verdict) -> str:
    """What a row measures, in a few words."""
    return measure_said(verdict.prediction.row.said)


def measure_said(said: RowTable) -> str:
    """The same for a row as its file has it."""
    name = said.measure.upper().replace("ACR", "ACR ") if said.measure in COMPOSITES else label_of(said.measure)
    words = [name, *([f"with {label_of(said.with_)}"] if said.with_ else []), *([said.take] if said.take != "value" else []),
             *([f"{said.own} from {said.baseline}"] if said.own else []),
             *([said.counts.replace(">=", "≥").replace("<=", "≤")] if said.counts else [])]
    return f"{' '.join(words)}, {said.at}"


def compared_with(verdict: Verdict) -> str:
    """With whom a row is compared, and how; empty where it stands by itself."""
    against = verdict.prediction.row.said.against
    return "" if against is None else f"{against.as_} to {against.arm or against.row}"


def population_words(validation: Validation) -> str:
    """Whose people they are: the prior's, or those of a calibration."""
    return PRIOR if validation.members.name == "prior" else _CALIBRATED.format(name=validation.members.name)


def domain_rows(validation: Validation) -> list[tuple[str, ...]]:
    """The totals of each domain, and of all."""
    table = [(domain_title(name), validation.totals(name)) for name in validation.domains()]
    table.append(("all", validation.totals()))
    return [(title, str(t["n"]), percent(t["coverage90"]), percent(t["coverage50"]), _score(t)) for title, t in table]


def _score(totals: dict[str, Any]) -> str:
    score = totals["median_interval_score"]
    return "–" if score is None else number(score)


def miss_rows(verdicts: Sequence[Verdict], most: int) -> list[tuple[str, ...]]:
    """The worst misses, the furthest first."""
    return [(v.id, measure_of(v), shown(v.prediction.observed, v), shown(v.predicted, v), interval(v.p05, v.p95, v), v.verdict)
            for v in worst(verdicts, most)]


def reasons(validation: Validation) -> list[tuple[str, list[str]]]:
    """Why rows are not predicted, the commonest reason first, with the rows."""
    found: dict[str, list[str]] = {}
    for v in validation.verdicts:
        if v.verdict == NONE:
            found.setdefault(v.reason, []).append(v.id)
    return sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def verdict_counts(verdicts: Sequence[Verdict]) -> Counter[str]:
    """How many rows have each verdict."""
    return Counter(v.verdict for v in verdicts)


def validation_lines(validation: Validation, *, most: int) -> list[str]:
    """All of it, as lines for the terminal."""
    total = validation.totals()
    studies = len({v.prediction.experiment.id for v in validation.verdicts})
    by = f"{validation.facts['members']} members with {validation.facts['persons']} persons each"
    lines = [f"{total['n']} rows of {studies} stud{'y' if studies == 1 else 'ies'}, predicted by {by}", "",
             *aligned([DOMAINS_HEAD, *domain_rows(validation)])]
    if misses := miss_rows(validation.verdicts, most):
        missed = len(worst(validation.verdicts, len(validation.verdicts)))
        lines += ["", f"Outside of the 90 % interval: {missed}" + (f"; the worst {most} of them" if missed > most else ""), "",
                  *_left([MISSES_HEAD, *misses])]
    if total["not_predicted"]:
        why = reasons(validation)
        lines += ["", f"Not predicted: {total['not_predicted']}"]
        lines += [f"  {', '.join(names)}: {reason}" for reason, names in why[:_MOST_REASONS]]
        lines += [f"  and {len(why) - _MOST_REASONS} more reasons"] if len(why) > _MOST_REASONS else []
    if validation.not_modelled:
        lines += ["", f"Not modelled at all: {len(validation.not_modelled)} (they stand on the page, with the reasons)"]
    return lines


def _left(table: list[tuple[str, ...]]) -> list[str]:
    """Columns of text, all of them left."""
    widths = [max(len(row[j]) for row in table) for j in range(len(table[0]))]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in table]
