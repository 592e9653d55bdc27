"""Every function of the table, as SBML defines it, gives the numbers that ours gives."""

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import libsbml
import numpy as np
import pytest
from tests.roadrunner_apart import apart, roadrunner_values

from zonula.codegen.names import identifier
from zonula.exchange.sbml_math import DEFINITIONS, Math, define, functions_in
from zonula.exchange.sbml_units import Units
from zonula.language import Organ, parameter
from zonula.language.expression import FUNCTIONS, Number, call, evaluate


class Numbers(Organ):
    """Three numbers."""

    a = parameter("1", "the first")
    b = parameter("1", "the second")
    c = parameter("1", "the third")


NAMES = (Numbers.a, Numbers.b, Numbers.c)
NEAR_ZERO = (0.0, 1e-12, -1e-12, 9.9e-5, 1.01e-4, -3e-4, 1e-8)
COMPOUND = {
    "negated product": -(NAMES[0] * NAMES[1]) - NAMES[2], "powers of powers": (NAMES[0] ** 2) ** NAMES[1] + 2 * NAMES[2],
    "comparison as a number": 3 * call("<", *NAMES[:2]) + call("&&", call(">", NAMES[0], 0), call("!=", NAMES[1], NAMES[2])),
    "number as a condition": call("piecewise", NAMES[0], NAMES[1] - NAMES[1], NAMES[2]),
    "differences and quotients": NAMES[0] - (NAMES[1] - NAMES[2]) - NAMES[0] / (NAMES[1] / NAMES[2]),
    "large and small numbers": Number(1.2345e-19) * NAMES[0] + Number(6.02e23) / NAMES[1] - Number(-0.5),
}
TREES = {**{name: call(name, *NAMES[:f.arity]) for name, f in FUNCTIONS.items()}, **COMPOUND}


def as_document(trees):
    """One rule per tree, of three parameters that can be set."""
    document = libsbml.SBMLDocument(3, 2)
    model = document.createModel()
    model.setId("functions")
    math = Math(Units(model))
    define(model, functions_in(trees))
    for name in NAMES:
        made = model.createParameter()
        made.setId(identifier(name))
        made.setValue(1.0)
        made.setConstant(False)
    for i, tree in enumerate(trees):
        made = model.createParameter()
        made.setId(f"y{i}")
        made.setConstant(False)
        rule = model.createAssignmentRule()
        rule.setVariable(f"y{i}")
        rule.setMath(math(tree))
    return libsbml.writeSBMLToString(document)


DOCUMENT = as_document(list(TREES.values()))


def theirs_of(name, values):
    """What libRoadRunner makes of a tree at these values of its arguments."""
    settings = [dict(zip(map(identifier, NAMES), given, strict=True)) for given in values]
    return roadrunner_values(DOCUMENT, settings, [f"y{list(TREES).index(name)}"])[:, 0]


def arguments(name, seed=3):
    """Where a function is to be tried: at random, at 0 and beside it, below 0, far out."""
    dice = np.random.default_rng(seed)
    for k in range(60):
        values = [float(v) for v in np.exp(dice.normal(0.0, 1.5, 3))]
        if k % 3 == 1:
            values[0] = NEAR_ZERO[k // 3 % len(NEAR_ZERO)] * values[1] if name in DEFINITIONS else values[0]
        if k % 3 == 2 and name not in ("ln", "log10", "sqrt", "^", "powers of powers"):
            values[0] = -values[0]
        if name.startswith("mean_decay") and k % 5 == 4:
            values[0] *= 300.0
        if k % 7 == 6 and name not in DEFINITIONS:
            values[1] = values[0]
        if k % 4 == 0 and name in DEFINITIONS:
            values[2] = float(dice.integers(1, 4))
        yield values


@pytest.mark.parametrize("name", TREES)
def test_a_function_of_the_table_is_the_same_in_sbml(name):
    tried = list(arguments(name))
    for values, theirs in zip(tried, theirs_of(name, tried), strict=True):
        ours = float(evaluate(TREES[name], dict(zip(NAMES, map(np.float64, values), strict=True))))
        slope = name == "mean_decay_slope"  # which loses digits near 0 in either engine
        assert theirs == pytest.approx(ours, rel=1e-10 if slope else 1e-13, abs=1e-11 if slope else 1e-290), f"{name}{values}: {ours!r}, not {theirs!r}"


@pytest.mark.parametrize("name", ["hill", "ratio_power", "rectified"])
def test_below_and_at_0_it_is_exactly_0(name):
    assert not theirs_of(name, [(x, 2.0, 0.7) for x in (0.0, -1e-300, -1.0, -1e9)]).any()


def crash_once(file):
    """What a crash of compiled code looks like, the first time; then the number of the process."""
    if not file.exists():
        file.touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    return os.getpid()


def crash(_):
    os.kill(os.getpid(), signal.SIGSEGV)


def test_a_crash_in_the_other_process_is_told_and_asked_again(tmp_path, capfd):
    assert apart(crash_once, tmp_path / "crashed") != os.getpid()
    assert "was gone" in capfd.readouterr().err


def test_two_crashes_are_no_chance():
    with pytest.raises(BrokenProcessPool):
        apart(crash, 0)
    assert roadrunner_values(DOCUMENT, [{}], ["y0"]).shape == (1, 1)  # and the next question is answered


def test_every_function_of_the_table_has_its_words_in_sbml():
    assert set(DEFINITIONS) < set(FUNCTIONS)
    assert set(TREES) >= set(FUNCTIONS)


def test_only_functions_that_are_used_are_defined_and_what_they_need():
    x = NAMES[0]
    assert functions_in([x + 1, call("min", x, 2)]) == ()
    assert functions_in([call("exp", call("hill", x, NAMES[1], 2))]) == ("hill",)
    assert functions_in([call("mean_decay_slope", x)]) == ("mean_decay", "mean_decay_slope")


