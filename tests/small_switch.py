"""A small organ that has two stable states for some of its numbers, by a formula that is known, and a circle of two whose gain is known."""

from pathlib import Path

import numpy as np

from zonula.language import Model, Organ, assemble, exposure, gain, loss, parameter, readout, reads, state
from zonula.language.units import unit
from zonula.simulation.equations import parameter_vector
from zonula.simulation.events import Dose, Plan, Setting
from zonula.simulation.prepare import Setup
from zonula.simulation.problem import Problem
from zonula.simulation.scenario import ScenarioSource, ScenarioTable
from zonula.tipping.judge import Criteria, Limit


class Switch(Organ):
    """x' = k (a + push + x^2/(1 + x^2) - b brake x): two folds for b = 0.5, none for b = 1."""

    push = exposure("1", "a push", neutral=0.0, within=(0.0, 2.0))
    brake = exposure("1", "a brake", neutral=1.0, within=(0.0, 5.0))
    k = parameter("1/day", "turnover")
    a = parameter("1", "what comes by itself")
    b = parameter("1", "loss")
    x = state("1", "level", start=0.04)
    made = gain(x, k * (a + push + x * x / (1 + x * x)))
    gone = loss(x, k * b * brake * x)
    shown = readout("1", x, "level", called="level")


class Near(Organ):
    """Half of a circle."""

    far = reads("far.y", "1")
    k = parameter("1/day", "turnover")
    g = parameter("1", "gain of the circle")
    x = state("1", "near", start=1.0)
    made = gain(x, k * (1 + g * far))
    gone = loss(x, k * x)
    shown = readout("1", x, "near", called="near")


class Far(Organ):
    """The other half."""

    near = reads("near.x", "1")
    k = parameter("1/day", "turnover")
    y = state("1", "far", start=1.0)
    made = gain(y, k * near)
    gone = loss(y, k * y)


class Slow(Organ):
    """What is slower than the circle, and no part of it."""

    k = parameter("1/day", "turnover")
    z = state("1", "slow", start=1.0)
    made = gain(z, k)
    gone = loss(z, k * z)
    shown = readout("1", z, "slow", called="slow")


SWITCH: Model = assemble(Switch)
CIRCLE: Model = assemble(Near, Far, Slow)
CRITERIA = Criteria((Limit("level", 0.5, 1.0),), after=100.0)
A, B = 0.02, 0.5


def push(value, start=0.0, end=10.0):
    return Setting(exposure="switch.push", value=value, start=start, end=end, sentence=f"push {value}", what="switch.push")


def blow(amount, start=0.0):
    return Dose(substance="blow", route="", state="switch.x", amount=amount, unit=unit("1"), per_weight=False, start=start, duration=0.0,
                sentence=f"blow {amount}", unit_text="1")


def switch(plan=(), *, doses=(), a=A, b=B, until=50.0):
    """A person with a switch, made ready, under settings."""
    return ready_with(SWITCH, {"switch.k": 1.0, "switch.a": a, "switch.b": b}, tuple(plan), until, tuple(doses))


def circle(g):
    """A person with a circle of this gain."""
    return ready_with(CIRCLE, {"near.k": 2.0, "near.g": g, "far.k": 2.0, "slow.k": 0.1}, (), 10.0)


def folds(b=B):
    """Where x^2/(1 + x^2) - b x turns: the values of a (push included) at both folds, the lower first."""
    roots = np.roots([b, 0.0, 2 * b, -2.0, b])
    real = np.sort(roots[np.abs(roots.imag) < 1e-9].real)
    return sorted(float(b * x - x * x / (1 + x * x)) for x in real if x > 0)


def ready_with(model, values, settings, until, doses=()):
    """A person of a model with these parameters, made ready, under settings and doses."""
    problem = Problem(model=model, parameters=parameter_vector(model, values), plan=Plan(settings=settings, doses=doses), until=until,
                      times=np.linspace(0.0, until, 51), rtol=1e-8)
    source = ScenarioSource(table=ScenarioTable(name="switch"), raw={}, text="", file="", folder=Path(), origins={})
    return Setup(source=source, problem=problem, observations=(), evidence={}, changed={}, every=1.0, remarks=())
