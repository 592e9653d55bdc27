"""Experiments as files for tests, and arms whose people showed what is known."""

import tempfile
from pathlib import Path

import numpy as np

from zonula.experiments.judge import Judge, Shown
from zonula.experiments.measure import Curves, needed
from zonula.experiments.read import Experiment, read_experiments
from zonula.organs.standard import standard_model
from zonula.population.cohort import Cohort
from zonula.population.sampling import Members
from zonula.simulation.people import Moment

HEAD = """schema = "zonula/experiment/1"
id     = "a_study"
title  = "A study"
domain = "{domain}"
source = [{{ text = "Nobody 2000", seen = "nothing" }}]

[people.everybody]
is = "healthy"
{people}
[arms.one]
[arms.two]
"""


def text_of(*rows, domain="trial", people="", more=""):
    """A file of a study with two arms and these rows, each the text of a table; what they do not say is usual."""
    said = []
    for i, row in enumerate(rows):
        usual = {"arm": '"one"', "measure": '"pain_vas"', "observed": "1.0"}
        keys = {line.split("=", 1)[0].strip() for line in row.splitlines()}
        if not keys & {"unit", "measure", "own", "statistic", "judged", "against"}:
            usual["unit"] = '"mm"'
        said.append("\n".join(["[[rows]]", *([f'id = "ROW-{i}"'] if "id" not in keys else []),
                               *(f"{key} = {value}" for key, value in usual.items() if key not in keys), row]))
    return "\n".join([HEAD.format(domain=domain, people=people) + more, *said]) + "\n"


def read_text_of(text, model=None) -> Experiment:
    """An experiment from the text of its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a_study.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return read_experiments([path], model or standard_model())[0]


def study(*rows, **more) -> Experiment:
    """An experiment of the standard model."""
    return read_text_of(text_of(*rows, **more))


def curves(row_or_rows, shown, numbers=None) -> Curves:
    """What persons showed: for each readout, values of shape (person, time), or (person,) where nothing changes."""
    rows = row_or_rows if isinstance(row_or_rows, (list, tuple)) else [row_or_rows]
    names, times = needed(rows)
    first = np.asarray(next(iter(shown.values())))
    values = np.zeros((len(first), len(times), len(names)))
    for name, numbers_shown in shown.items():
        what = np.asarray(numbers_shown, dtype=np.float64)
        values[:, :, names.index(name)] = what[:, np.newaxis] if what.ndim == 1 else what
    return Curves(numbers=tuple(range(len(first))) if numbers is None else numbers, times=times, readouts=names, values=values)


def shown(experiment, person, measure="pain_vas", arm="one") -> Shown:
    """An arm in which each person of each member shows one number: *person* of shape (member, person), NaN for who did not come."""
    rows = [r for r in experiment.rows if arm in (r.arm, r.said.against.arm if r.said.against else "")]
    count, each = np.shape(person)
    flat = np.asarray(person, dtype=np.float64).ravel()
    member = np.repeat(np.arange(count), each).astype(np.int32)
    seen = curves(rows, {measure: flat})
    people = Cohort(group=experiment.people["everybody"], model=standard_model(), seed=0, members=members(count), member=member, number=seen.numbers,
                    rows=np.zeros((len(flat), 1)), moment=Moment(None, np.zeros((len(flat), 1))), covariates=None, counts={})
    return Shown(people, seen, int(np.isfinite(flat).sum()))


def members(count) -> Members:
    return Members(rows=np.zeros((count, 1)), numbers=tuple(range(count)))


def predicted(experiment, one, two=None, *, measure="pain_vas", seed=1):
    """Predictions of all rows, from what persons of the arms show."""
    asked = {name for row in experiment.rows for name in (row.arm, row.said.against.arm if row.said.against else "")}
    arms = {"one": shown(experiment, one, measure), **({"two": shown(experiment, two, measure, "two")} if two is not None and "two" in asked else {})}
    judge = Judge(experiment, arms, members(len(one)), seed=seed)
    return [judge.prediction(row) for row in experiment.rows]
