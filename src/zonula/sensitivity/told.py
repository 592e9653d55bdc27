"""What both methods tell: plain data, and in words what is guessed and matters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from zonula.evidence.load import Evidence
from zonula.sensitivity.inquiry import SPREADS, Inquiry
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.simulation.words import name_of


class Ranked(Protocol):
    """A parameter with what it weighs."""

    @property
    def path(self) -> str:
        """Which it is."""

    @property
    def size(self) -> float:
        """By which parameters are ranked."""

    @property
    def matters(self) -> bool:
        """Whether it does anything that can be seen."""

    @property
    def half_width(self) -> float:
        """Of the 95 % interval about it."""


def plain(value: Any) -> float:
    """A number as Python's own."""
    return float(value)


class Found(Protocol):
    """What came out, by either method."""

    @property
    def method(self) -> str:
        """``morris`` or ``sobol``."""

    @property
    def ranked(self) -> Mapping[str, Sequence[Ranked]]:
        """By readout, the largest first."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to know before trusting it."""

    @property
    def runs(self) -> int:
        """How many persons were asked for."""

    @property
    def seed(self) -> int:
        """Of all chance in it."""


def about(found: Found, inquiry: Inquiry, *, top: int) -> dict[str, Any]:
    """What was asked and what came out, as plain data; numbers that are not known become None."""
    setup, model = inquiry.setup, inquiry.setup.problem.model
    return {
        "schema": "zonula/sensitivity/1", "method": found.method, "scenario": setup.name, "at": inquiry.when, "spread": inquiry.spread,
        "seed": found.seed, "runs": found.runs, "parameters": len(inquiry.paths),
        "readouts": {name: {"unit": model.readout(name).unit_text, "meaning": model.readout(name).doc,
                            "parameters": [_entry(one, setup.evidence[one.path]) for one in several]} for name, several in found.ranked.items()},
        "summary": summary(inquiry, found.ranked, top), "remarks": list(found.remarks),
        "model": {"fingerprint": model.fingerprint, "parameters": len(model.parameters)},
        "fingerprint": setup.fingerprint, "notice": NOT_MEDICAL,
    }


def _entry(one: Ranked, evidence: Evidence) -> dict[str, Any]:
    numbers = {key: getattr(one, key) for key in type(one).__dataclass_fields__}  # type: ignore[attr-defined]
    return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in numbers.items()} | {
        "status": evidence.status, "grade": evidence.grade, "meaning": evidence.parameter.doc, "unit": evidence.parameter.unit_text}


def guessed(inquiry: Inquiry, several: Sequence[Ranked], top: int) -> tuple[str, ...]:
    """Of the *top* parameters that matter most, those whose value is only assumed."""
    return tuple(one.path for one in several[:top] if one.matters and inquiry.setup.evidence[one.path].status == "assumed")


def summary(inquiry: Inquiry, ranked: Mapping[str, Sequence[Ranked]], top: int = 20) -> str:
    """For each readout: what it depends on most, and which of that is guessed."""
    return " ".join(sentence(inquiry, name, several, top) for name, several in ranked.items())


def sentence(inquiry: Inquiry, name: str, several: Sequence[Ranked], top: int = 20) -> str:
    """One readout of :func:`summary`."""
    matter = [one for one in several[:top] if one.matters]
    what = f"{name_of(name)} {inquiry.when}"
    if not matter:
        return f"{what[0].upper()}{what[1:]} depends on none of the {len(inquiry.paths)} parameters that were varied by {SPREADS[inquiry.spread]}."
    first = listed([one.path for one in matter[:3]])
    guesses = guessed(inquiry, several, top)
    most = f"the {len(matter)} parameters that matter most"
    tail = f"Of {most}, none is only assumed." if not guesses else f"Guessed, of {most}: {listed(guesses)}."
    if len(matter) == 1:
        tail = f"Its value is {'only' if guesses else 'not only'} assumed."
    alone = sum(one.matters for one in several) == 1
    on = f"on {first} alone, of the {len(inquiry.paths)} that were varied" if alone and len(inquiry.paths) > 1 else f"most on {first}"
    return f"{what[0].upper()}{what[1:]} depends {on}. {tail}"


def counted(reasons: Mapping[str, int]) -> str:
    """``implausible at rest 12, no stable health 3``."""
    return ", ".join(f"{reason} {n}" for reason, n in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
