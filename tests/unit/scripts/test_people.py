"""The study of people who differ, and the pages about mends: chance, counting, and what is called what."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))

import mends
import mends_joint
import neutral
import two_hundred_people as people


def test_chance_belongs_to_a_person_and_a_parameter() -> None:
    assert people.deviate(1, 2, "joint.k_debris") == people.deviate(1, 2, "joint.k_debris")
    others = {people.deviate(2, 2, "joint.k_debris"), people.deviate(1, 3, "joint.k_debris"), people.deviate(1, 2, "joint.k_lps")}
    assert len(others | {people.deviate(1, 2, "joint.k_debris")}) == 4


def test_deviates_are_standard_normal() -> None:
    z = np.array([people.deviate(1, k, "a") for k in range(4000)])
    assert abs(z.mean()) < 0.05
    assert abs(z.std() - 1) < 0.04
    assert abs(np.mean(np.abs(z) > 1.96) - 0.05) < 0.015


def test_a_person_differs_where_people_differ_and_about_the_typical_value() -> None:
    evidence = evidence_of(standard_model())
    person = people.person_values(1, 0)
    assert person.keys() == evidence.keys()
    fixed = [path for path, e in evidence.items() if e.variability.name == "fixed"]
    assert all(person[path] == evidence[path].value for path in fixed)
    middle = np.median([people.person_values(1, k)["joint.k_lps"] for k in range(60)])
    assert middle == pytest.approx(evidence["joint.k_lps"].value, rel=0.15)
    moved = people.person_values(1, 0, {"joint.k_lps": 2 * evidence["joint.k_lps"].value})
    assert moved["joint.k_lps"] == pytest.approx(2 * person["joint.k_lps"])
    assert {path for path in person if moved[path] != person[path]} == {"joint.k_lps"}
    assert people.person_values(1, 0, {"joint.k_lps": 0.0})["joint.k_lps"] == 0.0


def test_a_spread_of_nothing_leaves_the_susceptibility_of_joints_alone() -> None:
    evidence = evidence_of(standard_model())
    person = people.person_values(1, 0, spread=0.0)
    assert [path for path in person if person[path] != evidence[path].value] == [people.RECOGNITION]


@pytest.mark.parametrize(("k", "n", "low", "high"), [(0, 100, 0.0, 0.0362), (1, 100, 0.000253, 0.0545), (10, 10, 0.6915, 1.0)])
def test_shares_have_exact_intervals(k: int, n: int, low: float, high: float) -> None:
    found = people.share([True] * k + [False] * (n - k))
    assert (found["k"], found["n"]) == (k, n)
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-4)


def test_nobody_of_nobody_is_no_share() -> None:
    assert math.isnan(people.share([])["share"])


def _course(swollen: list[float], pain: list[float]) -> SimpleNamespace:
    return SimpleNamespace(readout=lambda name: np.array({"sjc28": swollen, "pain_vas": pain}[name]))


def test_arthritis_is_two_joints_or_pain_above_the_own_health() -> None:
    assert people.arthritis(_course([0, 1.9, 2.0, 0], [5, 19.9, 5, 20.0])) == [False, False, True, True]  # type: ignore[arg-type]


def test_first_days() -> None:
    assert people.first_day([False, True, True]) == 1
    assert people.first_day([False]) is None


def _row(load: float, *, reactive: bool = False, calprotectin: float = 25.0, fold: float = 1.0) -> dict[str, object]:
    end = {"load_peak": load, "reactive": reactive, "half_year": reactive, "year": False, "first_swollen": 9 if reactive else None,
           "calprotectin": calprotectin, "fold": fold, "crp_peak": 30.0, "calprotectin_peak": 400.0}
    return dict.fromkeys(("enteritis", "enteritis B27", "combined", "combined B27", "naproxen"), end)


def test_shares_after_enteritis_are_of_those_who_had_it() -> None:
    rows = [_row(1e9, reactive=True), _row(1e9, calprotectin=300.0), _row(1e9, fold=1.2), _row(10.0)]
    found = people.summary(rows)
    assert found["after bacteria were swallowed"]["enteritis"]["share"] == 0.75
    assert (found["after enteritis"]["reactive arthritis"]["k"], found["after enteritis"]["reactive arthritis"]["n"]) == (1, 3)
    assert found["after enteritis"]["first swollen joints, median [day]"] == 9
    assert [found["after the combined insult"][name]["k"] for name in ("gut lastingly ill", "low-grade")] == [1, 1]
    assert found["with a gut that stayed ill"]["arthritis at 1 year"]["n"] == 1


def test_every_number_of_people_has_its_place_in_the_table() -> None:
    found = people.summary([_row(1e9)])
    assert {(group, name) for group, answers in found.items() for name in answers} >= people.HUMAN.keys()
    assert all(text in people.table(found) for text, _, _ in people.HUMAN.values())


@pytest.mark.parametrize(("k", "said"), [(0, "too few"), (12, "agrees"), (60, "too many")])
def test_a_share_is_judged_by_its_interval(k: int, said: str) -> None:
    assert people.verdict(people.share([True] * k + [False] * (100 - k)), 0.1, 0.13) == said


def test_neutral_values_are_of_parameters_that_there_are_and_that_differ_now() -> None:
    evidence = evidence_of(standard_model())
    given = [(path, value) for values in (*neutral.NEUTRAL.values(), neutral.CORRECTIONS, neutral.PROTOTYPE) for path, value in values.items()]
    assert [path for path, value in given if value == evidence[path].value] == []


def test_the_strength_of_recognition_that_makes_ill_is_read_between_runs() -> None:
    assert mends_joint.ill_beyond([0.1, 1.0, 10.0], [0.0, 10.0, 20.0]) == pytest.approx(10 ** 0.5)
    assert mends_joint.ill_beyond([0.1, 1.0], [20.0, 30.0]) == 0.1
    assert mends_joint.ill_beyond([0.1, 1.0], [0.0, 14.0]) is None


@pytest.mark.parametrize(("x", "text"), [(0.0123456, "0.0123"), (736.4, "736"), (12345.0, "12300"), (1000.0, "1000")])
def test_numbers_are_told_in_three_digits(x: float, text: str) -> None:
    assert mends.told(x) == text


@pytest.mark.parametrize(("x", "text"), [(0.0, "0 %"), (0.0048, "0.48 %"), (0.25, "25 %"), (1.0, "100 %")])
def test_small_shares_keep_their_digits(x: float, text: str) -> None:
    assert mends.percent(x) == text
