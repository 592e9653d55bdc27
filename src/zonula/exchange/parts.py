"""Formulas with several calls of our functions, taken apart: each call gets a name of its own.

A reader then sees every saturation by name, other programs compute what recurs only once, and libSBML can check the units: up to 5.21 it
confuses the parts of two calls within one formula.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from zonula.language.checks import unit_of
from zonula.language.expression import Call, Expr, children
from zonula.language.model import plain_text
from zonula.language.quantities import Signal


class Parts:
    """Takes formulas apart; ``made`` are the parts so far, each before whatever uses it."""

    def __init__(self, functions: Container[str]) -> None:
        self.made: list[tuple[Signal, Expr]] = []
        self._functions = functions
        self._known: dict[str, Signal] = {}

    def __call__(self, tree: Expr, owner: str) -> Expr:
        """The same formula with at most one call in it; *owner* (a path) names the parts."""
        return tree if sum(1 for _ in self._calls(tree)) < 2 else self._apart(tree, owner, top=True)

    def _calls(self, tree: Expr) -> Iterator[Call]:
        if isinstance(tree, Call) and tree.function in self._functions:
            yield tree
        for child in children(tree):
            yield from self._calls(child)

    def _apart(self, tree: Expr, owner: str, *, top: bool = False) -> Expr:
        if not isinstance(tree, Call):
            return tree
        same = Call(tree.function, tuple(self._apart(arg, owner) for arg in tree.args))
        return same if top or tree.function not in self._functions else self._named(same, tree, owner)

    def _named(self, same: Call, original: Call, owner: str) -> Signal:
        key = plain_text(original)
        if key not in self._known:
            count = sum(part.path.startswith(f"{owner}_part_") for part, _ in self.made) + 1
            part = Signal("1", f"part of {owner}", same)
            part.unit = unit_of(original)
            part.name, part.path = f"{owner.rpartition('.')[2]}_part_{count}", f"{owner}_part_{count}"
            self.made.append((part, same))
            self._known[key] = part
        return self._known[key]
