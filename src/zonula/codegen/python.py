"""Write a model as Python that a person can read beside the organs, and load it through one door.

The same text serves one person (plain numbers, fast) and many (NumPy arrays, one value per person):
only the functions it is given differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zonula.codegen.names import identifier
from zonula.codegen.system import Line, System, closing_system, healthy_values, inputs_of, readout_values, running_system
from zonula.language.expression import Expr, Name, names, to_text
from zonula.language.functions import ARRAYS, NUMBERS
from zonula.language.model import Model

_HEAD = '"""Generated from the organs; edit those instead."""\n'
_IN_TIME = ("derivative", "jacobian", "readouts")  # functions that clocks go on in
Generated = Callable[..., list[Any]]


@dataclass(frozen=True, slots=True)
class Functions:
    """A model's generated functions of (x, p, s, h, u, g, r), each returning a list.

    ``derivative``: d(state)/d(day);  ``jacobian``: its entries at ``pattern``;  ``closure`` and ``closure_jacobian``
    (entries at ``closure_pattern``): the equations of health;  ``healthy``: the values of ``healthy(x)``;
    ``readouts``: the readouts, then all signals and process rates as named in ``traced``.  Where the model has clocks, ``derivative``,
    ``jacobian`` and ``readouts`` also take t, what each of them shows; while health is solved, they stand still.
    """

    derivative: Generated
    jacobian: Generated
    closure: Generated
    closure_jacobian: Generated
    healthy: Generated
    readouts: Generated
    pattern: tuple[tuple[int, int], ...]
    closure_pattern: tuple[tuple[int, int], ...]
    traced: tuple[str, ...]


def model_text(model: Model) -> str:
    """The whole model as Python source; deterministic."""
    return _text(model, running_system(model), closing_system(model))


def _text(model: Model, running: System, closing: System) -> str:
    health_lines, health = healthy_values(model)
    shown_lines, shown = readout_values(model)
    parts = [
        _function(model, "derivative", running.lines, running.values),
        _function(model, "jacobian", (*running.lines, *running.slope_lines), [tree for _, tree in running.slopes]),
        _function(model, "closure", closing.lines, closing.values),
        _function(model, "closure_jacobian", (*closing.lines, *closing.slope_lines), [tree for _, tree in closing.slopes]),
        _function(model, "healthy", health_lines, health),
        _function(model, "readouts", shown_lines, shown),
    ]
    return "\n\n".join([_HEAD, *parts]) + "\n"


def generate(model: Model, *, arrays: bool = False) -> Functions:
    """Load the model's functions: for plain numbers, or for NumPy *arrays* of persons."""
    running, closing = running_system(model), closing_system(model)
    loaded = load(_text(model, running, closing), ARRAYS if arrays else NUMBERS)
    shown_lines, _ = readout_values(model)
    return Functions(
        derivative=loaded["derivative"], jacobian=loaded["jacobian"], closure=loaded["closure"],
        closure_jacobian=loaded["closure_jacobian"], healthy=loaded["healthy"], readouts=loaded["readouts"],
        pattern=tuple(place for place, _ in running.slopes),
        closure_pattern=tuple(place for place, _ in closing.slopes),
        traced=tuple(identifier(name) for name, _ in shown_lines),
    )


def formula_function(tree: Expr, arguments: Iterable[Name], *, arrays: bool) -> Callable[..., Any]:
    """One formula as a function of *arguments*, for tests and tools."""
    given = ", ".join(identifier(name) for name in arguments)
    text = f"def formula({given}):\n    return {to_text(tree, identifier)}\n"
    function: Callable[..., Any] = load(text, ARRAYS if arrays else NUMBERS)["formula"]
    return function


def load(text: str, functions: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    """The one audited door: turn text that *we* printed from a checked tree into functions.

    Nothing that came from outside reaches it: names are declared identifiers with our prefixes, numbers are
    ``repr`` of floats, functions are those of one closed table; builtins are out of reach.
    """
    namespace: dict[str, Any] = {"__builtins__": {}, "inf": float("inf"), "nan": float("nan"), **functions}
    exec(compile(text, "<generated model>", "exec"), namespace)  # noqa: S102 - the door described above
    return namespace


def _function(model: Model, name: str, lines: Iterable[Line], values: Iterable[Expr]) -> str:
    needed, kept = _needed(list(lines), list(values))
    given = [letter for letter in inputs_of(model) if letter != "t" or name in _IN_TIME]
    text = [f"def {name}({', '.join(given)}):"]
    for letter, vector in inputs_of(model).items():
        text += [f"    {identifier(q)} = {letter}[{i}]" for i, q in enumerate(vector) if q in needed]
    text += [f"    {identifier(left)} = {to_text(right, identifier)}" for left, right in kept]
    text.append("    return [")
    text += [f"        {to_text(value, identifier)}," for value in values]
    text.append("    ]")
    return "\n".join(text)


def _needed(lines: list[Line], values: list[Expr]) -> tuple[set[Name], list[Line]]:
    """The names and the lines that the values depend on, directly or not."""
    needed = {name for value in values for name in names(value)}
    kept: list[Line] = []
    for left, right in reversed(lines):
        if left in needed:
            needed.update(names(right))
            kept.append((left, right))
    return needed, kept[::-1]
