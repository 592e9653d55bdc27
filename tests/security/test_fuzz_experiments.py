"""Whatever an experiment says: it is read and judged, or refused with a code and a fix; nothing else happens."""

import warnings
from collections import Counter
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.security.scenarios import checked, junk, odd_numbers, odd_times, quoted, values
from tests.small_studies import members, read_text_of, text_of

from zonula.experiments.judge import Judge, Shown
from zonula.experiments.measure import Curves, needed
from zonula.experiments.read import shipped_experiments
from zonula.experiments.validate import judged
from zonula.ground.errors import ZonulaError
from zonula.organs.standard import standard_model
from zonula.population.cohort import Cohort
from zonula.simulation.people import Moment

GOOD = {
    "measure": ["pain_vas", "crp", "acr20", "tnf", "edta_recovery"], "at": ["0 h", "7 d", "0 h to 12 h"], "unit": ["1", "%", "mm", "h", "kg"],
    "take": ["value", "mean", "highest", "lowest", "time of highest", "first time", "last time"], "own": ["ratio", "change", "percent change"],
    "statistic": ["mean", "median", "geometric mean", "standard deviation", "log standard deviation", "proportion", "correlation", "rank correlation"],
    "judged": ["number", "direction", "at most", "at least"], "counts": [">= 2", "<= 0"], "with": ["crp"], "baseline": ["0 h", "0 h to 1 d"],
    "spread": ["3 SD", "0.1 SEM", "0.5 CV", "1 to 2 IQR", "3/9", "0/4", "1e-200 SE", "1e300 SD", "1 to 5 95% CI"], "every": ["1 h", "0 h", "1 s"],
    "noise": ["none", "crp"],
}
BARE = {"observed": ["0", "-1", "1", "0.5"], "times": ["0", "-2", "36.8"], "plus": ["0", "-1e9"], "n": ["1", "3", "100000"], "nothing": ["0", "0.2"],
        "scale": ["true", "false"], "against": [f'{{ arm = "two", as = "{how}" }}' for how in ("ratio", "difference", "smd", "odds ratio",
                                                                                            "number needed to treat", "percent difference")]
        + ['{ row = "ROW-0", as = "ratio" }', '{ row = "ROW-0", as = "difference" }']}
spreads = st.builds(lambda a, what, b: f"{a} {what} {b}".strip(), odd_numbers, st.sampled_from(["SD", "SE", "CV", "to", "/"]), odd_numbers)


@lru_cache(maxsize=1)
def shipped():
    found = shipped_experiments(standard_model())
    return [e.text for e in found[:: max(1, len(found) // 12)]]


@st.composite
def rows(draw):
    """The text of a row: keys that are known, with values that mostly can be."""
    out = {}
    for key in draw(st.lists(st.sampled_from([*GOOD, *BARE]), max_size=6, unique=True)):
        good = st.sampled_from(GOOD[key]).map(quoted) if key in GOOD else st.sampled_from(BARE[key])
        odd = st.one_of(values, odd_times.map(quoted), spreads.map(quoted))
        out[key] = draw(odd if draw(st.integers(0, 9)) == 7 else good)
    return "\n".join(f"{key} = {value}" for key, value in out.items())


@st.composite
def studies(draw):
    """A study of rows that may be compared; or one that ships, with some lines changed, lost, twice, or bitten."""
    if draw(st.booleans()):
        return text_of('unit = "mm"', *draw(st.lists(rows(), min_size=1, max_size=2)))
    lines = draw(st.sampled_from(shipped())).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        i = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["value", "value", "value", "lost", "twice", "bite"]))
        if how == "value" and "=" in lines[i]:
            key = lines[i].partition("=")[0].strip()
            known = st.sampled_from(GOOD[key]).map(quoted) if key in GOOD else st.sampled_from(BARE[key]) if key in BARE else values
            lines[i] = f"{key} = {draw(st.one_of(known, known, values))}"
        elif how == "lost":
            lines[i] = ""
        elif how == "twice":
            lines.insert(i, lines[i])
        else:
            lines[i] = lines[i][: draw(st.integers(0, len(lines[i])))] + draw(junk)
    return "\n".join(lines)


def read_and_judge(text):
    """Read a study, and judge it by people who show anything at all: ``accepted`` or the code of its refusal; anything else escapes."""
    try:
        experiment = read_text_of(text)
    except ZonulaError as error:
        return checked(error)
    people, some = members(4), np.random.default_rng(3)
    arms = {}
    for name in experiment.arms:
        mine = [r for r in experiment.rows if name in (r.arm, r.said.against.arm if r.said.against else "")]
        names, times = needed(mine)
        curves = Curves(numbers=tuple(range(20)), times=times, readouts=names, values=some.choice([0.0, 1.0, 2.5, 1e6, np.nan], p=[.3, .3, .3, .05, .05],
                                                                                               size=(20, len(times), len(names))))
        cohort = Cohort(group=experiment.people[experiment.arms[name].people], model=standard_model(), seed=0, members=people,
                        member=np.repeat(np.arange(4), 5).astype(np.int32), number=curves.numbers, rows=np.zeros((20, 1)),
                        moment=Moment(None, np.zeros((20, 1))), covariates=None, counts={})
        arms[name] = Shown(cohort, curves, 20)
    judge = Judge(experiment, arms, people, seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of numbers like 1e300, which are told as not predicted
        for row in experiment.rows:
            verdict = judged(judge.prediction(row))
            assert verdict.reason or np.isfinite(verdict.predicted), row
            verdict.as_dict()
    return "accepted"


@pytest.mark.slow
@settings(max_examples=120)
@given(studies())
@example(text_of('spread = "1e-320 SE"', 'observed = 2\nspread = "2 SE"\nunit = "mm"\nagainst = { row = "ROW-0", as = "ratio" }'))
@example(text_of('at = "1 d"\nown = "ratio"\nbaseline = "0 h to 1 d"\nunit = "%"'))
@example(text_of('statistic = "proportion"\ncounts = ">= 1.2.3"'))
@example(text_of("x = " + "[" * 500))
def test_any_experiment_is_read_and_judged_or_refused(text):
    read_and_judge(text)


@pytest.mark.slow
def test_the_fuzzer_reaches_beyond_the_first_refusal():
    seen = Counter()

    @settings(max_examples=80, database=None, derandomize=True)
    @given(studies())
    def look(text):
        seen[read_and_judge(text)] += 1

    look()
    assert seen["accepted"] >= 8, seen
    assert len(seen) >= 5, seen
