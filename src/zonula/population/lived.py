"""Persons who were drawn are led from health through their group's histories to day 0; and why some of them are not taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError
from zonula.language.model import Model
from zonula.population.covariates import COVARIATES, Covariates
from zonula.population.entry import read_entry
from zonula.population.groups import Group
from zonula.population.noise import chance_numbers, errors_at_entry, noise_of
from zonula.population.plausible import bounds, implausible
from zonula.population.sampling import Candidates
from zonula.population.swing import swung_at_entry
from zonula.population.variants import Variant
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.events import Plan
from zonula.simulation.kernel import Ints
from zonula.simulation.people import Moment
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm

TAKEN = 0  # the reason of those who are taken
_SHORT = 2.0 / 86400.0  # day: what is shown at rest is shown at once


@dataclass(slots=True)
class Lived:
    """Persons, where their history brought them, and who of them is taken.

    shown   : shape (person, readout), true values on day 0
    reason  : shape (person,), place in ``reasons``; ``TAKEN`` of who lives and fulfils what is asked
    """

    drawn: Candidates
    moment: Moment
    readouts: tuple[str, ...]
    shown: Vector
    reason: Ints
    reasons: tuple[str, ...]

    @property
    def taken(self) -> npt.NDArray[np.bool_]:
        """Who is taken, shape (person,)."""
        taken: npt.NDArray[np.bool_] = self.reason == TAKEN
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How persons are led: error of the solver, threads, the seed of their chances, and the variant of the model in which each lives.

    variant_of : shape (person,), whose variant is whose; the first is everybody's where it is not said
    readouts   : shown on day 0, beside those that decide who is taken
    own_numbers : whether no two persons have the same number; else persons of different members may, and have their luck by both
    """

    seed: int
    rtol: float
    jobs: int | None
    variants: Sequence[Variant]
    variant_of: Ints | None = None
    readouts: tuple[str, ...] = ()
    own_numbers: bool = False


def measured_on_entry(name: str, shown: Mapping[str, Vector] | Lived, covariates: Covariates, numbers: Sequence[int], *, seed: int,
                      members: Ints | None = None) -> Vector:
    """What is known of persons when a study begins: a covariate, or a readout with the swing and the error by which they are taken.

    Parameters
    ----------
    members : places of their typical persons, where *numbers* do not tell
    """
    if name in COVARIATES:
        return covariates.number(name)
    true = shown.shown[:, shown.readouts.index(name)] if isinstance(shown, Lived) else shown[name]
    return noise_of(name).spoil(swung_at_entry(name, true, numbers, seed, members=members), errors_at_entry(name, numbers, seed))


def reasons_of(group: Group) -> tuple[str, ...]:
    """Why persons of a group may not be taken, after ``taken`` itself."""
    return ("taken", "no stable health", "implausible at rest", "history not lived through", *(f"not {sentence}" for sentence in group.entry))


def lead(model: Model, group: Group, drawn: Candidates, ways: Ways) -> Lived:
    """Lead persons from health through the group's histories.

    Raises
    ------
    UsageError   where histories or conditions cannot be read
    """
    entry = [read_entry(sentence, model) for sentence in group.entry]
    asked = tuple(dict.fromkeys([*(name for name in bounds() if name in model.readout_names), *(name for name, _ in entry if name not in COVARIATES),
                                 *ways.readouts]))
    crowd = Crowd(model=model, parameters=drawn.rows, until=_SHORT, times=np.array([0.0]), readouts=asked, rtol=ways.rtol, thorough=False,
                  keeps_end=True)
    people = solve_people(crowd, jobs=ways.jobs)
    wrong, _ = implausible(people.values[:, 0, :], people.readouts)
    moment = people.end
    if moment is None:  # pragma: no cover - it was asked for
        raise UsageError.of("ZN-1243", "nobody was kept", fix="report this")
    reason = np.where(people.steady, np.where(wrong, 2, TAKEN), 1).astype(np.int32)
    moment.state[reason != TAKEN] = np.nan
    shown = people.values[:, 0, :]
    for history in group.histories:
        arms, arm_of = arms_by_variant((Arm(plan=_plan(tuple(history.events), model)),), None, ways)
        lived = solve_people(replace(crowd, until=history.days, times=np.array([history.days]), arms=arms, arm_of=arm_of, begins=moment),
                             jobs=ways.jobs)
        reason[(reason == TAKEN) & ~lived.finished] = 3
        shown, moment = lived.values[:, 0, :], lived.end or moment
    found = Lived(drawn, moment, asked, shown, reason, reasons_of(group))
    numbers, members = (drawn.number, drawn.member) if ways.own_numbers else (chance_numbers(drawn.member, drawn.number), None)
    for i, (name, what) in enumerate(entry):
        measured = measured_on_entry(name, found, drawn.covariates, numbers, seed=ways.seed, members=members)
        reason[found.taken & ~what.holds(measured)] = 4 + i
    return found


@lru_cache(maxsize=32)
def _plan(events: tuple[str, ...], model: Model) -> Plan:
    """The plan of a history, which is read once for all who are led through it."""
    return read_plan(list(events), model)


def arms_by_variant(arms: Sequence[Arm], arm_of: Ints | None, ways: Ways) -> tuple[tuple[Arm, ...], Ints | None]:
    """Arms as they are lived in each person's variant of the model, and which of them is each person's."""
    if ways.variant_of is None or all(v.closed == ways.variants[0].closed for v in ways.variants):
        return tuple(ways.variants[0].arm(arm) for arm in arms), arm_of
    closed = list(dict.fromkeys(v.closed for v in ways.variants))
    like = [next(v for v in ways.variants if v.closed == roads) for roads in closed]
    kind = np.array([closed.index(v.closed) for v in ways.variants], dtype=np.int64)[ways.variant_of]
    pairs = kind * len(arms) + (0 if arm_of is None else arm_of)
    seen, which = np.unique(pairs, return_inverse=True)
    return tuple(like[pair // len(arms)].arm(arms[pair % len(arms)]) for pair in seen.tolist()), which.astype(np.int32)
