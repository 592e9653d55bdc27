"""What is known of a study by its markers: sums only, however many shards there are."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime

from zonula.scale.content import RowSums
from zonula.scale.shards import Marker

_RECENT = 64  # shards of which the present rate is made
_QUIET, _MANY = 60.0, 5.0  # seconds, and usual times between two shards, after which nobody works on it


@dataclass
class Tally:
    """Markers, added."""

    done: set[int] = field(default_factory=set)
    persons: int = 0
    bytes: int = 0
    seconds: float = 0.0
    failures: dict[str, int] = field(default_factory=dict)
    rows: dict[str, RowSums] = field(default_factory=dict)
    recent: list[tuple[float, int]] = field(default_factory=list)  # when the last shards were done, and how many persons they hold

    def add(self, marker: Marker) -> None:
        """Take in a shard, once."""
        if marker.shard in self.done:
            return
        self.done.add(marker.shard)
        self.persons += marker.persons
        self.bytes += marker.bytes
        self.seconds += marker.seconds
        for reason, n in marker.failures.items():
            self.failures[reason] = self.failures.get(reason, 0) + n
        for table, sums in marker.rows.items():
            self.rows.setdefault(table, RowSums()).join(sums)
        heapq.heappush(self.recent, (datetime.fromisoformat(marker.finished).timestamp(), marker.persons))
        if len(self.recent) > _RECENT:
            heapq.heappop(self.recent)

    def rate(self, now: float) -> float:
        """Persons a second over the last shards; 0 where too few are known, or nobody works on it any more."""
        if len(self.recent) < 2:
            return 0.0
        first, last = min(self.recent), max(self.recent)
        spent = last[0] - first[0]
        if now - last[0] > max(_QUIET, _MANY * spent / (len(self.recent) - 1)):
            return 0.0
        return (sum(persons for _, persons in self.recent) - first[1]) / spent if spent > 0 else 0.0
