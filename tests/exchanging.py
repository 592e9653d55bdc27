"""Small bodies as SBML, beside what libRoadRunner makes of them."""

from functools import lru_cache

import libsbml
import numpy as np

from tests.roadrunner_apart import roadrunner_course
from tests.small_organs import Fork, Listener, Pair, Source, Tissue, Vein
from zonula.exchange.sbml_model import About
from zonula.exchange.sbml_out import sbml_of
from zonula.language import Model, Organ, becomes, exposure, gain, healthy, larger, leaves, loss, parameter, readout, setpoint, state
from zonula.language.assemble import assemble
from zonula.simulation.equations import parameter_vector
from zonula.simulation.problem import Problem
from zonula.simulation.reference import solve
from zonula.simulation.schedule import Plan, read_plan

TIGHT = 1e-11


class Store(Organ):
    """Something kept up in a volume, given as doses, and an index that follows it."""

    hunger = exposure("1", "how much more is lost", neutral=1.0, within=(0.0, 5.0))
    volume = parameter("mL", "its volume")
    rest = parameter("pg/mL", "level at rest")
    k = parameter("1/day", "turnover")
    x = state("pg/mL", "level", start=1.0, volume=volume)
    bound = state("pg/mL", "what is bound", start=1.0, volume=volume)
    index = state("1", "index of it", start=1.0)
    supply = setpoint("pg/(mL*day)", "supply", holds=x, at=rest)
    made = gain(x, supply)
    binding = becomes(x, bound, k * x)
    release = loss(bound, k * bound)
    gone = leaves(x, hunger * k * x * volume)
    rise = gain(index, k * x / healthy(x))
    fall = loss(index, k * index)
    shown = readout("pg/mL", x, "level", called="level")
    shown_index = readout("1", index, "index", called="index")
    shown_bound = readout("pg/mL", bound, "bound", called="bound")
    shown_excess = readout("pg/mL", larger(x - rest, 0), "level above rest", called="excess")


class Convert(Organ):
    """Something that becomes another kind of thing, as much of it as a yield says."""

    k = parameter("1/day", "turnover")
    potency = parameter("ng{LPS}/ng{LAL}", "bioactive share")
    a = state("ng{LAL}/mL", "endotoxin", start=0.0)
    b = state("ng{LPS}/mL", "bioactive endotoxin", start=0.0)
    turned = becomes(a, b, k * a, yields=potency)
    gone = loss(b, k * b)


STORE = assemble(Store)
HEARD = assemble(Source, Listener)
CARRIED = assemble(Vein, Tissue)
SPLIT = assemble(Fork)
FED = assemble(Pair)
CONVERTED = assemble(Convert)
_VALUES = {"volume": 250.0, "rest": 8.0, "k": 2.0, "clearance": 30.0, "potency": 0.03, "share": 0.3, "gain_stress": 2.5, "width": 0.4,
           "a_at_rest": 2.0, "b_at_rest": 3.0, "half": 1.7}


def problem(model: Model, events=(), *, until: float = 4.0, **more) -> Problem:
    """A person under a plan."""
    values = {q.path: _VALUES[q.name] + 0.01 * i for i, q in enumerate(model.parameters)}
    plan = read_plan(events, model) if events else Plan()
    return Problem(model=model, parameters=parameter_vector(model, values), plan=plan, until=until, times=np.linspace(0.0, until, 41), rtol=TIGHT,
                   **more)


def as_sbml(given: Problem, **more) -> str:
    return sbml_of(given, About(title="a test"), **more)


@lru_cache(maxsize=16)
def document_of(text: str):
    """The text in libSBML, kept: a model is gone with its document."""
    document = libsbml.readSBMLFromString(text)
    assert document.getNumErrors() == 0
    return document


def model_of(text: str):
    return document_of(text).getModel()


def both(given: Problem, names) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times without those at which something changes, our readouts and libRoadRunner's."""
    ours = solve(given)
    assert ours.outcome.status == "finished", ours.outcome
    changes = [t for h in (*given.plan.doses, *given.plan.settings) for t in (h.start, h.end)] + [c.start for c in given.closed]
    keep = np.array([k for k, t in enumerate(ours.times) if not any(abs(t - c) < 1e-9 for c in changes)])
    theirs = roadrunner_course(as_sbml(given), ours.times[keep], [f"y_{name}" for name in names], TIGHT)
    return ours.times[keep], np.stack([ours.readout(name)[keep] for name in names], axis=1), theirs
