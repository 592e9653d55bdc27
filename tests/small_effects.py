"""A small organ whose readouts are known functions of parameters, so that indices of sensitivity have closed forms."""

from pathlib import Path

import numpy as np

from tests.small_crowd import Body
from zonula.evidence.laws import law_from
from zonula.evidence.load import Evidence
from zonula.language import Model, Organ, assemble, exposure, gain, loss, parameter, readout, reads, state
from zonula.simulation.equations import parameter_vector
from zonula.simulation.events import Plan, Setting
from zonula.simulation.prepare import Setup
from zonula.simulation.problem import Problem
from zonula.simulation.scenario import ScenarioSource, ScenarioTable


class Sums(Organ):
    """Levels that rest at their parameters; a fire that has a healthy state only below a quarter; and one that breaks out under a push."""

    push = exposure("1", "a push", neutral=0.0, within=(0.0, 10.0))
    weight = reads("body.weight", "kg")
    usual = parameter("kg", "usual weight")
    a = parameter("1", "a term, and a factor")
    b = parameter("1", "a term, and a factor")
    c = parameter("1", "a factor")
    idle = parameter("1", "what nothing reads but its own level")
    fire = parameter("1", "what kindles")
    risk = parameter("mg/L", "what a test shows at rest")
    w = parameter("1", "a weight")
    k = parameter("1/day", "turnover")
    x = state("1", "level", start=1.0)
    y = state("1", "growth that feeds itself", start=0.1)
    z = state("1", "what follows a push", start=0.0, within=(-1.0, 20.0))
    unread = state("1", "level that nobody reads", start=1.0)
    made = gain(x, k * a * b / c)
    gone = loss(x, k * x)
    grows = gain(y, k * (fire + y * y))
    withers = loss(y, k * y)
    pushed = gain(z, k * a * push)
    fades = loss(z, k * z)
    idled = gain(unread, k * idle * weight / usual)
    faded = loss(unread, k * unread)
    product = readout("1", x, "a b / c", called="product")
    sum = readout("1", w * a + b, "w a + b", called="sum")
    test = readout("mg/L", risk, "a test", called="crp")
    rise = readout("1", z, "what follows a push", called="rise")


MODEL: Model = assemble(Body, Sums)
VALUES = {"body.weight": 70.0, "sums.a": 2.0, "sums.b": 3.0, "sums.c": 1.5, "sums.idle": 1.0, "sums.fire": 0.1, "sums.risk": 6.0, "sums.w": 3.0, "sums.usual": 70.0,
          "sums.k": 1.0}
CV = {"sums.a": 0.2, "sums.b": 0.25, "sums.c": 0.3, "sums.idle": 0.4}
FACTORS = ("sums.a", "sums.b", "sums.c")


def made_ready(cv=None, push=0.0, changed=(), status=None):
    """The organ made ready: *cv* of what is not known by path (0: known), a push from day 1 on."""
    cv = CV if cv is None else cv
    evidence = {}
    for q in MODEL.parameters:
        law = law_from("lognormal", VALUES[q.path], cv=cv[q.path]) if cv.get(q.path) else law_from("fixed", VALUES[q.path])
        evidence[q.path] = Evidence(parameter=q, value=VALUES[q.path], uncertainty=law, variability=law_from("fixed", VALUES[q.path]),
                                    status=(status or {}).get(q.path, "assumed"), grade="E", source=(), note="a test", calibration="")
    plan = Plan(settings=(Setting(exposure="sums.push", value=push, start=1.0, end=3.0, sentence=f"push {push}"),)) if push else Plan()
    problem = Problem(model=MODEL, parameters=parameter_vector(MODEL, VALUES), plan=plan, until=5.0, times=np.array([0.0, 5.0]))
    source = ScenarioSource(table=ScenarioTable(name="sums"), raw={}, text="", file="", folder=Path(), origins={})
    return Setup(source=source, problem=problem, observations=(), evidence=evidence, changed={path: (VALUES[path], "1") for path in changed},
                  every=0.5, remarks=())


def sigma(path, cv=None):
    """Standard deviation of ln(parameter)."""
    return float(np.sqrt(np.log1p((cv or CV)[path] ** 2)))


def levels(path, cv=None):
    """The parameter at the quantiles 0.05, 0.35, 0.65 and 0.95."""
    from scipy.stats import norm

    return VALUES[path] * np.exp(sigma(path, cv) * norm.ppf([0.05, 0.35, 0.65, 0.95]))
