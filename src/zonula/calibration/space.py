"""What is not known, as standard normal scores: one for each uncertain parameter of the typical person and of the groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from zonula.evidence.laws import quantiles
from zonula.evidence.load import Evidence
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.population.groups import Group
from zonula.population.sampling import Members
from zonula.simulation.equations import Vector, parameter_vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The uncertain numbers, in order: parameters of the model, then those of groups.

    A score of 0 is the evidence's value, and -1.645 and 1.645 are the ends of its 90 % range: before any data, scores are standard normal.
    """

    model: Model
    evidence: Mapping[str, Evidence]
    parameters: tuple[str, ...]
    of_groups: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them: paths of parameters, and ``path in group``."""
        return (*self.parameters, *self.of_groups)

    def members(self, scores: Vector, name: str) -> Members:
        """Typical persons of these scores, shape (member, name); their persons are the same: members differ by scores and the luck of visits."""
        typical = parameter_vector(self.model, {path: e.value for path, e in self.evidence.items()})
        rows = typical[np.newaxis, :].repeat(len(scores), axis=0)
        places = [self.model.parameter_index[path] for path in self.parameters]
        laws = [self.evidence[path].uncertainty for path in self.parameters]
        rows[:, places] = quantiles(laws, typical[places], scores[:, : len(self.parameters)])
        groups = {f"uncertainty of {name}": scores[:, len(self.parameters) + i] for i, name in enumerate(self.of_groups)}
        return Members(rows=rows, numbers=(0,) * len(scores), name=name, scores=groups)


def space_of(model: Model, evidence: Mapping[str, Evidence], groups: Iterable[Group]) -> Space:
    """All that is uncertain of a model and of some groups."""
    typical = {path: e.value for path, e in evidence.items()}
    parameters = tuple(q.path for q in model.parameters if evidence[q.path].uncertainty.name != "fixed" and typical[q.path] != 0)
    of_groups = tuple(dict.fromkeys(f"{path} in {group.name}" for group in groups for path, change in group.parameters.items()
                                    if change.uncertainty is not None and change.uncertainty.law != "fixed"))
    return Space(model=model, evidence=evidence, parameters=parameters, of_groups=of_groups)


def prior_scores(space: Space, count: int, seed: int, first: int = 0) -> Vector:
    """Scores before any data, shape (member, name)."""
    names: Sequence[str] = [f"score of {name}" for name in space.names]
    return normal_deviates(seed, names, range(first, first + count))
