"""Chance without a state: one number for each (seed, name, person), whoever else is drawn and in whatever order.

The generator is Philox4x64-10 (Salmon et al. 2011), whose numbers are a function of a key and a counter.  The key is the
hash of seed and name, the counter is the person, so that a new name or person changes nobody else's numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_BUMPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)  # what is added to the keys in each round
_ROUNDS = 10
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_NORMAL = NormalDist()


def key_of(seed: int, name: str) -> tuple[int, int]:
    """The key of the stream of that seed and name."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def words(keys: tuple[Words, Words], counter: Words) -> Words:
    """The first of the four words that Philox makes of each key and counter (its other three words being 0); shapes are broadcast."""
    with np.errstate(over="ignore"):  # arithmetic is meant modulo 2^64
        shape = np.broadcast_shapes(keys[0].shape, keys[1].shape, counter.shape)
        zero = np.zeros(shape, dtype=np.uint64)
        x = (zero + counter, zero, zero, zero)
        k0, k1 = keys
        for _ in range(_ROUNDS):
            high0, low0 = _product(x[0], _MULTIPLIERS[0])
            high1, low1 = _product(x[2], _MULTIPLIERS[1])
            x = (high1 ^ x[1] ^ k0, low1, high0 ^ x[3] ^ k1, low0)
            k0, k1 = k0 + np.uint64(_BUMPS[0]), k1 + np.uint64(_BUMPS[1])
    return x[0]


def _product(a: Words, constant: int) -> tuple[Words, Words]:
    """The upper and the lower 64 bits of a product."""
    b_low, b_high = np.uint64(constant & 0xFFFFFFFF), np.uint64(constant >> 32)
    a_low, a_high = a & _LOW, a >> _HALF
    low, middle, cross = a_low * b_low, a_high * b_low, a_low * b_high
    carried = (low >> _HALF) + (middle & _LOW) + (cross & _LOW)
    return a_high * b_high + (middle >> _HALF) + (cross >> _HALF) + (carried >> _HALF), a * np.uint64(constant)


def normal_deviates(seed: int, names: Sequence[str], persons: range) -> npt.NDArray[np.float64]:
    """A standard normal number for each person and name, shape (person, name)."""
    keys = [key_of(seed, name) for name in names]
    firsts, seconds = (np.array([key[i] for key in keys], dtype=np.uint64)[np.newaxis, :] for i in (0, 1))
    drawn = words((firsts, seconds), np.array(persons, dtype=np.uint64)[:, np.newaxis])
    uniform = ((drawn >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53  # strictly between 0 and 1
    return np.array([[_NORMAL.inv_cdf(u) for u in row] for row in uniform.tolist()]).reshape(uniform.shape)
