"""What the model predicts for the rows of experiments: by members and their persons, with the errors of measurement and of sampling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from threading import Lock
from typing import Any

from zonula.evidence.load import Evidence
from zonula.experiments.judge import Judge, Prediction, Shown
from zonula.experiments.measure import Curves, needed
from zonula.experiments.read import Experiment, Row
from zonula.ground.errors import Problem, UsageError, ZonulaError
from zonula.ground.provenance import canonical, digest
from zonula.language.model import Model
from zonula.population.cohort import MOST_ROUNDS, Cohort, Drawing, arms_of, cohort
from zonula.population.groups import Group
from zonula.population.sampling import Members
from zonula.population.variants import STANDARD, Variant
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.workers import processors

_SHORTEST = 0.01  # day
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How large the virtual population is, and how exactly it is simulated.

    scales  : whether the unknown scales of laboratories are drawn
    rounds  : times the wanted number of persons that are drawn for a member before it is left with fewer
    variant : of the model
    """

    persons: int = 12
    seed: int = 0
    rtol: float = 1e-4
    jobs: int | None = None
    scales: bool = True
    rounds: int = MOST_ROUNDS
    variant: Variant = STANDARD


@dataclass(frozen=True, slots=True)
class Met:
    """People of a group who were drawn for a study.

    counts : how many were drawn, and taken, and not taken by reason
    reason : why there are none, if so
    """

    group: str
    title: str
    counts: Mapping[str, int]
    reason: str = ""


def predict(experiments: Sequence[Experiment], model: Model, evidence: Mapping[str, Evidence], members: Members, settings: Settings, *,
            progress: Progress | None = None, met: list[Met] | None = None) -> list[Prediction]:
    """Simulate experiments with a virtual population, and predict each of their rows; whom that took is added to *met*.

    Raises
    ------
    UsageError   where an arm cannot be simulated
    """
    work = _Work(model, evidence, members, settings)
    found: list[Prediction] = []
    # whole studies side by side: within one, all would wait for its slowest person
    pool = ThreadPoolExecutor(max_workers=settings.jobs or processors())
    try:
        for i, (experiment, rows) in enumerate(zip(experiments, pool.map(work.experiment, experiments), strict=True)):
            found += rows
            if progress:
                progress((i + 1) / len(experiments), experiment.id)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if met is not None:
        met += work.met_by(experiments)
    return found


class _Work:
    """The population of a run: groups are simulated once, whoever asks for them."""

    def __init__(self, model: Model, evidence: Mapping[str, Evidence], members: Members, settings: Settings) -> None:
        self.model, self.evidence, self.members, self.settings = model, evidence, members, settings
        self.cohorts: dict[str, Cohort | str] = {}
        self.locks: dict[str, Lock] = {}
        self.lock = Lock()

    def people(self, group: Group) -> Cohort | str:
        """The group's people on day 0; or why there are none."""
        key = digest(canonical(_plain(group)))
        with self.lock:
            own = self.locks.setdefault(key, Lock())
        with own:
            if key not in self.cohorts:
                self.cohorts[key] = self._drawn(group)
            return self.cohorts[key]

    def _drawn(self, group: Group) -> Cohort | str:
        try:
            asked = self.settings
            return cohort(self.model, self.evidence, group, self.members,
                          Drawing(persons=asked.persons, seed=asked.seed, rounds=asked.rounds, rtol=asked.rtol, variant=asked.variant, jobs=1))
        except UsageError as error:
            if error.problems[0].code != "ZN-1243":
                raise
            return f"{error.problems[0].message} ({error.problems[0].found})"

    def met_by(self, experiments: Sequence[Experiment]) -> list[Met]:
        """Whom experiments have met, each sort of people once, in the order of the experiments."""
        groups = {digest(canonical(_plain(group))): group for e in experiments for group in e.people.values()}
        found = []
        for key, group in groups.items():
            people = self.cohorts.get(key)
            if people is not None:
                counts, reason = ({}, people) if isinstance(people, str) else (people.counts, "")
                found.append(Met(group.name, group.title, counts, reason))
        return found

    def experiment(self, experiment: Experiment) -> list[Prediction]:
        """All rows of an experiment."""
        asked: dict[str, list[Row]] = {}
        for row in experiment.rows:
            against = row.said.against
            for name in (row.arm, *([against.arm] if against and against.arm else [])):
                asked.setdefault(name, []).append(row)
        arms = {name: self.arm(experiment, name, rows) for name, rows in asked.items()}
        judge = Judge(experiment, arms, self.members, seed=self.settings.seed, scales=self.settings.scales)
        return [judge.prediction(row) for row in experiment.rows]

    def arm(self, experiment: Experiment, name: str, rows: Iterable[Row]) -> Shown | str:
        """The people of an arm and what they showed; or why there are none."""
        said = experiment.arms[name]
        people = self.people(experiment.people[said.people])
        if isinstance(people, str):
            return people
        readouts, times = needed(rows)
        events = experiment.table.arms[name].events if name in experiment.table.arms else []
        try:
            arms, arm_of = arms_of(people, events, self.settings.variant.arm(said.arm))
        except ZonulaError as error:
            raise UsageError(*(_placed(p, experiment, name) for p in error.problems)) from error
        crowd = Crowd(model=self.model, parameters=people.rows, until=max(float(times[-1]), _SHORTEST), times=times, arms=arms, arm_of=arm_of,
                      readouts=readouts, rtol=self.settings.rtol, thorough=False, begins=people.moment)
        found = solve_people(crowd, jobs=1)
        return Shown(people, Curves(numbers=people.chances, times=times, readouts=readouts, values=found.values), int(found.finished.sum()))


def _plain(group: Group) -> dict[str, Any]:
    """What determines the people of a group."""
    return {"name": group.name, "covariates": group.covariates.model_dump(), "histories": [asdict(h) for h in group.histories],
            "parameters": {path: change.model_dump(exclude={"source", "note", "status"}) for path, change in sorted(group.parameters.items())},
            "background": group.background, "some": [s.model_dump() for s in group.some], "entry": group.entry}


def _placed(problem: Problem, experiment: Experiment, name: str) -> Problem:
    return replace(problem, file=experiment.file, path=f"arms.{name}")
