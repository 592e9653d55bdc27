"""docs/credibility.md: the model's use, risk and evidence in the frames of V&V 40, ICH M15 and the ten rules, filled from results."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from biology_mutants import JUDGES, share
from biology_mutations import FACTORS
from docs_limits import guessed, sure
from docs_results import ROOT, Json, PagesError, Results
from docs_validation import WRITTEN, misses
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from zonula.claims.verdict import CANNOT_TELL, NOT_SUPPORTED, PARTLY, SUPPORTED
from zonula.evidence.laws import Z90
from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.report.validation_tables import domain_title, percent

_TOOLS = {"libroadrunner": "libRoadRunner", "copasi": "COPASI", "amici": "AMICI"}
_FEWEST = 5  # rows of a domain that may be called the worst


def page(results: Results) -> str:
    """The whole page.

    Raises
    ------
    PagesError   where a number that it quotes is not in the document it comes from
    """
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                        keep_trailing_newline=True, autoescape=False)  # noqa: S701 - Markdown, of our own files
    return pages.get_template("credibility.md.j2").render(
        written=WRITTEN, percent=percent, quoted=quoted, agreement=agreement(), v=results.validation, c=results.claims, l=results.learned,
        m=results.mutants, h=results.held_out, **_model(), **_validated(results.validation), **_claims(results), **_guesses(results.influence),
        **_mutants(results.mutants))


def quoted(file: str, pattern: str) -> str:
    """A number as another document states it.

    Raises
    ------
    PagesError   where it no longer does
    """
    found = re.search(pattern, (ROOT / file).read_text("utf-8"))
    if found is None:
        raise PagesError(f"scripts/credibility.md.j2 quotes {pattern!r} from {file}, which does not say so")
    return found[0]


def agreement() -> list[tuple[str, str]]:
    """How far programs that read our SBML are from our tight solution, as the benchmark's table has it."""
    text = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    found = [(_TOOLS[tool], error) for tool, error in re.findall(r"^\| (\w+) \| 1e-08 \| [^|]+ \| (\S+) \|", text, re.MULTILINE) if tool in _TOOLS]
    if len(found) != len(_TOOLS):
        raise PagesError(f"benchmarks/README.md has no row at 1e-08 of each of {', '.join(_TOOLS)}")
    return found


def _model() -> Json:
    model = standard_model()
    statuses = Counter(known.status for known in evidence_of(model).values())
    return {"states": len(model.states), "processes": len(model.reactions), "parameters": len(model.parameters), "assumed": statuses["assumed"],
            "test_files": len(list((ROOT / "tests").rglob("test_*.py")))}


def _validated(said: Json | None) -> Json:
    if said is None:
        return {"missed": 0, "pain": None, "worst": ""}
    many = {name: t for name, t in said["domains"].items() if t["n"] >= _FEWEST}
    worst = sorted(many, key=lambda name: many[name]["coverage90"])[:2]
    return {"missed": len(misses(said)), "pain": said["domains"].get("pain"),
            "worst": ", ".join(f"{domain_title(name)} {percent(many[name]['coverage90'])}" for name in worst)}


def _claims(results: Results) -> Json:
    said, fit = results.claims, results.learned
    weights = said["variants"] if said else {name: v["weight"] for name, v in fit["variants"].items()} if fit else {}
    verdicts: dict[str, list[int]] = {name: [] for name in (SUPPORTED, PARTLY, NOT_SUPPORTED, CANNOT_TELL)}
    for claim in said["claims"] if said else ():
        verdicts[claim["verdict"]].append(claim["number"])
    return {"variants": weights, "verdicts": verdicts, "claim_count": len(said["claims"]) if said else 13}


def _guesses(said: Json | None) -> Json:
    if said is None:
        return {"guesses": None}
    evidence = evidence_of(standard_model())
    matter = {e["path"] for s in said["scenarios"] for r in s["readouts"].values() for e in r["matter"] if sure(e)} & evidence.keys()
    return {"guesses": {"matter": len(matter), "guessed": sum(guessed(evidence[path]) for path in matter)}}


def left_open(mutant: str) -> bool:
    """Whether a constant that is halved or doubled stays within the 90 % range of what the evidence knows of it: no test could rightly tell."""
    kind, _, path = mutant.partition(" ")
    known = evidence_of(standard_model()).get(path)
    if kind not in FACTORS or known is None:
        return False
    low, high = (known.uncertainty.quantile(known.value, z) for z in (-Z90, Z90))
    return low <= FACTORS[kind] * known.value <= high


def _mutants(said: Json | None) -> dict[str, Any]:
    """How many mutants were noticed, by kind and by whom; those that errors stopped count for nothing."""
    if said is None:
        return {"noticed": None, "judges": [], "mutant_rows": [], "survivors": []}
    survivors = [{**one, "open": left_open(one["mutant"])} for one in said["survivors"]]
    whole: Counter[str] = sum((Counter(counts) for counts in said["kinds"].values()), Counter())
    judges = [name for name in JUDGES if whole[name]]
    rows = [_kind(kind, Counter(counts), judges) for kind, counts in (*said["kinds"].items(), ("all", whole))]
    k, n = _counted(whole)
    if not n:
        return {"noticed": None, "judges": judges, "mutant_rows": rows, "survivors": survivors}
    mid, low, high = share(k, n)
    return {"noticed": {"k": k, "n": n, "share": mid, "low": low, "high": high}, "judges": judges, "mutant_rows": rows,
            "survivors": survivors}


def _kind(kind: str, counts: Counter[str], judges: list[str]) -> Json:
    k, n = _counted(counts)
    mid, low, high = share(k, n) if n else (None, None, None)
    return {"kind": kind, "by": [counts[name] for name in judges], "nobody": counts["nobody"],
            "noticed": f"{percent(mid)} ({percent(low)} to {percent(high)})" if n else "–"}


def _counted(counts: Counter[str]) -> tuple[int, int]:
    """Noticed, of those that were judged to the end."""
    n = counts.total() - counts["error"]
    return n - counts["nobody"], n
