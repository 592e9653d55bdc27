"""The method: its order and that of its dense output, its coefficients, and the stiff problems of the textbooks."""

import re

import numpy as np
import pytest
from tests.numerics.kernel.small_kernels import FINISHED, RODAS5P, SOURCES, TSIT5, Segment, kernel_of
from tests.numerics.kernel.textbook import EXACT, STIFF

METHODS = [pytest.param(RODAS5P, id="rodas5p"), pytest.param(TSIT5, id="tsit5")]
HUGE = 1e30  # relative tolerance at which no step is ever refused: the step is then largest_step throughout


def slopes(errors, steps):
    """Slope of log error over log step between neighbours, and of the straight line through all."""
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def fixed(kernel, exact, span, *, step, outputs):
    start, end = span
    begin = exact(np.array([start]))[0]
    result = kernel.run([begin], [[Segment(start, end)]], [outputs], rtol=HUGE, first_step=step, largest_step=step)
    assert result.status[0] == FINISHED
    assert (result.steps[0], result.rejected[0]) == (round((end - start) / step), 0)
    return np.abs(result.states[0] - exact(np.asarray(outputs)))


def solved(kernel, problem, rtol):
    given = {"rtol": rtol, "scale": problem.scale, "first_step": problem.first_step}
    return kernel.run([problem.start], [[Segment(0.0, problem.end)]], [[problem.end]], **given)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("build", ["fast", "reproducible"])
def test_the_order_of_the_method_is_five(place, name, build, method):
    model, exact = EXACT[name]
    kernel, steps = kernel_of(model, place, build=build, method=method), 2.0 ** -np.arange(3, 7)
    errors = [fixed(kernel, exact, (0.25, 2.25), step=h, outputs=[2.25])[0].max() for h in steps]
    order = slopes(errors, steps)
    assert abs(order - 5.0) <= 0.2 if method == RODAS5P else 4.8 <= order <= 6.0, errors  # Tsit5's next terms are larger: it tends to 5 from above


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", EXACT)
def test_the_dense_output_is_of_order_four(place, name, method):
    """Inside one step from an exact start: the error of an interpolant of order four falls with the fifth power of the step."""
    model, exact = EXACT[name]
    kernel, steps, shares = kernel_of(model, place, method=method), 2.0 ** -np.arange(4, 7), np.linspace(0.05, 0.95, 19)
    errors = [fixed(kernel, exact, (0.5, 0.5 + h), step=h, outputs=0.5 + h * shares).max() for h in steps]
    order = slopes(errors, steps) - 1.0
    assert abs(order - 4.0) <= 0.2 if method == RODAS5P else 3.8 <= order <= 4.8, (order, errors)


@pytest.mark.parametrize("name", EXACT)
def test_the_dense_output_meets_both_ends_of_a_step_and_is_near_the_solution_between_many(place, name):
    model, exact = EXACT[name]
    h, times = 1 / 64, np.linspace(0.25, 2.25, 777)
    errors = fixed(kernel_of(model, place), exact, (0.25, 2.25), step=h, outputs=times)
    assert errors.max() <= 2e-9
    at_steps = [0.25 + i * h for i in range(1, 128)]
    on, just = (fixed(kernel_of(model, place), exact, (0.25, 2.25), step=h, outputs=moments) for moments in (at_steps, np.nextafter(at_steps, 0)))
    assert np.abs(on - just).max() <= 5e-15


def numbers_in(file, name, shape):
    """A table of coefficients as it stands in a header."""
    body = re.search(rf"\b{name}(?:\[[^=]*\])? = ([^;]*);", (SOURCES / file).read_text(encoding="utf-8"))[1].replace("1.0 / 66.0", repr(1 / 66))
    rows = [[float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", row)] for row in re.findall(r"\{([^{}]*)\}", body)]
    table = np.zeros(shape)
    for i, row in enumerate(rows):
        table[i, :len(row)] = row
    return table


def explicit(name, shape):
    return numbers_in("tsit5.h", name, shape)


def tables():
    """The coefficients in rodas5p.h: gamma, A, C (with the rows that the last two stages imply), alpha, gamma_i and the dense rows."""
    text = (SOURCES / "rodas5p.h").read_text(encoding="utf-8")

    def numbers(name, shape):
        return numbers_in("rodas5p.h", name, shape)

    a = np.zeros((8, 8))
    a[:6] = numbers("a_of_method", (6, 8))
    a[6], a[7] = a[5], a[5]
    a[6, 5] = a[7, 5] = a[7, 6] = 1.0
    gamma = float(re.search(r"gamma_of_method = ([\d.]+);", text)[1])
    moments, weights = (numbers(name, (1, 8))[0] for name in ("alpha_of_method", "gamma_of_stage"))
    return gamma, a, numbers("c_of_method", (8, 8)), moments, weights, numbers("dense_of_method", (3, 8))


def test_moments_and_weights_are_the_row_sums_that_the_coefficients_imply():
    """alpha = A Gamma and Gamma = (I/gamma - C)^-1, row by row."""
    gamma, a, c, moments, weights, _ = tables()
    matrix = np.linalg.inv(np.eye(8) / gamma - c)
    assert np.allclose(moments, (a @ matrix).sum(1), rtol=0, atol=2e-13)
    assert np.allclose(weights, matrix.sum(1), rtol=0, atol=2e-13)


@pytest.mark.parametrize("share", [0.1, 0.35, 0.5, 0.8, 1.0])
def test_the_coefficients_fulfil_the_conditions_of_order_at_every_fraction_of_a_step(share):
    """All eight conditions of order four for the dense output, and at the step's end those of order five that are quadratures."""
    gamma, a, c, _, _, dense = tables()
    matrix = np.linalg.inv(np.eye(8) / gamma - c)
    alpha = a @ matrix
    beta, moments = alpha + matrix, alpha.sum(1)
    whole = np.append(a[7, :7], 1.0)
    b = share * (whole + (1 - share) * (dense[0] + share * (dense[1] + share * dense[2]))) @ matrix
    rows = beta.sum(1)
    conditions = [(b.sum(), 1, 1), (b @ rows, 2, 2), (b @ moments**2, 3, 3), (b @ beta @ rows, 3, 6), (b @ moments**3, 4, 4),
                  (b @ (moments * (alpha @ rows)), 4, 8), (b @ beta @ moments**2, 4, 12), (b @ beta @ beta @ rows, 4, 24)]
    if share == 1.0:
        conditions += [(b @ moments**4, 5, 5), (b @ beta @ moments**3, 5, 20), (b @ beta @ beta @ beta @ rows, 5, 120)]
    for found, power, divisor in conditions:
        assert np.isclose(found, share**power / divisor, rtol=0, atol=2e-12), (power, divisor)


@pytest.mark.parametrize("share", [0.1, 0.35, 0.5, 0.8, 1.0])
def test_the_explicit_coefficients_fulfil_the_conditions_of_order(share):
    """All eight conditions of order four for the dense output; at the step's end all seventeen of order five; the embedded method has order four."""
    a, c = np.zeros((7, 7)), explicit("c_explicit", (1, 7))[0]
    a[1:] = explicit("a_explicit", (6, 7))
    dense, less = explicit("dense_explicit", (3, 7)), explicit("error_explicit", (1, 7))[0]
    assert np.allclose(a.sum(1), c, rtol=0, atol=2e-15)
    whole = np.append(a[6, :6], 0.0)
    b = share * (whole + (1 - share) * (dense[0] + share * (dense[1] + share * dense[2])))
    four = [("1", 1, np.ones(7)), ("c", 2, c), ("cc", 3, c**2), ("Ac", 6, a @ c), ("ccc", 4, c**3), ("cAc", 8, c * (a @ c)),
            ("Acc", 12, a @ c**2), ("AAc", 24, a @ a @ c)]
    powers = {"1": 1, "c": 2, "cc": 3, "Ac": 3}
    for name, divisor, vector in four:
        assert np.isclose(b @ vector, share ** powers.get(name, 4) / divisor, rtol=0, atol=2e-13), name
        assert np.isclose(less @ vector, 0.0, rtol=0, atol=2e-13), name
    five = [(5, c**4), (10, c**2 * (a @ c)), (15, c * (a @ c**2)), (30, c * (a @ a @ c)), (20, (a @ c) ** 2), (20, a @ c**3), (40, a @ (c * (a @ c))),
            (60, a @ a @ c**2), (120, a @ a @ a @ c)]
    for divisor, vector in five:
        assert np.isclose(whole @ vector, 1 / divisor, rtol=0, atol=2e-13), divisor
    assert abs(less @ c**4) > 1e-5, "the two methods are not the same"


@pytest.mark.parametrize("name", STIFF)
def test_stiff_problems_come_out_right_to_six_digits(place, name):
    problem = STIFF[name]
    kernel = kernel_of(problem.model, place)
    result = solved(kernel, problem, 1e-8)
    assert result.status[0] == FINISHED
    solution = np.array(problem.solution)
    error = np.abs(result.states[0, -1] - solution) / np.maximum(np.abs(solution), problem.scale)
    assert error.max() <= 1e-7, error  # 6e-9 at worst, when this was written
    assert result.rejected[0] <= 0.1 * result.steps[0]


@pytest.mark.parametrize("name", STIFF)
def test_a_tighter_tolerance_gives_a_smaller_error(place, name):
    problem = STIFF[name]
    kernel, solution = kernel_of(problem.model, place), np.array(problem.solution)
    errors = []
    for rtol in (1e-3, 1e-5, 1e-7):
        result = solved(kernel, problem, rtol)
        errors.append((np.abs(result.states[0, -1] - solution) / np.maximum(np.abs(solution), problem.scale)).max())
        assert errors[-1] <= 30 * rtol
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize("model", [m for m, _ in EXACT.values()] + [p.model for p in STIFF.values()], ids=[*EXACT, *STIFF])
def test_the_exported_solve_inverts_the_difference_of_the_shift_and_the_jacobian(place, model):
    kernel, n, draw = kernel_of(model, place), model.size, np.random.default_rng(4)
    x, b, t, gh = draw.uniform(0.1, 1.0, n), draw.standard_normal(n), 0.3, 7.0
    rates = lambda state: kernel.call("zn_rhs", n, state, t)
    jacobian = np.stack([(rates(x + e) - rates(x - e)) / 2e-4 for e in 1e-4 * np.eye(n)], axis=1)
    k = kernel.call("zn_solve", n, x, t, gh, b)
    residual = gh * k - jacobian @ k - b
    noise = 1e-11 * np.abs(rates(x)) * np.abs(k).sum()  # of the differences: rounding over 1e-4
    assert (np.abs(residual) <= noise + 1e-7 * (np.abs(gh * k) + np.abs(jacobian) @ np.abs(k) + np.abs(b))).all(), residual
