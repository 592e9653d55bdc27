"""The plan of a virtual trial: all that determines its results, as plain data, and the work that is made of it in any process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zonula.codegen.compiler import cpu_class, recipe
from zonula.evidence.load import evidence_of
from zonula.ground.errors import UsageError
from zonula.ground.files import packaged, read_text
from zonula.ground.provenance import canonical, digest, version_of
from zonula.language.model import Model
from zonula.organs.standard import standard_model
from zonula.population.groups import Group
from zonula.population.matching import fitted_tilt, tilt_from
from zonula.population.recruit import METHOD, Recruiting, recruit
from zonula.population.sampling import Members
from zonula.population.targets import read_targets
from zonula.population.variants import Variant
from zonula.trials.balance import match_told
from zonula.trials.live import Leading
from zonula.trials.read import Protocol, made_ready
from zonula.trials.schema import ProtocolTable
from zonula.trials.treatments import check_treatments
from zonula.trials.work import TrialWork

SCHEMA = "zonula/trial-plan/1"
MEMBERS = 40  # typical persons, where it is not said
_PILOT = 480  # people in whom it is found how others are chosen to match a published cohort
_LIMITS = {"n": (1, 10**9), "members": (1, 5000), "seed": (0, 2**53)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """What a trial is, before anything is run.

    protocol   : the whole file, as plain data
    n          : people
    members    : typical persons around whom they are drawn
    population : ``calibrated``, ``evidence``, or the file of a calibrated population
    twins      : whether everybody lives in every arm
    build      : of the kernel: ``fast``, or ``reproducible`` where machines of several kinds work together
    tilt       : how people are chosen to match a published cohort, None where they are not
    made_of    : fingerprints of the model, the engine, the population, the group, and the laws of error
    """

    protocol: Mapping[str, Any]
    n: int
    seed: int
    members: int
    population: str
    twins: bool
    rtol: float
    build: str
    tilt: Mapping[str, Any] | None
    made_of: Mapping[str, str]

    @property
    def identity(self) -> dict[str, Any]:
        """All that determines results, but for how many people there are: the same person lives the same lives in a larger trial."""
        return {"schema": SCHEMA, **{key: value for key, value in asdict(self).items() if key != "n"}}

    def as_dict(self) -> dict[str, Any]:
        """Plain data, from which :func:`work_of` makes the work."""
        return {"identity": self.identity, "persons": self.n}


def plan_trial(protocol: Protocol, *, n: int, seed: int = 0, members: int = MEMBERS, population: str = "calibrated", twins: bool = True,
               rtol: float = 1e-4, build: str = "fast") -> TrialPlan:
    """Plan a trial of the standard model.

    Raises
    ------
    UsageError   where a number makes no sense, or treatments cannot go together
    """
    for name, value in (("n", n), ("members", members), ("seed", seed)):
        low, high = _LIMITS[name]
        if not low <= value <= high:
            raise UsageError.of("ZN-1474", f"{name} of {value} is out of range", expected=f"{low} to {high}", fix=f"choose another {name}")
    model = standard_model()
    check_treatments(protocol, model)
    drawn, variants = _population(model, members, population, seed)
    tilt = _tilt(model, protocol, (drawn, variants), Leading(seed=seed, rtol=rtol, build=build))
    return TrialPlan(protocol=_plain(protocol), n=n, seed=seed, members=members, population=population, twins=twins, rtol=rtol, build=build,
                     tilt=tilt, made_of=_made_of(model, protocol.group, drawn, variants, build))


def _plain(protocol: Protocol) -> dict[str, Any]:
    """The protocol as plain data: the same whatever its comments and the order of its keys."""
    return protocol.table.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _population(model: Model, members: int, population: str, seed: int) -> tuple[Members, tuple[Variant, ...]]:
    from zonula.calibration.crowds import typical_members

    found: tuple[Members, tuple[Variant, ...]] = typical_members(model, members, population=population, seed=seed)
    return found


def _made_of(model: Model, group: Group, members: Members, variants: tuple[Variant, ...], build: str) -> dict[str, str]:
    plain = {"covariates": group.covariates.model_dump(), "histories": [asdict(history) for history in group.histories],
             "parameters": {path: change.model_dump(exclude={"source", "note", "status"}) for path, change in sorted(group.parameters.items())},
             "background": group.background, "some": [some.model_dump() for some in group.some], "entry": group.entry}
    laws = [read_text(packaged("population", name)) for name in ("noise.toml", "swing.toml", "plausible.toml", "correlations.toml")]
    engine = f"{recipe()} {build} {'any' if build == 'reproducible' else cpu_class()}"
    return {"zonula": version_of("zonula"), "model": model.fingerprint, "engine": engine,
            "population": digest(members.fingerprint, *(variant.name for variant in variants)), "group": digest(canonical(plain)),
            "laws": digest(*laws), "recruiting": METHOD}


def _tilt(model: Model, protocol: Protocol, population: tuple[Members, tuple[Variant, ...]], leading: Leading) -> dict[str, Any] | None:
    """How people are chosen to match the baseline statistics that the protocol names, found in a pilot of the same sort of people."""
    named = protocol.table.people.match
    if not named:
        return None
    beside = Path(protocol.file).parent / named
    targets = read_targets(beside if protocol.file and beside.is_file() else named, model)
    asked = Recruiting(seed=leading.seed, rtol=leading.rtol, jobs=None, variants=population[1], readouts=tuple(n for n in targets.names if n in
                                                                                                               model.readout_names))
    people = recruit(model, evidence_of(model), protocol.group, population[0], range(_PILOT), recruiting=asked)
    if len(people) < _PILOT // 10:
        raise UsageError.of("ZN-1475", f"of {_PILOT} places of a pilot only {len(people)} could be filled", path="people.eligibility",
                            fix="ask for less in eligibility, or for another group")
    return match_told(*fitted_tilt(targets, people.measured, people.cohort.member), targets)


def work_of(plan: Mapping[str, Any]) -> TrialWork:
    """The work of a plan as plain data, made by :func:`plan_trial` here or on another machine.

    Raises
    ------
    UsageError   where this installation would give other results than the plan says
    """
    return _opened(json.dumps(plan["identity"], allow_nan=False), int(plan["persons"]))


@lru_cache(maxsize=2)
def _opened(identity_text: str, persons: int) -> TrialWork:
    said: dict[str, Any] = json.loads(identity_text)
    if said.get("schema") != SCHEMA:
        raise UsageError.of("ZN-1476", "this is no plan of a trial", found=str(said.get("schema")), expected=SCHEMA, fix="begin the study again")
    model = standard_model()
    protocol = made_ready(ProtocolTable.model_validate(said["protocol"]), "", "", model)
    members, variants = _population(model, said["members"], said["population"], said["seed"])
    own = _made_of(model, protocol.group, members, variants, said["build"])
    if unlike := {key: value for key, value in said["made_of"].items() if own.get(key) != value}:
        raise UsageError.of("ZN-1477", f"the study was begun with another {' and another '.join(unlike)}",
                            found=", ".join(f"{key}: {own.get(key, '')[:60]}" for key in unlike),
                            expected=", ".join(f"{key}: {value[:60]}" for key, value in unlike.items()),
                            fix="go on with the same version on the same kind of processor, or begin another study")
    leading = Leading(seed=said["seed"], rtol=said["rtol"], twins=said["twins"], build=said["build"])
    return TrialWork(protocol=protocol, model=model, evidence=evidence_of(model), members=members, variants=variants, leading=leading,
                     persons=persons, identity=said, tilt=None if said["tilt"] is None else tilt_from(said["tilt"]))


def open_trial(plan: Mapping[str, Any]) -> TrialWork:
    """The work of a study, from its plan as the study's folder has it."""
    return work_of(plan)
