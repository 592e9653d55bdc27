"""Before and after, over months: how ill a gut stays, and what naproxen does to a fragile one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from insults import COMBINED, FRAGILE, NAPROXEN, finished, live
from mends import AFTER, BEFORE, Line, Mend, Panel, Vector, pair, percent, times, told
from neutral import NEUTRAL
from two_hundred_people import ILL, LOW_GRADE, accepted, person_values, workers

from zonula.simulation.result import Result

RATIO, CALPROTECTIN = "lactulose_mannitol_ratio", "calprotectin"
GUT = ("small erosions", "interferon", "lasting leak", "leak by size", "extent")  # what decides how ill a gut stays
COUNT, SEED = 60, 7


def undone(*names: str) -> dict[str, float]:
    """Parameters that make these mends neutral."""
    return {path: value for name in names for path, value in NEUTRAL[name].items()}


def year_later(changed: Mapping[str, float], person: int) -> tuple[float, float] | None:
    """Lactulose/mannitol in folds of health, and calprotectin, a year after the combined insult; None where the run stopped."""
    r = live(COMBINED, 365, person_values(SEED, person, changed), every=5.0)
    return (float(r.readout(RATIO)[-1] / r.readout(RATIO)[0]), float(r.readout(CALPROTECTIN)[-1])) if r.outcome.status == "finished" else None


def graded(jobs: int = 1) -> Mend:
    """How ill people are a year after the combined insult."""
    people, _ = accepted(COUNT, SEED, jobs)
    with workers(jobs) as pool:
        found = [pool.map(partial(year_later, changed), people) for changed in (undone(*GUT), {})]
    both = [(b, a) for b, a in zip(*found, strict=True) if b and a]
    before, after = np.array([b for b, _ in both]).T, np.array([a for _, a in both]).T

    def part(low: float, high: float) -> tuple[str, str]:
        b, a = (percent(float(np.mean((ends[1] >= low) & (ends[1] < high)))) for ends in (before, after))
        return b, a

    def slight(ends: Vector) -> str:
        return percent(float(np.mean((ends[1] < ILL) & (ends[0] > LOW_GRADE))))

    def spread(ends: Vector) -> str:
        ill = ends[0][ends[1] >= ILL]
        return " to ".join(times(float(x)) for x in np.quantile(ill, (0.1, 0.9))) if len(ill) else "-"

    def lines(k: int) -> tuple[Line, ...]:
        share = 100 * (np.arange(len(both)) + 1.0) / len(both)
        return tuple(Line(kind=kind, x=np.sort(ends[k]), y=share, label=kind) for kind, ends in ((BEFORE, before), (AFTER, after)))

    return Mend(
        name="graded", title="How many guts stay ill, and how ill",
        mechanism="Small erosions are hardly patent, so that a wall with few of them is not drawn into the vicious circle; interferon does not "
                  "slow repair; after an inflammation the junctions stay slightly open for a year or two; and the leak at rest is narrow. The "
                  "stretches of a gut differ in how much they bear: once the insult is over, the hardier ones heal and the illness withdraws to "
                  "the others, so that it has an extent, from a patch to the whole gut. Shown "
                  f"are {len(both)} people drawn as the evidence says that people differ, a year after the combined insult (an infection, "
                  "antibiotics, irritants and poor food for four weeks), which is far harder than an infection alone.",
        sources=("Gitter2001", "Zeissig2007", "Kawashima2016", "Roda2017", ("Klem 2017", "https://doi.org/10.1053/j.gastro.2016.12.039"),
                 ("Gradel 2009", "https://doi.org/10.1053/j.gastro.2009.04.001"), ("Marshall 2004", "https://pubmed.ncbi.nlm.nih.gov/15606393/")),
        rows=(("lastingly ill: calprotectin above 250 µg/g", "0.3 to 0.5 % after an infection; such an insult: not known", *part(ILL, np.inf)),
              ("of all, with 100 to 600 µg/g: between well and very ill", "common in such people", *part(100, 600)),
              ("low-grade: less than 250 µg/g, lactulose/mannitol above 1.1 of health", "about 10 % after an infection", slight(before),
               slight(after)),
              ("lactulose/mannitol of the lastingly ill, 10 to 90 % of them", "×2 to 5", spread(before), spread(after))),
        wrong="within an ill stretch all are equally ill: people differ in extent, hardly in depth. A new insult on a gut that is ill in part is "
              "felt by that part first; and the bacteria of the lumen are those beside the ill stretch. How many stay ill depends on an insult that "
              "was made to be severe.",
        panels=(Panel(title="Lactulose/mannitol after 1 year", x="fold of health", y="people with no more [%]", log="x", bottom=0.0, lines=lines(0)),
                Panel(title="Calprotectin after 1 year", x="µg/g", y="people with no more [%]", log="x", bottom=0.0, lines=lines(1))),
    )


def fragile() -> Mend:
    """A fortnight of naproxen in a very susceptible person."""
    parts = ("small erosions", "interferon", "adaptation to NSAIDs")

    def course(*names: str) -> Result:
        return finished(live(NAPROXEN, 90, FRAGILE | undone(*names), every=0.5))

    def end(r: Result) -> str:
        return times(float(r.readout(RATIO)[-1] / r.readout(RATIO)[0]))

    before, after = course(*parts), course()
    return Mend(
        name="fragile", title="Two weeks of naproxen in a fragile gut",
        mechanism="A person whose cells answer to little (half of the response at 200 pg/mL, 700 is typical) and whose wall closes slowly was "
                  "tipped for good by two weeks of naproxen alone; in people, injury by NSAIDs heals in nearly all. That small erosions are "
                  "hardly patent, that interferon does not slow repair, and that the wall adapts all count: the table undoes each alone.",
        sources=("Maiden2005", "Gitter2001", "Zeissig2007", "Graham1983"),
        rows=(("lactulose/mannitol 76 days after the last dose", "×1 in nearly all", end(before), end(after)),
              ("highest calprotectin [µg/g]", "raised in 75 %", told(before.peak(CALPROTECTIN)[0]), told(after.peak(CALPROTECTIN)[0])),
              *((f"lactulose/mannitol at the end, with only this undone: {part}", "", end(course(part)), end(after)) for part in parts)),
        wrong=f"calprotectin of the fragile person rises to {told(after.peak(CALPROTECTIN)[0])} µg/g within two weeks: the circle is close to "
              "closing, and a longer course or a second insult may still tip such a person.",
        panels=(pair("Lactulose/mannitol, naproxen 14 d", "ratio", RATIO, (before, after)),
                pair("Calprotectin", "µg/g", CALPROTECTIN, (before, after))),
    )
