"""Libraries for places on the network, clusters and large tables, which not everyone has installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from zonula.ground.errors import UsageError

_EXTRAS = {"fsspec": "remote", "duckdb": "trials", "ray": "cluster"}


def library_or_refuse(name: str, what: str) -> Any:
    """A library by name, for *what*.

    Raises
    ------
    UsageError   where it is not installed
    """
    package = name.partition(".")[0]
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError.of("ZN-1341", f"{what} need a library that is not installed: {package}",
                            fix=f'pip install "zonula[{_EXTRAS[package]}]"') from error
