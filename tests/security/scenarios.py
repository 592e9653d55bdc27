"""Scenarios and sentences of a fuzzer that knows the grammar: nearly right, so that they reach deep."""

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from zonula.ground.errors import ZonulaError
from zonula.organs.standard import standard_model
from zonula.simulation.prepare import prepare
from zonula.simulation.problem import stretches
from zonula.simulation.scenario import read_scenario
from zonula.simulation.schedule import read_plan

odd_numbers = st.one_of(
    st.sampled_from(["0", "-0", "1", "-1", "2", "1e300", "-1e300", "1e-300", "5e-324", "1e999", "nan", "inf", "-inf", "1_000", "0x10", "1e", ".",
                     "+3", "3.", ".5", "1" + "0" * 400, "２", "½", "1,5", "99999999999999999999"]),
    st.floats(allow_nan=False).map(repr), st.integers(-3, 400).map(str), st.floats(0, 10).map(lambda x: f"{x:.3g}"))
odd_units = st.sampled_from(["ng/kg", "ng", "ug/kg", "mg", "pg/kg", "g", "kg", "kg/kg", "mL", "/kg", "ng/", "ng//kg", "ng{LPS}", "ng{LAL}/kg", "g^9",
                             "IU/kg", "", "1", "{", "ng/kg/kg", "10^99*g", "g" * 120, "(", ")("])
odd_times = st.one_of(
    st.tuples(st.sampled_from(["day ", "", "day", "d "]), odd_numbers, st.sampled_from(["", " h", " d", "h", " y", " kg", " min", " 2", " x"])).map("".join))
words = st.sampled_from(["lps", "LPS", "stress", "Stress", "iv", "po", "bolus", "infusion", "at", "from", "to", "until", "over", "every", "daily", "x", "day",
                         "h", "aspirin", "\u202e", "\x00", "𝓁𝓅𝓈", "lps\n", "'", '"', "#", "=", "$(id)", "__import__"])
dose = st.builds(lambda n, amount, unit, route, form, tail: f"{n} {amount} {unit} {route} {form} {' '.join(tail)}",
                 st.sampled_from(["lps", "lps", "lps", "aspirin"]), odd_numbers, odd_units, st.sampled_from(["iv", "iv", "po"]),
                 st.sampled_from(["bolus", "infusion"]),
                 st.lists(st.one_of(odd_times.map(lambda t: f"at {t}"), odd_times.map(lambda t: f"over {t}"), odd_times.map(lambda t: f"every {t}"),
                                    odd_numbers.map(lambda n: f"x {n}"), st.just("daily")), max_size=4))
good_dose = st.builds(lambda amount, form, day, tail: f"lps {amount:.3g} ng/kg iv {form} at day {day:.3g}{tail}", st.floats(0, 8),
                      st.sampled_from(["bolus", "infusion over 2 h"]), st.floats(0, 9), st.sampled_from(["", " every 1 d x 3", " daily x 2"]))
exposure = st.builds(lambda level, tail: f"stress {level} {' '.join(tail)}", odd_numbers,
                     st.lists(st.tuples(st.sampled_from(["from", "to", "at", "until"]), odd_times).map(" ".join), max_size=3))
sentences = st.one_of(dose, good_dose, exposure, st.lists(st.one_of(words, odd_numbers), max_size=9).map(" ".join), st.text(max_size=30))



def quoted(text: str) -> str:
    """A text as TOML has it: controls, quotes and what is no character at all are escaped or left out."""
    out = "".join(f"\\u{ord(c):04X}" if ord(c) < 32 or ord(c) == 127 else "" if 0xD800 <= ord(c) < 0xE000 else c
                  for c in text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{out}"'


toml_numbers = st.one_of(st.sampled_from(["0", "-1", "0.0", "1e300", "-1e-300", "5e-324", "nan", "inf", "-inf", "1_000", "0x10", "1e999", "1" + "0" * 400,
                                          "9223372036854775807", "9223372036854775808"]),
                         st.floats(allow_nan=False, allow_infinity=False).map(lambda x: f"{x:.6e}"), st.integers(-3, 400).map(str))
junk = st.one_of(st.just(""), st.just("1e"), st.integers(1, 400).map(lambda n: "[" * n), st.text(max_size=5), st.just('"'))
text_values = st.one_of(odd_times, sentences, st.text(max_size=12), st.builds(lambda n, u: f"{n} {u}", odd_numbers, odd_units)).map(quoted)
values = st.one_of(toml_numbers, text_values, toml_numbers, text_values,
                   st.sampled_from(["true", "[]", "{}", "[[]]", "1979-05-27", "'x'", '"""y"""', "{a=1}", "[1, 'a']"]))
PARAMETERS = [p.path for p in standard_model().parameters]
FIELDS = {
    "": ["schema", "name", "title", "about", "labs", '"größe"', "a.b.c"], "person": ["weight", "sex", "age", "note", "labs", "bmi"],
    "plan": ["events", "rules"], "model": ["without", "closed_roads"], "solve": ["until", "every", "rtol", "seed"],
    "roads": ["readout", "from", "road"],
    "parameters": [*(f'"{p}"' for p in PARAMETERS), *PARAMETERS[:9], "cytokines", '"a.b"'],
    "compare": ["label", "file", "where", "quantity", "names", "time", "value", "sd", "subject", "source", "colour"],
}
GOOD = {
    "weight": ['"70 kg"', "70"], "until": ['"2 d"', "3"], "every": ['"1 h"', "0.5"], "rtol": ["1e-8", "1e-6"], "schema": ['"zonula/scenario/1"'],
    "without": ['["monocytes.activation"]', '["x"]'], "closed_roads": ['["systemic"]', '["systemic from day 1", "primed"]'],
    "readout": ['"pain_vas"', '"crp"'], "from": ['"day 1"', "0.5"], "label": ['"people"', '"$x$"'],
    "file": ['"study:endotoxemia_bolus_continuous/means_bolus_and_continuous.csv"', '"d.csv"', '"../x"', '"study:a/b"', '"\\u0000"'],
    "where": ['{ arm = "continuous" }'], "quantity": ['"cytokine"'], "names": ['{ TNF = "tnf" }', '{ TNF = "zzz" }'],
    "time": ['{ column = "time_h", unit = "h", zero = "day 1" }', '{ column = "x", unit = "kg" }'],
    "value": ['{ column = "mean_pg_ml", unit = "pg/mL" }'], "source": ['["Windoloski2024code"]', '["x"]'],
}


@st.composite
def scenarios(draw: Any) -> str:
    """The text of a scenario: tables in any order, keys mostly known, values mostly odd."""
    lines = []
    for table in draw(st.lists(st.sampled_from([*FIELDS, "plan", "person", "solve", "parameters", "x"]), max_size=5, unique=draw(st.integers(0, 9)) != 5)):
        if table:
            lines.append(f"[[{table}]]" if table == "compare" else f"[{table}]")
        keys = FIELDS.get(table, ["a"])
        chosen = keys[:8] if table == "compare" and draw(st.booleans()) else draw(st.lists(st.sampled_from(keys), max_size=4, unique=draw(st.integers(0, 20)) != 5))
        for key in chosen:
            if key == "events":
                inner = draw(st.lists(sentences, max_size=4))
                value = "[" + ", ".join(map(quoted, inner)) + "]"
            else:
                value = draw(st.one_of(st.sampled_from(GOOD[key]), values) if key in GOOD else values)
            if draw(st.integers(0, 60)) == 37:
                value = draw(junk)
            lines.append(f"{key} = {value}")
    text = "\n".join(lines)
    if draw(st.integers(0, 14)) == 7 and text:  # and now and then a bite out of it
        i, j = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        text = text[:i] + text[j:]
    return text


def read_sentences(some: list[str]) -> str:
    """Read a plan: ``accepted`` or the code of its refusal; anything else escapes."""
    try:
        read_plan(some, standard_model())
    except ZonulaError as error:
        return checked(error)
    return "accepted"


def checked(error: ZonulaError) -> str:
    """The code of a refusal, which must say what is wrong and what to do."""
    assert error.exit_code in (2, 3), error
    assert error.problems
    assert all(p.code and p.message and p.fix for p in error.problems), error
    return error.problems[0].code


def read_text_of_scenario(text: str) -> str:
    """Read and prepare a scenario: ``accepted`` or the code of its refusal; anything else escapes."""
    handle, path = tempfile.mkstemp(suffix=".toml")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
        setup = prepare(read_scenario(path))
        if len(setup.problem.plan.doses) < 50:
            stretches(setup.problem)
        assert len(setup.fingerprint) == 64
    except ZonulaError as error:
        return checked(error)
    finally:
        Path(path).unlink()
    return "accepted"
