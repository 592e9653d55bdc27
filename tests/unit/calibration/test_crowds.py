"""Virtual populations on the standard model: the same persons however many are asked for, like a cohort, with lives that can be told."""

from functools import lru_cache

import numpy as np
import pytest
import tomlkit
from tests.helpers import refused

from zonula.calibration import life
from zonula.calibration.crowds import Asked, Draw, populate, typical_members, write_draw
from zonula.calibration.life import history_of, later, scenario_of, sentences_of
from zonula.calibration.shipped import shipped_posterior, typical_people
from zonula.organs.standard import standard_model
from zonula.population.groups import shipped_groups
from zonula.population.presets import ALIASES, group_named
from zonula.population.stored import Person, read_population
from zonula.population.targets import Statement, Targets
from zonula.simulation.forecast import forecast
from zonula.simulation.schedule import read_plan

MODEL = standard_model()
OLDER = Targets(name="older", title="Older", like="healthy", statements=(
    Statement(of="age", kind="mean", value=46.0, tolerance=1.0), Statement(of="female", kind="share", value=0.7, tolerance=0.05)))


@lru_cache(maxsize=2)
def crowd(count=30):
    return populate(count, like="ra_early", seed=2, members=5, jobs=1)


def test_typical_persons_are_those_of_a_forecast_each_in_its_variant():
    members, variants = typical_members(MODEL, 6, seed=4)
    known = typical_people(MODEL, shipped_posterior(), 6, seed=4)
    assert tuple(v.name for v in variants) == known.variant
    rows = np.concatenate([v.rows(members.rows[i : i + 1], MODEL) for i, v in enumerate(variants)])
    assert np.array_equal(rows, known.rows)
    assert set(members.scores)
    fewer, _ = typical_members(MODEL, 3, seed=4)
    assert np.array_equal(fewer.rows, members.rows[:3])
    assert all(np.array_equal(fewer.scores[name], values[:3]) for name, values in members.scores.items())


def test_before_any_calibration_all_live_in_the_standard_model():
    members, variants = typical_members(MODEL, 2, population="evidence", seed=4, jobs=1)
    assert {v.name for v in variants} == {"standard"}
    assert members.name == "prior"


def test_too_many_or_no_typical_persons_are_refused():
    with refused("ZN-1296", "--members"):
        typical_members(MODEL, 10**6)
    with refused("ZN-1296"):
        typical_members(MODEL, 0)


def test_names_that_people_look_for_lead_to_groups():
    assert set(ALIASES.values()) <= set(shipped_groups())
    assert group_named("ra_early").name == "early_ra"
    with refused("ZN-1295", "early_ra"):
        group_named("early_raa")


@pytest.mark.slow
def test_a_larger_population_begins_with_the_same_persons():
    few, more = populate(6, like="early_ra", seed=2, members=5, jobs=2, parameters=False), crowd()
    columns = [name for name in few.names if name != "variant"]
    assert few.table(columns).equals(more.table(columns).slice(0, len(few)))


@pytest.mark.slow
def test_a_file_and_memory_hold_the_same(tmp_path):
    found = write_draw(Draw(Asked(n=30, like=group_named("early_ra"), seed=2, members=5, jobs=1)), tmp_path / "pop.parquet")
    columns = [name for name in found.names if name != "variant"]
    assert found.table(columns).combine_chunks().equals(crowd().table(columns).combine_chunks())
    assert {**read_population(tmp_path / "pop.parquet").facts} == {**crowd().facts}
    assert crowd().facts["screening"]["taken"] == len(crowd())


@pytest.mark.slow
def test_weights_make_it_like_a_cohort():
    found = populate(200, like="healthy", match=OLDER, seed=2, members=5, jobs=2, parameters=False)
    w = found.weights
    assert np.average(found.column("age"), weights=w) == pytest.approx(46.0, abs=0.01)
    assert np.average(found.column("female"), weights=w) == pytest.approx(0.7, abs=0.001)
    assert found.facts["match"]["effective_persons"] == pytest.approx(found.effective)
    assert found.effective < 190
    plain = populate(200, like="healthy", seed=2, members=5, jobs=2, parameters=False)
    assert np.array_equal(plain.column("number"), found.column("number"))


@pytest.mark.slow
def test_selection_makes_it_like_a_cohort_in_persons_it_was_not_fitted_to():
    found = populate(400, like="healthy", match=OLDER, by="selection", seed=2, members=5, jobs=2, parameters=False)
    assert found.weights.tolist() == [1.0] * len(found)
    assert found.column("age").mean() == pytest.approx(46.0, abs=2.0)
    assert found.column("female").mean() == pytest.approx(0.7, abs=0.07)
    assert found.facts["match"]["tilt"]["coefficients"][0] > 0
    assert found.facts["screening"]["not selected by who they are"] > 100
    some = populate(20, like="healthy", match=OLDER, by="selection", seed=2, members=5, jobs=2, parameters=False)
    assert np.array_equal(some.column("number"), found.column("number")[: len(some)])


@pytest.mark.parametrize("more", [{"n": 0}, {"n": 5, "by": "luck"}])
def test_what_makes_no_population_is_refused(more):
    with refused("ZN-1296"):
        Asked(like=group_named("healthy"), **more)


# --- lives ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("sentence", "known"), [
    ("erosive_irritant 0.1 from day 4 to day 11", "erosive_irritant 0.1 from day 34 to day 41"),
    ("bacteria 4e5 CFU po at day 0.5", "bacteria 4e5 CFU po at day 30.5"),
    ("naproxen 500 mg po bid for 28 days", "naproxen 500 mg po bid for 28 days from day 30"),
    ("adalimumab 40 mg sc q2w x 3 adherence 50%", "adalimumab 40 mg sc q2w from day 30 x 3 adherence 50%"),
    ("prednisolone 15 mg po qd for 28 days then 10 mg qd for 28 days then stop",
     "prednisolone 15 mg po qd from day 30 for 28 days then 10 mg qd for 28 days then stop")])
def test_sentences_can_be_told_later(sentence, known):
    moved = later(sentence, 30.0, MODEL)
    assert moved == known
    old, new = (read_plan([said], MODEL) for said in (sentence, moved))
    days = [sorted(d.start for d in (*plan.doses, *plan.left_out)) for plan in (old, new)]
    assert days[1] == pytest.approx([day + 30 for day in days[0]])
    assert later(sentence, 0.0, MODEL) == sentence


def test_a_sentence_that_cannot_be_moved_is_refused(monkeypatch):
    monkeypatch.setattr(life, "_ways_to_say", lambda sentence, days: iter([sentence, "nonsense"]))
    with refused("ZN-1297", "30 days later"):
        life.later("stress 1 from day 2 to day 4", 30.0, MODEL)


@pytest.mark.slow
def test_a_life_told_alone_passes_through_what_the_population_shows_on_day_0(tmp_path):
    person = crowd().person(int(crowd().column("id")[7]))
    table = scenario_of(person, MODEL, until=5.0)
    (tmp_path / "life.toml").write_text(tomlkit.dumps(table), "utf-8")
    told = forecast(str(tmp_path / "life.toml"), draws=0).result
    day = history_of(person)
    at = int(np.argmin(np.abs(told.times - day)))
    assert told.times[at] == pytest.approx(day)
    for name in ("crp", "pain_vas", "sjc28", "calprotectin"):
        assert told.readout(name)[at] == pytest.approx(person.values[f"{name}_true"], rel=0.03, abs=0.02), name
    assert table["person"]["sex"] in {"female", "male"}
    assert told.problem.parameters[MODEL.parameter_index["liver.k_crp"]] == person.values["liver.k_crp"]


def test_a_life_holds_the_history_what_goes_on_and_the_plan_in_order():
    facts = {"seed": 1, "group": {"name": "made_up", "title": "", "entry": [], "background": ["naproxen 500 mg po bid for 7 days"],
                                  "histories": [{"days": 30.0, "events": ["stress 1 from day 2 to day 4"]}, {"days": 10.0, "events": ["fibre 0.5 from day 1 to day 3"]}],
                                  "some": [{"share": 0.999999, "events": ["stress 0.5 from day 0 to day 2"]}, {"share": 1e-9, "events": ["stress 1 from day 5 to day 6"]}]}}
    said = sentences_of(Person(3, {"number": 3072}, facts), ["stress 1 from day 10 to day 11"], MODEL)
    assert said == ["stress 1 from day 2 to day 4", "fibre 0.5 from day 31 to day 33", "naproxen 500 mg po bid for 7 days from day 40",
                    "stress 0.5 from day 40 to day 42", "stress 1 from day 50 to day 51"]
