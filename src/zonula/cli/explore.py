"""What ``zonula explore`` does: serve the page on this machine, or write it as one file."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from pathlib import Path

from zonula.ground.errors import StorageError, UsageError

SCREENS = ("story", "body", "treat", "why", "crowd", "evidence", "lab")
_LONGEST = 4000  # letters of a scenario in an address: twenty times a usual one
_NOTICE = "Research software: not medical advice."


def export(path: Path, *, screen: str = "", force: bool = False, as_json: bool = False, quiet: bool = False) -> int:
    """Write the page as one file; returns the exit code."""
    from zonula.ground.files import write_atomically
    from zonula.organs.standard import standard_model
    from zonula.web.files import page_files, single_file

    if path.is_dir():
        raise StorageError.of("ZN-7035", "this is a folder, not a file", file=str(path), fix=f"name a file in it, such as {path / 'page.html'}")
    if path.exists() and not force:
        raise StorageError.of("ZN-7036", "the file is there already", file=str(path), fix="name another, or add --force")
    if not path.absolute().parent.is_dir():
        raise StorageError.of("ZN-7037", "there is no such folder", file=str(path.parent), fix="make it first, or name another")
    model = standard_model()
    page = single_file(page_files(model), start=address_of(screen))

    def put(part: Path) -> None:
        part.write_bytes(page)

    write_atomically(path, put)
    if as_json:
        sys.stdout.write(json.dumps({"schema": "zonula/explore/1", "status": "written", "file": str(path), "bytes": len(page),
                                     "model": model.fingerprint, "notice": _NOTICE}) + "\n")
    elif not quiet:
        sys.stdout.write(f"Wrote {path} ({len(page) / 1e6:.1f} MB): one file, opens in any browser without a network.\n{_NOTICE}\n")
    return 0


def serve_page(*, port: int = 0, screen: str = "", browser: bool = True, as_json: bool = False, quiet: bool = False) -> int:
    """Serve the page on this machine until interrupted; returns the exit code."""
    from zonula.organs.standard import standard_model
    from zonula.web.files import page_files
    from zonula.web.library import server_or_refuse

    server_or_refuse()
    from zonula.web.server import application, new_key, serve

    model = standard_model()
    files = page_files(model)
    with _listening(port) as listening:
        here = listening.getsockname()[1]
        key = new_key()
        address = f"http://127.0.0.1:{here}/{key}/{address_of(screen)}"
        if as_json:
            sys.stdout.write(json.dumps({"schema": "zonula/explore/1", "status": "serving", "address": address, "model": model.fingerprint}) + "\n")
        elif not quiet:
            sys.stdout.write(f"The explorer is at {address}\nOnly this machine can reach it, and only by this address.  Ctrl-C ends it.\n{_NOTICE}\n")
        sys.stdout.flush()
        if browser:
            _open(address)
        with contextlib.suppress(KeyboardInterrupt):
            serve(application(files, model, key=key, port=here), listening=listening)
    return 0


def address_of(screen: str) -> str:
    """What an address has from its # on, for a screen or for a scenario that somebody shared; nothing where none is named.

    Raises
    ------
    UsageError   where there is no such screen
    """
    name = screen.removeprefix("#")
    if (name and name.partition("?")[0] not in SCREENS) or len(name) > _LONGEST:
        raise UsageError.of("ZN-1821", f"the explorer has no screen {screen[:60]!r}", path="--screen", expected=", ".join(SCREENS),
                            fix="name one of them, or give what a shared address has from its # on")
    return f"#{name}" if name else ""


def _listening(port: int) -> socket.socket:
    here = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        here.bind(("127.0.0.1", port))
        here.listen(128)
    except OSError as error:
        here.close()
        raise StorageError.of("ZN-7038", f"nothing can be served on port {port}", found=str(error.strerror or error),
                              fix="leave --port out: a free one is taken") from error
    return here


def _open(address: str) -> None:
    import webbrowser

    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(address)
