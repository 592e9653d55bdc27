"""The folder of a study of tipping: a page, figures, and all numbers."""

from __future__ import annotations

import json
from pathlib import Path

from zonula.ground.files import write_text
from zonula.language.units import pretty
from zonula.report.folder import MARK, readable, stamp, whole
from zonula.report.pictures import data_uri, save_figure
from zonula.report.style import house_style
from zonula.report.tipping_figures import figures_of
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.simulation.words import name_of
from zonula.tipping.study import Study

LIMITS = ("Whether an inflamed gut can stay ill by itself depends on numbers that nobody has measured in people. A second state of these equations "
          "is no evidence of one in anybody. A threshold is that of one person under one plan: other people, and other insults, have others. What "
          "happens between two sizes that were tried is not seen.")


def lines(found: Study) -> list[str]:
    """What was found, for a terminal."""
    return [f"{found.setup.name}: {what}\n  {said}" for what, said in found.words.items()]


def write_tipping(found: Study, folder: Path, *, force: bool, seconds: float) -> Path:
    """Write page, figures and numbers into *folder* and return it.

    Raises
    ------
    StorageError   when the disk refuses; nothing half-written is left
    """
    with whole(folder, force=force) as part, house_style() as pyplot:
        (part / "figures").mkdir()
        pictures = []
        for name, (caption, draw) in figures_of(found).items():
            save_figure(draw(pyplot), part / "figures", name)
            pictures.append((caption, data_uri((part / "figures" / f"{name}.svg").read_text("utf-8"))))
        write_text(part / "tipping.json", readable(found.as_dict()) + "\n")
        write_text(part / "tipping.html", _page(found, pictures))
        setup = found.setup
        manifest = {"schema": "zonula/manifest/1", "scenario": setup.name, "fingerprint": setup.fingerprint, "model": setup.problem.model.fingerprint,
                    **stamp(part, seconds)}
        write_text(part / MARK, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return folder


def _page(found: Study, pictures: list[tuple[str, str]]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    table, criteria, model = found.setup.source.table, found.asked.criteria, found.setup.problem.model
    judged = [(name_of(limit.readout), f"{limit.well:g}", f"{limit.ill:g}",
               "times health" if limit.folds else pretty(model.readout(limit.readout).unit_text)) for limit in criteria.limits]
    pages = Environment(loader=PackageLoader("zonula.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("tipping.html.j2").render(
        name=table.title or found.setup.name.replace("_", " "), about=table.about, words=found.words, figures=pictures, notice=NOT_MEDICAL,
        judged=judged, after=f"{criteria.after:g}", limits_of_it=LIMITS)
