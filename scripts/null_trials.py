"""Trials in which nothing works: how often each analysis finds something all the same, and whether its p-values are uniform.

    python scripts/null_trials.py --trials 2000

Persons are drawn with correlated baselines, drop out by what they feel, and differ between strata; arms are equal.  Type-I error should be 5 %
(within 1 % of 2000 trials), and the p-value of Kolmogorov and Smirnov's test above 0.001.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zonula.trials.answers import Question, data_of, estimate
from zonula.trials.endpoints import Endpoint
from zonula.trials.interim import Design, design
from zonula.trials.lived import Lived, lived_of

DAYS = (0.0, 28.0, 56.0)
ARMS = ("drug", "placebo")
DISCRETE = ("share", "odds ratio")  # of whole persons few p-values are possible, which cannot be uniform; of weighted ones there are many
QUESTIONS = {
    "ancova": Question(id="a", endpoint=Endpoint(id="e", kind="change", measure="pain", day=56.0), arms=ARMS, method="complete cases"),
    "ancova, stratified": Question(id="s", endpoint=Endpoint(id="e", kind="change", measure="pain", day=56.0), arms=ARMS, method="complete cases",
                                   stratified=True),
    "ancova, imputed": Question(id="i", endpoint=Endpoint(id="e", kind="change", measure="pain", day=56.0), arms=ARMS),
    "share": Question(id="r", endpoint=Endpoint(id="e", kind="response", criterion="pain <= -20 %", day=56.0), arms=ARMS, strategy="composite"),
    "share, stratified": Question(id="m", endpoint=Endpoint(id="e", kind="response", criterion="pain <= -20 %", day=56.0), arms=ARMS,
                                  strategy="composite", stratified=True),
    "odds ratio": Question(id="o", endpoint=Endpoint(id="e", kind="response", criterion="pain <= -20 %", day=56.0), arms=ARMS, strategy="composite",
                           method="odds ratio"),
    "hazard ratio": Question(id="h", endpoint=Endpoint(id="e", kind="time to event", criterion="pain <= -20 %", day=56.0), arms=ARMS),
}


def study(rng: np.random.Generator, persons: int, *, weighted: bool = False) -> Lived:
    """The lives of a trial of two equal arms."""
    severe = rng.random(persons) < 0.4
    base = np.clip(rng.normal(55 + 10 * severe, 12), 5, None)
    values = np.stack([base, base - 4 + rng.normal(0, 12, persons), base - 8 + rng.normal(0, 16, persons)], axis=1)
    lost = rng.random(persons) < 1 / (1 + np.exp(2.5 - (values[:, 1] - base) / 12))
    values[lost, 2] = np.nan
    given = rng.permuted(np.arange(persons) % 2)
    lives = pa.table({"person": np.arange(persons), "arm": np.array(ARMS)[given], "randomised": np.ones(persons, dtype=bool),
                      "status": np.full(persons, "finished"), "stratum": np.where(severe, "severe", "mild"),
                      "dropout_day": np.where(lost, 40.0, np.nan),
                      **({"trial_weight": rng.uniform(0.3, 3.0, persons)} if weighted else {})})
    wide = len(DAYS)
    visits = pa.table({"person": np.repeat(np.arange(persons), wide), "arm": np.repeat(np.array(ARMS)[given], wide),
                       "visit": np.tile(np.arange(wide), persons), "day": np.tile(DAYS, persons), "pain": values.ravel(),
                       "pain_true": values.ravel()})
    return lived_of(lives, visits, ARMS)


@lru_cache(maxsize=1)
def _plan() -> Design:
    return design((0.33, 0.67, 1.0))


def looks(rng: np.random.Generator) -> float:
    """1 where a trial with three looks stops for nothing: z of arms that grow."""
    plan = _plan()
    steps = np.diff((0.0, *plan.looks))
    walk = np.cumsum(rng.normal(0, np.sqrt(steps))) / np.sqrt(plan.looks)
    return float(np.any(np.abs(walk) >= plan.bounds))


def main() -> None:
    """Draw the trials, and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--persons", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    found: dict[str, list[float]] = {name: [] for name in (*QUESTIONS, "ancova, weighted", "share, weighted")}
    for trial in range(said.trials):
        rng = np.random.default_rng([said.seed, trial])
        lived, weighted = study(rng, said.persons), study(rng, said.persons, weighted=True)
        for name, question in QUESTIONS.items():
            found[name].append(estimate(data_of(lived, question, seed=trial)).p)
        for name in ("ancova", "share"):
            found[f"{name}, weighted"].append(estimate(data_of(weighted, QUESTIONS[name], seed=trial)).p)
    told = {name: judged(np.array(p), continuous=name not in DISCRETE) for name, p in found.items()}
    stops = np.array([looks(np.random.default_rng([said.seed, k])) for k in range(said.trials)])
    told["three looks"] = judged(np.where(stops > 0, 0.0, 1.0), continuous=False)
    print(json.dumps(told, indent=1))
    sys.exit(0 if all(one["fine"] for one in told.values()) else 1)


def judged(p: npt.NDArray[np.float64], *, continuous: bool) -> dict[str, Any]:
    """How often something was found, whether p-values are uniform, and whether both are as they should be."""
    from scipy.stats import kstest

    error = float(np.mean(p < 0.05))
    uniform = float(kstest(p, "uniform").pvalue) if continuous else None
    most = 0.01 if len(p) >= 2000 else 3 * float(np.sqrt(0.05 * 0.95 / len(p)))
    return {"type_1_error": error, "uniform_p": uniform, "trials": len(p), "fine": abs(error - 0.05) <= most and (uniform is None or uniform > 0.001)}


if __name__ == "__main__":
    main()
