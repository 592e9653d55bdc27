"""The nouns of the language: what an organ hears, needs and remembers.

Each takes its name from the attribute it is assigned to, its path from its organ (``blood.endotoxin``),
and carries its unit and one line of meaning.  Values and their evidence live elsewhere.
"""

from __future__ import annotations

import re

from zonula.ground.errors import ModelError
from zonula.language.expression import Expr, Name, Scalar, lift
from zonula.language.units import unit

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*$", re.ASCII)


def snake_case(text: str) -> str:
    """``AcutePhase`` becomes ``acute_phase``, ``TCells`` becomes ``t_cells``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text).lower()


class Quantity(Name):
    """A named number with a unit and a meaning."""

    __slots__ = ("doc", "path", "unit", "unit_text")

    def __init__(self, unit_text: str, doc: str) -> None:
        super().__init__()
        self.unit_text, self.unit, self.doc, self.path = unit_text, unit(unit_text), doc, ""

    def __set_name__(self, owner: type, name: str) -> None:
        if self.name:
            return  # a second attribute for the same quantity is an abbreviation, not a new name
        self.name, self.path = name, f"{snake_case(owner.__name__)}.{name}"


def check_identifier(name: str) -> None:
    """Refuse what could clash or hide in generated code."""
    if _IDENTIFIER.match(name) is None or "__" in name:
        raise ModelError.of("ZN-2201", f"{name!r} is no name for a quantity or process",
                            fix="use letters, digits and single underscores, beginning with a letter")


class Parameter(Quantity):
    """What differs between people but not in time; its value and evidence are in ``evidence/<organ>.toml``."""

    __slots__ = ()


class Covariate(Parameter):
    """What is known of the person (weight, age); the evidence gives the reference person's value."""

    __slots__ = ()


class State(Quantity):
    """What the body remembers: one differential equation."""

    __slots__ = ("accumulates", "start", "volume", "within")

    def __init__(self, unit_text: str, doc: str, *, start: float, within: tuple[float, float], volume: Expr | None,
                 accumulates: bool) -> None:
        super().__init__(unit_text, doc)
        self.start, self.within, self.volume, self.accumulates = start, within, volume, accumulates


class SetPoint(Quantity):
    """A constant derived per person so that the healthy state holds: state *holds* rests at *at*."""

    __slots__ = ("at", "holds")

    def __init__(self, unit_text: str, doc: str, *, holds: State, at: Expr) -> None:
        super().__init__(unit_text, doc)
        self.holds, self.at = holds, at


class Exposure(Quantity):
    """What the world does to the person, piecewise constant in time: diet, stress, a treatment's dial."""

    __slots__ = ("neutral", "within")

    def __init__(self, unit_text: str, doc: str, *, neutral: float, within: tuple[float, float]) -> None:
        super().__init__(unit_text, doc)
        self.neutral, self.within = neutral, within


class Clock(Quantity):
    """The time since the beginning of the run [day]; while health is solved it stands still at *neutral*, a time [day].

    Health is a balance, and what swings has none: it is the balance that the swings go about, if *neutral* is a moment at which
    whatever follows the clock has its mean.  A run begins from it with the clock at 0.
    """

    __slots__ = ("neutral",)

    def __init__(self, doc: str, *, neutral: Expr) -> None:
        super().__init__("day", doc)
        self.neutral = neutral


class Read(Quantity):
    """A state, signal or parameter of any organ, under the name it has here.

    *roads*: closing any of them shows the reader the healthy value instead of the present one.
    *site*: where in the body it is read; treatments may neutralise it there.
    """

    __slots__ = ("of", "roads", "site")

    def __init__(self, of: str, unit_text: str, *, roads: tuple[str, ...], site: str) -> None:
        super().__init__(unit_text, f"read from {of}")
        self.of, self.roads, self.site = of, roads, site


class Signal(Quantity):
    """A named intermediate quantity: one line of the model, readable by other organs."""

    __slots__ = ("value",)

    def __init__(self, unit_text: str, doc: str, value: Expr) -> None:
        super().__init__(unit_text, doc)
        self.value = value


class Healthy(Name):
    """The person's own healthy value of a state or signal: the same as it while health is solved, frozen after."""

    __slots__ = ("of",)

    def __init__(self, of: Quantity) -> None:
        super().__init__(f"healthy({of.name})")
        self.of = of

    def __str__(self) -> str:
        return f"healthy({self.of.name})"


class Switch(Name):
    """A gate of a process or a road: a number per person and time, 1 = as in life, 0 = shut."""

    __slots__ = ("doc", "path")

    def __init__(self, path: str, doc: str) -> None:
        super().__init__(path)
        self.path, self.doc = path, doc


# --- the words an organ's author writes ----------------------------------------------------------------

def parameter(unit_text: str, doc: str) -> Parameter:
    """Declare a parameter; its value, spreads and sources are in ``evidence/<organ>.toml``."""
    return Parameter(unit_text, doc)


def covariate(unit_text: str, doc: str) -> Covariate:
    """Declare something that is known of the person, such as the weight."""
    return Covariate(unit_text, doc)


def state(unit_text: str, doc: str, *, start: float, within: tuple[float, float] = (0.0, float("inf")),
          volume: Expr | None = None, accumulates: bool = False) -> State:
    """Declare a state.

    *start* is where the search for the healthy state begins (and its value, if it *accumulates* and thus has no
    steady state), *within* the range it can never leave, *volume* the space it is dissolved in (none: an amount).
    """
    return State(unit_text, doc, start=start, within=within, volume=volume, accumulates=accumulates)


def setpoint(unit_text: str, doc: str, *, holds: State, at: Expr | Scalar) -> SetPoint:
    """Declare a constant that is solved per person so that *holds* rests at *at* in health."""
    return SetPoint(unit_text, doc, holds=holds, at=lift(at))


def exposure(unit_text: str, doc: str, *, neutral: float, within: tuple[float, float] = (0.0, float("inf"))) -> Exposure:
    """Declare a piecewise-constant input that a schedule may set; *neutral* is its value in health."""
    return Exposure(unit_text, doc, neutral=neutral, within=within)


def clock(doc: str, *, neutral: Expr | Scalar) -> Clock:
    """Declare the time since the beginning of the run [day], for what goes by the time of day.

    *neutral* is where it stands while health is solved: a number of days, or a formula of parameters.  Choose a moment at which what
    follows the clock has its mean; a state that is driven so swings about its healthy value.  Day 0 of the run is the clock's 0.
    """
    return Clock(doc, neutral=lift(neutral))


def reads(of: str, unit_text: str, *, road: str | tuple[str, ...] = (), at: str = "") -> Read:
    """Declare what this organ hears: ``reads("cytokines.tnf", "pg/mL", at="joint", road="systemic")``."""
    return Read(of, unit_text, roads=tuple(filter(None, (road,) if isinstance(road, str) else road)), site=at)


def signal(unit_text: str, doc: str, value: Expr | Scalar) -> Signal:
    """Declare a named intermediate quantity."""
    return Signal(unit_text, doc, lift(value))


def healthy(of: Quantity) -> Healthy:
    """The person's own healthy value of a state, a signal or of what is read."""
    if not isinstance(of, (State, Signal, Read)):
        raise ModelError.of("ZN-2202", f"healthy({of}) has no meaning",
                            fix="only states, signals and reads have a healthy value; give an intermediate a name by signal(...)")
    return Healthy(of)
