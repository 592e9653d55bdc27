"""What the page shows and does not compute: claims and validation as they were found last, parameters as cards, equations as text."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from zonula.claims.verdict import readable
from zonula.evidence.bibliography import bibliography
from zonula.evidence.load import GRADES, STATUSES, evidence_of
from zonula.experiments.read import shipped_experiments
from zonula.ground.errors import StorageError
from zonula.ground.files import PACKAGE, read_text
from zonula.language.expression import FUNCTIONS, multiply, to_text
from zonula.language.model import Model, path_of, plain_text
from zonula.report.claims import CLASSES
from zonula.report.validation_tables import domain_title, measure_said, unit_said
from zonula.web.mathml import mathml
from zonula.web.tables import Json

_PRODUCT = FUNCTIONS["*"].binds  # behind a sign sums stand in brackets
_MOST_INFLUENCES = 4  # of a parameter, the strongest first
_SAME = "zonula validate --json, zonula claims run --json, and scripts/write_docs.py"


RESULTS = PACKAGE.parents[1] / "docs" / "results"  # of a checkout; an installed package has none


def results(name: str, folder: Path = RESULTS) -> Json:
    """Results that are kept with the sources (``docs/results``).

    Raises
    ------
    StorageError   where they are not there, which is so in an installed package
    """
    path = folder / name
    if not path.is_file():
        raise StorageError.of("ZN-7031", "the results that the page shows are not here", file=str(path),
                              fix=f"make the page from a checkout of the sources, in which they were written by {_SAME}")
    text = read_text(path, kind=StorageError)
    said: Json = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    return said


def claims_json(kept: Path = RESULTS) -> Json:
    """The board of claims: what the model says of each, beside the strength of the evidence in people."""
    said = results("claims.json", kept)
    return {"rule": said["rule"], "population": said["population"], "variants": said["variants"], "claims": [_claim(c) for c in said["claims"]]}


def _claim(claim: Json) -> Json:
    kept = {key: claim[key] for key in ("id", "number", "sentence", "context", "may_say", "verdict", "note", "certain")}
    return {**kept, "shape": CLASSES[claim["verdict"]], "reason": readable(claim["reason"]), "human": claim["evidence_strength"],
            "statements": [_statement(s, claim) for s in claim["statements"]], "controls": [_statement(s, claim) for s in claim["controls"]]}


def _statement(said: Json, claim: Json) -> Json:
    number = str(said["says"]).split()[0]
    unit = claim["numbers"].get(number, {}).get("unit", "1")
    kept = {key: said[key] for key in ("why", "needed", "outcome", "share", "by_variant")}
    return {"says": readable(said["says"]), "unit": unit, "shape": CLASSES[said["outcome"]], **kept}


def validation_json(model: Model, kept: Path = RESULTS) -> Json:
    """Studies in people beside what the model makes of them, with the reason of each miss."""
    said, misses = results("validation.json", kept), results("misses.toml", kept)
    words = {row.said.id: row.said for experiment in shipped_experiments(model) for row in experiment.rows}
    rows = []
    for row in said["rows"]:
        table = words[row["id"]]
        rows.append({"id": row["id"], "domain": row["domain"], "what": measure_said(table), "at": row["at"], "unit": unit_said(table),
                     "study": said["sources"].get(row["experiment"], row["experiment"]), "judged": row["judged"], "published": row["observed"],
                     "median": row["predicted"], "low": row["p05"], "high": row["p95"], "inside": row["inside90"], "verdict": row["verdict"],
                     "miss": "" if row["inside90"] else misses.get(row["id"], row["reason"])})
    domains = [{"id": name, "title": domain_title(name), **numbers} for name, numbers in said["domains"].items()]
    return {"totals": said["totals"], "before": said["before"], "population": said["population"], "domains": domains, "rows": rows,
            "not_modelled": [{"id": name, **why} for name, why in said["not_modelled"].items()]}


def evidence_json(model: Model, kept: Path = RESULTS) -> Json:
    """Every parameter as a card, with the sources it rests on and where it matters."""
    evidence, influence = evidence_of(model), _influence(results("influence.json", kept))
    cards = [{"path": path, "organ": path.partition(".")[0], "note": e.note, "status": e.status, "grade": e.grade, "source": list(e.source),
              "calibration": e.calibration, "influence": influence.get(path, [])} for path, e in evidence.items()]
    cited = {key for e in evidence.values() for key in e.source} | {r.source for r in model.reactions if r.source}
    known = bibliography()
    return {"cards": cards, "status": STATUSES, "grade": GRADES,
            "references": {key: {"short": known[key].short, "link": known[key].link} for key in sorted(cited) if key in known}}


def _influence(said: Json) -> Mapping[str, list[Json]]:
    """By parameter, on which readouts it bears most; as a share of what bears most on that readout."""
    found: dict[str, list[Json]] = {}
    for scenario in said["scenarios"]:
        for readout, told in scenario["readouts"].items():
            for one in told["matter"]:
                share = round(one["mu_star"] / told["largest"], 3)
                found.setdefault(one["path"], []).append({"readout": readout, "scenario": scenario["title"], "mu_star": one["mu_star"],
                                                          "unit": told["unit"], "share": share})
    return {path: sorted(many, key=lambda one: -one["share"])[:_MOST_INFLUENCES] for path, many in found.items()}


def equations_json(model: Model) -> Json:
    """All equations, as plain text and as MathML: of each state, what is added and taken; of each signal and readout, what it is."""
    terms: dict[int, list[Json]] = {i: [] for i in range(len(model.states))}
    for reaction in model.reactions:
        for term in reaction.terms:
            tree, home = multiply(term.factor, reaction.ungated), _organ(model.states[term.state].path)
            terms[term.state].append({"sign": term.sign, "process": reaction.path, "text": to_text(tree, path_of, _PRODUCT),
                                      "math": mathml(tree, home, _PRODUCT)})
    return {
        "states": [{"path": state.path, "terms": terms[i]} for i, state in enumerate(model.states)],
        "processes": [{"path": r.path, "source": r.source} for r in model.reactions],
        "signals": [{"path": s.path, "text": plain_text(tree), "math": mathml(tree, _organ(s.path)), "unit": s.unit_text, "meaning": s.doc}
                    for s, tree in model.signals],
        "readouts": [{"name": r.name, "text": plain_text(tree), "math": mathml(tree)} for r, tree in model.readouts],
    }


def _organ(path: str) -> str:
    return path.rpartition(".")[0]
