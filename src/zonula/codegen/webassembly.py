"""The kernel of a model for pages, workers and Node: WebAssembly of the same text, by the C compiler of the package ziglang.

It is the ``reproducible`` build for two people at a time, made small, and asks its host for nothing; ``kernel/zonula.mjs`` loads it.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from zonula.codegen.cache import Entry, cache_folder
from zonula.codegen.compiler import Compiler, compiled, find_compiler, recipe, sources_of
from zonula.ground.errors import KernelError
from zonula.ground.files import one_at_a_time, packaged
from zonula.ground.provenance import digest, version_of
from zonula.language.model import Model

MAIN = "webassembly.c"
_STACK = 262_144  # bytes: what functions for tests put there is a tenth of it
# straight lines of code in the order in which they are written, two people to a vector and nothing else: smaller, and packed smaller still
_SMALL = ("-fno-slp-vectorize", "-mllvm", "-pre-RA-sched=source")
FLAGS = ("-target", "wasm32-freestanding", "-Os", "-std=gnu11", "-nostdlib", "-Wl,--no-entry", f"-Wl,-z,stack-size={_STACK}", "-rdynamic",
         "-fvisibility=hidden", "-mbulk-memory", "-msimd128", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-DREPRODUCIBLE",
         "-fno-sanitize=undefined", "-DLANES=2", *_SMALL)


def loader() -> Path:
    """The module of JavaScript that loads what :func:`webassembly` makes."""
    return packaged("codegen", "kernel", "zonula.mjs")


def find_zig() -> Compiler:
    """Zig's C compiler: what ``ZONULA_CC`` names, if that is Zig's, else the one of the package ziglang.

    Raises
    ------
    KernelError   where there is none
    """
    named = os.environ.get("ZONULA_CC", "").strip()
    if named and (compiler := find_compiler()).zig:
        return compiler
    if importlib.util.find_spec("ziglang"):
        return Compiler((sys.executable, "-m", "ziglang", "cc"), f"ziglang {version_of('ziglang')}")
    raise KernelError.of("ZN-6008", "the kernel cannot be made for WebAssembly: there is no Zig compiler", expected="the package ziglang",
                         found=f"ZONULA_CC is {named!r}" if named else "no package ziglang, and nothing in ZONULA_CC",
                         fix='`pip install ziglang`; or name "zig cc" in ZONULA_CC')


def webassembly(model: Model) -> Path:
    """The kernel of *model* as a ``.wasm`` file: from the cache, or compiled now.

    Raises
    ------
    KernelError    where there is no compiler, or it fails
    StorageError   where the cache cannot be written
    """
    zig = find_zig()
    key = digest(model.fingerprint, recipe(), "flags", *FLAGS, "compiler", zig.version, "webassembly")
    entry = Entry(cache_folder(), "model-webassembly", key, ".wasm")
    if not entry.whole():
        with one_at_a_time(entry.library.with_suffix(".lock")):  # it takes long: not twice
            if not entry.whole():
                entry.put(compiled(sources_of(model), FLAGS, zig, main=MAIN), compiler=zig.version, flags=" ".join(FLAGS))
    return entry.library
