"""From nodes of a graph to statements of C: for a vector of people (V), or for one (double)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from zonula.codegen.graph import Graph

_INFIX = {"add": ("+", 5), "sub": ("-", 5), "mul": ("*", 6), "lt": ("<", 4), "gt": (">", 4), "le": ("<=", 4), "ge": (">=", 4), "eq": ("==", 4),
          "ne": ("!=", 4), "and": ("&", 3), "or": ("|", 2)}
_LONGEST = 120  # characters of a formula that stands inside another one
_WHOLE = 9


class Writer:
    """Writes what is asked for, each node once, in the order in which it is needed.

    read  : how a node is read that need not be computed here (inputs, constants), or None
    names : names of nodes that mean something to a reader
    wide  : for V (many people) rather than double (one)
    """

    def __init__(self, graph: Graph, read: Callable[[int], str | None], names: Mapping[int, str], *, wide: bool) -> None:
        self.graph, self._read, self._names, self.wide = graph, read, names, wide
        self.lines: list[str] = []
        self._uses: Counter[int] = Counter()
        self._written: dict[int, str] = {}

    def plan(self, nodes: Iterable[int]) -> None:
        """Say what will be asked for: what is used once stands inside the formula that uses it."""
        waiting, seen = list(nodes), set[int]()
        self._uses.update(waiting)
        while waiting:
            node = waiting.pop()
            if node in seen or self._read(node) is not None:
                continue
            seen.add(node)
            below = self.graph.below(node)
            self._uses.update(below)
            waiting += below

    def text(self, node: int) -> str:
        """What the node is called, with whatever must stand before it written."""
        return self._formula(node)[0]

    def _formula(self, node: int) -> tuple[str, int]:
        graph, operation = self.graph, str(self.graph.nodes[node][0])
        value = graph.value(node)
        if value is not None:
            return (f"({value!r})" if value < 0 else repr(value)), _WHOLE
        given = self._read(node) or self._written.get(node)
        if given is not None:
            return given, _WHOLE
        text, binds = self._operation(operation, node)
        condition = operation in ("lt", "gt", "le", "ge", "eq", "ne", "and", "or", "not")
        if node not in self._names and self._uses[node] <= 1 and len(text) <= _LONGEST:
            return text, binds
        name = self._names.get(node, f"t{node}")
        kind = ("M" if self.wide else "int") if condition else "V" if self.wide else "double"
        self.lines.append(f"    const {kind} {name} = {text};")
        self._written[node] = name
        return name, _WHOLE

    def _operation(self, operation: str, node: int) -> tuple[str, int]:
        below = self.graph.below(node)
        if operation in _INFIX:
            sign, binds = _INFIX[operation]
            (left, tight), (right, tighter) = self._formula(below[0]), self._formula(below[1])
            if binds == 4 and self.wide:
                left, right = self._as_vector(left, below[0]), self._as_vector(right, below[1])
            left = f"({left})" if tight < binds or (binds <= 4 and tight < _WHOLE) else left
            right = f"({right})" if tighter <= binds else right
            return f"{left} {sign} {right}", binds
        if operation == "neg":
            inside, binds = self._formula(below[0])
            return f"-({inside})" if binds < _WHOLE else f"-{inside}", 5
        if operation == "not":
            return f"{'~' if self.wide else '!'}({self._formula(below[0])[0]})", _WHOLE
        given = [self._formula(a)[0] for a in below]
        first = 1 if operation == "select" else 0
        given[first:] = [self._as_vector(text, a) for text, a in zip(given[first:], below[first:], strict=True)]
        return f"zn_{operation}{'' if self.wide else '1'}({', '.join(given)})", _WHOLE

    def _as_vector(self, text: str, node: int) -> str:
        return f"zn_splat({text})" if self.wide and self.graph.value(node) is not None else text

    def whole(self, node: int) -> str:
        """The node as something that can be stored: a plain number becomes a vector where vectors are written."""
        return self._as_vector(self.text(node), node)
