"""How strong the vicious circle is at a moment of a life, and which arrow carries it.

The motion is linearised where the person is: entry (i, j) of the Jacobian A says how state j bears on the rate of state i, through all that happens
between them without a memory of its own.  An arrow from one place of the body to another is the block of these entries; *cutting* it sets the
block to 0, which means that the reader goes on seeing the value of this moment, frozen.  Two numbers are given for each arrow:

gain  : 1 - det(-A) / det(-A without the arrow), the share of the return that comes back by it (the return ratio at rest).  0: it carries
        nothing.  Near 1: the circle that it closes almost feeds itself.  Above 1: without it the state would hold, with it it does not.
        Below 0: it steadies
shift : how much the rate of the circle rises by it [1/day]: the slowest (or fastest growing) of the motions in which several places take part, by a
        twentieth each at least.  Cut, that motion is the one that looks most like it

A gain belongs to the point at which it was taken: after a small disturbance, at this moment.  It says nothing of how far a person is from tipping;
and gains of several arrows do not add up, since arrows of one circle each carry all of it.  What only adds up and never rests (such as cartilage)
is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError, nearest
from zonula.language.model import Model
from zonula.simulation.alone import solve_compiled
from zonula.simulation.equations import Equations, Inputs, Vector
from zonula.simulation.prepare import Setup
from zonula.simulation.problem import stretches
from zonula.simulation.result import Result
from zonula.simulation.simulate import ready
from zonula.tipping.person import Person

Arrow = tuple[str, str]  # from where to where
Movers = tuple[tuple[str, float], ...]  # places and their shares of a motion
LEVELS = ("region", "organ")
REGIONS: Mapping[str, str] = {organ: region for region, organs in {
    "lumen": ("lumen", "pathogen", "virus", "diet"),
    "wall": ("mucus", "epithelium", "junctions", "wall", "coeliac"),
    "mucosa": ("mucosa", "gut_lymphocytes", "gut_cytokines", "mesenteric_nodes"),
    "extent": ("segments",),
    "blood": ("portal", "blood", "monocytes", "cytokines", "adrenal", "liver", "leukocytes"),
    "joint": ("tolerance", "joint", "joint_cytokines", "joint_structure"),
    "brain": ("brain", "pain", "mood", "clinic"),
}.items() for organ in organs}
GUT = ("lumen", "wall", "mucosa", "extent")
CIRCLES: Mapping[str, tuple[Arrow, ...]] = {  # the arrows whose cut opens a circle for good
    "wall to mucosa": (("wall", "mucosa"),),
    "mucosa to wall": (("mucosa", "wall"),),
    "mucosa to lumen": (("mucosa", "lumen"),),
    "blood to gut": tuple(("blood", place) for place in GUT),
    "joint to blood": (("joint", "blood"),),
}
_SLOWEST = 6  # rates that are told
_PART = 0.05  # of a motion, by which a place takes part in it
_NOTHING = 1e-12  # of a gain: what rounding leaves


@dataclass(frozen=True, slots=True)
class Carries:
    """What an arrow carries: see the module; the gain is NaN where nothing rests without the arrow."""

    arrow: str
    gain: float
    shift: float

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"arrow": self.arrow, "gain": self.gain if np.isfinite(self.gain) else None, "shift_per_day": self.shift}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loops:
    """The circles of a person at a moment.

    day     : of the life; None: in health
    rates   : the slowest eigenvalues [1/day]; one above 0 grows
    movers  : for each of these rates the places that take part most, with their share
    circle  : the slowest rate in which several places take part, and these; None where each place moves for itself
    arrows  : from place to place, the strongest first
    circles : wall and mucosa, the lumen, the way through the blood, compared by what each carries
    """

    day: float | None
    level: str
    rates: npt.NDArray[np.complex128]
    movers: tuple[Movers, ...]
    circle: tuple[complex, Movers] | None
    arrows: tuple[Carries, ...]
    circles: tuple[Carries, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        rates = [{"per_day": float(rate.real), "turns_per_day": float(abs(rate.imag)), "by": {name: round(share, 4) for name, share in movers}}
                 for rate, movers in zip(self.rates, self.movers, strict=True)]
        circle = None if self.circle is None else {"per_day": float(self.circle[0].real), "turns_per_day": abs(float(self.circle[0].imag)),
                                                   "by": {name: round(share, 4) for name, share in self.circle[1]}}
        return {"day": self.day, "level": self.level, "rates": rates, "circle": circle, "arrows": [arrow.as_dict() for arrow in self.arrows],
                "circles": [circle.as_dict() for circle in self.circles]}


def loops(of: Result | str | Path | Setup, *, day: float | None = None, level: str = "region") -> Loops:
    """The circles of a person on a day of a scenario or result, or in health where no day is named.

    Parameters
    ----------
    level : ``region`` (lumen, wall, mucosa, blood, joint, ...) or ``organ``

    Raises
    ------
    UsageError, SolverError, KernelError
    """
    _check_level(level)
    if day is None:
        person = Person.of(of.problem if isinstance(of, Result) else of)
        return _loops_at(_Places(person.model, level), person.equations().jacobian(person.health.state, person.neutral), None)
    return loops_over_time(of, (day,), level=level)[0]


def loops_over_time(of: Result | str | Path | Setup, days: Iterable[float], *, level: str = "region") -> tuple[Loops, ...]:
    """The circles on several days of one life; of a result the reported time just before or at each day is taken.

    Raises
    ------
    UsageError, KernelError
    """
    _check_level(level)
    result = of if isinstance(of, Result) else solve_compiled(ready(of).problem)
    places, equations = _Places(result.problem.model, level), _equations(result)
    made = []
    for day in days:
        if not len(result.times) or not result.times[0] <= day <= result.times[-1]:
            raise UsageError.of("ZN-1448", f"day {day:g} is not within what was simulated", path="day",
                                expected=f"0 to {result.times[-1]:g}" if len(result.times) else "a person who can be simulated",
                                fix="name a day of the simulation, or simulate longer")
        k = int(np.searchsorted(result.times, day, side="right") - 1)
        matrix = equations.jacobian(result.states[k], _inputs(result, float(result.times[k])), float(result.times[k]))
        made.append(_loops_at(places, matrix, float(result.times[k])))
    return tuple(made)


def return_by(matrix: Vector, cut: npt.NDArray[np.bool_]) -> float:
    """The gain of the entries *cut* of a Jacobian: 1 - det(-A) / det(-A without them)."""
    opened = np.where(cut, 0.0, matrix)
    (sign, size), (sign_open, size_open) = np.linalg.slogdet(-matrix), np.linalg.slogdet(-opened)
    if not sign_open or not np.isfinite(size_open):
        return float("nan")
    with np.errstate(over="ignore"):
        return float(1 - sign * sign_open * np.exp(size - size_open))


class _Places:
    """Which states rest, and the places in the body to which they belong."""

    def __init__(self, model: Model, level: str) -> None:
        self.level = level
        self.resting = [i for i, state in enumerate(model.states) if not state.accumulates]
        organs = [model.states[i].path.partition(".")[0] for i in self.resting]
        treatments = {_snake(made.__name__) for made in model.organs if made.__module__.startswith("zonula.drugs")}
        self.names = organs if level == "organ" else [REGIONS.get(organ, "treatment" if organ in treatments else organ) for organ in organs]
        self.all = tuple(dict.fromkeys(self.names))
        self.of = {name: np.array([here == name for here in self.names]) for name in self.all}

    def block(self, arrows: Sequence[Arrow]) -> npt.NDArray[np.bool_]:
        """The entries of the Jacobian that belong to *arrows*, (source, target) each."""
        cut = np.zeros((len(self.names), len(self.names)), dtype=np.bool_)
        for source, target in arrows:
            if source in self.of and target in self.of:
                cut |= np.outer(self.of[target], self.of[source])
        return cut


def places_of(model: Model, level: str = "region") -> tuple[list[int], list[str]]:
    """Which states rest (what only adds up is left out), and the place of the body to which each of them belongs.

    Raises
    ------
    UsageError
    """
    _check_level(level)
    places = _Places(model, level)
    return list(places.resting), list(places.names)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and k else c.lower() for k, c in enumerate(name))


@dataclass(frozen=True, slots=True)
class _Modes:
    """Rates of a motion, slowest first, with their left and right vectors and who takes part."""

    rates: npt.NDArray[np.complex128]
    left: npt.NDArray[np.complex128]
    right: npt.NDArray[np.complex128]
    movers: tuple[Movers, ...]

    @classmethod
    def of(cls, matrix: Vector, places: _Places) -> _Modes:
        """The shares of participation, |left x right| of each state, are summed by place."""
        rates, right = np.linalg.eig(matrix)
        order = np.argsort(-rates.real)
        try:
            left = np.linalg.inv(right)
        except np.linalg.LinAlgError:  # two modes that are one
            left = np.linalg.pinv(right)
        shares = np.abs(left * right.T)
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
        by_place = np.stack([shares[:, here].sum(axis=1) for here in places.of.values()], axis=1)
        movers = tuple(tuple((places.all[j], float(by_place[k, j])) for j in np.argsort(-by_place[k])[:4] if by_place[k, j] > _PART) for k in order)
        return cls(rates[order].astype(np.complex128), left[order], right[:, order], movers)

    @property
    def shared(self) -> int | None:
        """The slowest in which several places take part."""
        return next((k for k, movers in enumerate(self.movers) if len(movers) > 1), None)


def loops_at(person: Person, state: Vector, inputs: Inputs | None = None, *, level: str = "region") -> Loops:
    """The circles of a person in any state, shape (state,): such as a resting one (``rest_near``), or the ridge between two.

    Raises
    ------
    UsageError
    """
    _check_level(level)
    return _loops_at(_Places(person.model, level), person.equations().jacobian(state, person.neutral if inputs is None else inputs), None)


def _loops_at(places: _Places, jacobian: Vector, day: float | None) -> Loops:
    matrix = jacobian[np.ix_(places.resting, places.resting)]
    modes = _Modes.of(matrix, places)
    arrows = []
    for source in places.all:
        for target in places.all:
            cut = places.block([(source, target)])
            if source != target and np.any(matrix[cut]):
                arrows.append(_carries(f"{source} to {target}", matrix, cut, modes))
    circles = [_carries(name, matrix, places.block(cuts), modes) for name, cuts in CIRCLES.items()
               if places.level == "region" and np.any(matrix[places.block(cuts)])]
    arrows.sort(key=lambda arrow: -abs(arrow.gain))
    k = modes.shared
    return Loops(day=day, level=places.level, rates=modes.rates[:_SLOWEST], movers=modes.movers[:_SLOWEST], arrows=tuple(arrows),
                 circles=tuple(circles), circle=None if k is None else (complex(modes.rates[k]), modes.movers[k]))


def _carries(name: str, matrix: Vector, cut: npt.NDArray[np.bool_], modes: _Modes) -> Carries:
    gain, k = return_by(matrix, cut), modes.shared
    if abs(gain) < _NOTHING:  # no circle goes through it
        return Carries(name, 0.0, 0.0)
    if k is None:
        return Carries(name, gain, 0.0)
    rates, right = np.linalg.eig(np.where(cut, 0.0, matrix))
    like = int(np.argmax(np.abs(modes.left[k] @ right) / np.linalg.norm(right / np.maximum(np.abs(modes.right[:, [k]]), 1e-12), axis=0)))
    return Carries(name, gain, float(modes.rates[k].real - rates[like].real))


def _equations(result: Result) -> Equations:
    if result.health is None:
        raise UsageError.of("ZN-1449", "a person without a healthy state has no circles to look at", fix="see why there is no health: zonula run")
    return Equations(result.problem.model, result.problem.parameters, result.health.setpoints, result.health.healthy)


def _inputs(result: Result, day: float) -> Inputs:
    pieces = stretches(result.problem)
    return pieces[max(0, int(np.searchsorted([piece.start for piece in pieces], day, side="right")) - 1)].inputs


def _check_level(level: str) -> None:
    if level not in LEVELS:
        raise UsageError.of("ZN-1450", f"arrows are not told by {level!r}", fix=nearest(level, LEVELS))
