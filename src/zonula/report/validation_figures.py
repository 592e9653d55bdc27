"""Observed beside predicted, drawn: one line a row, on an axis that rows of different units share.

All places are percent of the width, so that a picture needs no numbers of its own and grows with the page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from zonula.experiments.validate import CONTRADICTS, HIGH, INSIDE50, INSIDE90, LOW, NONE, Verdict

# a name for the style sheet, and a shape, for each verdict: told apart without colours
SHAPES = {INSIDE50: ("in50", "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z"), INSIDE90: ("in90", "M-4.5-4.5H4.5V4.5H-4.5Z"),
          HIGH: ("high", "M-6-5L6 0L-6 5Z"), LOW: ("low", "M6-5L-6 0L6 5Z"), CONTRADICTS: ("against", "M-5-5L5 5M5-5L-5 5"), NONE: ("none", "")}
SEEN = "M0-6L5 0L0 6L-5 0Z"  # the observed number: a diamond
_REACHES = (2.0, 3.0, 10.0, 30.0, 100.0, 1000.0)  # of the axis of multiples
_WIDEST = 3.0  # half widths of the 90 % interval, of the axis of distances
_MARGIN = 3.0  # percent left and right, within which arrows say that something lies beyond
_MOST_WITHIN = 0.9  # of the rows' ends: what lies beyond is cut off with an arrow
BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row drawn: where its interval, its middle and the observed number lie [percent of the width].

    beyond : ends of the 90 % interval that the picture has no room for
    """

    verdict: Verdict
    shape: str
    path: str
    low: float
    low50: float
    middle: float
    high50: float
    high: float
    seen: float
    beyond: tuple[bool, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows that share an axis.

    marks : where the axis has its numbers [percent], and what they are
    zero  : where the line of agreement is, if there is one for all
    """

    title: str
    lead: str
    marks: tuple[tuple[float, str], ...]
    zero: float | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """A row of which a direction was seen: the shares of members [percent] that predict less, no difference, more."""

    verdict: Verdict
    shape: str
    path: str
    shares: tuple[tuple[str, float], ...]
    seen: str


def distance(verdict: Verdict) -> float:
    """How far off the observed number is: 1 at the end of the 90 % interval, inf where that has no width; of a direction, 1 to 2."""
    p = verdict.prediction
    if verdict.verdict == NONE:
        return math.nan
    if p.row.said.judged == "direction":
        agree = float(np.mean(p.draws == np.sign(p.observed)))
        return 2.0 - agree if verdict.verdict == CONTRADICTS else 1.0 - agree
    to = math.log if p.log and verdict.p05 > 0 and p.observed > 0 else float
    seen, low, middle, high = (to(x) for x in (p.observed, verdict.p05, verdict.predicted, verdict.p95))
    if verdict.inside90 and p.row.said.judged != "number":
        return 0.0  # a bound that is kept
    width = (middle - low) if seen < middle else (high - middle)
    off = abs(seen - middle)
    return off / width if width > 0 else 0.0 if off == 0 else math.inf


def worst(verdicts: Iterable[Verdict], most: int) -> list[Verdict]:
    """The rows that are outside of their 90 % interval, the furthest first."""
    missed = [v for v in verdicts if v.verdict in (HIGH, LOW, CONTRADICTS)]
    return sorted(missed, key=lambda v: (-distance(v), v.id))[:most]


def blocks(verdicts: Sequence[Verdict]) -> list[Block]:
    """Rows that were predicted as numbers, in blocks that share an axis; misses first."""
    known = [v for v in verdicts if v.verdict != NONE and v.prediction.row.said.judged != "direction"]
    kinds = {id(v): _kind(v) for v in known}
    made = [make([v for v in known if kinds[id(v)] == kind]) for kind, make in
            (("multiple", _multiples), ("share", _shares), ("distance", _distances)) if kind in kinds.values()]
    return [block for block in made if block.lines]


def directions(verdicts: Sequence[Verdict]) -> list[Direction]:
    """Rows of which a direction was seen, misses first."""
    mine = [v for v in verdicts if v.verdict != NONE and v.prediction.row.said.judged == "direction"]
    names = {-1.0: "less", 0.0: "no difference", 1.0: "more"}
    return [Direction(verdict=v, shape=SHAPES[v.verdict][0], path=SHAPES[v.verdict][1], seen=names[float(np.sign(v.prediction.observed))],
                      shares=tuple((name, 100.0 * float(np.mean(v.prediction.draws == sign))) for sign, name in names.items()))
            for v in _misses_first(mine)]


def ranks(verdicts: Iterable[Verdict]) -> list[int]:
    """How many observed numbers fell into each tenth of what was predicted; about as many in each, where the spread is right."""
    found = [0] * BINS
    for v in verdicts:
        p = v.prediction
        if v.verdict != NONE and p.row.said.judged == "number":
            below = float(np.mean(p.draws < p.observed)) + 0.5 * float(np.mean(p.draws == p.observed))
            found[min(BINS - 1, int(BINS * below))] += 1
    return found


def _misses_first(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return sorted(verdicts, key=lambda v: (-distance(v), v.id))


def _kind(v: Verdict) -> str:
    p = v.prediction
    if p.log and p.observed > 0 and v.p05 > 0:
        return "multiple"
    return "share" if p.row.said.statistic == "proportion" and p.row.said.against is None else "distance"


def _multiples(verdicts: Sequence[Verdict]) -> Block:
    """Levels and ratios: what is predicted, as a multiple of what was observed."""
    ends = [abs(math.log(end / v.prediction.observed)) for v in verdicts for end in (v.p05, v.p95) if 0 < end < math.inf]
    wanted = float(np.quantile(ends, _MOST_WITHIN)) if ends else 0.0
    reach = next((r for r in _REACHES if math.log(r) >= wanted), _REACHES[-1])

    def place(v: Verdict, x: float) -> float:
        return math.log(x / v.prediction.observed) / math.log(reach) if x > 0 else -math.inf

    least = {2.0: 30.0, 3.0: 100.0, 30.0: 1000.0}  # marks that have no room where the axis reaches that far
    steps = [r for r in _REACHES if r <= reach < least.get(r, math.inf)]
    steps_back = [(-math.log(r) / math.log(reach), f"1/{r:g}") for r in reversed(steps)]
    marks = [*steps_back, (0.0, "1"), *((math.log(r) / math.log(reach), f"{r:g}") for r in steps)]
    return _block("Levels and ratios: predicted, as a multiple of what was observed",
                  "On the line at 1 the prediction is what was observed; right of it, it is too high.", verdicts, place, marks, zero=True)


def _shares(verdicts: Sequence[Verdict]) -> Block:
    """Shares of people, from none to all."""
    marks = [(x / 50.0 - 1.0, f"{x} %") for x in (0, 25, 50, 75, 100)]
    return _block("Shares of people", "From nobody to everybody; the diamond is what was observed.", verdicts,
                  lambda v, x: 2.0 * x / v.prediction.row.factor - 1.0, marks, zero=False)


def _distances(verdicts: Sequence[Verdict]) -> Block:
    """Differences, changes, correlations and times: how far from what was observed, with the 90 % interval two units wide."""
    def place(v: Verdict, x: float) -> float:
        half = (v.p95 - v.p05) / 2.0
        off = x - v.prediction.observed
        return 0.0 if off == 0 else off / half / _WIDEST if half > 0 else math.copysign(math.inf, off)

    marks = [(x / _WIDEST, f"{x:+g}".replace("+0", "0").replace("-", "−")) for x in (-3, -2, -1, 0, 1, 2, 3)]
    return _block("Differences, changes, correlations and times: how far predicted lies from observed",
                  "In half widths of the 90 % interval, which so is two units wide in every row; at 0 the prediction is what was observed.",
                  verdicts, place, marks, zero=True)


def _block(title: str, lead: str, verdicts: Sequence[Verdict], place: Callable[[Verdict, float], float], marks: Sequence[tuple[float, str]], *,
           zero: bool) -> Block:
    return Block(title=title, lead=lead, marks=tuple((_percent(x), text) for x, text in marks), zero=_percent(0.0) if zero else None,
                 lines=tuple(_line(v, place) for v in _misses_first(verdicts)))


def _line(v: Verdict, place: Callable[[Verdict, float], float]) -> Line:
    low, low50, middle, high50, high, seen = (place(v, x) for x in (v.p05, v.p25, v.predicted, v.p75, v.p95, v.prediction.observed))
    shape, path = SHAPES[v.verdict]
    return Line(verdict=v, shape=shape, path=path, low=_percent(low), low50=_percent(low50), middle=_percent(middle), high50=_percent(high50),
                high=_percent(high), seen=_percent(seen), beyond=(low < -1.0 - 1e-9, high > 1.0 + 1e-9))


def _percent(x: float) -> float:
    """From -1 to 1, to percent of the width; what lies beyond, to the end."""
    x = 0.0 if math.isnan(x) else min(1.0, max(-1.0, x))
    return round(_MARGIN + (100.0 - 2 * _MARGIN) * (x + 1.0) / 2.0, 3)
