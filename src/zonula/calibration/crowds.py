"""Virtual populations: typical persons of a calibration, and persons of a group around them, like a published cohort if that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zonula.calibration.shipped import posterior_named, typical_people
from zonula.evidence.load import Evidence, evidence_of
from zonula.ground.errors import UsageError
from zonula.ground.randomness import key_of, normal_deviates
from zonula.language.model import Model
from zonula.organs.standard import standard_model
from zonula.population.correlations import Correlations, shipped_correlations
from zonula.population.groups import Group
from zonula.population.matching import LEAST_SELECTED, Match, Tilt, compared, fitted_tilt, matched
from zonula.population.presets import group_named
from zonula.population.recruit import Recruiting, Recruits, recruit, recruit_in_parts
from zonula.population.sampling import Members, prior_members
from zonula.population.stored import BASELINE, Population, batch_of, facts_of_group, held_population, reweighted, schema_of, write_population
from zonula.population.targets import Targets, read_targets
from zonula.population.variants import STANDARD, Variant, variant_named
from zonula.simulation.equations import Vector

if TYPE_CHECKING:
    import pyarrow as pa

MEMBERS, PILOT = 64, 40  # typical persons; and persons around each, by whom chances of selection are fitted
WAYS = ("weights", "selection")
Progress = Callable[[float, str], None]


def typical_members(model: Model, count: int, *, population: str = "calibrated", seed: int = 0,
                    jobs: int | None = None) -> tuple[Members, tuple[Variant, ...]]:
    """Typical persons to draw others around, and the variant of the model in which each lives: by weight, of a calibration; the standard, of none.

    More of them under the same seed begin with the same ones.

    Parameters
    ----------
    population : ``calibrated`` (it ships), ``evidence`` (before any calibration), or a file of `zonula calibrate`

    Raises
    ------
    UsageError       where a calibration has fewer
    InputDataError   where the file is none
    """
    evidence, posterior = evidence_of(model), posterior_named(population)
    if count < 1:
        raise UsageError.of("ZN-1296", f"{count} typical persons are nobody", path="--members", fix="ask for 1 at least")
    if posterior is None:
        return prior_members(model, evidence, count, seed=seed, jobs=jobs), (STANDARD,) * count
    if count > len(posterior):
        raise UsageError.of("ZN-1296", f"the calibrated population has {len(posterior)} typical persons, and {count} are asked for",
                            path="--members", fix=f"ask for {len(posterior)} at most, or calibrate with more")
    order = np.argsort(normal_deviates(seed, ["order of typical persons"], range(len(posterior)))[:, 0], kind="stable")[:count]
    members = posterior.members(model, evidence, order.tolist())
    variants = typical_people(model, posterior, count, seed=seed).variant
    return members, tuple(variant_named(name) for name in variants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A population that is asked for.

    n          : places; some may stay empty
    like       : the group
    match      : a published baseline table that it is to be like
    by         : ``weights`` (all persons stay, some count more) or ``selection`` (persons are taken by a chance of their own, all count alike)
    members    : typical persons around whom persons are drawn
    population : of typical persons
    parameters : whether everybody's parameters are kept
    readouts   : told of everybody on day 0, beside those of the table
    """

    n: int
    like: Group
    seed: int = 0
    match: Targets | None = None
    by: str = "weights"
    members: int = MEMBERS
    population: str = "calibrated"
    jobs: int | None = None
    parameters: bool = True
    readouts: tuple[str, ...] = BASELINE
    rtol: float = 1e-4
    correlations: Correlations = field(default_factory=shipped_correlations)

    def __post_init__(self) -> None:
        if not 1 <= self.n <= 10**9:
            raise UsageError.of("ZN-1296", f"a population of {self.n} cannot be drawn", expected="1 to 1000000000", fix="say how many persons")
        if self.by not in WAYS:
            raise UsageError.of("ZN-1296", f"persons cannot be matched by {self.by!r}", expected=" or ".join(WAYS), fix="name one of them")

    def shown(self, model: Model) -> tuple[str, ...]:
        """Readouts of everybody on day 0."""
        of_match = [name for name in (self.match.names if self.match else ()) if name in model.readout_names]
        return tuple(name for name in dict.fromkeys([*self.readouts, *of_match]) if name in model.readout_names)


class Draw:
    """A population while it is drawn: part by part, with what has come of it so far."""

    def __init__(self, asked: Asked, model: Model | None = None, *, evidence: dict[str, Evidence] | None = None,
                 people: tuple[Members, tuple[Variant, ...]] | None = None) -> None:
        self.asked, self.model = asked, model or standard_model()
        self.evidence = evidence or evidence_of(self.model)
        self.members, self.variants = people or typical_members(self.model, asked.members, population=asked.population, seed=asked.seed,
                                                                jobs=asked.jobs)
        self.screening: dict[str, int] = {}
        self.unfilled, self.taken = 0, 0
        self.tilt: Tilt | None = None
        self.match: Match | None = None
        self._columns: dict[str, list[Vector]] = {}
        self.schema = schema_of(self.model, asked.shown(self.model), parameters=asked.parameters)

    @property
    def recruiting(self) -> Recruiting:
        """How places are filled."""
        asked = self.asked
        return Recruiting(seed=asked.seed, rtol=asked.rtol, jobs=asked.jobs, tilt=self.tilt, variants=self.variants,
                          readouts=asked.shown(self.model), correlations=asked.correlations)

    def parts(self, progress: Progress | None = None) -> Iterator[Recruits]:
        """The persons, part by part."""
        asked = self.asked
        if asked.match is not None and asked.by == "selection":
            self.tilt, self.match = self.fitted(asked.match, progress)
        search = recruit_in_parts(self.model, self.evidence, asked.like, self.members, range(asked.n), recruiting=self.recruiting)
        places = 0
        for part in search:
            for why, n in part.screening.items():
                self.screening[why] = self.screening.get(why, 0) + n
            places += len(part) + len(part.unfilled)
            self.unfilled, self.taken = self.unfilled + len(part.unfilled), self.taken + len(part)
            for name in asked.match.names if asked.match else ():
                self._columns.setdefault(name, []).append(part.measured(name))
            if progress:
                progress(places / asked.n, "recruiting")
            yield part

    def fitted(self, targets: Targets, progress: Progress | None = None) -> tuple[Tilt, Match]:
        """Chances of selection, fitted to other persons of the same group around the same typical persons."""
        if progress:
            progress(0.0, "a pilot")
        pilot = replace(self.recruiting, seed=key_of(self.asked.seed, "pilot of a match")[0] >> 33)
        people = recruit(self.model, self.evidence, self.asked.like, self.members, range(PILOT * len(self.members)), recruiting=pilot)
        return fitted_tilt(targets, people.measured, people.cohort.member, least=LEAST_SELECTED)

    def weights(self) -> Vector | None:
        """Weights by which those who were drawn are like the cohort; None where that was not asked."""
        asked = self.asked
        if asked.match is None or not self.taken:
            return None
        columns = {name: np.concatenate(parts) for name, parts in self._columns.items()}
        if asked.by == "selection":  # how near those came who were taken
            self.match = compared(asked.match, columns.__getitem__, self.match)
            return None
        self.match = matched(asked.match, columns.__getitem__)
        return self.match.weights

    def facts(self) -> dict[str, Any]:
        """Where the population is from, and what came of it."""
        asked = self.asked
        matching = {} if asked.match is None else {"match": {
            "by": asked.by, "targets": asked.match.name, "fingerprint": asked.match.fingerprint,
            **({} if self.match is None else self.match.as_dict()), **({} if self.tilt is None else {"tilt": self.tilt.as_dict()})}}
        return {"asked": asked.n, "persons": self.taken, "unfilled": self.unfilled, "seed": asked.seed, "rtol": asked.rtol,
                "group": facts_of_group(asked.like), "screening": dict(self.screening), "model": self.model.fingerprint,
                "population": asked.population, "members": {"count": len(self.members), "name": self.members.name,
                                                            "fingerprint": self.members.fingerprint,
                                                            "variants": [v.name for v in self.variants]},
                "variants": {v.name: list(v.closed) for v in self.variants}, "correlations": asked.correlations.fingerprint, **matching}

    def refuse_nobody(self) -> None:
        """Say so where nobody at all belongs to the group."""
        if not self.taken:
            drawn, name = self.screening.get("screened", 0), self.asked.like.name
            raise UsageError.of("ZN-1299", f"nobody of the {drawn} people drawn belongs to the group {name!r}",
                                found=", ".join(f"{why}: {n}" for why, n in self.screening.items()), fix="ask for less")


def write_draw(draw: Draw, path: Path, progress: Progress | None = None) -> Population:
    """Draw a population into a file.

    Raises
    ------
    UsageError     where nobody belongs to the group
    StorageError   when the disk refuses
    """
    from zonula.population.stored import read_population

    def batches() -> Iterator[pa.RecordBatch]:
        for part in draw.parts(progress):
            yield batch_of(part, draw.schema)
        draw.refuse_nobody()

    write_population(path, batches(), draw.schema, draw.facts)
    weights = draw.weights()
    if weights is not None:
        reweighted(path, weights, draw.facts())
    elif draw.match is not None:
        reweighted(path, np.ones(draw.taken), draw.facts())
    return read_population(path)


def populate(n: int, *, like: str | Group = "healthy", match: str | Path | Targets | None = None, by: str = "weights", seed: int = 0,  # noqa: PLR0913 - each is a word of the command line
             members: int = MEMBERS, population: str = "calibrated", jobs: int | None = None, parameters: bool = True) -> Population:
    """Draw a virtual population, in memory.

    Parameters
    ----------
    n          : places to fill
    like       : a group, or the name of one that ships, such as ``early_ra``
    match      : a published baseline table that it is to be like: the name of one that ships, or a file
    by         : ``weights`` or ``selection``
    seed       : of all chance
    members    : typical persons around whom persons are drawn
    population : of typical persons: ``calibrated``, ``evidence`` or a file
    jobs       : threads; all processors where it is not said.  No result depends on it
    parameters : whether everybody's parameters are kept

    Raises
    ------
    UsageError, InputDataError
    """
    model = standard_model()
    targets = match if isinstance(match, Targets) or match is None else read_targets(match, model)
    group = like if isinstance(like, Group) else group_named(like)
    draw = Draw(Asked(n=n, like=group, seed=seed, match=targets, by=by, members=min(members, n), population=population, jobs=jobs,
                      parameters=parameters), model)
    batches = [batch_of(part, draw.schema) for part in draw.parts()]
    draw.refuse_nobody()
    weights = draw.weights()
    return held_population(batches, draw.schema, draw.facts(), weights)
