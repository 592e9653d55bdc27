"""The file of a virtual trial: who, what is done, what is measured when, what happens in between, and what is asked.  See docs/trials.md."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from zonula.population.schema import PeopleSaid
from zonula.simulation.closed_tables import CLOSED

SCHEMA = "zonula/trial/1"
Number = float | int
Kind = Literal["change", "percent change", "value", "response", "time to event"]
Strategy = Literal["treatment policy", "composite", "hypothetical", "while on treatment"]
Status = Literal["measured", "derived", "calibrated", "assumed"]
NAME = r"^[a-z0-9][a-z0-9_]{0,60}$"
ARM = r"^[A-Za-z0-9][A-Za-z0-9 _+-]{0,60}$"


class _Table(BaseModel):
    model_config = CLOSED


class _Named(_Table):
    id: str = Field(pattern=NAME)
    title: str = ""
    note: str = ""


class PeopleTable(PeopleSaid):
    """Who is asked to take part.

    group       : a group that is known by name, such as ``early_ra``
    eligibility : conditions on what is measured on day 0, such as "das28_crp >= 3.2", or on who they are, such as "age >= 18"
    match       : the table of baseline statistics to which people are matched, where that is wanted
    """

    group: str
    eligibility: list[str] = Field(default_factory=list)
    match: str = ""
    note: str = ""


class RandomisationTable(_Table):
    """How people come into arms.

    ratio  : of each arm, 1 where it is not named
    block  : people in a permuted block: a multiple of the sum of the ratio; twice that where it is not said
    strata : conditions on day 0 or on who people are, within which the ratio is kept, such as "hla_b27" or "crp >= 10"
    site   : consecutive people who are randomised together
    """

    ratio: dict[str, int] = Field(default_factory=dict)
    block: int = Field(default=0, ge=0, le=1000)
    strata: list[str] = Field(default_factory=list, max_length=6)
    site: int = Field(default=48, ge=1, le=100_000)
    note: str = ""


class AdherenceTable(_Table):
    """Which share of the doses people take, who differ."""

    mean: Number = Field(gt=0, le=1)
    sd: Number = Field(default=0, ge=0, le=0.5)
    note: str = ""


class ContextTable(_Table):
    """What being treated does to what people report, whatever the treatment: added to the measure from the first visit after day 0.

    change     : in the unit of the measure
    sd         : how people differ in it; the same person reacts alike in every arm
    onset_days : after which all but 37 % of it is there
    """

    change: Number
    sd: Number = Field(default=0, ge=0)
    onset_days: Number = Field(default=0, ge=0, le=3650)
    status: Status = "assumed"
    source: str = ""
    note: str = ""


class ArmTable(_Table):
    """What is done to people of an arm from day 0 on.

    events     : sentences as in a scenario's plan
    adherence  : to doses and practices of the arm: a share, or a law
    context    : by measure, see ContextTable; a number is a change
    comparator : whether others are compared with it
    without, closed_roads : as in a scenario's [model]
    """

    title: str = ""
    about: str = ""
    events: list[str] = Field(default_factory=list)
    adherence: Number | AdherenceTable = 1
    context: dict[str, Number | ContextTable] = Field(default_factory=dict)
    comparator: bool = False
    without: list[str] = Field(default_factory=list)
    closed_roads: list[str] = Field(default_factory=list)
    note: str = ""


class VisitsTable(_Table):
    """When people come: weeks or days after randomisation; the baseline is day 0, said or not."""

    weeks: list[Number] = Field(default_factory=list, max_length=400)
    days: list[Number] = Field(default_factory=list, max_length=400)


class MeasuresTable(_Table):
    """What is measured at each visit, besides what endpoints, rules and harms ask for.

    noise : "usual" (population/noise.toml), or "none"
    exact : measures without errors
    """

    of: list[str] = Field(default_factory=list, max_length=60)
    noise: Literal["usual", "none"] = "usual"
    exact: list[str] = Field(default_factory=list)


class LeavingTable(_Named):
    """Who leaves the study after a visit: a share of those whom a condition befalls."""

    when: str
    share: Number = Field(gt=0, le=1)
    arms: list[str] = Field(default_factory=list)
    from_week: Number = Field(default=0, ge=0)
    to_week: Number | None = Field(default=None, ge=0)


class DropoutTable(_Table):
    """Who is no longer seen.

    per_year : rate at which people are lost, whatever happens
    stops    : whether who leaves also ends the treatment (at the next visit), instead of going on unseen
    """

    per_year: Number = Field(default=0, ge=0, le=20)
    reason: str = "lost to follow-up"
    stops: bool = False
    rules: list[LeavingTable] = Field(default_factory=list, max_length=20)
    note: str = ""


class RuleTable(_Named):
    """What is changed for whom at a visit, by what is measured there; once for each person.

    when   : a criterion, such as "das28_crp > 3.2", "pain_vas > -30 %" (against day 0), "crp >= 10 and das28_crp > 3.2", "acr20"
    unless : whether it acts where the criterion does *not* hold
    arms   : whose; everybody's where none is named
    after  : another rule that must have acted at an earlier visit
    stop   : whether the treatment of the arm (and of rules before) ends
    events : what is done from then on: sentences whose day 0 is that visit
    rescue : whether it is an intercurrent event of the estimands; else it is a part of the treatment strategy
    """

    when: str
    unless: bool = False
    arms: list[str] = Field(default_factory=list)
    from_week: Number = Field(default=0, ge=0)
    to_week: Number | None = Field(default=None, ge=0)
    after: str = ""
    stop: bool = False
    events: list[str] = Field(default_factory=list)
    rescue: bool = True


class HarmTable(_Named):
    """Something unwanted: a criterion on true values that is met at a visit and was not on day 0."""

    when: str


class EndpointTable(_Named):
    """A question about each person.

    measure         : of a change, percent change or value
    criterion       : of a response, or of what a time is to: "acr20", "eular good", "remission", "pain_vas <= -30 %", "das28_crp <= 3.2"
    week, day       : of a visit; of a time to an event the last one
    lower_is_better : whether less is better, or the event unwanted
    mcid            : the least difference that matters to a person
    """

    kind: Kind
    measure: str = ""
    criterion: str = ""
    week: Number | None = Field(default=None, ge=0)
    day: Number | None = Field(default=None, ge=0)
    lower_is_better: bool = True
    mcid: Number | None = Field(default=None, gt=0)


class EstimandTable(_Named):
    """What is compared, and what is done with what happens in between (ICH E9(R1)).

    contrast    : [treated, control]
    interaction : [first, second, both, neither]: whether both together do more than the sum
    method      : of the estimate, where it is not the endpoint's usual one
    """

    endpoint: str
    contrast: list[str] = Field(default_factory=list)
    interaction: list[str] = Field(default_factory=list)
    strategy: Strategy = "treatment policy"
    method: str = ""


class InterimTable(_Table):
    """Looks before the end, as shares of the information; the last is the end."""

    looks: list[Number]
    spending: Literal["obrien-fleming", "pocock"] = "obrien-fleming"


class SizeTable(_Table):
    """How large a trial would have to be: persons in both arms together, at which power is asked.

    n : persons who are to be randomised, where who runs the trial does not say it
    """

    n: int | None = Field(default=None, ge=1, le=1_000_000_000)
    alpha: Number = Field(default=0.05, gt=0, lt=0.5)
    power: Number = Field(default=0.9, gt=0.5, lt=1)
    grid: list[int] = Field(default_factory=list, max_length=60)


class SubgroupTable(_Named):
    """People apart by what was known on day 0: "hla_b27", "calprotectin >= 250", "age >= 50"."""

    by: str


class RoadsTable(_Table):
    """Of whom, when and of what it is told by which road it came: eight lives in each arm."""

    share: Number = Field(gt=0, le=1)
    weeks: list[Number] = Field(min_length=1, max_length=100)
    of: list[str] = Field(min_length=1, max_length=20)


class ProtocolTable(_Table):
    """The whole file."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]{2,60}$")
    title: str
    about: str = ""
    context: str = ""
    source: list[str] = Field(default_factory=list)
    primary: str
    people: PeopleTable
    randomisation: RandomisationTable = RandomisationTable()
    arms: dict[str, ArmTable] = Field(min_length=1)
    visits: VisitsTable
    measures: MeasuresTable = MeasuresTable()
    dropout: DropoutTable = DropoutTable()
    rules: list[RuleTable] = Field(default_factory=list, max_length=20)
    harms: list[HarmTable] = Field(default_factory=list, max_length=40)
    endpoints: list[EndpointTable]
    estimands: list[EstimandTable]
    interim: InterimTable | None = None
    size: SizeTable = SizeTable()
    subgroups: list[SubgroupTable] = Field(default_factory=list, max_length=40)
    roads: RoadsTable | None = None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a protocol."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ProtocolTable.model_json_schema(by_alias=True)}
