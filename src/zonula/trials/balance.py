"""Whether the people of a trial are like the cohort to which they were matched, number by number: near enough, or as far away as chance alone brings.

People are chosen by chances that were fitted in a pilot; how near those come who are chosen is looked at here, as they were measured on day 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from zonula.population.matching import Match, Tilt, tilt_from
from zonula.population.targets import Statement, Targets
from zonula.simulation.equations import Vector
from zonula.trials.estimate import effective
from zonula.trials.lived import Lived

REACHED, CHANCE, MISSED, UNKNOWN = "reached", "by chance", "missed", "not measured"
_Z95 = 1.959963984540054


def match_told(tilt: Tilt, pilot: Match, targets: Targets) -> dict[str, Any]:
    """How people are chosen, with the cohort and what the pilot said, as plain data for a plan; ``tilt_from`` reads it."""
    return tilt.as_dict() | {"cohort": {"name": targets.name, "title": targets.title, "fingerprint": targets.fingerprint}, "pilot": pilot.as_dict()}


def effective_persons(lived: Lived) -> float | None:
    """How many persons, each counting as one, would tell as much as those who were randomised; None where none has a weight."""
    if lived.weights is None:
        return None
    mine = lived.randomised
    return effective(lived.weights[mine], int(mine.sum()))


def balance(lived: Lived, match: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Published numbers beside those of the persons who were randomised; None where nobody was matched.

    Parameters
    ----------
    match : of the plan, see :func:`match_told`
    """
    if not match:
        return None
    rows = np.flatnonzero(lived.randomised)
    weights = np.ones(len(rows)) if lived.weights is None else lived.weights[rows]
    numbers = match.get("pilot", {}).get("numbers") or [{}] * len(match["statements"])
    told = [_row(s, _column(lived, s.of, rows), weights, before) for s, before in zip(tilt_from(match).statements, numbers, strict=True)]
    return {"cohort": dict(match.get("cohort") or {}), "selected_share": match["taken"], "pilot_persons": match.get("pilot", {}).get("persons"),
            "pilot_effective": match.get("pilot", {}).get("effective_persons"), "persons": len(rows),
            "effective_persons": effective(weights, len(rows)) if len(rows) else 0.0, "numbers": told}


def _column(lived: Lived, name: str, rows: Any) -> Vector | None:
    """A covariate, or a measure as it was on day 0; None where it was not measured."""
    column: Vector | None = lived.before[name][rows] if name in lived.before else lived.seen[name][rows, 0] if name in lived.seen else None
    return column


def _row(s: Statement, column: Vector | None, weights: Vector, before: Mapping[str, Any]) -> dict[str, Any]:
    said = {"target": s.label, "of": s.of, "published": s.value, "tolerance": s.tolerance, "before": before.get("before"),
            "alone_between": before.get("alone_between"), "now": None, "status": UNKNOWN}
    known = np.zeros(0, dtype=np.bool_) if column is None else np.isfinite(column)
    if column is None or not known.any():
        return said
    x, w = column[known], weights[known]
    feature = s.feature(x)
    mean = float(np.average(feature, weights=w))
    error = float(np.sqrt(np.average((feature - mean) ** 2, weights=w) / effective(w, len(w))))
    away = abs(mean - s.goal)
    status = REACHED if away <= s.reach else CHANCE if away <= s.reach + _Z95 * error else MISSED
    return {**said, "now": s.shown(x, w), "status": status}
