"""The calibration: scores of typical persons are moved until what their people show agrees with what was seen, as far as the data can tell.

The method is the ensemble smoother with multiple data assimilation (Emerick and Reynolds 2013), each score being moved by those data alone with
which it is correlated beyond chance (as Luo and Bhakta 2020 localize).  Each step is saved; who is broken off goes on from the last one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.calibration.posterior import FORMAT, Posterior
from zonula.calibration.space import Space, prior_scores, space_of
from zonula.calibration.targets import Targets, targets_of
from zonula.evidence.load import Evidence
from zonula.experiments.judge import Prediction
from zonula.experiments.predict import Settings, predict
from zonula.experiments.read import Experiment
from zonula.ground.errors import InputDataError, UsageError
from zonula.ground.files import write_atomically, write_text
from zonula.ground.provenance import canonical, digest, version_of
from zonula.ground.randomness import key_of
from zonula.language.model import Model
from zonula.population.noise import noise_fingerprint
from zonula.population.sampling import at_rest
from zonula.population.swing import swings_fingerprint
from zonula.simulation.equations import Vector

_BACK = (1.0, 0.7, 0.4, 0.2, 0.1, 0.0)  # how much of its step a typical person makes who could not be healthy after the whole of it
ROUNDS = 2  # times the wanted number of persons that are drawn for each: members around whom hardly anybody is ill show little of the ill
_PATIENCE = 40  # draws for each member that is wanted
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a calibration is done.

    members : typical persons
    persons : around each, the same for all members but for the chances of their visits
    steps   : of assimilation; errors are inflated in each so that all together count the data once
    """

    members: int = 200
    persons: int = 5
    steps: int = 4
    seed: int = 0
    rtol: float = 1e-3
    jobs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What came out: scores before and after, and what was fitted.

    prior, posterior : shape (member, name)
    shown            : shape (row, member), what the members show in the end of the rows that were fitted
    misfit           : mean squared distance of members from what was seen, in standard errors, after each step
    """

    space: Space
    prior: Vector
    posterior: Vector
    targets: Targets
    shown: Vector
    misfit: tuple[float, ...]
    fingerprint: str

    def population(self, weights: Mapping[str, float] | None = None) -> Posterior:
        """What a calibration gives, to be kept; with the weights of variants of the model, where they were compared."""
        facts = {"format": FORMAT, "zonula": version_of("zonula"), "model": self.space.model.fingerprint, "calibration": self.fingerprint,
                 "rows": list(self.targets.ids), "left_out": dict(self.targets.left_out), "misfit": list(self.misfit),
                 "variants": {name: round(weight, 4) for name, weight in (weights or {}).items()}}
        scores, shown, errors = (array.astype(np.float32).astype(np.float64) for array in (self.posterior, self.shown, self.targets.errors))
        return Posterior(names=self.space.names, scores=scores, shown=shown, errors=errors, facts=facts)


def fit(experiments: Sequence[Experiment], model: Model, evidence: Mapping[str, Evidence], plan: Plan, folder: Path, *,
        progress: Progress | None = None) -> Fit:
    """Calibrate the typical person on experiments; go on where *folder* has steps of the same calibration.

    Raises
    ------
    UsageError       where nothing can be fitted
    InputDataError   where *folder* holds another calibration
    """
    space = space_of(model, evidence, [group for e in experiments for group in e.people.values()])
    fingerprint = _fingerprint(experiments, space, plan)
    folder.mkdir(parents=True, exist_ok=True)
    _claim(folder, fingerprint, plan)
    scores = _saved(folder, 0) if (folder / "scores_0.npy").exists() else _save(folder, 0, plausible_prior(space, plan))
    prior, misfit = scores, list[float]()
    targets: Targets | None = None
    for step in range(plan.steps + 1):
        def tell(share: float, what: str, step: int = step) -> None:
            if progress:
                progress((step + share) / (plan.steps + 1), f"step {step} of {plan.steps}: {what}")

        known = folder / f"shown_{step}.npy"
        targets = targets or _kept_targets(folder)
        if not known.exists() or targets is None:
            predictions = _predictions(experiments, space, scores, plan, name=f"step {step}", progress=tell)
            targets = targets or _new_targets(folder, predictions)
            _put(known, targets.predicted(predictions))
        shown = np.load(known, allow_pickle=False)
        misfit.append(_misfit(targets, shown))
        if step == plan.steps:
            break
        scores = _saved(folder, step + 1) if (folder / f"scores_{step + 1}.npy").exists() else _save(
            folder, step + 1, _plausible_step(space, scores, assimilated(scores, shown, targets, inflation=plan.steps, seed=plan.seed + step), plan))
    if targets is None:  # there is at least the step before any data
        raise UsageError.of("ZN-1282", "none of these rows can be fitted", fix="look at what they say")
    return Fit(space=space, prior=prior, posterior=scores, targets=targets, shown=shown, misfit=tuple(misfit), fingerprint=fingerprint)


def assimilated(scores: Vector, shown: Vector, targets: Targets, *, inflation: float, seed: int, significant: float = 3.0) -> Vector:
    """One step: scores moved by what their people show and what was seen.

    Each score is moved by those rows alone with which it is correlated beyond chance; all by the same drawn errors, so that what is known of
    scores together is kept.

    Parameters
    ----------
    scores      : shape (member, name)
    shown       : shape (row, member); what a member does not show counts as the mean of the others, which moves nobody
    inflation   : of the variances of the data in this step
    significant : standard errors of a correlation beyond which it is no chance; 0: all rows move all scores
    """
    count = len(scores)
    means = np.nanmean(shown, axis=1, keepdims=True)
    known = np.where(np.isfinite(shown), shown, means)
    errors = _chance(seed).standard_normal(known.shape)
    roots = np.linalg.cholesky(targets.covariance)
    away = targets.observed[:, np.newaxis] + np.sqrt(inflation) * roots @ (errors - errors.mean(axis=1, keepdims=True)) - known
    rows, columns = known - means, scores - scores.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        related = np.abs(columns.T @ rows.T) / (count * columns.std(axis=0)[:, np.newaxis] * rows.std(axis=1)) > significant / np.sqrt(count)
    moved = scores.copy()
    for which, mine in _alike(related):
        own = rows[which]
        gain = np.linalg.solve(own @ own.T / (count - 1) + inflation * targets.covariance[np.ix_(which, which)], away[which])
        moved[:, mine] += (columns[:, mine].T @ own.T / (count - 1) @ gain).T
    return moved


def _alike(related: npt.NDArray[np.bool_]) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Scores that are moved by the same rows: which rows, which scores."""
    kinds, which = np.unique(related, axis=0, return_inverse=True)
    return [(np.flatnonzero(kind), np.flatnonzero(which == i)) for i, kind in enumerate(kinds) if kind.any()]


def _chance(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=key_of(seed, "errors of the data in a calibration")[0]))


def plausible_prior(space: Space, plan: Plan) -> Vector:
    """Scores before any data, of typical persons who could be healthy.

    Raises
    ------
    UsageError
    """
    taken: list[Vector] = []
    for first in range(0, _PATIENCE * plan.members, plan.members):
        scores = prior_scores(space, plan.members, plan.seed, first)
        wrong, _ = at_rest(space.model, space.members(scores, "prior").rows, jobs=plan.jobs)
        taken += list(scores[~wrong])
        if len(taken) >= plan.members:
            return np.array(taken[: plan.members])
    raise UsageError.of("ZN-1281", f"of {_PATIENCE * plan.members} typical persons only {len(taken)} could be healthy",
                        fix="look at the ranges of the evidence, and at population/plausible.toml")


def _plausible_step(space: Space, before: Vector, after: Vector, plan: Plan) -> Vector:
    """The step of each member, or as much of it as leaves a typical person who could be healthy."""
    out, waiting = before.copy(), np.arange(len(before))
    for share in _BACK[:-1]:
        trial = before[waiting] + share * (after[waiting] - before[waiting])
        wrong, _ = at_rest(space.model, space.members(trial, "trial").rows, jobs=plan.jobs)
        out[waiting[~wrong]] = trial[~wrong]
        waiting = waiting[wrong]
        if not len(waiting):
            break
    return out


def _predictions(experiments: Sequence[Experiment], space: Space, scores: Vector, plan: Plan, *, name: str, progress: Progress) -> list[Prediction]:
    settings = Settings(persons=plan.persons, seed=plan.seed, rtol=plan.rtol, jobs=plan.jobs, scales=False, rounds=ROUNDS)
    return predict(experiments, space.model, space.evidence, space.members(scores, name), settings, progress=progress)


def _misfit(targets: Targets, shown: Vector) -> float:
    away = (shown - targets.observed[:, np.newaxis]) / targets.errors[:, np.newaxis]
    return float(np.nanmean(away * away))


def _fingerprint(experiments: Sequence[Experiment], space: Space, plan: Plan) -> str:
    laws = {path: [e.value, *((law.name, law.below, law.above) for law in (e.uncertainty, e.variability))] for path, e in space.evidence.items()}
    return digest(space.model.fingerprint, canonical(laws), noise_fingerprint(), swings_fingerprint(),
                  *(e.text for e in sorted(experiments, key=lambda e: e.id)),
                  canonical({"members": plan.members, "persons": plan.persons, "steps": plan.steps, "seed": plan.seed, "rtol": plan.rtol}))


def _claim(folder: Path, fingerprint: str, plan: Plan) -> None:
    file = folder / "calibration.json"
    if file.exists():
        said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if said.get("fingerprint") != fingerprint:
            raise InputDataError.of("ZN-3010", "this folder holds another calibration", file=str(file), found=str(said.get("fingerprint"))[:12],
                                    expected=fingerprint[:12], fix="name another folder, or remove this one")
        return
    write_text(file, json.dumps({"fingerprint": fingerprint, "members": plan.members, "persons": plan.persons, "steps": plan.steps,
                                 "seed": plan.seed}, indent=1) + "\n")


def _new_targets(folder: Path, predictions: Sequence[Prediction]) -> Targets:
    """What is fitted is settled by the people before any data, once.

    Raises
    ------
    UsageError   where nothing can be fitted
    """
    found = targets_of(predictions)
    if not found.ids:
        raise UsageError.of("ZN-1282", "none of these rows can be fitted", found=str(found.left_out)[:300], fix="look at what they say")
    _put(folder / "covariance.npy", found.covariance)
    write_text(folder / "targets.json", json.dumps({"ids": found.ids, "log": found.log, "observed": found.observed.tolist(),
                                                    "left_out": found.left_out}, indent=1))
    return found


def _kept_targets(folder: Path) -> Targets | None:
    """What is fitted, where that is settled already."""
    file = folder / "targets.json"
    if not file.exists():
        return None
    said = json.loads(file.read_text(encoding="utf-8"))
    return Targets(ids=tuple(said["ids"]), log=tuple(said["log"]), observed=np.array(said["observed"]), left_out=said["left_out"],
                   covariance=np.load(folder / "covariance.npy", allow_pickle=False))


def _saved(folder: Path, step: int) -> Vector:
    scores: Vector = np.load(folder / f"scores_{step}.npy", allow_pickle=False)
    return scores


def _save(folder: Path, step: int, scores: Vector) -> Vector:
    _put(folder / f"scores_{step}.npy", scores)
    return scores


def _put(path: Path, array: Vector) -> None:
    def write(part: Path) -> None:
        with part.open("wb") as file:
            np.save(file, array, allow_pickle=False)

    write_atomically(path, write)
