"""The tables of the page that are written by hand (``*.toml`` beside this file), and how what they name lands in the model."""

from __future__ import annotations

import tomllib
from typing import Any

from zonula.drugs.catalogue import CATALOGUE, Practice, Substance, plain
from zonula.ground.errors import ModelError, nearest
from zonula.ground.files import packaged, read_text
from zonula.language.model import Model
from zonula.simulation.events import Dose, Plan
from zonula.simulation.schedule import read_plan
from zonula.simulation.timetable import Arm, Rise, Way, pieces

Json = dict[str, Any]
_KEYS = {
    "persons": {"title", "short", "about", "now", "horizon", "times", "person", "history", "steady", "entry", "like"},
    "sliders": {"title", "about", "low", "high", "six", "bend", "moves", "times", "set"},
    "treatments": {"group", "of", "title", "about", "warns", "people", "dose", "per_kg", "a_day", "every", "first", "route", "most", "moves"},
}


def table(name: str) -> dict[str, Json]:
    """One of the tables by hand, each of its entries by name.

    Raises
    ------
    ModelError   where an entry has a key that nothing reads
    """
    said: dict[str, Json] = tomllib.loads(read_text(packaged("web", f"{name}.toml"), kind=ModelError))
    for entry, keys in said.items():
        if entry != "groups" and (unknown := sorted(keys.keys() - _KEYS[name])):
            raise ModelError.of("ZN-2601", f"unknown key {unknown[0]!r} of {entry!r}", file=f"web/{name}.toml", fix=nearest(unknown[0], _KEYS[name]))
    return said


def entry_named(name: str) -> Substance | Practice:
    """What the catalogue has under a name.

    Raises
    ------
    ModelError
    """
    known = CATALOGUE.names
    if plain(name) not in known:
        raise ModelError.of("ZN-2602", f"the catalogue has no {name!r}", file="web/treatments.toml", fix=nearest(name, known))
    return known[plain(name)]


class Landings:
    """How doses land in the model, with one list of ways for all that the page can give."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.ways: dict[Way, int] = {}

    def of(self, dose: Dose) -> Rise:
        """The state that a dose raises, by which way, and by how much in the state's unit."""
        at_once = Dose(substance=dose.substance, route=dose.route, state=dose.state, amount=dose.amount, unit=dose.unit, per_weight=dose.per_weight,
                       start=0.0, duration=0.0, sentence=dose.sentence, unit_text=dose.unit_text, molar_mass=dose.molar_mass)
        return pieces(self.model, Arm(plan=Plan(doses=(at_once,))), 1.0, self.ways)[0].jumps[0]

    def single(self, sentence: str) -> Dose:
        """The one dose of a sentence."""
        (dose,) = read_plan([sentence], self.model).doses
        return dose
