"""Slopes of a graph: exact, sparse, and the same whatever is shared between rows."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.graphs import values_of
from tests.strategies import ANALYTIC, NAMES, X, Y, points, positive_numbers, ratios, trees

from zonula.codegen.graph import Builder, Graph
from zonula.codegen.slopes import Slopes
from zonula.language.expression import Call, Number, call, derivative, evaluate


def slopes_of(several, share=()):
    graph = Graph()
    places = {name: graph.input("x", i) for i, name in enumerate(NAMES)}
    builder = Builder(graph, places.__getitem__)
    values = [builder.node(tree) for tree in several]
    shared = [builder.node(tree) for tree in share]
    return graph, Slopes(graph, {places[name]: i for i, name in enumerate(NAMES)}, shared).jacobian(values)


def at(graph, point):
    return values_of(graph, {("input", "x", i): point[name] for i, name in enumerate(NAMES)})


@settings(max_examples=200, deadline=None)
@given(several=st.lists(trees(ANALYTIC, positive_numbers, leaves=8), min_size=1, max_size=3), point=points(positive_numbers))
def test_a_slope_is_the_derivative_of_the_formula(several, point):
    graph, slopes = slopes_of(several, share=[a for tree in several if isinstance(tree, Call) for a in tree.args])
    value = at(graph, point)
    assume(not any(half == 0 for tree in several for _, half in ratios(tree, point)))  # to nothing there is no ratio in C
    assume(all(abs(value(node)) < 1e100 for node in range(len(graph.nodes))))  # the square of what is larger overflows: it has no slope in C
    for i, tree in enumerate(several):
        for j, name in enumerate(NAMES):
            want = float(evaluate(derivative(tree, name), point))
            parts = [abs(float(evaluate(derivative(tree, other), point))) for other in NAMES]
            assume(all(map(math.isfinite, parts)))
            found = value(slopes[i, j]) if (i, j) in slopes else 0.0
            assume(math.isfinite(found))
            step = 1e-6 * point[name]
            near = [float(evaluate(tree, {**point, name: point[name] + d})) for d in (-step, step)]
            assume(all(map(math.isfinite, near)))
            assert found == pytest.approx(want, rel=1e-6, abs=1e-9 * (1 + max(parts) + max(map(abs, near)) / point[name]))


def test_what_does_not_depend_has_no_slope():
    _, slopes = slopes_of([X * 2, Number(3.0), Y])
    assert set(slopes) == {(0, 0), (2, 1)}


def test_shared_signals_change_no_slope():
    signal = X * Y / (X + Y)
    several = [signal * 3 + X, call("exp", signal), signal]
    plain, shared = slopes_of(several), slopes_of(several, share=[signal])
    point = dict(zip(NAMES, (0.7, 1.9, 1.0), strict=True))
    assert plain[1].keys() == shared[1].keys()
    for place in plain[1]:
        assert at(plain[0], point)(plain[1][place]) == pytest.approx(at(shared[0], point)(shared[1][place]), rel=1e-14)


@pytest.mark.parametrize("law", ["min", "max"])
def test_of_two_equals_the_second_has_the_slope(law):
    graph, slopes = slopes_of([call(law, X, Y)])
    value = at(graph, dict.fromkeys(NAMES, 1.0))
    assert (value(slopes[0, 0]), value(slopes[0, 1])) == (0.0, 1.0)


@pytest.mark.parametrize(("law", "n", "want"), [("hill", 1.0, 0.5), ("hill", 2.0, 0.0), ("ratio_power", 1.0, 0.5), ("ratio_power", 1.5, 0.0)])
def test_the_slope_at_zero_is_that_from_the_right(law, n, want):
    graph, slopes = slopes_of([call(law, X, Number(2.0), Number(n))])
    assert at(graph, dict.fromkeys(NAMES, 0.0))(slopes[0, 0]) == want


def test_a_choice_has_the_slope_of_what_is_chosen():
    tree = call("piecewise", X * X, Call("<", (X, Number(1.0))), 5 * X)
    graph, slopes = slopes_of([tree])
    for x, want in ((0.5, 1.0), (2.0, 5.0)):
        assert at(graph, {**dict.fromkeys(NAMES, 0.0), X: x})(slopes[0, 0]) == pytest.approx(want)
