"""Work that another thread does meanwhile: asked for its result, or told to stop where nobody wants it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

from zonula.ground.limits import MAX_SECONDS_TO_STOP

_A = TypeVar("_A")
_TICK = 0.1  # seconds between two looks at progress


class Beside(Generic[_A]):
    """Starts *work* as a block is entered; who leaves the block sets its event and waits shortly.

    Parameters
    ----------
    work : called with what it tells its share in [0, 1] to, and with the event by which it is told to stop
    """

    def __init__(self, work: Callable[[Callable[[float], None], threading.Event], _A]) -> None:
        self._work, self._over = work, threading.Event()
        self._share, self._made, self._error = 0.0, list[_A](), list[BaseException]()
        self._thread = threading.Thread(target=self._run, name="zonula-beside", daemon=True)

    def __enter__(self) -> Beside[_A]:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join(timeout=MAX_SECONDS_TO_STOP)

    def result(self, progress: Callable[[float], None] | None = None) -> _A:
        """What the work came to, once it is done; what it raised is raised here."""
        while self._thread.is_alive():
            self._thread.join(timeout=_TICK)
            if progress:
                progress(self._share)
        if self._error:
            raise self._error[0]
        return self._made[0]

    def _tell(self, share: float) -> None:
        self._share = share

    def _run(self) -> None:
        try:
            self._made.append(self._work(self._tell, self._over))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is wanted
            self._error.append(error)
