"""Whether what a protocol asks goes together: arms that exist, visits that take place, questions that can be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from zonula.ground.errors import nearest
from zonula.simulation.equations import Vector
from zonula.trials.answers import METHODS
from zonula.trials.schema import EndpointTable, EstimandTable, LeavingTable, ProtocolTable, RuleTable

Fault = tuple[str, str, tuple[str | int, ...]]  # what is wrong, the fix, and where
_COLUMNS = ("person", "arm", "randomised", "member", "variant", "site", "stratum", "attempt", "female", "age", "height", "weight", "bmi", "hla_b27",
            "smoker", "adherence", "status", "stopped_day", "dropout_day", "dropout_reason", "rescue_day", "rescue", "switches", "trial_weight")


def faults_of_questions(table: ProtocolTable) -> Iterator[Fault]:
    """Arms, endpoints, estimands and rules that are named and do not exist, and what cannot be asked."""
    yield from _twice(table)
    yield from _arms(table)
    for i, endpoint in enumerate(table.endpoints):
        yield from _endpoint(i, endpoint)
    for i, estimand in enumerate(table.estimands):
        yield from _estimand(i, estimand, table)
    names = [e.id for e in table.estimands]
    if table.primary not in names:
        yield f"the primary estimand {table.primary!r} does not exist", nearest(table.primary, names), ("primary",)
    rules = [rule.id for rule in table.rules]
    for i, rule in enumerate(table.rules):
        if rule.after and rule.after not in rules[:i]:
            yield f"no rule {rule.after!r} stands before {rule.id!r}", nearest(rule.after, rules[:i]), ("rules", i, "after")
    yield from _sizes(table)


def _twice(table: ProtocolTable) -> Iterator[Fault]:
    """Names that stand twice, or for something else."""
    for key, items in (("rules", table.rules), ("harms", table.harms), ("endpoints", table.endpoints), ("estimands", table.estimands),
                       ("subgroups", table.subgroups)):
        seen: set[str] = set()
        for i, item in enumerate(items):
            if item.id in seen:
                yield f"{item.id!r} stands twice", "give each a name of its own", (key, i, "id")
            seen.add(item.id)
    for i, harm in enumerate(table.harms):
        if harm.id in _COLUMNS:
            yield f"no harm can be called {harm.id!r}: it is a column of the table of lives", "choose another name", ("harms", i, "id")


def _arms(table: ProtocolTable) -> Iterator[Fault]:
    known = table.arms
    for name in known:
        if " without rescue" in name or "+" in name[:1]:
            yield f"an arm cannot be called {name!r}", "choose another name", ("arms", name)
    said: list[tuple[Iterable[str], tuple[str | int, ...]]] = [(table.randomisation.ratio, ("randomisation", "ratio"))]
    said += [(rule.arms, ("rules", i, "arms")) for i, rule in enumerate(table.rules)]
    said += [(rule.arms, ("dropout", "rules", i, "arms")) for i, rule in enumerate(table.dropout.rules)]
    said += [(e.contrast, ("estimands", i, "contrast")) for i, e in enumerate(table.estimands)]
    said += [(e.interaction, ("estimands", i, "interaction")) for i, e in enumerate(table.estimands)]
    for names, loc in said:
        for name in names:
            if name not in known:
                yield f"there is no arm {name!r}", nearest(name, known), loc
    ratio = {name: table.randomisation.ratio.get(name, 1) for name in known}
    if any(not 0 <= count <= 100 for count in ratio.values()) or not any(ratio.values()):
        yield "a ratio is of whole numbers from 0 to 100, not all 0", "write ratio = { placebo = 1, drug = 2 }", ("randomisation", "ratio")
    elif table.randomisation.block % sum(ratio.values()):
        yield f"a block of {table.randomisation.block} cannot keep the ratio", f"take a multiple of {sum(ratio.values())}", ("randomisation", "block")
    if sum(arm.comparator for arm in known.values()) > 1:
        yield "two arms are the comparator", "leave it to one", ("arms",)


def _endpoint(i: int, endpoint: EndpointTable) -> Iterator[Fault]:
    here: tuple[str | int, ...] = ("endpoints", i)
    number = endpoint.kind in ("change", "percent change", "value")
    if number and (not endpoint.measure or endpoint.criterion):
        yield f"a {endpoint.kind} is of one measure", 'write measure = "crp", and no criterion', (*here, "measure")
    if not number and (endpoint.measure or not endpoint.criterion):
        yield f"a {endpoint.kind} needs a criterion", 'write criterion = "acr20", and no measure', (*here, "criterion")
    if (endpoint.week is None) == (endpoint.day is None):
        yield "say on which visit it is asked", "give week or day, and not both", (*here, "week")


def _estimand(i: int, estimand: EstimandTable, table: ProtocolTable) -> Iterator[Fault]:
    here: tuple[str | int, ...] = ("estimands", i)
    endpoints = {e.id: e for e in table.endpoints}
    if estimand.endpoint not in endpoints:
        yield f"there is no endpoint {estimand.endpoint!r}", nearest(estimand.endpoint, endpoints), (*here, "endpoint")
    if bool(estimand.contrast) == bool(estimand.interaction):
        yield "an estimand compares two arms, or asks for an interaction of four", "give contrast or interaction", (*here, "contrast")
    for key, names, count in (("contrast", estimand.contrast, 2), ("interaction", estimand.interaction, 4)):
        if names and (len(names) != count or len(set(names)) != count):
            yield f"{key} names {count} different arms", f"name {count}", (*here, key)
    if estimand.endpoint in endpoints:
        kind = endpoints[estimand.endpoint].kind
        known = METHODS[kind if kind in METHODS else "number"]
        if estimand.method and estimand.method not in known:
            yield f"a {kind} is not estimated by {estimand.method!r}", nearest(estimand.method, known), (*here, "method")
    if estimand.interaction and estimand.endpoint in endpoints and endpoints[estimand.endpoint].kind == "time to event":
        yield "an interaction is of numbers or shares, not of times", "ask for a change or a response", (*here, "interaction")


def _sizes(table: ProtocolTable) -> Iterator[Fault]:
    looks = [float(look) for look in table.interim.looks] if table.interim is not None else [1.0]
    if any(b <= a for a, b in pairwise(looks)) or not looks or not looks[0] > 0 or looks[-1] != 1.0:
        yield "looks rise from above 0 to 1", "write looks = [0.5, 1.0]", ("interim", "looks")
    if any(not 4 <= n <= 10_000_000 for n in table.size.grid) or sorted(set(table.size.grid)) != table.size.grid:
        yield "sizes of a trial rise, from 4 people on", "write grid = [50, 100, 200]", ("size", "grid")


def faults_of_times(table: ProtocolTable, days: Vector) -> Iterator[Fault]:
    """Questions on days on which nobody comes."""
    def missing(day: float) -> bool:
        return not np.any(np.abs(days - day) < 1e-6)

    visits = ", ".join(f"{day / 7:g}" for day in days)
    for i, endpoint in enumerate(table.endpoints):
        day = float(endpoint.day) if endpoint.day is not None else 7.0 * float(endpoint.week or 0)
        if missing(day) or (day == 0 and endpoint.kind != "value"):
            yield f"nobody comes in week {day / 7:g} after day 0", f"name one of the visits: weeks {visits}", ("endpoints", i, "week")
    sorts: list[tuple[tuple[str, ...], Sequence[RuleTable | LeavingTable]]] = [(("rules",), table.rules), (("dropout", "rules"), table.dropout.rules)]
    for key, rules in sorts:
        for i, rule in enumerate(rules):
            first, last = 7.0 * float(rule.from_week), 7.0 * float(rule.to_week) if rule.to_week is not None else np.inf
            if not np.any((days[1:-1] >= first - 1e-9) & (days[1:-1] <= last + 1e-9)):
                yield (f"the rule {rule.id!r} looks at no visit between the first and the last",
                       f"visits are in weeks {visits}; nothing follows the last", (*key, i, "from_week"))
    if table.roads is not None:
        for week in table.roads.weeks:
            if missing(7.0 * float(week)):
                yield f"nobody comes in week {float(week):g}", f"name one of the visits: weeks {visits}", ("roads", "weeks")
