"""Chance without a state: one number for each (seed, name, person), whoever else is drawn and in whatever order.

The generator is Philox4x64-10 (Salmon et al. 2011), whose numbers are a function of a key and a counter.  The key is the
hash of seed and name, the counter is the person, so that a new name or person changes nobody else's numbers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.float64]
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_BUMPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)  # what is added to the keys in each round
_ROUNDS = 10
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_NEAR = 8192  # numbers that are worked on together
_MANY = 24  # people: from here on NumPy's own Philox, which is told each key anew, is the faster
_CENTRAL, _FAR = 0.425, 5.0  # from one half, and in sqrt(-ln p): where one ratio of polynomials gives way to the next (Wichura 1988, AS 241)
_RATIOS = (  # above and below the line, the highest power first
    ((2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
      1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
     (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
      687.1870074920579083, 42.313330701600911252, 1.0)),
    ((7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258, 3.64784832476320460504,
      5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
     (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459, 0.68976733498510000455,
      1.6763848301838038494, 2.05319162663775882187, 1.0)),
    ((2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093, 0.29656057182850489123,
      1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
     (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4, 0.0148753612908506148525,
      0.13692988092273580531, 0.59983220655588793769, 1.0)))


def key_of(seed: int, name: str) -> tuple[int, int]:
    """The key of the stream of that seed and name."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def words(keys: tuple[Words, Words], counter: Words) -> Words:
    """The first of the four words that Philox makes of each key and counter (its other three words being 0); shapes are broadcast.

    Some rows at a time, so that all that is worked with stays near the processor; nothing is made anew in between.
    """
    shape = np.broadcast_shapes(keys[0].shape, keys[1].shape, counter.shape)
    first, second, count = (np.broadcast_to(part, shape) for part in (*keys, counter))
    out = np.empty(shape, dtype=np.uint64)
    if len(shape) != 2:
        return _words(first, second, count, out)
    rows = max(1, _NEAR // max(1, shape[1]))
    for at in range(0, shape[0], rows):
        here = slice(at, at + rows)
        _words(first[here], second[here], count[here], out[here])
    return out


def _words(first: Words, second: Words, count: Words, out: Words) -> Words:
    """The same of one piece: what would be multiplied by nothing, or is not looked at in the end, is left out."""
    with np.errstate(over="ignore"):  # arithmetic is meant modulo 2^64
        room = [np.empty_like(out) for _ in range(9)]
        high0, low0, high1, low1, k0, k1 = room[:6]
        spare = room[6:]
        k0[...], k1[...] = first, second
        _product(count, _MULTIPLIERS[0], high0, low0, spare)
        x0, x1, x2, x3 = k0.copy(), np.zeros_like(out), np.bitwise_xor(high0, k1, out=np.empty_like(out)), low0.copy()
        for _ in range(_ROUNDS - 2):
            k0 += np.uint64(_BUMPS[0])
            k1 += np.uint64(_BUMPS[1])
            _product(x0, _MULTIPLIERS[0], high0, low0, spare)
            _product(x2, _MULTIPLIERS[1], high1, low1, spare)
            np.bitwise_xor(high1, x1, out=x0)
            x0 ^= k0
            np.bitwise_xor(high0, x3, out=x2)
            x2 ^= k1
            x1, low1 = low1, x1
            x3, low0 = low0, x3
        _product(x2, _MULTIPLIERS[1], high1, low1, spare)
        np.bitwise_xor(high1, x1, out=out)
        k0 += np.uint64(_BUMPS[0])
        out ^= k0
    return out


def _product(a: Words, constant: int, high: Words, low: Words, spare: list[Words]) -> None:
    """The upper and the lower 64 bits of a product, into *high* and *low*."""
    b_low, b_high = np.uint64(constant & 0xFFFFFFFF), np.uint64(constant >> 32)
    a_high, middle, part = spare
    np.bitwise_and(a, _LOW, out=low)
    np.right_shift(a, _HALF, out=a_high)
    np.multiply(a_high, b_high, out=high)
    np.multiply(a_high, b_low, out=middle)
    np.multiply(low, b_low, out=part)
    part >>= _HALF
    middle += part  # what is carried from below; it has room for that
    np.multiply(low, b_high, out=part)
    np.bitwise_and(middle, _LOW, out=a_high)
    part += a_high
    middle >>= _HALF
    part >>= _HALF
    high += middle
    high += part
    np.multiply(a, np.uint64(constant), out=low)


def words_of_people(keys: Words, persons: range | Sequence[int]) -> Words:
    """The same for each person and key (a row each of *keys*): shape (person, key)."""
    if not isinstance(persons, range) or len(persons) < _MANY or persons.step != 1:
        return words((keys[:, 0], keys[:, 1]), np.array(persons, dtype=np.uint64)[:, np.newaxis])
    generator, key = np.random.Philox(key=0), np.zeros(2, dtype=np.uint64)
    before = np.array([(persons[0] - 1) % 2**64, *([2**64 - 1] * 3 if persons[0] == 0 else [0] * 3)], dtype=np.uint64)  # it counts before it draws
    start: Any = {"bit_generator": "Philox", "state": {"counter": before, "key": key}, "buffer": np.zeros(4, dtype=np.uint64), "buffer_pos": 4,
             "has_uint32": 0, "uinteger": 0}
    drawn = np.empty((len(keys), len(persons)), dtype=np.uint64)
    for row, own in zip(drawn, keys, strict=True):
        key[:] = own
        generator.state = start
        row[:] = generator.random_raw(4 * len(persons))[::4]
    return drawn.T


def normal_quantiles(uniform: Numbers) -> Numbers:
    """What a standard normal number is below with the probabilities *uniform*, all strictly between 0 and 1: ``NormalDist().inv_cdf`` of each."""
    q = uniform - 0.5
    found = _ratio(0, 0.180625 - q * q, q)
    tail = np.abs(q) > _CENTRAL
    nearer = np.where(q[tail] < 0, uniform[tail], 1.0 - uniform[tail])
    r = np.sqrt(-np.fromiter(map(math.log, nearer.tolist()), dtype=np.float64, count=len(nearer)))
    found[tail] = np.copysign(np.where(r <= _FAR, _ratio(1, r - 1.6, 1.0), _ratio(2, r - 5.0, 1.0)), q[tail])
    return found


def _ratio(which: int, r: Numbers, times: Numbers | float) -> Numbers:
    """A ratio of polynomials *times* a number, by the same operations one after another as for one number: no bit depends on the others."""
    above, below = (np.full_like(r, coefficients[0]) for coefficients in _RATIOS[which])
    for a, b in zip(*(coefficients[1:] for coefficients in _RATIOS[which]), strict=True):
        above *= r
        above += a
        below *= r
        below += b
    above *= times
    above /= below
    return above


@lru_cache(maxsize=512)
def _keys(seed: int, names: tuple[str, ...]) -> Words:
    return np.array([key_of(seed, name) for name in names], dtype=np.uint64).reshape(len(names), 2)


def normal_deviates(seed: int, names: Sequence[str], persons: range | Sequence[int]) -> Numbers:
    """A standard normal number for each person (by number, in any order) and name, shape (person, name)."""
    drawn = words_of_people(_keys(seed, tuple(names)), persons)
    return normal_quantiles(((drawn >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)  # strictly between 0 and 1
