"""Who comes into which arm: permuted blocks within strata within sites, each by a chance of its own.

A site is so many places (slots) one after another; what happens in one site depends on nothing outside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from zonula.ground.randomness import normal_deviates
from zonula.trials.schema import RandomisationTable

Numbers = npt.NDArray[np.int64]
_BLOCKS = 2**20  # of one stratum of one site; more people do not fit into a site


def strata_of(met: Sequence[npt.NDArray[np.bool_]], count: int) -> Numbers:
    """The number of each person's stratum, by which conditions hold of them; 0 where there are none."""
    found = np.zeros(count, dtype=np.int64)
    for i, yes in enumerate(met):
        found += yes.astype(np.int64) << i
    return found


def stratum_name(conditions: Sequence[str], number: int) -> str:
    """A stratum in words: "hla_b27, not crp >= 10"."""
    return ", ".join(said if number >> i & 1 else f"not {said}" for i, said in enumerate(conditions))


def randomised(table: RandomisationTable, arms: Sequence[str], slots: Numbers, stratum: Numbers, seed: int) -> Numbers:
    """The arm (its place in *arms*) of each person.

    Parameters
    ----------
    slots   : of the persons, rising: whole sites
    stratum : of each person
    """
    template = template_of(table.ratio, arms, table.block)
    site = slots // table.site
    key = (site << 8) | stratum  # at most six conditions
    order = np.lexsort((slots, key))
    _, first, counts = np.unique(key[order], return_index=True, return_counts=True)
    rank = np.empty(len(slots), dtype=np.int64)
    rank[order] = np.arange(len(slots)) - np.repeat(first, counts)
    block, place = rank // len(template), rank % len(template)
    found = np.empty(len(slots), dtype=np.int64)
    for one in np.unique(stratum).tolist():
        mine = np.flatnonzero(stratum == one)
        number, which = np.unique(site[mine] * _BLOCKS + block[mine], return_inverse=True)
        names = [f"place {k} of a block of {len(template)} in stratum {one}" for k in range(len(template))]
        chosen = template[np.argsort(normal_deviates(seed, names, number.tolist()), axis=1, kind="stable")]
        found[mine] = chosen[which, place[mine]]
    return found


def template_of(ratio: Mapping[str, int], arms: Sequence[str], block: int) -> Numbers:
    """The arms of a block, before it is permuted."""
    once = [place for place, name in enumerate(arms) for _ in range(ratio.get(name, 1))]
    return np.array(once * ((block or 2 * len(once)) // len(once)), dtype=np.int64)
