"""Lives of a trial: every person in every arm, led from visit to visit where rules look at them there, else in one piece.

A life is a row of the arrays here, in the order of persons and arms.  Nothing goes person by person: visits, rules and arms are few, people many.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from zonula.population.recruit import Recruits
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.outcome import Finished
from zonula.simulation.people import Moment, People
from zonula.simulation.timetable import Arm
from zonula.trials.adherence import places_of
from zonula.trials.criteria import Criterion
from zonula.trials.measured import Chances, reported, seen
from zonula.trials.randomise import randomised, strata_of
from zonula.trials.read import Rule
from zonula.trials.treatments import Ints, Treatment, Treatments, bare_arm, some_of

Yes = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """How lives are led.

    twins : whether every person lives in every arm, and not only in that to which chance brought them
    """

    seed: int
    rtol: float = 1e-4
    twins: bool = True
    build: str = "fast"
    jobs: int | None = 1


@dataclass(slots=True, kw_only=True)
class Lives:
    """What became of people, a row for each life.

    person, arm   : places among the recruits and among the protocol's ``lived_arms``
    own           : whether chance brought the person to this arm
    true          : by measure, shape (life, visit), without errors, as it was reported; NaN where a life had ended
    measured      : the same as measured, whether anybody came or not
    observed      : shape (life, visit), whether the person came
    failed        : why a life could not be led to the end, "" where it could; *stopped* its day
    lost          : the last day on which the person was in the study, NaN who stayed; *why_lost* a place in ``reasons``
    rescued       : the day of the first rescue, NaN without
    history       : which rules have acted, a place in ``histories``
    treatment     : what is done in the end, shape (life, 4): arm, some, variant, place of adherence
    """

    person: Ints
    arm: Ints
    own: Yes
    stratum: Ints
    true: dict[str, Vector]
    measured: dict[str, Vector]
    observed: Yes
    failed: npt.NDArray[np.object_]
    stopped: Vector
    lost: Vector
    why_lost: Ints
    reasons: tuple[str, ...]
    rescued: Vector
    history: Ints
    histories: list[tuple[tuple[int, float], ...]]
    treatment: Ints

    def __len__(self) -> int:
        return len(self.person)


def lead_trial(people: Recruits, treatments: Treatments, leading: Leading) -> Lives:
    """Lead everybody through the trial.

    Parameters
    ----------
    people     : with true values on day 0 of all measures; the persons of whole sites
    treatments : the plans of the protocol, made for the variants in which these people live
    """
    trial = _Trial(people, treatments, leading)
    if not len(people):
        return trial.lives
    borders = (0.0, *treatments.protocol.cuts, treatments.protocol.last_day)
    for since, until in pairwise(borders):
        trial.stretch(since, until)
    return trial.lives


class _Trial:
    """A trial on its way."""

    def __init__(self, people: Recruits, treatments: Treatments, leading: Leading) -> None:
        self.people, self.treatments, self.leading = people, treatments, leading
        self.model, self.protocol = treatments.model, treatments.protocol
        self.chances = Chances(self.protocol, leading.seed, people.cohort.number, people.slot, people.cohort.member)
        self.rows = people.cohort.rows
        self.lives = self._begun()
        self.moment = people.cohort.moment.rows(self.lives.person)
        self._seen(0, {name: people.readout(name)[self.lives.person] for name in self.protocol.measures})

    def _begun(self) -> Lives:
        protocol, people, leading = self.protocol, self.people, self.leading
        count, names = len(people), list(protocol.by_name)
        met = [what.holds(people.measured(name)) for name, what in protocol.strata]
        stratum = strata_of(met, count)
        chosen = randomised(protocol.table.randomisation, names, people.slot, stratum, leading.seed)
        lived = protocol.lived_arms
        own_arm = np.array([lived.index(name) for name in names])[chosen]
        of_arm = np.array([names.index(bare_arm(name)) for name in lived])
        person, arm = (grid.ravel() for grid in np.meshgrid(np.arange(count), np.arange(len(lived)), indexing="ij"))
        if not leading.twins:
            keep = of_arm[arm] == chosen[person]
            person, arm = person[keep], arm[keep]
        size, visits = len(person), len(protocol.days)
        some = some_of(protocol.group, people.cohort.seed, people.cohort.number)
        place = places_of(leading.seed, people.slot)
        full = np.array([adherence.full for adherence in self.treatments.adherence])[of_arm[arm]]
        variant = self.treatments.variants_of(people.cohort.member)
        treatment = np.stack([of_arm[arm], some[person], variant[person], np.where(full, 0, place[person])], axis=1)
        lost = self.chances.lost_on()[person]
        reasons = (protocol.table.dropout.reason, *(rule.said.title or rule.said.id for rule in protocol.leaving))
        true, measured = ({name: np.full((size, visits), np.nan) for name in protocol.measures} for _ in range(2))
        return Lives(person=person, arm=arm, own=arm == own_arm[person], stratum=stratum[person], true=true, measured=measured,
                     observed=np.zeros((size, visits), dtype=np.bool_),
                     failed=np.full(size, "", dtype=object), stopped=np.full(size, np.nan), lost=lost, why_lost=np.zeros(size, dtype=np.int64),
                     reasons=reasons, rescued=np.full(size, np.nan), history=np.zeros(size, dtype=np.int64), histories=[()], treatment=treatment)

    # --- from one cut to the next ---

    def stretch(self, since: float, until: float) -> None:
        """Live from one day to another, and look at the visits after the first day up to the second."""
        days, lives = self.protocol.days, self.lives
        visits = np.flatnonzero((days > since) & (days <= until))
        last = until >= self.protocol.last_day
        # before the doses and changes of that moment, as blood is drawn before an injection
        times = np.where(days[visits] == until, until, np.nextafter(days[visits], 0.0))
        arms, arm_of = arms_of_lives(lives, self.treatments, since, until)
        crowd = Crowd(model=self.model, parameters=RowsOf(self.rows, lives.person), until=until, times=times, arms=arms, arm_of=arm_of,
                      readouts=self.protocol.measures, rtol=self.leading.rtol, build=self.leading.build, thorough=False, begins=self.moment,
                      keeps_end=not last, since=since)
        found = solve_people(crowd, jobs=self.leading.jobs)
        self._note_failures(found)
        for k, visit in enumerate(visits.tolist()):
            self._seen(visit, {name: found.values[:, k, j] for j, name in enumerate(found.readouts)})
            acted = self._rules(visit)
            self._leaving(visit, acted)
        if not last:
            self.moment = _end(found)
            self._ended(until)

    def _note_failures(self, found: People) -> None:
        for i in np.flatnonzero(~found.finished & (self.lives.failed == "")).tolist():  # failures are few
            outcome = found.outcomes[i]
            if not isinstance(outcome, Finished):
                self.lives.failed[i] = outcome.reason
                self.lives.stopped[i] = getattr(outcome, "at_day", np.nan)

    # --- at a visit ---

    def _seen(self, visit: int, values: dict[str, Vector]) -> None:
        lives, day = self.lives, float(self.protocol.days[visit])
        for name in lives.true:
            true = values[name] + 0.0
            for place, arm in enumerate(self.protocol.lived_arms):
                added = self.chances.context(bare_arm(arm), name, day)
                if added is not None:
                    mine = lives.arm == place
                    true[mine] = reported(true[mine], added[lives.person[mine]])
            lives.true[name][:, visit] = true
            there = self.chances.swung(name, true, visit, lives.person)
            lives.measured[name][:, visit] = seen(self.chances.laws[name], there, self.chances.errors(name, day)[lives.person])
        alive = np.all([np.isfinite(lives.true[name][:, visit]) for name in lives.true], axis=0)
        with np.errstate(invalid="ignore"):
            lives.observed[:, visit] = alive & ~(lives.lost < day)

    def _met(self, asked: Criterion, visit: int) -> Vector:
        """Whether a criterion holds of what is measured: 1 or 0."""
        measured = self.lives.measured
        return asked.met({name: measured[name][:, 0] for name in asked.measures}, {name: measured[name][:, visit] for name in asked.measures})

    def _rules(self, visit: int) -> Yes:
        """Let rules act; who is changed."""
        lives, day = self.lives, float(self.protocol.days[visit])
        acted = np.zeros(len(lives), dtype=np.bool_)
        for k, rule in enumerate(self.protocol.rules):
            if day not in rule.days:
                continue
            held = self._met(rule.asked, visit) == float(not rule.said.unless)
            who = held & lives.observed[:, visit] & self._concerned(rule) & ~acted & ~self._had(k)
            if rule.said.after:
                before = next(i for i, other in enumerate(self.protocol.rules) if other.said.id == rule.said.after)
                who &= self._had(before)
            acted |= who
            self._switch(who, k, day)
            if rule.said.rescue:
                lives.rescued[who & np.isnan(lives.rescued)] = day
        return acted

    def _concerned(self, rule: Rule) -> Yes:
        """Whose rule it is: lives in its arms, and of those without rescue only where it is none."""
        mine = [bare_arm(name) in rule.arms and (name == bare_arm(name) or not rule.said.rescue) for name in self.protocol.lived_arms]
        return np.array(mine)[self.lives.arm]

    def _had(self, rule: int) -> Yes:
        """In which lives a rule has acted."""
        return np.array([any(k == rule for k, _ in one) for one in self.lives.histories])[self.lives.history]

    def _switch(self, who: Yes, rule: int, day: float) -> None:
        lives = self.lives
        for old in np.unique(lives.history[who]).tolist():
            lives.history[who & (lives.history == old)] = len(lives.histories)
            lives.histories.append((*lives.histories[old], (rule, day)))

    def _leaving(self, visit: int, acted: Yes) -> None:
        """Let people leave after a visit; nobody who has just been given something else."""
        lives, day = self.lives, float(self.protocol.days[visit])
        for k, rule in enumerate(self.protocol.leaving):
            if day not in rule.days:
                continue
            arms = np.array([bare_arm(name) in rule.arms for name in self.protocol.lived_arms])[lives.arm]
            held = (self._met(rule.asked, visit) == 1.0) & lives.observed[:, visit] & arms & ~acted
            who = held & self.chances.leaves(rule.said.id, day, float(rule.said.share))[lives.person] & ~(lives.lost <= day)
            lives.lost[who], lives.why_lost[who] = day, k + 1

    def _ended(self, day: float) -> None:
        """Who has left has ended the treatment too, where the protocol says so: at the first visit from then on."""
        if not self.protocol.table.dropout.stops:
            return
        with np.errstate(invalid="ignore"):
            self._switch((self.lives.lost <= day) & ~self._had(-1), -1, day)


def arms_of_lives(lives: Lives, treatments: Treatments, since: float, until: float, which: Ints | None = None
                  ) -> tuple[tuple[Arm, ...], npt.NDArray[np.int32]]:
    """The different plans of a stretch of time, and whose is which; of some lives only where *which* says so."""
    keys = np.concatenate([lives.treatment, lives.history[:, np.newaxis]], axis=1)
    unlike, arm_of = np.unique(keys if which is None else keys[which], axis=0, return_inverse=True)
    arms = tuple(treatments.arm(Treatment(key[0], key[1], key[2], key[3], lives.histories[key[4]]), since, until) for key in unlike.tolist())
    return arms, arm_of.ravel().astype(np.int32)


@dataclass(frozen=True, slots=True)
class RowsOf:
    """Parameters of lives, made when they are asked for: those of a person stand in memory once."""

    rows: Vector
    person: Ints

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.person), self.rows.shape[1]

    def __getitem__(self, which: slice) -> Vector:
        return self.rows[self.person[which]]


def _end(found: People) -> Moment:
    if found.end is None:  # pragma: no cover - it was asked for
        raise RuntimeError
    return found.end
