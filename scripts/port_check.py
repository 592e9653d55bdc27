"""Compare the right-hand side with the prototype that the blood block was ported from, at random states.

``python scripts/port_check.py PATH/TO/prototype.py`` loads that file (it is not part of Zonula) and prints, per state, the largest
relative difference over 200 random states.  What was added here (IL-8, fever) has no counterpart; the smoothing widths are set
to 0, because the prototype uses a plain max(0, x); LBP came with a later prototype and is checked by hand in its evidence.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import numpy as np

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.equations import Equations, Inputs, parameter_vector
from zonula.simulation.health import Health, solve_health

PAIRS = {  # ours -> theirs; the prototype keeps CRP under way as a rate per hour, we keep it as an amount
    "blood.endotoxin": "E", "blood.endotoxin_at_cells": "Ee", "monocytes.activated": "MA", "cytokines.tnf": "TNF", "cytokines.il6": "IL6",
    "cytokines.il10": "IL10", "cytokines.il17": "IL17", "adrenal.cortisol": "F", "monocytes.tolerance": "TOL", "liver.crp": "CRP",
    "liver.crp_forming_1": "C1", "liver.crp_forming_2": "C2", "leukocytes.neutrophil_count": "N", "leukocytes.monocyte_count": "Mo",
    "brain.sickness": "SK",
}
SAMPLES, SEED, HOURS = 200, 1, 24.0


def load(path: str) -> Any:
    """The prototype as a module."""
    spec = importlib.util.spec_from_file_location("prototype", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(path: str) -> int:
    """Compare and print; 1 where a difference exceeds 1e-9."""
    theirs = load(path).Model()
    model = standard_model()
    values = {p: e.value for p, e in evidence_of(model).items()}
    values |= {p: 0.0 for p in values if p.endswith(".smoothing")}
    health = solve_health(model, parameter_vector(model, values))
    if not isinstance(health, Health):
        raise SystemExit(f"no healthy state: {health}")
    ours = Equations(model, parameter_vector(model, values), health.setpoints, [theirs.h["IL6"] if h.of.name == "il6" else theirs.h["TNF"]
                                                                               for h in model.healthy])
    names, index, rng = load(path).STATES, model.state_index, np.random.default_rng(SEED)
    rate = theirs.p["ktr"]
    worst = dict.fromkeys(PAIRS, 0.0)
    for _ in range(SAMPLES):
        x, y = health.state.copy(), theirs.y0()
        for mine, other in PAIRS.items():
            value = x[index[mine]] * rng.lognormal(0.0, 1.5) if x[index[mine]] else rng.uniform(0.0, 1.0)
            if mine.endswith("tolerance"):
                value = rng.uniform(0.0, 1.0)
            x[index[mine]] = value
            y[names.index(other)] = value * (rate if "forming" in mine else 1.0)
        here = ours.derivative(x, Inputs.neutral(model)) / HOURS
        there = theirs.rhs(0.0, y, {"lps": health.setpoints[0] / HOURS})
        for mine, other in PAIRS.items():
            scale = rate if "forming" in mine else 1.0
            a, b = here[index[mine]] * scale, there[names.index(other)]
            worst[mine] = max(worst[mine], abs(a - b) / max(abs(a), abs(b), 1e-12 * x[index[mine]]))
    for mine, largest in worst.items():
        print(f"{mine:32s} {PAIRS[mine]:6s} {largest:.1e}")
    return int(max(worst.values()) > 1e-9)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
