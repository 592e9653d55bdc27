"""Resting states followed along a control, round folds too: pseudo-arclength continuation.

A point is a state at rest and a value of the control; from one the next is predicted along the tangent of the curve and corrected by Newton's method
on the plane across it.  Where the control turns back lies a fold: there a stable and an unstable resting state meet and vanish.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zonula.simulation.equations import Vector
from zonula.tipping.person import eigenvalues

Flow = Callable[[Vector, float], Vector]
Slopes = Callable[[Vector, float], Vector]
_CORRECTIONS = 12  # at most, of a point
_ACCURATE = 1e-10  # of a correction, in units of size
_FIRST, _LARGEST, _SMALLEST = 1e-3, 0.05, 1e-9  # steps, in units of size and of the control's range
_JUMPS, _NEAR = (1e-6, 1e-5, 1e-4, 1e-3), 0.1  # of the control's range, past a kink; how far the state may move with it
_REFINED = 40  # steps towards a fold
_NUDGE = 1e-6  # of the range, by which the control is moved for its slope
MOST = 600  # points
LEFT = "the control left its range"


@dataclass(frozen=True, slots=True)
class Curve:
    """A system whose resting states are followed.

    flow, slopes : rates of change of the states that can rest, and their Jacobian, at a state and a value of the control
    size         : shape (state,), usual sizes, above 0
    low, high    : the control's range
    """

    flow: Flow
    slopes: Slopes
    size: Vector
    low: float
    high: float

    @property
    def span(self) -> float:
        """The width of the range."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Resting states along a curve.

    controls : shape (point,)
    states   : shape (point, state)
    growth   : shape (point,), the largest real part of the eigenvalues [1/day]; below 0 the state holds by itself
    folds    : places among the points at which the control turns back
    ended    : why the curve was followed no further
    """

    controls: Vector
    states: Vector
    growth: Vector
    folds: tuple[int, ...]
    ended: str

    @property
    def stable(self) -> npt.NDArray[np.bool_]:
        """Shape (point,)."""
        return self.growth < 0


def follow(curve: Curve, state: Vector, control: float, *, rising: bool = True, most: int = MOST) -> Branch:
    """Follow the resting states from one of them until the control leaves its range.

    Parameters
    ----------
    state, control : near a resting state
    rising         : whether the control rises at first
    """
    with np.errstate(all="ignore"):
        return _Walk(curve, rising=rising).go(state, control, most)


class _Walk:
    """Points in scaled coordinates: states by what they have grown to and the root of their number, the control by its range."""

    def __init__(self, curve: Curve, *, rising: bool) -> None:
        self.curve, self.rising = curve, rising
        self.scale = self.scale_at(np.zeros(len(curve.size)))
        self.points: list[Vector] = []
        self.growth: list[float] = []
        self.folds: list[int] = []

    def go(self, state: Vector, control: float, most: int) -> Branch:
        self.scale = self.scale_at(state)
        start = np.append(state, control) / self.scale
        pinned = np.zeros(len(start))
        pinned[-1] = 1.0
        y = self.corrected(start, pinned)
        if y is None:
            return self.branch("there is no resting state to begin with")
        tangent = self.tangent(y, pinned if self.rising else -pinned)
        self.add(y)
        step, ended = _FIRST, f"after {most} points"
        while len(self.points) < most:
            found = self.corrected(y + step * tangent, tangent)
            turned = None if found is None else self.tangent(found, tangent)
            if found is None or turned is None or turned @ tangent < 0.95:
                step /= 3
                if step >= _SMALLEST:
                    continue
                found, step = self.past_kink(y, tangent), _FIRST
                if found is None:
                    ended = "the curve could be followed no further"
                    break
                turned = self.tangent(found, tangent)
            if turned[-1] * tangent[-1] < 0:
                self.add(self.fold(y, tangent, step, found), fold=True)
            if not self.curve.low <= found[-1] * self.scale[-1] <= self.curve.high:
                self.add_border(y, found)
                ended = LEFT
                break
            self.add(found)
            y, tangent = self.rescaled(found, turned)
            step = min(1.5 * step, _LARGEST)
        return self.branch(ended)

    def past_kink(self, y: Vector, tangent: Vector) -> Vector | None:
        """The curve beyond a point at which its direction jumps (a formula with a smaller or larger of two): found with the control given."""
        pinned = np.zeros(len(y))
        pinned[-1] = 1.0
        for jump in _JUMPS:
            found = self.corrected(y + np.copysign(jump, tangent[-1]) * pinned, pinned)
            if found is not None and np.linalg.norm(found - y) < _NEAR:
                return found
        return None

    def add_border(self, y: Vector, beyond: Vector) -> None:
        """The point between two at which the control reaches the end of its range."""
        border = np.clip(beyond[-1], self.curve.low / self.scale[-1], self.curve.high / self.scale[-1])
        pinned = np.zeros(len(y))
        pinned[-1] = 1.0
        found = self.corrected(y + (beyond - y) * (border - y[-1]) / (beyond[-1] - y[-1]), pinned)
        if found is not None:
            self.add(found)

    def scale_at(self, state: Vector) -> Vector:
        """Of the coordinates, near a state."""
        return np.append(np.maximum(np.abs(state), self.curve.size) * np.sqrt(len(state)), self.curve.span)

    def rescaled(self, y: Vector, tangent: Vector) -> tuple[Vector, Vector]:
        """A point and its tangent in the scale of that point: what has grown a thousandfold is taken in as few steps as what has not."""
        whole, along = y * self.scale, tangent * self.scale
        self.scale = self.scale_at(whole[:-1])
        along /= self.scale
        return whole / self.scale, along / np.linalg.norm(along)

    def corrected(self, guess: Vector, across: Vector) -> Vector | None:
        """The resting state on the plane through *guess* across a direction; None where Newton's method finds none."""
        y, by_control = guess, self.by_control(guess)
        for _ in range(_CORRECTIONS):
            matrix, rest = self.bordered(y, across, by_control), np.append(self.flow(y), across @ (y - guess))
            if not (np.all(np.isfinite(matrix)) and np.all(np.isfinite(rest))):
                return None
            try:
                change = np.linalg.solve(matrix, rest)
            except np.linalg.LinAlgError:
                return None
            y = y - change
            if np.max(np.abs(change)) < _ACCURATE:
                return y
        return None

    def tangent(self, y: Vector, before: Vector) -> Vector:
        """The direction of the curve at a point, the way that *before* went."""
        matrix = self.bordered(y, before, self.by_control(y))
        right = np.zeros(len(y))
        right[-1] = 1.0
        try:
            direction = np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:
            return before
        out: Vector = direction / np.linalg.norm(direction)
        return out if np.all(np.isfinite(out)) else before

    def fold(self, y: Vector, tangent: Vector, step: float, beyond: Vector) -> Vector:
        """The point between *y* and the next at which the control turns back, by bisection along the curve."""
        low, high, at = 0.0, step, beyond
        for _ in range(_REFINED):
            middle = (low + high) / 2
            found = self.corrected(y + middle * tangent, tangent)
            if found is None:
                break
            at = found
            if self.tangent(found, tangent)[-1] * tangent[-1] > 0:
                low = middle
            else:
                high = middle
        return at

    def flow(self, y: Vector) -> Vector:
        state = y * self.scale
        return self.curve.flow(state[:-1], float(state[-1])) / self.scale[:-1]

    def by_control(self, y: Vector) -> Vector:
        """How the control bears on the rates, by its two neighbors."""
        state = y * self.scale
        control, nudge = float(state[-1]), _NUDGE * self.curve.span
        low, high = max(control - nudge, self.curve.low), min(control + nudge, self.curve.high)
        if high <= low:  # beyond the range
            low, high = control - nudge, control + nudge
        return (self.curve.flow(state[:-1], high) - self.curve.flow(state[:-1], low)) / (high - low)

    def bordered(self, y: Vector, across: Vector, by_control: Vector) -> Vector:
        """The slopes of what is to vanish: the rates, and the distance from the plane."""
        state = y * self.scale
        whole = np.column_stack([self.curve.slopes(state[:-1], float(state[-1])), by_control]) * self.scale / self.scale[:-1, None]
        return np.vstack([whole, across])

    def add(self, y: Vector, *, fold: bool = False) -> None:
        state = y * self.scale
        if fold:
            self.folds.append(len(self.points))
        self.points.append(state)
        self.growth.append(float(eigenvalues(self.curve.slopes(state[:-1], float(state[-1])))[0].real))

    def branch(self, ended: str) -> Branch:
        points = np.array(self.points).reshape(len(self.points), len(self.scale))
        return Branch(controls=points[:, -1], states=points[:, :-1], growth=np.array(self.growth), folds=tuple(self.folds), ended=ended)
