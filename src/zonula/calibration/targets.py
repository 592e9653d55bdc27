"""The numbers that are fitted, on the scale on which their errors add, and how unsure each is, alone and together with others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zonula.experiments.judge import Prediction, scale_width
from zonula.simulation.equations import Vector

FEWEST_MEMBERS = 0.5  # of members must show a number for it to be fitted
FARTHEST = 8.0  # standard errors: a prediction that is farther off pulls no harder


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What is fitted.

    ids         : of rows
    observed    : shape (row,), logarithms where ``log``
    covariance  : shape (row, row): errors of the study, of the model, of few persons, and what rows share: the scale of their laboratory
    left_out    : rows that are not fitted, and why
    """

    ids: tuple[str, ...]
    log: tuple[bool, ...]
    observed: Vector
    covariance: Vector
    left_out: dict[str, str]

    @property
    def errors(self) -> Vector:
        """Shape (row,), standard errors."""
        return np.sqrt(np.diag(self.covariance))

    def predicted(self, predictions: Sequence[Prediction]) -> Vector:
        """What members show of these rows, shape (row, member); NaN where a member shows nothing."""
        by_id = {p.row.id: p for p in predictions}
        rows = []
        for name, log, seen, error in zip(self.ids, self.log, self.observed, self.errors, strict=True):
            whole = by_id[name].whole
            with np.errstate(invalid="ignore", divide="ignore"):
                here = np.log(np.where(whole > 0, whole, np.nan)) if log else whole
            rows.append(np.clip(here, seen - FARTHEST * error, seen + FARTHEST * error))
        return np.array(rows)


def targets_of(predictions: Sequence[Prediction]) -> Targets:
    """What of these predictions can be fitted: numbers that most members show and whose error is known.

    Directions and bounds are not fitted: they are left to be predicted.
    """
    taken: list[Prediction] = []
    left: dict[str, str] = {}
    for p in predictions:
        if p.row.said.judged != "number":
            left[p.row.id] = f"a {p.row.said.judged}, which is not fitted"
        elif not len(p.whole) or np.mean(np.isfinite(p.whole)) < FEWEST_MEMBERS:
            left[p.row.id] = p.reason or "too few typical persons show it"
        elif not np.isfinite(p.error + p.unsure) or p.error <= 0 or not np.isfinite(p.observed) or (p.log and p.observed <= 0):
            left[p.row.id] = "its error is not known"
        else:
            taken.append(p)
    errors = np.array([np.hypot(p.error, p.unsure) for p in taken])
    covariance = np.diag(errors**2)
    for i, a in enumerate(taken):
        for j, b in enumerate(taken):
            if a.experiment.id == b.experiment.id and (width := _shared(a)) and _shared(b) and a.row.said.measure == b.row.said.measure:
                slopes = [1.0 if p.log else abs(p.observed) for p in (a, b)]
                covariance[i, j] += width**2 * slopes[0] * slopes[1]
    return Targets(ids=tuple(p.row.id for p in taken), log=tuple(p.log for p in taken),
                   observed=np.array([np.log(p.observed) if p.log else p.observed for p in taken]), covariance=covariance, left_out=left)


def _shared(p: Prediction) -> float:
    """The log-SD of the scale that this row shares with others of its laboratory; ratios have none."""
    said = p.row.said
    free = said.against is not None and said.against.as_ != "difference"
    free |= said.own in ("ratio", "percent change") or said.statistic in ("correlation", "rank correlation", "explained variance",
                                                                          "log standard deviation", "proportion")
    free |= said.take in ("time of highest", "first time", "last time")
    return 0.0 if free else scale_width(p.experiment, p.row, said.measure)
