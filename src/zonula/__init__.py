"""Zonula: an open mechanistic simulator of the gut-immune-joint axis.

Research and education only; not medical advice.  Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zonula.calibration.crowds import populate
    from zonula.calibration.forecasting import forecast
    from zonula.ground.errors import ZonulaError
    from zonula.language.assemble import assemble
    from zonula.language.model import Model
    from zonula.organs.standard import standard_model
    from zonula.report.trial_study import trial
    from zonula.simulation.forecast import Forecast
    from zonula.simulation.result import Result
    from zonula.simulation.scenario import presets
    from zonula.simulation.sensitivity import sensitivities
    from zonula.simulation.simulate import simulate
    from zonula.web.widget import Explorer

_WHERE = {
    "Explorer": "zonula.web.widget", "Forecast": "zonula.simulation.forecast", "Model": "zonula.language.model", "Result": "zonula.simulation.result",
    "ZonulaError": "zonula.ground.errors", "assemble": "zonula.language.assemble", "forecast": "zonula.calibration.forecasting",
    "populate": "zonula.calibration.crowds", "presets": "zonula.simulation.scenario", "sensitivities": "zonula.simulation.sensitivity",
    "simulate": "zonula.simulation.simulate", "standard_model": "zonula.organs.standard", "trial": "zonula.report.trial_study",
}
__all__ = ["Explorer", "Forecast", "Model", "Result", "ZonulaError", "assemble", "forecast", "populate", "presets", "sensitivities",
           "simulate", "standard_model", "trial"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("zonula")
    raise AttributeError(f"module 'zonula' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
