"""Every way in which zonula says no: one typed error, with a code, a place and a fix.

A person who cannot be simulated is *not* an error: see ``zonula.simulation.outcome``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: what, where, what was found, and what to do about it."""

    code: str
    message: str
    file: str = ""
    line: int = 0
    path: str = ""
    found: str = ""
    expected: str = ""
    fix: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for ``--json``; empty fields are left out."""
        return {key: value for key, value in asdict(self).items() if value not in ("", 0)}

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "")
        place = "  ".join(part for part in (place, self.path) if part)
        lines = [f"error[{self.code}]: {self.message}" + (f"    ({place})" if place else "")]
        for label in ("found", "expected", "fix"):
            if text := getattr(self, label):
                lines.append(f"  {label}: {text}")
        return "\n".join(lines)


class ZonulaError(Exception):
    """Base of all errors; carries one or more problems and the exit code of the command line."""

    exit_code: ClassVar[int] = 70

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    @classmethod
    def of(cls, code: str, message: str, **fields: Any) -> ZonulaError:
        """Make an error of one problem."""
        return cls(Problem(code=code, message=message, **fields))


class UsageError(ZonulaError):
    """The command, the scenario or a name in it is wrong."""

    exit_code = 2


class ModelError(ZonulaError):
    """Organs, units or evidence that do not fit together."""

    exit_code = 2


class UnitError(ModelError):
    """Two quantities that cannot be combined, or a unit that cannot be read."""


class AssemblyError(ModelError):
    """Organs that do not fit together."""


class EvidenceError(ModelError):
    """A parameter without evidence, evidence without a parameter, or evidence that contradicts itself."""


class InputDataError(ZonulaError):
    """A file of measurements that cannot be used as it is."""

    exit_code = 3


class SolverError(ZonulaError):
    """The equations could not be solved to the end."""

    exit_code = 4


class KernelError(ZonulaError):
    """The compiled engine cannot be built, found or loaded on this machine."""

    exit_code = 6


class StorageError(ZonulaError):
    """A file or folder that cannot be read or written."""

    exit_code = 7


class BrokenOffError(ZonulaError):
    """The work was broken off from outside, before its end."""

    exit_code = 130


def raise_all(kind: type[ZonulaError], problems: Iterable[Problem]) -> None:
    """Raise *kind* with all *problems* at once; do nothing where there are none."""
    if found := tuple(problems):
        raise kind(*found)


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that suggests what may have been meant by *name*."""
    names = sorted(known)
    alike = [known_name for known_name in names if known_name.lower() == name.lower()]
    if near := alike or difflib.get_close_matches(name, names, n=3, cutoff=0.6):
        return f"did you mean {' or '.join(map(repr, near))}?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"known: {shown}" if names else "nothing is known here"
