"""Endpoints: one number, one answer or one time of each life, by what an estimand does with what happens in between.

What happens in between ("intercurrent events" of ICH E9(R1), Addendum on Estimands, 2019, section A.3.2): a person is *rescued* (a rule changes the
treatment) or *drops out* (and is not seen again, though the simulator knows how the life went on).  The strategies, exactly:

treatment policy    What happens counts as part of the treatment: the value on the day as measured, after a rescue or not.  Nobody saw who dropped
out:
                    such values are missing, and imputed (``missing.py``) or left out.
composite           What happens is a failure: who was rescued or dropped out before the day has not responded; in a number, has the value of the
baseline
                    (a change of 0), or, if worse than that, the last one seen.  Of a time to something unwanted it is the event itself; of a time to
                    something wanted, the person is without it to the end.
hypothetical        Had there been no rescue: the life in the arm "X without rescue" where the study lived it; else values from the rescue on are
                    missing.  Drop-out as under treatment policy.
while on treatment  The last value seen before a rescue or drop-out, up to the day.  Times are censored at the rescue.

The truth beside it has no errors of measurement, and knows what came after a drop-out: it is the same rule applied to the true values.  Only a rescue
without a life without rescue leaves it unknown under "hypothetical".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zonula.ground.errors import UsageError, nearest
from zonula.simulation.equations import Vector
from zonula.trials.criteria import Criterion, criterion
from zonula.trials.lived import Lived, Mask

STRATEGIES = ("treatment policy", "composite", "hypothetical", "while on treatment")
KINDS = ("change", "percent change", "value", "response", "time to event")
WITHOUT_RESCUE = " without rescue"  # ends the name of the arm in which a hypothetical life is lived


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What is asked of each life.

    measure   : of change, percent change and value
    criterion : of a response, or of what a time is to, such as "acr20" or "das28_crp < 2.6"
    day       : on which it is asked; of a time to an event, the last on which it is looked for
    mcid      : the least difference that matters to a person, None where nobody said
    """

    id: str
    kind: str
    day: float
    measure: str = ""
    criterion: str = ""
    title: str = ""
    unit: str = ""
    lower_is_better: bool = True
    mcid: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError.of("ZN-1482", f"there is no endpoint of the kind {self.kind!r}", fix=nearest(self.kind, KINDS))

    @property
    def asked(self) -> Criterion:
        """The criterion, read."""
        return criterion(self.criterion or self.measure)

    @property
    def measures(self) -> tuple[str, ...]:
        """What must be measured."""
        return (self.measure,) if self.kind in ("change", "percent change", "value") else self.asked.measures

    @property
    def favourable(self) -> float:
        """-1 where less is better (or an event is unwanted), else 1."""
        return -1.0 if self.lower_is_better else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An endpoint of every life, NaN where it is not known.

    value, true : as measured, and without errors and drop-out
    baseline    : as measured, of the measure (NaN where the endpoint has none)
    missing     : whose value could be imputed: nobody saw it, or the strategy does not want it
    """

    value: Vector
    true: Vector
    baseline: Vector
    missing: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """A time to an event of every life: the day, and whether it came; of the true values beside it."""

    time: Vector
    event: Mask
    true_time: Vector
    true_event: Mask


def check_strategy(name: str) -> str:
    """The name of a strategy.

    Raises
    ------
    UsageError
    """
    if name not in STRATEGIES:
        raise UsageError.of("ZN-1483", f"there is no strategy {name!r}", fix=nearest(name, STRATEGIES))
    return name


def outcome(lived: Lived, asked: Endpoint, strategy: str = "treatment policy") -> Outcome:
    """An endpoint on its day, of every life, by a strategy."""
    check_strategy(strategy)
    visit = lived.visit(asked.day)
    left, rescued = _by(lived.dropout_day, asked.day), _by(lived.rescue_day, asked.day)
    seen, true = ({name: of[name] for name in asked.measures} for of in (lived.seen, lived.true))
    unwanted = rescued & (strategy == "hypothetical")
    if strategy == "while on treatment":
        value = _of(asked, seen, _last(lived, seen, np.fmin(lived.dropout_day, lived.rescue_day), visit))
        exact = _of(asked, true, _last(lived, true, lived.rescue_day, visit))
    else:
        value, exact = (_of(asked, of, np.full(len(lived.person), visit)) for of in (seen, true))
    value, exact = np.where(unwanted, np.nan, value), np.where(unwanted, np.nan, exact)
    baseline = seen[asked.measure][:, 0] if asked.measure in seen else np.full(len(value), np.nan)
    if strategy == "composite":
        last = _of(asked, seen, _last(lived, seen, lived.dropout_day, visit))
        gone = left | (np.isnan(value) & np.isfinite(lived.dropout_day))
        value = np.where(gone | rescued, _failed(asked, baseline, last), value)
        before = true[asked.measure][:, 0] if asked.measure in true else baseline
        exact = np.where(rescued, _failed(asked, before, exact), exact)
    alive = lived.finished
    return Outcome(value=np.where(alive, value, np.nan), true=np.where(alive, exact, np.nan), baseline=baseline, missing=np.isnan(value) & alive)


def _by(day: Vector, last: float) -> Mask:
    """Who was there before: what is decided at the last visit itself cannot have changed what was measured at it."""
    with np.errstate(invalid="ignore"):
        return np.asarray(day < last)


def _of(asked: Endpoint, measures: Mapping[str, Vector], at: Vector) -> Vector:
    """The endpoint of each life from its visit *at* (a place; -1 where there is none)."""
    rows, place = np.arange(len(at)), np.maximum(at.astype(np.int64), 0)
    now = {name: np.where(at >= 0, values[rows, place], np.nan) for name, values in measures.items()}
    before = {name: values[:, 0] for name, values in measures.items()}
    if asked.kind in ("response", "time to event"):
        return asked.asked.met(before, now)
    is_now, was = now[asked.measure], before[asked.measure]
    if asked.kind == "value":
        return is_now
    if asked.kind == "change":
        return is_now - was
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(was == 0, np.nan, 100.0 * (is_now - was) / np.where(was == 0, 1.0, was))


def _last(lived: Lived, measures: Mapping[str, Vector], until: Vector, visit: int) -> Vector:
    """The place of the last visit, up to *visit*, on which all measures were seen, not after the day *until* (the decision falls at that visit)."""
    known = np.all([np.isfinite(values[:, :visit + 1]) for values in measures.values()], axis=0)
    known &= ~(lived.days[:visit + 1] > np.where(np.isnan(until), np.inf, until)[:, np.newaxis] + 1e-9)
    return np.where(known.any(axis=1), visit - np.argmax(known[:, ::-1], axis=1), -1).astype(np.float64)


def _failed(asked: Endpoint, baseline: Vector, last: Vector) -> Vector:
    """The value of a failure: no response, no change, or, if that was worse, the last one seen."""
    if asked.kind == "response":
        return np.zeros_like(baseline)
    nothing = baseline if asked.kind == "value" else np.zeros_like(baseline)
    worse = np.fmax(nothing, last) if asked.lower_is_better else np.fmin(nothing, last)
    return np.where(np.isfinite(baseline), worse, np.nan)


def times(lived: Lived, asked: Endpoint, strategy: str = "treatment policy") -> Times:
    """When the criterion was first met at a visit after the baseline, up to the day; else the day of the last visit, and no event.

    A missed visit is passed over; a person who dropped out is censored at the last visit that was seen.  Who never came after day 0 is censored
    there.
    """
    check_strategy(strategy)
    last = lived.visit(asked.day)
    time, event = _first(lived, asked, lived.seen, last)
    true_time, true_event = _first(lived, asked, lived.true, last)
    if strategy in ("hypothetical", "while on treatment"):
        (time, event), (true_time, true_event) = (_until(t, e, lived.rescue_day) for t, e in ((time, event), (true_time, true_event)))
    if strategy == "composite":
        happened = np.fmin(lived.dropout_day, lived.rescue_day)
        time, event = _composed(time, event, happened, lived.days[last], wanted=not asked.lower_is_better)
        true_time, true_event = _composed(true_time, true_event, lived.rescue_day, lived.days[last], wanted=not asked.lower_is_better)
    gone = ~lived.finished
    time, true_time = (np.where(gone, np.nan, t) for t in (time, true_time))
    return Times(time=time, event=event & ~gone, true_time=true_time, true_event=true_event & ~gone)


def _first(lived: Lived, asked: Endpoint, of: Mapping[str, Vector], last: int) -> tuple[Vector, Mask]:
    count = len(lived.person)
    met = np.stack([_of(asked, {name: of[name] for name in asked.measures}, np.full(count, visit)) for visit in range(1, last + 1)], axis=1)
    known, yes = np.isfinite(met), met == 1.0
    event = yes.any(axis=1)
    days = lived.days[1:last + 1]
    until = np.where(known.any(axis=1), days[met.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)], lived.days[0])
    return np.where(event, days[np.argmax(yes, axis=1)], until), event


def _until(time: Vector, event: Mask, day: Vector) -> tuple[Vector, Mask]:
    """Censored at a day."""
    with np.errstate(invalid="ignore"):
        after = time > day
    return np.where(after, day, time), event & ~after


def _composed(time: Vector, event: Mask, happened: Vector, end: float, *, wanted: bool) -> tuple[Vector, Mask]:
    """What happened in between as the unwanted event itself, or as the end of all hope of the wanted one."""
    with np.errstate(invalid="ignore"):
        first = (happened <= end) & ((happened < time) | ~event)
    if wanted:
        return np.where(first, end, time), event & ~first
    return np.where(first, np.fmin(happened, end), time), event | first
