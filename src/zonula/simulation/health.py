"""The healthy state of a person: states and set-points solved together, and whether it is stable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zonula.language.model import Model
from zonula.simulation.equations import Equations, Inputs, Vector, functions_of

_TOLERANCE = 1e-10  # largest relative residual of a state that counts as resting
_NOTHING = 1e-15  # of the usual size of a state: nothing, but for rounding
NO_SIZE = 1e-9  # in a state's unit: below, it says nothing of how large the state may become
_NEWTON_STEPS = 60
_RELAX_STEPS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A person's healthy state.

    state      : shape (state,), each in its unit; accumulating states at their start
    setpoints  : derived constants, in the model's order
    healthy    : values of ``healthy(x)``, in the model's order
    residual   : largest relative rate of change that is left [1]
    rates      : eigenvalues of the motion near health [1/day], slowest first; without accumulating states
    """

    state: Vector
    setpoints: tuple[float, ...]
    healthy: tuple[float, ...]
    residual: float
    rates: npt.NDArray[np.complex128]

    @property
    def stable(self) -> bool:
        """Whether every small deviation dies away."""
        return bool(np.all(self.rates.real < 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoHealth:
    """No healthy state was found: why, and which equation stayed furthest from rest."""

    reason: str
    worst: str
    residual: float


class _Closure:
    """Residuals of health over scaled unknowns, for one person."""

    def __init__(self, model: Model, parameters: Vector) -> None:
        self.model, self.functions, self.p = model, functions_of(model), parameters.tolist()
        self.resting = [i for i, s in enumerate(model.states) if not s.accumulates]
        self.start = np.array([s.start for s in model.states])
        low = [model.states[i].within[0] for i in self.resting] + [-np.inf] * len(model.setpoints)
        high = [model.states[i].within[1] for i in self.resting] + [np.inf] * len(model.setpoints)
        self.low, self.high = np.array(low), np.array(high)
        rows, columns = zip(*self.functions.closure_pattern, strict=True)
        self._places, self._size = (np.array(rows), np.array(columns)), len(self.resting) + len(model.setpoints)

    def split(self, z: Vector) -> tuple[Vector, list[float]]:
        x = self.start.copy()
        x[self.resting] = z[: len(self.resting)]
        return x, z[len(self.resting):].tolist()

    def residual(self, z: Vector) -> Vector:
        x, s = self.split(z)
        try:
            return np.array(self.functions.closure(x.tolist(), self.p, s, (), (), (), ()))
        except (ArithmeticError, ValueError):
            return np.full(self._size, np.nan)

    def jacobian(self, z: Vector) -> npt.NDArray[np.float64]:
        x, s = self.split(z)
        matrix = np.zeros((self._size, self._size))
        try:
            matrix[self._places] = self.functions.closure_jacobian(x.tolist(), self.p, s, (), (), (), ())
        except (ArithmeticError, ValueError):
            matrix[:] = np.nan
        return matrix

    def name(self, i: int) -> str:
        n = len(self.resting)
        return self.model.states[self.resting[i]].path if i < n else self.model.setpoints[i - n].holds.path

    def relative(self, z: Vector) -> Vector:
        """Residuals relative to the gross flow through each equation: the sum of its parts, not their difference."""
        gross = np.abs(self.jacobian(z)) @ np.maximum(np.abs(z), 1e-12)
        out: Vector = np.abs(self.residual(z)) / np.maximum(gross, 1e-300)
        return out


def usual_sizes(state: Vector) -> Vector:
    """How large each state usually is, from healthy states of any shape: what absolute tolerances follow.

    A state that is nothing in health, or only what rounding left of it, counts as of size 1 in its unit.
    """
    size = np.abs(state)
    out: Vector = np.where(size > NO_SIZE, size, 1.0)
    return out


def solve_health(model: Model, parameters: Vector) -> Health | NoHealth:
    """Find the healthy state and the set-points of a person.

    Newton's method with the exact Jacobian from the states' ``start``; where it finds nothing, or a balance that is not
    stable, the motion itself is followed to rest, and last a bounded least-squares search is made.  What is found is accepted
    only if every equation rests to 1e-10 of its gross flow and every state is in its range.  A stable balance is preferred;
    where there is only one that is not, it is returned and says so.

    Parameters
    ----------
    parameters : shape (parameter,), in the model's order and units
    """
    with np.errstate(all="ignore"):  # a search may pass through states without a value; what it ends with is checked
        return _solve_health(model, parameters)


def _solve_health(model: Model, parameters: Vector) -> Health | NoHealth:
    closure = _Closure(model, parameters)
    first = np.concatenate([closure.start[closure.resting], np.zeros(len(model.setpoints))])
    z, unstable = first, None
    for guess in (lambda: first, lambda: _relax(closure, first), lambda: _search(closure, first)):
        z = _newton(closure, guess())
        if _rests(closure, z):
            health = _health(closure, parameters, _tidied(closure, z))
            if health.stable:
                return health
            unstable = unstable or health
    return unstable or _reason(closure, first, z)


def _tidied(closure: _Closure, z: Vector) -> Vector:
    """*z* with exact zeros for what is zero but for rounding: a solver's tolerances follow the size of the healthy state."""
    first = np.concatenate([closure.start[closure.resting], np.zeros(len(closure.model.setpoints))])
    tidy: Vector = np.where(np.abs(z) < _NOTHING * np.maximum(np.abs(first), 1.0), 0.0, z)
    return tidy if _rests(closure, tidy) else z


def _health(closure: _Closure, parameters: Vector, z: Vector) -> Health:
    x, s = closure.split(z)
    model = closure.model
    inputs = Inputs.neutral(model)
    healthy = tuple(closure.functions.healthy(x.tolist(), closure.p, s, (), inputs.exposures, inputs.gates, inputs.roads))
    return Health(state=x, setpoints=tuple(s), healthy=healthy, residual=float(np.max(closure.relative(z))),
                  rates=rates_near(model, parameters, x, s, healthy))


def rates_near(model: Model, parameters: Vector, x: Vector, setpoints: Sequence[float], healthy: Sequence[float]) -> npt.NDArray[np.complex128]:
    """How fast small deviations from the healthy state *x* die away or grow [1/day], slowest first; without accumulating states."""
    resting = [i for i, s in enumerate(model.states) if not s.accumulates]
    motion = Equations(model, parameters, setpoints, healthy).jacobian(x, Inputs.neutral(model))[np.ix_(resting, resting)]
    rates = np.linalg.eigvals(motion).astype(np.complex128)
    ordered: npt.NDArray[np.complex128] = rates[np.argsort(-rates.real)]
    return ordered


def why_no_health(model: Model, parameters: Vector, *, worst: int, residual: float) -> NoHealth:
    """Why another solver found no health, by the equations alone: no search is made.

    Parameters
    ----------
    worst, residual : which unknown was furthest from rest when that solver gave up, and how far
    """
    closure = _Closure(model, parameters)
    first = np.concatenate([closure.start[closure.resting], np.zeros(len(model.setpoints))])
    with np.errstate(all="ignore"):
        return _structural(closure, first, residual) or NoHealth(reason="its rates do not balance", worst=closure.name(worst), residual=residual)


def _reason(closure: _Closure, first: Vector, z: Vector) -> NoHealth:
    """Why there is no health: what is made and never lost, what would leave its range, or what balances worst."""
    relative = np.nan_to_num(closure.relative(z), nan=np.inf)
    worst = int(np.argmax(relative))
    if found := _structural(closure, first, float(relative[worst])):
        return found
    outside = [closure.name(int(i)) for i in np.flatnonzero((z < closure.low) | (z > closure.high))]
    if outside and relative[worst] <= _TOLERANCE:
        return NoHealth(reason=f"{outside[0]} would leave its range", worst=outside[0], residual=float(relative[worst]))
    return NoHealth(reason="its rates do not balance", worst=closure.name(worst), residual=float(relative[worst]))


def _structural(closure: _Closure, first: Vector, residual: float) -> NoHealth | None:
    """What can be told from the equations: a state that nothing moves, or that only rises; None where there is none."""
    moved = first + 0.01 * np.maximum(np.abs(first), 1.0)  # away from a kink, where a slope may happen to be 0
    still = np.flatnonzero(~np.any(closure.jacobian(moved)[: len(closure.resting)], axis=1))
    if len(still):
        name = closure.name(int(still[0]))
        return NoHealth(reason=f"{name} is neither made nor lost, so that any value would do", worst=name, residual=residual)
    for i in range(len(closure.resting)):
        ends = []
        for value in (max(closure.low[i], 0.0), min(closure.high[i], 1e9 * max(abs(first[i]), 1.0))):
            trial = first.copy()
            trial[i] = value
            ends.append(closure.residual(trial)[i])
        if ends[0] > 0 and ends[1] > 0:
            never = "would rise above its range" if np.isfinite(closure.high[i]) else "is made and never lost"
            return NoHealth(reason=f"{closure.name(i)} {never}", worst=closure.name(i), residual=residual)
    return None


def _rests(closure: _Closure, z: Vector) -> bool:
    inside = np.all((z >= closure.low) & (z <= closure.high))
    return bool(inside and np.all(closure.relative(z) <= _TOLERANCE))


def _newton(closure: _Closure, z: Vector) -> Vector:
    size = _norm(closure, z)
    for _ in range(_NEWTON_STEPS):
        if not np.isfinite(size):
            return z
        try:
            step = np.linalg.solve(closure.jacobian(z), closure.residual(z))
        except np.linalg.LinAlgError:
            return z
        damping = 1.0
        while damping > 1e-4:
            trial = _inside(closure, z, z - damping * step)
            trial_size = _norm(closure, trial)
            if trial_size < size:
                break
            damping /= 2
        else:
            return z
        z, size = trial, trial_size
    return z


def _inside(closure: _Closure, z: Vector, trial: Vector) -> Vector:
    """*trial*, but nine tenths of the way at most to a border of the range: a border may be a false balance (nobody, for ever)."""
    low = np.where(trial < closure.low, closure.low + 0.1 * (z - closure.low), trial)
    return np.where(trial > closure.high, closure.high - 0.1 * (closure.high - z), low)


def _relax(closure: _Closure, z: Vector) -> Vector:
    """Follow the motion from *z* to rest, by implicit steps that grow; states that a set-point holds stay where they are held."""
    resting = len(closure.resting)
    held = np.array([closure.resting.index(place) for place, _ in closure.model.held], dtype=int)
    moves = np.ones(len(z))
    moves[resting:] = 0.0
    moves[held] = 0.0
    z = z.copy()
    z[held] -= closure.residual(z)[resting:]
    size = np.maximum(np.abs(z[:resting]), 1e-6)
    step = 1e-3
    for _ in range(_RELAX_STEPS):
        try:
            change = np.linalg.solve(np.diag(moves / step) - closure.jacobian(z), closure.residual(z))
        except np.linalg.LinAlgError:
            return z
        trial = _inside(closure, z, z + change)
        moved = float(np.max(np.abs(change[:resting]) / (np.abs(z[:resting]) + 1e-3 * size), initial=0.0))
        if not np.all(np.isfinite(closure.residual(trial))) or moved > 0.5:
            step /= 4
            if step < 1e-12:
                return z
            continue
        z = trial
        step *= 2 if moved < 0.2 else 1
        if step > 1e6 and moved < 1e-9:
            break
    return z


def _norm(closure: _Closure, z: Vector) -> float:
    return float(np.linalg.norm(closure.relative(z)))


def _search(closure: _Closure, z: Vector) -> Vector:
    from scipy.optimize import least_squares  # a second: only where Newton's method fails

    scale = np.maximum(np.abs(z), 1.0)
    weight = 1.0 / np.maximum(np.nan_to_num(np.abs(closure.jacobian(z)) @ scale, nan=1.0), 1e-12)

    def residual(w: Vector) -> Vector:
        out: Vector = weight * np.nan_to_num(closure.residual(w * scale), nan=1e300)
        return out

    def jacobian(w: Vector) -> npt.NDArray[np.float64]:
        out: npt.NDArray[np.float64] = weight[:, None] * np.nan_to_num(closure.jacobian(w * scale)) * scale
        return out

    start = np.clip(z, closure.low, closure.high) / scale
    try:
        found = least_squares(residual, start, jac=jacobian, bounds=(closure.low / scale, closure.high / scale), xtol=1e-15, ftol=1e-15,
                              gtol=1e-15, max_nfev=2000)
    except (ValueError, np.linalg.LinAlgError):  # numbers beyond all measure: nothing is found
        return z
    return np.asarray(found.x * scale)
