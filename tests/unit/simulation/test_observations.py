"""Measurements from a file: the right rows, the right units, the right moments."""

import numpy as np
import pytest

from zonula.ground.errors import InputDataError, UsageError
from zonula.organs.standard import standard_model
from zonula.simulation.observations import read_observations
from zonula.simulation.scenario import CompareTable

CSV = """who, arm ,what,h,v,s
a,x,IL-6,0,1,0.1
a,x,IL-6,12,50,5
b,y,IL-6,12,70,7
a,x,"CRP, serum",24,0.5,0.1
"""


def read(tmp_path, text=CSV, **changes):
    (tmp_path / "d.csv").write_text(text.replace(" arm ", "arm"), "utf-8")
    table = {"label": "people", "file": "d.csv", "quantity": "what", "names": {"IL-6": "il6"},
             "time": {"column": "h", "unit": "h", "zero": "day 1"}, "value": {"column": "v", "unit": "pg/mL"}, **changes}
    return read_observations(CompareTable.model_validate(table), standard_model(), tmp_path)


def test_rows_become_points_in_days_and_in_the_unit_of_the_readout(tmp_path):
    (o,) = read(tmp_path)
    assert (o.label, o.readout, o.zero, o.sd, o.subject, o.source) == ("people", "il6", 1.0, None, (), ())
    assert o.days.tolist() == [1.0, 1.5, 1.5]
    assert o.values.tolist() == [1.0, 50.0, 70.0]


@pytest.mark.parametrize(("unit", "factor"), [("ng/L", 1.0), ("ng/mL", 1e3), ("pg/L", 1e-3), ("ug/L", 1e3)])
def test_values_and_their_deviations_are_brought_to_the_unit_of_the_readout(unit, factor, tmp_path):
    (o,) = read(tmp_path, value={"column": "v", "unit": unit}, sd="s")
    assert np.allclose(o.values, factor * np.array([1.0, 50.0, 70.0]), rtol=1e-14)
    assert np.allclose(o.sd, factor * np.array([0.1, 5.0, 7.0]), rtol=1e-14)


@pytest.mark.parametrize(("time", "days"), [({"column": "h", "unit": "min", "zero": "36 h"}, [1.5, 1.5 + 12 / 1440]), ({"column": "h", "unit": "d"}, [0.0, 12.0]),
                                            ({"column": "h", "unit": "h", "zero": "2"}, [2.0, 2.5])])
def test_times_are_counted_from_the_zero_that_is_named(time, days, tmp_path):
    (o,) = read(tmp_path, time=time)
    assert np.allclose(o.days[:2], days, rtol=1e-14)


def test_only_rows_that_match_are_taken(tmp_path):
    assert read(tmp_path, where={"arm": "y"})[0].values.tolist() == [70.0]
    assert read(tmp_path, where={"arm": "x", "who": "a"})[0].values.tolist() == [1.0, 50.0]
    with pytest.raises(InputDataError, match="ZN-3003"):
        read(tmp_path, where={"arm": "z"})


def test_people_are_told_apart(tmp_path):
    assert read(tmp_path, subject="who")[0].subject == ("a", "a", "b")


def test_several_quantities_are_several_sets(tmp_path):
    il6, crp = read(tmp_path, names={"IL-6": "il6", "CRP, serum": "crp"}, value={"column": "v", "unit": "mg/L"})
    assert (il6.readout, crp.readout) == ("il6", "crp")
    assert il6.values[0] == pytest.approx(1e6)
    assert crp.values.tolist() == [0.5]
    assert crp.days.tolist() == [2.0]


def test_a_file_of_the_package_is_named_by_its_study(tmp_path):
    found = read(tmp_path, file="study:endotoxemia_bolus_continuous/means_bolus_and_continuous.csv", quantity="cytokine", names={"TNF": "tnf"},
                 where={"arm": "continuous"}, time={"column": "time_h", "unit": "h"}, value={"column": "mean_pg_ml", "unit": "pg/mL"})
    assert found[0].values.max() == 531.6914


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(line_end, tmp_path):
    (tmp_path / "d.csv").write_bytes(CSV.replace("\n", line_end).encode())
    assert read(tmp_path, CSV.replace("\n", line_end))[0].values.tolist() == [1.0, 50.0, 70.0]


@pytest.mark.parametrize("changes", [{"names": {"IL-6": "il-6"}}, {"value": {"column": "v", "unit": "mmol/L"}}, {"value": {"column": "v", "unit": "?"}},
                                     {"time": {"column": "h", "unit": "kg"}}, {"time": {"column": "h", "unit": "h", "zero": "day one"}},
                                     {"source": ["Nobody1900"]}, {"file": "study:x"}, {"file": "study:../x"}])
def test_a_description_that_does_not_fit_is_a_usage_error(changes, tmp_path):
    from zonula.ground.errors import ZonulaError

    with pytest.raises(ZonulaError) as refusal:
        read(tmp_path, **changes)
    assert refusal.value.exit_code == UsageError.exit_code
    assert all(p.fix for p in refusal.value.problems)


def test_known_sources_may_carry_a_place(tmp_path):
    assert read(tmp_path, source=["Windoloski2024code"])[0].source == ("Windoloski2024code",)
