"""What goes together in people: a Gaussian copula over the chances by which persons are drawn, by name, so that a new pair changes nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from zonula.ground.errors import Problem, UsageError, nearest, raise_all
from zonula.ground.files import packaged, read_text
from zonula.ground.provenance import canonical, digest
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.population.schema import Number, Source
from zonula.simulation.closed_tables import CLOSED, check_sizes, line_of, parse_toml, read_closed
from zonula.simulation.equations import Vector

SCHEMA = "zonula/correlations/1"
_STREAMS = {"age": "age", "height": "height", "bmi": "body mass index", "female": "sex", "hla_b27": "HLA-B27", "smoker": "smoking"}
_LOW_IS_YES = {"female", "hla_b27", "smoker"}  # who belongs to a share is whose deviate is low
_LEAST = 1e-9  # of what a name has left of its own


class _Table(BaseModel):
    model_config = CLOSED


class PairTable(_Table):
    """Two names that go together."""

    of: list[str] = Field(min_length=2, max_length=2)
    rho: Number = Field(gt=-1, lt=1)
    status: Literal["measured", "derived", "calibrated", "assumed"] = "assumed"
    source: list[Source] = Field(default_factory=list)
    note: str = ""


class CorrelationsTable(_Table):
    """The whole file."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    pair: list[PairTable] = Field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlations:
    """Which chances are made of which others.

    pairs : as the file has them
    made  : of each stream that depends on others: these streams and its own, each with its weight
    """

    pairs: tuple[PairTable, ...] = ()
    made: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what determines the draws."""
        return digest(canonical({"pairs": [[*p.of, float(p.rho)] for p in self.pairs]}))

    def deviates(self, seed: int, names: Sequence[str], persons: Sequence[int]) -> Vector:
        """Standard normal numbers, shape (person, name); those of streams that go with others made of theirs."""
        out = normal_deviates(seed, names, persons)
        mixed = [(i, self.made[name]) for i, name in enumerate(names) if name in self.made]
        if not mixed:
            return out
        sources = list(dict.fromkeys(source for _, parts in mixed for source, _ in parts))
        own = dict(zip(sources, normal_deviates(seed, sources, persons).T, strict=True))
        for i, parts in mixed:
            total = np.zeros(len(out))
            for source, weight in parts:  # one after another: no bit depends on how many persons there are
                total = total + weight * own[source]
            out[:, i] = total
        return out


NONE = Correlations()


def correlations_of(pairs: Sequence[PairTable], *, file: str = "", text: str = "") -> Correlations:
    """Make of pairs what the draws need.

    Raises
    ------
    UsageError   where a name stands in a pair with itself, a pair stands twice, or no numbers can go together so
    """
    order = list(dict.fromkeys(name for p in pairs if p.rho for name in p.of))
    problems: list[Problem] = []
    matrix = np.eye(len(order))
    seen: set[frozenset[str]] = set()
    for i, p in enumerate(pairs):
        both = frozenset(p.of)
        if len(both) == 1 or both in seen:
            why = f"{p.of[0]} is paired with itself" if len(both) == 1 else f"{p.of[0]} and {p.of[1]} are paired twice"
            problems.append(Problem(code="ZN-1290", message=why, file=file, line=line_of(text, ("pair", i)), path=f"pair[{i}]", fix="take it out"))
        seen.add(both)
        if p.rho:
            a, b = (order.index(name) for name in p.of)
            matrix[a, b] = matrix[b, a] = _signed(p)
    raise_all(UsageError, problems)
    made = {}
    for group in _connected(matrix):
        names = [order[i] for i in group]
        lower = _lower(matrix[np.ix_(group, group)], names, file)
        for k, name in enumerate(names):
            parts = tuple((stream_of(names[j]), float(lower[k, j])) for j in range(k + 1) if lower[k, j])
            if k:
                made[stream_of(name)] = parts
    return Correlations(pairs=tuple(pairs), made=made)


def _signed(p: PairTable) -> float:
    return float(p.rho) * (-1.0) ** sum(name in _LOW_IS_YES for name in p.of)


def _connected(matrix: Vector) -> list[list[int]]:
    """Places that go together, directly or by way of others, each group in the order of the file."""
    left, groups = list(range(len(matrix))), []
    while left:
        group, ahead = {left[0]}, [left[0]]
        while ahead:
            for other in np.flatnonzero(matrix[ahead.pop()]).tolist():
                if other not in group:
                    group.add(other)
                    ahead.append(other)
        groups.append(sorted(group))
        left = [i for i in left if i not in group]
    return groups


def _lower(matrix: Vector, names: Sequence[str], file: str) -> Vector:
    """The lower triangle whose square is the matrix: plain sums, so that no bit depends on a library."""
    lower = np.zeros_like(matrix)
    for i in range(len(matrix)):
        for j in range(i + 1):
            rest = float(matrix[i, j]) - sum(float(lower[i, k]) * float(lower[j, k]) for k in range(j))
            if i == j and rest < _LEAST:
                raise UsageError.of("ZN-1290", f"no numbers can go together as these pairs of {', '.join(names)} say", file=file,
                                    found=f"too much is asked of {names[i]}", fix="bring some of the correlations nearer to 0")
            lower[i, j] = np.sqrt(rest) if i == j else rest / lower[j, j]
    return lower


def stream_of(name: str) -> str:
    """The chance by which a covariate or a parameter of a person is drawn."""
    return f"covariate {_STREAMS[name]}" if name in _STREAMS else f"variability of {name}"


def read_correlations(path: Path, model: Model | None = None) -> Correlations:
    """Read a file of correlations; names are checked where the model is given.

    Raises
    ------
    UsageError   with every problem found
    """
    text = read_text(path)
    raw = parse_toml(text, str(path))
    check_sizes(raw, str(path))
    table = read_closed(CorrelationsTable, raw, text, str(path))
    problems = []
    if table.schema_ != SCHEMA:
        problems.append(Problem(code="ZN-1290", message=f"unknown schema {table.schema_!r}", file=str(path), line=line_of(text, ("schema",)),
                                path="schema", fix=f'write schema = "{SCHEMA}"'))
    if model is not None:
        known = [*_STREAMS, *model.parameter_index]
        problems += [Problem(code="ZN-1290", message=f"there is no parameter or covariate {name!r}", file=str(path),
                             line=line_of(text, ("pair", i, "of")), path=f"pair[{i}].of", fix=nearest(name, known))
                     for i, p in enumerate(table.pair) for name in p.of if name not in known]
    raise_all(UsageError, problems)
    return correlations_of(table.pair, file=str(path), text=text)


@lru_cache(maxsize=1)
def shipped_correlations() -> Correlations:
    """Those that ship with zonula."""
    return read_correlations(packaged("population", "correlations.toml"))
