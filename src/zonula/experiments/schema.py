"""The file of a human experiment: who, what was done, what was measured, what was seen.  See docs/experiments.md."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from zonula.population.schema import PeopleSaid, Source, Spread
from zonula.simulation.closed_tables import CLOSED

SCHEMA = "zonula/experiment/1"
Number = float | int
Take = Literal["value", "mean", "highest", "lowest", "time of highest", "first time", "last time"]
Own = Literal["ratio", "change", "percent change"]
Statistic = Literal["mean", "median", "geometric mean", "standard deviation", "log standard deviation", "proportion", "correlation",
                    "rank correlation", "explained variance"]
Contrast = Literal["ratio", "difference", "percent difference", "smd", "odds ratio", "number needed to treat"]
Judged = Literal["number", "direction", "at most", "at least"]


class _Table(BaseModel):
    model_config = CLOSED


class PeopleTable(PeopleSaid):
    """People of the study: a group that is known by name, and what is particular of them here.

    is : the name of a group, such as ``healthy`` (``zonula validate --groups`` lists them)
    n  : how many were studied, where a row does not say
    """

    is_: str = Field(alias="is")
    n: int | None = Field(default=None, ge=1)
    note: str = ""


class ArmTable(_Table):
    """What is done to people from day 0 on: sentences as in a scenario's plan.

    people : whose arm it is: a name under [people]; ``everybody`` where there is only one
    without, closed_roads : as in a scenario's [model]
    """

    people: str = "everybody"
    events: list[str] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)
    closed_roads: list[str] = Field(default_factory=list)
    n: int | None = Field(default=None, ge=1)
    note: str = ""


class AgainstTable(_Table):
    """With whom people are compared: another arm, or another row (whose observed number this one is divided by, or less)."""

    arm: str = ""
    row: str = ""
    as_: Contrast = Field(default="ratio", alias="as")


class MeasureTable(_Table):
    """What is measured of whom.

    measure   : a readout, or one of ``acr20``, ``acr50``, ``acr70``
    at        : "2 h", "7 d", or a window "0 h to 12 h"; days from the start of the arm
    take      : what of the curve within the window
    every     : how closely a window is looked at; a hundred looks where it is not said
    own       : the number relative to the same person's at ``baseline``
    counts    : a condition such as ">= 2": whom a proportion counts, or what the first or last time is of
    times, plus : what a readout is multiplied by, and what is added, to be what the study reports; say why in ``note``
    against   : a comparison with other people, or with another row
    """

    id: str
    arm: str = ""
    measure: str
    at: str = "0 h"
    take: Take = "value"
    every: str = ""
    own: Own | None = None
    baseline: str = "0 h"
    counts: str = ""
    times: Number = 1
    plus: Number = 0
    statistic: Statistic = "mean"
    with_: str = Field(default="", alias="with")
    against: AgainstTable | None = None
    unit: str = "1"
    note: str = ""


class RowTable(MeasureTable):
    """One number that was seen.

    judged    : a number; a direction (1 more, 0 no difference, -1 less); a bound
    nothing   : of a direction: what is no difference (relative, or in the measure's unit where it is a change or a score)
    spread    : "0.14 SEM", "12 SD", "1.06 to 2.07 IQR", "0.33 to 0.41 95% CI", "23/29"
    noise     : the law of measurement errors, where it is not the measure's own
    scale     : whether the laboratory's scale is unknown; as the measure's own law says where it is not said
    """

    judged: Judged = "number"
    nothing: Number = Field(default=0.1, ge=0)
    observed: Number
    spread: str = ""
    n: int | None = Field(default=None, ge=1)
    noise: str = ""
    scale: bool | None = None
    quality: str = ""


class ExperimentTable(_Table):
    """The whole file."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{2,60}$")
    title: str
    about: str = ""
    domain: str
    source: list[Source]
    people: dict[str, PeopleTable]
    arms: dict[str, ArmTable] = Field(default_factory=dict)
    scales: dict[str, Number] = Field(default_factory=dict)
    rows: list[RowTable]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an experiment's file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ExperimentTable.model_json_schema(by_alias=True)}


__all__ = ["SCHEMA", "AgainstTable", "ArmTable", "ExperimentTable", "MeasureTable", "PeopleTable", "RowTable", "Spread", "json_schema"]
