"""Fifty people at one server of the explorer: each pulls sliders and waits for a life, on this machine alone and for a bounded time.

`python scripts/explorer_load.py [SECONDS] [USERS]` prints how long answers took, and ends with 1 where any was wrong or p95 is above 250 ms.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
MOST_MS = 250.0  # that p95 may take
_THINKS = 1.0  # seconds between two moves of a slider, on average
_PERSONS = ("healthy", "crohn", "ra_early", "coeliac", "leaky_stress")


@dataclass(slots=True)
class Seen:
    """What came back: how long each answer took [ms], and what was wrong."""

    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def told(self) -> str:
        """One line."""
        p50, p95, p99 = np.percentile(self.took, (50, 95, 99)) if self.took else (np.nan,) * 3
        return f"{len(self.took)} answers, p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, {len(self.wrong)} wrong {self.wrong[:3]}"

    @property
    def p95(self) -> float:
        """The time in which 95 % of the answers came [ms]."""
        return float(np.percentile(self.took, 95)) if self.took else float("inf")


async def _person(client: httpx.AsyncClient, k: int, until: float, seen: Seen) -> None:
    rng = np.random.default_rng(k)
    await asyncio.sleep(float(rng.uniform(0, _THINKS)))
    while time.monotonic() < until:
        place = round(float(rng.uniform()), 4)
        asked = {"scenario": {"person": _PERSONS[k % len(_PERSONS)], "sliders": {"barrier": place}},
                 "readouts": ["pain_vas", "crp", "eroded_fraction"]}
        started = time.perf_counter()
        try:
            answer = await client.post("api/simulate", json=asked)
            if answer.status_code != 200 or answer.json()["status"] != "finished":
                seen.wrong.append(f"{answer.status_code} {answer.text[:80]}")
        except httpx.HTTPError as error:
            seen.wrong.append(type(error).__name__)
        seen.took.append(1000 * (time.perf_counter() - started))
        await asyncio.sleep(float(rng.exponential(_THINKS)))


async def load(address: str, *, users: int, seconds: float) -> Seen:
    """Let *users* move sliders for so many seconds."""
    seen, limits = Seen(), httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(base_url=address, timeout=30, limits=limits) as client:
        await client.post("api/simulate", json={"scenario": {"person": "healthy"}})  # whatever is made once, is made now
        until = time.monotonic() + seconds
        await asyncio.gather(*(_person(client, k, until, seen) for k in range(users)))
    return seen


async def _main(seconds: float, users: int) -> int:
    command = (sys.executable, "-m", "zonula", "explore", "--no-browser", "--json")
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    try:
        line = await asyncio.wait_for(server.stdout.readline(), 120) if server.stdout else b""
        seen = await load(json.loads(line)["address"], users=users, seconds=seconds)
    finally:
        server.terminate()
        await server.wait()
    print(f"{users} users, {seconds:g} s: {seen.told()}")
    return int(bool(seen.wrong) or seen.p95 > MOST_MS)


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(float((sys.argv[1:] or ["30"])[0]), int((sys.argv[2:] or ["50"])[0]))))
