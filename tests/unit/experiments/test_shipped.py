"""The experiments that ship: each is read, each row stands once, and nothing of the calibration table is left out in silence."""

import re
import tomllib
from functools import lru_cache

import pytest

from zonula.experiments.read import shipped_experiments
from zonula.ground.files import packaged, read_text
from zonula.organs.standard import standard_model
from zonula.population.groups import shipped_groups

_LONGEST = 25  # words that a text may take over from another between quotation marks


@lru_cache(maxsize=1)
def all_of_them():
    return shipped_experiments(standard_model())


def not_modelled():
    return tomllib.loads(read_text(packaged("experiments", "not_modelled.toml")))


def test_there_are_many_rows_and_each_stands_once():
    ids = [row.id for experiment in all_of_them() for row in experiment.rows]
    assert len(ids) == len(set(ids)) >= 200
    assert len({experiment.id for experiment in all_of_them()}) == len(all_of_them())


def test_a_row_is_either_modelled_or_not():
    ids = {row.id for experiment in all_of_them() for row in experiment.rows}
    assert not ids & set(not_modelled())
    for name, said in not_modelled().items():
        assert len(said["reason"]) >= 10, name


def test_files_are_named_after_their_studies():
    for experiment in all_of_them():
        assert experiment.file.rpartition("/")[2] == f"{experiment.id}.toml"


def test_every_study_says_where_it_stands():
    for experiment in all_of_them():
        assert experiment.table.source, experiment.id
        for source in experiment.table.source:
            assert not source.doi or re.fullmatch(r"10\.\d{4,9}/\S+|PMC\d+|PMID:\d+", source.doi), (experiment.id, source.doi)


def test_what_was_translated_is_said_in_a_note():
    """Numbers that only make a readout comparable must be explained."""
    silent = [row.id for experiment in all_of_them() for row in experiment.rows
              if (row.said.times not in (1, -1) or row.said.plus != 0) and not (row.said.note or experiment.table.about)]
    assert silent == []


@pytest.mark.parametrize("kind", ["experiments", "groups"])
def test_no_long_text_of_others_stands_in_them(kind):
    texts = [e.text for e in all_of_them()] if kind == "experiments" else [read_text(p) for p in sorted(packaged("population", "groups").glob("*.toml"))]
    for text in texts:
        for value in _strings(tomllib.loads(text)):
            for quoted in re.findall(r"[\"“‘«]([^\"”’»]*)[\"”’»]", value):
                assert len(quoted.split()) <= _LONGEST, quoted


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def test_groups_that_ship_are_those_that_studies_need():
    used = {group.name for experiment in all_of_them() for group in experiment.people.values()}
    assert used <= set(shipped_groups())
    assert "healthy" in used
