"""Where a study is kept: a folder, or a place on the network by its URL.  A file that is there is whole, whenever its writer was killed."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import platform
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

from zonula.ground.errors import StorageError, ZonulaError

DISK_FULL = "ZN-7023"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_HOST = hashlib.sha256(platform.node().encode()).hexdigest()[:8]  # no host's name in the names of files
_NUMBER = itertools.count()
_STALE = 3600.0  # seconds after which a half-written file of another machine is nobody's: writing one takes seconds
_DAMAGED, _PART = ".damaged", ".part"


class Store(Protocol):
    """Files by name, with / between folders."""

    @property
    def url(self) -> str: ...

    @property
    def path(self) -> Path | None:
        """The folder, where it is one of this machine."""
        ...

    def put(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all, in place of what is there."""
        ...

    def create(self, name: str, data: bytes) -> bool:
        """Write a file unless it is there; says whether it was written."""
        ...

    def get(self, name: str) -> bytes:
        """All of a file; FileNotFoundError where there is none."""
        ...

    def many(self, names: Iterable[str]) -> Mapping[str, bytes]:
        """Several files at once; those that are not there are left out."""
        ...

    def sizes(self, folder: str) -> Mapping[str, int]:
        """The whole files in a folder, by full name, with their sizes in bytes."""
        ...

    def names(self) -> list[str]:
        """What stands in the place itself, files and folders."""
        ...

    def set_aside(self, name: str) -> None:
        """Rename a damaged file, so that it can be looked at and is never used."""
        ...

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        ...

    def sweep(self) -> int:
        """Take away what was half written by processes that are no more; says how many files."""
        ...

    def append(self, name: str, line: str) -> None:
        """Add a line to a journal, where the place can."""
        ...

    def take(self, name: str, path: Path) -> None:
        """Take over a large file that was written elsewhere, whole or not at all."""
        ...


def open_store(folder: str | Path) -> Store:
    """The place of that path or URL (s3://, gs://, memory:// and whatever else fsspec knows)."""
    text = str(folder)
    if "://" not in text:
        return Folder(Path(text))
    if text.startswith("file://"):
        return Folder(Path(text.removeprefix("file://")))
    from zonula.scale.remote import remote_store

    return remote_store(text)


def refusal(error: OSError, place: str) -> ZonulaError:
    """What to say of a file that cannot be written."""
    found = str(error.strerror or error)
    if error.errno in _FULL:
        return StorageError.of("ZN-7023", "the disk is full", file=place, found=found, fix="free some space, and give the same command again")
    return StorageError.of("ZN-7024", "the study cannot be written", file=place, found=found, fix="check the place and its permissions")


class Folder:
    """A folder of this machine, or one that several machines share."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()  # a worker may stand elsewhere

    @property
    def url(self) -> str:
        return str(self._root)

    @property
    def path(self) -> Path | None:
        return self._root

    def put(self, name: str, data: bytes) -> None:
        path = self._root / name
        with _Beside(path, data) as part:
            part.replace(path)
            _sync(path.parent)

    def create(self, name: str, data: bytes) -> bool:
        path = self._root / name
        with _Beside(path, data) as part:
            try:
                os.link(part, path)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
                    raise
                part.replace(path)  # a file system without links: the last of two at the same moment wins, and both read it again
            _sync(path.parent)
        return True

    def get(self, name: str) -> bytes:
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._unreadable(error, name) from error

    def many(self, names: Iterable[str]) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        for name in names:
            with suppress(FileNotFoundError):
                found[name] = self.get(name)
        return found

    def sizes(self, folder: str) -> Mapping[str, int]:
        try:
            with os.scandir(self._root / folder) as entries:
                return {f"{folder}/{entry.name}": entry.stat().st_size for entry in entries
                        if not entry.name.startswith(".") and not entry.name.endswith(_DAMAGED)}
        except FileNotFoundError:
            return {}

    def names(self) -> list[str]:
        try:
            return [entry.name for entry in self._root.iterdir() if not entry.name.endswith(_PART)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unreadable(error, "") from error

    def _unreadable(self, error: OSError, name: str) -> ZonulaError:
        if self._root.is_file():
            return StorageError.of("ZN-7025", "there is a file of that name", file=self.url, fix="name a folder")
        return StorageError.of("ZN-7054", "the study cannot be read", file=str(self._root / name), found=str(error.strerror or error),
                               fix="check the disk and the permissions")

    def set_aside(self, name: str) -> None:
        path = self._root / name
        with suppress(FileNotFoundError):
            path.replace(path.with_name(path.name + _DAMAGED))

    def remove(self, name: str) -> None:
        (self._root / name).unlink(missing_ok=True)

    def sweep(self) -> int:
        stray = [path for path in self._root.rglob(f".*{_PART}") if _is_stray(path)]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)

    def append(self, name: str, line: str) -> None:
        try:
            handle = os.open(self._root / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(handle, (line + "\n").encode())
            finally:
                os.close(handle)
        except OSError as error:
            raise refusal(error, str(self._root / name)) from error

    def take(self, name: str, path: Path) -> None:
        target = self._root / name
        try:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            path.replace(target)  # it was written on the same disk
            _sync(target.parent)
        except OSError as error:
            raise refusal(error, str(target)) from error


class _Beside:
    """A file written beside the one that is meant, and on the disk when the block begins; nothing of it is left when the block ends."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path, self._data = path, data
        self._part = path.with_name(f".{path.name}.{_HOST}.{os.getpid()}.{next(_NUMBER)}{_PART}")

    def __enter__(self) -> Path:
        with ExitStack() as undo:
            undo.callback(self._drop)
            try:
                try:
                    _write(self._part, self._data)
                except FileNotFoundError:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    _write(self._part, self._data)
            except OSError as error:
                raise refusal(error, str(self._path)) from error
            undo.pop_all()
        return self._part

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._drop()
        if isinstance(error, OSError):
            raise refusal(error, str(self._path)) from error

    def _drop(self) -> None:
        with suppress(OSError):
            self._part.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view):]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync(folder: Path) -> None:
    """Let the name of a file reach the disk; some systems cannot, and need not."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a shared folder that cannot be synced: what the marker says of each file is checked anyway
            os.fsync(handle)
    finally:
        os.close(handle)


def _is_stray(path: Path) -> bool:
    """Whether nobody writes this file any more: its process is gone, or it is old."""
    try:
        host, process = path.name.split(".")[-4:-2]
        age = time.time() - path.stat().st_mtime
        return age > _STALE or (host == _HOST and not _is_alive(int(process)))
    except ValueError:
        return False  # not one of ours
    except FileNotFoundError:
        return False


def _is_alive(process: int) -> bool:
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # somebody else's
    return True
