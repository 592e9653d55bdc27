"""What the scripts about people share: the insults, as sentences of a plan, and a person to whom they happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.alone import solve_compiled
from zonula.simulation.equations import Vector, parameter_vector
from zonula.simulation.health import Health
from zonula.simulation.problem import Problem
from zonula.simulation.result import Result
from zonula.simulation.schedule import read_plan

BACTERIA = ("pathogen.load 4e5 CFU at day 0",)
VIRUS = ("virus.load 100 IU at day 0",)
NAPROXEN = ("naproxen 500 mg po bid from day 0 for 14 days",)
COMBINED = (  # four bad weeks: an infection, antibiotics, irritants and poor food
    *BACTERIA,
    "kill_commensals 1 from day 4 to day 11", "kill_pathogens 2 from day 4 to day 11",
    "erosive_irritant 0.1 from day 4 to day 11", "erosive_irritant 0.075 from day 11 to day 30",
    "opening_irritant 0.5 from day 4 to day 11", "opening_irritant 0.3 from day 11 to day 30",
    "repair_factor 0.7 from day 4 to day 30", "fibre 0.5 from day 4 to day 30", "nutrition 0.7 from day 4 to day 30",
)
SUSCEPTIBLE = {"mucosa.EC50_products": 300.0}  # pg{LAL}/mL; 700 in the reference person
FRAGILE = {"mucosa.EC50_products": 200.0, "epithelium.k_restitution": 30.0}
CARRIER = {"body.hla_b27": 1.0}


def reference_values() -> dict[str, float]:
    """The reference person's parameters by path."""
    return {path: e.value for path, e in evidence_of(standard_model()).items()}


def live(sentences: Sequence[str], until: float, changed: Mapping[str, float] | None = None, *, every: float = 1.0,
         rtol: float = 1e-6, health: Health | None = None) -> Result:
    """Simulate the reference person, with some parameters *changed*, under a plan; reported at regular times [day]."""
    model = standard_model()
    times: Vector = np.linspace(0.0, until, round(until / every) + 1)
    problem = Problem(model=model, parameters=parameter_vector(model, reference_values() | dict(changed or {})),
                      plan=read_plan(sentences, model), until=until, times=times, rtol=rtol)
    return solve_compiled(problem, health=health)


def finished(result: Result) -> Result:
    """*result*, if its end was reached.

    Raises
    ------
    SystemExit   when it was not: what these scripts report would be wrong.
    """
    if result.outcome.status != "finished":
        raise SystemExit(f"a run stopped: {result.outcome}")
    return result


def mean_fold(result: Result, name: str, start: float, end: float) -> float:
    """Mean of a readout from *start* to *end* [day], in folds of its healthy value."""
    times: Vector = result.times
    inside = (times >= start) & (times <= end)
    return float(np.trapezoid(result.readout(name)[inside], times[inside]) / (end - start) / result.readout(name)[0])
