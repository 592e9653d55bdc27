"""Random formulas through every back end: NumPy, printed Python for arrays and for numbers, and LaTeX."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser
from tests.strategies import (
    ANALYTIC,
    ARITHMETIC,
    NAMES,
    PIECEWISE,
    X,
    Y,
    functions_in,
    plain_numbers,
    points,
    positive_numbers,
    same_bits,
    subtrees,
    trees,
    walk,
    wobble,
)

from zonula.codegen.latex import latex
from zonula.codegen.python import formula_function
from zonula.language.expression import (
    FUNCTIONS,
    Call,
    Number,
    call,
    derivative,
    evaluate,
    substitute,
    to_text,
)
from zonula.language.functions import ARRAYS, NUMBERS
from zonula.language.quantities import Healthy, State

_RATIO_LAWS = {f"{law}{part}" for law in ("hill", "ratio_power") for part in ("", "_slope", "_log")}
anything = st.one_of(plain_numbers, st.floats(width=64), st.sampled_from([0.0, -0.0, math.inf, math.nan, 5e-324, 1e308]))


def _intermediates(tree, values):
    for node in subtrees(tree):
        yield float(evaluate(node, values))
        if isinstance(node, Call) and node.function in _RATIO_LAWS:  # what these laws compute on their way
            yield float(evaluate(Call("/", node.args[:2]), values))
            yield float(evaluate(Call("ratio_power", node.args), values))


def _all_finite(tree, values):
    return all(math.isfinite(v) for v in _intermediates(tree, values))


def _printed(tree, values, *, arrays):
    return formula_function(tree, NAMES, arrays=arrays)(*(values[name] for name in NAMES))


# --- values --------------------------------------------------------------------------------------------

@given(trees(numbers=anything), points(anything))
@example(Call("-", (X, Call("-", (Y, X)))), dict(zip(NAMES, (1e16, 1.0, 3.0), strict=True)))
@example(Call("<", (Call("<", (X, Y)), Number(0.5))), dict.fromkeys(NAMES, 2.0))
@settings(max_examples=300)
def test_printed_numbers_compute_the_tree_in_its_own_order(tree, values):
    try:
        expected = walk(tree, values)
    except (ArithmeticError, ValueError) as error:
        with pytest.raises(type(error)):
            _printed(tree, values, arrays=False)
    else:
        assert same_bits(_printed(tree, values, arrays=False), expected)


@given(trees(), st.lists(points(), min_size=5, max_size=5))
@settings(max_examples=200)
def test_printed_arrays_compute_what_evaluate_computes(tree, rows):
    values = {name: np.array([row[name] for row in rows]) for name in NAMES}
    expected = evaluate(tree, values)
    with np.errstate(all="ignore"):
        try:
            found = _printed(tree, values, arrays=True)
        except ArithmeticError:  # a part without names is plain Python: 1.0 / 0.0
            assert not all(_all_finite(tree, row) for row in rows)
            return
    assert np.asarray(found).dtype == np.float64
    assert same_bits(found, expected)


@given(trees(ARITHMETIC, leaves=20), points())
@settings(max_examples=200)
def test_sums_and_products_are_bit_equal_in_every_back_end(tree, values):
    expected = evaluate(tree, values)
    try:
        found = _printed(tree, values, arrays=False)
    except ZeroDivisionError:
        assert not _all_finite(tree, values)
    else:
        assert same_bits(found, expected)


@given(trees(), points())
@settings(max_examples=300)
def test_numbers_agree_with_numpy_up_to_the_condition_of_the_formula(tree, values):
    expected = float(evaluate(tree, values))
    try:
        found = _printed(tree, values, arrays=False)
    except (ArithmeticError, ValueError):
        assert not _all_finite(tree, values), "plain numbers raised where NumPy found only finite values"
        return
    if not math.isfinite(expected) or not math.isfinite(found):
        assert not _all_finite(tree, values)
        return
    assert abs(found - expected) <= wobble(tree, values) + 1e-12 * abs(expected)


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_each_function_alone_agrees_to_a_few_ulp(function):
    arity = FUNCTIONS[function].arity
    rows = np.random.default_rng(1).uniform(-4, 8, (400, arity)).round(2)
    rows[::7] = 0.0
    rows[::5] = np.abs(rows[::5])
    compared = 0
    for row in rows:
        tree = Call(function, tuple(Number(float(v)) for v in row))
        expected = float(evaluate(tree, {}))
        try:
            found = walk(tree, {})
        except (ArithmeticError, ValueError):
            assert not math.isfinite(expected), (function, row)
            continue
        if math.isnan(expected):
            assert math.isnan(found), (function, row)
            continue
        compared += 1
        terms = np.exp(-row[0]) / abs(row[0]) if function == "mean_decay_slope" and abs(row[0]) > 0.01 else 0.0  # what is subtracted there
        assert abs(found - expected) <= 8 * np.spacing(max(abs(expected), terms, 1e-300)), (function, row)
    assert compared > 50


@pytest.mark.parametrize("function", ["min", "max"])
def test_not_a_number_is_never_hidden_by_a_choice(function):
    for args in ((math.nan, 1.0), (1.0, math.nan)):
        tree = Call(function, tuple(map(Number, args)))
        assert math.isnan(walk(tree, {}))
        assert math.isnan(evaluate(tree, {}))


def test_evaluation_never_raises_on_real_numbers():
    corners = (0.0, -0.0, 1.0, -1.0, 5e-324, 1e308, -1e308, math.inf, -math.inf, math.nan)
    random = np.random.default_rng(2)
    for function, known in FUNCTIONS.items():
        for _ in range(100):
            row = random.choice(corners, known.arity)
            assert evaluate(Call(function, tuple(map(Number, row))), {}).dtype == np.float64


def test_a_formula_is_neither_true_nor_false():
    with pytest.raises(TypeError, match="piecewise"):
        bool(X + Y)


def test_the_text_of_a_formula_is_a_fixed_string():
    tree = (X + Y) * (X - (Y - 2)) / (-X) ** Y
    assert to_text(tree, str) == "(x + y) * (x - (y - 2.0)) / power((-1.0) * x, y)"


# --- LaTeX ---------------------------------------------------------------------------------------------

_PARSER = MathTextParser("path")


def _parses(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            _PARSER.parse(f"${text}$")
        except (ValueError, Warning) as error:
            pytest.fail(f"{text}\n{error}")


@given(trees(leaves=6))
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_every_formula_becomes_latex_that_parses(tree):
    _parses(latex(tree))


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_function_may_be_raised_to_a_power_in_latex(function):
    _parses(latex(Call("^", (Call(function, NAMES[: FUNCTIONS[function].arity]), Number(2.0)))))


def test_a_healthy_value_may_be_raised_to_a_power_in_latex():
    state = State("1", "a state", start=0.0, within=(0.0, 1.0), volume=None, accumulates=False)
    state.name, state.path = "level_of_it", "organ.level_of_it"
    _parses(latex(Healthy(state) ** 2))


@pytest.mark.parametrize(("tree", "text"), [
    (X - (Y - X), r"\mathrm{x} - \left(\mathrm{y} - \mathrm{x}\right)"),
    ((X / Y) ** 2, r"\left(\frac{\mathrm{x}}{\mathrm{y}}\right)^{2}"),
    (X * (X + Y), r"\mathrm{x} \, \left(\mathrm{x} + \mathrm{y}\right)"),
    (Number(-2.0) * X, r"(-2) \, \mathrm{x}"),
    (Number(1.5e9) * X, r"1.5 \cdot 10^{9} \, \mathrm{x}"),
    (Call("<", (Call("<", (X, Y)), X)), r"\left(\mathrm{x} < \mathrm{y}\right) < \mathrm{x}"),
])
def test_brackets_in_latex_show_the_order_of_the_tree(tree, text):
    assert latex(tree) == text


# --- derivatives ---------------------------------------------------------------------------------------

def _complex_slope(tree, values, by):
    step = 1e-30
    at = {name: np.asarray(v, complex) for name, v in values.items()}
    at[by] = at[by] + 1j * step
    return float(np.imag(evaluate(tree, at)) / step)


def _smooth(tree, values):
    powers = [node for node in subtrees(tree) if isinstance(node, Call) and node.function in ("^", "hill", "ratio_power")]
    return _all_finite(tree, values) and all(float(evaluate(p.args[0], values)) > 0 for p in powers if p.function == "^") and all(
        float(evaluate(p.args[1], values)) > 0 for p in powers if p.function != "^")


@given(trees(ANALYTIC, positive_numbers), points(positive_numbers))
@settings(max_examples=200)
def test_derivatives_agree_with_the_complex_step(tree, values):
    assume(_smooth(tree, values))
    exact = derivative(tree, X)
    assume(_all_finite(exact, values))
    found, expected = float(evaluate(exact, values)), _complex_slope(tree, values, X)
    assume(math.isfinite(expected))
    largest = max(abs(float(evaluate(node, values))) for node in subtrees(tree))  # complex quotients cancel at its last digits
    assert abs(found - expected) <= wobble(exact, values, 1e-11) + 1e-11 * abs(expected) + 1e-13 * largest


@pytest.mark.parametrize("function", ANALYTIC)
@pytest.mark.parametrize("argument", [0, 1, 2])
def test_the_slope_of_each_analytic_function_is_exact(function, argument):
    arity = FUNCTIONS[function].arity
    if argument >= arity:
        return  # a function of fewer arguments
    for row in np.random.default_rng(3).uniform(0.3, 3.0, (50, arity)):
        values = dict(zip(NAMES, map(float, row), strict=False))
        by = NAMES[argument]
        tree = Call(function, NAMES[:arity])
        expected = _complex_slope(tree, values, by)
        assert float(evaluate(derivative(tree, by), values)) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("function", PIECEWISE)
def test_the_slope_of_each_choice_agrees_with_differences(function):
    arity, step, compared = FUNCTIONS[function].arity, 1e-5, 0
    random = np.random.default_rng(4)
    for _ in range(200):
        weights, offsets = random.uniform(-3, 3, (2, arity))
        args = tuple(Number(float(w)) * X + float(o) for w, o in zip(weights, offsets, strict=True))
        at = float(random.uniform(-2, 2))
        values = [float(evaluate(arg, {X: at})) for arg in args]
        gaps = [abs(a - b) for i, a in enumerate(values) for b in values[:i]] + [abs(v) for v in values]
        if min(gaps) < 0.01:
            continue  # too near to the kink for a difference
        tree = call(function, *args)
        up, down = (float(evaluate(tree, {X: at + s})) for s in (step, -step))
        assert float(evaluate(derivative(tree, X), {X: at})) == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-6)
        compared += 1
    assert compared > 100


@pytest.mark.parametrize("function", [f for f, known in FUNCTIONS.items() if known.slope is None])
def test_what_has_no_slope_says_so(function):
    with pytest.raises(ValueError, match="no derivative"):
        derivative(Call(function, NAMES[: FUNCTIONS[function].arity]), X)


def test_every_function_is_covered_by_a_test_of_its_slope():
    with_slope = {f for f, known in FUNCTIONS.items() if known.slope is not None}
    assert with_slope == {*ANALYTIC, *PIECEWISE}


def test_random_trees_hold_every_function():
    seen = set()

    @given(trees())
    @settings(max_examples=600, derandomize=True)
    def collect(tree):
        seen.update(functions_in(tree))

    collect()
    assert seen == set(FUNCTIONS)


def test_every_function_can_be_computed_in_both_ways():
    needed = {known.name for known in FUNCTIONS.values() if known.binds == 9}
    assert needed == set(ARRAYS) == set(NUMBERS)


# --- substitution --------------------------------------------------------------------------------------

@given(trees(), trees(leaves=4), points())
@settings(max_examples=200)
def test_substituting_a_tree_is_computing_it_first(tree, instead, values):
    inner = float(evaluate(instead, values))
    before = {**values, X: inner}
    assume(_all_finite(tree, before) and _all_finite(instead, values))
    after = float(evaluate(substitute(tree, {X: instead}), values))
    assert after == float(evaluate(tree, before))


@given(trees())
def test_substituting_nothing_returns_the_tree_itself(tree):
    assert substitute(tree, {}) is tree


@pytest.mark.parametrize("function", ["+", "-", "*", "/", "^"])
def test_zeros_and_ones_that_appear_are_folded_away(function):
    for left, right in ((0.0, None), (None, 0.0), (1.0, None), (None, 1.0)):
        tree = substitute(Call(function, (X, Y)), {X: Y if left is None else Number(left), Y: Y if right is None else Number(right)})
        value = float(evaluate(tree, {Y: 3.0}))
        assert value == walk(Call(function, (Number(3.0 if left is None else left), Number(3.0 if right is None else right))), {}) \
            if not (function == "/" and right == 0.0) else isinstance(tree, Call)
