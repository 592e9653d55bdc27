"""Everything the model has, as plain data and as text: for ``zonula model`` and for the docs."""

from __future__ import annotations

import json
from typing import Any

from zonula.codegen.latex import equations, latex
from zonula.drugs.catalogue import CATALOGUE
from zonula.evidence.bibliography import bibliography, bibtex, key_of
from zonula.evidence.load import GRADES, evidence_of
from zonula.ground.errors import UsageError, nearest
from zonula.language.expression import names
from zonula.language.model import Reaction, path_of, plain_text
from zonula.organs.standard import standard_model
from zonula.report.tables import aligned
from zonula.simulation.scenario import presets
from zonula.simulation.words import number


def catalogue() -> dict[str, Any]:
    """States, processes, parameters and the rest of the standard model, each with its path, as plain data."""
    model = standard_model()
    evidence = evidence_of(model)
    return {
        "model": {"fingerprint": model.fingerprint, "organs": [{"path": o.path, "meaning": (o.__doc__ or "").strip()} for o in model.organs]},
        "states": [{"path": s.path, "unit": s.unit_text, "meaning": s.doc, "low": s.within[0],
                    "high": s.within[1] if s.within[1] != float("inf") else None, "accumulates": s.accumulates} for s in model.states],
        "processes": [_process(r) for r in model.reactions],
        "parameters": [evidence[p.path].as_dict() for p in model.parameters],
        "setpoints": [{"path": s.path, "unit": s.unit_text, "meaning": s.doc, "holds": s.holds.path} for s in model.setpoints],
        "signals": [{"path": s.path, "unit": s.unit_text, "meaning": s.doc, "value": plain_text(tree)} for s, tree in model.signals],
        "exposures": [{"path": e.path, "unit": e.unit_text, "meaning": e.doc, "neutral": e.neutral} for e in model.exposures],
        "roads": [{"path": r.path.removeprefix("road."), "meaning": r.doc} for r in model.roads],
        "readouts": [{"path": r.name, "unit": r.unit_text, "meaning": r.doc, "value": plain_text(tree)} for r, tree in model.readouts],
        "substances": [{"path": s.name, "meaning": s.doc, "unit": s.unit, "arrives": dict(s.arrives), "source": s.source}
                       for s in CATALOGUE.substances.values()],
        "practices": [{"path": p.name, "meaning": p.doc, "moves": dict(p.exposures), "source": p.source} for p in CATALOGUE.practices.values()],
        "presets": [{"path": name} for name in presets()],
    }


def _process(reaction: Reaction) -> dict[str, Any]:
    model = standard_model()
    return {
        "path": reaction.path, "rate": plain_text(reaction.ungated), "source": reaction.source,
        "changes": [{"state": model.states[t.state].path, "sign": t.sign, "factor": plain_text(t.factor)} for t in reaction.terms],
    }


def listing(everything: dict[str, Any]) -> str:
    """The catalogue as text."""
    lines: list[str] = []
    for kind, items in everything.items():
        if not isinstance(items, list) or not items or not isinstance(items[0], dict):
            continue
        lines += ["", f"{kind} ({len(items)})"]
        if kind == "parameters":
            lines += aligned([("  path", "value", "unit", "status", "grade", "sources"), *(
                (f"  {p['path']}", number(p["value"]), p["unit"], p["status"], p["grade"], ", ".join(p["source"]) or "-") for p in items)])
        elif kind == "processes":
            lines += [f"  {p['path']:36s} {'; '.join(('+' if c['sign'] > 0 else '-') + c['state'] for c in p['changes'])}" for p in items]
        else:
            lines += [f"  {p['path']:36s} {p.get('unit', ''):18s} {p.get('meaning', '')}".rstrip() for p in items]
    return "\n".join(lines).lstrip("\n") + "\n"


def describe(path: str) -> dict[str, Any]:
    """All that is known of one thing.

    Raises
    ------
    UsageError   with suggestions, when the model has no such thing
    """
    everything = catalogue()
    known: dict[str, tuple[str, dict[str, Any]]] = {}
    for kind in ("readouts", "states", "signals", "setpoints", "exposures", "processes", "parameters", "substances", "practices"):
        known |= {item["path"]: (kind, item) for item in everything[kind]}
    if path not in known:
        ends = [name for name in known if path and name.lower().endswith(f".{path.lower()}")]
        raise UsageError.of("ZN-1113", f"the model has no {path!r}", fix=nearest(path, known) if not ends else nearest(ends[0], ends))
    kind, item = known[path]
    model = standard_model()
    found = {"kind": {"processes": "process", "states": "state"}.get(kind, kind.removesuffix("s")), **item}
    if kind == "states":
        found["equation"] = [p["path"] + (" fills it" if c["sign"] > 0 else " empties it")
                             for p in everything["processes"] for c in p["changes"] if c["state"] == path]
        found["latex"] = equations(model)[path]
    if kind == "processes":
        found["latex"] = latex(next(r.ungated for r in model.reactions if r.path == path))
    if kind == "parameters":
        found["used_by"] = _users(path)
    return found


def _users(parameter: str) -> list[str]:
    """Paths of the processes, signals, readouts and states whose formulas hold a parameter."""
    model = standard_model()
    trees = [(r.path, r.rate) for r in model.reactions] + [(s.path, tree) for s, tree in model.signals]
    trees += [(r.name, tree) for r, tree in model.readouts] + [(model.states[i].path, tree) for i, tree in model.held]
    trees += [(s.path, volume) for s, volume in zip(model.states, model.volumes, strict=True) if volume is not None]
    return [user for user, tree in trees if any(path_of(name) == parameter for name in names(tree))]


def card(found: dict[str, Any]) -> str:
    """One thing as text."""
    lines = [f"{found['path']}   ({found['kind']})"]
    for key, value in found.items():
        if key in ("path", "kind") or value in ("", [], None):
            continue
        if key in ("uncertainty", "variability"):
            text = f"{number(value['low'])} to {number(value['high'])}  ({value['law']}, 90 % range; {_SPREADS[key]})"
        elif key == "grade":
            text = f"{value} ({GRADES[value]})"
        elif key == "source":
            text = "; ".join(_cited(value if isinstance(value, list) else [value]))
        elif key == "changes":
            text = "; ".join(_change(c) for c in value)
        elif key == "arrives":
            text = "; ".join(f"{route} into {state}" for route, state in value.items())
        elif key == "moves":
            text = "; ".join(f"{exposure} to {number(level)}" for exposure, level in value.items())
        elif isinstance(value, float):
            text = number(value)
        elif isinstance(value, list):
            text = "; ".join(v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in value)
        else:
            text = str(value)
        lines.append(f"  {key:12s} {text}")
    return "\n".join(lines) + "\n"


def _change(change: dict[str, Any]) -> str:
    verb = "fills" if change["sign"] > 0 else "empties"
    return f"{verb} {change['state']}" + ("" if change["factor"] == "1.0" else f" (x {change['factor']})")


_SPREADS = {"uncertainty": "how well the typical person is known", "variability": "how much people differ"}


def _cited(sources: list[str]) -> list[str]:
    known = bibliography()
    return [f"{known[key_of(s)].short} {known[key_of(s)].link}" for s in sources if key_of(s) in known]


def citations(path: str) -> tuple[list[str], str]:
    """Keys and BibTeX of the sources of one parameter or process, or of the whole model for an empty path."""
    if path:
        source = describe(path).get("source", [])
        keys = sorted({key_of(s) for s in (source if isinstance(source, list) else [source]) if s})
    else:
        everything = catalogue()
        keys = sorted({key_of(s) for p in everything["parameters"] for s in p["source"]}
                      | {key_of(p["source"]) for p in everything["processes"] if p["source"]})
    if not keys:
        return [], f"% {path} cites nothing: its value is assumed\n"
    return keys, bibtex(keys)
