"""Infections, insults and naproxen in people who differ as the evidence says they do, each with and without HLA-B27.

``python scripts/two_hundred_people.py [N] [--seed S] [--jobs J] [--spread X] [--json FILE] [--rows]`` draws N people (200).  Every
parameter of every person has its own stream of chance, so that a new parameter changes nobody else; the typical values are as in the
evidence.  A draw without a healthy state, or whose health no healthy person has, is refused and counted.  Results do not depend on the
number of jobs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from statistics import NormalDist, median
from typing import Any

import numpy as np
from insults import BACTERIA, CARRIER, COMBINED, NAPROXEN, live
from scipy.stats import binomtest

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.equations import Equations, Inputs, parameter_vector
from zonula.simulation.health import Health, NoHealth, solve_health
from zonula.simulation.result import Result

YEAR, RECOGNITION = 365, "joint.recognition_bacterial"
HEALTHY_MOST = {"crp": 5.0, "pain_vas": 10.0, "lactulose_mannitol_ratio": 0.04, "calprotectin": 60.0}
SWOLLEN, PAIN = 2.0, 15.0  # joints of 28; mm above the same person's health: arthritis
WINDOW = (14, 90)  # days between which arthritis after an infection is called reactive
ILL, LOW_GRADE = 250.0, 1.1  # ug/g of calprotectin; lactulose/mannitol in folds of health
TAKEN, NEARLY_ILL = 1e5, 100.0  # CFU/mL at the peak: the infection took; ug/g: a gut that a twin is asked about
_BATCH = 10  # draws that are looked at together
GIVE_UP = 20  # draws per person wanted: beyond, something is wrong with the evidence
KEPT = Path(__file__).resolve().parent.parent / "docs" / "mends" / "two_hundred_people.json"
Row = dict[str, Any]


# --- people ---------------------------------------------------------------------------------------------

def deviate(seed: int, person: int, path: str) -> float:
    """A standard normal number of this person for this parameter, and for nothing else."""
    digest = hashlib.sha256(f"{seed}/{person}/{path}".encode()).digest()
    return NormalDist().inv_cdf((int.from_bytes(digest[:7], "big") + 0.5) / 2**56)


def person_values(seed: int, person: int, typical: Mapping[str, float] | None = None, spread: float = 1.0) -> dict[str, float]:
    """A person's parameters by path: the typical values, spread as people differ (times *spread*, but for the susceptibility of joints).

    What is typically nothing is nothing in everybody.
    """
    found = {path: (typical or {}).get(path, e.value) for path, e in evidence_of(standard_model()).items()}
    for path, e in evidence_of(standard_model()).items():
        if found[path]:
            found[path] = e.variability.quantile(found[path], deviate(seed, person, path) * (1.0 if path == RECOGNITION else spread))
    return found


def healthy_readouts(health: Health, values: Mapping[str, float]) -> dict[str, float]:
    """What tests would show of a person in health."""
    model = standard_model()
    equations = Equations(model, parameter_vector(model, values), health.setpoints, health.healthy)
    return dict(zip(model.readout_names, equations.observe(health.state, Inputs.neutral(model)), strict=False))


def why_refused(values: Mapping[str, float]) -> str:
    """Why a draw is no healthy person, or nothing."""
    model = standard_model()
    for b27 in (0.0, 1.0):
        health = solve_health(model, parameter_vector(model, {**values, "body.hla_b27": b27}))
        if isinstance(health, NoHealth) or not health.stable:
            return "no stable healthy state"
        if b27 == 0.0:
            shown = healthy_readouts(health, values)
            for name, most in HEALTHY_MOST.items():
                if not shown[name] <= most:
                    return f"{name} above {most:g} in health"
    return ""


# --- what becomes of them -------------------------------------------------------------------------------

def arthritis(result: Result) -> list[bool]:
    """Day by day, whether joints are swollen or pain is beyond the same person's health."""
    pain = result.readout("pain_vas")
    return [bool(x) for x in (result.readout("sjc28") >= SWOLLEN) | (pain - pain[0] >= PAIN)]


def first_day(yes: Iterable[bool]) -> int | None:
    """The first day on which it is so, or None."""
    return next((day for day, so in enumerate(yes) if so), None)


def gut(result: Result) -> dict[str, float]:
    """The gut at the end, and the highest that was seen."""
    ratio, calprotectin, crp = (result.readout(name) for name in ("lactulose_mannitol_ratio", "calprotectin", "crp"))
    return {"fold": float(ratio[-1] / ratio[0]), "calprotectin": float(calprotectin[-1]), "calprotectin_peak": float(np.max(calprotectin)),
            "crp_peak": float(np.max(crp)), "crp": float(crp[-1]), "load_peak": float(np.max(result.readout("pathogen_load")))}


def _course(row: Row, label: str, plan: Sequence[str], values: Mapping[str, float]) -> None:
    result = live(plan, YEAR, values)
    if result.outcome.status != "finished":
        row["failed"].append(f"person {row['person']}, {label}: {result.outcome}")
        return
    ill, swollen, pain = arthritis(result), result.readout("sjc28"), result.readout("pain_vas")
    window = slice(WINDOW[0], WINDOW[1] + 1)
    row[label] = gut(result) | {
        "reactive": any(ill[window]), "half_year": ill[YEAR // 2], "year": ill[YEAR], "first_swollen": first_day(swollen >= SWOLLEN),
        "swollen_in_window": float(np.max(swollen[window])), "pain_in_window": float(np.max(pain[window]) - pain[0]),
        "swollen": float(swollen[-1]), "pain": float(pain[-1] - pain[0])}


def one_life(seed: int, spread: float, person: int) -> Row:
    """All that is asked of one person, and of the twin with HLA-B27 where the infection took or the gut did not heal."""
    row: Row = {"person": person, "failed": []}
    values = person_values(seed, person, spread=spread) | {"body.hla_b27": 0.0}
    row["recognition"] = values[RECOGNITION]
    for label, plan in (("enteritis", BACTERIA), ("combined", COMBINED), ("naproxen", NAPROXEN)):
        _course(row, label, plan, values)
    twin = values | CARRIER
    if row.get("enteritis", {}).get("load_peak", 0.0) >= TAKEN:
        _course(row, "enteritis B27", BACTERIA, twin)
    if row.get("combined", {}).get("calprotectin", 0.0) >= NEARLY_ILL:
        _course(row, "combined B27", COMBINED, twin)
    return row


# --- counting -------------------------------------------------------------------------------------------

def share(found: Iterable[bool]) -> Row:
    """How many of how many, with the exact (Clopper-Pearson) 95 % interval."""
    answers = list(found)
    k, n = sum(answers), len(answers)
    if not n:
        return {"k": 0, "n": 0, "share": math.nan, "low": 0.0, "high": 1.0}
    interval = binomtest(k, n).proportion_ci(0.95, method="exact")
    return {"k": k, "n": n, "share": k / n, "low": float(interval.low), "high": float(interval.high)}


def _after_infection(rows: Sequence[Row], label: str) -> Row:
    known = [row[label] for row in rows if label in row]
    caught = [r for r in known if r["reactive"]]
    onsets = [r["first_swollen"] for r in caught if r["first_swollen"] is not None]
    return {
        "reactive arthritis": share(r["reactive"] for r in known),
        "of these, still at 6 months": share(r["half_year"] for r in caught),
        "of these, still at 12 months": share(r["year"] for r in caught),
        "first swollen joints, median [day]": median(onsets) if onsets else None,
    }


def _gut_ills(rows: Sequence[Row], label: str) -> Row:
    known = [row[label] for row in rows if label in row]
    return {"gut lastingly ill": share(r["calprotectin"] > ILL for r in known),
            "low-grade": share(r["calprotectin"] <= ILL and r["fold"] > LOW_GRADE for r in known)}


def summary(rows: Sequence[Row]) -> Row:
    """All shares that are asked for."""
    taken = [row for row in rows if row.get("enteritis", {}).get("load_peak", 0.0) >= TAKEN]
    peaks = [row["enteritis"] for row in taken]
    tipped = {b: [row[b] for row in rows if b in row and row[b]["calprotectin"] > ILL] for b in ("combined", "combined B27")}
    return {
        "after bacteria were swallowed": {"enteritis": share(row["enteritis"]["load_peak"] >= TAKEN for row in rows if "enteritis" in row)},
        "after enteritis": _after_infection(taken, "enteritis") | _gut_ills(taken, "enteritis"),
        "after enteritis, with HLA-B27": _after_infection(taken, "enteritis B27"),
        "after the combined insult": _gut_ills(rows, "combined"),
        "after 14 days of naproxen": _gut_ills(rows, "naproxen"),
        "with a gut that stayed ill": {"arthritis at 1 year": share(r["year"] for r in tipped["combined"]),
                                       "arthritis at 1 year, with HLA-B27": share(r["year"] for r in tipped["combined B27"])},
        "acute enteritis": {
            "CRP of 12 mg/L or more": share(r["crp_peak"] >= 12 for r in peaks),
            "CRP of 20 mg/L or more": share(r["crp_peak"] >= 20 for r in peaks),
            "CRP of 35 mg/L or more": share(r["crp_peak"] >= 35 for r in peaks),
            **({name: [round(float(x), 1) for x in np.quantile([r[key] for r in peaks], (0.05, 0.5, 0.95))]
                for name, key in (("highest CRP, 5, 50 and 95 % of people [mg/L]", "crp_peak"),
                                  ("highest calprotectin, 5, 50 and 95 % of people [ug/g]", "calprotectin_peak"))} if peaks else {}),
        },
    }


# what people show: in words, and as shares from low to high where there are any
HUMAN: dict[tuple[str, str], tuple[str, float, float]] = {
    ("after bacteria were swallowed", "enteritis"): ("40 to 92 % (Campylobacter, by dose)", 0.4, 0.92),
    ("after enteritis", "reactive arthritis"): ("0.9 to 1.2 % by strict criteria, 4 to 15 % where all were examined or asked", 0.009, 0.15),
    ("after enteritis", "of these, still at 6 months"): ("31 to 55 %", 0.31, 0.55),
    ("after enteritis", "of these, still at 12 months"): ("20 % (10 to 33)", 0.1, 0.33),
    ("after enteritis", "first swollen joints, median [day]"): ("8.5", math.nan, math.nan),
    ("after enteritis", "gut lastingly ill"): ("0.3 to 0.5 % (IBD within years)", 0.003, 0.005),
    ("after enteritis", "low-grade"): ("about 10 % (irritable bowel at 1 year)", 0.07, 0.15),
    ("after enteritis, with HLA-B27", "reactive arthritis"): ("1 to 5 times as many", math.nan, math.nan),
    ("after 14 days of naproxen", "gut lastingly ill"): ("nearly none", 0.0, 0.005),
    ("with a gut that stayed ill", "arthritis at 1 year"): ("10 to 13 % (IBD: any arthritis)", 0.1, 0.13),
    ("with a gut that stayed ill", "arthritis at 1 year, with HLA-B27"): ("25 % (12 to 50)", 0.12, 0.5),
    ("acute enteritis", "CRP of 12 mg/L or more"): ("77 % (children)", 0.64, 0.88),
    ("acute enteritis", "CRP of 20 mg/L or more"): ("60 % (children)", 0.46, 0.74),
    ("acute enteritis", "CRP of 35 mg/L or more"): ("45 % (children)", 0.32, 0.6),
    ("acute enteritis", "highest calprotectin, 5, 50 and 95 % of people [ug/g]"): ("median 600 to 770, range 250 to 1300", math.nan, math.nan),
}


def verdict(found: Mapping[str, Any], low: float, high: float) -> str:
    """Whether the interval of a share lies beyond what people show."""
    return "too many" if found["low"] > high else "too few" if found["high"] < low else "agrees" if found["n"] and not math.isnan(low) else ""


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value['k']}/{value['n']}" + (f" = {100 * value['share']:.1f} % ({100 * value['low']:.1f} to {100 * value['high']:.1f})"
                                               if value["n"] else "")
    return "-" if value is None else ", ".join(f"{x:g}" for x in value) if isinstance(value, list) else f"{value:g}"


def table(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The summary as a table in Markdown."""
    lines = ["| | model (exact 95 % interval) | people | |", "|---|---|---|---|"]
    for group, answers in found.items():
        lines += [f"| **{group}** | | | |"]
        for name, value in answers.items():
            text, low, high = HUMAN.get((group, name), ("", math.nan, math.nan))
            lines += [f"| {name} | {_told(value)} | {text} | {verdict(value, low, high) if isinstance(value, Mapping) else ''} |"]
    return "\n".join(lines)


# --- the work -------------------------------------------------------------------------------------------

@contextmanager
def workers(jobs: int) -> Iterator[Pool]:
    """Processes that share the work; each computes with one thread, so that no bit depends on how many there are."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read by the processes that are started
    with get_context("spawn").Pool(jobs) as pool:
        yield pool


def _refused(seed: int, spread: float, person: int) -> str:
    return why_refused(person_values(seed, person, spread=spread))


def accepted(count: int, seed: int, jobs: int, spread: float = 1.0) -> tuple[list[int], Counter[str]]:
    """Numbers of the first *count* draws that are healthy people, and why others before them were refused."""
    found: list[int] = []
    refused: Counter[str] = Counter()
    with workers(jobs) as pool:
        for start in range(0, GIVE_UP * count, _BATCH):
            for person, why in enumerate(pool.imap(partial(_refused, seed, spread), range(start, start + _BATCH)), start):
                if len(found) == count:
                    break
                if why:
                    refused[why] += 1
                else:
                    found.append(person)
            if len(found) == count:
                return found, refused
    raise SystemExit(f"of {GIVE_UP * count} draws only {len(found)} are healthy people")


def study(count: int, seed: int, jobs: int, spread: float = 1.0) -> Row:
    """Draw people, let everything happen to them, and count."""
    people, refused = accepted(count, seed, jobs, spread)
    with workers(jobs) as pool:
        rows = list(pool.imap(partial(one_life, seed, spread), people))
    return {"people": count, "seed": seed, "spread": spread, "refused": dict(sorted(refused.items())),
            "runs that stopped": [f for r in rows for f in r["failed"]], "summary": summary(rows), "rows": rows}


def main() -> None:
    """Read the command line, do the study, print and keep it."""
    parser = argparse.ArgumentParser(description="What insults do to people who differ.")
    parser.add_argument("count", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--spread", type=float, default=1.0, help="how much people differ, relative to the evidence")
    parser.add_argument("--json", type=Path, default=KEPT)
    parser.add_argument("--rows", action="store_true", help="keep every person, too")
    given = parser.parse_args()
    found = study(given.count, given.seed, given.jobs, given.spread)
    kept = found if given.rows else {key: value for key, value in found.items() if key != "rows"}
    given.json.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    refused = sum(found["refused"].values())
    print(f"{given.count} people, seed {given.seed}; {refused} more draws refused {found['refused']}; "
          f"{len(found['runs that stopped'])} runs stopped\n")
    print(table(found["summary"]))


if __name__ == "__main__":
    main()
