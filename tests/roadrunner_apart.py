"""libRoadRunner in a process of its own: what it compiles has been seen to crash, rarely, and takes its process along."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache

import numpy as np

PATIENCE = 100.0  # seconds for one answer


def roadrunner_course(text: str, times, names, rtol: float) -> np.ndarray:
    """What libRoadRunner says of parameters or species at times: shape (time, name)."""
    return apart(_course, text, [float(t) for t in times], list(names), rtol)


def roadrunner_values(text: str, settings, names) -> np.ndarray:
    """What these are, by assignment rules, under each setting of parameters: shape (setting, name)."""
    return apart(_values, text, list(settings), list(names))


def apart(work, *arguments):
    """What *work* gives in the other process; in a new one where that is gone, once.  Two crashes are no chance."""
    try:
        return _process().submit(work, *arguments).result(PATIENCE)
    except BrokenProcessPool:
        _process.cache_clear()
        sys.stderr.write("the process with libRoadRunner was gone; asked again in a new one\n")
        return _process().submit(work, *arguments).result(PATIENCE)


@lru_cache(maxsize=1)
def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


@lru_cache(maxsize=4)
def _loaded(text: str):
    """The text in libRoadRunner, as little optimized as it can be: compiling takes most of the time."""
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_CRITICAL)
    roadrunner.Config.setValue(roadrunner.Config.LLVM_BACKEND, roadrunner.Config.LLJIT)
    roadrunner.Config.setValue(roadrunner.Config.LLJIT_OPTIMIZATION_LEVEL, 0)
    return roadrunner.RoadRunner(text)


def _values(text: str, settings, names) -> np.ndarray:
    runner, shown = _loaded(text), []
    for setting in settings:
        for name, value in setting.items():
            runner.setValue(name, value)
        shown.append([runner.getValue(name) for name in names])
    return np.array(shown)


def _course(text: str, times, names, rtol: float) -> np.ndarray:
    runner = _loaded(text)
    runner.resetAll()
    runner.selections = ["time", *names]
    _tolerances(runner, rtol)
    runner.integrator.maximum_num_steps = 1_000_000
    start = [] if times[0] == 0 else [0.0]  # it takes the first time for its start
    return np.array(runner.simulate(times=[*start, *times]))[len(start):, 1:]


def _tolerances(runner, rtol: float) -> None:
    """One absolute tolerance per state, by its size at the start: a single one is scaled anew at each event, to nothing where a state has faded."""
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = rtol, 1e-3 * rtol
    scaled = runner.integrator.getAbsoluteToleranceVector()
    runner.integrator.absolute_tolerance = [float(x) if x > 1e-12 * rtol else 1e-3 * rtol for x in scaled]
