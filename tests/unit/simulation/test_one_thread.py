"""One thread leads as many people together as fit, and nobody differs by it."""

import numpy as np
from tests.small_crowd import MODEL, TIMES, TREATED, UNTIL, many

from zonula.simulation import ensemble
from zonula.simulation.ensemble import Crowd, solve_people


def test_one_thread_leads_as_many_together_as_fit_and_nobody_differs(monkeypatch):
    crowd = Crowd(model=MODEL, parameters=many(), until=UNTIL, times=TIMES, arms=(TREATED,))
    assert ensemble._alone(crowd) == len(crowd) == 37
    monkeypatch.setattr(ensemble, "_MOST_ALONE", 16)
    assert ensemble._alone(crowd) == 13
    one, two = solve_people(crowd, jobs=1), solve_people(crowd, jobs=2, chunk=5)
    assert np.array_equal(one.values, two.values, equal_nan=True)
    assert one.outcomes == two.outcomes
    monkeypatch.setattr(ensemble, "_CHUNK_BYTES", 1)
    assert ensemble._alone(crowd) == 1
