"""``zonula doctor``: what simulates here, and whether it computes what it should."""

import json

import pytest
from tests.running import zonula

from zonula.cli import doctor
from zonula.codegen import compiler
from zonula.organs.standard import standard_model


def test_it_names_engine_kernel_compiler_and_lanes():
    said = zonula("doctor", "--json")
    assert said.code == 0
    found = json.loads(said.out)
    assert (found["schema"], found["status"], found["engine"]) == ("zonula/doctor/1", "ok", "kernel")
    assert found["model"]["fingerprint"] == standard_model().fingerprint
    assert found["kernel"]["lanes"] == compiler.LANES[compiler.cpu_class()]
    assert len(found["kernel"]["hash"]) == 64
    assert 0 <= found["kernel"]["difference_from_reference"] < 1e-12


def test_it_speaks_to_people():
    said = zonula("doctor")
    assert said.code == 0
    for words in ("126 states", "people at a time", "of the gross flows", "All is well."):
        assert words in said.out


def test_without_compiler_or_library_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path))
    monkeypatch.setenv("ZONULA_CC", "no-such-compiler")
    monkeypatch.setattr(compiler, "shipped", lambda *_, **__: None)
    from zonula.simulation.kernel import load_kernel

    load_kernel.cache_clear()
    said = zonula("doctor", "--json")
    load_kernel.cache_clear()
    found = json.loads(said.out)
    assert said.code == 6
    assert (found["status"], found["engine"], found["kernel"]["usable"]) == ("no kernel", "reference", False)
    assert found["kernel"]["fix"]
    assert not found["compiler"]["found"]
    assert "--engine reference" in "\n".join(doctor._lines(found))


def test_a_kernel_that_computes_something_else_is_not_usable(monkeypatch):
    monkeypatch.setattr(doctor, "_difference", lambda _: 1e-3)
    said = zonula("doctor")
    assert said.code == 6
    assert "not those of the reference engine" in said.out


@pytest.mark.parametrize("words", [["doctor", "now"], ["doctor", "--jsn"]])
def test_more_words_are_refused(words):
    assert zonula(*words).code == 2
