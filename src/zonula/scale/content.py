"""What tables hold, as a number that does not hang on files, order of rows or how they were cut: a sum of the hashes of all rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zonula.ground.provenance import canonical, digest
from zonula.scale.work import Layout

_Words = npt.NDArray[np.uint64]
_LANES = 2  # sums of 64 bits: two different contents agree in both once in 10^38
_ROWS = 65_536  # at once, so that what is hashed stays in the processor's cache
_MISSING = np.uint64(0x6D697373696E6700)  # in place of a cell that is empty
_WORD = 2**64
_HELD = 128  # small tables


def plain_type(kind: Any) -> str:
    """The kind of value in a column, however it is kept."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "string"
    return str(kind)


@dataclass
class RowSums:
    """The rows of one table that were seen, as their number and the sums of their hashes."""

    rows: int = 0
    sums: list[int] = field(default_factory=lambda: [0] * _LANES)
    columns: tuple[tuple[str, str], ...] = ()  # names and kinds of values, in order of names

    def add(self, table: Any) -> None:
        """Take in the rows of a table (or of a batch).

        Raises
        ------
        ValueError   where it has other columns than those before
        """
        columns = tuple(sorted((f.name, plain_type(f.type)) for f in table.schema))
        if self.columns and columns != self.columns:
            raise ValueError(f"columns differ: {sorted(set(columns) ^ set(self.columns))}")
        self.columns = columns
        self.rows += table.num_rows
        for start in range(0, table.num_rows, _ROWS):
            some = table.slice(start, _ROWS)
            cells = [(name, kind, _cells(some.column(name))) for name, kind in columns]
            for lane in range(_LANES):
                mixed = np.full(some.num_rows, np.uint64(lane), dtype=np.uint64)
                for name, kind, words in cells:
                    mixed = _mix(mixed ^ _mix(words + _key(lane, name, kind)))
                self.sums[lane] = (self.sums[lane] + int(mixed.sum(dtype=np.uint64))) % _WORD

    def join(self, other: RowSums) -> None:
        """Take in what another has seen."""
        if self.columns and other.columns and self.columns != other.columns:
            raise ValueError(f"columns differ: {sorted(set(other.columns) ^ set(self.columns))}")
        self.columns = self.columns or other.columns
        self.rows += other.rows
        self.sums = [(a + b) % _WORD for a, b in zip(self.sums, other.sums, strict=True)]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"rows": self.rows, "sums": [f"{s:016x}" for s in self.sums], "columns": [list(c) for c in self.columns]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> RowSums:
        """Back from plain data."""
        return cls(int(data["rows"]), [int(s, 16) for s in data["sums"]], _one_for_all(tuple((name, kind) for name, kind in data["columns"])))

    @property
    def content(self) -> str:
        """One hash of all rows."""
        return digest(canonical(self.as_dict()))


@lru_cache(maxsize=256)
def _one_for_all(columns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The same object for the same columns: thousands of shards tell of them."""
    return columns


@lru_cache(maxsize=4096)
def _key(lane: int, name: str, kind: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.sha256(f"{lane}/{kind}/{name}".encode()).digest()[:8], "little"))


def _mix(x: _Words) -> _Words:
    """Spread every bit over all others (Steele, Lea and Flood 2014: the last step of SplitMix64); modulo 2^64."""
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def _cells(column: Any) -> _Words:
    """A word for each cell: its value, and nothing of how it is kept."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # of dictionaries that differ
        column = pa.concat_arrays([chunk.dictionary_decode() if pa.types.is_dictionary(chunk.type) else chunk for chunk in column.chunks])
    missing = np.asarray(pc.is_null(column)) if column.null_count else None
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        words = _words_of_texts(column)
    elif pa.types.is_floating(kind):
        numbers = np.asarray(pc.fill_null(column, 0.0) if column.null_count else column)
        numbers = np.where(np.isnan(numbers), np.array(np.nan, dtype=numbers.dtype), numbers)  # one kind of NaN
        words = numbers.view(f"u{numbers.dtype.itemsize}").astype(np.uint64)
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        whole = pc.cast(column, pa.int8()) if pa.types.is_boolean(kind) else column
        words = np.asarray(pc.fill_null(whole, 0) if column.null_count else whole).astype(np.int64).view(np.uint64)
    else:
        raise TypeError(f"a column of {column.type} has no content hash")
    if missing is not None:
        words = np.where(missing, _MISSING, words)
    return words


def _words_of_texts(column: Any) -> _Words:
    coded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    known = [b"" if text is None else text.encode() for text in coded.dictionary.to_pylist()]
    hashes = np.array([int.from_bytes(hashlib.sha256(text).digest()[:8], "little") for text in known] or [0], dtype=np.uint64)
    codes = pc.fill_null(coded.indices, 0) if coded.indices.null_count else coded.indices
    return hashes[np.asarray(codes).astype(np.int64)]


def ordered(table: Any, layout: Layout) -> Any:
    """The table in its order, in one piece, without anything but its columns."""
    table = table.replace_schema_metadata(None).combine_chunks()
    keys = {name: pc.cast(table.column(name), pa.string()) if plain_type(table.schema.field(name).type) == "string" else table.column(name)
            for name in layout.by}
    places = pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in layout.by])
    rising = np.asarray(places)
    return table if np.array_equal(rising, np.arange(len(rising))) else table.take(places).combine_chunks()


def added(tables: Iterable[Any], layout: Layout) -> Any:
    """One table of several that are summed: rows that agree in their keys, added."""
    whole = pa.concat_tables([_decoded(table) for table in tables])
    sums = [name for name in whole.column_names if name not in layout.by]
    if not_whole := [name for name in sums if not pa.types.is_integer(whole.schema.field(name).type)]:
        raise ValueError(f"only whole numbers are added exactly, and these are not: {', '.join(not_whole)}")
    grouped = whole.group_by(list(layout.by), use_threads=False).aggregate([(name, "sum") for name in sums])
    columns = {name: grouped.column(name if name in layout.by else f"{name}_sum") for name in whole.column_names}
    return ordered(pa.table({name: pc.cast(c, whole.schema.field(name).type) for name, c in columns.items()}), layout)


class Adding:
    """Tables that are summed, one after another: few are held at a time."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._held: list[Any] = []

    def add(self, table: Any) -> None:
        """Take in another."""
        self._held.append(table)
        if len(self._held) >= _HELD:
            self._held = [added(self._held, self._layout)]

    def total(self) -> Any:
        """All together; there is one at least."""
        return added(self._held, self._layout)


def _decoded(table: Any) -> Any:
    """With texts written out: the dictionaries of shards may differ."""
    fields = [pa.field(f.name, f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))
