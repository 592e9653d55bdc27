"""Random persons for the standard model: parameters from their evidence, states anywhere in their range."""

from functools import lru_cache

import numpy as np
from tests.helpers import Numbers

from zonula.evidence.laws import Z90
from zonula.evidence.load import evidence_of
from zonula.organs.standard import ORGANS, standard_model

IN_BATTERY = (*ORGANS,)


@lru_cache(maxsize=1)
def evidence():
    return evidence_of(standard_model())


def random_parameters(rng):
    """A person from the evidence: uncertainty and variability, each within its central 90 %."""
    out = []
    for known in evidence().values():
        centre = known.uncertainty.quantile(known.value, rng.uniform(-Z90, Z90))
        out.append(known.variability.quantile(centre, rng.uniform(-Z90, Z90)))
    return out


def random_states(rng, decades=2.0):
    """States anywhere inside their ranges, over several powers of ten."""
    out = []
    for state in standard_model().states:
        low, high = state.within
        if np.isfinite(high):
            out.append(float(rng.uniform(low, high)))
        else:
            out.append(low + max(abs(state.start), 0.1) * 10 ** float(rng.uniform(-decades, decades)))
    return out


def random_extremes(rng):
    """Each state at the bottom, at the top (a billion where there is none) or inside its range."""
    inside = random_states(rng)
    ends = [(s.within[0], min(s.within[1], 1e9)) for s in standard_model().states]
    return [(low, high, x)[rng.integers(3)] for (low, high), x in zip(ends, inside, strict=True)]


def random_person(seed, *, arrays=False, extreme=False):
    """A model with random numbers everywhere; healthy values and set-points are any positive numbers."""
    model, rng = standard_model(), np.random.default_rng(seed)
    health = [max(h.of.start, 0.1) * 10 ** float(rng.uniform(-1, 1)) if hasattr(h.of, "start") else float(rng.uniform(0.1, 2))
              for h in model.healthy]
    person = Numbers(model, random_extremes(rng) if extreme else random_states(rng), random_parameters(rng), s=rng.uniform(0.1, 5, len(model.setpoints)).tolist(), h=health,
                     arrays=arrays)
    person.u = [float(rng.uniform(max(e.within[0], -5), min(e.within[1], 5))) for e in model.exposures]
    person.r = rng.uniform(0, 1, len(model.roads)).tolist()
    return person
