"""Whatever a regimen, a practice or a table of events says: it is read, or refused with a code and a fix; nothing else happens."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.security.scenarios import checked, odd_numbers, odd_times
from tests.small_pharmacy import MODEL, PHARMACY, VALUES

from zonula.ground.errors import UsageError
from zonula.simulation.event_table import read_event_table
from zonula.simulation.problem import Problem, output_times, stretches
from zonula.simulation.schedule import expanded, read_plan

number = st.one_of(st.sampled_from(["1", "2", "10", "40", "0.5", "3"]), odd_numbers)
time = st.one_of(st.sampled_from(["day 3", "week 2", "36 h", "4", "week 0, 2, 6", "0 h and 6 h"]), odd_times)
often = st.sampled_from(["qd", "bid", "q2w", "q6h", "q0d", "q9999w", "weekly", "daily", "every 8 h", "every", "QD", "qh", "q-1d"])
phrase = st.one_of(often, st.builds(lambda w, t: f"{w} {t}", st.sampled_from(["at", "from", "to", "until", "for", "over"]), time),
                   st.builds(lambda n: f"x {n}", number), st.sampled_from([",", "and", "then", "then stop", "then 10 mg", "bolus", "infusion", "po"]),
                   st.builds(lambda n, p: f"adherence {n}{p}", number, st.sampled_from(["", "%", " %"])))
name = st.sampled_from([*PHARMACY.names, *(e.path for e in MODEL.exposures), "stress", "level", *(s.path for s in MODEL.states), "low-gluten", "aspirin"])
unit = st.sampled_from(["mg", "mg/kg", "g", "umol", "CFU/mL", "g/d", "mg/L", "IU", "", "mg/day/kg", "10^99*g", "{", "mmol/(L*day)"])
route = st.sampled_from(["po", "sc", "iv", "", "iv over 2 h", "iv bolus"])
regimen = st.builds(lambda n, a, u, r, tail: f"{n} {a} {u} {r} {' '.join(tail)}", name, number, unit, route, st.lists(phrase, max_size=5))
good = st.builds(lambda d, often, end, tail: f"{d} {often} {end}{tail}",
                 st.sampled_from(["naproxen 500 mg po", "adalimumab 40 mg sc", "tocilizumab 8 mg/kg iv", "zinc carnosine 37.5 mg", "butyrate 2 g"]), often,
                 st.one_of(number.map(lambda n: f"x {n}"), time.map(lambda t: f"until {t}"), odd_times.map(lambda t: f"for {t}")),
                 st.sampled_from(["", " then stop", " adherence 50%", " from week 2", " then qd x 3"]))
practice = st.builds(lambda n, tail: f"{n} {' '.join(tail)}", name, st.lists(phrase, max_size=3))
sentences = st.one_of(regimen, good, practice, st.text(max_size=20))
cell = st.one_of(st.sampled_from(["", ".", "0", "1", "2", "3", "4", "adalimumab_sc", "naproxen_po", "tocilizumab_iv", "lumen.bacteria", "stress", "level", "mg", "mg/kg",
                                  "-1", "-2", "0.5", '"', "a,b", "nan", "1e400", "=1+1", "\x00", "naproxen.k"]), odd_numbers, st.text(max_size=4))
columns = st.lists(st.sampled_from(["TIME", "EVID", "CMT", "AMT", "UNIT", "RATE", "DUR", "II", "ADDL", "SS", "ADH", "PAR", "VALUE", "ID", "WT", "time", ""]), max_size=9)
likely = {"TIME": number, "EVID": st.sampled_from(["0", "1", "1", "1", "2", "3", "x"]), "AMT": number, "ADDL": st.sampled_from(["", "2", "30000", "-1"]),
          "CMT": st.sampled_from(["adalimumab_sc", "naproxen_po", "tocilizumab_iv", "lumen.bacteria", "x"]), "II": number, "UNIT": unit,
          "PAR": st.sampled_from(["stress", "lifestyle.gluten", "x", ""]), "VALUE": number, "DUR": st.sampled_from(["", "0.5", "0", "-1", "1e300"])}


def prepared(plan):
    """What a plan that is read must be good for."""
    assert len(expanded(plan)) == len(plan.doses) + len(plan.left_out) + len(plan.settings)
    problem = Problem(model=MODEL, parameters=np.array([VALUES.get(p.path, 1.0) for p in MODEL.parameters]), plan=plan, until=30.0,
                      times=output_times(plan, 30.0, 1.0))
    pieces = stretches(problem)
    assert pieces[0].start == 0
    assert pieces[-1].end == 30.0
    assert np.all(np.diff(problem.times) > 0)
    for setting in plan.settings:
        exposure = next(e for e in MODEL.exposures if e.path == setting.exposure)
        assert exposure.within[0] <= setting.value <= exposure.within[1]
        assert 0 <= setting.start < setting.end


def read(some, lines=()):
    try:
        plan = read_plan(some, MODEL, registry=PHARMACY, lines=lines, seed=1)
    except UsageError as error:
        return checked(error)
    prepared(plan)
    assert read_plan(plan.sentences, MODEL, registry=PHARMACY, seed=1) == plan or lines
    return "accepted"


def read_table(path, text):
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        lines = read_event_table(path, MODEL, registry=PHARMACY).lines
    except UsageError as error:
        return checked(error)
    return read([], lines)


@st.composite
def tables(draw):
    head = draw(st.one_of(st.just(["TIME", "EVID", "CMT", "AMT", "II", "ADDL"]), st.just(["TIME", "EVID", "PAR", "VALUE"]),
                          st.just(["TIME", "EVID", "CMT", "AMT", "UNIT", "DUR"]), columns))
    rows = [",".join(draw(likely[c] if c in likely and draw(st.integers(0, 5)) else cell) for c in head) for _ in range(draw(st.integers(0, 4)))]
    comment = draw(st.sampled_from(["", "", "# time: h\n", "# amt: mg\n", "# time: x\n", "#\n"]))
    return comment + ",".join(head) + draw(st.sampled_from(["\n", "\r\n", "\r"])) + "\n".join(rows)


@settings(max_examples=300)
@given(st.lists(sentences, max_size=4))
@example(["naproxen 500 mg po qd for 1e308 y"])
@example(["naproxen 1e308 mg po qd x 3", "naproxen 500 mg po at 1e308 y"])
@example(["adalimumab 40 mg sc every 5e-324 d until day 5"])
@example(["butyrate 1e308 g/d", "butyrate.level 400"])
@example(["adalimumab 40 mg sc at week" + " 1, 2," * 20])
@example(["naproxen 500 mg po x 3 every 1e308 d"])
def test_any_plan_is_read_or_refused(some):
    read(some)


@settings(max_examples=300)
@given(tables())
def test_any_table_is_read_or_refused(tmp_path_factory, text):
    read_table(tmp_path_factory.getbasetemp() / "fuzz.csv", text)


@pytest.mark.slow
def test_these_fuzzers_reach_beyond_the_first_refusal(tmp_path):
    seen = {"sentences": Counter(), "tables": Counter()}

    @settings(max_examples=500, database=None, derandomize=True)
    @given(st.lists(sentences, max_size=2), tables())
    def look(some, text):
        seen["sentences"][read(some)] += 1
        seen["tables"][read_table(tmp_path / "t.csv", text)] += 1

    look()
    for kind, found in seen.items():
        assert found["accepted"] >= 20, (kind, found)
        assert len(found) >= 10, (kind, found)
