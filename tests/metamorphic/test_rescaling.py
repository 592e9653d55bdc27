"""Rescale a base unit by a power of two: every rate, slope and readout rescales exactly, to the last bit.

A formula with a forgotten volume, a mixed-up constant or a hidden number fails here, without a single expected value.
"""

import math

import numpy as np
import pytest
from tests.battery.persons import random_person
from tests.strategies import same_bits

from zonula.language.checks import unit_of
from zonula.language.units import BASES, DAY, unit
from zonula.organs.standard import standard_model

MODEL = standard_model()
ALONE = [{base: k} for base in BASES for k in (-3, 2)]
TOGETHER = [{base: int(k) for base, k in zip(BASES, np.random.default_rng(seed).integers(-3, 4, len(BASES)), strict=True)}
            for seed in range(6)]


def _factor(of, change):
    """What a number in unit *of* is multiplied by when each base unit becomes 2^-k of itself."""
    power = sum(k * of.powers[BASES.index(base)] for base, k in change.items())
    assert power.denominator == 1, "a fractional power cannot be rescaled exactly"
    return 2.0 ** int(power)


def _scaled(values, quantities, change):
    return [value * _factor(getattr(q, "of", q).unit, change) for value, q in zip(values, quantities, strict=True)]


def _rescaled(person, change):
    x, p, s, h, u, g, r = person.arguments()
    return (_scaled(x, MODEL.states, change), _scaled(p, MODEL.parameters, change), _scaled(s, MODEL.setpoints, change),
            _scaled(h, MODEL.healthy, change), _scaled(u, MODEL.exposures, change), g, r)


def _units():
    """The unit of each value of each generated function."""
    states = [s.unit for s in MODEL.states]
    resting = [s for s in MODEL.states if not s.accumulates]
    unknowns = [*(s.unit for s in resting), *(s.unit for s in MODEL.setpoints)]
    rates = [s.unit / DAY for s in MODEL.states]
    closing = [*(s.unit / DAY for s in resting), *(states[i] for i, _ in MODEL.held)]
    functions = random_person(0).functions
    return {
        "derivative": rates,
        "jacobian": [rates[i] / states[j] for i, j in functions.pattern],
        "readouts": [*(r.unit for r, _ in MODEL.readouts), *(s.unit for s, _ in MODEL.signals), *(unit_of(r.rate) for r in MODEL.reactions)],
        "closure": closing,
        "closure_jacobian": [closing[i] / unknowns[j] for i, j in functions.closure_pattern],
        "healthy": [h.of.unit for h in MODEL.healthy],
    }


UNITS = _units()


def _name(change):
    return "-".join(f"{base}{k:+d}" for base, k in change.items() if k)


@pytest.mark.parametrize("arrays", [False, True], ids=["numbers", "arrays"])
@pytest.mark.parametrize("change", [*ALONE, *TOGETHER], ids=_name)
def test_everything_rescales_to_the_last_bit(change, arrays):
    for seed in range(2):
        person = random_person(seed, arrays=arrays)
        before, after = person.arguments(), _rescaled(person, change)
        for name, units in UNITS.items():
            function = getattr(person.functions, name)
            expected = [value * _factor(of, change) for value, of in zip(function(*before), units, strict=True)]
            found = function(*after)
            assert all(math.isfinite(value) for value in expected), name
            wrong = [i for i, (a, b) in enumerate(zip(found, expected, strict=True)) if not same_bits(a, b)]
            assert not wrong, (name, seed, wrong)


def test_persons_together_rescale_like_each_alone():
    change = {"g": 2, "m": -1, "day": 3}
    people = [random_person(seed, arrays=True) for seed in range(4)]
    rows = [_rescaled(person, change) for person in people]
    together = [np.array(vector).T for vector in zip(*rows, strict=True)]
    for name in UNITS:
        function = getattr(people[0].functions, name)
        crowd = [np.broadcast_to(value, 4) for value in function(*together)]
        for k, row in enumerate(rows):  # alone four times over: NumPy's powers of one number and of several may differ in the last bit
            alone = [np.broadcast_to(value, 4) for value in function(*[np.array([vector] * 4).T for vector in row])]
            assert same_bits([value[k] for value in crowd], [value[k] for value in alone]), name


def test_the_bases_of_this_model_are_really_exercised():
    touched = {base for base in BASES for q in (*MODEL.states, *MODEL.parameters) if q.unit.powers[BASES.index(base)]}
    assert {"g", "mol", "m", "day", "K", "cell", "point", "au", "g{LPS}"} <= touched


def test_a_hidden_number_with_a_unit_would_be_found():
    person, change = random_person(0), {"g": 1}
    tnf = next(i for i, s in enumerate(MODEL.states) if s.path == "cytokines.tnf")
    hidden = lambda *args: args[0][tnf] + 3.0  # as if 3 pg/mL stood in a formula
    expected = hidden(*person.arguments()) * _factor(unit("pg/mL"), change)
    assert not same_bits(hidden(*_rescaled(person, change)), expected)
