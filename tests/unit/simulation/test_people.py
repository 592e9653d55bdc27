"""What came out of a crowd, as arrays and as a labelled table."""

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_crowd import MODEL

from zonula.simulation.outcome import Finished, NoHealthyState, Stopped
from zonula.simulation.people import People

OUTCOMES = (Finished(), Stopped(reason="it burned", at_day=1.5, fastest="fuse.b", fastest_rate=np.inf), NoHealthyState(reason="none", worst="fuse.y", residual=0.1))
PEOPLE = People(model=MODEL, first=7, times=np.array([0.0, 1.0, 2.0]), readouts=("pain_vas", "drug"), values=np.arange(18.0).reshape(3, 3, 2), outcomes=OUTCOMES,
                health=np.zeros((3, len(MODEL.states))), steady=np.array([True, False, False]), steps=np.zeros(3, np.int64), second_opinions=(), facts={"engine": "none"})


def test_a_readout_is_a_column_of_everybody():
    assert len(PEOPLE) == 3
    assert PEOPLE.readout("drug").tolist() == [[1.0, 3.0, 5.0], [7.0, 9.0, 11.0], [13.0, 15.0, 17.0]]
    with refused("ZN-1210", "fire", "drug"):
        PEOPLE.readout("fire")


def test_who_finished_is_told():
    assert PEOPLE.finished.tolist() == [True, False, False]


def test_the_table_is_labelled():
    table = PEOPLE.dataset()
    assert set(table.data_vars) == {"pain_vas", "drug"}
    assert table.person.values.tolist() == [7, 8, 9]
    assert table.steady.values.tolist() == [True, False, False]
    assert table.drug.dims == ("person", "time")
    assert table.drug.sel(person=8, time=1.0) == 9.0
    assert table.pain_vas.attrs == {"units": "mm", "long_name": "pain"}
    assert table.status.values.tolist() == ["finished", "stopped", "no_healthy_state"]
    assert table.reason.values.tolist() == ["", "it burned", "none"]
    assert table.at_day.values == pytest.approx([2.0, 1.5, np.nan], nan_ok=True)
    assert table.attrs == {"engine": "none"}
