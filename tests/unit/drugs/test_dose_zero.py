"""Drugs that are not taken do nothing, to the last bit."""

from functools import lru_cache

import numpy as np
import pytest
from tests.battery.persons import evidence
from tests.helpers import Numbers

from zonula.drugs.catalogue import CATALOGUE
from zonula.drugs.standard import TREATMENTS
from zonula.language import assemble
from zonula.organs.standard import ORGANS, standard_model
from zonula.simulation.prepare import prepare
from zonula.simulation.scenario import read_scenario

DRUGS = {drug.path for drug in TREATMENTS}


@lru_cache(maxsize=1)
def without_treatments():
    return assemble(*ORGANS)


def organs_of(model):
    return [i for i, state in enumerate(model.states) if state.path.partition(".")[0] not in DRUGS]


def _inside(state, rng):
    low, high = state.within
    return float(rng.uniform(low, high)) if np.isfinite(high) else low + max(abs(state.start), 0.1) * 10 ** float(rng.uniform(-1, 1))


def persons(seed):
    """The same person with and without treatments in the model, in any state, with no drug in the body."""
    whole, bare, rng = standard_model(), without_treatments(), np.random.default_rng(seed)
    values = {path: known.value for path, known in evidence().items()}
    states = {s.path: _inside(s, rng) for s in whole.states}
    health = {h.of.path: float(rng.uniform(0.1, 2)) for h in (*whole.healthy, *bare.healthy)}
    setpoints = rng.uniform(0.1, 1, len(whole.setpoints)).tolist()
    made = []
    for model in (whole, bare):
        x = [0.0 if s.path.partition(".")[0] in DRUGS else states[s.path] for s in model.states]
        made.append(Numbers(model, x, [values[q.path] for q in model.parameters], s=setpoints, h=[health[h.of.path] for h in model.healthy]))
    return made


@pytest.mark.parametrize("seed", range(12))
def test_a_body_without_drugs_in_it_moves_as_if_there_were_none(seed):
    whole, bare = (person.derivative() for person in persons(seed))
    assert bare.keys() == {path for path in whole if path.partition(".")[0] not in DRUGS}
    assert {path: whole[path] for path in bare} == bare


def test_the_comparison_would_notice_a_drug():
    whole, bare = persons(0)
    changed = whole.set(naproxen__central=0.5).derivative()
    assert {path: changed[path] for path in bare.derivative()} != bare.derivative()


@pytest.mark.parametrize("name", [n for n, s in CATALOGUE.substances.items() if any(p.partition(".")[0] in DRUGS for p in s.arrives.values())])
def test_a_dose_of_nothing_is_read_as_nothing(name):
    entry = CATALOGUE.substances[name]
    route = next(iter(entry.arrives))
    events = f'plan.events=["{name} 0 {entry.unit} {route} at day 1"]'
    plan = prepare(read_scenario("healthy_year", [events, "solve.until=2"])).problem.plan
    assert [dose.amount for dose in plan.doses] == [0.0]


def test_every_treatment_has_a_neutral_dial_or_starts_empty():
    model = standard_model()
    for drug in TREATMENTS:
        assert all(state.start == 0 for state in model.states if state.path.startswith(f"{drug.path}."))
        assert all(e.neutral == 0 for e in drug.exposures.values())
        assert drug.effects
