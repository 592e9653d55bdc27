"""A trial's answers as lines for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from zonula.report.tables import aligned
from zonula.report.trial_tables import as_shown, estimand_rows, summary

_WIDTH = 100
_TITLE = 62  # letters of a question


def trial_lines(results: Mapping[str, Any], units: Mapping[str, str] | None = None) -> list[str]:
    """What was found in sentences, and a line for each question."""
    shown = as_shown(results, units or _units())
    said = [line for sentence in summary(shown) for line in textwrap.wrap(sentence, _WIDTH)]
    rows = [(("* " if row["primary"] else "  ") + _cut(row["title"]), row["measure"], row["randomised"], row["p"], row["twins"], row["unknown"])
            for row in estimand_rows(shown)]
    head = ("  question", "", "randomised (95 %)", "p", "same persons (95 %)", "not known (90 %)")
    return [f"{results['protocol']['title']}", "", *said, "", *aligned([head, *rows]), "", "* the question that decides"]


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE else f"{title[:_TITLE - 1]}…"


def _units() -> dict[str, str]:
    from zonula.organs.standard import standard_model

    model = standard_model()
    return {name: model.readout(name).unit_text for name in model.readout_names}
