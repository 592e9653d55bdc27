"""How far the curves are from the measurements, in numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from zonula.simulation.observations import Observations
from zonula.simulation.result import Result

CLOSE = 1.35  # a peak within 35 % counts as met


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """The distance of one readout from one set of measurements.

    peak_model, peak_data   : highest value in the window of the data, in the readout's unit (data: of the means, or the
                              median of the people's own peaks)
    peak_ratio              : model over data [1]; None where the data never rise above 0
    hour_model, hour_data   : when, in hours after the zero of the data
    typical_factor          : exp of the root mean square of ln(model/data) over all points [1]; 1 is perfect, None where none is above 0
    inside                  : share of the points where the model is within one standard deviation of the mean, or (single
                              people) within the range of the people at that time [1]
    """

    label: str
    readout: str
    unit: str
    points: int
    people: int
    peak_model: float
    peak_data: float
    peak_ratio: float | None
    hour_model: float
    hour_data: float
    typical_factor: float | None
    inside: float

    @property
    def verdict(self) -> str:
        """``met``, ``high`` or ``low``, by the ratio of peaks; a dash where the data never rise above 0."""
        if self.peak_ratio is None:
            return "–"
        return "met" if 1 / CLOSE <= self.peak_ratio <= CLOSE else ("high" if self.peak_ratio > 1 else "low")

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def misfit(result: Result, data: Observations) -> Misfit | None:
    """Compare one readout with its measurements; None where the simulation does not reach them.

    Points at or before the zero of the data count like all others.  Values are compared on a log scale after adding
    nothing: a measured or simulated value of 0 is left out of the typical factor.
    """
    reached = (data.days >= result.times[0]) & (data.days <= result.times[-1]) if len(result.times) else np.zeros(len(data.days), dtype=bool)
    if not np.any(reached):
        return None
    days, values = data.days[reached], data.values[reached]
    model = result.at(data.readout, days)
    window = (result.times >= days.min()) & (result.times <= days.max())
    curve_days = np.union1d(result.times[window], days)
    curve = result.at(data.readout, curve_days)
    top = int(np.argmax(curve))
    peak_data, day_data = _peak(data, days, values, reached)
    both = (model > 0) & (values > 0)
    logs = np.log(model[both] / values[both])
    return Misfit(
        label=data.label, readout=data.readout, unit=result.problem.model.readout(data.readout).unit_text, points=len(days),
        people=len(set(data.subject)), peak_model=float(curve[top]), peak_data=peak_data,
        peak_ratio=float(curve[top]) / peak_data if peak_data > 0 else None,
        hour_model=24 * float(curve_days[top] - data.zero), hour_data=24 * (day_data - data.zero),
        typical_factor=float(np.exp(np.sqrt(np.mean(logs**2)))) if len(logs) else None,
        inside=_inside(data, days, values, model, reached),
    )


def _peak(data: Observations, days: np.ndarray[Any, Any], values: np.ndarray[Any, Any], reached: np.ndarray[Any, Any]) -> tuple[float, float]:
    if not data.subject:
        top = int(np.argmax(values))
        return float(values[top]), float(days[top])
    subjects = np.array(data.subject)[reached]
    tops = [(float(values[subjects == s].max()), float(days[subjects == s][np.argmax(values[subjects == s])])) for s in sorted(set(subjects))]
    return float(np.median([value for value, _ in tops])), float(np.median([day for _, day in tops]))


def _inside(data: Observations, days: np.ndarray[Any, Any], values: np.ndarray[Any, Any], model: np.ndarray[Any, Any],
            reached: np.ndarray[Any, Any]) -> float:
    if data.sd is not None:
        return float(np.mean(np.abs(model - values) <= data.sd[reached]))
    moments = np.unique(days)
    within = [values[days == t].min() <= model[days == t][0] <= values[days == t].max() for t in moments]
    return float(np.mean(within))
