"""Write docs/mends.md: each mend of the body's mechanisms, with what people show, before and after, and a figure.

``python scripts/before_after.py [NAME ...] [--jobs J]`` runs every mend, or draws only the named ones again (and leaves the page).
"Before" is the same model with the parameters of that mend where they do nothing (``scripts/neutral.py``).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any

from mends import Mend, draw, section
from mends_chronic import fragile, graded
from mends_drugs import biologic
from mends_gut import coeliac, leak, nsaid, sealer, virus
from mends_joint import carriers, infection, reactive
from neutral import CORRECTIONS, NEUTRAL
from two_hundred_people import HUMAN, KEPT, table, verdict

from zonula.evidence.load import evidence_of
from zonula.language.units import pretty
from zonula.organs.standard import standard_model
from zonula.simulation.words import number

PAGE = Path(__file__).resolve().parent.parent / "docs" / "mends.md"
FIGURES = PAGE.with_suffix("")


def all_mends(jobs: int) -> dict[str, Callable[[], Mend]]:
    """The mends by name, in the order of the page."""
    return {"infection": infection, "reactive": reactive, "carriers": carriers, "leak": leak, "nsaid": nsaid,
            "graded": partial(graded, jobs), "fragile": fragile, "coeliac": coeliac, "virus": virus, "sealer": sealer,
            "biologic": partial(biologic, jobs)}


def _changes() -> list[str]:
    """The table of neutral values, and that of corrected ones."""
    evidence = evidence_of(standard_model())

    def row(first: str, path: str, before: float) -> str:
        unit = pretty(evidence[path].parameter.unit_text)
        return f"| {first} | `{path}` | {before:.6g} | {number(evidence[path].value)} | {unit if unit != '1' else ''} |"

    head = ["", "| mend | parameter | before | now | unit |", "|---|---|---|---|---|"]
    return ["## What was changed", "", "Neutral values undo a mend:", *head,
            *(row(mend, path, value) for mend, values in NEUTRAL.items() for path, value in values.items()), "",
            "Values that an audit of their sources corrected (the reason stands with each in [the model](model.md)):", *head,
            *(row("correction", path, value) for path, value in CORRECTIONS.items()), ""]


def _misses(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What disagrees with people, in words."""
    said = [f"{name} {group}: {word}" for (group, name), (_, low, high) in HUMAN.items()
            if not isnan(low) and (word := verdict(found[group][name], low, high)).startswith("too")]
    if not said:
        return []
    why = ("Each parameter is drawn by itself, as if nobody's set of them hung together; joints and guts are loops that such draws tip, where the "
           "typical person heals.")
    return [f"Still wrong: {'; '.join(said)}. {why}", ""]


def _people() -> list[str]:
    """What the study of people found, if it was made."""
    if not KEPT.exists():
        return []
    found = json.loads(KEPT.read_text("utf-8"))
    refused = ", ".join(f"{count} for {why}" for why, count in found["refused"].items()) or "none"
    return [f"## {found['people']!s} people", "",
            (f"`python scripts/two_hundred_people.py` draws people as the evidence says that they differ, and lets the same happen to all of them "
             f"(seed {found['seed']}; draws refused as no healthy people: {refused}; runs that stopped: {len(found['runs that stopped'])}). "
             "A person has a twin with HLA-B27 who differs in nothing else. An enteritis is an infection that took (10⁵ bacteria per mL at its "
             "peak). Arthritis is two swollen joints of 28, or 15 mm more pain than in the same person's health; it is called reactive where "
             "there was any between days 14 and 90. A gut is ill with calprotectin above 250 µg/g a year later; low-grade is less, with "
             "lactulose/mannitol above 1.1 of health."), "", table(found["summary"]), "", *_misses(found["summary"])]


def page(mends: list[Mend]) -> str:
    """The whole page."""
    return "\n".join([
        "# What was mended, before and after", "",
        ("Written by `python scripts/before_after.py`, which runs every number in it; edit that instead. The body was first ported, equation by "
         "equation, from a prototype whose structure failed where people are known; then it was mended by mechanism. *Before* is today's model "
         "with the parameters of that one mend where they do nothing, that is, with the prototype's structure there. *People* are the numbers "
         "that were read in the sources, with what was derived said so. Nothing here is medical advice."), "",
        *(section(mend, k) for k, mend in enumerate(mends, 1)), *_people(), *_changes()])


def main() -> None:
    """Run, draw, and write the page."""
    parser = argparse.ArgumentParser(description="Before and after each mend.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    known = all_mends(given.jobs)
    if unknown := set(given.names) - set(known):
        raise SystemExit(f"unknown {sorted(unknown)}; known: {', '.join(known)}")
    FIGURES.mkdir(exist_ok=True)
    mends = []
    for name in given.names or known:
        mends.append(known[name]())
        print(section(mends[-1], len(mends)))
        draw(mends[-1], FIGURES)
    if not given.names:
        PAGE.write_text(page(mends), "utf-8")


if __name__ == "__main__":
    main()
