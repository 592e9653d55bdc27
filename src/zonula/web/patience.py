"""How long a connection may keep the server waiting: for the head of a request, and for what was answered to be taken.

The door (``guard``) begins where a head is complete.  Who opens connections and sends nothing, or a head letter by letter, never comes
to it; nor does who asks and then reads no answer.  Both are let go here, so that connections of others are not used up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zonula.web.guard import Limits

if TYPE_CHECKING:
    import asyncio

_LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def patient(limits: Limits) -> type[asyncio.Protocol]:
    """The protocol of a connection, with *limits* on its time; for uvicorn, which must be there."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Patient(H11Protocol):
        """HTTP/1.1, for as long as somebody is really asking."""

        waits: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._wait(limits.seconds)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._answering():
                self._rest()  # the head is here: from now on the door counts

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if not self._answering():  # another request may have stood behind the first
                self._wait(limits.seconds)

        def connection_lost(self, exc: Exception | None) -> None:
            self._rest()
            super().connection_lost(exc)

        def _answering(self) -> bool:
            return self.cycle is not None and not self.cycle.response_complete

        def _rest(self) -> None:
            if self.waits is not None:
                self.waits.cancel()
                self.waits = None

        def _wait(self, seconds: float) -> None:
            self._rest()
            self.waits = self.loop.call_later(seconds, self._late)

        def _late(self) -> None:
            if self.transport.is_closing():  # closed, and what was answered is still not taken
                self.transport.abort()
                return
            if self.cycle is None:
                self.transport.write(_LATE)
            self.transport.close()
            self._wait(limits.answer)

    return Patient
