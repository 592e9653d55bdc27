"""A control that is turned: an exposure or a parameter, and from where to where."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from zonula.ground.errors import UsageError, nearest
from zonula.language.model import Model
from zonula.simulation.equations import Inputs, Vector
from zonula.simulation.events import Plan, Setting
from zonula.simulation.sentences import numeric
from zonula.tipping.person import Person

_FOLDS = 4.0  # of a parameter's own value, down and up, where no range is said
_FIX = 'write it like "epithelium.erosive_irritant=0..0.1" or "mucosa.EC50_products=1000..150"'


@dataclass(frozen=True, slots=True)
class Control:
    """What is turned, from *first* to *last* (which may lie below) and back.

    is_exposure : else it is a parameter; that changes after health: set-points and healthy values remain those of the person before
    """

    path: str
    unit_text: str
    is_exposure: bool
    place: int
    own: float
    first: float
    last: float

    @classmethod
    def read(cls, text: str, person: Person) -> Control:
        """``path`` or ``path=first..last``.

        Raises
        ------
        UsageError
        """
        path, sign, span = text.partition("=")
        model, path = person.model, path.strip()
        exposures, parameters = {e.path: k for k, e in enumerate(model.exposures)}, model.parameter_index
        if path in exposures:
            exposure = model.exposures[exposures[path]]
            made = cls(path, exposure.unit_text, True, exposures[path], exposure.neutral, exposure.neutral, exposure.within[1])
            low, high = exposure.within
        elif path in parameters:
            own = float(person.problem.parameters[parameters[path]])
            made = cls(path, model.parameters[parameters[path]].unit_text, False, parameters[path], own, _FOLDS * own, own / _FOLDS)
            low, high = 0.0, np.inf
        else:
            raise UsageError.of("ZN-1451", f"there is no exposure and no parameter {path!r}", path="--hysteresis",
                                fix=nearest(path, [*exposures, *parameters]))
        if sign:
            first, last = _range(text, span)
            made = replace(made, first=first, last=last)
        if made.first == made.last or not (low <= min(made.first, made.last) and max(made.first, made.last) <= high and np.isfinite(made.last)):
            raise UsageError.of("ZN-1452", f"{path} cannot go from {made.first:g} to {made.last:g}", path="--hysteresis",
                                expected=f"two different values from {low:g} to {high:g}", fix=_FIX)
        return made

    @property
    def logarithmic(self) -> bool:
        """Whether it goes in even ratios: a parameter over more than a factor of two."""
        low, high = sorted((self.first, self.last))
        return not self.is_exposure and low > 0 and high > 2 * low

    def values(self, steps: int) -> Vector:
        """From first to last, in even steps or in even ratios."""
        return (np.geomspace if self.logarithmic else np.linspace)(self.first, self.last, steps)

    def inputs(self, person: Person, value: float) -> Inputs:
        """What the world does meanwhile."""
        inputs = person.neutral
        if not self.is_exposure:
            return inputs
        exposures = list(inputs.exposures)
        exposures[self.place] = value
        return replace(inputs, exposures=tuple(exposures))

    def parameters(self, person: Person, value: float) -> Vector:
        """The person's parameters meanwhile."""
        changed = person.problem.parameters.copy()
        if not self.is_exposure:
            changed[self.place] = value
        return changed

    def plan(self, model: Model, value: float, days: float) -> Plan:
        """A plan that holds the control for so many days; an empty one, if it is a parameter."""
        if not self.is_exposure:
            return Plan()
        exposure = model.exposures[self.place]
        return Plan(settings=(Setting(exposure=self.path, value=value, start=0.0, end=days, sentence=f"{exposure.name} {value:g}", what=self.path),))


def _range(text: str, span: str) -> tuple[float, float]:
    low, dots, high = span.partition("..")
    first, last = numeric(low.strip()), numeric(high.strip())
    if not dots or first is None or last is None:
        raise UsageError.of("ZN-1453", f"{text!r} names no range", path="--hysteresis", fix=_FIX)
    return first, last
