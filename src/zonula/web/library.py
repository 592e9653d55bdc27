"""Libraries of the explorer that not everyone has installed."""

from __future__ import annotations

import importlib.util
from importlib import import_module
from typing import Any

from zonula.ground.errors import KernelError


def server_or_refuse() -> None:
    """Make sure that the page can be served.

    Raises
    ------
    KernelError   where a library is missing
    """
    for name in ("starlette", "uvicorn"):
        if importlib.util.find_spec(name) is None:
            raise KernelError.of("ZN-6031", f"serving the explorer needs a library that is not installed: {name}",
                                 fix='pip install "zonula[explore]"; or write one file, which needs none: zonula explore --export page.html')


def anywidget_or_refuse() -> Any:
    """The module ``anywidget``.

    Raises
    ------
    KernelError   where it is not installed
    """
    try:
        return import_module("anywidget")
    except ImportError as error:
        raise KernelError.of("ZN-6032", "showing the explorer in a notebook needs a library that is not installed: anywidget",
                             fix='pip install "zonula[notebook]"') from error
