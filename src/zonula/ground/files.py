"""Files: read within limits, write beside and rename, find what ships with the package."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zonula.ground.errors import InputDataError, StorageError, UsageError, ZonulaError, nearest
from zonula.ground.limits import MAX_FILE_BYTES

PACKAGE = Path(__file__).resolve().parent.parent


def packaged(*parts: str) -> Path:
    """The path of something that ships inside the package."""
    return PACKAGE.joinpath(*parts)


def folder_of_presets() -> Path:
    """The scenarios that ship with zonula: ``presets/`` of the package, ``examples/`` of a checkout."""
    shipped = packaged("presets")
    return shipped if shipped.is_dir() else PACKAGE.parents[1] / "examples"


def read_text(path: Path, *, kind: type[ZonulaError] = UsageError) -> str:
    """Read a text file of bounded size.

    Raises
    ------
    *kind* (usage error by default) when the file is missing, unreadable, too large or not UTF-8.
    """
    try:
        if path.is_dir():
            raise kind.of("ZN-1002", "this is a folder, not a file", file=str(path), fix="name the file inside it")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)  # a device without an end has no size to ask for
        if len(data) > MAX_FILE_BYTES:
            raise kind.of("ZN-1003", "the file is too long", file=str(path),
                          expected=f"at most {MAX_FILE_BYTES} bytes", fix="check that this is the file you meant")
        return data.decode("utf-8-sig")
    except FileNotFoundError as error:
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise kind.of("ZN-1001", "there is no such file", file=str(path), fix=nearest(path.name, siblings)) from error
    except UnicodeDecodeError as error:
        raise kind.of("ZN-1004", "the file is not UTF-8 text", file=str(path),
                      found=f"byte {error.start} cannot be decoded", fix="save it as UTF-8") from error
    except OSError as error:
        raise kind.of("ZN-1005", "the file cannot be read", file=str(path), found=str(error.strerror or error),
                      fix="check the name and its permissions") from error


def under(root: Path, name: str) -> Path:
    """The path of *name* inside *root*; refuses whatever would leave it."""
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise InputDataError.of("ZN-3006", "the path leaves its folder", found=name, fix="name a file inside the folder")
    return path


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let *write* fill a file beside *path*, then rename it into place: a file that is there is whole."""
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        raise StorageError.of("ZN-7001", "the file cannot be written", file=str(path),
                              found=str(error.strerror or error), fix="check space and permissions") from error
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically, with the same line ends everywhere."""
    write_atomically(path, lambda part: _put(part, text.encode("utf-8")))


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Let others who name the same lock wait, where the system can; where it cannot all go on at once, so that what they do must bear it."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)  # ends with the process, however that ends
        yield
    finally:
        os.close(handle)
