"""Work in threads: results in order, only a little ahead, and no thread left behind however it ends."""

import threading
import time

import pytest

from zonula.simulation.workers import Steps, in_order, processors


def steps(**more):
    stopped = []
    plain = {"first": lambda k: k, "between": lambda k, half: half + 100, "second": lambda k, half: (k, half), "stop": lambda: stopped.append(1),
             "tick": lambda: None}
    return Steps(**(plain | more)), stopped


def ours():
    return [thread for thread in threading.enumerate() if thread.name.startswith("zonula-")]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_order_whatever_takes_longer(jobs):
    work, stopped = steps(first=lambda k: time.sleep(0.01 * (k % 3 == 0)) or k, second=lambda k, half: time.sleep(0.01 * (k % 4 == 0)) or (k, half))
    assert list(in_order(20, work, jobs=jobs)) == [(k, k + 100) for k in range(20)]
    assert stopped == [1]
    assert ours() == []


def test_the_step_between_is_done_by_the_caller():
    where = []
    work, _ = steps(first=lambda k: where.append(threading.current_thread().name) or k,
                    between=lambda k, half: where.append(threading.current_thread().name) or half)
    caller = threading.current_thread().name
    list(in_order(4, work, jobs=2))
    assert where.count(caller) == 4
    assert len(where) == 8


def test_only_as_many_threads_as_there_is_work():
    seen = []
    work, _ = steps(second=lambda k, half: seen.append(len(ours())))
    list(in_order(2, work, jobs=50))
    assert seen == [2, 2]
    assert list(in_order(0, steps()[0], jobs=3)) == []


@pytest.mark.parametrize("where", ["first", "between", "second", "tick"])
def test_an_error_anywhere_ends_everything(where):
    def fail(*given):
        if where == "tick" or given[0] == 5:
            raise LookupError(where)
        return given[-1]

    work, stopped = steps(**{where: fail})
    with pytest.raises(LookupError, match=where):
        list(in_order(20, work, jobs=2))
    assert stopped == [1]
    assert ours() == []


def test_what_is_waiting_is_not_begun_after_the_end():
    """Three threads: the first result is wanted, three are held up, two wait."""
    begun, halves, all_halves, hold = [], [], threading.Event(), threading.Event()

    def between(k, half):
        halves.append(k)
        if len(halves) == 6:
            all_halves.set()
        return half

    def second(k, half):
        begun.append(k)
        (hold if k else all_halves).wait(5)
        return k

    work, _ = steps(between=between, second=second, stop=hold.set)
    stream = in_order(100, work, jobs=3)
    assert next(stream) == 0
    time.sleep(0.1)
    assert sorted(begun) == [0, 1, 2, 3]
    stream.close()
    assert sorted(begun) == [0, 1, 2, 3]
    assert ours() == []


def test_there_is_a_processor():
    assert processors() >= 1
