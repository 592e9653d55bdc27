"""What the data said, and what they could not say, parameter by parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zonula.calibration.fit import Fit
from zonula.evidence.load import Evidence

LEARNED, HINTED = 0.5, 0.9  # of the spread before: less left is learned, more left is nothing learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """One uncertain number before and after.

    left  : the share of its spread that is left
    moved : of its middle, in standard deviations of before
    low, middle, high : the 90 % range after, in the unit of the model, where it is a parameter of the model
    """

    name: str
    left: float
    moved: float
    status: str
    low: float
    middle: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name, "left": self.left, "moved": self.moved, "status": self.status,
                "low": self.low if np.isfinite(self.low) else None, "middle": self.middle if np.isfinite(self.middle) else None,
                "high": self.high if np.isfinite(self.high) else None}


def learned(fit: Fit) -> list[Learned]:
    """All uncertain numbers, those of which most was learned first."""
    before, after = fit.prior, fit.posterior
    spread = np.maximum(before.std(axis=0), 1e-12)
    left, moved = after.std(axis=0) / spread, (after.mean(axis=0) - before.mean(axis=0)) / spread
    found = [_one(name, float(left[i]), float(moved[i]), after[:, i].tolist(), fit.space.evidence) for i, name in enumerate(fit.space.names)]
    return sorted(found, key=lambda one: one.left)


def _one(name: str, left: float, moved: float, scores: Sequence[float], evidence: Mapping[str, Evidence]) -> Learned:
    known = evidence.get(name)
    if known is None:
        return Learned(name=name, left=left, moved=moved, status="group", low=np.nan, middle=np.nan, high=np.nan)
    values = [known.uncertainty.quantile(known.value, score) for score in scores]
    low, middle, high = (float(q) for q in np.quantile(values, [0.05, 0.5, 0.95]))
    return Learned(name=name, left=left, moved=moved, status=known.status, low=low, middle=middle, high=high)


def in_words(found: Sequence[Learned]) -> list[str]:
    """What was learned, in plain words."""
    much, some = [one for one in found if one.left < LEARNED], [one for one in found if LEARNED <= one.left < HINTED]
    nothing = [one for one in found if one.left >= HINTED]
    organs: dict[str, int] = {}
    for one in nothing:
        organs[one.name.split(".")[0]] = organs.get(one.name.split(".")[0], 0) + 1
    most = sorted(organs, key=lambda name: -organs[name])[:6]
    return [
        f"Of {len(found)} uncertain numbers the data narrow {len(much)} to less than half, and {len(some)} a little.",
        f"Of {len(nothing)} they say nothing: {sum(one.status == 'assumed' for one in nothing)} of these are only assumed."
        + (f" Most of them are of {', '.join(most)}." if most else ""),
        *(f"{one.name} moved by {one.moved:+.1f} standard deviations of what was thought before." for one in found if abs(one.moved) > 1.5),
    ]
