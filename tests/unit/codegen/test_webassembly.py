"""Making WebAssembly: which compiler, what is said without one, and that the cache is trusted only where it is whole."""

import importlib.util
import json

import pytest
from tests.browser import needs_node_and_zig
from tests.helpers import refused
from tests.small_crowd import MODEL

from zonula.codegen import webassembly as made
from zonula.codegen.compiler import Compiler
from zonula.ground.errors import KernelError

MAGIC = b"\0asm\1\0\0\0"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path))


def test_without_zig_it_is_said_what_to_install(monkeypatch):
    monkeypatch.delenv("ZONULA_CC", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with refused("ZN-6008", "Zig", "ZONULA_CC", "pip install ziglang", kind=KernelError):
        made.webassembly(MODEL)


def test_a_compiler_that_is_not_zigs_is_named_and_not_used(monkeypatch):
    monkeypatch.setenv("ZONULA_CC", "cc")
    monkeypatch.setattr(made, "find_compiler", lambda: Compiler(("cc",), "a compiler"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with refused("ZN-6008", "'cc'", kind=KernelError):
        made.find_zig()
    monkeypatch.setattr(made, "find_compiler", lambda: Compiler(("/opt/zig", "cc"), "zig"))
    assert made.find_zig().command == ("/opt/zig", "cc")


def test_it_is_compiled_once_and_again_where_the_file_is_damaged(monkeypatch):
    calls = []

    def compiled(sources, arguments, compiler, *, main):
        assert {main, "ensemble.c", "model.inc"} <= set(sources)
        assert "-DREPRODUCIBLE" in arguments
        assert compiler.zig
        calls.append(main)
        return MAGIC

    monkeypatch.setattr(made, "find_zig", lambda: Compiler(("zig", "cc"), "zig 1"))
    monkeypatch.setattr(made, "compiled", compiled)
    path = made.webassembly(MODEL)
    assert path.suffix == ".wasm"
    assert made.webassembly(MODEL) == path
    assert path.read_bytes() == MAGIC
    assert len(calls) == 1
    path.write_bytes(MAGIC + b"more")
    assert made.webassembly(MODEL).read_bytes() == MAGIC
    assert len(calls) == 2
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["compiler"] == "zig 1"
    monkeypatch.setattr(made, "find_zig", lambda: Compiler(("zig", "cc"), "zig 2"))
    assert made.webassembly(MODEL) != path


@pytest.mark.slow
def test_what_is_made_is_the_same_bytes_each_time(tmp_path, monkeypatch):
    needs_node_and_zig()
    first = made.webassembly(MODEL).read_bytes()
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path / "another"))
    assert made.webassembly(MODEL).read_bytes() == first
    assert first.startswith(MAGIC)


def test_the_loader_ships_with_the_package():
    text = made.loader().read_text(encoding="utf-8")
    assert "import " not in text.replace("WebAssembly itself", ""), "it depends on something"
    assert max(map(len, text.splitlines())) <= 150
    assert len(text.splitlines()) <= 400
