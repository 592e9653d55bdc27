"""The page of a trial, from made-up results: it says what was decided before, keeps the two kinds of doubt apart, and survives what is missing."""

import re
from itertools import pairwise

import numpy as np
import pytest
from tests.made_up_trial import ARMS, SAID, made_up

from zonula.report.style import house_style
from zonula.report.trial import LIMITS, Told, figures_of, trial_page
from zonula.report.trial_courses import Course, Courses, Roads
from zonula.report.trial_figures import apart, hands
from zonula.report.trial_lines import trial_lines

DAYS = np.array([0.0, 28, 84, 168, 252, 336])
FIGURES = {"01_courses", "02_estimands", "03_subgroups", "04_benefit", "05_responders", "06_events_flare", "07_harms", "08_power", "09_roads_pain_vas",
           "10_interim"}


def courses():
    def course(level, arm):
        true = level - 3.0 * list(ARMS).index(arm) * np.minimum(DAYS / 84, 1)
        return Course(days=DAYS, n=np.full(6, 55.0), mean=true + 0.4, half=np.full(6, 4.0), true=true)

    return Courses(of={name: {arm: course(level, arm) for arm in ARMS} for name, level in (("crp", 16), ("pain_vas", 50), ("das28_crp", 5))}, persons=240,
                   roads={"pain_vas": Roads(arms=tuple(ARMS), days=np.array([0.0, 168]), parts=np.full((4, 2, 4), 5.0), persons=12)})


def told(results=None, **changes):
    return Told(**{"said": SAID, "text": "schema = 'zonula/trial/1' # <b>", "results": results or made_up(), "courses": courses(),
                   "units": {"pain_vas": "mm", "crp": "mg/L"}, "facts": [("seed", "7")]} | changes)


@pytest.fixture(scope="module")
def page():
    return trial_page(told())


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))


def test_it_is_one_file_without_scripts_and_what_the_protocol_says_is_escaped(page):
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "# &lt;b&gt;" in page
    assert "default-src 'none'" in page
    assert set(re.findall(r'(?:src|href)="([^"]{0,16})', page)) == {"data:image/svg+x"}
    assert page.count("<h1>") == 1


def test_it_says_first_that_nobody_took_part(page):
    said = words_of(page)
    assert "Simulated, not evidence: no person took part." in said
    assert said.index("Simulated, not evidence") < said.index("What came out")
    assert all(limit.replace("'", "&#39;") in page for limit in LIMITS)


def test_all_figures_are_drawn_each_with_a_sentence():
    made = figures_of(told())
    assert {figure.name for figure, _ in made} == FIGURES
    for figure, svg in made:
        assert svg.count("<svg") == 1
        assert figure.caption.endswith(".")
        assert len(figure.caption) > 25


def test_what_chance_leaves_and_what_is_not_known_stand_apart(page):
    said = words_of(page)
    e = made_up()["estimands"][0]
    assert "difference −5.0 mm (−11.1 to 1.1; below 0 is better) among the 240 randomised (110 compared, p = 0.11)" in said
    low, high = (f"{e['unknown'][key]:.1f}".replace("-", "−") for key in ("p05", "p95"))
    assert f"90 % between {low} and {high}" in said
    assert "which no number of participants narrows" in said
    assert "not chance: more participants would not take it away" in said


def test_the_flow_adds_up(page):
    flow = made_up()["flow"]
    said = words_of(page)
    assert "looked at 720" in said
    assert "not taken 475" in said
    assert sum(flow["excluded"].values()) == 475
    for arm in flow["arms"].values():
        assert arm["analysed"] == arm["randomised"] - sum(arm["dropped"].values())
        assert f"analysed {arm['analysed']}" in said
    assert "5 places found nobody" in said


def test_what_was_decided_before_is_told(page):
    said = words_of(page)
    for words in ("Gut repair and anti-TNF − Anti-TNF", "treatment policy", "whatever happens in between counts as it is", "early ra, with DAS28-CRP ≥ 3.2 on day 0",
                  "prednisolone 10 mg po qd for 28 days", "in permuted blocks within strata of HLA-B27", "weeks 0, 4, 12, 24, 36, 48"):
        assert words in said, words


def test_the_measure_that_decides_is_drawn_first_and_large():
    from zonula.report.trial_tables import measures_shown

    assert measures_shown(SAID, courses().of) == ["pain_vas", "das28_crp", "crp"]


def test_results_without_anything_beyond_the_estimands_make_a_page():
    bare = made_up() | {"responders": [], "events": [], "harms": [], "subgroups": [], "benefit": None, "power": None, "interim": None}
    made = figures_of(told(bare, courses=None))
    assert [figure.name for figure, _ in made] == ["02_estimands"]
    assert "What came out" in trial_page(told(bare, courses=None))


def test_an_estimand_that_could_not_be_answered_is_said_so():
    lost = made_up()
    for e in lost["estimands"]:
        e["randomised"] = {"value": None, "lo": None, "hi": None, "p": None, "se": None}
    said = words_of(trial_page(told(lost)))
    assert "could not be answered by the 240 randomised" in said
    assert "The same persons in both arms, under the same errors of measurement: −4.6 mm" in said


def test_lives_that_failed_are_told_above_one_in_a_thousand():
    results = made_up()
    assert "could not be simulated" not in words_of(trial_page(told(results)))
    results["flow"]["arms"]["both"]["failed"] = {"solver stopped": 1}
    assert "1 of 240 lives could not be simulated" in words_of(trial_page(told(results)))


def test_a_partial_study_says_so():
    assert "Not all parts of the study are done" in words_of(trial_page(told(made_up() | {"partial": True})))


def test_differences_of_shares_are_told_in_percentage_points():
    results = made_up()
    results["estimands"][0] |= {"measure": "risk difference", "kind": "response", "unit": "", "randomised": {"value": 0.12, "lo": 0.02, "hi": 0.22, "p": 0.01},
                                "twins": {"value": 0.1, "lo": 0.08, "hi": 0.12, "n": 240}, "unknown": {}}
    said = words_of(trial_page(told(results)))
    assert "risk difference 12.0 percentage points (2.0 to 22.0; below 0 is better)" in said
    assert results["estimands"][0]["randomised"]["value"] == 0.12


def test_no_size_that_was_tried_is_enough():
    results = made_up()
    results["power"]["needed"] = None
    said = words_of(trial_page(told(results)))
    assert "Even 800 persons would not give 90 % power" in said


def test_arms_differ_in_colour_and_mark_and_the_comparator_is_gray():
    drawn = hands(SAID["arms"])
    assert len({hand.color for hand in drawn.values()}) == 4
    assert drawn["neither"].color == "#7a7f85"
    assert len({(hand.mark, str(hand.line)) for hand in drawn.values()}) == 4


def test_labels_are_moved_apart_and_keep_their_order():
    moved = apart([0.5, 0.51, 0.52], 0.1)
    assert all(b - a >= 0.1 - 1e-6 for a, b in pairwise(moved))
    assert apart([0.1, 0.9], 0.1) == [0.1, 0.9]


def test_the_same_page_is_the_same_bytes(page):
    assert trial_page(told()) == page


def test_lines_for_the_terminal():
    lines = trial_lines(made_up(), {"pain_vas": "mm"})
    assert lines[0] == SAID["title"]
    primary, = (line for line in lines if line.startswith("* Adding gut repair"))
    assert "−5.0 (−11.1 to 1.1)" in primary


def test_figures_leave_nothing_open():
    with house_style() as pyplot:
        pass
    figures_of(told())
    assert pyplot.get_fignums() == []


MATCH = {"cohort": {"name": "hit", "title": "A cohort <of> 172"}, "selected_share": 0.31, "pilot_persons": 480, "pilot_effective": 151.3, "persons": 240,
         "effective_persons": 240.0, "numbers": [
             {"target": "female share", "of": "female", "published": 0.686, "before": 0.72, "now": 0.70, "status": "by chance", "alone_between": None},
             {"target": "crp quantile 0.25", "of": "crp", "published": 6.5, "before": 0.28, "now": 7.25, "status": "reached", "alone_between": None},
             {"target": "sjc28 sd", "of": "sjc28", "published": 4.8, "before": 2.1, "now": 2.36, "status": "missed", "alone_between": [1.9, 2.7]},
             {"target": "das28_crp share >= 5.1", "of": "das28_crp", "published": 0.4, "before": 0.2, "now": None, "status": "not measured",
              "alone_between": None}]}


def test_whom_matched_people_are_like_stands_beside_what_is_published():
    said = words_of(trial_page(told(made_up() | {"match": MATCH})))
    assert "Whom they are like" in said
    assert "A cohort &lt;of&gt; 172" in said
    assert "31 % of those who fulfil what the trial asks are taken" in said
    assert "tell as much as 151 (effective sample size)" in said
    assert "240 persons tell as much as 240." in said
    assert "women 69 % 72 % 70 % as near as chance lets it" in said
    assert "CRP: 25 % are at or below 6.5" in said
    assert "not reached" in said
    assert "by itself, in the pilot, it could be brought between 1.9 and 2.7" in said
    assert "1 of its 3 numbers that were measured here are not reached" in said
    reached = {**MATCH, "numbers": [one | {"status": "reached"} for one in MATCH["numbers"]]}
    assert "are not reached" not in words_of(trial_page(told(made_up() | {"match": reached})))
    share = {**MATCH, "numbers": [MATCH["numbers"][0] | {"status": "missed", "alone_between": [0.0849, 1.0]}]}
    assert "women (by itself, in the pilot, it could be brought between 8 % and 100 %)" in words_of(trial_page(told(made_up() | {"match": share})))
    assert "DAS28-CRP ≥ 5.1 40 % 20 % – not measured here" in said
    assert said.index("Who took part") < said.index("Whom they are like") < said.index("The answers, with two kinds of doubt")


def test_a_trial_whose_people_were_not_matched_says_nothing_of_it(page):
    assert "Whom they are like" not in page
    assert "weighted" not in words_of(page)


def test_weights_of_people_are_told_by_what_they_are_worth():
    results = made_up()
    results["flow"]["effective"] = 143.7
    assert "weighted: they tell as much as 144" in words_of(trial_page(told(results)))


@pytest.mark.parametrize(("kind", "seen", "words"), [
    ("difference", {"persons": 80, "least": 6.43}, "80 persons have 90 % power for a difference of 6.43 mm or more."),
    ("risk difference", {"persons": 80, "least": 0.31}, "80 persons have 90 % power for a difference of 31 percentage points or more."),
    ("hazard ratio", {"persons": 80, "least": 0.123, "event_share": 0.1, "for_half": 876},
     "10 % of the persons have the event: 80 of them have 90 % power for a hazard ratio of 0.12 or less; one of 0.5 would take about 876."),
    ("hazard ratio", {"persons": 80, "least": None, "event_share": 0.0, "for_half": None},
     "The event came to none of them: how many persons it would take cannot be told from so few as 80.")])
def test_what_so_many_persons_can_show_at_all_is_told(kind, seen, words):
    results = made_up()
    results["power"] |= {"kind": kind, "sees": seen}
    assert words in words_of(trial_page(told(results)))
    assert words in re.sub(r"\s+", " ", " ".join(trial_lines(results, {"pain_vas": "mm"})))
    results["estimands"][0]["randomised"]["value"] = None  # where the question cannot be answered, it is told all the same
    assert words in words_of(trial_page(told(results)))


def test_where_nobody_lived_in_both_arms_the_page_does_not_speak_of_it(page):
    said = "the same persons would have in both arms"
    assert f"Each answer three times: what a trial of this size would see, what {said}" in words_of(page)
    alone = [{**one, "twins": {}} for one in made_up()["estimands"]]
    without = words_of(trial_page(told({**made_up(), "estimands": alone}, twins=False)))
    assert "Each answer twice: what a trial of this size would see and how far" in without
    assert "the same persons in both arms: 95" not in without
    assert "the same persons in both arms: 95" in words_of(page)
