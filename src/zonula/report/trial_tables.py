"""A trial in words: what was asked, who came, what was found, and what stands under each figure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zonula.language.units import pretty
from zonula.report.ranges import RANGES, label_of
from zonula.simulation.words import listed, number

_RATIOS = ("odds ratio", "hazard ratio", "risk ratio")
_SURE, _NEAR = 0.001, 0.1  # p-values below which another digit is worth reading
_SEEN = 0.005  # a share that rounds to 1 %
_WIDE = 30.0  # so far apart, digits behind the point are not worth reading
STRATEGIES = {
    "treatment policy": "whatever happens in between counts as it is",
    "composite": "who needs rescue or stops has not responded",
    "hypothetical": "as if nobody had been rescued: those lives are simulated, too",
    "while on treatment": "up to the moment at which treatment stops or changes",
}
_PEOPLE = {"female": "women", "not female": "men", "hla_b27": "with HLA-B27", "not hla_b27": "without HLA-B27", "smoker": "smokers",
           "not smoker": "who do not smoke"}
_NUMBERS = ("value", "lo", "hi", "se", "p05", "p25", "median", "p75", "p95")  # of an interval, and of what is not known
_POINTS = "percentage points"


def as_shown(results: Mapping[str, Any], units: Mapping[str, str]) -> dict[str, Any]:
    """The results with units instead of measures, and differences of shares in percentage points."""
    def of(unit: str) -> str:
        return units.get(unit, unit)

    shares = {e["id"] for e in results["estimands"]
              if e.get("measure") == "risk difference" or (e.get("measure") == "interaction" and e.get("kind") == "response")}
    estimands = [{**e, "unit": _POINTS if e["id"] in shares else of(str(e.get("unit") or "")) if not str(e["measure"]).endswith("ratio") else "",
                  **({key: _in_points(e.get(key)) for key in ("randomised", "twins", "unknown")} if e["id"] in shares else {})}
                 for e in results["estimands"]]
    groups = [{**group, "levels": [_in_points(level) for level in group["levels"]]} if group.get("estimand") in shares else group
              for group in results.get("subgroups") or ()]
    benefit = results.get("benefit")
    return {**results, "estimands": estimands, "subgroups": groups,
            "benefit": {**benefit, "unit": of(str(benefit.get("unit") or ""))} if benefit else None}


def _in_points(one: Mapping[str, Any] | None) -> dict[str, Any]:
    """Numbers of shares, times 100."""
    return {key: value * 100.0 if key in _NUMBERS and value is not None else value for key, value in (one or {}).items()}


def in_words(condition: str) -> str:
    """``calprotectin >= 250`` as a clinician writes it."""
    said = _PEOPLE.get(condition, condition)
    words = [label_of(word) if word in RANGES else word for word in said.replace(">=", "≥").replace("<=", "≤").split(" ")]
    return " ".join(words)


def known(one: Mapping[str, Any] | None) -> bool:
    """Whether there is a number."""
    return one is not None and one.get("value") is not None


def shown(value: float | None) -> str:
    """A number as a person writes it; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return number(0.0 if abs(value) < 1e-9 else value).replace("-", "−")


def together(*values: float | None) -> list[str]:
    """Numbers that belong together, with as many digits as the widest distance between them makes worth reading."""
    there = [value for value in values if value is not None and math.isfinite(value)]
    spread = (max(there) - min(there)) if there else 0.0
    if spread <= 0:
        return [shown(value) for value in values]
    digits = 0 if spread >= _WIDE else max(1, 1 - math.floor(math.log10(spread)))
    return ["–" if value is None or not math.isfinite(value) else f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−") for value in values]


def interval_words(one: Mapping[str, Any] | None, unit: str = "") -> str:
    """``−5.1 mm (−9.8 to −0.4)``."""
    if one is None or one.get("value") is None:
        return "–"
    behind = f" {pretty(unit)}".rstrip() if unit not in ("", "1") else ""
    value, low, high = together(one["value"], one.get("lo"), one.get("hi"))
    return f"{value}{behind}" + (f" ({low} to {high})" if one.get("lo") is not None and one.get("hi") is not None else "")


def p_words(p: float | None) -> str:
    """A p-value as journals print it."""
    if p is None or not math.isfinite(p):
        return ""
    return f"< {_SURE}" if p < _SURE else f"{p:.3f}" if p < _NEAR else f"{p:.2f}"


def share_words(share: float | None) -> str:
    """``12 %``."""
    return "–" if share is None else f"{100 * share:.0f} %" if share >= _SEEN or share == 0 else "below 1 %"


def arm_title(said: Mapping[str, Any], arm: str) -> str:
    """An arm as it is called."""
    return str(said["arms"].get(arm, {}).get("title") or arm.replace("_", " "))


def primary_of(results: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The estimand that decides."""
    return next((e for e in results["estimands"] if e["id"] == results.get("primary")), None)


def unit_of(estimand: Mapping[str, Any]) -> str:
    """The unit of its number."""
    return str(estimand.get("unit") or "")


def summary(results: Mapping[str, Any]) -> list[str]:
    """What was found, in sentences: the question that decides, what is not known, who gains, how large a trial."""
    e = primary_of(results)
    if e is None or not known(e.get("randomised")):
        first = (f"The question that decides could not be answered by the {results['n']} randomised: in one arm there are too few persons with a "
                 "number, or nothing happened to anybody.")
        return [first] if e is None else [sentence for sentence in (first, _same_persons(e), _doubt(e), _sees(results, e)) if sentence]
    return [sentence for sentence in (_answer(e, results), _same_persons(e), _doubt(e), _least(results), _size(results.get("power")),
                                      _sees(results, e)) if sentence]


def _answer(e: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    seen, null = e["randomised"], float(e.get("null") or 0.0)
    clear = seen.get("lo") is not None and (seen["lo"] > null or seen["hi"] < null)
    better = "" if e["measure"] == "interaction" or e.get("lower_is_better") is None else (
        f"; {'below' if e['lower_is_better'] else 'above'} {null:g} is better")
    interval = interval_words(seen, unit_of(e))
    what = f"{str(e['title']).rstrip('.')}: {e['measure']} {interval[:-1] + better + ')' if interval.endswith(')') else interval}"
    told = "which chance alone hardly makes" if clear else "which chance alone could make"
    p = f", p {'' if p_words(seen.get('p')).startswith('<') else '= '}{p_words(seen.get('p'))}" if p_words(seen.get("p")) else ""
    return f"{what} among the {results['n']} randomised ({compared(results)} compared{p}), {told}."


def compared(results: Mapping[str, Any]) -> int:
    """How many persons the deciding question compares."""
    e = primary_of(results)
    return sum(int(n) for n in (e.get("n") or {}).values() if n is not None) if e is not None else 0


def _same_persons(e: Mapping[str, Any]) -> str:
    if not known(e.get("twins")):
        return ""
    truth = e.get("truth")
    exact = "" if truth is None else f"; without these errors and without anybody lost, {shown(truth)}"
    return f"The same persons in both arms, under the same errors of measurement: {interval_words(e['twins'], unit_of(e))}{exact}."


def _doubt(e: Mapping[str, Any]) -> str:
    doubt = e.get("unknown") or {}
    if doubt.get("p05") is None or doubt["p95"] == doubt["p05"]:
        return ""
    unit = f" {pretty(unit_of(e))}" if unit_of(e) not in ("", "1") else ""
    low, half, more, high = together(doubt["p05"], doubt["p25"], doubt["p75"], doubt["p95"])
    return ("It rests on what is not known of the body, which no number of participants narrows: over the readings of the evidence, half of the "
            f"effects lie between {half} and {more}{unit}, 90 % between {low} and {high}.")


def _least(results: Mapping[str, Any]) -> str:
    b = results.get("benefit") or {}
    if b.get("share_benefit") is None or b.get("mcid") is None:
        return ""
    least = f"{shown(b['mcid'])} {pretty(str(b.get('unit') or ''))}".strip()
    return (f"{share_words(b['share_benefit'])} of the persons gain {least} or more, "
            f"{share_words(b.get('share_harm'))} lose as much.")


def _size(power: Mapping[str, Any] | None) -> str:
    if not power or not power.get("curve"):
        return ""
    wanted = f"{100 * float(power.get('wanted') or 0.9):.0f} %"
    needed = power.get("needed")
    if needed is None:
        return f"Even {largest_of(power)} persons would not give {wanted} power to see it."
    return f"To see it with {wanted} power, about {round(needed)} persons would have to be randomised to the arms compared."


def _sees(results: Mapping[str, Any], e: Mapping[str, Any]) -> str:
    """What persons of this number can show at all."""
    power = results.get("power") or {}
    seen = power.get("sees")
    if not seen:
        return ""
    wanted = f"{100 * float(power.get('wanted') or 0.9):.0f} %"
    least = seen.get("least")
    if power.get("kind") == "hazard ratio":
        if least is None:
            return f"The event came to none of them: how many persons it would take cannot be told from so few as {seen['persons']}."
        half = f"; one of 0.5 would take about {seen['for_half']}" if seen.get("for_half") else ""
        return (f"{share_words(seen['event_share'])} of the persons have the event: {seen['persons']} of them have {wanted} power for a hazard ratio "
                f"of {least:.2g} or less{half}.")
    if least is None:
        return ""
    points = power.get("kind") == "risk difference"
    unit = _POINTS if points else pretty(unit_of(e)) if unit_of(e) not in ("", "1") else ""
    return f"{seen['persons']} persons have {wanted} power for a difference of {shown(100 * least if points else least)} {unit}".strip() + " or more."


def largest_of(power: Mapping[str, Any]) -> int:
    """The largest trial that was tried."""
    return max(int(point["n"]) for point in power["curve"])


def estimand_rows(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The table of all questions with their answers."""
    rows = []
    for e in results["estimands"]:
        doubt = e.get("unknown") or {}
        ninety = " to ".join(together(doubt["p05"], doubt["p95"])) if doubt.get("p05") is not None else "–"
        unit = pretty(unit_of(e)) if unit_of(e) not in ("", "1") else ""
        rows.append({"title": e["title"], "primary": e["id"] == results.get("primary"), "strategy": e.get("strategy", ""),
                     "measure": e["measure"] + (f" [{unit}]" if unit else ""), "randomised": interval_words(e.get("randomised")),
                     "p": p_words((e.get("randomised") or {}).get("p")), "twins": interval_words(e.get("twins")), "unknown": ninety,
                     "share": share_words(doubt.get("between_share"))})
    return rows


def asked_rows(said: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each question as it was written: whom, what with what, of what, and what is done with what happens in between (ICH E9(R1))."""
    endpoints = {one["id"]: one for one in said["endpoints"]}
    rows = []
    for one in said["estimands"]:
        endpoint = endpoints.get(one["endpoint"], {})
        strategy = one.get("strategy") or "treatment policy"
        rows.append({"title": one.get("title") or one["id"], "primary": "yes" if one["id"] == said.get("primary") else "",
                     "arms": contrast_words(one, said), "endpoint": endpoint_words(endpoint), "strategy": strategy,
                     "meaning": STRATEGIES.get(strategy, ""), "note": one.get("note", "")})
    return rows


def contrast_words(one: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """Who is compared with whom."""
    if one.get("interaction"):
        first, second, both, neither = (arm_title(said, arm) for arm in one["interaction"])
        return f"({both} − {neither}) − ({first} − {neither}) − ({second} − {neither})"
    return " − ".join(arm_title(said, arm) for arm in one.get("contrast") or ())


def endpoint_words(endpoint: Mapping[str, Any]) -> str:
    """What is measured of each person, and when."""
    if not endpoint:
        return ""
    what = label_of(endpoint["measure"]) if endpoint.get("measure") else in_words(str(endpoint.get("criterion") or "")).replace("acr", "ACR ")
    when = f"week {endpoint['week']:g}" if endpoint.get("week") is not None else f"day {endpoint['day']:g}" if endpoint.get("day") is not None else ""
    by = "up to " if endpoint.get("kind") == "time to event" else ""
    matters = f"; {shown(endpoint['mcid'])} matter to a person" if endpoint.get("mcid") else ""
    return f"{endpoint.get('kind', '')}: {what}, {by}{when}".rstrip(", ") + matters


def arm_rows(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arms: what is done, how regularly."""
    rows = []
    for name, arm in said["arms"].items():
        rows.append({"title": arm_title(said, name), "events": list(arm.get("events") or ()) or ["nothing"], "note": arm.get("note", ""),
                     "adherence": _adherence(arm.get("adherence")), "context": _context(arm.get("context") or {})})
    return rows


def _adherence(said: Any) -> str:
    if isinstance(said, Mapping):
        return share_words(float(said["mean"])) + (f" ± {100 * float(said['sd']):.0f}" if said.get("sd") else "")
    return share_words(float(said)) if said is not None else "100 %"


def _context(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{label_of(name)} {shown(float(one['change'] if isinstance(one, Mapping) else one))}" for name, one in said.items())


def design_rows(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The rest of the design, a line each."""
    lots, people = said.get("randomisation") or {}, said.get("people") or {}
    ratio = " : ".join(str((lots.get("ratio") or {}).get(arm, 1)) for arm in said["arms"])
    entry = [*(people.get("entry") or ()), *(people.get("eligibility") or said.get("eligibility") or ())]
    visits = said.get("visits") or {}
    weeks = [float(w) for w in visits.get("weeks") or ()] + [float(d) / 7 for d in visits.get("days") or ()]
    lost = said.get("dropout") or {}
    looks, size = said.get("interim") or {}, said.get("size") or {}
    strata = [in_words(str(one)).removeprefix("with ") for one in lots.get("strata") or ()]
    rows = [
        ("people", str(people.get("group", "")).replace("_", " ") + (f", with {'; '.join(map(in_words, entry))} on day 0" if entry else "")),
        ("randomised", f"{ratio}, in permuted blocks" + (f" within strata of {listed(strata)}" if strata else "")),
        ("visits", f"weeks {', '.join(f'{w:g}' for w in sorted({0.0, *weeks}))}"),
        ("lost", "; ".join([_lost(float(lost.get("per_year") or 0.0)),
                            *(f"{share_words(float(rule['share']))} of those with {in_words(rule['when'])}" for rule in lost.get("rules") or ())])),
        *((f"rule {rule['id'].replace('_', ' ')}", rule_words(rule, said)) for rule in said.get("rules") or ()),
        *([("looks", f"{listed([share_words(float(x)) for x in looks['looks']])} of the persons, {looks.get('spending', 'obrien-fleming')} borders")]
          if looks else []),
        ("significant", f"two-sided, {100 * float(size.get('alpha') or 0.05):g} %; the question that decides alone can be confirmed, others explain"),
    ]
    return [(name, words) for name, words in rows if words]


def _lost(rate: float) -> str:
    return f"{share_words(1 - math.exp(-rate))} in a year" if rate else "nobody by chance"


def rule_words(rule: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """A rule of treatment in words."""
    who = f" in {listed([arm_title(said, arm) for arm in rule['arms']])}" if rule.get("arms") else ""
    until = f" to {rule['to_week']:g}" if rule.get("to_week") is not None else " on"
    since = f", from week {rule['from_week']:g}{until}" if rule.get("from_week") is not None else ""
    holds = "unless " if rule.get("unless") else "where "
    stops = "treatment stops; " if rule.get("stop") else ""
    after = f", after {str(rule['after']).replace('_', ' ')}" if rule.get("after") else ""
    kind = "an event in between (rescue)" if rule.get("rescue", True) else "a part of the strategy"
    return f"{holds}{in_words(rule['when'])}{who}{since}{after}: {stops}{'; '.join(rule.get('events') or ()) or 'nothing new'} ({kind})"


def flow_of(results: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The flow of persons, for the picture of boxes."""
    flow = results["flow"]
    excluded = sorted(((in_words(why), int(n)) for why, n in (flow.get("excluded") or {}).items() if n), key=lambda one: -one[1])
    arms = []
    for name, arm in (flow.get("arms") or {}).items():
        gone = [(why, int(n)) for key in ("dropped", "failed") for why, n in (arm.get(key) or {}).items() if n]
        arms.append({"title": arm_title(said, name), "randomised": int(arm["randomised"]), "gone": gone, "lost": sum(n for _, n in gone),
                     "rescued": int(arm.get("rescued") or 0), "analysed": int(arm.get("analysed") or 0)})
    return {"screened": int(flow["screened"]), "excluded": excluded, "out": sum(n for _, n in excluded), "randomised": int(flow["randomised"]),
            "unfilled": int(flow.get("unfilled") or 0), "effective": flow.get("effective"), "arms": arms}


def harm_rows(results: Mapping[str, Any], said: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Differences of harms from the arm with which others are compared; between all arms, where there is none."""
    usual = {name for name, arm in said["arms"].items() if arm.get("comparator")}
    rows = []
    for harm in results.get("harms") or ():
        for one in harm.get("differences") or ():
            first, second = one["arms"]
            if not known(one) or (usual and (first in usual) == (second in usual)):
                continue
            turned = first in usual and bool(usual)
            pair = (second, first) if turned else (first, second)
            points = {key: -one[other] if turned else one[other] for key, other in
                      (("value", "value"), ("lo", "hi" if turned else "lo"), ("hi", "lo" if turned else "hi")) if one.get(other) is not None}
            rows.append((str(harm.get("title") or harm["id"]), " − ".join(arm_title(said, arm) for arm in pair), _points(points)))
    return rows


def _points(one: Mapping[str, Any]) -> str:
    """A difference of shares in percentage points."""
    ends = f" ({shown(100 * one['lo'])} to {shown(100 * one['hi'])})" if one.get("lo") is not None else ""
    return f"{shown(round(100 * one['value'], 1))} percentage points{ends}"


def cards(results: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """What is read first: name, number, what is behind it, and the sense of it for the style sheet."""
    e, found = primary_of(results), []
    if e is not None and known(e.get("randomised")):
        unit = pretty(unit_of(e)) if unit_of(e) not in ("", "1") else ""
        seen, doubt = e["randomised"], e.get("unknown") or {}
        found.append(("the randomised", *_number((seen["value"], seen.get("lo"), seen.get("hi")), unit, 95), "chance"))
        if known(e.get("twins")):
            found.append(("the same persons", *_number((e["twins"]["value"], e["twins"].get("lo"), e["twins"].get("hi")), unit, 95), "twin"))
        if doubt.get("median") is not None:
            found.append(("what is not known", *_number((doubt["median"], doubt["p05"], doubt["p95"]), unit, 90), "doubt"))
    b, p = results.get("benefit") or {}, results.get("power") or {}
    if b.get("share_benefit") is not None and b.get("mcid") is not None:
        least = f"{shown(b['mcid'])} {pretty(str(b.get('unit') or ''))}".strip()
        found.append(("who gains", share_words(b["share_benefit"]), f"{least} or more", "plain"))
    if p.get("curve"):
        wanted = f"{100 * float(p.get('wanted') or 0.9):.0f} %"
        words = f"{round(p['needed'])}" if p.get("needed") is not None else f"> {largest_of(p)}"
        found.append(("persons needed", words, f"for {wanted} power", "plain"))
    return [*found, ("randomised", str(results["n"]), f"of {results['flow']['screened']} screened", "plain")]


def _number(values: tuple[float | None, ...], unit: str, percent: int) -> tuple[str, str]:
    """A number with its unit, and its interval."""
    middle, first, last = together(*values)
    return f"{middle} { {_POINTS: 'points'}.get(unit, unit)}".strip(), f"{percent} %: {first} to {last}"


def measures_shown(said: Mapping[str, Any], found: Iterable[str]) -> list[str]:
    """The measures of the page, that of the deciding question first."""
    e = next((one for one in said["estimands"] if one["id"] == said.get("primary")), None)
    endpoints = {one["id"]: one for one in said["endpoints"]}
    first = endpoints.get(e["endpoint"], {}).get("measure") if e is not None else None
    asked = [one.get("measure") for one in said["endpoints"]]
    named = said.get("measures") or ()
    wanted: Sequence[Any] = (first, *asked, *(named.get("of") or () if isinstance(named, Mapping) else named))
    there = list(found)
    return [name for name in dict.fromkeys([*wanted, *there]) if name in there]
