"""How a person's simulation ended.  A failure is data here, with its reason; it is never an exception."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finished:
    """The equations were solved to the end."""

    status = "finished"

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"status": self.status}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The equations could not be solved further; what was computed before is kept.

    at_day  : the last time that was reached [day]
    fastest : the state that was changing fastest relative to its size, and its relative rate [1/day] (infinite where it has no value)
    """

    reason: str
    at_day: float
    fastest: str
    fastest_rate: float
    status = "stopped"

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return _plain({"status": self.status, **asdict(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoHealthyState:
    """The person has no healthy state from which to start."""

    reason: str
    worst: str
    residual: float
    status = "no_healthy_state"

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return _plain({"status": self.status, **asdict(self)})


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Numbers that JSON cannot write become None."""
    return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in data.items()}


Outcome = Finished | Stopped | NoHealthyState
