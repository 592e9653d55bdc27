"""What is asked of work that can be cut into shards: a part is a function of the work and of which persons it holds, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zonula.ground.errors import ZonulaError

Counts = Mapping[str, npt.NDArray[np.int64]]


class Layout(NamedTuple):
    """How a table is ordered, and how the tables of shards become one.

    by     : the columns that order it; the first is the person, unless it is summed
    summed : rows that agree in *by* are added over the shards: all other columns are whole numbers
    """

    by: tuple[str, ...]
    summed: bool = False


class Interval(NamedTuple):
    """A number with its 95 % interval, of how many values."""

    value: float
    low: float
    high: float
    n: int

    @property
    def width(self) -> float:
        """How wide the interval is."""
        return self.high - self.low


@dataclass(frozen=True)
class Part:
    """What one shard gives: tables, counts that are added over shards, and how many failed by reason (their rows are in the tables too)."""

    tables: Mapping[str, pa.Table]
    counts: Counts = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)


class Work(Protocol):
    """Work on persons 0 to persons - 1, each independent of the others.

    identity : plain data: all that determines the results, except how many persons there are and how they are cut
    unit     : a shard holds a whole number of so many persons (but for the last one)
    tables   : the tables of every part
    """

    @property
    def identity(self) -> Mapping[str, Any]: ...

    @property
    def persons(self) -> int: ...

    @property
    def unit(self) -> int: ...

    @property
    def tables(self) -> Mapping[str, Layout]: ...

    def run(self, first: int, last: int) -> Part:
        """The persons from *first* to the one before *last*."""
        ...


@runtime_checkable
class Suited(Protocol):
    """Work that is done best of many persons together."""

    @property
    def suits(self) -> int:
        """How many; each of fewer costs more."""
        ...


@runtime_checkable
class Estimating(Protocol):
    """Work that can say something before all of it is done."""

    def estimates(self, counts: Counts) -> Mapping[str, Interval]:
        """Named numbers out of the counts of some shards, added."""
        ...


Opener = Callable[[Mapping[str, Any]], Work]  # makes the work out of a plan as plain data, in any process


class UnfinishedError(ZonulaError):
    """Some shards are not done; the same again does the rest."""

    exit_code: ClassVar[int] = 7
