"""The kernel's own exp, log, pow ...: how exact they are, what they do at the edges, and that their bytes depend on nothing."""

import ctypes
from itertools import pairwise

import numpy as np
import pytest
from tests.numerics.kernel.small_kernels import BUILDS, compiled, compilers, flags

ONE = ("exp", "expm1", "log", "tanh", "sin", "cos", "sqrt", "rcp", "abs")
TWO = ("pow", "min", "max")
PROBE = '#include "vector.h"\n#include <string.h>\n' + "".join(
    f"""void probe_{name}(const double *x, const double *y, double *z, int64_t n) {{
  for (int64_t i = 0; i < n; i += LANES) {{
    V a, b;
    memcpy(&a, x + i, sizeof a);
    memcpy(&b, y + i, sizeof b);
    (void)b;
    a = zn_{name}(a{', b' if name in TWO else ''});
    memcpy(z + i, &a, sizeof a);
  }}
}}
void probe_{name}1(const double *x, const double *y, double *z, int64_t n) {{
  for (int64_t i = 0; i < n; i++) z[i] = zn_{name}1(x[i]{', y[i]' if name in TWO else ''});
  (void)y;
}}
""" for name in ONE + TWO)
BITS = np.finfo(np.longdouble).nmant
precise = pytest.mark.skipif(BITS < 60, reason="this machine's longest floating-point number is no longer than a double")


class Functions:
    def __init__(self, place, build, lanes, command=None):
        folder = place / f"probe-{build}-{lanes}-{'-'.join(command or ()).replace('/', '_')}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "probe.c").write_text(PROBE, encoding="utf-8")
        self.library = ctypes.CDLL(str(compiled("", folder, flags(build, lanes), command=command, main="probe.c")))

    def __call__(self, name, x, y=0.0):
        x, y = (np.ascontiguousarray(a, np.float64) for a in np.broadcast_arrays(x, y))
        n = len(x)
        padded = [np.concatenate([a, np.ones(-n % 8)]) for a in (x, y)]
        z = np.zeros_like(padded[0])
        getattr(self.library, f"probe_{name}")(*(a.ctypes.data_as(ctypes.c_void_p) for a in (*padded, z)), ctypes.c_int64(len(z)))
        return z[:n]


@pytest.fixture(scope="module", params=[*((build, 4, "") for build in BUILDS), ("fast", 8, ""), ("reproducible", 2, "1"), ("fast", 4, "1")],
                ids=lambda p: f"{p[0]}-{p[1]}{'-scalar' if p[2] else ''}")
def functions(place, request):
    build, lanes, suffix = request.param
    of = Functions(place, build, lanes)
    return lambda name, x, y=0.0: of(name + suffix, x, y)


def ulps(found, exact):
    """Error in units of the last place of the exact value."""
    return np.abs(found.astype(np.longdouble) - exact) / np.spacing(np.abs(exact).astype(np.float64)).astype(np.longdouble)


def numbers(name, n=200_000):
    draw = np.random.default_rng([7, len(name)])
    signs = draw.choice([-1.0, 1.0], n)
    spread = 10.0 ** draw.uniform(-12, 1, n)
    return {
        "exp": np.concatenate([draw.uniform(-708, 709.7, n), signs * spread]),
        "expm1": np.concatenate([draw.uniform(-745, 709.7, n), draw.uniform(-2, 2, n), signs * spread]),
        "log": np.concatenate([10.0 ** draw.uniform(-307, 308, n), draw.uniform(0.5, 2, n), 1 + signs * spread / 20, 5e-324 * draw.integers(1, 2**52, n)]),
        "tanh": np.concatenate([draw.uniform(-22, 22, n), signs * spread]),
        "sin": np.concatenate([draw.uniform(-10, 10, n), draw.uniform(-1e6, 1e6, n), signs * spread, np.arange(1, n) * (np.pi / 2)]),
    }[name]


@precise
@pytest.mark.parametrize(("name", "most"), [("exp", 1.1), ("expm1", 2.0), ("log", 0.85), ("tanh", 2.6), ("sin", 2.5), ("cos", 2.5)])
def test_errors_stay_within_units_of_the_last_place(functions, name, most):
    x = numbers("sin" if name == "cos" else name)
    worst = ulps(functions(name, x), getattr(np, name)(x.astype(np.longdouble))).max()
    assert worst <= most, f"{name}: {float(worst):.3f} ulp"


@precise
def test_sines_of_moderate_angles_and_tiny_results_of_exp(functions):
    x = np.linspace(-1000, 1000, 300_001)
    for name in ("sin", "cos"):
        assert ulps(functions(name, x), getattr(np, name)(x.astype(np.longdouble))).max() <= 1.6
    x = np.linspace(-745.1, -708, 50_001)  # results below the smallest normal number
    assert ulps(functions("exp", x), np.exp(x.astype(np.longdouble))).max() <= 1.1


@precise
def test_powers_are_as_exact_as_their_logarithm_allows(functions):
    draw = np.random.default_rng(3)
    x = np.concatenate([10.0 ** draw.uniform(-300, 300, 100_000), draw.uniform(0.1, 10, 100_000), 1 + draw.uniform(-1e-3, 1e-3, 100_000)])
    y = np.concatenate([draw.uniform(-2, 2, 100_000), draw.uniform(-8, 8, 100_000), draw.uniform(-1e4, 1e4, 100_000)])
    size = np.abs(y * np.log(x))
    x, y, size = x[size < 700], y[size < 700], size[size < 700]
    exact = x.astype(np.longdouble) ** y.astype(np.longdouble)
    error = np.abs(functions("pow", x, y) - exact) / exact
    assert (error / (1 + size)).max() <= 2.5e-16


def test_square_roots_and_reciprocals(functions):
    draw = np.random.default_rng(5)
    x = 10.0 ** draw.uniform(-300, 300, 200_000)
    assert np.array_equal(functions("sqrt", x), np.sqrt(x))
    x = np.concatenate([x, -x])
    assert (np.abs(functions("rcp", x) * x - 1) <= 2.5e-16).all()


INF, NAN = np.inf, np.nan
EDGES = {
    "exp": [(0.0, 1.0), (-0.0, 1.0), (710.0, INF), (1e300, INF), (INF, INF), (-746.0, 0.0), (-1e300, 0.0), (-INF, 0.0), (1.0, np.e), (NAN, NAN)],
    "expm1": [(0.0, 0.0), (1e-300, 1e-300), (5e-324, 5e-324), (800.0, INF), (INF, INF), (-50.0, -1.0), (-1e300, -1.0), (-INF, -1.0), (NAN, NAN)],
    "log": [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (-1.0, NAN), (-INF, NAN), (INF, INF), (np.e, 1.0), (NAN, NAN)],
    "tanh": [(0.0, 0.0), (1e-300, 1e-300), (-30.0, -1.0), (1e300, 1.0), (INF, 1.0), (-INF, -1.0), (NAN, NAN)],
    "sin": [(0.0, 0.0), (1e-300, 1e-300), (INF, NAN), (-INF, NAN), (1e16, NAN), (NAN, NAN)],
    "cos": [(0.0, 1.0), (1e-300, 1.0), (INF, NAN), (-INF, NAN), (1e16, NAN), (NAN, NAN)],
    "sqrt": [(0.0, 0.0), (4.0, 2.0), (INF, INF), (-1.0, NAN), (NAN, NAN)],
    "rcp": [(0.0, INF), (-0.0, -INF), (INF, 0.0), (-INF, 0.0), (2.0, 0.5), (-0.25, -4.0), (1e308, 1e-308), (NAN, NAN)],
    "abs": [(-0.0, 0.0), (-3.0, 3.0), (3.0, 3.0), (-INF, INF), (NAN, NAN)],
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(functions, name):
    given, wanted = (np.array(side) for side in zip(*EDGES[name], strict=True))
    found = functions(name, given)
    assert np.allclose(found, wanted, rtol=3e-16, atol=0, equal_nan=True), list(zip(given, found, wanted, strict=True))


def test_powers_at_the_edges(functions):
    x = np.array([0.0, -0.0, -2.0, 2.0, 1.0, 10.0, 10.0, 1e-310, NAN, 2.0, INF, INF])
    y = np.array([2.0, -1.0, 2.0, 0.0, 55.0, 400.0, -400.0, 0.1, 1.0, NAN, 2.0, -2.0])
    wanted = np.array([0.0, 0.0, 0.0, 1.0, 1.0, INF, 0.0, 1e-31, NAN, NAN, INF, 0.0])
    found = functions("pow", x, y)
    assert np.allclose(found, wanted, rtol=2e-14, atol=0, equal_nan=True), list(zip(x, y, found, strict=True))


def test_the_smaller_and_the_larger_keep_what_is_not_a_number(functions):
    x, y = np.array([1.0, 2.0, NAN, 1.0, -INF, NAN]), np.array([2.0, 1.0, 1.0, NAN, 3.0, NAN])
    assert np.array_equal(functions("min", x, y), np.minimum(x, y), equal_nan=True)
    assert np.array_equal(functions("max", x, y), np.maximum(x, y), equal_nan=True)


@pytest.mark.slow
def test_reproducible_bytes_depend_neither_on_lanes_nor_on_the_compiler(place):
    draw = np.random.default_rng(11)
    x = np.concatenate([draw.standard_normal(20_000) * 10.0 ** draw.uniform(-20, 3, 20_000), [0.0, -0.0, INF, -INF, 1e-310, -1e-310, 711, -745.1]])
    y = draw.standard_normal(len(x)) * 3
    found = {}
    for family, command in compilers().items():
        for lanes in (1, 2, 4, 8):
            of = Functions(place, "reproducible", lanes, command)
            for suffix in ("", "1"):
                made = [of(name + suffix, np.abs(x) if name == "pow" else x, y) for name in ONE + TWO]
                found[family, lanes, suffix] = b"".join((np.where(np.isnan(z), NAN, z) + 0.0).tobytes() for z in made)  # the sign of NaN is nobody's
    for one, other in pairwise(found):
        assert found[one] == found[other], f"{one} differs from {other}"
