"""Calibration il8-1: IL-8 of the volunteers after a bolus of endotoxin, with the rest of the block held fixed.

Run it with ``python scripts/fit_il8.py``; the values it prints are those in evidence/cytokines.toml (there per hour).
Data: mean of 20 men, outliers removed; residuals are differences of square roots, so that peak and tail both count.
Besides, after 0.5 ng/kg the mean of the first six hours is 254 % above placebo (Dillingh et al. 2014), as one residual.
The infusion is not fitted; what it would give is printed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from fitting import Vector, fit, run

from zonula.simulation.prepare import prepare
from zonula.simulation.scenario import read_scenario

BOLUS, INFUSION = "lps 2 ng/kg iv bolus at day 1", "lps 2 ng/kg iv infusion over 4 h at day 1"
PATHS = ("cytokines.k_il8_release", "cytokines.k_il8")

RISE_AFTER_HALF, WEIGHT = 2.54, 2.0  # Dillingh et al. 2014; weight: a factor e off counts like a square root off by 2


def rise_after_half(changed: Mapping[str, float]) -> float:
    """Mean of IL-8 over six hours after 0.5 ng/kg, relative to health, less one."""
    result = run("lps 0.5 ng/kg iv bolus at day 1", changed)
    hours = np.linspace(1.0, 1.25, 73)
    return float(np.mean(result.at("il8", hours)) / result.readout("il8")[0] - 1)


def main() -> None:
    """Fit and report."""
    data = next(o for o in prepare(read_scenario("lps_bolus")).observations if o.readout == "il8" and not o.subject)

    def residuals(changed: Mapping[str, float]) -> Vector:
        course = np.sqrt(run(BOLUS, changed).at("il8", data.days)) - np.sqrt(data.values)
        return np.append(course, WEIGHT * np.log(rise_after_half(changed) / RISE_AFTER_HALF))

    best = fit(PATHS, residuals)
    print(f"0.5 ng/kg: mean of six hours {100 * rise_after_half(best):.0f} % above health (people {100 * RISE_AFTER_HALF:.0f} %)")
    for name, sentence in (("bolus", BOLUS), ("infusion", INFUSION)):
        peak, day = run(sentence, best).peak("il8")
        print(f"{name}: peak {peak:.0f} pg/mL at {24 * (day - 1):.2f} h")
    print("data, bolus:", dict(zip(np.round(24 * (data.days - 1), 2).tolist(), data.values.tolist(), strict=True)))
    print("model      :", np.round(run(BOLUS, best).at("il8", data.days), 1).tolist())


if __name__ == "__main__":
    main()
