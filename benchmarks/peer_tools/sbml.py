"""Tools that read SBML: each simulates our own export, with one event that gives a dose as each day begins.

The export names every dose of a plan as an event of its own; here one event that moves its own time on takes their place, as somebody
would write it by hand: hundreds of triggers would only slow these tools down.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from peer_tools.measure import Vector
from peer_tools.tool import ATOL_SHARE, NothingFits, Tool, cpu_seconds
from peer_tools.workload import Workload, setup_for, setup_of
from zonula.codegen.names import identifier
from zonula.exchange.sbml_out import sbml_text

_NEXT = "next_dose"
_MOST_STEPS = 10_000_000


def daily_text(work: Workload, person: int) -> str:
    """A person's export in which a single event gives all doses."""
    import libsbml

    document = libsbml.readSBMLFromString(sbml_text(setup_for(work, person, days=1), work.health(person)))
    model = document.getModel()
    if model.getNumEvents() != 1:
        raise NothingFits(f"{model.getNumEvents()} events in a day, where one was expected")
    event = model.getEvent(0)
    clock = model.createParameter()
    clock.setId(_NEXT)
    clock.setValue(0.0)
    clock.setConstant(False)
    event.getTrigger().setMath(libsbml.parseL3Formula(f"time >= {_NEXT}"))
    assignment = event.createEventAssignment()
    assignment.setVariable(_NEXT)
    assignment.setMath(libsbml.parseL3Formula(f"{_NEXT} + 1"))
    _without_words(model)
    return str(libsbml.writeSBMLToString(document))


def _without_words(model: Any) -> None:
    """Names, notes and terms are for readers; one tool takes names for identifiers."""
    for kind in ("Parameters", "Species", "Compartments", "Reactions", "Events", "FunctionDefinitions"):
        for element in getattr(model, f"getListOf{kind}")():
            element.unsetName()
            element.unsetNotes()
            element.unsetCVTerms()


class Sbml(Tool):
    """What the SBML tools share: everybody's text, and how a state is called."""

    def texts(self) -> list[str]:
        """The text of each person."""
        return [daily_text(self.work, person) for person in range(self.work.persons)]

    def states(self) -> list[str]:
        """Identifiers of the states, in the model's order."""
        return [identifier(state) for state in setup_of(self.work.days).problem.model.states]

    def everybody(self, one: Callable[[int], Vector]) -> tuple[float, Vector]:
        """Simulate each person and add up the time."""
        work = self.work
        out, seconds = np.full((work.persons, work.days, work.state.shape[1]), np.nan), 0.0
        for person in range(work.persons):
            begin = cpu_seconds()
            found = one(person)
            seconds += cpu_seconds() - begin
            out[person] = found
        return seconds, out


class RoadRunner(Sbml):
    """libRoadRunner with CVODE."""

    name, module, distribution = "libroadrunner", "roadrunner", "libroadrunner"

    def prepare(self) -> None:
        import libsbml
        import roadrunner as program

        program.Logger.setLevel(program.Logger.LOG_CRITICAL)
        texts, names = self.texts(), self.states()
        document = libsbml.readSBMLFromString(texts[0])  # which must live as long as its parts are asked
        species = {s.getId(): s.getHasOnlySubstanceUnits() for s in document.getModel().getListOfSpecies()}
        shown = [f"[{name}]" if name in species and not species[name] else name for name in names]
        self.runners = []
        for text in texts:
            runner = program.RoadRunner(text)
            runner.selections = ["time", *shown]
            runner.integrator.maximum_num_steps = _MOST_STEPS
            self.runners.append(runner)

    def run(self, rtol: float) -> tuple[float, Vector]:
        for runner in self.runners:
            runner.resetToOrigin()
            runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = rtol, ATOL_SHARE * rtol
            # one per state, by its size at the start: a single one is scaled anew at each event, to nothing where a state has faded
            scaled = runner.integrator.getAbsoluteToleranceVector()
            runner.integrator.absolute_tolerance = [float(x) if x > 1e-12 * rtol else ATOL_SHARE * rtol for x in scaled]
        times = [0.0, *self.work.times.tolist()]
        return self.everybody(lambda person: np.array(self.runners[person].simulate(times=times))[1:, 1:])


class Copasi(Sbml):
    """COPASI with LSODA, driven by basico."""

    name, module, distribution = "copasi", "basico", "python-copasi"

    def prepare(self) -> None:
        import basico
        import libsbml

        texts, names = self.texts(), self.states()
        documents = [libsbml.readSBMLFromString(text) for text in texts]  # which must live as long as their parts are asked
        model = documents[0].getModel()
        self.loaded = [basico.load_model_from_string(text) for text in texts]
        self.shown = [f"[{name}]" if model.getSpecies(name) is not None else f"Values[{name}]" for name in names]
        only = [model.getSpecies(name) for name in names]
        self.spaces = [[float(document.getModel().getCompartment(s.getCompartment()).getSize())
                        if s is not None and s.getHasOnlySubstanceUnits() else 1.0 for s in only] for document in documents]

    def run(self, rtol: float) -> tuple[float, Vector]:
        import basico

        def one(person: int) -> Vector:
            table = basico.run_time_course_with_output(
                output_selection=["Time", *self.shown], duration=float(self.work.days), intervals=2 * self.work.days, use_numbers=False,
                method="deterministic", r_tol=rtol, a_tol=ATOL_SHARE * rtol, max_steps=_MOST_STEPS, model=self.loaded[person])
            found = np.asarray(table.values, dtype=float)
            places = np.searchsorted(found[:, 0], self.work.times - 1e-6)  # doses add rows of their own
            return np.asarray(found[places, 1:] * self.spaces[person])

        return self.everybody(one)


class Amici(Sbml):
    """AMICI: C++ made from the export, CVODES with KLU."""

    name, module, distribution = "amici", "amici", "amici"

    def prepare(self) -> None:
        import libsbml
        from amici import SbmlImporter, import_model_module

        texts = self.texts()
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # SWIG may lie beside Python
        self.made = tempfile.TemporaryDirectory(prefix="zonula-amici-")  # it lasts as long as the tool
        folder = Path(self.made.name) / "zonula_daily"
        SbmlImporter(texts[0], from_file=False).sbml2amici(folder.name, folder, generate_sensitivity_code=False, compute_conservation_laws=False,
                                                           simplify=None, observation_model=[])
        module = import_model_module(folder.name, folder)
        self.models = []
        for text in texts:
            document, model = libsbml.readSBMLFromString(text), module.get_model()
            source = document.getModel()
            for name in model.get_free_parameter_ids():
                model.set_free_parameter_by_id(name, source.getParameter(name).getValue())
            model.set_initial_state([_start(source, name) for name in model.get_state_ids()])
            model.set_timepoints(self.work.times)
            self.models.append(model)
        ids = list(self.models[0].get_state_ids())
        self.columns = [ids.index(name) for name in self.states()]

    def run(self, rtol: float) -> tuple[float, Vector]:
        from amici.sim.sundials import run_simulation

        def one(person: int) -> Vector:
            solver = self.models[person].create_solver()
            solver.set_relative_tolerance(rtol)
            solver.set_absolute_tolerance(ATOL_SHARE * rtol)
            solver.set_max_steps(_MOST_STEPS)
            found = run_simulation(self.models[person], solver)
            if found.status != 0:
                raise NothingFits(f"status {found.status}")
            return np.asarray(found.x)[:, self.columns]

        return self.everybody(one)


def _start(source: Any, name: str) -> float:
    species = source.getSpecies(name)
    if species is None:
        return float(source.getParameter(name).getValue())
    return float(species.getInitialAmount() if species.getHasOnlySubstanceUnits() else species.getInitialConcentration())
