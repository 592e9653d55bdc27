"""From numbers of draws and variants to a verdict, by the rule that every claim shares.

A statement is true or false of each draw (a typical person with its people).  Its *share* is that of the draws of which it is true, the variants of
the model weighted.  It *holds* from ``certain`` on, *fails* up to 1 - ``certain``, and is *open* between; it is *unknown* where less than half of
the weight has the number at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zonula.claims.read import Claim, Statement
from zonula.simulation.equations import Vector

HOLDS, FAILS, OPEN, UNKNOWN = "holds", "fails", "open", "unknown"
SUPPORTED, PARTLY, NOT_SUPPORTED, CANNOT_TELL = "supported", "partly", "not supported", "cannot tell"
RULE = ("supported: every statement holds; not supported: a needed statement fails, or all fail; partly: some hold; else, or where a control does "
        "not fail: cannot tell")
_STRUCTURAL = 0.5  # difference of shares between variants from which an answer is told to depend on the structure
_KNOWN = 0.5  # of the draws, or of the weight of variants, that must have a number
_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of a claim, over draws, in each variant.

    draws   : by variant, shape (draw,); NaN where it does not exist
    reasons : by variant, why there is none at all, where there is none
    """

    id: str
    unit: str
    note: str
    draws: Mapping[str, Vector]
    reasons: Mapping[str, str]

    def quantiles(self, variant: str) -> list[float] | None:
        """At 5, 25, 50, 75 and 95 % of the draws that have it; None where hardly any has."""
        known = self.draws[variant][np.isfinite(self.draws[variant])]
        return [float(q) for q in np.quantile(known, _LEVELS)] if len(known) >= _KNOWN * len(self.draws[variant]) else None

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"unit": self.unit, "note": self.note,
                "variants": {name: {"known": int(np.isfinite(draws).sum()), "draws": len(draws), "quantiles": self.quantiles(name),
                                    "reason": self.reasons.get(name, "")} for name, draws in self.draws.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a statement came out.

    shares : by variant, the share of the draws of which it is true; None where too few have the number
    share  : all together, variants weighted; None where it is unknown
    """

    statement: Statement
    shares: Mapping[str, float | None]
    share: float | None
    outcome: str

    @property
    def structural(self) -> bool:
        """Whether the answer depends on which variant of the model is taken."""
        known = [share for share in self.shares.values() if share is not None]
        return bool(known) and max(known) - min(known) >= _STRUCTURAL

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        said = self.statement.said
        return {"says": said.says, "why": said.why, "needed": said.needed, "outcome": self.outcome, "share": self.share,
                "by_variant": dict(self.shares), "depends_on_structure": self.structural}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A claim, judged in the model."""

    claim: Claim
    verdict: str
    reason: str
    statements: tuple[Outcome, ...]
    controls: tuple[Outcome, ...]
    numbers: tuple[Number, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as in ``zonula claims run --json``."""
        table = self.claim.table
        return {"id": self.claim.id, "number": table.number, "sentence": table.sentence, "context": table.context, "may_say": table.may_say,
                "verdict": self.verdict, "reason": self.reason,
                "rule": {"certain": float(table.certain), "words": RULE, "statements": [o.as_dict() for o in self.statements]},
                "numbers": {number.id: number.as_dict() for number in self.numbers},
                "negative_control": {"failed": all(o.outcome == FAILS for o in self.controls), "statements": [o.as_dict() for o in self.controls]},
                "evidence_strength": table.evidence.strength,
                "evidence": table.evidence.model_dump(by_alias=True, exclude={"strength"})}


def judge(claim: Claim, numbers: Sequence[Number], weights: Mapping[str, float]) -> Judgement:
    """Judge a claim by its numbers; *weights* of variants add up to 1."""
    known = {number.id: number for number in numbers}
    statements, controls = (tuple(_outcome(s, known[s.number], weights, float(claim.table.certain)) for s in said)
                            for said in (claim.statements, claim.controls))
    verdict, reason = _verdict(statements, controls)
    return Judgement(claim=claim, verdict=verdict, reason=reason, statements=statements, controls=controls, numbers=tuple(numbers))


def _outcome(statement: Statement, number: Number, weights: Mapping[str, float], certain: float) -> Outcome:
    shares: dict[str, float | None] = {}
    for name, draws in number.draws.items():
        known = np.isfinite(draws)
        shares[name] = float(np.mean(statement.condition.holds(draws[known]))) if known.sum() >= max(1.0, _KNOWN * len(draws)) else None
    weight = sum(weights[name] for name, share in shares.items() if share is not None)
    if weight < _KNOWN:
        return Outcome(statement=statement, shares=shares, share=None, outcome=UNKNOWN)
    whole = sum(weights[name] * share for name, share in shares.items() if share is not None) / weight
    outcome = HOLDS if whole >= certain - 1e-12 else FAILS if whole <= 1 - certain + 1e-12 else OPEN
    return Outcome(statement=statement, shares=shares, share=whole, outcome=outcome)


def _verdict(statements: Sequence[Outcome], controls: Sequence[Outcome]) -> tuple[str, str]:
    """The verdict, and why in a few words."""
    if loose := [o.statement.said.says for o in controls if o.outcome != FAILS]:
        return CANNOT_TELL, f"the control does not fail: {_listed(loose)}"
    outcomes = [o.outcome for o in statements]
    if all(outcome == HOLDS for outcome in outcomes):
        return SUPPORTED, "every statement holds"
    if fallen := [o.statement.said.says for o in statements if o.statement.said.needed and o.outcome == FAILS]:
        return NOT_SUPPORTED, f"a needed statement fails: {_listed(fallen)}"
    if all(outcome == FAILS for outcome in outcomes):
        return NOT_SUPPORTED, "every statement fails"
    words = {HOLDS: ("holds", "hold"), FAILS: ("fails", "fail"), OPEN: ("is open", "are open"), UNKNOWN: ("is unknown", "are unknown")}
    counts = ", ".join(f"{count} {word[count > 1]}" for what, word in words.items() if (count := outcomes.count(what)))
    return (PARTLY if HOLDS in outcomes else CANNOT_TELL), f"of {len(outcomes)} statements {counts}"


def _listed(conditions: Sequence[str]) -> str:
    """Conditions as people read them: ``a share ≥ 0.3; b ≥ 2``."""
    return "; ".join(map(readable, conditions))


def readable(says: str) -> str:
    """``a share ≥ 0.3`` for ``a_share >= 0.3``."""
    return says.replace(">=", "≥").replace("<=", "≤").replace("_", " ")
