"""Hysteresis: a control is turned slowly up and down, and the resting states are followed along it.

Two ways, each a check of the other.  *Swept*: the control is held for a long time at each value, and the person goes on from where the value before
ended.  *Followed*: resting states of the equations by continuation, stable ones and unstable ones.  A second state is claimed only where both legs
of the sweep have come to rest and differ, or where two stable resting states stand at the same value of the control.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.health import usual_sizes
from zonula.simulation.people import Moment
from zonula.simulation.prepare import Setup
from zonula.simulation.timetable import Arm
from zonula.tipping.continuation import LEFT, Branch, Curve, follow
from zonula.tipping.control import Control
from zonula.tipping.judge import CRITERIA, RTOL, Criteria, Lives
from zonula.tipping.person import Person, Rest, other_rest, rest_near
from zonula.tipping.scaling import Insult, has_insult

HOLD = 1000.0  # days at each value
STEPS = 24
_LONG_AFTER = 5 * 365.0  # days after the plan at which a person is taken to have settled
_STILL = 0.01  # a readout that changes by less over the last tenth of a hold has come to rest
_DIFFER = 0.05  # legs that differ by more of a readout, relative to the larger, are two states
_ON_CURVE = 0.05  # a resting state that is nearer to a branch, relative to sizes, is on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One way of a sweep: shape (value,) and (value, readout); *rests*: whether the person had come to rest at the end of each hold."""

    controls: Vector
    values: Vector
    rests: npt.NDArray[np.bool_]
    states: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A branch of resting states, with the readouts along it."""

    branch: Branch
    values: Vector

    @property
    def folds(self) -> list[float]:
        """Values of the control at which it turns back."""
        return [float(self.branch.controls[k]) for k in self.branch.folds]

    @property
    def whole(self) -> bool:
        """Whether it was followed until the control left its range."""
        return self.branch.ended == LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Hysteresis:
    """What turning a control there and back has shown.

    readouts  : names, in the order of the values
    there, back : the two legs of the sweep
    followed  : branches of resting states
    hold      : days at each value
    """

    control: Control
    readouts: tuple[str, ...]
    there: Leg
    back: Leg
    followed: tuple[Followed, ...]
    hold: float

    @property
    def apart(self) -> npt.NDArray[np.bool_]:
        """Shape (value,), on the way there: whether the legs differ although both had come to rest."""
        there, back = self.there.values, self.back.values[::-1]
        differ = np.any(np.abs(there - back) > _DIFFER * np.maximum(np.abs(there), np.abs(back)), axis=1)
        out: npt.NDArray[np.bool_] = differ & self.there.rests & self.back.rests[::-1]
        return out

    @property
    def unsettled(self) -> int:
        """How many holds of the sweep ended before the person had come to rest, or in nothing that could be simulated."""
        return int(np.sum(~self.there.rests) + np.sum(~self.back.rests))

    @property
    def swept_range(self) -> tuple[float, float] | None:
        """Between which values of the control the legs differ; None where they never do."""
        values = self.there.controls[self.apart]
        return (float(values.min()), float(values.max())) if len(values) else None

    @property
    def folds(self) -> list[float]:
        """All folds, rising, each once."""
        found: list[float] = []
        for fold in sorted(fold for one in self.followed for fold in one.folds):
            if not found or abs(fold - found[-1]) > 1e-6 * abs(self.control.last - self.control.first):
                found.append(fold)
        return found

    @property
    def second_state(self) -> bool:
        """Whether, at some value of the control, the person may rest in either of two states."""
        return self.swept_range is not None or self._two_followed()

    def stable_at(self, value: float) -> list[Vector]:
        """The readouts of every stable resting state that was followed, at a value of the control."""
        found: list[Vector] = []
        for one in self.followed:
            controls, stable = one.branch.controls, one.branch.stable
            for k in range(len(controls) - 1):
                a, b = sorted((controls[k], controls[k + 1]))
                if stable[k] and stable[k + 1] and a <= value < b:
                    share = (value - controls[k]) / (controls[k + 1] - controls[k])
                    here: Vector = one.values[k] + share * (one.values[k + 1] - one.values[k])
                    if all(np.any(np.abs(here - other) > _DIFFER * np.maximum(np.abs(here), np.abs(other))) for other in found):
                        found.append(here)
        return found

    def _two_followed(self) -> bool:
        return any(len(self.stable_at(float(value))) > 1 for value in self.control.values(101))

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        control = self.control
        legs = {name: {"control": leg.controls.tolist(), "rests": leg.rests.tolist(),
                       "values": {r: [_plain(v) for v in leg.values[:, j]] for j, r in enumerate(self.readouts)}}
                for name, leg in (("there", self.there), ("back", self.back))}
        followed = [{"control": one.branch.controls.tolist(), "stable": one.branch.stable.tolist(), "growth_per_day": one.branch.growth.tolist(),
                     "folds": one.folds, "ended": one.branch.ended,
                     "values": {r: [_plain(v) for v in one.values[:, j]] for j, r in enumerate(self.readouts)}} for one in self.followed]
        return {"control": control.path, "unit": control.unit_text, "kind": "exposure" if control.is_exposure else "parameter", "own": control.own,
                "first": control.first, "last": control.last, "hold_days": self.hold, "second_state": self.second_state,
                "holds_not_at_rest": self.unsettled, "legs_differ_between": self.swept_range, "folds": self.folds, "swept": legs,
                "followed": followed}


def hysteresis(scenario: str | Path | Setup, control: str, *, steps: int = STEPS, hold: float = HOLD,
               readouts: tuple[str, ...] = CRITERIA.readouts, most: int = 400) -> Hysteresis:
    """Turn a control there and back, from health, and follow the resting states along it.

    Resting states are followed from both ends of the sweep, and from where the scenario's plan leaves the person, if that is another state than
    health: an island that no slow sweep reaches is found only so.

    Parameters
    ----------
    control  : ``path``, or ``path=first..last``: an exposure (else from neutral to the end of its range), or a parameter (else from four times to a
               quarter of its value), which changes after health
    hold     : days at each value
    readouts : by which states are told apart

    Raises
    ------
    UsageError, SolverError, KernelError
    """
    if not 2 <= steps <= 1000:
        raise UsageError.of("ZN-1454", f"{steps} values of a control cannot be swept", expected="2 to 1000", fix="the usual number is 24")
    person = Person.of(scenario)
    turned = Control.read(control, person)
    there, back = _swept(person, turned, readouts, steps, hold)
    found = _followed(person, turned, readouts, (there, back), most)
    return Hysteresis(control=turned, readouts=readouts, there=there, back=back, followed=found, hold=hold)


def _swept(person: Person, control: Control, readouts: tuple[str, ...], steps: int, hold: float) -> tuple[Leg, Leg]:
    """There and back; before, the control goes from the person's own value to the first, in a few steps."""
    values = control.values(steps)
    problem = person.problem
    crowd = Crowd(model=person.model, parameters=problem.parameters[None], until=hold, times=np.array([0.0, 0.9 * hold, hold]), readouts=readouts,
                  rtol=RTOL, keeps_end=True)
    moment: Moment | None = None
    for value in np.linspace(control.own, control.first, 5)[:-1]:
        _, _, moment = _held(person, control, float(value), crowd, moment)
    legs = []
    for way in (values, values[::-1]):
        shown, rests, ends = [], [], []
        for value in way:
            last, still, moment = _held(person, control, float(value), crowd, moment)
            shown.append(last)
            rests.append(still)
            ends.append(moment.state[0])
        legs.append(Leg(controls=way.copy(), values=np.array(shown), rests=np.array(rests), states=np.array(ends)))
    return legs[0], legs[1]


def _held(person: Person, control: Control, value: float, crowd: Crowd, begins: Moment | None) -> tuple[Vector, bool, Moment]:
    """The readouts at the end of a hold, whether they had come to rest, and where the person is then."""
    problem = person.problem
    arm = Arm(plan=control.plan(person.model, value, crowd.until), shut=problem.shut, closed=problem.closed)
    people = solve_people(replace(crowd, parameters=control.parameters(person, value)[None], arms=(arm,), begins=begins), jobs=1)
    then, now = people.values[0, 1], people.values[0, 2]
    still = bool(np.all(np.isfinite(now)) and np.all(np.abs(now - then) <= _STILL * np.abs(now)))
    return now, still, cast("Moment", people.end)


def _followed(person: Person, control: Control, readouts: tuple[str, ...], legs: tuple[Leg, Leg], most: int) -> tuple[Followed, ...]:
    """Branches from the first and the last value of the sweep, and both ways from where the plan leaves the person; each once."""
    low, high = sorted((control.first, control.last))
    starts: list[tuple[float, Vector, tuple[bool, ...]]] = [
        (float(leg.controls[0]), leg.states[0], (bool(leg.controls[0] <= (low + high) / 2),)) for leg in legs]
    if low <= control.own <= high and (left := left_behind(person)) is not None:
        starts.append((control.own, left.state, (True, False)))
    here, size = person.resting, usual_sizes(person.health.state)[person.resting]
    found: list[Followed] = []
    for value, state, ways in starts:
        rest = rest_near(person, state, control.inputs(person, value), control.parameters(person, value)) if np.all(np.isfinite(state)) else None
        if rest is None or any(_on(one.branch, rest.state[here], value, size, high - low) for one in found):
            continue
        curve = _curve(person, control, rest.state, size, (low, high))
        branches = [follow(curve, rest.state[here], value, rising=rising, most=most) for rising in ways]
        found += [Followed(branch=branch, values=_seen(person, control, readouts, branch)) for branch in branches if len(branch.controls) > 1]
    return tuple(found)


def left_behind(person: Person) -> Rest | None:
    """Where the person's own plan leaves them for good, if that is another resting state than health; what never ends of the plan is left out."""
    plan = person.problem.plan
    if not has_insult(plan):
        return None
    insult = Insult.of(plan, person.model)
    judged = Lives(person=person, criteria=Criteria((), _LONG_AFTER)).judged([insult.plan(1.0, alone=True)], [insult.end()])
    return other_rest(person, judged.end.state[0])


def _curve(person: Person, control: Control, state: Vector, size: Vector, within: tuple[float, float]) -> Curve:
    """The right-hand side of the states that can rest, as a function of these and of the control."""
    here = person.resting

    def whole(x: Vector) -> Vector:
        full = state.copy()
        full[here] = x
        return full

    def flow(x: Vector, value: float) -> Vector:
        return person.equations(control.parameters(person, value)).derivative(whole(x), control.inputs(person, value))[here]

    def slopes(x: Vector, value: float) -> Vector:
        matrix = person.equations(control.parameters(person, value)).jacobian(whole(x), control.inputs(person, value))
        return matrix[np.ix_(here, here)]

    return Curve(flow, slopes, size, *within)


def _on(branch: Branch, state: Vector, value: float, size: Vector, span: float) -> bool:
    """Whether a resting state lies on a branch that was followed."""
    near = np.abs(branch.controls - value) <= 1e-6 * span + np.max(np.abs(np.diff(branch.controls)), initial=0.0)
    away = np.max(np.abs(branch.states - state) / np.maximum(np.abs(state), size), axis=1)
    return bool(np.any(near & (away < _ON_CURVE)))


def _seen(person: Person, control: Control, readouts: tuple[str, ...], branch: Branch) -> Vector:
    """Readouts along a branch, shape (point, readout)."""
    names, rows = person.model.readout_names, []
    for x, value in zip(branch.states, branch.controls.tolist(), strict=True):
        full = person.health.state.copy()
        full[person.resting] = x
        seen = person.equations(control.parameters(person, value)).observe(full, control.inputs(person, value))
        rows.append([seen[names.index(name)] for name in readouts])
    return np.array(rows).reshape(-1, len(readouts))


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
