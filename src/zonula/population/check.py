"""Whether a group can be simulated at all: its parameters, spreads, sentences and conditions, checked before anything is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from zonula.ground.errors import Problem, ZonulaError, nearest
from zonula.ground.files import read_text
from zonula.language.model import Model
from zonula.population.entry import read_entry
from zonula.population.groups import Group
from zonula.population.sampling import law_of
from zonula.population.schema import Change
from zonula.simulation.closed_tables import line_of
from zonula.simulation.schedule import read_plan


def law_faults(path: str, change: Change, group: str) -> None:
    """Refuse spreads that are no law about what they are said of.

    Raises
    ------
    UsageError
    """
    for which in ("uncertainty", "variability"):
        law_of(change, which, path, group)


def faults_of(group: Group, model: Model) -> list[Problem]:
    """What is wrong with a group of a file, with the place where it stands."""
    text = read_text(Path(group.file)) if group.file else ""
    found: list[Problem] = []

    def attempt(make: Callable[[], Any], *loc: str) -> None:
        try:
            make()
        except ZonulaError as error:
            found.extend(replace(p, file=group.file, line=line_of(text, loc), path=".".join(loc)) for p in error.problems)

    for path, change in group.parameters.items():
        if path not in model.parameter_index:
            found.append(Problem(code="ZN-1234", message=f"there is no parameter {path!r}", file=group.file, line=line_of(text, ("parameters", path)),
                                 path=f"parameters.{path}", fix=nearest(path, model.parameter_index)))
        attempt(lambda path=path, change=change: law_faults(path, change, group.name), "parameters", path)  # type: ignore[misc]
    for history in group.histories:
        attempt(lambda history=history: read_plan(list(history.events), model), "before")  # type: ignore[misc]
    attempt(lambda: read_plan([*group.background], model), "background")
    for some in group.some:
        attempt(lambda some=some: read_plan(some.events, model), "some")  # type: ignore[misc]
    for sentence in group.entry:
        attempt(lambda sentence=sentence: read_entry(sentence, model), "entry")  # type: ignore[misc]
    return found
