"""Before and after, from the blood to the joint: infection, reactive arthritis, HLA-B27."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from insults import BACTERIA, CARRIER, COMBINED, SUSCEPTIBLE, finished, live
from mends import AFTER, BEFORE, OTHER, PEOPLE, Line, Mend, Panel, at, course, pair, percent, told
from neutral import NEUTRAL, PROTOTYPE

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.result import Result

PAIN, SWOLLEN = 15.0, 2.0  # mm above health, joints of 28: arthritis
RECOGNITION = "joint.recognition_bacterial"
STRONG, STRONG_CARRIER = 2.0, 0.6  # strengths of recognition that are far above, and above, the typical one
STRENGTHS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 1.1, 2.0)
YEARS_ILL = 2


def _passes(result: Result, level: float) -> str:
    """The day on which CRP passes a level."""
    above = result.readout("crp") > level
    return told(float(result.times[np.argmax(above)])) if above.any() else "never"


def infection() -> Mend:
    """A bacterial enteritis reaches the blood, and the stool."""
    before = finished(live(BACTERIA, 30, NEUTRAL["infection to blood"] | NEUTRAL["neutrophils in infection"], every=0.125))
    after = finished(live(BACTERIA, 30, every=0.125))
    fc = after.peak("calprotectin")[0]

    def row(quantity: str, people: str, name: str) -> tuple[str, str, str, str]:
        return quantity, people, told(before.peak(name)[0]), told(after.peak(name)[0])

    return Mend(
        name="infection", title="A bacterial infection of the gut reaches the blood",
        mechanism="Phagocytes of the mesenteric nodes and the liver that hold bacteria which invaded the wall release IL-6 and TNF into the "
                  "blood; endotoxin in plasma stays low, as in volunteers who were given Shigella. Epithelium that is invaded calls for "
                  "neutrophils by itself. Before, only what leaked as endotoxin or spilled as cytokine from the mucosa reached the blood.",
        sources=("Borgnolo1996", "Chen2012", ("Am J Trop Med Hyg 1995;53(1):47", "")),
        rows=(row("highest CRP [mg/L]", "20 to 40 (median of bacterial enteritis)", "crp"),
              row("highest IL-6 [pg/mL]", "not seen; 15 to 110 derived from CRP", "il6"),
              row("highest endotoxin in plasma [pg/mL, LAL]", "no rise", "plasma_lps"),
              row("highest rise of temperature [K]", "fever in 20 to 60 % of cases", "temperature_rise"),
              row("highest calprotectin [µg/g]", "medians 630 to 770", "calprotectin"),
              ("CRP passes 5 mg/L [day]", "34 h after the first positive stool, that on day 1.3", _passes(before, 5), _passes(after, 5))),
        wrong=f"calprotectin peaks at {told(fc)} µg/g where people have medians of 630 to 770; the rise of temperature, "
              f"{told(after.peak('temperature_rise')[0])} K, is hardly a fever; CRP rises on day {_passes(after, 5)}, late, because the bacteria "
              "of the model grow slowly.",
        panels=(pair("C-reactive protein", "mg/L", "crp", (before, after), (20.0, 40.0, "people, median")),
                pair("Calprotectin", "µg/g", "calprotectin", (before, after), (630.0, 770.0, "people, medians"))),
    )


def _beyond(strength: float) -> float:
    """The share of people whose recognition is at least so strong."""
    known = evidence_of(standard_model())[RECOGNITION]
    spread = known.variability.above if strength > known.value else known.variability.below
    return 1 - NormalDist().cdf(float(np.log(strength / known.value)) / spread)


def _onset(result: Result) -> str:
    swollen = result.readout("sjc28") >= SWOLLEN
    return told(float(result.times[np.argmax(swollen)])) if swollen.any() else "none"


def reactive() -> Mend:
    """Reactive arthritis in a susceptible person."""
    usual = finished(live(BACTERIA, 365))
    before = finished(live(BACTERIA, 365, {RECOGNITION: STRONG} | NEUTRAL["reactive arthritis"]))
    after = finished(live(BACTERIA, 365, {RECOGNITION: STRONG}))
    carrier = finished(live(BACTERIA, 365, {RECOGNITION: STRONG_CARRIER} | CARRIER))
    typical = evidence_of(standard_model())[RECOGNITION].value

    def panel(title: str, unit: str, name: str) -> Panel:
        return Panel(title=title, x="day", y=unit, bottom=0.0, lines=(
            course(BEFORE, before, name, "before"), course(AFTER, after, name, "after, susceptible"), course(OTHER, carrier, name, "after, HLA-B27")))

    return Mend(
        name="reactive", title="Reactive arthritis",
        mechanism="Phagocytes of nodes carry bacterial antigen to the joints and keep it there for weeks; T cells against the pathogen are "
                  "primed meanwhile. Arthritis needs both, and a person whose T cells recognize the antigen strongly: a susceptibility that "
                  f"differs between people. Shown is one with a strength of {told(STRONG)} ({told(typical)} is typical, "
                  f"{percent(_beyond(STRONG))} have as much or more), and a carrier of HLA-B27 with {told(STRONG_CARRIER)} "
                  f"({percent(_beyond(STRONG_CARRIER))}). Before, no antigen and no T cells of an infection came to the joint.",
        sources=("Granfors1998", "Braun1998", ("Ajene 2013", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3805878/"),
                 ("a follow-up of 27 patients", "https://pubmed.ncbi.nlm.nih.gov/7699628/")),
        rows=(("most swollen joints of 28, susceptible person", "few", told(before.peak("sjc28")[0]), told(after.peak("sjc28")[0])),
              ("first day with two swollen joints", "median 8.5 d after diarrhea (4 to 28)", _onset(before), _onset(after)),
              *((f"swollen joints at {when}", f"of those with arthritis {share} are not well",
                 told(at(before, "sjc28", day)), told(at(after, "sjc28", day)))
                for when, day, share in (("6 months", 182, "31 to 55 %"), ("1 year", 365, "20 %"))),
              ("highest pain [mm], susceptible person", "", told(before.peak("pain_vas")[0]), told(after.peak("pain_vas")[0])),
              ("highest pain [mm], typical person", "aching joints in 35 to 50 %", "", told(usual.peak("pain_vas")[0])),
              ("highest pain [mm], the carrier of HLA-B27", "", "", told(carrier.peak("pain_vas")[0]))),
        wrong=f"two joints are swollen only on day {_onset(after)}, where arthritis begins on day 8.5 in people; one number stands for all "
              "joints, where people have a few large ones that hurt much. How many people have it is not shown by one person: see the people at "
              "the end.",
        panels=(panel("Swollen joints of 28", "joints", "sjc28"), panel("Pain", "mm", "pain_vas")),
    )


def ill_beyond(strengths: Sequence[float], more: Sequence[float]) -> float | None:
    """The strength at which pain is PAIN above health, read between two runs on a log scale; None where it never is."""
    if more[0] >= PAIN:
        return strengths[0]
    for (a, low), (b, high) in pairwise(zip(strengths, more, strict=True)):
        if low < PAIN <= high:
            return float(np.exp(np.log(a) + (np.log(b) - np.log(a)) * (PAIN - low) / (high - low)))
    return None


def _more_pain(changed: Mapping[str, float]) -> float:
    """Pain above health of a susceptible person, years after the combined insult."""
    pain = finished(live(COMBINED, 365 * YEARS_ILL, SUSCEPTIBLE | dict(changed))).readout("pain_vas")
    return float(pain[-1] - pain[0])


def carriers() -> Mend:
    """Pain of carriers of HLA-B27 whose gut stayed ill, over the strength of recognition."""
    before, alone = _more_pain(CARRIER | PROTOTYPE), _more_pain(CARRIER | NEUTRAL["HLA-B27"])
    other, typical = _more_pain({}), _more_pain(CARRIER)
    after = [_more_pain(CARRIER | {RECOGNITION: s}) for s in STRENGTHS]
    border = ill_beyond(STRENGTHS, after)
    return Mend(
        name="carriers", title="HLA-B27 is a liability, not a switch",
        mechanism="Recognition of bacterial antigen in the joint has a strength that differs between people, and HLA-B27 multiplies it. In the "
                  "prototype a carrier recognized fully and anybody else not at all, so that every carrier whose gut stayed ill had arthritis. "
                  "Its carriers clear salmonellae inside phagocytes more slowly (seen in the test tube), so that antigen of a pathogen stays "
                  "longer in their joints; debris of commensals, which an ill gut gives off for years, does not, unlike before. "
                  f"All people here have a susceptible gut that the combined insult tipped {YEARS_ILL} years ago. *Before* is here the prototype, "
                  "with all mends undone, because a carrier's pain depends on what still comes through the wall, too.",
        sources=("Braun1998", "Virtala1997", ("van der Linden 2022", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC9315900/"),
                 ("Peeters 2004, Ann Rheum Dis 63:1131", "")),
        rows=(("share of carriers with an ill gut whose pain is 15 mm above health", "about 25 % (12 to 50, derived)", percent(float(before >= PAIN)),
               percent(0.0 if border is None else _beyond(border))),
              ("pain above health of the typical carrier [mm]", "most have none", told(before), told(typical)),
              ("the same with only this mend undone [mm]", "", told(alone), told(typical)),
              ("pain above health of the typical other person [mm]", "most have none", "", told(other))),
        wrong="the share counts the strength of recognition alone, and is then far too small; people differ in much else, and of drawn ones "
              "more have arthritis (see the people at the end). Sacroiliitis in Crohn's disease is mostly negative for HLA-B27 "
              "(20 of 23), which this model does not give.",
        panels=(Panel(title="Carriers with an ill gut", x="strength of recognition", y="pain above health [mm]", log="x", bottom=0.0, lines=(
                    Line(kind=BEFORE, x=[STRENGTHS[0], STRENGTHS[-1]], y=[before, before], label="before: every carrier"),
                    Line(kind=AFTER, x=STRENGTHS, y=after, label="after"))),
                Panel(title="How many are ill", x="pain above health, at least [mm]", y="share of carriers [%]", bottom=0.0, lines=(
                    Line(kind=BEFORE, x=[0.0, before, before], y=[100.0, 100.0, 0.0], label="before"),
                    Line(kind=AFTER, x=after, y=[100 * _beyond(s) for s in STRENGTHS], label="after"),
                    Line(kind=PEOPLE, x=[PAIN], y=[25.0], label="people, 25 % (12 to 50)")))),
    )
