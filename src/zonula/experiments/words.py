"""The small languages of an experiment's file: windows of time, and spreads."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from zonula.evidence.laws import Z90
from zonula.ground.errors import UsageError
from zonula.simulation.schedule import duration

_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_WIDTH = re.compile(rf"\s*(?P<width>{_NUMBER})\s+(?P<kind>SD|SE|SEM|CV)\s*")
_RANGE = re.compile(rf"\s*(?P<low>{_NUMBER})\s+to\s+(?P<high>{_NUMBER})\s+(?P<kind>IQR|range|90% CI|95% CI|centiles 5-95)\s*")
_COUNT = re.compile(r"\s*(?P<part>[0-9]+)\s*/\s*(?P<whole>[0-9]+)\s*")
_SPREADS = '"0.14 SEM", "12 SD", "0.74 CV", "1.06 to 2.07 IQR", "0.33 to 0.41 95% CI", "3 to 9 range" or "23/29"'
_MEDIAN = math.sqrt(math.pi / 2)  # how much less certain a median is than a mean, of normal numbers
_QUARTILE, _Z95 = 0.6744897501960817, 1.959963984540054


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time [day]; a moment where both ends are one."""

    start: float
    end: float

    @property
    def moment(self) -> bool:
        """Whether it is a single moment."""
        return self.start == self.end


def window(text: str) -> Window:
    """Read "2 h" or "0 h to 12 h".

    Raises
    ------
    UsageError
    """
    first, to, last = text.partition(" to ")
    start = duration(first)
    end = duration(last) if to else start
    if not 0 <= start <= end:
        raise UsageError.of("ZN-1231", f"{text!r} is no stretch of time after the beginning", fix='write it like "2 h" or "0 h to 12 h"')
    return Window(start, end)


@dataclass(frozen=True, slots=True)
class SeenSpread:
    """What a study says of the spread of its number.

    kind : SD, SE, CV, IQR, range, 90% CI, 95% CI, centiles 5-95, count
    """

    kind: str
    low: float
    high: float

    def error(self, observed: float, n: int | None, *, median: bool, logarithmic: bool) -> float | None:
        """The standard error of the number, in its unit, or of its logarithm where that is asked; None where the study does not tell."""
        if self.kind == "count":
            share = min(max(observed, 0.5 / self.high), 1 - 0.5 / self.high)
            return math.sqrt(share * (1 - share) / self.high)
        width = self._width(observed, logarithmic=logarithmic)
        if width is None or not width > 0:
            return None
        if self.kind in ("SE", "90% CI", "95% CI"):
            return width
        if n is None:
            return None
        return width * (_MEDIAN if median else 1.0) / math.sqrt(n)

    def _width(self, observed: float, *, logarithmic: bool) -> float | None:
        """The standard deviation or error that is meant, on the scale that is asked."""
        if self.kind in ("SD", "SE", "CV"):
            relative = self.high if self.kind == "CV" else self.high / abs(observed) if observed else math.inf
            if logarithmic:
                return math.sqrt(math.log1p(relative * relative)) if math.isfinite(relative) else None
            return self.high * abs(observed) if self.kind == "CV" else self.high
        reach = {"IQR": _QUARTILE, "90% CI": Z90, "95% CI": _Z95, "centiles 5-95": Z90}.get(self.kind)
        if reach is None or (logarithmic and not 0 < self.low < self.high):
            return None
        low, high = (math.log(self.low), math.log(self.high)) if logarithmic else (self.low, self.high)
        return (high - low) / (2 * reach)


def seen_spread(text: str) -> SeenSpread | None:
    """Read a spread as studies report it; None where nothing is said.

    Raises
    ------
    UsageError
    """
    if not text.strip():
        return None
    if (match := _WIDTH.fullmatch(text)) and 0 < float(match["width"]) < math.inf:
        return SeenSpread("SE" if match["kind"] == "SEM" else match["kind"], 0.0, float(match["width"]))
    if (match := _RANGE.fullmatch(text)) and -math.inf < float(match["low"]) < float(match["high"]) < math.inf:
        return SeenSpread(match["kind"], float(match["low"]), float(match["high"]))
    if (match := _COUNT.fullmatch(text)) and 0 <= float(match["part"]) <= float(match["whole"]) < math.inf and float(match["whole"]) > 0:
        return SeenSpread("count", float(match["part"]), float(match["whole"]))
    raise UsageError.of("ZN-1233", f"{text!r} is no spread", expected=_SPREADS, fix="write what the study gives, or leave it out and say it in note")
