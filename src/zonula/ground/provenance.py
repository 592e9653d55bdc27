"""What produced a result: versions, platform and the hash of everything that determined it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_NAMED = ("numpy", "scipy", "xarray", "pyarrow", "pydantic", "matplotlib", "jinja2")


def version_of(package: str) -> str:
    """The installed version of *package*, or ``"not installed"``."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def digest(*parts: str | bytes) -> str:
    """SHA-256 of the parts, each with its length so that none can flow into the next."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8") if isinstance(part, str) else part
        whole.update(f"{len(data)}:".encode() + data)
    return whole.hexdigest()


def canonical(data: Mapping[str, Any]) -> str:
    """Plain data as one deterministic line of JSON (keys sorted, shortest exact numbers)."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def environment() -> dict[str, Any]:
    """Versions and platform of this run; no user name, no host name, no paths."""
    return {
        "zonula": version_of("zonula"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: version_of(name) for name in _NAMED},
    }
