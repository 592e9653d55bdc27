"""Calibration fever-1: rise of body temperature after 0.5, 1 and 2 ng/kg of endotoxin.

Run it with ``python scripts/fit_fever.py``; the values it prints are those in evidence/brain.toml (rates there per hour).
Targets are the peaks of Dillingh et al. 2014 (0.76, 1.35 and 1.54 K at 4, 4 and 3 h).  The exponent is set, not fitted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from fitting import Vector, fit, run

TARGETS = ((0.5, 0.76, 4.0), (1.0, 1.35, 4.0), (2.0, 1.54, 3.0))  # ng/kg, K, hour of the peak
HOUR_WEIGHT = 0.1  # an hour off counts like 0.1 K off
PATHS = ("brain.fever_maximum", "brain.EC50_fever", "brain.k_fever")


def main() -> None:
    """Fit and report."""

    def residuals(changed: Mapping[str, float]) -> Vector:
        out = []
        for dose, rise, hour in TARGETS:
            peak, day = run(f"lps {dose} ng/kg iv bolus at day 1", changed).peak("temperature_rise")
            out += [peak - rise, HOUR_WEIGHT * (24 * (day - 1) - hour)]
        return np.array(out)

    best = fit(PATHS, residuals)
    for dose, rise, hour in TARGETS:
        peak, day = run(f"lps {dose} ng/kg iv bolus at day 1", best).peak("temperature_rise")
        print(f"{dose} ng/kg: {peak:.2f} K at {24 * (day - 1):.1f} h   (target {rise} K at {hour:.0f} h)")


if __name__ == "__main__":
    main()
