"""All questions of a protocol answered, as one document: ``results.json``."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zonula.simulation.equations import Vector
from zonula.trials import interim, subgroups
from zonula.trials.answers import Question, as_lived, data_of, estimate, in_twins, means_told, not_known, samples_of, told
from zonula.trials.balance import balance, effective_persons
from zonula.trials.criteria import LEAST
from zonula.trials.endpoints import WITHOUT_RESCUE, Endpoint, outcome, times
from zonula.trials.harms import harm_told, share_told
from zonula.trials.lived import Lived
from zonula.trials.power import Sizing, power, sees
from zonula.trials.schema import EndpointTable, EstimandTable, ProtocolTable
from zonula.trials.survival import hazard_ratio, kaplan_meier, log_rank
from zonula.trials.survival import told as curve_told
from zonula.trials.twins import Twins, who_benefits
from zonula.trials.unknown import Unknown

SCHEMA = "zonula/trial-results/1"
SIMULATED = "Every person here is simulated. These numbers are forecasts of a model, not evidence about people."


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What came out: ``as_dict`` is what is written."""

    document: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Plain data; what does not exist is None."""
        return {key: _plain(value) for key, value in self.document.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One estimand, answered."""

    question: Question
    lived: Lived
    document: dict[str, Any]
    unknown: Unknown
    pairs: Twins | None
    se: float


def analyse(lived: Lived, said: ProtocolTable, *, screening: Mapping[str, int] | None = None, unfilled: int = 0, seed: int = 0,
            units: Mapping[str, str] | None = None, match: Mapping[str, Any] | None = None) -> Results:
    """Answer every question of a protocol from the lives of its study.

    Parameters
    ----------
    screening : how many candidates were left out, by reason
    unfilled  : places for which nobody was found
    seed      : of imputations and of the trials by which power is told; the study's own
    units     : of measures
    match     : how people were chosen to be like a published cohort, as the plan has it
    """
    arms = tuple(name for name in lived.arms if not name.endswith(WITHOUT_RESCUE))
    endpoints = {one.id: endpoint_of(one, units) for one in said.endpoints}
    answers = {one.id: _answer(lived, _question(one, endpoints, stratified=bool(said.randomisation.strata)), seed) for one in said.estimands}
    primary = answers[said.primary]
    return Results(document={
        "schema": SCHEMA, "simulated": True, "note": SIMULATED, "protocol": {"id": said.id, "title": said.title}, "n": int(lived.randomised.sum()),
        "arms": {name: int((lived.randomised & (lived.arm == lived.arm_place(name))).sum()) for name in arms},
        "flow": _flow(lived, arms, primary.question, screening or {}, unfilled), "match": balance(lived, match), "primary": said.primary,
        "estimands": [one.document for one in answers.values()],
        "responders": [_responders(lived, one, arms) for one in endpoints.values() if one.kind == "response"],
        "events": [_events(lived, one, _contrast_of(one, answers, _usual_first(arms, said)))
                   for one in endpoints.values() if one.kind == "time to event"],
        "harms": [harm_told(lived, one.id, arms, one.title) for one in said.harms],
        "subgroups": _subgroups(primary, said, seed), "benefit": _benefit(primary),
        "power": _power(primary, said, seed), "interim": _interim(primary, said, seed)})


def endpoint_of(said: EndpointTable, units: Mapping[str, str] | None = None) -> Endpoint:
    """An endpoint as the protocol has it."""
    day = float(said.day) if said.day is not None else 7.0 * float(said.week or 0)
    least = float(said.mcid) if said.mcid else LEAST.get(said.measure) if said.kind in ("change", "value") else None
    return Endpoint(id=said.id, kind=said.kind, day=day, measure=said.measure, criterion=said.criterion, title=said.title or said.id,
                    unit={"percent change": "%", "response": "", "time to event": "d"}.get(said.kind, (units or {}).get(said.measure, "")),
                    lower_is_better=said.lower_is_better,
                    mcid=least)


def _question(said: EstimandTable, endpoints: Mapping[str, Endpoint], *, stratified: bool) -> Question:
    return Question(id=said.id, endpoint=endpoints[said.endpoint], arms=tuple(said.contrast or said.interaction), strategy=said.strategy,
                    method=said.method, title=said.title or said.id, stratified=stratified)


def _answer(study: Lived, question: Question, seed: int) -> _Answer:
    lived = as_lived(study, question)
    data = data_of(lived, question, seed=seed)
    found = estimate(data)
    twin, pairs = in_twins(lived, question)
    exact = in_twins(lived, question, true=True)[0] if pairs is not None else estimate(data_of(lived, question, true=True))
    unknown = not_known(lived, question, pairs)
    asked = question.endpoint
    document = {
        "id": question.id, "title": question.title, "endpoint": asked.id, "kind": asked.kind, "unit": asked.unit, "arms": list(question.arms),
        "strategy": question.strategy, "method": found.method, "measure": question.measure, "null": found.null,
        "lower_is_better": asked.lower_is_better,
        "n": {name: int((data.arm == name).sum()) for name in question.arms}, "means": means_told(data), "randomised": found.as_dict(),
        "twins": {**twin.as_dict(), "n": int(sum(twin.n))}, "unknown": told(question, unknown, found.se), "truth": exact.effect,
        "imputed": len(data.values) if len(data.values) > 1 else 0}
    return _Answer(question=question, lived=lived, document=document, unknown=unknown, pairs=pairs, se=found.se)


def _flow(lived: Lived, arms: Sequence[str], primary: Question, screening: Mapping[str, int], unfilled: int) -> dict[str, Any]:
    excluded = {reason: int(count) for reason, count in screening.items() if count}
    seen = np.isfinite(times(lived, primary.endpoint).time if primary.kind == "time to event" else outcome(lived, primary.endpoint).value)
    of_arms = {}
    for name in arms:
        rows = lived.of_arms(name)
        left = rows[np.isfinite(lived.dropout_day[rows])]
        of_arms[name] = {"randomised": len(rows), "failed": dict(Counter(str(why) for why in lived.status[rows] if why != "finished")),
                         "dropped": dict(Counter(str(why) or "not said" for why in lived.dropout_reason[left])),
                         "rescued": int(np.isfinite(lived.rescue_day[rows]).sum()), "finished": int((lived.finished[rows] & ~np.isfinite(
                             lived.dropout_day[rows])).sum()), "stopped": int((~lived.finished[rows]).sum()), "analysed": int(seen[rows].sum())}
    randomised = int(lived.randomised.sum())
    return {"screened": randomised + sum(excluded.values()), "excluded": excluded, "unfilled": unfilled, "randomised": randomised,
            "effective": effective_persons(lived), "arms": of_arms}


def _responders(lived: Lived, asked: Endpoint, arms: Sequence[str]) -> dict[str, Any]:
    """Shares who respond; who was rescued or dropped out has not."""
    value = outcome(lived, asked, "composite").value
    shares = {name: share_told(value[rows], lived.weights_of(rows)) for name in arms for rows in [lived.of_arms(name)]}
    return {"endpoint": asked.id, "title": asked.title, "week": asked.day / 7.0, "criterion": asked.criterion, "strategy": "composite",
            "arms": shares}


def _usual_first(arms: Sequence[str], said: ProtocolTable) -> tuple[str, ...]:
    """Arms with that first with which others are compared."""
    return tuple(sorted(arms, key=lambda name: not (name in said.arms and said.arms[name].comparator)))


def _contrast_of(asked: Endpoint, answers: Mapping[str, _Answer], arms: Sequence[str]) -> tuple[tuple[str, str], str]:
    for one in answers.values():
        if one.question.endpoint.id == asked.id and len(one.question.arms) == 2:
            return (one.question.arms[0], one.question.arms[1]), one.question.strategy
    return (arms[-1], arms[0]), "treatment policy"


def _events(lived: Lived, asked: Endpoint, contrast: tuple[tuple[str, str], str]) -> dict[str, Any]:
    (treated, control), strategy = contrast
    found = times(lived, asked, strategy)
    curves = {}
    for name in (arm for arm in lived.arms if not arm.endswith(WITHOUT_RESCUE)):
        rows = lived.of_arms(name)
        curves[name] = curve_told(kaplan_meier(found.time[rows], found.event[rows], lived.weights_of(rows)))
    rows = lived.of_arms(treated, control)
    arm = lived.arm[rows] == lived.arm_place(treated)
    ratio = hazard_ratio(found.time[rows], found.event[rows], arm, weights=lived.weights_of(rows))
    return {"endpoint": asked.id, "title": asked.title, "contrast": [treated, control], "strategy": strategy, "arms": curves,
            "hazard_ratio": ratio.as_dict(), "log_rank_p": log_rank(found.time[rows], found.event[rows], arm)}


def _subgroups(primary: _Answer, said: ProtocolTable, seed: int) -> list[dict[str, Any]]:
    """The primary question in parts of the persons: missing values are drawn once, for all."""
    data, found = data_of(primary.lived, primary.question, seed=seed), []
    for one in said.subgroups:
        parts = [(name, mask[data.rows]) for name, mask in subgroups.levels(primary.lived, one.by)]
        found.append({"id": one.id, "title": one.title or one.by, "estimand": primary.question.id,
                      **subgroups.forest(parts, lambda within: estimate(data, within))})
    return found


def _benefit(primary: _Answer) -> dict[str, Any] | None:
    if primary.pairs is None:
        return None
    asked = primary.question.endpoint
    return {"estimand": primary.question.id, "endpoint": asked.id, "unit": asked.unit,
            **who_benefits(primary.lived, asked, primary.pairs, asked.mcid)}


def _power(primary: _Answer, said: ProtocolTable, seed: int) -> dict[str, Any] | None:
    question = primary.question
    kind = {"odds ratio": "risk difference", "interaction": "risk difference" if question.kind == "response" else "interaction"}.get(
        question.measure, question.measure)
    if question.kind == "time to event":
        kind = "hazard ratio"
    known = primary.unknown.known if question.measure != "odds ratio" and not (
        kind == "hazard ratio" and question.measure == "difference") else np.zeros(0)
    samples = samples_of(primary.lived, question)
    if not all(len(one.value) for one in samples):
        return None
    ratio = [said.randomisation.ratio.get(name, 1) for name in question.arms]
    sizing = Sizing(sizes=said.size.grid, shares=[one / sum(ratio) for one in ratio], alpha=float(said.size.alpha), wanted=float(said.size.power),
                    seed=seed)
    found = power(samples, kind=kind, deviations=_deviations(known), sizing=sizing, signs=question.signs)
    persons = sum(primary.document["n"].values())
    return {"estimand": question.id, **found.as_dict(), "sees": sees(samples, kind=kind, persons=persons, sizing=sizing, signs=question.signs)}


def _deviations(known: Vector) -> Vector:
    return known - known.mean() if len(known) else np.zeros(1)


def _interim(primary: _Answer, said: ProtocolTable, seed: int) -> dict[str, Any] | None:
    """What would have been seen at each look: persons in the order of their numbers, as if each look waited for their last visit."""
    if said.interim is None:
        return None
    from scipy.stats import norm

    plan = interim.design([float(t) for t in said.interim.looks], alpha=float(said.size.alpha), spending=said.interim.spending)
    lived, question = primary.lived, primary.question
    persons = np.unique(lived.person)
    told_, stopped = [], False
    for share, bound, spent in zip(plan.looks, plan.bounds, plan.spent, strict=True):
        until = persons[max(math.ceil(share * len(persons)) - 1, 0)] if len(persons) else 0
        data = data_of(lived, question, within=lived.person <= until, seed=seed)
        found = estimate(data)
        z = math.copysign(float(norm.isf(found.p / 2)), found.effect - found.null) if math.isfinite(found.p) else math.nan
        stops = not stopped and abs(z) >= bound
        stopped = stopped or stops
        told_.append({"share": share, "n": len(data.rows), "z": z, "bound": bound, "spent": spent, "stops": bool(stops), "estimate": found.effect,
                      "lo": found.low, "hi": found.high, "conditional_power": interim.conditional_power(abs(z), share, plan.bounds[-1])})
    drift = interim.drift_for(float(said.size.power), plan)
    return {"spending": plan.spending, "alpha": plan.alpha, "looks": told_, "expected_share": interim.expected_share(plan, drift),
            "expected_share_null": interim.expected_share(plan, 0.0)}


def _plain(value: Any) -> Any:
    """Python's own numbers, and None for what does not exist."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(one) for one in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return value
