"""The door of the server: who may ask (address, origin, key), how much, how often, and for how long.

Plain ASGI, in front of everything: what is refused here never reaches a handler.  It serves one person on one machine, so that anything
that comes from another site, by another name, or without the key in its address is turned away.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from zonula.web.files import POLICY, policy_text

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

HEADERS = {
    "content-security-policy": policy_text(POLICY), "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin", "cache-control": "no-store",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Zonula: {title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server bears.

    body    : bytes of a request
    rate    : requests a second in the long run, burst : at once
    seconds : for the head of a request to arrive, and again for its body
    answer  : seconds for a job, and for a piece of an answer to be taken
    open    : requests that are answered at the same time; twice as many connections
    """

    body: int = 1_000_000
    rate: float = 400.0
    burst: int = 800
    seconds: float = 10.0
    answer: float = 60.0
    open: int = 256
    address: int = 4096


@dataclass(slots=True)
class Bucket:
    """Requests that may still come: as many as the burst, refilled at the rate."""

    rate: float
    burst: float
    left: float = field(init=False)
    seen: float = field(init=False)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.left, self.seen = self.burst, self.clock()

    def take(self) -> float:
        """0 where there is one; else the seconds until there will be."""
        now = self.clock()
        self.left = min(self.burst, self.left + (now - self.seen) * self.rate)
        self.seen = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) / self.rate


class TooLarge(Exception):  # noqa: N818 - a signal between the stream and the door, no error that a user sees
    """More came than was allowed."""


class Guard:
    """The door before an application.

    key   : what every address must begin with
    hosts : what the header Host may say
    """

    def __init__(self, app: App, *, key: str, hosts: Iterable[str], limits: Limits | None = None) -> None:
        self.app, self.key, self.hosts, self.limits = app, key, frozenset(hosts), limits or Limits()
        self.bucket = Bucket(self.limits.rate, self.limits.burst)
        self.busy = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        if refused := self._refused(scope):
            await _answer(send, *refused, scope)
            return
        self.busy += 1
        try:
            await self._pass(scope, receive, send)
        finally:
            self.busy -= 1

    def _refused(self, scope: Message) -> tuple[int, str, str] | None:
        """Why a request is turned away before anything of it is read: status, title, and what to do."""
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        said = dict(headers)
        host, origin = said.get("host", ""), said.get("origin")
        if host.lower() not in self.hosts or sum(name == "host" for name, _ in headers) != 1:
            return 421, "This address is not ours", "Use the address that zonula explore has printed."
        if origin is not None and origin.lower() != f"http://{host.lower()}":
            return 403, "Another site has asked", "Only the page itself may ask this server."
        site, mode = said.get("sec-fetch-site", "none"), said.get("sec-fetch-mode", "")
        if site not in ("none", "same-origin") and not (mode == "navigate" and scope["method"] == "GET"):
            return 403, "Another site has asked", "Only the page itself may ask this server."
        if len(scope.get("raw_path") or scope["path"].encode()) + len(scope.get("query_string", b"")) > self.limits.address:
            return 414, "The address is too long", "Share a page by its address after the #, which the server never sees."
        if not self._key_fits(scope["path"]):
            return 404, "The address lacks its key", "Use the whole address that zonula explore has printed; it changes with every start."
        length = said.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return 400, "The length of the request makes no sense", "Send a whole number of bytes."
        if int(length[:20]) > self.limits.body:
            return 413, "The request is too long", f"Send at most {self.limits.body} bytes."
        if self.busy >= self.limits.open or (wait := self.bucket.take()) > 0:
            return 429, "Too many requests at once", f"Try again in {max(1, round(wait if self.busy < self.limits.open else 1))} s."
        return None

    def _key_fits(self, path: str) -> bool:
        first = path.split("/", 2)[1] if path.startswith("/") else ""
        return secrets.compare_digest(first.encode("utf-8", "surrogatepass"), self.key.encode())

    async def _pass(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request through: with a limit on its body and its time, and our headers on its answer."""
        begun, ended, told, refused = False, time.monotonic() + self.limits.seconds, 0, 0

        async def bounded() -> Message:
            nonlocal told, refused
            if begun:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.001, ended - time.monotonic()))
            except TimeoutError:
                refused = 408
                raise
            told += len(message.get("body", b""))
            if told > self.limits.body:
                refused = 413
                raise TooLarge
            return message

        async def sealed(message: Message) -> None:
            nonlocal begun, refused
            if refused and not begun:
                return  # what the application makes of being cut off is not the answer
            if message["type"] == "http.response.start":
                begun = True
                own = {name.encode(): value.encode() for name, value in HEADERS.items()}
                kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in own and name.lower() != b"set-cookie"]
                message["headers"] = [*kept, *own.items()]
            try:
                async with asyncio.timeout(self.limits.answer):
                    await send(message)
            except TimeoutError:  # nobody takes it
                refused = 408
                raise

        try:
            await self.app(scope, bounded, sealed)
        except (TooLarge, TimeoutError):
            if not refused:
                raise
        if refused and not begun:
            words = {413: ("The request is too long", f"Send at most {self.limits.body} bytes."),
                     408: ("The request did not arrive", f"Send it within {self.limits.seconds:g} s.")}
            await _answer(send, refused, *words[refused], scope)


async def _answer(send: Send, status: int, title: str, text: str, scope: Message) -> None:
    """A refusal, in the form that was asked for: words for people, data for programs."""
    for_programs = "/api/" in scope["path"]
    said = json.dumps({"error": {"message": title, "fix": text}}) if for_programs else _PAGE.format(title=title, text=text)
    body = b"" if scope["method"] == "HEAD" else said.encode()
    kind = "application/json" if for_programs else "text/html; charset=utf-8"
    headers = {**HEADERS, "content-type": kind, "content-length": str(len(said.encode()))}
    if status == 429:
        headers["retry-after"] = "1"
    if status in (408, 413):
        headers["connection"] = "close"
    await send({"type": "http.response.start", "status": status, "headers": [(k.encode(), v.encode()) for k, v in headers.items()]})
    await send({"type": "http.response.body", "body": body})
