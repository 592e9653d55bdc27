"""The formulas of a model as one graph in which nothing stands twice: what the C printer prints.

Every node has a level: 0 is a plain number, 1 is fixed for a person as long as nothing changes from outside (parameters,
set-points, exposures, gates, roads), 2 depends on states or time.  Products and sums are regrouped so that
what is fixed comes together and can be computed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from zonula.language.expression import Call, Expr, Name, Number

PLAIN, FIXED, MOVING = 0, 1, 2
_NEAR = 1e-4  # below this, mean_decay is its own power series to the last bit (as in language.functions)
Key = tuple[str | int | float, ...]
_COMPARED = {"<": "lt", ">": "gt", "<=": "le", ">=": "ge", "==": "eq", "!=": "ne"}
_ALONE = {"exp": "exp", "ln": "log", "sqrt": "sqrt", "tanh": "tanh", "sin": "sin", "cos": "cos", "abs": "abs"}


class Graph:
    """Nodes, each made once; a node is known by its number.

    cancelling : ``a - a`` is nothing.  Where healthy values are the unknowns themselves this leaves out, exactly, all that only counts
                 away from health; elsewhere a number that was lost must stay so (``NaN - NaN``)
    """

    def __init__(self, *, cancelling: bool = False) -> None:
        self.cancelling = cancelling
        self.nodes: list[Key] = []
        self.level: list[int] = []
        self._known: dict[Key, int] = {}

    def make(self, *key: str | float) -> int:
        """The node of this operation on these nodes, made if it is new."""
        found = self._known.get(key)
        if found is None:
            found = len(self.nodes)
            self._known[key] = found
            self.nodes.append(key)
            self.level.append(max((self.level[a] for a in self.below(found)), default=MOVING))
        return found

    def below(self, node: int) -> tuple[int, ...]:
        """The nodes that a node is computed from."""
        key = self.nodes[node]
        return () if key[0] in ("number", "input") else tuple(int(a) for a in key[1:])

    def number(self, value: float) -> int:
        """A plain number."""
        node = self.make("number", value + 0.0)  # no negative zero: it would be another number
        self.level[node] = PLAIN
        return node

    def input(self, letter: str, place: int) -> int:
        """An entry of a vector that is handed in: x or z (states, unknowns), t (time), or one that is fixed."""
        node = self.make("input", letter, place)
        self.level[node] = MOVING if letter in "xtz" else FIXED
        return node

    def value(self, node: int) -> float | None:
        """The number that a plain node is, or None."""
        key = self.nodes[node]
        return float(key[1]) if key[0] == "number" else None

    def add(self, a: int, b: int) -> int:
        """A + b."""
        known = self.value(a), self.value(b)
        if known[0] is not None and known[1] is not None:
            return self.number(known[0] + known[1])
        if known[0] == 0:
            return b
        if known[1] == 0:
            return a
        if self.nodes[b][0] == "neg":
            return self.subtract(a, int(self.nodes[b][1]))
        if self.nodes[a][0] == "neg":
            return self.subtract(b, int(self.nodes[a][1]))
        return self.make("add", *sorted((a, b)))

    def subtract(self, a: int, b: int) -> int:
        """A - b."""
        known = self.value(a), self.value(b)
        if known[0] is not None and known[1] is not None:
            return self.number(known[0] - known[1])
        if known[1] == 0:
            return a
        if known[0] == 0:
            return self.negative(b)
        if a == b and self.cancelling:
            return self.number(0.0)
        if self.nodes[b][0] == "neg":
            return self.add(a, int(self.nodes[b][1]))
        return self.make("sub", a, b)

    def negative(self, a: int) -> int:
        """-a."""
        known, key = self.value(a), self.nodes[a]
        if known is not None:
            return self.number(-known)
        if key[0] == "neg":
            return int(key[1])
        if key[0] == "sub":
            return self.subtract(int(key[2]), int(key[1]))
        return self.make("neg", a)

    def multiply(self, a: int, b: int) -> int:
        """A * b; what is negative about it is kept outside."""
        known = self.value(a), self.value(b)
        if known[0] is not None and known[1] is not None:
            return self.number(known[0] * known[1])
        for value, other in ((known[0], b), (known[1], a)):
            if value is not None and abs(value) in (0.0, 1.0):
                return other if value == 1 else self.negative(other) if value == -1 else self.number(0.0)
        odd = (self.nodes[a][0] == "neg") != (self.nodes[b][0] == "neg")
        a, b = (int(self.nodes[n][1]) if self.nodes[n][0] == "neg" else n for n in (a, b))
        product = self.make("mul", *sorted((a, b)))
        return self.negative(product) if odd else product

    def product(self, factors: Iterable[int]) -> int:
        """All factors together: first those that are fixed, then the others."""
        ordered = sorted(factors, key=lambda node: (self.level[node], node))
        fixed = self._chain([n for n in ordered if self.level[n] < MOVING])
        moving = self._chain([n for n in ordered if self.level[n] == MOVING])
        return moving if fixed is None and moving is not None else fixed if moving is None and fixed is not None else \
            self.number(1.0) if fixed is None or moving is None else self.multiply(fixed, moving)

    def _chain(self, factors: list[int]) -> int | None:
        out: int | None = None
        for node in factors:
            out = node if out is None else self.multiply(out, node)
        return out

    def inverse(self, a: int) -> int:
        """1/a."""
        known = self.value(a)
        if known is not None and known != 0:
            return self.number(1.0 / known)
        if self.nodes[a][0] == "rcp":
            return int(self.nodes[a][1])
        return self.make("rcp", a)

    def choose(self, condition: int, a: int, b: int) -> int:
        """*a* where the condition holds, else *b*."""
        return a if a == b else self.make("select", condition, a, b)

    def whole_power(self, a: int, n: int) -> int:
        """A to a whole power above 0, by squaring."""
        if n == 1:
            return a
        half = self.whole_power(a, n // 2)
        square = self.multiply(half, half)
        return square if n % 2 == 0 else self.multiply(square, a)


class Builder:
    """Turns formulas into nodes of a graph; *place* says what each name is there."""

    def __init__(self, graph: Graph, place: Callable[[Name], int]) -> None:
        self.graph, self._place = graph, place
        self.named: dict[Name, int] = {}
        self._laws: Mapping[str, Callable[..., int]] = {
            "hill": self._hill, "ratio_power": self._ratio_power, "rectified": self._rectified, "mean_decay": self._mean_decay,
            "min": lambda a, b: self.graph.choose(self.graph.make("ge", a, b), b, a),  # of equals the second, and a NaN stays
            "max": lambda a, b: self.graph.choose(self.graph.make("le", a, b), b, a),
        }

    def define(self, name: Name, tree: Expr) -> int:
        """Remember what a signal or rate is; the formulas after it may name it."""
        self.named[name] = self.node(tree)
        return self.named[name]

    def node(self, tree: Expr) -> int:
        """The node of a formula.

        Raises
        ------
        ValueError   for a function of the table that has no C form here
        """
        graph = self.graph
        if isinstance(tree, Number):
            return graph.number(tree.value)
        if isinstance(tree, Name):
            found = self.named.get(tree)
            return self._place(tree) if found is None else found
        if not isinstance(tree, Call):
            raise TypeError(f"{type(tree).__name__} is no node of a formula")
        if tree.function in ("*", "/"):
            return self._product(tree)
        if tree.function in ("+", "-"):
            return self._sum(tree)
        if tree.function == "^":
            return self._power(self.node(tree.args[0]), self.node(tree.args[1]))
        if tree.function in _COMPARED or tree.function in ("&&", "||", "!"):
            return graph.choose(self.condition(tree), graph.number(1.0), graph.number(0.0))
        if tree.function == "piecewise":
            return graph.choose(self.condition(tree.args[1]), self.node(tree.args[0]), self.node(tree.args[2]))
        args = [self.node(arg) for arg in tree.args]
        if tree.function in self._laws:
            return self._laws[tree.function](*args)
        if tree.function == "log10":
            return graph.multiply(graph.number(1.0 / math.log(10.0)), graph.make("log", *args))
        if tree.function in _ALONE:
            return graph.make(_ALONE[tree.function], *args)
        raise ValueError(f"{tree.function} has no C form")

    def condition(self, tree: Expr) -> int:
        """The node that says whether a formula is not 0; a condition is no number."""
        graph = self.graph
        if isinstance(tree, Call) and tree.function in _COMPARED:
            return graph.make(_COMPARED[tree.function], self.node(tree.args[0]), self.node(tree.args[1]))
        if isinstance(tree, Call) and tree.function in ("&&", "||"):
            return graph.make("and" if tree.function == "&&" else "or", self.condition(tree.args[0]), self.condition(tree.args[1]))
        if isinstance(tree, Call) and tree.function == "!":
            return graph.make("not", self.condition(tree.args[0]))
        return graph.make("ne", self.node(tree), graph.number(0.0))

    def _product(self, tree: Expr) -> int:
        over: list[int] = []
        self._factors(tree, over, upside_down=False)
        return self.graph.product(over)

    def _factors(self, tree: Expr, out: list[int], *, upside_down: bool) -> None:
        if isinstance(tree, Call) and tree.function in ("*", "/"):
            self._factors(tree.args[0], out, upside_down=upside_down)
            self._factors(tree.args[1], out, upside_down=upside_down != (tree.function == "/"))
        else:
            node = self.node(tree)
            out.append(self.graph.inverse(node) if upside_down else node)

    def _sum(self, tree: Expr) -> int:
        terms: list[tuple[bool, int]] = []
        self._terms(tree, terms, minus=False)
        return self.total(terms)

    def _terms(self, tree: Expr, out: list[tuple[bool, int]], *, minus: bool) -> None:
        if isinstance(tree, Call) and tree.function in ("+", "-"):
            self._terms(tree.args[0], out, minus=minus)
            self._terms(tree.args[1], out, minus=minus != (tree.function == "-"))
        else:
            out.append((minus, self.node(tree)))

    def total(self, terms: list[tuple[bool, int]]) -> int:
        """The sum of terms, each taken away where it is marked: first those that are fixed."""
        out = self.graph.number(0.0)
        for minus, node in sorted(terms, key=lambda term: self.graph.level[term[1]] == MOVING):
            out = self.graph.subtract(out, node) if minus else self.graph.add(out, node)
        return out

    def _power(self, a: int, b: int) -> int:
        n, graph = self.graph.value(b), self.graph
        if n is not None and n == int(n) and 0 < abs(n) <= 16:
            whole = graph.whole_power(a, int(abs(n)))
            return whole if n > 0 else graph.inverse(whole)
        if n == 0.5:
            return graph.make("sqrt", a)
        return graph.make("pow", a, b)

    def _above(self, x: int) -> tuple[int, int]:
        """Whether x > 0, and x there; 1 elsewhere, where it is not used."""
        holds = self.graph.make("gt", x, self.graph.number(0.0))
        return holds, self.graph.choose(holds, x, self.graph.number(1.0))

    def _positive(self, x: int) -> int:
        """X where it is not below 0, else 0; a NaN stays."""
        return self.graph.choose(self.graph.make("lt", x, self.graph.number(0.0)), self.graph.number(0.0), x)

    def _ratio_power(self, x: int, half: int, n: int) -> int:
        graph, known = self.graph, self.graph.value(n)
        if known is not None and known in (1.0, 2.0, 3.0, 4.0, 6.0, 8.0):
            return graph.whole_power(graph.product([self._positive(x), graph.inverse(half)]), int(known))
        if known == 1.5:
            ratio = graph.product([self._positive(x), graph.inverse(half)])
            return graph.multiply(ratio, graph.make("sqrt", ratio))
        holds, safe = self._above(x)
        return graph.choose(holds, graph.make("pow", graph.product([safe, graph.inverse(half)]), n), graph.number(0.0))

    def _hill(self, x: int, half: int, n: int) -> int:
        graph = self.graph
        if graph.value(n) == 1.0:
            safe = self._positive(x)
            return graph.product([safe, graph.inverse(graph.add(half, safe))])
        power = self._ratio_power(x, half, n)
        return graph.product([power, graph.inverse(graph.add(graph.number(1.0), power))])

    def _rectified(self, x: int, width: int) -> int:
        graph = self.graph
        holds, safe = self._above(x)
        return graph.choose(holds, graph.product([safe, safe, graph.inverse(graph.add(safe, width))]), graph.number(0.0))

    def _mean_decay(self, x: int) -> int:
        graph = self.graph
        near = graph.make("lt", graph.make("abs", x), graph.number(_NEAR))
        safe = graph.choose(near, graph.number(1.0), x)
        far = graph.product([graph.negative(graph.make("expm1", graph.negative(safe))), graph.inverse(safe)])
        series = graph.number(1.0 / 24.0)
        for term in (1.0 / 6.0, 0.5, 1.0):  # 1 - x (1/2 - x (1/6 - x/24))
            series = graph.subtract(graph.number(term), graph.multiply(x, series))
        return graph.choose(near, series, far)
