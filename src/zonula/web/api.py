"""What the server computes: one life at once, many lives as a job; the same question is computed once."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np

from zonula.evidence.load import evidence_of
from zonula.ground.errors import UsageError, nearest
from zonula.ground.provenance import canonical
from zonula.language.model import Model
from zonula.simulation.draws import Drawn
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.outcome import Finished
from zonula.web.asked import CrowdTable, SimulateTable
from zonula.web.page_model import finite
from zonula.web.scenario import Page, Scenario, page_of
from zonula.web.tables import Json

_KEPT = 256  # answers


class Lives:
    """Answers to questions about one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.answers: OrderedDict[str, Future[bytes]] = OrderedDict()
        self.lock = threading.Lock()

    @property
    def page(self) -> Page:
        """All that can be set on the page."""
        return page_of(self.model)

    def simulate(self, asked: SimulateTable) -> bytes:
        """One life as JSON; who asks the same while it is computed waits for the same answer.

        Raises
        ------
        UsageError, KernelError
        """
        key = canonical(asked.model_dump())
        with self.lock:
            answer = self.answers.get(key)
            mine = answer is None
            if answer is None:
                answer = self.answers[key] = Future()
                while len(self.answers) > _KEPT:
                    self.answers.popitem(last=False)
            self.answers.move_to_end(key)
        if mine:
            try:
                answer.set_result(self._simulate(asked))
            except BaseException as error:
                with self.lock:
                    self.answers.pop(key, None)
                answer.set_exception(error)
                raise
        return answer.result()

    def _simulate(self, asked: SimulateTable) -> bytes:
        scenario = asked.scenario.scenario()
        crowd, now = self._crowd(scenario, tuple(asked.readouts), asked.times)
        found = solve_people(crowd, jobs=1)
        ended = found.outcomes[0]
        said = {"model": self.model.fingerprint, "times": (found.times - now).tolist(), "status": ended.status,
                "reason": "" if isinstance(ended, Finished) else ended.reason,
                "readouts": {name: found.values[0, :, j].tolist() for j, name in enumerate(found.readouts)},
                "units": {name: self.model.readout(name).unit_text for name in found.readouts}}
        return json.dumps(finite(said), allow_nan=False, separators=(",", ":")).encode()

    def _crowd(self, scenario: Scenario, readouts: tuple[str, ...], times: int) -> tuple[Crowd, float]:
        for name in readouts:
            if name not in self.model.readout_names:
                raise UsageError.of("ZN-1812", f"there is no readout {name!r}", path="readouts", fix=nearest(name, self.model.readout_names))
        crowd = self.page.crowd(scenario, readouts=tuple(dict.fromkeys(readouts)))
        now = self.page.persons[scenario.person].now
        days = np.unique(np.round(np.linspace(now, crowd.until, times), 10))
        return replace(crowd, times=days, build="fast", thorough=False), now

    def crowd(self, asked: CrowdTable) -> Callable[[Callable[[float], None], threading.Event], Json]:
        """The work of simulating many who differ from the scenario's person.

        Raises
        ------
        UsageError   where the scenario makes no sense; at once, not when its turn comes
        """
        scenario = asked.scenario.scenario()
        one, now = self._crowd(scenario, (asked.readout,), 2)
        said = frozenset(self.page.persons[scenario.person].sets)
        rows = Drawn(model=self.model, evidence=evidence_of(self.model), typical=np.asarray(one.parameters[0:1])[0], count=asked.persons, said=said,
                     seed=asked.seed)
        many = replace(one, parameters=rows)

        def work(tell: Callable[[float], None], cancel: threading.Event) -> Json:
            found = solve_people(many, jobs=1, progress=tell, cancel=cancel)
            unit = self.model.readout(asked.readout).unit_text
            numbers: dict[str, Any] = {"readout": asked.readout, "unit": unit, "days": (found.times - now).tolist(), "seed": asked.seed,
                                       "persons": found.values[:, :, 0].tolist(), "finished": int(found.finished.sum())}
            return dict(finite(numbers))

        return work
