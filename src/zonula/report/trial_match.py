"""Whom the people of a trial are like: published numbers of a cohort beside those of the persons who were chosen to be like it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zonula.report.ranges import label_of
from zonula.report.trial_tables import share_words, together
from zonula.simulation.words import listed

_STATUS = {"reached": "as published", "by chance": "as near as chance lets it", "missed": "not reached", "not measured": "not measured here"}
_WHO = {"female": "women", "hla_b27": "with HLA-B27", "smoker": "smokers", "bmi": "body mass index"}


def match_rows(results: Mapping[str, Any]) -> list[dict[str, str]]:
    """A row for each published number: as published, in people who are not chosen by it, in this trial, and how near that is."""
    rows = []
    for one in (results.get("match") or {}).get("numbers") or ():
        share = _is_share(one)
        values = [one["published"], one.get("before"), one.get("now")]
        told = [share_words(value) for value in values] if share else _numbers(values)
        rows.append({"what": target_words(str(one["target"])), "published": told[0], "before": told[1], "now": told[2],
                     "near": _STATUS[one["status"]], "missed": "yes" if one["status"] == "missed" else ""})
    return rows


def _numbers(values: list[float | None]) -> list[str]:
    """Numbers with digits as their size makes worth reading, whatever lies between them."""
    return together(*values) if max(abs(value) for value in values if value is not None) < 1.0 else [
        "–" if value is None else f"{value:.3g}".replace("-", "−") for value in values]


def target_words(target: str) -> str:
    """``crp quantile 0.25`` as a clinician writes it."""
    of, _, kind = target.partition(" ")
    what = _WHO.get(of) or label_of(of)
    if kind.startswith("quantile"):
        return f"{what}: {100 * float(kind.split()[1]):g} % are at or below"
    if kind.startswith("share"):
        border = kind.removeprefix("share").strip()
        return f"{what} {border.replace('>=', '≥').replace('<=', '≤')}".strip()
    return f"{what}: {'standard deviation' if kind == 'sd' else kind}"


def match_words(results: Mapping[str, Any]) -> list[str]:
    """What stands above and below the table: which cohort, what choosing cost, and what could not be reached."""
    match = results.get("match")
    if not match:
        return []
    cohort = match.get("cohort") or {}
    said = [(f"People are chosen so that they are like a published cohort: {cohort.get('title') or cohort.get('name')}. Each candidate is taken by a "
             f"chance of their own; {share_words(match.get('selected_share'))} of those who fulfil what the trial asks are taken.")]
    if match.get("pilot_effective") is not None:
        said.append(f"The chances were fitted in a pilot of {match['pilot_persons']} persons, who, weighted by them, tell as much as "
                    f"{match['pilot_effective']:.0f} (effective sample size). Everybody in the trial counts as one: "
                    f"{match['persons']} persons tell as much as {match['effective_persons']:.0f}.")
    missed = [one for one in match["numbers"] if one["status"] == "missed"]
    if missed:
        told = [target_words(str(one["target"])) + _alone(one) for one in missed]
        said.append(f"Not reached: {listed(told)}. People of this model are not like that, or not at the same time as the rest.")
    return said


def _alone(one: Mapping[str, Any]) -> str:
    ends = one.get("alone_between")
    if not ends:
        return ""
    low, high = (share_words(end) if _is_share(one) else f"{end:.3g}" for end in ends)
    return f" (by itself, in the pilot, it could be brought between {low} and {high})"


def _is_share(one: Mapping[str, Any]) -> bool:
    return str(one["target"]).partition(" ")[2].startswith("share")


def match_warning(results: Mapping[str, Any]) -> list[str]:
    """What a reader must know first: that people are not like those to whom they were matched."""
    known = [one for one in (results.get("match") or {}).get("numbers") or () if one["status"] != "not measured"]
    missed = sum(one["status"] == "missed" for one in known)
    if not missed:
        return []
    return [(f"People were to be like a published cohort; {missed} of its {len(known)} numbers that were measured here are not reached: see whom "
             "they are like.")]
