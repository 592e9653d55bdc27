"""Errors of measurement: relative, absolute, never below nothing, and on day 0 each person's own."""

import numpy as np
import pytest

from zonula.organs.standard import standard_model
from zonula.population.noise import Noise, domain_of, errors_at_entry, known_noises, noise_of

Z = np.array([-8.0, -1.0, 0.0, 1.0, 2.0])


def test_a_relative_error_multiplies():
    assert Noise(relative=0.3).spoil(np.full(5, 7.0), Z) == pytest.approx(7.0 * np.exp(0.3 * Z))


def test_an_absolute_error_adds_and_never_leads_below_nothing():
    assert Noise(absolute=2.0).spoil(np.full(5, 7.0), Z).tolist() == [0.0, 5.0, 7.0, 9.0, 11.0]
    assert Noise(absolute=2.0).spoil(np.full(5, -1.0), Z).tolist() == [-1.0, -1.0, -1.0, 1.0, 3.0]


def test_without_a_law_there_is_no_error():
    true = np.array([1.0, 2.0, np.nan, 0.0, -3.0])
    assert np.array_equal(Noise(scale=0.5).spoil(true, Z), true, equal_nan=True)
    assert noise_of("no such measure") == Noise()


def test_who_did_not_come_has_no_measurement():
    for law in (Noise(relative=0.3), Noise(absolute=3.0)):
        assert np.isnan(law.spoil(np.array([np.nan]), np.array([1.0]))).all()


def test_errors_of_day_0_belong_to_persons():
    numbers = [3000, 3001, 3002, 7, 8, 5001]
    errors = errors_at_entry("pain_vas", numbers, 4)
    order = [5, 0, 4, 2, 1, 3]
    assert errors_at_entry("pain_vas", [numbers[i] for i in order], 4).tolist() == errors[order].tolist()
    assert errors_at_entry("pain_vas", [3001], 4)[0] == errors[1]
    assert errors_at_entry("crp", numbers, 4).tolist() != errors.tolist()
    assert errors_at_entry("pain_vas", numbers, 5).tolist() != errors.tolist()
    many = errors_at_entry("pain_vas", range(20_000), 4)
    assert (many.mean(), many.std()) == pytest.approx((0, 1), abs=0.03)


def test_the_laws_are_of_measures_of_the_model():
    assert set(known_noises()) <= set(standard_model().readout_names)
    for name in known_noises():
        law = noise_of(name)
        assert (law.relative > 0) != (law.absolute > 0), name
        assert 0 <= law.scale <= 1.5


def test_domains_say_how_many_and_unknown_ones_are_the_rest():
    assert domain_of("nowhere") == domain_of("other")
    assert domain_of("trial").n > domain_of("endotoxemia").n >= 3
    assert all(0 < domain_of(name).model < 1 for name in ("trial", "pain", "markers", "other"))
