"""What must hold of any formula in an organ: its unit, and no number without a source."""

from __future__ import annotations

from fractions import Fraction

from zonula.ground.errors import ModelError, UnitError
from zonula.language.expression import Call, Expr, Name, Number, children
from zonula.language.quantities import Healthy, Quantity, Switch
from zonula.language.units import ONE, Unit

_PLAIN = frozenset({-1.0, 0.0, 1.0, 2.0})  # the numbers a rate may hold without saying why
_ALIKE = frozenset({"+", "-", "min", "max", "<", ">", "<=", ">=", "==", "!="})
_COMPARISONS = frozenset({"<", ">", "<=", ">=", "==", "!="})


def unit_of(tree: Expr) -> Unit:
    """The unit of a formula.

    Raises
    ------
    UnitError   when its terms disagree, or when a function is given what it cannot take.
    """
    found = _unit(tree)
    return ONE if found is None else found


def _unit(tree: Expr) -> Unit | None:
    """The unit; ``None`` for a plain 0, which fits everything."""
    match tree:
        case Quantity():
            return tree.unit
        case Healthy():
            return tree.of.unit
        case Switch():
            return ONE
        case Number(value):
            return None if value == 0 else ONE
        case Call("*", (a, b)):
            return unit_of(a) * unit_of(b)
        case Call("/", (a, b)):
            return unit_of(a) / unit_of(b)
        case Call("^", (a, Number(n))):
            return unit_of(a) ** Fraction(n).limit_denominator(1000)
        case Call("sqrt", (a,)):
            return unit_of(a) ** Fraction(1, 2)
        case Call("abs", (a,)):
            return _unit(a)
        case Call("rectified", (a, width)):
            return _alike(a, width, tree)
        case Call(("hill" | "ratio_power"), (a, half, n)):
            _alike(a, half, tree)
            _plain(n, tree)
            return ONE
        case Call("piecewise", (a, condition, b)):
            _plain(condition, tree)
            return _alike(a, b, tree)
        case Call(function, (a, b)) if function in _ALIKE:
            both = _alike(a, b, tree)
            return ONE if function in _COMPARISONS else both
        case Call(_, args):
            for arg in args:
                _plain(arg, tree)
            return ONE
        case Name():
            raise UnitError.of("ZN-2106", f"{tree} has no unit", fix="use quantities that an organ declares")
    raise TypeError(f"{type(tree).__name__} is no node of a formula")


def _alike(a: Expr, b: Expr, whole: Expr) -> Unit | None:
    first, second = _unit(a), _unit(b)
    if first is None or second is None:
        return second if first is None else first
    if first != second:
        raise UnitError.of("ZN-2107", f"cannot combine [{first}] and [{second}] in {whole}",
                           fix="bring both to one unit, or divide each by a reference of its own kind")
    return first


def _plain(tree: Expr, whole: Expr) -> None:
    if (found := _unit(tree)) not in (None, ONE):
        raise UnitError.of("ZN-2108", f"{tree} inside {whole} is in [{found}] and must be a plain number",
                           fix="divide it by a parameter of the same unit")


def same_unit(where: str, have: Unit, want: Unit) -> None:
    """Refuse a formula whose unit is not the declared one."""
    if have != want:
        apart = f": {float(have.scale / want.scale):g} times as much" if have.same_dimension(want) else ""
        raise UnitError.of("ZN-2109", f"{where} is in [{have}] and should be in [{want}]{apart}",
                           fix="look for a forgotten volume, time unit or scale")


def no_bare_numbers(where: str, tree: Expr, *, exponent: bool = False) -> None:
    """Refuse numbers without a source: all but 0, 1, 2, exponents, and literals that say why."""
    if isinstance(tree, Number) and not exponent and not tree.why and tree.value not in _PLAIN:
        raise ModelError.of("ZN-2203", f"{where} holds the number {tree} without a source",
                            fix="make it a parameter with evidence, or literal(value, because=...) if it is a shape constant")
    law = tree.function if isinstance(tree, Call) else ""
    for i, child in enumerate(children(tree)):
        is_exponent = (law == "^" and i == 1) or (law in ("hill", "ratio_power") and i == 2)
        no_bare_numbers(where, child, exponent=is_exponent)
