"""A model as an ordered list of assignments: signals, rates, derivatives and exact slopes.

This is what every printer prints.  Slopes go forward through the signals by the chain rule, each as a
line of its own, so that the printed Jacobian is exact and sparse.
"""

from __future__ import annotations

from dataclasses import dataclass

from zonula.codegen.names import identifier, reaction_identifier
from zonula.language.assemble import total
from zonula.language.expression import Expr, Name, Number, add, derivative, is_number, multiply, names, substitute
from zonula.language.model import Model
from zonula.language.quantities import Clock, Exposure, Healthy, Switch

Line = tuple[Name, Expr]


@dataclass(frozen=True, slots=True)
class System:
    """Equations over named unknowns.

    ``lines`` are assigned in order before ``values``; ``slope_lines`` before ``slopes``, which are the entries
    ``(row, column) -> d values[row] / d unknowns[column]`` that are not identically 0.
    """

    unknowns: tuple[Name, ...]
    lines: tuple[Line, ...]
    values: tuple[Expr, ...]
    slope_lines: tuple[Line, ...]
    slopes: tuple[tuple[tuple[int, int], Expr], ...]


def running_system(model: Model) -> System:
    """The equations of motion: values are d(state)/d(day) in the order of the states."""
    return _system(model, {}, tuple(model.states), closing=False)


def closing_system(model: Model) -> System:
    """The equations of health: every ``healthy(x)`` is x, exposures are neutral, clocks stand still, gates and roads open.

    Unknowns are the states without those that accumulate, then the set-points; values are their derivatives, then
    ``state - held value`` for each set-point.
    """
    instead: dict[Name, Expr] = {h: h.of for h in model.healthy}
    instead |= {e: Number(e.neutral) for e in model.exposures} | dict(model.clocks)
    instead |= {switch: Number(1.0) for switch in (*model.gates, *model.roads)}
    unknowns = (*(s for s in model.states if not s.accumulates), *model.setpoints)
    return _system(model, instead, unknowns, closing=True)


def healthy_values(model: Model) -> tuple[tuple[Line, ...], tuple[Expr, ...]]:
    """Lines and values of ``healthy(x)`` at a healthy state: the signals in health, then one value per healthy name."""
    instead: dict[Name, Expr] = {h: h.of for h in model.healthy}
    instead |= {e: Number(e.neutral) for e in model.exposures} | dict(model.clocks)
    instead |= {road: Number(1.0) for road in model.roads}
    lines = tuple((signal, substitute(tree, instead)) for signal, tree in model.signals)
    return lines, tuple(h.of for h in model.healthy)


def readout_values(model: Model) -> tuple[tuple[Line, ...], tuple[Expr, ...]]:
    """Lines and values of the readouts, then of the signals and of the rates of all processes."""
    lines = [*model.signals, *((Name(reaction_identifier(r.path)), r.rate) for r in model.reactions)]
    shown = tuple(tree for _, tree in model.readouts)
    return tuple(lines), (*shown, *(name for name, _ in lines))


def _system(model: Model, instead: dict[Name, Expr], unknowns: tuple[Name, ...], *, closing: bool) -> System:
    signals: list[Line] = [(signal, substitute(tree, instead)) for signal, tree in model.signals]
    rates = [(Name(reaction_identifier(r.path)), substitute(r.rate, instead)) for r in model.reactions]
    changes: list[list[Expr]] = [[] for _ in model.states]
    for reaction, (rate, _) in zip(model.reactions, rates, strict=True):
        for term in reaction.terms:
            share = multiply(rate, term.factor)
            changes[term.state].append(share if term.sign > 0 else -share)
    wanted = [i for i, s in enumerate(model.states) if not (closing and s.accumulates)]
    values = [total(changes[i]) for i in wanted]
    if closing:
        values += [model.states[i] - substitute(tree, instead) for i, tree in model.held]
    lines = [*signals, *rates]
    slope_lines, slopes = _slopes(lines, values, unknowns)
    return System(unknowns, tuple(lines), tuple(values), tuple(slope_lines), tuple(slopes))


def _slopes(lines: list[Line], values: list[Expr], unknowns: tuple[Name, ...]
            ) -> tuple[list[Line], list[tuple[tuple[int, int], Expr]]]:
    column = {unknown: j for j, unknown in enumerate(unknowns)}
    through: dict[Name, dict[int, Name]] = {}
    slope_lines: list[Line] = []
    for name, tree in lines:
        through[name] = {}
        for j, slope in _total_slope(tree, column, through).items():
            made = Name(f"d_{identifier(name)}_by_{identifier(unknowns[j])}")
            slope_lines.append((made, slope))
            through[name][j] = made
    slopes = [((i, j), slope) for i, tree in enumerate(values) for j, slope in sorted(_total_slope(tree, column, through).items())]
    return slope_lines, slopes


def _total_slope(tree: Expr, column: dict[Name, int], through: dict[Name, dict[int, Name]]) -> dict[int, Expr]:
    out: dict[int, Expr] = {}
    for name in dict.fromkeys(names(tree)):
        if name in column:
            inner: dict[int, Expr] = {column[name]: Number(1.0)}
        else:
            inner = dict(through.get(name, {}))
        if not inner:
            continue
        direct = derivative(tree, name)
        for j, slope in inner.items():
            term = multiply(direct, slope)
            if not is_number(term, 0):
                out[j] = add(out.get(j, Number(0.0)), term)
    return out


def inputs_of(model: Model) -> dict[str, tuple[Name, ...]]:
    """The vectors that generated functions take, by the letter they have there; ``t``, the clocks, only where there are any."""
    clocks = tuple(clock for clock, _ in model.clocks)
    return {
        "x": model.states, "p": model.parameters, "s": model.setpoints, "h": model.healthy,
        "u": model.exposures, "g": model.gates, "r": model.roads,
        **({"t": clocks} if clocks else {}),
    }


def is_input(name: Name) -> bool:
    """Whether *name* is handed in rather than computed."""
    return isinstance(name, (Clock, Exposure, Healthy, Switch))
