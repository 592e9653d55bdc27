"""Our formulas as MathML, and the functions of our table as SBML's function definitions.

No definition branches where the model is smooth: the guard at 0 is ``max(x, 0)``, which is the same number and neither adds a root to
look for nor takes a power of what is below 0.  Where a power is taken, the guard is next to nothing instead of 0, and a second factor
takes that away: the value is exactly 0 for x <= 0, and programs that differentiate ``x^n`` to ``n x^n / x`` do not divide 0 by 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zonula.codegen.names import identifier
from zonula.exchange.sbml_units import PLAIN, Units
from zonula.language.checks import unit_of
from zonula.language.expression import Call, Expr, Name, Number, children, is_number
from zonula.language.quantities import Clock
from zonula.language.units import ONE

_NEXT_TO_NOTHING = "1e-100 dimensionless"
_ABOVE = f"max(x / half, {_NEXT_TO_NOTHING})"
_POWER = f"{_ABOVE}^n * (max(x / half - {_NEXT_TO_NOTHING}, 0 dimensionless) / {_ABOVE})"  # the second factor is exactly 1, or 0
_RATIO = "piecewise(x / half, x / half > 0 dimensionless, 1 dimensionless)"  # for slopes, where 0 is a case of its own
_SLOPE = (f"piecewise(n * {_RATIO}^(n - 1 dimensionless) / half, x / half > 0 dimensionless, 1 dimensionless / half, "
          "(x / half == 0 dimensionless) && (n == 1 dimensionless), 0 dimensionless / half)")
_LOG = f"piecewise({_RATIO}^n * ln({_RATIO}), x / half > 0 dimensionless, 0 dimensionless)"
_OVER = "max(x, 0 dimensionless * width)"
_SIZE = "max(abs(x), 1e-30 dimensionless)"  # tanh(a/2) is a/2 there, to the last bit
_HALF_TANH = f"tanh({_SIZE} / 2 dimensionless)"
_NEAR = "-0.5 dimensionless + x * (1 dimensionless / 3 dimensionless - x * (1 dimensionless / 8 dimensionless - x / 30 dimensionless))"

# arguments and value of each, as libSBML's infix parser reads them
DEFINITIONS: dict[str, tuple[str, str]] = {
    "ratio_power": ("x, half, n", _POWER),
    "ratio_power_slope": ("x, half, n", _SLOPE),
    "ratio_power_log": ("x, half, n", _LOG),
    "hill": ("x, half, n", f"({_POWER}) / (1 dimensionless + {_POWER})"),
    "hill_slope": ("x, half, n", f"({_SLOPE}) / (1 dimensionless + {_POWER})^2 dimensionless"),
    "hill_log": ("x, half, n", f"({_LOG}) / (1 dimensionless + {_POWER})^2 dimensionless"),
    "rectified": ("x, width", f"{_OVER} * {_OVER} / ({_OVER} + width)"),
    "rectified_slope": ("x, width", f"{_OVER} * ({_OVER} + 2 dimensionless * width) / (({_OVER} + width) * ({_OVER} + width))"),
    "rectified_by_width": ("x, width", f"-(({_OVER} / ({_OVER} + width)) * ({_OVER} / ({_OVER} + width)))"),
    # (1 - exp(-x)) / x without its loss of digits near 0: by the tangent of half the angle, and mirrored below 0
    "mean_decay": ("x", f"exp(max(-x, 0 dimensionless)) * (2 dimensionless * {_HALF_TANH} / ((1 dimensionless + {_HALF_TANH}) * {_SIZE}))"),
    "mean_decay_slope": ("x", f"piecewise({_NEAR}, abs(x) < 1e-4 dimensionless, (exp(-x) - mean_decay(x)) / x)"),
}
MEANINGS = {
    "ratio_power": "(x/half)^n for x > 0, else 0", "hill": "(x/half)^n / (1 + (x/half)^n) for x > 0, else 0",
    "rectified": "x^2/(x + width) for x > 0, else 0: a smooth max(0, x)", "mean_decay": "(1 - exp(-x)) / x, 1 at 0",
}
_NEEDS = {"mean_decay_slope": ("mean_decay",)}
_POSITIVE = {"hill": (1, 2), "ratio_power": (1, 2), "rectified": (1,)}  # arguments that must be above 0 for a definition to have a value
_SAME = frozenset({"+", "-", "min", "max", "<", ">", "<=", ">=", "==", "!=", "rectified"})  # arguments in one unit
_TRUTHS = frozenset({"<", ">", "<=", ">=", "==", "!=", "&&", "||", "!"})


def functions_in(trees: Iterable[Expr]) -> tuple[str, ...]:
    """The functions with a definition of ours that the trees use, in the order of ``DEFINITIONS``, with what these need."""
    used: set[str] = set()
    waiting = list(trees)
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, Call):
            used.add(tree.function)
            waiting += tree.args
    used |= {need for name in used for need in _NEEDS.get(name, ())}
    return tuple(name for name in DEFINITIONS if name in used)


def define(model: Any, names: Iterable[str]) -> None:
    """Add function definitions to an SBML model."""
    import libsbml

    for name in names:
        arguments, value = DEFINITIONS[name]
        made = model.createFunctionDefinition()
        made.setId(name)
        made.setName(name.replace("_", " "))
        math = libsbml.parseL3Formula(f"lambda({arguments}, {value})")
        if math is None:
            raise ValueError(f"{name}: {libsbml.getLastParseL3Error()}")
        made.setMath(math)
        if meaning := MEANINGS.get(name):
            made.setNotes(f'<p xmlns="http://www.w3.org/1999/xhtml">{meaning.replace(">", "&gt;")}</p>')


def without_value(trees: Iterable[Expr], values: Mapping[Name, float]) -> tuple[str, Name] | None:
    """A function and a constant of which it cannot be had in SBML: a half, a width or an exponent of 0."""
    waiting = list(trees)
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, Call):
            for i in _POSITIVE.get(tree.function, ()):
                arg = tree.args[i]
                if isinstance(arg, Name) and arg in values and not values[arg] > 0:
                    return tree.function, arg
        waiting += children(tree)
    return None


class Math:
    """Writes trees as libSBML's nodes; every plain number is given its unit."""

    def __init__(self, units: Units) -> None:
        import libsbml

        self._sbml, self._units = libsbml, units
        self._kinds: dict[str, int] = {
            "+": libsbml.AST_PLUS, "-": libsbml.AST_MINUS, "*": libsbml.AST_TIMES, "/": libsbml.AST_DIVIDE, "^": libsbml.AST_POWER,
            "exp": libsbml.AST_FUNCTION_EXP, "ln": libsbml.AST_FUNCTION_LN, "tanh": libsbml.AST_FUNCTION_TANH, "sin": libsbml.AST_FUNCTION_SIN,
            "cos": libsbml.AST_FUNCTION_COS, "abs": libsbml.AST_FUNCTION_ABS, "min": libsbml.AST_FUNCTION_MIN, "max": libsbml.AST_FUNCTION_MAX,
            "<": libsbml.AST_RELATIONAL_LT, ">": libsbml.AST_RELATIONAL_GT, "<=": libsbml.AST_RELATIONAL_LEQ,
            ">=": libsbml.AST_RELATIONAL_GEQ, "==": libsbml.AST_RELATIONAL_EQ, "!=": libsbml.AST_RELATIONAL_NEQ,
            "&&": libsbml.AST_LOGICAL_AND, "||": libsbml.AST_LOGICAL_OR, "!": libsbml.AST_LOGICAL_NOT,
        }

    def number(self, value: float, unit_id: str = PLAIN) -> Any:
        """A plain number in a unit."""
        node = self._sbml.ASTNode(self._sbml.AST_REAL)
        node.setValue(value)
        node.setUnits(unit_id)
        return node

    def name(self, given: str) -> Any:
        """Something by its identifier."""
        node = self._sbml.ASTNode(self._sbml.AST_NAME)
        node.setName(given)
        return node

    def time(self) -> Any:
        """The time of the simulation."""
        node = self._sbml.ASTNode(self._sbml.AST_NAME_TIME)
        node.setName("time")
        return node

    def join(self, function: str, *parts: Any) -> Any:
        """An operator or function of SBML applied to nodes."""
        return self._node(self._kinds[function], parts)

    def __call__(self, tree: Expr, zero: str = PLAIN) -> Any:
        """A formula; *zero* is the unit of a plain 0 that stands alone."""
        if isinstance(tree, Number):
            return self.number(tree.value, zero if tree.value == 0 else PLAIN)
        if isinstance(tree, Clock):
            return self.time()
        if isinstance(tree, Name):
            return self.name(identifier(tree))
        if not isinstance(tree, Call):
            raise TypeError(f"{type(tree).__name__} is no node of a formula")
        if tree.function in _TRUTHS:
            return self._node(self._sbml.AST_FUNCTION_PIECEWISE, (self.number(1.0), self._truth(tree), self.number(0.0)))
        return self._call(tree, zero)

    def _call(self, tree: Call, zero: str) -> Any:
        if tree.function == "*" and is_number(tree.args[0], -1):
            return self._node(self._sbml.AST_MINUS, (self(tree.args[1]),))
        if tree.function == "sqrt":
            return self._node(self._sbml.AST_FUNCTION_ROOT, (self.number(2.0), self(tree.args[0])))
        if tree.function == "log10":
            return self._node(self._sbml.AST_FUNCTION_LOG, (self.number(10.0), self(tree.args[0])))
        if tree.function == "piecewise":
            value, condition, otherwise = tree.args
            alike = self._zero((value, otherwise), zero)
            return self._node(self._sbml.AST_FUNCTION_PIECEWISE, (self(value, alike), self._truth(condition), self(otherwise, alike)))
        alike = self._zero(tree.args, zero) if tree.function in _SAME else PLAIN
        parts = tuple(self(arg, alike) for arg in tree.args)
        if tree.function in self._kinds:
            return self._node(self._kinds[tree.function], parts)
        node = self._node(self._sbml.AST_FUNCTION, parts)
        node.setName(tree.function)
        return node

    def _truth(self, tree: Expr) -> Any:
        if isinstance(tree, Call) and tree.function in _TRUTHS:
            inner: Callable[[Expr], Any] = self._truth if tree.function in ("&&", "||", "!") else lambda arg: self(arg, self._zero(tree.args, PLAIN))
            return self._node(self._kinds[tree.function], tuple(inner(arg) for arg in tree.args))
        return self._node(self._sbml.AST_RELATIONAL_NEQ, (self(tree), self.number(0.0)))

    def _zero(self, args: tuple[Expr, ...], otherwise: str) -> str:
        """The unit that a plain 0 among *args* has from the others."""
        if not any(is_number(arg, 0) for arg in args):
            return PLAIN
        for arg in args:
            if not is_number(arg, 0) and (found := unit_of(arg)) != ONE:
                return self._units.of(found)
        return otherwise if all(is_number(arg, 0) for arg in args) else PLAIN

    def _node(self, kind: int, parts: Iterable[Any]) -> Any:
        node = self._sbml.ASTNode(kind)
        for part in parts:
            node.addChild(part)
        return node
