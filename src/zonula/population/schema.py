"""The file of a group of people: what is particular of them, what happened to them, and who of them is taken."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from zonula.simulation.closed_tables import CLOSED

SCHEMA = "zonula/group/1"
Number = float | int


class _Table(BaseModel):
    model_config = CLOSED


class Source(_Table):
    """Where a number stands.

    seen     : what of it was read: the ``text``, the ``abstract``, or ``nothing`` (from memory)
    doi_seen : whether the identifier itself was seen
    """

    text: str = Field(min_length=3)
    doi: str = ""
    seen: Literal["text", "abstract", "nothing"]
    doi_seen: bool = True


class Spread(_Table):
    """A law about a value: a coefficient of variation, or a 90 % range."""

    law: Literal["lognormal", "logitnormal", "normal", "fixed"]
    cv: Number | None = None
    low: Number | None = None
    high: Number | None = None


class Change(_Table):
    """How a parameter of these people departs from that of people in general.

    times       : the usual value, multiplied; or
    value       : the value itself, in the unit of the model
    uncertainty : how well that is known; of ``times`` where that is given
    variability : how they differ, where it is not as people in general do
    """

    times: Number | None = Field(default=None, gt=0)
    value: Number | None = Field(default=None, ge=0)
    uncertainty: Spread | None = None
    variability: Spread | None = None
    status: Literal["measured", "derived", "calibrated", "assumed"] = "assumed"
    source: list[Source] = Field(default_factory=list)
    note: str = ""


class Addition(_Table):
    """What some of them do or take from day 0 on, and which share of them."""

    share: Number = Field(gt=0, le=1)
    events: list[str]
    note: str = ""


class Scale(_Table):
    """A covariate that is a number: its mean and standard deviation, cut at the ends."""

    mean: Number
    sd: Number = Field(ge=0)
    low: Number
    high: Number


class CovariatesTable(_Table):
    """Who they are.  Weight follows height and body mass index; ``body.weight`` and HLA-B27 count in the model, the rest is kept.

    female, hla_b27, smokers : shares
    age                      : years
    height_female, height_male : cm
    body_mass_index          : kg/m2
    """

    female: Number | None = Field(default=None, ge=0, le=1)
    age: Scale | None = None
    height_female: Scale | None = None
    height_male: Scale | None = None
    body_mass_index: Scale | None = None
    hla_b27: Number | None = Field(default=None, ge=0, le=1)
    smokers: Number | None = Field(default=None, ge=0, le=1)


class PeopleSaid(_Table):
    """What a group, and people of a study, may be said to have in particular.

    parameters : which of them differ from people in general
    days       : how long before day 0 ``before`` begins
    before     : sentences of what happened to them; day 0 is the beginning of that time; nothing, where ``[]`` is written
    background : sentences of what goes on from day 0 on, in every arm
    some       : what goes on in a share of them
    entry      : conditions on day 0, such as "sjc28 >= 4"
    """

    parameters: dict[str, Change] = Field(default_factory=dict)
    days: Number = Field(default=0, ge=0, le=36500)
    before: list[str] = Field(default_factory=list)
    background: list[str] = Field(default_factory=list)
    some: list[Addition] = Field(default_factory=list)
    entry: list[str] = Field(default_factory=list)


class GroupTable(PeopleSaid):
    """The whole file.

    like : another group, of which this one is a part; what is said here comes on top
    """

    schema_: str = Field(default=SCHEMA, alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")
    title: str
    about: str = ""
    like: str = ""
    source: list[Source] = Field(default_factory=list)
    covariates: CovariatesTable = CovariatesTable()
