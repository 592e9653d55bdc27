"""Who people are: sex, age, height, weight, genes and habits, each person's by chances of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zonula.ground.randomness import normal_deviates
from zonula.population.schema import CovariatesTable, Scale
from zonula.simulation.equations import Vector

Deviates = Callable[[int, Sequence[str], Sequence[int]], Vector]  # of a seed, names and persons: standard normal, shape (person, name)
_NAMES = ("sex", "age", "height", "body mass index", "HLA-B27", "smoking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariates:
    """What is known of persons, each of shape (person,).

    age [years], height [cm], weight [kg]
    """

    female: npt.NDArray[np.bool_]
    age: Vector
    height: Vector
    weight: Vector
    hla_b27: npt.NDArray[np.bool_]
    smoker: npt.NDArray[np.bool_]


    @property
    def bmi(self) -> Vector:
        """Body mass index [kg/m2]."""
        return self.weight / (self.height / 100.0) ** 2

    def number(self, name: str) -> Vector:
        """One of them as numbers, 1 for yes."""
        values: Vector = np.asarray(getattr(self, name), dtype=np.float64)
        return values

    def rows(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Covariates:
        """Those of some of the persons."""
        return Covariates(**{name: getattr(self, name)[which] for name in Covariates.__slots__})

    @classmethod
    def together(cls, parts: Sequence[Covariates]) -> Covariates:
        """Those of several groups of persons as one."""
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__})


COVARIATES = {"female": "", "age": "year", "height": "cm", "weight": "kg", "bmi": "kg/m2", "hla_b27": "", "smoker": ""}  # with units


def draw_covariates(table: CovariatesTable, seed: int, persons: Sequence[int], by: Deviates = normal_deviates) -> Covariates:
    """Draw the covariates of some persons; the same person has the same chances in any group."""
    deviates = dict(zip(_NAMES, by(seed, [f"covariate {name}" for name in _NAMES], persons).T, strict=True))
    female = _has(deviates["sex"], table.female, 0.5)
    tall = {True: table.height_female, False: table.height_male}
    height = np.where(female, _number(tall[True], deviates["height"], 165.0), _number(tall[False], deviates["height"], 178.0))
    index = _number(table.body_mass_index, deviates["body mass index"], 25.0)
    return Covariates(female=female, age=_number(table.age, deviates["age"], 40.0), height=height, weight=index * (height / 100.0) ** 2,
                      hla_b27=_has(deviates["HLA-B27"], table.hla_b27, 0.0), smoker=_has(deviates["smoking"], table.smokers, 0.0))


def _number(scale: Scale | None, deviate: Vector, otherwise: float) -> Vector:
    if scale is None:
        return np.full_like(deviate, otherwise)
    return np.clip(float(scale.mean) + float(scale.sd) * deviate, float(scale.low), float(scale.high))


def _has(deviate: Vector, share: float | None, otherwise: float) -> npt.NDArray[np.bool_]:
    """Who of them belongs to that share of people."""
    return chance_of(deviate) < (otherwise if share is None else float(share))


def chance_of(deviate: Vector) -> Vector:
    """Uniform numbers, by which standard normal ones are drawn."""
    from scipy.special import ndtr

    uniform: Vector = ndtr(deviate)
    return uniform


__all__ = ["COVARIATES", "Covariates", "Deviates", "chance_of", "draw_covariates"]
