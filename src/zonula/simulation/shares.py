"""How a readout is shared out among roads: which roads are closed together, and what each then carries (Shapley values)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from zonula.simulation.closings import Closing, Question, earliest, known_roads
from zonula.simulation.equations import Vector
from zonula.simulation.problem import Problem

ROUNDING = 1e-6  # in the readout's unit: less is not there
Closed = frozenset[str]  # the roads that are closed in one run


def shapley(outcomes: Mapping[Closed, Vector], roads: Sequence[str]) -> dict[str, Vector]:
    """The share of each road in what all of them together take away when they are closed.

    Parameters
    ----------
    outcomes : what comes out, by the set of roads that are closed: all 2^n sets
    roads    : their names
    """
    shares = {}
    for road in roads:
        others = [other for other in roads if other != road]
        share = np.zeros_like(outcomes[frozenset()])
        for closed in subsets(others):
            share = share + (outcomes[closed] - outcomes[closed | {road}]) / (len(roads) * comb(len(others), len(closed)))
        shares[road] = share
    return shares


def subsets(roads: Sequence[str]) -> Iterator[Closed]:
    """All subsets, smaller ones first."""
    for size in range(len(roads) + 1):
        yield from map(frozenset, combinations(roads, size))


@dataclass(frozen=True, slots=True)
class Combinations:
    """What is closed in each run that answers a question."""

    problem: Problem
    question: Question

    @property
    def roads(self) -> tuple[str, ...]:
        """Names of the roads that are asked about, in their usual order."""
        return known_roads(self.problem.model)

    def closed(self, roads: Closed, start: float) -> frozenset[Closing]:
        """All that is closed when *roads* are closed from *start* on, besides what is closed anyway."""
        return earliest({*self.problem.closed, *(Closing(road, start) for road in roads)})

    def sense(self, start: float) -> dict[Closed, frozenset[Closing]]:
        """What is closed in each run of one sense, by the roads that are asked about; the open one first."""
        return {roads: self.closed(roads, start) for roads in subsets(self.roads)}

    def needed(self) -> list[frozenset[Closing]]:
        """What is closed in each run of both senses, without repetition; the open one first."""
        return list(dict.fromkeys([*self.sense(0.0).values(), *self.sense(self.question.day).values()]))
