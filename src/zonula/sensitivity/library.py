"""The library of designs and indices, which not everyone has installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from zonula.ground.errors import UsageError


def salib_or_refuse(part: str) -> Any:
    """A module of SALib, such as ``analyze.morris``.

    Raises
    ------
    UsageError   where SALib is not installed
    """
    try:
        return import_module(f"SALib.{part}")
    except ImportError as error:
        raise UsageError.of("ZN-1261", "indices of sensitivity need a library that is not installed: SALib",
                            fix='pip install "zonula[sensitivity]"') from error
