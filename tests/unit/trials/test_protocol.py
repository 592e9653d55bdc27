"""Protocols as files: what is wrong is told all at once, with file, line and fix; what is right is made ready."""

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import MODEL
from tests.small_trial import DRUG, PLACEBO, QUESTION, RESCUE, protocol, text

from zonula.ground.errors import UsageError
from zonula.organs.standard import standard_model
from zonula.trials.read import bare_condition, protocol_from, read_protocol, shipped_protocols
from zonula.trials.schema import json_schema
from zonula.trials.treatments import check_treatments

ROADS = '\n[roads]\nshare = 0.5\nweeks = [1]\nof = ["pain_vas"]\n'
LEAVING = '\n[dropout]\nper_year = 1\n[[dropout.rules]]\nid = "bored"\nwhen = "pain_vas > -10 %"\nshare = 0.5\n'


def problems(file_text):
    with pytest.raises(UsageError) as caught:
        protocol_from(file_text, "trial.toml", MODEL)
    return caught.value.problems


def test_a_protocol_is_made_ready():
    found = protocol(text(RESCUE, '\n[[harms]]\nid = "sore"\nwhen = "pain_vas > 2"\n', LEAVING, ROADS, randomisation='strata = ["hla_b27"]'))
    assert found.days.tolist() == [0.0, 3.0, 7.0, 14.0]
    assert found.measures == ("pain_vas", "leaking", "drug")
    assert list(found.arms) == ["placebo", "drug"]
    assert found.lived_arms == ("drug", "placebo")
    assert found.rules[0].days == (3.0, 7.0), "neither on day 0 nor at the last visit"
    assert found.rules[0].arms == ("placebo", "drug")
    assert found.cuts == (3.0, 7.0)
    assert found.harms["sore"].measures == ("pain_vas",)
    assert found.leaving[0].days == (3.0, 7.0)
    assert found.group.histories[-1].days == 4.0
    assert [name for name, _ in found.strata] == ["hla_b27"]
    assert protocol(text()).cuts == ()


def test_what_endpoints_rules_and_harms_ask_for_is_measured():
    found = protocol(text(RESCUE.replace("pain_vas", "fire"), '\n[[harms]]\nid = "sore"\nwhen = "leaking > 2"\n').replace(
        'of = ["pain_vas", "leaking", "drug"]', 'of = ["drug"]'))
    assert set(found.measures) == {"drug", "pain_vas", "fire", "leaking"}


def test_lives_without_rescue_are_led_only_where_an_estimand_asks_what_would_have_been():
    plain = text(RESCUE)
    asked = plain.replace('contrast = ["drug", "placebo"]', 'contrast = ["drug", "placebo"]\nstrategy = "hypothetical"')
    assert protocol(plain).without_rescue == ()
    assert protocol(asked).lived_arms == ("drug", "drug without rescue", "placebo", "placebo without rescue")
    of_one = asked.replace("stop = true", 'stop = true\narms = ["placebo"]')
    assert protocol(of_one).without_rescue == ("placebo",)
    assert protocol(asked.replace("stop = true", "stop = true\nrescue = false")).without_rescue == ()


def test_conditions_may_be_said_in_short():
    assert [bare_condition(said) for said in ("hla_b27", "not smoker", "age >= 50")] == ["hla_b27 >= 1", "smoker < 1", "age >= 50"]


@pytest.mark.parametrize(("old", "new", "words"), [
    ('group  = "healthy"', 'group  = "martians"', "no group 'martians'"),
    ("site = 6", 'site = 6\nstrata = ["anger > 2"]', "no readout 'anger'"),
    ("block = 4", "block = 5", "cannot keep the ratio"),
    ("block = 4", "ratio = { drugs = 2 }", "no arm 'drugs'"),
    ("block = 4", "ratio = { drug = 0, placebo = 0 }", "not all 0"),
    ("days = [0, 3, 7, 14]", "days = [0, 7, 3, 14]", "must rise"),
    ("days = [0, 3, 7, 14]", "days = [0, 3]\nweeks = [1]", "in weeks or in days"),
    ('"drug.central 40 mg every 2 days x 7"', '"drug.central 40 mg whenever"', "whenever"),
    ("comparator = true", "comparator = true\nadherence = 1.5", "no share"),
    ("comparator = true", "comparator = true\nadherence = { mean = 0.9, sd = 0.4 }", "standard deviation of 0.4"),
    ("comparator = true", "comparator = true\ncontext = { hope = -6 }", "no readout 'hope'"),
    ("comparator = true", 'comparator = true\nwithout = ["love"]', "no process 'love'"),
    ("comparator = true", 'comparator = true\nclosed_roads = ["via appia"]', "via appia"),
    ('"pain_vas > 1.2"', '"pain_vas hurts"', "no criterion"),
    ('"pain_vas > 1.2"', '"hope > 1.2"', "no readout 'hope'"),
    ("stop = true", 'stop = true\narms = ["both"]', "no arm 'both'"),
    ("stop = true", 'stop = true\nafter = "first"', "no rule 'first'"),
    ("to_week = 1", "from_week = 2", "no visit between"),
    ('measure = "pain_vas"', 'measure = "hope"', "no readout 'hope'"),
    ('measure = "pain_vas"', 'criterion = "acr20"', "of one measure"),
    ('kind = "change"', 'kind = "response"', "needs a criterion"),
    ("day = 14", "day = 13", "nobody comes"),
    ("day = 14", "day = 14\nweek = 2", "week or day"),
    ('endpoint = "pain_14"', 'endpoint = "pain_15"', "no endpoint 'pain_15'"),
    ('["drug", "placebo"]', '["drug", "sugar"]', "no arm 'sugar'"),
    ('["drug", "placebo"]', '["drug", "placebo"]\nmethod = "cox"', "not estimated by 'cox'"),
    ('["drug", "placebo"]', '["drug", "drug"]', "2 different arms"),
    ('primary = "effect"', 'primary = "affect"', "'affect' does not exist"),
    ("share = 0.5\nweeks", "share = 0.5\nfoo = 1\nweeks", "unknown key 'foo'"),
    ("weeks = [1]", "weeks = [5]", "nobody comes in week 5"),
    ('schema  = "zonula/trial/1"', 'schema  = "zonula/trial/9"', "unknown schema"),
    ('id = "sore"', 'id = "status"', "a column"),
    ("looks = [0.5, 1.0]", "looks = [0.5, 0.9]", "from above 0 to 1"),
    ("grid = [20, 40]", "grid = [40, 20]", "sizes of a trial rise"),
    ('by = "hla_b27"', 'by = "hla_b99"', "hla_b99"),
    ('exact = ["drug"]', 'exact = ["fire"]', "nobody measures it"),
])
def test_what_is_wrong_is_told_with_its_place(old, new, words):
    whole = text(RESCUE, '\n[[harms]]\nid = "sore"\nwhen = "pain_vas > 2"\n', ROADS, "\n[interim]\nlooks = [0.5, 1.0]\n\n[size]\ngrid = [20, 40]\n",
                 '\n[[subgroups]]\nid = "gene"\nby = "hla_b27"\n', measures='exact = ["drug"]')
    protocol_from(whole, "trial.toml", MODEL)
    assert old in whole
    broken = whole.replace(old, new, 1)
    found = problems(broken)
    mine = [p for p in found if words in str(p)]
    assert mine, "\n".join(map(str, found))
    assert all(p.file == "trial.toml" and p.line > 0 and p.fix for p in found), found
    table = max(i for i, line in enumerate(broken.splitlines(), 1) if line.startswith("[") and i <= broken[:broken.index(new)].count("\n") + 1
                ) if new in broken and not new.startswith(("schema", "primary")) else 1
    assert any(p.line >= table for p in mine), "the line of the table, or below"


def test_all_mistakes_are_told_at_once():
    found = problems(text().replace('group  = "healthy"', 'group = "x"').replace("block = 4", "block = 5").replace("day = 14", "day = 13"))
    assert len({p.path for p in found}) == 3


def test_a_protocol_that_does_not_exist_is_refused(tmp_path):
    with refused("ZN-1471", "repair"):
        read_protocol("repair", standard_model())
    (tmp_path / "mine.toml").write_text(text(), "utf-8")
    assert read_protocol(tmp_path / "mine.toml", MODEL).id == "small"


def test_treatments_that_cannot_go_together_are_refused_before_anything_is_run():
    twice = text(drug="", arms=PLACEBO + DRUG.replace('"drug.central 40 mg every 2 days x 7"', '"gut.leak 3 from day 2 to day 9"'))
    with refused("ZN-1316", "'drug'", "gut.leak"):
        check_treatments(protocol(twice), MODEL)
    on_top = text(RESCUE.replace("stop = true", "stop = false").replace("60 mg every 1 day x 5", "60 mg at day 1"))
    with refused("ZN-1316", "rescue", "drug.central"):
        check_treatments(protocol(on_top), MODEL)  # day 3 + 1 is the day of another dose
    check_treatments(protocol(text(RESCUE)), MODEL)


@pytest.mark.parametrize("name", sorted(shipped_protocols()))
def test_those_that_ship_can_be_run(name):
    model = standard_model()
    found = read_protocol(name, model)
    assert found.id == name
    assert sum(arm.said.comparator for arm in found.arms.values()) == 1
    assert np.all(np.diff(found.days) > 0)
    check_treatments(found, model)


def test_the_schema_can_be_printed():
    assert {"arms", "visits", "estimands"} <= set(json_schema()["required"])
    assert QUESTION in text()
