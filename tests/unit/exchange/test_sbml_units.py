"""Our units in the words of SBML: the same size, and the same dimension but for the kinds that SBML does not know."""

from collections import Counter
from fractions import Fraction

import libsbml
import pytest

from zonula.exchange.sbml_units import PLAIN, Units, identifier_of, parts_of, parts_of_unit, substance
from zonula.language.units import BASES, ONE, unit
from zonula.organs.standard import standard_model

MODEL = standard_model()
TEXTS = sorted({q.unit_text for group in (MODEL.states, MODEL.parameters, MODEL.setpoints, MODEL.exposures) for q in group}
               | {s.unit_text for s, _ in MODEL.signals} | {r.unit_text for r, _ in MODEL.readouts})
MORE = ["week", "1/year", "mg/(kg*day)", "kOhm", "10^9*cell/(10^3*mL)", "cm^2*nm/day", "1/cm^2", "10^-3*g", "10^6", "umol/(L*h)", "Ohm*cm^2", "min^-1"]
SI = {"g": ("kilogram", 1e-3), "g{LPS}": ("kilogram", 1e-3), "g{LAL}": ("kilogram", 1e-3), "mol": ("mole", 1.0), "m": ("metre", 1.0),
      "day": ("second", 86400.0), "K": ("kelvin", 1.0), "cell": ("item", 1.0), "CFU": ("item", 1.0), "IU": ("item", 1.0), "U": ("item", 1.0)}
SIEMENS = {"kilogram": -1, "metre": -2, "second": 3, "ampere": 2}


def in_si(definition):
    """Kind to power, and the factor, as libSBML understands a definition."""
    whole = libsbml.UnitDefinition.convertToSI(definition)
    powers, factor = Counter(), 1.0
    for i in range(whole.getNumUnits()):
        part = whole.getUnit(i)
        factor *= (part.getMultiplier() * 10.0 ** part.getScale()) ** part.getExponent()
        if part.getKind() != libsbml.UNIT_KIND_DIMENSIONLESS:
            powers[libsbml.UnitKind_toString(part.getKind())] += part.getExponent()
    return {k: p for k, p in powers.items() if p}, factor


def as_meant(text):
    """The same from our own reading of the unit."""
    whole = unit(text)
    powers, factor = Counter(), float(whole.scale)
    for base, power in zip(BASES, whole.powers, strict=True):
        if base == "S":
            for kind, p in SIEMENS.items():
                powers[kind] += int(power) * p
        elif power and base in SI:
            kind, one = SI[base]
            powers[kind] += int(power)
            factor *= one ** int(power)
    return {k: p for k, p in powers.items() if p}, factor


def made(text):
    document = libsbml.SBMLDocument(3, 2)
    model = document.createModel()
    given = Units(model)(text)
    return document, model.getUnitDefinition(given), given


@pytest.mark.parametrize("text", TEXTS + MORE)
def test_a_unit_is_as_large_as_we_mean_it(text):
    document, definition, given = made(text)
    if unit(text) == ONE:
        assert given == PLAIN
        return
    powers, factor = in_si(definition)
    wanted, size = as_meant(text)
    assert powers == wanted
    assert factor == pytest.approx(size, rel=1e-12)
    assert definition.getName() == text
    assert document.checkConsistency() == 0 or all(document.getError(i).getSeverity() < libsbml.LIBSBML_SEV_ERROR for i in range(document.getNumErrors()))


@pytest.mark.parametrize("text", TEXTS + MORE)
def test_a_unit_that_was_computed_is_as_large(text):
    document = libsbml.SBMLDocument(3, 2)
    model = document.createModel()
    given = Units(model).of(unit(text))
    if unit(text) == ONE:
        assert given == PLAIN
        return
    powers, factor = in_si(model.getUnitDefinition(given))
    wanted, size = as_meant(text)
    assert powers == wanted
    assert factor == pytest.approx(size, rel=1e-12)


def test_each_unit_has_an_identifier_of_its_own():
    assert len({identifier_of(text) for text in TEXTS}) == len(TEXTS)
    assert identifier_of("pg{LAL}/(mL*day)") == "unit_pg_LAL_per_mL_day"
    assert identifier_of("10^9*cell/L") == "unit_1e9_cell_per_L"


def test_a_unit_is_defined_once_and_known_again_when_computed():
    document = libsbml.SBMLDocument(3, 2)
    units = Units(document.createModel())
    assert units("mg/L") == units("mg/L") == units.of(unit("mg/L")) == units.of(unit("ug/mL"))
    assert units("ug/mL") != units("mg/L")  # of one size, but each as its author wrote it
    assert document.getModel().getNumUnitDefinitions() == 2


def test_what_weighs_or_counts_is_a_substance():
    assert all(substance(unit(text)) for text in ("pg", "mg", "umol", "CFU", "10^9*cell", "IU", "U", "pg{LAL}"))
    assert not any(substance(unit(text)) for text in ("1", "point", "au", "K", "um", "mg/L", "mg/day", "1/day", "CFU/mL", "pg{LPS}/pg{LAL}"))


def test_numbers_before_a_unit_become_its_scale():
    assert [(p.kind, p.exponent, p.scale) for p in parts_of("10^9*cell/L")] == [("item", 1, 9), ("litre", -1, 0)]
    assert [(p.kind, p.exponent, p.scale) for p in parts_of("1/(10^9*cell*day)")] == [("item", -1, 9), ("second", -1, 0)]
    assert [(p.kind, p.exponent, p.scale, p.multiplier) for p in parts_of("1/day")] == [("second", -1, 0, 86400.0)]


def test_words_that_are_no_units_are_refused():
    with pytest.raises(ValueError, match="furlong"):
        parts_of("furlong/day")
    with pytest.raises(ValueError, match="broken power"):
        parts_of_unit(unit("m") ** Fraction(1, 2))
