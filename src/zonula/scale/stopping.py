"""Being stopped from outside: by Ctrl-C, by the end of a job's time, by whoever shuts the machine down."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = ("SIGINT", "SIGTERM", "SIGUSR1")  # the last is what Slurm is asked to send a minute before the end


class Halt(BaseException):
    """Somebody wants this to end; nothing but the one who began it may catch it."""


class Halted:
    """Whether somebody wants this to end."""

    def __init__(self) -> None:
        self.by = ""

    def look(self) -> None:
        """Raise where it is so, though some library should have swallowed what was raised first."""
        if self.by:
            raise Halt(self.by)


@contextmanager
def halting() -> Iterator[Halted]:
    """Within, signals that ask for an end raise :class:`Halt`; in a thread other than the first, signals are not ours."""
    halted = Halted()
    if threading.current_thread() is not threading.main_thread():
        yield halted
        return

    def heard(number: int, _frame: FrameType | None) -> None:
        halted.by = signal.Signals(number).name
        raise Halt(halted.by)

    before: dict[int, Any] = {}
    try:
        for name in _SIGNALS:
            if hasattr(signal, name):
                before[getattr(signal, name)] = signal.signal(getattr(signal, name), heard)
        yield halted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
