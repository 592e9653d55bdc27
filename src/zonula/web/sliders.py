"""What can be pulled on the page: each slider as exposures from today on, and numbers of the body for the whole life."""

from __future__ import annotations

from zonula.ground.errors import ModelError, nearest
from zonula.language.model import Model
from zonula.web.tables import Json, table


def sliders(model: Model) -> Json:
    """All sliders of ``sliders.toml``; six of them are always shown.

    Raises
    ------
    ModelError   where one names what the model does not have, or goes beyond what it allows
    """
    made = [_slider(name, entry, model) for name, entry in table("sliders").items()]
    return {"six": [s["id"] for s in made if s["six"]], "more": [s["id"] for s in made if not s["six"]], "sliders": made}


def _slider(name: str, entry: Json, model: Model) -> Json:
    exposures = {e.path: i for i, e in enumerate(model.exposures)}
    moves, bend = [], float(entry.get("bend", 1))
    for path, to in entry.get("moves", {}).items():
        if path not in exposures:
            raise ModelError.of("ZN-2605", f"the slider {name!r} moves {path!r}, which the model does not have", file="web/sliders.toml",
                                fix=nearest(path, exposures))
        low, high = model.exposures[exposures[path]].within
        if not low <= to <= high:
            raise ModelError.of("ZN-2606", f"the slider {name!r} moves {path} to {to:g}", file="web/sliders.toml", expected=f"{low:g} to {high:g}",
                                fix="keep it within")
        moves.append({"exposure": exposures[path], "to": float(to), "bend": bend})
    parameters = [{"path": path, "times": float(to)} for path, to in entry.get("times", {}).items()]
    parameters += [{"path": path, "from": float(low), "to": float(high)} for path, (low, high) in entry.get("set", {}).items()]
    if unknown := [p["path"] for p in parameters if p["path"] not in model.parameter_index]:
        raise ModelError.of("ZN-2605", f"the slider {name!r} moves {unknown[0]!r}, which the model does not have", file="web/sliders.toml",
                            fix=nearest(str(unknown[0]), model.parameter_index))
    return {"id": name, "title": entry["title"], "about": entry["about"], "low": entry["low"], "high": entry["high"], "six": bool(entry.get("six")),
            "moves": moves, "parameters": parameters}
