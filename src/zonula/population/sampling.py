"""Parameters of people in two layers that stay apart: members (the typical person as it may be) and, around each, persons (who differ)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from zonula.evidence.laws import Law, law_from, quantiles
from zonula.evidence.load import Evidence
from zonula.ground.errors import UsageError, nearest
from zonula.ground.provenance import digest
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.population.covariates import Covariates, Deviates, draw_covariates
from zonula.population.groups import Group
from zonula.population.plausible import implausible
from zonula.population.schema import Change, Spread
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector, parameter_vector
from zonula.simulation.kernel import Ints

Yes = npt.NDArray[np.bool_]
PER_MEMBER = 1000  # numbers of persons that belong to one member: person 3012 is the thirteenth of member 3
_PATIENCE = 40  # draws for each typical person that is wanted; beyond, the evidence describes no healthy people
_AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Typical persons, each as the typical person may be.

    rows    : shape (member, parameter), in the model's order and units
    numbers : by which each was drawn: their chances
    scores  : of what is uncertain of groups, shape (member,) each, where it is not drawn
    name    : where they are from: ``prior``, or a calibration
    refused : how many were drawn and not taken, by reason
    """

    rows: Vector
    numbers: tuple[int, ...]
    scores: Mapping[str, Vector] = field(default_factory=dict)
    name: str = "prior"
    refused: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of their parameters."""
        return digest(self.name, self.rows.tobytes().hex(), *(f"{name} {values.tobytes().hex()}" for name, values in sorted(self.scores.items())))


def prior_members(model: Model, evidence: Mapping[str, Evidence], count: int, *, seed: int, jobs: int | None = None) -> Members:
    """Draw typical persons from what the evidence does not know; who could not be healthy is not taken.

    Raises
    ------
    UsageError   where hardly any typical person of the evidence could be healthy
    """
    typical = parameter_vector(model, {path: e.value for path, e in evidence.items()})
    laws = {path: e.uncertainty for path, e in evidence.items()}
    taken: list[Vector] = []
    numbers: list[int] = []
    refused: dict[str, int] = {}
    for first in range(0, _PATIENCE * count, _AT_ONCE):
        rows = _drawn(model, typical[np.newaxis, :].repeat(_AT_ONCE, axis=0), laws, "uncertainty", seed=seed, persons=range(first, first + _AT_ONCE))
        wrong, why = at_rest(model, rows, jobs=jobs)
        for i in np.flatnonzero(~wrong)[: count - len(taken)]:
            taken.append(rows[i])
            numbers.append(first + int(i))
        last = numbers[-1] - first if len(taken) == count else _AT_ONCE
        for name, who in why.items():
            refused[name] = refused.get(name, 0) + int(who[: last + 1].sum())
        if len(taken) == count:
            return Members(rows=np.array(taken), numbers=tuple(numbers), refused={name: n for name, n in refused.items() if n})
    raise UsageError.of("ZN-1241", f"of {_PATIENCE * count} typical persons only {len(taken)} could be healthy", found=str(refused),
                        fix="look at the ranges of the evidence, and at population/plausible.toml")


def at_rest(model: Model, rows: Vector, *, jobs: int | None = None) -> tuple[Yes, dict[str, Yes]]:
    """Who of these people could not be healthy: no stable health, or tests at rest that no healthy person shows.

    Returns
    -------
    Shape (person,), whether not; and for each reason whom it befalls.
    """
    crowd = Crowd(model=model, parameters=rows, until=0.01, times=np.array([0.0]), rtol=1e-3, thorough=False)
    people = solve_people(crowd, jobs=jobs)
    wrong, _ = implausible(people.values[:, 0, :], people.readouts)
    none = ~people.steady
    why = {"no stable health": none, "implausible at rest": wrong & ~none}
    return wrong | none, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Persons who may be taken into a group: whose members they are, their numbers, parameters and covariates."""

    member: Ints
    number: tuple[int, ...]
    rows: Vector
    covariates: Covariates


def candidates(model: Model, evidence: Mapping[str, Evidence], group: Group, members: Members, *, wanted: Sequence[tuple[int, range]],
               seed: int) -> Candidates:
    """Draw persons of a group around their members.

    Parameters
    ----------
    wanted : members (by their place), and the numbers of their persons, below ``PER_MEMBER``
    """
    who = np.array([place for place, persons in wanted for _ in persons], dtype=np.int32)
    numbers = [members.numbers[place] * PER_MEMBER + k for place, persons in wanted for k in persons]
    return drawn_around(model, evidence, group, members, who=who, numbers=numbers, seed=seed)


def drawn_around(model: Model, evidence: Mapping[str, Evidence], group: Group, members: Members, *, who: Ints, numbers: Sequence[int],
                 seed: int, deviates: Deviates = normal_deviates) -> Candidates:
    """Draw persons of a group, each around a member and by a number of its own.

    Parameters
    ----------
    who      : shape (person,), places of their members
    numbers  : by which each is drawn
    deviates : how far each is from the middle of what people differ in; each independent of the others where nothing else is said

    Raises
    ------
    UsageError   where the group changes what is no parameter
    """
    places, which = np.unique(who, return_inverse=True)
    typical = members.rows[places].copy()
    laws = {path: e.variability for path, e in evidence.items()}
    for path, change in group.parameters.items():
        if path not in model.parameter_index:
            raise UsageError.of("ZN-1242", f"the group {group.name!r} changes {path!r}, which is no parameter", file=group.file,
                                path=f"parameters.{path}", fix=nearest(path, model.parameter_index))
        column = model.parameter_index[path]
        middle = float(change.value) if change.value is not None else float(change.times or 1.0)
        spread = law_of(change, "uncertainty", path, group.name)
        z = _scores(members, f"uncertainty of {path} in {group.name}", places.tolist(), seed)
        moved = np.maximum(0.0, [spread.quantile(middle, float(d)) for d in z])  # a normal law has no end
        typical[:, column] = moved if change.value is not None else typical[:, column] * moved
        if change.variability is not None:
            laws[path] = law_of(change, "variability", path, group.name)
    rows = _drawn(model, typical, laws, "variability", seed=seed, persons=numbers, deviates=deviates, which=which)
    covariates = draw_covariates(group.covariates, seed, numbers, deviates)
    for path, values in (("body.weight", covariates.weight), ("body.hla_b27", covariates.hla_b27.astype(np.float64))):
        if path in model.parameter_index and path not in group.parameters:
            rows[:, model.parameter_index[path]] = values
    return Candidates(member=who, number=tuple(numbers), rows=rows, covariates=covariates)


def _scores(members: Members, name: str, places: Sequence[int], seed: int) -> Vector:
    """How far some members are from the middle of something uncertain, in standard deviations."""
    if name in members.scores:
        given: Vector = members.scores[name][np.array(places)]
        return given
    return normal_deviates(seed, [name], [members.numbers[p] for p in places])[:, 0]


def law_of(change: Change, which: str, path: str, group: str) -> Law:
    """The law of how well a change is known, or of how people differ in it.

    Raises
    ------
    UsageError   where it is none
    """
    spread: Spread | None = getattr(change, which)
    if spread is None:
        return Law("fixed")
    middle = float(change.value) if change.value is not None else float(change.times or 1.0)
    try:
        if which == "variability" and change.value is None and spread.law not in ("lognormal", "fixed"):
            raise ValueError(f"the {spread.law} law needs a value, about which people differ")
        return law_from(spread.law, middle, cv=None if spread.cv is None else float(spread.cv), low=None if spread.low is None else float(spread.low),
                        high=None if spread.high is None else float(spread.high))
    except ValueError as error:
        raise UsageError.of("ZN-1242", f"{path} of the group {group!r}: {error}", path=f"parameters.{path}", fix="correct its spread") from error


def _drawn(model: Model, rows: Vector, laws: Mapping[str, Law], what: str, *, seed: int, persons: Sequence[int],
           deviates: Deviates = normal_deviates, which: npt.NDArray[np.intp] | None = None) -> Vector:
    """Rows of parameters, shape (person, parameter), with each one moved by its law; what is nothing stays nothing.

    A share of 1 or more, of which a law about shares says nothing, stays too.  Who else is drawn makes no difference to a person.

    Parameters
    ----------
    which : shape (person,), the row about which each is drawn; one row a person where it is not said
    """
    out = rows.copy() if which is None else rows[which]
    places = [i for i, q in enumerate(model.parameters) if laws[q.path].name != "fixed"]
    names = [f"{what} of {model.parameters[i].path}" for i in places]
    spreads = [laws[model.parameters[i].path] for i in places]
    middle = rows[:, places]
    moves = (middle != 0) & ~(np.array([law.name == "logitnormal" for law in spreads], dtype=bool) & (middle >= 1))
    moved = quantiles(spreads, np.where(moves, middle, 0.5), deviates(seed, names, persons), which)
    out[:, places] = np.where(moves, moved, middle) if which is None else np.where(moves[which], moved, middle[which])
    return out
