"""The library of standard models, which not everyone has installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from zonula.ground.errors import UsageError


def statsmodels_or_refuse(part: str) -> Any:
    """A module of statsmodels, such as ``regression.linear_model``.

    Raises
    ------
    UsageError   where it is not installed
    """
    try:
        return import_module(f"statsmodels.{part}")
    except ImportError as error:
        raise UsageError.of("ZN-1484", "the analysis of a trial needs a library that is not installed: statsmodels",
                            fix='pip install "zonula[trials]"') from error
