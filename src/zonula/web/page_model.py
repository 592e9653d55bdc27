"""What the page must know of the model before it can run it: names, units, numbers, laws, ways of doses, and where loops are cut."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from zonula.evidence.laws import Law
from zonula.evidence.load import GRADES, STATUSES, evidence_of
from zonula.exchange.browser_job import way_of
from zonula.ground.provenance import version_of
from zonula.language.model import Model
from zonula.population.variants import shipped_variants
from zonula.simulation.closings import ROADS
from zonula.simulation.equations import Vector
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.simulation.health import NO_SIZE
from zonula.simulation.kernel import Course, numbers_of
from zonula.simulation.timetable import Arm, timetable
from zonula.tipping.loops import CIRCLES, places_of
from zonula.web.persons import RTOL, Pool, typical
from zonula.web.tables import Json, Landings

FORMAT = "zonula page 1"
_ROADS = {
    "blood_to_gut": "what the blood brings back to the wall of the gut", "cortisol": "cortisol, the body's own brake",
    "gut_to_blood": "what leaks from the gut into the blood", "joint_to_blood": "inflammation that joints send into the blood",
    "mucosa_to_barrier": "inflammation of the gut that opens its wall", "mucosa_to_lumen": "inflammation of the gut that changes its bacteria",
    "products_to_mucosa": "bacterial products that inflame the gut", "wall_to_mucosa": "what passes the wall and inflames the gut", **ROADS}
SHOWN = ("pain_vas", "crp", "eroded_fraction", "lactulose_mannitol_ratio", "calprotectin", "plasma_lps", "il6", "joint_tnf", "swelling", "sjc28",
         "das28_crp", "butyrate_producers", "mucus_thickness", "cartilage", "phq9", "fatigue", "cortisol")  # worth a chart of their own


def model_json(model: Model, landings: Landings, pool: Pool, columns: list[int]) -> Json:
    """The first file that the page reads.

    Raises
    ------
    KernelError   where a dose is dissolved in what the page cannot compute
    """
    evidence = evidence_of(model)
    told = list(evidence.values())
    return {
        "format": FORMAT, "model": model.fingerprint, "version": version_of("zonula"), "notice": NOT_MEDICAL,
        "readouts": [{"name": r.name, "unit": r.unit_text, "meaning": r.doc} for r, _ in model.readouts],
        "states": [{"path": s.path, "unit": s.unit_text, "meaning": s.doc} for s in model.states],
        "exposures": [{"path": e.path, "unit": e.unit_text, "meaning": e.doc, "neutral": e.neutral, "within": list(e.within)}
                      for e in model.exposures],
        "processes": [r.path for r in model.reactions],
        "roads": [{"name": name, "about": _ROADS.get(name, name.replace("_", " ")), "asked": name in ROADS}
                  for name in (road.path.removeprefix("road.") for road in model.roads)],
        "parameters": {"path": [e.parameter.path for e in told], "value": [e.value for e in told], "unit": [e.parameter.unit_text for e in told],
                       "meaning": [e.parameter.doc for e in told], "variability": [_law(e.variability) for e in told],
                       "uncertainty": [_law(e.uncertainty) for e in told]},
        "ways": [way_of(way, model) for way in landings.ways], "weight": model.parameter_index["body.weight"], "no_size": NO_SIZE,
        "job": _numbers(model), "draws": _draws(pool, columns, model), "variants": _variants(pool), "arrows": _arrows(model),
        "shown": list(SHOWN), "status": STATUSES, "grade": GRADES,
    }


def _law(law: Law) -> list[Any]:
    return [law.name, _short(law.below), _short(law.above)]


def _short(number: float) -> float:
    """Nine digits: a spread is never known better."""
    return float(f"{number:.9g}")


def _numbers(model: Model) -> Json:
    """How exactly to compute; the largest step is the length of the life, which the page knows."""
    course = Course(table=timetable(model, (Arm(),), 1.0, np.array([0.0])), readouts=(0,), rtol=RTOL, cancel=np.zeros(1, dtype=np.int32),
                    done=np.zeros(1, dtype=np.int64))
    numbers = numbers_of(course)
    del numbers["largest_step"]
    return dict(numbers)


def columns_of(pool: Pool, model: Model) -> list[int]:
    """The parameters in which any of the calibrated persons differs from the typical one."""
    return [int(i) for i in np.flatnonzero(np.any(_rounded(pool.rows) != _rounded(typical(model)), axis=0))]


def _rounded(numbers: Vector) -> Any:
    return numbers.astype(np.float32)


def draws_bin(pool: Pool, columns: list[int]) -> bytes:
    """The calibrated persons as the page reads them: row by row, the columns that differ, single precision, low byte first."""
    return bytes(np.ascontiguousarray(pool.rows[:, columns], dtype="<f4").tobytes())


def _draws(pool: Pool, columns: list[int], model: Model) -> Json:
    roads = [road.path.removeprefix("road.") for road in model.roads]
    return {"count": len(pool.rows), "width": len(columns), "dtype": "float32", "columns": columns,
            "closed": [[roads.index(name) for name in closed] for closed in pool.people.closed], "variant": list(pool.people.variant),
            "name": pool.people.name}


def _variants(pool: Pool) -> list[Json]:
    first = [pool.people.variant[row] for row in pool.of["healthy"]]
    return [{"name": v.name, "title": v.title, "about": v.about, "weight": _short(first.count(v.name) / len(first))}
            for v in shipped_variants().values()]


def _arrows(model: Model) -> Json:
    """Which states rest, in which place of the body each is, and which arrows open each circle."""
    resting, places = places_of(model)
    return {"resting": resting, "place": places, "circles": {name: [list(arrow) for arrow in arrows] for name, arrows in CIRCLES.items()}}


def finite(value: Any) -> Any:
    """Plain data in which what is no finite number is null."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
