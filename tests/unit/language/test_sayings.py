"""What the language must be able to say (design/decisions.md), said and proved with small organs."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import Numbers
from tests.small_organs import Fork, Law, Listener, Pair, Plain, Source, Tissue, Vein

from zonula.language import Drug, Organ, assemble, blocks, boosts, gain, moves, neutralises, parameter, state, transit
from zonula.simulation.health import Health, NoHealth, solve_health

levels = st.floats(0.01, 100.0)
joined = lru_cache(assemble)


def _parameters(model, **values):
    given_values = {k.replace("__", "."): v for k, v in values.items()}
    return np.array([given_values.get(q.path, 1.0) for q in model.parameters])


def _healthy(model, **values):
    p = _parameters(model, **values)
    health = solve_health(model, p)
    assert isinstance(health, Health)
    return Numbers(model, health.state, p, s=health.setpoints, h=health.healthy), health


# --- hearing, exposure, healthy values -----------------------------------------------------------------

@given(levels)
def test_a_signal_is_one_line_that_another_organ_can_read(x):
    numbers = Numbers(joined(Source, Listener), h=(1.0, 1.0)).set(source__x=x, source__rest=4.0)
    assert numbers.shown()["v_source_drive"] == x / 4.0
    assert numbers.derivative()["listener.z"] == x / 4.0 - 1.0


def test_an_exposure_is_neutral_in_health_and_acts_when_it_is_set():
    numbers, health = _healthy(joined(Source), source__rest=5.0, source__gain_stress=0.5)
    assert health.state[0] == pytest.approx(5.0, rel=1e-12)
    assert numbers.derivative()["source.x"] == pytest.approx(0.0, abs=1e-12)
    assert numbers.set(source__stress=2.0).derivative()["source.x"] == pytest.approx(5.0)


def test_healthy_means_the_persons_own_value_of_a_state_and_of_a_signal():
    model = joined(Source, Listener)
    assert [h.of.path for h in model.healthy] == ["source.drive", "source.x"]
    for rest in (0.5, 3.0):
        numbers, health = _healthy(model, source__rest=rest, listener__k=2.0)
        assert health.healthy == pytest.approx((1.0, rest), rel=1e-12)
        assert numbers.derivative() == pytest.approx(dict.fromkeys(numbers.derivative(), 0.0), abs=1e-12)
        numbers.set(source__x=4.0 * rest)
        assert numbers.derivative()["listener.y"] == pytest.approx(2.0 * (3 * rest) ** 2 / (3 * rest + 1))
        assert numbers.derivative()["listener.z"] == pytest.approx(2.0 * 3.0)


def test_a_healthy_value_is_frozen_after_health_is_solved():
    numbers, _ = _healthy(joined(Source, Listener))
    before = numbers.derivative()["listener.y"]
    assert numbers.set(source__x=3.0).derivative()["listener.y"] > before
    assert numbers.jacobian()[1, 0] > 0  # it does not move with the level it is compared with


def test_what_is_below_health_is_no_excess():
    numbers, health = _healthy(joined(Source, Listener))
    assert numbers.set(source__x=0.5 * float(health.state[0])).derivative()["listener.y"] == 0.0


# --- set-points ----------------------------------------------------------------------------------------

@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.1, 10))
def test_set_points_are_solved_together_so_that_health_holds(k, a, b, half):
    model = joined(Pair)
    found = solve_health(model, _parameters(model, pair__k=k, pair__a_at_rest=a, pair__b_at_rest=b, pair__half=half))
    assert isinstance(found, Health)
    assert found.state.tolist() == pytest.approx([a, b], rel=1e-9)
    assert found.setpoints == pytest.approx((k * a * (half + b) / b, k * b * (half + a) / half), rel=1e-8)


def test_a_set_point_that_cannot_hold_is_a_typed_outcome():
    model = joined(Pair)
    found = solve_health(model, _parameters(model, pair__a_at_rest=-1.0))
    assert isinstance(found, NoHealth)
    assert found.worst in ("pair.a", "pair.b")


# --- gates and roads -----------------------------------------------------------------------------------

@given(levels, levels)
def test_a_gate_shuts_its_process_and_nothing_else(x, rest):
    model = joined(Source, Listener)
    numbers = Numbers(model, h=(1.0, 1.0)).set(source__x=x, source__rest=rest)
    before = numbers.shown()
    after = numbers.set(gate__source__made=0.0).shown()
    assert before["r_source_made"] > 0.0 == after["r_source_made"]
    assert {k: v for k, v in before.items() if k != "r_source_made"} == {k: v for k, v in after.items() if k != "r_source_made"}


@given(levels, levels, levels)
def test_an_open_road_changes_no_bit(x, y, h):
    with_road, without = Numbers(joined(Source, Listener), h=(1.0, h)), Numbers(joined(Source, Plain), h=(h,))
    for numbers in (with_road, without):
        numbers.set(source__x=x)
    with_road.set(listener__y=y, listener__width=0.3)
    without.set(plain__y=y, plain__width=0.3)
    assert with_road.derivative()["listener.y"] == without.derivative()["plain.y"]


def _person(model, rng):
    values = {q.path.replace(".", "__"): float(rng.uniform(0.3, 3.0)) for q in model.parameters}
    return _healthy(model, **values)


@pytest.mark.parametrize("seed", range(20))
def test_a_road_that_is_closed_in_health_changes_nothing(seed):
    model = joined(Source, Listener)
    numbers, _ = _person(model, np.random.default_rng(seed))
    before = numbers.derivative(), numbers.shown()
    numbers.set(road__systemic=0.0)
    assert (numbers.derivative(), numbers.shown()) == before


@pytest.mark.parametrize("seed", range(20))
def test_a_closed_road_shows_the_reader_its_healthy_value(seed):
    model = joined(Source, Listener)
    numbers, health = _person(model, np.random.default_rng(seed))
    rest = float(health.state[0])
    numbers.set(source__x=7.0 * rest)
    assert numbers.shown()["echo"] == 7.0 * rest
    assert numbers.derivative()["listener.y"] > 0
    numbers.set(road__systemic=0.0)
    shown = numbers.shown()
    assert shown["echo"] == rest
    assert shown["v_listener_heard_drive"] == health.healthy[0]
    assert numbers.derivative()["listener.y"] == 0.0
    assert shown["plain"] == 7.0 * rest  # another read of the same state takes no road


# --- treatments ----------------------------------------------------------------------------------------

def _drug(name, act):
    e = parameter("1", "effect")
    return type(name, (Drug,), {"__doc__": "A drug of a test.", "e": e, "act": act(e)})


NEUTRALISERS = [_drug(name, lambda e: neutralises("source.x", at="joint", by=e)) for name in ("One", "Two")]
STOP, GO = _drug("Stop", lambda e: blocks("source.made", by=e)), _drug("Go", lambda e: boosts("source.cleared", by=e))


@given(levels, st.floats(0, 1), st.floats(0, 1))
def test_two_drugs_neutralise_at_one_site_as_a_product_of_what_each_leaves(x, e1, e2):
    numbers = Numbers(joined(Source, Listener, *NEUTRALISERS), h=(1.0, 1.0)).set(source__x=x, one__e=e1, two__e=e2)
    shown = numbers.shown()
    assert shown["echo"] == x * (1 - e1) * (1 - e2)
    assert shown["plain"] == x  # at another site
    assert shown["source"] == x  # and what there is, is there
    assert numbers.derivative()["source.x"] == 1.0 - x


@given(levels, st.floats(0, 1))
def test_drugs_block_and_boost_processes(x, e):
    shown = Numbers(joined(Source, STOP, GO)).set(source__x=x, stop__e=e, go__e=e, source__rest=3.0).shown()
    assert shown["r_source_made"] == 3.0 * (1 - e)
    assert shown["r_source_cleared"] == x * (1 + e)


def test_a_drug_without_effect_is_no_drug_bit_for_bit():
    drugs = [_drug("One", lambda e: neutralises("source.x", at="joint", by=e)), _drug("Two", lambda e: blocks("source.made", by=e)),
             _drug("Three", lambda e: boosts("source.made", by=e))]
    plain = Numbers(joined(Source, Listener), h=(1.0, 0.7)).set(source__x=1.7, source__rest=0.3)
    treated = Numbers(assemble(Source, Listener, *drugs), h=(1.0, 0.7)).set(source__x=1.7, source__rest=0.3, one__e=0.0, two__e=0.0,
                                                                             three__e=0.0)
    assert treated.derivative() == plain.derivative()


# --- matter --------------------------------------------------------------------------------------------

VOLUMES = st.floats(1e-3, 1e3)


@given(levels, levels, VOLUMES, VOLUMES, levels)
def test_moves_conserve_amount_between_different_volumes(a, b, v, w, flow):
    numbers = Numbers(joined(Vein, Tissue)).set(vein__x=a, tissue__x=b, vein__volume=v, tissue__volume=w, vein__clearance=flow, vein__k=0.0,
                                                  tissue__k=0.0)
    amounts = numbers.amounts()
    flux = flow * a * 1e-9  # mL/day * ng/mL in g
    assert amounts["tissue.x"] == pytest.approx(flux, rel=1e-14)
    assert abs(amounts["vein.x"] + amounts["tissue.x"]) <= 1e-14 * flux


@given(levels, levels, VOLUMES, st.floats(1e-3, 1.0))
def test_moves_with_yields_make_one_kind_from_another(a, b, w, potency):
    numbers = Numbers(joined(Vein, Tissue)).set(tissue__x=a, tissue__active=b, tissue__volume=w, tissue__potency=potency, vein__clearance=0.0,
                                                  vein__k=0.0)
    shown, amounts = numbers.shown(), numbers.amounts()
    turned = shown["r_tissue_activation"] * 1e-9
    assert amounts["tissue.x"] == pytest.approx(-turned, rel=1e-13)
    assert amounts["tissue.active"] + 2 * b * w * 1e-9 == pytest.approx(potency * turned, rel=1e-12, abs=1e-12 * b * w * 1e-9)
    assert amounts["tissue.amount"] == pytest.approx(2 * b * w * 1e-9, rel=1e-13)


@given(levels, levels)
def test_becoming_keeps_the_sum(x, k):
    changes = Numbers(joined(Vein, Tissue)).set(vein__x=x, vein__k=k, vein__clearance=0.0).derivative()
    assert changes["vein.x"] == -changes["vein.other"] == -k * x


@given(levels, levels, st.floats(0, 1))
def test_a_split_flux_feeds_two_places_and_loses_nothing(a, k, share):
    changes = Numbers(joined(Fork)).set(fork__a=a, fork__k=k, fork__share=share).derivative()
    assert changes["fork.b"] + changes["fork.c"] == pytest.approx(k * a, rel=1e-15)
    assert abs(sum(changes.values())) <= 1e-14 * k * a
    assert changes["fork.b"] == pytest.approx(share * k * a, rel=1e-15)


def test_a_declared_signal_is_exempt_from_conservation_and_says_so():
    model = joined(Fork)
    assert {r.path: r.conserves for r in model.reactions} == {
        "fork.to_b": True, "fork.to_c": True, "fork.told": False, "fork.drained": True}
    changes = Numbers(model).set(fork__a=0.0, fork__c=5.0).derivative()
    assert (changes["fork.b"], changes["fork.c"]) == (5.0, 0.0)


# --- delays and laws -----------------------------------------------------------------------------------

def _chain(steps):
    time, k, out = parameter("day", "mean delay"), parameter("mg/(L*day)", "supply"), state("mg/L", "out", start=0.0, accumulates=True)
    way = transit(out, "mg/L", "on its way", steps=steps, time=time)
    return assemble(type("Chain", (Organ,), {"__doc__": "A delay.", "time": time, "k": k, "out": out, "way": way, "feed": gain(way, k)}))


@pytest.mark.parametrize("steps", [1, 2, 3, 7])
@pytest.mark.parametrize("delay", [0.25, 3.0])
def test_a_chain_of_steps_conserves_and_delays_by_its_mean_time(steps, delay):
    numbers = Numbers(_chain(steps)).set(chain__time=delay, chain__k=0.0)
    assert len(numbers.x) == steps + 1
    matrix = numbers.jacobian()
    assert np.abs(matrix.sum(axis=0)).max() <= 1e-14 * np.abs(matrix).max()  # every step hands on what it loses
    inside = matrix[1:, 1:]  # time spent in the steps by what starts in the first: the mean delay
    start = np.eye(steps)[0]
    assert -np.linalg.solve(inside, start).sum() == pytest.approx(delay, rel=1e-12)
    second = 2 * np.linalg.solve(inside @ inside, start).sum()  # mean of the square: variance delay^2 / steps
    assert second - delay**2 == pytest.approx(delay**2 / steps, rel=1e-9)


def test_what_is_fed_into_a_chain_enters_its_first_step():
    changes = Numbers(_chain(3)).set(chain__k=2.0).derivative()
    assert changes == {"chain.out": 0.0, "chain.way_1": 2.0, "chain.way_2": 0.0, "chain.way_3": 0.0}


@given(st.floats(0.1, 10), st.floats(0.5, 4), st.floats(-5, 10))
def test_an_exponent_may_be_a_parameter_of_a_law_in_ratio_form(half, n, x):
    found = Numbers(joined(Law)).set(law__x=x, law__h=half, law__e=n).derivative()["law.x"]
    assert found == pytest.approx(-half * (x / half) ** n if x > 0 else 0.0, rel=1e-14)


def test_what_accumulates_is_left_out_of_the_closure():
    k, x = parameter("1/day", "k"), state("mg", "level", start=2.0)
    urine = state("mg", "urine", start=3.0, accumulates=True)
    model = assemble(type("Kidney", (Organ,), {
        "__doc__": "It collects.", "k": k, "rest": (rest := parameter("mg", "level at rest")), "urine": urine, "x": x,
        "supply": gain(x, k * rest), "output": moves(x, urine, k * x)}))
    numbers, health = _healthy(model, kidney__rest=5.0)
    assert health.state.tolist() == pytest.approx([3.0, 5.0])  # the urine stays at its start
    assert len(health.rates) == 1
    assert numbers.derivative()["kidney.urine"] == pytest.approx(5.0)
    assert len(numbers.functions.closure(*numbers.arguments())) == 1
    assert numbers.functions.closure_pattern == ((0, 0),)
