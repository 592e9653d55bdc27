"""Every organ and drug that ships is in the battery; a new one cannot be forgotten."""

import importlib
import pkgutil

from tests.battery.persons import IN_BATTERY

import zonula.drugs
import zonula.organs
from zonula.language import Drug, Organ
from zonula.organs.standard import standard_model

_SHIPPED = ("zonula.organs.", "zonula.drugs.")


def _shipped():
    """All organs of the packages, found by walking the subclasses."""
    for package in (zonula.organs, zonula.drugs):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    waiting, found = [Organ], []
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith(_SHIPPED):
                found.append(kind)
    return found


def test_every_shipped_organ_is_in_the_battery():
    escaped = [organ.__name__ for organ in _shipped() if organ not in IN_BATTERY]
    assert not escaped, f"not in the battery: {escaped}"
    assert len(_shipped()) >= 40


def test_an_organ_that_escapes_is_found():
    for base in (Organ, Drug):
        stray = type("Stray", (base,), {"__doc__": "A stray.", "__module__": "zonula.organs.stray"})
        try:
            assert stray in set(_shipped())
        finally:
            stray.__module__ = "tests"  # it lives until it is collected


def test_a_file_of_an_organ_carries_the_name_of_its_organ():
    """Treatments that belong together may share a file."""
    for organ in _shipped():
        assert issubclass(organ, Drug) or organ.__module__.split(".")[-1] == organ.path


def test_organs_and_treatments_lie_where_they_belong():
    for organ in _shipped():
        assert organ.__module__.startswith("zonula.drugs." if issubclass(organ, Drug) else "zonula.organs.")


def test_the_standard_model_is_made_of_all_that_ships():
    assert set(standard_model().organs) == set(_shipped())
    assert len(standard_model().organs) == len(set(standard_model().organs))
