"""For pytest: put a mutant of the biology into the standard model before any test sees it, and say which test notices first.

``pytest -p biology_plugin`` reads the mutant's name from ``ZONULA_MUTANT`` (none: the model as it is) and writes what happened to the file
that ``ZONULA_MUTANT_ANSWER`` names.  A test notices when what it asserts does not hold, or when zonula refuses to go on with such a person.
Whatever else stops a test (a timeout, a warning, an error in the program) is a crash: it is written down, says nothing about the biology,
and the next test is asked.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from biology_mutations import Mutant, evidence_with, named, written

from zonula.evidence import load
from zonula.ground.errors import SolverError, UsageError
from zonula.language import Model
from zonula.organs import standard

_NOTICES = (AssertionError, SolverError, UsageError, pytest.fail.Exception)
_ORIGINALS = (standard.standard_model, load.evidence_of)
_MINE = ("biology_plugin", "biology_mutations")
_kept = ExitStack()  # a mutant lasts as long as the process


def put_in(mutant: Mutant) -> None:
    """Let everybody who asks from now on for the standard model and its evidence have the mutant's."""
    model, known = _kept.enter_context(written(mutant)), evidence_with(mutant, load.evidence_of(standard.standard_model()))
    if model.fingerprint == standard.standard_model().fingerprint and known == load.evidence_of(standard.standard_model()):
        raise pytest.UsageError(f"{mutant.name} changes nothing")
    of_others = load.evidence_of

    @lru_cache(maxsize=1)
    def standard_model() -> Model:
        return model

    @lru_cache(maxsize=8)
    def evidence_of(asked: Model) -> dict[str, load.Evidence]:
        return known if asked.fingerprint == model.fingerprint else of_others(asked)

    for module, name, instead in ((standard, "standard_model", standard_model), (load, "evidence_of", evidence_of)):
        setattr(module, name, instead)


def still_unchanged(modules: dict[str, ModuleType]) -> list[str]:
    """Names under which somebody holds what is not the mutant's: they asked too early."""
    return [f"{name}.{key}" for name, module in modules.items() if name not in _MINE
            for key, value in list(getattr(module, "__dict__", {}).items()) if any(value is original for original in _ORIGINALS)]


class Listener:
    """Hears what becomes of each test, and ends the run with the first that notices."""

    def __init__(self, answer: Path, *, mutated: bool) -> None:
        self.answer, self.mutated = answer, mutated
        self.ran = 0
        self.noticed: dict[str, str] = {}
        self.crashes: list[dict[str, str]] = []

    def pytest_collection_finish(self) -> None:
        """Refuse to go on where somebody has the model without the mutant."""
        if self.mutated and (early := still_unchanged(dict(sys.modules))):
            raise pytest.UsageError(f"held before the mutant was there: {', '.join(early)}")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
        """Hear of one test."""
        outcome = yield
        report = outcome.get_result()
        self.ran += call.when == "call"
        if not report.failed or call.excinfo is None:
            return
        said = {"test": item.nodeid, "why": " ".join(f"{call.excinfo.typename}: {call.excinfo.value}".split())[:300]}
        if call.when == "call" and notices(call.excinfo.value):
            self.noticed = said
            item.session.shouldstop = f"{item.nodeid} has noticed"
        else:
            self.crashes.append(said)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Hear of a file that cannot be read."""
        if report.failed:
            self.crashes.append({"test": report.nodeid, "why": " ".join(str(report.longrepr).split())[-300:]})

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write what happened."""
        said = {"noticed": self.noticed, "crashes": self.crashes, "ran": self.ran, "exit": int(exitstatus)}
        self.answer.write_text(json.dumps(said) + "\n", encoding="utf-8")


def notices(error: BaseException) -> bool:
    """Whether a test that ends so has noticed something: not if it was stopped by the clock."""
    return isinstance(error, _NOTICES) and not (isinstance(error, pytest.fail.Exception) and str(error).startswith("Timeout"))


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    config.pluginmanager.register(Listener(Path(os.environ["ZONULA_MUTANT_ANSWER"]), mutated=_put is not None))


def _from_environment(read: Callable[[str], Mutant]) -> Mutant | None:
    name = os.environ.get("ZONULA_MUTANT", "")
    return read(name) if name else None


_put = _from_environment(named)
if _put is not None:
    put_in(_put)
