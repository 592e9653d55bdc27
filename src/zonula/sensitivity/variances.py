"""Indices of Sobol: how much of a readout's variance comes from each of a few parameters, alone and together with the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zonula.ground.errors import UsageError
from zonula.sensitivity.inquiry import Inquiry, Progress, ask
from zonula.sensitivity.library import salib_or_refuse
from zonula.sensitivity.told import about, counted, plain
from zonula.simulation.equations import Vector
from zonula.simulation.prepare import Setup
from zonula.simulation.words import name_of

MOST_LOST = 0.25  # of the groups of persons; beyond, what is left is another law than the one that was asked about
_FEWEST, _MOST = 16, 65_536
_AT_ONCE = 1000  # persons
_RESAMPLES = 1000
_ROUGH, _SEEN = 0.1, 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Shares of the variance of one readout, each with half the width of its 95 % interval.

    first : what would be gone were this parameter known, on average
    total : what would be left were all others known; more than ``first`` where it acts together with others, so that totals add up to more than 1
    """

    path: str
    first: float
    first_half_width: float
    total: float
    total_half_width: float

    @property
    def size(self) -> float:
        """By which parameters are ranked."""
        return self.total

    @property
    def matters(self) -> bool:
        """Whether as much as a thousandth of the variance has to do with it."""
        return self.total >= _SEEN

    @property
    def half_width(self) -> float:
        """Of the interval about ``size``."""
        return self.total_half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """Indices of the parameters that were varied, for each readout, the largest total first.

    samples   : groups of persons: two unlike ones, and for each parameter one who differs from the first in it alone
    used      : groups of whom everybody could be simulated; indices are of these
    lost      : persons who could not be simulated or were implausible at rest, by reason
    deviation : standard deviation of each readout, in its unit
    """

    inquiry: Inquiry
    indices: Mapping[str, tuple[Index, ...]]
    samples: int
    used: int
    seed: int
    lost: Mapping[str, int]
    deviation: Mapping[str, float]
    method = "sobol"

    @property
    def ranked(self) -> Mapping[str, tuple[Index, ...]]:
        """By readout, the largest first."""
        return self.indices

    @property
    def runs(self) -> int:
        """How many persons were asked for."""
        return runs_needed(len(self.inquiry.paths), self.samples)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Who was lost, and what that means for the indices."""
        said = ["all other parameters are as in the scenario's person: shares are of what these parameters do together, not of all that is not known"]
        if self.lost:
            said.append(f"{sum(self.lost.values())} of {self.runs} persons are lost ({counted(self.lost)}), and with them "
                        f"{self.samples - self.used} of {self.samples} groups: indices are of the others")
        said += [f"indices are rough for {name_of(name)}: the largest is known to within {e[0].half_width:.2f}; ask for more samples"
                 for name, e in self.indices.items() if e[0].half_width > _ROUGH]
        return tuple(said)

    def as_dict(self, top: int = 20) -> dict[str, Any]:
        """Plain data, for ``--json``; *top* is how many parameters the summary looks at."""
        return about(self, self.inquiry, top=top) | {
            "samples": self.samples, "used": self.used, "lost": dict(self.lost), "deviation": dict(self.deviation)}


def runs_needed(parameters: int, samples: int) -> int:
    """Persons to simulate: two unlike ones, and the first with each parameter of the second in turn."""
    return samples * (parameters + 2)


def sobol(scenario: str | Path | Setup, parameters: Sequence[str], readouts: Sequence[str], *, at: str | float = "end",  # noqa: PLR0913 - each is a choice of its own
          spread: str = "uncertainty", samples: int = 256, rtol: float = 1e-5, seed: int = 0, jobs: int | None = None,
          progress: Progress | None = None) -> Variances:
    """Attribute the variance of readouts of a scenario to a few parameters; all others stay as the scenario's person has them.

    Parameters
    ----------
    parameters : paths, such as ``screen(...).top(20)``
    samples    : groups of persons, a power of 2; a group has as many as there are parameters, and two more

    Others, and what is raised, as in :func:`zonula.sensitivity.screen`.

    Raises
    ------
    UsageError   also where more than a quarter of the groups holds somebody who cannot be simulated or is implausible at rest
    """
    check_samples(samples)
    return attributed(ask(scenario, readouts, at=at, spread=spread, parameters=parameters, rtol=rtol, jobs=jobs), samples=samples, seed=seed,
                      progress=progress)


def check_samples(samples: int) -> None:
    """Refuse, before the work, a number of groups for which the design is not made; and to go on without the library.

    Raises
    ------
    UsageError
    """
    if not _FEWEST <= samples <= _MOST or samples & (samples - 1):
        raise UsageError.of("ZN-1270", f"{samples} groups of persons make no design", expected=f"a power of 2, {_FEWEST} to {_MOST}",
                            fix="ask for 256")
    salib_or_refuse("analyze.sobol")


def attributed(inquiry: Inquiry, *, samples: int, seed: int, progress: Progress | None = None) -> Variances:
    """The same for what is asked already."""
    size = len(inquiry.paths) + 2
    shares = salib_or_refuse("sample.sobol").sample(_problem(inquiry), samples, calc_second_order=False, seed=seed)
    values = np.empty((len(shares), len(inquiry.readouts)))
    lost: dict[str, int] = {}
    for first in range(0, len(shares), _AT_ONCE):
        part = slice(first, min(first + _AT_ONCE, len(shares)))
        values[part], reasons = inquiry.answers(inquiry.rows(shares[part]))
        for reason in filter(None, reasons):
            lost[reason] = lost.get(reason, 0) + 1
        if progress:
            progress(part.stop / len(shares))
    groups = values.reshape(samples, size, -1)
    whole = np.all(np.isfinite(groups), axis=(1, 2))
    if whole.sum() < (1 - MOST_LOST) * samples:
        gone = samples - int(whole.sum())
        raise UsageError.of("ZN-1271", f"{gone} of {samples} groups hold somebody who cannot be simulated or is implausible at rest",
                            expected=f"at most {MOST_LOST:.0%}", found=f"of {len(shares)} persons: {counted(lost)}",
                            fix="name fewer parameters; or screen them (morris), which bears such losses")
    kept = groups[whole]
    indices = {name: _ranked(inquiry, kept[:, :, j], seed=seed) for j, name in enumerate(inquiry.readouts)}
    deviation = {name: float(np.std(kept[:, [0, -1], j])) for j, name in enumerate(inquiry.readouts)}
    return Variances(inquiry=inquiry, indices=indices, samples=samples, used=len(kept), seed=seed, lost=lost, deviation=deviation)


def _problem(inquiry: Inquiry) -> dict[str, Any]:
    return {"num_vars": len(inquiry.paths), "names": list(inquiry.paths), "bounds": [[0.0, 1.0]] * len(inquiry.paths)}


def _ranked(inquiry: Inquiry, groups: Vector, *, seed: int) -> tuple[Index, ...]:
    """Indices for one readout, of values of shape (group, person)."""
    if np.ptp(groups) <= inquiry.crowd.rtol * np.max(np.abs(groups)):  # nothing moves that the solver resolves: no variance to attribute
        return tuple(Index(path=path, first=0.0, first_half_width=0.0, total=0.0, total_half_width=0.0) for path in sorted(inquiry.paths))
    found = salib_or_refuse("analyze.sobol").analyze(_problem(inquiry), groups.ravel(), calc_second_order=False, num_resamples=_RESAMPLES,
                                                     seed=seed + 1)  # 0 would be none to it
    columns = [[plain(x) for x in found[name]] for name in ("S1", "S1_conf", "ST", "ST_conf")]
    indices = [Index(path=path, first=a, first_half_width=b, total=c, total_half_width=d)
               for path, a, b, c, d in zip(inquiry.paths, *columns, strict=True)]
    return tuple(sorted(indices, key=lambda index: (math.isnan(index.total), -index.total, index.path)))
