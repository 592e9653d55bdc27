"""Crowds of the small body, one of them without an end, and the threads that work on them."""

import threading

import numpy as np

from tests.small_crowd import MODEL, TIMES, TREATED, UNTIL, many
from zonula.simulation.ensemble import Crowd


def crowd(rows=None, **more):
    return Crowd(**{"model": MODEL, "parameters": many() if rows is None else rows, "until": UNTIL, "times": TIMES, "arms": (TREATED,), **more})


class Endless:
    """More people than would ever fit into memory; counts who has been asked for."""

    shape = (10**12, len(MODEL.parameters))

    def __init__(self):
        self.asked = 0

    def __getitem__(self, which):
        self.asked = max(self.asked, which.stop)
        return many()[np.arange(which.start, which.stop) % 37]


def zonula_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("zonula-")]
