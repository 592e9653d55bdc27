"""The files of one shard, and the marker that is written last: what it says is there is there, and is what was written."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zonula.ground.errors import StorageError
from zonula.ground.provenance import canonical, digest
from zonula.scale.content import RowSums, ordered
from zonula.scale.plan import Bounds, Plan, Told
from zonula.scale.store import Store
from zonula.scale.work import Counts, Part, Work

SCHEMA = "zonula/shard/1"
_ROW_GROUP = 65_536
_AT_ONCE = 512  # markers


@dataclass(frozen=True)
class Marker:
    """What is known of a shard that is done.

    files : size and SHA-256 by name
    rows  : number and content of the rows by table
    """

    shard: int
    bounds: Bounds
    files: Mapping[str, tuple[int, str]]
    rows: Mapping[str, RowSums]
    failures: Mapping[str, int]
    seconds: float
    host: str
    finished: str

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(size for size, _ in self.files.values())

    @property
    def persons(self) -> int:
        """How many persons the shard holds."""
        return self.bounds.last - self.bounds.first

    def as_dict(self, plan: Plan) -> dict[str, Any]:
        """Plain data, with a hash of itself."""
        said = {"schema": SCHEMA, "plan": plan.hash, "shard_size": plan.shard_size, "shard": self.shard,
                "first": self.bounds.first, "last": self.bounds.last,
                "files": {name: {"bytes": size, "sha256": sha} for name, (size, sha) in self.files.items()},
                "tables": {name: sums.as_dict() for name, sums in self.rows.items()},
                "failures": dict(self.failures), "seconds": self.seconds, "host": self.host, "finished": self.finished}
        return said | {"check": digest(canonical(said))}


def _shard_name(shard: int) -> str:
    return f"shard-{shard:06d}"


def table_name(table: str, shard: int) -> str:
    """The file of a table of a shard."""
    return f"shards/{table}/{_shard_name(shard)}.parquet"


def counts_name(shard: int) -> str:
    """The file of the counts of a shard."""
    return f"hist/{_shard_name(shard)}.npz"


def marker_name(shard: int) -> str:
    """The file that says that a shard is done."""
    return f"done/{shard:06d}.json"


def marker_of(plan: Plan, shard: int, data: bytes) -> Marker | None:
    """What a marker says, or nothing where it is damaged or of other work."""
    said = _said(data)
    if said is None or (said["plan"], said["shard"], said["first"], said["last"]) != (plan.hash, shard, *plan.bounds(shard)):
        return None
    files = {name: (facts["bytes"], facts["sha256"]) for name, facts in said["files"].items()}
    rows = {name: RowSums.of(sums) for name, sums in said["tables"].items()}
    return Marker(shard, plan.bounds(shard), files, rows, said["failures"], said["seconds"], said["host"], said["finished"])


def _said(data: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(data)
        check = said.pop("check")
        return said if said["schema"] == SCHEMA and check == digest(canonical(said)) else None
    except (ValueError, KeyError, TypeError, AttributeError):  # whatever a damaged file may hold
        return None


def plan_told(store: Store) -> Told | None:
    """What a whole marker tells of its plan, where the plan itself was lost."""
    for name in store.sizes("done"):
        if (said := _said(store.many([name]).get(name, b""))) is not None:
            return Told(said["plan"], said["shard_size"])
    return None


def read_marker(store: Store, plan: Plan, shard: int) -> Marker | None:
    """The marker of a shard, where there is a whole one."""
    try:
        return marker_of(plan, shard, store.get(marker_name(shard)))
    except FileNotFoundError:
        return None


# --- writing ---------------------------------------------------------------------------------------------

class Done(NamedTuple):
    """A shard that is done, and whether it was another run that did it."""

    marker: Marker
    elsewhere: bool = False


def do_shard(store: Store, plan: Plan, work: Work, shard: int) -> Done:
    """Do one shard and write it, unless it is done already."""
    if (there := read_marker(store, plan, shard)) is not None:
        return Done(there, elsewhere=True)
    started = time.perf_counter()
    try:
        part = work.run(*plan.bounds(shard))
        files, rows = _files_of(plan, shard, part)
    except Exception as error:
        error.add_note(f"in shard {shard}: persons {plan.bounds(shard).first} to {plan.bounds(shard).last - 1}")
        raise
    return _publish(store, plan, Marker(shard, plan.bounds(shard), {name: (len(data), _sha(data)) for name, data in files.items()}, rows,
                                        {reason: int(n) for reason, n in sorted(part.failures.items())}, round(time.perf_counter() - started, 6),
                                        platform.node(), ""), files)


def _publish(store: Store, plan: Plan, marker: Marker, files: Mapping[str, bytes]) -> Done:
    if (there := read_marker(store, plan, marker.shard)) is not None:
        return Done(there, elsewhere=True)  # another run was faster, with the same rows
    for name, data in files.items():
        store.put(name, data)
    marker = replace(marker, finished=datetime.now(UTC).isoformat(timespec="milliseconds"))
    store.put(marker_name(marker.shard), (canonical(marker.as_dict(plan)) + "\n").encode())
    return Done(marker)


def _files_of(plan: Plan, shard: int, part: Part) -> tuple[dict[str, bytes], dict[str, RowSums]]:
    """The bytes of all files of a part: they hang on nothing else."""
    if set(part.tables) != set(plan.tables):
        raise ValueError(f"the work gives the tables {sorted(part.tables)}, and {sorted(plan.tables)} were announced")
    files: dict[str, bytes] = {}
    rows: dict[str, RowSums] = {}
    for name, layout in plan.tables.items():
        table = ordered(part.tables[name], layout)
        if not layout.summed:
            _check_persons(table, name, layout.by[0], plan.bounds(shard))
        rows[name] = RowSums()
        rows[name].add(table)
        files[table_name(name, shard)] = parquet_bytes(table)
    files[counts_name(shard)] = _counts_bytes(part.counts)
    return files, rows


def _check_persons(table: Any, name: str, column: str, bounds: Bounds) -> None:
    persons = np.asarray(table.column(column))
    if len(persons) and not (bounds.first <= persons[0] and persons[-1] < bounds.last):  # it is sorted
        raise ValueError(f"the table {name} holds persons {persons[0]} to {persons[-1]}, and the shard has {bounds.first} to {bounds.last - 1}")


def parquet_bytes(table: Any) -> bytes:
    """A table as Parquet: the same rows give the same bytes."""
    few = [f.name for f in table.schema if not pa.types.is_floating(f.type)]  # measured numbers are all different: listing them first would cost most
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=_ROW_GROUP, use_dictionary=few or False)
    return bytes(sink.getvalue())


def pieces(data: bytes) -> Iterator[Any]:
    """The rows of a Parquet file, some at a time."""
    with pq.ParquetFile(pa.BufferReader(data)) as file:
        if not file.num_row_groups:
            yield file.schema_arrow.empty_table()
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, use_threads=False)


def _counts_bytes(counts: Counts) -> bytes:
    held = io.BytesIO()
    arrays: dict[str, Any] = {name: np.ascontiguousarray(array, dtype=np.int64) for name, array in sorted(counts.items())}
    np.savez_compressed(held, allow_pickle=False, **arrays)
    return held.getvalue()


def read_counts(data: bytes) -> dict[str, Any]:
    """The counts of a shard out of the bytes of their file."""
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        return {name: held[name] for name in held.files}


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- looking ---------------------------------------------------------------------------------------------

class Look(NamedTuple):
    """A shard that is not simply missing: with its marker, or with what is wrong with it."""

    shard: int
    marker: Marker | None
    damage: str = ""
    damaged: tuple[str, ...] = ()  # files, the marker among them

    @property
    def done(self) -> Marker | None:
        """The marker, where all is whole."""
        return None if self.damage else self.marker


def looks(store: Store, plan: Plan, *, deep: bool = False) -> Iterator[Look]:
    """Look at every shard that has a marker: is it whole, and are its files there with the right size; *deep* reads and hashes them too."""
    markers = sorted(name for name in store.sizes("done") if name.endswith(".json"))
    there: dict[str, int] = {}
    for folder in ("hist", *(f"shards/{table}" for table in plan.tables)):
        there |= store.sizes(folder)
    for start in range(0, len(markers), _AT_ONCE):  # the markers of a large study need not fit into memory
        for name, data in store.many(markers[start:start + _AT_ONCE]).items():
            number = name.rpartition("/")[2].removesuffix(".json")
            if number.isdecimal() and int(number) < plan.shards and marker_name(int(number)) == name:  # else not one of ours
                yield _look(store, marker_of(plan, int(number), data), int(number), there, deep=deep)


def _look(store: Store, marker: Marker | None, shard: int, there: Mapping[str, int], *, deep: bool) -> Look:
    if marker is None:
        return Look(shard, None, "the marker is damaged or of another plan", (marker_name(shard),))
    bad = [file for file, (size, _) in marker.files.items() if there.get(file) != size]
    if deep:
        bad += [file for file, (_, sha) in marker.files.items() if file not in bad and not _is_whole(store, file, sha)]
    return Look(shard, marker, f"missing or damaged: {', '.join(bad)}" if bad else "", (marker_name(shard), *bad) if bad else ())


def _is_whole(store: Store, name: str, sha: str) -> bool:
    return any(_sha(data) == sha for data in store.many([name]).values())


def whole(store: Store, marker: Marker, name: str) -> bytes:
    """The bytes of a file of a shard that is done.

    Raises
    ------
    StorageError   where they are not those that were written
    """
    data = store.many([name]).get(name)
    if data is None or _sha(data) != marker.files[name][1]:
        raise StorageError.of("ZN-7027", "a file of the study is missing or damaged", file=f"{store.url}/{name}",
                              fix="give the command that began the study again: it does this shard anew")
    return data


def set_aside(store: Store, look: Look) -> None:
    """Put away what is damaged, the marker first: from then on the shard counts as not done."""
    for name in look.damaged:
        store.set_aside(name)
