"""Shared set-up: the repository's root is importable, and Hypothesis keeps no memory between runs."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

settings.register_profile(
    "commit", deadline=None, database=None, print_blob=True, max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile("night", settings.get_profile("commit"), max_examples=5000)
settings.load_profile("commit")
