"""The report: one HTML file that opens without a network, for a clinician to read from top to bottom."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zonula.evidence.bibliography import bibliography, key_of
from zonula.evidence.load import GRADES, STATUSES, Evidence
from zonula.ground.provenance import environment
from zonula.language.units import pretty
from zonula.report.figures import Figure
from zonula.report.tables import HEADLINE, MISFIT_HEAD, misfit_rows, rows
from zonula.simulation.forecast import NOT_MEDICAL, Forecast
from zonula.simulation.health import Health
from zonula.simulation.words import moment, name_of, number

_CARDS = ("tnf", "il6", "crp", "temperature_rise", "symptom_score")
LIMITS = (
    "Only the blood, the liver and the sense of sickness are simulated. There is no gut wall and no joint in this version.",
    "It is one typical person. How much people differ, and how uncertain the numbers are, is recorded for every parameter but not yet drawn.",
    "The response was calibrated on one laboratory's young men. At the same dose, other laboratories measured peaks that differ 2.5-fold.",
    "Endotoxin given slowly is answered too weakly, above all by IL-10: the equations that fit the bolus do not fit the infusion.",
    "CRP after 2 ng/kg peaks near 19 mg/L in the model; 42 mg/L has been reported.",
)


@dataclass(frozen=True, slots=True)
class _Card:
    name: str
    value: str
    unit: str
    note: str


def report_page(run: Forecast, figures: Sequence[Figure], svgs: Mapping[str, str]) -> str:
    """The whole page as text.

    Parameters
    ----------
    run     : what was simulated
    figures : the figures that were drawn
    svgs    : their SVG text, by name
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(loader=PackageLoader("zonula.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                        lstrip_blocks=True)
    return pages.get_template("report.html.j2").render(
        name=run.setup.source.table.title or run.setup.name.replace("_", " "), about=run.setup.source.table.about,
        outcome=run.result.outcome.as_dict(),
        summary=run.summary, cards=_cards(run), figures=[(f, _data_uri(svgs[f.name])) for f in figures],
        head=("", "unit", "healthy", "highest", "on day", "at the end"), table=rows(run.result, HEADLINE),
        misfit_head=MISFIT_HEAD, misfits=misfit_rows(run.misfits), person=_person(run), health=_health(run),
        statuses=_counts(run, "status", STATUSES), grades=_counts(run, "grade", GRADES), parameters=_parameters(run),
        changed=[(path, number(v), pretty(u), number(run.setup.evidence[path].value))
                 for path, (v, u) in sorted(run.setup.changed.items()) if path != "body.weight"],
        shut=sorted(run.setup.problem.shut), remarks=run.remarks, limits=LIMITS,
        sources=[(key, bibliography()[key].short, bibliography()[key].link) for key in run.sources],
        environment=environment(), fingerprint=run.setup.fingerprint, model_fingerprint=run.setup.problem.model.fingerprint,
        rtol=f"{run.setup.problem.rtol:g}", steps=run.result.steps, notice=NOT_MEDICAL,
    )


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def _cards(run: Forecast) -> list[_Card]:
    result = run.result
    if not len(result.times):
        return []
    cards = []
    for name in _CARDS:
        y = result.readout(name)
        value, day = result.peak(name)
        moved = result.moved(name)
        note = f"highest, {moment(result, day)}" if moved else "unchanged throughout"
        cards.append(_Card(name_of(name), number(value if moved else y[0]), pretty(result.problem.model.readout(name).unit_text), note))
    return cards


def _person(run: Forecast) -> list[tuple[str, str]]:
    person = run.setup.resolved()["person"]
    plan = run.setup.source.table.plan.events
    return [*((key, str(value)) for key, value in person.items()), ("plan", "; ".join(plan) or "nothing is done"),
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
