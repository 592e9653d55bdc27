"""What the page can give: for each treatment which places of the model it moves, and by how much for one unit of what is said."""

from __future__ import annotations

from zonula.drugs.catalogue import Practice, Substance
from zonula.language.model import Model
from zonula.web.tables import Json, Landings, entry_named, table

_OFTEN = {1: "qd", 2: "bid", 3: "tid", 4: "qid"}


def treatments(model: Model, landings: Landings) -> Json:
    """All treatments of ``treatments.toml``, in their groups.

    Raises
    ------
    ModelError, UsageError
    """
    said = table("treatments")
    groups = said.pop("groups")
    made = []
    for name, entry in said.items():
        known = None if "moves" in entry else entry_named(entry.get("of", name))
        own = _dose(entry, known, landings) if isinstance(known, Substance) else _practice(entry, known, model)
        named = known.name if known is not None else name
        made.append({"id": name, "name": named, "title": entry.get("title") or _title(named), "group": entry["group"],
                     "about": entry.get("about") or (_title(known.doc) + "." if known is not None else ""), "warns": entry.get("warns", ""),
                     "people": entry.get("people", True), "source": known.source if known is not None else "", **own})
    return {"groups": [{"id": name, "title": title} for name, title in groups.items()], "map": {"x": "gut_repair", "y": "adalimumab"},
            "treatments": made}


def _title(text: str) -> str:
    return text[:1].upper() + text[1:]


def _dose(entry: Json, drug: Substance, landings: Landings) -> Json:
    usual, least, most, step = entry["dose"]
    route = entry.get("route", "po")
    unit = drug.unit + ("/kg" if entry.get("per_kg") else "")
    one = landings.single(f"{drug.name} 1 {unit} {route} at day 0")
    rise = landings.of(one)
    steady = "a_day" in entry
    days = [1.0] if steady else [float(day) for day in entry["every"]]
    often = {"every": {"usual": days[0], "choices": sorted(set(days))}, "a_day": entry.get("a_day", 0), "steady": steady,
             "duration": 0.0 if steady else one.duration, "first": entry.get("first")}
    how = f"{drug.name} {{dose}} {unit} {route} "
    said = f"{_OFTEN[entry['a_day']]} from day {{start}} to day {{end}}" if steady else "every {every} d from day {start} to day {end}"
    return {"kind": "dose", "state": rise.state, "way": rise.way, "per_unit": rise.amount, "unit": unit, "per_kg": bool(entry.get("per_kg")),
            "route": route, "dose": {"usual": usual, "min": least, "max": most, "step": step}, **often, "sentences": [how + said]}


def _practice(entry: Json, practice: Practice | Substance | None, model: Model) -> Json:
    moves: dict[str, float] = dict(entry["moves"] if not isinstance(practice, Practice) else practice.exposures)
    places = {e.path: i for i, e in enumerate(model.exposures)}
    usual = list(practice.usual) if isinstance(practice, Practice) and practice.usual is not None else None
    if isinstance(practice, Practice):
        dose = f" {{dose}} {usual[1]}/day" if usual else ""
        sentences = [f"{practice.name}{dose} from day {{start}} to day {{end}} adherence {{adherence}}%"]
    else:
        sentences = [f"{path} {{value:{k}}} from day {{start}} to day {{end}}" for k, path in enumerate(moves)]
    most = practice.ceiling if isinstance(practice, Practice) else float(entry.get("most", 1.0))
    return {"kind": "practice", "moves": [{"exposure": places[path], "full": full} for path, full in moves.items()], "usual": usual,
            "strength": {"usual": 1.0, "min": 0.0, "max": most, "step": 0.05}, "sentences": sentences}
