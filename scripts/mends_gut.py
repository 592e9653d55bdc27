"""Before and after, in the gut wall: leak by size, NSAIDs, graded chronic severity, coeliac disease, virus, sealer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from insults import COMBINED, FRAGILE, NAPROXEN, SUSCEPTIBLE, VIRUS, finished, live, mean_fold, reference_values
from mends import AFTER, BEFORE, OTHER, PEOPLE, Line, Mend, Panel, percent, times, told
from neutral import NEUTRAL
from two_hundred_people import accepted, person_values, workers

from zonula.simulation.equations import Equations, functions_of, parameter_vector
from zonula.simulation.result import Result

RATIO, CALPROTECTIN = "lactulose_mannitol_ratio", "calprotectin"
GUT = ("small erosions", "interferon", "lasting leak", "leak by size")  # what decides how ill a gut stays
PEOPLE_DRAWN, SEED = 60, 7
GLUTEN = 12.0  # g/d of the usual diet, by which the exposure is counted


def undone(*names: str) -> dict[str, float]:
    """Parameters that make these mends neutral."""
    return {path: value for name in names for path, value in NEUTRAL[name].items()}


def leak() -> Mend:
    """Iv endotoxin opens the wall, the more the larger the probe."""
    def folds(dose: float, name: str, changed: Mapping[str, float]) -> float:
        return mean_fold(finished(live((f"lps {dose:g} ng/kg iv bolus at day 1",), 1.5, changed, every=1 / 96)), name, 1.0, 1.5)

    probes = (("mannitol, 4 ng/kg", 4.0, "mannitol_recovery", 1.16, ""), ("lactulose, 4 ng/kg", 4.0, "lactulose_recovery", 1.81, ""),
              ("PEG 1500, 2 ng/kg", 2.0, "peg1500_permeability", 1.63, " (1.1 to 2.5)"), ("PEG 4000, 2 ng/kg", 2.0, "peg4000_permeability", 5.4, " (2 to 15)"))
    before = [folds(dose, name, NEUTRAL["leak by size"]) for _, dose, name, _, _ in probes]
    after = [folds(dose, name, {}) for _, dose, name, _, _ in probes]
    return Mend(
        name="leak", title="What leaks depends on its size",
        mechanism="At rest the leak of the junctions is narrow (3 nm); TNF in plasma opens wide passages (6 nm) on top within hours. A large probe that "
                  "hardly passes at rest then rises most. Before, one leak of 5.5 nm rose as a whole, for all sizes alike.",
        sources=("ODwyer1988", "Hietbrink2009", "VanItallie2008"),
        rows=tuple((f"{label}, mean of 12 h", f"{times(human)}{spread}", times(b), times(a))
                   for (label, _, _, human, spread), b, a in zip(probes, before, after, strict=True)),
        wrong=f"PEG 1500 rises {times(after[2])} where people have ×1.63, though within its error; what is printed as ± by that source is not said to "
              "be an error of the mean, and after chronic alcohol both PEGs rise alike.",
        panels=(Panel(title="Rise over 12 h after endotoxin", y="fold of health", log="y", legend="upper left",
                      groups=("mannitol", "lactulose", "PEG 1500", "PEG 4000"),
                      bars={BEFORE: before, AFTER: after, PEOPLE: [p[3] for p in probes]}),),
    )


def nsaid() -> Mend:
    """Half a year of naproxen."""
    plan, days = ("naproxen 500 mg po bid from day 0 for 180 days",), 210
    before, after = (finished(live(plan, days, changed, every=0.25, rtol=1e-5)) for changed in (NEUTRAL["adaptation to NSAIDs"], {}))

    def daily(r: Result, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.asarray(r.readout(name)[:-1].reshape(-1, 4).mean(axis=1))

    def fold(r: Result, day: int) -> float:
        return float(daily(r, RATIO)[day] / r.readout(RATIO)[0])

    def late(r: Result) -> float:
        injury = daily(r, "eroded_fraction") - r.readout("eroded_fraction")[0]
        return float(injury[170] / injury[13])

    axis = np.arange(days)
    return Mend(
        name="nsaid", title="The wall adapts to NSAIDs",
        mechanism="Over weeks without prostaglandins the wall becomes less sensitive to their lack, as the stomach does, and forgets it as slowly after "
                  "the last dose. Before, half a year of naproxen was half a year of the first fortnight.",
        sources=("Maiden2005", ("Maiden 2009, J Gastroenterol 44 S19:64", ""), "Graham1983", "Sigthorsson2000"),
        rows=(("injury after months, relative to two weeks", "0.7 (mucosal breaks 29 % against 40 %)", told(late(before)), told(late(after))),
              ("lactulose/mannitol on day 1, fold", "×1.5 to 3 (indomethacin)", times(fold(before, 0)), times(fold(after, 0))),
              ("lactulose/mannitol on day 14, fold", "×1.5 (a week)", times(fold(before, 13)), times(fold(after, 13))),
              ("lactulose/mannitol on day 170, fold", "raised in 79 % of long users", times(fold(before, 170)), times(fold(after, 170))),
              ("lactulose/mannitol 14 days after the last dose, fold", "", times(fold(before, 194)), times(fold(after, 194)))),
        wrong="in people who used NSAIDs for long, inflammation of the gut may last for 16 months after the last dose; here the wall of the typical "
              "person is whole again within weeks. Strictures (2 %) are not in the model.",
        panels=(Panel(title="Lactulose/mannitol, naproxen 180 d", x="day", y="ratio, mean of a day", bottom=0.0, lines=(
            Line(kind=BEFORE, x=axis, y=daily(before, RATIO), label="before"), Line(kind=AFTER, x=axis, y=daily(after, RATIO), label="after"))),
                Panel(title="Eroded fraction", x="day", y="% of the wall", bottom=0.0, lines=(
            Line(kind=BEFORE, x=axis, y=100 * daily(before, "eroded_fraction"), label="before"),
            Line(kind=AFTER, x=axis, y=100 * daily(after, "eroded_fraction"), label="after")))),
    )


def _year_later(changed: Mapping[str, float], person: int) -> tuple[float, float] | None:
    """Lactulose/mannitol in folds of health, and calprotectin, a year after the combined insult."""
    r = live(COMBINED, 365, person_values(SEED, person, changed), every=5.0)
    return (float(r.readout(RATIO)[-1] / r.readout(RATIO)[0]), float(r.readout(CALPROTECTIN)[-1])) if r.outcome.status == "finished" else None


def graded(jobs: int = 1) -> Mend:
    """How ill people are a year after the combined insult."""
    people, _ = accepted(PEOPLE_DRAWN, SEED, jobs)
    with workers(jobs) as pool:
        found = [pool.map(partial(_year_later, changed), people) for changed in (undone(*GUT), {})]
    pairs = [pair for pair in zip(*found, strict=True) if None not in pair]
    before, after = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    share = 100 * (np.arange(len(pairs)) + 1) / len(pairs)

    def part(ends: np.ndarray[tuple[int, int], np.dtype[np.float64]], low: float, high: float) -> str:
        return percent(float(np.mean((ends[:, 1] >= low) & (ends[:, 1] < high))))

    def between(ends: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> str:
        return percent(float(np.mean((ends[:, 1] < 250) & (ends[:, 0] > 1.1))))

    def lines(k: int) -> tuple[Line, ...]:
        return tuple(Line(kind=kind, x=np.sort(ends[:, k]), y=share, label=kind) for kind, ends in ((BEFORE, before), (AFTER, after)))

    return Mend(
        name="graded", title="How ill a gut stays is graded",
        mechanism="Small erosions are hardly patent, so that a wall with few of them is not drawn into the vicious circle; interferon does not slow "
                  "repair; after an inflammation the junctions stay slightly open for a year or two. "
                  f"Shown are {len(pairs)} people drawn as the evidence says that people differ, a year after the combined insult, which is far harder "
                  "than an infection alone.",
        sources=("Gitter2001", "Zeissig2007", ("Klem 2017", "https://doi.org/10.1053/j.gastro.2016.12.039"),
                 ("Gradel 2009", "https://doi.org/10.1053/j.gastro.2009.04.001"), ("Marshall 2004", "https://pubmed.ncbi.nlm.nih.gov/15606393/")),
        rows=(("lastingly ill: calprotectin above 250 µg/g", "0.3 to 0.5 % after an infection; after such an insult not known", part(before, 250, 1e9),
               part(after, 250, 1e9)),
              ("low-grade: less, but lactulose/mannitol above 1.1 of health", "about 10 % after an infection", between(before), between(after)),
              ("calprotectin between 100 and 500 µg/g", "common in such people", part(before, 100, 500), part(after, 100, 500)),
              ("median fold of lactulose/mannitol where calprotectin is above 250", "×2 to 5", *(
                  times(float(np.median(e[e[:, 1] > 250, 0]))) if np.any(e[:, 1] > 250) else "-" for e in (before, after)))),
        wrong="far more people stay ill than after infections in life, because the insult is made to be severe; those who stay ill are mostly very ill, "
              "so that severity is still more of a jump than of a slope, and low-grade illness is rarer than irritable bowel after an infection.",
        panels=(Panel(title="Lactulose/mannitol, 1 year", x="fold of health", y="people with no more [%]", log="x", bottom=0.0, lines=lines(0)),
                Panel(title="Calprotectin, 1 year", x="µg/g", y="people with no more [%]", log="x", bottom=0.0, lines=lines(1))),
    )


def fragile() -> Mend:
    """A fortnight of naproxen in a very susceptible person."""
    parts = ("small erosions", "interferon", "adaptation to NSAIDs")
    before = finished(live(NAPROXEN, 90, FRAGILE | undone(*parts), every=0.5))
    after = finished(live(NAPROXEN, 90, FRAGILE, every=0.5))
    alone = {part: finished(live(NAPROXEN, 90, FRAGILE | undone(part), every=0.5)) for part in parts}

    def end(r: Result) -> str:
        return times(float(r.readout(RATIO)[-1] / r.readout(RATIO)[0]))

    def two(title: str, unit: str, name: str) -> Panel:
        return Panel(title=title, x="day", y=unit, bottom=0.0, lines=(
            Line(kind=BEFORE, x=before.times, y=before.readout(name), label="before"), Line(kind=AFTER, x=after.times, y=after.readout(name), label="after")))

    return Mend(
        name="fragile", title="Two weeks of naproxen do not tip a fragile gut",
        mechanism="A person whose cells answer to little (half of the response at 200 pg/mL, 700 is typical) and whose wall closes slowly was tipped for "
                  "good by two weeks of naproxen alone; in people, injury by NSAIDs heals in nearly all. That small erosions are hardly patent, that "
                  "interferon does not slow repair, and that the wall adapts are each needed.",
        sources=("Maiden2005", "Gitter2001", "Zeissig2007", "Graham1983"),
        rows=(("lactulose/mannitol 76 days after the last dose, fold", "×1 in nearly all", end(before), end(after)),
              ("highest calprotectin [µg/g]", "raised in 75 %", told(before.peak(CALPROTECTIN)[0]), told(after.peak(CALPROTECTIN)[0])),
              *((f"the same with only this undone: {part}; lactulose/mannitol at the end", "", end(r), "") for part, r in alone.items())),
        wrong=f"calprotectin of the fragile person rises to {told(after.peak(CALPROTECTIN)[0])} µg/g, close to where the circle closes; a longer course "
              "or a second insult still tips such a person.",
        panels=(two("Lactulose/mannitol, naproxen 14 d", "ratio", RATIO), two("Calprotectin", "µg/g", CALPROTECTIN)),
    )


def coeliac() -> Mend:
    """Gluten challenges, an untreated disease, and recovery without gluten."""
    start = 50

    def challenge(grams: float, days: float, until: float) -> Result:
        return finished(live(("gluten_intolerance 1 from day 0", f"gluten 0 from day 0 to day {start}",
                              f"gluten {grams / GLUTEN:.6f} from day {start} to day {start + days:g}", f"gluten 0 from day {start + days:g}"), until))

    short, low, high = challenge(3.0, 14, 400), challenge(2.2, 84, 400), challenge(4.2, 84, 400)
    ill = finished(live(("gluten_intolerance 1 from day 0", "gluten 0 from day 730"), 730 + 5 * 365, every=5.0))

    def at(r: Result, name: str, day: float) -> float:
        return float(r.at(name, np.array([float(day)]))[0])

    def lost(day: float) -> float:
        return 1 - (3.0 - at(ill, "villi", day)) / (3.0 - at(ill, "villi", 730))

    villi, antibody = "villi", "transglutaminase_antibody"
    healthy = ill.readout(RATIO)[0]
    new = "nothing"
    return Mend(
        name="coeliac", title="Coeliac disease",
        mechanism="T cells that answer to gluten destroy villi within weeks, which grow back within years; the antibody follows in a month or two. The "
                  "leak comes from the T cells and from the missing villi. It is new: before, gluten only raised zonulin.",
        sources=("Lahdeaho2011", "Anderson2005", ("Leffler 2012", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3463856/"),
                 ("Kelly 2013, in a review", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC4699279/")),
        rows=(("villus height over crypt depth after 12 weeks of 4.2 g/d", "3.02 → 1.67", new, f"{told(at(high, villi, 0))} → {told(at(high, villi, start + 84))}"),
              ("the same, 2.2 g/d", "2.90 → 1.95", new, f"{told(at(low, villi, 0))} → {told(at(low, villi, start + 84))}"),
              ("the same, 3 g/d, 2 weeks", "falls by about half the way", new, told(at(short, villi, start + 14))),
              ("antibody after 12 weeks of 4.2 g/d [U/mL]", "9.5 → 31.5", new, f"{told(at(high, antibody, 0))} → {told(at(high, antibody, start + 84))}"),
              ("the same, 2.2 g/d", "9 → 13", new, told(at(low, antibody, start + 84))),
              ("lactulose/mannitol after 2 weeks of 3 g/d, fold", "×1.3 (1.0 to 1.7); one trial of 86 found none", new,
               times(at(short, RATIO, start + 14) / at(short, RATIO, 0))),
              ("lactulose/mannitol untreated, fold", "×2.7", new, times(at(ill, RATIO, 730) / healthy)),
              ("the same after 1 year without gluten", "normal in 61 to 80 %", new, times(at(ill, RATIO, 730 + 365) / healthy)),
              ("villi recovered after 2 years without gluten", "a third of people", new, percent(lost(730 + 730))),
              ("villi recovered after 5 years without gluten", "two thirds of people", new, percent(lost(730 + 1825)))),
        wrong=f"2.2 g a day raise the antibody to {told(at(low, antibody, start + 84))} U/mL, as much as 4.2 g nearly, where people have 13; everybody with the "
              "disease answers to a challenge, where a third of people do not; recovery counts height, where people are counted as healed or not.",
        panels=(Panel(title="Villi, gluten challenge", x="day", y="height over crypt depth", bottom=0.0, lines=(
                    Line(kind=OTHER, x=short.times, y=short.readout(villi), label="3 g/d, 14 d"), Line(kind=AFTER, x=high.times, y=high.readout(villi), label="4.2 g/d, 84 d"),
                    Line(kind=PEOPLE, x=[start, start + 84], y=[3.02, 1.67], label="people, 4.2 g/d"))),
                Panel(title="Antibody", x="day", y="U/mL", bottom=0.0, lines=(
                    Line(kind=OTHER, x=short.times, y=short.readout(antibody), label="3 g/d, 14 d"), Line(kind=AFTER, x=high.times, y=high.readout(antibody), label="4.2 g/d, 84 d"),
                    Line(kind=PEOPLE, x=[start, start + 84], y=[9.5, 31.5], label="people, 4.2 g/d"))),
                Panel(title="Untreated 2 y, then no gluten", x="year", y="lactulose/mannitol, fold", bottom=0.0, lines=(
                    Line(kind=AFTER, x=ill.times / 365, y=ill.readout(RATIO) / healthy, label="after"), Line(kind=PEOPLE, x=[2.0], y=[2.7], label="people, untreated")))),
    )
