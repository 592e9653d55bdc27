"""Disease that waxes and wanes: how what is measured of a person swings about the person's course (``swing.toml``).

A swing is an Ornstein-Uhlenbeck process: normal, correlated with itself for weeks, of one person in one study.  It is drawn from the counter of the
person, node after node, so that neither who else is drawn nor when somebody looks makes a difference.  On day 0 it is the person's own, in whatever
study, because people are chosen by it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from zonula.ground.files import packaged, read_text
from zonula.ground.provenance import digest
from zonula.ground.randomness import normal_deviates
from zonula.population.noise import member_of
from zonula.simulation.equations import Vector
from zonula.simulation.kernel import Ints

NODE = 7.0  # days from one drawn point of a swing to the next
_ACTIVITY = "disease activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """How far a measure swings: by *root* times the square root of what is there, by *absolute* in its unit, or by *relative* (log-SD).

    shared : correlation with the disease activity that all measures share
    top    : the end of the scale
    """

    root: float = 0.0
    absolute: float = 0.0
    relative: float = 0.0
    shared: float = 0.0
    top: float = np.inf

    def swung(self, course: Vector, path: Vector, size: Vector | float = 1.0) -> Vector:
        """What is there of a *course* when its swing stands at *path* standard deviations; never below 0 nor beyond the scale.

        Parameters
        ----------
        size : by which all swings of a person are larger than in the file
        """
        if self.relative:
            by = self.relative * size
            return course * np.exp(by * path - 0.5 * by * by)  # on the average nobody is worse for it
        far = size * (self.absolute + self.root * np.sqrt(np.maximum(course, 0.0)))
        return np.clip(course + far * path, np.minimum(course, 0.0), np.maximum(course, self.top))


@lru_cache(maxsize=1)
def _file() -> Mapping[str, Any]:
    return tomllib.loads(read_text(packaged("population", "swing.toml")))


def swing_of(measure: str) -> Swing | None:
    """How a measure swings; None where it does not."""
    said = _file()["measures"].get(measure)
    if said is None:
        return None
    return Swing(**{name: float(said[name]) for name in ("root", "absolute", "relative", "shared", "top") if name in said})


def known_swings() -> list[str]:
    """The measures that swing."""
    return list(_file()["measures"])


def swings_fingerprint() -> str:
    """SHA-256 of all that decides how far anything swings."""
    return digest(read_text(packaged("population", "swing.toml")))


def swung_at_entry(measure: str, course: Vector, numbers: Sequence[int], seed: int, *, members: Ints | None = None) -> Vector:
    """What is there of a measure on day 0, shape (person,), when persons are looked at for a study."""
    return swung(measure, course[:, np.newaxis], np.zeros(1), numbers, study="", seed=seed, members=members)[:, 0]


def swung(measure: str, course: Vector, times: Vector, numbers: Sequence[int], *, study: str, seed: int, members: Ints | None = None) -> Vector:
    """The course of a measure with the swings of persons.

    Parameters
    ----------
    course  : shape (person, time)
    times   : shape (time,), days
    numbers : of the persons' chances (``noise.chance_numbers``)
    study   : in which they are; on day 0 it makes no difference
    members : places of their typical persons, where *numbers* do not tell (``noise.member_of``)
    """
    law = swing_of(measure)
    if law is None or not len(numbers):
        return course
    whose = member_of(numbers) if members is None else members
    return law.swung(course, paths(measure, law.shared, times, numbers, whose, study=study, seed=seed), sizes(whose, seed)[:, np.newaxis])


def sizes(members: Ints, seed: int) -> Vector:
    """By how much all swings of each person are larger than in the file."""
    return _drawn("size", members, seed)


def paths(measure: str, shared: float, times: Vector, numbers: Sequence[int], members: Ints, *, study: str, seed: int) -> Vector:
    """Where the swing of a measure stands, in standard deviations, shape (person, time)."""
    tau = float(_file()["time"]["tau"]) * _drawn("time", members, seed)
    ours, own = (_path(name, times, numbers, tau, study=study, seed=seed) for name in (_ACTIVITY, measure))
    together: Vector = shared * ours + np.sqrt(1.0 - shared * shared) * own
    return together


def _drawn(what: str, whose: Ints, seed: int) -> Vector:
    """By how much size or time differ from the file for each person: one number for all persons of a typical one, as it is not known, not unlike."""
    members, back = np.unique(whose, return_inverse=True)
    factors: Vector = np.exp(float(_file()[what]["spread"]) * normal_deviates(seed, [f"{what} of swings"], members.tolist())[:, 0])
    return factors[back]


def _path(name: str, times: Vector, numbers: Sequence[int], tau: Vector, *, study: str, seed: int) -> Vector:
    """One Ornstein-Uhlenbeck process for each person, looked at at *times*; drawn at nodes, and of the same spread between them."""
    place = times / NODE
    lowest, highest = min(0, int(np.floor(place.min()))), max(0, int(np.ceil(place.max())))
    names = [_node(name, study, k) for k in range(lowest, highest + 1)]
    fresh = normal_deviates(seed, names, numbers)
    kept = np.exp(-NODE / tau)
    left = np.sqrt(1.0 - kept * kept)
    at = np.empty_like(fresh)
    at[:, -lowest] = fresh[:, -lowest]
    for k in range(-lowest + 1, len(names)):
        at[:, k] = kept * at[:, k - 1] + left * fresh[:, k]
    for k in range(-lowest - 1, -1, -1):
        at[:, k] = kept * at[:, k + 1] + left * fresh[:, k]
    below = np.minimum(np.floor(place).astype(np.int64) - lowest, len(names) - 1)
    share = place - lowest - below
    above = np.minimum(below + 1, len(names) - 1)
    spread = np.sqrt((1.0 - share) ** 2 + share**2 + 2.0 * share * (1.0 - share) * kept[:, np.newaxis])
    return ((1.0 - share) * at[:, below] + share * at[:, above]) / spread


def _node(name: str, study: str, k: int) -> str:
    return f"swing of {name} on day 0" if k == 0 else f"swing of {name} in {study}, node {k}"
