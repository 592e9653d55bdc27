"""A scenario for many people, as one labelled table: who they are is drawn, given, or varied one number at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from zonula.codegen.compiler import BUILDS
from zonula.ground.errors import UsageError, nearest
from zonula.ground.provenance import version_of
from zonula.simulation.draws import Drawn
from zonula.simulation.ensemble import Crowd, Rows, check_crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.events import Plan
from zonula.simulation.outcome import Outcome
from zonula.simulation.people import People
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.problem import output_times
from zonula.simulation.reference import solve
from zonula.simulation.scenario import read_scenario

if TYPE_CHECKING:
    import xarray

Persons = int | npt.ArrayLike | Mapping[str, npt.ArrayLike]
_ENGINES = {  # and the build and the method of the kernel that each means
    "kernel": (BUILDS[0], "rodas5p"), "tsit5": (BUILDS[0], "tsit5"), "reproducible": (BUILDS[1], "rodas5p"), "reference": ("", "rodas5p")}


def simulate(scenario: str | Path | Setup, *, persons: Persons | None = None, spread: str = "variability",
             readouts: Sequence[str] | None = None, rtol: float = 1e-5, engine: str = "kernel", jobs: int | None = None,
             seed: int = 0) -> xarray.Dataset:
    """Simulate the people of a scenario.

    Parameters
    ----------
    scenario : a scenario file, the name of a preset, or a scenario made ready
    persons  : whom to simulate.  Nobody said: the scenario's person.  A number: so many people, drawn as the evidence says (what the
               scenario itself says of its person holds for all).  A table, shape (person, parameter), in the model's order and units.
               Or values by parameter path, one for all or one for each; what is not named is as in the scenario
    spread   : of people who are drawn: ``variability`` (people differ), ``uncertainty`` (the typical person is not known) or ``both``
    readouts : names of what to report; all where none are named
    rtol     : relative tolerance of each step; 1e-4 is half as fast again, and leaves one value in a hundred more than 1e-4 off
    engine   : ``kernel`` (compiled, fast), ``tsit5`` (the same with an explicit method, faster at tight tolerances, 1e-6 and below, with doses
               on most days), ``reproducible`` (compiled, the same bytes on any machine) or ``reference`` (SciPy, one by one)
    jobs     : threads; one for each processor where it is not said.  No result depends on it
    seed     : of the chance by which people are drawn

    Returns
    -------
    Dataset over ``person`` and ``time`` [day], one variable a readout, with units; ``status`` and ``reason`` say how each person ended.
    The scenario's own person is reported at all times at which a report of it would look; people of a crowd on the regular grid of
    ``solve.every``.

    Raises
    ------
    UsageError, InputDataError, KernelError
    (A person who cannot be simulated is not an error: see ``status``.)
    """
    if engine not in _ENGINES:
        raise UsageError.of("ZN-1216", f"there is no engine {engine!r}", fix=nearest(engine, _ENGINES))
    setup = ready(scenario)
    crowd = crowd_of(setup, people_of(setup, persons, spread=spread, seed=seed))
    build, method = _ENGINES[engine]
    crowd = replace(crowd, rtol=rtol, thorough=not isinstance(persons, int), build=build, method=method,
                    readouts=None if readouts is None else tuple(readouts), times=setup.problem.times if persons is None else crowd.times)
    found = one_by_one(crowd) if engine == "reference" else solve_people(crowd, jobs=jobs)
    drawn = {"seed": seed, "spread": spread} if isinstance(persons, int) else {}
    return found.dataset().assign_attrs(scenario=setup.name, **drawn)


def ready(scenario: str | Path | Setup) -> Setup:
    """A scenario made ready, if it is not."""
    return scenario if isinstance(scenario, Setup) else prepare(read_scenario(str(scenario)))


def crowd_of(setup: Setup, people: Rows) -> Crowd:
    """People under a scenario's plan, reported on its regular grid of times."""
    problem = setup.problem
    return Crowd(model=problem.model, parameters=people, until=problem.until, times=output_times(Plan(), problem.until, setup.every),
                 arms=(problem.arm,))


def people_of(setup: Setup, persons: Persons | None, *, spread: str = "variability", seed: int = 0) -> Rows:
    """The parameters of the people that *persons* says, see :func:`simulate`.

    Raises
    ------
    UsageError
    """
    problem = setup.problem
    if persons is None:
        return problem.parameters[np.newaxis, :]
    if isinstance(persons, (int, np.integer)):
        return Drawn(model=problem.model, evidence=setup.evidence, typical=problem.parameters, count=int(persons),
                     said=frozenset(setup.changed), spread=spread, seed=seed)
    return _by_path(setup, persons) if isinstance(persons, Mapping) else _numbers("persons", persons)


def _by_path(setup: Setup, given: Mapping[str, npt.ArrayLike]) -> Vector:
    places = setup.problem.model.parameter_index
    for path in given:
        if path not in places:
            raise UsageError.of("ZN-1217", f"there is no parameter {path!r}", path="persons", fix=nearest(path, places))
    columns = {places[path]: np.atleast_1d(_numbers(path, values)) for path, values in given.items()}
    lengths = {len(column) for column in columns.values()} | {1}
    if len(lengths) > 2 or any(column.ndim != 1 or not len(column) for column in columns.values()):
        raise UsageError.of("ZN-1218", "the parameters are given for different numbers of people", path="persons",
                            found=", ".join(f"{path}: {np.shape(values)}" for path, values in given.items()),
                            fix="give one value for all, or one for each person")
    rows = np.tile(setup.problem.parameters, (max(lengths), 1))
    for place, column in columns.items():
        rows[:, place] = column
    return rows


def _numbers(what: str, given: Any) -> Vector:
    try:
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.array(np.nan)
    if not np.all(np.isfinite(numbers)) or np.any(numbers < 0):
        raise UsageError.of("ZN-1219", f"{what}: these are no parameters of people", expected="finite numbers, 0 or more",
                            fix="give a number of people, a table of their parameters, or values by parameter path")
    return numbers


def one_by_one(crowd: Crowd) -> People:
    """The same crowd by the reference engine, person by person.

    Raises
    ------
    UsageError
    """
    check_crowd(crowd)
    names, count = crowd.model.readout_names, len(crowd)
    chosen = np.array([names.index(name) for name in crowd.shown], dtype=np.int64)
    values, health = np.full((count, len(crowd.times), len(chosen)), np.nan), np.full((count, len(crowd.model.states)), np.nan)
    outcomes: list[Outcome] = []
    steps, steady = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    for i in range(count):
        arm = crowd.arms[0 if crowd.arm_of is None else int(crowd.arm_of[i])]
        result = solve(crowd.problem(crowd.parameters[i: i + 1][0], arm))
        outcomes.append(result.outcome)
        _, here, there = np.intersect1d(crowd.times, result.times, return_indices=True)
        values[i, here] = result.readouts[there][:, chosen]
        steps[i] = result.steps
        if result.health is not None:
            health[i], steady[i] = result.health.state, result.health.stable
    facts: dict[str, str | float] = {"zonula": version_of("zonula"), "model": crowd.model.fingerprint, "rtol": crowd.rtol,
                                     "engine": "reference"}
    return People(model=crowd.model, first=0, times=np.asarray(crowd.times), readouts=crowd.shown, values=values, outcomes=tuple(outcomes),
                  health=health, steady=steady, steps=steps, second_opinions=(), facts=facts)
