"""``zonula.forecast``: a scenario simulated from Python as the command line does it, its ribbon drawn from calibrated people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from zonula.calibration.shipped import CALIBRATED, EVIDENCE, posterior_named, see_enough, typical_people
from zonula.simulation.forecast import Forecast, forecast_of
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.reference import Progress
from zonula.simulation.ribbon import DRAWS
from zonula.simulation.scenario import read_scenario


def forecast(which: str, *, settings: Iterable[str] = (), without: Iterable[str] = (), closed: Iterable[str] = (), roads: bool = False,  # noqa: PLR0913 - each is a word of the command line
             seed: int | None = None, engine: str = "kernel", draws: int | None = None, population: str = CALIBRATED,
             progress: Progress | None = None) -> Forecast:
    """Read, prepare and simulate a scenario.

    Parameters
    ----------
    which      : a scenario file, or the name of a preset
    settings   : ``path=value`` laid over the file
    without    : processes to shut off, by path
    closed     : roads to close, such as ``"systemic"`` or ``"primed from day 180"``
    roads      : whether to ask how much pain comes by each road
    seed       : of the chance by which doses are left out and parameters are drawn; the scenario's where none is given
    engine     : ``kernel`` (compiled) or ``reference`` (SciPy)
    draws      : for the ribbon and the bands of the roads; 64 and 32 with the kernel and none with the reference engine where it is not said
    population : of whom they are: ``calibrated``, ``evidence`` (before any calibration), or a file that ``zonula calibrate`` wrote
    progress   : called with the share that is done, in [0, 1]

    Raises
    ------
    UsageError, InputDataError   when the scenario, its data or the population cannot be used
    (A person who cannot be simulated is not an error: see ``result.outcome``.)
    """
    flags = {} if seed is None else {"seed": f"plan.seed={seed}"}
    setup = prepare(read_scenario(which, settings, closed=closed, roads=roads, flags=flags), without=tuple(without))
    if engine == "kernel" and draws != 0:
        setup = with_people(setup, population, DRAWS if draws is None else draws)
    return forecast_of(setup, engine=engine, draws=draws, progress=progress)


def with_people(setup: Setup, population: str, draws: int) -> Setup:
    """The setup with typical persons of a calibration to draw from, where one is named.

    Raises
    ------
    UsageError       where it has fewer than are asked for
    InputDataError   where it is none
    """
    if population == EVIDENCE:
        return setup
    posterior = see_enough(posterior_named(population), draws, path="--draws",
                           fix="ask for fewer, or draw by the evidence alone: --population evidence")
    return replace(setup, typical=typical_people(setup.problem.model, posterior, draws, seed=setup.seed))
