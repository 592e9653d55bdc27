"""Plans as flat arrays: every change on a border, amounts apart from bodies, the same words for one person and for many."""

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import CLOSED, LEAKING, MODEL, NOTHING, TREATED, UNTIL, dose, leak, many, problem, values
from tests.small_pharmacy import MODEL as BODY
from tests.small_pharmacy import PHARMACY
from tests.small_pharmacy import VALUES as OF_BODY

from zonula.simulation.events import Plan
from zonula.simulation.problem import Problem, stretches
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm, pieces, timetable, units_of_ways

PLACE = MODEL.state_index
ENDS = np.array([0.0, UNTIL])


def laid_out(*arms, until=UNTIL, times=ENDS):
    return timetable(MODEL, arms, until, times)


def test_a_plan_by_hand():
    arm = Arm(plan=Plan(doses=(dose(20.0, 3.0), dose(2.0, 3.0, per_weight=True, in_unit="ug"), dose(6.0, 3.0, what="depot"), dose(9.0, 4.0, over=2.0)),
                        settings=(leak(2.0, 1.0, 5.0),)))
    table = laid_out(arm)
    assert table.segment_ptr.tolist() == [0, 6]
    assert table.segment_start.tolist() == [0.0, 1.0, 3.0, 4.0, 5.0, 6.0]
    assert table.segment_end.tolist() == [1.0, 3.0, 4.0, 5.0, 6.0, 30.0]
    assert table.segment_inputs.tolist() == [0, 1, 1, 1, 0, 0]
    assert table.inputs[:, 0].tolist() == [0.0, 2.0]
    assert np.all(table.inputs[:, 1:] == 1.0)
    assert table.inputs.shape == (2, 1 + len(MODEL.gates) + len(MODEL.roads))
    assert table.jump_ptr.tolist() == [0, 0, 0, 3, 3, 3, 3]
    assert table.jump_state.tolist() == [PLACE["drug.central"], PLACE["drug.central"], PLACE["drug.depot"]]
    assert table.jump_amount.tolist() == pytest.approx([20.0, 0.002, 6.0], rel=1e-15)
    assert table.flow_ptr.tolist() == [0, 0, 0, 0, 1, 2, 2]
    assert table.flow_rate.tolist() == pytest.approx([4.5, 4.5], rel=1e-15)
    people = np.array([values(body__weight=80.0), values(body__weight=50.0, drug__volume=0.1)])
    units = units_of_ways(MODEL, table.ways, people)
    assert units.shape == (2, 3)
    by_jump = units[:, table.jump_way]
    assert by_jump == pytest.approx(np.array([[1 / 4, 80 / 4, 1.0], [1 / 5, 50 / 5, 1.0]]), rel=1e-15)
    assert table.flow_way.tolist() == [table.jump_way[0]] * 2


def test_a_dose_in_the_states_own_unit_is_not_touched():
    table = laid_out(Arm(plan=Plan(doses=(dose(0.3, 1.0, in_unit="mg/L"), dose(0.7, 1.0, what="depot")))))
    assert table.jump_amount.tolist() == [0.3, 0.7]
    assert units_of_ways(MODEL, table.ways, values()[None]).tolist() == [[1.0]]


def test_arms_stand_one_after_another_and_share_what_is_alike():
    alone = [laid_out(arm) for arm in (TREATED, LEAKING, CLOSED, NOTHING)]
    table = laid_out(TREATED, LEAKING, CLOSED, NOTHING)
    assert table.arms == 4
    assert np.diff(table.segment_ptr).tolist() == [len(one.segment_start) for one in alone]
    assert table.segment_start.tolist() == [t for one in alone for t in one.segment_start]
    assert len(table.inputs) == len({tuple(row) for one in alone for row in one.inputs.tolist()})
    for k, one in enumerate(alone):
        rows = slice(table.segment_ptr[k], table.segment_ptr[k + 1])
        assert np.array_equal(table.inputs[table.segment_inputs[rows]], one.inputs[one.segment_inputs])
        jumps = slice(table.jump_ptr[table.segment_ptr[k]], table.jump_ptr[table.segment_ptr[k + 1]])
        assert table.jump_amount[jumps].tolist() == one.jump_amount.tolist()
    assert table.segment_start[table.segment_ptr[3]:].tolist() == [0.0]


def test_a_closed_road_and_a_shut_gate_are_inputs_from_their_days_on():
    table = laid_out(CLOSED)
    gate = 1 + [r.path for r in MODEL.reactions].index("drug.arrival")
    road = 1 + len(MODEL.gates) + [r.path for r in MODEL.roads].index("road.systemic")
    seen = [(start, table.inputs[row, gate], table.inputs[row, road], table.inputs[row, 0])
            for start, row in zip(table.segment_start, table.segment_inputs, strict=True)]
    assert seen == [(0.0, 0.0, 1.0, 0.0), (1.0, 0.0, 1.0, 2.0), (4.0, 0.0, 0.0, 2.0), (12.0, 0.0, 0.0, 0.0)]


SENTENCES = [("naproxen 500 mg po bid for 9 days", "stress 1 from day 3 to day 10", "low-gluten diet from day 2"),
             ("tocilizumab 8 mg/kg iv over 2 h daily x 5", "tocilizumab 4 mg/kg iv bolus at day 2.5", "adalimumab 40 mg sc q2w x 2"),
             ("infliximab 200 mg iv at day 3", "prednisolone 15 mg po qd for 3 days then 10 mg qd for 3 days then stop"), ()]


@pytest.mark.parametrize("sentences", SENTENCES)
def test_one_person_has_the_same_pieces_as_the_reference_engine(sentences):
    people = np.array([[OF_BODY.get(p.path, 1.0) * (1 + 0.1 * k) for p in BODY.parameters] for k in range(3)])
    plan = read_plan(sentences, BODY, registry=PHARMACY)
    table = timetable(BODY, [Arm(plan=plan)], 12.0, np.array([0.0, 12.0]))
    units = units_of_ways(BODY, table.ways, people)
    dials = len(BODY.exposures)
    for i, person in enumerate(people):
        found = stretches(Problem(model=BODY, parameters=person, plan=plan, until=12.0, times=np.array([0.0, 12.0])))
        assert [(p.start, p.end) for p in found] == list(zip(table.segment_start, table.segment_end, strict=True))
        for k, piece in enumerate(found):
            jump, flow = np.zeros(len(BODY.states)), np.zeros(len(BODY.states))
            for j in range(table.jump_ptr[k], table.jump_ptr[k + 1]):
                jump[table.jump_state[j]] += table.jump_amount[j] * units[i, table.jump_way[j]]
            for j in range(table.flow_ptr[k], table.flow_ptr[k + 1]):
                flow[table.flow_state[j]] += table.flow_rate[j] * units[i, table.flow_way[j]]
            assert np.array_equal(jump, piece.jump)
            assert np.array_equal(flow, piece.inputs.inflow)
            row = table.inputs[table.segment_inputs[k]].tolist()
            assert row == [*piece.inputs.exposures, *piece.inputs.gates, *piece.inputs.roads]
            assert row[:dials] == list(piece.inputs.exposures)


def test_what_a_dose_is_in_a_body_depends_on_nobody_else():
    table = laid_out(TREATED)
    everybody = units_of_ways(MODEL, table.ways, many())
    for i in (0, 7, 36):
        assert np.array_equal(units_of_ways(MODEL, table.ways, many()[i: i + 1])[0], everybody[i])
    assert len({*everybody[:, 0].tolist()}) == 37


def test_doses_of_one_kind_land_in_one_way():
    ways = {}
    found = pieces(MODEL, Arm(plan=Plan(doses=tuple(dose(1.0, float(k)) for k in range(20)))), UNTIL, ways)
    assert len(ways) == 1
    assert [len(piece.jumps) for piece in found] == [1] * 20


def test_a_moment_is_in_the_later_of_the_pieces_that_meet_there():
    table = laid_out(NOTHING, LEAKING)
    assert [table.piece(0, at) for at in (0.0, 17.0, 30.0)] == [0, 0, 0]
    assert [table.piece(1, at) for at in (0.0, 0.99, 1.0, 11.9, 12.0, 30.0)] == [1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize("times", [[], [1.0, 1.0], [2.0, 1.0], [-1.0, 1.0], [0.0, 31.0], [0.0, np.nan], [np.inf]])
def test_times_that_make_no_sense_are_refused(times):
    with refused("ZN-1207", "30"):
        laid_out(NOTHING, times=np.array(times))


def test_no_arm_and_a_dose_that_cannot_arrive_are_refused():
    with refused("ZN-1206"):
        laid_out()
    with refused("ZN-1205", "drug.central", "mg/L"):
        laid_out(NOTHING, Arm(plan=Plan(doses=(dose(1.0, 1.0, in_unit="umol"),))))


def test_a_problem_names_its_arm():
    assert problem(CLOSED).arm == CLOSED
