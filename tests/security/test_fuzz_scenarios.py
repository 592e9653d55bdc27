"""Whatever a scenario or a sentence says: it is accepted, or refused with a code and a fix; nothing else happens."""

import time
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.running import zonula
from tests.security.scenarios import read_sentences, read_text_of_scenario, scenarios, sentences


@pytest.mark.slow
@settings(max_examples=300)
@given(st.lists(sentences, max_size=4))
@example(["lps 1 ng/kg iv bolus at day 1 every 1e-300 d x 5"])
@example(["lps 1 ng/kg iv infusion over 1e308 d at day 1e308"])
@example(["lps 1 10^99*g iv bolus"])
@example(["stress 1 from day 1 to day inf"])
def test_any_plan_is_read_or_refused(some):
    read_sentences(some)


@pytest.mark.slow
@settings(max_examples=300)
@given(scenarios())
@example("[solve]\nuntil = 1" + "0" * 400)
@example("parameters" + ".a" * 2000 + " = 1")
@example("[solve]\nuntil = 1e-320\nevery = 1e-320")
@example('[plan]\nevents = ["lps 1 ng iv bolus at day 1 every 1 s x 20000"]')
def test_any_scenario_is_read_or_refused(text):
    read_text_of_scenario(text)


@pytest.mark.slow
def test_the_fuzzers_reach_beyond_the_first_refusal():
    """A fuzzer that is always refused at the door tests the door alone."""
    seen = {"sentences": Counter(), "scenarios": Counter()}

    @settings(max_examples=400, database=None, derandomize=True)
    @given(st.lists(sentences, max_size=2), scenarios())
    def look(some, text):
        seen["sentences"][read_sentences(some)] += 1
        seen["scenarios"][read_text_of_scenario(text)] += 1

    look()
    for kind, found in seen.items():
        assert found["accepted"] >= 5, (kind, found)
        assert len(found) >= 6, (kind, found)


@pytest.mark.parametrize("sentence", ["lps " * 20_000, "lps " + "9" * 100_000 + " ng iv bolus", "stress 1 from day 1" + " h" * 50_000, "\x00" * 1000,
                                      "lps 1 " + "(" * 10_000 + " iv bolus", "lps 1 ng/kg iv bolus at " + "1" * 5000 + " d"])
def test_long_sentences_are_refused_soon(sentence):
    started = time.perf_counter()
    assert read_sentences([sentence]) != "accepted"
    assert time.perf_counter() - started < 1


@settings(max_examples=60)
@given(st.lists(st.one_of(st.sampled_from(["run", "model", "list", "show", "cite", "demo", "--json", "--set", "--seed", "--force", "-q", "--dry-run", "-h",
                                           "--until", "--every", "--plan", "--without", "x=y", "lps_bolus", "nowhere.toml", "-", "--", "=", "-1", "tnf"]),
                          st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)), max_size=5))
def test_any_command_line_is_answered_with_a_known_exit_code(arguments):
    with pytest.MonkeyPatch.context() as patch:
        from zonula.cli import runs

        patch.setattr(runs, "execute", lambda *a, **k: 0)  # what a run does is tested elsewhere
        said = zonula(*arguments)
    assert said.code in (0, 2), said.err
    assert "Traceback" not in said.err
