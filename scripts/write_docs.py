"""Write the pages that say what the model is and how far it can be trusted, from the model and from stored results.

``python scripts/write_docs.py`` writes docs/model.md, docs/validation.md, docs/claims.md, docs/credibility.md and the written section of LIMITS.md.
``--check`` writes nothing, and exits with 1 where a page is not what the results give.
``--collect FILE ...`` first keeps results in docs/results/, each file told by what is in it: what ``zonula validate --json`` and
``zonula claims run --json`` print, ``learned.json`` of ``zonula calibrate``, ``mutants.jsonl`` of ``biology_mutants.py`` (with ``head.json`` beside
it). ``influence.py`` keeps its result there itself.

Why a row is missed is written by hand, into docs/results/misses.toml: without a word on every miss no page is written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import docs_claims
import docs_credibility
import docs_validation
import write_model_page
from docs_limits import limits
from docs_results import ROOT, PagesError, Results, collect, stored

DOCS, LIMITS = ROOT / "docs", ROOT / "LIMITS.md"


def pages(results: Results) -> dict[Path, str]:
    """All pages, by file.

    Raises
    ------
    PagesError   where something is missing that only a person can add
    """
    return {write_model_page.PAGE: write_model_page.page(), DOCS / "validation.md": docs_validation.page(results),
            DOCS / "claims.md": docs_claims.page(results), DOCS / "credibility.md": docs_credibility.page(results),
            LIMITS: limits(LIMITS.read_text("utf-8"), results)}


def differing(written: dict[Path, str]) -> list[str]:
    """Which pages are not as they were written, and where they begin to differ."""
    found = []
    for file, text in written.items():
        before = file.read_text("utf-8").splitlines() if file.exists() else []
        after = text.splitlines()
        if before != after:
            line = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
            found.append(f"{file.relative_to(ROOT)} is not what the results give, from line {line + 1} on")
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Collect, check or write; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a page is not what the results give")
    parser.add_argument("--collect", nargs="+", type=Path, default=[], metavar="FILE", help="results to keep first")
    said = parser.parse_args(words)
    try:
        for name in collect(said.collect):
            print(f"kept docs/results/{name}.json")
        results = stored()
        for row in docs_validation.no_longer(results):
            print(f"docs/results/misses.toml explains {row}, which is no miss any more: take it out")
        written = pages(results)
    except PagesError as error:
        print(error, file=sys.stderr)
        return 1
    wrong = differing(written)
    if said.check:
        print("\n".join([*wrong, "run python scripts/write_docs.py"]) if wrong else "all pages are what the results give")
        return int(bool(wrong))
    for file, text in written.items():
        file.write_text(text, "utf-8")
    print(f"wrote {', '.join(str(file.relative_to(ROOT)) for file in written)}; {len(wrong)} had changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
