"""One question of a protocol, answered: by the randomised comparison, in the same persons, by member, and without errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError, nearest
from zonula.simulation.equations import Vector
from zonula.trials.endpoints import WITHOUT_RESCUE, Endpoint, outcome, times
from zonula.trials.estimate import (
    Estimate,
    ancova,
    combined,
    difference_in_proportions,
    interaction,
    none_of,
    odds_ratio,
)
from zonula.trials.lived import Lived, Mask, Places
from zonula.trials.missing import IMPUTATIONS, imputed, without_rescue
from zonula.trials.survival import difference_in_restricted_means, hazard_ratio
from zonula.trials.twins import Twins, effect_of, jackknifed, twins
from zonula.trials.unknown import Unknown, by_member, difference_of, mean_of

METHODS = {
    "number": ("ancova", "difference of means", "complete cases"),
    "response": ("risk difference", "odds ratio", "complete cases"),
    "time to event": ("cox", "restricted mean"),
}
"""Of each kind of endpoint, the usual first.  "complete cases" is the usual one without imputation."""
_IMPUTED = ("treatment policy", "hypothetical")  # strategies under which nobody saw who dropped out
_FACTORIAL = (-1.0, -1.0, 1.0, 1.0)  # first, second, both, neither
_LOGS = ("odds ratio", "hazard ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is compared: an endpoint, by a strategy, between arms: treated and control, or first, second, both and neither."""

    id: str
    endpoint: Endpoint
    arms: tuple[str, ...]
    strategy: str = "treatment policy"
    method: str = ""
    title: str = ""
    stratified: bool = False

    def __post_init__(self) -> None:
        known = METHODS[self.kind]
        if self.method and self.method not in known:
            raise UsageError.of("ZN-1488", f"the estimand {self.id!r} cannot be estimated by {self.method!r}", fix=nearest(self.method, known))
        if len(self.arms) not in (2, 4) or (len(self.arms) == 4 and (self.kind == "time to event" or self.method == "odds ratio")):
            raise UsageError.of("ZN-1489", f"the estimand {self.id!r} cannot compare {len(self.arms)} arms so",
                                fix="give two arms in contrast, or four in interaction of an endpoint that is no time, without odds")

    @property
    def kind(self) -> str:
        """number, response or time to event."""
        return self.endpoint.kind if self.endpoint.kind in ("response", "time to event") else "number"

    @property
    def signs(self) -> tuple[float, ...]:
        """With which the mean of each arm counts."""
        return (1.0, -1.0) if len(self.arms) == 2 else _FACTORIAL

    @property
    def measure(self) -> str:
        """On which scale the effect is told."""
        if len(self.arms) == 4:
            return "interaction"
        if self.kind == "time to event":
            return "difference" if self.method == "restricted mean" else "hazard ratio"
        return ("odds ratio" if self.method == "odds ratio" else "risk difference") if self.kind == "response" else "difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """The lives of a comparison.

    values   : shape (draw, life): one row, or one for each imputation
    time, event : of a time to an event
    """

    question: Question
    rows: Places
    arm: npt.NDArray[np.object_]
    values: Vector
    baseline: Vector | None
    strata: npt.NDArray[np.object_] | None
    weights: Vector | None
    time: Vector
    event: Mask


def as_lived(lived: Lived, question: Question) -> Lived:
    """The study as the strategy wants to see it: without rescue, where it was lived so too."""
    if question.strategy == "hypothetical" and any(arm + WITHOUT_RESCUE in lived.arms for arm in question.arms):
        return without_rescue(lived, question.arms, WITHOUT_RESCUE)
    return lived


def data_of(lived: Lived, question: Question, *, within: Mask | None = None, randomised: bool = True, true: bool = False, seed: int = 0,
            imputations: int = IMPUTATIONS) -> Data:
    """What is compared, of the lives *within* (all, where it is not said); *true*: without errors and drop-out; *randomised* or all lives of the
    arms.
    """
    rows = lived.of_arms(*question.arms, randomised=randomised)
    rows = rows[lived.finished[rows] & (True if within is None else within[rows])]
    names = np.array(lived.arms, dtype=object)[lived.arm[rows]]
    asked, values, time, event, baseline = question.endpoint, np.zeros((1, len(rows))), np.zeros(0), np.zeros(0, dtype=np.bool_), None
    if question.kind == "time to event":
        of = times(lived, asked, question.strategy)
        time, event = (of.true_time[rows], of.true_event[rows]) if true else (of.time[rows], of.event[rows])
    else:
        found = outcome(lived, asked, question.strategy)
        values = (found.true if true else found.value)[rows][np.newaxis]
        if not true and question.method != "complete cases" and question.strategy in _IMPUTED and imputations > 1 and found.missing[rows].any():
            values = imputed(lived, asked, rows, strategy=question.strategy, seed=seed, count=imputations)
        if question.kind == "number" and question.method != "difference of means":
            baseline = found.baseline[rows]
    strata = lived.stratum[rows] if question.stratified and not true else None
    return Data(question=question, rows=rows, arm=names, values=values, baseline=baseline, strata=strata, weights=lived.weights_of(rows), time=time,
                event=event)


def estimate(data: Data, within: Mask | None = None) -> Estimate:
    """The comparison of arms, of some of the lives of the data; Rubin's rules over imputations."""
    question = data.question
    take = np.ones(len(data.rows), dtype=np.bool_) if within is None else within
    arm, weights = data.arm[take], None if data.weights is None else data.weights[take]
    strata: Any = None if data.strata is None else data.strata[take]
    if any(not (arm == name).any() for name in question.arms):
        return none_of(question.measure, "nobody in an arm", tuple(int((arm == name).sum()) for name in question.arms),
                       float(question.measure in _LOGS))
    treated = arm == question.arms[0]
    if question.kind == "time to event":
        time, event = data.time[take], data.event[take]
        if question.method == "restricted mean":
            return difference_in_restricted_means(time, event, treated, question.endpoint.day, weights=weights)
        return hazard_ratio(time, event, treated, strata=strata, weights=weights)
    base = None if data.baseline is None else data.baseline[take]
    found = []
    for value in data.values[:, take]:
        if len(question.arms) == 4:
            first, second = (np.isin(arm, [question.arms[place], question.arms[2]]) for place in (0, 1))
            found.append(interaction(value, first, second, base, weights=weights))
        elif question.kind == "number":
            found.append(ancova(value, treated, base, strata=strata, weights=weights))
        elif question.method == "odds ratio":
            found.append(odds_ratio(value, treated, weights=weights))
        else:
            found.append(difference_in_proportions(value, treated, strata=strata, weights=weights))
    return combined(found)


def in_twins(lived: Lived, question: Question, *, true: bool = False) -> tuple[Estimate, Twins | None]:
    """The effect in the same persons, where they lived in all arms: of differences that of each; of ratios that of all lives, with its error by
    leaving
    out groups of persons.  Unseen values are left out, not imputed.
    """
    if not len(lived.paired(*question.arms)[0]):
        return none_of(question.measure, "nobody lived in all arms", (0,), float(question.measure in _LOGS)), None
    pairs = twins(lived, question.endpoint, question.arms, strategy=question.strategy, signs=question.signs)
    if question.measure not in _LOGS:
        return effect_of(pairs, true=true), pairs
    data = data_of(lived, question, randomised=False, true=true, imputations=1)
    data = replace(data, strata=None)

    def log(within: Mask) -> float:
        effect = estimate(data, within).effect
        return math.log(effect) if effect > 0 else math.nan

    whole, se, low, high = jackknifed(log, lived.person[data.rows])
    count = len(pairs.rows[0])
    return Estimate(effect=math.exp(whole), low=math.exp(low), high=math.exp(high), se=se, p=math.nan, n=(count,), measure=question.measure,
                    method="twins, jackknife", null=1.0), pairs


def not_known(lived: Lived, question: Question, pairs: Twins | None) -> Unknown:
    """How far the true effect differs between members: in the same persons where there are, else between arms; of ratios on the logarithm."""
    if question.measure in _LOGS or pairs is None:
        data = replace(data_of(lived, question, randomised=pairs is None, true=True), strata=None)
        member = lived.member[data.rows]
        if question.measure in _LOGS or len(question.arms) == 4:
            def effect(own: Places) -> tuple[float, float]:
                here = np.zeros(len(member), dtype=np.bool_)
                here[own] = True
                found = estimate(data, here)
                return (math.log(found.effect) if found.effect > 0 else math.nan) if found.null else found.effect, found.se
            return by_member(member, lived.variant[data.rows], effect)
        return by_member(member, lived.variant[data.rows], difference_of(data.values[0], data.arm == question.arms[0], data.weights))
    rows = pairs.rows[0]
    return by_member(lived.member[rows], lived.variant[rows], mean_of(pairs.true, pairs.weights))


def told(question: Question, unknown: Unknown, sampling: float) -> dict[str, Any]:
    """What is not known as plain data, on the scale of the effect."""
    plain = unknown.as_dict(sampling)
    if question.measure not in _LOGS:
        return plain
    for key in ("p05", "p25", "median", "p75", "p95"):
        plain[key] = math.exp(plain[key]) if math.isfinite(plain[key]) else math.nan
    plain["members"] = np.exp(unknown.known).tolist()
    plain["by_variant"] = {name: {**one, "median": math.exp(one["median"])} for name, one in plain["by_variant"].items()}
    return plain


def means_told(data: Data) -> dict[str, dict[str, float]]:
    """Of each arm: its mean and interval, its share, or the share that is without the event to the end."""
    from zonula.trials.estimate import effective, interval, wilson
    from zonula.trials.survival import kaplan_meier

    found = {}
    for name in data.question.arms:
        here = data.arm == name
        w = None if data.weights is None else data.weights[here]
        if data.question.kind == "time to event":
            curve = kaplan_meier(data.time[here], data.event[here], w)
            last = int(np.searchsorted(curve.days, data.question.endpoint.day, side="right")) - 1
            found[name] = {"value": float(curve.free[last]), "lo": float(curve.low[last]), "hi": float(curve.high[last])}
            continue
        value = np.mean(data.values[:, here], axis=0)
        known = np.isfinite(value)
        w = None if w is None else w[known]
        size = effective(w, int(known.sum()))
        mean = float(np.average(value[known], weights=w)) if size else math.nan
        if data.question.kind == "response":
            low, high = wilson(mean, size)
        else:
            se = math.sqrt(float(np.average((value[known] - mean) ** 2, weights=w)) / (size - 1.0)) if size > 1 else math.nan
            low, high, _ = interval(mean, se, max(size - 1.0, 1.0)) if math.isfinite(se) else (math.nan, math.nan, math.nan)
        found[name] = {"value": mean, "lo": low, "hi": high}
    return found


def samples_of(lived: Lived, question: Question) -> Sequence[Any]:
    """The persons of each arm, for trials made of them: all lives of an arm where persons lived in all, else those whom chance put there."""
    from zonula.trials.power import Sample

    everybody = len(lived.paired(*question.arms)[0]) > 0
    data = data_of(lived, question, randomised=not everybody, imputations=1)
    found = []
    for name in question.arms:
        here = data.arm == name
        times_ = question.kind == "time to event"
        found.append(Sample(value=data.time[here] if times_ else data.values[0, here],
                            baseline=None if data.baseline is None else data.baseline[here],
                            event=data.event[here] if times_ else None, weights=None if data.weights is None else data.weights[here]))
    return found
