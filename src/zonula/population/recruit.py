"""Persons for places: each place (slot) is filled by the first of its own candidates who is plausible, lives through the history and is asked for.

A place belongs to a typical person, and its candidates have numbers of their own, so that who fills it depends neither on the other places,
nor on how many are asked for at once, nor on threads.  Around some typical persons nobody is found, because under that reading of the evidence
such people are hardly there: their places pass on to the next typical person.  Who finds nobody in the place that is his first is passed over by
all his places at once: else most of the work would be to look in vain, again and again, where it is known that nobody is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from zonula.evidence.load import Evidence
from zonula.ground.errors import UsageError
from zonula.ground.randomness import normal_deviates
from zonula.language.model import Model
from zonula.population.cohort import Cohort, arms_of, count_reasons
from zonula.population.correlations import Correlations, shipped_correlations
from zonula.population.covariates import COVARIATES, Covariates, chance_of, draw_covariates
from zonula.population.entry import read_entry
from zonula.population.groups import Group
from zonula.population.lived import TAKEN, Lived, Ways, arms_by_variant, lead, measured_on_entry, reasons_of
from zonula.population.matching import Tilt
from zonula.population.sampling import Candidates, Members, drawn_around
from zonula.population.variants import STANDARD, Variant
from zonula.simulation.equations import Vector
from zonula.simulation.kernel import Ints
from zonula.simulation.people import Moment
from zonula.simulation.timetable import Arm

METHOD = "2"  # of filling places: another one brings other people into studies
NUMBERS = 1024  # of candidates that belong to a place: attempt 3 of place 5 has the number 5123
ATTEMPTS = 256  # for each place, where nobody is taken by chance; by chance all its numbers are tried
_AROUND = 32  # candidates around one typical person, until the place passes on: of those who are early with arthritis a quarter is taken
_PROBED = 4  # of them are looked at first to see whether there is anybody at all, then as many again, and twice as many
_TOGETHER = 96  # candidates who are lived at once, where few places are left: as many as keep vectors busy
_PATIENCE = 3  # a place that has looked at so many candidates in vain looks at one more at once
_AT_ONCE = 1024  # places
_WHO, _WHAT = "selection by who they are", "selection by what is measured"
Places = npt.NDArray[np.int64]
Yes = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruiting:
    """How places are filled.

    rtol         : error of the solver in histories
    attempts     : for each place, before it is left empty; ``ATTEMPTS`` where it is not said, ``NUMBERS`` with a *tilt*
    jobs         : threads; all processors where it is None
    tilt         : takes candidates by a chance of their own, so that those who are taken are like a published cohort
    variants     : of the model, one for each member, in which its persons live; the standard model where there are none
    readouts     : shown on day 0 of everybody, beside those by which they are taken
    correlations : what goes together in people; what ships, where it is not said
    """

    seed: int
    rtol: float = 1e-4
    attempts: int | None = None
    jobs: int | None = 1
    tilt: Tilt | None = None
    variants: tuple[Variant, ...] = ()
    readouts: tuple[str, ...] = ()
    correlations: Correlations | None = None

    @property
    def most(self) -> int:
        """Attempts for each place."""
        return (ATTEMPTS if self.tilt is None else NUMBERS) if self.attempts is None else self.attempts

    @property
    def passes_on(self) -> int:
        """After how many candidates a place passes on to the next typical person."""
        return _AROUND if self.tilt is None else NUMBERS // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruits:
    """Persons on day 0, by place.

    slot      : shape (person,), the place of each, rising; places that nobody fills are absent
    attempts  : shape (person,), which of its candidates fills it
    screening : how many were looked at (``screened``), not taken by reason, and taken
    unfilled  : places without anybody
    variants  : of each member
    shown     : shape (person, readout), true values on day 0
    """

    cohort: Cohort
    slot: Places
    attempts: Places
    screening: Mapping[str, int]
    unfilled: tuple[int, ...]
    variants: tuple[Variant, ...]
    readouts: tuple[str, ...]
    shown: Vector

    def __len__(self) -> int:
        return len(self.slot)

    def readout(self, name: str) -> Vector:
        """True values of a readout on day 0, or a covariate, shape (person,)."""
        if name in COVARIATES:
            return self.cohort.covariates.number(name)
        values: Vector = self.shown[:, self.readouts.index(name)]
        return values

    def measured(self, name: str) -> Vector:
        """The same as it is measured: with the errors by which persons were taken."""
        shown = {} if name in COVARIATES else {name: self.readout(name)}
        who = self.cohort
        return measured_on_entry(name, shown, who.covariates, who.number, seed=who.seed, members=who.member)


def recruit(model: Model, evidence: Mapping[str, Evidence], group: Group, members: Members, slots: range | Sequence[int], *,
            recruiting: Recruiting) -> Recruits:
    """Fill places with persons of a group; place *i* belongs to member *i* modulo their number, and, as often
    as ``passes_on`` candidates were tried in vain, to the next one.

    Raises
    ------
    UsageError   where the group cannot be simulated; that nobody at all is found is no error: see ``unfilled``
    """
    return Search(model, evidence, group, members, recruiting).fill(np.unique(np.asarray(slots, dtype=np.int64)))


def recruit_in_parts(model: Model, evidence: Mapping[str, Evidence], group: Group, members: Members, slots: range, *, recruiting: Recruiting,
                     at_once: int = _AT_ONCE) -> Iterator[Recruits]:
    """The same in parts, one after another, so that memory does not grow with the number of places."""
    search = Search(model, evidence, group, members, recruiting)
    for first in range(0, len(slots), at_once):
        yield search.fill(np.asarray(slots[first : first + at_once], dtype=np.int64))


@dataclass(slots=True)
class _Kept:
    """What is kept of those who are taken in one round."""

    slot: Places
    attempt: Places
    drawn: Candidates
    moment: Moment
    shown: Vector


@dataclass(slots=True)
class _Looked:
    """Candidates of some places: their numbers within the place, and why some are out already, each of shape (place, attempt)."""

    attempt: Places
    reason: Places
    use: Yes  # who is to be lived
    until: Places  # shape (place,), attempts that are decided thereby

    @property
    def numbers(self) -> Places:
        return self.attempt[self.use]


@dataclass(slots=True)
class _Turns:
    """How far places have come, each of shape (place,): the *first* attempt that is to be made, and how many are *left*."""

    first: Places
    left: Places


class Search:
    """What is the same for all places of a search; who looks for people again and again keeps it."""

    def __init__(self, model: Model, evidence: Mapping[str, Evidence], group: Group, members: Members, recruiting: Recruiting) -> None:
        variants = recruiting.variants or (STANDARD,) * len(members)
        if len(variants) != len(members):
            raise UsageError.of("ZN-1291", f"{len(variants)} variants of the model are said for {len(members)} typical persons",
                                fix="give one for each, or none")
        if not 1 <= recruiting.most <= NUMBERS:
            raise UsageError.of("ZN-1291", f"{recruiting.most} attempts cannot be made for a place", expected=f"1 to {NUMBERS}", fix="leave it out")
        self.model, self.evidence, self.group, self.recruiting, self.variants = model, evidence, group, recruiting, variants
        self.members = members_in(members, variants, model)
        correlations = shipped_correlations() if recruiting.correlations is None else recruiting.correlations
        self.deviates = correlations.deviates if correlations.made else normal_deviates
        self.reasons = (*reasons_of(group), "not selected by who they are", "not selected by what is measured")
        entry = [read_entry(sentence, model) for sentence in group.entry]
        self.bare = [(4 + i, name, what) for i, (name, what) in enumerate(entry) if name in COVARIATES]
        self.tilt = recruiting.tilt
        asked = recruiting.tilt.readouts if recruiting.tilt is not None else ()
        self.readouts = tuple(dict.fromkeys([*asked, *recruiting.readouts]))
        self._names: tuple[str, ...] = ()
        self._barren: dict[int, bool] = {}  # of typical persons, as far as somebody asked: whether their places pass them over
        self.block = 1 if not self.bare and (self.tilt is None or not self.tilt.by_covariates) else 16

    def fill(self, slots: Places) -> Recruits:
        """Look for persons for all these places at once."""
        if not len(slots) or slots[0] < 0:
            raise UsageError.of("ZN-1291", "there are no places to fill", fix="ask for one person at least, with numbers from 0")
        pending, turns = slots, self._turns(slots)
        kept: list[_Kept] = []
        counts = {"screened": 0}
        while len(pending):
            looked = self._look(pending, turns)
            found = np.zeros(len(pending), dtype=np.bool_)
            reason, taken = looked.reason, np.full(len(pending), NUMBERS, dtype=np.int64)
            if looked.use.any():
                place, _ = np.nonzero(looked.use)
                drawn, lived = self._live(pending[place], looked.numbers)
                reason = looked.reason.copy()
                reason[looked.use] = lived.reason
                good = looked.use & (reason == TAKEN)
                found = good.any(axis=1)
                taken[found] = looked.attempt[found, np.argmax(good[found], axis=1)]
                mine = (lived.reason == TAKEN) & (looked.numbers == taken[place])
                which = np.flatnonzero(mine)
                kept.append(_Kept(pending[place][which], looked.numbers[which], _some(drawn, which), lived.moment.rows(which), lived.shown[which]))
                self._names = lived.readouts
            counted = (looked.attempt < looked.until[:, np.newaxis]) & (looked.attempt <= taken[:, np.newaxis])
            counts["screened"] += int(counted.sum())
            count_reasons(counts, reason[counted], self.reasons)
            pending, turns = self._next(pending, turns, looked.until, ~found)
        return self._together(slots, kept, counts)

    # --- whose turn it is ---

    def _turns(self, slots: Places) -> _Turns:
        """Where places begin: at the first typical person who is not passed over, or at their own where all are."""
        passed = self._passed(slots, np.zeros(len(slots), dtype=np.int64))
        alone = passed >= NUMBERS
        most = np.where(alone, min(self.recruiting.passes_on, self.recruiting.most), self.recruiting.most)
        return _Turns(np.where(alone, 0, passed), most)

    def _next(self, pending: Places, turns: _Turns, until: Places, wanting: Yes) -> tuple[Places, _Turns]:
        """The places that still want somebody, and where they go on."""
        left = wanting & (until - turns.first < turns.left)
        rest = (turns.left - (until - turns.first))[left]
        pending, first = pending[left], self._passed(pending[left], until[left])
        going = first < NUMBERS
        return pending[going], _Turns(first[going], rest[going])

    def _passed(self, slots: Places, first: Places) -> Places:
        """Attempts of places, put off to the next typical person where one is passed over."""
        each = self.recruiting.passes_on
        first = first.copy()
        while len(here := np.flatnonzero((first < NUMBERS) & (first % each == 0))):  # who has begun with one goes on
            member = (slots[here] + first[here] // each) % len(self.members)
            self._probe(np.unique(member))
            over = here[np.array([self._barren[m] for m in member.tolist()])]
            if not len(over):
                break
            first[over] += each
        return first

    def _probe(self, members: Places) -> None:
        """Find out around whom there is nobody, by the candidates of their first places; whatever they would be selected by besides."""
        unknown = np.array([m for m in members.tolist() if m not in self._barren], dtype=np.int64)
        done, size = 0, _PROBED
        while len(unknown) and done < _AROUND:
            attempt = np.arange(done, min(done + size, _AROUND))
            who, which = np.repeat(unknown, len(attempt)), np.tile(attempt, len(unknown))
            if self.bare:
                which = self._fitting(unknown)[:, attempt].ravel()
            use = which < NUMBERS
            there = np.zeros(len(who), dtype=np.bool_)
            if use.any():
                there[use] = self._lead(who[use], which[use], who[use])[1].taken
            found = (there | ~use).reshape(len(unknown), -1).any(axis=1)  # where too few are of the right age or sex, nothing can be said
            self._barren |= dict.fromkeys(unknown[found].tolist(), False)
            unknown, done, size = unknown[~found], done + len(attempt), max(size, done + len(attempt))
        self._barren |= dict.fromkeys(unknown.tolist(), True)

    def _fitting(self, members: Places) -> Places:
        """The first candidates of their first places who are what is asked for by who they are; ``NUMBERS`` where there are no more."""
        tried = np.arange(NUMBERS // 4)
        numbers = (members[:, np.newaxis] * NUMBERS + tried).ravel()
        fits = (self._out_by_covariates(numbers.tolist(), tilted=False) == TAKEN).reshape(len(members), -1)
        order = np.sort(np.where(fits, tried, NUMBERS), axis=1)
        return order[:, :_AROUND]

    # --- candidates ---

    def _look(self, pending: Places, turns: _Turns) -> _Looked:
        """The next candidates of places, and who of them need not be lived, being out by who they are."""
        each, first = self.recruiting.passes_on, turns.first
        most = np.minimum((first // each + 1) * each, first + turns.left)  # of this typical person
        ahead = np.maximum(max(1, _TOGETHER // len(pending)), (first % each) // _PATIENCE)  # who waited long will hardly find somebody at once
        size = self.block if self.block > 1 else int(ahead.max())
        attempt = first[:, np.newaxis] + np.arange(size)
        reason = np.zeros(attempt.shape, dtype=np.int64)
        if self.block > 1:
            numbers = (pending[:, np.newaxis] * NUMBERS + attempt).ravel()
            reason = self._out_by_covariates(numbers.tolist()).reshape(attempt.shape)
        passes = (reason == TAKEN) & (attempt < most[:, np.newaxis])
        rank = np.cumsum(passes, axis=1)
        use = passes & (rank <= ahead[:, np.newaxis])
        beyond = rank > ahead[:, np.newaxis]  # who comes after those who are lived is looked at again
        last = np.where(beyond[:, -1], np.argmax(beyond, axis=1), size)
        return _Looked(attempt, reason, use, np.minimum(first + last, most))

    def _out_by_covariates(self, numbers: Sequence[int], *, tilted: bool = True) -> Places:
        who = draw_covariates(self.group.covariates, self.recruiting.seed, numbers, self.deviates)
        reason = np.zeros(len(numbers), dtype=np.int64)
        for code, name, what in self.bare:
            reason[(reason == TAKEN) & ~what.holds(who.number(name))] = code
        if tilted and self.tilt is not None and self.tilt.by_covariates:
            out = self._by_chance(self.tilt.chances_by_covariates(who.number), _WHO, numbers)
            reason[(reason == TAKEN) & out] = len(self.reasons) - 2
        return reason

    def _by_chance(self, chances: Vector, name: str, numbers: Sequence[int]) -> Yes:
        """Who is out by a chance of their own."""
        out: Yes = chance_of(normal_deviates(self.recruiting.seed, [name], numbers)[:, 0]) >= chances
        return out

    def _live(self, slots: Places, attempt: Places) -> tuple[Candidates, Lived]:
        """Draw candidates and lead them to day 0; who is taken is selected, too."""
        drawn, lived = self._lead(slots, attempt, (slots + attempt // self.recruiting.passes_on) % len(self.members))
        if self.tilt is not None and self.tilt.readouts:
            chances = self.tilt.chances_by_readouts(
                lambda name: measured_on_entry(name, lived, drawn.covariates, drawn.number, seed=self.recruiting.seed, members=drawn.member))
            lived.reason[lived.taken & self._by_chance(chances, _WHAT, drawn.number)] = len(self.reasons) - 1
        return drawn, lived

    def _lead(self, slots: Places, attempt: Places, member: Places) -> tuple[Candidates, Lived]:
        numbers = (slots * NUMBERS + attempt).tolist()
        asked = self.recruiting
        who = member.astype(np.int32)
        drawn = drawn_around(self.model, self.evidence, self.group, self.members, who=who, numbers=numbers, seed=asked.seed, deviates=self.deviates)
        ways = Ways(seed=asked.seed, rtol=asked.rtol, jobs=asked.jobs, variants=self.variants, variant_of=who, readouts=self.readouts,
                    own_numbers=True)
        return drawn, lead(self.model, self.group, drawn, ways)

    def _together(self, slots: Places, kept: Sequence[_Kept], counts: dict[str, int]) -> Recruits:
        if not kept:  # nobody was even lived: the shape of nothing is that of somebody, without the body
            drawn, lived = self._live(slots[:1], np.zeros(1, dtype=np.int64))
            none = np.zeros(0, dtype=np.int64)
            kept, self._names = [_Kept(none, none, _some(drawn, none), lived.moment.rows(none), lived.shown[none])], lived.readouts
        slot = np.concatenate([part.slot for part in kept])
        order = np.argsort(slot, kind="stable")
        slot = slot[order]
        member = np.concatenate([part.drawn.member for part in kept])[order]
        counts["taken"] = len(slot)
        people = Cohort(group=self.group, model=self.model, seed=self.recruiting.seed, members=self.members, member=member.astype(np.int32),
                        number=tuple(np.array([n for part in kept for n in part.drawn.number], dtype=np.int64)[order].tolist()),
                        rows=np.concatenate([part.drawn.rows for part in kept])[order],
                        moment=Moment.together([part.moment for part in kept]).rows(order),
                        covariates=Covariates.together([part.drawn.covariates for part in kept]).rows(order), counts=dict(counts))
        return Recruits(cohort=people, slot=slot, attempts=np.concatenate([part.attempt for part in kept])[order], screening=dict(counts),
                        unfilled=tuple(np.setdiff1d(slots, slot).tolist()), variants=self.variants, readouts=self._names,
                        shown=np.concatenate([part.shown for part in kept])[order])


def _some(drawn: Candidates, which: Places) -> Candidates:
    return Candidates(member=drawn.member[which], number=tuple(drawn.number[i] for i in which.tolist()), rows=drawn.rows[which],
                      covariates=drawn.covariates.rows(which))


def members_in(members: Members, variants: Sequence[Variant], model: Model) -> Members:
    """Typical persons, each in its variant of the model."""
    if not any(v.parameters for v in variants):
        return members
    rows = np.concatenate([v.rows(members.rows[i : i + 1], model) for i, v in enumerate(variants)])
    return replace(members, rows=rows, name=f"{members.name}, in {len({v.name for v in variants})} variants")


def arms_of_recruits(people: Recruits, events: Sequence[str], arm: Arm) -> tuple[tuple[Arm, ...], Ints]:
    """An arm as each person lives it, in the variant of the model in which they live: see :func:`zonula.population.cohort.arms_of`."""
    arms, arm_of = arms_of(people.cohort, events, arm)
    ways = Ways(seed=0, rtol=0.0, jobs=None, variants=people.variants, variant_of=people.cohort.member)
    lived, which = arms_by_variant(arms, arm_of, ways)
    return lived, arm_of if which is None else which
