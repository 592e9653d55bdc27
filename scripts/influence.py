"""Which numbers the main readouts hang on, from the infection that heals to arthritis under treatment: docs/results/influence.json.

``python scripts/influence.py [--trajectories N] [--seed S] [--jobs J] [--only SCENARIO]`` screens all parameters (Morris) by what is not known of
them.  A scenario that is there already with the same model, numbers of persons and seed is kept, so that a run that was broken off goes on.
LIMITS.md names those that matter and are guessed (``write_docs.py``).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs_limits import fingerprint_of
from docs_results import lines_of

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.sensitivity.screening import Effect, Screening, screen

KEPT = Path(__file__).resolve().parent.parent / "docs" / "results" / "influence.json"
SCHEMA = "zonula/influence/1"
TENTH = 0.1  # of the largest effect on the same readout in the same scenario: a convention
# effects smaller than these are not told, however they compare with others: about what a laboratory or a patient could tell apart (a convention)
LEAST = {"pain_vas": 1.0, "crp": 0.5, "calprotectin": 10.0, "lactulose_mannitol_ratio": 0.001, "das28_crp": 0.1}
_RTOL = 1e-4


@dataclass(frozen=True, slots=True)
class Asked:
    """A scenario, when it is read, and how the page calls it."""

    scenario: str
    at: str
    title: str


STORY = (
    Asked("enteric_infection", "highest", "an infection that heals"),
    Asked("combined_insult_susceptible", "end", "a gut that stays ill"),
    Asked("combined_insult_genetic_risk", "end", "arthritis after five years"),
    Asked("ra_adalimumab", "2007d", "arthritis treated for half a year"),
)


def told(found: Screening, asked: Asked) -> dict[str, Any]:
    """What is kept of a screening: how it was made, and by readout the parameters that matter."""
    inquiry = found.inquiry
    return {"scenario": asked.scenario, "title": asked.title, "when": inquiry.when, "parameters": len(inquiry.paths), "runs": found.runs,
            "refused": dict(found.refused), "lost": sum(one.steps for one in found.lost), "fingerprint": inquiry.setup.fingerprint,
            "readouts": {name: _readout(name, effects, inquiry.setup.problem.model.readout(name).unit_text)
                         for name, effects in found.effects.items()}}


def _readout(name: str, effects: tuple[Effect, ...], unit: str) -> dict[str, Any]:
    known = [e for e in effects if e.mu_star > 0]
    most = max((e.mu_star for e in known), default=0.0)
    mine = [e for e in known if e.mu_star >= TENTH * most and e.mu_star >= LEAST[name]]
    return {"unit": unit, "largest": _short(most), "matter": [
        {"path": e.path, "mu_star": _short(e.mu_star), "half_width": _short(e.half_width), "mu": _short(e.mu), "steps": e.steps} for e in mine]}


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def main() -> int:
    """Screen each scenario that is not kept yet, and keep it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trajectories", type=int, default=36)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", choices=[one.scenario for one in STORY])
    said = parser.parse_args()
    model = standard_model()
    facts = {"model": model.fingerprint, "evidence": fingerprint_of(evidence_of(model)), "spread": "uncertainty",
             "trajectories": said.trajectories, "seed": said.seed, "rtol": _RTOL}
    before = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    kept = {one["scenario"]: one for one in before.get("scenarios", [])} if before.get("population") == facts else {}
    for asked in STORY:
        if asked.scenario in kept or said.only not in (None, asked.scenario):
            continue
        found = screen(asked.scenario, list(LEAST), at=asked.at, trajectories=said.trajectories, rtol=_RTOL, seed=said.seed, jobs=said.jobs)
        kept[asked.scenario] = told(found, asked)
        result = {"schema": SCHEMA, "population": facts, "rule": {"share_of_largest": TENTH, "least": LEAST},
                  "scenarios": [kept[one.scenario] for one in STORY if one.scenario in kept]}
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(lines_of(result), "utf-8")
        print(f"{asked.scenario}: {found.runs} runs; {'; '.join(found.remarks)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
