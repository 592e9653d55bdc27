"""What counts as a response: published criteria, and general conditions such as "pain_vas <= -30 %".

ACR20/50/70: Felson et al. 1995, as ``experiments.measure`` has it.  EULAR response and classes of DAS28: van Gestel et al. 1996, with the cut-offs
2.6, 3.2 and 5.1, which were made for the score by ESR and are applied to that by CRP, as trials do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from zonula.experiments.measure import CORE, core_improved
from zonula.ground.errors import UsageError
from zonula.population.conditions import Condition, condition
from zonula.simulation.equations import Vector

ACR = {"acr20": 0.2, "acr50": 0.5, "acr70": 0.7}
REMISSION, LOW, HIGH = 2.6, 3.2, 5.1  # DAS28: below, up to, above
_MUCH, _SOME = 1.2, 0.6  # fall of DAS28
_DAS = "das28_crp"
_NAMED = {"remission": f"{_DAS} < {REMISSION}", "low disease activity": f"{_DAS} <= {LOW}"}
_EULAR = {"eular": 1.0, "eular moderate": 1.0, "eular good": 2.0}
_TERM = re.compile(r"\s*(?P<measure>[a-z][a-z0-9_.]*)(?P<change>\s+change)?\s*(?P<rest>(?:>=|<=|>|<).*?)(?P<percent>%)?\s*")

LEAST = {"das28_crp": 0.6, "pain_vas": 10.0, "haq": 0.22, "phq9": 5.0, "fatigue": 10.0, "patient_global": 10.0}
"""The least difference that matters to a person, where a protocol does not say: of DAS28 the least fall that the EULAR criteria count; the others are
assumed (customary in trials; 10 mm of 100)."""


@dataclass(frozen=True, slots=True)
class _Term:
    """One condition: on the level, the change or the change in percent of one measure."""

    measure: str
    of: str
    asked: Condition

    def met(self, before: Mapping[str, Vector], now: Mapping[str, Vector]) -> Vector:
        is_now, was = now[self.measure], before[self.measure]
        with np.errstate(invalid="ignore", divide="ignore"):
            number = {"value": is_now, "change": is_now - was, "percent": 100.0 * (is_now - was) / np.where(was == 0, np.nan, was)}[self.of]
        known = np.isfinite(number)
        return np.where(known, self.asked.holds(number).astype(np.float64), np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What is asked of a person: ``met`` tells of each whether it holds.

    text     : as it was written
    measures : that must be known before and now
    """

    text: str
    measures: tuple[str, ...]
    kind: str = "conditions"
    terms: tuple[_Term, ...] = field(default=(), repr=False)

    def met(self, before: Mapping[str, Vector], now: Mapping[str, Vector]) -> Vector:
        """1 or 0 of each person, NaN of who was not measured."""
        if self.kind == "acr":
            return core_improved(before, now, ACR[self.text])
        if self.kind == "eular":
            grade = eular_response(before[_DAS], now[_DAS])
            return np.where(np.isfinite(grade), (grade >= _EULAR[self.text]).astype(np.float64), np.nan)
        parts = [term.met(before, now) for term in self.terms]
        return np.min(parts, axis=0) if not np.isnan(parts).any() else np.where(np.isnan(parts).any(axis=0), np.nan,
                                                                                np.nanmin(_filled(parts), axis=0))


def _filled(parts: list[Vector]) -> Vector:
    return np.where(np.isnan(parts), 1.0, parts)


def criterion(text: str) -> Criterion:
    """Read "acr20", "eular good", "remission", "das28_crp < 2.6", "pain_vas <= -30 %", "crp change <= -5" or several joined by "and".

    Raises
    ------
    UsageError
    """
    name = " ".join(text.lower().split())
    if name in ACR:
        return Criterion(text=name, measures=CORE, kind="acr")
    if name in _EULAR:
        return Criterion(text=name, measures=(_DAS,), kind="eular")
    terms = tuple(_term(part, text) for part in _NAMED.get(name, name).split(" and "))
    return Criterion(text=name, measures=tuple(dict.fromkeys(term.measure for term in terms)), terms=terms)


def _term(part: str, whole: str) -> _Term:
    found = _TERM.fullmatch(part)
    if found is None:
        raise UsageError.of("ZN-1481", f"{whole!r} is no criterion",
                            fix=f'write it like "pain_vas <= -30 %", or one of {", ".join((*ACR, *_EULAR, *_NAMED))}')
    of = "percent" if found["percent"] else "change" if found["change"] else "value"
    return _Term(found["measure"], of, condition(found["rest"]))


def eular_response(before: Vector, now: Vector) -> Vector:
    """0 none, 1 moderate, 2 good; NaN of who was not measured.

    Good: a fall of more than 1.2 to 3.2 at most.  Moderate: a fall of more than 1.2 to above 3.2, or of more than 0.6 to 5.1 at most.
    """
    fall = before - now
    with np.errstate(invalid="ignore"):
        good = (fall > _MUCH) & (now <= LOW)
        moderate = (fall > _MUCH) | ((fall > _SOME) & (now <= HIGH))
    return np.where(np.isfinite(fall), np.where(good, 2.0, np.where(moderate, 1.0, 0.0)), np.nan)


def das28_class(das: Vector) -> Vector:
    """0 remission (below 2.6), 1 low (up to 3.2), 2 moderate (up to 5.1), 3 high; NaN of who was not measured."""
    with np.errstate(invalid="ignore"):
        grade = (das >= REMISSION).astype(np.float64) + (das > LOW) + (das > HIGH)
    return np.where(np.isfinite(das), grade, np.nan)
