"""All tools that are compared, and how much each is given to do: slow ones fewer people and days."""

from __future__ import annotations

from dataclasses import dataclass

from peer_tools.batches import Diffrax, Heyoka, HeyokaShort
from peer_tools.compiled import Lsoda, Sundae, SundaeDense
from peer_tools.ours import Zonula
from peer_tools.sbml import Amici, Copasi, RoadRunner
from peer_tools.tool import Tool


@dataclass(frozen=True)
class Task:
    """A tool, at which tolerances, with how many people and days; *quick*: the same for a first look, or nothing where it is left out."""

    kind: type[Tool]
    rtols: tuple[float, ...]
    persons: int
    days: int
    quick: tuple[int, int] | None
    repeats: int = 2

    def tolerances(self, *, quick: bool) -> tuple[float, ...]:
        """At which it runs; a first look leaves out what only joins up the far end of our own curve."""
        return tuple(rtol for rtol in self.rtols if rtol >= (1e-9 if quick else 0.0))


YEAR = 365
TASKS = {task.kind.name: task for task in (
    Task(Zonula, (1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10), 32, YEAR, (16, YEAR), repeats=3),
    Task(RoadRunner, (1e-4, 1e-6, 1e-8), 2, 60, None),
    Task(Copasi, (1e-4, 1e-6, 1e-8), 2, 60, (1, 20)),
    Task(Amici, (1e-4, 1e-6, 1e-8), 4, 120, None),
    Task(Sundae, (1e-4, 1e-6, 1e-8), 2, 120, (1, 20)),
    Task(SundaeDense, (1e-4, 1e-6, 1e-8), 2, 120, (1, 20)),
    Task(Lsoda, (1e-4, 1e-5, 1e-6, 1e-8), 4, YEAR, (2, 120), repeats=3),
    Task(Heyoka, (1e-4, 1e-6), 8, 60, (8, 5)),
    Task(HeyokaShort, (1e-4,), 8, 20, None),
    Task(Diffrax, (1e-4, 1e-6), 4, 2, None, repeats=1),
)}
