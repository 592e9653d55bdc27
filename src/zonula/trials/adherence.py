"""Who takes which doses: patterns of what is left out, of which there are few, so that few plans stand for many people.

A person has one place among ``PLACES``, by a chance of their own and the same in every arm and for every drug.  Where people differ in how much they
take, the places are cut into ``LEVELS`` equally likely levels, each with the mean share of the people of that level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError
from zonula.ground.randomness import normal_deviates
from zonula.language.quantities import Exposure
from zonula.population.covariates import chance_of
from zonula.simulation.equations import Vector
from zonula.simulation.events import Dose, Plan
from zonula.trials.schema import AdherenceTable

PLACES, LEVELS = 32, 8
CONTEXT = "pain.treatment_context"  # being treated is no matter of how much is taken
_NAME = "place among those who take their doses"
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Adherence:
    """Which share of the doses people of an arm take, by their places: shape (place,)."""

    shares: Vector

    @property
    def full(self) -> bool:
        """Whether everybody takes everything."""
        return bool(np.all(self.shares == 1.0))


def adherence_of(said: float | AdherenceTable) -> Adherence:
    """From what a protocol says: a share, or a law (beta) of which each level has its own mean.

    Raises
    ------
    UsageError   where there is no such law
    """
    if not isinstance(said, AdherenceTable) or not said.sd:
        return Adherence(np.full(PLACES, float(said.mean if isinstance(said, AdherenceTable) else said)))
    from scipy.special import betainc, betaincinv

    mean, sd = float(said.mean), float(said.sd)
    precision = mean * (1.0 - mean) / sd**2 - 1.0
    if not precision > 0:
        raise UsageError.of("ZN-1473", f"shares with a mean of {mean:g} cannot have a standard deviation of {sd:g}",
                            expected=f"below {np.sqrt(mean * (1.0 - mean)):.3g}", fix="lessen it")
    a, b = mean * precision, (1.0 - mean) * precision
    ends = betaincinv(a, b, np.arange(LEVELS + 1) / LEVELS)
    means = mean * LEVELS * np.diff(betainc(a + 1.0, b, ends))
    return Adherence(np.repeat(means, PLACES // LEVELS))


def places_of(seed: int, slots: range | Numbers) -> Numbers:
    """The place of each person."""
    chance = chance_of(normal_deviates(seed, [_NAME], slots if isinstance(slots, range) else slots.tolist())[:, 0])
    return np.minimum((chance * PLACES).astype(np.int64), PLACES - 1)


def taken(plan: Plan, share: float, place: int, seed: int, exposures: Mapping[str, Exposure]) -> Plan:
    """A plan as somebody follows it who takes this share of it: doses are left out one by one, practices are kept to in part.

    Of so many doses of one substance the very share is taken, but for rounding, which is by a chance of the place.
    """
    if share >= 1.0:
        return plan
    left = _left_out(plan.doses, share, place, seed)
    settings = tuple(s if s.exposure == CONTEXT else replace(s, value=_partly(s.value, share, exposures[s.exposure])) for s in plan.settings)
    return replace(plan, settings=settings, doses=tuple(d for d, out in zip(plan.doses, left, strict=True) if not out),
                   left_out=(*plan.left_out, *(d for d, out in zip(plan.doses, left, strict=True) if out)), drawn=True)


def _partly(value: float, share: float, exposure: Exposure) -> float:
    return exposure.neutral + share * (value - exposure.neutral)


def _left_out(doses: tuple[Dose, ...], share: float, place: int, seed: int) -> list[bool]:
    """Which doses are left out: of each substance those with the least numbers, drawn for each dose by its own place in the order."""
    out = [False] * len(doses)
    for substance in dict.fromkeys((dose.substance, dose.state) for dose in doses):
        mine = [i for i, dose in enumerate(doses) if (dose.substance, dose.state) == substance]
        name = f"doses of {substance[0]} into {substance[1]} that are left out"
        numbers = normal_deviates(seed, [name], [place * 65536 + k for k in range(len(mine) + 1)])[:, 0]
        count = int(np.floor(len(mine) * (1.0 - share) + chance_of(numbers[:1])[0]))
        for k in np.argsort(numbers[1:], kind="stable")[:count].tolist():
            out[mine[k]] = True
    return out


def share_taken(plan: Plan, until: float, practices: float) -> float:
    """Which share of the planned doses up to a day is taken; of plans without doses, but with practices, how far these are kept to; else NaN."""
    given, left = (sum(dose.start < until for dose in doses) for doses in (plan.doses, plan.left_out))
    if given + left:
        return given / (given + left)
    return practices if any(s.exposure != CONTEXT for s in plan.settings) else float("nan")
