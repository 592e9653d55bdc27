"""Where in a file a key stands."""

import pytest

from zonula.simulation.scenario import flat_parameters, line_of

TEXT = """schema = "zonula/scenario/1"
name = "x"

[person]      # who
weight = 70

[plan]
events = [
  "stress 1",
  ["odd"],
]

[parameters]
"cytokines.k_tnf" = 3
[parameters.liver]
k_crp = 1

[[compare]]
label = "a"
time = { column = "t" }
[[compare]]
label = "b"
[compare.time]
column = "t"
"""


@pytest.mark.parametrize(("loc", "line"), [(("schema",), 1), (("name",), 2), (("person",), 4), (("person", "weight"), 5), (("plan", "events"), 8),
                                           (("plan", "events", 0), 8), (("parameters", "cytokines.k_tnf"), 14), (("parameters", "liver", "k_crp"), 16),
                                           (("compare", 0, "label"), 19), (("compare", 1, "label"), 22), (("person", "wieght"), 4), (("nowhere",), 0),
                                           (("compare", 0, "time", "column"), 20), (("compare", 0, "time", "unit"), 20), (("compare", 0, "value"), 18),
                                           (("compare", 1, "time", "column"), 24)])
def test_a_key_is_found_in_its_line(loc, line):
    assert line_of(TEXT, loc) == line


def test_a_key_in_another_table_is_not_meant():
    assert line_of("[a]\nweight = 1\n[person]\nweight = 2\n", ("person", "weight")) == 4


def test_parameters_may_be_written_in_tables_or_with_dots():
    assert flat_parameters({"a": {"b": 1, "c": {"d": 2}}, "e.f": 3, "g": {}}) == {"a.b": 1, "a.c.d": 2, "e.f": 3}
