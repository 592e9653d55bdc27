"""What was lived, as arrays: a row for each life (a person in an arm), in the order of persons and arms, a column for each visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import InputDataError, nearest
from zonula.simulation.equations import Vector

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
_SAID = ("person", "arm", "randomised", "member", "variant", "site", "stratum", "attempt", "female", "age", "height", "weight", "bmi", "hla_b27",
         "smoker",
         "adherence", "status", "stopped_day", "dropout_day", "dropout_reason", "rescue_day", "rescue", "switches", "trial_weight")
_BEFORE = ("female", "age", "height", "weight", "bmi", "hla_b27", "smoker")  # columns of a person that no arm changes


class Columns(Mapping[str, Vector]):
    """The measures of visits, shape (life, visit), taken from a table or file when they are asked for."""

    def __init__(self, names: tuple[str, ...], source: Any, place: tuple[Places, Places], shape: tuple[int, int], suffix: str = "") -> None:
        self._names, self._source, self._place, self._shape, self._suffix = names, source, place, shape, suffix
        self._kept: dict[str, Vector] = {}

    def __getitem__(self, name: str) -> Vector:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._kept:
            values = np.full(self._shape, np.nan)
            values[self._place] = _column(self._source, name + self._suffix)
            self._kept[name] = values
        return self._kept[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """All lives of a study.

    person, arm : of each life; *arm* is a place in *arms*
    randomised  : whether the person was randomised to this arm
    finished    : whether the life could be simulated to its end
    days        : of the visits, from the first, which is the baseline
    seen, true  : by measure, shape (life, visit): as measured (NaN where nobody came), and without error
    before      : by name, shape (life,), what is known of a person before: sex, age, ...
    harms       : by id, the day on which it was first met; NaN never
    weights     : of each life, of a population matched to a cohort; None where all count the same
    """

    arms: tuple[str, ...]
    person: Places
    arm: Places
    randomised: Mask
    days: Vector
    seen: Mapping[str, Vector]
    true: Mapping[str, Vector]
    member: Places
    variant: npt.NDArray[np.object_]
    stratum: npt.NDArray[np.object_]
    finished: Mask
    dropout_day: Vector
    dropout_reason: npt.NDArray[np.object_]
    rescue_day: Vector
    status: npt.NDArray[np.object_] = field(repr=False)
    before: Mapping[str, Vector] = field(default_factory=dict)
    harms: Mapping[str, Vector] = field(default_factory=dict)
    weights: Vector | None = None

    def visit(self, day: float) -> int:
        """The place of the visit on a day.

        Raises
        ------
        InputDataError   where nobody came on that day
        """
        near = np.flatnonzero(np.abs(self.days - day) < 0.5)
        if not len(near):
            raise InputDataError.of("ZN-3041", f"no visit is on day {day:g}", found="visits on days " + ", ".join(f"{d:g}" for d in self.days),
                                    fix="name the week of a visit")
        return int(near[0])

    def arm_place(self, name: str) -> int:
        """The place of an arm by its name.

        Raises
        ------
        InputDataError
        """
        if name not in self.arms:
            raise InputDataError.of("ZN-3042", f"nobody lived in the arm {name!r}", fix=nearest(name, self.arms))
        return self.arms.index(name)

    def of_arms(self, *names: str, randomised: bool = True) -> Places:
        """Rows of the lives in these arms, in the order of lives; *randomised*: only of those to whom chance gave that arm."""
        chosen = np.isin(self.arm, [self.arm_place(name) for name in names])
        return np.flatnonzero(chosen & self.randomised if randomised else chosen)

    def paired(self, *arms: str) -> tuple[Places, ...]:
        """Rows of the lives of the same persons in each of these arms, person by person, of those who lived to the end in all."""
        of = [np.flatnonzero((self.arm == self.arm_place(name)) & self.finished) for name in arms]
        same = reduce(lambda a, b: np.intersect1d(a, b, assume_unique=True), [self.person[rows] for rows in of])
        return tuple(rows[np.searchsorted(self.person[rows], same)] for rows in of)

    def weights_of(self, rows: Places) -> Vector | None:
        """The weights of some lives."""
        return None if self.weights is None else self.weights[rows]


def lived_of(lives: Any, visits: Any, arms: tuple[str, ...] = ()) -> Lived:
    """From the tables of a study (pyarrow), whatever the order of their rows; *arms* in the order in which they are to be told."""
    raw = {name: _column(lives, name) for name in lives.column_names}
    arms = tuple(dict.fromkeys((*arms, *sorted(set(raw["arm"].tolist())))))
    arm = _codes(raw["arm"], arms)
    order = np.lexsort((arm, raw["person"]))
    raw = {name: column[order] for name, column in raw.items()}
    person, arm, count = raw["person"].astype(np.int64), arm[order], len(order)
    number = _column(visits, "visit").astype(np.int64)
    numbers, at = np.unique(number, return_inverse=True)
    rows = _rows_of(person * len(arms) + arm, _column(visits, "person").astype(np.int64) * len(arms) + _codes(_column(visits, "arm"), arms))
    days = np.full(len(numbers), np.nan)
    days[at] = _column(visits, "day")
    place, shape = (rows, at.astype(np.int64)), (count, len(numbers))
    measures = tuple(name for name in visits.column_names if f"{name}_true" in visits.column_names)
    return Lived(arms=arms, person=person, arm=arm, randomised=raw["randomised"].astype(np.bool_), days=days,
                 seen=Columns(measures, visits, place, shape), true=Columns(measures, visits, place, shape, "_true"),
                 finished=raw["status"] == "finished", **_told(raw, count))


def _told(raw: Mapping[str, Any], count: int) -> dict[str, Any]:
    def words(name: str) -> npt.NDArray[np.object_]:
        return np.asarray(raw.get(name, np.full(count, "", dtype=object)), dtype=object)

    def days(name: str) -> Vector:
        return np.asarray(raw.get(name, np.full(count, np.nan)), dtype=np.float64)

    return {"member": np.asarray(raw.get("member", np.zeros(count)), dtype=np.int64), "variant": words("variant"), "stratum": words("stratum"),
            "status": words("status"), "dropout_day": days("dropout_day"), "dropout_reason": words("dropout_reason"),
            "rescue_day": days("rescue_day"),
            "before": {name: np.asarray(raw[name], dtype=np.float64) for name in _BEFORE if name in raw},
            "harms": {name: np.asarray(column, dtype=np.float64) for name, column in raw.items()
                      if name not in _SAID and column.dtype != object},
            "weights": np.asarray(raw["trial_weight"], dtype=np.float64) if "trial_weight" in raw else None}


class _File:
    """A Parquet file as a table whose columns are read when they are asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def column_names(self) -> list[str]:
        import pyarrow.parquet as pq

        return list(pq.read_schema(self.path).names)

    def column(self, name: str) -> Any:
        import pyarrow.parquet as pq

        return pq.read_table(self.path, columns=[name]).column(name)


def read_lived(lives: Path, visits: Path, arms: tuple[str, ...] = ()) -> Lived:
    """From the files of a study; of the visits only what is asked for is read."""
    return lived_of(_File(lives), _File(visits), arms)


def _column(table: Any, name: str) -> Any:
    """A column as NumPy has it, words as objects."""
    import pyarrow as pa

    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.to_numpy()


def _codes(names: Any, arms: tuple[str, ...]) -> Places:
    codes = np.full(len(names), -1, dtype=np.int64)
    for place, arm in enumerate(arms):
        codes[names == arm] = place
    return codes


def _rows_of(known: Places, asked: Places) -> Places:
    """Where each *asked* life stands among the *known*, which rise."""
    rows = np.searchsorted(known, asked)
    if np.any(rows >= len(known)) or np.any(known[np.minimum(rows, len(known) - 1)] != asked):
        raise InputDataError.of("ZN-3043", "visits tell of lives that are not in the table of lives", fix="merge the study again")
    return rows.astype(np.int64)
