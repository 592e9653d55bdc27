"""Observed beside predicted: verdicts by hand, scores, totals; and whole studies of a small body, simulated and judged."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import MODEL
from tests.small_population import evidence, members
from tests.small_studies import predicted, read_text_of, study, text_of

from zonula.experiments import predict as predicting
from zonula.experiments.judge import Prediction
from zonula.experiments.not_modelled import NotModelled
from zonula.experiments.predict import Settings, predict
from zonula.experiments.validate import judged, validate

DRAWS = np.linspace(0.0, 100.0, 1001)  # quantiles are 5, 25, 50, 75, 95
ROW = 'unit = "mm"\nat = "3 d"\nobserved = '


@lru_cache(maxsize=8)
def study_of(how):
    return study(f'unit = "{"1" if how == "direction" else "mm"}"\nobserved = 1\njudged = "{how}"')


def prediction(observed, how="number", draws=DRAWS, **more):
    experiment = study_of(how)
    return Prediction(experiment=experiment, row=experiment.rows[0], observed=float(observed), draws=draws, typical=draws[:5], **more)


@pytest.mark.parametrize(("observed", "how", "verdict"), [
    (50, "number", "inside 50 %"), (25, "number", "inside 50 %"), (24.9, "number", "inside 90 %"), (95, "number", "inside 90 %"),
    (95.1, "number", "predicted too low"), (4.9, "number", "predicted too high"), (-300, "number", "predicted too high"),
    (30, "at most", "inside 50 %"), (300, "at most", "inside 50 %"), (20, "at most", "inside 90 %"), (4, "at most", "predicted too high"),
    (70, "at least", "inside 50 %"), (-300, "at least", "inside 50 %"), (80, "at least", "inside 90 %"), (96, "at least", "predicted too low"),
])
def test_the_verdict_is_where_the_observed_number_lies(observed, how, verdict):
    found = judged(prediction(observed, how))
    assert found.verdict == verdict
    assert (found.inside50, found.inside90) == {"inside 50 %": (True, True), "inside 90 %": (False, True)}.get(verdict, (False, False))
    assert (found.p05, found.p25, found.predicted, found.p75, found.p95) == pytest.approx((5, 25, 50, 75, 95))


@pytest.mark.parametrize(("shares", "observed", "verdict"), [
    ((0.0, 0.1, 0.9), 1, "inside 50 %"), ((0.78, 0.1, 0.12), 1, "inside 90 %"), ((0.9, 0.08, 0.02), 1, "contradicted"), ((0.9, 0.08, 0.02), -1, "inside 50 %")])
def test_a_direction_is_inside_an_interval_of_directions_or_contradicted(shares, observed, verdict):
    draws = np.repeat([-1.0, 0.0, 1.0], [round(1000 * share) for share in shares])
    assert judged(prediction(observed, "direction", draws)).verdict == verdict


def test_a_share_on_the_bound_is_inside_whatever_its_last_digit():
    assert 7 / 25 * 100 != 28
    assert judged(prediction(28, draws=np.full(9, 7 / 25 * 100))).verdict == "inside 50 %"


def test_without_a_prediction_there_is_a_reason():
    found = judged(replace(prediction(3), draws=np.empty(0), reason="nobody came"))
    assert (found.verdict, found.reason, found.inside90) == ("not predicted", "nobody came", False)
    assert found.as_dict()["p05"] is None
    odd = judged(prediction(3, draws=np.array([1.0, np.nan])))
    assert (odd.verdict, bool(odd.reason)) == ("not predicted", True)


def test_the_interval_score_charges_width_and_misses():
    assert judged(prediction(50)).score == pytest.approx(90)
    assert judged(prediction(2)).score == pytest.approx(90 + 20 * 3)
    assert judged(prediction(97)).score == pytest.approx(90 + 20 * 2)
    log = judged(prediction(np.e, log=True, draws=np.exp(DRAWS / 100)))
    assert log.score == pytest.approx(0.9 + 20 * 0.05, rel=1e-3)
    assert log.width == pytest.approx(0.9, rel=1e-3)
    assert np.isnan(judged(prediction(50, "at most")).score)


def test_the_expected_score_is_best_for_the_right_interval():
    rng = np.random.default_rng(1)
    seen = rng.standard_normal(400)
    scores = [np.mean([judged(prediction(x, draws=wide * np.linspace(-1.6449, 1.6449, 11) / 0.9)).score for x in seen]) for wide in (0.6, 1.0, 1.8)]
    assert scores[1] < scores[0]
    assert scores[1] < scores[2]


# --- whole studies ----------------------------------------------------------------------------------------

def run(*rows, persons=6, **more):
    text = text_of(*rows, **more)
    return predict([read_text_of(text, MODEL)], MODEL, evidence(), members(), Settings(persons=persons, jobs=1))


LEAK = 'measure = "leaking"\nunit = "1"\nat = "6 d"\n'
EVENTS = 'events = ["leak 2 from day 1 to day 12"]\n'


def two_arms(*rows, **more):
    """The second arm leaks."""
    return run(*rows, more=EVENTS, **more)


def test_a_study_is_simulated_and_its_arms_differ_by_what_is_done():
    calm, leaking, ratio = two_arms(LEAK + "observed = 1", LEAK + 'arm = "two"\nobserved = 3',
                                    LEAK + 'arm = "two"\nobserved = 1\njudged = "direction"\nagainst = { arm = "one", as = "ratio" }')
    assert np.median(leaking.typical) > 1.5 * np.median(calm.typical)
    assert calm.typical == pytest.approx(members().rows[:, MODEL.parameter_index["gut.rest"]], rel=0.35)
    assert calm.people == (24, 24)
    assert set(ratio.draws.tolist()) == {1}
    assert judged(ratio).verdict == "inside 50 %"


def test_a_history_is_over_before_the_study_begins():
    ill = 'days = 30\nbefore = ["leak 4 from day 0 to day 30"]'
    before, after = run('measure = "leaking"\nunit = "1"\nat = "0 h"', LEAK, people=ill)
    assert np.all(before.typical > after.typical)


def test_a_group_of_nobody_is_a_reason_and_no_error():
    found = run(LEAK, people='entry = ["leaking >= 1000"]')
    assert "nobody of the" in found[0].reason
    assert judged(found[0]).verdict == "not predicted"


def test_sentences_that_cannot_go_together_name_the_file_and_the_arm():
    with refused("ZN-1316", "a_study.toml", "arms.two", "what goes on in the group"):
        two_arms(LEAK + 'arm = "two"', people='background = ["leak 1 from day 0 to day 12"]')


def test_people_of_a_group_are_simulated_once(monkeypatch):
    calls = []
    real = predicting.cohort
    monkeypatch.setattr(predicting, "cohort", lambda *a, **k: calls.append(a) or real(*a, **k))
    ids = [replace_id(text_of(LEAK + f'id = "R{i}"', people=people), i) for i, people in enumerate(["", "", 'entry = ["leaking <= 100"]'])]
    predict([read_text_of(text, MODEL) for text in ids], MODEL, evidence(), members(), Settings(persons=3, jobs=1))
    assert len(calls) == 2


def replace_id(text, i):
    return text.replace("a_study", f"study_{i}")


def test_results_depend_on_nothing_but_the_seed():
    one, two = (run(LEAK) for _ in range(2))
    assert one[0].draws.tobytes() == two[0].draws.tobytes()
    other = predict([read_text_of(text_of(LEAK), MODEL)], MODEL, evidence(), members(), Settings(persons=6, jobs=1, seed=8))
    assert other[0].draws.tobytes() != one[0].draws.tobytes()


def test_an_experiment_is_judged_the_same_in_any_company():
    alone = run(LEAK)[0]
    among = run('measure = "pain_vas"\nunit = "mm"\nat = "3 d"', 'id = "X"\n' + LEAK)[1]
    assert np.allclose(alone.typical, among.typical, rtol=1e-3)


def test_totals_count_rows_by_verdict_and_domain():
    rows = (LEAK + "observed = 1", LEAK + "observed = 900", LEAK + 'arm = "two"\nobserved = 1\njudged = "direction"\nagainst = { arm = "one", as = "ratio" }')
    experiment = read_text_of(text_of(*rows, more=EVENTS), MODEL)
    nobody = read_text_of(replace_id(text_of('id = "N"\n' + LEAK, people='entry = ["leaking >= 1000"]', domain="pain"), 2), MODEL)
    missing = NotModelled(domain="pain", quantity="what was measured", source="Nobody 2000", reason="there is no such organ")
    found = validate([experiment, nobody], MODEL, evidence(), members(), Settings(persons=6, jobs=1), not_modelled={"A": missing})
    assert [v.verdict for v in found.verdicts] == ["inside 50 %", "predicted too low", "inside 50 %", "not predicted"]
    totals = found.totals()
    assert {key: totals[key] for key in ("n", "numbers", "not_predicted", "not_modelled")} == {"n": 3, "numbers": 2, "not_predicted": 1, "not_modelled": 1}
    assert (totals["coverage90"], totals["coverage90_numbers"]) == pytest.approx((2 / 3, 1 / 2))
    assert found.domains() == ["pain", "trial"]
    assert found.totals("pain")["n"] == 0
    assert found.totals("pain")["coverage90"] is None
    plain = found.as_dict()
    assert [row["id"] for row in plain["rows"]] == ["ROW-0", "ROW-1", "ROW-2", "N"]
    assert plain["rows"][3]["predicted"] is None
    narrower = replace(found, prior={v.id: 2 * v.width for v in found.verdicts})
    assert narrower.totals()["mean_width_ratio_to_prior"] == pytest.approx(0.5)


def test_persons_who_do_not_reach_the_end_are_told():
    shown = np.random.default_rng(2).normal(50, 5, (6, 8))
    shown[2, 3] = np.nan
    found = judged(predicted(study(ROW + "50"), shown)[0])
    assert found.reason == "1 of 48 persons did not reach the end"


def test_an_interval_that_reaches_down_to_nothing_has_no_end_on_the_scale_of_logarithms():
    from types import SimpleNamespace

    from zonula.experiments.validate import Verdict

    for low, width in ((0.0, np.inf), (0.5, np.log(4.0))):
        verdict = Verdict(prediction=SimpleNamespace(log=True), predicted=1.0, p05=low, p25=0.8, p75=1.2, p95=2.0, inside50=True, inside90=True,
                          verdict="", reason="", score=np.nan)
        assert verdict.width == pytest.approx(width)
