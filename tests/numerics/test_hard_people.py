"""People whom nobody could be: a few of them through the kernel, and the counting of the study of many (scripts/hard_people.py)."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from tests.running import ROOT
from tests.small_crowd import MODEL, TREATED, UNTIL, made_ready

sys.path.insert(0, str(ROOT / "scripts"))

import hard_people

from zonula.simulation.draws import Drawn
from zonula.simulation.ensemble import Crowd
from zonula.simulation.kernel import FOUND, NOT_FOUND, UNSTABLE, load_kernel


def small_crowd(count=200, **more):
    setup = made_ready()
    people = Drawn(model=MODEL, evidence=hard_people.widened(setup.evidence, 2.0), typical=setup.problem.parameters, count=count, spread="both", seed=1)
    return Crowd(model=MODEL, parameters=people, until=UNTIL, times=np.arange(0.0, UNTIL + 0.5), arms=(TREATED,), thorough=False, **more)


def test_a_wider_prior_is_twice_as_wide_on_its_own_scale():
    column = MODEL.parameter_index["gut.half"]
    evidence = made_ready().evidence
    wide = hard_people.widened(evidence, 2.0)
    logs = [np.log(Drawn(model=MODEL, evidence=e, typical=made_ready().problem.parameters, count=500, spread="both")[0:500][:, column] / 2.0)
            for e in (evidence, wide)]
    assert logs[1] == pytest.approx(2.0 * logs[0], rel=1e-12, abs=1e-14)


def test_everybody_is_counted_once_and_memory_is_told():
    found = hard_people.study(small_crowd(), jobs=1).as_dict()
    assert found["people"] == 200 == found["finished"] + found["stopped"] + found["without a healthy state"]
    assert sum(found["reasons"].values()) == 200 - found["finished"]
    assert found["finished"] > 100
    assert found["unflagged NaN"] == []
    assert 0 < found["peak memory [MB]"]["10 %"] <= found["peak memory [MB]"]["100 %"]


def test_a_nan_in_one_who_is_said_to_have_finished_is_seen(monkeypatch):
    stream = hard_people.stream_people

    def spoilt(crowd, **more):
        for part in stream(crowd, **more):
            values = part.values.copy()
            place = int(np.flatnonzero(part.finished)[0])
            values[place, 3, 1] = np.nan
            yield replace(part, values=values)

    monkeypatch.setattr(hard_people, "stream_people", spoilt)
    count = hard_people.study(small_crowd(40), jobs=1)
    assert count.unflagged
    assert not count.ok


def test_reasons_are_told_without_their_numbers():
    count = hard_people.Count()
    for person, reason in enumerate(("joint.il6 left its range at -1.2e-05 pg/mL", "joint.il6 left its range at 3 pg/mL")):
        count.ended(person, hard_people.NoHealthyState(reason=reason, worst="", residual=1.0))
    assert count.reasons == {"no healthy state: joint.il6 left its range at # pg/mL": 2}
    assert count.share == 0.0


@pytest.mark.slow
def test_a_few_hard_people_come_to_an_end():
    found = hard_people.study(hard_people.hard_crowd(24, 10.0, 2.0, 1), jobs=1).as_dict()
    assert found["people"] == 24
    assert found["unflagged NaN"] == []
    assert found["finished"] >= 20


@pytest.mark.slow
def test_health_that_is_not_stable_is_named():
    """By the eigenvalues of the reference engine's Jacobian, whether an odd or an even number of modes grow: every fifth has an even one."""
    from zonula.simulation.equations import Equations, Inputs

    crowd = hard_people.hard_crowd(150, 10.0, 2.0, 1)
    model, people = crowd.model, crowd.parameters[0:150]
    found = load_kernel(model).health(people)
    resting = [i for i, state in enumerate(model.states) if not state.accumulates]
    right = growing = 0
    for i in range(150):
        motion = Equations(model, people[i], found.setpoints[i].tolist(), found.healthy[i].tolist()).jacobian(found.state[i], Inputs.neutral(model))
        if not np.all(np.isfinite(motion)):
            continue
        rates = np.linalg.eigvals(motion[np.ix_(resting, resting)]).real
        right += (found.status[i] == UNSTABLE) == (rates.max() > 0)
        growing += rates.max() > 0
    assert growing > 30
    assert right >= 145


@pytest.mark.slow
@pytest.mark.parametrize("build", ["fast", "reproducible"])
def test_what_is_nothing_in_health_is_nothing_whatever_is_rounded(build):
    """A power below 1 of what rounding leaves would be a healthy level of its own, and its slope would hide the balance."""
    crowd = hard_people.hard_crowd(600, 10.0, 2.0, 1)
    found = load_kernel(crowd.model, build).health(crowd.parameters[0:600])
    assert np.sum(found.status == NOT_FOUND) <= 1
    has = found.status != NOT_FOUND
    nothing = [i for i, state in enumerate(crowd.model.states) if state.path in ("pain.slow_sensitisation", "pain.fast_sensitisation")]
    assert np.all(found.state[np.ix_(has, nothing)] == 0.0)
    assert np.all(np.isfinite(found.healthy[has]))


@pytest.mark.slow
@pytest.mark.parametrize(("person", "why"), [(98, "health saturates what senses bacteria, to the last digit"), (34, "all but the last digit"),
                                             (1846, "IL-22 falls so far that it would make cells disappear")])
def test_people_at_the_ends_of_what_can_be_drawn_come_to_the_end(person, why):
    crowd = hard_people.hard_crowd(3000, 36.0, 2.0, 1)
    found = hard_people.study(replace(crowd, parameters=crowd.parameters[person:person + 1]), jobs=1)
    assert found.finished == 1, f"{why}: {found.reasons}"
    assert found.most_steps < 20_000, why


@pytest.mark.slow
def test_a_balance_behind_a_hill_is_found():
    """Newton's halved steps stop there, and the motion goes round instead of coming to rest."""
    crowd = hard_people.hard_crowd(3000, 10.0, 2.0, 1)
    kernel = load_kernel(crowd.model)
    alone, among = kernel.health(crowd.parameters[1406:1407]), kernel.health(crowd.parameters[1400:1410])
    assert alone.status[0] in (FOUND, UNSTABLE)
    assert alone.residual[0] < 1e-10
    assert np.array_equal(alone.state[0], among.state[6])
