"""A result in words: what happened, when, how it compares with people, and what it does not say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from zonula.language.units import pretty
from zonula.simulation.misfit import Misfit
from zonula.simulation.outcome import Finished, NoHealthyState
from zonula.simulation.result import Result

_NAMES = {"tnf": "TNF", "il6": "IL-6", "il8": "IL-8", "il10": "IL-10", "il17": "IL-17A", "crp": "CRP", "lbp": "LBP", "pain_vas": "pain",
          "lactulose_mannitol_ratio": "L/M ratio", "das28_crp": "DAS28-CRP", "phq9": "PHQ-9", "esr": "ESR", "haq": "HAQ", "ter": "TER",
          "edta_recovery": "EDTA recovery", "peg1500_permeability": "PEG 1500 permeability", "peg4000_permeability": "PEG 4000 permeability",
          "gut_tnf": "TNF of the gut wall", "portal_lps": "LPS in the portal vein", "joint_tnf": "TNF in the joint", "joint_il6": "IL-6 in the joint",
          "joint_pge2": "PGE2 in the joint", "plasma_lps": "LPS in plasma (LAL)", "sjc28": "swollen joints", "tjc28": "tender joints"}
_TOLD = ("tnf", "il6", "crp", "temperature_rise", "symptom_score")  # of days
_TOLD_LONG = ("lactulose_mannitol_ratio", "calprotectin", "crp", "das28_crp", "pain_vas", "phq9")  # of weeks: from the wall to the joint
_LONG = 15.0  # days
_ELSE = ("cortisol",)  # told where none of the above moves
_NOTABLE = 0.1  # a change of a tenth is told


def name_of(readout: str) -> str:
    """A readout as a clinician writes it: ``IL-6``, ``symptom score``."""
    return _NAMES.get(readout, readout.replace("_", " "))


def number(value: float) -> str:
    """Three significant digits, without an exponent where a person would not write one."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    if 1e-3 <= abs(value) < 1e6:
        digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
        text = f"{value:,.{digits}f}".replace(",", " ")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.2e}"


def with_unit(value: float, unit_text: str) -> str:
    """A number and its unit, as a person writes them."""
    return f"{number(value)} {pretty(unit_text)}".strip()


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def moment(result: Result, day: float) -> str:
    """When that is: so many hours after the latest dose, or on which day."""
    doses = [d for d in result.problem.plan.doses if d.start < day]
    if not doses or day - doses[-1].start > 3 or result.times[-1] > 2 * _LONG:
        return f"on day {number(day)}"
    since = "the dose" if len(doses) == 1 else f"dose {len(doses)}"
    if doses[-1].duration:
        since = "the start of the infusion" if len(doses) == 1 else f"the start of {since}"
    return f"{24 * (day - doses[-1].start):.1f} h after {since}"


def _change(result: Result, name: str) -> float:
    """How far a readout goes from its first value, relative to it (or to a tenth of its unit)."""
    y = result.readout(name)
    return float(np.max(np.abs(y - y[0])) / max(abs(float(y[0])), 0.1))


def _told(result: Result, name: str) -> str:
    """``IL-6 reaches 709 pg/mL (healthy 1.76) 2.3 h after the dose``; or falls, where it falls further than it rises."""
    y, unit_text = result.readout(name), result.problem.model.readout(name).unit_text
    before = f" (healthy {number(float(y[0]))})" if y[0] > 1e-9 else ""
    if y[0] - y.min() > y.max() - y[0]:
        return f"{name_of(name)} falls to {with_unit(float(y.min()), unit_text)}{before} {moment(result, float(result.times[np.argmin(y)]))}"
    value, day = result.peak(name)
    return f"{name_of(name)} reaches {with_unit(value, unit_text)}{before} {moment(result, day)}"


def _course(result: Result) -> str:
    moved = [name for name in result.problem.model.readout_names if result.moved(name)]
    if not moved:
        return (f"Over {number(result.times[-1])} days nothing moved: every readout stayed within 1 % of its healthy value "
                f"(CRP {with_unit(result.readout('crp')[-1], 'mg/L')}, TNF {with_unit(result.readout('tnf')[-1], 'pg/mL')}).")
    notable = {name for name in moved if _change(result, name) >= _NOTABLE}
    first = _TOLD_LONG if result.times[-1] > _LONG else _TOLD
    told = [name for name in first if name in notable] or [name for name in _ELSE if name in notable]
    told = told or sorted(moved, key=lambda name: -_change(result, name))[:3]
    parts = [_told(result, name) for name in told]
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "."


def _attenuation(result: Result) -> str:
    starts = [d.start for d in result.problem.plan.doses if not d.duration and d.start < result.times[-1]]
    if len(starts) < 2 or {d.substance for d in result.problem.plan.doses} != {"lps"}:  # of other things, no cytokine peaks after each dose
        return ""
    edges = [*starts, float(result.times[-1])]
    falls = []
    for name in ("tnf", "il6", "il10"):
        y = result.readout(name)
        tops = [float(y[(result.times >= a) & (result.times < b)].max()) - y[0] for a, b in pairwise(edges)]
        if tops[0] > 0:
            falls.append(f"{name_of(name)} by {100 * (1 - tops[-1] / tops[0]):.0f} %")
    return f"From the first dose to the last, the rise falls: {', '.join(falls)}." if falls else ""


def _comparison(misfits: tuple[Misfit, ...]) -> str:
    compared = [m for m in misfits if not m.people] or misfits
    means = [(m, m.peak_ratio) for m in compared if m.peak_ratio is not None]
    if not means:
        return ""
    parts = [f"{name_of(m.readout)} {ratio:.2f} times the measured peak, "
             + (f"{60 * abs(m.hour_model - m.hour_data):.0f} min {'later' if m.hour_model > m.hour_data else 'earlier'}"
                if abs(m.hour_model - m.hour_data) > 1e-3 else "at the same time") for m, ratio in means]
    bad = [name_of(m.readout) for m, _ in means if m.verdict != "met"]
    verdict = (f" More than 35 % off: {', '.join(bad)}; this is a misfit of the model, not of the people." if bad
               else " All peaks are within 35 % of those measured.")
    return f"Against the {means[0][0].label}: " + "; ".join(parts) + "." + verdict


def summary(result: Result, misfits: tuple[Misfit, ...]) -> str:
    """One plain paragraph."""
    outcome = result.outcome
    if isinstance(outcome, NoHealthyState):
        where = "" if outcome.worst in outcome.reason else f" (furthest from rest: {outcome.worst})"
        return (f"This person has no healthy state to start from: {outcome.reason}{where}. "
                f"Look at the parameters that were changed.")
    parts = []
    if not isinstance(outcome, Finished):
        parts.append(f"The simulation stopped at day {number(outcome.at_day)}: {outcome.reason}. Changing fastest was {outcome.fastest} "
                     f"(relative rate {number(outcome.fastest_rate)} per day). What was computed before is kept.")
    parts.append(_course(result))
    if attenuation := _attenuation(result):
        parts.append(attenuation)
    if comparison := _comparison(misfits):
        parts.append(comparison)
    if result.health is not None and not result.health.stable:
        parts.append("The healthy state of this person is not stable: a small push leads away from it.")
    return " ".join(parts)
