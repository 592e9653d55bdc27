import numpy as np
import pytest

from zonula.ground.errors import UsageError
from zonula.trials.criteria import criterion, das28_class, eular_response

BEFORE = {"sjc28": 10.0, "tjc28": 12.0, "pain_vas": 60.0, "patient_global": 60.0, "haq": 1.5, "crp": 20.0}


def core(**now):
    before = {name: np.array([value]) for name, value in BEFORE.items()}
    return before, {name: np.array([now.get(name, value)]) for name, value in BEFORE.items()}


@pytest.mark.parametrize(("now", "met"), [
    ({"sjc28": 8.0, "tjc28": 9.6, "pain_vas": 48.0, "patient_global": 48.0, "haq": 1.2}, 1.0),  # 20 % exactly, in both counts and three others
    ({"sjc28": 8.1, "tjc28": 9.6, "pain_vas": 48.0, "patient_global": 48.0, "haq": 1.2}, 0.0),  # swollen joints by 19 %
    ({"sjc28": 8.0, "tjc28": 9.6, "pain_vas": 48.0, "haq": 1.2}, 0.0),  # the physician's assessment stands between joints and patient: only two others
    ({"sjc28": 8.0, "tjc28": 9.6, "pain_vas": 48.0, "haq": 1.2, "crp": 10.0}, 1.0),
    ({"pain_vas": 0.0, "patient_global": 0.0, "haq": 0.0, "crp": 0.1}, 0.0),  # no joint is better
])
def test_acr20_is_told_by_the_published_rule(now, met):
    assert criterion("ACR20").met(*core(**now))[0] == met


def test_more_is_asked_for_acr50_and_acr70():
    better = core(**{name: 0.45 * value for name, value in BEFORE.items()})
    assert [criterion(name).met(*better)[0] for name in ("acr20", "acr50", "acr70")] == [1.0, 1.0, 0.0]


def test_who_lacks_a_measure_has_no_answer():
    before, now = core(sjc28=1.0, tjc28=1.0, pain_vas=1.0, patient_global=1.0, haq=0.0)
    now["crp"] = np.array([np.nan])
    assert np.isnan(criterion("acr20").met(before, now)[0])


@pytest.mark.parametrize(("before", "now", "grade"), [
    (5.0, 3.2, 2), (5.0, 3.3, 1), (4.3, 3.2, 1),
    (5.8, 5.1, 1), (5.8, 5.2, 0), (7.0, 5.5, 1), (6.0, 5.2, 0), (6.0, 5.0, 1), (3.1, 2.6, 0), (3.3, 2.6, 1), (3.0, 4.0, 0)])
def test_the_eular_response_is_that_of_the_published_table(before, now, grade):
    assert eular_response(np.array([before]), np.array([now]))[0] == grade


def test_eular_criteria_count_the_grades():
    before, now = {"das28_crp": np.array([5.0, 5.0, 5.0, np.nan])}, {"das28_crp": np.array([3.0, 4.0, 4.9, 3.0])}
    assert criterion("eular good").met(before, now).tolist()[:3] == [1.0, 0.0, 0.0]
    assert criterion("eular").met(before, now).tolist()[:3] == [1.0, 1.0, 0.0]
    assert np.isnan(criterion("eular").met(before, now)[3])


def test_classes_of_das28_change_at_their_limits():
    assert das28_class(np.array([2.59, 2.6, 3.2, 3.21, 5.1, 5.11])).tolist() == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize(("text", "was", "now", "met"), [
    ("pain_vas <= -30 %", 50.0, 35.0, 1.0), ("pain_vas <= -30 %", 50.0, 35.1, 0.0), ("das28_crp < 2.6", 4.0, 2.6, 0.0), ("das28_crp < 2.6", 4.0, 2.5, 1.0),
    ("crp change <= -5", 12.0, 7.0, 1.0), ("crp change <= -5", 12.0, 8.0, 0.0), ("remission", 4.0, 2.5, 1.0), ("low disease activity", 4.0, 3.2, 1.0)])
def test_general_conditions_are_on_levels_changes_and_percent(text, was, now, met):
    asked = criterion(text)
    (measure,) = asked.measures
    assert asked.met({measure: np.array([was])}, {measure: np.array([now])})[0] == met


def test_conditions_joined_must_all_hold():
    asked = criterion("das28_crp < 3.2 and pain_vas <= -30 %")
    before = {"das28_crp": np.full(4, 5.0), "pain_vas": np.full(4, 50.0)}
    now = {"das28_crp": np.array([3.0, 3.0, 4.0, 3.0]), "pain_vas": np.array([20.0, 45.0, 20.0, np.nan])}
    assert asked.measures == ("das28_crp", "pain_vas")
    assert asked.met(before, now).tolist()[:3] == [1.0, 0.0, 0.0]
    assert np.isnan(asked.met(before, now)[3])


def test_a_percent_of_nothing_is_unknown():
    assert np.isnan(criterion("crp <= -30 %").met({"crp": np.array([0.0])}, {"crp": np.array([0.0])})[0])


@pytest.mark.parametrize("text", ["", "acr30", "pain_vas", "pain_vas = 3", "pain_vas <= much", "pain_vas <= -30 % or crp < 5", "__import__('os')"])
def test_what_is_no_criterion_is_refused(text):
    with pytest.raises(UsageError, match=r"ZN-1481|ZN-1232"):
        criterion(text)
