"""Three of those who may notice a mutant of the biology: the health of the typical person, the studies in people, and the story's claims.

``python scripts/biology_judges.py baseline|health|validation|claims --answer FILE [--mutant NAME] ...`` asks one of them, in a process of its own:
whatever goes wrong there, goes wrong there.  See ``scripts/biology_mutants.py``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from biology_mutations import Mutant, evidence_with, named, written

from zonula.claims.read import shipped_claims
from zonula.claims.run import run_claims
from zonula.evidence.laws import quantiles
from zonula.evidence.load import Evidence, evidence_of
from zonula.experiments.predict import Settings
from zonula.experiments.read import shipped_experiments
from zonula.experiments.validate import NONE, Verdict, validate
from zonula.ground.randomness import normal_deviates
from zonula.language import Model
from zonula.organs.standard import standard_model
from zonula.population.plausible import bounds
from zonula.population.sampling import Members, prior_members
from zonula.population.variants import STANDARD
from zonula.simulation.equations import Equations, Inputs, parameter_vector
from zonula.simulation.health import NoHealth, solve_health

Answer = dict[str, Any]


def health(model: Model, evidence: Mapping[str, Evidence]) -> Answer:
    """Whether the typical person has a stable, plausible health; and if not, what it lacks."""
    person = parameter_vector(model, {path: known.value for path, known in evidence.items()})
    found = solve_health(model, person)
    if isinstance(found, NoHealth):
        return {"noticed": True, "by": "no healthy state", "why": found.reason}
    if not found.stable:
        return {"noticed": True, "by": "health is not stable", "why": f"a deviation grows by {found.rates[0].real:.3g} a day"}
    shown = Equations(model, person, found.setpoints, found.healthy).observe(found.state, Inputs.neutral(model))
    for name, value in zip(model.readout_names, shown, strict=False):  # what follows the readouts is signals and rates
        if name in bounds() and not value <= bounds()[name]:
            return {"noticed": True, "by": f"implausible {name}", "why": f"{value:.3g}, and healthy people have {bounds()[name]:g} at most"}
    return {"noticed": False}


def members_of(mutant: Mutant, members: Members, evidence: Mapping[str, Evidence], model: Model, seed: int) -> Members:
    """The same typical persons, drawn by the same chances from the mutant's evidence: others only where that says otherwise."""
    rows = members.rows.copy()
    for path, known in evidence_with(mutant, evidence).items():
        if known == evidence[path]:
            continue
        drawn = np.full((len(rows), 1), known.value)
        if known.value:  # what is nothing has no spread
            drawn = quantiles([known.uncertainty], drawn, normal_deviates(seed, [f"uncertainty of {path}"], members.numbers))
        rows[:, model.parameter_index[path]] = drawn[:, 0]
    return replace(members, rows=rows)


def misses(verdicts: Sequence[Verdict]) -> list[str]:
    """The rows that are not inside their 90 % interval; a row of which nothing is predicted is not inside either."""
    return sorted(v.id for v in verdicts if not v.inside90)


def studied(model: Model, evidence: Mapping[str, Evidence], members: Members, persons: int, seed: int) -> tuple[Verdict, ...]:
    """The verdicts on the rows of the experiments that ship."""
    settings = Settings(persons=persons, seed=seed, jobs=1)
    return validate(shipped_experiments(standard_model()), model, evidence, members, settings).verdicts


def tried(model: Model, evidence: Mapping[str, Evidence], members: Members, persons: int, seed: int) -> dict[str, str]:
    """How every statement and control of the claims that ship comes out: holds, fails, open or unknown; in the standard structure alone."""
    board = run_claims(shipped_claims(standard_model()), model, evidence, members, Settings(persons=persons, seed=seed, jobs=1),
                       variants={STANDARD.name: (STANDARD, 1.0)})
    return {f"{j.claim.id}: {what}{outcome.statement.said.says}": outcome.outcome for j in board.judgements
            for what, outcomes in (("", j.statements), ("control ", j.controls)) for outcome in outcomes}


def turned(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The statements that come out otherwise."""
    return [name for name in before if after.get(name) != before[name]]


def baseline(count: int, persons: int, seeds: Sequence[int]) -> Answer:
    """What the model misses as it is and how its claims come out, by seed, and how much of a difference is more than chance.

    The least that is: one more than any two seeds differ by.
    """
    model = standard_model()
    found, said = {}, {}
    unpredicted: list[str] = []
    for seed in seeds:
        members = prior_members(model, evidence_of(model), count, seed=seed, jobs=1)
        verdicts = studied(model, evidence_of(model), members, persons, seed)
        found[str(seed)] = misses(verdicts)
        unpredicted += [v.id for v in verdicts if v.verdict == NONE]
        said[str(seed)] = tried(model, evidence_of(model), members, persons, seed)
    return {"rows": len(verdicts), "misses": found, "not predicted": sorted(set(unpredicted)), "least": least_of([len(m) for m in found.values()]),
            "statements": said, "least turned": 1 + max((len(turned(a, b)) for a in said.values() for b in said.values()), default=0)}


def least_of(counts: Sequence[int]) -> int:
    """How many more misses are noticed: one more than what chance makes."""
    return 1 + max(counts) - min(counts)


def compared(before: Sequence[str], after: Sequence[str], least: int) -> Answer:
    """Whether a mutant misses *least* rows more than the model does; and which rows it alone misses, and no longer misses."""
    lost, gained = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    more = len(after) - len(before)
    return {"noticed": more >= least, "by": lost[0] if lost else "", "why": f"{more} more rows outside than before; {least} are beyond chance",
            "lost": lost, "gained": gained}


def validation(mutant: Mutant, known: Mapping[str, Any], count: int, persons: int, seed: int) -> Answer:
    """Whether the studies notice, with the same members and chances as before."""
    usual = standard_model()
    evidence = evidence_of(usual)
    members = members_of(mutant, prior_members(usual, evidence, count, seed=seed, jobs=1), evidence, usual, seed)
    with written(mutant) as model:
        verdicts = studied(model, evidence_with(mutant, evidence), members, persons, seed)
    return compared(known["misses"][str(seed)], misses(verdicts), known["least"])


def claims(mutant: Mutant, known: Mapping[str, Any], count: int, persons: int, seed: int) -> Answer:
    """Whether more of the claims' statements come out otherwise than between two seeds, with the same members and chances as before."""
    usual = standard_model()
    evidence = evidence_of(usual)
    members = members_of(mutant, prior_members(usual, evidence, count, seed=seed, jobs=1), evidence, usual, seed)
    before = known["statements"][str(seed)]
    with written(mutant) as model:
        after = tried(model, evidence_with(mutant, evidence), members, persons, seed)
    other = turned(before, after)
    return {"noticed": len(other) >= known["least turned"], "by": other[0] if other else "",
            "why": f"{len(other)} statements come out otherwise; {known['least turned']} are beyond chance",
            "turned": {name: f"{before[name]}, now {after.get(name, 'gone')}" for name in other}}


def main() -> None:
    """Ask, and write the answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("who", choices=("baseline", "health", "validation", "claims"))
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--mutant", default="", help="none: the model as it is")
    parser.add_argument("--baseline", type=Path)
    parser.add_argument("--members", type=int, default=16)
    parser.add_argument("--persons", type=int, default=4)
    parser.add_argument("--seeds", default="0")
    given = parser.parse_args()
    seeds = [int(seed) for seed in given.seeds.split(",")]
    if given.who == "baseline":
        said = baseline(given.members, given.persons, seeds)
    elif given.who == "health":
        evidence = evidence_of(standard_model())
        if given.mutant:
            with written(named(given.mutant)) as model:
                said = health(model, evidence_with(named(given.mutant), evidence))
        else:
            said = health(standard_model(), evidence)
    else:
        known = json.loads(given.baseline.read_text("utf-8"))
        judge = validation if given.who == "validation" else claims
        said = judge(named(given.mutant), known, given.members, given.persons, seeds[0])
    given.answer.write_text(json.dumps(said) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
