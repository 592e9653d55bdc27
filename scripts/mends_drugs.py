"""Before and after, of treatments: antibodies against a drug that is an antibody."""

from __future__ import annotations

from functools import partial

import numpy as np
from insults import finished, live
from mends import AFTER, BEFORE, OTHER, PEOPLE, Line, Mend, Panel, Vector, at, percent, told
from neutral import NEUTRAL
from two_hundred_people import person_values, workers

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.result import Result

START, DAYS, COUNT, SEED = 60, 182, 24, 1  # arthritis is established after two months; 26 weeks of treatment
LOST = "tolerance.tolerance_loss 0.7 1 at day 0"
DRUG = f"adalimumab 40 mg sc q2w from day {START} for {DAYS} days"
AT_RISK = {"body.genetic_risk": 20.0, "body.hla_b27": 0.0}
WITHOUT = NEUTRAL["antibodies against a drug"]
IMMUNE, RESPONSE = 1.3, 0.6  # standard deviations beyond typical immunity against the drug; fall of DAS28 that counts
RELIEF = 16.6  # mm beyond placebo in the trial
Treated = tuple[float, float, float, float]  # relief [mm], fall of DAS28, drug in plasma [mg/L], antibodies


def treated(changed: dict[str, float], person: int | None) -> Treated:
    """What half a year of adalimumab does to one person with arthritis (None: the typical one), beyond none."""
    values = (person_values(SEED, person) if person is not None else {}) | AT_RISK | changed
    end = START + DAYS
    plain, drug = (finished(live(plan, end, values, every=2.0)) for plan in ((LOST,), (LOST, DRUG)))
    return (at(plain, "pain_vas", end) - at(drug, "pain_vas", end), at(plain, "das28_crp", end) - at(drug, "das28_crp", end),
            float(drug.state("adalimumab.central")[-1]), float(drug.state("adalimumab.antibodies")[-1]))


def _kept(column: Vector) -> str:
    return told(float(np.median(column))) if len(column) else "-"


def biologic(jobs: int = 1) -> Mend:
    """Relief by adalimumab in people who differ, before and after some of them make antibodies against it."""
    with workers(jobs) as pool:
        before, after = (np.array(pool.map(partial(treated, changed), range(COUNT))) for changed in (WITHOUT, {}))
    typical = treated(WITHOUT, None), treated({}, None)
    immune = after[:, 3] > 0.5
    k = evidence_of(standard_model())["adalimumab.k_immunity"]
    curves = [finished(live((LOST, DRUG), START + DAYS, AT_RISK | {k.parameter.path: k.variability.quantile(k.value, z)})) for z in (0.0, IMMUNE)]
    share = 100 * (np.arange(COUNT) + 0.5) / COUNT
    return Mend(
        name="biologic", title="Some people make antibodies against adalimumab",
        mechanism="Antibodies against the drug grow while it is in plasma, and clear it. How fast differs so much between people that a fifth "
                  "have them within half a year and most never; the typical person has none. Before, nobody made any. Shown are "
                  f"{COUNT} drawn people with arthritis and a sound gut after 26 weeks of 40 mg every two weeks, against the same people without.",
        sources=("Bartelds2011", "Bartelds2007", "vandePutte2004"),
        rows=(("relief of pain, mean of the drawn people [mm]", f"{RELIEF} beyond placebo", told(float(before[:, 0].mean())),
               told(float(after[:, 0].mean()))),
              ("the same, typical person [mm]", "", told(typical[0][0]), told(typical[1][0])),
              ("fall of DAS28, mean of the drawn people", "", told(float(before[:, 1].mean())), told(float(after[:, 1].mean()))),
              (f"DAS28 falls by less than {RESPONSE:g}", "44 % have no moderate response (74 % on placebo)",
               percent(float(np.mean(before[:, 1] < RESPONSE))), percent(float(np.mean(after[:, 1] < RESPONSE)))),
              ("people with antibodies after half a year", "17 to 19 %", "0 %", percent(float(np.mean(immune)))),
              ("adalimumab in plasma without antibodies, median [mg/L]", "11 to 12", _kept(before[:, 2]), _kept(after[~immune, 2])),
              ("with antibodies [mg/L]", "1.2; 5 or 0 by titer", "-", _kept(after[immune, 2]))),
        wrong=f"the typical person's pain falls by {told(typical[1][0])} mm, which is more than the mean of people; those without antibodies keep "
              "too little of the drug; people without antibodies took methotrexate more often (84 % against 52 %), here it does nothing to them; "
              "infliximab calls for antibodies, too, and is still without.",
        panels=(Panel(title="Relief after 26 weeks", x="share of people [%]", y="mm", lines=(
                    Line(kind=BEFORE, x=share, y=np.sort(before[:, 0]), label="before"),
                    Line(kind=AFTER, x=share, y=np.sort(after[:, 0]), label="after"),
                    Line(kind=PEOPLE, x=[50.0], y=[RELIEF], label="trial, mean"))),
                Panel(title="Adalimumab in plasma", x="day", y="mg/L", bottom=0.0, lines=(
                    _plasma(AFTER, curves[0], "typical person"), _plasma(OTHER, curves[1], "prone to antibodies (as one in ten)")))),
    )


def _plasma(kind: str, result: Result, label: str) -> Line:
    return Line(kind=kind, x=result.times, y=result.state("adalimumab.central"), label=label)
