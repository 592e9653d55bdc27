"""What several test files need: expected refusals, small models, and a model's functions at given numbers."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from zonula.codegen.python import Functions, generate
from zonula.ground.errors import ZonulaError
from zonula.language import Model
from zonula.language.checks import unit_of
from zonula.language.expression import evaluate


@contextmanager
def refused(code: str, *words: str, kind: type[ZonulaError] = ZonulaError) -> Iterator[None]:
    """The block must be refused with that code; each word must stand in the text, and the reader must be told what to do."""
    with pytest.raises(kind) as caught:
        yield
    codes = [problem.code for problem in caught.value.problems]
    assert code in codes, str(caught.value)
    for word in words:
        assert word in str(caught.value), f"{word!r} is not named in: {caught.value}"
    assert all(problem.fix for problem in caught.value.problems), "an error without a fix"


class Numbers:
    """A model with numbers in it: everything neutral and open, to be changed at will."""

    def __init__(self, model: Model, x=None, p=None, *, s=(), h=(), arrays: bool = False) -> None:
        self.model, self.functions = model, generated(model, arrays=arrays)
        self.x = [q.start for q in model.states] if x is None else list(x)
        self.p = [1.0] * len(model.parameters) if p is None else list(p)
        self.s, self.h = list(s), list(h)
        self.u = [e.neutral for e in model.exposures]
        self.g, self.r = [1.0] * len(model.gates), [1.0] * len(model.roads)

    def set(self, **values: float) -> "Numbers":
        """Set states, parameters, exposures, gates and roads by their paths, with two underscores for the dot."""
        for path, value in ((k.replace("__", "."), v) for k, v in values.items()):
            for vector, quantities in ((self.x, self.model.states), (self.p, self.model.parameters), (self.u, self.model.exposures),
                                       (self.g, self.model.gates), (self.r, self.model.roads)):
                places = [i for i, q in enumerate(quantities) if q.path == path]
                for i in places:
                    vector[i] = value
                if places:
                    break
            else:
                raise KeyError(path)
        return self

    def arguments(self) -> tuple:
        return (self.x, self.p, self.s, self.h, self.u, self.g, self.r)

    def derivative(self) -> dict[str, float]:
        return dict(zip((q.path for q in self.model.states), self.functions.derivative(*self.arguments()), strict=True))

    def jacobian(self) -> np.ndarray:
        matrix = np.zeros((len(self.x), len(self.x)))
        for place, value in zip(self.functions.pattern, self.functions.jacobian(*self.arguments()), strict=True):
            matrix[place] = value
        return matrix

    def shown(self) -> dict[str, float]:
        """Readouts by name, then signals and rates by their identifiers."""
        names = (*self.model.readout_names, *self.functions.traced)
        return dict(zip(names, self.functions.readouts(*self.arguments()), strict=True))

    def volumes(self) -> list[float]:
        """The volume of each state in litres or what it is measured in; 1 where there is none."""
        values = dict(zip(self.model.parameters, self.p, strict=True))
        return [1.0 if v is None else float(evaluate(v, values)) for v in self.model.volumes]

    def amounts(self) -> dict[str, float]:
        """The rate of change of each state's amount, in base units."""
        scales = [float(q.unit.scale) * (1.0 if v is None else float(unit_of(v).scale))
                  for q, v in zip(self.model.states, self.model.volumes, strict=True)]
        changes = self.derivative()
        return {path: change * volume * scale
                for (path, change), volume, scale in zip(changes.items(), self.volumes(), scales, strict=True)}


_MADE: dict[tuple[int, bool], tuple[Model, Functions]] = {}


def generated(model: Model, *, arrays: bool = False) -> Functions:
    """The generated functions of a model, made once."""
    key = (id(model), arrays)
    if key not in _MADE or _MADE[key][0] is not model:
        _MADE[key] = (model, generate(model, arrays=arrays))
    return _MADE[key][1]
