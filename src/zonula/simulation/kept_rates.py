"""How fast a person returns to health, from the cache: the function that says it is the longest of all that are printed, and read once a run.

Only the first person of a process is looked for; whoever has read the function asks it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock

import numpy as np
import numpy.typing as npt

from zonula.codegen.cache import Entry, cache_folder
from zonula.codegen.compiler import cpu_class, recipe
from zonula.ground.errors import KernelError, StorageError
from zonula.ground.files import packaged, read_text
from zonula.ground.provenance import digest
from zonula.language.model import Model
from zonula.simulation.equations import Vector
from zonula.simulation.health import rates_near

_MOST = 100  # persons that are kept
_SMALL = 50  # states of a model whose function is read faster than it is looked for
_SOURCES = ("health.py", "equations.py")  # by which the numbers are found
_read = set[str]()  # models whose function was read in this process
_one = Lock()

Rates = npt.NDArray[np.complex128]


def rates_of(model: Model, parameters: Vector, x: Vector, setpoints: Sequence[float], healthy: Sequence[float]) -> Rates:
    """What ``rates_near`` says, for the first person of a process from the cache where it is known."""
    if model.fingerprint in _read or len(model.states) < _SMALL:
        return rates_near(model, parameters, x, setpoints, healthy)
    try:
        entry = Entry(cache_folder(), "rates", _key(model, parameters, x, setpoints, healthy), ".numbers")
    except KernelError:  # nothing can be kept here
        return rates_near(model, parameters, x, setpoints, healthy)
    known = entry.read()
    if known is not None and len(known) == 16 * sum(not state.accumulates for state in model.states):
        return np.frombuffer(known, dtype="<c16").astype(np.complex128)
    found = rates_near(model, parameters, x, setpoints, healthy)
    _read.add(model.fingerprint)
    with suppress(StorageError, OSError), _one:
        entry.put(found.astype("<c16").tobytes(), model=model.fingerprint)
        _forget(entry)
    return found


def _key(model: Model, parameters: Vector, x: Vector, setpoints: Sequence[float], healthy: Sequence[float]) -> str:
    """All that determines the numbers, the library that computes eigenvalues, its threads and its processor included."""
    ways = (recipe(), *(read_text(packaged("simulation", name), kind=KernelError) for name in _SOURCES))
    given = (parameters, x, np.array(setpoints), np.array(healthy))
    return digest(model.fingerprint, *ways, np.__version__, cpu_class(), os.environ.get("OPENBLAS_NUM_THREADS", ""),
                  *(np.asarray(part, dtype="<f8").tobytes() for part in given))


def _forget(newest: Entry) -> None:
    """Leave the newest ones only."""
    kept = sorted(newest.folder.glob(f"{newest.name}-*{newest.suffix}"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-_MOST]:
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
