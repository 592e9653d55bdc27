"""From a model to a shared library: one that ships with the package, one from the cache, or one compiled now.

Only our own text is ever compiled: the hand-written kernel and what ``codegen.c`` prints from a checked model.  Builds lie in the
cache (see ``codegen.cache``).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from zonula.codegen.cache import SUFFIX, Entry, cache_folder, is_whole, put_library, told
from zonula.ground.errors import KernelError, nearest
from zonula.ground.files import one_at_a_time, packaged, read_text, write_atomically, write_text
from zonula.ground.limits import MAX_COMPILE_SECONDS
from zonula.ground.provenance import digest
from zonula.language.model import Model

BUILDS = ("fast", "reproducible")
LANES = {"x86-64-v4": 8, "x86-64-v3": 4, "x86-64": 2, "other": 2}  # people per vector, by class of processor, best first
MAIN, CLOSURE, MODEL = "ensemble.c", "closure.c", "model.inc"
_V3 = {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"}  # as Linux names what the class promises
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
_ALWAYS = ("-O2", "-std=gnu11", "-shared", "-fPIC", "-fvisibility=hidden", "-fno-math-errno", "-fno-trapping-math")
_OF_BUILD = {"fast": ("-ffp-contract=fast", "-fno-signed-zeros"), "reproducible": ("-ffp-contract=off", "-DREPRODUCIBLE")}
# GCC looks long for what thousands of straight lines do not have: with less patience it takes less than half the time, and its code is no slower
_OF_GCC = ("--param=sccvn-max-alias-queries-per-access=8", "--param=lra-max-considered-reload-pseudos=50", "--param=max-cselib-memory-locations=30",
           "-fno-dse", "-fno-tree-dse")
_INSTALL = "install gcc or clang, or `pip install ziglang`; or name a compiler in ZONULA_CC"
_SHOWN = 5  # lines of what a compiler says
_building = threading.Lock()


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C compiler: how it is called, and what it says of its version."""

    command: tuple[str, ...]
    version: str

    @property
    def zig(self) -> bool:
        """Whether it is Zig's, which names processors in its own way."""
        return any(Path(word).stem in ("zig", "ziglang") for word in self.command)

    @property
    def gcc(self) -> bool:
        """Whether it is GCC, which knows parameters that others refuse."""
        return "Free Software Foundation" in self.version


# --- this machine ---------------------------------------------------------------------------------------

@lru_cache(maxsize=1)
def cpu_class() -> str:
    """The class of this processor: the widest of ``LANES`` that it surely runs.

    Where its features cannot be read (elsewhere than on Linux) it is the least of its family.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return "other"
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "x86-64"
    return _class_of(text)


def _class_of(cpuinfo: str) -> str:
    """The class by what ``/proc/cpuinfo`` says; the least where cores differ."""
    cores = [set(line.partition(":")[2].split()) for line in cpuinfo.splitlines() if line.startswith("flags")]
    common = set.intersection(*cores) if cores else set()
    return "x86-64-v4" if common >= _V4 else "x86-64-v3" if common >= _V3 else "x86-64"


def runnable(cpu: str) -> tuple[str, ...]:
    """Classes whose code a processor of class *cpu* runs, best first."""
    names = list(LANES)
    return ("other",) if cpu == "other" else tuple(names[names.index(cpu):names.index("other")])


def target() -> str:
    """The kind of machine for which libraries are built."""
    return f"{sys.platform}-{platform.machine().lower()}"


# --- compilers ------------------------------------------------------------------------------------------

def find_compiler() -> Compiler:
    """The compiler that ``ZONULA_CC`` names; else cc, gcc or clang; else the one of the package ziglang.

    Raises
    ------
    KernelError   where there is none, or the named one does not run
    """
    return _find(os.environ.get("ZONULA_CC", "").strip(), os.environ.get("PATH", ""))


@lru_cache(maxsize=8)
def _find(named: str, _path: str) -> Compiler:
    if named:
        command = (named,) if shutil.which(named) else tuple(shlex.split(named, posix=os.name != "nt"))
        if (version := _version(command)) is None:
            raise KernelError.of("ZN-6001", "the C compiler that ZONULA_CC names does not run", found=named, fix=_INSTALL)
        return Compiler(command, version)
    for command in _candidates():
        if version := _version(command):
            return Compiler(command, version)
    raise KernelError.of("ZN-6002", "there is no C compiler, and no library that ships with zonula fits this model and machine",
                         fix=f'{_INSTALL}; the engine "reference" needs none')


def _candidates() -> Iterator[tuple[str, ...]]:
    for name in ("cc", "gcc", "clang"):
        if path := shutil.which(name):
            yield (path,)
    if importlib.util.find_spec("ziglang"):
        yield (sys.executable, "-m", "ziglang", "cc")


def _version(command: tuple[str, ...]) -> str | None:
    try:
        done = _run([*command, "--version"], Path.cwd())
    except (OSError, subprocess.TimeoutExpired):
        return None
    return "\n".join(line for line in done.stdout.splitlines()[:2] if line.strip()) if done.returncode == 0 else None


def _run(command: Sequence[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The one door to another program: a C compiler, without a shell, and with messages in English."""
    return subprocess.run(list(command), cwd=folder, env={**os.environ, "LC_ALL": "C", **environment}, stdin=subprocess.DEVNULL,  # noqa: S603
                          capture_output=True, encoding="utf-8", errors="replace", timeout=MAX_COMPILE_SECONDS, check=False)


def flags(build: str, cpu: str, *, zig: bool = False, gcc: bool = False) -> tuple[str, ...]:
    """How the kernel is compiled: never with what makes sums associative or forgets NaN.

    Raises
    ------
    KernelError   for an unknown build or class of processor
    """
    for name, known in ((build, _OF_BUILD), (cpu, LANES)):
        if name not in known:
            raise KernelError.of("ZN-6003", f"there is no build {name!r} of the kernel", fix=nearest(name, known))
    march = () if cpu == "other" else (f"-mcpu={cpu.replace('-', '_')}",) if zig else (f"-march={cpu}",)
    wide = ("-mprefer-vector-width=512",) if cpu == "x86-64-v4" else ()
    own = ("-fno-sanitize=undefined",) if zig else ()
    return (*_ALWAYS, *(_OF_GCC if gcc else ()), *_OF_BUILD[build], *march, *wide, *own, f"-DLANES={LANES[cpu]}")


def compiled(sources: Mapping[str, str], arguments: Sequence[str], compiler: Compiler, *, main: str = MAIN) -> bytes:
    """The library that *compiler* makes of *sources* (file name to text; *main* is compiled, and the closure beside it where it stands apart).

    Raises
    ------
    KernelError   with the first lines of what the compiler says
    """
    with tempfile.TemporaryDirectory(prefix="zonula-build-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        for name, text in sources.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        made = f"made{SUFFIX}"
        told = [*compiler.command, *arguments, f'-DMODEL_INC="{MODEL}"']  # no path enters what is made
        if main == MAIN and CLOSURE in sources:  # half of the work each
            halves = [[*told, f"-DMODEL_PART={k}", "-c", source, "-o", f"{k}.o"] for k, source in enumerate((MAIN, CLOSURE), start=1)]
            with ThreadPoolExecutor(max_workers=len(halves)) as threads:
                list(threads.map(lambda command: _compile(command, folder, compiler, command[-1]), halves))
            _compile([*compiler.command, *arguments, *(command[-1] for command in halves), "-o", made], folder, compiler, made)
        else:
            _compile([*told, main, "-o", made], folder, compiler, made)
        return (folder / made).read_bytes()


def _compile(command: Sequence[str], folder: Path, compiler: Compiler, wanted: str) -> None:
    own = {"ZIG_GLOBAL_CACHE_DIR": str(cache_folder() / "zig"), "ZIG_LOCAL_CACHE_DIR": str(folder / "zig")} if compiler.zig else {}
    try:
        done = _run(command, folder, **own)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise KernelError.of("ZN-6004", "the C compiler does not come to an end", found=str(error)[:300], fix=_INSTALL) from error
    if done.returncode or not (folder / wanted).is_file():
        said = (done.stderr or done.stdout).strip().splitlines()
        errors = [line for line in said if "error" in line.lower()] or said
        raise KernelError.of("ZN-6005", f"the C compiler failed: {compiler.version.splitlines()[0]}",
                             found="\n".join(errors[:_SHOWN]) or f"exit code {done.returncode}",
                             fix="try another compiler: name it in ZONULA_CC")


# --- the cache ------------------------------------------------------------------------------------------

def built(sources: Callable[[], Mapping[str, str]], *, name: str, facts: Sequence[str], build: str = "fast", cpu: str | None = None) -> Path:
    """A library from the cache; compiled where it is not there, or not whole.

    Parameters
    ----------
    sources : called for file names and texts where something must be compiled
    facts   : what determines the texts (or they themselves)
    cpu     : a class of processor; this machine's where none is named

    Raises
    ------
    KernelError, StorageError
    """
    cpu, compiler = cpu or cpu_class(), find_compiler()
    arguments = flags(build, cpu, zig=compiler.zig, gcc=compiler.gcc)
    entry = _entry(name, facts, build, cpu, compiler)
    if not entry.whole():
        with _building, one_at_a_time(entry.library.with_suffix(".lock")):  # it takes long: not twice
            if not entry.whole():
                entry.put(compiled(sources(), arguments, compiler), compiler=compiler.version, flags=" ".join(arguments), processor=cpu)
    return entry.library


def _entry(name: str, facts: Sequence[str], build: str, cpu: str, compiler: Compiler) -> Entry:
    """The place in the cache of what these facts determine."""
    arguments = flags(build, cpu, zig=compiler.zig, gcc=compiler.gcc)
    return Entry(cache_folder(), f"{name}-{build}", digest(*facts, "flags", *arguments, "compiler", compiler.version, "processor", cpu, target()))


# --- libraries of models --------------------------------------------------------------------------------

def kernel_sources() -> dict[str, str]:
    """The hand-written part: file names and texts."""
    folder = packaged("codegen", "kernel")
    return {path.name: read_text(path, kind=KernelError) for path in sorted(folder.iterdir()) if path.suffix in (".c", ".h")}


@lru_cache(maxsize=1)
def recipe() -> str:
    """SHA-256 of all of zonula that determines the C of a given model: the kernel, and the code that prints the rest."""
    printers = sorted(path for part in ("codegen", "language") for path in packaged(part).glob("*.py"))
    texts = {f"{path.parent.name}/{path.name}": read_text(path, kind=KernelError) for path in printers} | kernel_sources()
    return digest(*(part for item in sorted(texts.items()) for part in item))


def library(model: Model, build: str = "fast", *, cpu: str | None = None) -> Path:
    """The shared library of *model*: one that ships with the package, or one from the cache, or one that is compiled now.

    Parameters
    ----------
    build : ``fast``, or ``reproducible``: the same bytes of every result with any compiler on any machine
    cpu   : a class of processor; this machine's where none is named

    Raises
    ------
    KernelError    where there is no compiler, or it fails
    StorageError   where the cache cannot be written
    """
    flags(build, cpu or cpu_class())  # says no to what does not exist
    if cpu and cpu not in runnable(cpu_class()):
        raise KernelError.of("ZN-6007", f"code for {cpu} does not run on this machine", expected=" or ".join(runnable(cpu_class())),
                             fix="name no class of processor, or a lesser one")
    return shipped(model, build, cpu=cpu) or built(lambda: sources_of(model), name="model", facts=(model.fingerprint, recipe()),
                                                   build=build, cpu=cpu)


def sources_of(model: Model) -> dict[str, str]:
    """All texts of which a model's library is made."""
    from zonula.codegen.c import model_source

    return kernel_sources() | {MODEL: model_source(model)}


def _library(model: Model, build: str, cpu: str, compiler: Compiler) -> bytes:
    """A library for a class of processor that need not be this machine's: from the cache, or compiled and put there."""
    arguments = flags(build, cpu, zig=compiler.zig, gcc=compiler.gcc)
    entry = _entry("model", (model.fingerprint, recipe()), build, cpu, compiler)
    if entry.whole():
        return entry.library.read_bytes()
    data = compiled(sources_of(model), arguments, compiler)
    entry.put(data, compiler=compiler.version, flags=" ".join(arguments), processor=cpu)
    return data


def shipped(model: Model, build: str, *, cpu: str | None = None, folder: Path | None = None) -> Path | None:
    """The best library in the package's ``prebuilt/`` that is of this very model and kernel, runs here, and is whole; or None."""
    folder = folder or packaged("codegen", "prebuilt")
    known = told(folder / "manifest.json").get("libraries", [])
    for wanted in runnable(cpu or cpu_class()):
        for one in (one for one in known if isinstance(one, dict)) if isinstance(known, list) else ():
            said = {"model": model.fingerprint, "recipe": recipe(), "build": build, "processor": wanted, "target": target()}
            path = folder / Path(str(one.get("file", ""))).name
            if said.items() <= one.items() and is_whole(path, one.get("sha256")):
                return path
    return None


def ship(model: Model, folder: Path, *, builds: Sequence[str] = BUILDS, classes: Sequence[str] = ()) -> Path:
    """Write the libraries that a package for this kind of machine brings along, with their manifest; returns the manifest's path."""
    compiler, made = find_compiler(), []
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(cpu, build) for cpu in classes or runnable("x86-64-v4" if cpu_class() != "other" else "other") for build in builds]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        texts = list(threads.map(lambda one: _library(model, one[1], one[0], compiler), wanted))
    for (cpu, build), data in zip(wanted, texts, strict=True):
        path = folder / f"model-{model.fingerprint[:16]}-{build}-{cpu}{SUFFIX}"
        write_atomically(path, lambda part, data=data: put_library(part, data))  # type: ignore[misc]
        made.append({"file": path.name, "model": model.fingerprint, "recipe": recipe(), "build": build, "processor": cpu,
                     "target": target(), "sha256": hashlib.sha256(data).hexdigest(), "compiler": compiler.version})
    write_text(folder / "manifest.json", json.dumps({"libraries": made}, indent=1, sort_keys=True) + "\n")
    return folder / "manifest.json"
