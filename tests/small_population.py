"""Groups of people on the small body of small_crowd: their evidence, and their files."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from tests.small_crowd import MODEL, made_ready
from zonula.evidence.laws import law_from
from zonula.population.groups import Group, read_groups
from zonula.population.sampling import Members, prior_members
from zonula.population.schema import CovariatesTable

COVARIATES = {"female": 0.5, "height_female": {"mean": 165.0, "sd": 6.0, "low": 140.0, "high": 190.0},
              "height_male": {"mean": 178.0, "sd": 7.0, "low": 150.0, "high": 205.0},
              "body_mass_index": {"mean": 25.0, "sd": 3.0, "low": 17.0, "high": 45.0}}


@lru_cache(maxsize=1)
def evidence():
    """Everything differs by a fifth, between members and between persons."""
    return made_ready().evidence


def with_value(path, value, cv=0.2):
    """The same, with another number for one parameter."""
    law = law_from("lognormal", value, cv=cv)
    return evidence() | {path: replace(evidence()[path], value=value, uncertainty=law, variability=law)}


@lru_cache(maxsize=4)
def members(count=4, seed=1) -> Members:
    return prior_members(MODEL, evidence(), count, seed=seed, jobs=1)


def group(**more) -> Group:
    """People of the small body."""
    return Group(**({"name": "small", "title": "small", "about": "", "covariates": CovariatesTable(**COVARIATES)} | more))


def write_groups(folder, **texts):
    """Files of groups, each with its name and title; the rest as it is given."""
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(f'schema = "zonula/group/1"\nname = "{name}"\ntitle = "{name}"\n{text}', "utf-8")
    return folder


def read_one(folder, text, name="odd"):
    """One group from a file."""
    return read_groups([write_groups(folder, **{name: text})])[name]


def column(rows, path):
    """A parameter of everybody."""
    return np.asarray(rows)[:, MODEL.parameter_index[path]]
