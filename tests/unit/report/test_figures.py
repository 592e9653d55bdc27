"""The figures show what they claim to show: above all, no measurement is hidden outside the frame."""

from __future__ import annotations

import numpy as np
import pytest

import zonula as zn
from zonula.report import course, figures
from zonula.report.style import house_style


@pytest.mark.parametrize("scenario", ["lps_bolus", "lps_infusion"])
def test_no_mean_nor_its_deviation_lies_outside_the_frame(scenario: str) -> None:
    run = zn.forecast(scenario)
    with house_style() as pyplot:
        drawn = figures._response(run, pyplot)
        assert drawn is not None
        _, canvas = drawn
        names = list(dict.fromkeys(o.readout for o in run.setup.observations))
        for axis, name in zip(canvas.axes, names, strict=True):
            low, high = axis.get_ylim()
            left, right = axis.get_xlim()
            for o in run.setup.observations:
                if o.readout == name and o.sd is not None:
                    assert low <= np.min(o.values)
                    assert np.max(o.values + o.sd) <= high
                    hours = 24 * (o.days - o.zero)
                    assert left <= hours.min()
                    assert hours.max() <= right


@pytest.mark.parametrize("scenario", ["lps_bolus", "lps_infusion", "healthy_year", "lps_tolerance"])
def test_no_curve_leaves_the_frame_of_the_whole_course(scenario: str) -> None:
    run = zn.forecast(scenario)
    with house_style() as pyplot:
        _, canvas = figures._course(run, pyplot)
        shown = [axis for axis in canvas.axes if any(line.get_label() == "model" for line in axis.lines)]
        assert len(shown) == len(course.chosen(run.result)) >= (3 if scenario == "healthy_year" else 10)
        for axis in shown:
            curve = next(line for line in axis.lines if line.get_label() == "model")
            values = np.asarray(curve.get_ydata())
            assert len(values) > 100
            assert axis.get_ylim()[0] <= values.min()
            assert values.max() <= axis.get_ylim()[1]


def test_a_person_who_could_not_be_started_has_no_figures(tmp_path: pytest.TempPathFactory) -> None:
    run = zn.forecast("lps_bolus", settings=["cytokines.k_tnf=0"])
    assert run.result.outcome.status == "no_healthy_state"
    assert figures.draw_figures(run, tmp_path) == []  # type: ignore[arg-type]
