"""The whole model with one person, one plan and the solved healthy state, as SBML Level 3 Version 2 core.

What is written is read again and checked, units included; a file with as much as a warning is not handed out.
"""

from __future__ import annotations

from pathlib import Path

from zonula.exchange.library import libsbml_or_refuse
from zonula.exchange.sbml_model import About, Writer
from zonula.ground.errors import ModelError, SolverError
from zonula.ground.files import write_text
from zonula.simulation.health import Health, NoHealth, solve_health
from zonula.simulation.prepare import Setup
from zonula.simulation.problem import Problem


def healthy_or_refuse(problem: Problem) -> Health:
    """The healthy state of the person, from which every export starts.

    Raises
    ------
    SolverError   where there is none.
    """
    found = solve_health(problem.model, problem.parameters)
    if isinstance(found, NoHealth):
        raise SolverError.of("ZN-4001", f"this person has no healthy state to start from: {found.reason}", path=found.worst,
                             fix="change the parameters of the scenario; `zonula run` says more")
    return found


def sbml_text(setup: Setup, health: Health | None = None) -> str:
    """The scenario as SBML; the same scenario gives the same bytes.

    Parameters
    ----------
    setup  : the scenario made ready
    health : the person's healthy state, where it is known

    Raises
    ------
    UsageError    where python-libsbml is not installed, or a constant makes a formula that SBML cannot say
    SolverError   where the person has no healthy state
    ModelError    where libSBML finds anything wrong with what was written
    """
    table = setup.source.table
    about = About(title=table.title or table.name, text=table.about, fingerprint=setup.fingerprint, evidence=setup.evidence,
                  changed=frozenset(setup.changed))
    return sbml_of(setup.problem, about, health)


def sbml_of(problem: Problem, about: About, health: Health | None = None) -> str:
    """Any problem as SBML; see `sbml_text`."""
    libsbml = libsbml_or_refuse()
    document = libsbml.SBMLDocument(3, 2)
    Writer(document.createModel(), problem, health or healthy_or_refuse(problem), about).write()
    text = str(libsbml.writeSBMLToString(document))
    if found := complaints(text):
        raise ModelError.of("ZN-2501", f"libSBML finds {len(found)} faults in what was written, the first: {found[0]}",
                            fix="please report it, with the scenario")
    return text


def write_sbml(setup: Setup, path: Path) -> None:
    """Write the scenario as SBML to *path*.

    Raises
    ------
    As `sbml_text`; StorageError where the file cannot be written.
    """
    write_text(path, sbml_text(setup))


def complaints(text: str) -> list[str]:
    """All that libSBML has to say against an SBML file, units and good practice included."""
    libsbml = libsbml_or_refuse()
    document = libsbml.readSBMLFromString(text)
    document.checkConsistency()
    errors = [document.getError(i) for i in range(document.getNumErrors())]
    return [f"{e.getErrorId()} (line {e.getLine()}): {e.getShortMessage()}: {' '.join(e.getMessage().split())}" for e in errors
            if e.getSeverity() >= libsbml.LIBSBML_SEV_WARNING]
