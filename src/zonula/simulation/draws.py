"""People who are drawn: each parameter of each person by the laws that the evidence gives, each by a chance of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from zonula.evidence.laws import quantiles
from zonula.evidence.load import Evidence
from zonula.ground.errors import UsageError, nearest
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.simulation.equations import Vector

SPREADS = {"variability": "people differ, and the typical person is known", "uncertainty": "each is a typical person as it may be",
           "both": "the typical person is not known, and people differ from them"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """Typical persons as they may be, after a calibration: who is taken instead of drawing by the evidence alone.

    rows    : shape (draw, parameter), in the model's order and units
    variant : of each draw, the name of the variant of the model in which it lives
    closed  : of each draw, the roads that do not exist in that variant
    name    : where they are from, with a hash
    """

    rows: Vector
    variant: tuple[str, ...]
    closed: tuple[tuple[str, ...], ...]
    name: str

    @property
    def variants(self) -> int:
        """How many variants of the model they live in."""
        return len(set(self.variant))

    def like(self, problem_parameters: Vector, said: Iterable[str], model: Model) -> Vector:
        """Their parameters, with what is said of the person in all of them."""
        rows = self.rows.copy()
        places = [model.parameter_index[path] for path in said if path in model.parameter_index]
        rows[:, places] = problem_parameters[places]
        return rows

    def first(self, count: int) -> Typical:
        """The first *count* of them."""
        return Typical(rows=self.rows[:count], variant=self.variant[:count], closed=self.closed[:count], name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """People as rows of parameters, made when they are asked for, so that any number of them takes no space.

    The same seed gives the same person under the same number, whoever else is drawn; a new parameter changes none of the others.

    typical : shape (parameter,), the values about which people are drawn; what is typically nothing is nothing in everybody
    said    : paths of parameters that are not drawn: everybody has the typical value
    count   : how many people
    spread  : what they differ by, see ``SPREADS``
    """

    model: Model
    evidence: Mapping[str, Evidence]
    typical: Vector
    count: int
    said: frozenset[str] = field(default_factory=frozenset)
    spread: str = "variability"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.spread not in SPREADS:
            raise UsageError.of("ZN-1208", f"people cannot be drawn by {self.spread!r}", fix=nearest(self.spread, SPREADS))
        if self.count < 1:
            raise UsageError.of("ZN-1209", f"{self.count} people cannot be drawn", expected="one at least", fix="say how many, like persons=200")

    @property
    def shape(self) -> tuple[int, int]:
        """How many people and parameters."""
        return self.count, len(self.typical)

    def __getitem__(self, which: slice) -> Vector:
        """The parameters of some people, shape (person, parameter)."""
        people = range(*which.indices(self.count))
        rows: Vector = self.typical.repeat(len(people)).reshape(len(self.typical), -1).T.copy()
        places = [i for i, q in enumerate(self.model.parameters) if self.typical[i] and q.path not in self.said]
        laws = {"uncertainty": ("uncertainty",), "variability": ("variability",), "both": ("uncertainty", "variability")}[self.spread]
        for law in laws:
            drawn = [i for i in places if getattr(self.evidence[self.model.parameters[i].path], law).name != "fixed"]
            names = [f"{law} of {self.model.parameters[i].path}" for i in drawn]
            spreads = [getattr(self.evidence[self.model.parameters[i].path], law) for i in drawn]
            medians = self.typical[drawn] if law == laws[0] else rows[:, drawn]
            rows[:, drawn] = quantiles(spreads, medians, normal_deviates(self.seed, names, people))
        return rows
