"""Where what is made once is kept: a folder of the user's own, never beside sources.

An entry's name is the hash of all that determines it; beside it stands its own hash, so that what is damaged, cut short or meant for
something else is made again, and never used.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zonula.ground.errors import KernelError
from zonula.ground.files import write_atomically, write_text
from zonula.ground.provenance import canonical

SUFFIX = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")


def cache_folder() -> Path:
    """Where builds are kept: ``$ZONULA_CACHE``, else the user's cache; without one, a folder of the user's own among temporary files.

    Raises
    ------
    KernelError   where none of them can be written
    """
    for folder in _places():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
        except OSError:
            continue
    named = os.environ.get("ZONULA_CACHE", "")
    return _own_folder() if not named else _refuse_cache(Path(named))


def _places() -> Iterator[Path]:
    if named := os.environ.get("ZONULA_CACHE", ""):
        yield Path(named).absolute() / "kernels"
        return
    try:
        home = Path.home()
    except RuntimeError:  # nobody knows where it is
        home = None
    usual = {"win32": os.environ.get("LOCALAPPDATA", ""), "darwin": str(home / "Library" / "Caches") if home else ""}
    base = usual.get(sys.platform, os.environ.get("XDG_CACHE_HOME", "") or (str(home / ".cache") if home else ""))
    if base and Path(base).is_absolute():
        yield Path(base) / "zonula" / "kernels"


def _own_folder() -> Path:
    """A folder among temporary files that nobody else can write: what lies in it will be loaded."""
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"zonula-kernels-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        seen = folder.lstat()
    except OSError:
        return _refuse_cache(folder)
    foreign = hasattr(os, "getuid") and (seen.st_uid != os.getuid() or bool(seen.st_mode & 0o022))
    return _refuse_cache(folder) if foreign or not stat.S_ISDIR(seen.st_mode) else folder


def _refuse_cache(folder: Path) -> Path:
    raise KernelError.of("ZN-6006", "compiled kernels cannot be kept", file=str(folder),
                         fix="name a folder that you can write, and others cannot, in ZONULA_CACHE")


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the cache: the library, and the note beside it."""

    folder: Path
    name: str
    key: str
    suffix: str = SUFFIX

    @property
    def library(self) -> Path:
        """The library itself."""
        return self.folder / f"{self.name}-{self.key[:32]}{self.suffix}"

    @property
    def note(self) -> Path:
        """What the library is, and its hash."""
        return self.library.with_suffix(".json")

    def whole(self) -> bool:
        """Whether both are there, belong together, and are what was written."""
        return self.read() is not None

    def read(self) -> bytes | None:
        """What was written; None where it is not there, or is not that."""
        said = told(self.note)
        try:
            data = self.library.read_bytes() if said.get("key") == self.key else b""
        except OSError:
            return None
        return data if data and hashlib.sha256(data).hexdigest() == said.get("sha256") else None

    def put(self, data: bytes, **facts: str) -> None:
        """Keep a library: first itself, then its note, each at once; of two who do so the last wins, with the same."""
        write_atomically(self.library, lambda part: put_library(part, data))
        write_text(self.note, canonical({**facts, "key": self.key, "sha256": hashlib.sha256(data).hexdigest()}) + "\n")


def put_library(path: Path, data: bytes) -> None:
    """Write a library as a file that may be run."""
    path.write_bytes(data)
    path.chmod(0o755)


def is_whole(path: Path, sha256: object) -> bool:
    """Whether there is a file with that hash."""
    try:
        return bool(hashlib.sha256(path.read_bytes()).hexdigest() == sha256)
    except OSError:
        return False


def told(path: Path) -> dict[str, Any]:
    """The object in a JSON file; an empty one where there is none."""
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
