"""A large model's functions from the cache are those that are generated; what is damaged is printed again."""

import math
from dataclasses import fields

import numpy as np
import pytest

from zonula.codegen import stored
from zonula.codegen.python import Functions, generate
from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.equations import Inputs

PATTERNS = ("pattern", "closure_pattern", "traced")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path))
    return tmp_path / "kernels"


@pytest.fixture(scope="module")
def made():
    return generate(standard_model())


def shown(functions):
    """The readouts of a person at the usual start."""
    model = standard_model()
    inputs = Inputs.neutral(model)
    p = [evidence_of(model)[q.path].value for q in model.parameters]
    s, h = [1.0] * len(model.setpoints), [1.0] * len(model.healthy)
    clocks = ((0.0,) * len(model.clocks),) if model.has_time else ()
    return functions.readouts([q.start for q in model.states], p, s, h, inputs.exposures, inputs.gates, inputs.roads, *clocks)


def same(a, b):
    return all(getattr(a, name) == getattr(b, name) for name in PATTERNS) and np.array_equal(shown(a), shown(b), equal_nan=True)


def test_the_second_time_the_functions_come_from_the_cache_and_are_the_same(monkeypatch, own_cache, made):
    assert same(stored.functions(standard_model()), made)
    assert sorted(path.suffix for path in own_cache.iterdir()) == [".json", ".texts"]
    monkeypatch.setattr(stored, "generate", lambda *_, **__: 1 / 0)
    again = stored.functions(standard_model())
    assert same(again, made)
    assert all(callable(getattr(again, f.name)) for f in fields(Functions) if f.name not in PATTERNS)


def test_for_arrays_they_are_the_same_too(made):
    stored.functions(standard_model())
    many = stored.functions(standard_model(), arrays=True)
    for one, other in zip(shown(made), shown(many), strict=True):
        assert one == pytest.approx(float(other), rel=1e-12, nan_ok=True) or not math.isfinite(one)


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:1000], lambda data: data.replace(b"x[0]", b"x[1]"), lambda data: b"{}"])
def test_a_damaged_text_is_printed_again(own_cache, made, damage):
    stored.functions(standard_model())
    path = next(own_cache.glob("*.texts"))
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert same(stored.functions(standard_model()), made)
    assert path.read_bytes() == whole


def test_another_model_or_another_zonula_has_a_text_of_its_own(monkeypatch, own_cache):
    stored.functions(standard_model())
    monkeypatch.setattr(stored, "recipe", lambda: "another")
    stored.functions(standard_model())
    assert len(list(own_cache.glob("*.texts"))) == 2


def test_where_nothing_can_be_kept_they_are_generated(tmp_path, monkeypatch, made):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path / "a file"))
    assert same(stored.functions(standard_model()), made)


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b'{"texts": {}}', b'{"texts": 1, "pattern": [], "closure_pattern": [], "traced": []}', b"\xff"])
def test_what_is_not_all_there_is_no_set_of_functions(text):
    assert stored.read(text) is None
