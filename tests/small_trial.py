"""A trial on the small body of small_crowd: people leak, a drug eases pain, and a rule gives more of it."""

from functools import lru_cache

from tests.small_crowd import MODEL
from tests.small_population import evidence, members
from zonula.population.variants import STANDARD
from zonula.trials.live import Leading
from zonula.trials.read import protocol_from
from zonula.trials.work import TrialWork

HEAD = """schema  = "zonula/trial/1"
id      = "small"
title   = "A small trial"
primary = "effect"

[people]
group  = "healthy"
days   = 4
before = ["gut.leak 1 from day 0"]
background = ["gut.leak 1 from day 0"]
{people}
[randomisation]
site = 6
block = 4
{randomisation}
[visits]
days = [0, 3, 7, 14]

[measures]
of = ["pain_vas", "leaking", "drug"]
{measures}
"""
PLACEBO = """
[arms.placebo]
comparator = true
{placebo}
"""
DRUG = """
[arms.drug]
events = ["drug.central 40 mg every 2 days x 7"]
{drug}
"""
QUESTION = """
[[endpoints]]
id = "pain_14"
kind = "change"
measure = "pain_vas"
day = 14

[[estimands]]
id = "effect"
endpoint = "pain_14"
contrast = ["drug", "placebo"]
"""
RESCUE = """
[[rules]]
id = "rescue"
when = "pain_vas > 1.2"
to_week = 1
stop = true
events = ["drug.central 60 mg every 1 day x 5"]
"""


def text(*more, people="", randomisation="", measures="", placebo="", drug="", arms=PLACEBO + DRUG, question=QUESTION):
    """The file of the trial, with what is said in some of its tables, and further tables."""
    said = {"people": people, "randomisation": randomisation, "measures": measures, "placebo": placebo, "drug": drug}
    whole = HEAD + arms + question
    for name, words in said.items():
        whole = whole.replace("{" + name + "}", words)
    return whole + "".join(more)


@lru_cache(maxsize=32)
def protocol(file_text):
    """A protocol of the small body."""
    return protocol_from(file_text, "small.toml", MODEL)


def work(file_text=None, *, persons=24, seed=3, rtol=1e-6, twins=True, variants=()):
    """The trial as work."""
    made = protocol(file_text or text())
    return TrialWork(protocol=made, model=MODEL, evidence=evidence(), members=members(), variants=variants or (STANDARD,) * len(members()),
                     leading=Leading(seed=seed, rtol=rtol, twins=twins), persons=persons, identity={"small": True})


def tables(file_text=None, *, first=0, last=24, **more):
    """The tables of some of its places."""
    return work(file_text, **more).run(first, last).tables


def column(table, name):
    """A column as NumPy has it."""
    import numpy as np

    return np.array(table.column(name).to_pylist())
