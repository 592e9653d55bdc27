"""MathML says what the model computes: it is read back, element by element, and gives the same numbers for every formula of the model."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from zonula.language import functions
from zonula.language.expression import FUNCTIONS, Name, call, evaluate, lift, multiply, names
from zonula.language.quantities import Clock, Healthy, Quantity
from zonula.organs.standard import standard_model
from zonula.web.mathml import mathml

MODEL = standard_model()
SIGNS = {"+": "+", "−": "-", "⋅": "*", "(": "(", ")": ")", ",": ",", "\u2061": "", "<": "<", ">": ">", "≤": "<=", "≥": ">=", "=": "==", "≠": "!="}
KNOWN = {name.replace("_", " "): functions.ARRAYS[FUNCTIONS[name].name] for name in FUNCTIONS if FUNCTIONS[name].name in functions.ARRAYS}
FORMULAS = [*((r.path, r.ungated) for r in MODEL.reactions), *((s.path, tree) for s, tree in MODEL.signals),
            *((r.name, tree) for r, tree in MODEL.readouts),
            *((MODEL.states[term.state].path, multiply(term.factor, r.ungated)) for r in MODEL.reactions for term in r.terms)]


def read(text):
    return ET.fromstring(f"<math>{text}</math>")


def computed(text, home, values):
    """The value of what is drawn."""
    words = {words_of(name, home): value for name, value in values.items()}
    found = []

    def row(parts):
        return "".join(map(formula, parts))

    def known(key):
        found.append(words[key])
        return f"found[{len(found) - 1}]"

    def formula(part):
        inner = list(part)
        if part.tag in ("math", "mrow"):
            if inner and inner[0].tag == "mo" and inner[0].text == "|":
                return f"np.abs({row(inner[1:-1])})"
            return row(inner)
        if part.tag == "mn":
            return part.text
        if part.tag == "mo":
            return SIGNS[part.text]
        if part.tag == "mi":
            return f"KNOWN[{part.text!r}]" if part.text in KNOWN and (part.text, "") not in words else known((part.text, ""))
        if part.tag == "msub":
            return known((inner[0].text, inner[1].text))
        if part.tag == "mfrac":
            return f"(({formula(inner[0])})/({formula(inner[1])}))"
        if part.tag == "msup":
            return f"(({formula(inner[0])})**({formula(inner[1])}))"
        if part.tag == "msqrt":
            return f"np.sqrt({row(inner)})"
        raise AssertionError(part.tag)

    return eval(formula(read(text)), {"np": np, "KNOWN": KNOWN, "found": found})


def words_of(name, home):
    if isinstance(name, Clock):
        return "t", ""
    of = name.of if isinstance(name, Healthy) else name
    organ, _, own = (of.path if isinstance(of, Quantity) else "").rpartition(".")
    if not organ:
        return str(getattr(of, "path", of.name)).replace(".", " ").replace("_", " "), ""
    return own.replace("_", " "), ", ".join(w for w in (organ.replace("_", " ") if organ != home else "", "healthy" if isinstance(name, Healthy) else "") if w)


@pytest.mark.parametrize("floor", [0, FUNCTIONS["*"].binds])
def test_every_formula_of_the_model_is_what_it_says(floor):
    assert len(FORMULAS) > 500
    random = np.random.default_rng(20261123)
    for path, tree in FORMULAS:
        home = path.rpartition(".")[0]
        values = {name: float(random.uniform(0.4, 1.6)) for name in names(tree)}
        assert len({words_of(name, home) for name in values}) == len(values), path
        with np.errstate(all="ignore"):
            drawn = computed(mathml(tree, home, floor), home, values)
        np.testing.assert_allclose(drawn, evaluate(tree, values), rtol=1e-10, atol=1e-12, err_msg=path)


X, Y, Z = Name("x"), Name("y"), Name("z")


@pytest.mark.parametrize("tree", [
    X - (Y - Z), X - (Y + Z), (X - Y) - Z, X * (Y + Z), (X + Y) * Z, X / (Y * Z), X / Y / Z, -(X + Y), X * -Y, X - (-1) * Y, -X * Y, X ** (Y + 1), (X + Y) ** 2,
    (X / Y) ** 2, (X ** 2) ** Y, (-X) ** 2, lift(-2) * X, X - -2, X ** -2.0, call("abs", X - Y), call("sqrt", X + Y), call("exp", -X), call("min", X, Y + 1),
    call("hill", X, Y, Z), X * 1e-7 + 2.5e12, call("rectified", X - Y, Z), call("ln", X)], ids=str)
def test_brackets_are_where_they_are_needed(tree):
    values = {X: 1.7, Y: 0.6, Z: 2.3}
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(computed(mathml(tree), "", values), evaluate(tree, values), rtol=1e-12)


def test_fractions_and_powers_have_two_parts():
    for path, tree in FORMULAS:
        for part in read(mathml(tree, path.rpartition(".")[0])).iter():
            assert part.tag not in ("mfrac", "msup", "msub") or len(part) == 2, path


def test_choices_and_logic_are_drawn():
    text = mathml(call("piecewise", X, call("&&", call("<=", X, Y), call("!", call(">", X, Z))), Y))
    said = "".join(read(text).itertext())
    assert said == "{xif (x≤y∧¬(x>z))yotherwise"


def test_what_a_name_holds_cannot_become_an_element():
    assert mathml(Name("a<b>&c")) == "<mi>a&lt;b&gt;&amp;c</mi>"


def test_names_of_other_organs_say_whose_they_are():
    tree = next(r for r in MODEL.reactions if r.path == "joint_cytokines.pge2_synthesis").ungated
    drawn = mathml(tree, "joint_cytokines")
    assert "<msub><mi>cox2</mi><mtext>ibuprofen</mtext></msub>" in drawn
    assert "<mi>k pge2</mi>" in drawn
