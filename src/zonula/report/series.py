"""The curves of a run as a table: one row per time and quantity.

Arrays are given to the library as they lie in memory.  Given as arrays of NumPy or as lists, they would make it load all of pandas.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.simulation.forecast import Forecast


def write_series(run: Forecast, path: Path) -> None:
    """Write readouts, the edges of their ribbon, and states."""
    import pyarrow as pa
    from pyarrow import parquet

    result, model = run.result, run.setup.problem.model
    columns = [(r.name, "readout", r.unit_text, result.readouts[:, j]) for j, (r, _) in enumerate(model.readouts)]
    low, *_, high = run.ribbon.at(result.times) if run.ribbon else (np.empty((len(result.times), 0)),) * 2
    columns += [(r.name, kind, r.unit_text, edge[:, j]) for kind, edge in (("p05", low), ("p95", high)) for j, (r, _) in enumerate(model.readouts)
                if run.ribbon]
    columns += [(s.path, "state", s.unit_text, result.states[:, j]) for j, s in enumerate(model.states)]
    n = len(result.times)
    said = {
        "time": _numbers(np.tile(result.times, len(columns))), "draw": _numbers(np.zeros(n * len(columns), dtype=np.int32)),
        "quantity": _words([name for name, *_ in columns], n), "kind": _words([kind for _, kind, *_ in columns], n),
        "unit": _words([unit for *_, unit, _ in columns], n),
        "value": _numbers(np.concatenate([values for *_, values in columns]) if n else np.empty(0)),
    }
    units = json.dumps({name: unit for name, _, unit, _ in columns})
    table = pa.Table.from_arrays(list(said.values()), names=list(said))
    parquet.write_table(table.replace_schema_metadata({"time": "day", "units": units, "zonula": "zonula/series/1"}), path,
                        use_dictionary=[name for name in said if name != "value"])  # of values there are as many as there are rows


def _numbers(array: npt.NDArray[Any]) -> Any:
    import pyarrow as pa

    array = np.ascontiguousarray(array)
    return pa.Array.from_buffers(pa.int32() if array.dtype == np.int32 else pa.float64(), len(array), [None, pa.py_buffer(array)])


def _words(of_columns: Sequence[str], count: int) -> Any:
    """A word for each column, said of each of its *count* times: kept once, with numbers that name it."""
    import pyarrow as pa

    places = {word: k for k, word in enumerate(dict.fromkeys(of_columns))} if count else {}
    texts = [word.encode("utf-8") for word in places]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    words = pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))
    numbers = np.repeat(np.array([places[word] for word in of_columns] if count else [], dtype=np.int32), count)
    return pa.DictionaryArray.from_arrays(_numbers(numbers), words)
