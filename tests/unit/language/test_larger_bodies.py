"""What the whole body needs of the language: found by writing a third of it as a trial."""

import numpy as np
import pytest
from tests.helpers import refused

from zonula.codegen.python import generate
from zonula.ground.errors import AssemblyError, ModelError
from zonula.language import (
    Drug,
    Organ,
    assemble,
    exp,
    exposure,
    gain,
    healthy,
    ln,
    loss,
    parameter,
    readout,
    reads,
    scales,
    setpoint,
    shifts,
    signal,
    sqrt,
    state,
    tanh,
)
from zonula.language.checks import unit_of
from zonula.language.expression import evaluate
from zonula.language.organ import snake_case
from zonula.language.units import ONE, unit
from zonula.simulation.equations import Equations, Inputs
from zonula.simulation.health import Health, solve_health


class Early(Organ):
    """Uses the healthy value of what a later organ says, and nothing else of it."""

    late = reads("two.late", "1")
    blood = reads("two.x", "mg/L", road=("blood", "gut"))
    dose = reads("two.dose", "1")
    k = parameter("1/day", "turnover")
    c = parameter("mg/L", "level")
    y = state("mg/L", "level", start=1.0)
    usual = signal("1", "what is usual", healthy(late) + healthy(dose))
    made = gain(y, k * c * usual)
    cleared = loss(y, k * y)
    as_seen = readout("mg/L", blood, "what is seen")


class Two(Organ):
    """Says something after the first organ."""

    dose = exposure("1", "dose", neutral=2.0)
    kx = parameter("1/day", "turnover")
    cx = parameter("mg/L", "level")
    x = state("mg/L", "level", start=1.0)
    late = signal("1", "level, relative", x / cx)
    made = gain(x, kx * cx * dose / 2)
    cleared = loss(x, kx * x)
    shown = readout("1", late, "late", called="late")


class Pill(Drug):
    """Acts on a signal."""

    strength = parameter("1", "how strong")
    half = parameter("1/day", "elimination")
    amount = state("1", "amount", start=0.0)
    gone = loss(amount, half * amount)
    more = scales("two.late", by=strength * amount)
    higher = shifts("two.late", by=amount)


def solved(model, **values):
    names = [p.name for p in model.parameters]
    numbers = np.array([values[name] for name in names])
    return numbers, solve_health(model, numbers)


def test_the_healthy_value_of_a_later_signal_is_known_in_time():
    model = assemble(Early, Two)
    numbers, health = solved(model, k=2.0, c=3.0, kx=1.0, cx=4.0)
    assert isinstance(health, Health)
    x = health.state[model.state_index["two.x"]]
    y = health.state[model.state_index["early.y"]]
    assert x == pytest.approx(4.0)
    assert y == pytest.approx(3.0 * x / 4.0 + 2.0 * 3.0)  # an exposure's healthy value is its neutral one
    still = Equations(model, numbers, health.setpoints, health.healthy).derivative(health.state, Inputs.neutral(model))
    assert np.max(np.abs(still)) < 1e-9


def test_two_roads_on_one_read_are_both_needed():
    model = assemble(Early, Two)
    assert [road.path for road in model.roads] == ["road.blood", "road.gut"]
    seen = next(tree for s, tree in model.signals if s.path == "early.blood")
    values = {model.roads[0]: 1.0, model.roads[1]: 1.0, model.states[1]: 7.0, **dict.fromkeys(model.healthy, 4.0)}
    assert evaluate(seen, values) == 7.0
    for shut in model.roads:
        assert evaluate(seen, values | {shut: 0.0}) == 4.0


def test_a_treatment_scales_and_shifts_a_signal():
    model = assemble(Early, Two, Pill)
    late = next(tree for s, tree in model.signals if s.path == "two.late")
    x, amount = model.states[model.state_index["two.x"]], model.states[model.state_index["pill.amount"]]
    cx, strength = (next(p for p in model.parameters if p.name == name) for name in ("cx", "strength"))
    assert evaluate(late, {x: 8.0, cx: 4.0, strength: 3.0, amount: 0.0}) == 2.0
    assert evaluate(late, {x: 8.0, cx: 4.0, strength: 3.0, amount: 0.5}) == 2.0 * 2.5 + 0.5


@pytest.mark.parametrize(("effect", "code"), [(lambda k: scales("two.lat", by=k), "ZN-2306"), (lambda k: shifts("two.nothing", by=k), "ZN-2306")])
def test_a_treatment_of_an_unknown_signal_is_refused(effect, code):
    k = parameter("1", "strength")
    drug = type("Wrong", (Drug,), {"__doc__": "A drug.", "k": k, "act": effect(k)})
    with refused(code, "wrong.act", kind=AssemblyError):
        assemble(Early, Two, drug)


def test_a_second_name_is_an_abbreviation_and_counts_once():
    k, c = parameter("1/day", "k"), parameter("mg/L", "c")
    x = state("mg/L", "x", start=1.0)
    made, lost = gain(x, k * c), loss(x, k * x)
    organ = type("Once", (Organ,), {"__doc__": "One.", "k": k, "c": c, "x": x, "made": made, "lost": lost, "again": lost, "kk": k})
    assert list(organ.processes) == ["made", "lost"]
    assert list(organ.parameters) == ["k", "c"]
    _, health = solved(assemble(organ), k=2.0, c=3.0)
    assert health.state[0] == pytest.approx(3.0)


def test_a_process_in_a_list_is_not_dropped_silently():
    k = parameter("1/day", "k")
    x = state("mg/L", "x", start=1.0)
    with refused("ZN-2214", "Wrong.both", "list", kind=ModelError):
        type("Wrong", (Organ,), {"__doc__": "One.", "k": k, "x": x, "both": [gain(x, k * x), loss(x, k * x)]})


def test_organs_are_not_inherited():
    with refused("ZN-2213", "Sub", "Early", kind=ModelError):
        type("Sub", (Early,), {"__doc__": "Another."})


def test_a_state_is_held_by_one_set_point_only():
    k, c = parameter("1/day", "k"), parameter("mg/L", "c")
    x = state("mg/L", "x", start=1.0)
    one, other = setpoint("mg/(L*day)", "one", holds=x, at=c), setpoint("mg/(L*day)", "other", holds=x, at=c)
    organ = type("Twice", (Organ,), {"__doc__": "One.", "k": k, "c": c, "x": x, "one": one, "other": other,
                                     "made": gain(x, one), "more": gain(x, other), "lost": loss(x, k * x)})
    with refused("ZN-2313", "twice.x", kind=AssemblyError):
        assemble(organ)


class Microbes(Organ):
    """Grow to a ceiling; nobody at all is a balance, too, but not a stable one."""

    g = parameter("1/day", "growth")
    ceiling = parameter("CFU", "ceiling")
    n = state("CFU", "microbes", start=1.0)
    growth = gain(n, g * n)
    crowding = loss(n, g * n * n / ceiling)


@pytest.mark.parametrize("ceiling", [0.2, 5.0, 1e3, 1e9])
def test_health_is_the_stable_balance_not_the_empty_one(ceiling):
    _, health = solved(assemble(Microbes), g=1.3, ceiling=ceiling)
    assert isinstance(health, Health)
    assert health.stable
    assert health.state[0] == pytest.approx(ceiling, rel=1e-9)


def test_elementary_functions_take_plain_numbers_only():
    x, c = state("mg/L", "x", start=1.0), parameter("mg/L", "c")
    for law, exact in ((exp, np.exp), (ln, np.log), (tanh, np.tanh), (sqrt, np.sqrt)):
        assert evaluate(law(x / c), {x: 3.0, c: 2.0}) == exact(1.5)
    with refused("ZN-2108"):
        unit_of(exp(x))
    assert unit_of(sqrt(x * x)) == unit("mg/L")


def test_units_of_the_whole_body_can_be_read():
    assert unit("kOhm") * unit("mS") == ONE
    assert unit("MCFU/mL").factor_to(unit("CFU/mL")) == 10**6
    assert not unit("U/mL").same_dimension(unit("IU/mL"))


@pytest.mark.parametrize(("name", "path"), [("TCells", "t_cells"), ("AcutePhase", "acute_phase"), ("IL6", "il6"), ("Joint", "joint")])
def test_the_path_of_an_organ_is_its_name_in_words(name, path):
    assert snake_case(name) == path


def test_generated_functions_of_a_late_signal_agree_for_one_and_for_many():
    model = assemble(Early, Two)
    numbers, health = solved(model, k=2.0, c=3.0, kx=1.0, cx=4.0)
    vectors = (numbers, health.setpoints, health.healthy, [2.0], [1.0] * len(model.gates), [1.0, 1.0])
    one = generate(model).derivative([1.5, 2.5], *vectors)
    many = generate(model, arrays=True).derivative([np.full(3, 1.5), np.full(3, 2.5)], *vectors)
    for a, b in zip(one, many, strict=True):
        assert np.all(np.asarray(b) == a)
