"""Who could be a healthy person: bounds on what tests show at rest."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from zonula.ground.files import packaged, read_text
from zonula.simulation.equations import Vector


@lru_cache(maxsize=1)
def bounds() -> Mapping[str, float]:
    """What a healthy person shows at most, by readout, in its unit."""
    return {name: float(said["most"]) for name, said in tomllib.loads(read_text(packaged("population", "plausible.toml"))).items()}


def implausible(values: Vector, readouts: Sequence[str]) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Who shows at rest what no healthy person shows, and how many for each readout.

    Parameters
    ----------
    values : shape (person, readout)

    Returns
    -------
    Shape (person,); and counts by readout (a person may exceed several bounds).
    """
    wrong = np.zeros(len(values), dtype=np.bool_)
    why: dict[str, int] = {}
    for name, most in bounds().items():
        if name in readouts:
            with np.errstate(invalid="ignore"):
                here = ~(values[:, readouts.index(name)] <= most)
            why[name] = int(here.sum())
            wrong |= here
    return wrong, why
