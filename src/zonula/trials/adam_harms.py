"""What befell people, in the form of CDISC's ADAE: a row for each life and harm of the protocol, from the visit at which it was first met.

Harms are those that a protocol names; nothing is coded by a dictionary, and how severe they are is not said, because the model does not say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from zonula.trials.lived import Lived

LABELS = {
    "STUDYID": "Study Identifier", "USUBJID": "Unique Subject Identifier", "TRTA": "Actual Treatment", "RANDFL": "Randomized to This Arm Flag",
    "AESEQ": "Sequence Number", "AETERM": "Reported Term for the Adverse Event", "AEDECOD": "Term of the Protocol (Not MedDRA)",
    "AECRIT": "Criterion That Was Met", "ASTDY": "Analysis Start Relative Day", "TRTEMFL": "Treatment Emergent Analysis Flag",
    "ANL01FL": "Analysis Flag 01 (Still in the Study)"}
TITLE = "Adverse Events Analysis (harms of the protocol)"


def adae(lived: Lived, harms: Mapping[str, tuple[str, str]], who: Mapping[str, Any], titles: Any) -> dict[str, Any]:
    """The columns of the data set, by life and then by day.

    Parameters
    ----------
    harms  : of each harm its title and when it is met
    who    : STUDYID and USUBJID of each life
    titles : of the arm of each life
    """
    rows, days, which = [], [], []
    for k, name in enumerate(name for name in harms if name in lived.harms):
        met = np.flatnonzero(np.isfinite(lived.harms[name]))
        rows.append(met)
        days.append(lived.harms[name][met])
        which.append(np.full(len(met), k))
    if not rows:
        return {}
    row, day, harm = (np.concatenate(parts) for parts in (rows, days, which))
    order = np.lexsort((harm, day, row))
    row, day, harm = row[order], day[order], harm[order]
    _, first, count = np.unique(row, return_index=True, return_counts=True)
    known = [(name, *harms[name]) for name in harms if name in lived.harms]
    told = np.array([(title or name.replace("_", " "), name.upper()[:200], when[:200]) for name, title, when in known], dtype=object).reshape(-1, 3)
    with np.errstate(invalid="ignore"):
        there = ~(lived.dropout_day[row] < day)
    yes = np.array(["N", "Y"], dtype=object)
    return {"STUDYID": who["STUDYID"][row], "USUBJID": who["USUBJID"][row], "TRTA": titles[row],
            "RANDFL": yes[lived.randomised[row].astype(np.int64)], "AESEQ": np.arange(len(row)) - np.repeat(first, count) + 1,
            "AETERM": told[harm, 0], "AEDECOD": told[harm, 1], "AECRIT": told[harm, 2], "ASTDY": np.floor(day) + 1,
            "TRTEMFL": np.full(len(row), "Y", dtype=object), "ANL01FL": yes[there.astype(np.int64)]}
