"""Work beside a block: its result and errors come to who asks, and it is told to stop when the block is left."""

import threading
import time

import pytest

from zonula.simulation.beside import Beside


def test_the_result_comes_with_its_progress():
    told = []

    def work(tell, over):
        tell(0.5)
        time.sleep(0.3)
        return 7

    with Beside(work) as beside:
        assert beside.result(told.append) == 7
    assert told
    assert told[-1] == 0.5


def test_it_goes_on_while_the_block_does_something_else():
    began = threading.Event()
    with Beside(lambda tell, over: began.set()) as beside:
        assert began.wait(5)
        assert beside.result() is None


def test_its_error_is_raised_where_the_result_is_wanted_and_nowhere_else():
    with Beside(lambda tell, over: 1 / 0) as beside, pytest.raises(ZeroDivisionError):
        beside.result()
    with Beside(lambda tell, over: 1 / 0):
        pass


def test_who_leaves_the_block_stops_it():
    stopped = []
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), Beside(lambda tell, over: stopped.append(over.wait(20))):
        raise KeyboardInterrupt
    assert stopped == [True]
    assert threading.active_count() == before
