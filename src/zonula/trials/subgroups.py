"""Persons apart by what was known before: an effect for each part, and whether parts differ by more than chance.

That a treatment works in one part and not in another is told by the interaction, not by two p-values; of many subgroups some differ by chance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from zonula.ground.errors import UsageError, nearest
from zonula.population.conditions import condition
from zonula.trials.estimate import Estimate
from zonula.trials.lived import Lived, Mask

_BY = re.compile(r"\s*(?P<no>not\s+)?(?P<name>[a-z][a-z0-9_]*)\s*(?P<rest>(?:>=|<=|>|<).*)?")


def levels(lived: Lived, by: str) -> list[tuple[str, Mask]]:
    """The parts by name, and who belongs to each: "hla_b27" has two, "calprotectin >= 250" too; "member", "variant" and "stratum" one for each value.

    Raises
    ------
    UsageError
    """
    if by in ("variant", "stratum", "member"):
        column = np.asarray(getattr(lived, by)).astype(str)
        return [(str(name), column == name) for name in np.unique(column)]
    found = _BY.fullmatch(by)
    name = found["name"] if found else ""
    if found is None or (found["no"] and found["rest"]) or (name not in lived.before and name not in lived.seen):
        raise UsageError.of("ZN-1487", f"persons cannot be told apart by {by!r}", fix=nearest(name or by, [*lived.before, *lived.seen, "variant",
                                                                                                           "stratum"]))
    values = lived.before[name] if name in lived.before else lived.seen[name][:, 0]
    known = np.isfinite(values)
    if found["rest"] is None:
        yes, no = values > 0.5, f"not {name}"
        return [(name, known & yes), (no, known & ~yes)][::-1 if found["no"] else 1]
    yes = condition(found["rest"]).holds(values)
    turned = {">=": "<", "<=": ">", ">": "<=", "<": ">="}
    asked = condition(found["rest"])
    return [(f"{name} {asked.sign} {asked.number:g}", known & yes), (f"{name} {turned[asked.sign]} {asked.number:g}", known & ~yes)]


def forest(parts: list[tuple[str, Mask]], estimator: Callable[[Mask], Estimate]) -> dict[str, Any]:
    """A row for each part, and the test whether the effect differs between them.

    The test compares the estimates of the parts (Cochran's Q, on the logarithm of ratios), which are of different persons.
    """
    found = [(name, estimator(mask)) for name, mask in parts]
    rows = [{"name": name, "n": int(sum(e.n)), **e.as_dict()} for name, e in found]
    return {"levels": rows, "interaction_p": differ([e for _, e in found])}


def differ(estimates: list[Estimate]) -> float:
    """The p-value of Cochran's Q: that all estimate the same effect."""
    from scipy.stats import chi2

    told = [(math.log(e.effect) if e.null == 1.0 else e.effect, e.se) for e in estimates if math.isfinite(e.effect) and e.se > 0]
    if len(told) < 2:
        return math.nan
    effects, errors = (np.array(part) for part in zip(*told, strict=True))
    weight: npt.NDArray[np.float64] = 1.0 / errors ** 2
    q = float((weight * (effects - (weight @ effects) / weight.sum()) ** 2).sum())
    return float(chi2.sf(q, len(told) - 1))
