"""Fifty scenarios of the page with what the native ``reproducible`` build makes of them: what the page must give again.

`python -m zonula.web.golden FOLDER` writes ``golden.json``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from zonula.exchange.browser_job import job_of, way_of
from zonula.ground.files import write_text
from zonula.language.model import Model
from zonula.organs.standard import standard_model
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.web.page_model import finite
from zonula.web.scenario import Bar, Page, Scenario
from zonula.web.tables import Json, Landings

_EVERY = 25.0  # days between times that are compared


def scenarios(page: Page) -> list[Scenario]:
    """Fifty of them: every person as it is, every slider of the six at two places, and treatments of every kind in whom they are for."""
    made = [Scenario(person=name) for name in page.persons]
    six = [name for name, slider in page.sliders.items() if slider["six"]]
    made += [Scenario(person=person, sliders={name: place}) for name in six for person, place in (("healthy", 1.0), ("crohn", 0.4))]
    ill = {"pain": "ra_early", "inflammation": "ra_established", "gut": "crohn", "bacteria": "spondyloarthritis",
           "supplements": "leaky_stress", "living": "coeliac"}
    chosen = ("naproxen", "celecoxib", "prednisolone", "methotrexate", "adalimumab", "infliximab", "etanercept", "tocilizumab", "gut_repair",
              "larazotide", "growth_factor", "rifaximin", "ciprofloxacin", "broad_antibiotics", "butyrate", "vitamin_d", "omega_3", "gluten_free",
              "mediterranean", "stress_reduction")
    made += [Scenario(person=ill[page.treatments[name]["group"]], bars=(Bar(treatment=name, start=20.0, end=188.0, adherence=0.9),))
             for name in chosen]
    both = (Bar(treatment="adalimumab", start=0, end=180), Bar(treatment="gut_repair", start=30, end=180), Bar(treatment="naproxen", start=0, end=14))
    made += [Scenario(person="ra_early", bars=both), Scenario(person="ra_early", bars=both, closed=("systemic",)),
             Scenario(person="ra_early", closed=("systemic", "products", "primed")),
             Scenario(person="healthy", sliders={"barrier": 0.75, "genes": 1.0}),
             Scenario(person="healthy", sliders=dict.fromkeys(six, 0.6)), Scenario(person="crohn", closed=("gut_to_blood",)),
             Scenario(person="coeliac", sliders={"gluten": 0.5, "weight": 0.9}, bars=(Bar(treatment="low_gluten", start=1.5, end=300),)),
             Scenario(person="leaky_stress", sliders={"risk": 0.7, "setpoint": 0.8, "diet": 0.5}),
             Scenario(person="ra_established", bars=(Bar(treatment="methotrexate", start=7, end=300, dose=25),
                                                     Bar(treatment="placebo", start=7, end=300)))]
    return made


def golden(model: Model) -> Json:
    """The scenarios, their jobs, and every readout of them at every time."""
    page = Page(model)
    found = []
    for scenario in scenarios(page):
        crowd = page.crowd(scenario, every=_EVERY)
        people = solve_people(crowd, jobs=1)
        found.append({"scenario": scenario.as_dict(), "job": job_for(page, crowd), "values": people.values[0].ravel().tolist(),
                      "status": people.outcomes[0].status, "health": people.health[0].tolist()})
    return {"format": "zonula golden 1", "model": model.fingerprint, "scenarios": found}


def job_for(page: Page, crowd: Crowd) -> Json:
    """The job of a crowd, with ways of doses numbered as on the page."""
    job = job_of(crowd)
    own = Landings(page.model)
    for arm in crowd.arms:
        for dose in arm.plan.doses:
            own.of(dose)
    numbers = [page.landings.ways[way] for way in own.ways]
    return {**job, "ways": [way_of(way, page.model) for way in page.landings.ways], "jump_way": [numbers[k] for k in job["jump_way"]],
            "flow_way": [numbers[k] for k in job["flow_way"]]}


def main(arguments: list[str]) -> None:
    """Write golden.json into the folder that is named."""
    path = Path(arguments[0]) / "golden.json"
    write_text(path, json.dumps(finite(golden(standard_model())), separators=(",", ":"), allow_nan=False) + "\n")
    sys.stdout.write(f"Wrote {path}: {path.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
