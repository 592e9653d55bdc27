"""Feed many odd scenarios and plans to the readers and count what comes back.

    python scripts/fuzz_inputs.py 20000 --seed 1

Exit code 1 where anything but acceptance or a typed refusal came back; the inputs are printed.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "src")]
_SLOW_S = 2.0  # an input that keeps the reader busy for longer is a finding as well


def hunt(name: str, strategy: Any, read: Callable[[Any], str], count: int, seed: int) -> int:
    """Read *count* examples; print the counts of each answer and every failure.  Returns the number of failures."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    answers: Counter[str] = Counter()
    failures: dict[str, Any] = {}
    slowest = 0.0

    @seeded(seed)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def look(example: Any) -> None:
        nonlocal slowest
        started = time.perf_counter()
        try:
            answers[read(example)] += 1
        except Exception as error:  # noqa: BLE001 - what this hunts for
            answers["FAILED"] += 1
            failures.setdefault(f"{type(error).__name__}: {error}"[:160], example)
        seconds = time.perf_counter() - started
        if seconds > _SLOW_S:
            failures.setdefault(f"took {seconds:.1f} s", example)
        slowest = max(slowest, seconds)

    look()
    print(f"{name}: {sum(answers.values())} read, {answers['accepted']} accepted, {len(answers) - 1} other answers, slowest {slowest:.2f} s")
    print("  " + ", ".join(f"{answer} {n}" for answer, n in answers.most_common()))
    for what, example in failures.items():
        print(f"  FAILED {what}\n    {example!r}")
    return len(failures)


def main() -> int:
    """Run both hunts; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many scenarios, and how many plans")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("error")
    from hypothesis import strategies as st
    from tests.security.scenarios import read_sentences, read_text_of_scenario, scenarios, sentences

    found = hunt("plans", st.lists(sentences, max_size=4), read_sentences, options.count, options.seed)
    found += hunt("scenarios", scenarios(), read_text_of_scenario, options.count, options.seed)
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
