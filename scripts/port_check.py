"""Compare the right-hand side with the coupled prototype that the whole body was ported from, at random states.

``python scripts/port_check.py PATH/TO/coupled.py`` loads that file (it is not part of Zonula, and needs numba) and compares, per
state, over random states and several sets of inputs: insults, drugs, cut arrows, genes.  Smoothing widths are set to 0 here and the
width of the prototype's switches to almost 0, because it uses a plain max(0, x) and a narrow tanh.

When the port was made, before anything was changed (commit 7fad80b), the largest relative difference was 3.8e-12.  Since then mechanisms
were added and numbers corrected; each has parameters at which it does nothing (scripts/neutral.py), and these are used here, so that
the comparison still holds but for the few guards that are named below.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from neutral import PROTOTYPE

from zonula.evidence.load import evidence_of
from zonula.language.model import Model
from zonula.organs.standard import standard_model
from zonula.simulation.equations import Equations, Inputs, Vector, parameter_vector
from zonula.simulation.health import Health, solve_health

SAMPLES, SEED = 100, 1

# our state -> the prototype's, and how much of ours makes one of theirs
STATES: dict[str, tuple[str, float]] = {
    "lumen.anaerobes": ("C", 1), "lumen.butyrate_producers": ("F", 1), "lumen.enterobacteria": ("Ent", 1), "lumen.butyrate": ("But", 1),
    "pathogen.load": ("P", 1), "pathogen.immunity": ("Ad", 1), "mucus.thickness": ("Muc", 1), "mucus.iga": ("IgA", 1),
    "epithelium.cells": ("Epi", 1), "epithelium.glutamine": ("Gln", 1), "epithelium.erosion": ("W", 1), "epithelium.deep_lesions": ("Wu", 1),
    "junctions.leak_slow": ("Lk", 1), "junctions.leak_fast": ("Lf", 1), "junctions.claudin2": ("Cl2", 1), "junctions.zonulin": ("Z", 1),
    "mucosa.lps": ("Lp", 1e3), "mucosa.bacteria": ("Bp", 1), "mucosa.resident": ("Mr", 1), "mucosa.inflammatory": ("Mi", 1),
    "mucosa.neutrophils": ("Nf", 1), "gut_lymphocytes.th1": ("T1", 1), "gut_lymphocytes.th17": ("T17", 1), "gut_lymphocytes.treg": ("Tr", 1),
    "gut_lymphocytes.memory": ("Tm", 1), "gut_cytokines.tnf": ("gTNF", 1), "gut_cytokines.il1": ("gIL1", 1), "gut_cytokines.il6": ("gIL6", 1),
    "gut_cytokines.ifn": ("gIFN", 1), "gut_cytokines.il22": ("gIL22", 1), "gut_cytokines.il10": ("gIL10", 1),
    "blood.endotoxin": ("Lb", 1), "blood.endotoxin_at_cells": ("Le", 1), "monocytes.activated": ("MA", 1), "monocytes.tolerance": ("Tol", 1),
    "cytokines.tnf": ("TNF", 1), "cytokines.il6": ("IL6", 1), "cytokines.il10": ("IL10", 1), "cytokines.il17": ("IL17", 1),
    "adrenal.cortisol": ("Cort", 1), "liver.crp_forming_1": ("C1", 1 / 4.008), "liver.crp_forming_2": ("C2", 1 / 4.008), "liver.crp": ("CRP", 1),
    "liver.lbp": ("LBP", 1), "leukocytes.neutrophil_count": ("Neu", 1), "leukocytes.monocyte_count": ("Mon", 1),
    "tolerance.tolerance_loss": ("A", 1), "tolerance.autoantibody": ("Ab", 1), "tolerance.primed_t_cells": ("Tb", 1),
    "joint.lps": ("Ej", 1), "joint.debris": ("Pj", 1), "joint.bacteria": ("Bj", 1), "joint.macrophages": ("Mj", 1),
    "joint.fibroblasts": ("FLS", 1), "joint.t_cells": ("Tj", 1), "joint_cytokines.tnf": ("jTNF", 1), "joint_cytokines.il1": ("jIL1", 1),
    "joint_cytokines.il17": ("jIL17", 1), "joint_cytokines.il6": ("jIL6", 1), "joint_cytokines.pge2": ("PG", 1),
    "joint_cytokines.mmp3": ("MMP", 1), "joint_structure.cartilage": ("Cart", 1), "joint_structure.swelling": ("Sw", 1),
    "pain.fast_sensitisation": ("P1", 1), "pain.slow_sensitisation": ("P2", 1), "pain.central_sensitisation": ("CS", 1),
    "brain.sickness": ("SK", 1), "brain.inflammation": ("BI", 1), "mood.phq9": ("PHQ", 1),
    "naproxen.depot": ("nD", 1), "naproxen.central": ("nC", 1 / 4290), "prednisolone.depot": ("pD", 1), "prednisolone.central": ("pC", 1 / 45),
    "prednisolone.effect_site": ("pE", 1e-3), "adalimumab.depot": ("aD", 1), "adalimumab.central": ("aC", 1 / 10.8),
    "tocilizumab.central": ("tC", 1 / 3.5), "tocilizumab.tissue": ("tP", 1 / 2.9), "methotrexate.polyglutamates": ("mE", 1),
}
SHARES = {"A", "Ad", "Tm", "Tol", "Sw", "P1", "P2", "CS", "SK", "BI", "Cart", "W", "Wu"}  # drawn between 0 and 1
EXPOSURES = {
    "diet.fibre": "fibre", "diet.food_protein": "food_ag", "diet.gluten": "gluten", "diet.nutrition": "nutr", "diet.glutamine": "glnSup",
    "diet.zinc": "Zn", "diet.vitamin_d": "vitD", "diet.fat": "fat", "diet.alcohol": "alc", "diet.butyrate": "butSup", "diet.probiotics": "probF",
    "pathogen.virulence": "vir", "epithelium.erosive_irritant": "killW", "epithelium.repair_factor": "restmod",
    "junctions.opening_irritant": "leakIn", "portal.liver_function": "liver", "adrenal.stress": "stress", "joint_structure.ageing": "ageing",
    "sealer.sealer": "laraz", "mlck_inhibitor.mlck_inhibition": "MLCKi", "growth_factor.growth_factor": "GF",
    "mucus_support.mucus_support": "mucSup", "antibiotic.kill_commensals": "abx", "antibiotic.kill_pathogens": "abxP",
    "antibiotic.kill_in_joints": "kabx",
}
ROADS = {
    "systemic": "ra", "products": "rb", "primed": "rc", "wall_to_mucosa": "x_bl", "products_to_mucosa": "x_si", "mucosa_to_barrier": "x_ib",
    "mucosa_to_lumen": "x_lum", "gut_to_blood": "x_lb", "blood_to_gut": "x_bg", "joint_to_blood": "x_js", "cortisol": "x_cort",
}
GATES = {"cytokines.tnf_from_gut": "x_sp", "cytokines.il6_from_gut": "x_sp", "cytokines.il17_from_gut": "x_sp",
         "epithelium.neutrophil_erosion": "x_Nw"}
PERSON = {"body.hla_b27": "gB27", "body.genetic_risk": "gSE"}
ROUNDED = {"liver.k_crp": 0.87555433}  # the prototype rounds the rate of a half-life of 19 h
GUARDED = {  # states whose rates were changed on purpose where the prototype's would fall below 0, and what depends on their healthy values
    "cytokines.il6": "tissue that makes less than in health takes at most half of the floor away",
    "cytokines.il17": "tissue that makes less than in health takes at most half of the floor away",
    "epithelium.deep_lesions": "lesions cannot cover more than the wall",
    "joint.lps": "what phagocytes set free is no longer counted from the healthy joint on, so that a healthy joint holds a trace more",
    "joint_cytokines.il6": "production cannot fall below 0 when cytokines are below health",
    "joint_cytokines.mmp3": "production cannot fall below 0 when IL-1 is below health",
}
TRACE = 2e-3  # how far the trace of endotoxin in a healthy joint may shift what depends on it
INPUTS: dict[str, dict[str, float]] = {
    "healthy": {},
    "insults": {"killW": 0.1, "leakIn": 0.5, "restmod": 0.7, "abx": 1.0, "abxP": 2.0, "fibre": 0.5, "nutr": 0.7, "alc": 1.0, "stress": 0.3,
                "vir": 1.5, "fat": 1.3},
    "treatment": {"MLCKi": 0.6, "laraz": 0.5, "GF": 0.4, "mucSup": 0.4, "nutr": 1.5, "Zn": 1.3, "vitD": 1.3, "glnSup": 0.5, "butSup": 30.0,
                  "probF": 0.05, "gluten": 0.1, "food_ag": 0.6, "kabx": 1.0, "ageing": 0.0},
    "genes": {"gB27": 1.0, "gSE": 10.0, "liver": 0.8, "food_ag": 1.4},
    "arrows cut": {"x_bl": 0, "x_si": 0, "x_ib": 0, "x_lum": 0, "x_lb": 0, "x_bg": 0, "x_js": 0, "x_cort": 0, "x_sp": 0, "x_Nw": 0,
                   "ra": 0, "rb": 0, "rc": 0},
}


def load(path: str) -> Any:
    """The prototype as a module."""
    spec = importlib.util.spec_from_file_location("prototype", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parameters(model: Model, changes: Mapping[str, float]) -> Vector:
    """Our parameters with no smoothing, with what was added since made neutral, and with *changes*."""
    values = {p: e.value for p, e in evidence_of(model).items()}
    values |= {p: 0.0 for p in values if p.partition(".")[2].startswith("smoothing")}
    return parameter_vector(model, values | PROTOTYPE | ROUNDED | {"body.weight": 3000 / 43} | dict(changes))


def inputs(model: Model, given: Mapping[str, float]) -> Inputs:
    """Our inputs for the prototype's."""
    exposures = tuple(given.get(EXPOSURES.get(e.path, ""), e.neutral) for e in model.exposures)
    gates = tuple(float(given.get(GATES.get(g.path.removeprefix("gate."), ""), 1.0)) for g in model.gates)
    roads = tuple(float(given.get(ROADS.get(r.path.removeprefix("road."), ""), 1.0)) for r in model.roads)
    return Inputs(exposures, gates, roads, np.zeros(len(model.states)))


def main(path: str) -> int:
    """Compare and print; 1 where a difference exceeds what the guards explain."""
    prototype, model = load(path), standard_model()
    theirs, index, rng = prototype.Model({"wSw": 1e-12}), model.state_index, np.random.default_rng(SEED)
    health = solve_health(model, parameters(model, {}))
    if not isinstance(health, Health):
        raise SystemExit(f"no healthy state: {health}")
    worst = dict.fromkeys(STATES, (0.0, ""))
    without_bacteria = {"pain.felt": theirs.v["n0"] / (1 + theirs.v["n0"]), "pain.central_sensitisation": theirs.d["CS0"]}
    healthy = [without_bacteria.get(h.of.path, value)  # its healthy pain leaves out the few bacteria of a healthy joint
               for h, value in zip(model.healthy, health.healthy, strict=True)]
    for label, given in INPUTS.items():
        person = {ours: given[other] for ours, other in PERSON.items() if other in given}
        ours = Equations(model, parameters(model, person), health.setpoints, healthy)
        here = inputs(model, given)
        for _ in range(SAMPLES):
            x, y = health.state.copy(), theirs.y0.copy()
            for mine, (other, scale) in STATES.items():
                usual = y[prototype.IX[other]]
                value = rng.uniform() if other in SHARES else (usual or 10.0) * rng.lognormal(0.0, 1.2)
                x[index[mine]], y[prototype.IX[other]] = value * scale, value
            mine_rates, their_rates = ours.derivative(x, here), theirs.f(y, given)
            for mine, (other, scale) in STATES.items():
                a, b = mine_rates[index[mine]], their_rates[prototype.IX[other]] * scale
                off = abs(a - b) / max(abs(a), abs(b), 1e-12 * abs(x[index[mine]]), 1e-300)
                if off > worst[mine][0]:
                    worst[mine] = (off, label)
    for mine, (largest, label) in worst.items():
        print(f"{mine:32s} {STATES[mine][0]:6s} {largest:.1e}  {label or '':12s} {GUARDED.get(mine, '')}".rstrip())
    largest = max(off for mine, (off, _) in worst.items() if mine not in GUARDED)
    print(f"\n{len(STATES)} states, {SAMPLES} random states, {len(INPUTS)} sets of inputs: largest relative difference {largest:.1e} "
          f"but for {len(GUARDED)} states with guards")
    return int(largest > TRACE)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
