"""Work without biology, for tests of shards: normal numbers of persons in two arms, and what comes of them."""

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from zonula.ground.randomness import normal_deviates
from zonula.scale import Interval, Layout, Part, Scale, histogram, mean_of, moments

ARMS = ("placebo", "repair")
PAIN = Scale(-10.0, 10.0, 64)
EFFECT = -0.5


@dataclass(frozen=True)
class SmallWork:
    """Every person has a number of their own in each arm, the second arm's lower by EFFECT on average.

    seconds_each : waited for each person, as if it were simulated
    trap         : a folder; while a file ``die-<first>`` is in it, the process that does the shard of that first person is killed (and takes the file
                   away where its name ends in ``-once``)
    """

    persons: int
    seed: int = 1
    unit: int = 4
    seconds_each: float = 0.0
    trap: str = ""
    measures: int = 1

    @property
    def identity(self) -> Mapping[str, Any]:
        return {"kind": "small", "seed": self.seed, "seconds_each": self.seconds_each, "trap": self.trap, "measures": self.measures}

    @property
    def tables(self) -> Mapping[str, Layout]:
        return {"visits": Layout(("person", "arm")), "screening": Layout(("reason",), summed=True)}

    def run(self, first: int, last: int) -> Part:
        self._fall_into_traps(first)
        persons = range(first, last)
        drawn = normal_deviates(self.seed, ["pain", "noise", *(f"m{k}" for k in range(self.measures))], persons)
        time.sleep(self.seconds_each * len(persons))
        pain = np.column_stack([drawn[:, 0], drawn[:, 0] + EFFECT + 0.3 * drawn[:, 1]])
        columns = {"person": np.repeat(np.arange(first, last, dtype=np.int64), 2),
                   "arm": pa.array(list(ARMS) * len(persons), pa.string()).dictionary_encode(),
                   "observed": np.abs(pain).ravel() < 2.0, "pain": np.where(np.abs(pain) < 2.0, pain, np.nan).ravel().astype(np.float32),
                   "note": pa.array([None if x > 0 else "low" for x in pain.ravel()], pa.string())}
        columns |= {f"m{k}": np.repeat(drawn[:, 2 + k], 2).astype(np.float32) for k in range(self.measures)}
        high = int((drawn[:, 0] > 1).sum())
        screening = pa.table({"reason": pa.array(["high", "low"], pa.string()), "count": pa.array([high, len(persons) - high], pa.int64())})
        failed = int((drawn[:, 1] > 2.5).sum())
        return Part({"visits": pa.table(columns), "screening": screening},
                    {"effect": moments(pain[:, 1] - pain[:, 0]), "pain": histogram(pain[:, 0], PAIN)}, {"too high": failed} if failed else {})

    def estimates(self, counts: Mapping[str, np.ndarray]) -> Mapping[str, Interval]:
        return {"effect": mean_of(counts["effect"])}

    def _fall_into_traps(self, first: int) -> None:
        if not self.trap:
            return
        (Path(self.trap) / f"begun-{first}").touch()
        for name in (f"die-{first}", f"die-{first}-once"):
            if (path := Path(self.trap) / name).exists():
                if name.endswith("-once"):
                    path.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        if (Path(self.trap) / f"fail-{first}").exists():
            raise ZeroDivisionError("a fault of the work")


def open_small(plan: Mapping[str, Any]) -> SmallWork:
    """The work of a plan."""
    said = plan["identity"]
    return SmallWork(plan["persons"], seed=said["seed"], unit=plan["unit"], seconds_each=said["seconds_each"], trap=said["trap"], measures=said["measures"])
