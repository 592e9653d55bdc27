"""docs/claims.md: what the model says of the claims, by rules that were written before, beside the evidence in people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docs_results import Json, Results
from docs_validation import WRITTEN, nothing_yet, of_which_model, table

from zonula.claims.verdict import HOLDS, readable
from zonula.report.claims import percent
from zonula.simulation.words import number

FACTORIAL = "both_needed"  # the claim that a trial with four arms would decide
_PEOPLE = {"early": "early arthritis", "late": "established arthritis", "carriers": "axial spondyloarthritis, HLA-B27",
           "ill_gut": "an ill gut, no arthritis"}
_TIMES = {"end": "at the end of treatment", "after": "half a year later"}
_ARMS = {"neither": "neither", "gut": "mending", "calm": "calming", "both": "both", "added_to_gut": "calming adds to mending",
         "added_to_calm": "mending adds to calming", "interaction": "beyond the sum"}
_FACTORIAL = """Pain in mm, mean over the persons of a draw: median over draws (90 % interval). *Calming adds* is pain under mending alone
less pain under both, *mending adds* pain under calming alone less pain under both; more than 0 is relief. *Beyond the sum*: what both do
together more than each alone, added up."""


def page(results: Results) -> str:
    """The whole page."""
    lines = ["# Claims put to the test", "", WRITTEN, ""]
    said = results.claims
    if said is None:
        return "\n".join([*lines, nothing_yet("zonula claims run --json")])
    lines += [*_what_was_run(said), *_board(said)]
    for claim in said["claims"]:
        lines += _claim(claim, said["variants"])
        if claim["id"] == FACTORIAL:
            lines += factorial(claim, said["variants"])
    return "\n".join(lines).rstrip("\n") + "\n"


def _what_was_run(said: Json) -> Iterator[str]:
    facts = said["population"]
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in said["variants"].items())
    yield (f"`zonula claims run` simulated each claim with {facts['members']} draws of the typical person (what is not known), {facts['persons']} "
           f"persons around each (how people differ), in every variant of the model: {of_which_model(facts)}, people "
           f"`{facts['fingerprint'][:12]}` ({facts['from']}), seed {facts['seed']}. Weights of the variants, from the data: {weights}. Sentences, "
           "rules and controls stand in `src/zonula/claims/thirteen/` and were written before any of it was run.")
    yield ""
    yield ("A statement is true or false of a draw; its *share* is that of the draws of which it is true. It holds from 90 % on, fails up to "
           f"10 %, and is open between, unless its claim says otherwise. {said['rule'][:1].upper()}{said['rule'][1:]}. **What holds in a model is "
           "no proof in people**; the strength of the human evidence stands beside it and does not enter the verdict.")
    yield ""


def _board(said: Json) -> Iterator[str]:
    yield from ("## The board", "")
    rows = [(str(c["number"]), c["sentence"], f"**{c['verdict']}**", c["evidence_strength"], readable(c["reason"])) for c in said["claims"]]
    yield from table(("", "claim", "in the model", "evidence in people", "because"), rows)


def _claim(claim: Json, weights: Json) -> Iterator[str]:
    yield from (f"## {claim['number']}. {claim['sentence']}", "")
    note = f" ({claim['note']})" if claim["note"] else ""
    yield (f"**{claim['verdict'].capitalize()}** in the model: {readable(claim['reason'])}. Evidence in people: "
           f"{claim['evidence_strength']}{note}")
    yield ""
    yield f"*Context.* {claim['context']}"
    yield ""
    rows = [(f"{readable(s['says'])}{' (needed)' if s['needed'] else ''}", *_outcome(s, weights)) for s in claim["statements"]]
    rows += [(f"control, must fail: {readable(s['says'])}", *_outcome(s, weights)) for s in claim["controls"]]
    yield from table(("statement", "it", "share of draws", *weights), rows)
    if structural := [readable(s["says"]) for s in claim["statements"] if s["depends_on_structure"]]:
        yield from (f"Depends on the structure of the model: {'; '.join(structural)}.", "")
    if claim["may_say"]:
        yield from (f"*What may be said:* {claim['may_say']}", "")
    if told := claim["would_tell_most"]:
        yield from (f"*Which of the numbers of studies would tell most of its first statement:* {', '.join(one['row'] for one in told)}.", "")


def _outcome(statement: Json, weights: Json) -> tuple[str, ...]:
    outcome = f"**{statement['outcome']}**" if statement["outcome"] == HOLDS else statement["outcome"]
    return outcome, percent(statement["share"]), *(percent(statement["by_variant"].get(name)) for name in weights)


def factorial(claim: Json, weights: Json) -> Iterator[str]:
    """The trial with four arms: pain in each, what one adds to the other, and whether both do more than their sum."""
    yield from ("### Mending the gut, calming inflammation, both, neither", "", _FACTORIAL, "")
    for variant in weights:
        rows = []
        for people, title in _PEOPLE.items():
            for time, when in _TIMES.items():
                cells = [_cell(claim["numbers"].get(f"{people}_{arm}_{time}"), variant) for arm in _ARMS]
                rows += [(title, when, *cells)] if any(cell != "–" for cell in cells) else []
        if rows:
            yield from (f"Variant *{variant.replace('_', ' ')}*, weight {weights[variant]:.2f}:", "")
            yield from table(("people", "when", *_ARMS.values()), rows)


def _cell(said: Json | None, variant: str) -> str:
    quantiles: Sequence[float] | None = said["variants"].get(variant, {}).get("quantiles") if said else None
    return "–" if not quantiles else f"{number(quantiles[2])} ({number(quantiles[0])} to {number(quantiles[4])})"
