"""A small body for crowds: doses into a space and per kg, an infusion, an exposure, a road, a set-point, and ways to come to an end early."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from zonula.evidence.laws import law_from
from zonula.evidence.load import Evidence
from zonula.language import (
    Model,
    Organ,
    assemble,
    covariate,
    exposure,
    gain,
    healthy,
    hill,
    loss,
    parameter,
    readout,
    reads,
    rectified,
    setpoint,
    signal,
    state,
)
from zonula.language.units import unit
from zonula.simulation.closings import Closing
from zonula.simulation.equations import parameter_vector
from zonula.simulation.events import Dose, Plan, Setting
from zonula.simulation.prepare import Setup
from zonula.simulation.problem import Problem
from zonula.simulation.scenario import ScenarioSource, ScenarioTable
from zonula.simulation.timetable import Arm


class Body(Organ):
    """Whose weight doses per kg need."""

    weight = covariate("kg", "body weight")


class Drug(Organ):
    """In a volume that goes with the weight, and in a depot that counts milligrams."""

    weight = reads("body.weight", "kg")
    volume = parameter("L/kg", "volume per body weight")
    k = parameter("1/day", "clearance")
    k_depot = parameter("1/day", "absorption")
    central = state("mg/L", "in plasma", start=0.0, volume=volume * weight)
    depot = state("mg", "under the skin", start=0.0)
    absorption = loss(depot, k_depot * depot)
    arrival = gain(central, k_depot * depot / (volume * weight))
    clearance = loss(central, k * central)
    shown = readout("mg/L", central, "drug in plasma", called="drug")


class Gut(Organ):
    """Something that leaks, kept up in health by a supply that is solved for."""

    leak = exposure("1", "a leak", neutral=0.0, within=(0.0, 10.0))
    k = parameter("1/day", "turnover")
    rest = parameter("1", "what is there in health")
    half = parameter("1", "half-saturation")
    x = state("1", "what leaks", start=1.0)
    supply = setpoint("1/day", "what keeps it up", holds=x, at=rest)
    made = gain(x, supply * (1 + leak) * hill(x, half))
    gone = loss(x, k * x)
    shown = readout("1", x, "what leaks", called="leaking")


class Joint(Organ):
    """Pain that follows the leak over a road and is eased by the drug; it has a range."""

    a = reads("gut.x", "1", road="systemic")
    drug = reads("drug.central", "mg/L")
    half = parameter("mg/L", "drug for half of its effect")
    k = parameter("1/day", "turnover of pain")
    per_one = parameter("mm", "pain by one")
    width = parameter("1", "smoothing")
    p = state("mm", "pain", start=1.0, within=(0.0, 30.0))
    eased = signal("1", "what the drug leaves", half / (half + drug))
    hurts = gain(p, k * per_one * (1 + rectified(a - healthy(a), width) * eased))
    fades = loss(p, k * p)
    shown = readout("mm", p, "pain", called="pain_vas")


class Fuse(Organ):
    """What burns by itself once the drug has lit it, if there is anything to burn; and what may have no balance."""

    drug = reads("drug.central", "mg/L")
    lit = parameter("L/(mg*day)", "lighting by the drug")
    k = parameter("1/day", "turnover")
    spontaneous = parameter("1/day", "what comes by itself")
    b = state("1", "fire", start=0.0)
    y = state("1", "growth that feeds itself", start=0.1)
    burns = gain(b, lit * drug * (1 + b * b * b))
    dies = loss(b, k * b)
    grows = gain(y, spontaneous + k * y * y)
    withers = loss(y, k * y)
    shown = readout("1", b, "fire", called="fire")


MODEL: Model = assemble(Body, Drug, Gut, Joint, Fuse)
VALUES = {"body.weight": 70.0, "drug.volume": 0.05, "drug.k": 0.3, "drug.k_depot": 2.0, "gut.k": 0.5, "gut.rest": 1.0, "gut.half": 2.0,
          "joint.half": 3.0, "joint.k": 1.5, "joint.per_one": 1.0, "joint.width": 0.1, "fuse.lit": 0.0, "fuse.k": 1.0, "fuse.spontaneous": 0.1}
TIMES = np.arange(0.0, 30.01, 0.5)
UNTIL = 30.0


def dose(amount, start, *, what="central", in_unit="mg", over=0.0, per_weight=False):
    return Dose(substance="drug", route="iv", state=f"drug.{what}", amount=amount, unit=unit(in_unit), per_weight=per_weight, start=start,
                duration=over, sentence=f"drug {amount} at {start}", unit_text=in_unit)


def leak(value, start, end):
    return Setting(exposure="gut.leak", value=value, start=start, end=end, sentence=f"leak {value}")


TREATED = Arm(plan=Plan(doses=(dose(20.0, 3.0), dose(0.5, 7.3, per_weight=True), dose(40.0, 7.3, what="depot"), dose(30.0, 10.0, over=2.25)),
                        settings=(leak(2.0, 1.0, 12.0),)))
LEAKING = Arm(plan=Plan(settings=(leak(2.0, 1.0, 12.0),)))
CLOSED = Arm(plan=LEAKING.plan, closed=frozenset({Closing("systemic", 4.0)}), shut=frozenset({"drug.arrival"}))
NOTHING = Arm()


def values(**more):
    return parameter_vector(MODEL, VALUES | {path.replace("__", "."): value for path, value in more.items()})


def problem(arm=TREATED, times=TIMES, rtol=1e-8, parameters=None, until=UNTIL):
    return Problem(model=MODEL, parameters=values() if parameters is None else parameters, plan=arm.plan, until=until, times=times,
                   shut=arm.shut, closed=arm.closed, rtol=rtol)


@lru_cache(maxsize=4)
def many(count=37, seed=5):
    """People who differ by a third in everything but what ends them."""
    rng = np.random.default_rng(seed)
    rows = np.tile(values(), (count, 1)) * np.exp(0.3 * rng.standard_normal((count, len(values()))))
    for name in ("fuse.lit", "fuse.spontaneous"):
        rows[:, MODEL.parameter_index[name]] = VALUES[name]
    rows[:, MODEL.parameter_index["fuse.k"]] = 1.0
    rows.setflags(write=False)
    return rows


def made_ready(arm=TREATED, changed=None, until=UNTIL, every=1.0, **more):
    """A scenario of the small body, with evidence for it: all differ by a fifth, half of them by a law of fractions, one not at all."""
    laws = {"fuse.lit": law_from("fixed", 0.0), "fuse.spontaneous": law_from("fixed", 0.1), "fuse.k": law_from("fixed", 1.0)}
    evidence = {}
    for q in MODEL.parameters:
        law = laws.get(q.path, law_from("lognormal", max(VALUES[q.path], 1e-9), cv=0.2))
        law = law_from("logitnormal", 0.3, low=0.2, high=0.4) if q.path == "drug.k" else law
        evidence[q.path] = Evidence(parameter=q, value=VALUES[q.path], uncertainty=law, variability=law, status="assumed", grade="E", source=(),
                                    note="a test", calibration="")
    said = {path.replace("__", "."): (value, "") for path, value in (changed or {}).items()}
    person = values(**(changed or {}), **more)
    source = ScenarioSource(table=ScenarioTable(name="small"), raw={}, text="", file="", folder=Path(), origins={})
    return Setup(source=source, problem=problem(arm, parameters=person, until=until), observations=(), evidence=evidence, changed=said, every=every,
                 remarks=())
