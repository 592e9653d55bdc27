"""Before and after, at the gut wall: leak by size, adaptation to NSAIDs, coeliac disease, virus, sealer."""

from __future__ import annotations

import numpy as np
from insults import COMBINED, SUSCEPTIBLE, VIRUS, finished, live, mean_fold, reference_values
from mends import AFTER, BEFORE, OTHER, PEOPLE, Line, Mend, Panel, Vector, at, course, percent, times, told
from neutral import NEUTRAL

from zonula.simulation.result import Result

RATIO, CALPROTECTIN, VILLI, ANTIBODY = "lactulose_mannitol_ratio", "calprotectin", "villi", "transglutaminase_antibody"
GLUTEN = 12.0  # g/d of the usual diet, by which the exposure is counted
NEW = "nothing"
LEFFLER = ("Leffler 2012", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3463856/")
PROBES = (("mannitol", 4, "mannitol_recovery", 1.16, ""), ("lactulose", 4, "lactulose_recovery", 1.81, ""),
          ("PEG 1500", 2, "peg1500_permeability", 1.63, " (1.1 to 2.5)"), ("PEG 4000", 2, "peg4000_permeability", 5.4, " (2 to 15)"))
CARGO = (("peptide, 1.5 nm", "v_wall_small_products"), ("protein, 2.8 nm", "v_wall_antigen"), ("endotoxin, 3 nm", "v_wall_lps"),
         ("bacteria", "v_wall_bacteria"))


def leak() -> Mend:
    """Iv endotoxin opens the wall, the more the larger the probe."""
    def folds(changed: dict[str, float]) -> list[float]:
        courses = {dose: finished(live((f"lps {dose} ng/kg iv bolus at day 1",), 1.5, changed, every=1 / 96)) for dose in (2, 4)}
        return [mean_fold(courses[dose], name, 1.0, 1.5) for _, dose, name, _, _ in PROBES]

    before, after = folds(NEUTRAL["leak by size"]), folds({})
    return Mend(
        name="leak", title="What leaks depends on its size",
        mechanism="At rest the leak of the junctions is narrow (3 nm); TNF in plasma opens wide passages (6 nm) on top within hours. A large "
                  "probe that hardly passes at rest then rises most. Before, one leak of 5.5 nm rose as a whole, for all sizes alike.",
        sources=("ODwyer1988", "Hietbrink2009", "VanItallie2008"),
        rows=tuple((f"{label}, mean of 12 h after {dose} ng/kg", f"{times(human)}{spread}", times(b), times(a))
                   for (label, dose, _, human, spread), b, a in zip(PROBES, before, after, strict=True)),
        wrong=f"PEG 1500 rises {times(after[2])} where people have {times(PROBES[2][3])}, at the edge of its error, and mannitol hardly rises; "
              "that source does not say whether its ± is an error of the mean, and after chronic alcohol both PEGs rise alike.",
        panels=(Panel(title="Rise over 12 h after endotoxin", y="fold of health", bottom=0.0, legend="upper left",
                      groups=tuple(probe[0] for probe in PROBES), bars={BEFORE: before, AFTER: after, PEOPLE: [p[3] for p in PROBES]}),),
    )


def _daily(result: Result, name: str) -> Vector:
    """Means of days, of a readout that is reported four times a day."""
    mean: Vector = result.readout(name)[:-1].reshape(-1, 4).mean(axis=1)
    return mean


def nsaid() -> Mend:
    """Half a year of naproxen."""
    plan, days = ("naproxen 500 mg po bid from day 0 for 180 days",), 210
    before, after = (finished(live(plan, days, changed, every=0.25, rtol=1e-5)) for changed in (NEUTRAL["adaptation to NSAIDs"], {}))

    def fold(r: Result, day: int) -> str:
        return times(float(_daily(r, RATIO)[day] / r.readout(RATIO)[0]))

    def late(r: Result, early: int) -> str:
        injury = _daily(r, "eroded_fraction") - r.readout("eroded_fraction")[0]
        return told(float(injury[170] / injury[early]))

    def panel(title: str, unit: str, name: str, scale: float) -> Panel:
        day = np.arange(days, dtype=np.float64)
        return Panel(title=title, x="day", y=unit, bottom=0.0, lines=(
            Line(kind=BEFORE, x=day, y=scale * _daily(before, name), label="before"), Line(kind=AFTER, x=day, y=scale * _daily(after, name),
                label="after")))

    ratio = "lactulose/mannitol"
    return Mend(
        name="nsaid", title="The wall adapts to NSAIDs",
        mechanism="Over weeks without prostaglandins the wall becomes less sensitive to their lack, as the stomach does, and forgets it as "
                  "slowly after the last dose. Before, half a year of naproxen was half a year of the first fortnight. Means of days are shown.",
        sources=("Maiden2005", ("Maiden 2009, J Gastroenterol 44 S19:64", ""), "Graham1983", "Sigthorsson2000"),
        rows=(("injury after 170 days, relative to two weeks", "0.7 (mucosal breaks: 29 % against 40 %)", late(before, 13), late(after, 13)),
              ("the same, relative to day 3", "less (stomach: worst within three days)", late(before, 2), late(after, 2)),
              (f"{ratio}, day 1", "×1.5 to 3 (indomethacin)", fold(before, 0), fold(after, 0)),
              (f"{ratio}, day 14", "×1.5 (indomethacin, a week)", fold(before, 13), fold(after, 13)),
              (f"{ratio}, day 170", "raised in 79 % of long users", fold(before, 170), fold(after, 170)),
              (f"{ratio}, 14 days after the last dose", "", fold(before, 194), fold(after, 194))),
        wrong=f"adaptation is over within two weeks, after which injury stays as it is ({late(after, 13)} of that after two weeks, people 0.7); "
              "in people who used NSAIDs for long, inflammation of the gut may last for 16 months after the last dose; here the wall of the "
              "typical person is whole again within weeks. Strictures (2 %) are not in the model.",
        panels=(panel("Lactulose/mannitol, naproxen 180 d", "ratio, mean of a day", RATIO, 1.0),
                panel("Eroded fraction", "% of the wall", "eroded_fraction", 100.0)),
    )


def _challenge(grams: float, days: int, start: int) -> Result:
    """A person without gluten from the beginning, who eats some grams a day for some days."""
    return finished(live(("gluten_intolerance 1 from day 0", f"gluten 0 from day 0 to day {start}",
                          f"gluten {grams / GLUTEN:.6f} from day {start} to day {start + days}", f"gluten 0 from day {start + days}"), 400))


def coeliac() -> Mend:
    """Gluten challenges, an untreated disease, and recovery without gluten."""
    start, stop, treated = 50, 134, 730
    short, low, high = _challenge(3.0, 14, start), _challenge(2.2, 84, start), _challenge(4.2, 84, start)
    ill = finished(live(("gluten_intolerance 1 from day 0", f"gluten 0 from day {treated}"), treated + 5 * 365, every=5.0))

    def change(r: Result, name: str, day: int = stop) -> str:
        return f"{told(at(r, name, start - 1))} → {told(at(r, name, day))}"

    def fold(day: int) -> str:
        return times(at(ill, RATIO, day) / at(ill, RATIO, 0))

    def regrown(years: int) -> str:
        return percent(1 - (at(ill, VILLI, 0) - at(ill, VILLI, treated + 365 * years)) / (at(ill, VILLI, 0) - at(ill, VILLI, treated)))

    def panel(title: str, unit: str, name: str, people: tuple[float, float]) -> Panel:
        return Panel(title=title, x="day", y=unit, bottom=0.0, lines=(
            course(OTHER, short, name, "3 g/d, 14 d"), course(AFTER, high, name, "4.2 g/d, 84 d"),
            Line(kind=PEOPLE, x=[start, stop], y=people, label="people, 4.2 g/d")))

    ratio = "lactulose/mannitol"
    return Mend(
        name="coeliac", title="Coeliac disease",
        mechanism="T cells that answer to gluten destroy villi within weeks, which grow back within years; the antibody follows in a month or "
                  "two. The leak comes from the T cells and from the missing villi. It is new: before, gluten only raised zonulin.",
        sources=("Lahdeaho2011", "Anderson2005", LEFFLER, ("a review of trials", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC4699279/")),
        rows=(("villus height over crypt depth, 12 weeks of 4.2 g/d", "3.02 → 1.67", NEW, change(high, VILLI)),
              ("the same, 12 weeks of 2.2 g/d", "2.90 → 1.95", NEW, change(low, VILLI)),
              ("the same, 2 weeks of 3 g/d", "not seen", NEW, change(short, VILLI, start + 14)),
              ("antibody [U/mL], 12 weeks of 4.2 g/d", "9.5 → 31.5", NEW, change(high, ANTIBODY)),
              ("the same, 12 weeks of 2.2 g/d", "9 → 13", NEW, change(low, ANTIBODY)),
              (f"{ratio}, 2 weeks of 3 g/d", "no rise in a trial of 86 (2.4 g/d)", NEW, times(at(short, RATIO, start + 14) / at(short, RATIO,
               start - 1))),
              (f"{ratio}, untreated", "×2.7", NEW, fold(treated)),
              (f"{ratio}, after 1 year without gluten", "normal in 80 %", NEW, fold(treated + 365)),
              ("villi regrown, 2 years without gluten", "healed in a third of adults", NEW, regrown(2)),
              ("villi regrown, 5 years without gluten", "healed in two thirds of adults", NEW, regrown(5))),
        wrong=f"two weeks of 3 g/d raise lactulose/mannitol {times(at(short, RATIO, start + 14) / at(short, RATIO, start - 1))}, where a trial of "
              f"less found nothing; 2.2 g a day raise the antibody to {told(at(low, ANTIBODY, stop))} U/mL, where people have 13; everybody with "
              "the disease answers to a challenge, where a third of people do not; regrowth is counted in height, where people are counted as "
              "healed or not.",
        panels=(panel("Villi, gluten challenge", "height over crypt depth", VILLI, (3.02, 1.67)), panel("Antibody", "U/mL", ANTIBODY, (9.5, 31.5)),
                Panel(title="Two years ill, then no gluten", x="year", y="lactulose/mannitol, fold", bottom=0.0, lines=(
                    Line(kind=AFTER, x=ill.times / 365, y=ill.readout(RATIO) / ill.readout(RATIO)[0], label="after"),
                    Line(kind=PEOPLE, x=[treated / 365], y=[2.7], label="people, untreated")))),
    )


def virus() -> Mend:
    """An enteric virus."""
    r = finished(live(VIRUS, 40, every=0.05))
    load, ratio, resistance = r.readout("virus_load"), r.readout(RATIO), r.readout("ter")
    ill = float(np.sum(load / (load + reference_values()["virus.EC50_damage"]) > 0.3) * 0.05)
    back = float(r.times[len(ratio) - 1 - int(np.argmax((ratio > 1.1 * ratio[0])[::-1]))])
    rest = float(resistance[0])
    lowest = told(float(np.min(resistance)) / rest)

    def panel(title: str, unit: str, name: str, band: tuple[float, float, str] | None = None) -> Panel:
        return Panel(title=title, x="day", y=unit, bottom=0.0, band=band, lines=(course(AFTER, r, name),))

    return Mend(
        name="virus", title="An enteric virus",
        mechanism="A virus that infects the epithelium opens junctions and makes cells die for days until immunity clears it. It does not "
                  "invade, so that the blood hardly notices. It is new: before there were only bacteria.",
        sources=("Troeger2009", "Lee2013", "Borgnolo1996", "Chen2012"),
        rows=(("highest load [day]", "1.5 to 2.3", NEW, told(r.peak("virus_load")[1])),
              ("days of illness (damage above 0.3)", "1 to 4", NEW, told(ill)),
              ("lowest epithelial resistance, share of health", "0.42 (24 to 10 Ω cm², duodenum)", NEW, lowest),
              ("highest lactulose/mannitol", "×3 to 17 (infants with rotavirus)", NEW, times(float(np.max(ratio) / ratio[0]))),
              ("lactulose/mannitol within 10 % of health again [day]", "14 to 28", NEW, told(back)),
              ("highest CRP [mg/L]", "2 to 4 (median); 12 or more in 11 %", NEW, told(r.peak("crp")[0])),
              ("highest calprotectin [µg/g]", "medians 89 to 93", NEW, told(r.peak(CALPROTECTIN)[0]))),
        wrong=f"resistance falls to {lowest} of health where the duodenum of people fell to 0.42; sugars are normal again on day {told(back)}, "
              f"weeks too early; calprotectin hardly moves ({told(r.peak(CALPROTECTIN)[0])} µg/g); villi are not blunted, where people lost 47 % "
              "of their surface.",
        panels=(panel("Lactulose/mannitol", "ratio", RATIO),
                panel("Epithelial resistance", "Ω cm²", "ter", (0.38 * rest, 0.46 * rest, "people, lowest")),
                panel("C-reactive protein", "mg/L", "crp", (2.0, 4.0, "people, median"))),
    )


def fluxes(result: Result, day: float) -> list[float]:
    """What passes the wall on a day, of each cargo in its own unit."""
    k = int(np.argmin(np.abs(result.times - day)))
    return [float(result.traced[k, result.traced_names.index(name)]) for _, name in CARGO]


def sealer() -> Mend:
    """A sealer of junctions, by what it keeps out; and an inhibitor of MLCK beside it."""
    start, end = 365, 368

    def kept_out(drug: str, changed: dict[str, float]) -> tuple[list[float], str]:
        without, treated = (finished(live((*COMBINED, *more), end, SUSCEPTIBLE | changed)) for more in ((), (f"{drug} 1 from day {start}",)))
        less = [100 * (1 - b / a) for a, b in zip(fluxes(without, end), fluxes(treated, end), strict=True)]
        return less, f"{told(at(without, RATIO, end))} → {told(at(treated, RATIO, end))}"

    before, after, mlck = kept_out("sealer", NEUTRAL["sealer"]), kept_out("sealer", {}), kept_out("mlck_inhibition", {})
    names = [name for name, _ in CARGO]
    return Mend(
        name="sealer", title="A sealer of junctions keeps out what passes junctions",
        mechanism="A sealer like larazotide prevents most of the opening by zonulin and little of that by inflammation; it does nothing to "
                  "eroded holes. In a gut that stayed ill most large cargo, and all bacteria, come through holes. Before, it undid the opening "
                  f"by zonulin alone, and wholly. Shown is a susceptible person a year after the combined insult, after {end - start} days of the "
                  "sealer; and, for the size of the cargo, of an inhibitor of MLCK, which undoes all opening by inflammation and which there is "
                  "not for people.",
        sources=(("Paterson 2007", "https://doi.org/10.1111/j.1365-2036.2007.03413.x"), LEFFLER, "Gitter2001"),
        rows=(*((f"{name}: less flux than without [%]", "not known", told(b), told(a)) for name, b, a in zip(names, before[0], after[0],
            strict=True)),
              *((f"{name}: the same with an inhibitor of MLCK [%]", "not known", "", told(m)) for name, m in zip(names, mlck[0], strict=True)),
              ("lactulose/mannitol, without → with the sealer", "no effect in trials of 86 and 184", before[1], after[1]),
              ("lactulose/mannitol, without → with the inhibitor", "not known", "", mlck[1])),
        wrong="no number of people tells how much a sealer keeps out by size, so that its shares are assumptions; with them it does next to "
              "nothing in an ill gut. Lower doses of larazotide did better than higher ones, which the model does not give.",
        panels=(Panel(title="Kept out of an ill gut", y="less flux [%]", groups=tuple(name.replace(", ", "\n") for name in names), bottom=0.0,
                      bars={"sealer, before": before[0], "sealer, after": after[0], "MLCK inhibitor": mlck[0]}),),
    )
