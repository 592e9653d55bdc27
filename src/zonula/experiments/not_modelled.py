"""Numbers of people that the model has nothing to say about, with the reason: so that they are counted and not forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, Field, RootModel

from zonula.ground.errors import Problem, UsageError, raise_all
from zonula.ground.files import packaged, read_text
from zonula.simulation.closed_tables import CLOSED, line_of, parse_toml, read_closed


class NotModelled(BaseModel):
    """A number that was seen and is not predicted.

    quantity : what was measured
    reason   : what the model lacks
    """

    model_config = CLOSED
    domain: str = Field(min_length=1)
    quantity: str = Field(min_length=1)
    source: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class _File(RootModel[dict[str, NotModelled]]):
    """The whole file."""


def not_modelled(rows: Mapping[str, object], path: Path | None = None) -> dict[str, NotModelled]:
    """What is not modelled of the studies that ship, by name.

    Parameters
    ----------
    rows : names of rows that are predicted; what is predicted cannot be not modelled

    Raises
    ------
    UsageError   with every problem of the file
    """
    path = path or packaged("experiments", "not_modelled.toml")
    text = read_text(path)
    read = read_closed(_File, parse_toml(text, str(path)), text, str(path)).root
    raise_all(UsageError, [Problem(code="ZN-1245", message=f"{name!r} is said to be not modelled, and is predicted", file=str(path),
                                   line=line_of(text, (name,)), path=name, fix="take it out here, or out of the study")
                           for name in read if name in rows])
    return read
