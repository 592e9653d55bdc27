"""Doses and infusions: on time to the bit, and nothing of them is lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.running import run, setup

from zonula.language import Organ, gain, loss, parameter, readout, state
from zonula.language.assemble import assemble
from zonula.language.units import unit
from zonula.organs.standard import standard_model
from zonula.simulation.problem import Problem, output_times, stretches
from zonula.simulation.reference import solve
from zonula.simulation.schedule import Dose, Plan

ENDOTOXIN = standard_model().state_index["blood.endotoxin"]


def jump_at(result, day):
    """What is added to plasma at *day*: the first value of that moment is the one just after."""
    endotoxin = result.state("blood.endotoxin")
    k = np.flatnonzero(result.times == day)
    assert len(k) == 1, f"day {day!r} is not among the times, once"
    return float(endotoxin[k[0]])


def rest(result):
    return float(result.health.state[result.problem.model.state_index["blood.endotoxin"]])


def rise_of(result, ng_per_kg):
    volume = result.problem.parameters[result.problem.model.parameter_index["body.plasma_per_weight"]]
    return 1e3 * ng_per_kg / volume  # ng/kg over mL/kg


@pytest.mark.parametrize("day", [0.0, 1.0, 0.123456789, 1 / 3, 2.9999])
def test_a_dose_raises_endotoxin_by_amount_over_volume_at_its_very_moment(day):
    result = run([f"lps 2 ng/kg iv bolus at day {day!r}"])
    moment = round(day, 10)
    assert jump_at(result, moment) == pytest.approx(rest(result) + rise_of(result, 2.0), rel=1e-12)
    before = result.times < moment
    assert np.allclose(result.state("blood.endotoxin")[before], rest(result), rtol=1e-9)


def test_a_dose_on_an_output_time_is_reported_once_and_as_it_is_after():
    result = run(["lps 1 ng/kg iv bolus at day 1"], every="6 h")
    assert np.count_nonzero(np.abs(result.times - 1.0) < 1e-6) == 1
    assert jump_at(result, 1.0) == pytest.approx(rest(result) + rise_of(result, 1.0), rel=1e-12)


def test_a_dose_at_the_end_or_later_changes_nothing_and_is_remarked():
    at_end, never = setup(["lps 2 ng/kg iv bolus at day 3"]), setup()
    a, b = solve(at_end.problem), solve(never.problem)
    assert np.array_equal(a.states[-1], b.states[-1])
    assert any("after the end" in remark for remark in at_end.remarks)
    assert not never.remarks


def test_two_plan_lines_give_two_doses_and_the_second_adds_to_what_is_left():
    result = run(["lps 2 ng/kg iv bolus at day 1", "lps 1 ng/kg iv bolus at day 1.01"])
    k = result.problem.parameters[result.problem.model.parameter_index["blood.k_clearance"]]
    left = rise_of(result, 2.0) * np.exp(-k * 0.01)
    assert jump_at(result, 1.01) == pytest.approx(rest(result) + left + rise_of(result, 1.0), rel=1e-7)


def test_lines_out_of_order_are_the_same_plan():
    lines = ["lps 2 ng/kg iv bolus at day 1", "lps 1 ng/kg iv infusion over 2 h at day 2", "stress 1 from day 1.5 to day 2.5"]
    a, b = run(lines), run(lines[::-1])
    assert np.array_equal(a.times, b.times)
    assert np.array_equal(a.states, b.states)


def test_a_repeated_dose_is_the_same_as_its_doses_one_by_one():
    a = run(["lps 1 ng/kg iv bolus at day 0.5 every 12 h x 3"])
    b = run([f"lps 1 ng/kg iv bolus at day {d}" for d in (0.5, 1.0, 1.5)])
    assert np.array_equal(a.states, b.states)


def test_an_infusion_begins_and_ends_on_borders_between_solves():
    problem = setup(["lps 2 ng/kg iv infusion over 4 h at day 1"]).problem
    pieces = [(p.start, p.end, float(p.inputs.inflow[ENDOTOXIN])) for p in stretches(problem)]
    end = round(1 + 4 / 24, 10)
    assert [(a, b) for a, b, _ in pieces] == [(0.0, 1.0), (1.0, end), (end, 3.0)]
    assert [flow > 0 for *_, flow in pieces] == [False, True, False]
    assert all(float(np.max(np.abs(p.jump))) == 0 for p in stretches(problem))


def test_rate_times_duration_is_the_amount():
    result = run(["lps 2 ng/kg iv infusion over 4 h at day 1"])
    piece = stretches(result.problem)[1]
    assert piece.inputs.inflow[ENDOTOXIN] * (piece.end - piece.start) == pytest.approx(rise_of(result, 2.0), rel=1e-12)


def test_an_infusion_that_begins_where_another_ends_never_runs_beside_it():
    problem = setup(["lps 2 ng/kg iv infusion over 4 h at day 1", "lps 1 ng/kg iv infusion over 2 h at 28 h"]).problem
    flows = [float(p.inputs.inflow[ENDOTOXIN]) for p in stretches(problem)]
    assert len(flows) == 4
    assert flows[1] == pytest.approx(flows[2], rel=1e-9)


def test_moments_that_differ_by_rounding_alone_are_one_moment():
    result = run(["lps 1 ng/kg iv bolus at day 0.1 every 0.2 d x 2", "stress 1 from day 0.3 to day 1"])
    assert [p.start for p in stretches(result.problem)] == [0.0, 0.1, 0.3, 1.0]


@pytest.mark.parametrize("gap", [1e-9, 1e-7, 1e-5])
def test_doses_a_whisker_apart_are_both_given(gap):
    result = run(["lps 1 ng/kg iv bolus at day 1", f"lps 1 ng/kg iv bolus at day {1 + gap!r}"])
    assert jump_at(result, round(1 + gap, 10)) == pytest.approx(rest(result) + 2 * rise_of(result, 1.0), rel=1e-3)


class Tank(Organ):
    """A vessel with an outflow that is collected: what was given is in the one or in the other."""

    size = parameter("L", "volume of the vessel")
    k = parameter("1/day", "outflow")
    inside = state("pg{LPS}/mL", "in the vessel", start=0.0, volume=size)
    collected = state("pg{LPS}/mL", "what has left, per volume of the vessel", start=0.0, accumulates=True)
    outflow = loss(inside, k * inside)
    collection = gain(collected, k * inside)
    content = readout("pg{LPS}/mL", inside, "in the vessel", called="content")


TANK = assemble(Tank)
bolus_or_infusion = st.tuples(st.floats(0.1, 500.0), st.floats(0.0, 4.5), st.one_of(st.just(0.0), st.floats(0.001, 1.0)))


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(bolus_or_infusion, min_size=1, max_size=6), st.floats(0.5, 80.0), st.floats(0.2, 5.0))
def test_what_was_given_is_there_or_has_left(gifts, k, size):
    doses = tuple(Dose(substance="lps", route="iv", state="tank.inside", amount=amount, unit=unit("ng{LPS}"), per_weight=False,
                       start=round(start, 10), duration=length, sentence="") for amount, start, length in gifts)
    plan = Plan(doses=doses)
    values = {"tank.size": size, "tank.k": k}
    problem = Problem(model=TANK, parameters=np.array([values[p.path] for p in TANK.parameters]), plan=plan, until=6.0,
                      times=output_times(plan, 6.0, 0.25))
    result = solve(problem)
    assert result.outcome.status == "finished"
    given_so_far = sum(d.amount / size for d in doses)
    total = result.state("tank.inside")[-1] + result.state("tank.collected")[-1]
    assert total == pytest.approx(given_so_far, rel=1e-9)
    half = np.flatnonzero(result.times == 3.0)[-1]
    due = sum(d.amount / size * (1.0 if d.duration == 0 else np.clip((3.0 - d.start) / d.duration, 0, 1)) for d in doses if d.start <= 3.0)
    assert result.states[half].sum() == pytest.approx(due, rel=1e-8, abs=1e-9)
