"""Roads from the gut to pain: which are closed from when, and the question of how much comes by each.

A closed road shows its readers the healthy value instead of the present one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zonula.ground.errors import Problem, UsageError, ZonulaError, nearest, raise_all
from zonula.language.model import Model
from zonula.simulation.events import duration

ROADS = {"systemic": "inflammation carried by the blood", "products": "bacterial products in the joint",
         "primed": "immunity primed in the gut"}
REMAINDER = "remainder"  # what is left with every road closed
PAIN = "pain_vas"  # the readout that is shared out where no other is named
_FIX = 'write it like "systemic", or "systemic from day 180"'


@dataclass(frozen=True, slots=True, order=True)
class Closing:
    """A road that is closed from *start* [day] to the end."""

    road: str
    start: float = 0.0

    @property
    def sentence(self) -> str:
        """The words that a scenario has for it."""
        return f"{self.road} from day {self.start!r}" if self.start else self.road


@dataclass(frozen=True, slots=True)
class Question:
    """How much of *readout* comes by each road, had it never been open, and were it closed from *day* on."""

    readout: str
    day: float


def roads_of(model: Model) -> tuple[str, ...]:
    """Names of all roads of a model."""
    return tuple(switch.path.removeprefix("road.") for switch in model.roads)


def known_roads(model: Model) -> tuple[str, ...]:
    """Those of the project's three roads that a model has, in their usual order."""
    return tuple(road for road in ROADS if road in roads_of(model))


def earliest(closings: Iterable[Closing]) -> frozenset[Closing]:
    """The same closings without those that come too late to change anything."""
    first: dict[str, Closing] = {}
    for closing in sorted(closings):
        first.setdefault(closing.road, closing)
    return frozenset(first.values())


def read_closings(sentences: Iterable[str], model: Model, until: float | None, *, place: str = "model.closed_roads") -> frozenset[Closing]:
    """Read which roads are closed from when: ``systemic``, ``primed from day 180``.

    Parameters
    ----------
    until : the end of the simulation [day]; None where it is not known

    Raises
    ------
    UsageError   with every sentence that cannot be read, or that says something else of the same road
    """
    problems: list[Problem] = []
    closed: dict[str, Closing] = {}
    for i, sentence in enumerate(sentences):
        try:
            closing = _closing(sentence, model, until)
            if closed.setdefault(closing.road, closing) != closing:
                raise UsageError.of("ZN-1424", f"the road {closing.road!r} is closed twice, from different days", fix="say it once")
        except ZonulaError as error:
            problems += [Problem(code=p.code, message=p.message, path=f"{place}[{i}]", found=p.found or repr(sentence), expected=p.expected,
                                 fix=p.fix) for p in error.problems]
    raise_all(UsageError, problems)
    return frozenset(closed.values())


def _closing(sentence: str, model: Model, until: float | None) -> Closing:
    road, *more = sentence.split() or [""]
    known = roads_of(model)
    if road not in known:
        here = f"this model has no road {road!r}" if road in ROADS else f"there is no road {road!r}"
        raise UsageError.of("ZN-1407", here, fix=nearest(road, known) if known else "this model has no roads at all; take it out")
    if not more:
        return Closing(road)
    if more[0] != "from":
        raise UsageError.of("ZN-1421", f"unexpected {more[0]!r} after the road", expected="from and a day, or nothing", fix=_FIX)
    return Closing(road, read_day(" ".join(more[1:]), until, what=f"the road {road!r} is closed"))


def read_day(text: str | float, until: float | None, *, what: str) -> float:
    """A day within the simulation: ``day 180``, ``26 w``, ``180``.

    Raises
    ------
    UsageError
    """
    day = round(duration(text.removeprefix("day ") if isinstance(text, str) else text), 10)
    if day < 0 or (until is not None and day >= until):
        raise UsageError.of("ZN-1422", f"{what} from day {day:g}, which the simulation does not reach" if day > 0 else
                            f"{what} from day {day:g}, before the start", expected="a day from 0 on" + (
                                f", before the end at day {until:g}" if until is not None else ""), fix="name a day within, or simulate longer")
    return day


def read_readout(name: str, model: Model) -> str:
    """The name of a readout whose roads can be asked for.

    Raises
    ------
    UsageError
    """
    if not known_roads(model):
        raise UsageError.of("ZN-1425", "this model has none of the roads, so nothing comes by them", expected=f"one of {', '.join(ROADS)}",
                            fix="take [roads] out")
    if name not in model.readout_names:
        raise UsageError.of("ZN-1423", f"this model has no readout {name!r} to share out among the roads",
                            fix=f"name one under [roads], or with --set roads.readout=NAME; {nearest(name, model.readout_names)}")
    return name


def written(closings: Iterable[Closing]) -> Sequence[str]:
    """Closings as sentences, in a fixed order."""
    return [closing.sentence for closing in sorted(closings)]
