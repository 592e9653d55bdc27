"""The catalogue: every entry can be given, says where it is known from, and what is known of it in people."""

import pytest
from tests.helpers import refused

from zonula.drugs.catalogue import CATALOGUE, Practice, Substance, registry, unfit
from zonula.drugs.facts import CERTAINTIES, FACTS
from zonula.evidence.bibliography import bibliography, key_of
from zonula.ground.errors import ModelError
from zonula.organs.standard import standard_model
from zonula.simulation.schedule import read_plan

ENTRIES = {**CATALOGUE.substances, **CATALOGUE.practices}
every_entry = pytest.mark.parametrize("name", ENTRIES)
SENTENCES = (
    "ibuprofen 400 mg po tid for 7 days", "infliximab 3 mg/kg iv at week 0, 2, 6 then q8w x 3", "etanercept 50 mg sc qw x 12",
    "rifaximin 550 mg po bid for 14 days", "ciprofloxacin 500 mg po bid for 5 days", "larazotide 0.5 mg po tid for 84 days",
    "bacteria 1e6 CFU po at day 0", "lactulose 5 g po at day 30", "mannitol 2 g po at day 30", "naproxen 500 mg po bid for 14 days",
    "adalimumab 40 mg sc q2w x 13", "tocilizumab 8 mg/kg iv over 1 h at day 3", "methotrexate 15 mg po weekly for 24 weeks",
    "prednisone 10 mg po qd for 28 days", "celecoxib 200 mg po qd for 7 days", "diclofenac 50 mg po tid for 7 days", "lps 2 ng/kg iv bolus at day 1",
    "butyrate 4 g daily from day 10", "zinc carnosine 37.5 mg bid for 14 days", "omega-3 2.7 g daily from day 5", "CBT from day 3 for 84 d",
    "low-gluten diet from day 0 to 180 adherence 80%", "Mediterranean diet from day 30", "alcohol binge from day 1 for 12 h",
    "exercise in the heat from day 2 for 2 h", "placebo from day 10", "vitamin D 50 ug daily", "malnutrition from day 4 to day 30",
)


def test_nothing_in_the_catalogue_is_unfit_for_the_model():
    assert unfit(CATALOGUE, standard_model()) == []
    assert len(ENTRIES) > 35


@every_entry
def test_every_entry_parses(name):
    entry = ENTRIES[name]
    if isinstance(entry, Substance):
        amount, text = entry.familiar
        for route in entry.arrives:
            plan = read_plan([f"{name} {amount:g} {text} {route} {'bolus ' if route == 'iv' and not entry.infusions else ''}at day 1"], standard_model())
            assert [dose.state for dose in plan.doses] == [entry.arrives[route]]
            assert plan.remarks == ()
    else:
        dose = "" if entry.usual is None else f" {entry.usual[0]:g} {entry.usual[1]} daily"
        plan = read_plan([f"{name}{dose} from day 1 to day 5"], standard_model())
        assert {s.exposure: s.value for s in plan.settings} == pytest.approx(dict(entry.exposures))
        assert plan.remarks == ()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_people_write_is_understood(sentence):
    plan = read_plan([sentence], standard_model())
    assert plan.doses or plan.settings


@every_entry
def test_every_entry_can_be_looked_up(name):
    assert key_of(ENTRIES[name].source) in bibliography()


@every_entry
def test_every_entry_moves_something_away_from_neutral(name):
    entry, neutral = ENTRIES[name], {e.path: e.neutral for e in standard_model().exposures}
    if isinstance(entry, Practice):
        assert all(value != neutral[path] for path, value in entry.exposures.items())


def test_what_is_known_in_people_is_said_of_every_entry_and_of_nothing_else():
    assert FACTS.keys() == ENTRIES.keys()


@every_entry
def test_facts_say_how_sure_how_much_which_harms_and_from_where(name):
    fact = FACTS[name]
    assert fact.grade in CERTAINTIES
    assert fact.sources
    assert set(map(key_of, fact.sources)) <= bibliography().keys()
    assert all(len(text) >= 5 and text.endswith(".") for text in (fact.effect, fact.harms))


def test_an_entry_that_arrives_nowhere_is_refused():
    with refused("ZN-2393", "'nothing'", kind=ModelError):
        registry(Practice(name="nothing", doc="d", exposures={}, source="s"))
    wrong = registry(Substance(name="wrong", doc="d", arrives={"po": "ibuprofen.central"}, unit="CFU", source="s"))
    assert unfit(wrong, standard_model()) == ["wrong by po: a dose in CFU cannot arrive in ibuprofen.central [mg/L]"]
