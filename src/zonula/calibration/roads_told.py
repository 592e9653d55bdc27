"""What studies say of the roads: by which pain comes in some scenarios, before any calibration and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from zonula.calibration.posterior import Posterior
from zonula.calibration.shipped import typical_people
from zonula.simulation.closings import PAIN, Question
from zonula.simulation.prepare import prepare
from zonula.simulation.road_bands import SenseBands, road_bands
from zonula.simulation.scenario import read_scenario
from zonula.simulation.words import name_of

SCENARIOS = ("combined_insult_susceptible", "combined_insult_genetic_risk", "ra_adalimumab")
DRAWS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadsTold:
    """The shares of the roads in one scenario, had they never been open."""

    scenario: str
    readout: str
    before: SenseBands
    after: SenseBands

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"scenario": self.scenario, "readout": self.readout, "before": self.before.as_dict(), "after": self.after.as_dict(),
                "in_words": self.words}

    @property
    def words(self) -> str:
        """Before and after, in a sentence each."""
        what = name_of(self.readout)
        return f"{self.scenario}: before any calibration {self.before.told(what)}. After it {self.after.told(what)}."


def roads_told(posterior: Posterior, *, scenarios: Sequence[str] = SCENARIOS, readout: str = PAIN, draws: int = DRAWS,
               jobs: int | None = None) -> list[RoadsTold]:
    """Share a readout out among the roads with draws of the evidence, and with those of a calibrated population."""
    found, draws = list[RoadsTold](), min(draws, len(posterior))
    for name in scenarios:
        setup = prepare(read_scenario(name))
        question = Question(readout, setup.problem.until / 2)
        people = typical_people(setup.problem.model, posterior, draws)
        before, after = (road_bands(one, question, draws=draws, jobs=jobs).never for one in (setup, replace(setup, typical=people)))
        found.append(RoadsTold(scenario=name, readout=readout, before=before, after=after))
    return found
