"""The kernel against an independent solver, one person and a few days of a dose; and the counting of the study of many (scripts/oracle.py)."""

import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from tests.running import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import oracle

METHODS = ["Radau", *(["cvode"] if find_spec("sksundae") else [])]


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_a_drawn_person_after_a_dose_is_that_of_the_oracle(method):
    life = oracle.one_life(3, 1, 1.2, method, ("lps_bolus", 1))
    assert life.agrees, life
    assert life.worst[1e-8][0] < life.worst[1e-5][0] < 5e-4
    assert life.values == sum(life.counts) > 10_000
    assert life.within / life.values > 0.99


def test_a_kernel_that_is_a_little_off_is_seen(monkeypatch):
    exact = np.outer(np.linspace(1.0, 2.0, 50), np.full(64, 5.0))
    monkeypatch.setattr(oracle, "truth", lambda *_: exact)
    monkeypatch.setattr(oracle, "moved", lambda *_: exact * (1 + 3e-8))
    setup = oracle.setup_of("lps_bolus")
    problem = replace(setup.problem, until=1.0, times=np.linspace(0.0, 1.0, 50))
    readouts = len(problem.model.readouts)
    exact = np.outer(np.linspace(1.0, 2.0, 50), np.full(readouts, 5.0))
    for off, agrees, share in ((2.9e-6, True, 1.0), (3.1e-6, False, 1.0), (2e-4, False, 0.0)):
        life = oracle.Life("lps_bolus", 0)
        monkeypatch.setattr(oracle, "by_kernel", lambda *_, off=off: exact * (1 + off))
        oracle._compare(life, problem, None, "none")
        assert life.amplification == pytest.approx(3.0, rel=1e-6)
        assert (life.agrees, life.within / life.values) == (agrees, share)
        assert oracle.summary([life])["ok"] == agrees
    assert sum(life.misses.values()) == sum(life.moments.values()) == life.values


def test_a_difference_is_relative_to_what_matters():
    exact = np.array([[1.0, 100.0, 0.0], [2.0, 0.0, 0.0]])
    assert oracle.difference(exact, exact).max() == 0
    assert oracle.difference(exact, exact + np.array([[0, 0, 0], [0, 1e-3, 0]]))[1, 1] == pytest.approx(1e-3)  # of a hundredth of 100
    assert oracle.difference(exact, exact + 1e-6, np.array([1.0, 1.0, 0.1]))[0, 2] == pytest.approx(1e-5)
    assert oracle.difference(exact, np.full((2, 3), np.nan)).min() == np.inf


def test_no_time_is_a_rounding_away_from_a_change():
    problem = oracle.setup_of("nsaid_course").problem
    times, changes = oracle.times_of(problem), np.array([piece.start for piece in oracle.stretches(problem)])
    apart = np.abs(times[:, np.newaxis] - changes)
    assert np.all((apart == 0) | (apart >= 1e-9))
    assert np.sum(apart == 0) >= 3
    assert np.all(np.diff(times) >= 1e-9)
    assert (times[0], times[-1]) == (0.0, problem.until)


def test_one_who_fails_breaks_the_rule_and_is_named():
    good = oracle.Life("a", 0, amplification=1.0, worst={1e-8: (1e-9, "crp", 1.0), 1e-5: (1e-5, "crp", 1.0)}, counts=[0] * 179 + [5], values=5, within=5)
    assert oracle.summary([good])["ok"]
    found = oracle.summary([good, oracle.Life("a", 7, failed="no healthy state: none")])
    assert not found["ok"]
    assert found["failed"] == ["person 7, a: no healthy state: none"]


def test_quantiles_are_read_from_the_bins():
    counts = np.histogram(np.log10(np.array([1e-6] * 999 + [1e-2])), oracle.BINS)[0]
    assert oracle.quantile(counts, 0.999) == pytest.approx(1e-6, rel=0.3)
    assert oracle.quantile(counts, 1.0) == pytest.approx(1e-2, rel=0.3)
