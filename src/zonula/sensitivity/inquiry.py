"""What is asked: which parameters of a scenario are varied and by which law, and what is read of each person who results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zonula.evidence.laws import Law, quantiles
from zonula.ground.errors import UsageError, nearest
from zonula.ground.randomness import normal_quantiles
from zonula.population.sampling import at_rest
from zonula.simulation.ensemble import Crowd, check_crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.events import duration
from zonula.simulation.outcome import Finished
from zonula.simulation.prepare import OF_PERSON, Setup
from zonula.simulation.simulate import crowd_of, ready

SPREADS = {"uncertainty": "what is not known of the typical person", "variability": "how people differ"}
READINGS = {"end": "at the end", "highest": "at its highest", "mean": "on average"}
NO_END, NO_NUMBER = "not simulated to the end", "a readout without a number"
_EDGE = 1e-9  # no law is asked further out
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Parameters that are varied, each by its law about the scenario's person, and what is read of a person.

    paths   : of the parameters that are varied, in the model's order
    crowd   : the scenario, without people
    reading : ``end``, ``highest`` or ``mean`` of the times of the crowd
    """

    setup: Setup
    spread: str
    paths: tuple[str, ...]
    crowd: Crowd
    reading: str
    jobs: int | None = None

    @property
    def readouts(self) -> tuple[str, ...]:
        """Names of what is read."""
        return self.crowd.shown

    @property
    def who(self) -> str:
        """Whom parameters vary over."""
        return "typical persons" if self.spread == "uncertainty" else "people"

    @property
    def when(self) -> str:
        """When it is read, in words."""
        until = f"{self.crowd.until:g}"
        whole = self.crowd.until == self.setup.problem.until
        if self.reading == "end":
            return f"at the end (day {until})" if whole else f"on day {until}"
        return f"{READINGS[self.reading]} over {until} day{'' if self.crowd.until == 1 else 's'}"

    def rows(self, shares: Vector) -> Vector:
        """Persons, shape (person, parameter): each varied parameter at the quantile of its law that *shares*, shape (person, path), says."""
        model, typical = self.setup.problem.model, self.setup.problem.parameters
        places = [model.parameter_index[path] for path in self.paths]
        out = typical[np.newaxis, :].repeat(len(shares), axis=0)
        out[:, places] = quantiles([_law(self.setup, self.spread, path) for path in self.paths], typical[places],
                                   normal_quantiles(np.clip(shares, _EDGE, 1 - _EDGE)))
        return out

    def answers(self, rows: Vector) -> tuple[Vector, list[str]]:
        """What is read of each person, shape (person, readout), NaN for those of whom nothing is; and why nothing is, or ``""``."""
        wrong, why = at_rest(self.setup.problem.model, rows, jobs=self.jobs)
        reasons = ["" for _ in rows]
        for name, who in why.items():
            for i in np.flatnonzero(who):
                reasons[i] = name
        values = np.full((len(rows), len(self.readouts)), np.nan)
        here = np.flatnonzero(~wrong)
        if len(here):
            people = solve_people(replace(self.crowd, parameters=rows[here]), jobs=self.jobs)
            values[here] = self._read(people.values)
            for i, outcome in zip(here, people.outcomes, strict=True):
                if not isinstance(outcome, Finished):
                    reasons[i] = NO_END
                elif not np.all(np.isfinite(values[i])):
                    reasons[i] = NO_NUMBER
                if reasons[i]:
                    values[i] = np.nan
        return values, reasons

    def _read(self, curves: Vector) -> Vector:
        """One number of each curve, shape (person, readout), of shape (person, time, readout)."""
        times = np.asarray(self.crowd.times)
        if self.reading == "highest":
            seen: Vector = curves.max(axis=1)
        elif self.reading == "mean":
            seen = np.trapezoid(curves, times, axis=1) / (times[-1] - times[0])
        else:
            seen = curves[:, -1]
        return seen


def ask(scenario: str | Path | Setup, readouts: Sequence[str], *, at: str | float = "end", spread: str = "uncertainty",
        parameters: Sequence[str] | None = None, rtol: float = 1e-5, jobs: int | None = None) -> Inquiry:
    """Put together what is asked; arguments and errors are those of :func:`zonula.sensitivity.screen`."""
    if spread not in SPREADS:
        raise UsageError.of("ZN-1262", f"parameters cannot be varied by {spread!r}", fix=nearest(spread, SPREADS))
    if not readouts:
        raise UsageError.of("ZN-1263", "no readout is named", fix='name some, like ["pain_vas", "crp"]')
    setup = ready(scenario)
    reading, until = _reading(at, setup.problem.until)
    crowd = crowd_of(replace(setup, problem=replace(setup.problem, until=until)), setup.problem.parameters[np.newaxis, :])
    times = np.array([until]) if reading == "end" else crowd.times
    crowd = replace(crowd, readouts=tuple(dict.fromkeys(readouts)), times=times, rtol=rtol, thorough=False)
    check_crowd(crowd)
    return Inquiry(setup=setup, spread=spread, paths=_paths(setup, spread, parameters), crowd=crowd, reading=reading, jobs=jobs)


def _reading(at: str | float, until: float) -> tuple[str, float]:
    """How curves are read, and up to which day they are needed."""
    if at in READINGS:
        return str(at), until
    try:
        day = duration(at)
    except UsageError as error:
        raise UsageError.of("ZN-1264", f"nothing can be read at {at!r}", expected=f"{', '.join(READINGS)}, or a day such as 180d",
                            fix=nearest(str(at), READINGS)) from error
    if not 0 < day <= until:
        raise UsageError.of("ZN-1264", f"nothing can be read on day {day:g}", expected=f"above 0, up to the end at day {until:g}",
                            fix="name a day within, or simulate longer")
    return "end", day


def _law(setup: Setup, spread: str, path: str) -> Law:
    law: Law = getattr(setup.evidence[path], spread)
    return law


def _paths(setup: Setup, spread: str, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Parameters that can be varied: all of them, or those that are named, of which each must be one."""
    model, typical = setup.problem.model, setup.problem.parameters
    said = set(setup.changed) | (OF_PERSON if spread == "uncertainty" else set())
    free = [q.path for i, q in enumerate(model.parameters)
            if q.path not in said and typical[i] != 0 and _law(setup, spread, q.path).name != "fixed"]
    if wanted is None:
        wanted = free
    for path in wanted:
        if path not in model.parameter_index:
            raise UsageError.of("ZN-1265", f"there is no parameter {path!r}", fix=nearest(path, free))
        if path not in free:
            why = ("the scenario says what it is" if path in said else "its value is 0" if typical[model.parameter_index[path]] == 0
                   else f"the evidence gives it no {spread}")
            raise UsageError.of("ZN-1266", f"{path} cannot be varied: {why}", fix="leave it out")
    if not wanted:
        raise UsageError.of("ZN-1267", "there is no parameter to vary", fix=f"name some for which the evidence gives {spread}")
    chosen = set(wanted)
    return tuple(path for path in free if path in chosen)
