"""The time in formulas: what may be said with a clock, where it stands in health, and what it shows in a run."""

import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser
from tests.helpers import refused
from tests.small_days import BOTH, DAILY, NIGHT, TROUGH, Daily, Evening, level, problem, substance, values
from tests.small_organs import Listener, Source

from zonula.codegen.latex import equations, latex
from zonula.codegen.names import identifier, latex_name
from zonula.codegen.python import generate, model_text
from zonula.codegen.system import inputs_of, is_input
from zonula.ground.errors import AssemblyError, ModelError, UnitError
from zonula.language import Organ, assemble, clock, gain, healthy, literal, loss, parameter, readout, reads, rhythm, setpoint, sin, state
from zonula.language.checks import unit_of
from zonula.language.expression import Name, evaluate
from zonula.language.units import DAY, ONE
from zonula.organs.standard import standard_model
from zonula.simulation.closings import Closing
from zonula.simulation.equations import Equations, Inputs
from zonula.simulation.health import solve_health
from zonula.simulation.reference import solve
from zonula.simulation.schedule import read_plan


def _organ(name="Wrong", /, **body):
    return type(name, (Organ,), {"__doc__": "An organ of a test.", **body})


# --- what may be said -----------------------------------------------------------------------------------

def test_a_clock_is_in_days_and_its_sine_wants_a_plain_number():
    day, period = clock("time", neutral=0), parameter("day", "length")
    assert unit_of(day) == DAY
    assert unit_of(rhythm(day, period, period)) == ONE
    with refused("ZN-2108", "[day]", kind=UnitError):
        _organ(day=day, shown=readout("1", sin(day), "wrong"))
    with refused("ZN-2109", kind=UnitError):
        _organ(day=clock("time", neutral=0), shown=readout("mg/L", clock("time", neutral=0), "wrong"))


def test_a_rhythm_is_one_at_its_peak_and_nothing_a_quarter_before_and_after():
    day, period, peak = Name("day"), Name("period"), Name("peak")
    shown = evaluate(rhythm(day, period, peak), {day: 0.7 + 3.0 * np.array([0.0, 0.25, 0.5, 0.75, 1.0, 7.0]), period: 3.0, peak: 0.7})
    assert shown == pytest.approx([1.0, 0.0, -1.0, 0.0, 1.0, 1.0], abs=1e-13)


@pytest.mark.parametrize("neutral", [math.nan, math.inf, -math.inf])
def test_a_clock_that_stands_nowhere_in_health_is_refused(neutral):
    with refused("ZN-2215", "Wrong.day", str(neutral), kind=ModelError):
        _organ(day=clock("time", neutral=neutral))


def test_a_neutral_time_is_in_days_and_of_parameters_alone():
    k = parameter("1/day", "rate")
    with refused("ZN-2109", "neutral time of Wrong.day", kind=UnitError):
        _organ(k=k, day=clock("time", neutral=k))
    with refused("ZN-2203", "0.3", kind=ModelError):
        _organ(p=(p := parameter("day", "p")), day=clock("time", neutral=p + p * 0.3))
    x, p = state("day", "x", start=1.0), parameter("day", "turnover")
    day = clock("time", neutral=p + x)
    strange = _organ(p=p, day=day, x=x, made=gain(x, day / p), gone=loss(x, x / p))
    with refused("ZN-2314", "wrong.day", kind=AssemblyError):
        assemble(strange)


def test_a_clock_that_nobody_uses_is_refused_and_so_is_one_of_another_model():
    x, p = state("1", "x", start=1.0), parameter("day", "turnover")
    idle = _organ("Idle", p=p, day=clock("time", neutral=0), x=x, gone=loss(x, x / p))
    with refused("ZN-2309", "idle.day", kind=AssemblyError):
        assemble(idle)
    thief = _organ("Thief", shown=readout("day", Daily.day, "stolen"))
    with refused("ZN-2312", "daily.day", kind=AssemblyError):
        assemble(thief)


def test_clocks_stand_among_what_an_organ_needs():
    x = state("day", "x", start=1.0)
    with refused("ZN-2204", "Wrong.day", "remembers", kind=ModelError):
        _organ(x=x, day=clock("time", neutral=0))
    assert list(Evening.clocks) == ["day"]
    assert Evening.clocks["day"].path == "evening.day"


# --- what a model says of it ----------------------------------------------------------------------------

def test_a_model_knows_whether_it_depends_on_time():
    assert DAILY.has_time
    assert not standard_model().has_time
    assert not assemble(Source, Listener).has_time
    assert [c.path for c, _ in BOTH.clocks] == ["daily.day", "evening.day"]


def test_where_a_clock_stands_in_health_is_part_of_what_a_model_is():
    def fingerprint(neutral):
        day, p, x = clock("time", neutral=neutral), parameter("day", "turnover"), state("day", "x", start=1.0)
        return assemble(_organ("Same", p=p, day=day, x=x, made=gain(x, day / p), gone=loss(x, x / p))).fingerprint

    assert fingerprint(1) == fingerprint(1.0) != fingerprint(2)


def test_only_functions_of_a_run_are_given_the_time():
    text = model_text(DAILY)
    heads = [line for line in text.splitlines() if line.startswith("def ")]
    assert [head.endswith(", r, t):") for head in heads] == [True, True, False, False, False, True]
    assert "t_daily_day = t[0]" in text
    assert "(x, p, s, h, u, g, r, t)" not in model_text(assemble(Source, Listener))
    functions = generate(DAILY)
    with pytest.raises(TypeError):  # not to be forgotten
        functions.derivative([1.0], values(DAILY).tolist(), (), (), (), (1.0, 1.0), ())


def test_a_clock_is_an_input_and_the_t_of_latex():
    day = Daily.day
    assert (identifier(day), latex_name(day), is_input(day)) == ("t_daily_day", "t", True)
    assert inputs_of(BOTH)["t"] == (Daily.day, Evening.day)
    assert "t" not in inputs_of(standard_model())
    drive = latex(dict(DAILY.signals)[Daily.drive])
    assert r"\sin\left(\frac{6.28319 \, t}{\mathrm{period}}\right)" in drive
    parser = MathTextParser("path")
    for text in (*equations(BOTH).values(), *(latex(tree) for _, tree in BOTH.signals), *(latex(r.rate) for r in BOTH.reactions)):
        parser.parse(f"${text}$")


# --- health ---------------------------------------------------------------------------------------------

def test_health_is_the_mean_about_which_a_state_swings():
    health = solve_health(BOTH, values())
    assert health.state == pytest.approx([1.0, 8.0, 1.0], rel=1e-14)
    assert health.setpoints == pytest.approx([2.3 * 8.0], rel=1e-14)
    assert [h.of.path for h in BOTH.healthy] == ["daily.x", "evening.wave"]
    assert health.healthy == pytest.approx([1.0, 1.0], rel=1e-14)
    long = solve(problem(until=60.0))
    last = long.times >= 48.0  # whole turns of both, long after the beginning
    for name, mean in (("level", 1.0), ("substance", 8.0)):
        assert np.trapezoid(long.readout(name)[last], long.times[last]) / 12.0 == pytest.approx(mean, rel=1e-3)
        assert np.ptp(long.readout(name)[last]) > 0.5 * mean


def test_a_clock_that_stands_elsewhere_gives_another_health():
    class Same(Organ):
        """The level of the test organ, with its clock at a peak."""

        k, swing, period = parameter("1/day", "k"), parameter("1", "swing"), parameter("day", "period")
        day = clock("time", neutral=period * literal(0.25, because="the peak"))
        x = state("1", "level", start=0.5)
        made = gain(x, k * (1 + swing * sin(literal(2 * math.pi, because="a turn") * day / period)))
        gone = loss(x, k * x)

    health = solve_health(assemble(Same), np.array([1.7, 0.6, 4.0]))
    assert health.state == pytest.approx([1.6], rel=1e-14)


@pytest.mark.parametrize(("model", "stable"), [(NIGHT, True), (TROUGH, False)], ids=["night", "trough"])
def test_health_is_stable_or_not_with_the_clock_where_it_stands(model, stable):
    """At the beginning of the run the level is driven away, at the peak it is held."""
    health = solve_health(model, values(model))
    assert health.stable is stable
    assert health.rates.real == pytest.approx([-2.0 if stable else 2.0])
    at_start = Equations(model, values(model), (), ()).jacobian(health.state, Inputs.neutral(model), 0.0)
    assert at_start[0, 0] == pytest.approx(2.0)


def test_a_set_point_and_a_healthy_value_are_those_of_the_clock_at_rest():
    class Held(Organ):
        """Held at the time in health; hears how far the time is from there."""

        p = parameter("day", "turnover")
        day = clock("time", neutral=p)
        x = state("day", "level", start=0.5)
        supply = setpoint("1", "supply", holds=x, at=day)
        made = gain(x, supply)
        gone = loss(x, x / p)

    class Hears(Organ):
        """Hears the other's clock, over a road."""

        time = reads("held.day", "day", road="nerve")
        shown = readout("day", time, "time", called="time")
        since = readout("day", time - healthy(time), "time since health", called="since")

    model = assemble(Held, Hears)
    parameters = np.array([3.0])
    assert solve_health(model, parameters).state == pytest.approx([3.0])
    given = replace(problem(DAILY), model=model, parameters=parameters, closed=frozenset({Closing("nerve", 4.0)}))
    result = solve(given)
    assert result.outcome.status == "finished"
    before, after = result.times < 4.0, result.times >= 4.0
    assert np.array_equal(result.readout("time")[before], result.times[before])
    assert np.all(result.readout("time")[after] == 3.0)
    assert result.readout("since")[before] == pytest.approx(result.times[before] - 3.0)
    assert np.all(result.readout("since")[after] == 0.0)


# --- a run ----------------------------------------------------------------------------------------------

def test_the_reference_engine_follows_the_closed_form():
    result = solve(problem())
    assert result.outcome.status == "finished"
    assert np.max(np.abs(result.readout("level") - level(result.times))) < 2e-9
    assert np.max(np.abs(result.readout("substance") - substance(result.times))) < 2e-8
    assert np.array_equal(result.readout("time"), result.times)
    assert result.readout("drive") == pytest.approx(1 + 0.6 * np.sin(2 * np.pi * result.times / 4.0), rel=1e-14)
    assert result.traced[:, result.traced_names.index("v_daily_drive")] == pytest.approx(result.readout("drive"), rel=1e-15)


def test_a_dose_does_not_start_the_clock_anew():
    plan = read_plan(["daily.x 0.5 1 at day 2.5"], DAILY)
    result = solve(problem(DAILY, plan=plan))
    extra = np.where(result.times >= 2.5, 0.5 * np.exp(-1.7 * (result.times - 2.5)), 0.0)
    assert np.max(np.abs(result.readout("level") - level(result.times) - extra)) < 2e-9


def test_a_person_who_is_stopped_is_reported_with_the_time_at_which_it_happened():
    class Bomb(Organ):
        """Something that leaves its range by the clock alone."""

        p = parameter("day", "scale")
        day = clock("time", neutral=0)
        x = state("1", "level", start=0.0, within=(-1.0, 2.0))
        made = gain(x, day / p / p)
        gone = loss(x, x / p)

    model = assemble(Bomb)
    result = solve(replace(problem(DAILY), model=model, parameters=np.array([1.0])))
    assert result.outcome.status == "stopped"
    assert 2.9 < result.outcome.at_day < 3.2  # x = t - 1 + exp(-t)
    assert result.outcome.fastest_rate == pytest.approx(1.0 / 2.0, rel=0.2)
