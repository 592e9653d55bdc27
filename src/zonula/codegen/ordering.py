"""In which order a sparse matrix is factorised, without pivoting: which entry of each row is divided by, and what fills in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Elimination:
    """The plan of an LU factorisation of a matrix whose rows have been put in another order.

    row     : for each column, the row whose entry in it is the pivot
    order   : the columns, in the order of elimination
    before  : for each column, the columns left of its pivot that its row has entries in, in order of elimination
    after   : for each column, the columns right of its pivot that its row has entries in
    entries : how many numbers the factors are, with fill-in
    """

    row: tuple[int, ...]
    order: tuple[int, ...]
    before: tuple[tuple[int, ...], ...]
    after: tuple[tuple[int, ...], ...]

    @property
    def entries(self) -> int:
        """How many numbers the factors are, with what fills in."""
        return len(self.row) + sum(map(len, self.before)) + sum(map(len, self.after))


def pivots(size: int, pattern: Iterable[Place]) -> tuple[int, ...]:
    """For each column the row whose entry in it will be divided by: its own where that is possible.

    Raises
    ------
    ValueError   when every choice has a zero: the matrix is singular whatever its entries are
    """
    columns_of: list[list[int]] = [[] for _ in range(size)]
    for i, j in sorted(pattern):
        columns_of[i].append(j)
    row_of = [j if j in columns_of[j] else -1 for j in range(size)]
    for i in range(size):
        if row_of[i] != i and not _placed(i, columns_of, row_of, set()):
            raise ValueError(f"equation {i} determines nothing that another one does not")
    return tuple(row_of)


def _placed(i: int, columns_of: list[list[int]], row_of: list[int], seen: set[int]) -> bool:
    for j in columns_of[i]:
        if j not in seen:
            seen.add(j)
            if row_of[j] < 0 or _placed(row_of[j], columns_of, row_of, seen):
                row_of[j] = i
                return True
    return False


def elimination(size: int, pattern: Iterable[Place], rows: tuple[int, ...] | None = None) -> Elimination:
    """Plan a factorisation that fills in little (Markowitz' rule: fewest products at each step; ties by number)."""
    rows = tuple(range(size)) if rows is None else rows
    column_of = {row: column for column, row in enumerate(rows)}
    across: list[set[int]] = [{k} for k in range(size)]  # by pivot: columns of its row
    down: list[set[int]] = [{k} for k in range(size)]  # by column: the pivots whose rows have it
    for i, j in pattern:
        across[column_of[i]].add(j)
        down[j].add(column_of[i])
    left, order = set(range(size)), []
    while left:
        k = min(left, key=lambda at: ((len(across[at] & left) - 1) * (len(down[at] & left) - 1), at))
        left.remove(k)
        order.append(k)
        for i in down[k] & left:
            new = (across[k] & left) - across[i]
            across[i] |= new
            for j in new:
                down[j].add(i)
    at = {k: n for n, k in enumerate(order)}
    before = tuple(tuple(sorted((j for j in across[k] if at[j] < at[k]), key=at.__getitem__)) for k in range(size))
    after = tuple(tuple(sorted((j for j in across[k] if at[j] > at[k]), key=at.__getitem__)) for k in range(size))
    return Elimination(rows, tuple(order), before, after)
