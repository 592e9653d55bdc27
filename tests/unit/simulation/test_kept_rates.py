"""How fast a person returns to health is the same from the cache as from the equations; what is damaged or another's is not taken."""

from __future__ import annotations

import os

import numpy as np
import pytest
from tests.small_crowd import MODEL as SMALL

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation import kept_rates
from zonula.simulation.equations import parameter_vector
from zonula.simulation.health import rates_near
from zonula.simulation.kernel import load_kernel

MODEL = standard_model()


def person(factor):
    """The usual person with another weight, in health: what rates are asked for."""
    values = parameter_vector(MODEL, {path: e.value for path, e in evidence_of(MODEL).items()})
    values[MODEL.parameter_index["body.weight"]] *= factor
    found = load_kernel(MODEL).health(values[np.newaxis, :])
    return values, found.state[0], tuple(found.setpoints[0].tolist()), tuple(found.healthy[0].tolist())


@pytest.fixture(scope="module")
def people():
    """Two people, and the rates of each by the equations."""
    both = [person(1.0), person(1.1)]
    return [(one, rates_near(MODEL, *one)) for one in both]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch, people):
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path))
    monkeypatch.setattr(kept_rates, "_read", set())
    return tmp_path / "kernels"


def another_process(monkeypatch, *, able=True):
    """As if zonula were started anew, where the equations can or cannot be asked."""
    monkeypatch.setattr(kept_rates, "_read", set())
    monkeypatch.setattr(kept_rates, "rates_near", rates_near if able else lambda *_: 1 / 0)


def test_the_second_process_takes_the_same_numbers_from_the_cache(monkeypatch, own_cache, people):
    one, rates = people[0]
    assert np.array_equal(kept_rates.rates_of(MODEL, *one), rates)
    assert sorted(path.suffix for path in own_cache.iterdir()) == [".json", ".numbers"]
    another_process(monkeypatch, able=False)
    found = kept_rates.rates_of(MODEL, *one)
    assert found.tobytes() == rates.tobytes()
    assert found.dtype == rates.dtype


def test_nobody_gets_the_rates_of_another(monkeypatch, people):
    assert not np.array_equal(people[0][1], people[1][1])
    for one, rates in people:
        another_process(monkeypatch)
        assert np.array_equal(kept_rates.rates_of(MODEL, *one), rates)


def test_who_has_asked_the_equations_asks_them_again(own_cache, people):
    for one, rates in people:
        assert np.array_equal(kept_rates.rates_of(MODEL, *one), rates)
    assert len(list(own_cache.glob("*.numbers"))) == 1


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-16], lambda data: data[:8] + bytes([data[8] ^ 1]) + data[9:]])
def test_what_is_damaged_is_computed_again(monkeypatch, own_cache, people, damage):
    one, rates = people[0]
    kept_rates.rates_of(MODEL, *one)
    path = next(own_cache.glob("*.numbers"))
    path.write_bytes(damage(path.read_bytes()))
    another_process(monkeypatch)
    assert np.array_equal(kept_rates.rates_of(MODEL, *one), rates)
    assert path.read_bytes() == rates.astype("<c16").tobytes()


def test_another_zonula_computes_for_itself(monkeypatch, own_cache, people):
    one, rates = people[0]
    kept_rates.rates_of(MODEL, *one)
    another_process(monkeypatch)
    monkeypatch.setattr(kept_rates, "recipe", lambda: "another")
    assert np.array_equal(kept_rates.rates_of(MODEL, *one), rates)
    assert len(list(own_cache.glob("*.numbers"))) == 2


def test_the_oldest_are_forgotten(monkeypatch, own_cache, people):
    monkeypatch.setattr(kept_rates, "_MOST", 1)
    for k, (one, _) in enumerate(people):
        another_process(monkeypatch)
        kept_rates.rates_of(MODEL, *one)
        for path in own_cache.iterdir():
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 10 + k))
    assert sorted(path.suffix for path in own_cache.iterdir()) == [".json", ".numbers"]
    another_process(monkeypatch, able=False)
    assert np.array_equal(kept_rates.rates_of(MODEL, *people[1][0]), people[1][1])


def test_where_nothing_can_be_kept_they_are_computed(tmp_path, monkeypatch, people):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path / "a file"))
    one, rates = people[0]
    assert np.array_equal(kept_rates.rates_of(MODEL, *one), rates)


def test_small_models_are_not_kept(own_cache):
    values = np.array([1.0] * len(SMALL.parameters))
    x, s, h = np.ones(len(SMALL.states)), (1.0,) * len(SMALL.setpoints), (1.0,) * len(SMALL.healthy)
    assert np.array_equal(kept_rates.rates_of(SMALL, values, x, s, h), rates_near(SMALL, values, x, s, h), equal_nan=True)
    assert not own_cache.exists()
