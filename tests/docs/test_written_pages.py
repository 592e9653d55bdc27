"""Pages that are written from results are what the results give."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import docs_limits
import docs_results
import docs_validation
import write_docs


def test_the_pages_are_those_that_the_results_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_docs.main(["--check"]) == 0, capsys.readouterr()


def test_every_miss_is_explained_and_nothing_else() -> None:
    results = docs_results.stored()
    assert docs_validation.unexplained(results) == []
    assert docs_validation.no_longer(results) == [], "take them out of docs/results/misses.toml"


def test_every_guessed_number_that_matters_is_named_in_the_limits() -> None:
    influence = docs_results.stored().influence
    assert influence is not None
    text = write_docs.LIMITS.read_text("utf-8")
    section = text[text.index(docs_limits.BEGIN):text.index(docs_limits.END)]
    for scenario in influence["scenarios"]:
        for readout in scenario["readouts"].values():
            for effect in readout["matter"]:
                known = docs_limits.evidence_of(docs_limits.standard_model())[effect["path"]]
                if docs_limits.guessed(known) and docs_limits.sure(effect):
                    assert f"`{effect['path']}`" in section
