"""Exact slopes of a graph's nodes, as further nodes of the same graph.

Backwards from each value, which shares most where a value has many arguments, down to nodes that depend on one unknown
alone; those carry their slope forwards, once for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from zonula.codegen.graph import Graph

_CONDITIONS = ("lt", "gt", "le", "ge", "eq", "ne", "and", "or", "not")


class Slopes:
    """Slopes by *unknowns*: the column of each node that is one."""

    def __init__(self, graph: Graph, unknowns: Mapping[int, int], shared: Iterable[int] = ()) -> None:
        self.graph, self.unknowns = graph, unknowns
        self._shared, self._rows = frozenset(shared), dict[int, dict[int, int]]()
        self._behind: dict[int, frozenset[int]] = {}
        self._forward: dict[int, int] = {}

    def jacobian(self, values: Sequence[int]) -> dict[tuple[int, int], int]:
        """The nodes of d values[i] / d unknown[j] that are not always 0, by (i, j)."""
        out: dict[tuple[int, int], int] = {}
        for i, value in enumerate(values):
            out |= {(i, j): node for j, node in sorted(self._row(value).items()) if self.graph.value(node) != 0}
        return out

    def behind(self, node: int) -> frozenset[int]:
        """The columns of the unknowns that a node depends on."""
        for below in self._order(node, self._behind):
            if below in self.unknowns:
                self._behind[below] = frozenset([self.unknowns[below]])
            else:
                slots = self._with_slope(below)
                self._behind[below] = frozenset().union(*(self._behind[a] for a in slots)) if slots else frozenset()
        return self._behind[node]

    def _with_slope(self, node: int) -> tuple[int, ...]:
        operation = self.graph.nodes[node][0]
        below = self.graph.below(node)
        return () if operation in _CONDITIONS else below[1:] if operation == "select" else below

    def _order(self, node: int, done: Mapping[int, object]) -> list[int]:
        """The nodes below *node* that are not done, each after what it is computed from, itself last."""
        order: list[int] = []
        seen: set[int] = set()
        waiting = [(node, False)]
        while waiting:
            at, ready = waiting.pop()
            if ready:
                order.append(at)
            elif at not in seen and at not in done:
                seen.add(at)
                waiting.append((at, True))
                waiting += [(a, False) for a in reversed(self._with_slope(at))]
        return order

    def _row(self, value: int) -> dict[int, int]:
        graph, row = self.graph, dict[int, int]()
        self.behind(value)
        many = {node: None for node, behind in self._behind.items() if len(behind) <= 1 or (node in self._shared and node != value)}
        weight: dict[int, int] = {value: graph.number(1.0)}
        for node in [*reversed(self._order(value, many)), *sorted(many)]:
            if node not in weight or not self._behind[node]:
                continue
            if node in self._shared and node != value and len(self._behind[node]) > 1:
                if node not in self._rows:
                    self._rows[node] = self._row(node)
                for column, slope in self._rows[node].items():
                    share = graph.multiply(weight[node], slope)
                    row[column] = graph.add(row[column], share) if column in row else share
                continue
            if len(self._behind[node]) == 1:
                (column,) = self._behind[node]
                share = graph.multiply(weight[node], self._alone(node))
                row[column] = graph.add(row[column], share) if column in row else share
                continue
            for below, share in self._parts(node, weight[node]):
                if self._behind[below]:
                    weight[below] = graph.add(weight[below], share) if below in weight else share
        return row

    def _alone(self, node: int) -> int:
        """The slope of a node that depends on one unknown, by that unknown."""
        for at in self._order(node, self._forward):
            if at in self.unknowns:
                self._forward[at] = self.graph.number(1.0)
                continue
            slope = self.graph.number(0.0)
            for below, share in self._parts(at, self.graph.number(1.0)):
                if self._behind[below]:
                    slope = self.graph.add(slope, self.graph.multiply(share, self._forward[below]))
            self._forward[at] = slope
        return self._forward[node]

    def _parts(self, node: int, weight: int) -> list[tuple[int, int]]:
        """For each node directly below: *weight* times the slope of this node by it."""
        graph, operation, below = self.graph, str(self.graph.nodes[node][0]), self._with_slope(node)
        if not below:
            return []
        if operation in ("add", "sub"):
            a, b = below
            return [(a, weight), (b, weight if operation == "add" else graph.negative(weight))]
        if operation == "mul":
            a, b = below
            return [(a, graph.multiply(weight, graph.add(a, a)))] if a == b else [(a, graph.multiply(weight, b)), (b, graph.multiply(weight, a))]
        if operation == "select":
            condition, nothing = graph.below(node)[0], graph.number(0.0)
            return [(below[0], graph.choose(condition, weight, nothing)), (below[1], graph.choose(condition, nothing, weight))]
        if operation == "pow":
            a, b = below
            by_a = graph.product([b, node, graph.inverse(a)])
            by_b = graph.multiply(node, graph.make("log", a)) if self.behind(b) else graph.number(0.0)
            return [(a, graph.multiply(weight, by_a)), (b, graph.multiply(weight, by_b))]
        return [(below[0], graph.multiply(weight, self._of_one(operation, node, below[0])))]

    def _of_one(self, operation: str, node: int, a: int) -> int:
        """The slope of a function of one argument."""
        graph, one = self.graph, self.graph.number(1.0)
        if operation == "neg":
            return graph.number(-1.0)
        if operation == "rcp":
            return graph.negative(graph.multiply(node, node))
        if operation == "exp":
            return node
        if operation == "expm1":
            return graph.add(node, one)
        if operation == "log":
            return graph.inverse(a)
        if operation == "sqrt":  # no slope at 0, where it has none (as the laws in ratio form)
            return graph.choose(graph.make("gt", a, graph.number(0.0)), graph.multiply(graph.number(0.5), graph.inverse(node)), graph.number(0.0))
        if operation == "tanh":
            return graph.subtract(one, graph.multiply(node, node))
        if operation == "sin":
            return graph.make("cos", a)
        if operation == "cos":
            return graph.negative(graph.make("sin", a))
        if operation == "abs":
            return graph.choose(graph.make("lt", a, graph.number(0.0)), graph.number(-1.0), one)
        raise ValueError(f"{operation} has no slope")
