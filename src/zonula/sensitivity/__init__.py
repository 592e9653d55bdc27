"""Which parameters matter, over the whole range of what is not known or of how people differ (one person's slopes: ``zonula.sensitivities``)."""

from zonula.sensitivity.screening import Screening, screen
from zonula.sensitivity.variances import Variances, sobol

__all__ = ["Screening", "Variances", "screen", "sobol"]
