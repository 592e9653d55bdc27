"""The file of a claim: the sentence, whom and what it is tried on, the rule that decides, a control that must fail, the human evidence."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from zonula.experiments.schema import ArmTable, MeasureTable, PeopleTable
from zonula.population.schema import Source
from zonula.simulation.closed_tables import CLOSED

SCHEMA = "zonula/claim/1"
Number = float | int
Strength = Literal["high", "moderate", "low", "very low", "contradicted"]


class _Table(BaseModel):
    model_config = CLOSED


class CombinedTable(_Table):
    """A number made of others, draw by draw: a weighted sum of them, over another one if so.

    sum  : weights by the ids of rows or of combined numbers above
    over : the id of what the sum is divided by
    """

    id: str
    sum: dict[str, Number] = Field(min_length=1)
    over: str = ""
    unit: str = "1"
    note: str = ""


class StatementTable(_Table):
    """What must be so, or must not be: a number and a condition, such as "crp_by_leak >= 0.3".

    why    : why this is the line
    needed : whether the whole claim falls with it
    """

    says: str
    why: str = Field(min_length=3)
    needed: bool = False


class EvidenceTable(_Table):
    """What is known from people, apart from any model.

    strength : of the claim as it is worded
    rows     : ids of numbers of studies that bear on it
    """

    strength: Strength
    note: str = ""
    for_: list[str] = Field(default_factory=list, alias="for")
    against: list[str] = Field(default_factory=list)
    rows: list[str] = Field(default_factory=list)
    source: list[Source] = Field(default_factory=list)


class ClaimTable(_Table):
    """The whole file.

    sentence   : the claim, in our words
    context    : what the verdict may be used for, and what not
    rows       : what is measured of whom, as in an experiment without an observed number; without errors of measurement
    statements : all that must hold for the claim to be supported
    controls   : statements that must fail, where the same is asked of people or models in whom it cannot be so
    certain    : share of the draws in which a statement must be true to hold, and false to fail
    may_say    : what the model may say of it at most
    """

    schema_: str = Field(default=SCHEMA, alias="schema")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{2,60}$")
    number: int = Field(ge=1)
    sentence: str = Field(min_length=10)
    context: str = Field(min_length=10)
    may_say: str = ""
    people: dict[str, PeopleTable]
    arms: dict[str, ArmTable] = Field(default_factory=dict)
    rows: list[MeasureTable] = Field(min_length=1)
    combined: list[CombinedTable] = Field(default_factory=list)
    statements: list[StatementTable] = Field(min_length=1)
    controls: list[StatementTable] = Field(min_length=1)
    certain: Number = Field(default=0.9, gt=0.5, lt=1)
    evidence: EvidenceTable
