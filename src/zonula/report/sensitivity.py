"""Which parameters matter: a table, bars, and a folder with both and all numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zonula.ground.files import write_text
from zonula.language.units import pretty
from zonula.report.folder import MARK, readable, stamp, whole
from zonula.report.pictures import save_figure
from zonula.report.style import DATA, HEALTHY, MODEL, RIBBON, house_style
from zonula.report.tables import aligned
from zonula.sensitivity import Screening, Variances
from zonula.sensitivity.screening import Effect
from zonula.sensitivity.told import sentence
from zonula.sensitivity.variances import Index
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.simulation.words import name_of, number

Found = Screening | Variances
_COLOURS = {"measured": MODEL, "derived": RIBBON, "calibrated": HEALTHY, "assumed": DATA}
_INK = "#1d2329"
_BAR, _LEFT, _WIDTH = 0.24, 2.9, 8.6  # inches
_MEANING = {"morris": "mean size of the effect of a way across nine tenths of the parameter's law; lines: 95 % intervals",
            "sobol": "share of the variance: bars with all others (total), ticks alone (first order); lines: 95 % intervals"}


def shown(found: Found, name: str, top: int) -> Sequence[Effect | Index]:
    """The *top* parameters of a readout that have any effect."""
    return [one for one in found.ranked[name][:top] if one.matters]


def table(found: Found, name: str, top: int) -> list[tuple[str, ...]]:
    """The head and the rows for one readout: each parameter, on what its value rests, and its indices."""
    evidence, unit = found.inquiry.setup.evidence, pretty(found.inquiry.setup.problem.model.readout(name).unit_text)
    heads = (f"mu* [{unit}]" if unit else "mu*", "95 %", "mu", "sigma", "share", "steps") if found.method == "morris" else (
        "total", "95 %", "first", "95 %")
    rows: list[tuple[str, ...]] = [(f"{name_of(name)} {found.inquiry.when}", "status", "grade", *heads)]
    for one in shown(found, name, top):
        rests = evidence[one.path]
        cells = ((number(one.mu_star), f"± {number(one.half_width)}", number(one.mu), number(one.sigma), f"{100 * one.share:.1f} %", str(one.steps))
                 if isinstance(one, Effect) else
                 (f"{one.total:.3f}", f"± {one.total_half_width:.3f}", f"{one.first:.3f}", f"± {one.first_half_width:.3f}"))
        rows.append((one.path, rests.status, rests.grade, *cells))
    return rows


def lines(found: Found, top: int) -> list[str]:
    """All that is said on a terminal: tables, what is guessed and matters, and what to know."""
    said: list[str] = []
    for name, several in found.ranked.items():
        said += [*aligned(table(found, name, top)), "", sentence(found.inquiry, name, several, top), ""]
    return said + [f"Note: {remark}." for remark in found.remarks]


def draw_bars(found: Found, name: str, top: int, pyplot: Any) -> Any:
    """Draw the parameters of one readout as bars, the largest above, coloured by what their values rest on; the canvas."""
    several, inquiry = shown(found, name, top), found.inquiry
    unit = pretty(inquiry.setup.problem.model.readout(name).unit_text) if found.method == "morris" else ""
    height = 0.45 + _BAR * max(len(several), 1) + 0.95
    canvas, axis = pyplot.subplots(figsize=(_WIDTH, height))
    canvas.subplots_adjust(left=_LEFT / _WIDTH, right=1 - 0.25 / _WIDTH, top=1 - 0.4 / height, bottom=0.95 / height)
    for status, shade in _COLOURS.items():
        places = [i for i, one in enumerate(several) if inquiry.setup.evidence[one.path].status == status]
        if places:
            axis.barh([-i for i in places], [several[i].size for i in places], height=0.68, color=shade, label=status)
    for i, one in enumerate(several):
        if math.isfinite(one.half_width):
            axis.plot([max(one.size - one.half_width, 0.0), one.size + one.half_width], [-i, -i], color=_INK, lw=0.9)
        if isinstance(one, Index):
            axis.plot([max(one.first, 0.0)] * 2, [-i - 0.34, -i + 0.34], color=_INK, lw=2.0)
    axis.set_yticks([-i for i in range(len(several))], [one.path for one in several])
    axis.set_ylim(-max(len(several), 1) + 0.4, 0.6)
    axis.set_xlim(left=0.0)
    axis.grid(visible=False, axis="y")
    axis.set_title(f"What {name_of(name)} {inquiry.when} depends on" + (f"  [{unit}]" if unit else ""))
    axis.set_xlabel(_MEANING[found.method], x=1.0, ha="right")
    if several:
        canvas.legend(loc="lower center", ncols=4, bbox_to_anchor=(0.5, 0.0))
    else:
        axis.text(0.02, 0.5, "on none of the parameters that were varied", transform=axis.transAxes, color=_INK)
    return canvas


def write_sensitivity(found: Found, folder: Path, *, top: int, force: bool, seconds: float, more: dict[str, Any] | None = None) -> Path:
    """Write table, words, numbers and figures into *folder* and return it; *more* goes to the numbers.

    Raises
    ------
    StorageError   when the disk refuses; nothing half-written is left
    """
    with whole(folder, force=force) as part, house_style() as pyplot:
        (part / "figures").mkdir()
        for name in found.ranked:
            save_figure(draw_bars(found, name, top, pyplot), part / "figures", name)
        write_text(part / "sensitivity.json", readable(found.as_dict(top) | (more or {})) + "\n")
        write_text(part / "sensitivity.md", _page(found, top))
        setup = found.inquiry.setup
        manifest = {"schema": "zonula/manifest/1", "scenario": setup.name, "fingerprint": setup.fingerprint, "model": setup.problem.model.fingerprint,
                    "seed": found.seed, "runs": found.runs, "rtol": found.inquiry.crowd.rtol, **stamp(part, seconds)}
        write_text(part / MARK, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return folder


def _page(found: Found, top: int) -> str:
    """The same as on a terminal, as Markdown with the figures."""
    said = [f"# What matters: {found.inquiry.setup.name}", ""]
    for name, several in found.ranked.items():
        head, *rows = table(found, name, top)
        said += [sentence(found.inquiry, name, several, top), "", f"![{name_of(name)}](figures/{name}.svg)", "",
                 f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows), ""]
    said += [*(f"- {remark[0].upper()}{remark[1:]}." for remark in found.remarks), "", NOT_MEDICAL]
    return "\n".join(said) + "\n"
