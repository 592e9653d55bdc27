"""Formulas as trees of three kinds of node: a number, a name, a function of trees.

Organs build them with ordinary operators.  One table, ``FUNCTIONS``, says all that the rest of the
package needs to know about a function: how many arguments, how to compute, differentiate and print it.
Order of evaluation is what the author wrote; only exact zeros and ones are folded away.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from zonula.language import functions
from zonula.language.functions import Array

Scalar = float | int


class Expr:
    """Base of the three nodes; carries the operators and nothing else."""

    __slots__ = ()

    def __add__(self, other: Expr | Scalar) -> Expr:
        return add(self, lift(other))

    def __radd__(self, other: Scalar) -> Expr:
        return add(lift(other), self)

    def __sub__(self, other: Expr | Scalar) -> Expr:
        return subtract(self, lift(other))

    def __rsub__(self, other: Scalar) -> Expr:
        return subtract(lift(other), self)

    def __mul__(self, other: Expr | Scalar) -> Expr:
        return multiply(self, lift(other))

    def __rmul__(self, other: Scalar) -> Expr:
        return multiply(lift(other), self)

    def __truediv__(self, other: Expr | Scalar) -> Expr:
        return divide(self, lift(other))

    def __rtruediv__(self, other: Scalar) -> Expr:
        return divide(lift(other), self)

    def __pow__(self, other: Expr | Scalar) -> Expr:
        return power(self, lift(other))

    def __neg__(self) -> Expr:
        return multiply(Number(-1.0), self)

    def __bool__(self) -> bool:
        raise TypeError("a formula is neither true nor false: write piecewise(value, condition, otherwise)")


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """A plain number, without a unit; *why* tells its source where it is a shape constant."""

    value: float
    why: str = ""

    def __str__(self) -> str:
        return f"{self.value:g}"


class Name(Expr):
    """Something with a name; compared by identity, so that two organs may use one word."""

    __slots__ = ("name",)

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expr):
    """A function of the table, applied to trees."""

    function: str
    args: tuple[Expr, ...]

    def __str__(self) -> str:
        if len(self.args) == 2 and not self.function.isalpha() and "_" not in self.function:
            return f"({self.args[0]} {self.function} {self.args[1]})"
        return f"{self.function}({', '.join(map(str, self.args))})"


Slope = Callable[[int, tuple[Expr, ...]], Expr]


@dataclass(frozen=True, slots=True)
class Function:
    """What the package knows about one function.

    ``name`` is its name in ``functions.ARRAYS`` and ``functions.NUMBERS``, or the operator it is printed as;
    ``slope(i, args)`` is the derivative by argument *i*, ``None`` where there is none to use;
    ``binds`` tells how tightly an infix operator binds (9: written as a call).
    """

    arity: int
    name: str
    latex: str
    slope: Slope | None = None
    binds: int = 9
    compute: Callable[..., Array] | None = None


def lift(x: Expr | Scalar) -> Expr:
    """A number becomes a node; a node stays itself."""
    return x if isinstance(x, Expr) else Number(float(x))


def literal(value: float, *, because: str) -> Expr:
    """A shape constant in a law, with the reason why it is no parameter."""
    return Number(float(value), because)


def is_number(x: Expr, value: float) -> bool:
    """Whether *x* is exactly the number *value*."""
    return isinstance(x, Number) and x.value == value


def add(a: Expr, b: Expr) -> Expr:
    """``a + b``, without zeros."""
    return b if is_number(a, 0) else a if is_number(b, 0) else Call("+", (a, b))


def subtract(a: Expr, b: Expr) -> Expr:
    """``a - b``, without zeros; two plain numbers are subtracted at once."""
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value - b.value)
    return a if is_number(b, 0) else Call("-", (a, b))


def multiply(a: Expr, b: Expr) -> Expr:
    """``a * b``, without zeros and ones."""
    if is_number(a, 0) or is_number(b, 0):
        return Number(0.0)
    return b if is_number(a, 1) else a if is_number(b, 1) else Call("*", (a, b))


def divide(a: Expr, b: Expr) -> Expr:
    """``a / b``, without zeros and ones."""
    return a if is_number(a, 0) or is_number(b, 1) else Call("/", (a, b))


def power(a: Expr, b: Expr) -> Expr:
    """``a ^ b``, without exponents of zero and one."""
    return a if is_number(b, 1) else Number(1.0) if is_number(b, 0) else Call("^", (a, b))


def call(function: str, *args: Expr | Scalar) -> Expr:
    """A function of the table applied to *args*; its arity is checked."""
    if len(args) != FUNCTIONS[function].arity:
        raise TypeError(f"{function} takes {FUNCTIONS[function].arity} arguments, not {len(args)}")
    return Call(function, tuple(map(lift, args)))


def _of_power(i: int, args: tuple[Expr, ...]) -> Expr:
    a, b = args
    return b * power(a, b - 1) if i == 0 else power(a, b) * call("ln", a)


def _of_ratio(slope: str, log: str) -> Slope:
    def derivative_of_law(i: int, args: tuple[Expr, ...]) -> Expr:
        if i == 2:
            return call(log, *args)
        by_x = call(slope, *args)
        return by_x if i == 0 else -(args[0] / args[1] * by_x)
    return derivative_of_law


def _of_choice(i: int, args: tuple[Expr, ...], operator: str) -> Expr:
    return call("piecewise", float(i == 0), call(operator, *args), float(i == 1))


def _of_step(_i: int, _args: tuple[Expr, ...]) -> Expr:
    return Number(0.0)  # what is 0 or 1 is flat wherever it has a slope


def _infix(name: str, binds: int, compute: Callable[..., Array], slope: Slope | None = None, latex: str = "") -> Function:
    return Function(2, name, latex or f"{{}} {name} {{}}", slope, binds, compute)


FUNCTIONS: dict[str, Function] = {
    "+": _infix("+", 5, np.add, lambda i, a: Number(1.0)),
    "-": _infix("-", 5, np.subtract, lambda i, a: Number(1.0 if i == 0 else -1.0)),
    "*": _infix("*", 6, np.multiply, lambda i, a: a[1 - i], r"{} \, {}"),
    "/": _infix("/", 6, np.divide, lambda i, a: 1 / a[1] if i == 0 else -(a[0] / (a[1] * a[1])), r"\frac{{{}}}{{{}}}"),
    "^": Function(2, "power", r"{}^{{{}}}", _of_power),
    "exp": Function(1, "exp", r"\exp\left({}\right)", lambda i, a: call("exp", *a)),
    "ln": Function(1, "log", r"\ln\left({}\right)", lambda i, a: 1 / a[0]),
    "log10": Function(1, "log10", r"\log_{{10}}\left({}\right)",
                      lambda i, a: 1 / (a[0] * literal(math.log(10.0), because="ln 10"))),
    "sqrt": Function(1, "sqrt", r"\sqrt{{{}}}", lambda i, a: 1 / (2 * call("sqrt", *a))),
    "tanh": Function(1, "tanh", r"\tanh\left({}\right)", lambda i, a: 1 - call("tanh", *a) * call("tanh", *a)),
    "sin": Function(1, "sin", r"\sin\left({}\right)", lambda i, a: call("cos", *a)),
    "cos": Function(1, "cos", r"\cos\left({}\right)", lambda i, a: -call("sin", *a)),
    "abs": Function(1, "absolute", r"\left|{}\right|", lambda i, a: a[0] / call("abs", *a)),
    "min": Function(2, "minimum", r"\min\left({}, {}\right)", lambda i, a: _of_choice(i, a, "<")),
    "max": Function(2, "maximum", r"\max\left({}, {}\right)", lambda i, a: _of_choice(i, a, ">")),
    "piecewise": Function(3, "piecewise", r"\left\{{ {} \; [{}] \; {} \right\}}",
                          lambda i, a: call("piecewise", float(i == 0), a[1], float(i == 2))),
    "<": _infix("<", 4, np.less, _of_step), ">": _infix(">", 4, np.greater, _of_step),
    "<=": _infix("<=", 4, np.less_equal, _of_step, r"{} \leq {}"), ">=": _infix(">=", 4, np.greater_equal, _of_step, r"{} \geq {}"),
    "==": _infix("==", 4, np.equal, _of_step, "{} = {}"), "!=": _infix("!=", 4, np.not_equal, _of_step, r"{} \neq {}"),
    "&&": Function(2, "logical_and", r"\left({} \wedge {}\right)", _of_step),
    "||": Function(2, "logical_or", r"\left({} \vee {}\right)", _of_step),
    "!": Function(1, "logical_not", r"\neg\left({}\right)", _of_step),
    "hill": Function(3, "hill", r"\mathrm{{H}}\left({};\, {}, {}\right)", _of_ratio("hill_slope", "hill_log")),
    "hill_slope": Function(3, "hill_slope", r"\mathrm{{H}}'\left({};\, {}, {}\right)"),
    "hill_log": Function(3, "hill_log", r"\mathrm{{H}}_n\left({};\, {}, {}\right)"),
    "ratio_power": Function(3, "ratio_power", r"\mathrm{{P}}\left({};\, {}, {}\right)",
                            _of_ratio("ratio_power_slope", "ratio_power_log")),
    "ratio_power_slope": Function(3, "ratio_power_slope", r"\mathrm{{P}}'\left({};\, {}, {}\right)"),
    "ratio_power_log": Function(3, "ratio_power_log", r"\mathrm{{P}}_n\left({};\, {}, {}\right)"),
    "rectified": Function(2, "rectified", r"\left[{}\right]^+_{{{}}}",
                          lambda i, a: call("rectified_slope" if i == 0 else "rectified_by_width", *a)),
    "mean_decay": Function(1, "mean_decay", r"\mathrm{{mean\,decay}}\left({}\right)", lambda i, a: call("mean_decay_slope", *a)),
    "mean_decay_slope": Function(1, "mean_decay_slope", r"\mathrm{{mean\,decay}}'\left({}\right)"),
    "rectified_slope": Function(2, "rectified_slope", r"\left[{}\right]'_{{{}}}"),
    "rectified_by_width": Function(2, "rectified_by_width", r"\left[{}\right]^w_{{{}}}"),
}


def children(tree: Expr) -> tuple[Expr, ...]:
    """The trees directly below *tree*."""
    return tree.args if isinstance(tree, Call) else ()


def names(tree: Expr) -> Iterator[Name]:
    """Every name in the tree, in order, with repeats."""
    if isinstance(tree, Name):
        yield tree
    for child in children(tree):
        yield from names(child)


def depth(tree: Expr) -> int:
    """The number of nodes on the longest way down."""
    return 1 + max((depth(child) for child in children(tree)), default=0)


def evaluate(tree: Expr, values: Mapping[Name, Any]) -> Array:
    """Value of the tree in NumPy (real or complex); what has none is NaN or infinite, never an exception."""
    if isinstance(tree, Number):
        return np.asarray(tree.value)
    if isinstance(tree, Name):
        return np.asarray(values[tree])
    if not isinstance(tree, Call):
        raise TypeError(f"{type(tree).__name__} is no node of a formula")
    known = FUNCTIONS[tree.function]
    compute = known.compute or functions.ARRAYS[known.name]
    with np.errstate(all="ignore"):
        out = np.asarray(compute(*(evaluate(arg, values) for arg in tree.args)))
    return out.astype(np.float64) if out.dtype == np.bool_ else out


def derivative(tree: Expr, by: Name) -> Expr:
    """The exact derivative by a name, with zeros and ones folded away.

    Raises
    ------
    ValueError   where the way to *by* leads through a function that has no derivative in the table.
    """
    if isinstance(tree, Number):
        return Number(0.0)
    if isinstance(tree, Name):
        return Number(float(tree is by))
    total: Expr = Number(0.0)
    for i, arg in enumerate(children(tree)):
        inner = derivative(arg, by)
        if not is_number(inner, 0):
            total = total + slope_of(tree, i) * inner
    return total


def slope_of(tree: Expr, i: int) -> Expr:
    """The partial derivative of a call by its argument *i*."""
    if not isinstance(tree, Call):
        raise TypeError("only a call has arguments")
    slope = FUNCTIONS[tree.function].slope
    if slope is None:
        raise ValueError(f"{tree.function} has no derivative")
    return slope(i, tree.args)


def substitute(tree: Expr, instead: Mapping[Name, Expr]) -> Expr:
    """The same tree with names replaced by trees; zeros and ones that appear are folded away."""
    if isinstance(tree, Name):
        return instead.get(tree, tree)
    if isinstance(tree, Call):
        args = tuple(substitute(arg, instead) for arg in tree.args)
        if all(new is old for new, old in zip(args, tree.args, strict=True)):
            return tree
        fold = _FOLDING.get(tree.function)
        return fold(*args) if fold else Call(tree.function, args)
    return tree


_FOLDING: dict[str, Callable[[Expr, Expr], Expr]] = {"+": add, "-": subtract, "*": multiply, "/": divide, "^": power}


def to_text(tree: Expr, name: Callable[[Name], str], floor: int = 0) -> str:
    """Python source that computes the tree in exactly its own order; *name* gives each identifier.

    Brackets stay wherever leaving them out would change the order: sums and products of floating-point
    numbers are not associative.
    """
    if isinstance(tree, Number):
        text = repr(tree.value) if math.isfinite(tree.value) else f"({'nan' if math.isnan(tree.value) else f'{tree.value}'})"
        return f"({text})" if tree.value < 0 and floor else text
    if isinstance(tree, Name):
        return name(tree)
    if not isinstance(tree, Call):
        raise TypeError(f"{type(tree).__name__} is no node of a formula")
    known = FUNCTIONS[tree.function]
    if known.binds == 9:
        return f"{known.name}({', '.join(to_text(arg, name) for arg in tree.args)})"
    if known.binds == 4:  # a comparison becomes the number 0 or 1, and is bracketed: Python would chain a < b < c
        left, right = (to_text(arg, name, 5) for arg in tree.args)
        return f"(1.0 * ({left} {known.name} {right}))"
    left, right = to_text(tree.args[0], name, known.binds), to_text(tree.args[1], name, known.binds + 1)
    text = f"{left} {known.name} {right}"
    return f"({text})" if known.binds < floor else text


def to_latex(tree: Expr, name: Callable[[Name], str], floor: int = 0) -> str:
    """LaTeX of the tree (math mode, without delimiters)."""
    if isinstance(tree, Number):
        text = f"{tree.value:g}"
        if "e" in text:
            mantissa, exponent = text.split("e")
            text = rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
        return f"({text})" if tree.value < 0 and floor else text
    if isinstance(tree, Name):
        return name(tree)
    if not isinstance(tree, Call):
        raise TypeError(f"{type(tree).__name__} is no node of a formula")
    known = FUNCTIONS[tree.function]
    if tree.function == "/":
        return known.latex.format(*(to_latex(arg, name) for arg in tree.args))
    if tree.function == "^":
        base = to_latex(tree.args[0], name)
        simple = not isinstance(tree.args[0], Call) and not set(base) & {"-", "^"}
        return known.latex.format(base if simple else rf"\left({base}\right)", to_latex(tree.args[1], name))
    if known.binds == 9:
        return known.latex.format(*(to_latex(arg, name) for arg in tree.args))
    left = to_latex(tree.args[0], name, known.binds + (known.binds == 4))
    right = to_latex(tree.args[1], name, known.binds + 1)
    text = known.latex.format(left, right)
    return rf"\left({text}\right)" if known.binds < floor else text
