"""Units of measure: exact algebra, kinds that never mix, and refusals that say what to write."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import refused

from zonula.ground.errors import UnitError
from zonula.language.units import BASES, DAY, KINDS, ONE, Unit, measure, pretty, unit

ATOMS = ("g", "mg", "ug", "ng", "pg", "kg", "L", "mL", "uL", "m", "cm", "day", "h", "min", "s", "week", "year", "mol", "nmol", "K", "cell",
         "CFU", "IU", "point", "au", "pg{LPS}", "pg{LAL}", "10^9")
atoms = st.sampled_from(ATOMS)
products = st.lists(st.tuples(atoms, st.integers(-3, 3)), max_size=4)


def _made(parts):
    whole = ONE
    for name, power in parts:
        whole = whole * unit(name) ** power
    return whole


@given(products, products, products)
def test_units_are_a_commutative_group(a, b, c):
    a, b, c = _made(a), _made(b), _made(c)
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a * ONE == a
    assert a / a == ONE
    assert a / b == a * b**-1


@given(products, st.integers(-3, 3), st.integers(-3, 3))
def test_powers_of_units_add_and_multiply(parts, n, k):
    a = _made(parts)
    assert a**n * a**k == a ** (n + k)
    assert (a**n) ** k == a ** (n * k)


@given(products, st.integers(1, 4))
def test_a_root_undoes_a_power_exactly(parts, n):
    a = _made(parts)
    assert (a**n) ** Fraction(1, n) == a


@given(st.lists(st.tuples(atoms, st.integers(1, 2)), min_size=1, max_size=3), st.lists(st.tuples(atoms, st.integers(1, 2)), max_size=2))
def test_a_unit_reads_back_from_its_text(above, below):
    def text(parts):
        return "*".join(name if power == 1 or name.startswith("10") else f"{name}^{power}" for name, power in parts)

    def value(parts):
        return _made([(name, 1 if name.startswith("10") else power) for name, power in parts])

    written = text(above) + (f"/({text(below)})" if below else "")
    assert unit(written) == value(above) / value(below)


@given(atoms, atoms, st.integers(1, 100), st.integers(1, 100))
def test_conversion_factors_are_exact_and_inverse(name, other, a, b):
    first, second = Unit(unit(name).scale * Fraction(a, b), unit(name).powers), unit(other)
    if first.powers == second.powers:
        assert first.factor_to(second) * second.factor_to(first) == 1
        assert first.factor_to(second) == first.scale / second.scale
    else:
        with refused("ZN-2101", "different things", kind=UnitError):
            first.factor_to(second)


@pytest.mark.parametrize(("text", "scale", "same"), [
    ("L", Fraction(1, 1000), "m^3"), ("mL", Fraction(1, 10**6), "m^3"), ("1/h", Fraction(24), "1/day"), ("year", Fraction(1461, 4), "day"),
    ("pg/mL", Fraction(1, 10**6), "g/m^3"), ("pg/(mL*day)", Fraction(1, 10**6), "g/(m^3*day)"), ("10^9*cell/L", Fraction(10**12), "cell/m^3"),
    ("kg", Fraction(1000), "g"), ("um", Fraction(1, 10**6), "m"), ("µm", Fraction(1, 10**6), "m"), ("1/s", Fraction(86400), "1/day"),
    ("min", Fraction(1, 1440), "day"), ("d", Fraction(1), "day"), ("weeks", Fraction(7), "day"), ("mg / L", Fraction(1), "g/m^3"),
    ("mmol/L", Fraction(1), "mol/m^3"), ("10^-3*g", Fraction(1, 1000), "g"), ("1", Fraction(1), "1"), ("Gcell", Fraction(10**9), "cell"),
])
def test_known_units_have_known_sizes(text, scale, same):
    assert unit(text).powers == unit(same).powers
    assert unit(text).scale == scale * unit(same).scale


def test_metres_minutes_and_months_are_not_confused():
    assert unit("m").powers == unit("cm").powers != unit("min").powers
    assert unit("mol").powers == (*ONE.powers[:1], Fraction(1), *ONE.powers[2:])
    assert BASES.index("mol") == 1
    assert unit("day") == DAY


def test_each_kind_is_a_dimension_of_its_own():
    kinds = [unit("pg/mL"), *(unit(f"pg{{{kind}}}/mL") for kind in KINDS)]
    assert len({k.powers for k in kinds}) == len(KINDS) + 1
    for a in kinds:
        for b in kinds:
            assert a.same_dimension(b) == (a is b)


@pytest.mark.parametrize(("text", "code", "hint"), [
    ("", "ZN-2103", "write it like"), ("mg/(L", "ZN-2103", "write it like"), ("mg//L", "ZN-2103", "write it like"),
    ("mg**L", "ZN-2103", "write it like"), ("m^", "ZN-2103", "write it like"), ("m^1.5", "ZN-2103", "write it like"), ("3*m", "ZN-2103", "write"),
    ("mg{LPS", "ZN-2103", "write it like"), ("ml", "ZN-2104", "'mL'"), ("dai", "ZN-2104", "'day'"), ("points", "ZN-2104", "'point'"),
    ("pg{LPX}", "ZN-2104", "g{LPS}"), ("mday", "ZN-2104", "'day'"), ("kK", "ZN-2104", "known"), ("parsec", "ZN-2104", "known"),
    ("m;import os", "ZN-2103", "write it like"), ("１m", "ZN-2103", "write it like"),
])
def test_what_is_no_unit_is_refused_with_a_suggestion(text, code, hint):
    with refused(code, hint, kind=UnitError):
        unit(text)


@pytest.mark.parametrize("text", ["m^999999999", "10^999999999", "10^100", "mL^-999", "*".join(["10^99"] * 3), "*".join(["m"] * 5_000),
                                  "10^60*10^60", "1/10^99/10^99"])
def test_a_unit_that_would_keep_the_machine_busy_is_refused_at_once(text):
    with refused("ZN-2103", kind=UnitError):
        unit(text)


def test_an_inexact_root_is_refused():
    with refused("ZN-2102", "ratio form", kind=UnitError):
        unit("mg/L^2") ** Fraction(1, 2)
    assert unit("mg^2") ** Fraction(1, 2) == unit("mg")


@pytest.mark.parametrize(("text", "number", "written"), [
    ("75 kg", 75.0, "kg"), ("75kg", 75.0, "kg"), ("  -1.5e-3 mg/L ", -1.5e-3, "mg/L"), (".5 h", 0.5, "h"), ("2.", 2.0, "1"), ("12", 12.0, "1"),
    ("1e3 pg{LPS}/mL", 1000.0, "pg{LPS}/mL"), ("+4 K", 4.0, "K"),
])
def test_a_measure_is_a_number_and_a_unit(text, number, written):
    assert measure(text) == (number, unit(written))


@pytest.mark.parametrize("text", ["", "kg", "nan kg", "inf", "1e999 kg", "--1 kg", "1,5 kg h", "0x10", "1_000 g"])
def test_what_is_no_measure_is_refused(text):
    with pytest.raises(UnitError) as caught:
        measure(text)
    assert caught.value.problems[0].code in ("ZN-2105", "ZN-2104", "ZN-2103")
    assert caught.value.problems[0].fix


@pytest.mark.parametrize("text", ["kg", "nan kg", "1e999 kg", ""])
def test_a_measure_needs_a_finite_number(text):
    with refused("ZN-2105", "finite number", kind=UnitError):
        measure(text)


@given(st.floats(allow_nan=False, allow_infinity=False), atoms)
def test_a_printed_measure_reads_back(number, name):
    assert measure(f"{number!r} {name}") == (number, unit(name))


@pytest.mark.parametrize(("text", "shown"), [
    ("10^9*cell/L", "10⁹ cells/L"), ("pg{LPS}/mL", "pg/mL"), ("1", ""), ("um", "µm"), ("K", "°C"), ("point", "points"), ("1/day", "1/day"),
    ("ug/mL", "µg/mL"), ("pg/(mL*day)", "pg/(mL day)"), ("m^-3", "m⁻³"),
])
def test_units_are_shown_as_people_write_them(text, shown):
    assert pretty(text) == shown


def test_a_unit_prints_its_scale_and_bases():
    assert str(unit("pg/(mL*day)")) == "1e-06 g m^-3 day^-1"
    assert str(ONE) == "1"
    assert math.isfinite(float(unit("10^99").scale))
