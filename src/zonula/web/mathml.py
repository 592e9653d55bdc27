"""Formulas as MathML: what a browser draws and prints as mathematics, and a screen reader reads as such.

Names are words. Within an organ its own names stand alone; those of other organs have theirs below them.
"""

from __future__ import annotations

import html

from zonula.language.expression import FUNCTIONS, Call, Expr, Name, Number, is_number
from zonula.language.quantities import Clock, Healthy, Quantity, Switch

_SIGNS = {"+": "+", "-": "−", "*": "⋅", "<": "&lt;", ">": "&gt;", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_LOGIC = {"&&": "∧", "||": "∨"}
_MINUS = 5  # how tightly a sign before a formula binds
_WHOLE = 9
_APPLIED = "<mo>&#x2061;</mo>"  # of a function, to what stands in brackets


def mathml(tree: Expr, home: str = "", floor: int = 0) -> str:
    """What stands within ``<math>`` for a formula: elements in a row, in brackets where it binds less than *floor*.

    Parameters
    ----------
    home  : the organ whose names stand alone
    floor : how tightly it must bind to stand without brackets (as ``language.expression`` counts)
    """
    if isinstance(tree, Number):
        text = _number(tree.value)
        return _bracketed(text) if tree.value < 0 and floor else text
    if isinstance(tree, Name):
        return _name(tree, home)
    if not isinstance(tree, Call):
        raise TypeError(f"{type(tree).__name__} is no node of a formula")
    if tree.function == "*" and is_number(tree.args[0], -1):
        text = f"<mo>−</mo>{mathml(tree.args[1], home, _MINUS + 1)}"
        return _bracketed(text) if floor >= _MINUS else text
    known = FUNCTIONS[tree.function]
    if tree.function == "/" or known.binds == _WHOLE:
        return _called(tree, home)
    left = mathml(tree.args[0], home, known.binds + (known.binds == 4))
    text = f"{left}<mo>{_SIGNS[tree.function]}</mo>{mathml(tree.args[1], home, known.binds + 1)}"
    return _bracketed(text) if known.binds < floor else text


def _called(tree: Call, home: str) -> str:
    """What has a form of its own, or is a function with a name."""
    first, *others = tree.args
    if tree.function == "/":
        return f"<mfrac>{_one(first, home)}{_one(others[0], home)}</mfrac>"
    if tree.function == "^":
        return f"<msup>{_one(first, home, _WHOLE)}{_one(others[0], home)}</msup>"
    if tree.function == "sqrt":
        return f"<msqrt>{mathml(first, home, 0)}</msqrt>"
    if tree.function == "abs":
        return f"<mrow><mo>|</mo>{mathml(first, home, 0)}<mo>|</mo></mrow>"
    if tree.function in _LOGIC:
        return _bracketed(f"{mathml(first, home, 1)}<mo>{_LOGIC[tree.function]}</mo>{mathml(others[0], home, 1)}")
    if tree.function == "!":
        return f"<mrow><mo>¬</mo>{_bracketed(mathml(first, home, 0))}</mrow>"
    if tree.function == "piecewise":
        rows = ((first, f"<mtext>if </mtext>{mathml(others[0], home, 0)}"), (others[1], "<mtext>otherwise</mtext>"))
        table = "".join(f"<mtr><mtd>{mathml(value, home, 0)}</mtd><mtd>{when}</mtd></mtr>" for value, when in rows)
        return f"<mrow><mo>{{</mo><mtable>{table}</mtable></mrow>"
    given = "<mo>,</mo>".join(mathml(arg, home, 0) for arg in tree.args)
    return f"<mrow><mi>{_words(tree.function)}</mi>{_APPLIED}{_bracketed(given)}</mrow>"


def _one(tree: Expr, home: str, floor: int = 0) -> str:
    """A formula as exactly one element, as fractions and powers want their parts."""
    text = mathml(tree, home, floor)
    alone = isinstance(tree, Name) or (isinstance(tree, Number) and text.startswith("<mn>") and text.count("<") == 2)
    return text if alone else f"<mrow>{text}</mrow>" if floor < _WHOLE or not isinstance(tree, Call) else _bracketed(text)


def _bracketed(text: str) -> str:
    return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"


def _number(value: float) -> str:
    sign = "<mo>−</mo>" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    plain = f"<mn>{mantissa.removesuffix('.0')}</mn>"
    if not exponent:
        return sign + plain
    power = f"<mn>{abs(int(exponent))}</mn>" if int(exponent) > 0 else f"<mrow><mo>−</mo><mn>{abs(int(exponent))}</mn></mrow>"
    return f"<mrow>{sign}{plain}<mo>⋅</mo><msup><mn>10</mn>{power}</msup></mrow>"


def _name(name: Name, home: str) -> str:
    if isinstance(name, Clock):
        return "<mi>t</mi>"
    if isinstance(name, Healthy):
        return _told(name.of, home, "healthy")
    if isinstance(name, Switch):
        return f"<mi>{_words(name.path.replace('.', ' '))}</mi>"
    return _told(name, home, "")


def _told(name: Name, home: str, state: str) -> str:
    path = name.path if isinstance(name, Quantity) else name.name
    organ, _, own = path.rpartition(".")
    below = [word for word in (organ if organ != home else "", state) if word]
    plain = f"<mi>{_words(own)}</mi>"
    return f"<msub>{plain}<mtext>{_words(', '.join(below))}</mtext></msub>" if below else plain


def _words(text: str) -> str:
    return html.escape(text.replace("_", " "))
