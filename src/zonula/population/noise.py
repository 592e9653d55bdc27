"""The laws of error of measures and domains, from ``noise.toml``, which was fixed before anything was fitted."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from zonula.ground.files import packaged, read_text
from zonula.ground.provenance import digest
from zonula.ground.randomness import normal_deviates
from zonula.simulation.equations import Vector
from zonula.simulation.kernel import Ints

_NUMBER_BITS = 32


@dataclass(frozen=True, slots=True)
class Noise:
    """Errors of one measurement: *relative* (log-SD) or *absolute* (in the readout's unit); *scale* between laboratories (log-SD)."""

    relative: float = 0.0
    absolute: float = 0.0
    scale: float = 0.0

    def spoil(self, true: Vector, z: Vector) -> Vector:
        """The *true* numbers as a measurement shows them whose errors are *z* standard deviations; what is at least 0 stays so."""
        if self.relative:
            return true * np.exp(self.relative * z)
        return np.maximum(true + self.absolute * z, np.minimum(true, 0.0)) if self.absolute else true


def chance_numbers(members: Sequence[int] | Ints, numbers: Sequence[int]) -> tuple[int, ...]:
    """The numbers by which visits of persons are drawn: of calibrated members all have the same persons, but not the same luck on the day.

    Parameters
    ----------
    members : place of the member of each person
    numbers : by which each person was drawn
    """
    return tuple((int(place) << _NUMBER_BITS) + number for place, number in zip(members, numbers, strict=True))


def member_of(numbers: Sequence[int]) -> Ints:
    """The places of the members of such persons."""
    return (np.array(numbers, dtype=np.int64) >> _NUMBER_BITS).astype(np.int32)


def errors_at_entry(measure: str, numbers: Sequence[int], seed: int) -> Vector:
    """The errors, in standard deviations, of the measurement of day 0, by which persons are taken into a study and from which they are followed."""
    name = f"error of {measure} on day 0"
    return normal_deviates(seed, [name], numbers)[:, 0]


@dataclass(frozen=True, slots=True)
class Domain:
    """What is taken where a study does not say: *n* people; and in what this *model* and the translation of studies cannot be exact.

    model : log-SD of levels and ratios; a share of the number where errors add; of a proportion p, a share of sqrt(p (1-p))
    """

    n: int
    model: float


@lru_cache(maxsize=1)
def _file() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    return tomllib.loads(read_text(packaged("population", "noise.toml")))


def noise_of(measure: str) -> Noise:
    """The law of a measure; no error where the file has none."""
    said = _file()["measures"].get(measure, {})
    return Noise(relative=float(said.get("relative", 0.0)), absolute=float(said.get("absolute", 0.0)), scale=float(said.get("scale", 0.0)))


def known_noises() -> list[str]:
    """The measures that have a law of their own."""
    return list(_file()["measures"])


def noise_fingerprint() -> str:
    """SHA-256 of all laws of error."""
    return digest(read_text(packaged("population", "noise.toml")))


def domain_of(name: str) -> Domain:
    """What holds for a domain; ``other`` where it is not known."""
    said = _file()["domains"].get(name, _file()["domains"]["other"])
    return Domain(n=int(said["n"]), model=float(said["model"]))
