"""How much each parameter matters to each readout: the same person beside twins who differ in one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zonula.evidence.load import Evidence
from zonula.ground.errors import SolverError, UsageError, nearest
from zonula.simulation.ensemble import solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.outcome import Finished
from zonula.simulation.people import People
from zonula.simulation.prepare import Setup
from zonula.simulation.simulate import crowd_of, ready

if TYPE_CHECKING:
    import xarray

_LARGEST_STEP = 0.1


def sensitivities(scenario: str | Path | Setup, parameters: Sequence[str], readouts: Sequence[str] | None = None, *, relative: bool = True,
                  rtol: float = 1e-6, step: float | None = None, build: str = "fast", jobs: int | None = None) -> xarray.Dataset:
    """Slopes of readouts by parameters at the scenario's person, health included: everybody has the health of their own numbers.

    Each parameter has two twins, one above and one below, who are simulated in one crowd with the person; the slope is that of the
    chord between them.  Twins take nearly the same steps, so that most of the solver's error cancels.

    Parameters
    ----------
    scenario   : a scenario file, the name of a preset, or a scenario made ready
    parameters : paths; none of them may be 0
    readouts   : names; all where none are named
    relative   : d ln(readout) / d ln(parameter), without a unit; NaN where the readout is not above 0.  Else d(readout) / d(parameter)
    step       : by how much ln(parameter) differs between the person and a twin (for a fraction the logit, so that twins stay within 0
                 and 1).  The cube root of *rtol* where it is not said: the chord's own error, of the order of its square, is then about
                 as large as what is left of the solver's, of the order of rtol / step
    jobs       : threads; no result depends on it

    Returns
    -------
    Dataset over ``parameter`` and ``time`` [day], one variable a readout.

    Raises
    ------
    UsageError, InputDataError, KernelError
    SolverError   when the person, or a twin, cannot be simulated to the end
    """
    import xarray

    setup = ready(scenario)
    model, wanted = setup.problem.model, tuple(parameters)
    step = float(rtol ** (1 / 3)) if step is None else step
    if not 0 < step <= _LARGEST_STEP:
        raise UsageError.of("ZN-1220", f"twins cannot differ by {step:g}", expected=f"above 0, at most {_LARGEST_STEP:g}",
                            fix="leave the step out: one that suits the tolerance is chosen")
    rows = _twins(setup, wanted, step)
    crowd = replace(crowd_of(setup, rows), readouts=None if readouts is None else tuple(readouts), rtol=rtol, build=build)
    people = solve_people(crowd, jobs=jobs)
    _refuse_who_stopped(people, wanted)
    places = [model.parameter_index[path] for path in wanted]
    values = np.array([rows[2 * j + 1: 2 * j + 3, place] for j, place in enumerate(places)])
    slopes = _slopes(people.values, values, relative=relative)
    units = {} if relative else {name: model.readout(name).unit_text for name in people.readouts}
    data = {name: (("parameter", "time"), slopes[:, :, j], {"units": f"{units[name]} per unit of the parameter" if units else "1"})
            for j, name in enumerate(people.readouts)}
    coordinates = {"parameter": ("parameter", list(wanted)), "time": ("time", people.times, {"units": "day"}),
                   "unit": ("parameter", [model.parameters[place].unit_text for place in places])}
    return xarray.Dataset(data, coords=coordinates, attrs={**people.facts, "scenario": setup.name, "step": step})


def _refuse_who_stopped(people: People, paths: Sequence[str]) -> None:
    for i, outcome in enumerate(people.outcomes):
        if not isinstance(outcome, Finished):
            who = "the person" if i == 0 else f"the twin who has {'less' if i % 2 else 'more'} of {paths[(i - 1) // 2]}"
            raise SolverError.of("ZN-4010", f"{who} cannot be simulated to the end", found=outcome.reason,
                                 fix="leave that parameter out, or take a smaller step")


def _slopes(curves: Vector, values: Vector, *, relative: bool) -> Vector:
    """Slopes of the chords: *curves* of the person and of each pair of twins, *values* of the parameter for each pair."""
    below, above = curves[1::2], curves[2::2]
    if relative:
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = (curves[:1] > 0) & (below > 0) & (above > 0)
            rise = np.where(seen, np.log(above / np.where(seen, below, 1.0)), np.nan)
        run = np.log(values[:, 1] / values[:, 0])
    else:
        rise, run = above - below, values[:, 1] - values[:, 0]
    slopes: Vector = rise / run[:, np.newaxis, np.newaxis]
    return slopes


def _twins(setup: Setup, paths: Sequence[str], step: float) -> Vector:
    """Parameters of the person, then for each path those of the twin below and of the twin above."""
    problem, places = setup.problem, setup.problem.model.parameter_index
    if not paths:
        raise UsageError.of("ZN-1221", "no parameter is named", fix='name some by their paths, like ["blood.k_clearance"]')
    rows = [problem.parameters]
    for path in paths:
        if path not in places:
            raise UsageError.of("ZN-1217", f"there is no parameter {path!r}", path="parameters", fix=nearest(path, places))
        value = float(problem.parameters[places[path]])
        if value <= 0:
            raise UsageError.of("ZN-1222", f"{path} is {value:g}: there is no share of it to differ by", fix="leave it out")
        for sign in (-1, 1):
            row = problem.parameters.copy()
            row[places[path]] = _moved(value, sign * step, setup.evidence[path])
            rows.append(row)
    return np.array(rows)


def _moved(value: float, step: float, evidence: Evidence) -> float:
    """*value* moved on the scale of its law: that of fractions stays within 0 and 1."""
    if "logitnormal" in (evidence.uncertainty.name, evidence.variability.name) and 0 < value < 1:
        odds = value / (1 - value) * float(np.exp(step))
        return odds / (1 + odds)
    return value * float(np.exp(step))
