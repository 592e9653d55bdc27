"""Claims put to the test: their people simulated under every variant of the model, with every draw of what is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zonula.claims.read import Claim
from zonula.claims.verdict import Judgement, Number, judge
from zonula.evidence.load import Evidence
from zonula.experiments.judge import Prediction
from zonula.experiments.predict import Settings, predict
from zonula.ground.errors import UsageError
from zonula.ground.provenance import version_of
from zonula.language.model import Model
from zonula.population.sampling import Members
from zonula.population.variants import Variant
from zonula.simulation.equations import Vector

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All claims that were tried, judged.

    weights : of the variants of the model
    facts   : of which model and which typical persons
    """

    judgements: tuple[Judgement, ...]
    weights: Mapping[str, float]
    facts: Mapping[str, str | int | float]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"claims": [j.as_dict() for j in self.judgements], "variants": dict(self.weights), "population": dict(self.facts)}


def run_claims(claims: Sequence[Claim], model: Model, evidence: Mapping[str, Evidence], members: Members, settings: Settings, *,
               variants: Mapping[str, tuple[Variant, float]], progress: Progress | None = None) -> Board:
    """Try claims on a virtual population, and judge each by its own rule.

    Parameters
    ----------
    members  : typical persons, one for each draw
    settings : persons around each member, seed, error of the solver; its variant is not used
    variants : of the model by name, with weights, which need not add up to 1

    Raises
    ------
    UsageError   where a claim cannot be simulated, or weights are none
    """
    total = sum(weight for _, weight in variants.values())
    if not variants or not total > 0 or any(weight < 0 for _, weight in variants.values()):
        raise UsageError.of("ZN-1286", "the weights of the variants are none", found=str({name: w for name, (_, w) in variants.items()}),
                            expected="none below 0, and at least one above", fix="name a variant that has a weight")
    weights = {name: weight / total for name, (_, weight) in variants.items()}
    shown: dict[str, dict[str, Prediction]] = {}
    for k, (name, (variant, _)) in enumerate(variants.items()):
        def tell(share: float, what: str, k: int = k, name: str = name) -> None:
            if progress:
                progress((k + share) / len(variants), f"{name}: {what}")

        found = predict([claim.experiment for claim in claims], model, evidence, members, replace(settings, variant=variant, scales=False),
                        progress=tell)
        shown[name] = {f"{p.experiment.id} {p.row.id}": p for p in found}
    judgements = tuple(judge(claim, numbers_of(claim, shown, len(members)), weights) for claim in claims)
    facts: dict[str, str | int | float] = {
        "zonula": version_of("zonula"), "model": model.fingerprint, "members": len(members), "persons": settings.persons, "from": members.name,
        "fingerprint": members.fingerprint, "seed": settings.seed, "rtol": settings.rtol}
    return Board(judgements=judgements, weights=weights, facts=facts)


def numbers_of(claim: Claim, shown: Mapping[str, Mapping[str, Prediction]], draws: int) -> list[Number]:
    """The numbers of a claim: those that were measured, then those made of them.

    Parameters
    ----------
    shown : by variant, what was predicted, by "claim row"
    """
    found: dict[str, Number] = {}
    for row in claim.table.rows:
        mine = {name: predictions[f"{claim.id} {row.id}"] for name, predictions in shown.items()}
        found[row.id] = Number(id=row.id, unit=row.unit, note=row.note, reasons={name: p.reason for name, p in mine.items() if p.reason},
                               draws={name: p.whole if len(p.whole) else np.full(draws, np.nan) for name, p in mine.items()})
    for one in claim.table.combined:
        parts = [*one.sum, *([one.over] if one.over else [])]
        reasons = {name: why for part in parts for name, why in found[part].reasons.items()}
        found[one.id] = Number(id=one.id, unit=one.unit, note=one.note, reasons=reasons,
                               draws={name: _combined({part: found[part].draws[name] for part in parts}, one.sum, one.over) for name in shown})
    return list(found.values())


def _combined(parts: Mapping[str, Vector], weights: Mapping[str, float | int], over: str) -> Vector:
    whole: Vector = np.sum([float(weight) * parts[name] for name, weight in weights.items()], axis=0)
    if not over:
        return whole
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = whole / parts[over]
    return np.where(np.isfinite(ratio), ratio, np.nan)
