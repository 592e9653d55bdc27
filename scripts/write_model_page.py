"""Write docs/model.md: every organ, state, process and parameter of the standard model, with its equation and source."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from zonula.codegen.latex import equations, latex
from zonula.evidence.bibliography import bibliography, key_of
from zonula.evidence.load import evidence_of
from zonula.language.model import Model
from zonula.language.organ import Organ
from zonula.language.units import pretty
from zonula.organs.standard import standard_model
from zonula.simulation.words import number

PAGE = Path(__file__).resolve().parent.parent / "docs" / "model.md"


def page() -> str:
    """The whole page."""
    model = standard_model()
    lines = ["# The model", "", "Written by `python scripts/write_model_page.py` from the organs and their evidence; edit those instead.", "",
             (f"{len(model.states)} states, {len(model.reactions)} processes, {len(model.parameters)} parameters. Time is in days. "
             r"$\mathrm{H}(x; K, n) = (x/K)^n / (1 + (x/K)^n)$, $\mathrm{P}(x; K, n) = (x/K)^n$, both 0 for $x \leq 0$; "
             r"$[x]^+_w = x^2/(x+w)$ above 0, else 0; $x^{\mathrm{h}}$ is the person's own healthy value."), ""]
    for organ in model.organs:
        lines += _organ(model, organ)
    lines += ["## Sources", ""]
    known = bibliography()
    cited = {key_of(s) for e in evidence_of(model).values() for s in e.source} | {key_of(r.source) for r in model.reactions if r.source}
    lines += [f"- **{key}**: {known[key].short} <{known[key].link}>" for key in sorted(cited)]
    return "\n".join(lines) + "\n"


def _organ(model: Model, organ: type[Organ]) -> Iterator[str]:
    yield from (f"## {organ.__name__}", "", (organ.__doc__ or "").strip(), "")
    changes = equations(model)
    for state in organ.states.values():
        yield from (f"**{state.path}** [{pretty(state.unit_text) or '1'}]: {state.doc}", "", f"$${changes[state.path]}$$", "")
    trees = [(s.path, tree, s.doc) for s, tree in model.signals] + [(r.path, r.ungated, r.source) for r in model.reactions]
    mine = [(path.split(".")[1], tree, note) for path, tree, note in trees if path.split(".")[0] == organ.path]
    if mine:
        yield from ("| process or signal | rate or value | source or meaning |", "|---|---|---|")
        for name, tree, note in mine:
            yield f"| {name} | ${_in_table(latex(tree))}$ | {note} |"
        yield ""
    if organ.parameters:
        yield from ("| parameter | value | unit | known to | people | status | grade | sources | meaning and note |",
                    "|---|---|---|---|---|---|---|---|---|")
        evidence = evidence_of(model)
        for parameter in organ.parameters.values():
            e = evidence[parameter.path]
            known, people = e.uncertainty.range90(e.value), e.variability.range90(e.value)
            yield (f"| `{parameter.name}` | {number(e.value)} | {pretty(parameter.unit_text)} | {_range(known)} | {_range(people)} | "
                   f"{e.status} | {e.grade} | "
                   f"{', '.join(e.source)} | {parameter.doc}. {e.note} |")
        yield ""


def _range(ends: tuple[float, float]) -> str:
    return f"{number(ends[0])} to {number(ends[1])}" if ends[0] < ends[1] else "fixed"


def _in_table(text: str) -> str:
    return text.replace("|", r"\vert ")


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PAGE.read_text("utf-8") != page())
    PAGE.write_text(page(), "utf-8")
