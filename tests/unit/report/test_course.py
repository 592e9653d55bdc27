"""What is drawn of a long run: which readouts, which moments, in which unit of time, and what was done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import zonula as zn
from zonula.language.units import pretty, unit
from zonula.report import course, figures
from zonula.report.course import bars_of, chosen
from zonula.report.moments import most_moved, pictures_of
from zonula.report.page import report_page
from zonula.report.panels import clock
from zonula.report.ranges import RANGES
from zonula.report.style import house_style
from zonula.simulation.events import Dose, Plan, Setting

DAYS = np.linspace(0.0, 365.0, 366)


@pytest.fixture(scope="module")
def still():
    return zn.forecast("healthy_year", settings=["solve.until=2"])


def made(run, days=DAYS, plan=None, **curves):
    """The run with other times and with these readouts; all others stay as they are in health."""
    names = run.result.problem.model.readout_names
    readouts = np.tile(run.result.readouts[0], (len(days), 1))
    for name, curve in curves.items():
        readouts[:, names.index(name)] = curve
    problem = replace(run.result.problem, plan=plan or Plan(), until=float(days[-1]))
    result = replace(run.result, problem=problem, times=days, readouts=readouts, states=np.tile(run.result.states[0], (len(days), 1)))
    return replace(run, result=result, setup=replace(run.setup, problem=problem))


def dose(start, substance="adalimumab", amount=40.0, text="mg"):
    return Dose(substance=substance, route="sc", state="x.y", amount=amount, unit=unit("mg"), per_weight=False, start=start, duration=0.0,
                sentence="", unit_text=text)


def setting(start, end, value=1.0, exposure="mind.stress", what=""):
    return Setting(exposure=exposure, value=value, start=start, end=end, sentence="", what=what, unit_text="1")


def test_the_ranges_are_in_the_units_of_the_model(still):
    model = still.result.problem.model
    known = [name for name in RANGES if name in model.readout_names]
    assert {"crp", "il6", "tnf", "temperature_rise"} <= set(known)
    assert [(name, pretty(model.readout(name).unit_text)) for name in known] == [(name, pretty(RANGES[name].unit)) for name in known]


def test_nobody_is_ill_in_health_as_the_ranges_see_it(still):
    known = [name for name in RANGES if name in still.result.problem.model.readout_names]
    assert [name for name in known if RANGES[name].level(float(still.result.readout(name)[0])) > 0] == []


def test_the_unit_of_time_follows_the_horizon():
    assert [clock(days)[1] for days in (0.5, 3, 8, 42, 100, 365, 1400, 3650)] == ["hours", "hours", "days", "days", "weeks", "months", "months", "years"]
    for days, count in ((2, 48), (84, 12), (365.25, 12), (3652.5, 10)):
        assert clock(days)[0] * days == pytest.approx(count)


def test_only_what_moved_is_drawn_and_in_the_order_of_the_groups(still):
    run = made(still, crp=1.4 + DAYS / 30, tnf=2 + DAYS / 100)
    assert [name for _, name in chosen(run.result)] == ["crp", "tnf"]
    assert all(not run.result.moved(name) for name in ("il6", "cortisol"))
    shown = chosen(made(still).result)
    assert 1 <= len(shown) <= course._STILL_SHOWN


def test_doses_of_one_course_are_one_bar():
    plan = Plan(doses=tuple(dose(100 + 14 * k) for k in range(13)) + tuple(dose(40 + k / 2, "naproxen", 500.0) for k in range(20))
                + tuple(dose(10 + k / 2, "naproxen", 500.0) for k in range(6)))
    bars = bars_of(plan, 365.0)
    assert [(b.name, b.label, b.start) for b in bars] == [("naproxen", "500 mg × 6", 10), ("naproxen", "500 mg × 20", 40), ("adalimumab", "40 mg × 13", 100)]
    assert [b.end for b in bars] == [pytest.approx(13.0), pytest.approx(50.0), pytest.approx(282.0)]


def test_another_dose_is_another_bar_and_bars_end_with_the_run():
    bars = bars_of(Plan(doses=(dose(0), dose(14), dose(20, amount=80.0), dose(400))), 25.0)
    assert [(b.label, b.start, b.end) for b in bars] == [("40 mg × 2", 0, 25.0), ("80 mg", 20, 20)]
    assert bars_of(Plan(settings=(setting(5, np.inf),)), 20.0)[0].end == 20.0
    assert bars_of(Plan(settings=(setting(25, 30),)), 20.0) == []


def test_a_practice_that_moves_several_exposures_is_one_bar():
    plan = Plan(settings=(setting(0, 90, 0.2, "diet.gluten", "low-gluten diet"), setting(0, 90, 0.7, "diet.fiber", "low-gluten diet"),
                          setting(3, 10, 0.5)))
    assert [(b.name, b.label) for b in bars_of(plan, 365.0)] == [("low-gluten diet", ""), ("stress", "0.5")]


def test_each_panel_shows_its_whole_curve_and_what_was_done_is_labelled(still):
    plan = Plan(doses=tuple(dose(100 + 14 * k) for k in range(13)), settings=(setting(3, 10, 0.5),))
    run = made(still, plan=plan, crp=1.4 + DAYS / 30, tnf=2 + DAYS / 100, il6=1.8 + 20 * np.exp(-((DAYS - 40) / 5) ** 2))
    with house_style() as pyplot:
        canvas = course.draw_course(run.result, pyplot)
        strip, *panels = canvas.axes
        assert {t.get_text() for t in strip.get_yticklabels()} == {"adalimumab", "stress"}
        assert {"40 mg × 13", "0.5"} <= {t.get_text() for t in strip.texts}
        assert "months" in strip.get_title(loc="left")
        assert len(panels) == 3
        for axis in panels:
            assert axis.get_xlabel() == "months"
            curve = np.asarray(next(line for line in axis.lines if line.get_label() == "model").get_ydata())
            low, high = axis.get_ylim()
            assert low <= curve.min() < curve.max() < high


def test_three_moments_of_which_the_worst_is_where_the_readouts_are_furthest_off(still):
    peak = made(still, crp=1.4 + 50 * np.exp(-((DAYS - 80) / 10) ** 2))
    assert [(p.title, p.day) for p in pictures_of(peak.result)] == [
        ("Healthy", "before anything is done"), ("At its worst", "on day 80"), ("At the end", "day 365")]
    assert pictures_of(peak.result)[1].crp == pytest.approx(51.4)
    assert [p.title for p in pictures_of(made(still, crp=1.4 + DAYS / 5).result)] == ["Healthy", "At the end, the worst"]
    assert [p.title for p in pictures_of(made(still).result)] == ["Healthy"]


def test_the_cards_show_what_moved_most(still):
    names = ("crp", "tnf", "il6", "temperature_rise")
    run = made(still, crp=1.4 + DAYS / 100, tnf=2 + DAYS, il6=1.8 + DAYS)
    assert most_moved(run.result, names, 2) == ["tnf", "il6"]
    assert most_moved(run.result, names, 4) == ["crp", "tnf", "il6"]
    assert most_moved(made(still).result, names, 2) == ["crp", "tnf"]


def test_pain_has_a_card_wherever_it_moves(still):
    from zonula.report.page import _cards

    others = dict.fromkeys(("crp", "tnf", "il6", "autoantibody", "calprotectin", "plasma_lps"), 1.0 + 100 * DAYS)
    assert next(card.name for card in _cards(made(still, pain_vas=1.5 + DAYS / 40, **others))) == "pain (VAS)"
    assert "pain (VAS)" not in [card.name for card in _cards(made(still, pain_vas=1.5, **others))]


def test_the_page_holds_the_anatomy_and_the_figures_in_order(still, tmp_path):
    run = made(still, crp=1.4 + 50 * np.exp(-((DAYS - 80) / 10) ** 2))
    drawn = figures.draw_figures(run, tmp_path)
    assert [f.name for f in drawn] == ["02_course"]
    page = report_page(run, drawn, {f.name: "<svg/>" for f in drawn}, anatomy="<svg id='whole'/>")
    places = [page.index(text) for text in ("What happened", "<svg id='whole'/>", "The whole course", "The numbers", "On what it rests",
                                            "What this cannot tell you", "Sources of exactly", "All ")]
    assert places == sorted(places)
    assert "normal below 3 mg/L" in page
    assert "51.4" in page


def test_a_value_that_could_not_be_computed_is_a_gap_and_no_fault(still, tmp_path):
    hole = np.where((DAYS > 100) & (DAYS < 120), np.nan, 1.4 + DAYS / 30)
    run = made(still, crp=hole, tnf=2 + DAYS / 100)
    assert [p.title for p in pictures_of(run.result)] == ["Healthy", "At the end, the worst"]
    assert len(figures.draw_figures(run, tmp_path)) == 1
