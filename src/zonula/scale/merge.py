"""One sorted file for each table of a study, out of those of its shards, which hold rising persons and are sorted themselves."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zonula.ground.errors import StorageError
from zonula.ground.provenance import canonical, digest
from zonula.scale.content import Adding, RowSums
from zonula.scale.early import chosen
from zonula.scale.library import library_or_refuse
from zonula.scale.plan import Plan, read_plan
from zonula.scale.shards import Marker, looks, parquet_bytes, pieces, table_name, whole
from zonula.scale.store import Store, open_store, refusal
from zonula.scale.tally import Tally
from zonula.scale.work import UnfinishedError

STUDY = "merged/study.json"
_SCHEMA = "zonula/merged/1"
_MEMORY = "1GB"  # that DuckDB may take; beyond, it writes to the disk
_ROW_GROUP = 122_880
_AT_ONCE = 500  # files
_STRANGE = "*?[]{}"  # what DuckDB takes for patterns in the names of files


@dataclass(frozen=True)
class Merged:
    """What was merged.

    tables : of each its file, rows and bytes
    made   : whether anything was done; a merge that is up to date is left as it is
    """

    tables: Mapping[str, Mapping[str, Any]]
    shards: int
    of: int
    stopped: str
    made: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"tables": {name: dict(facts) for name, facts in self.tables.items()}, "shards": self.shards, "of": self.of, "stopped": self.stopped,
                "made": self.made}


def study_merge(folder: str | Path, *, partial: bool = False) -> Merged:
    """Write ``merged/<table>.parquet`` for each table; every file that goes in is checked, and what comes out is read again and compared.

    partial : merge what is done, though it is not all

    Raises
    ------
    UnfinishedError   where shards are missing
    StorageError      where there is no study, a file of it is damaged, or the disk is full
    UsageError        where DuckDB is not installed
    """
    store = open_store(folder)
    plan = read_plan(store)
    meant = chosen(store, plan)
    markers, tally = _done(store, plan, set(meant.shards))
    if tally.done != set(meant.shards) and not (partial and tally.done):
        raise UnfinishedError.of("ZN-7053", f"{len(tally.done)} of {len(meant.shards)} shards are done", file=store.url,
                                 fix="give the command that began the study again; or merge what is there with --partial")
    made_of = digest(plan.hash, canonical({name: sums.as_dict() for name, sums in tally.rows.items()}), canonical({"shards": sorted(tally.done)}))
    tables = _up_to_date(store, made_of)
    if made := tables is None:
        store.remove(STUDY)
        tables = {name: _summed(store, markers, plan, name) if layout.summed else _joined(store, markers, plan, name, tally.rows.get(name, RowSums()))
                  for name, layout in plan.tables.items()}
        store.put(STUDY, (json.dumps({"schema": _SCHEMA, "plan": plan.hash, "made_of": made_of, "tables": tables}, indent=1) + "\n").encode())
    return Merged({name: {**facts, "path": f"{store.url}/{facts['file']}"} for name, facts in tables.items()}, len(tally.done), len(meant.shards),
                  meant.stopped, made)


def _done(store: Store, plan: Plan, wanted: set[int]) -> tuple[list[Marker], Tally]:
    tally, markers = Tally(), []
    for look in looks(store, plan):
        if look.done is not None and look.shard in wanted:
            tally.add(look.done)
            markers.append(look.done)
    return sorted(markers, key=lambda marker: marker.shard), tally


def _up_to_date(store: Store, made_of: str) -> dict[str, Any] | None:
    """What was merged before, where it is of the same shards and its files are there."""
    try:
        said = json.loads(store.many([STUDY])[STUDY])
        tables, sizes = dict(said["tables"]), store.sizes("merged")
        there = all(sizes.get(facts["file"]) == facts["bytes"] for facts in tables.values())
        if there and (said["schema"], said["made_of"]) == (_SCHEMA, made_of):
            return tables
    except (ValueError, KeyError, TypeError, AttributeError):  # there is none, or it is damaged
        pass
    return None


def _summed(store: Store, markers: Sequence[Marker], plan: Plan, name: str) -> dict[str, Any]:
    adding = Adding(plan.tables[name])
    for marker in markers:
        for some in pieces(whole(store, marker, table_name(name, marker.shard))):
            adding.add(some)
    total = adding.total()
    data, file = parquet_bytes(total), f"merged/{name}.parquet"
    store.put(file, data)
    return {"file": file, "rows": total.num_rows, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _joined(store: Store, markers: Sequence[Marker], plan: Plan, name: str, expected: RowSums) -> dict[str, Any]:
    """One file after another through DuckDB, which holds a few pieces of them at a time."""
    duckdb = library_or_refuse("duckdb", "merged tables")
    file = f"merged/{name}.parquet"
    with _room(store) as room:
        inputs = _inputs(store, markers, name, room)
        whole_file = room / "whole.parquet"
        try:
            settings = {"memory_limit": _MEMORY, "temp_directory": str(room), "preserve_insertion_order": True}
            with duckdb.connect(config=settings) as connection:
                connection.execute("SET enable_progress_bar = false")  # it would be written into what is printed
                while len(inputs) > _AT_ONCE:  # thousands of open files would cost a gigabyte and most of the time
                    inputs = _grouped(connection, inputs, room)
                connection.read_parquet(inputs).write_parquet(str(whole_file), compression="zstd", row_group_size=_ROW_GROUP)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise StorageError.of("ZN-7028", "the tables cannot be merged", file=f"{store.url}/{file}", found=str(error).splitlines()[0],
                                  fix="free some space on the disk, and merge again") from error
        sha = _compared(whole_file, plan.tables[name].by[0], expected, f"{store.url}/{file}")
        size = whole_file.stat().st_size
        store.take(file, whole_file)
    return {"file": file, "rows": expected.rows, "bytes": size, "sha256": sha}


@contextmanager
def _room(store: Store) -> Iterator[Path]:
    """A place for large files that are no more when it is left: on the disk of the study, where it has one."""
    beside = None if store.path is None else store.path / "merged"
    try:
        if beside is not None:
            beside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".room-", dir=beside) as room:
            yield Path(room)
    except OSError as error:
        raise refusal(error, store.url) from error


def _inputs(store: Store, markers: Sequence[Marker], name: str, room: Path) -> list[str]:
    """The files that go in, each compared with its marker, under names that DuckDB does not take for patterns."""
    folder = store.path
    if folder is not None and any(letter in str(folder) for letter in _STRANGE):
        plain = room / "study"
        plain.symlink_to(folder, target_is_directory=True)
        folder = plain
    paths = []
    for marker in markers:
        file = table_name(name, marker.shard)
        data = whole(store, marker, file)
        path = room / f"{marker.shard:06d}.parquet" if folder is None else folder / file
        if folder is None:
            path.write_bytes(data)
        paths.append(str(path))
    return paths


def _grouped(connection: Any, inputs: Sequence[str], room: Path) -> list[str]:
    """Fewer files with the same rows in the same order."""
    groups = []
    for start in range(0, len(inputs), _AT_ONCE):
        groups.append(str(room / f"group-{len(inputs)}-{start}.parquet"))
        connection.read_parquet(list(inputs[start:start + _AT_ONCE])).write_parquet(groups[-1], compression="zstd")
    return groups


def _compared(path: Path, key: str, expected: RowSums, place: str) -> str:
    """The SHA-256 of a merged file, after its rows were read again: they are those of the shards, and in order."""
    sums, before = RowSums(), -1
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=65_536):
            table = pa.Table.from_batches([batch])
            sums.add(table)
            keys = np.asarray(table.column(key))
            if keys[0] < before or (np.diff(keys) < 0).any():
                raise StorageError.of("ZN-7029", "the merged table is not in order", file=place, fix="report this")
            before = keys[-1]
    if (sums.rows, sums.sums) != (expected.rows, expected.sums):
        raise StorageError.of("ZN-7029", "the merged table does not hold what the shards hold", file=place,
                              found=f"{sums.rows} rows", expected=f"{expected.rows} rows", fix="report this")
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
