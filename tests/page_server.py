"""The explorer's server in a test: files of the page, a client that asks without a network, and the server on a real socket."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import httpx

from zonula.organs.standard import standard_model
from zonula.web.bundle import DATA
from zonula.web.guard import Guard, Limits
from zonula.web.server import application, host

KEY, PORT = "a-key_of-24_characters-x", 8000
SMALL_PAGE = ('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title><link rel="stylesheet" crossorigin href="./app.css">'
              '<script type="module" crossorigin src="./app.js"></script></head><body><div id="app"></div></body></html>')


def small_files(**more: bytes) -> dict[str, bytes]:
    """A page that does nothing, with data that say nothing."""
    data = {name: b"\0asm\x01\0\0\0" if name.endswith(".wasm") else b"\1\2\3" if name.endswith(".bin") else b'{"a":"</script><b>"}' for name in DATA}
    return {**data, "index.html": SMALL_PAGE.encode(), "app.js": b'document.title = "a</script>b";', "app.css": b"body{color:#111}",
            **{name.replace("__", "."): value for name, value in more.items()}}


@lru_cache(maxsize=1)
def small_site() -> Guard:
    """The server with that page, and wide limits."""
    return site()


def site(files: Mapping[str, bytes] | None = None, **limits: Any) -> Guard:
    """A server with limits of its own."""
    return application(files or small_files(), standard_model(), key=KEY, port=PORT, limits=Limits(**limits))


def ask(method: str, path: str, *, app: Guard | None = None, key: str = KEY, **more: Any) -> httpx.Response:
    """One request, in this process; the path is behind the key."""
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=app or small_site(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}", timeout=60) as client:
            return await client.request(method, f"/{key}{path}" if key else path, **more)

    return asyncio.run(once())


@contextlib.contextmanager
def on_a_socket(files: Mapping[str, bytes], **limits: Any) -> Iterator[str]:
    """The server on a port of this machine; gives the address of the page."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    port = listening.getsockname()[1]
    app = application(files, standard_model(), key=KEY, port=port, limits=Limits(**limits))
    server = host(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}/{KEY}/"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
