"""Small organs that go by the time of day, and what they do in closed form."""

import math

import numpy as np

from zonula.language import (
    Model,
    Organ,
    assemble,
    clock,
    gain,
    healthy,
    leaves,
    literal,
    loss,
    parameter,
    readout,
    reads,
    rhythm,
    setpoint,
    signal,
    sin,
    state,
)
from zonula.simulation.equations import parameter_vector
from zonula.simulation.events import Plan
from zonula.simulation.problem import Problem

TURN = literal(2 * math.pi, because="a full turn")


class Daily(Organ):
    """A level that is made by the time of day, about its mean in health."""

    k = parameter("1/day", "turnover")
    swing = parameter("1", "how far it is driven from its mean")
    period = parameter("day", "length of a day")
    day = clock("time of the run", neutral=0.0)
    x = state("1", "level", start=0.5)
    drive = signal("1", "what drives it", 1 + swing * sin(TURN * day / period))
    made = gain(x, k * drive)
    gone = loss(x, k * x)
    shown = readout("1", x, "level", called="level")
    driven = readout("1", drive, "what drives it", called="drive")


class Evening(Organ):
    """A substance with a peak of its own, and an index that follows the level over a road, faster at some times than at others."""

    level = reads("daily.x", "1", road="nerve")
    their_drive = reads("daily.drive", "1")
    k = parameter("1/day", "turnover")
    swing = parameter("1", "how far it is driven from its mean")
    period = parameter("day", "length of a day")
    peak = parameter("day", "when most is made")
    rest = parameter("pg/mL", "level in health")
    volume = parameter("mL", "its space")
    day = clock("time of the run", neutral=peak + literal(0.25, because="a quarter of a turn, where a wave has its mean") * period)
    y = state("pg/mL", "substance", start=1.0, volume=volume)
    z = state("1", "index", start=1.0)
    supply = setpoint("pg/(mL*day)", "what keeps it up", holds=y, at=rest)
    wave = signal("1", "how much of it is made", 1 + swing * rhythm(day, period, peak))
    made = gain(y, supply * wave)
    cleared = leaves(y, k * y * volume)
    rise = gain(z, k * their_drive * level / healthy(level) / healthy(wave))
    fall = loss(z, k * z)
    substance = readout("pg/mL", y, "substance", called="substance")
    index = readout("1", z, "index", called="index")
    clock_shown = readout("day", day, "time", called="time")


class Night(Organ):
    """A level that is held in one half of the day and driven away in the other."""

    k = parameter("1/day", "turnover")
    period = parameter("day", "length of a day")
    peak = parameter("day", "when it is held most")
    day = clock("time of the run", neutral=peak)
    x = state("1", "level", start=0.5)
    hold = signal("1", "how it is held", rhythm(day, period, peak))
    made = gain(x, k * hold)
    gone = loss(x, k * hold * x)


class Trough(Organ):
    """The same, but for the clock: in health it stands where the level is driven away."""

    k = parameter("1/day", "turnover")
    period = parameter("day", "length of a day")
    peak = parameter("day", "when it is held most")
    day = clock("time of the run", neutral=0)
    x = state("1", "level", start=0.5)
    hold = signal("1", "how it is held", rhythm(day, period, peak))
    made = gain(x, k * hold)
    gone = loss(x, k * hold * x)


DAILY: Model = assemble(Daily)
BOTH: Model = assemble(Daily, Evening)
NIGHT: Model = assemble(Night)
TROUGH: Model = assemble(Trough)
VALUES = {"daily.k": 1.7, "daily.swing": 0.6, "daily.period": 4.0, "evening.k": 2.3, "evening.swing": 0.8, "evening.period": 3.0,
          "evening.peak": 0.7, "evening.rest": 8.0, "evening.volume": 250.0, **{f"{name}.{key}": value for name in ("night", "trough") for key, value in {"k": 2.0, "period": 1.0, "peak": 0.5}.items()}}


def values(model=BOTH, **more):
    """The parameters of a model, some changed: two underscores for the dot."""
    known = VALUES | {path.replace("__", "."): value for path, value in more.items()}
    return parameter_vector(model, {q.path: known[q.path] for q in model.parameters})


def problem(model=BOTH, *, until=9.0, rtol=1e-10, plan=None, every=0.125, **more):
    """A typical person who is left alone, or lives through a plan."""
    return Problem(model=model, parameters=values(model), plan=plan or Plan(), until=until, times=np.arange(0.0, until + every / 2, every), rtol=rtol,
                   **more)


def wave(t, *, k, swing, period, peak):
    """x(t) of x' = k (1 + swing cos(2 pi (t - peak) / period) - x) from x(0) = 1, exactly."""
    turn = 2 * math.pi / period

    def forced(at):
        angle = turn * (at - peak)
        return swing * k / (k * k + turn * turn) * (k * np.cos(angle) + turn * np.sin(angle))

    t = np.asarray(t)
    return 1.0 + forced(t) - forced(0.0) * np.exp(-k * t)


def level(t):
    """The level of `Daily` from health: a sine is a cosine that has its peak a quarter of a turn later."""
    return wave(t, k=VALUES["daily.k"], swing=VALUES["daily.swing"], period=VALUES["daily.period"], peak=VALUES["daily.period"] / 4)


def substance(t):
    """The substance of `Evening` from health."""
    return VALUES["evening.rest"] * wave(t, **{name: VALUES[f"evening.{name}"] for name in ("k", "swing", "period", "peak")})
