"""What is not known, apart from chance: how far the effect differs between typical persons (members) and variants of the model.

Each member is one reading of the evidence: if it is right, its effect is that of the treatment.  An average over members hides that only one of them
can
be.  Effects of members differ also because each has few persons: that part is chance, is taken out by the method of moments, and each member's
effect is
drawn to the middle so far that what is left has the variance which is not chance (Louis 1984).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.simulation.equations import Vector
from zonula.trials.lived import Places

_FEWEST = 2  # persons of a member; fewer have no error
_BORROWED = 2.0  # persons whose squares are taken to be those of everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Effects of members, without errors of measurement.

    members, variants : of each member
    effects, errors   : as they came out, and their standard errors from the number of persons
    known             : effects with chance taken out
    between           : variance between members that is not chance
    structural        : share of it that lies between variants of the model
    """

    members: tuple[int, ...]
    variants: tuple[str, ...]
    effects: Vector
    errors: Vector
    known: Vector
    between: float
    structural: float

    def as_dict(self, sampling: float = math.nan) -> dict[str, Any]:
        """Plain data; *sampling* is the standard error of the trial, beside which the part that is not known is told."""
        q = dict(zip(("p05", "p25", "median", "p75", "p95"), np.quantile(self.known, (0.05, 0.25, 0.5, 0.75, 0.95)).tolist(), strict=True)) if len(
            self.known) else dict.fromkeys(("p05", "p25", "median", "p75", "p95"), math.nan)
        total = self.between + sampling ** 2
        by_variant = {name: {"median": float(np.median(self.known[here])), "n": int(here.sum())}
                      for name in sorted(set(self.variants)) for here in [np.array([v == name for v in self.variants])]}
        return {**q, "between_share": self.between / total if total > 0 else math.nan, "between_sd": math.sqrt(self.between), "sampling_sd": sampling,
                "structural_share": self.structural, "by_variant": by_variant, "members": self.known.tolist()}


def by_member(members: Places, variants: Sequence[str] | npt.NDArray[np.object_], effect: Callable[[Places], tuple[float, float]]) -> Unknown:
    """The effect of each member: *effect* is told the places of its persons, and gives it with its standard error."""
    names, found = [], []
    variants = np.asarray(variants, dtype=object)
    for member in np.unique(members):
        own = np.flatnonzero(members == member)
        value, error = effect(own)
        if math.isfinite(value) and math.isfinite(error):
            names.append((int(member), str(variants[own[0]])))
            found.append((value, error))
    effects, errors = (np.array([one[place] for one in found], dtype=np.float64) for place in (0, 1))
    between = variance_between(effects, errors)
    known = shrunk(effects, errors, between)
    kinds = tuple(variant for _, variant in names)
    return Unknown(members=tuple(member for member, _ in names), variants=kinds, effects=effects, errors=errors, known=known, between=between,
                   structural=_between_groups(known, kinds) if between > 0 else 0.0)


def mean_of(values: Vector, weights: Vector | None = None) -> Callable[[Places], tuple[float, float]]:
    """The mean effect of some persons, with its standard error.

    Few persons tell their variance badly: that of all persons counts as much as two more of them.
    """
    whole = float(np.var(values[np.isfinite(values)])) if np.isfinite(values).any() else 0.0

    def effect(own: Places) -> tuple[float, float]:
        mine = own[np.isfinite(values[own])]
        if len(mine) < _FEWEST:
            return math.nan, math.nan
        w = np.ones(len(mine)) if weights is None else weights[mine]
        size = w.sum() ** 2 / (w ** 2).sum()
        mean = float(np.average(values[mine], weights=w))
        own = float(np.average((values[mine] - mean) ** 2, weights=w)) * size
        return mean, math.sqrt((own + _BORROWED * whole) / (size - 1.0 + _BORROWED) / size)
    return effect


def difference_of(values: Vector, treated: npt.NDArray[np.bool_], weights: Vector | None = None) -> Callable[[Places], tuple[float, float]]:
    """The difference of means of some persons in two arms, where nobody lived in both."""
    of_arm = mean_of(values, weights)

    def effect(own: Places) -> tuple[float, float]:
        (a, sa), (b, sb) = (of_arm(own[which]) for which in (treated[own], ~treated[own]))
        return a - b, math.hypot(sa, sb)
    return effect


def variance_between(effects: Vector, errors: Vector) -> float:
    """The variance between members that their standard errors do not explain (unweighted moments); never below 0."""
    if len(effects) < 2:
        return 0.0
    return max(0.0, float(np.var(effects, ddof=1)) - float(np.mean(errors ** 2)))


def shrunk(effects: Vector, errors: Vector, between: float) -> Vector:
    """Effects drawn to their mean so far that their spread is *between* rather than larger by chance."""
    if not len(effects):
        return effects
    own = between + errors ** 2
    away = (effects - effects.mean()) * np.sqrt(np.divide(between, own, out=np.zeros_like(own), where=own > 0))
    return np.asarray(effects.mean() + away - away.mean())


def _between_groups(known: Vector, kinds: Sequence[str]) -> float:
    """The share of the variance that lies between groups, less what so many groups would have by chance (adjusted eta squared); not below 0."""
    groups = sorted(set(kinds))
    total = float(((known - known.mean()) ** 2).sum()) if len(known) else 0.0
    if len(groups) < 2 or total == 0 or len(known) <= len(groups):
        return 0.0
    names = np.array(kinds, dtype=object)
    within = sum(float(((known[names == g] - known[names == g].mean()) ** 2).sum()) for g in groups)
    return max(0.0, 1.0 - within / (len(known) - len(groups)) / (total / (len(known) - 1)))
