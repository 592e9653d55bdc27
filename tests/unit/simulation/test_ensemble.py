"""Crowds: the reference engine's results, the same bits alone and in any company, typed ends, flat memory."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.crowds import Endless, crowd, zonula_threads
from tests.helpers import refused
from tests.small_crowd import CLOSED, LEAKING, NOTHING, TIMES, TREATED, dose, many, problem, values

from zonula.simulation import ensemble, kernel
from zonula.simulation.ensemble import solve_people, stream_people
from zonula.simulation.reference import solve
from zonula.simulation.simulate import one_by_one

ROOT = Path(__file__).resolve().parents[3]
ARMS = (TREATED, LEAKING, CLOSED, NOTHING)


def same(a, b):
    return (a.values.tobytes() == b.values.tobytes() and a.health.tobytes() == b.health.tobytes() and a.outcomes == b.outcomes
            and a.steps.tolist() == b.steps.tolist() and a.second_opinions == b.second_opinions)


# --- what comes out -------------------------------------------------------------------------------------

@pytest.mark.parametrize(("rtol", "close"), [(1e-4, 1e-3), (1e-6, 2e-5), (1e-8, 1e-6)])
@pytest.mark.parametrize("build", ["fast", "reproducible"])
def test_a_crowd_agrees_with_the_reference_engine(rtol, close, build):
    which = np.arange(37) % 4
    people = solve_people(crowd(arms=ARMS, arm_of=which, rtol=rtol, build=build))
    known = one_by_one(crowd(many()[:8], arms=ARMS, arm_of=which[:8], rtol=1e-10))
    assert people.finished.all()
    assert known.finished.all()
    size = np.max(np.abs(known.values), axis=1, keepdims=True)
    assert np.all(np.abs(people.values[:8] - known.values) <= close * np.maximum(size, 1e-9))
    assert people.health[:8] == pytest.approx(known.health, rel=1e-12, abs=1e-14)
    assert len({people.values[i].tobytes() for i in range(37)}) == 37


def test_a_dose_on_a_reported_time_is_seen_just_after_it():
    people = solve_people(crowd(values()[None]))
    drug, at = people.readout("drug")[0], np.flatnonzero(TIMES == 3.0)[0]
    assert drug[at - 1] == 0.0
    assert drug[at] == pytest.approx(20.0 / (0.05 * 70.0), rel=1e-12)


def test_the_results_are_those_of_the_named_readouts_in_the_order_named():
    whole, part = solve_people(crowd()), solve_people(crowd(readouts=("pain_vas", "drug")))
    assert part.values.shape == (37, len(TIMES), 2)
    for name in ("pain_vas", "drug"):
        assert np.array_equal(part.readout(name), whole.readout(name))
    with refused("ZN-1210", "fire"):
        part.readout("fire")


# --- nobody's result depends on the company -------------------------------------------------------------

@pytest.fixture(scope="module")
def mixed():
    """People in all arms, of whom some come to an end early."""
    rows = many().copy()
    rows[5], rows[11], rows[17], rows[23] = values(fuse__lit=100.0), values(joint__per_one=15.0), values(fuse__spontaneous=0.3), values(fuse__k=-1.0)
    which = np.arange(37) % 4
    which[[5, 11, 17, 23]] = 0
    return crowd(rows, arms=ARMS, arm_of=which)


@pytest.mark.parametrize("build", ["fast", "reproducible"])
@pytest.mark.parametrize(("jobs", "chunk"), [(1, 1), (1, 37), (2, None), (2, 5), (3, 4), (7, 13), (1, 1000)])
def test_neither_threads_nor_chunks_change_a_bit(mixed, build, jobs, chunk):
    whole = solve_people(replace(mixed, build=build), jobs=1, chunk=16)
    assert same(whole, solve_people(replace(mixed, build=build), jobs=jobs, chunk=chunk))
    assert [outcome.status for outcome in whole.outcomes].count("stopped") == 2
    assert [outcome.status for outcome in whole.outcomes].count("no_healthy_state") == 1


@pytest.mark.parametrize("build", ["fast", "reproducible"])
def test_alone_and_in_any_order_everybody_is_the_same(mixed, build):
    whole = solve_people(replace(mixed, build=build))
    for i in (0, 5, 6, 17, 23, 36):
        alone = solve_people(replace(mixed, parameters=mixed.parameters[i: i + 1], arm_of=mixed.arm_of[i: i + 1], build=build))
        assert alone.values[0].tobytes() == whole.values[i].tobytes()
        assert alone.outcomes[0] == whole.outcomes[i]
    order = np.random.default_rng(2).permutation(37)
    turned = solve_people(replace(mixed, parameters=mixed.parameters[order], arm_of=mixed.arm_of[order], build=build))
    assert turned.values.tobytes() == whole.values[order].tobytes()


def test_an_arm_that_nobody_is_in_changes_nobody():
    one = solve_people(crowd(arms=(LEAKING,)))
    two = solve_people(crowd(arms=(CLOSED, TREATED, LEAKING), arm_of=np.full(37, 2)))
    assert one.values.tobytes() == two.values.tobytes()


def test_other_times_of_report_change_no_value():
    fine = solve_people(crowd(times=np.arange(0.0, 30.01, 0.125)))
    coarse = solve_people(crowd(times=np.array([0.0, 3.0, 7.5, 29.5, 30.0])))
    assert coarse.values.tobytes() == np.ascontiguousarray(fine.values[:, [0, 24, 60, 236, 240]]).tobytes()


# --- how people end -------------------------------------------------------------------------------------

@pytest.mark.parametrize(("more", "words"), [
    ({"fuse__lit": 1.0}, "too small to move forward"), ({"fuse__lit": 100.0}, "too small to move forward"),
    ({"joint__per_one": 15.0}, "joint.p left its range at 30"), ({"fuse__spontaneous": 0.3}, "fuse.y is made and never lost"),
])
def test_who_cannot_be_simulated_is_told_as_by_the_reference_engine(more, words):
    people, known = solve_people(crowd(values(**more)[None], rtol=1e-8)), solve(problem(parameters=values(**more)))
    found, wanted = people.outcomes[0], known.outcome
    assert words in found.reason
    assert words in wanted.reason
    assert found.status == wanted.status
    if wanted.status == "stopped":
        assert found.at_day == pytest.approx(wanted.at_day, abs=0.05)
        assert found.fastest == wanted.fastest
        seen = people.values[0][found.at_day >= TIMES]
        assert np.all(np.isfinite(seen))
        assert np.all(np.isnan(people.values[0][found.at_day < TIMES]))
        assert people.finished.tolist() == [False]
    else:
        assert found == wanted
        assert np.all(np.isnan(people.values))


def test_the_last_state_is_told_with_its_rate_infusions_included():
    """At the moment at which the range is left the drug is flowing in, and nothing else changes as fast."""
    rows, infusion = values(joint__per_one=15.0, joint__half=1e6)[None], dose(30.0, 2.3, over=5.0)
    arm = replace(TREATED, plan=replace(TREATED.plan, doses=(infusion,)))
    found = solve_people(crowd(rows, arms=(arm,))).outcomes[0]
    assert found.reason.startswith("joint.p left its range at 30")
    assert 2.3 < found.at_day < 2.7
    assert found.fastest == "drug.central"
    assert found.fastest_rate == pytest.approx(30.0 / 3.5 / 5.0, rel=0.1)
    assert found.fastest == solve(problem(arm, parameters=rows[0])).outcome.fastest


def test_bounded_work_stops_a_person_and_says_the_bound(monkeypatch):
    monkeypatch.setattr(kernel, "MAX_STEPS", 40)
    monkeypatch.setattr(ensemble, "MAX_STEPS", 40)
    people = solve_people(crowd(many()[:3], rtol=1e-8))
    assert {outcome.reason for outcome in people.outcomes} == {"more than 40 steps were needed"}
    assert np.all(people.steps <= 40)
    monkeypatch.setattr(kernel, "MAX_STEPS", 10**6)
    monkeypatch.setattr(ensemble, "MAX_STEPS", 10**6)
    for module in (kernel, ensemble):
        monkeypatch.setattr(module, "MAX_STEPS_BETWEEN_CHANGES", 15)
    assert {outcome.reason for outcome in solve_people(crowd(many()[:3], rtol=1e-8)).outcomes} == {"more than 15 steps were needed"}


def test_a_rate_without_a_value_is_told_as_by_the_reference_engine():
    arm = replace(TREATED, plan=replace(TREATED.plan, doses=(dose(1e308, 3.0),)))
    found = solve_people(crowd(values(fuse__lit=1e3)[None], arms=(arm,))).outcomes[0]
    known = solve(problem(arm, parameters=values(fuse__lit=1e3))).outcome
    assert known.reason == "a rate has no finite value"
    assert (found.reason, found.at_day, found.fastest) == (known.reason, 3.0, known.fastest)
    assert found.fastest_rate == np.inf


def test_numbers_that_mean_nothing_are_no_error():
    odd = [values(joint__half=1e-320, drug__volume=1e-320), values(gut__rest=np.nan), values(body__weight=np.inf), values(joint__k=1e300),
           values(gut__k=-1.0), np.zeros(len(values())), values()]
    people = solve_people(crowd(np.array(odd)))
    assert [people.outcomes[i].status for i in (0, 1, 2, 5, 6)] == ["no_healthy_state", "no_healthy_state", "stopped", "no_healthy_state", "finished"]
    assert all(outcome.reason for outcome in people.outcomes if outcome.status != "finished")


def test_whose_health_the_kernel_does_not_find_is_asked_of_the_reference_solver(monkeypatch):
    plain, real = solve_people(crowd(rtol=1e-6), chunk=10), kernel.Kernel.health

    def forgetful(self, parameters):
        found = real(self, parameters)
        found.status[3] = kernel.NOT_FOUND
        for array in (found.state, found.setpoints, found.healthy):
            array[3] = np.nan
        return found

    monkeypatch.setattr(kernel.Kernel, "health", forgetful)
    people = solve_people(crowd(rtol=1e-6), chunk=10)
    assert people.second_opinions == (3, 13, 23, 33)
    assert plain.second_opinions == ()
    assert people.finished.all()
    assert np.allclose(people.values, plain.values, rtol=1e-9, atol=1e-12)
    others = [i for i in range(37) if i % 10 != 3]
    assert np.array_equal(people.values[others], plain.values[others])


def test_where_it_must_be_quick_the_reference_solver_is_not_asked(monkeypatch):
    monkeypatch.setattr(ensemble, "solve_health", lambda *given: pytest.fail("it was asked"))
    rows = np.array([values(fuse__spontaneous=0.3), values(), values(fuse__k=-1.0)])
    people = solve_people(crowd(rows, thorough=False))
    assert people.outcomes[0].reason == "fuse.y is made and never lost"
    assert [outcome.status for outcome in people.outcomes] == ["no_healthy_state", "finished", "finished"]
    assert people.second_opinions == ()


def test_whom_the_reference_solver_finds_no_health_for_is_not_simulated_from_what_the_kernel_found(monkeypatch):
    real = kernel.Kernel.health

    def unstable(self, parameters):
        found = real(self, parameters)
        found.status[:] = kernel.UNSTABLE
        for array in (found.state, found.setpoints, found.healthy):
            array[:] = 1.0
        return found

    monkeypatch.setattr(kernel.Kernel, "health", unstable)
    people = solve_people(crowd(np.array([values(fuse__spontaneous=0.3), values()])))
    assert [outcome.status for outcome in people.outcomes] == ["no_healthy_state", "finished"]
    assert np.all(np.isnan(people.values[0]))
    assert np.all(np.isnan(people.health[0]))


def test_a_balance_that_is_not_stable_is_a_matter_for_the_reference_solver():
    people = solve_people(crowd(values(fuse__k=-1.0)[None], rtol=1e-8))
    known = solve(problem(parameters=values(fuse__k=-1.0)))
    assert people.second_opinions == (0,)
    assert people.steady.tolist() == [known.health.stable] == [False]
    assert people.outcomes[0].status == known.outcome.status
    assert np.array_equal(people.health[0], known.health.state)


# --- streaming ------------------------------------------------------------------------------------------

def test_chunks_come_in_order_and_only_a_few_are_under_way():
    rows, whole, count = Endless(), solve_people(crowd()), 0
    stream = stream_people(crowd(rows), jobs=2, chunk=8)
    for k, part in zip(range(20), stream, strict=False):
        assert part.first == 8 * k
        assert len(part) == 8
        assert part.values.tobytes() == np.ascontiguousarray(whole.values[np.arange(8 * k, 8 * k + 8) % 37]).tobytes()
        assert rows.asked <= 8 * (k + 1 + 2 * 2)
        count += 1
    assert count == 20
    stream.close()
    assert zonula_threads() == []


def test_a_crowd_that_does_not_fit_into_memory_is_refused_as_a_whole():
    with refused("ZN-1211", "stream_people"):
        solve_people(crowd(Endless()))


def test_a_chunk_has_whole_vectors_and_bounded_curves():
    assert ensemble._chunk(crowd(), 4, 2) == 8
    assert ensemble._chunk(crowd(), 4, 1) == 12
    assert ensemble._chunk(crowd(values()[None]), 8, 2) == 8
    assert ensemble._chunk(crowd(Endless()), 8, 2) == 256
    assert ensemble._chunk(crowd(Endless(), times=np.linspace(0.0, 30.0, 100_001)), 8, 2) == 8


@pytest.mark.parametrize(("jobs", "chunk"), [(2, 4), (1, 4), (1, 37)])
def test_progress_rises_to_all(jobs, chunk):
    seen = []
    solve_people(crowd(), chunk=chunk, jobs=jobs, progress=seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == 1.0
    assert len(seen) > 1


# --- what makes no sense --------------------------------------------------------------------------------

@pytest.mark.parametrize(("code", "more"), [
    ("ZN-1213", {"parameters": many()[:, :-1]}), ("ZN-1213", {"parameters": many()[:0]}), ("ZN-1213", {"parameters": many()[0]}),
    ("ZN-1214", {"readouts": ("pain",)}), ("ZN-1215", {"arm_of": np.zeros(36, np.int32)}), ("ZN-1215", {"arm_of": np.full(37, 1)}),
    ("ZN-1215", {"arm_of": np.full(37, -1)}), ("ZN-1206", {"arms": ()}), ("ZN-1207", {"times": TIMES[::-1]}), ("ZN-1203", {"rtol": 1.0}),
    ("ZN-1201", {"until": -1.0}), ("ZN-6003", {"build": "quick"}),
])
def test_crowds_that_make_no_sense_are_refused(code, more):
    with refused(code):
        solve_people(crowd(**more))


@pytest.mark.parametrize("more", [{"jobs": 0}, {"jobs": 10**6}, {"chunk": 0}, {"chunk": -1}])
def test_impossible_ways_of_work_are_refused(more):
    with refused("ZN-1212"):
        solve_people(crowd(), **more)
