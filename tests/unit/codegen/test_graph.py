"""Formulas as a graph: nothing stands twice, fixed things come together, and what is computed stays what the formula says."""

import math

import pytest
from hypothesis import assume, given, settings
from tests.graphs import conditions_are_clear, values_of
from tests.strategies import NAMES, X, Y, Z, points, positive_numbers, ratios, trees, wobble

from zonula.codegen.graph import FIXED, MOVING, PLAIN, Builder, Graph
from zonula.language.expression import FUNCTIONS, Call, Number, call, evaluate

FORMULAS = tuple(f for f in FUNCTIONS if FUNCTIONS[f].slope is not None)  # the rest are slopes, which the graph makes itself


def made(fixed=()):
    graph = Graph()
    places = {name: graph.input("p" if name in fixed else "x", i) for i, name in enumerate(NAMES)}
    return graph, Builder(graph, places.__getitem__)


@settings(max_examples=300, deadline=None)
@given(tree=trees(FORMULAS, positive_numbers), values=points(positive_numbers))
def test_a_graph_computes_what_the_formula_says(tree, values):
    want = float(evaluate(tree, values))
    assume(math.isfinite(want))
    slack = wobble(tree, values)
    assume(math.isfinite(slack))
    assume(not any(half == 0 for _, half in ratios(tree, values)))  # to nothing there is no ratio in C
    for fixed in ((), (X,), (X, Y, Z)):
        graph, builder = made(fixed)
        node = builder.node(tree)
        seen = values_of(graph, {(graph.nodes[graph.input("p" if n in fixed else "x", i)]): values[n] for i, n in enumerate(NAMES)})
        assume(conditions_are_clear(graph, seen, node))
        assume(all(abs(seen(each)) < 1e300 for each in range(len(graph.nodes))))  # in C what overflows on the way has no value
        assert abs(seen(node) - want) <= 100 * slack + 1e-13 * abs(want)


def test_what_is_said_twice_is_made_once():
    _, builder = made()
    one, two = builder.node(X * Y + call("exp", Z)), builder.node(call("exp", Z) + Y * X)
    assert one == two


def test_fixed_factors_come_together():
    graph, builder = made(fixed=(Y, Z))
    node = builder.node(Y * X * Z / (Y + Z))
    kind, left, right = graph.nodes[node]
    assert kind == "mul"
    assert sorted(graph.level[int(n)] for n in (left, right)) == [FIXED, MOVING]


def test_fixed_terms_come_together():
    graph, builder = made(fixed=(Y, Z))
    node = builder.node(Y + X + Z)
    assert sorted(graph.level[n] for n in graph.below(node)) == [FIXED, MOVING]


@pytest.mark.parametrize(("tree", "value"), [
    (Number(2.0) * Number(3.0), 6.0), (X * 0, 0.0), (X - X * 1 + 0 * Y, None), (Number(1.0) / Number(4.0), 0.25), (Number(-0.0) + Number(0.0), 0.0),
])
def test_plain_numbers_are_computed_at_once(tree, value):
    graph, builder = made()
    node = builder.node(tree)
    assert graph.value(node) == value
    assert (graph.level[node] == PLAIN) == (value is not None)


def test_a_sign_is_kept_outside_of_products():
    graph, builder = made()
    assert builder.node(-X * -Y) == builder.node(X * Y)
    assert graph.nodes[builder.node(-X * Y)][0] == "neg"


@pytest.mark.parametrize(("x", "half", "n", "want"), [(0.0, 2.0, 1.0, 0.0), (-1.0, 2.0, 1.0, 0.0), (-1.0, 2.0, 2.0, 0.0), (2.0, 2.0, 1.5, 0.5),
                                                     (0.0, 2.0, 0.6, 0.0), (-3.0, 2.0, 0.6, 0.0), (1e300, 1.0, 1.0, 1.0)])
def test_a_law_is_guarded_at_zero(x, half, n, want):
    for exponent in (Number(n), Z):
        graph, builder = made()
        node = builder.node(Call("hill", (X, Y, exponent)))
        seen = values_of(graph, {("input", "x", 0): x, ("input", "x", 1): half, ("input", "x", 2): n})
        assert seen(node) == pytest.approx(want, rel=1e-12)


def test_what_is_no_number_is_not_hidden_by_a_bound():
    for law in ("min", "max"):
        graph, builder = made()
        node = builder.node(call(law, X, Number(1.0)))
        assert math.isnan(values_of(graph, {("input", "x", 0): math.nan})(node))


def test_a_function_without_a_c_form_is_refused_by_name():
    _, builder = made()
    with pytest.raises(ValueError, match="hill_slope has no C form"):
        builder.node(Call("hill_slope", (X, Y, Number(1.0))))


def test_every_function_with_a_slope_has_a_c_form():
    for name in FORMULAS:
        graph, builder = made()
        node = builder.node(Call(name, tuple([X, Y, Z][: FUNCTIONS[name].arity])))
        seen = values_of(graph, {("input", "x", 0): 1.3, ("input", "x", 1): 0.7, ("input", "x", 2): 1.6})
        assert seen(node) == pytest.approx(float(evaluate(Call(name, tuple([X, Y, Z][: FUNCTIONS[name].arity])), {X: 1.3, Y: 0.7, Z: 1.6})), rel=1e-12)


def test_a_power_of_a_ratio_is_exact_however_small_the_ratio_is():
    graph, builder = made()
    node = builder.node(call("ratio_power", X, Number(2.0), Y))
    for x, want in ((1e-15, 5e-16 ** 0.5), (0.0, 0.0), (-1.0, 0.0), (1e-12, 5e-13 ** 0.5), (2.0, 1.0)):
        seen = values_of(graph, {graph.nodes[graph.input("x", i)]: {X: x, Y: 0.5, Z: 1.0}[name] for i, name in enumerate(NAMES)})
        assert seen(node) == pytest.approx(want, rel=1e-12, abs=0)


def test_a_difference_of_the_same_is_nothing_only_where_that_is_asked_for():
    for cancelling in (True, False):
        graph = Graph(cancelling=cancelling)
        x, y = graph.make("input", "x", 0), graph.make("input", "x", 1)
        assert (graph.value(graph.subtract(x, x)) == 0.0) is cancelling
        assert graph.value(graph.subtract(x, y)) is None
