"""What programs may ask of the server, as closed tables with bounds, and how it is turned into something that can be simulated."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zonula.ground.errors import Problem, UsageError, raise_all
from zonula.web.scenario import MOST_BARS, MOST_DAYS, Bar, Scenario

MOST_PEOPLE, MOST_TIMES, MOST_READOUTS, MOST_SEED = 2000, 500, 8, 2**31 - 1
_MOST_SHOWN = 10
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_]+$")]
Share = Annotated[float, Field(ge=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class BarTable(_Table):
    """A treatment on the timeline, in days from today."""

    treatment: Name
    start: float = Field(ge=0, le=MOST_DAYS)
    end: float = Field(gt=0, le=MOST_DAYS)
    dose: float | None = Field(default=None, ge=0, le=1e5)
    every: float | None = Field(default=None, ge=0.25, le=MOST_DAYS)
    adherence: Share = 1.0


class ScenarioTable(_Table):
    """What is set on the page."""

    person: Name
    sliders: dict[Name, Share] = Field(default={}, max_length=40)
    bars: list[BarTable] = Field(default=[], max_length=MOST_BARS)
    closed: list[Name] = Field(default=[], max_length=11)
    horizon: float = Field(default=365.0, ge=1, le=MOST_DAYS)

    def scenario(self) -> Scenario:
        """The same, for the simulation."""
        return Scenario(person=self.person, sliders=self.sliders, bars=tuple(Bar(**bar.model_dump()) for bar in self.bars),
                        closed=tuple(dict.fromkeys(self.closed)), horizon=self.horizon)


class SimulateTable(_Table):
    """One life."""

    scenario: ScenarioTable
    readouts: list[Name] = Field(default=["pain_vas"], min_length=1, max_length=MOST_READOUTS)
    times: int = Field(default=120, ge=2, le=MOST_TIMES)


class CrowdTable(_Table):
    """The lives of many who differ."""

    scenario: ScenarioTable
    persons: int = Field(ge=1, le=MOST_PEOPLE)
    readout: Name = "pain_vas"
    seed: int = Field(default=0, ge=0, le=MOST_SEED)


def read_asked(kind: type[_Table], body: bytes) -> Any:
    """A request's body as a table of *kind*.

    Raises
    ------
    UsageError   with every problem, each with its place
    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        problems = [Problem(code="ZN-1811", message=_plain(found["msg"]), path=".".join(map(str, found["loc"])), found=_seen(found),
                            fix="see the description: api/openapi.json") for found in error.errors(include_url=False)[:_MOST_SHOWN]]
        raise_all(UsageError, problems)
        raise


def _plain(text: str) -> str:
    return text[:1].lower() + text[1:200]


def _seen(found: Any) -> str:
    return repr(found.get("input"))[:80].encode("ascii", "backslashreplace").decode()
