"""The report: one HTML file that opens without a network, for a clinician to read from top to bottom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from zonula.drugs.catalogue import CATALOGUE, plain
from zonula.drugs.facts import FACTS, Fact
from zonula.evidence.bibliography import bibliography, key_of
from zonula.evidence.load import GRADES, STATUSES, Evidence
from zonula.ground.provenance import environment
from zonula.language.units import pretty
from zonula.report.anatomy import BodyPicture
from zonula.report.figures import RESPONSE_FIGURE, ROADS_FIGURE, Figure
from zonula.report.moments import most_moved, when_of
from zonula.report.pictures import data_uri
from zonula.report.ranges import LEVELS, RANGES
from zonula.report.tables import MISFIT_HEAD, NUMBERS_HEAD, misfit_rows, road_head, road_rows, rows
from zonula.simulation.closings import written
from zonula.simulation.forecast import NOT_MEDICAL, Forecast
from zonula.simulation.health import Health
from zonula.simulation.prepare import OF_PERSON
from zonula.simulation.words import number

# what a reader asks for first: pain wherever it moves, and of the others those that moved most
_FIRST = "pain_vas"
_CARDS = ("das28_crp", "crp", "lactulose_mannitol_ratio", "calprotectin", "plasma_lps", "tnf", "il6", "autoantibody",
          "cartilage", "phq9", "fatigue", "temperature_rise", "symptom_score")
_MOST_CARDS = 6
_MOST_SENTENCES = 12  # of a plan; more are in plan.csv
LIMITS = (
    "Whether an inflamed gut can stay ill by itself depends on numbers that nobody has measured in people; within their ranges it can, or cannot.",
    "It is one typical person: the ribbon shows what is not known of that person, not how much people differ.",
    "Most numbers of the gut's immunity, the joint and pain are assumed, above all the clock of autoimmunity and what endotoxin does to joints.",
    "The typical person has more relief by anti-TNF than the mean of a trial, in which some make antibodies and others have none.",
    "Endotoxin given slowly is answered too weakly, above all by IL-10: the equations that fit the bolus do not fit the infusion.",
    "CRP after 2 ng/kg of endotoxin peaks near 19 mg/L in the model; 42 mg/L has been reported.",
)


@dataclass(frozen=True, slots=True)
class _Card:
    name: str
    value: str
    unit: str
    note: str
    last: str
    level: int
    meaning: str


def report_page(run: Forecast, figures: Sequence[Figure], svgs: Mapping[str, str], *, anatomy: str = "") -> str:
    """The whole page as text.

    Parameters
    ----------
    run     : what was simulated
    figures : the figures that were drawn
    svgs    : their SVG text, by name
    anatomy : the body drawn at its moments, as SVG text that goes into the page as it is; "" where there is none
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    pages = Environment(loader=PackageLoader("zonula.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                        lstrip_blocks=True)
    return pages.get_template("report.html.j2").render(
        name=run.setup.source.table.title or run.setup.name.replace("_", " "), about=run.setup.source.table.about,
        outcome=run.result.outcome.as_dict(),
        summary=run.summary, cards=_cards(run), levels=LEVELS, anatomy=Markup(anatomy), normal=_normal(run),  # noqa: S704 (drawn here, every text in it escaped)
        figures=[(f, data_uri(svgs[f.name])) for f in figures], response_figure=RESPONSE_FIGURE,
        head=NUMBERS_HEAD, table=rows(run.result),
        roads_figure=ROADS_FIGURE, road_head=road_head(run.roads) if run.roads else (), roads=road_rows(run.roads) if run.roads else (),
        misfit_head=MISFIT_HEAD, misfits=misfit_rows(run.misfits), person=_person(run), health=_health(run),
        statuses=_counts(run, "status", STATUSES), grades=_counts(run, "grade", GRADES), parameters=_parameters(run),
        changed=[(path, number(v), pretty(u), number(run.setup.evidence[path].value))
                 for path, (v, u) in sorted(run.setup.changed.items()) if path not in OF_PERSON],
        facts=_facts(run), shut=sorted(run.setup.problem.shut), remarks=run.remarks, limits=LIMITS,
        sources=[(key, bibliography()[key].short, bibliography()[key].link) for key in run.sources],
        environment=environment(), fingerprint=run.setup.fingerprint, model_fingerprint=run.setup.problem.model.fingerprint,
        rtol=f"{run.setup.problem.rtol:g}", steps=run.result.steps, notice=NOT_MEDICAL,
    )


def _facts(run: Forecast) -> list[tuple[str, Fact, list[tuple[str, str]]]]:
    """What is known in people of each substance and practice that was part of the plan, with the links of its sources."""
    names = {CATALOGUE.names[name].name: None for sentence in run.setup.problem.plan.sentences if (name := _named(sentence))}
    return [(name, fact, [(key, bibliography()[key].link) for key in fact.sources]) for name in names if (fact := FACTS.get(name))]


def _named(sentence: str) -> str:
    """The longest name of the catalogue that a sentence begins with, or ""; a name with a bare level is an exposure."""
    text = f"{plain(sentence)} "
    name = max((name for name in CATALOGUE.names if text.startswith(f"{name} ")), key=len, default="")
    return "" if re.match(r"[\d.e]+ (from|at|to|until|$)", text[len(name) + 1:]) else name


def _cards(run: Forecast) -> list[_Card]:
    result = run.result
    if not len(result.times):
        return []
    cards = []
    first = [_FIRST] if _FIRST in result.problem.model.readout_names and result.moved(_FIRST) else []
    for name in [*first, *most_moved(result, _CARDS, _MOST_CARDS - len(first))]:
        y, known = result.readout(name), RANGES[name]
        lowest = int(np.argmin(y))
        value, day = (float(y[lowest]), float(result.times[lowest])) if known.low_is_bad else result.peak(name)
        moved = result.moved(name)
        note = f"{'lowest' if known.low_is_bad else 'highest'} {when_of(result, day)}" if moved else "unchanged throughout"
        shown, unit = known.text(value if moved else float(y[0]))
        level = known.level(value)
        cards.append(_Card(known.label, shown, unit, note, f"at the end {known.text(float(y[-1]))[0]}" if moved else "", level,
                           f"{LEVELS[level]}: normal {known.normal_text()}"))
    return cards


def _normal(run: Forecast) -> str:
    """The normal ranges of what the anatomy shows, in words."""
    names = {f.name for f in fields(BodyPicture)} & set(run.result.problem.model.readout_names)
    return "; ".join(f"{known.label} {known.normal_text()}" for name, known in RANGES.items() if name in names)


def _person(run: Forecast) -> list[tuple[str, str]]:
    person = run.setup.resolved()["person"]
    said = run.setup.problem.plan.sentences
    plan = [*said[:_MOST_SENTENCES], *([f"and {len(said) - _MOST_SENTENCES} more (plan.csv)"] if len(said) > _MOST_SENTENCES else [])]
    closed = written(run.setup.problem.closed)
    return [*((key.replace("_", " "), str(value)) for key, value in person.items()), ("plan", "; ".join(plan) or "nothing is done"),
            *([("closed roads", "; ".join(closed))] if closed else []),
            ("simulated", f"{number(run.setup.problem.until)} days")]


def _health(run: Forecast) -> dict[str, Any]:
    health = run.result.health
    if health is None:
        return {}
    model = run.setup.problem.model
    return {
        "residual": f"{health.residual:.0e}", "return": _return(health),
        "states": [(s.doc, number(x), pretty(s.unit_text), s.path) for s, x in zip(model.states, health.state, strict=True)],
        "setpoints": [(s.doc, number(v), pretty(s.unit_text), s.path) for s, v in zip(model.setpoints, health.setpoints, strict=True)],
    }


def _return(health: Health) -> str:
    slowest, fastest = float(health.rates[0].real), float(health.rates[-1].real)
    if not health.stable:
        return (f"It is not stable: what is slowest does not come back ({abs(slowest):.2g} per day)" if slowest <= 0
                else f"It is not stable: a small push grows ({slowest:+.2g} per day)")
    return (f"It is stable: a small push dies away, the slowest part with a time constant of {number(-1 / slowest)} days, "
            f"the fastest of {number(-24 * 60 / fastest)} minutes")


def _counts(run: Forecast, what: str, known: Mapping[str, str]) -> list[tuple[str, str, int, float]]:
    found = Counter(getattr(e, what) for e in run.setup.evidence.values())
    total = sum(found.values())
    return [(key, meaning, found[key], 100 * found[key] / total) for key, meaning in known.items() if found[key]]


def _parameters(run: Forecast) -> list[dict[str, Any]]:
    return [_parameter(e) for e in run.setup.evidence.values()]


def _parameter(e: Evidence) -> dict[str, Any]:
    low, high = e.uncertainty.range90(e.value)
    spread = e.variability.range90(e.value)
    return {"path": e.parameter.path, "doc": e.parameter.doc, "value": number(e.value), "unit": pretty(e.parameter.unit_text),
            "known": f"{number(low)} to {number(high)}" if low < high else "fixed",
            "people": f"{number(spread[0])} to {number(spread[1])}" if spread[0] < spread[1] else "fixed",
            "status": e.status, "grade": e.grade, "note": e.note,
            "sources": [(key_of(s), bibliography()[key_of(s)].link) for s in e.source]}
