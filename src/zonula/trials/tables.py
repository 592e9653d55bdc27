"""Tables of a shard of a trial: lives, visits, roads, and who was looked at; see docs/trials.md for their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zonula.population.recruit import Recruits
from zonula.scale.work import Layout
from zonula.simulation.closings import REMAINDER, ROADS
from zonula.simulation.equations import Vector
from zonula.trials.live import Lives
from zonula.trials.measured import Numbers
from zonula.trials.randomise import stratum_name
from zonula.trials.read import Protocol
from zonula.trials.treatments import Treatments

LAYOUTS: Mapping[str, Layout] = {"lives": Layout(("person", "arm")), "visits": Layout(("person", "arm", "visit")),
                                 "roads": Layout(("person", "arm", "day", "readout")), "screening": Layout(("reason",), summed=True)}
FINISHED = "finished"
UNFILLED = "nobody found"  # a place that stays empty


def tables_of(protocol: Protocol, people: Recruits, lives: Lives, treatments: Treatments, roads: Mapping[str, Any]) -> dict[str, pa.Table]:
    """All tables of a shard, each in its order."""
    return {"lives": lives_table(protocol, people, lives, treatments), "visits": visits_table(protocol, people, lives),
            "roads": _roads_table(protocol, roads), "screening": screening_table(people)}


def lives_table(protocol: Protocol, people: Recruits, lives: Lives, treatments: Treatments) -> pa.Table:
    """A row for each life."""
    who = people.cohort.covariates.rows(lives.person)
    member = people.cohort.member[lives.person]
    slot = people.slot[lives.person]
    stayed = np.isnan(lives.lost)
    failed = lives.failed != ""
    columns: dict[str, Any] = {
        "person": pa.array(slot), "arm": _coded(lives.arm, protocol.lived_arms), "randomised": pa.array(lives.own),
        "member": pa.array(member.astype(np.int32)), "variant": _coded(member, [variant.name for variant in people.variants]),
        "site": pa.array((slot // protocol.table.randomisation.site).astype(np.int32)),
        "stratum": _coded(lives.stratum, [stratum_name(protocol.table.randomisation.strata, k) for k in range(1 << len(protocol.strata))]),
        "attempt": pa.array(people.attempts[lives.person].astype(np.int16)), "female": pa.array(who.female),
        **{name: _small(getattr(who, name)) for name in ("age", "height", "weight", "bmi")},
        "hla_b27": pa.array(who.hla_b27), "smoker": pa.array(who.smoker), "adherence": _small(_adherence(lives, treatments)),
        "status": pa.array(np.where(failed, lives.failed, FINISHED).tolist(), pa.string()), "stopped_day": _small(lives.stopped),
        "dropout_day": _small(np.where(failed & ~(lives.lost < lives.stopped), np.nan, lives.lost)),
        "dropout_reason": _coded(np.where(stayed, 0, lives.why_lost + 1), ["", *lives.reasons]), "rescue_day": _small(lives.rescued),
        **_switches(protocol, lives), **{name: _small(day) for name, day in _harms(protocol, lives).items()},
    }
    return pa.table(columns)


def _adherence(lives: Lives, treatments: Treatments) -> Vector:
    """Which share of the doses of the arm each takes."""
    keys, back = np.unique(lives.treatment[:, [0, 3]], axis=0, return_inverse=True)
    shares: Vector = np.array([treatments.taken(arm, place) for arm, place in keys.tolist()])[back.ravel()]
    return shares


def _switches(protocol: Protocol, lives: Lives) -> dict[str, Any]:
    """Which rules have acted: those of rescue by name, and all with their days."""
    ids = [rule.said.id for rule in protocol.rules]
    rescue = ["+".join(ids[k] for k, _ in one if k >= 0 and protocol.rules[k].said.rescue) for one in lives.histories]
    every = ["+".join(f"{ids[k] if k >= 0 else 'left'}@{day:g}" for k, day in one) for one in lives.histories]
    return {"rescue": _coded(lives.history, rescue), "switches": _coded(lives.history, every)}


def _harms(protocol: Protocol, lives: Lives) -> dict[str, Vector]:
    """The day on which each harm was first met at a visit, of those on whom it was not on day 0; NaN never."""
    found = {}
    for name, asked in protocol.harms.items():
        before = {measure: lives.true[measure][:, 0] for measure in asked.measures}
        day = np.full(len(lives), np.nan)
        new = asked.met(before, before) != 1.0
        for visit in range(len(protocol.days) - 1, 0, -1):
            met = asked.met(before, {measure: lives.true[measure][:, visit] for measure in asked.measures}) == 1.0
            day[met & new] = protocol.days[visit]
        found[name] = day
    return found


def visits_table(protocol: Protocol, people: Recruits, lives: Lives) -> pa.Table:
    """A row for each life and visit."""
    visits, count = len(protocol.days), len(lives)
    days = np.tile(protocol.days, count)
    with np.errstate(invalid="ignore"):
        rescued = days > np.repeat(lives.rescued, visits)
    observed = lives.observed.ravel()
    columns: dict[str, Any] = {
        "person": pa.array(np.repeat(people.slot[lives.person], visits)), "arm": _coded(np.repeat(lives.arm, visits), protocol.lived_arms),
        "visit": pa.array(np.tile(np.arange(visits, dtype=np.int16), count)), "day": _small(days), "observed": pa.array(observed),
        "rescued": pa.array(rescued)}
    for name in protocol.measures:
        columns[name] = _small(np.where(observed, lives.measured[name].ravel(), np.nan))
        columns[f"{name}_true"] = _small(lives.true[name].ravel())
    return pa.table(columns)


def _roads_table(protocol: Protocol, roads: Mapping[str, Any]) -> pa.Table:
    return pa.table({"person": pa.array(roads["person"], pa.int64()), "arm": _coded(roads["arm"], protocol.lived_arms), "day": _small(roads["day"]),
                     "readout": pa.array(roads["readout"].tolist(), pa.string()), **{name: _small(roads[name]) for name in (*ROADS, REMAINDER)}})


def screening_table(people: Recruits) -> pa.Table:
    """How many were looked at (``screened``), and how many of these were not taken, by reason."""
    counts = {**people.screening, UNFILLED: len(people.unfilled)}
    said = sorted((why, n) for why, n in counts.items() if n)
    return pa.table({"reason": pa.array([why for why, _ in said], pa.string()), "count": pa.array([n for _, n in said], pa.int64())})


def _coded(codes: npt.NDArray[Any] | Numbers, words: Sequence[str]) -> pa.Array:
    unlike = list(dict.fromkeys(words))
    places = np.array([unlike.index(word) for word in words], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(places[np.asarray(codes).astype(np.int64)]), pa.array(unlike, pa.string()))


def _small(values: Vector) -> pa.Array:
    return pa.array(np.asarray(values).astype(np.float32), pa.float32())
