"""In which order a sparse matrix is eliminated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zonula.codegen.ordering import elimination, pivots


def solved(matrix, right, plan):
    """The same sums and products that the printed C makes, in Python."""
    n = len(right)
    rows = {k: {j: matrix[plan.row[k], j] for j in (*plan.before[k], k, *plan.after[k])} for k in range(n)}
    for k in plan.order:
        for above in plan.before[k]:
            rows[k][above] /= rows[above][above]
            for j in plan.after[above]:
                rows[k][j] -= rows[k][above] * rows[above][j]
    b = {}
    for k in plan.order:
        b[k] = right[plan.row[k]] - sum(rows[k][j] * b[j] for j in plan.before[k])
    for k in reversed(plan.order):
        b[k] = (b[k] - sum(rows[k][j] * b[j] for j in plan.after[k])) / rows[k][k]
    return np.array([b[k] for k in range(n)])


@settings(max_examples=200, deadline=None)
@given(n=st.integers(1, 12), seed=st.integers(0, 10**6), fill=st.floats(0.05, 0.5))
def test_the_plan_solves_a_sparse_system(n, seed, fill):
    random = np.random.default_rng(seed)
    pattern = random.random((n, n)) < fill
    np.fill_diagonal(pattern, val=True)
    matrix = np.where(pattern, random.normal(size=(n, n)), 0.0) + 2 * n * np.eye(n)
    right = random.normal(size=n)
    plan = elimination(n, [(int(i), int(j)) for i, j in np.argwhere(pattern)])
    assert solved(matrix, right, plan) == pytest.approx(np.linalg.solve(matrix, right), rel=1e-9, abs=1e-12)
    assert sorted(plan.order) == list(range(n))
    assert plan.entries >= pattern.sum()


def test_an_arrow_is_eliminated_from_its_point_without_fill():
    n = 9
    arrow = [(i, i) for i in range(n)] + [(0, j) for j in range(1, n)] + [(i, 0) for i in range(1, n)]
    plan = elimination(n, arrow)
    assert plan.entries == len(arrow)
    assert plan.order.index(0) >= n - 2


def test_a_row_without_its_own_entry_is_divided_by_another():
    pattern = [(0, 1), (1, 0), (2, 2), (1, 2)]
    rows = pivots(3, pattern)
    assert rows == (1, 0, 2)
    matrix = np.zeros((3, 3))
    for k, place in enumerate(pattern):
        matrix[place] = k + 1.0
    right = np.array([1.0, 2.0, 3.0])
    assert solved(matrix, right, elimination(3, pattern, rows)) == pytest.approx(np.linalg.solve(matrix, right))


def test_rows_are_moved_along_a_chain():
    assert pivots(3, [(0, 0), (0, 1), (1, 0), (2, 1), (2, 2)]) == (1, 0, 2)


def test_a_matrix_that_is_always_singular_is_refused():
    with pytest.raises(ValueError, match="equation 1"):
        pivots(2, [(0, 0), (1, 0)])


def test_the_plan_does_not_depend_on_the_order_of_the_pattern():
    pattern = [(i, j) for i in range(6) for j in range(6) if i == j or (i * 7 + j * 3) % 4 == 0]
    assert elimination(6, pattern) == elimination(6, pattern[::-1])
