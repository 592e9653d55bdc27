"""Tables by hand: what nothing reads, or the model does not have, is refused with its name."""

import pytest

from zonula.ground.errors import ModelError
from zonula.organs.standard import standard_model
from zonula.web import tables
from zonula.web.persons import persons
from zonula.web.sliders import sliders
from zonula.web.tables import Landings, entry_named, table

MODEL = standard_model()


def given(monkeypatch, text):
    monkeypatch.setattr(tables, "read_text", lambda path, kind: text)


@pytest.mark.parametrize(("name", "text", "code"), [
    ("sliders", '[a]\ntitel = "A"', "ZN-2601"), ("persons", "[a]\nnews = 1", "ZN-2601"), ("treatments", "[a]\ndosis = [1]", "ZN-2601")])
def test_a_key_that_nothing_reads_is_refused(monkeypatch, name, text, code):
    given(monkeypatch, text)
    with pytest.raises(ModelError, match=code):
        table(name)


@pytest.mark.parametrize(("text", "code"), [
    ('[a]\ntitle = "A"\nabout = ""\nlow = ""\nhigh = ""\nmoves = { "diet.fiber" = 2 }', "ZN-2605"),
    ('[a]\ntitle = "A"\nabout = ""\nlow = ""\nhigh = ""\nmoves = { "diet.fibre" = 200 }', "ZN-2606"),
    ('[a]\ntitle = "A"\nabout = ""\nlow = ""\nhigh = ""\ntimes = { "body.wait" = 2 }', "ZN-2605")])
def test_a_slider_moves_only_what_there_is(monkeypatch, text, code):
    given(monkeypatch, text)
    with pytest.raises(ModelError, match=code):
        sliders(MODEL)


@pytest.mark.parametrize("more", ['times = { "mucosa.EC51" = 2 }', 'entry = { crpp = ">= 2" }'])
def test_a_person_names_only_what_there_is(monkeypatch, more):
    given(monkeypatch, f'[a]\ntitle = "A"\nshort = "A"\nabout = ""\nnow = 3\n{more}')
    with pytest.raises(ModelError, match="ZN-2603"):
        persons(MODEL, Landings(MODEL))


def test_a_treatment_is_in_the_catalogue():
    assert entry_named("Omega 3").name == "omega-3"
    with pytest.raises(ModelError, match="ZN-2602"):
        entry_named("snake oil")


def test_ways_of_doses_are_numbered_once():
    landings = Landings(MODEL)
    first = landings.of(landings.single("adalimumab 40 mg sc at day 0"))
    again = landings.of(landings.single("adalimumab 80 mg sc at day 3"))
    other = landings.of(landings.single("infliximab 5 mg/kg iv at day 0"))
    assert (again.state, again.way, again.amount) == (first.state, first.way, 2 * first.amount)
    assert other.way != first.way
    assert len(landings.ways) == 2
