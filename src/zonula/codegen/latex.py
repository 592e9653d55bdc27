"""Write a model's processes as LaTeX equations with words for names."""

from __future__ import annotations

from zonula.codegen.names import latex_name
from zonula.language.expression import Expr, to_latex
from zonula.language.model import Model


def latex(tree: Expr) -> str:
    """LaTeX of a formula, in math mode and without delimiters."""
    return to_latex(tree, latex_name)


def equations(model: Model) -> dict[str, str]:
    """For each state's path, its equation: the signed sum of the processes that change it."""
    sums: dict[str, list[str]] = {state.path: [] for state in model.states}
    for reaction in model.reactions:
        for term in reaction.terms:
            sign = "+" if term.sign > 0 else "-"
            plain = reaction.path.split(".")[1].replace("_", r"\,")
            factor = latex(term.factor)
            sums[model.states[term.state].path].append(rf"{sign} \mathrm{{{plain}}}" + ("" if factor == "1" else rf" \cdot {factor}"))
    return {
        state.path: rf"\frac{{d\,{latex_name(state)}}}{{dt}} = {' '.join(sums[state.path]) or '0'}" for state in model.states
    }
