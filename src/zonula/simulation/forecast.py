"""A whole run in one object: the scenario made ready, its result, its misfits, and what to say about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

import numpy as np

from zonula.evidence.bibliography import key_of
from zonula.ground.errors import KernelError
from zonula.simulation.alone import Solver, solver_of
from zonula.simulation.beside import Beside
from zonula.simulation.equations import parameter_vector
from zonula.simulation.misfit import Misfit, misfit
from zonula.simulation.outcome import Finished
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.reference import Progress, solve
from zonula.simulation.result import Result
from zonula.simulation.ribbon import DRAWS, Ribbon, outside, ribbon_of
from zonula.simulation.road_bands import ROAD_DRAWS, RoadBands, road_bands
from zonula.simulation.roads import Roads, by_road, part, runs_for, sentence
from zonula.simulation.scenario import read_scenario
from zonula.simulation.schedule import Plan
from zonula.simulation.words import name_of, number, summary, with_unit

_LONG, _MOST_FAR = 0.25, 6  # of the time that a line may leave the ribbon before it is remarked on; readouts that are named
_STRANGE = 3.0  # a healthy readout that is this many times the usual person's, up or down, is remarked on
NOT_MEDICAL = "Research software: not a medical device, and no medical advice."


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What ``zonula run`` produces, before anything is written.

    remarks is what the user should know before trusting the result;
    seed is that of the chance by which doses are left out and parameters are drawn;
    ribbon is where the curves may lie for what is not known of the typical person, if that was asked for;
    engine is what simulated: ``kernel`` or ``reference``.
    """

    setup: Setup
    result: Result
    misfits: tuple[Misfit, ...]
    remarks: tuple[str, ...]
    seed: int
    roads: Roads | None = None
    ribbon: Ribbon | None = None
    engine: str = "reference"

    @property
    def draws(self) -> int:
        """How many draws the ribbon is of."""
        return self.ribbon.finished if self.ribbon else 0

    @property
    def summary(self) -> str:
        """One plain paragraph."""
        return " ".join(filter(None, (summary(self.result, self.misfits), sentence(self.roads) if self.roads else "")))

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of all sources that the parameters, processes and data of this run rest on, sorted."""
        keys = {key_of(s) for path, e in self.setup.evidence.items() if path not in self.setup.changed for s in e.source}
        keys |= {key_of(r.source) for r in self.setup.problem.model.reactions if r.source}
        keys |= {key for o in self.setup.observations for key in o.source}
        return tuple(sorted(keys))

    def as_dict(self) -> dict[str, Any]:
        """Plain data: the object that ``zonula run --json`` prints."""
        result, model = self.result, self.setup.problem.model
        times = [float(t) for t in result.times]
        low, *_, high = self.ribbon.at(result.times) if self.ribbon else (result.readouts, result.readouts)
        readouts = {readout.name: {"unit": readout.unit_text, "meaning": readout.doc, "time": times, "median": result.readouts[:, j].tolist(),
                                   "p05": low[:, j].tolist(), "p95": high[:, j].tolist()} for j, (readout, _) in enumerate(model.readouts)}
        return {
            "schema": "zonula/run/1", "status": result.outcome.status, "scenario": self.setup.name, "summary": self.summary,
            "readouts": readouts, "peaks": peaks(result), "outcome": result.outcome.as_dict(), "health": health_dict(result),
            "comparisons": [m.as_dict() for m in self.misfits], "remarks": list(self.remarks), "seed": self.seed, "draws": self.draws,
            "engine": self.engine, "population": self.setup.population,
            "model": {"fingerprint": model.fingerprint, "states": len(model.states), "parameters": len(model.parameters)},
            "fingerprint": self.setup.fingerprint, "sources": list(self.sources), "notice": NOT_MEDICAL,
            **({"roads": self.roads.as_dict()} if self.roads else {}),
        }


def _not_compared(result: Result, misfits: tuple[Misfit, ...], setup: Setup) -> list[str]:
    """Remarks on measurements that the simulation does not reach."""
    compared = {(m.label, m.readout) for m in misfits}
    return [f"{o.label} ({name_of(o.readout)}) is not compared: its times are outside what was simulated"
            for o in setup.observations if len(result.times) and (o.label, o.readout) not in compared]


def _strange_health(result: Result, setup: Setup, solver: Solver) -> list[str]:
    """Remarks where changed parameters make a health that is far from the usual person's."""
    if not setup.changed or not len(result.times):
        return []
    usual_problem = replace(setup.problem, parameters=parameter_vector(setup.problem.model, {p: e.value for p, e in setup.evidence.items()}),
                            plan=Plan(), until=1e-6, times=np.array([0.0, 1e-6]), shut=frozenset(), closed=frozenset())
    usual = solver(usual_problem)
    strange = []
    for name in result.problem.model.readout_names:
        here, there = float(result.readout(name)[0]), float(usual.readout(name)[0])
        if there > 0 and not 1 / _STRANGE <= here / there <= _STRANGE:
            unit_text = result.problem.model.readout(name).unit_text
            strange.append(f"{name_of(name)} is {with_unit(here, unit_text)} (usual {number(there)})")
    return [f"the changed parameters no longer describe a healthy person: before anything is done, {', '.join(strange)}"] if strange else []


def peaks(result: Result) -> dict[str, dict[str, float]]:
    """The highest value of each readout, and its day."""
    if not len(result.times):
        return {}
    tops = {name: result.peak(name) for name in result.problem.model.readout_names}
    return {name: {"value": value, "day": day} for name, (value, day) in tops.items()}


def health_dict(result: Result) -> dict[str, Any]:
    """The healthy state, how well it rests, and how it is approached."""
    health, model = result.health, result.problem.model
    if health is None:
        return {}
    return {
        "stable": health.stable, "residual": health.residual, "slowest_per_day": float(health.rates[0].real),
        "fastest_per_day": float(health.rates[-1].real),
        "states": {s.path: {"value": float(x), "unit": s.unit_text} for s, x in zip(model.states, health.state, strict=True)},
        "setpoints": {s.path: {"value": v, "unit": s.unit_text} for s, v in zip(model.setpoints, health.setpoints, strict=True)},
    }


def _failed_runs(roads: Roads | None) -> list[str]:
    """Remarks on runs with closed roads that did not reach the end."""
    return [f"the run with the roads {', '.join(run['closed'])} closed from day {run['from_day']:g} failed: {run['reason']}"
            for run in (roads.failures if roads else []) if run["closed"]]


def _line_outside(ribbon: Ribbon, result: Result) -> str:
    """A remark where the line leaves the ribbon of calibrated people for long; empty where it does not."""
    share = outside(ribbon, result.readouts, result.times)
    names = result.problem.model.readout_names
    far = [f"{name_of(names[k])} ({'lower' if share[k] > 0 else 'higher'})" for k in np.argsort(-np.abs(share), kind="stable")
           if abs(share[k]) >= _LONG]
    if not far:
        return ""
    more = f" and {len(far) - _MOST_FAR} more" if len(far) > _MOST_FAR else ""
    return (f"the line is the typical person before any calibration; nine tenths of the calibrated people differ from it for much of the time in "
            f"{', '.join(far[:_MOST_FAR])}{more}")


def forecast(which: str, *, settings: Iterable[str] = (), without: Iterable[str] = (), closed: Iterable[str] = (), roads: bool = False,  # noqa: PLR0913 - each is a word of the command line
             seed: int | None = None, engine: str = "kernel", draws: int | None = None, progress: Progress | None = None) -> Forecast:
    """Read, prepare and simulate a scenario.

    Parameters
    ----------
    which    : a scenario file, or the name of a preset
    settings : ``path=value`` laid over the file
    without  : processes to shut off, by path
    closed   : roads to close, such as ``"systemic"`` or ``"primed from day 180"``
    roads    : whether to ask how much pain comes by each road
    seed     : of the chance by which doses are left out and parameters are drawn; the scenario's where none is given
    engine   : ``kernel`` (compiled) or ``reference`` (SciPy)
    draws    : for the ribbon and the bands of the roads; 64 and 32 with the kernel and none with the reference engine where it is not said
    progress : called with the share that is done, in [0, 1]

    Raises
    ------
    UsageError, InputDataError   when the scenario or its data cannot be used
    (A person who cannot be simulated is not an error: see ``result.outcome``.)
    """
    flags = {} if seed is None else {"seed": f"plan.seed={seed}"}
    source = read_scenario(which, settings, closed=closed, roads=roads, flags=flags)
    return forecast_of(prepare(source, without=tuple(without)), engine=engine, draws=draws, progress=progress)


def forecast_of(setup: Setup, *, engine: str = "kernel", draws: int | None = None, progress: Progress | None = None) -> Forecast:
    """Simulate a scenario that is ready, the same with roads closed where they are asked for, and the draws of its ribbon and its roads.

    Where the compiled kernel cannot be had, the reference engine does it, without draws, and a remark says so.
    """
    solver = solver_of(engine)
    wanted = 0 if engine != "kernel" else DRAWS if draws is None else draws
    of_roads = min(wanted, ROAD_DRAWS) if draws is None else wanted
    with Beside(lambda tell, over: _drawn(setup, (wanted, of_roads), tell, over)) as drawn:
        return _forecast(setup, engine, solver, draws=wanted, drawn=drawn, progress=progress)


def _drawn(setup: Setup, draws: tuple[int, int], tell: Progress, over: Event) -> tuple[Ribbon | None, RoadBands | None]:
    """The ribbon, and the bands of the roads where they are asked for; nothing where no draws are wanted."""
    of_ribbon, of_roads = draws
    if not of_ribbon:
        return None, None
    end = 1.0 if setup.question is None else 0.5
    ribbon = ribbon_of(setup, draws=of_ribbon, progress=part(tell, 0.0, end), cancel=over)
    bands = None if setup.question is None else road_bands(setup, setup.question, draws=of_roads, progress=part(tell, end, 1.0), cancel=over)
    return ribbon, bands


def _forecast(setup: Setup, engine: str, solver: Solver, *, draws: int, drawn: Beside[tuple[Ribbon | None, RoadBands | None]],
              progress: Progress | None) -> Forecast:
    """The forecast, while what is drawn is computed beside it."""
    doubts = list[str]()
    problem, asked = setup.problem, setup.question
    more = 0 if asked is None else runs_for(problem, asked)
    whole = 1 + more + (1 if draws else 0)
    try:
        result = solver(problem, progress=part(progress, 0.0, 1 / whole))
    except KernelError as error:
        engine, solver = "reference", solve
        doubts.append(f"the compiled kernel is not to be had ({error.problems[0].message}): the reference engine was used, without a ribbon "
                      f"({error.problems[0].fix})")
        result = solver(problem, progress=part(progress, 0.0, 1 / whole))
    roads = None if asked is None else by_road(problem, asked.readout, day=asked.day, result=result, solver=solver,
                                               progress=part(progress, 1 / whole, (1 + more) / whole))
    draws = draws if engine == "kernel" and isinstance(result.outcome, Finished) else 0
    found, bands = drawn.result(part(progress, (1 + more) / whole, 1.0)) if draws else (None, None)
    if draws:
        doubts.append(found.remark if found else f"there is no ribbon: too few of {draws} draws reached the end")
    if roads and bands:
        roads = replace(roads, bands=bands)
        doubts.append(bands.remark)
    if found and setup.typical:
        doubts.append(_line_outside(found, result))
    misfits = tuple(m for m in (misfit(result, data) for data in setup.observations) if m is not None)
    remarks = (*setup.remarks, *_not_compared(result, misfits, setup), *_strange_health(result, setup, solver), *_failed_runs(roads),
               *filter(None, doubts))
    return Forecast(setup=setup, result=result, misfits=misfits, remarks=remarks, seed=setup.seed, roads=roads, ribbon=found, engine=engine)
