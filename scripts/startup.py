"""Check that ``zonula --help`` answers within 0.3 s: the fastest of nine starts, so that a busy machine does not decide."""

from __future__ import annotations

import subprocess
import sys
import time

LIMIT_S = 0.3


def main(command: str) -> int:
    """Time *command* --help; 1 where it is too slow."""
    seconds = []
    for _ in range(9):
        start = time.perf_counter()
        subprocess.run([command, "--help"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        seconds.append(time.perf_counter() - start)
    print(f"zonula --help: {min(seconds):.2f} s at best, {sorted(seconds)[4]:.2f} s in the middle (limit {LIMIT_S} s)")
    return int(min(seconds) > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
