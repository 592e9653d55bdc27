"""Random persons for the standard model: parameters from their evidence, their own health, and states anywhere in their range."""

from functools import lru_cache

import numpy as np
from tests.helpers import Numbers

from zonula.drugs.standard import TREATMENTS
from zonula.evidence.laws import Z90
from zonula.evidence.load import evidence_of
from zonula.organs.standard import ORGANS, standard_model
from zonula.simulation.health import Health, solve_health

IN_BATTERY = (*ORGANS, *TREATMENTS)
_MILDER = (1.0, 0.5, 0.25, 0.0)  # of the central 90 %: a person without health is drawn again, nearer to the usual one


@lru_cache(maxsize=1)
def evidence():
    return evidence_of(standard_model())


@lru_cache(maxsize=1)
def spreads():
    """Persons differ either by what is not known or by what differs between people: both together would seldom be alive."""
    return {law: [getattr(known, law) for known in evidence().values()] for law in ("uncertainty", "variability")}


def random_parameters(rng, law, share=1.0):
    """A person within the *share* of the central 90 % of the evidence."""
    zs = rng.uniform(-Z90, Z90, len(evidence()))
    return [spread.quantile(known.value, share * z) for known, spread, z in zip(evidence().values(), spreads()[law], zs, strict=True)]


def drawn(seed, law):
    """Parameters of a person drawn from the evidence: of what is not known, or of what differs between people."""
    zs = np.random.default_rng(seed).standard_normal(len(evidence()))
    return [spread.quantile(known.value, z) for known, spread, z in zip(evidence().values(), spreads()[law], zs, strict=True)]


@lru_cache(maxsize=200)
def living(seed):
    """Parameters of a random person, the health that goes with them, and how much milder the draw had to be."""
    law = ("uncertainty", "variability")[seed % 2]
    for share in _MILDER:
        parameters = random_parameters(np.random.default_rng(seed), law, share)
        health = solve_health(standard_model(), np.array(parameters))
        if isinstance(health, Health):
            return parameters, health, share
    raise AssertionError("even the usual person has no health")


def random_states(rng, health, decades=2.0):
    """States anywhere inside their ranges, over several powers of ten about the person's own health; what is absent in health is there."""
    out = []
    for state, healthy in zip(standard_model().states, health.state, strict=True):
        low, high = state.within
        many = 1e4 if state.unit_text.startswith(("CFU", "IU")) else 0.1
        if np.isfinite(high):
            out.append(float(rng.uniform(low, high)))
        else:
            out.append(low + (healthy if healthy > 0 else many) * 10 ** float(rng.uniform(-decades, decades)))
    return out


def extremes(rng, inside):
    """Each state at the bottom, at the top (a billion where there is none) or where it is."""
    ends = [(s.within[0], min(s.within[1], 1e9)) for s in standard_model().states]
    return [(low, high, x)[rng.integers(3)] for (low, high), x in zip(ends, inside, strict=True)]


def random_exposure(rng, exposure):
    """Any value that a plan may set; above 5 where there is no end, 5."""
    low, high = exposure.within
    return float(rng.uniform(low, high if np.isfinite(high) else max(low, 5.0)))


def random_person(seed, *, arrays=False, extreme=False):
    """Someone who was healthy once: own healthy values and set-points; states, exposures and roads are any."""
    model, rng = standard_model(), np.random.default_rng(seed)
    parameters, health, _ = living(seed)
    states = random_states(rng, health)
    person = Numbers(model, extremes(rng, states) if extreme else states, parameters, s=health.setpoints, h=health.healthy, arrays=arrays)
    person.u = [random_exposure(rng, exposure) for exposure in model.exposures]
    person.r = rng.uniform(0, 1, len(model.roads)).tolist()
    return person
