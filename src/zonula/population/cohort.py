"""A group of people on day 0: drawn, found plausible, led through their history, and taken where they fulfil what the study asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.evidence.load import Evidence
from zonula.ground.errors import Problem, UsageError, ZonulaError
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.population.covariates import Covariates, chance_of
from zonula.population.groups import Group
from zonula.population.lived import TAKEN, Lived, Ways, lead
from zonula.population.noise import chance_numbers
from zonula.population.sampling import PER_MEMBER, Members, candidates
from zonula.population.variants import STANDARD, Variant
from zonula.simulation.equations import Vector
from zonula.simulation.kernel import Ints
from zonula.simulation.people import Moment
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm

MOST_ROUNDS = 6  # times the wanted number of persons that are drawn for each member, before it is left with fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How people of a group are drawn.

    persons : around each member
    rounds  : times that number which are drawn at most for a member, before it is left with fewer
    rtol    : error of the solver in their histories
    variant : of the model in which they live
    jobs    : threads; all processors where it is None
    """

    persons: int
    seed: int
    rounds: int = MOST_ROUNDS
    rtol: float = 1e-4
    variant: Variant = STANDARD
    jobs: int | None = None

    @property
    def ways(self) -> Ways:
        """How they are led to day 0."""
        return Ways(seed=self.seed, rtol=self.rtol, jobs=self.jobs, variants=(self.variant,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """People of a group on day 0.

    member     : shape (person,), the place of each one's member
    number     : of each person, by which it was drawn
    rows       : shape (person, parameter)
    moment     : where they are
    covariates : who they are
    counts     : how many were drawn, and how many of these were not taken, by reason
    """

    group: Group
    model: Model
    seed: int
    members: Members
    member: Ints
    number: tuple[int, ...]
    rows: Vector
    moment: Moment
    covariates: Covariates
    counts: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def chances(self) -> tuple[int, ...]:
        """The numbers by which their visits are drawn."""
        return chance_numbers(self.member, self.number)


def cohort(model: Model, evidence: Mapping[str, Evidence], group: Group, members: Members, drawing: Drawing) -> Cohort:
    """Draw persons of a group around each member, and bring them to day 0.

    Members around whom nobody fulfils what is asked, of so many rounds, are left without persons: see ``member``.

    Raises
    ------
    UsageError   where the group cannot be simulated, or nobody at all belongs to it
    """
    persons, seed = drawing.persons, drawing.seed
    if not 1 <= persons <= PER_MEMBER // MOST_ROUNDS:
        raise UsageError.of("ZN-1229", f"{persons} people cannot be drawn around each member", expected=f"1 to {PER_MEMBER // MOST_ROUNDS}",
                            fix="draw more members instead")
    members = drawing.variant.members(members, model)
    parts: list[_Part] = []
    have = np.zeros(len(members), dtype=np.int64)
    counts: dict[str, int] = {"drawn": 0}
    beyond = 0
    for done in range(min(drawing.rounds, MOST_ROUNDS)):
        wanted = [(place, range(done * persons, (done + 1) * persons)) for place in range(len(members)) if have[place] < persons]
        if not wanted:
            break
        lived = lead(model, group, candidates(model, evidence, group, members, wanted=wanted, seed=seed), drawing.ways)
        part = _Part(lived, lived.taken)
        counts["drawn"] += len(lived.reason)
        count_reasons(counts, lived.reason, lived.reasons)
        for place, _ in wanted:
            mine = np.flatnonzero(part.taken & (lived.drawn.member == place))
            part.taken[mine[persons - have[place]:]] = False
            beyond += max(0, len(mine) - int(persons - have[place]))
            have[place] += min(len(mine), persons - have[place])
        parts.append(part)
    counts["taken"] = int(have.sum())
    counts["more than needed"] = beyond
    counts["members without anybody"] = int((have == 0).sum())
    if not have.any():
        raise UsageError.of("ZN-1243", f"nobody of the {counts['drawn']} people drawn belongs to the group {group.name!r}",
                            found=", ".join(f"{why}: {n}" for why, n in counts.items()),
                            fix="ask for less in entry, or for another history")
    return _together(group, members, parts, counts, model=model, seed=seed)


@dataclass(slots=True)
class _Part:
    """Persons drawn in one round, and who of them is taken."""

    lived: Lived
    taken: npt.NDArray[np.bool_]


def count_reasons(counts: dict[str, int], reason: npt.NDArray[Any], reasons: Sequence[str]) -> None:
    """Add to *counts* how many are not taken for which reason."""
    for k, n in enumerate(np.bincount(reason, minlength=len(reasons)).tolist()):
        if k != TAKEN and n:
            counts[reasons[k]] = counts.get(reasons[k], 0) + n


def _together(group: Group, members: Members, parts: Sequence[_Part], counts: Mapping[str, int], *, model: Model, seed: int) -> Cohort:
    number = np.array([n for part in parts for n, yes in zip(part.lived.drawn.number, part.taken, strict=True) if yes], dtype=np.int64)
    member = np.concatenate([part.lived.drawn.member[part.taken] for part in parts])
    order = np.lexsort((number, member))
    covariates = Covariates.together([part.lived.drawn.covariates.rows(part.taken) for part in parts]).rows(order)
    return Cohort(group=group, model=model, seed=seed, members=members, member=member[order].astype(np.int32), number=tuple(number[order].tolist()),
                  rows=np.concatenate([part.lived.drawn.rows[part.taken] for part in parts])[order],
                  moment=Moment.together([part.lived.moment.rows(np.flatnonzero(part.taken)) for part in parts]).rows(order),
                  covariates=covariates, counts=dict(counts))


def arms_of(people: Cohort, events: Sequence[str], arm: Arm) -> tuple[tuple[Arm, ...], Ints]:
    """An arm as each person lives it: the study's sentences, what goes on in the background, and what only some of them do.

    Returns
    -------
    The different arms, and which of them is each person's.

    Raises
    ------
    UsageError   where the sentences of the group and of the study cannot go together
    """
    group = people.group
    which = np.zeros(len(people), dtype=np.int32)
    for i, some in enumerate(group.some):
        name = f"some {i} of {group.name}"
        deviates = normal_deviates(people.seed, [name], people.number)[:, 0]
        which += (chance_of(deviates) < float(some.share)).astype(np.int32) << i
    seen, arm_of = np.unique(which, return_inverse=True)
    made = []
    for bits in seen.tolist():
        extra = [sentence for i, some in enumerate(group.some) if bits >> i & 1 for sentence in some.events]
        sentences = [*group.background, *extra, *events]
        try:
            made.append(replace(arm, plan=read_plan(sentences, people.model)))
        except ZonulaError as error:
            raise UsageError(*(_within(p, group) for p in error.problems)) from error
    return tuple(made), arm_of.astype(np.int32)


def _within(problem: Problem, group: Group) -> Problem:
    return replace(problem, message=f"with what goes on in the group {group.name!r}: {problem.message}")
