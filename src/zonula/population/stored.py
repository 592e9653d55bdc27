"""Populations as Parquet files: a row a person, with all that makes them, so that each can be simulated again, alone or with others.

Files are written in pieces as persons are drawn, so that memory does not grow with their number, and read back exactly.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zonula.ground.errors import InputDataError, UsageError, nearest
from zonula.ground.files import write_atomically
from zonula.ground.provenance import version_of
from zonula.language.model import Model
from zonula.population.covariates import COVARIATES
from zonula.population.groups import Group
from zonula.population.recruit import Recruits
from zonula.simulation.equations import Vector

if TYPE_CHECKING:
    import pyarrow as pa
    import xarray

FORMAT = "zonula/population/1"
BASELINE = ("das28_crp", "crp", "esr", "sjc28", "tjc28", "pain_vas", "patient_global", "haq", "fatigue", "phq9", "calprotectin",
            "lactulose_mannitol_ratio", "il6", "tnf")  # told of everybody on day 0, as measured and as it truly is
_KEY = b"zonula"
_WEIGHT = "match_weight"


def schema_of(model: Model, readouts: Sequence[str], *, parameters: bool = True) -> pa.Schema:
    """The columns of a population, with their units."""
    import pyarrow as pa

    def said(name: str, kind: Any, unit: str, meaning: str) -> pa.Field:
        return pa.field(name, kind, nullable=False, metadata={"unit": unit, "meaning": meaning})

    yes = {"female", "hla_b27", "smoker"}
    fields = [said("id", pa.int64(), "", "the place of the person"), said("member", pa.int32(), "", "the typical person around whom they are drawn"),
              said("variant", pa.dictionary(pa.int32(), pa.string()), "", "of the model, in which they live"),
              said("attempt", pa.int16(), "", "which candidate for the place they were"), said("number", pa.int64(), "", "of their chances"),
              said(_WEIGHT, pa.float64(), "", "how many persons they count as, where the population is matched by weights")]
    fields += [said(name, pa.bool_() if name in yes else pa.float64(), unit, "") for name, unit in COVARIATES.items()]
    for name in readouts:
        unit, doc = model.readout(name).unit_text, model.readout(name).doc
        fields += [said(name, pa.float64(), unit, f"{doc}; as measured on day 0"), said(f"{name}_true", pa.float64(), unit, f"{doc}; without error")]
    if parameters:
        fields += [said(q.path, pa.float64(), q.unit_text, q.doc) for q in model.parameters]
    return pa.schema(fields)


def batch_of(people: Recruits, schema: pa.Schema, weights: Vector | None = None) -> pa.RecordBatch:
    """Recruits as rows of a population."""
    import pyarrow as pa

    crowd = people.cohort
    names = list(dict.fromkeys(v.name for v in people.variants))
    code = np.array([names.index(v.name) for v in people.variants], dtype=np.int32)[crowd.member]
    held: dict[str, Any] = {"id": people.slot, "member": crowd.member, "variant": pa.DictionaryArray.from_arrays(code, names),
                            "attempt": people.attempts.astype(np.int16), "number": np.array(crowd.number, dtype=np.int64),
                            _WEIGHT: np.ones(len(people)) if weights is None else weights}
    for name in schema.names:
        if name in held:
            continue
        if name in COVARIATES:
            held[name] = getattr(crowd.covariates, name)
        elif name in crowd.model.parameter_index:
            held[name] = crowd.rows[:, crowd.model.parameter_index[name]]
        else:
            held[name] = people.readout(name.removesuffix("_true")) if name.endswith("_true") else people.measured(name)
    return pa.RecordBatch.from_arrays([held[f.name] if f.name == "variant" else pa.array(held[f.name], f.type) for f in schema], schema=schema)


def facts_of_group(group: Group) -> dict[str, Any]:
    """What is needed of a group to lead one of its persons' lives again."""
    return {"name": group.name, "title": group.title, "histories": [{"days": h.days, "events": list(h.events)} for h in group.histories],
            "background": list(group.background), "some": [{"share": float(s.share), "events": list(s.events)} for s in group.some],
            "entry": list(group.entry)}


def write_population(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema, facts: Mapping[str, Any] | Any) -> None:
    """Write a population, piece by piece; *facts* (or what a call of it gives when all is written) say where it is from.

    Raises
    ------
    StorageError   when the disk refuses; nothing half-written is left
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    def write(part: Path) -> None:
        with pq.ParquetWriter(part, schema, compression="zstd", write_page_checksum=True) as writer:
            for batch in batches:
                if len(batch):
                    writer.write_table(pa.Table.from_batches([batch]), row_group_size=len(batch))
            told = facts() if callable(facts) else facts
            writer.add_key_value_metadata({_KEY.decode(): _as_text(told)})

    write_atomically(path, write)


def reweighted(path: Path, weights: Vector, more: Mapping[str, Any]) -> None:
    """Give the persons of a population weights, in their order, and add to its facts; row group by row group.

    Raises
    ------
    InputDataError, StorageError
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    here = read_population(path)
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        schema = file.schema_arrow.remove_metadata()
        place = schema.get_field_index(_WEIGHT)

        def batches() -> Iterable[pa.RecordBatch]:
            done = 0
            for i in range(file.num_row_groups):
                table = file.read_row_group(i).replace_schema_metadata(None)
                own = pa.array(weights[done : done + len(table)], pa.float64())
                done += len(table)
                yield from table.set_column(place, schema.field(place), own).combine_chunks().to_batches()

        write_population(path, batches(), schema, {**here.facts, **more})


def _as_text(facts: Mapping[str, Any]) -> str:
    return json.dumps({"format": FORMAT, "simulated": True, "zonula": version_of("zonula"), **facts}, ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Person:
    """One of a population.

    values : of all columns
    facts  : of the population
    """

    id: int
    values: Mapping[str, Any]
    facts: Mapping[str, Any]

    def parameters(self, model: Model) -> dict[str, float]:
        """Their parameters, by path.

        Raises
        ------
        InputDataError   where the population was stored without them, or for another model
        """
        missing = [q.path for q in model.parameters if q.path not in self.values]
        if missing:
            raise InputDataError.of("ZN-3051", "the population does not say all parameters of this person", found=f"{missing[0]} is missing",
                                    fix="draw it again with this version, and with parameters")
        return {q.path: float(self.values[q.path]) for q in model.parameters}


class Population:
    """A population in a file or in memory.

    facts : where it is from: group, seed, typical persons, correlations, how it was matched, who was screened
    """

    def __init__(self, facts: Mapping[str, Any], source: Path | pa.Table, rows: int) -> None:
        self.facts, self._source, self._rows = facts, source, rows

    def __len__(self) -> int:
        return self._rows

    def table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The persons, a row each; all columns where none are named.

        Raises
        ------
        InputDataError   where the file is damaged
        """
        import pyarrow.parquet as pq

        if not isinstance(self._source, Path):
            return self._source if columns is None else self._source.select(list(columns))
        with _told_of_damage(self._source), pq.ParquetFile(self._source, page_checksum_verification=True) as file:
            return file.read(None if columns is None else list(columns))

    def column(self, name: str) -> Vector:
        """One column as numbers, shape (person,).

        Raises
        ------
        UsageError   with the known names
        """
        names = self.names
        if name not in names:
            raise UsageError.of("ZN-1294", f"the population has no column {name!r}", fix=nearest(name, names))
        values: Vector = np.asarray(self.table([name]).column(name).to_numpy(zero_copy_only=False), dtype=np.float64)
        return values

    @property
    def schema(self) -> pa.Schema:
        """Names, types and units of the columns."""
        import pyarrow.parquet as pq

        return pq.read_schema(self._source) if isinstance(self._source, Path) else self._source.schema

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(self.schema.names)

    @property
    def weights(self) -> Vector:
        """How many persons each counts as, shape (person,), 1 on average."""
        return self.column(_WEIGHT)

    @property
    def effective(self) -> float:
        """The number of unweighted persons who would tell as much."""
        w = self.weights
        return float(w.sum() ** 2 / (w @ w)) if len(w) else 0.0

    def person(self, number: int) -> Person:
        """One person, by id.

        Raises
        ------
        UsageError   where nobody has it
        """
        import pyarrow.compute as pc

        table = self._rows_near(number)
        found = table.filter(pc.equal(table.column("id"), number)) if table is not None else None
        if found is None or not len(found):
            raise UsageError.of("ZN-1294", f"nobody in the population has the id {number}",
                                found=f"{len(self)} persons of places 0 to {self.facts.get('asked', 0) - 1}",
                                fix="ids are in the column id; places that nobody filled have none")
        return Person(number, {name: found.column(name)[0].as_py() for name in found.column_names}, self.facts)

    def _rows_near(self, number: int) -> pa.Table | None:
        """The piece of the file that may hold the person."""
        import pyarrow.parquet as pq

        if not isinstance(self._source, Path):
            return self._source
        with _told_of_damage(self._source), pq.ParquetFile(self._source, page_checksum_verification=True) as file:
            for i in range(file.num_row_groups):
                seen = file.metadata.row_group(i).column(0).statistics
                if seen is None or seen.min <= number <= seen.max:
                    return file.read_row_group(i)
        return None

    def dataset(self) -> xarray.Dataset:
        """Everything as a labelled ``xarray.Dataset`` over person, with units as attributes."""
        import xarray

        table, data = self.table(), {}
        for name in table.column_names:
            said = {key.decode(): value.decode() for key, value in (table.schema.field(name).metadata or {}).items()}
            kept = {"units": said.get("unit", ""), "long_name": said.get("meaning", "")}
            values = table.column(name).to_numpy(zero_copy_only=False)
            data[name] = (("person",), values.astype(str) if values.dtype == object else values, kept)
        number = data.pop("id")[1]
        return xarray.Dataset(data, coords={"person": ("person", number)}, attrs={"facts": json.dumps(self.facts, ensure_ascii=False)})


class _told_of_damage:  # noqa: N801 - used like a function
    """Damage of a file becomes one error that names it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        import pyarrow as pa

        if isinstance(error, (OSError, pa.ArrowException, ValueError, KeyError, TypeError)):
            raise InputDataError.of("ZN-3050", "this is no population, or it is damaged", file=str(self.path), found=str(error).splitlines()[0][:200],
                                    fix="name a file that `zonula population` wrote, or write it again") from error


def read_population(path: Path) -> Population:
    """Open a population; its persons are read when they are asked for.

    Raises
    ------
    InputDataError   where the file is none, or damaged
    """
    import pyarrow.parquet as pq

    with _told_of_damage(path):
        if not path.is_file():
            raise ValueError("there is no such file")
        with pq.ParquetFile(path) as file:
            said = (file.metadata.metadata or {}).get(_KEY)
            rows, names = file.metadata.num_rows, set(file.schema_arrow.names)
        facts = json.loads(said.decode("utf-8")) if said else {}
        if facts.get("format") != FORMAT or not {"id", "number", "member", _WEIGHT} <= names:
            raise ValueError(f"it is no {FORMAT}")
        return Population(facts, path, rows)


def held_population(batches: Sequence[pa.RecordBatch], schema: pa.Schema, facts: Mapping[str, Any], weights: Vector | None = None) -> Population:
    """A population in memory."""
    import pyarrow as pa

    table = pa.Table.from_batches(list(batches), schema=schema)
    if weights is not None:
        place = schema.get_field_index(_WEIGHT)
        table = table.set_column(place, schema.field(place), pa.array(weights, pa.float64()))
    return Population(json.loads(_as_text(facts)), table, len(table))

