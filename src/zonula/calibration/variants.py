"""Variants of the model compared on the same data: how well each predicts the rows, and the weights by which they are carried along.

Weights are those of stacking (Yao and others 2018): of all mixtures of the variants' predictions, the one under which what was observed is least
surprising.  Variants are much alike in what they say of most rows, and one mixture would hang on a few; so the weights are the mean over
many resamplings of the studies (the Bayesian bootstrap), whose rows stay together.  All is in sample, on the rows that were fitted, and with typical
persons that were fitted under the first variant, which favors it.  A variant under which a row cannot be predicted at all (nobody falls ill,
say) is compared on the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from zonula.evidence.load import Evidence
from zonula.experiments.judge import Prediction
from zonula.experiments.predict import Settings, predict
from zonula.experiments.read import Experiment
from zonula.ground.randomness import key_of
from zonula.language.model import Model
from zonula.population.sampling import Members
from zonula.population.variants import Variant
from zonula.simulation.equations import Vector

_TAILS = 4  # degrees of freedom of a predicted number: a row that is far off counts, but does not decide alone
_NEAR = 0.674489750196082  # standard deviations that a quartile is from the middle, of a normal law
_ROUNDS = 300  # of the iteration for weights
_RESAMPLES = 500  # of the studies
_MOST_NAMED = 5  # rows that speak most for or against a variant
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Variants on the same rows.

    rows      : ids of the rows that all variants predict
    surprise  : shape (variant, row): minus the logarithm of the density of what was observed
    weights   : of stacking, in the order of *names*: the mean over resamplings of the studies
    between   : for each, where nine tenths of the resamplings have it
    not_shown : by variant, rows that it cannot predict, and the standard model can
    """

    names: tuple[str, ...]
    rows: tuple[str, ...]
    surprise: Vector
    weights: tuple[float, ...]
    between: tuple[tuple[float, float], ...]
    not_shown: Mapping[str, tuple[str, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {name: {"weight": self.weights[k], "weight_between": list(self.between[k]), "mean_surprise": float(np.mean(self.surprise[k])),
                       "cannot_predict": list(self.not_shown[name]),
                       "worse_than_first": self._apart(k, 1), "better_than_first": self._apart(k, -1)} for k, name in enumerate(self.names)}

    def _apart(self, k: int, sign: int) -> list[str]:
        """Rows by which a variant is most clearly worse (1) or better (-1) than the first."""
        apart = sign * (self.surprise[k] - self.surprise[0])
        return [self.rows[i] for i in np.argsort(-apart)[:_MOST_NAMED] if apart[i] > 1.0]

    def in_words(self) -> list[str]:
        """What the data say of the variants."""
        lines = [f"Variants of the model were compared on {len(self.rows)} rows that all of them predict; in brackets 90 % of resampled studies."]
        for k, name in enumerate(self.names):
            more = float(np.sum(self.surprise[k] - self.surprise[0]))
            against = f"; against it speak above all {', '.join(rows)}" if (rows := self._apart(k, 1)) else ""
            silent = f"; {len(self.not_shown[name])} rows it cannot predict at all" if self.not_shown[name] else ""
            beside = f", surprise {more:+.1f} against {self.names[0]}" if k else ""
            low, high = self.between[k]
            lines.append(f"{name}: weight {self.weights[k]:.2f} ({low:.2f} to {high:.2f}){beside}{against}{silent}")
        return lines


def compare_variants(experiments: Sequence[Experiment], model: Model, evidence: Mapping[str, Evidence], members: Members, settings: Settings, *,
                     variants: Mapping[str, Variant], progress: Progress | None = None) -> Comparison:
    """Predict the same rows under each variant, the first of which is the standard, and weigh them."""
    found: list[dict[str, float]] = []
    study = {row.id: i for i, e in enumerate(experiments) for row in e.rows}
    for k, (name, variant) in enumerate(variants.items()):
        def tell(share: float, what: str, k: int = k, name: str = name) -> None:
            if progress:
                progress((k + share) / len(variants), f"{name}: {what}")

        shown = predict(experiments, model, evidence, members, replace(settings, variant=variant), progress=tell)
        found.append({p.row.id: value for p in shown if np.isfinite(value := surprise_of(p))})
    rows = tuple(row for row in found[0] if all(row in mine for mine in found))
    table = np.array([[mine[row] for row in rows] for mine in found]).reshape(len(found), len(rows))
    weights, between = resampled(-table, np.array([study[row] for row in rows], dtype=np.int64), seed=settings.seed)
    return Comparison(names=tuple(variants), rows=rows, surprise=table, weights=tuple(weights.tolist()), between=between,
                      not_shown={name: tuple(row for row in found[0] if row not in mine) for name, mine in zip(variants, found, strict=True)})


def surprise_of(prediction: Prediction) -> float:
    """Minus the logarithm of the predicted density of what was observed, on the row's scale; NaN where it has none."""
    p = prediction
    if p.row.said.judged != "number" or not len(p.draws) or (p.log and not (p.observed > 0 and np.all(p.draws > 0))):
        return float("nan")
    draws, seen = (np.log(p.draws), float(np.log(p.observed))) if p.log else (p.draws, p.observed)
    low, middle, high = np.quantile(draws, (0.25, 0.5, 0.75))
    scale = (high - low) / (2 * _NEAR)
    if not scale > 0:
        return float("nan")
    return float(-stats.t.logpdf((seen - middle) / scale, _TAILS) + np.log(scale))


def resampled(log_densities: Vector, study: npt.NDArray[np.int64], *, seed: int) -> tuple[Vector, tuple[tuple[float, float], ...]]:
    """Weights of stacking over resamplings of the studies: their mean, shape (variant,), and where nine tenths of them lie.

    Parameters
    ----------
    log_densities : shape (variant, row)
    study         : shape (row,), the number of each row's study
    """
    count = int(study.max()) + 1 if len(study) else 1
    chance = np.random.Generator(np.random.Philox(key=key_of(seed, "resampled studies of a comparison of variants")[0]))
    weights = stacked(log_densities, chance.standard_exponential((_RESAMPLES, count))[:, study])
    low, high = np.quantile(weights, (0.05, 0.95), axis=0)
    return np.mean(weights, axis=0), tuple(zip(low.tolist(), high.tolist(), strict=True))


def stacked(log_densities: Vector, counts: Vector | None = None) -> Vector:
    """The weights of a mixture under which the data are most likely.

    Parameters
    ----------
    log_densities : shape (variant, row)
    counts        : shape (..., row), how often each row counts; once where it is not said

    Returns
    -------
    Shape (..., variant), at least 0, 1 together; equal where there is no row.
    """
    counts = np.ones(log_densities.shape[1]) if counts is None else counts
    weights = np.full((*counts.shape[:-1], len(log_densities)), 1.0 / len(log_densities))
    if not log_densities.size:
        return weights
    density = np.exp(log_densities - log_densities.max(axis=0))
    share = counts / counts.sum(axis=-1, keepdims=True)
    for _ in range(_ROUNDS):  # expectation and maximization; the likelihood is concave in the weights, so that there is one answer
        weights = weights * ((share / (weights @ density)) @ density.T)
    return weights
