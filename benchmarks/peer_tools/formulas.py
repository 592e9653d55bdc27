"""The model's equations for the other tools: as plain C for one person, and as any library's own expressions.

All of it comes from the same graph from which the kernel is printed; what is fixed for a person is computed once and handed in, as
the kernel does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from zonula.codegen.c_text import Writer
from zonula.codegen.graph import FIXED, Builder, Graph
from zonula.codegen.slopes import Slopes
from zonula.language.expression import Name
from zonula.language.model import Model

CONDITIONS = ("lt", "gt", "le", "ge", "eq", "ne", "and", "or", "not")
_C = """#include "vector.h"
#define EXPORT __attribute__((visibility("default")))

EXPORT void peer_constants(const double *p, const double *s, const double *h, const double *in, double *restrict q)
{{
{constants}
}}

EXPORT void peer_rhs(double t, const double *restrict x, double *restrict f, const double *restrict q)
{{
    (void)t;
{rates}
}}

/* the entries that are not always 0, column by column */
EXPORT void peer_slopes(const double *restrict x, double *restrict J, const double *restrict q)
{{
{slopes}
}}

/* states as shares of their usual sizes, which follow the constants: for tools with one absolute tolerance for all */
EXPORT void peer_rhs_scaled(double t, const double *restrict u, double *restrict f, const double *restrict q)
{{
    const double *restrict size = q + {count};
    double x[{states}];
    for (int i = 0; i < {states}; i++) x[i] = u[i] * size[i];
    peer_rhs(t, x, f, q);
    for (int i = 0; i < {states}; i++) f[i] = f[i] / size[i];
}}
"""


@dataclass
class Formulas:
    """Rates and their slopes as nodes of a graph.

    rates     : d(state)/d(day), in the order of the states
    slopes    : the entries (i, j) of the Jacobian that are not always 0
    constants : nodes that are fixed for a person, and where each stands among a person's constants
    """

    graph: Graph
    rates: list[int]
    slopes: dict[tuple[int, int], int]
    constants: dict[int, int] = field(default_factory=dict)

    def find_constants(self) -> None:
        """Number what is fixed for a person, in the order in which it is met."""
        waiting, seen = [*self.slopes.values(), *self.rates][::-1], set[int]()
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if self.graph.level[node] == FIXED and self.graph.nodes[node][0] not in CONDITIONS:
                self.constants.setdefault(node, len(self.constants))
            else:
                waiting += self.graph.below(node)[::-1]

    @property
    def columns(self) -> list[tuple[int, int]]:
        """The entries of the Jacobian column by column."""
        return sorted(self.slopes, key=lambda place: (place[1], place[0]))


@lru_cache(maxsize=2)
def formulas_of(model: Model) -> Formulas:
    """The rates of a model and their slopes."""
    graph = Graph()
    inputs = (*model.exposures, *model.gates, *model.roads)
    places: dict[Name, int] = {}
    for letter, vector in (("x", model.states), ("p", model.parameters), ("s", model.setpoints), ("h", model.healthy), ("i", inputs)):
        places |= {name: graph.input(letter, i) for i, name in enumerate(vector)}
    builder = Builder(graph, places.__getitem__)
    for signal, tree in model.signals:
        builder.define(signal, tree)
    terms: list[list[tuple[bool, int]]] = [[] for _ in model.states]
    for reaction in model.reactions:
        rate = builder.node(reaction.rate)
        for term in reaction.terms:
            terms[term.state].append((term.sign < 0, graph.product([rate, builder.node(term.factor)])))
    rates = [builder.total(each) for each in terms]
    unknowns = {places[state]: i for i, state in enumerate(model.states)}
    shared = [builder.named[signal] for signal, _ in model.signals]
    found = Formulas(graph, rates, Slopes(graph, unknowns, shared).jacobian(rates))
    found.find_constants()
    return found


def c_text(formulas: Formulas, states: int) -> str:
    """The rates and slopes in C, for one person."""
    graph = formulas.graph

    def read_inputs(node: int) -> str | None:
        key = graph.nodes[node]
        return {"i": "in"}.get(str(key[1]), str(key[1])) + f"[{key[2]}]" if key[0] == "input" else None

    def read(node: int) -> str | None:
        place = formulas.constants.get(node)
        return read_inputs(node) if place is None else f"q[{place}]"

    def written(nodes: Mapping[str, int], reader: Callable[[int], str | None]) -> str:
        writer = Writer(graph, reader, {}, wide=False)
        writer.plan(nodes.values())
        for place, node in nodes.items():
            text = writer.text(node)
            writer.lines.append(f"    {place} = {text};")
        return "\n".join(writer.lines)

    slopes = {f"J[{n}]": formulas.slopes[place] for n, place in enumerate(formulas.columns)}
    return _C.format(constants=written({f"q[{place}]": node for node, place in formulas.constants.items()}, read_inputs),
                     rates=written({f"f[{i}]": node for i, node in enumerate(formulas.rates)}, read), slopes=written(slopes, read),
                     count=len(formulas.constants), states=states)


def expressions(formulas: Formulas, words: Mapping[str, Callable[..., Any]], state: Callable[[int], Any],
                constant: Callable[[int], Any]) -> list[Any]:
    """The rates in another library's words.

    words    : what each operation of the graph is there
    state    : the state at a place
    constant : a person's constant at a place
    """
    graph, made = formulas.graph, dict[int, Any]()
    waiting = [(node, False) for node in reversed(formulas.rates)]
    while waiting:
        node, ready = waiting.pop()
        if node in made:
            continue
        key = graph.nodes[node]
        if node in formulas.constants:
            made[node] = constant(formulas.constants[node])
        elif key[0] == "number":
            made[node] = float(key[1])
        elif key[0] == "input":
            made[node] = state(int(key[2]))
        elif ready:
            made[node] = words[str(key[0])](*(made[below] for below in graph.below(node)))
        else:
            waiting.append((node, True))
            waiting += [(below, False) for below in reversed(graph.below(node))]
    return [made[node] for node in formulas.rates]
