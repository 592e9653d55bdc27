"""The section of LIMITS.md that names every guessed number whose influence matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from docs_results import Json, Results
from docs_validation import of_which_model, table

from zonula.evidence.load import Evidence, evidence_of
from zonula.ground.provenance import digest
from zonula.language.units import pretty
from zonula.organs.standard import standard_model
from zonula.report.ranges import label_of
from zonula.report.validation_tables import percent
from zonula.simulation.words import number

BEGIN = "<!-- guessed numbers that matter: written by python scripts/write_docs.py from docs/results/influence.json -->"
END = "<!-- end of the guessed numbers -->"


def limits(text: str, results: Results) -> str:
    """LIMITS.md with its written section; at the end, where it has none yet."""
    section = f"{BEGIN}\n{guessed_numbers(results.influence)}{END}\n"
    if BEGIN not in text:
        return f"{text.rstrip(chr(10))}\n\n{section}"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(f"{END}\n")
    return before + section + after


def fingerprint_of(evidence: Mapping[str, Evidence]) -> str:
    """Of the values and of how well they are known: of what a screening varies."""
    return digest(*(repr((path, known.value, known.uncertainty)) for path, known in sorted(evidence.items())))


def guessed(known: Evidence) -> bool:
    """Whether a number is opinion (grade E) or is not measured, derived or fitted (status assumed)."""
    return known.grade == "E" or known.status == "assumed"


def sure(effect: Json) -> bool:
    """Whether an effect can be told from chance: its 95 % interval does not reach 0."""
    return bool(effect["half_width"] < effect["mu_star"])


def guessed_numbers(said: Json | None) -> str:
    """The section: by readout, the guessed numbers that it hangs on, the strongest first."""
    lines = ["## Guessed numbers that matter", ""]
    if said is None:
        return "\n".join([*lines, "**Not known yet:** `python scripts/influence.py` finds out which they are.", ""])
    lines += _how(said)
    for readout in said["rule"]["least"]:
        lines += _readout(readout, said["scenarios"])
    return "\n".join(lines)


def _how(said: Json) -> Iterator[str]:
    facts, rule, scenarios, evidence = said["population"], said["rule"], said["scenarios"], evidence_of(standard_model())
    matter = {e["path"] for s in scenarios for r in s["readouts"].values() for e in r["matter"] if sure(e)}
    maybe = {e["path"] for s in scenarios for r in s["readouts"].values() for e in r["matter"]} - matter
    guesses = {path for path in matter if path in evidence and guessed(evidence[path])}
    same = facts["evidence"] == fingerprint_of(evidence)
    other = "" if same else " **The evidence is another one now: `python scripts/influence.py` must be run again.**"
    varied = scenarios[0]["parameters"] if scenarios else 0
    yield (f"Of {varied} numbers that are not known exactly, {len(matter)} matter for the readouts below, and {len(guesses)} of these are guessed: "
           "their grade is E (opinion) or their status *assumed*. All of them are named here. A screening (Morris) moved every number across nine "
           f"tenths of what the evidence leaves open, from each of {facts['trajectories']} drawn typical persons (seed {facts['seed']}, "
           f"{of_which_model(facts)}). *Effect* is the mean size of the change of the readout, in its own unit, with its 95 % interval.{other}")
    yield ""
    least = ", ".join(f"{label_of(name)} {number(value)}" for name, value in rule["least"].items())
    yield (f"A number *matters* where its effect is at least {percent(rule['share_of_largest'])} of the largest on the same readout in the same "
           f"scenario, is at least what a laboratory or a patient could notice ({least}), and can be told from chance (its interval does not reach "
           f"0). These lines are conventions; {len(maybe)} further numbers reach the first two and cannot be told from chance. Where people may tip "
           "into lasting illness or not, effects are large, rare and roughly known: the order is rough. Persons are drawn from what the evidence "
           "says of each number, before any calibration.")
    yield ""
    yield from (f"- *{s['title']}*: `{s['scenario']}`, {s['when']}" for s in scenarios)
    yield ""


def _readout(name: str, scenarios: Sequence[Json]) -> Iterator[str]:
    evidence = evidence_of(standard_model())
    effects: dict[str, dict[str, Json]] = {}
    strength: dict[str, float] = {}
    counts = []
    for s in scenarios:
        readout = s["readouts"][name]
        known = [e for e in readout["matter"] if sure(e) and e["path"] in evidence]
        mine = [e for e in known if guessed(evidence[e["path"]])]
        counts.append(f"{len(mine)} of {len(known)}")
        for e in mine:
            effects.setdefault(e["path"], {})[s["scenario"]] = e
            strength[e["path"]] = max(strength.get(e["path"], 0.0), e["mu_star"] / readout["largest"])
    unit = pretty(next((s["readouts"][name]["unit"] for s in scenarios), "1"))
    title = label_of(name)[0].upper() + label_of(name)[1:]
    yield from (f"### {title}" + (f" [{unit}]" if unit and unit != "1" else ""), "")
    by = "; ".join(f"{s['title']} {count}" for s, count in zip(scenarios, counts, strict=True))
    yield f"Guessed, of those that matter: {by}."
    yield ""
    if not effects:
        return
    ranked = sorted(effects, key=lambda path: (-strength[path], path))
    yield from table(("number", "what it is", *(s["title"] for s in scenarios)),
                     [(f"`{path}`", _meaning(evidence[path]), *(_effect(effects[path].get(s["scenario"])) for s in scenarios)) for path in ranked])


def _meaning(known: Evidence) -> str:
    """A plain sentence: what the number is, what is taken for it, and what it might be."""
    low, high = known.uncertainty.range90(known.value)
    doc, unit = known.parameter.doc, pretty(known.parameter.unit_text)
    said = f"{doc[0].upper()}{doc[1:]}: {_with_unit(number(known.value), unit)} is taken"
    said += f"; the evidence leaves {number(low)} to {number(high)} open." if low < high else "."
    return said + ("" if known.grade == "E" else f" (Grade {known.grade}, but {known.status}.)")


def _with_unit(value: str, unit: str) -> str:
    """``3 mg``, ``6 per day``, ``0.5``."""
    return value if unit in ("", "1") else f"{value} per {unit[2:]}" if unit.startswith("1/") else f"{value} {unit}"


def _effect(effect: Json | None) -> str:
    return "" if effect is None else f"{number(effect['mu_star'])} ± {number(effect['half_width'])}"
