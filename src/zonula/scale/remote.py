"""Places on the network: a file is written by one PUT, which is whole or not at all; nothing is renamed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from zonula.ground.errors import StorageError, UsageError
from zonula.scale.library import library_or_refuse
from zonula.scale.store import refusal

_A = TypeVar("_A")
_TRIES = 5  # of one request; the library itself tries again within each
_FIRST_PAUSE = 0.2  # seconds, doubled after each failure
_AT_ONCE = 256  # files asked for together


def remote_store(url: str) -> Remote:
    """The place of that URL.

    Raises
    ------
    UsageError   where fsspec, or what it needs for such URLs, is not installed, or it knows none
    """
    core = library_or_refuse("fsspec.core", "studies on the network")
    try:
        system, root = core.url_to_fs(url)
    except ImportError as error:
        raise UsageError.of("ZN-1345", "such places need a library that is not installed", path="-o", found=url, fix=str(error)) from error
    except ValueError as error:
        raise UsageError.of("ZN-1346", "there is no such kind of place", path="-o", found=url,
                            fix="name a folder, or a URL like s3://bucket/study") from error
    return Remote(url.rstrip("/"), system, str(root).rstrip("/"))


class Remote:
    """A place that fsspec can reach."""

    def __init__(self, url: str, system: Any, root: str) -> None:
        self._url, self._system, self._root = url, system, root

    @property
    def url(self) -> str:
        return self._url

    @property
    def path(self) -> Path | None:
        return None

    def put(self, name: str, data: bytes) -> None:
        self._asked(lambda: self._system.pipe_file(self._at(name), data), name)

    def create(self, name: str, data: bytes) -> bool:
        try:
            self._asked(lambda: self._system.pipe_file(self._at(name), data, mode="create"), name)
        except FileExistsError:
            return False
        except (RuntimeError, TypeError, ValueError):  # a place that knows no such condition: two at the same moment both read it again
            if self._asked(lambda: self._system.exists(self._at(name)), name):
                return False
            self.put(name, data)
        return True

    def get(self, name: str) -> bytes:
        return bytes(self._asked(lambda: self._system.cat_file(self._at(name)), name))

    def many(self, names: Iterable[str]) -> Mapping[str, bytes]:
        wanted = list(names)
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = {self._at(name): name for name in wanted[start:start + _AT_ONCE]}
            got = self._asked(partial(self._system.cat, list(some), on_error="return"), "")
            for path, data in got.items():
                if isinstance(data, bytes):
                    found[some[path]] = data
                elif not isinstance(data, FileNotFoundError):
                    with suppress(FileNotFoundError):
                        found[some[path]] = self.get(some[path])  # asked for again, alone
        return found

    def sizes(self, folder: str) -> Mapping[str, int]:
        self._system.invalidate_cache()
        listed = self._asked(lambda: self._system.find(self._at(folder), detail=True), folder)
        whole = {self._name(path): int(facts["size"]) for path, facts in listed.items()}
        return {name: size for name, size in whole.items() if not name.endswith(".damaged")}

    def _name(self, path: str) -> str:
        """The name of a file in the study, of its path on the network."""
        return path.lstrip("/").removeprefix(self._root.lstrip("/")).lstrip("/")

    def names(self) -> list[str]:
        self._system.invalidate_cache()
        try:
            return [str(path).rstrip("/").rsplit("/", 1)[-1] for path in self._asked(lambda: self._system.ls(self._root, detail=False), "")]
        except FileNotFoundError:
            return []

    def set_aside(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self.put(name + ".damaged", self.get(name))
            self.remove(name)

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._asked(lambda: self._system.rm_file(self._at(name)), name)

    def sweep(self) -> int:
        return 0  # nothing is ever half written

    def append(self, name: str, line: str) -> None:
        """Such places cannot add to a file: what a journal says stands in the markers too."""

    def take(self, name: str, path: Path) -> None:
        self._asked(lambda: self._system.put_file(str(path), self._at(name)), name)

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _asked(self, ask: Callable[[], _A], name: str) -> _A:
        """Ask again after a pause where the network failed, a few times."""
        pause = _FIRST_PAUSE
        for attempt in range(_TRIES):
            try:
                return ask()
            except (FileNotFoundError, FileExistsError):
                raise
            except PermissionError as error:
                raise refusal(error, f"{self._url}/{name}") from error
            except (OSError, TimeoutError) as error:
                if attempt == _TRIES - 1:
                    raise StorageError.of("ZN-7026", "the place on the network does not answer", file=f"{self._url}/{name}", found=str(error),
                                          fix="give the same command again later: what is done stays done") from error
                time.sleep(pause)
                pause *= 2
        raise AssertionError  # the loop returns or raises
