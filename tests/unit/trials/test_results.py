import json

import numpy as np
import pyarrow as pa
import pytest
from tests.small_lives import tables

from zonula.ground.errors import UsageError
from zonula.trials.answers import Question
from zonula.trials.endpoints import Endpoint
from zonula.trials.lived import lived_of
from zonula.trials.results import analyse
from zonula.trials.schema import ProtocolTable

ENDPOINTS = [{"id": "pain_12", "kind": "change", "measure": "pain_vas", "week": 12, "mcid": 10},
             {"id": "better", "kind": "response", "criterion": "pain_vas <= -30 %", "week": 12, "lower_is_better": False},
             {"id": "relief", "kind": "time to event", "criterion": "pain_vas <= -30 %", "week": 12, "lower_is_better": False}]
CONTRAST = ["drug", "placebo"]


def said(arms=("placebo", "drug"), primary="pain", estimands=(), **more):
    usual = [{"id": "pain", "endpoint": "pain_12", "contrast": CONTRAST}, {"id": "share", "endpoint": "better", "contrast": CONTRAST, "strategy": "composite"},
             {"id": "odds", "endpoint": "better", "contrast": CONTRAST, "method": "odds ratio"}, {"id": "time", "endpoint": "relief", "contrast": CONTRAST},
             {"id": "days", "endpoint": "relief", "contrast": CONTRAST, "method": "restricted mean"},
             {"id": "free", "endpoint": "pain_12", "contrast": CONTRAST, "strategy": "hypothetical"}]
    return ProtocolTable.model_validate({
        "schema": "zonula/trial/1", "id": "made_up", "title": "Made up", "primary": primary, "people": {"group": "early_ra"}, "arms": {arm: {} for arm in arms},
        "visits": {"weeks": [0, 4, 8, 12]}, "endpoints": ENDPOINTS, "estimands": list(estimands) or usual, "harms": [{"id": "erosion", "when": "pain_vas > 3"}],
        "subgroups": [{"id": "hla", "by": "hla_b27"}], "interim": {"looks": [0.5, 1.0]}, "size": {"grid": [20, 80, 320]}, **more})


def answered(document, name):
    (found,) = [one for one in document["estimands"] if one["id"] == name]
    return found


@pytest.fixture(scope="module")
def document():
    lived = lived_of(*tables(300, dropout=0.2, rescue=0.2, member_sd=3.0, person_sd=4.0), ("placebo", "drug"))
    return analyse(lived, said(), screening={"too mild": 30, "too young": 0}, unfilled=2, seed=3, units={"pain_vas": "mm"}).as_dict()


def test_the_document_is_strict_json_and_says_that_it_is_simulated(document):
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["simulated"] is True
    assert document["schema"] == "zonula/trial-results/1"
    assert answered(document, "pain")["unit"] == "mm"


def test_the_same_seed_gives_the_same_document(document):
    lived = lived_of(*tables(300, dropout=0.2, rescue=0.2, member_sd=3.0, person_sd=4.0), ("placebo", "drug"))
    again = analyse(lived, said(), screening={"too mild": 30}, unfilled=2, seed=3, units={"pain_vas": "mm"}).as_dict()
    assert again == document


def test_nobody_is_lost_between_screening_and_analysis(document):
    flow = document["flow"]
    assert (flow["screened"], flow["excluded"], flow["randomised"], flow["unfilled"]) == (330, {"too mild": 30}, 300, 2)
    for arm in flow["arms"].values():
        assert arm["randomised"] == 150
        assert arm["finished"] + sum(arm["dropped"].values()) + sum(arm["failed"].values()) == 150
        assert arm["analysed"] == arm["finished"]
    assert flow["arms"]["placebo"]["rescued"] > 0 == flow["arms"]["drug"]["rescued"]


@pytest.mark.parametrize("name", ["pain", "share", "odds", "time", "days", "free"])
def test_each_answer_has_its_interval_its_twins_and_what_is_not_known(document, name):
    one = answered(document, name)
    assert one["randomised"]["lo"] < one["randomised"]["value"] < one["randomised"]["hi"]
    assert one["twins"]["lo"] < one["twins"]["value"] < one["twins"]["hi"]
    assert one["twins"]["hi"] - one["twins"]["lo"] < one["randomised"]["hi"] - one["randomised"]["lo"]  # the same persons tell more
    q = [one["unknown"][key] for key in ("p05", "p25", "median", "p75", "p95")]
    assert q == sorted(q)
    assert 0 < one["unknown"]["between_share"] < 1
    assert len(one["unknown"]["members"]) == 10
    assert one["truth"] is not None
    assert set(one["means"]) == set(CONTRAST)


def test_imputation_is_told_where_it_was_used(document):
    assert answered(document, "pain")["imputed"] == answered(document, "free")["imputed"] == 20
    assert answered(document, "share")["imputed"] == 0
    assert "imputed" in answered(document, "pain")["method"]


def test_rescue_hides_an_effect_that_the_hypothetical_strategy_shows(document):
    assert answered(document, "free")["randomised"]["value"] < answered(document, "pain")["randomised"]["value"]
    assert answered(document, "free")["truth"] == pytest.approx(-10.0, abs=1.5)


def test_the_rest_is_told(document):
    (better,) = document["responders"]
    assert better["arms"]["drug"]["n"] == better["arms"]["placebo"]["n"] == 150
    (relief,) = document["events"]
    assert relief["contrast"] == CONTRAST
    assert relief["arms"]["drug"]["free"][0] == 1.0
    assert relief["hazard_ratio"]["value"] > 1
    assert document["harms"][0]["differences"][0]["arms"] == CONTRAST
    assert [level["name"] for level in document["subgroups"][0]["levels"]] == ["hla_b27", "not hla_b27"]
    assert document["benefit"]["mcid"] == 10
    assert [one["n"] for one in document["power"]["curve"]] == [20, 80, 320]
    assert document["power"]["estimand"] == document["benefit"]["estimand"] == "pain"
    looks = document["interim"]["looks"]
    assert [look["n"] for look in looks][1] == 300
    assert 120 <= looks[0]["n"] <= 180
    assert looks[0]["bound"] == pytest.approx(2.9626, abs=1e-4)
    assert sum(look["stops"] for look in looks) <= 1
    assert 0.5 < document["interim"]["expected_share"] < document["interim"]["expected_share_null"] <= 1


def test_an_arm_against_itself_has_no_effect_in_twins_members_and_truth():
    lived = lived_of(*tables(200, effect=(0.0, 0.0), dropout=0.2), ("placebo", "drug"))
    document = analyse(lived, said()).as_dict()
    for one in document["estimands"]:
        if one["measure"] in ("difference", "risk difference"):
            assert (one["twins"]["value"], one["twins"]["lo"], one["twins"]["hi"], one["truth"]) == (0, 0, 0, 0)
            assert set(one["unknown"]["members"]) == {0.0}
        else:
            assert one["truth"] == pytest.approx(1.0, abs=1e-9)
        assert one["randomised"]["p"] > 0.001
    assert document["benefit"]["share_benefit"] == document["benefit"]["share_harm"] == 0.0
    assert document["power"]["curve"][-1]["power"] < 0.1


def test_without_twins_the_rest_is_told_all_the_same():
    lived = lived_of(*tables(300, twins=False, person_sd=4.0), ("placebo", "drug"))
    document = analyse(lived, said()).as_dict()
    assert document["benefit"] is None
    one = answered(document, "pain")
    assert one["twins"]["value"] is None
    assert one["truth"] == pytest.approx(-10, abs=2)
    assert len(one["unknown"]["members"]) == 10


def test_a_factorial_trial_tells_the_interaction_and_its_power():
    arms = ("neither", "a", "b", "both")
    lived = lived_of(*tables(800, arms=arms, effect=(0.0, -5.0, -5.0, -16.0)), arms)
    estimands = [{"id": "more", "endpoint": "pain_12", "interaction": ["a", "b", "both", "neither"]},
                 {"id": "more_share", "endpoint": "better", "interaction": ["a", "b", "both", "neither"], "strategy": "composite"},
                 {"id": "both", "endpoint": "pain_12", "contrast": ["both", "neither"]}]
    document = analyse(lived, said(arms, primary="more", estimands=estimands)).as_dict()
    one = answered(document, "more")
    assert one["truth"] == pytest.approx(-6.0, abs=1e-4)
    assert one["randomised"]["lo"] < -6.0 < one["randomised"]["hi"]
    assert answered(document, "both")["truth"] == pytest.approx(-16.0, abs=1e-4)
    assert document["power"]["kind"] == "interaction"
    assert document["power"]["effect"] == pytest.approx(-6.0, abs=1.0)
    assert set(one["n"]) == set(arms)


def test_weights_reach_every_answer():
    lives, visits = tables(300, weights=True, person_sd=4.0)
    plain = analyse(lived_of(lives.drop_columns("trial_weight"), visits, ("placebo", "drug")), said()).as_dict()
    heavy = analyse(lived_of(lives, visits, ("placebo", "drug")), said()).as_dict()
    equal = lives.set_column(lives.column_names.index("trial_weight"), "trial_weight", pa.array(np.full(600, 3.0)))
    same = analyse(lived_of(equal, visits, ("placebo", "drug")), said()).as_dict()
    for name in ("pain", "share", "odds", "time", "days"):
        values = [answered(one, name)["randomised"]["value"] for one in (plain, heavy, same)]
        assert values[0] != values[1]
        assert values[0] == pytest.approx(values[2], rel=1e-6)
        assert answered(plain, name)["truth"] != answered(heavy, name)["truth"]


def test_power_is_of_arms_in_the_ratio_of_the_protocol():
    lived = lived_of(*tables(300, person_sd=4.0), ("placebo", "drug"))
    needed = [analyse(lived, said(estimands=[{"id": "pain", "endpoint": "pain_12", "contrast": CONTRAST}], randomisation={"ratio": ratio, "block": 10}))
              .as_dict()["power"]["needed_formula"] for ratio in ({}, {"drug": 4})]
    assert needed[1] == pytest.approx(needed[0] * 0.25 / 0.16, rel=0.15)


def test_what_cannot_be_asked_is_refused():
    endpoint = Endpoint(id="e", kind="response", criterion="acr20", day=84.0)
    with pytest.raises(UsageError, match="ZN-1488"):
        Question(id="q", endpoint=endpoint, arms=("a", "b"), method="mmrm")
    with pytest.raises(UsageError, match="ZN-1489"):
        Question(id="q", endpoint=endpoint, arms=("a", "b", "c", "d"), method="odds ratio")


def test_a_small_trial_of_the_model_is_answered_with_its_rescue_and_without():
    from tests import small_trial

    free = small_trial.QUESTION.replace('"effect"', '"effect"\nstrategy = "hypothetical"') + '\n[[harms]]\nid = "sore"\nwhen = "pain_vas >= 1.5"\n'
    text = small_trial.text(small_trial.RESCUE, question=free, placebo="adherence = 0.8")
    made = small_trial.tables(text)
    protocol = small_trial.protocol(text)
    lived = lived_of(made["lives"], made["visits"], tuple(protocol.arms))
    document = json.loads(json.dumps(analyse(lived, protocol.table).as_dict(), allow_nan=False))
    assert lived.arms == ("placebo", "drug", "drug without rescue", "placebo without rescue")
    assert document["n"] == 24 == sum(document["arms"].values())
    assert set(document["arms"]) == {"placebo", "drug"}
    (one,) = document["estimands"]
    assert one["truth"] is not None
    assert one["imputed"] == 0  # the lives without rescue were lived
    assert set(lived.harms) == {"sore"}
    assert document["harms"][0]["arms"]["drug"]["n"] == document["arms"]["drug"]
