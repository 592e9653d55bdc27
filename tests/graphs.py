"""The nodes of a graph in plain Python numbers: what the printed C must compute, and owes nothing to the printer."""

import math
from collections.abc import Callable, Mapping

from zonula.codegen.graph import Graph

_INFINITE = math.inf


def _quotient(a: float) -> float:
    return 1.0 / a if a else math.copysign(_INFINITE, a)


def _root(a: float) -> float:
    return math.sqrt(a) if a >= 0 else math.nan


def _exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return _INFINITE


def _log(a: float) -> float:
    return math.log(a) if a > 0 else -_INFINITE if a == 0 else math.nan


def _pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return _INFINITE
    except ValueError:
        return math.nan


DO: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "neg": lambda a: -a, "rcp": _quotient,
    "lt": lambda a, b: a < b, "gt": lambda a, b: a > b, "le": lambda a, b: a <= b, "ge": lambda a, b: a >= b, "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b, "and": lambda a, b: a and b, "or": lambda a, b: a or b, "not": lambda a: not a,
    "select": lambda c, a, b: a if c else b, "exp": _exp, "log": _log, "expm1": lambda a: math.expm1(a) if a < 700 else _INFINITE,
    "sqrt": _root, "tanh": math.tanh, "sin": lambda a: math.sin(a) if math.isfinite(a) else math.nan,
    "cos": lambda a: math.cos(a) if math.isfinite(a) else math.nan, "abs": abs, "pow": _pow,
}


def values_of(graph: Graph, inputs: Mapping[tuple[object, ...], float]) -> Callable[[int], float]:
    """A function that computes a node, with its inputs by their keys (letter and place)."""
    known: dict[int, float] = {}

    def value(node: int) -> float:
        if node not in known:
            key = graph.nodes[node]
            plain = graph.value(node)
            known[node] = plain if plain is not None else inputs[key] if key[0] == "input" else DO[str(key[0])](*map(value, graph.below(node)))
        return known[node]

    return value


def conditions_are_clear(graph: Graph, value: Callable[[int], float], node: int) -> bool:
    """Whether no condition below a node is so close that rounding decides it."""
    waiting, seen = [node], set()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        below = graph.below(at)
        waiting += below
        if graph.nodes[at][0] in ("lt", "gt", "le", "ge", "eq", "ne"):
            a, b = map(value, below)
            if a != b and abs(a - b) < 1e-9 * max(abs(a), abs(b)):
                return False
    return True
