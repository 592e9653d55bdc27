"""Small bodies with a gut that leaks and a joint that hears of it over three roads."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from zonula.evidence.laws import law_from
from zonula.evidence.load import Evidence
from zonula.language import Model, Organ, exposure, gain, healthy, loss, parameter, readout, reads, signal, state
from zonula.language.assemble import assemble
from zonula.simulation.closings import Closing, Question
from zonula.simulation.draws import Typical
from zonula.simulation.equations import parameter_vector
from zonula.simulation.prepare import Setup
from zonula.simulation.problem import Problem
from zonula.simulation.scenario import ScenarioSource, ScenarioTable
from zonula.simulation.schedule import Plan, Setting

YEAR = 365.0


class Gut(Organ):
    """Something that leaks."""

    leak = exposure("1", "a leak", neutral=0.0, within=(0.0, 10.0))
    k = parameter("1/day", "turnover")
    x = state("1", "what leaks", start=1.0)
    made = gain(x, k * (1 + leak))
    gone = loss(x, k * x)


class Additive(Organ):
    """Pain is the sum of what comes by each road: each share is known."""

    a = reads("gut.x", "1", road="systemic")
    b = reads("gut.x", "1", road="products")
    c = reads("gut.x", "1", road="primed")
    of_a = parameter("mm", "pain by the first")
    of_b = parameter("mm", "pain by the second")
    of_c = parameter("mm", "pain by the third")
    base = parameter("mm", "pain by none")
    pain = signal("mm", "pain", base + of_a * (a - healthy(a)) + of_b * (b - healthy(b)) - of_c * (c - healthy(c)))
    shown = readout("mm", pain, "pain", called="pain_vas")


class Overlapping(Organ):
    """Pain needs two roads at once: each alone takes all of it away."""

    a = reads("gut.x", "1", road="systemic")
    b = reads("gut.x", "1", road="products")
    of_both = parameter("mm", "pain by both")
    base = parameter("mm", "pain by none")
    pain = signal("mm", "pain", base + of_both * (a - healthy(a)) * (b - healthy(b)))
    shown = readout("mm", pain, "pain", called="pain_vas")


class Learning(Organ):
    """Pain with a memory: what came by the third road stays, once learned."""

    a = reads("gut.x", "1", road="systemic")
    b = reads("gut.x", "1", road="products")
    c = reads("gut.x", "1", road="primed")
    learn = parameter("1/day", "learning")
    forget = parameter("1/day", "forgetting")
    k = parameter("1/day", "turnover of pain")
    per_one = parameter("mm", "pain by each")
    m = state("1", "memory", start=0.0, within=(-9.0, 100.0))
    p = state("mm", "pain", start=1.0)
    learned = gain(m, learn * (c - healthy(c)) * (1 + m))
    forgotten = loss(m, forget * m * (1 + m))
    hurts = gain(p, k * per_one * (1 + (a - healthy(a)) + (b - healthy(b)) * (1 + (a - healthy(a))) + m))
    fades = loss(p, k * p)
    shown = readout("mm", p, "pain", called="pain_vas")


class Fragile(Organ):
    """What comes by the third road holds back what comes by the first; without it a range is left."""

    a = reads("gut.x", "1", road="systemic")
    c = reads("gut.x", "1", road="primed")
    k = parameter("1/day", "turnover of pain")
    per_one = parameter("mm", "pain by each")
    p = state("mm", "pain", start=1.0, within=(0.0, 3.0))
    hurts = gain(p, k * per_one * (1 + (a - healthy(a)) - (c - healthy(c))))
    fades = loss(p, k * p)
    shown = readout("mm", p, "pain", called="pain_vas")


ADDITIVE, OVERLAPPING, LEARNING, FRAGILE = (assemble(Gut, joint) for joint in (Additive, Overlapping, Learning, Fragile))
VALUES = {"gut.k": 0.5, "additive.of_a": 4.0, "additive.of_b": 3.0, "additive.of_c": 1.0, "additive.base": 2.0,
          "overlapping.of_both": 6.0, "overlapping.base": 1.5,
          "learning.learn": 0.012, "learning.forget": 0.004, "learning.k": 0.4, "learning.per_one": 2.4, "fragile.k": 0.4, "fragile.per_one": 2.4}


def leaking(model: Model, leak: float = 1.0, *, until: float = 40.0, closed: tuple[Closing, ...] = (), **more: float) -> Problem:
    """A person whose gut leaks from day 2 on."""
    plan = Plan(settings=(Setting(exposure="gut.leak", value=leak, start=2.0, end=np.inf, sentence=f"leak {leak} from day 2"),)) if leak else Plan()
    every = min(1.0, until / 40)
    problem = Problem(model=model, parameters=parameter_vector(model, VALUES | more), plan=plan, until=until,
                      times=np.arange(0.0, until + every / 2, every))
    return replace(problem, closed=frozenset(closed))


def asked(problem: Problem, day: float = 20.0, *, cv: float = 0.3, changed=None, typical=None) -> Setup:
    """A scenario with these people that asks for the roads; every parameter is known to within a factor of 1 + *cv* or so."""
    law = law_from("lognormal", 1.0, cv=cv)
    evidence = {q.path: Evidence(parameter=q, value=float(value), uncertainty=law, variability=law, status="assumed", grade="E", source=(),
                                 note="a test", calibration="") for q, value in zip(problem.model.parameters, problem.parameters, strict=True)}
    source = ScenarioSource(table=ScenarioTable(name="small"), raw={}, text="", file="", folder=Path(), origins={})
    return Setup(source=source, problem=problem, observations=(), evidence=evidence, changed=changed or {}, every=1.0, remarks=(),
                 question=Question("pain_vas", day), typical=typical)


def people(problem: Problem, count: int, **several: object) -> Typical:
    """So many persons like the problem's, but for parameters that are given for each of them."""
    rows = np.repeat(problem.parameters[np.newaxis], count, axis=0)
    for path, values in several.items():
        rows[:, problem.model.parameter_index[path.replace("__", ".")]] = values
    return Typical(rows=rows, variant=("usual",) * count, closed=((),) * count, name="made up")
