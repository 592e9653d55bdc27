"""Organs are checked when they are written: every refusal, with its code and the place it names."""

import re
from pathlib import Path

import pytest
from tests.helpers import refused

from zonula.ground.errors import ModelError, UnitError
from zonula.ground.files import packaged
from zonula.language import (
    Drug,
    Organ,
    becomes,
    blocks,
    enters,
    exposure,
    gain,
    healthy,
    hill,
    leaves,
    literal,
    loss,
    moves,
    parameter,
    readout,
    reads,
    setpoint,
    signal,
    signals_to,
    smaller,
    state,
    transit,
)
from zonula.language.checks import unit_of
from zonula.language.expression import Name, call
from zonula.language.organ import amount_unit
from zonula.language.quantities import snake_case
from zonula.language.units import ONE, unit


def _organ(base=Organ, name="Wrong", /, **body):
    """Write an organ from attributes, in their order."""
    return type(name, (base,), {"__doc__": "An organ of a test.", **body})


def _quantities():
    return {"k": parameter("1/day", "a rate"), "c": parameter("mg/L", "a concentration"),
            "x": state("mg/L", "a state", start=1.0), "y": state("mg", "an amount", start=1.0)}


def _with(**happens):
    q = _quantities()
    return _organ(**q, **{name: make(q) for name, make in happens.items()})


# --- names ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["_hidden", "two__lines", "é", "9lives", "with space"])
def test_a_name_that_could_clash_or_hide_is_refused(name):
    with refused("ZN-2201", repr(name), kind=ModelError):
        _organ(**{name: parameter("1", "badly named")})


def test_a_process_needs_a_plain_name_too():
    with refused("ZN-2201", "_secret", kind=ModelError):
        _with(_secret=lambda q: loss(q["x"], q["k"] * q["x"]))


def test_a_readout_is_shown_under_a_plain_name():
    with refused("ZN-2201", "no such", kind=ModelError):
        _with(r=lambda q: readout("mg/L", q["x"], "shown", called="no such"))


def test_a_road_has_a_plain_name():
    with refused("ZN-2201", "my road", kind=ModelError):
        _organ(tnf=reads("cytokines.tnf", "pg/mL", road="my road"))


@pytest.mark.parametrize("name", ["path", "states", "heard", "parameters"])
def test_names_that_every_organ_needs_for_itself_are_refused(name):
    with refused("ZN-2209", f"Wrong.{name}", kind=ModelError):
        _organ(**{name: parameter("1", "badly named")})


def test_an_organ_takes_its_path_from_its_name():
    assert snake_case("AcutePhase") == "acute_phase"
    assert _organ(Organ, "AcutePhase", k=parameter("1", "k")).parameters["k"].path == "acute_phase.k"


def test_an_abbreviation_is_not_a_second_quantity():
    q = _quantities()
    organ = _organ(**q, short=q["x"])
    assert list(organ.states) == ["x", "y"]
    assert q["x"].path == "wrong.x"


def test_a_state_of_another_organ_does_not_become_ones_own():
    other = _organ(Organ, "Other", x=state("mg/L", "theirs", start=1.0))
    mine = _organ(theirs=other.states["x"])
    assert mine.states == {}
    assert other.states["x"].path == "other.x"


# --- order and form ------------------------------------------------------------------------------------

def test_the_parts_of_an_organ_keep_their_order():
    makers = (lambda: reads("a.b", "1"), lambda: parameter("1", "p"), lambda: state("1", "s", start=0.0),
              lambda: signal("1", "s", 1.0), lambda: readout("1", 1.0, "r"))
    for later in range(1, len(makers)):
        for earlier in range(later):
            with refused("ZN-2204", "Wrong.second", "hears, needs, remembers, happens, shows", kind=ModelError):
                _organ(first=makers[later](), second=makers[earlier]())
            assert _organ(first=makers[earlier](), second=makers[later]()).path == "wrong"


@pytest.mark.parametrize("doc", [None, "", "   "])
def test_an_organ_says_what_it_is(doc):
    with refused("ZN-2205", "Wrong", kind=ModelError):
        _organ(__doc__=doc, k=parameter("1", "k"))


def test_an_organ_that_is_no_drug_has_no_effects():
    body = {"e": parameter("1", "effect")}
    with refused("ZN-2206", "Wrong", "Drug", kind=ModelError):
        _organ(**body, stop=blocks("other.leak", by=body["e"]))
    body = {"e": parameter("1", "effect")}
    assert "stop" in _organ(Drug, **body, stop=blocks("other.leak", by=body["e"])).effects


def test_an_organ_is_declared_and_never_made():
    with pytest.raises(TypeError, match="declared, not made"):
        _organ(k=parameter("1", "k"))()


@pytest.mark.parametrize(("start", "within"), [(-1.0, (0.0, 1.0)), (2.0, (0.0, 1.0)), (float("nan"), (0.0, 1.0))])
def test_a_state_starts_inside_its_range(start, within):
    with refused("ZN-2207", "Wrong.x", kind=ModelError):
        _organ(x=state("1", "a share", start=start, within=within))


def test_an_exposure_is_neutral_inside_its_range():
    with refused("ZN-2210", "Wrong.u", kind=ModelError):
        _organ(u=exposure("1", "stress", neutral=5.0, within=(0.0, 3.0)))


def test_only_what_changes_has_a_healthy_value():
    with refused("ZN-2202", "healthy(", kind=ModelError):
        healthy(parameter("1", "a constant"))


# --- numbers without a source --------------------------------------------------------------------------

_BARE = {
    "rate": {"happens": lambda q: loss(q["x"], 0.3 * q["k"] * q["x"])},
    "inside a law": {"happens": lambda q: gain(q["x"], q["k"] * q["c"] * hill(q["x"], 7 * q["c"]))},
    "choice": {"happens": lambda q: gain(q["x"], q["k"] * q["c"] * smaller(q["x"] / q["c"], 0.9))},
    "signal": {"happens": lambda q: signal("mg/L", "s", 3.5 * q["x"])},
    "readout": {"happens": lambda q: readout("mg/L", 3.5 * q["x"], "r")},
    "yield": {"happens": lambda q: becomes(q["x"], q["x"], q["k"] * q["x"], yields=0.4 * (q["c"] / q["c"]))},
    "set-point": {"happens": lambda q: setpoint("mg/(L*day)", "s", holds=q["x"], at=0.4 * q["c"])},
}


@pytest.mark.parametrize("place", _BARE)
def test_a_number_without_a_source_is_refused_wherever_it_stands(place):
    with refused("ZN-2203", "Wrong.happens", "literal(value, because=...)", kind=ModelError):
        _with(**_BARE[place])


def test_a_number_in_a_volume_needs_a_source_too():
    weight = parameter("kg", "weight")
    per_weight = parameter("L/kg", "plasma per weight")
    with refused("ZN-2203", "Wrong.x", kind=ModelError):
        _organ(weight=weight, per_weight=per_weight, x=state("mg/L", "s", start=0.0, volume=0.045 * weight * per_weight))


def test_small_numbers_exponents_and_explained_literals_are_accepted():
    organ = _with(
        a=lambda q: loss(q["x"], 2 * q["k"] * q["x"] * (1 - hill(q["x"], q["c"], 3.7))),
        b=lambda q: loss(q["x"], literal(0.3, because="a shape") * q["k"] * q["x"]),
        d=lambda q: gain(q["x"], -q["k"] * q["c"] * (q["x"] / q["c"]) ** 3),
    )
    assert list(organ.processes) == ["a", "b", "d"]


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 12])
def test_a_chain_may_have_any_number_of_steps(steps):
    time, into = parameter("day", "delay"), state("mg/L", "out", start=0.0)
    organ = _organ(time=time, into=into, way=transit(into, "mg/L", "under way", steps=steps, time=time))
    assert list(organ.states) == ["into", *(f"way_{k}" for k in range(1, steps + 1))]
    assert list(organ.processes) == [*(f"way_{k}_to_{k + 1}" for k in range(1, steps)), "way_out"]


# --- units ---------------------------------------------------------------------------------------------

_UNITS = {
    "1/h for 1/day": ("ZN-2109", lambda q: loss(q["x"], parameter("1/h", "fast") * q["x"])),
    "a forgotten rate": ("ZN-2109", lambda q: gain(q["x"], q["c"])),
    "a forgotten volume": ("ZN-2109", lambda q: moves(q["y"], q["x"], q["k"] * q["x"])),
    "another kind": ("ZN-2109", lambda q: gain(q["x"], q["k"] * parameter("mg{LAL}/L", "endotoxin"))),
    "mg + pg": ("ZN-2107", lambda q: gain(q["x"], q["k"] * (q["c"] + parameter("pg/L", "little")))),
    "LPS + LAL": ("ZN-2107", lambda q: gain(q["x"], q["k"] * q["c"] * hill(parameter("pg{LPS}/mL", "a") + parameter("pg{LAL}/mL", "b"),
                                                                       parameter("pg{LPS}/mL", "c")))),
    "number + unit": ("ZN-2107", lambda q: gain(q["x"], q["k"] * (q["x"] + 1))),
    "exponent with a unit": ("ZN-2108", lambda q: gain(q["x"], q["k"] * q["c"] * hill(q["x"], q["c"], q["x"]))),
    "exp of a unit": ("ZN-2108", lambda q: gain(q["x"], q["k"] * q["c"] * call("exp", q["x"]))),
    "half of another unit": ("ZN-2107", lambda q: gain(q["x"], q["k"] * q["c"] * hill(q["x"], q["y"]))),
    "a name without a unit": ("ZN-2106", lambda q: loss(q["x"], Name("stray") * q["x"])),
    "readout": ("ZN-2109", lambda q: readout("pg/L", q["x"], "shown")),
    "signal": ("ZN-2109", lambda q: signal("1", "s", q["x"])),
    "effect": ("ZN-2109", lambda q: blocks("a.b", by=q["x"])),
    "set-point": ("ZN-2109", lambda q: setpoint("mg/(L*day)", "s", holds=q["x"], at=q["k"])),
}


@pytest.mark.parametrize("case", _UNITS)
def test_units_that_do_not_fit_are_refused(case):
    code, make = _UNITS[case]
    q = _quantities()
    words = ("Wrong.happens",) if code == "ZN-2109" else ()
    with refused(code, *words, kind=UnitError):
        _organ(Drug, **q, happens=make(q))


def test_the_unit_of_each_kind_of_formula_is_known():
    q = _quantities()
    x, k = q["x"], q["k"]
    for tree, expected in ((x * k, "mg/(L*day)"), (x / x, "1"), (x**2, "mg^2/L^2"), (call("sqrt", x * x), "mg/L"), (call("abs", x), "mg/L"),
                           (call("min", x, x), "mg/L"), (call("<", x, x), "1"), (call("rectified", x, x), "mg/L"), (0 + x - x, "mg/L"),
                           (call("piecewise", x, call(">", x, 0.0), x), "mg/L"), (hill(x, x), "1"), (call("exp", x / x), "1")):
        assert unit_of(tree) == unit(expected)
    assert unit_of(x - x + 0) == x.unit
    assert unit_of(x * 0) == ONE


def test_the_unit_of_an_amount_knows_the_volume():
    volume = parameter("mL", "space")
    assert amount_unit(state("mg/L", "s", start=0.0, volume=volume)) == unit("mg*mL/L")
    assert amount_unit(state("mg", "s", start=0.0)) == unit("mg")
    with refused("ZN-2110", kind=UnitError):
        amount_unit(reads("a.b", "mg"))


# --- whose states a process may change -----------------------------------------------------------------

@pytest.mark.parametrize("verb", [gain, loss, enters, leaves])
def test_an_organ_changes_only_its_own_states(verb):
    theirs, k, c = reads("other.x", "mg/L"), parameter("1/day", "k"), parameter("mg/L", "c")
    with refused("ZN-2208", "Wrong.act", "theirs", kind=ModelError):
        _organ(theirs=theirs, k=k, c=c, act=verb(theirs, k * c))


def test_moves_and_declared_signals_may_reach_another_organ():
    theirs, k, c, v = reads("other.x", "mg/L"), parameter("1/day", "k"), parameter("mg/L", "c"), parameter("L", "volume")
    x = state("mg/L", "mine", start=0.0, volume=v)
    organ = _organ(theirs=theirs, k=k, c=c, v=v, x=x, go=moves(x, theirs, k * c * v), tell=signals_to(theirs, k * c))
    assert organ.processes["go"].conserves
    assert not organ.processes["tell"].conserves


def test_becoming_stays_in_one_space():
    v, w, k = parameter("L", "v"), parameter("L", "w"), parameter("1/day", "k")

    def organ(space):
        a, b = state("mg/L", "a", start=0.0, volume=v), state("mg/L", "b", start=0.0, volume=space)
        return _organ(v=v, w=w, k=k, a=a, b=b, turn=becomes(a, b, k * a))

    with refused("ZN-2211", "Wrong.turn", "different volumes", kind=ModelError):
        organ(w)
    assert organ(v).processes["turn"].into.name == "b"


def test_a_setpoint_holds_no_state_that_accumulates():
    x, t = state("1", "level", start=1.0, accumulates=True), parameter("day", "time")
    s = setpoint("1/day", "made", holds=x, at=1)
    with refused("ZN-2212", "Wrong.s", "accumulates", kind=ModelError):
        _organ(t=t, x=x, s=s, made=gain(x, s), lost=loss(x, x / t))


# --- nothing of the above is forgotten -----------------------------------------------------------------

def test_every_refusal_of_the_language_has_a_test():
    used = {code for path in packaged("language").glob("*.py") for code in re.findall(r"ZN-\d{4}", path.read_text("utf-8"))}
    here = Path(__file__).parent
    tested = {code for path in here.glob("test_*.py") for code in re.findall(r"ZN-\d{4}", path.read_text("utf-8"))}
    assert used == tested
