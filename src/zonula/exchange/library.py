"""The library that reads and writes SBML, which not everyone has installed."""

from __future__ import annotations

from typing import Any

from zonula.ground.errors import UsageError


def libsbml_or_refuse() -> Any:
    """The module ``libsbml``.

    Raises
    ------
    UsageError   where it is not installed.
    """
    try:
        import libsbml
    except ImportError as error:
        raise UsageError.of("ZN-1502", "SBML needs a library that is not installed: python-libsbml",
                            fix='pip install "zonula[sbml]"') from error
    return libsbml
