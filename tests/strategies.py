"""Random formulas over the whole table of functions, and ways to compute them that owe nothing to the printers."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from zonula.language import functions
from zonula.language.expression import FUNCTIONS, Call, Expr, Name, Number, children, evaluate

X, Y, Z = NAMES = (Name("x"), Name("y"), Name("z"))
ARITHMETIC = ("+", "-", "*", "/")
ANALYTIC = (*ARITHMETIC, "^", "exp", "ln", "log10", "sqrt", "tanh", "sin", "cos", "hill", "ratio_power", "rectified", "mean_decay")
PIECEWISE = ("abs", "min", "max", "piecewise", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "!")

plain_numbers = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, -1.0, 0.5, -2.0, 3.0]),
    st.floats(-10, 10, allow_nan=False).map(lambda x: round(x, 3)),
)
positive_numbers = st.floats(0.05, 20.0)


def trees(table: tuple[str, ...] = tuple(FUNCTIONS), numbers: st.SearchStrategy[float] = plain_numbers, *, leaves: int = 12
          ) -> st.SearchStrategy[Expr]:
    """Trees over *table*; nothing is folded away, so that every shape reaches the printers."""
    leaf = st.one_of(st.sampled_from(NAMES), numbers.map(Number))

    def grow(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.sampled_from(table).flatmap(
            lambda f: st.tuples(*[inner] * FUNCTIONS[f].arity).map(lambda args: Call(f, args)))

    return st.recursive(leaf, grow, max_leaves=leaves)


def points(numbers: st.SearchStrategy[float] = plain_numbers) -> st.SearchStrategy[dict[Name, float]]:
    """One number for each name."""
    return st.fixed_dictionaries(dict.fromkeys(NAMES, numbers))


def subtrees(tree: Expr) -> Iterator[Expr]:
    """The tree and everything below it."""
    yield tree
    for child in children(tree):
        yield from subtrees(child)


def functions_in(tree: Expr) -> set[str]:
    """Names of the functions in a tree."""
    return {node.function for node in subtrees(tree) if isinstance(node, Call)}


_OPERATORS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "<": lambda a, b: float(a < b), ">": lambda a, b: float(a > b), "<=": lambda a, b: float(a <= b),
    ">=": lambda a, b: float(a >= b), "==": lambda a, b: float(a == b), "!=": lambda a, b: float(a != b),
}


def walk(tree: Expr, values: dict[Name, float]) -> float:
    """The tree in plain Python numbers, node by node: what the printed text must compute, in the same order."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Name):
        return values[tree]
    args = [walk(arg, values) for arg in children(tree)]
    return (_OPERATORS.get(tree.function) or functions.NUMBERS[FUNCTIONS[tree.function].name])(*args)


def same_bits(a: Any, b: Any) -> bool:
    """Equal to the last bit; NaN equals NaN, and a zero has its sign."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    nan = np.isnan(a) & np.isnan(b)
    return bool(np.all(nan | ((a == b) & (np.signbit(a) == np.signbit(b)))))


def perturbed(tree: Expr, values: dict[Name, float], size: float, random: np.random.Generator) -> float:
    """The value in NumPy when the result of every function is wrong by up to *size*, relatively."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Name):
        return values[tree]
    known = FUNCTIONS[tree.function]
    compute = known.compute or functions.ARRAYS[known.name]
    with np.errstate(all="ignore"):
        out = float(compute(*(np.asarray(perturbed(arg, values, size, random), float) for arg in tree.args)))
    return out * (1.0 + size * random.uniform(-1, 1))


def wobble(tree: Expr, values: dict[Name, float], size: float = 1e-12) -> float:
    """How far the value moves when every function errs by *size*: the measured condition of the formula."""
    random = np.random.default_rng(0)
    exact = perturbed(tree, values, 0.0, random)
    moved = [abs(perturbed(tree, values, size, random) - exact) for _ in range(8)]
    return max(math.inf if math.isnan(m) else m for m in moved)


def ratios(tree, values):
    """What is raised to a power relative to what, wherever a formula does so."""
    if isinstance(tree, Call):
        if tree.function in ("hill", "ratio_power"):
            yield float(evaluate(tree.args[0], values)), float(evaluate(tree.args[1], values))
        for arg in tree.args:
            yield from ratios(arg, values)
