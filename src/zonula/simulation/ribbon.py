"""How far a forecast may be off for what is not known of the typical person: the same life led under drawn parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event

import numpy as np
import numpy.typing as npt

from zonula.simulation.closings import Closing, earliest
from zonula.simulation.draws import Drawn
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.events import Plan
from zonula.simulation.kernel import Ints
from zonula.simulation.outcome import Finished, NoHealthyState
from zonula.simulation.prepare import OF_PERSON, Setup
from zonula.simulation.problem import output_times
from zonula.simulation.timetable import Arm

DRAWS = 64
LOW, LOWER, UPPER, HIGH = 0.05, 0.25, 0.75, 0.95  # of the draws, at each moment
_MOST_TIMES = 3000  # beyond, the regular grid does: 64 draws of all readouts are then 100 MB
RTOL = 1e-4  # of a draw: a thousand times less than the ribbon is wide
ENOUGH = 16  # draws that must reach the end: of fewer, a twentieth is nobody
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """Nine tenths of the draws lie between *low* and *high* at each moment, half of them between *lower* and *upper*.

    times                   : shape (time,) [day]
    low, lower, upper, high : shape (time, readout), in each readout's unit
    draws     : how many were made
    finished  : how many of them reached the end; the others have no part in the ribbon
    failures  : why the others did not, with how many
    variants  : of the model that draws live in, after a calibration; 0 where they are of the evidence alone
    """

    times: Vector
    low: npt.NDArray[np.float64]
    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    draws: int
    finished: int
    failures: tuple[tuple[str, int], ...]
    variants: int = 0

    def at(self, times: Vector) -> tuple[npt.NDArray[np.float64], ...]:
        """Its four edges at other times, linearly between its own, shape (time, readout) each."""
        edges = (self.low, self.lower, self.upper, self.high)
        if np.array_equal(times, self.times):
            return edges
        return tuple(np.stack([np.interp(times, self.times, column) for column in edge.T], axis=1) for edge in edges)

    @property
    def remark(self) -> str:
        """What to know of draws that did not come to the end; empty where all did."""
        if self.finished == self.draws:
            return ""
        why = "; ".join(f"{count} of {self.draws} draws: {reason}" for reason, count in self.failures)
        return f"the ribbon is of {self.finished} draws ({why})"


def outside(ribbon: Ribbon, values: npt.NDArray[np.float64], times: Vector) -> npt.NDArray[np.float64]:
    """By readout, the share of the moments at which a line lies above (positive) or below (negative) the middle nine tenths of the draws.

    Parameters
    ----------
    values, times : of the line, shape (time, readout) and (time,)
    """
    low, *_, high = ribbon.at(times)
    near = 1e-6 * np.abs(values) + 1e-9
    share: npt.NDArray[np.float64] = np.mean(values > high + near, axis=0) - np.mean(values < low - near, axis=0)
    return share


def ribbon_of(setup: Setup, *, draws: int = DRAWS, jobs: int | None = None, progress: Progress | None = None,
              cancel: Event | None = None) -> Ribbon | None:
    """Lead a scenario's life under *draws* draws of what is not known; None where too few of them reach the end to tell.

    What the scenario itself says of its person holds in all draws, as do weight and genes: who it is, is known.  Draws are of the evidence, or
    the typical persons that a calibration left, each in its variant of the model, where the setup has them.

    Raises
    ------
    KernelError      where the kernel cannot be had
    BrokenOffError   when *cancel* was set
    """
    problem = setup.problem
    people, arms, arm_of = drawn_lives(setup, draws)
    draws = people.shape[0]
    times = problem.times if len(problem.times) <= _MOST_TIMES else output_times(Plan(), problem.until, setup.every)
    crowd = Crowd(model=problem.model, parameters=people, until=problem.until, times=times, arms=arms, arm_of=arm_of, rtol=RTOL, thorough=False)
    found = solve_people(crowd, jobs=jobs, progress=progress, cancel=cancel)
    whole = found.values[found.finished]
    failures = Counter("no healthy state" if isinstance(o, NoHealthyState) else o.reason for o in found.outcomes if not isinstance(o, Finished))
    if len(whole) < min(ENOUGH, draws):
        return None
    low, lower, upper, high = np.quantile(whole, (LOW, LOWER, UPPER, HIGH), axis=0)
    return Ribbon(times=times, low=low, lower=lower, upper=upper, high=high, draws=draws, finished=len(whole),
                  failures=tuple(sorted(failures.items())), variants=setup.typical.first(draws).variants if setup.typical else 0)


def drawn_lives(setup: Setup, draws: int) -> tuple[Drawn | Vector, tuple[Arm, ...], Ints | None]:
    """The parameters of so many draws, the arms that they live (one for each variant of the model), and which of them is each one's."""
    problem, said = setup.problem, frozenset(setup.changed) | OF_PERSON
    if setup.typical is None:
        return Drawn(model=problem.model, evidence=setup.evidence, typical=problem.parameters, count=draws, said=said, spread="uncertainty",
                     seed=setup.seed), (problem.arm,), None
    people = setup.typical.first(draws)
    kinds = list(dict.fromkeys(people.closed))
    arms = tuple(replace(problem.arm, closed=earliest({*problem.closed, *map(Closing, kind)})) for kind in kinds)
    return people.like(problem.parameters, said, problem.model), arms, np.array([kinds.index(kind) for kind in people.closed], dtype=np.int32)
