"""Observed beside predicted: the verdict of every row, and the totals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zonula.evidence.load import Evidence
from zonula.experiments.judge import Prediction
from zonula.experiments.not_modelled import NotModelled
from zonula.experiments.predict import Met, Progress, Settings, predict
from zonula.experiments.read import Experiment
from zonula.ground.provenance import version_of
from zonula.language.model import Model
from zonula.population.noise import domain_of
from zonula.population.sampling import Members

INSIDE50, INSIDE90, HIGH, LOW, CONTRADICTS, NONE = ("inside 50 %", "inside 90 %", "predicted too high", "predicted too low", "contradicted",
                                                   "not predicted")
_TAIL = 0.1  # of a 90 % interval: what its score charges for each unit that is missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One row: observed beside predicted.

    p05 to p95 : quantiles of the predicted study; NaN where nothing is predicted
    score      : interval score of the 90 % interval (smaller is better), on the scale of ``log``; NaN where there is none
    """

    prediction: Prediction
    predicted: float
    p05: float
    p25: float
    p75: float
    p95: float
    inside50: bool
    inside90: bool
    verdict: str
    reason: str
    score: float

    @property
    def id(self) -> str:
        """The row's name."""
        return self.prediction.row.id

    @property
    def width(self) -> float:
        """Width of the 90 % interval, of logarithms where the row is on their scale (without end where the interval reaches down to nothing)."""
        if not self.prediction.log:
            return self.p95 - self.p05
        return math.log(self.p95) - math.log(self.p05) if self.p05 > 0 else math.inf

    def as_dict(self) -> dict[str, Any]:
        """Plain data; numbers that do not exist are None."""
        p, row = self.prediction, self.prediction.row
        said = row.said
        plain = {
            "id": self.id, "experiment": p.experiment.id, "domain": p.experiment.table.domain, "measure": said.measure, "at": said.at,
            "statistic": said.statistic, "judged": said.judged, "unit": said.unit, "against": _against(said.against), "observed": p.observed,
            "predicted": self.predicted, "p05": self.p05, "p25": self.p25, "p75": self.p75, "p95": self.p95, "inside90": self.inside90,
            "inside50": self.inside50, "verdict": self.verdict, "reason": self.reason, "n": row.n or domain_of(p.experiment.table.domain).n,
            "log": p.log, "score": self.score, "people": {"finished": p.people[0], "of": p.people[1]},
            "source": "; ".join(source.text for source in p.experiment.table.source), "quality": said.quality,
        }
        return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in plain.items()}


def _against(said: Any) -> str:
    return "" if said is None else f"{said.as_} to {said.arm or said.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """All rows of some experiments, judged.

    prior : widths of the 90 % intervals before any calibration, by row, if the population is a calibrated one
    met   : whose people were drawn, each sort of people once
    """

    verdicts: tuple[Verdict, ...]
    members: Members
    settings: Settings
    not_modelled: Mapping[str, NotModelled]
    prior: Mapping[str, float]
    facts: Mapping[str, str | int | float]
    met: tuple[Met, ...] = ()

    def totals(self, domain: str = "") -> dict[str, Any]:
        """How many rows were predicted, and how often and how sharply intervals held the observed number; of one domain, if so."""
        mine = [v for v in self.verdicts if not domain or v.prediction.experiment.table.domain == domain]
        known = [v for v in mine if v.verdict != NONE]
        numbers = [v for v in known if v.prediction.row.said.judged == "number"]
        ratios = [v.width / self.prior[v.id] for v in numbers if self.prior.get(v.id, 0.0) > 0 and math.isfinite(v.width)]
        scores = [v.score for v in numbers if math.isfinite(v.score)]
        return {
            "n": len(known), "coverage90": _share([v.inside90 for v in known]), "coverage50": _share([v.inside50 for v in known]),
            "numbers": len(numbers), "coverage90_numbers": _share([v.inside90 for v in numbers]),
            "coverage50_numbers": _share([v.inside50 for v in numbers]),
            "mean_width_ratio_to_prior": float(np.mean(ratios)) if ratios else 1.0 if not self.prior else None,
            "median_interval_score": float(np.median(scores)) if scores else None,
            "not_predicted": len(mine) - len(known), "not_modelled": len(self.not_modelled) if not domain else None,
        }

    def domains(self) -> list[str]:
        """The domains of the rows."""
        return sorted({v.prediction.experiment.table.domain for v in self.verdicts})

    def groups(self) -> dict[str, dict[str, Any]]:
        """How many people of each group were drawn and taken, over all the sorts of them that studies asked for."""
        found: dict[str, dict[str, Any]] = {}
        for met in self.met:
            mine = found.setdefault(met.group, {"title": met.title, "sorts": 0, "drawn": 0, "taken": 0, "refused": {}, "nobody": []})
            mine["sorts"] += 1
            mine["nobody"] += [met.reason] if met.reason else []
            for why, count in met.counts.items():
                if why in ("drawn", "taken"):
                    mine[why] += count
                else:
                    mine["refused"][why] = mine["refused"].get(why, 0) + count
        return dict(sorted(found.items()))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {"rows": [v.as_dict() for v in self.verdicts], "totals": self.totals(),
                "domains": {name: self.totals(name) for name in self.domains()},
                "not_modelled": {name: what.model_dump() for name, what in self.not_modelled.items()},
                "population": dict(self.facts), "groups": self.groups()}


def _share(yes: Sequence[bool]) -> float | None:
    return float(np.mean(yes)) if yes else None


def validate(experiments: Sequence[Experiment], model: Model, evidence: Mapping[str, Evidence], members: Members, settings: Settings, *,
             not_modelled: Mapping[str, NotModelled] | None = None, prior: Mapping[str, float] | None = None,
             progress: Progress | None = None) -> Validation:
    """Simulate experiments with a virtual population and judge each row.

    Raises
    ------
    UsageError   where an arm cannot be simulated
    """
    met: list[Met] = []
    predictions = predict(experiments, model, evidence, members, settings, progress=progress, met=met)
    facts: dict[str, str | int | float] = {
        "zonula": version_of("zonula"), "model": model.fingerprint, "members": len(members), "persons": settings.persons, "from": members.name,
        "fingerprint": members.fingerprint, "seed": settings.seed, "rtol": settings.rtol,
        **{f"refused, {why}": count for why, count in members.refused.items()}}
    return Validation(verdicts=tuple(map(judged, predictions)), members=members, settings=settings, not_modelled=not_modelled or {},
                      prior=prior or {}, facts=facts, met=tuple(met))


def judged(prediction: Prediction) -> Verdict:
    """The verdict of a row: whether the interval holds what was observed, and on which side it does not."""
    p05, p25, middle, p75, p95 = prediction.quantile(0.05, 0.25, 0.5, 0.75, 0.95)
    observed, how = prediction.observed, prediction.row.said.judged
    seen = next((q for q in (p05, p25, p75, p95) if math.isclose(q, observed, rel_tol=1e-9)), observed)  # shares of a hundred are rounded
    if not math.isfinite(p05):
        reason = prediction.reason or "some predicted studies have no finite number"
        return Verdict(prediction=prediction, predicted=math.nan, p05=math.nan, p25=math.nan, p75=math.nan, p95=math.nan, inside50=False,
                       inside90=False, verdict=NONE, reason=reason, score=math.nan)
    lows, highs = (p05, p25), (p95, p75)
    if how == "at most":
        inside90, inside50 = p05 <= seen, p25 <= seen
    elif how == "at least":
        inside90, inside50 = p95 >= seen, p75 >= seen
    else:
        inside90, inside50 = lows[0] <= seen <= highs[0], lows[1] <= seen <= highs[1]
    side = CONTRADICTS if how == "direction" else HIGH if middle > seen else LOW
    return Verdict(prediction=prediction, predicted=middle, p05=p05, p25=p25, p75=p75, p95=p95, inside50=inside50, inside90=inside90,
                   verdict=INSIDE50 if inside50 else INSIDE90 if inside90 else side, reason=_lost(prediction), score=_score(prediction, p05, p95))


def _lost(prediction: Prediction) -> str:
    """A word on persons who did not come, where there are some."""
    came, of = prediction.people
    return f"{of - came} of {of} persons did not reach the end" if came < of else ""


def _score(prediction: Prediction, low: float, high: float) -> float:
    """The interval score of a 90 % interval (Gneiting and Raftery 2007): its width, and what it misses by, dearly."""
    if prediction.row.said.judged != "number" or (prediction.log and low <= 0):
        return math.nan
    seen = prediction.observed
    if prediction.log:
        low, high, seen = math.log(low), math.log(high), math.log(seen)
    return high - low + 2.0 / _TAIL * (max(0.0, low - seen) + max(0.0, seen - high))
