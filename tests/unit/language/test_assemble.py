"""Joining organs: names are resolved once, and whatever does not fit is refused by name."""

import pytest
from tests.helpers import Numbers, refused

from zonula.ground.errors import AssemblyError, UnitError
from zonula.language import (
    Drug,
    Organ,
    assemble,
    blocks,
    boosts,
    exposure,
    gain,
    healthy,
    loss,
    moves,
    neutralises,
    parameter,
    readout,
    reads,
    setpoint,
    signal,
    state,
)


class Pool(Organ):
    """A pool that fills and empties."""

    k = parameter("1/day", "turnover")
    rest = parameter("mg/L", "level at rest")
    x = state("mg/L", "level", start=1.0)
    level = signal("1", "level relative to rest", x / rest)
    fill = gain(x, k * rest)
    drain = loss(x, k * x)
    shown = readout("mg/L", x, "level", called="pool")


def _organ(name="Wrong", base=Organ, /, **body):
    return type(name, (base,), {"__doc__": "An organ of a test.", **body})


def _reader(of, text="mg/L", name="Wrong", **how):
    heard = reads(of, text, **how)
    return _organ(name, heard_it=heard, out=readout(text, heard, "shown", called=f"{name.lower()}_out"))


def test_a_model_lists_what_its_organs_declare():
    model = assemble(Pool)
    assert [s.path for s in model.states] == ["pool.x"]
    assert [p.path for p in model.parameters] == ["pool.k", "pool.rest"]
    assert [r.path for r in model.reactions] == ["pool.fill", "pool.drain"]
    assert [g.path for g in model.gates] == ["gate.pool.fill", "gate.pool.drain"]
    assert (model.readout_names, model.state_index, model.parameter_index) == (("pool",), {"pool.x": 0}, {"pool.k": 0, "pool.rest": 1})
    assert model.readout("pool").unit_text == "mg/L"
    with pytest.raises(KeyError):
        model.readout("pond")


def test_an_organ_to_replace_must_be_there():
    with refused("ZN-2301", "'pol'", "'pool'", kind=AssemblyError):
        assemble(Pool, replacing={"pol": Pool})


def test_an_organ_may_be_replaced_by_one_with_other_equations():
    other = _organ("Pool", k0=(k := parameter("mg/(L*day)", "supply")), rest=(rest := parameter("mg/L", "r")),
                   x=(x := state("mg/L", "level", start=2.0)), level=signal("1", "level", x / rest), fill=gain(x, k))
    reader = _reader("pool.level", "1")
    model = assemble(Pool, reader, replacing={"pool": other})
    assert [r.path for r in model.reactions] == ["pool.fill"]
    assert model.states[0].start == 2.0
    assert model.fingerprint != assemble(Pool, reader).fingerprint


def test_two_organs_cannot_have_one_name():
    with refused("ZN-2302", "'pool'", kind=AssemblyError):
        assemble(Pool, _organ("Pool", k=parameter("1", "k")))


@pytest.mark.parametrize(("of", "hint"), [("pool.y", "'pool.x'"), ("pol.x", "'pool.x'"), ("pool.fill", "pool.")])
def test_what_no_organ_has_cannot_be_read(of, hint):
    with refused("ZN-2303", "wrong.heard_it", repr(of), hint, kind=AssemblyError):
        assemble(Pool, _reader(of))


def test_what_is_read_is_read_in_its_own_unit():
    with refused("ZN-2109", "wrong.heard_it", "pool.x", kind=UnitError):
        assemble(Pool, _reader("pool.x", "pg/L"))


@pytest.mark.parametrize("of", ["pool.x", "pool.rest"])
def test_states_and_parameters_may_be_read(of):
    model = assemble(Pool, _reader(of))
    assert Numbers(model).set(pool__x=3.0, pool__rest=3.0).shown()["wrong_out"] == 3.0


def test_signals_cannot_define_each_other_in_a_loop():
    a, b = reads("right.b", "1"), reads("left.a", "1")
    left = _organ("Left", other=a, a=signal("1", "a", 1 + a))
    right = _organ("Right", other=b, b=signal("1", "b", 2 * b))
    with refused("ZN-2304", "left.a -> right.b -> left.a", kind=AssemblyError):
        assemble(left, right)


def test_a_signal_cannot_use_itself():
    heard = reads("own.a", "1")
    with refused("ZN-2304", "own.a -> own.a", kind=AssemblyError):
        assemble(_organ("Own", heard_it=heard, a=signal("1", "a", 1 + heard)))


def test_signals_are_ordered_whatever_the_order_of_organs():
    first = reads("pool.level", "1")
    chain = _organ("Chain", heard_it=first, twice=signal("1", "twice", 2 * first), out=readout("1", first, "out"))
    for organs in ((Pool, chain), (chain, Pool)):
        model = assemble(*organs)
        numbers = Numbers(model).set(pool__x=6.0, pool__rest=2.0).shown()
        assert (numbers["v_pool_level"], numbers["v_chain_twice"]) == (3.0, 6.0)
        names = [signal.path for signal, _ in model.signals]
        assert names.index("pool.level") < names.index("chain.twice")


def test_a_treatment_acts_where_somebody_reads():
    e = parameter("1", "effect")
    drug = _organ("Cure", Drug, e=e, act=neutralises("pool.x", at="joint", by=e))
    with refused("ZN-2305", "cure.act", "'pool.x' at 'joint'", "pool.x at plasma", kind=AssemblyError):
        assemble(Pool, _reader("pool.x", at="plasma"), drug)


@pytest.mark.parametrize("verb", [blocks, boosts])
def test_a_treatment_acts_on_what_happens(verb):
    e = parameter("1", "effect")
    with refused("ZN-2306", "cure.act", "'pool.full'", "'pool.fill'", kind=AssemblyError):
        assemble(Pool, _organ("Cure", Drug, e=e, act=verb("pool.full", by=e)))


@pytest.mark.parametrize(("of", "text"), [("pool.level", "1"), ("pool.rest", "mg/L")])
def test_only_states_can_be_filled(of, text):
    k, x, theirs = parameter("1/day", "k"), state(text, "x", start=1.0), reads(of, text)
    with refused("ZN-2307", "wrong.go", of, kind=AssemblyError):
        assemble(Pool, _organ(theirs=theirs, k=k, x=x, go=moves(x, theirs, k * x)))


def test_an_amount_that_reaches_another_organ_is_checked_in_its_space():
    k, v, theirs = parameter("1/day", "k"), parameter("L", "v"), reads("pool.x", "mg/L")
    x = state("mg/L", "x", start=1.0, volume=v)
    with refused("ZN-2109", "wrong.go at pool.x", kind=UnitError):
        assemble(Pool, _organ(theirs=theirs, k=k, v=v, x=x, go=moves(x, theirs, k * v * x)))


def test_two_readouts_cannot_have_one_name():
    with refused("ZN-2308", "'pool'", kind=AssemblyError):
        assemble(Pool, _organ(k=(k := parameter("1", "k")), r=readout("1", k, "again", called="pool")))


_IDLE = {
    "parameter": lambda: {"idle": parameter("1", "idle")},
    "exposure": lambda: {"idle": exposure("1", "idle", neutral=0.0)},
    "set-point": lambda: {"x": (x := state("1", "x", start=1.0)), "idle": setpoint("1/day", "idle", holds=x, at=1)},
}


@pytest.mark.parametrize("kind", _IDLE)
def test_what_nobody_uses_is_refused(kind):
    with refused("ZN-2309", "wrong.idle", kind=AssemblyError):
        assemble(Pool, _organ(**_IDLE[kind]()))


def test_a_volume_is_constant_in_time():
    v = state("L", "a space that swells", start=1.0)
    with refused("ZN-2310", "wrong.x", kind=AssemblyError):
        assemble(_organ(v=v, x=state("mg/L", "x", start=0.0, volume=v)))


def test_two_names_that_print_alike_are_refused():
    first = _organ("Acute", k=(k := parameter("1", "k")), phase_crp=signal("1", "s", k))
    second = _organ("AcutePhase", k=(k2 := parameter("1", "k")), crp=signal("1", "s", k2))
    with refused("ZN-2311", "acute.phase_crp", "acute_phase.crp", kind=AssemblyError):
        assemble(first, second)


def test_a_quantity_of_an_organ_that_is_not_in_the_model_is_refused():
    foreign = Pool.states["x"]
    with refused("ZN-2312", "pool.x", "reads(...)", kind=AssemblyError):
        assemble(_organ(k=(k := parameter("1", "k")), r=readout("mg/L", k * foreign, "r")))
    with refused("ZN-2312", "pool.x", kind=AssemblyError):
        assemble(_organ(k=(k := parameter("1", "k")), r=readout("mg/L", k * healthy(foreign), "r")))


def test_the_fingerprint_knows_all_that_changes_a_result():
    def build(*, text="mg/L", start=1.0, within=(0.0, 9.0), neutral=0.0, most=1.0, volume=True, exponent=1, counts=False):
        u, k, v = exposure("1", "u", neutral=neutral, within=(0.0, most)), parameter("1/day", "k"), parameter("L", "v")
        x = state(text, "x", start=start, within=within, volume=v if volume else 2 * v, accumulates=counts)
        return assemble(_organ(u=u, k=k, v=v, x=x, go=loss(x, k * x * (1 + u) ** exponent), r=readout(text, x, "r"))).fingerprint

    same = build()
    assert build() == same
    changed = [build(text="mg/mL"), build(start=2.0), build(within=(0.0, 8.0)), build(neutral=0.5), build(most=2.0),
               build(volume=False), build(exponent=3), build(counts=True)]
    assert len({same, *changed}) == len(changed) + 1
