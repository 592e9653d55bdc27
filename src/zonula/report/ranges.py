"""Normal ranges: what the report calls normal, and how far off it calls the rest.

One table for the cards, the anatomy and the bands of the figures.  They are limits for reading a picture, not for a diagnosis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zonula.language.units import pretty
from zonula.simulation.words import name_of, number

Values = npt.NDArray[np.float64]
_SEEN = 1e-4  # less is shown as 0: no assay sees it
LEVELS = ("normal", "slightly off", "clearly off", "far off")


@dataclass(frozen=True, slots=True)
class Range:
    """How a readout is judged.

    label  : what a clinician calls it
    unit   : in which the limits are (the readout's own unit)
    usual  : a typical healthy value
    limits : where *slightly*, *clearly* and *far off* begin; falling where low is bad
    factor : by which the value is multiplied to be shown
    shown  : what then stands behind it, where it is not the unit
    """

    label: str
    unit: str
    usual: float
    limits: tuple[float, float, float]
    factor: float = 1.0
    shown: str | None = None

    @property
    def low_is_bad(self) -> bool:
        """Whether it is falling that is abnormal (mucus, cartilage)."""
        return self.limits[0] > self.limits[-1]

    @property
    def normal(self) -> tuple[float, float]:
        """The band that is normal."""
        return (self.limits[0], np.inf) if self.low_is_bad else (-np.inf, self.limits[0])

    def level(self, value: float) -> int:
        """0 (normal) to 3 (far off)."""
        return sum(value <= limit for limit in self.limits) if self.low_is_bad else sum(value >= limit for limit in self.limits)

    def degree(self, value: float) -> float:
        """The level without steps: 1 at the first limit, 2 at the second, 3 at the third, 4 at most."""
        return float(self.degrees(np.array([value]))[0])

    def degrees(self, values: Values) -> Values:
        """The same for many values."""
        first, second, third = self.limits
        best, worst = (2 * first - second, max(2 * third - second, 0.0)) if self.low_is_bad else (0.0, 3 * third)
        where, degrees = [best, first, second, third, worst], [0.0, 1.0, 2.0, 3.0, 4.0]
        out: Values = np.interp(values, where[::-1], degrees[::-1]) if self.low_is_bad else np.interp(values, where, degrees)
        return out

    def text(self, value: float) -> tuple[str, str]:
        """A value as it is shown, and what stands behind it."""
        shown = self.factor * value
        return number(0.0 if abs(shown) < _SEEN else shown), pretty(self.unit) if self.shown is None else self.shown

    def normal_text(self) -> str:
        """``below 3 mg/L``."""
        value, unit = self.text(self.limits[0])
        return f"{'above' if self.low_is_bad else 'below'} {value} {'' if unit.startswith('/') else unit}".rstrip()


# Limits without a name of a source in the comment are the report's own, chosen so that the pictures can be told apart.
RANGES: dict[str, Range] = {
    # wall
    "lactulose_mannitol_ratio": Range("L/M sugar test", "1", 0.018, (0.03, 0.06, 0.12)),      # 0.03 is the usual upper limit
    "calprotectin": Range("calprotectin", "ug/g", 25, (50, 250, 600)),                        # in stool; from 250 an active inflammation of the gut
    "mucus_thickness": Range("mucus", "um", 200, (150, 100, 50)),                             # inner mucus of the colon
    "eroded_fraction": Range("eroded wall", "1", 0.001, (0.005, 0.015, 0.05), 100, "%"),      # endomicroscopy: 0.1 % in health, 1.8 % in Crohn's
    # blood
    "plasma_lps": Range("LPS", "pg{LAL}/mL", 5, (14, 28, 100)),                               # fasting: three of four healthy people below 13.5
    "il6": Range("IL-6", "pg/mL", 1.8, (7, 30, 150)),                                         # 7 is the upper limit of common assays
    "tnf": Range("TNF", "pg/mL", 2, (8, 30, 150)),                                            # about 8 is the upper limit of common assays
    "crp": Range("CRP", "mg/L", 1.4, (3, 10, 40)),                                            # below 3 low risk; 10 and more: inflammation
    # immunity
    "autoantibody": Range("autoantibody", "U/mL", 2, (20, 60, 200)),                          # ACPA: from 20 positive, from 60 strongly
    # joint
    "swelling": Range("swelling", "1", 0, (0.036, 0.2, 0.4), 100, "%"),                       # 0.036 is one joint of 28
    "sjc28": Range("swollen joints", "1", 0, (1, 6, 11), 1, "/ 28"),
    "tjc28": Range("tender joints", "1", 0, (1, 6, 11), 1, "/ 28"),
    "cartilage": Range("cartilage left", "1", 1, (0.97, 0.9, 0.8), 100, "%"),
    "das28_crp": Range("DAS28-CRP", "1", 1.6, (2.6, 3.2, 5.1)),                               # limits of remission, of low and of high activity
    "haq": Range("disability (HAQ)", "1", 0, (0.5, 1, 2), 1, "/ 3"),                          # below 0.5 is taken as normal function
    # person
    "pain_vas": Range("pain (VAS)", "mm", 1.5, (5, 45, 75)),                                  # 5-44 mild, 45-74 moderate, 75-100 severe
    "phq9": Range("PHQ-9", "point", 3, (5, 10, 15), 1, "/ 27"),                               # mild, moderate, moderately severe
    "fatigue": Range("fatigue", "1", 5, (20, 50, 75), 1, "/ 100"),
    "symptom_score": Range("symptom score", "point", 0, (1, 4, 10), 1, "/ 28"),                    # score of experimental endotoxemia
    "temperature_rise": Range("temperature rise", "K", 0, (0.7, 1.5, 3.0)),                              # above 37 °C
}

_LABELS = {"gut_th17": "Th17 of the gut wall"}  # of readouts without a range


def label_of(readout: str) -> str:
    """A readout as the report writes it."""
    return RANGES[readout].label if readout in RANGES else _LABELS.get(readout, name_of(readout))
