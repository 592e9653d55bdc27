"""Some experiments, or some of their rows, by pattern."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from zonula.experiments.read import Experiment
from zonula.ground.errors import UsageError, nearest


def selected(experiments: Sequence[Experiment], patterns: Iterable[str]) -> tuple[list[Experiment], frozenset[str]]:
    """The experiments and rows whose names fit one of the *patterns* (all where there is none).

    Returns
    -------
    Experiments with the rows to simulate, those included that others are compared with; and the names of the rows that are asked for.

    Raises
    ------
    UsageError   where nothing fits a pattern
    """
    patterns = list(patterns)
    names = [name for e in experiments for name in (e.id, *(row.id for row in e.rows))]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UsageError.of("ZN-1244", f"no experiment and no row is called {pattern!r}", path="--only", fix=nearest(pattern, names))
    asked: set[str] = set()
    kept: list[Experiment] = []
    for e in experiments:
        mine = {row.id for row in e.rows if not patterns or any(fnmatchcase(name, p) for name in (e.id, row.id) for p in patterns)}
        if mine or not patterns:
            beside = {row.said.against.row for row in e.rows if row.id in mine and row.said.against is not None}
            kept.append(replace(e, rows=tuple(row for row in e.rows if row.id in mine | beside)))
            asked |= mine
    return kept, frozenset(asked)
