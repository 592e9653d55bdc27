"""Screening: from each of some typical persons, every parameter is moved on its own, and what changes is averaged (Morris 1991).

Steps start from one person each (the radial design of Campolongo et al. 2011), not from one another: a step that leads to nobody costs one
effect of one parameter, where on a walk through all parameters it would cost the whole walk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from zonula.ground.errors import UsageError
from zonula.ground.randomness import normal_deviates, normal_quantiles
from zonula.sensitivity.inquiry import Inquiry, Progress, ask
from zonula.sensitivity.library import salib_or_refuse
from zonula.sensitivity.told import about, counted, listed, plain
from zonula.simulation.equations import Vector
from zonula.simulation.prepare import Setup
from zonula.simulation.words import name_of

LEVELS = 4  # of each parameter: quantiles 0.05, 0.35, 0.65 and 0.95 of its law; a step leads two levels up or down
_STEP = LEVELS / (2 * (LEVELS - 1))
_LOWEST, _WIDTH = 0.05, 0.9  # of the laws' central 90 %
_QUARTERS = normal_quantiles(np.array([0.25, 0.5, 0.75]))
_PATIENCE, _AT_ONCE = 40, 32  # persons drawn for each that is wanted; and together
_STEPS_AT_ONCE = 1000
_RESAMPLES = 1000
_MOST = 10_000  # typical persons
_ROUGH = 0.5  # of an effect: who stands beside whom is then chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one parameter does to one readout; in the readout's unit, for a way across the central 90 % of the parameter's law.

    mu         : the mean effect
    mu_star    : the mean size of the effect, whichever its sign; NaN where fewer than two steps led to somebody
    half_width : of the 95 % interval about ``mu_star``
    sigma      : how much the effect differs from person to person: the parameter acts together with others, or not along a line
    share      : of ``mu_star`` in the sum over all parameters
    steps      : on how many it rests
    """

    path: str
    mu: float
    mu_star: float
    half_width: float
    sigma: float
    share: float
    steps: int

    @property
    def size(self) -> float:
        """By which parameters are ranked."""
        return self.mu_star

    @property
    def matters(self) -> bool:
        """Whether it does anything that the solver resolves."""
        return self.mu_star > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Steps of one parameter that led to nobody, and why."""

    path: str
    reason: str
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """Effects of all parameters that were varied, on each readout, the largest first.

    refused : how many typical persons were drawn and not taken, by reason
    lost    : steps that led to nobody, the most first
    """

    inquiry: Inquiry
    effects: Mapping[str, tuple[Effect, ...]]
    trajectories: int
    seed: int
    refused: Mapping[str, int]
    lost: tuple[Lost, ...]
    method = "morris"

    @property
    def ranked(self) -> Mapping[str, tuple[Effect, ...]]:
        """By readout, the largest first."""
        return self.effects

    @property
    def runs(self) -> int:
        """How many persons were asked for."""
        return runs_needed(len(self.inquiry.paths), self.trajectories)

    def top(self, count: int) -> tuple[str, ...]:
        """The *count* parameters with the largest shares, each in the readout to which it matters most; none without effect."""
        largest: dict[str, float] = {}
        for effects in self.effects.values():
            for e in effects:
                largest[e.path] = max(largest.get(e.path, 0.0), e.share if math.isfinite(e.share) else 0.0)
        ranked = sorted((path for path, share in largest.items() if share > 0), key=lambda path: (-largest[path], path))
        return tuple(ranked[:count])

    @property
    def remarks(self) -> tuple[str, ...]:
        """Who was lost, and what that means for the effects."""
        drawn, steps = self.trajectories + sum(self.refused.values()), self.trajectories * len(self.inquiry.paths)
        not_taken = f" (not taken: {counted(self.refused)})" if self.refused else ""
        said = [f"{self.trajectories} {self.inquiry.who} were taken of {drawn} drawn{not_taken}"]
        if self.lost:
            reasons: dict[str, int] = {}
            for e in self.lost:
                reasons[e.reason] = reasons.get(e.reason, 0) + e.steps
            worst = ", ".join(f"{e.path} ({e.reason}, {e.steps} of {self.trajectories})" for e in self.lost[:3])
            said.append(f"{sum(reasons.values())} of {steps} steps led to nobody ({counted(reasons)}) and count for nothing: effects are of steps "
                        f"between people who could be healthy before the plan; most often {worst}")
        first = next(iter(self.effects.values()))
        if few := sorted(e.path for e in first if e.steps < self.trajectories / 2):
            said.append(f"known from fewer than half of the steps: {listed(few)}")
        said += [f"the order is rough for {name_of(name)}: the largest effect is known to within {100 * e[0].half_width / e[0].mu_star:.0f} %; "
                 "ask for more trajectories" for name, e in self.effects.items() if e[0].half_width > _ROUGH * e[0].mu_star]
        return tuple(said)

    def as_dict(self, top: int = 20) -> dict[str, Any]:
        """Plain data, for ``--json``; *top* is how many parameters the summary looks at."""
        return about(self, self.inquiry, top=top) | {
            "trajectories": self.trajectories, "refused": dict(self.refused),
            "lost": [{"path": e.path, "reason": e.reason, "steps": e.steps} for e in self.lost],
        }


def runs_needed(parameters: int, trajectories: int) -> int:
    """Persons to simulate: each typical person, and one step of each parameter from there."""
    return trajectories * (parameters + 1)


def screen(scenario: str | Path | Setup, readouts: Sequence[str], *, at: str | float = "end", spread: str = "uncertainty",  # noqa: PLR0913 - each is a choice of its own
           parameters: Sequence[str] | None = None, trajectories: int = 10, rtol: float = 1e-5, seed: int = 0, jobs: int | None = None,
           progress: Progress | None = None) -> Screening:
    """Find out which of all parameters matter to readouts of a scenario.

    Parameters
    ----------
    scenario     : a scenario file, the name of a preset, or a scenario made ready; what it says of its person is not varied
    readouts     : names
    at           : ``end``, ``highest`` or ``mean`` (on the grid of ``solve.every``), or a day
    spread       : by which law: ``uncertainty`` (the typical person is not known) or ``variability`` (people differ)
    parameters   : paths; all for which the evidence gives that spread where none are named
    trajectories : typical persons from whom steps are made; people who could not be healthy are not taken
    jobs         : threads; no result depends on it
    progress     : called with the share that is done, in [0, 1]

    Raises
    ------
    UsageError, InputDataError, KernelError
    (A step to a person who cannot be simulated, or is implausible at rest, is not an error: see ``lost``.)
    """
    check_trajectories(trajectories)
    return screened(ask(scenario, readouts, at=at, spread=spread, parameters=parameters, rtol=rtol, jobs=jobs), trajectories=trajectories,
                    seed=seed, progress=progress)


def check_trajectories(trajectories: int) -> None:
    """Refuse, before the work, a number of typical persons over whom nothing can be averaged; and to go on without the library.

    Raises
    ------
    UsageError
    """
    if not 2 <= trajectories <= _MOST:
        raise UsageError.of("ZN-1268", f"effects cannot be averaged over {trajectories} persons", expected=f"2 to {_MOST}",
                            fix="ask for 10, or for 50 where the order must be sure")
    salib_or_refuse("analyze.morris")


def screened(inquiry: Inquiry, *, trajectories: int, seed: int, progress: Progress | None = None) -> Screening:
    """The same for what is asked already."""
    levels, before, refused = _starts(inquiry, trajectories, seed)
    steps = np.where(levels < LEVELS // 2, 1.0, -1.0)
    count = len(inquiry.paths)
    after: Vector = np.empty((trajectories, count, len(inquiry.readouts)))
    lost: dict[tuple[str, str], int] = {}
    at_once = max(1, _STEPS_AT_ONCE // count)
    for first in range(0, trajectories, at_once):
        here = slice(first, min(first + at_once, trajectories))
        shares = levels[here, np.newaxis, :] / (LEVELS - 1) + _STEP * steps[here, np.newaxis, :] * np.eye(count)
        values, reasons = inquiry.answers(inquiry.rows(_LOWEST + _WIDTH * shares.reshape(-1, count)))
        after[here] = values.reshape(-1, count, len(inquiry.readouts))
        for path, reason in zip(cycle(inquiry.paths), reasons, strict=False):
            if reason:
                lost[path, reason] = lost.get((path, reason), 0) + 1
        if progress:
            progress(here.stop / trajectories)
    base = before[:, np.newaxis, :]
    after = np.where(np.abs(after - base) <= inquiry.crowd.rtol * np.abs(base), base, after)  # what the solver does not resolve is no change
    walks = _Walks(start=levels / (LEVELS - 1), step=_STEP * steps, seed=seed)
    effects = {name: _ranked(inquiry.paths, walks, before[:, j], after[:, :, j]) for j, name in enumerate(inquiry.readouts)}
    losses = sorted((Lost(path=path, reason=reason, steps=n) for (path, reason), n in lost.items()), key=lambda e: (-e.steps, e.path, e.reason))
    return Screening(inquiry=inquiry, effects=effects, trajectories=trajectories, seed=seed, refused=refused, lost=tuple(losses))


def _starts(inquiry: Inquiry, count: int, seed: int) -> tuple[Vector, Vector, dict[str, int]]:
    """Typical persons to start from: levels, shape (person, path), and what is read, shape (person, readout); who was refused, and why.

    The level of each parameter has a chance of its own, so that a new parameter changes none of the others.
    """
    names = [f"level of {path}" for path in inquiry.paths]
    levels: list[Vector] = []
    values: list[Vector] = []
    refused: dict[str, int] = {}
    for first in range(0, _PATIENCE * count, _AT_ONCE):
        drawn = np.searchsorted(_QUARTERS, normal_deviates(seed, names, range(first, first + _AT_ONCE))).astype(np.float64)
        read, reasons = inquiry.answers(inquiry.rows(_LOWEST + _WIDTH * drawn / (LEVELS - 1)))
        for i, reason in enumerate(reasons):
            if reason:
                refused[reason] = refused.get(reason, 0) + 1
                continue
            levels.append(drawn[i])
            values.append(read[i])
            if len(levels) == count:
                return np.array(levels), np.array(values), refused
    tried = sum(refused.values()) + len(levels)
    raise UsageError.of("ZN-1269", f"of {tried} {inquiry.who} drawn only {len(levels)} can be simulated", found=counted(refused),
                        fix="name fewer parameters, or look at the ranges of the evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walks:
    """Where each parameter of each typical person starts and by how much it steps, on a scale from 0 to 1; shape (person, path)."""

    start: Vector
    step: Vector
    seed: int


def _ranked(paths: Sequence[str], walks: _Walks, before: Vector, after: Vector) -> tuple[Effect, ...]:
    """Effects on one readout; *after* is of shape (person, path)."""
    found = [_morris(path, k, walks, before, after[:, k]) for k, path in enumerate(paths)]
    whole = math.fsum(e["mu_star"] for e in found if math.isfinite(e["mu_star"]))
    effects = [Effect(**e, share=e["mu_star"] / (whole or 1.0)) for e in found]
    return tuple(sorted(effects, key=lambda e: (math.isnan(e.mu_star), -e.mu_star, e.path)))


def _morris(path: str, place: int, walks: _Walks, before: Vector, after: Vector) -> dict[str, Any]:
    """Indices of one parameter, of the steps that led to somebody: to the library these are walks in one dimension."""
    known = np.flatnonzero(np.isfinite(after))
    if len(known) < 2:
        return {"path": path, **dict.fromkeys(("mu", "mu_star", "half_width", "sigma"), math.nan), "steps": len(known)}
    start = walks.start[known, place]
    x = np.stack([start, start + walks.step[known, place]], axis=1).reshape(-1, 1)
    y = np.stack([before[known], after[known]], axis=1).ravel()
    problem = {"num_vars": 1, "names": [path], "bounds": [[0.0, 1.0]]}
    indices = salib_or_refuse("analyze.morris").analyze(problem, x, y, num_resamples=_RESAMPLES, num_levels=LEVELS, seed=walks.seed)
    numbers = {ours: plain(indices[theirs][0]) for ours, theirs in (("mu", "mu"), ("mu_star", "mu_star"), ("half_width", "mu_star_conf"),
                                                                    ("sigma", "sigma"))}
    return {"path": path, **numbers, "steps": len(known)}
