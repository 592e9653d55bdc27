"""Libraries: compiled once, found again, never loaded where anything about them is not as it was written."""

import ctypes
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.helpers import refused

from zonula.codegen import cache, compiler
from zonula.codegen.cache import Entry, cache_folder
from zonula.codegen.compiler import Compiler, built, compiled, cpu_class, find_compiler, flags, library, runnable, shipped
from zonula.ground.errors import KernelError
from zonula.organs.standard import standard_model

TWO = {"ensemble.c": '#include MODEL_INC\n__attribute__((visibility("default"))) int answer(void) { return NUMBER + 10 * LANES; }\nint hidden(void) { return 1; }\n'}
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path / "a cache é"))
    return tmp_path / "a cache é" / "kernels"


def sources(number=2):
    return TWO | {"model.inc": f"#define NUMBER {number}\n"}


def make(number=2, calls=None, **more):
    def texts():
        if calls is not None:
            calls.append(number)
        return sources(number)
    return built(texts, name="test", facts=[str(number)], **{"cpu": "x86-64" if cpu_class() != "other" else "other", **more})


def answer(path):
    return ctypes.CDLL(str(path)).answer()


# --- compiling ------------------------------------------------------------------------------------------

def test_what_is_compiled_can_be_called_and_hides_what_is_not_meant_to_be_seen(own_cache):
    path = make(3)
    assert path.parent == own_cache
    loaded = ctypes.CDLL(str(path))
    assert loaded.answer() == 23
    assert not hasattr(loaded, "hidden")


def test_the_second_time_nothing_is_compiled():
    calls = []
    assert make(2, calls) == make(2, calls)
    assert calls == [2]


def test_what_determines_a_library_determines_its_name(monkeypatch):
    one = Compiler(("cc",), "another version")
    base = [make(2), make(3), make(2, build="reproducible")]
    assert len(set(base)) == 3
    find = compiler.find_compiler
    try:
        compiler.find_compiler = lambda: Compiler(find().command, one.version)
        assert make(2) not in base
    finally:
        compiler.find_compiler = find
    monkeypatch.setattr(compiler, "_ALWAYS", (*compiler._ALWAYS, "-DMORE"))
    assert make(2) not in base
    if cpu_class() not in ("other", "x86-64"):
        assert make(2, cpu=cpu_class()) not in base


def test_the_same_text_gives_the_same_bytes_wherever_it_is_compiled():
    found = find_compiler()
    arguments = flags("reproducible", runnable(cpu_class())[-1])
    assert compiled(sources(), arguments, found) == compiled(sources(), arguments, found)


def test_what_the_compiler_says_is_told():
    bad = TWO | {"model.inc": "#define NUMBER unheard_of\n"}
    with refused("ZN-6005", "unheard_of", "ZONULA_CC", kind=KernelError):
        built(lambda: bad, name="bad", facts=["bad"])
    with pytest.raises(KernelError) as caught:
        built(lambda: TWO | {"model.inc": "\n".join(f"int f{i}(void) {{ return unheard_of_{i}; }}" for i in range(50))}, name="bad", facts=["long"])
    assert len(caught.value.problems[0].found.splitlines()) == 5


def test_a_failed_compilation_leaves_nothing(own_cache):
    with refused("ZN-6005"):
        built(lambda: TWO | {"model.inc": "#error no\n"}, name="bad", facts=["x"])
    assert [path.suffix for path in own_cache.iterdir()] == [".lock"]


# --- flags ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("cpu", compiler.LANES)
@pytest.mark.parametrize("build", compiler.BUILDS)
@pytest.mark.parametrize("zig", [False, True])
def test_no_flag_forgets_nan_or_reorders_sums(build, cpu, zig):
    given = flags(build, cpu, zig=zig)
    assert not {"-ffast-math", "-Ofast", "-ffinite-math-only", "-fassociative-math", "-funsafe-math-optimizations", "-freciprocal-math"} & set(given)
    assert ("-ffp-contract=off" in given) == ("-DREPRODUCIBLE" in given) == (build == "reproducible")
    assert "-fno-signed-zeros" not in given or build == "fast"
    assert f"-DLANES={ {'x86-64-v4': 8, 'x86-64-v3': 4}.get(cpu, 2)}" in given
    assert any(flag.startswith(("-march=", "-mcpu=")) for flag in given) == (cpu != "other")


def test_unknown_builds_and_processors_are_refused():
    with refused("ZN-6003", "quick", "fast"):
        flags("quick", "x86-64")
    with refused("ZN-6003", "x86-64-v5", "x86-64-v4"):
        flags("fast", "x86-64-v5")
    with refused("ZN-6003", "quick"):
        library(standard_model(), "quick")


V3 = "flags\t\t: fpu sse2 avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"
V4 = f"{V3} avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.mark.parametrize(("text", "cpu"), [
    (V4, "x86-64-v4"), (V3, "x86-64-v3"), (V3.replace(" fma", ""), "x86-64"), (V4.replace(" avx512dq", ""), "x86-64-v3"),
    (V4.replace(" bmi2", ""), "x86-64"), ("", "x86-64"), ("model name: avx2", "x86-64"), (f"{V4}\nprocessor: 1\n{V3}\n", "x86-64-v3"),
])
def test_a_processor_is_what_all_its_cores_can_do(text, cpu):
    assert compiler._class_of(text) == cpu


def test_a_processor_runs_its_own_code_and_that_of_lesser_ones():
    assert runnable("x86-64-v4") == ("x86-64-v4", "x86-64-v3", "x86-64")
    assert runnable("x86-64") == ("x86-64",)
    assert runnable("other") == ("other",)
    assert cpu_class() in compiler.LANES


def test_only_gcc_is_given_its_own_parameters():
    gnu, other = Compiler(("cc",), "cc 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc."), Compiler(("cc",), "clang version 17")
    assert (gnu.gcc, other.gcc) == (True, False)
    assert any(word.startswith("--param") for word in flags("fast", "x86-64", gcc=gnu.gcc))
    assert not any(word.startswith("--param") for word in flags("fast", "x86-64", gcc=other.gcc))


def test_code_for_a_better_processor_is_refused(monkeypatch):
    monkeypatch.setattr(compiler, "cpu_class", lambda: "x86-64")
    with refused("ZN-6007", "x86-64-v4", "x86-64"):
        library(standard_model(), cpu="x86-64-v4")


# --- compilers ------------------------------------------------------------------------------------------

def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_named_compiler_is_taken_with_its_words(monkeypatch, tmp_path):
    real = find_compiler().command[0]
    mine = script(tmp_path / "my cc", f'test "$1" = --version && echo mine 7 && exit 0\nexec {real} "$@"')
    monkeypatch.setenv("ZONULA_CC", str(mine))
    assert find_compiler() == Compiler((str(mine),), "mine 7")
    assert answer(make(4)) == 24
    monkeypatch.setenv("ZONULA_CC", f"'{mine}' -v")
    with refused("ZN-6001", "ZONULA_CC"):  # with -v first, the script is no compiler that tells its version
        monkeypatch.setenv("ZONULA_CC", f"'{tmp_path / 'nothing'}' -v")
        find_compiler()


def test_a_named_compiler_that_does_not_run_is_not_replaced_by_another(monkeypatch, tmp_path):
    for named in ("no-such-compiler", str(script(tmp_path / "fails", "exit 1"))):
        monkeypatch.setenv("ZONULA_CC", named)
        with refused("ZN-6001", named, "install", kind=KernelError):
            find_compiler()


def test_without_any_compiler_it_is_said_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("ZONULA_CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(compiler.importlib.util, "find_spec", lambda name: None)
    with refused("ZN-6002", "ziglang", "ZONULA_CC", "reference", kind=KernelError) as _:
        make()


def test_a_compiler_that_does_not_run_is_passed_over_and_zig_is_the_last(monkeypatch, tmp_path):
    monkeypatch.delenv("ZONULA_CC", raising=False)
    script(tmp_path / "cc", "exit 1")
    script(tmp_path / "clang", "echo clang 99")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_compiler() == Compiler((str(tmp_path / "clang"),), "clang 99")
    monkeypatch.setattr(compiler.importlib.util, "find_spec", lambda name: True)
    assert list(compiler._candidates())[-1] == (sys.executable, "-m", "ziglang", "cc")
    assert Compiler((sys.executable, "-m", "ziglang", "cc"), "").zig
    assert not Compiler(("/usr/bin/gcc",), "").zig


def test_a_compiler_that_hangs_is_given_up(monkeypatch, tmp_path):
    hanging = script(tmp_path / "cc", 'test "$1" = --version && echo slow && exit 0\nexec sleep 60')
    monkeypatch.setenv("ZONULA_CC", str(hanging))
    find_compiler()
    monkeypatch.setattr(compiler, "MAX_COMPILE_SECONDS", 0.2)
    with refused("ZN-6004", "end"):
        make()


# --- the cache ------------------------------------------------------------------------------------------

def damages(path):
    """Ways to spoil a library or its note, by name."""
    whole = path.read_bytes()
    half = whole.find(b'"sha256":"') + 20 if path.suffix == ".json" else len(whole) // 2
    return {"cut short": whole[:half], "empty": b"", "one bit": whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1:],
            "longer": whole + b"\0", "something else": b"hello", "gone": None}


@pytest.mark.parametrize("kind", ["cut short", "empty", "one bit", "longer", "something else", "gone"])
@pytest.mark.parametrize("which", ["library", "note"])
def test_a_damaged_entry_is_built_again(kind, which):
    calls = []
    path = make(5, calls)
    spoilt = path if which == "library" else path.with_suffix(".json")
    before = path.read_bytes()
    data = damages(spoilt)[kind]
    if data is None:
        spoilt.unlink()
    else:
        spoilt.write_bytes(data)
    if which == "note" and kind == "longer":
        spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"x")
    assert make(5, calls) == path
    assert calls == [5, 5]
    assert path.read_bytes() == before
    assert answer(path) == 25
    make(5, calls)
    assert calls == [5, 5]


def test_two_entries_that_are_swapped_are_both_built_again():
    calls = []
    a, b = make(6, calls), make(7, calls)
    for one, other in ((a, b), (a.with_suffix(".json"), b.with_suffix(".json"))):
        data = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(data)
    assert [answer(make(6, calls)), answer(make(7, calls))] == [26, 27]
    assert calls == [6, 7, 6, 7]


@pytest.mark.parametrize("note", ["[]", "null", '{"key": 1}', "[" * 100_000, '{"key": "k", "sha256": null}'])
def test_a_strange_note_is_no_entry(tmp_path, note):
    entry = Entry(tmp_path, "test", "k")
    assert not entry.whole()
    entry.note.write_text(note)
    assert not entry.whole()
    entry.put(b"data")
    assert entry.whole()


def test_threads_that_want_the_same_compile_it_once():
    calls, paths = [], []
    threads = [threading.Thread(target=lambda: paths.append(make(8, calls))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [8]
    assert len(set(paths)) == 1
    assert len(paths) == 4


def test_processes_that_build_the_same_at_once_do_no_harm(own_cache):
    text = ("import ctypes, sys\nfrom zonula.codegen.compiler import built\n"
            "calls = []\n"
            f"path = built(lambda: calls.append(1) or {sources(9)!r}, name='test', facts=['race'], cpu=sys.argv[1])\n"
            "print(ctypes.CDLL(str(path)).answer(), len(calls))\n")
    cpu = runnable(cpu_class())[-1]
    running = [subprocess.Popen([sys.executable, "-c", text, cpu], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
               for _ in range(4)]
    said = [process.communicate(timeout=60)[0].split() for process in running]
    assert [answer for answer, _ in said] == [b"29"] * 4
    assert sum(int(calls) for _, calls in said) == 1, "the others wait"
    assert sorted(path.suffix for path in own_cache.iterdir()) == [".json", ".lock", compiler.SUFFIX]


def test_the_users_cache_is_used_where_none_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("ZONULA_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "zonula" / "kernels"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "zonula" / "kernels"


def test_without_a_home_a_folder_of_ones_own_is_used_and_no_other(monkeypatch, tmp_path):
    monkeypatch.delenv("ZONULA_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))  # nothing can be made under a file
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path))
    folder = cache_folder()
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    with refused("ZN-6006", "ZONULA_CACHE", str(folder)):
        cache_folder()
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with refused("ZN-6006"):
        cache_folder()


def test_a_named_cache_that_cannot_be_written_is_not_replaced(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ZONULA_CACHE", str(tmp_path / "file"))
    with refused("ZN-6006", str(tmp_path / "file")):
        cache_folder()


# --- libraries that ship --------------------------------------------------------------------------------

@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder of libraries that ship, of small sources in the place of a model's."""
    monkeypatch.setattr(compiler, "sources_of", lambda model: sources(1))
    folder = tmp_path / "prebuilt"
    compiler.ship(standard_model(), folder)
    return folder


def test_what_ships_is_taken_by_class_of_processor(shelf):
    for cpu in runnable(cpu_class()):
        path = shipped(standard_model(), "fast", cpu=cpu, folder=shelf)
        assert path.name.endswith(f"-fast-{cpu}{compiler.SUFFIX}")
        assert answer(path) == 1 + 10 * compiler.LANES[cpu]
    assert shipped(standard_model(), "reproducible", folder=shelf) != shipped(standard_model(), "fast", folder=shelf)


def test_the_next_best_is_taken_where_the_best_is_spoilt(shelf):
    classes = runnable(cpu_class())
    for cpu, following in zip(classes, [*classes[1:], None], strict=True):
        path = shipped(standard_model(), "fast", folder=shelf)
        assert f"-{cpu}." in path.name
        path.write_bytes(path.read_bytes()[:-1])
        after = shipped(standard_model(), "fast", folder=shelf)
        assert after is None if following is None else f"-{following}." in after.name


@pytest.mark.parametrize(("key", "value"), [("model", "0" * 64), ("recipe", "0" * 64), ("target", "win32-arm64"), ("sha256", None), ("file", "../x")])
def test_what_ships_for_something_else_is_not_taken(shelf, key, value):
    path = shelf / "manifest.json"
    said = json.loads(path.read_text())
    for one in said["libraries"]:
        one[key] = value
    path.write_text(json.dumps(said))
    assert shipped(standard_model(), "fast", folder=shelf) is None


def test_a_manifest_that_is_none_ships_nothing(shelf):
    for text in ("", "[]", '{"libraries": 3}', '{"libraries": {"a": 1}}', '{"libraries": [3, {}]}'):
        (shelf / "manifest.json").write_text(text)
        assert shipped(standard_model(), "fast", folder=shelf) is None


def test_the_recipe_is_of_the_kernel_and_of_what_prints_the_rest():
    assert compiler.recipe() == compiler.recipe()
    assert len(compiler.recipe()) == 64
    assert {"ensemble.c", "people.h", "health.h"} <= set(compiler.kernel_sources())
