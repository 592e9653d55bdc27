"""What is to be computed, as plain data for the kernel's WebAssembly: the file that ``codegen/kernel/zonula.mjs`` reads.

People's parameters, the timetable of their arms, and how exactly to compute are written as JSON with the shortest exact numbers; health is
solved over there.  What a dose is in a body is written as a formula of the parameters, so that a page can go on with other people.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from zonula.ground.errors import KernelError, UsageError
from zonula.ground.files import write_text
from zonula.ground.provenance import canonical
from zonula.language.expression import Call, Expr, Name, Number
from zonula.language.model import Model
from zonula.simulation.ensemble import Crowd, check_crowd
from zonula.simulation.health import NO_SIZE
from zonula.simulation.kernel import Course, arrays_of, numbers_of
from zonula.simulation.timetable import Way, timetable

FORMAT = "zonula job 1"
_OPERATORS = ("+", "-", "*", "/")  # that zonula.mjs knows


def job_of(crowd: Crowd) -> dict[str, Any]:
    """A crowd and its arms as plain data; see `zonula.mjs` for what computes it.

    Raises
    ------
    UsageError    where the crowd makes no sense, or a parameter is no number
    KernelError   where a dose is dissolved in a space that only a longer formula gives
    """
    check_crowd(crowd)
    model, names = crowd.model, crowd.model.readout_names
    course = Course(table=timetable(model, crowd.arms, crowd.until, crowd.times), readouts=tuple(names.index(name) for name in crowd.shown),
                    rtol=crowd.rtol, method=crowd.method, cancel=np.zeros(1, dtype=np.int32), done=np.zeros(1, dtype=np.int64))
    arm_of = np.zeros(len(crowd), dtype=np.int32) if crowd.arm_of is None else np.asarray(crowd.arm_of)
    return {
        "format": FORMAT, "model": model.fingerprint, "readouts": list(crowd.shown), "times": course.table.output_times.tolist(),
        **numbers_of(course), **{name: array.tolist() for name, array in arrays_of(course).items()},
        "ways": [way_of(way, model) for way in course.table.ways],
        "weight": model.parameter_index.get("body.weight", 0),  # read for doses per kg only
        "no_size": NO_SIZE, "parameters": _parameters(crowd), "arm_of": arm_of.tolist(),
    }


def write_job(path: Path, crowd: Crowd) -> None:
    """Write the job of a crowd to a file; the same crowd gives the same bytes.

    Raises
    ------
    UsageError, KernelError, StorageError
    """
    write_text(path, canonical(job_of(crowd)) + "\n")


def _parameters(crowd: Crowd) -> list[list[float]]:
    rows = np.asarray(crowd.parameters[0:len(crowd)], dtype=np.float64)
    for person, place in np.argwhere(~np.isfinite(rows)):
        path = crowd.model.parameters[place].path
        raise UsageError.of("ZN-1223", f"{path} of person {person} is {rows[person, place]:g}, which a file cannot hold", path=path,
                            expected="a finite number", fix="leave that person out")
    people: list[list[float]] = rows.tolist()
    return people


def way_of(way: Way, model: Model) -> dict[str, Any]:
    """How doses land, as the kernel's page reads it.

    Raises
    ------
    KernelError   where they are dissolved in a space that only a longer formula gives
    """
    places: dict[Name, int] = {name: i for i, name in enumerate(model.parameters)}
    return {"per_weight": way.per_weight, "volume": None if way.volume is None else _formula(way.volume, places)}


def _formula(tree: Expr, places: dict[Name, int]) -> Any:
    """A number, ``["parameter", place]``, or ``[operator, left, right]``."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Name) and tree in places:
        return ["parameter", places[tree]]
    if isinstance(tree, Call) and tree.function in _OPERATORS:
        return [tree.function, *(_formula(arg, places) for arg in tree.args)]
    raise KernelError.of("ZN-6104", f"a dose is dissolved in {tree}, which a page cannot compute",
                         expected="numbers and parameters, joined by + - * /", fix="let the organ that declares the space say it more simply")
