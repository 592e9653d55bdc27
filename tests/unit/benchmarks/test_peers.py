"""The comparison with other tools: its measure of error, its ratios, who is not there, and one small run of it."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from tests.running import ROOT
from tests.small_crowd import MODEL

sys.path.insert(0, str(ROOT / "benchmarks"))

from peer_tools import limits
from peer_tools.formulas import c_text, expressions, formulas_of
from peer_tools.measure import FLOOR, Row, compare, errors, speed_at, summary
from peer_tools.tool import Tool, missing
from peer_tools.tools import TASKS

from zonula.simulation.equations import Equations, Inputs


def test_the_error_is_the_worst_over_states_and_small_values_count_by_their_usual_size():
    exact = np.array([[[1.0, 0.0], [2.0, 10.0]]])  # one person, two days, two states
    seen = np.array([[[1.001, 1e-6], [2.0, 9.0]]])
    found = errors(seen, exact, np.array([[1.0, 4.0]]))
    assert found.shape == (1, 2)
    assert found[0] == pytest.approx([0.001 / (FLOOR + 1.0), 1.0 / (4 * FLOOR + 10.0)])
    alone = errors(np.array([[[0.0, 2e-3]]]), np.array([[[0.0, 0.0]]]), np.array([[1.0, 4.0]]))
    assert alone[0, 0] == pytest.approx(2e-3 / (4 * FLOOR))


@pytest.mark.parametrize("lost", [math.nan, math.inf])
def test_what_is_not_finite_is_infinitely_wrong(lost):
    assert errors(np.array([[[lost]]]), np.array([[[1.0]]]), np.array([[1.0]]))[0, 0] == math.inf


CURVE = [(1e-2, 100.0), (1e-4, 25.0), (1e-6, 5.0)]


def test_between_two_runs_the_speed_lies_on_a_line_in_logarithms():
    speed, how = speed_at(1e-3, CURVE)
    assert speed == pytest.approx(50.0)
    assert how == "between two of ours"
    assert speed_at(1e-5, CURVE[::-1])[0] == pytest.approx(math.sqrt(125.0))
    assert speed_at(1e-6, CURVE)[0] == pytest.approx(5.0)


def test_outside_our_runs_the_nearest_tighter_one_counts_or_none_does():
    speed, how = speed_at(0.5, CURVE)
    assert speed == 100.0
    assert "less exact" in how
    assert speed_at(1e-7, CURVE) == (None, "more exact than all of ours")
    assert speed_at(math.nan, CURVE)[0] is None
    assert speed_at(1e-3, [])[0] is None


def row(tool, rtol, seconds, daily, failed=""):
    daily = np.array(daily)
    return Row(tool=tool, rtol=rtol, persons=daily.shape[0], days=daily.shape[1], seconds=seconds, daily=daily, failed=failed)


def test_speeds_are_compared_for_the_same_people_over_the_same_days():
    ours = [row("zonula", 1e-3, 1.0, [[1e-3, 1.0], [1.0, 1.0]]), row("zonula", 1e-5, 4.0, [[1e-5, 1.0], [1.0, 1.0]])]
    theirs = row("other", 1e-4, 8.0, [[1e-4]])
    broken = row("broken", 1e-4, 8.0, [[1e-4]], failed="it fell")
    compare([*ours, theirs, broken], "zonula")
    speeds = [2 * 2 / 365 / 1.0, 2 * 2 / 365 / 4.0]
    assert theirs.ratio == pytest.approx(math.sqrt(speeds[0] * speeds[1]) / (1 / 365 / 8.0), rel=1e-2)
    assert broken.ratio is None
    assert ours[0].ratio is None
    assert summary([*ours, theirs, broken]) == {"other": (theirs.ratio, theirs.ratio)}
    assert ours[0].achieved_error == 1.0
    assert theirs.plain()["person_years_per_second"] == pytest.approx(1 / 365 / 8, rel=1e-3)


def test_a_tool_that_is_not_installed_says_so():
    class Absent(Tool):
        name, module, distribution = "absent", "surely_not_installed_here", "absent-package"

    assert "absent-package" in missing(Absent)
    assert missing(TASKS["zonula"].kind) == ""


def test_operations_are_counted_as_the_generator_writes_them():
    text = "    const V a = x[0] * q[1] - zn_rcp(x[1] + q[0]);  /* not - this */\n    f[0] = zn_select(c, -a, zn_exp(a));\n"
    found = limits.operations(text)
    assert found == Counter({"*": 1, "-": 1, "+": 1, "rcp": 1, "select": 1, "exp": 1})
    assert limits.flops(found) == 4 + 33


def test_the_formulas_for_other_tools_are_the_model():
    model = MODEL
    formulas = formulas_of(model)
    rng = np.random.default_rng(1)
    x, p = rng.uniform(0.5, 2.0, len(model.states)), rng.uniform(0.5, 2.0, len(model.parameters))
    s, h = rng.uniform(0.5, 2.0, len(model.setpoints)), rng.uniform(0.5, 2.0, len(model.healthy))
    inputs = Inputs.neutral(model)
    given = {"x": x, "p": p, "s": s, "h": h, "i": np.array([*inputs.exposures, *inputs.gates, *inputs.roads])}
    words = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "neg": lambda a: -a, "rcp": lambda a: 1 / a,
             "exp": np.exp, "expm1": np.expm1, "log": np.log, "sqrt": np.sqrt, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "abs": abs, "pow": pow,
             "select": lambda c, a, b: a if c else b, "lt": lambda a, b: a < b, "gt": lambda a, b: a > b, "le": lambda a, b: a <= b,
             "ge": lambda a, b: a >= b, "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "and": lambda a, b: a and b,
             "or": lambda a, b: a or b, "not": lambda a: not a}

    def constant(place):
        node = next(n for n, where in formulas.constants.items() if where == place)
        return value(node)

    def value(node):
        key = formulas.graph.nodes[node]
        if key[0] == "number":
            return float(key[1])
        return given[key[1]][key[2]] if key[0] == "input" else words[key[0]](*map(value, formulas.graph.below(node)))

    found = [float(rate) for rate in expressions(formulas, words, lambda i: x[i], constant)]
    expected = Equations(model, p, s, h).derivative(x, inputs)
    assert found == pytest.approx(list(expected), rel=1e-12)
    text = c_text(formulas, len(model.states))
    assert text.count("    f[") >= len(model.states)
    assert f"q + {len(formulas.constants)};" in text


@pytest.mark.slow
@pytest.mark.timeout(300)  # kernels may have to be compiled
def test_a_small_run_prints_rows_and_names_who_is_not_there(tmp_path):
    command = [sys.executable, str(ROOT / "benchmarks" / "peers.py"), "--quick", "--tools", "zonula,amici", "--json", "--days", "2",
               "--plot", str(tmp_path / "chart.svg")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert not [one for one in rows if "failed" in one], done.stderr
    ours = [one for one in rows if one["tool"] == "zonula"]
    assert [one["rtol"] for one in ours] == list(TASKS["zonula"].tolerances(quick=True)) == [1e-3, 1e-4, 1e-5, 1e-6, 1e-8]
    for one in ours:
        assert one["days"] == 2
        assert one["persons"] == TASKS["zonula"].quick[0]
        assert one["person_years_per_second"] > 0
        assert 0 < one["achieved_error"] < 100 * one["rtol"]
    assert ours[0]["achieved_error"] > ours[4]["achieved_error"]
    (absent,) = (one for one in rows if one["tool"] == "amici")
    assert absent["skipped"]
    assert absent["person_years_per_second"] is None
    assert (tmp_path / "chart.svg").stat().st_size > 1000
