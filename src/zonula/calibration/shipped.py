"""The calibrated population that ships with zonula, and typical persons of it for forecasts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from zonula.calibration.posterior import Posterior, read_posterior
from zonula.evidence.load import evidence_of
from zonula.ground.errors import UsageError
from zonula.ground.files import packaged
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.population.variants import Variant, shipped_variants
from zonula.simulation.draws import Typical

CALIBRATED, EVIDENCE = "calibrated", "evidence"  # names of populations; any other is a file
_GOLDEN = 0.6180339887498949  # its multiples, less whole numbers, fill the range from 0 to 1 evenly, wherever one stops


@lru_cache(maxsize=1)
def shipped_posterior() -> Posterior:
    """The population that ships."""
    return read_posterior(packaged("calibration", "population", "posterior.npz"))


def posterior_named(name: str) -> Posterior | None:
    """``calibrated`` (the one that ships), ``evidence`` (none), or a file that ``zonula calibrate`` wrote.

    Raises
    ------
    InputDataError   where the file is none
    """
    if name == EVIDENCE:
        return None
    return shipped_posterior() if name == CALIBRATED else read_posterior(Path(name))


def see_enough(posterior: Posterior | None, count: int, *, path: str, fix: str) -> Posterior:
    """The population, if it has so many typical persons.

    Raises
    ------
    UsageError
    """
    if posterior is None or count > len(posterior):
        raise UsageError.of("ZN-1288", f"the calibrated population has {len(posterior or ())} typical persons, and {count} are asked for",
                            path=path, fix=fix)
    return posterior


def weighted_variants(posterior: Posterior | None) -> dict[str, tuple[Variant, float]]:
    """The variants of the model, each with the weight that a calibration gave it; all weigh the same where it gave none."""
    weights = posterior.weights if posterior is not None else {}
    known = shipped_variants()
    return {name: (variant, weights.get(name, 0.0) if weights else 1.0 / len(known)) for name, variant in known.items()}


def typical_people(model: Model, posterior: Posterior, count: int, *, seed: int = 0) -> Typical:
    """Typical persons for a forecast: *count* members of a population by chance, each in a variant of the model by its weight.

    More of them under the same seed begin with the same ones.

    Raises
    ------
    InputDataError   where the population knows parameters that the model does not have
    """
    order = np.argsort(normal_deviates(seed, ["order of typical persons"], range(len(posterior)))[:, 0], kind="stable")
    rows = posterior.members(model, evidence_of(model), order[:count].tolist()).rows.copy()
    variants = weighted_variants(posterior)
    ends = np.cumsum([weight for _, weight in variants.values()])
    places = np.searchsorted(ends / ends[-1], (_GOLDEN * np.arange(1, len(rows) + 1)) % 1.0, side="right")
    chosen = [list(variants.values())[place][0] for place in places]
    for i, variant in enumerate(chosen):
        rows[i] = variant.rows(rows[i : i + 1], model)[0]
    return Typical(rows=rows, variant=tuple(variant.name for variant in chosen), closed=tuple(variant.closed for variant in chosen),
                   name=f"calibration {posterior.hash[:12]}")
