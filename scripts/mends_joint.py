"""Before and after, from the blood to the joint: infection, reactive arthritis, HLA-B27."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from insults import BACTERIA, CARRIER, COMBINED, SUSCEPTIBLE, finished, live
from mends import AFTER, BEFORE, OTHER, PEOPLE, Line, Mend, Panel, percent, told
from neutral import NEUTRAL

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.result import Result

PAIN, SWOLLEN = 15.0, 2.0  # mm above health, joints of 28: arthritis
RECOGNITION = "joint.recognition_bacterial"
SUSCEPTIBLE_TO_REA, SUSCEPTIBLE_CARRIER = 2.0, 0.6  # strengths of recognition that are far above, and above, the typical one
STRENGTHS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 1.1, 2.0)


def infection() -> Mend:
    """A bacterial enteritis reaches the blood."""
    before = finished(live(BACTERIA, 30, NEUTRAL["infection to blood"], every=0.125))
    after = finished(live(BACTERIA, 30, every=0.125))
    crp, lps, fever, fc = "crp", "plasma_lps", "temperature_rise", "calprotectin"
    first = float(after.times[np.argmax(after.readout(crp) > 5)])
    return Mend(
        name="infection", title="A bacterial infection of the gut reaches the blood",
        mechanism="Phagocytes of the mesenteric nodes and the liver that hold bacteria which invaded the wall release IL-6 and TNF into the blood; "
                  "endotoxin in plasma stays low, as in volunteers who were given Shigella. Before, only what leaked as endotoxin or spilled as "
                  "cytokine from the mucosa reached the blood.",
        sources=("Borgnolo1996", ("Chen 2012", "https://doi.org/10.1097/MPG.0b013e318262a718"), ("Am J Trop Med Hyg 1995;53(1):47", "")),
        rows=(("highest CRP [mg/L]", "20 to 40 (median of bacterial enteritis)", told(before.peak(crp)[0]), told(after.peak(crp)[0])),
              ("highest IL-6 [pg/mL]", "not seen; 15 to 110 derived from CRP", told(before.peak("il6")[0]), told(after.peak("il6")[0])),
              ("endotoxin in plasma, highest [pg/mL, LAL]", "no rise", told(before.peak(lps)[0]), told(after.peak(lps)[0])),
              ("fever [K]", "in 20 to 60 % of cases", told(before.peak(fever)[0]), told(after.peak(fever)[0])),
              ("highest calprotectin [µg/g]", "median 600 to 770", told(before.peak(fc)[0]), told(after.peak(fc)[0]))),
        wrong=f"calprotectin peaks at {told(after.peak(fc)[0])} µg/g where people have 600 to 770; the rise of temperature, {told(after.peak(fever)[0])} K, "
              f"is hardly a fever; CRP passes 5 mg/L only on day {told(first)}, because the bacteria of the model grow slowly (in volunteers it rose "
              "about a day and a half after the first positive stool).",
        panels=(_two("C-reactive protein", "mg/L", crp, before, after, (20.0, 40.0, "people, median")),
                _two("Calprotectin", "µg/g", fc, before, after, (600.0, 770.0, "people, median"))),
    )


def _two(title: str, unit: str, name: str, before: Result, after: Result, band: tuple[float, float, str] | None = None, x: str = "day") -> Panel:
    return Panel(title=title, x=x, y=unit, bottom=0.0, band=band, lines=(
        Line(kind=BEFORE, x=before.times, y=before.readout(name), label="before"), Line(kind=AFTER, x=after.times, y=after.readout(name), label="after")))


def reactive() -> Mend:
    """Reactive arthritis in a susceptible person."""
    undone = NEUTRAL["reactive arthritis"]
    usual = finished(live(BACTERIA, 365))
    person = {RECOGNITION: SUSCEPTIBLE_TO_REA}
    before, after = (finished(live(BACTERIA, 365, person | changed)) for changed in (undone, {}))
    carrier = finished(live(BACTERIA, 365, {RECOGNITION: SUSCEPTIBLE_CARRIER} | CARRIER))
    law = evidence_of(standard_model())[RECOGNITION]
    z = float(np.log(SUSCEPTIBLE_TO_REA / law.value) / law.variability.above)
    joints, pain = "sjc28", "pain_vas"

    def onset(r: Result) -> str:
        swollen = r.readout(joints) >= SWOLLEN
        return told(float(r.times[np.argmax(swollen)])) if swollen.any() else "none"

    def late(r: Result, name: str, day: float) -> str:
        return told(float(r.at(name, np.array([day]))[0]))

    half = "of those with arthritis 31 to 55 % not over"
    year = "of those with arthritis 20 % not over"
    return Mend(
        name="reactive", title="Reactive arthritis",
        mechanism="Phagocytes of nodes carry bacterial antigen to the joints and keep it there for weeks; T cells against the pathogen are primed "
                  "meanwhile. Arthritis needs both, and a person whose T cells recognize the antigen strongly: a susceptibility that differs between "
                  f"people. Shown is one with a strength of {told(SUSCEPTIBLE_TO_REA)} ({told(law.value)} is typical; {percent(1 - NormalDist().cdf(z))} "
                  "have as much or more). Before, no antigen and no T cells of an infection came to the joint.",
        sources=("Granfors1998", "Braun1998", ("Ajene 2013", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3805878/"),
                 ("follow-up of 27 patients", "https://pubmed.ncbi.nlm.nih.gov/7699628/")),
        rows=(("highest count of swollen joints, susceptible person", "few", told(before.peak(joints)[0]), told(after.peak(joints)[0])),
              ("first day with two swollen joints", "median 8.5 d after diarrhea (4 to 28)", onset(before), onset(after)),
              ("swollen joints at 6 months", half, late(before, joints, 182), late(after, joints, 182)),
              ("swollen joints at 1 year", year, late(before, joints, 365), late(after, joints, 365)),
              ("highest pain [mm], susceptible person", "", told(before.peak(pain)[0]), told(after.peak(pain)[0])),
              ("highest pain [mm], typical person", "an ache for days in 35 to 50 %", "", told(usual.peak(pain)[0])),
              (f"highest pain [mm], carrier of HLA-B27 with a strength of {told(SUSCEPTIBLE_CARRIER)}", "", "", told(carrier.peak(pain)[0]))),
        wrong=f"it begins on day {onset(after)}, late for the 8.5 days that people have, and all its joints swell a little instead of a few a lot. How "
              "many people have it is not shown by one person: see the two hundred people below.",
        panels=(Panel(title="Swollen joints of 28", x="day", y="joints", bottom=0.0, lines=(
                    Line(kind=BEFORE, x=before.times, y=before.readout(joints), label="before"),
                    Line(kind=AFTER, x=after.times, y=after.readout(joints), label="after, susceptible"),
                    Line(kind=OTHER, x=carrier.times, y=carrier.readout(joints), label="after, HLA-B27"))),
                Panel(title="Pain", x="day", y="mm", bottom=0.0, lines=(
                    Line(kind=BEFORE, x=before.times, y=before.readout(pain), label="before"),
                    Line(kind=AFTER, x=after.times, y=after.readout(pain), label="after, susceptible"),
                    Line(kind=OTHER, x=carrier.times, y=carrier.readout(pain), label="after, HLA-B27")))),
    )


def ill_beyond(strengths: list[float], more: list[float]) -> float | None:
    """The strength at which pain is PAIN more than in health, read between two runs on a log scale; None where it never is."""
    for (a, low), (b, high) in zip(zip(strengths, more, strict=True), zip(strengths[1:], more[1:], strict=True), strict=False):
        if low < PAIN <= high:
            return float(np.exp(np.log(a) + (np.log(b) - np.log(a)) * (PAIN - low) / (high - low)))
    return strengths[0] if more and more[0] >= PAIN else None


def carriers() -> Mend:
    """Pain of carriers of HLA-B27 whose gut stayed ill, over the strength of recognition."""
    days = 730
    person = SUSCEPTIBLE | CARRIER

    def more_pain(changed: dict[str, float]) -> float:
        pain = finished(live(COMBINED, days, person | changed)).readout("pain_vas")
        return float(pain[-1] - pain[0])

    before = more_pain(NEUTRAL["HLA-B27"])
    after = [more_pain({RECOGNITION: s}) for s in STRENGTHS]
    others = finished(live(COMBINED, days, SUSCEPTIBLE)).readout("pain_vas")
    law = evidence_of(standard_model())[RECOGNITION]
    border = ill_beyond(list(STRENGTHS), after)
    share = 0.0 if border is None else 1 - NormalDist().cdf(float(np.log(border / law.value)) / law.variability.above)
    shares = [1 - NormalDist().cdf(float(np.log(s / law.value)) / law.variability.above) for s in STRENGTHS]
    typical = after[STRENGTHS.index(law.value)] if law.value in STRENGTHS else more_pain({})
    return Mend(
        name="carriers", title="HLA-B27 is a liability, not a switch",
        mechanism="Recognition of bacterial antigen in the joint has a strength that differs between people, and HLA-B27 multiplies it. Before, a "
                  "carrier recognized fully and anybody else not at all, so that every carrier whose gut stayed ill had arthritis. All people here "
                  "have a susceptible gut that the combined insult tipped two years ago.",
        sources=("Braun1998", ("van der Linden 2022", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC9315900/"),
                 ("Peeters 2004", "")),
        rows=(("share of carriers with an ill gut whose pain is 15 mm above health", "about 25 % (12 to 50, derived)", percent(float(before >= PAIN)),
               percent(share)),
              ("pain above health of the typical carrier [mm]", "most have none", told(before), told(typical)),
              ("pain above health of the typical other person [mm]", "most have none", "", told(float(others[-1] - others[0])))),
        wrong="the share counts the strength of recognition alone; people differ in much else (see the two hundred people). Radiological sacroiliitis "
              "in Crohn's disease is mostly negative for HLA-B27 (20 of 23), which this model does not give.",
        panels=(Panel(title="Carriers, ill gut, 2 years", x="strength of recognition", y="pain above health [mm]", log="x", bottom=0.0, lines=(
                    Line(kind=BEFORE, x=[STRENGTHS[0], STRENGTHS[-1]], y=[before, before], label="before: every carrier"),
                    Line(kind=AFTER, x=STRENGTHS, y=after, label="after"))),
                Panel(title="How many carriers are ill", x="pain above health at least [mm]", y="share of carriers [%]", bottom=0.0, lines=(
                    Line(kind=BEFORE, x=[0.0, before, before], y=[100.0, 100.0, 0.0], label="before"),
                    Line(kind=AFTER, x=after, y=[100 * s for s in shares], label="after"),
                    Line(kind=PEOPLE, x=[PAIN], y=[25.0], label="people (12 to 50 %)")))),
    )
