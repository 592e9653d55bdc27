"""What a page of a trial draws over time: means by arm of what was measured, and roads by arm; read in pieces, however large the study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Values = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
_Z = 1.959963984540054  # of a 95 % interval
ROAD_PARTS = ("systemic", "products", "primed", "remainder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A measure in an arm, visit by visit.

    days          : of the visits
    n, mean, half : of those who were randomised to the arm and came: how many, their mean as measured, half its 95 % interval
    true          : the mean of all who lived in the arm, without errors of measurement, whether they came or not
    """

    days: Values
    n: Values
    mean: Values
    half: Values
    true: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """All measures in all arms; ``of[measure][arm]``."""

    of: Mapping[str, Mapping[str, Course]]
    persons: int
    roads: Mapping[str, Roads] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """A readout by road: means over the sampled persons.

    parts : shape (arm, day, part of ROAD_PARTS)
    """

    arms: tuple[str, ...]
    days: Values
    parts: Values
    persons: int


def courses_of(lives: Iterable[pa.RecordBatch], visits: Iterable[pa.RecordBatch], arms: Sequence[str], measures: Sequence[str],
               roads: Iterable[pa.RecordBatch] = ()) -> Courses:
    """Means by arm and visit, from the tables of a study (sorted by person) in pieces."""
    person, arm = _assigned(lives, arms)
    sums: dict[str, _Sums] = {measure: _Sums(len(arms)) for measure in measures}
    days: dict[int, float] = {}
    for batch in visits:
        table = _columns(batch, ["person", "arm", "visit", "day"], arms)
        place = np.minimum(np.searchsorted(person, table["person"]), max(len(person) - 1, 0))
        chosen = (person[place] == table["person"]) & (arm[place] == table["arm"]) if len(person) else np.zeros(len(place), dtype=np.bool_)
        first = np.unique(table["visit"], return_index=True)
        days.update(zip(first[0].tolist(), table["day"][first[1]].tolist(), strict=True))
        for measure, kept in sums.items():
            kept.add(table["arm"], table["visit"], chosen, _numbers(batch, measure), _numbers(batch, f"{measure}_true"))
    order = sorted(days, key=lambda visit: days[visit])
    when = np.array([days[visit] for visit in order], dtype=np.float64)
    of = {measure: {name: kept.course(j, order, when) for j, name in enumerate(arms)} for measure, kept in sums.items()}
    return Courses(of=of, persons=len(person), roads=_roads(roads, arms))


class _Sums:
    """Counts, sums and sums of squares by arm and visit."""

    def __init__(self, arms: int) -> None:
        self.arms = arms
        self.kept: Values = np.zeros((5, arms, 0))

    def add(self, arm: Whole, visit: Whole, chosen: npt.NDArray[np.bool_], seen: Values, true: Values) -> None:
        """Add lines of the table."""
        wide = max(int(visit.max(initial=-1)) + 1, self.kept.shape[2])
        self.kept = np.pad(self.kept, ((0, 0), (0, 0), (0, wide - self.kept.shape[2])))
        at, size = arm * wide + visit, self.arms * wide
        came, lived = chosen & np.isfinite(seen) & (arm >= 0), np.isfinite(true) & (arm >= 0)
        for row, (here, values) in enumerate(((came, None), (came, seen), (came, seen * seen), (lived, None), (lived, true))):
            weights = None if values is None else values[here]
            self.kept[row] += np.bincount(at[here], weights=weights, minlength=size)[:size].reshape(self.arms, wide)

    def course(self, arm: int, order: Sequence[int], when: Values) -> Course:
        """The means of an arm."""
        n, total, squares, lived, true = self.kept[:, arm, list(order)]
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = total / n
            half = _Z * np.sqrt(np.maximum(squares / n - mean * mean, 0.0) / (n - 1))
            return Course(days=when, n=n, mean=mean, half=np.where(n > 1, half, np.nan), true=true / lived)


def _assigned(lives: Iterable[pa.RecordBatch], arms: Sequence[str]) -> tuple[Whole, Whole]:
    """To which arm each person was randomised, sorted by person."""
    person, arm = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for batch in lives:
        table = _columns(batch, ["person", "arm", "randomised"], arms)
        mine = table["randomised"].astype(np.bool_) & (table["arm"] >= 0)
        person.append(table["person"][mine])
        arm.append(table["arm"][mine])
    persons, at = np.unique(np.concatenate(person), return_index=True)
    return persons, np.concatenate(arm)[at]


def _columns(batch: pa.RecordBatch, names: Sequence[str], arms: Sequence[str]) -> dict[str, Any]:
    """Columns as arrays; arms as places in *arms*, -1 of those that are not asked for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found: dict[str, Any] = {}
    for name in names:
        column = batch.column(batch.schema.get_field_index(name))
        if name == "arm":
            codes = pc.index_in(column.cast(pa.string()), value_set=pa.array(list(arms), pa.string()))
            found[name] = codes.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        else:
            values = column.to_numpy(zero_copy_only=False)
            found[name] = values.astype(np.int64) if name in ("person", "visit") else values
    return found


def _numbers(batch: pa.RecordBatch, name: str) -> Values:
    """A column of numbers; all NaN where there is none."""
    place = batch.schema.get_field_index(name)
    if place < 0:
        return np.full(batch.num_rows, np.nan)
    values: Values = batch.column(place).to_numpy(zero_copy_only=False).astype(np.float64)
    return values


def _roads(batches: Iterable[pa.RecordBatch], arms: Sequence[str]) -> dict[str, Roads]:
    """Means by readout, arm and day of the sampled persons; they are few."""
    import pyarrow as pa

    pieces = [batch for batch in batches if batch.num_rows]
    if not pieces:
        return {}
    table = pa.Table.from_batches(pieces)
    readout = np.array(table["readout"].cast(pa.string()).to_pylist())
    arm = np.array(table["arm"].cast(pa.string()).to_pylist())
    day = table["day"].to_numpy().astype(np.float64)
    parts = np.column_stack([table[name].to_numpy().astype(np.float64) for name in ROAD_PARTS])
    found = {}
    for name in dict.fromkeys(readout.tolist()):
        known = [a for a in arms if np.any((arm == a) & (readout == name))]
        days = np.unique(day[readout == name])
        mean = np.array([[_mean(parts[(readout == name) & (arm == a) & (day == d)]) for d in days] for a in known])
        found[name] = Roads(arms=tuple(known), days=days, parts=mean, persons=len(np.unique(table["person"].to_numpy()[readout == name])))
    return found


def _mean(rows: Values) -> Values:
    """The mean of the rows that exist."""
    known = rows[np.all(np.isfinite(rows), axis=1)]
    return known.mean(axis=0) if len(known) else np.full(len(ROAD_PARTS), np.nan)
