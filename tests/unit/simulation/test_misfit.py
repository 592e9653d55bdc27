"""The misfit, by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from zonula.report.tables import misfit_rows
from zonula.simulation.misfit import misfit
from zonula.simulation.observations import Observations
from zonula.simulation.words import summary


class Curve:
    """A result with one curve: a tent of height 10 at day 1."""

    times = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    problem = SimpleNamespace(model=SimpleNamespace(readout=lambda name: SimpleNamespace(unit_text="pg/mL")))

    def readout(self, name):
        return np.array([2.0, 6.0, 10.0, 6.0, 2.0])

    def at(self, name, days):
        return np.interp(days, self.times, self.readout(name))


def data(days, values, *, sd=None, subject=(), zero=0.0, label="people"):
    return Observations(label=label, readout="tnf", days=np.array(days, float), values=np.array(values, float),
                        sd=None if sd is None else np.array(sd, float), subject=tuple(subject), zero=zero, source=())


def test_peaks_and_their_hours_are_compared():
    m = misfit(Curve(), data([0.0, 0.5, 1.5, 2.0], [2.0, 20.0, 6.0, 2.0], zero=0.25))
    assert (m.peak_model, m.peak_data, m.peak_ratio) == (10.0, 20.0, 0.5)
    assert (m.hour_model, m.hour_data) == (18.0, 6.0)
    assert (m.points, m.people, m.unit, m.label, m.readout) == (4, 0, "pg/mL", "people", "tnf")


def test_the_typical_factor_is_the_root_mean_square_of_the_logarithms():
    assert misfit(Curve(), data([0.0, 1.0], [2.0, 10.0])).typical_factor == pytest.approx(1.0)
    assert misfit(Curve(), data([0.0, 1.0], [4.0, 5.0])).typical_factor == pytest.approx(2.0)
    logs = np.log([2 / 2, 10 / 5, 2 / 8])
    assert misfit(Curve(), data([0.0, 1.0, 2.0], [2.0, 5.0, 8.0])).typical_factor == pytest.approx(np.exp(np.sqrt(np.mean(logs**2))))


def test_what_is_zero_is_left_out_of_the_typical_factor():
    assert misfit(Curve(), data([0.0, 1.0], [0.0, 5.0])).typical_factor == pytest.approx(2.0)
    low = Curve()
    low.readout = lambda name: np.array([0.0, 6.0, 10.0, 6.0, 0.0])
    assert misfit(low, data([0.0, 1.0], [3.0, 5.0])).typical_factor == pytest.approx(2.0)
    nothing = misfit(Curve(), data([0.0, 1.0], [0.0, 0.0]))
    assert nothing.typical_factor is None
    assert nothing.peak_ratio is None
    assert nothing.verdict == "–"
    assert misfit_rows([nothing])[0][4] == "–"


def test_inside_is_the_share_of_points_within_one_standard_deviation():
    m = misfit(Curve(), data([0.0, 0.5, 1.0, 2.0], [2.0, 5.0, 12.0, 2.5], sd=[0.1, 1.0, 1.9, 0.4]))
    assert m.inside == 0.5


def test_inside_for_single_people_is_the_share_of_moments_within_their_range():
    m = misfit(Curve(), data([1.0, 2.0, 1.0, 2.0], [8.0, 3.0, 12.0, 5.0], subject="aabb"))
    assert m.inside == 0.5
    assert m.people == 2


def test_the_peak_of_single_people_is_the_median_of_their_own():
    m = misfit(Curve(), data([0.5, 1.0, 0.5, 1.0, 0.5, 1.0], [4.0, 3.0, 1.0, 20.0, 5.0, 8.0], subject="aabbcc"))
    assert m.peak_data == 8.0
    assert m.hour_data == 24.0


def test_points_outside_the_simulation_do_not_count():
    m = misfit(Curve(), data([-1.0, 1.0, 9.0], [500.0, 10.0, 500.0], sd=[1.0, 1.0, 1.0]))
    assert (m.points, m.peak_data, m.inside) == (1, 10.0, 1.0)
    assert misfit(Curve(), data([5.0], [1.0])) is None
    assert misfit(Curve(), data([-5.0], [1.0])) is None


def test_a_single_moment_between_reported_times_is_compared():
    m = misfit(Curve(), data([0.75], [8.0]))
    assert (m.peak_model, m.peak_ratio) == (8.0, 1.0)


def test_nothing_is_compared_where_nothing_was_simulated():
    empty = Curve()
    empty.times = np.empty(0)
    assert misfit(empty, data([1.0], [1.0])) is None


@pytest.mark.parametrize(("measured", "word"), [(10.0, "met"), (7.5, "met"), (13.4, "met"), (13.6, "low"), (7.3, "high")])
def test_the_verdict_is_met_within_35_percent(measured, word):
    m = misfit(Curve(), data([1.0], [measured]))
    assert m.verdict == word
    assert misfit_rows([m])[0][-1] == word


def test_the_summary_says_what_is_off():
    from tests.running import preset

    result = preset("healthy_year")
    good, bad = (misfit(Curve(), data([1.0], [v])) for v in (10.0, 30.0))
    assert "All peaks are within 35 %" in summary(result, (good,))
    assert "More than 35 % off: TNF" in summary(result, (bad,))
    assert "Against" not in summary(result, ())
