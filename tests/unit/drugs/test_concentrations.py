"""Concentrations of drugs: as their sources measured them, and as the solution of their equations says."""

import math

import numpy as np
import pytest
from tests.running import run

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model

HOUR = 1.0 / 24.0


def value(path):
    return evidence_of(standard_model())[path].value


def curve(sentence, path, until, every="15 min"):
    """Hours since the dose at day 0, and the state over them."""
    result = run([sentence], until=until, every=every)
    return result.times / HOUR, result.states[:, standard_model().state_index[path]]


def half_life(hours, y, start, end):
    a, b = np.interp([start, end], hours, y)
    return (end - start) * math.log(2) / math.log(a / b)


def one_compartment(dose, ka, clearance, volume, t):
    """Concentration after a dose through an absorbing depot (Bateman); times and rates in one unit of time."""
    ke = clearance / volume
    return dose * ka / (volume * (ka - ke)) * (np.exp(-ke * t) - np.exp(-ka * t))


ONE_COMPARTMENT = {  # name: dose, share that is absorbed, days, half-life [h] between these, area over the dose [h/L] and its tolerance
    "ibuprofen": ("400 mg po", 400.0, 1.0, 1.0, (1.8, 2.3), (109.3 / 400, 0.02)),
    "diclofenac": ("50 mg po", 50.0, 1.0, 0.8, (0.9, 2.0), (1.57 / 50, 0.02)),
    "celecoxib": ("200 mg po", 200.0, 1.0, 4.0, (10.0, 12.5), (1 / 27.7, 0.02)),
    "etanercept": ("25 mg sc", 25.0, 1.0, 60.0, (60.0, 80.0), (235 / 25, 0.25)),
    "ciprofloxacin": ("500 mg po", 500.0, 0.7, 2.0, (3.5, 4.0), (11.0 / 500, 0.02)),
    "prednisolone": ("10 mg po", 10.0, 1.0, 2.0, (3.2, 5.0), (1 / (0.104 * 73), 0.02)),
}


@pytest.mark.parametrize("name", ONE_COMPARTMENT)
def test_one_compartment_as_measured_and_as_solved(name):
    dose, amount, share, days, (shortest, longest), (area, tolerance) = ONE_COMPARTMENT[name]
    hours, y = curve(f"{name} {dose} at day 0", f"{name}.central", days, "15 min" if days < 10 else "3 h")
    ka, clearance, volume = (value(f"{name}.{p}") for p in ("k_absorption", "clearance", "volume"))
    expected = one_compartment(share * amount, ka, clearance, volume, hours * HOUR)
    assert y == pytest.approx(expected, rel=1e-5, abs=1e-7 * expected.max())
    late = 24 * days
    assert shortest <= half_life(hours, y, 0.6 * late, 0.95 * late) <= longest
    assert np.trapezoid(y, hours) / amount == pytest.approx(area, rel=tolerance)


def test_etanercept_peaks_two_days_after_an_injection():
    hours, y = curve("etanercept 25 mg sc at day 0", "etanercept.central", 6.0, "1 h")
    assert 37 <= hours[np.argmax(y)] <= 65
    assert 0.74 <= y.max() <= 2.18  # mg/L: 1.46 +- 0.72


def test_infliximab_leaves_in_two_phases_as_fast_as_in_arthritis():
    hours, y = curve("infliximab 3 mg/kg iv at day 0", "infliximab.central", 84.0, "6 h")
    assert 50 <= y.max() <= 90  # mg/L
    assert 8 * 24 <= half_life(hours, y, 30 * 24, 80 * 24) <= 14 * 24
    cl, v1, q, v2 = (value(f"infliximab.{p}") for p in ("clearance", "volume", "exchange", "volume_tissue"))
    total, product = (cl + q) / v1 + q / v2, cl / v1 * q / v2
    slow = (total - math.sqrt(total**2 - 4 * product)) / 2
    assert half_life(hours, y, 30 * 24, 80 * 24) == pytest.approx(24 * math.log(2) / slow, rel=0.01)
    assert 0.5 <= np.interp(56 * 24, hours, y) <= 3  # a trough that assays still find


def test_what_is_not_absorbed_of_ciprofloxacin_reaches_the_colon():
    _, y = curve("ciprofloxacin 500 mg po bid for 7 days", "ciprofloxacin.colon", 7.0, "1 h")
    assert 0.185 <= y[-1] <= 2.220  # mg/mL, as mg/g in stool on day 7


def test_rifaximin_stays_in_the_gut():
    _, y = curve("rifaximin 400 mg po bid for 3 days", "rifaximin.colon", 3.0, "1 h")
    assert 1.0 <= y[-1] <= 8.0  # mg/mL; 8 mg/g of stool were measured
    assert not [s for s in standard_model().states if s.path.startswith("rifaximin.") and s.path not in ("rifaximin.depot", "rifaximin.colon")]


def inhibition(sentence, name, kind, hour):
    result = run([sentence], until=0.5, every="15 min")
    concentration = np.interp(hour * HOUR, result.times, result.states[:, standard_model().state_index[f"{name}.central"]])
    half = value(f"{name}.IC50_{kind}")
    return concentration / (half + concentration)


def test_cyclooxygenases_are_inhibited_as_in_volunteers():
    assert inhibition("ibuprofen 800 mg po at day 0", "ibuprofen", "cox2", 4) == pytest.approx(0.933, abs=0.01)
    assert inhibition("ibuprofen 800 mg po at day 0", "ibuprofen", "cox1", 4) == pytest.approx(0.95, abs=0.01)
    assert inhibition("celecoxib 400 mg po at day 0", "celecoxib", "cox2", 4) == pytest.approx(0.83, abs=0.03)
    assert 0.02 <= inhibition("celecoxib 400 mg po at day 0", "celecoxib", "cox1", 4) <= 0.20
